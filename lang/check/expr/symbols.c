/* Types and formulas of names: constants, parameters, senses, regions, lets, states, rewards, truths. A type is worked
   out when it is first needed, whatever the order of the file. */
#include "lang/check/expr/expr.h"

#include "runtime/contract/num.h"

#include <string.h>

static LoopWhere where_of(LoopChecker *check, const LoopSymbol *symbol, LoopDrawClock clock)
{
    return loop_where(check, symbol->home, symbol->name, clock);
}

/* ---- constants and parameters ---- */

static void type_constant(LoopChecker *check, LoopSymbol *symbol)
{
    LoopWhere where = where_of(check, symbol, LOOP_DRAW_ONCE);
    LoopNode *node = loop_expr(check, &where, loop_ast_value(symbol->ast, LOOP_AST_EXPR));
    char what[64] = "a constant";
    if (symbol->kind == LOOP_SYM_PARAM)
        strcpy(what, "the default of a parameter");
    if (!loop_need_constant(check, node, what))
        return;
    node = loop_setting_value(check, symbol, node);
    symbol->value = node;
    if (node)
        symbol->type = node->type;
}

static bool range_end(LoopChecker *check, const LoopSymbol *symbol, const LoopAst *ast, double *out)
{
    LoopWhere where = where_of(check, symbol, LOOP_DRAW_ONCE);
    LoopNode *node = loop_expr(check, &where, ast);
    if (!loop_need_constant(check, node, "the range of a parameter") ||
        !loop_need_width(check, node, 1, "the range of a parameter") ||
        !loop_need_unit(check, node, symbol->type.unit, "the range of a parameter"))
        return false;
    *out = node->constant[0];
    return true;
}

bool loop_param_in_range(LoopChecker *check, const LoopParamModel *param, double value, LoopSpan span, const LoopSetting *by)
{
    if (!param->ranged || (value >= param->lo && value <= param->hi))
        return true;
    char is[32], lo[32], hi[32];
    double ms = param->symbol->type.unit == LOOP_UNIT_DURATION ? check->model->step_ms : 1;
    const char *unit = param->symbol->type.unit == LOOP_UNIT_DURATION ? " ms" : "";
    is[loop_num_print(is, value * ms)] = lo[loop_num_print(lo, param->lo * ms)] = hi[loop_num_print(hi, param->hi * ms)] = '\0';
    if (by) {
        loop_diag(check->diags, LOOP_E0208, param->symbol->span, "-p %.*s=%.*s is outside the range of '%.*s', [%s%s, %s%s]", LOOP_STR_ARGS(by->name),
                  LOOP_STR_ARGS(by->value), LOOP_STR_ARGS(param->symbol->name), lo, unit, hi, unit);
        return false;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0208, span, "'%.*s' is %s%s, outside its range [%s%s, %s%s]",
                               LOOP_STR_ARGS(param->symbol->name), is, unit, lo, unit, hi, unit);
    if (span.begin < param->symbol->ast->span.begin || span.end > param->symbol->ast->span.end)
        loop_diag_note(check->diags, diag, param->symbol->span, "declared here");
    return false;
}

static void add_param(LoopChecker *check, LoopSymbol *symbol)
{
    LoopParamModel *param = LOOP_ADD(check->arena, &check->model->params, LoopParamModel);
    const LoopAst *range = loop_ast_find(symbol->ast, LOOP_AST_RANGE);
    if (!param || symbol->broken)
        return;
    symbol->index = (uint32_t)check->model->params.count - 1;
    *param = (LoopParamModel){.symbol = symbol};
    if (!range)
        return;
    param->ranged = range_end(check, symbol, range->first, &param->lo) && range_end(check, symbol, range->last, &param->hi);
    if (param->ranged && param->lo > param->hi) {
        loop_diag(check->diags, LOOP_E0209, range->span, "this range is empty: its first end is above its second");
        param->ranged = false;
    }
    for (uint32_t i = 0; param->ranged && i < symbol->type.width; i++)
        if (!loop_param_in_range(check, param, symbol->value->constant[i], symbol->value->span, loop_setting_last(check, symbol->name)))
            return;
}

bool loop_param_fits(LoopChecker *check, const LoopSymbol *symbol, const LoopNode *value)
{
    const LoopParamModel *param = &LOOP_ITEM(check->model->params, LoopParamModel, symbol->index);
    for (uint32_t e = 0; value->constant && e < value->type.width; e++)
        if (!loop_param_in_range(check, param, value->constant[e], value->span, NULL))
            return false;
    return true;
}

/* ---- signals ---- */

/* A formula against the size that was declared for it. */
static LoopNode *sized(LoopChecker *check, LoopSymbol *symbol, LoopNode *node, const LoopLabels *labels, uint32_t width)
{
    if (!node || node->type.width == width)
        return node;
    if (node->type.width != 1) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0401, node->span, "'%.*s' is declared with %u elements, but this has %u",
                                   LOOP_STR_ARGS(symbol->name), width, node->type.width);
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        return NULL;
    }
    LoopNode *wide = loop_node_function(check, node->span, LOOP_FN_fill,
                                        (LoopType){.width = width, .unit = node->type.unit, .labels = labels}, &node, 1);
    return wide;
}

static void type_signal(LoopChecker *check, LoopSymbol *symbol)
{
    const LoopAst *size = loop_ast_find(symbol->ast, LOOP_AST_SIZE);
    const LoopAst *formula = loop_ast_value(symbol->ast, LOOP_AST_EXPR);
    LoopDrawClock clock = symbol->once ? LOOP_DRAW_TRIAL : LOOP_DRAW_STEP;
    LoopWhere where = where_of(check, symbol, clock);
    uint32_t width = 1;
    const LoopLabels *labels = loop_labels_make(check, size, &width);
    if (symbol->once)
        where.trial = symbol->trial;
    if (!formula) { /* a sense that the task drives */
        symbol->type = (LoopType){.width = width, .labels = labels};
        return;
    }
    if (size) { /* which its formula may need to know */
        symbol->type.width = width;
        symbol->type.labels = labels;
    }
    LoopNode *node = loop_expr(check, &where, formula);
    if (size)
        node = sized(check, symbol, node, labels, width);
    symbol->value = node;
    if (!node)
        return;
    symbol->type = node->type;
    if (labels)
        symbol->type.labels = labels;
    if (symbol->kind != LOOP_SYM_LET && !loop_need_unit(check, node, LOOP_UNIT_NUMBER, "a signal"))
        symbol->value = NULL;
    else if (symbol->kind == LOOP_SYM_REWARD && !loop_need_width(check, node, 1, "a reward"))
        symbol->value = NULL;
}

static void type_state(LoopChecker *check, LoopSymbol *symbol)
{
    const LoopAst *size = loop_ast_find(symbol->ast, LOOP_AST_SIZE);
    LoopWhere where = where_of(check, symbol, LOOP_DRAW_ONCE);
    uint32_t width = 1;
    const LoopLabels *labels = loop_labels_make(check, size, &width);
    where.in = LOOP_IN_INIT;
    LoopNode *init = loop_expr(check, &where, loop_ast_value(symbol->ast, LOOP_AST_FROM));
    if (init && size)
        init = sized(check, symbol, init, labels, width);
    if (!loop_need_initial(check, init, "the start of a state"))
        return;
    symbol->init = init;
    symbol->type = init->type;
    symbol->type.labels = labels ? labels : init->type.labels;
    LoopNode *now = loop_node_symbol(check, symbol, LOOP_FIELD_SELF, symbol->span);
    LoopNode *kids[] = {now, init};
    symbol->old = loop_node_function(check, symbol->span, LOOP_FN_prev, symbol->type, kids, 2);
    if (symbol->old)
        symbol->old->size = 1;
}

static void fill_state(LoopChecker *check, LoopSymbol *symbol)
{
    LoopWhere where = where_of(check, symbol, LOOP_DRAW_STEP);
    where.old_states = true;
    if (symbol->broken)
        return;
    LoopNode *next = loop_expr(check, &where, loop_ast_value(symbol->ast, LOOP_AST_NEXT));
    if (next && next->type.width == 1 && symbol->type.width > 1)
        next = sized(check, symbol, next, symbol->type.labels, symbol->type.width);
    if (!loop_need_unit(check, next, symbol->type.unit, "the next value of a state") ||
        !loop_need_width(check, next, symbol->type.width, "the next value of a state"))
        return;
    symbol->value = next;
}

/* What was passed to a circuit and is no name: a constant where its value is known. */
static void type_formal(LoopChecker *check, LoopSymbol *symbol)
{
    bool given = symbol->ast->kind == LOOP_AST_SETTING; /* else it is a default */
    LoopWhere where = loop_where(check, LOOP_IN_TOP, symbol->name, LOOP_DRAW_STEP);
    LoopNode *node = loop_expr(check, &where, given ? symbol->ast->first : loop_ast_value(symbol->ast, LOOP_AST_EXPR));
    bool constant = node && node->constant;
    symbol->kind = constant ? LOOP_SYM_CONST : LOOP_SYM_LET;
    symbol->home = constant ? LOOP_IN_CONSTANT : LOOP_IN_TOP;
    symbol->value = constant ? loop_setting_value(check, symbol, node) : node;
    if (symbol->value)
        symbol->type = symbol->value->type;
}

/* ---- types on demand ---- */

static bool has_value(const LoopSymbol *symbol)
{
    switch (symbol->kind) {
    case LOOP_SYM_SENSE:
        return symbol->value || !loop_ast_find(symbol->ast, LOOP_AST_EXPR);
    case LOOP_SYM_STATE:
        return symbol->old != NULL;
    case LOOP_SYM_LOOP:
        return symbol->loop != NULL;
    default:
        return symbol->value != NULL;
    }
}

static void work_out(LoopChecker *check, LoopSymbol *symbol)
{
    if (symbol->formal) {
        type_formal(check, symbol);
        symbol->broken = !symbol->value;
        return;
    }
    switch (symbol->kind) {
    case LOOP_SYM_CONST:
    case LOOP_SYM_PARAM:
        type_constant(check, symbol);
        break;
    case LOOP_SYM_SENSE:
    case LOOP_SYM_REGION:
    case LOOP_SYM_LET:
    case LOOP_SYM_REWARD:
    case LOOP_SYM_TRUTH:
    case LOOP_SYM_DOPAMINE:
        type_signal(check, symbol);
        break;
    case LOOP_SYM_STATE:
        type_state(check, symbol);
        break;
    case LOOP_SYM_LOOP:
        loop_loop_header(check, symbol);
        break;
    default:
        return;
    }
    symbol->broken = !has_value(symbol);
}

static bool same_type(const LoopType *a, const LoopType *b)
{
    return a->width == b->width && a->unit == b->unit && a->choice == b->choice;
}

/* Forgets what was typed since `from`: it may rest on a wrong guess. */
void loop_symbols_forget(LoopChecker *check, size_t from)
{
    while (check->typed.count > from) {
        LoopSymbol *s = LOOP_ITEM(check->typed, LoopSymbol *, --check->typed.count);
        s->state = LOOP_UNTYPED;
        s->broken = false;
        s->value = NULL;
    }
}

/* The first list in a formula, as in abs([a, 2 * a]); NULL: there is none. */
static const LoopAst *list_in(const LoopAst *formula)
{
    const LoopAst *found = formula->kind == LOOP_AST_LIST ? formula : NULL;
    for (const LoopAst *kid = formula->first; kid && !found; kid = kid->next)
        found = list_in(kid);
    return found;
}

/* How many elements there are by the looks of a formula, by what is known of the names in it; 1 if it has no list. */
static uint32_t listed(LoopChecker *check, const LoopSymbol *symbol)
{
    const LoopAst *formula = symbol->ast && !symbol->formal ? loop_ast_value(symbol->ast, LOOP_AST_EXPR) : NULL;
    const LoopAst *list = formula ? list_in(formula) : NULL;
    uint64_t width = !list;
    for (const LoopAst *kid = list ? list->first : NULL; kid; kid = kid->next) {
        const LoopSymbol *named = loop_expr_symbol(check, kid);
        width += kid->kind == LOOP_AST_LIST ? kid->kid_count : named && named->state == LOOP_TYPED ? named->type.width : 1;
    }
    return width < LOOP_WIDTH_MAX ? (uint32_t)width : 1;
}

/* What is made of its own past is of one type with that; taken to be `guess`, it came out as another. */
static void report_unsettled(LoopChecker *check, LoopSymbol *symbol, const LoopType *guess)
{
    const LoopType *type = &symbol->type;
    symbol->broken = true;
    if (guess->width != type->width) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0405, symbol->span, "'%.*s' can have no width: if its past has %u element%s, it has %u",
                                   LOOP_STR_ARGS(symbol->name), guess->width, guess->width == 1 ? "" : "s", type->width);
        loop_diag_help(check->diags, diag, "Take of its past what it is made of, such as one element: prev(%.*s)[0].", LOOP_STR_ARGS(symbol->name));
        return;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0402, symbol->span,
                               "'%.*s' is neither a number nor a duration: if its past is the one, it is the other", LOOP_STR_ARGS(symbol->name));
    loop_diag_help(check->diags, diag, "Divide a duration by another where a number is meant, as in since(light) / (1 s).");
}

void loop_symbol_type(LoopChecker *check, LoopSymbol *symbol)
{
    if (symbol->state == LOOP_TYPING)
        symbol->guessed = true; /* `let n = prev(n) + 1`: its type is taken to be what it seems so far */
    if (symbol->state != LOOP_UNTYPED || symbol->kind == LOOP_SYM_FN)
        return;
    if (check->depth >= LOOP_LEVELS_MAX) {
        loop_diag(check->diags, LOOP_E0008, symbol->span, "definitions and expressions nest deeper than %d levels", LOOP_LEVELS_MAX);
        check->too_large = true;
        symbol->broken = true;
        return;
    }
    check->depth++;
    LoopScope *before = loop_scope_enter(check, symbol->scope);
    size_t typed = check->typed.count;
    LoopDiagsMark said = loop_diags_mark(check->diags);
    uint32_t shows = 1;
    for (int attempt = 1;; attempt++) {
        LoopType guess = symbol->type;
        symbol->state = LOOP_TYPING;
        symbol->guessed = false;
        work_out(check, symbol);
        const bool again = symbol->guessed && symbol->broken && guess.width == 1 && shows == 1; /* one number may be what is wrong with it, */
        const bool back = symbol->guessed && symbol->broken && !again && attempt == 2 && guess.width == shows && shows > 1; /* or it is not */
        if (again)
            shows = listed(check, symbol);
        const bool settled = symbol->broken ? !(again && shows > 1) && !back : !symbol->guessed || same_type(&guess, &symbol->type);
        if (settled)
            break;
        loop_diags_rewind(check->diags, said);
        loop_symbols_forget(check, typed);
        if (symbol->broken)
            symbol->type.width = back ? 1 : shows;
        symbol->broken = false;
        if (attempt == 3) {
            report_unsettled(check, symbol, &guess);
            break;
        }
    }
    check->depth--;
    loop_scope_enter(check, before);
    symbol->state = LOOP_TYPED;
    LoopSymbol **place = LOOP_ADD(check->arena, &check->typed, LoopSymbol *);
    if (place)
        *place = symbol;
}

void loop_symbols_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        loop_symbol_type(check, symbol);
        LoopScope *before = loop_scope_enter(check, symbol->scope);
        if (symbol->kind == LOOP_SYM_PARAM)
            add_param(check, symbol);
        loop_scope_enter(check, before);
    }
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        LoopScope *before = loop_scope_enter(check, symbol->scope);
        if (symbol->kind == LOOP_SYM_STATE)
            fill_state(check, symbol);
        loop_scope_enter(check, before);
    }
    loop_groups_fill(check);
}

bool loop_need_initial(LoopChecker *check, LoopNode *node, const char *what)
{
    LoopList nodes = {0};
    const uint32_t mark = ++check->mark;
    bool walked = node && loop_nodes_collect(check->arena, node, mark, NULL, &nodes);
    for (size_t i = 0; walked && i < nodes.count; i++) { /* lets add to the list, each of their nodes once, also where they lead in a circle */
        LoopNode *n = LOOP_ITEM(nodes, LoopNode *, i);
        bool time = n->kind == LOOP_NODE_FUNCTION && n->function >= LOOP_FN_prev && n->function <= LOOP_FN_random_code;
        bool signal = n->kind == LOOP_NODE_CREDIT || n->kind == LOOP_NODE_MEASURED || n->kind == LOOP_NODE_FORESEE ||
                      (n->kind == LOOP_NODE_SYMBOL && n->symbol->kind != LOOP_SYM_CONST && n->symbol->kind != LOOP_SYM_PARAM);
        if (n->kind == LOOP_NODE_SYMBOL && n->symbol->kind == LOOP_SYM_LET && n->symbol->value &&
            !n->symbol->once && n->symbol->state == LOOP_TYPED) {
            walked = loop_nodes_collect(check->arena, n->symbol->value, mark, NULL, &nodes);
            continue;
        }
        if (n->draws && n->kind == LOOP_NODE_FUNCTION)
            n->clock = LOOP_DRAW_ONCE;
        if (!time && !signal)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0505, n->span, "%s can't be known before the first step", what);
        loop_diag_help(check->diags, diag, "It can be made of numbers, consts, params and draws.");
        return false;
    }
    return walked;
}
