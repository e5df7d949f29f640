/* Loops: headers, clauses, defaults, and the errors that train them. */
#include "lang/check/check.h"

#include "runtime/contract/rule.h"

#include <math.h>

static LoopWhere clause(LoopChecker *check, const LoopLoopModel *loop, LoopCompartment in, const char *name)
{
    LoopText place = {.arena = check->arena};
    loop_text_add(&place, "%.*s %s", LOOP_STR_ARGS(loop->symbol->name), name);
    return loop_where(check, in, loop_text_view(&place), LOOP_DRAW_STEP);
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
    LoopWhere where = clause(check, loop, LOOP_IN_DOPAMINE, "truth");
    loop->truth = loop_expr(check, &where, header->first);
    if (!loop->truth)
        return false;
    if (is_truth(loop->truth))
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0601, header->first->span, "a loop can predict a sense, a truth or a reward only");
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
    LoopWhere where = clause(check, loop, LOOP_IN_CONSTANT, "ahead");
    return loop_need_steps(check, loop_expr(check, &where, (ahead ? ahead : within)->first),
                           ahead ? "how far ahead it predicts" : "the window it predicts", 1, &loop->lead);
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
    else if ((header = loop_ast_find(symbol->ast, LOOP_AST_CHOOSE))) {
        loop->kind = LOOP_CHOOSE;
        loop->labels = loop_labels_make(check, header->first, &loop->channels);
        ok = true;
        if (size) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0602, size->span, "only a predict loop can have side-by-side channels");
            loop_diag_help(check->diags, diag, "The channels of a choose loop are the options behind 'choose'.");
            ok = false;
        }
    } else if ((header = loop_ast_find(symbol->ast, LOOP_AST_VARY)))
        loop_diag(check->diags, LOOP_E0190, header->span, "'vary' loops are not supported yet");
    if (!ok)
        return;
    symbol->loop = loop;
    symbol->type = (LoopType){.width = loop->kind == LOOP_CHOOSE ? 1 : loop->channels};
    if (loop->kind == LOOP_CHOOSE)
        symbol->type.choice = symbol;
    else
        symbol->type.labels = loop->labels;
}

/* ---- clauses ---- */

static bool fits_channels(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *node, const char *what)
{
    if (!node)
        return false;
    if (node->type.width == 1 || node->type.width == loop->channels)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0603, node->span, "%s has %u elements, but the loop has %u channels", what,
                               node->type.width, loop->channels);
    loop_diag_note(check->diags, diag, loop->symbol->span, "'%.*s' is declared here", LOOP_STR_ARGS(loop->symbol->name));
    return false;
}

/* A clause with one expression of width 1 or one a channel. */
static LoopNode *per_channel(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *ast, LoopCompartment in, const char *what)
{
    LoopWhere where = clause(check, loop, in, what);
    if (in == LOOP_IN_INNATE && ast->kind == LOOP_AST_CREDIT)
        where.credit = loop->symbol->loop;
    LoopNode *node = loop_expr(check, &where, ast->first);
    return fits_channels(check, loop, node, what) && loop_need_unit(check, node, LOOP_UNIT_NUMBER, what) ? node : NULL;
}

/* `context a, b` or several lines: they stand side by side. */
static void add_context(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_CORTEX, "context");
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

static const struct {
    const char *name;
    LoopSelection selection;
    const char *what; /* its number; NULL: it has none */
} modes[] = {{"softmax", LOOP_SELECT_SOFTMAX, "the steepness of softmax"}, {"greedy", LOOP_SELECT_GREEDY, NULL},
             {"epsilon", LOOP_SELECT_EPSILON, "the share of exploration"}, {"noisy", LOOP_SELECT_NOISY, "the noise of a selection"},
             {"threshold", LOOP_SELECT_THRESHOLD, "the threshold of a selection"}};

static void unknown_mode(LoopChecker *check, const LoopAst *ast)
{
    if (loop_str_is(ast->text, "independent")) {
        loop_diag(check->diags, LOOP_E0190, ast->span, "'select independent' is not supported yet");
        return;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0604, ast->span, "there is no way to select called '%.*s'", LOOP_STR_ARGS(ast->text));
    loop_diag_help(check->diags, diag, "Write softmax(beta), greedy, epsilon(e), noisy(sd) or threshold(x).");
}

static void set_select(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_SELECT, "select");
    uint32_t seen = 0;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        if (kid->kind == LOOP_AST_WHEN) {
            loop->when = loop_expr(check, &where, kid->first);
            loop_need_width(check, loop->when, 1, "when a loop selects");
            continue;
        }
        size_t i = 0;
        while (i < sizeof modes / sizeof modes[0] && !loop_str_is(kid->text, modes[i].name))
            i++;
        if (i == sizeof modes / sizeof modes[0] || (kid->kind != LOOP_AST_NAME && kid->kind != LOOP_AST_CALL)) {
            unknown_mode(check, kid);
            continue;
        }
        if (seen++) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0605, kid->span, "a loop selects in one way only");
            loop_diag_help(check->diags, diag, "When it selects stands behind 'when': select softmax(3) when go.");
            continue;
        }
        loop->selection = modes[i].selection;
        uint32_t arguments = kid->kind == LOOP_AST_CALL ? kid->kid_count : 0;
        if (!modes[i].what && arguments)
            loop_diag(check->diags, LOOP_E0413, kid->span, "%s takes no argument", modes[i].name);
        else if (modes[i].what && arguments != 1 && !(arguments == 0 && loop->selection == LOOP_SELECT_SOFTMAX))
            loop_diag(check->diags, LOOP_E0413, kid->span, "%s takes one argument: %s", modes[i].name, modes[i].what);
        else if (arguments) {
            loop->selection_value = loop_expr(check, &where, kid->first);
            loop_need_width(check, loop->selection_value, 1, modes[i].what);
            loop_need_unit(check, loop->selection_value, LOOP_UNIT_NUMBER, modes[i].what);
        }
    }
}

/* ---- learn ---- */

static LoopNode **hyperparameter(LoopLoopModel *loop, LoopStr name)
{
    return loop_str_is(name, "rate")    ? &loop->rate
           : loop_str_is(name, "trace") ? &loop->trace
           : loop_str_is(name, "burst") ? &loop->burst
           : loop_str_is(name, "dip")   ? &loop->dip
           : loop_str_is(name, "forget") ? &loop->forget
                                         : NULL;
}

static const char *setting_title(LoopLoopModel *loop, LoopNode **slot)
{
    return slot == &loop->rate ? "the rate" : slot == &loop->trace ? "the trace" : slot == &loop->burst ? "the factor of bursts"
           : slot == &loop->dip ? "the factor of dips" : "forgetting";
}

static void set_rule(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    loop->rule = loop_rule_find(ast->text);
    if (loop->rule != LOOP_NONE)
        return;
    if (loop_str_is(ast->text, "associability"))
        loop_diag(check->diags, LOOP_E0190, ast->span, "the rule 'associability' is not supported yet");
    else {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0606, ast->span, "there is no learning rule '%.*s'", LOOP_STR_ARGS(ast->text));
        if (hyperparameter(loop, ast->text))
            loop_diag_help(check->diags, diag, "'%.*s' needs a value behind it, such as '%.*s 0.1'.", LOOP_STR_ARGS(ast->text),
                           LOOP_STR_ARGS(ast->text));
        else
            loop_diag_help(check->diags, diag, "'loop catalog' lists the rules.");
    }
    loop->rule = 0;
}

static void set_learn(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    for (const LoopAst *item = ast->first; item; item = item->next) {
        if (!item->first) {
            set_rule(check, loop, item);
            continue;
        }
        LoopNode **slot = hyperparameter(loop, item->text);
        if (!slot) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0607, item->name_span, "learning has no setting '%.*s'", LOOP_STR_ARGS(item->text));
            loop_diag_help(check->diags, diag, "Its settings are rate, trace, burst, dip and forget.");
            continue;
        }
        if (*slot)
            loop_diag(check->diags, LOOP_E0608, item->name_span, "'%.*s' is set twice", LOOP_STR_ARGS(item->text));
        LoopWhere where = clause(check, loop, LOOP_IN_INNATE, "learn");
        const char *what = setting_title(loop, slot);
        LoopNode *node = loop_expr(check, &where, item->first);
        if (!fits_channels(check, loop, node, what))
            continue;
        if (slot == &loop->trace)
            node = loop_need_factor(check, node, what);
        else if (slot == &loop->forget)
            node = loop_need_unit(check, node, LOOP_UNIT_DURATION, what) ? loop_need_factor(check, node, what) : NULL;
        else if (!loop_need_unit(check, node, LOOP_UNIT_NUMBER, what))
            node = NULL;
        *slot = node;
    }
    if (!loop->rate && loop_diags_errors(check->diags) == 0) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0609, ast->span, "a loop that learns needs a rate");
        loop_diag_help(check->diags, diag, "Write it into the clause: learn rate 0.1");
    }
}

/* ---- the other clauses ---- */

static void set_bounds(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_CONSTANT, "bounds");
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

static void set_converge(LoopChecker *check, const LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_CONSTANT, "converge");
    uint32_t r = 1, one = 1;
    if (!loop_need_count(check, loop_expr(check, &where, ast->first), "convergence", 1, LOOP_WIDTH_MAX, &r) ||
        !loop_need_count(check, loop_expr(check, &where, ast->last), "the right side of convergence", 1, 1, &one))
        return;
    if (r != 1)
        loop_diag(check->diags, LOOP_E0190, ast->span, "convergence of more than one neuron is not supported yet");
}

static void set_path(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    loop->path = loop_check_text(check, ast->span);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        LoopSymbol *region = kid->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_VALUES, kid->text) : NULL;
        LoopSymbol *structure = kid->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_STRUCTURES, kid->text) : NULL;
        if (region && region->kind == LOOP_SYM_REGION)
            region->used = true;
        if (structure)
            structure->used = true;
    }
}

static void set_weights(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_INIT, "weights");
    where.clock = LOOP_DRAW_ONCE;
    loop->weights = loop_expr(check, &where, ast->first);
    if (!loop_need_initial(check, loop->weights, "the first weights"))
        loop->weights = NULL;
    else if (!loop_need_width(check, loop->weights, 1, "what every weight starts from") ||
             !loop_need_unit(check, loop->weights, LOOP_UNIT_NUMBER, "the first weights"))
        loop->weights = NULL;
}

static void set_wiring(LoopChecker *check, const LoopAst *ast)
{
    if (loop_str_is(ast->text, "broadcast"))
        return;
    if (loop_str_is(ast->text, "sampling") || loop_str_is(ast->text, "topographic"))
        loop_diag(check->diags, LOOP_E0190, ast->span, "'wiring %.*s' is not supported yet", LOOP_STR_ARGS(ast->text));
    else {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0604, ast->span, "there is no wiring '%.*s'", LOOP_STR_ARGS(ast->text));
        loop_diag_help(check->diags, diag, "Write broadcast, sampling F or topographic.");
    }
}

static void report_no_selection(LoopChecker *check, const LoopAst *ast)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0611, ast->span, "only a choose loop selects");
    loop_diag_help(check->diags, diag, "A predict loop lets all its channels through; take the clause out.");
}

static void set_clause(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopWhere where = clause(check, loop, LOOP_IN_CONSTANT, "upstate");
    switch (ast->kind) {
    case LOOP_AST_CONTEXT:
        add_context(check, loop, ast);
        break;
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
        if (loop->kind == LOOP_CHOOSE)
            set_select(check, loop, ast);
        else
            report_no_selection(check, ast);
        break;
    case LOOP_AST_LEARN:
        set_learn(check, loop, ast);
        break;
    case LOOP_AST_WEIGHTS:
        set_weights(check, loop, ast);
        break;
    case LOOP_AST_BOUNDS:
        set_bounds(check, loop, ast);
        break;
    case LOOP_AST_WIRING:
        set_wiring(check, ast);
        break;
    case LOOP_AST_CONVERGE:
        set_converge(check, loop, ast);
        break;
    case LOOP_AST_UPSTATE:
        loop_need_count(check, loop_expr(check, &where, ast->first), "an up-state", 0, LOOP_WIDTH_MAX, &loop->upstate);
        break;
    case LOOP_AST_OVERRIDE:
    case LOOP_AST_EXPLORE:
        loop_diag(check->diags, LOOP_E0190, ast->span, "'%s' is not supported yet", loop_ast_kind_name(ast->kind));
        break;
    case LOOP_AST_PATH:
        set_path(check, loop, ast);
        break;
    default:
        break;
    }
}

static bool stands_once(LoopAstKind kind)
{
    return kind != LOOP_AST_CONTEXT && kind != LOOP_AST_LET;
}

/* Each clause but context stands once. */
static void check_repeats(LoopChecker *check, const LoopAst *loop)
{
    for (const LoopAst *kid = loop->first; kid; kid = kid->next) {
        if (!stands_once(kid->kind))
            continue;
        const LoopAst *first = loop_ast_find(loop, kid->kind);
        if (first == kid)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0608, kid->span, "'%s' is set twice", loop_ast_kind_name(kid->kind));
        loop_diag_note(check->diags, diag, first->span, "first set here");
    }
}

static void fill_discount(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopAst *header = loop_ast_find(loop->symbol->ast, LOOP_AST_PREDICT);
    if (!header || loop->horizon != LOOP_DISCOUNT)
        return;
    LoopWhere where = clause(check, loop, LOOP_IN_INNATE, "discount");
    LoopNode *node = loop_expr(check, &where, loop_ast_value(header, LOOP_AST_DISCOUNT));
    if (fits_channels(check, loop, node, "the discount"))
        loop->discount = loop_need_factor(check, node, "the discount");
}

static void fill_loop(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopAst *ast = loop->symbol->ast;
    check_repeats(check, ast);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (!stands_once(kid->kind) || loop_ast_find(ast, kid->kind) == kid)
            set_clause(check, loop, kid);
    if (!loop_ast_find(ast, LOOP_AST_CONTEXT)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0612, loop->symbol->span, "the loop '%.*s' has no context",
                                   LOOP_STR_ARGS(loop->symbol->name));
        loop_diag_help(check->diags, diag, "Say what its striatum sees: context EXPR. A constant 1 will do for a plain bandit.");
    }
}

void loop_loops_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    /* Discounts first: the TD error of a loop, which any formula may ask for, is made of it. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < model->symbols.count; i++) {
            LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
            if (symbol->kind != LOOP_SYM_LOOP || !symbol->loop)
                continue;
            if (pass == 0) {
                LoopLoopModel **place = LOOP_ADD(check->arena, &model->loops, LoopLoopModel *);
                if (!place)
                    return;
                symbol->index = (uint32_t)model->loops.count - 1;
                *place = symbol->loop;
                fill_discount(check, symbol->loop);
            } else
                fill_loop(check, symbol->loop);
        }
}

/* ---- errors as formulas ---- */

static LoopNode *op2(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode *a, LoopNode *b)
{
    LoopNode *kids[] = {a, b};
    return loop_node_op(check, span, op, kids, 2);
}

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

LoopNode *loop_error_formula(LoopChecker *check, LoopSymbol *symbol, LoopSpan span, bool discount_only)
{
    loop_symbol_type(check, symbol);
    symbol->used = true;
    LoopLoopModel *loop = symbol->loop;
    if (symbol->broken || !loop)
        return NULL;
    if (loop->kind != LOOP_PREDICT || (discount_only && loop->horizon != LOOP_DISCOUNT)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0412, span, "'%.*s' is no %s", LOOP_STR_ARGS(symbol->name),
                                   discount_only ? "predict loop with a discount" : "predict loop");
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        loop_diag_help(check->diags, diag, loop->kind == LOOP_CHOOSE ? "A choose loop's error is written out, for example outcome * (r - %.*s.expected)." : "Its error is error(%.*s).",
                       LOOP_STR_ARGS(symbol->name));
        return NULL;
    }
    LoopNode *output = loop_node_symbol(check, symbol, LOOP_FIELD_SELF, span);
    if (loop->horizon == LOOP_AHEAD)
        return op2(check, span, LOOP_OP_sub, loop->truth, past(check, span, output, loop->lead));
    if (loop->horizon == LOOP_WITHIN)
        return op2(check, span, LOOP_OP_sub, recent_largest(check, span, loop->truth, loop->lead),
                   past(check, span, output, loop->lead));
    if (!loop->discount) /* the formula was asked for before the clauses were read */
        fill_discount(check, loop);
    LoopNode *next = op2(check, span, LOOP_OP_mul, loop->discount, output);
    LoopNode *gain = op2(check, span, LOOP_OP_add, loop->truth, next);
    return op2(check, span, LOOP_OP_sub, gain, past(check, span, output, 1));
}
