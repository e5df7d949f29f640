/* Calls: functions of the file (written out in place), rows of elementwise.def, rows of function.def. */
#include "lang/check/check.h"

#include "runtime/contract/num.h"

enum { ARGUMENTS_MAX = 4 };

/* A call of a row of function.def on its way to a node. */
typedef struct Call {
    LoopChecker *check;
    const LoopWhere *where;
    const LoopAst *ast;
    LoopFunction function;
    const LoopAst *arg[ARGUMENTS_MAX];
    LoopNode *kid[ARGUMENTS_MAX];
    uint32_t count;
} Call;

static LoopNode *make(const Call *call, LoopType type, uint32_t kids)
{
    LoopNode *copy[ARGUMENTS_MAX];
    for (uint32_t i = 0; i < kids; i++)
        copy[i] = call->kid[i];
    return loop_node_function(call->check, call->ast->span, call->function, type, copy, kids);
}

static LoopType number(uint32_t width)
{
    return (LoopType){.width = width};
}

static bool scalar_number(const Call *call, uint32_t i, const char *what)
{
    return loop_need_width(call->check, call->kid[i], 1, what) &&
           loop_need_unit(call->check, call->kid[i], LOOP_UNIT_NUMBER, what);
}

static bool same_unit(const Call *call, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (!loop_need_unit(call->check, call->kid[i], call->kid[0]->type.unit, "this argument"))
            return false;
    return true;
}

/* The constant size among the arguments; 1 when it is left out. */
static bool size_argument(const Call *call, uint32_t i, uint32_t *size)
{
    *size = 1;
    return i >= call->count || loop_need_count(call->check, call->kid[i], "the size", 1, LOOP_WIDTH_MAX, size);
}

static bool wide(const Call *call, uint64_t width)
{
    if (width <= LOOP_WIDTH_MAX)
        return true;
    loop_diag(call->check->diags, LOOP_E0403, call->ast->span, "this value would have %llu elements, more than a value may have",
              (unsigned long long)width);
    return false;
}

/* ---- over elements, building ---- */

static LoopNode *reduce(const Call *call)
{
    bool keeps = call->function != LOOP_FN_norm && call->function != LOOP_FN_argmax;
    if (!keeps && !loop_need_unit(call->check, call->kid[0], LOOP_UNIT_NUMBER, "this argument"))
        return NULL;
    return make(call, (LoopType){.width = 1, .unit = keeps ? call->kid[0]->type.unit : LOOP_UNIT_NUMBER}, 1);
}

static LoopNode *dot(const Call *call)
{
    LoopNode *pair[] = {call->kid[0], call->kid[1]};
    const LoopNode *product = loop_node_op(call->check, call->ast->span, LOOP_OP_mul, pair, 2);
    return product ? make(call, (LoopType){.width = 1, .unit = product->type.unit}, 2) : NULL;
}

static LoopNode *onehot(const Call *call)
{
    uint32_t n;
    return scalar_number(call, 0, "an index") && size_argument(call, 1, &n) ? make(call, number(n), 1) : NULL;
}

static LoopNode *elements(const Call *call, LoopNode *of, uint32_t start, uint32_t n)
{
    LoopNode *node = loop_node_new(call->check, LOOP_NODE_ELEMENT, call->ast->span, 1);
    if (!node)
        return NULL;
    node->kids[0] = of;
    node->size = start;
    node->type = (LoopType){.width = n, .unit = of->type.unit};
    loop_node_done(call->check, node);
    return node;
}

static LoopNode *slice(const Call *call)
{
    uint32_t start, n;
    const LoopNode *v = call->kid[0];
    if (!loop_need_count(call->check, call->kid[1], "the start of a slice", 0, v->type.width - 1.0, &start) ||
        !loop_need_count(call->check, call->kid[2], "the length of a slice", 1, v->type.width - start, &n))
        return NULL;
    return elements(call, call->kid[0], start, n);
}

static LoopNode *outer(const Call *call)
{
    uint64_t width = (uint64_t)call->kid[0]->type.width * call->kid[1]->type.width;
    for (uint32_t i = 0; i < 2; i++)
        if (!loop_need_unit(call->check, call->kid[i], LOOP_UNIT_NUMBER, "a factor of outer"))
            return NULL;
    return wide(call, width) ? make(call, number((uint32_t)width), 2) : NULL;
}

static LoopNode *bumps(const Call *call)
{
    uint32_t n, kids = call->function == LOOP_FN_rbf ? 3 : 2;
    for (uint32_t i = 0; i < kids; i++)
        if (!loop_need_width(call->check, call->kid[i], 1, "this argument"))
            return NULL;
    if (!same_unit(call, kids) || !size_argument(call, kids, &n))
        return NULL;
    LoopUnit unit = call->function == LOOP_FN_ramp ? call->kid[0]->type.unit : LOOP_UNIT_NUMBER;
    return make(call, (LoopType){.width = n, .unit = unit}, kids);
}

static LoopNode *fill(const Call *call)
{
    uint32_t n;
    return loop_need_width(call->check, call->kid[0], 1, "what fills") && size_argument(call, 1, &n)
               ? make(call, (LoopType){.width = n, .unit = call->kid[0]->type.unit, .choice = call->kid[0]->type.choice}, 1)
               : NULL;
}

/* ---- time ---- */

/* INIT of a state, or the same elements of it; NULL for anything else. */
static LoopNode *initial(const Call *call, const LoopNode *x)
{
    if (x->kind == LOOP_NODE_SYMBOL && x->symbol->kind == LOOP_SYM_STATE)
        return x->symbol->init;
    LoopNode *init = x->kind == LOOP_NODE_ELEMENT ? initial(call, x->kids[0]) : NULL;
    return init && init->type.width > 1 ? elements(call, init, x->size, x->type.width) : init;
}

/* What prev and delay give before there is a past: as asked; INIT of a state; none for a choice; else 0. */
static LoopNode *before(const Call *call, uint32_t i)
{
    const LoopNode *x = call->kid[0];
    if (i < call->count)
        return call->kid[i];
    LoopNode *init = initial(call, x);
    if (init)
        return init;
    LoopNode *zero = loop_node_number(call->check, call->ast->span, x->type.choice ? -1 : 0);
    if (zero)
        zero->type.unit = x->type.unit;
    return zero;
}

static LoopNode *past(Call *call, uint32_t before_at)
{
    LoopNode *x = call->kid[0], *start = before(call, before_at);
    uint32_t steps = 1;
    if (call->function == LOOP_FN_delay &&
        !loop_need_steps(call->check, call->kid[1], "a delay", 0, &steps))
        return NULL;
    if (!start || !loop_need_initial(call->check, start, "the value before the start"))
        return NULL;
    if (start->type.width != 1 && !loop_need_width(call->check, start, x->type.width, "the value before the start"))
        return NULL;
    if (!loop_need_unit(call->check, start, x->type.unit, "the value before the start"))
        return NULL;
    if (steps == 0)
        return x;
    call->kid[1] = start;
    LoopNode *node = make(call, x->type, 2);
    if (node)
        node->size = steps;
    return node;
}

static LoopNode *leaky(Call *call)
{
    LoopNode *x = call->kid[0];
    call->kid[1] = loop_need_factor(call->check, call->kid[1], "the time constant of a trace");
    LoopNode *pair[] = {x, call->kid[1]};
    LoopNode *both = loop_node_op(call->check, call->ast->span, LOOP_OP_mul, pair, 2);
    return both ? make(call, (LoopType){.width = both->type.width, .unit = x->type.unit, .labels = x->type.labels}, 2) : NULL;
}

static LoopNode *hold(const Call *call)
{
    LoopType type = call->kid[0]->type;
    if (!loop_need_unit(call->check, call->kid[1], LOOP_UNIT_NUMBER, "the condition"))
        return NULL;
    if (call->kid[1]->type.width != 1 && type.width != 1 &&
        !loop_need_width(call->check, call->kid[1], type.width, "the condition"))
        return NULL;
    if (call->kid[1]->type.width > type.width)
        type.width = call->kid[1]->type.width;
    return make(call, type, 2);
}

static LoopNode *onset(const Call *call)
{
    if (!loop_need_unit(call->check, call->kid[0], LOOP_UNIT_NUMBER, "what begins"))
        return NULL;
    LoopType type = {.width = call->kid[0]->type.width, .labels = call->kid[0]->type.labels};
    if (call->function == LOOP_FN_since)
        type.unit = LOOP_UNIT_DURATION;
    return make(call, type, 1);
}

/* ---- cortical codes ---- */

static LoopNode *code(Call *call)
{
    uint32_t units = 1;
    LoopNode *x = call->kid[0];
    if (!loop_need_unit(call->check, x, LOOP_UNIT_NUMBER, "what is encoded"))
        return NULL;
    if (call->function == LOOP_FN_history) {
        if (!loop_need_steps(call->check, call->kid[1], "the span of a history", 1, &units))
            return NULL;
    } else if (!size_argument(call, 1, &units))
        return NULL;
    uint64_t width = call->function == LOOP_FN_random_code ? units : (uint64_t)x->type.width * units;
    if (!wide(call, width))
        return NULL;
    uint32_t kids = 1;
    if (call->function == LOOP_FN_microstimuli) {
        call->kid[1] = loop_need_factor(call->check, call->kid[2], "the decay of microstimuli");
        call->kid[2] = call->kid[3];
        if (!call->kid[1] || !scalar_number(call, 1, "the decay of microstimuli") ||
            !scalar_number(call, 2, "the width of microstimuli"))
            return NULL;
        kids = 3;
    }
    if (call->function == LOOP_FN_random_code && !wide(call, width * x->type.width))
        return NULL;
    LoopNode *node = make(call, number((uint32_t)width), kids);
    if (node)
        node->size = units;
    return node;
}

/* ---- random ---- */

static uint64_t next_place(const LoopChecker *check, const LoopWhere *where)
{
    LoopText text = {.arena = check->arena};
    loop_text_add(&text, "%.*s#%u", LOOP_STR_ARGS(where->place), where->draws ? (*where->draws)++ : 0);
    return loop_name_hash(loop_text_view(&text));
}

/* A constant probability lies between 0 and 1, constant weights of a pick are not below 0; others are looked at each time. */
static bool odds_fit(const Call *call)
{
    const LoopNode *p = call->kid[0];
    bool chance = call->function == LOOP_FN_bernoulli;
    if (!p->constant || !(chance || call->function == LOOP_FN_pick))
        return true;
    double sum = 0;
    for (uint32_t e = 0; e < p->type.width; e++) {
        sum += p->constant[e];
        if (p->constant[e] >= 0 && !(chance && p->constant[e] > 1))
            continue;
        loop_diag(call->check->diags, LOOP_E0705, p->span, chance ? "a probability must lie between 0 and 1, not at %g"
                                                                  : "a weight must not be below 0, as %g is", p->constant[e]);
        return false;
    }
    if (chance || sum > 0)
        return true;
    loop_diag(call->check->diags, LOOP_E0705, p->span, "one of the weights must be above 0");
    return false;
}

static LoopNode *draw(const Call *call)
{
    uint32_t operands = call->function == LOOP_FN_uniform || call->function == LOOP_FN_normal ? 2 : 1, n = 1;
    LoopType type = {.width = 1, .unit = call->kid[0]->type.unit};
    if (!same_unit(call, operands) || (call->function != LOOP_FN_pick && !size_argument(call, operands, &n)))
        return NULL;
    if (call->function == LOOP_FN_pick || call->function == LOOP_FN_bernoulli)
        type.unit = LOOP_UNIT_NUMBER;
    for (uint32_t i = 0; call->function != LOOP_FN_pick && i < operands; i++)
        if (call->kid[i]->type.width > type.width)
            type.width = call->kid[i]->type.width;
    if (n > 1 && type.width > 1 && type.width != n) {
        LoopDiag *diag = loop_diag(call->check->diags, LOOP_E0401, call->ast->span, "widths differ: %u and %u", type.width, n);
        loop_diag_help(call->check->diags, diag, "The last argument says how many are drawn; leave it out to draw one for each element.");
        return NULL;
    }
    type.width = n > type.width ? n : type.width;
    for (uint32_t i = 0; call->function != LOOP_FN_pick && i < operands; i++)
        if (call->kid[i]->type.width != 1 && !loop_need_width(call->check, call->kid[i], type.width, "this argument"))
            return NULL;
    if (call->function == LOOP_FN_pick && !loop_need_unit(call->check, call->kid[0], LOOP_UNIT_NUMBER, "the weights"))
        return NULL;
    if (!odds_fit(call))
        return NULL;
    LoopNode *node = make(call, type, operands);
    if (node) {
        node->place = next_place(call->check, call->where);
        node->clock = call->where->clock;
    }
    return node;
}

static LoopNode *once(Call *call)
{
    if (!loop_need_initial(call->check, call->kid[0], "what is drawn once"))
        return NULL;
    return make(call, call->kid[0]->type, 1);
}

/* max(0, 5 + 20 x): the figures of a midbrain cell, in Hz. */
static LoopNode *firing(const Call *call)
{
    LoopChecker *check = call->check;
    LoopSpan at = call->ast->span;
    LoopNode *gain[] = {loop_node_number(check, at, 20), call->kid[0]};
    LoopNode *rise[] = {loop_node_number(check, at, 5), loop_node_op(check, at, LOOP_OP_mul, gain, 2)};
    LoopNode *rate = loop_node_op(check, at, LOOP_OP_add, rise, 2);
    return loop_node_op(check, at, LOOP_OP_relu, &rate, 1);
}

/* ---- rows ---- */

/* The first loop that is declared to predict what bears that name. */
static LoopStr predictor_of(const LoopChecker *check, LoopStr truth)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        const LoopAst *predict = symbol->kind == LOOP_SYM_LOOP ? loop_ast_find(symbol->ast, LOOP_AST_PREDICT) : NULL;
        if (predict && predict->first->kind == LOOP_AST_NAME && loop_str_equal(predict->first->text, truth))
            return symbol->name;
    }
    return (LoopStr){"", 0};
}

static LoopNode *loop_argument(Call *call)
{
    const LoopAst *name = call->arg[0];
    LoopStr path = loop_scope_path(call->check, name);
    LoopSymbol *loop = path.len ? loop_scope_find(call->check, LOOP_SPACE_VALUES, path) : NULL;
    if (!loop && path.len && loop_scope_report_closed(call->check, LOOP_SPACE_VALUES, path, name->span))
        return NULL;
    if (!loop || loop->kind != LOOP_SYM_LOOP) {
        const char *function = loop_function_info(call->function)->name;
        LoopDiag *diag = loop_diag(call->check->diags, LOOP_E0412, name->span, "%s needs the name of a predict loop", function);
        loop_scope_note_passed(call->check, diag, path);
        LoopStr loop_name = name->kind == LOOP_AST_NAME ? predictor_of(call->check, name->text) : (LoopStr){"", 0};
        if (loop_name.len)
            loop_diag_help(call->check->diags, diag, "'%.*s' is what '%.*s' predicts: write %s(%.*s).", LOOP_STR_ARGS(name->text),
                           LOOP_STR_ARGS(loop_name), function, LOOP_STR_ARGS(loop_name));
        return NULL;
    }
    return loop_error_formula(call->check, loop, call->ast->span, call->function == LOOP_FN_rpe);
}

static LoopNode *build(Call *call)
{
    switch (call->function) {
    case LOOP_FN_sum:
    case LOOP_FN_mean:
    case LOOP_FN_largest:
    case LOOP_FN_smallest:
    case LOOP_FN_norm:
    case LOOP_FN_argmax:
        return reduce(call);
    case LOOP_FN_dot:
        return dot(call);
    case LOOP_FN_onehot:
        return onehot(call);
    case LOOP_FN_slice:
        return slice(call);
    case LOOP_FN_outer:
        return outer(call);
    case LOOP_FN_rbf:
    case LOOP_FN_ramp:
        return bumps(call);
    case LOOP_FN_fill:
        return fill(call);
    case LOOP_FN_prev:
        return past(call, 1);
    case LOOP_FN_delay:
        return past(call, 2);
    case LOOP_FN_onset:
    case LOOP_FN_since:
        return onset(call);
    case LOOP_FN_trace:
        return leaky(call);
    case LOOP_FN_hold:
        return hold(call);
    case LOOP_FN_history:
    case LOOP_FN_microstimuli:
    case LOOP_FN_random_code:
        return code(call);
    case LOOP_FN_bernoulli:
    case LOOP_FN_uniform:
    case LOOP_FN_normal:
    case LOOP_FN_pick:
        return draw(call);
    case LOOP_FN_once:
        return once(call);
    case LOOP_FN_error:
    case LOOP_FN_rpe:
        return loop_argument(call);
    case LOOP_FN_firing:
        return firing(call);
    case LOOP_FN_foresee: /* foresee.c */
    case LOOP_FN_COUNT:
        break;
    }
    return NULL;
}

static bool takes_loop(LoopFunction function)
{
    return function == LOOP_FN_error || function == LOOP_FN_rpe;
}

static bool count_fits(LoopChecker *check, const LoopAst *ast, const char *name, const char *arguments, uint32_t fewest,
                       uint32_t most)
{
    if (ast->kid_count >= fewest && ast->kid_count <= most)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, "%s takes %u argument%s, not %u", name,
                               ast->kid_count < fewest ? fewest : most, (ast->kid_count < fewest ? fewest : most) == 1 ? "" : "s",
                               ast->kid_count);
    loop_diag_help(check->diags, diag, "It is called as %s(%s).", name, arguments);
    return false;
}

static LoopNode *call_function(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopFunction function)
{
    const LoopFunctionInfo *info = loop_function_info(function);
    Call call = {.check = check, .ast = ast, .function = function};
    LoopWhere inner = *where;
    if (function == LOOP_FN_foresee)
        return loop_foresee(check, ast);
    if (!count_fits(check, ast, info->name, info->arguments, info->fewest, info->most))
        return NULL;
    if (function == LOOP_FN_once)
        inner.clock = LOOP_DRAW_ONCE;
    if (function == LOOP_FN_prev || function == LOOP_FN_delay)
        inner.old_states = false;
    call.where = &inner;
    bool failed = false;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next, call.count++) {
        call.arg[call.count] = kid;
        if (takes_loop(function))
            continue;
        call.kid[call.count] = loop_expr(check, &inner, kid);
        failed = failed || !call.kid[call.count];
    }
    return failed ? NULL : build(&call);
}

/* ---- elementwise rows ---- */

typedef struct Row {
    const char *written;
    uint32_t op, arity;
} Row;

static const Row rows[] = {
#define EW1(name, written, units, doc, expr) {written, LOOP_OP_##name, 1},
#define EW2(name, written, units, doc, expr) {written, LOOP_OP_##name, 2},
#define EW3(name, written, units, doc, expr) {written, LOOP_OP_##name, 3},
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

bool loop_call_known(LoopStr name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(name, rows[i].written))
            return true;
    for (uint32_t f = 0; loop_function_info(f); f++)
        if (loop_str_is(name, loop_function_info(f)->name))
            return true;
    return false;
}

static LoopNode *call_row(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const Row *row)
{
    LoopNode *kids[3] = {NULL};
    uint32_t count = 0;
    const char *const arguments[] = {"x", "x, y", "x, lo, hi"};
    if (!count_fits(check, ast, row->written, arguments[row->arity - 1], row->arity, row->arity))
        return NULL;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        kids[count++] = loop_expr(check, where, kid);
    return loop_node_op(check, ast->span, row->op, kids, row->arity);
}

/* ---- functions of the file ---- */

/* The argument as prev and delay read it: `prev(level)` is the same in a function that is handed `level`. */
static LoopNode *in_past(LoopChecker *check, const LoopWhere *where, const LoopAst *arg)
{
    LoopWhere past = *where;
    past.old_states = false;
    LoopNode *node = loop_expr(check, &past, arg);
    if (node)
        node->shared = true;
    return node;
}

/* A formal with what the call hands it, or its default; a default is worked out where the function stands, and knows none of
   the arguments. No node: neither is there, or it has an error. */
static LoopBinding bind(LoopChecker *check, const LoopWhere *where, const LoopAst *formal, const LoopAst *arg)
{
    LoopBinding binding = {.name = formal->text};
    LoopWhere outside = *where;
    if (!arg) {
        outside.bindings = NULL;
        arg = loop_ast_value(formal, LOOP_AST_EXPR);
    }
    binding.node = arg ? loop_expr(check, &outside, arg) : NULL;
    if (!binding.node)
        return binding;
    binding.node->shared = true;
    if (where->old_states && !binding.node->draws)
        binding.in_past = in_past(check, &outside, arg);
    return binding;
}

/* Writes the function out at the place of the call: arguments once, then the body in terms of them. */
static LoopNode *call_own(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *fn)
{
    LoopBinding bindings[32];
    LoopWhere inner = *where;
    uint32_t count = 0, given = 0, standards = 0;
    bool failed = false;
    const LoopAst *arg = ast->first;
    fn->used = true;
    if (fn->state == LOOP_TYPING) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0206, ast->span, "the function '%.*s' calls itself", LOOP_STR_ARGS(fn->name));
        loop_diag_help(check->diags, diag, "Functions are written out where they are called; what depends on its own past is a state, or takes prev.");
        return NULL;
    }
    inner.bindings = NULL;
    for (const LoopAst *formal = fn->ast->first; formal; formal = formal->next) {
        if (formal->kind != LOOP_AST_FORMAL)
            continue;
        if (count == sizeof bindings / sizeof bindings[0]) {
            loop_diag(check->diags, LOOP_E0413, formal->span, "a function takes at most 32 arguments");
            return NULL;
        }
        const LoopAst *standard = loop_ast_value(formal, LOOP_AST_EXPR);
        given += arg || standard;
        standards += standard != NULL;
        bindings[count] = bind(check, where, formal, arg);
        bindings[count].outer = inner.bindings;
        failed = failed || !bindings[count].node;
        inner.bindings = &bindings[count++];
        arg = arg ? arg->next : NULL;
    }
    if (ast->kid_count > count || given < count) {
        LoopText range = {.arena = check->arena};
        if (standards)
            loop_text_add(&range, "%u to ", count - standards);
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, "%.*s takes %.*s%u argument%s, not %u",
                                   LOOP_STR_ARGS(fn->name), LOOP_STR_ARGS(loop_text_view(&range)), count, count == 1 ? "" : "s", ast->kid_count);
        loop_diag_note(check->diags, diag, fn->span, "declared here");
        return NULL;
    }
    if (failed)
        return NULL;
    fn->state = LOOP_TYPING;
    LoopScope *before = loop_scope_enter(check, fn->scope); /* its names are those of where it stands */
    LoopNode *node = loop_expr(check, &inner, loop_ast_value(fn->ast, LOOP_AST_EXPR));
    loop_scope_enter(check, before);
    fn->state = LOOP_UNTYPED;
    return node;
}

static LoopNode *unknown(LoopChecker *check, const LoopAst *ast)
{
    if (loop_scope_report_part(check, ast->text, ast->name_span))
        return NULL;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0201, ast->name_span, "there is no function '%.*s'", LOOP_STR_ARGS(ast->text));
    LoopStr best = loop_scope_near(check, LOOP_SPACE_FUNCTIONS, ast->text);
    size_t limit = best.len ? loop_edit_distance(ast->text, best, 2) : 3;
    for (uint32_t f = 0; loop_function_info(f); f++) {
        LoopStr name = loop_str(loop_function_info(f)->name);
        size_t distance = loop_edit_distance(ast->text, name, 2);
        if (distance <= 2 && distance < limit) {
            best = name;
            limit = distance;
        }
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        LoopStr name = loop_str(rows[i].written);
        size_t distance = loop_edit_distance(ast->text, name, 2);
        if (name.len > 2 && distance <= 2 && distance < limit) {
            best = name;
            limit = distance;
        }
    }
    if (best.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(best));
    else
        loop_diag_help(check->diags, diag, "'loop catalog' lists the functions; fn defines your own.");
    return NULL;
}

LoopNode *loop_expr_call(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopSymbol *own = loop_scope_find(check, LOOP_SPACE_FUNCTIONS, ast->text);
    if (own && own->kind == LOOP_SYM_FOREIGN)
        return loop_foreign_call_node(check, where, ast, own);
    if (own)
        return call_own(check, where, ast, own);
    for (uint32_t f = 0; loop_function_info(f); f++)
        if (loop_str_is(ast->text, loop_function_info(f)->name))
            return call_function(check, where, ast, (LoopFunction)f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(ast->text, rows[i].written) && !loop_str_is(ast->text, "if") && !loop_str_is(ast->text, "not"))
            return call_row(check, where, ast, &rows[i]);
    return unknown(check, ast);
}
