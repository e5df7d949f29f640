/* The functions of function.def: what each demands of its arguments, and the node that it becomes. */
#include "lang/check/expr/calls.h"

static LoopNode *make(const LoopCall *call, LoopType type, uint32_t kids)
{
    LoopNode *copy[LOOP_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < kids; i++)
        copy[i] = call->kid[i];
    return loop_node_function(call->check, call->ast->span, call->function, type, copy, kids);
}

static LoopType number(uint32_t width)
{
    return (LoopType){.width = width};
}

static bool scalar_number(const LoopCall *call, uint32_t i, const char *what)
{
    return loop_need_width(call->check, call->kid[i], 1, what) &&
           loop_need_unit(call->check, call->kid[i], LOOP_UNIT_NUMBER, what);
}

static bool same_unit(const LoopCall *call, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (!loop_need_unit(call->check, call->kid[i], call->kid[0]->type.unit, "this argument"))
            return false;
    return true;
}

/* The constant size among the arguments; 1 when it is left out. */
static bool size_argument(const LoopCall *call, uint32_t i, uint32_t *size)
{
    *size = 1;
    return i >= call->count || loop_need_count(call->check, call->kid[i], "the size", 1, LOOP_WIDTH_MAX, size);
}

static bool wide(const LoopCall *call, uint64_t width)
{
    if (width <= LOOP_WIDTH_MAX)
        return true;
    loop_diag(call->check->diags, LOOP_E0403, call->ast->span, "this value would have %llu elements, more than a value may have",
              (unsigned long long)width);
    return false;
}

/* ---- over elements, building ---- */

static LoopNode *reduce(const LoopCall *call)
{
    loop_doubt_reducer(call);
    bool keeps = call->function != LOOP_FN_norm && call->function != LOOP_FN_argmax;
    if (!keeps && !loop_need_unit(call->check, call->kid[0], LOOP_UNIT_NUMBER, "this argument"))
        return NULL;
    return make(call, (LoopType){.width = 1, .unit = keeps ? call->kid[0]->type.unit : LOOP_UNIT_NUMBER}, 1);
}

static LoopNode *dot(const LoopCall *call)
{
    LoopNode *pair[] = {call->kid[0], call->kid[1]};
    loop_doubt_dot(call);
    const LoopNode *product = loop_node_op(call->check, call->ast->span, LOOP_OP_mul, pair, 2);
    return product ? make(call, (LoopType){.width = 1, .unit = product->type.unit}, 2) : NULL;
}

static LoopNode *onehot(const LoopCall *call)
{
    uint32_t n;
    return scalar_number(call, 0, "an index") && size_argument(call, 1, &n) ? make(call, number(n), 1) : NULL;
}

static LoopNode *elements(const LoopCall *call, LoopNode *of, uint32_t start, uint32_t n)
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

static LoopNode *slice(const LoopCall *call)
{
    uint32_t start, n;
    const LoopNode *v = call->kid[0];
    if (!loop_need_count(call->check, call->kid[1], "the start of a slice", 0, v->type.width - 1.0, &start) ||
        !loop_need_count(call->check, call->kid[2], "the length of a slice", 1, v->type.width - start, &n))
        return NULL;
    return elements(call, call->kid[0], start, n);
}

static LoopNode *outer(const LoopCall *call)
{
    uint64_t width = (uint64_t)call->kid[0]->type.width * call->kid[1]->type.width;
    for (uint32_t i = 0; i < 2; i++)
        if (!loop_need_unit(call->check, call->kid[i], LOOP_UNIT_NUMBER, "a factor of outer"))
            return NULL;
    return wide(call, width) ? make(call, number((uint32_t)width), 2) : NULL;
}

static LoopNode *bumps(const LoopCall *call)
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

static LoopNode *fill(const LoopCall *call)
{
    uint32_t n;
    return loop_need_width(call->check, call->kid[0], 1, "what fills") && size_argument(call, 1, &n)
               ? make(call, (LoopType){.width = n, .unit = call->kid[0]->type.unit, .choice = call->kid[0]->type.choice}, 1)
               : NULL;
}

/* ---- time ---- */

/* INIT of a state, also by another name of it, or the same elements of it; NULL for anything else. */
static LoopNode *initial(const LoopCall *call, LoopNode *node)
{
    const LoopNode *x = loop_node_named(node);
    if (x->kind == LOOP_NODE_SYMBOL && x->symbol->kind == LOOP_SYM_STATE)
        return x->symbol->init;
    LoopNode *init = x->kind == LOOP_NODE_ELEMENT ? initial(call, x->kids[0]) : NULL;
    return init && init->type.width > 1 ? elements(call, init, x->size, x->type.width) : init;
}

/* What prev and delay give before there is a past: as asked; INIT of a state; none for a choice; else 0. */
static LoopNode *before(const LoopCall *call, uint32_t i)
{
    LoopNode *x = call->kid[0];
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

/* As in prev(x, 300 ms), which delay(x, 300 ms) is. */
static bool is_time_ago(const LoopCall *call, const LoopNode *start)
{
    if (call->function != LOOP_FN_prev || start->type.unit != LOOP_UNIT_DURATION || call->kid[0]->type.unit == LOOP_UNIT_DURATION)
        return false;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_E0406, start->span, "the value before the start must be a number");
    loop_diag_help(call->check->diags, diag, "'prev' looks back by one step; what was a time ago is delay(x, 300 ms).");
    return true;
}

static LoopNode *past(LoopCall *call, uint32_t before_at)
{
    LoopNode *x = call->kid[0], *start = before(call, before_at);
    uint32_t steps = 1;
    if (call->function == LOOP_FN_delay &&
        (!loop_need_steps(call->check, call->kid[1], "a delay", 0, &steps) || !loop_need_memory(call->check, call->kid[1]->span, "a delay", steps)))
        return NULL;
    if (!start || !loop_need_initial(call->check, start, "the value before the start"))
        return NULL;
    if (start->type.width != 1 && !loop_need_width(call->check, start, x->type.width, "the value before the start"))
        return NULL;
    if (is_time_ago(call, start) || !loop_need_unit(call->check, start, x->type.unit, "the value before the start"))
        return NULL;
    if (steps == 0)
        return x;
    call->kid[1] = start;
    LoopNode *node = make(call, x->type, 2);
    if (node)
        node->size = steps;
    return node;
}

static LoopNode *leaky(LoopCall *call)
{
    LoopNode *x = call->kid[0];
    loop_doubt_factor(call, call->kid[1]);
    call->kid[1] = loop_need_factor(call->check, call->kid[1], "the time constant of a trace", NULL);
    LoopNode *pair[] = {x, call->kid[1]};
    LoopNode *both = loop_node_op(call->check, call->ast->span, LOOP_OP_mul, pair, 2);
    return both ? make(call,
                       (LoopType){
                           .width = both->type.width, .unit = x->type.unit, .labels = both->type.width == x->type.width ? x->type.labels : NULL},
                       2)
                : NULL;
}

static LoopNode *hold(const LoopCall *call)
{
    LoopType type = call->kid[0]->type;
    if (!loop_need_unit(call->check, call->kid[1], LOOP_UNIT_NUMBER, "the condition"))
        return NULL;
    if (call->kid[1]->type.width != 1 && type.width != 1 &&
        !loop_need_width(call->check, call->kid[1], type.width, "the condition"))
        return NULL;
    if (call->kid[1]->type.width > type.width) /* one number, held at moments of several elements */
        type = (LoopType){.width = call->kid[1]->type.width, .unit = type.unit, .choice = type.choice};
    return make(call, type, 2);
}

/* Notes that the call is about when `width` elements of `of` from `first` on begin, where they are of a sense. */
static void note_rises(const LoopCall *call, const LoopNode *of, uint32_t first, uint32_t width)
{
    if (of->kind == LOOP_NODE_ELEMENT)
        note_rises(call, of->kids[0], of->size + first, width);
    for (uint32_t i = 0; of->kind == LOOP_NODE_LIST && i < of->kid_count; i++)
        note_rises(call, of->kids[i], 0, of->kids[i]->type.width);
    if (of->kind != LOOP_NODE_SYMBOL || of->symbol->kind != LOOP_SYM_SENSE)
        return;
    if (of->symbol->state != LOOP_TYPED) /* its width is a guess; what the task drives is known at once */
        return;
    if (!of->symbol->rises)
        of->symbol->rises = LOOP_NEW_ARRAY(call->check->arena, of->type.width, const LoopAst *);
    for (uint32_t i = 0; of->symbol->rises && i < width; i++)
        of->symbol->rises[first + i] = call->ast;
}

static LoopNode *onset(const LoopCall *call)
{
    if (!loop_need_unit(call->check, call->kid[0], LOOP_UNIT_NUMBER, "what begins"))
        return NULL;
    LoopType type = {.width = call->kid[0]->type.width, .labels = call->kid[0]->type.labels};
    note_rises(call, call->kid[0], 0, type.width);
    if (call->function == LOOP_FN_since)
        type.unit = LOOP_UNIT_DURATION;
    return make(call, type, 1);
}

/* ---- cortical codes ---- */

static LoopNode *code(LoopCall *call)
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
    if (call->function != LOOP_FN_random_code)
        note_rises(call, x, 0, x->type.width);
    uint64_t width = call->function == LOOP_FN_random_code ? units : (uint64_t)x->type.width * units;
    if (!wide(call, width))
        return NULL;
    uint32_t kids = 1;
    if (call->function == LOOP_FN_microstimuli) {
        call->kid[1] = loop_need_factor(call->check, call->kid[2], "the decay of microstimuli", NULL);
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
static bool odds_fit(const LoopCall *call)
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

static LoopNode *draw(const LoopCall *call)
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
    loop_doubt_draw(call);
    LoopNode *node = make(call, type, operands);
    if (node) {
        node->place = next_place(call->check, call->where);
        node->clock = call->where->clock;
    }
    return node;
}

static LoopNode *once(LoopCall *call)
{
    if (!loop_need_initial(call->check, call->kid[0], "what is drawn once"))
        return NULL;
    return make(call, call->kid[0]->type, 1);
}

/* max(0, 5 + 20 x): the figures of a midbrain cell, in Hz. */
static LoopNode *firing(const LoopCall *call)
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

static LoopNode *loop_argument(LoopCall *call)
{
    const LoopAst *name = call->arg[0];
    LoopStr path = loop_scope_path(call->check, name);
    LoopSymbol *loop = path.len ? loop_scope_find(call->check, LOOP_SPACE_VALUES, path) : NULL;
    if (!loop && path.len && loop_scope_report_closed(call->check, LOOP_SPACE_VALUES, path, name->span))
        return NULL;
    if (!loop || loop->kind != LOOP_SYM_LOOP) {
        const char *function = loop_function_info(call->function)->name;
        LoopDiag *diag = loop || !path.len ? loop_diag(call->check->diags, LOOP_E0412, name->span, "%s needs the name of a predict loop", function)
                                           : loop_diag(call->check->diags, LOOP_E0412, name->span, "%s needs a predict loop, and there is no '%.*s'",
                                                       function, LOOP_STR_ARGS(path));
        loop_scope_note_passed(call->check, diag, path);
        LoopStr loop_name = name->kind == LOOP_AST_NAME ? predictor_of(call->check, name->text) : (LoopStr){"", 0};
        if (loop_name.len)
            loop_diag_help(call->check->diags, diag, "'%.*s' is what '%.*s' predicts: write %s(%.*s).", LOOP_STR_ARGS(name->text),
                           LOOP_STR_ARGS(loop_name), function, LOOP_STR_ARGS(loop_name));
        LoopStr near = !loop && path.len ? loop_scope_near(call->check, LOOP_SPACE_VALUES, path) : (LoopStr){"", 0};
        if (!loop_name.len && near.len)
            loop_diag_help(call->check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
        return NULL;
    }
    return loop_error_formula(call->check, loop, call->ast->span, call->function == LOOP_FN_rpe);
}

LoopNode *loop_builtin_node(LoopCall *call)
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
