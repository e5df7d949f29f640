/* Headers of loops: what each predicts or chooses, and so what type its value has; and the errors that train them, as formulas. */
#include "lang/check/expr/expr.h"

LoopWhere loop_clause_where(LoopChecker *check, const LoopLoopModel *loop, LoopCompartment in, const char *name)
{
    LoopText place = {.arena = check->arena};
    loop_text_add(&place, "%.*s %s", LOOP_STR_ARGS(loop->symbol->name), name);
    return loop_where_on(check, in, loop_text_view(&place), LOOP_DRAW_STEP);
}

bool loop_clause_fits(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *node, const char *what)
{
    if (!node)
        return false;
    if (node->type.width == 1 || node->type.width == loop->channels) {
        LoopDiag *doubt = loop_labels_order_doubt(check, node->span, node->type.labels, loop->labels);
        if (doubt)
            loop_diag_note(check->diags, doubt, loop->symbol->span, "'%.*s' has its channels in that order", LOOP_STR_ARGS(loop->symbol->name));
        return true;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0603, node->span, "%s has %u elements, but the loop has %u channel%s", what,
                               node->type.width, loop->channels, loop->channels == 1 ? "" : "s");
    loop_diag_note(check->diags, diag, loop->symbol->span, "'%.*s' is declared here", LOOP_STR_ARGS(loop->symbol->name));
    return false;
}

/* ---- headers ---- */

static bool is_truth(const LoopNode *node)
{
    while (node->kind == LOOP_NODE_ELEMENT)
        node = node->kids[0];
    return node->kind == LOOP_NODE_SYMBOL && (node->symbol->kind == LOOP_SYM_SENSE || node->symbol->kind == LOOP_SYM_TRUTH ||
                                              node->symbol->kind == LOOP_SYM_REWARD);
}

static bool predict_truth(LoopChecker *check, LoopLoopModel *loop, const LoopAst *header)
{
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_DOPAMINE, "truth");
    loop->truth = loop_expr(check, &where, header->first);
    if (!loop->truth)
        return false;
    if (is_truth(loop->truth))
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0601, header->first->span, "a loop can predict a sense, a truth or a reward only");
    loop_scope_note_passed(check, diag, header->first->text);
    loop_diag_help(check->diags, diag, "Name what it should learn in the hypothalamus: truth x = ...");
    return false;
}

static bool predict_header(LoopChecker *check, LoopLoopModel *loop, const LoopAst *header, const LoopAst *size)
{
    loop->kind = LOOP_PREDICT;
    if (!predict_truth(check, loop, header))
        return false;
    loop->channels = loop->truth->type.width;
    loop->labels = loop->truth->type.labels;
    if (size && !loop_need_width(check, loop->truth, 1, "the truth of side-by-side channels"))
        return false;
    if (size)
        loop->labels = loop_labels_make(check, size, &loop->channels);
    const LoopAst *ahead = loop_ast_find(header, LOOP_AST_AHEAD), *within = loop_ast_find(header, LOOP_AST_WITHIN);
    loop->horizon = ahead ? LOOP_AHEAD : within ? LOOP_WITHIN : LOOP_DISCOUNT;
    if (!ahead && !within)
        return true; /* the discount may read parameters; it is filled in with the clauses */
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_CONSTANT, "ahead");
    const LoopAst *lead = (ahead ? ahead : within)->first;
    const char *what = ahead ? "how far ahead it predicts" : "the window it predicts";
    return loop_need_steps(check, loop_expr(check, &where, lead), what, 1, &loop->lead) && loop_need_memory(check, lead->span, what, loop->lead);
}

/* Whether its channels are let through each by itself: that makes its choice a vector, so it has to be known now. */
static bool is_independent(const LoopAst *loop)
{
    const LoopAst *select = loop_ast_find(loop, LOOP_AST_SELECT);
    for (const LoopAst *mode = select ? select->first : NULL; mode; mode = mode->next)
        if (loop_str_is(mode->text, "independent"))
            return true;
    return false;
}

static bool acting_header(LoopChecker *check, LoopLoopModel *loop, LoopLoopKind kind, const LoopAst *header, const LoopAst *size)
{
    loop->kind = kind;
    loop->labels = loop_labels_make(check, header->first, &loop->channels);
    if (kind == LOOP_CHOOSE && is_independent(loop->symbol->ast))
        loop->selection = LOOP_SELECT_INDEPENDENT;
    if (!size)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0602, size->span, "only a predict loop can have side-by-side channels");
    loop_diag_help(check->diags, diag, kind == LOOP_CHOOSE ? "The channels of a choose loop are the options behind 'choose'."
                                                           : "The channels of a vary loop are the outputs behind 'vary'.");
    return false;
}

void loop_loop_header(LoopChecker *check, LoopSymbol *symbol)
{
    LoopLoopModel *loop = LOOP_NEW(check->arena, LoopLoopModel);
    const LoopAst *size = loop_ast_find(symbol->ast, LOOP_AST_SIZE), *header;
    bool ok = false;
    if (!loop)
        return;
    *loop = (LoopLoopModel){.symbol = symbol, .neurons = 1, .channels = 1};
    if ((header = loop_ast_find(symbol->ast, LOOP_AST_PREDICT)))
        ok = predict_header(check, loop, header, size);
    else if ((header = loop_ast_find(symbol->ast, LOOP_AST_CHOOSE)))
        ok = acting_header(check, loop, LOOP_CHOOSE, header, size);
    else if ((header = loop_ast_find(symbol->ast, LOOP_AST_VARY)))
        ok = acting_header(check, loop, LOOP_VARY, header, size);
    if (!ok)
        return;
    symbol->loop = loop;
    bool one = loop->kind == LOOP_CHOOSE && loop->selection != LOOP_SELECT_INDEPENDENT;
    symbol->type = (LoopType){.width = one ? 1 : loop->channels};
    if (one)
        symbol->type.choice = symbol;
    else
        symbol->type.labels = loop->labels;
}

void loop_header_discount(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopAst *header = loop_ast_find(loop->symbol->ast, LOOP_AST_PREDICT);
    if (!header || loop->horizon != LOOP_DISCOUNT)
        return;
    loop->discounting = true;
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    LoopWhere where = loop_clause_where(check, loop, LOOP_IN_INNATE, "discount");
    LoopNode *node = loop_expr(check, &where, loop_ast_value(header, LOOP_AST_DISCOUNT));
    if (loop_clause_fits(check, loop, node, "the discount"))
        loop->discount = loop_need_factor(check, node, "the discount", NULL);
    loop_scope_enter(check, before);
    loop->discounting = false;
}

/* ---- errors as formulas ---- */

static LoopNode *past(LoopChecker *check, LoopSpan span, LoopNode *x, uint32_t steps)
{
    LoopNode *kids[] = {x, loop_node_number(check, span, 0)};
    LoopNode *node = x ? loop_node_function(check, span, steps == 1 ? LOOP_FN_prev : LOOP_FN_delay, x->type, kids, 2) : NULL;
    if (node)
        node->size = steps;
    return node;
}

/* The largest of the last `steps` values, this one included. */
static LoopNode *recent_largest(LoopChecker *check, LoopSpan span, LoopNode *x, uint32_t steps)
{
    LoopNode *node = x ? loop_node_function(check, span, LOOP_FN_largest, x->type, &x, 1) : NULL;
    if (node)
        node->size = steps;
    return node;
}

void loop_header_circle(LoopChecker *check, LoopSymbol *symbol, LoopSpan span)
{
    if (symbol->broken) /* which has been reported */
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0506, span, "the head of '%.*s' depends on what the loop shows", LOOP_STR_ARGS(symbol->name));
    loop_diag_note(check->diags, diag, symbol->span, "this head asks for it");
    loop_diag_help(check->diags, diag,
                   symbol->loop ? "A discount is a number, or a formula that the loop's own error is no part of."
                                : "A loop predicts a sense, a truth or a reward that is not made of its own error, and has as many channels as a constant says.");
}

LoopNode *loop_error_formula(LoopChecker *check, LoopSymbol *symbol, LoopSpan span, bool discount_only)
{
    loop_symbol_type(check, symbol);
    symbol->used = true;
    LoopLoopModel *loop = symbol->loop;
    if (!loop)
        loop_header_circle(check, symbol, span);
    if (symbol->broken || !loop)
        return NULL;
    if (loop->kind != LOOP_PREDICT || (discount_only && loop->horizon != LOOP_DISCOUNT)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0412, span, "'%.*s' is no %s", LOOP_STR_ARGS(symbol->name),
                                   discount_only ? "predict loop with a discount" : "predict loop");
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        loop_diag_help(check->diags, diag,
                       loop->kind == LOOP_CHOOSE ? "A choose loop's error is written out, for example outcome * (r - %.*s.expected)."
                                                 : "Its error is error(%.*s).",
                       LOOP_STR_ARGS(symbol->name));
        return NULL;
    }
    LoopNode *output = loop_node_symbol(check, symbol, LOOP_FIELD_SELF, span);
    if (loop->horizon == LOOP_AHEAD)
        return loop_node_op2(check, span, LOOP_OP_sub, loop->truth, past(check, span, output, loop->lead));
    if (loop->horizon == LOOP_WITHIN)
        return loop_node_op2(check, span, LOOP_OP_sub, recent_largest(check, span, loop->truth, loop->lead),
                   past(check, span, output, loop->lead));
    if (loop->discounting) {
        loop_header_circle(check, symbol, span);
        return NULL;
    }
    if (!loop->discount) /* the formula was asked for before the clauses were read */
        loop_header_discount(check, loop);
    LoopNode *next = loop_node_op2(check, span, LOOP_OP_mul, loop->discount, output);
    LoopNode *gain = loop_node_op2(check, span, LOOP_OP_add, loop->truth, next);
    return loop_node_op2(check, span, LOOP_OP_sub, gain, past(check, span, output, 1));
}
