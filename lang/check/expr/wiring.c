/* What the striatum of a loop sees: the lines of its context, how many neurons there are, and the lines of each. */
#include "lang/check/expr/expr.h"

/* `context a, b` or several lines: they stand side by side. */
static void add_context(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_CORTEX, "context");
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        LoopNode *node = loop_expr(check, &where, kid);
        if (!loop_need_unit(check, node, LOOP_UNIT_NUMBER, "the context"))
            continue;
        if (!loop->context) {
            loop->context = node;
            continue;
        }
        LoopNode *both = loop_node_new(check, LOOP_NODE_LIST, ast->span, 2);
        if (!both)
            return;
        both->kids[0] = loop->context;
        both->kids[1] = node;
        both->type = (LoopType){.width = loop->context->type.width + node->type.width};
        loop_node_done(check, both);
        loop->context = both;
    }
}

static uint32_t count_of(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *ast, const char *what, double least)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_CONSTANT, what);
    uint32_t count = 1;
    loop_need_count(check, loop_expr(check, &where, ast), what, least, LOOP_WIDTH_MAX, &count);
    return count;
}

static void set_wiring(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast, uint32_t lines)
{
    bool sampling = loop_str_is(ast->text, "sampling"), topographic = loop_str_is(ast->text, "topographic");
    if (!sampling && !topographic && !loop_str_is(ast->text, "broadcast")) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0604, ast->span, "there is no wiring '%.*s'", LOOP_STR_ARGS(ast->text));
        loop_diag_help(check->diags, diag, "Write broadcast, sampling F or topographic.");
        return;
    }
    if (sampling != (ast->first != NULL)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, sampling ? "sampling takes one argument: the lines that a neuron sees"
                                                                                : "'%.*s' takes no argument", LOOP_STR_ARGS(ast->text));
        loop_diag_help(check->diags, diag, sampling ? "Write it behind: wiring sampling 10." : "Only sampling says how many lines a neuron sees.");
        return;
    }
    loop->wiring = sampling ? LOOP_WIRING_SAMPLING : topographic ? LOOP_WIRING_TOPOGRAPHIC : LOOP_WIRING_BROADCAST;
    if (sampling)
        loop->reach = count_of(check, loop, ast->first, "the lines that a neuron samples", 1);
    if (sampling && loop->reach > lines) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0613, ast->span, "a neuron can't sample %u of %u lines", loop->reach, lines);
        loop_diag_help(check->diags, diag, "A neuron sees each line once: write a number up to %u.", lines);
    }
}

static void set_topographic(LoopChecker *check, LoopLoopModel *loop, const LoopAst *converge, uint32_t lines)
{
    loop->reach = 1;
    if (converge && loop->neurons != lines) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0613, converge->span, "topographic wiring needs a neuron for each of the %u lines, not %u",
                                   lines, loop->neurons);
        loop_diag_help(check->diags, diag, "Write converge %u : 1, or leave the clause out.", lines);
    }
    loop->neurons = lines;
}

/* What each of the numbers may be is more than their product may. */
static void check_synapses(LoopChecker *check, const LoopLoopModel *loop)
{
    const double most = loop->wiring == LOOP_WIRING_SAMPLING ? (double)LOOP_SAMPLED_MAX : (double)LOOP_SYNAPSES_MAX;
    const double synapses = (double)loop->channels * loop->neurons * loop->reach;
    if (synapses <= most)
        return;
    const LoopSymbol *symbol = loop->symbol;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0408, symbol->span, "'%.*s' has %.0f synapses, more than the %.0f that a loop can have",
                               LOOP_STR_ARGS(symbol->name), synapses, most);
    loop_diag_note(check->diags, diag, symbol->span, "%u channel%s of %u neuron%s with %u line%s each", loop->channels, loop->channels == 1 ? "" : "s",
                   loop->neurons, loop->neurons == 1 ? "" : "s", loop->reach, loop->reach == 1 ? "" : "s");
    loop_diag_help(check->diags, diag,
                   loop->wiring == LOOP_WIRING_SAMPLING ? "Let fewer neurons converge, or each sample fewer lines."
                                                        : "Let fewer neurons converge, or each see fewer lines: wiring sampling 100.");
}

static void set_neurons(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopAst *ast = loop->symbol->ast;
    const LoopAst *converge = loop_ast_find(ast, LOOP_AST_CONVERGE), *wiring = loop_ast_find(ast, LOOP_AST_WIRING);
    const LoopAst *upstate = loop_ast_find(ast, LOOP_AST_UPSTATE);
    uint32_t lines = loop->context ? loop->context->type.width : 1, one = 1;
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_CONSTANT, "converge");
    loop->reach = lines;
    if (converge) {
        loop->neurons = count_of(check, loop, converge->first, "convergence", 1);
        loop_need_count(check, loop_expr(check, &where, converge->last), "the right side of convergence", 1, 1, &one);
    }
    if (wiring)
        set_wiring(check, loop, wiring, lines);
    if (loop->wiring == LOOP_WIRING_TOPOGRAPHIC)
        set_topographic(check, loop, converge, lines);
    if (upstate)
        loop->upstate = count_of(check, loop, upstate->first, "an up-state", 0);
    check_synapses(check, loop);
    if (loop->upstate > loop->reach && loop->context) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0003, upstate->span, "no neuron ever takes part: it needs %u active lines, and sees %u",
                                   loop->upstate, loop->reach);
        loop_diag_help(check->diags, diag, "Write a number up to %u.", loop->reach);
    }
}

void loop_loop_sizes(LoopChecker *check, LoopLoopModel *loop)
{
    if (loop->sized)
        return;
    loop->sized = true; /* a context that asks for its own size finds 1 */
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    for (const LoopAst *kid = loop->symbol->ast->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_CONTEXT)
            add_context(check, loop, kid);
    set_neurons(check, loop);
    loop_scope_enter(check, before);
}
