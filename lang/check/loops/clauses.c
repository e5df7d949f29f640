/* The clauses of a loop, but `learn`: what is proposed, how the winner is let through, where weights start. */
#include "lang/check/loops/loops.h"

/* A clause with one expression of width 1 or one a channel. */
static LoopNode *per_channel(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *ast, LoopCompartment in, const char *what)
{
    LoopWhere where = loop_clause_where(check, loop, in, what);
    if (in == LOOP_IN_INNATE && ast->kind == LOOP_AST_CREDIT)
        where.credit = loop->symbol->loop;
    LoopNode *node = loop_expr(check, &where, ast->first);
    return loop_clause_fits(check, loop, node, what) && loop_need_unit(check, node, LOOP_UNIT_NUMBER, what) ? node : NULL;
}

static void unknown_mode(LoopChecker *check, const LoopAst *ast)
{
    LoopText names = {.arena = check->arena};
    for (uint32_t i = 0; loop_selection_info(i); i++)
        loop_text_add(&names, "%s%s%s", i == 0 ? "" : loop_selection_info(i + 1) ? ", " : " or ", loop_selection_info(i)->name,
                      loop_selection_info(i)->number ? "(x)" : "");
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0604, ast->span, "there is no way to select called '%.*s'", LOOP_STR_ARGS(ast->text));
    loop_diag_help(check->diags, diag, "Write %s.", names.at);
}

/* softmax(3), greedy ... */
static void set_mode(LoopChecker *check, LoopLoopModel *loop, const LoopWhere *where, const LoopAst *ast)
{
    uint32_t i = 0;
    while (loop_selection_info(i) && !loop_str_is(ast->text, loop_selection_info(i)->name))
        i++;
    const LoopSelectionInfo *info = loop_selection_info(i);
    if (!info || (ast->kind != LOOP_AST_NAME && ast->kind != LOOP_AST_CALL)) {
        unknown_mode(check, ast);
        return;
    }
    loop->selection = (LoopSelection)i;
    uint32_t arguments = ast->kind == LOOP_AST_CALL ? ast->kid_count : 0;
    if (!info->number && arguments)
        loop_diag(check->diags, LOOP_E0413, ast->span, "%s takes no argument", info->name);
    else if (info->number && arguments != 1 && !(arguments == 0 && loop->selection == LOOP_SELECT_SOFTMAX))
        loop_diag(check->diags, LOOP_E0413, ast->span, "%s takes one argument: %s", info->name, info->number);
    if (!info->number || arguments != 1)
        return;
    LoopNode *value = loop->selection_value = loop_expr(check, where, ast->first);
    loop_need_width(check, value, 1, info->number);
    loop_need_unit(check, value, LOOP_UNIT_NUMBER, info->number);
    bool share = loop->selection == LOOP_SELECT_EPSILON && value && value->constant;
    if (share && !(value->constant[0] >= 0 && value->constant[0] <= 1))
        loop_diag(check->diags, LOOP_E0705, value->span, "%s must lie between 0 and 1, not at %g", info->number, value->constant[0]);
}

static void set_select(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_SELECT, "select");
    uint32_t seen = 0;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        if (kid->kind == LOOP_AST_WHEN) {
            loop->when = loop_expr(check, &where, kid->first);
            loop_need_width(check, loop->when, 1, "when a loop selects");
        } else if (seen++) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0605, kid->span, "a loop selects in one way only");
            loop_diag_help(check->diags, diag, "When it selects stands behind 'when': select softmax(3) when go.");
        } else
            set_mode(check, loop, &where, kid);
    }
}

/* ---- the other clauses ---- */

static void set_bounds(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_CONSTANT, "bounds");
    LoopNode *lo = loop_expr(check, &where, ast->first), *hi = loop_expr(check, &where, ast->last);
    if (!loop_need_constant(check, lo, "a bound of weights") || !loop_need_constant(check, hi, "a bound of weights") ||
        !loop_need_width(check, lo, 1, "a bound of weights") || !loop_need_width(check, hi, 1, "a bound of weights"))
        return;
    loop->bounded = true;
    loop->lo = lo->constant[0];
    loop->hi = hi->constant[0];
    if (loop->lo > loop->hi)
        loop_diag(check->diags, LOOP_E0209, ast->span, "these bounds are empty: the first is above the second");
}

static void set_weights(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_INIT, "weights");
    where.clock = LOOP_DRAW_ONCE;
    loop->weights = loop_expr(check, &where, ast->first);
    if (!loop_need_initial(check, loop->weights, "the first weights"))
        loop->weights = NULL;
    else if (loop->weights->type.width != 1) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0637, loop->weights->span, "weights can't be set one by one: these are %u numbers",
                                   loop->weights->type.width);
        loop_diag_help(check->diags, diag,
                       "The telencephalon learns from scratch. Write one number for all weights, or a draw for each: weights normal(0, 0.1).");
        loop->weights = NULL;
    } else if (!loop_need_unit(check, loop->weights, LOOP_UNIT_NUMBER, "the first weights"))
        loop->weights = NULL;
}

/* Whether the loop is of the kind that a clause belongs to; reports it. */
static bool of_kind(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *ast, LoopLoopKind kind)
{
    static const char *const names[] = {[LOOP_PREDICT] = "predict", [LOOP_CHOOSE] = "choose", [LOOP_VARY] = "vary"};
    if (loop->kind == kind)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0611, ast->span, "'%s' belongs to a %s loop, and this is a %s loop",
                               loop_ast_kind_name(ast->kind), names[kind], names[loop->kind]);
    if (kind == LOOP_CHOOSE)
        loop_diag_help(check->diags, diag, "A %s loop lets all its channels through; take the clause out.", names[loop->kind]);
    else
        loop_diag_help(check->diags, diag, "Only a vary loop tries outputs around its mean; take the clause out.");
    return false;
}

/* `explore normal(sd)` or `signs(sd)`. */
static void set_explore(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    const LoopAst *mode = ast->first;
    bool normal = loop_str_is(mode->text, "normal"), signs = loop_str_is(mode->text, "signs");
    if (mode->kind != LOOP_AST_CALL || !(normal || signs) || mode->kid_count != 1) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0604, mode->span, "this is no way to explore");
        loop_diag_help(check->diags, diag, "Write normal(sd) or signs(sd).");
        return;
    }
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_SELECT, "explore");
    loop->exploration = normal ? LOOP_EXPLORE_NORMAL : LOOP_EXPLORE_SIGNS;
    LoopNode *sd = loop_expr(check, &where, mode->first);
    if (loop_clause_fits(check, loop, sd, "the variability") && loop_need_unit(check, sd, LOOP_UNIT_NUMBER, "the variability"))
        loop->explored = sd;
}

void loop_clause_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    switch (ast->kind) {
    case LOOP_AST_PROPOSE:
        loop->propose = per_channel(check, loop, ast, LOOP_IN_CORTEX, "the proposal");
        break;
    case LOOP_AST_BIAS:
        loop->bias = per_channel(check, loop, ast, LOOP_IN_INNATE, "the bias");
        break;
    case LOOP_AST_CREDIT:
        loop->credit = per_channel(check, loop, ast, LOOP_IN_INNATE, "the credit");
        break;
    case LOOP_AST_SELECT:
        if (of_kind(check, loop, ast, LOOP_CHOOSE))
            set_select(check, loop, ast);
        break;
    case LOOP_AST_OVERRIDE:
        if (of_kind(check, loop, ast, LOOP_CHOOSE))
            loop->override = per_channel(check, loop, ast, LOOP_IN_INNATE, "the override");
        break;
    case LOOP_AST_EXPLORE:
        if (of_kind(check, loop, ast, LOOP_VARY))
            set_explore(check, loop, ast);
        break;
    case LOOP_AST_LEARN:
        loop_learn_set(check, loop, ast);
        break;
    case LOOP_AST_WEIGHTS:
        set_weights(check, loop, ast);
        break;
    case LOOP_AST_BOUNDS:
        set_bounds(check, loop, ast);
        break;
    case LOOP_AST_PATH:
        loop_path_set(check, loop, ast);
        break;
    default: /* wiring.c */
        break;
    }
}

