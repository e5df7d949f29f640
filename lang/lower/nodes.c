/* Expressions to instructions: each node once, kids first, without recursion. */
#include "lang/lower/emit.h"

#include <math.h>

static LowerOp begin_op(const LoopNode *node, uint32_t op)
{
    LowerOp o = {.op = op, .width = node->type.width, .count = node->kid_count};
    for (uint32_t i = 0; i < node->kid_count && i < 3; i++)
        o.in[i] = node->kids[i]->reg;
    return o;
}

/* Elementwise: as wide as the widest operand, which starting weights may have made wider than the node says. */
static uint32_t elementwise(Lower *l, const LoopNode *node, uint32_t op)
{
    LowerOp o = begin_op(node, op);
    for (uint32_t i = 0; i < o.count; i++)
        if (lower_reg(l, o.in[i])->width > o.width)
            o.width = lower_reg(l, o.in[i])->width;
    return lower_make(l, &o);
}

static uint32_t plain(Lower *l, const LoopNode *node, uint32_t op)
{
    LowerOp o = begin_op(node, op);
    return lower_make(l, &o);
}

/* Whether an expression reads a let of a trial, which holds nothing sensible where that trial has not been yet. */
static bool reads_trial(Lower *l, LoopNode *root)
{
    LoopList nodes = {0};
    bool found = !loop_nodes_collect(l->scratch, root, ++l->walk, NULL, &nodes);
    for (size_t i = 0; i < nodes.count; i++) {
        const LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
        found = found || (node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_LET && node->symbol->trial);
    }
    return found;
}

/* A time constant that is a param must be above 0; one that is computed may be 0, and then keeps nothing. */
static void check_time_constant(Lower *l, const LoopNode *node)
{
    if (!node->time_constant)
        return;
    LoopNode *x = node->kids[0]->kids[1]->kids[0]; /* of exp(-1 / (x / step)) */
    bool named = x->kind == LOOP_NODE_SYMBOL, given = lower_initial(l, x->reg) || (named && x->symbol->kind == LOOP_SYM_PARAM);
    uint32_t reg = x->reg;
    if (!given && reads_trial(l, x))
        return;
    if (l->region && l->mask != LOOP_NONE && !lower_initial(l, reg)) /* lanes that don't want it hold nothing sensible */
        reg = lower_select(l, l->mask, reg, lower_number(l, 1));
    lower_check(l, reg,
                &(LoopCheck){.kind = LOOP_CHECK_RANGE,
                             .code = LOOP_E0904,
                             .span = x->span,
                             .name = named ? x->symbol->name : LOOP_STR("time constant"),
                             .lo = given ? LOOP_STEPS_LEAST : 0,
                             .hi = LOOP_STEPS_MOST});
}

static uint32_t list(Lower *l, const LoopNode *node)
{
    bool shared = true, initial = true;
    uint32_t width = 0, at = 0;
    for (uint32_t i = 0; i < node->kid_count; i++) {
        const LowerReg *kid = lower_reg(l, node->kids[i]->reg);
        shared = shared && kid->uniform;
        initial = initial && kid->initial;
        width += kid->width;
    }
    uint32_t reg = lower_reg_new(l, width, shared ? LOWER_SHARED : LOWER_EACH);
    lower_reg(l, reg)->initial = initial;
    for (uint32_t i = 0; i < node->kid_count; i++) {
        const uint32_t args[] = {reg, node->kids[i]->reg, at};
        lower_emit(l, initial ? &l->init : l->now, LOOP_OP_PUT, args);
        at += lower_reg(l, node->kids[i]->reg)->width;
    }
    return reg;
}

static uint32_t element(Lower *l, const LoopNode *node)
{
    LowerOp o = begin_op(node, LOOP_OP_SLICE);
    o.word = node->size;
    return lower_make(l, &o);
}

/* Where an `if` around the node being made wants it: in `if c then a[i] else b`, only where c holds. LOOP_NONE: in all
   lanes. What holds something between steps, or is an argument of a function, is worked out whatever is asked. */
static uint32_t wanted(Lower *l, const LoopNode *node, uint32_t index)
{
    uint32_t mask = LOOP_NONE;
    for (size_t i = l->stack.count; i-- > 0 && !node->shared && !lower_holds(node);) {
        const LowerFrame *outer = &LOOP_ITEM(l->stack, LowerFrame, i);
        node = outer->node;
        if (node->kind != LOOP_NODE_OP || node->op != LOOP_OP_select || outer->next < 2)
            continue; /* `next` is past the kid being made: 1, the condition; 2 and 3, the branches */
        uint32_t holds = node->kids[0]->reg, width = lower_reg(l, holds)->width;
        if (width != 1 && width != lower_reg(l, index)->width)
            continue;
        if (outer->next == 3)
            holds = lower_op1(l, LOOP_OP_not, holds);
        mask = mask == LOOP_NONE ? holds : lower_op2(l, LOOP_OP_and, mask, holds);
    }
    return mask;
}

/* Where a lane does not want the value of `node`, what is looked at for it may be anything, and must not be a fault: there it is `harmless`. */
static uint32_t masked(Lower *l, const LoopNode *node, uint32_t reg, double harmless)
{
    uint32_t mask = wanted(l, node, reg);
    if (mask != LOOP_NONE)
        reg = lower_select(l, mask, reg, lower_number(l, harmless));
    if (!l->region || l->mask == LOOP_NONE || lower_initial(l, reg))
        return reg;
    return lower_select(l, l->mask, reg, lower_number(l, harmless));
}

static uint32_t indexed(Lower *l, const LoopNode *node)
{
    const LoopNode *of = node->kids[0];
    uint32_t width = lower_reg(l, of->reg)->width;
    LoopCheck check = {.kind = LOOP_CHECK_INDEX, .code = LOOP_E0902, .span = node->span, .hi = width - 1.0,
                       .name = of->kind == LOOP_NODE_SYMBOL ? of->symbol->name : LOOP_STR("")};
    LowerOp o = begin_op(node, LOOP_OP_AT);
    o.in[1] = masked(l, node, node->kids[1]->reg, 0);
    o.width = lower_reg(l, o.in[1])->width;
    o.word = lower_check_add(l, &check);
    return lower_make(l, &o);
}

static uint32_t onehot(Lower *l, const LoopNode *node)
{
    LoopCheck check = {.kind = LOOP_CHECK_INDEX, .code = LOOP_E0902, .span = node->span, .hi = node->type.width - 1.0,
                       .name = LOOP_STR("onehot")};
    LowerOp o = begin_op(node, LOOP_OP_ONEHOT);
    o.in[0] = masked(l, node, node->kids[0]->reg, 0);
    o.word = lower_check_add(l, &check);
    return lower_make(l, &o);
}

/* A pick has something to pick from. */
static void some_odds(Lower *l, const LoopNode *node, uint32_t odds)
{
    const LowerBounds known = lower_reg(l, odds)->bounds;
    const LoopNode *kid = node->kids[0];
    if (kid->constant || (lower_bounds_known(known) && known.lo > 0))
        return;
    const uint32_t above = lower_op2(l, LOOP_OP_gt, odds, lower_number(l, 0));
    uint32_t count = lower_make(l, &(LowerOp){.op = LOOP_OP_SUM, .width = 1, .count = 1, .in = {above}});
    lower_check(l, masked(l, node, count, 1), &(LoopCheck){.kind = LOOP_CHECK_RANGE, .code = LOOP_E0905, .span = kid->span,
                                                           .name = LOOP_STR("the number of weights above 0"), .lo = 1,
                                                           .hi = lower_reg(l, odds)->width});
}

static uint32_t draw_site(Lower *l, uint64_t place, LoopDrawClock clock, uint32_t width)
{
    LoopDraw *site = LOOP_ADD(l->scratch, &l->draws, LoopDraw);
    if (!site)
        return LOOP_NONE;
    *site = (LoopDraw){.place = place, .clock = clock, .single = clock != LOOP_DRAW_ONCE && width == 1};
    return (uint32_t)l->draws.count - 1;
}

/* A draw of width 1 among starting weights is drawn anew for each of them. */
static uint32_t draw(Lower *l, const LoopNode *node, uint32_t op)
{
    LowerOp o = begin_op(node, op);
    if (op == LOOP_OP_BERNOULLI)
        lower_range(l, node->kids[0], o.in[0], 1, "this probability");
    if (op == LOOP_OP_PICK) {
        lower_range(l, node->kids[0], o.in[0], INFINITY, "this weight");
        some_odds(l, node, o.in[0]);
    }
    if (l->wide && op != LOOP_OP_PICK && o.width == 1)
        o.width = l->wide;
    o.each = o.stays = true;
    o.drawn_once = node->clock == LOOP_DRAW_ONCE;
    o.word = draw_site(l, node->place, node->clock, o.width);
    return lower_make(l, &o);
}

/* Fixed random projections, standard normal, one set an agent. */
static uint32_t random_code(Lower *l, const LoopNode *node)
{
    uint32_t x = node->kids[0]->reg;
    LowerOp w = {.op = LOOP_OP_NORMAL, .width = node->type.width * lower_reg(l, x)->width, .count = 2,
                 .in = {lower_number(l, 0), lower_number(l, 1)}, .each = true, .drawn_once = true};
    w.word = draw_site(l, node->place, LOOP_DRAW_ONCE, w.width);
    LowerOp o = begin_op(node, LOOP_OP_PROJECT);
    o.count = 2;
    o.in[0] = lower_make(l, &w);
    o.in[1] = x;
    return lower_make(l, &o);
}

/* The row of a function: how it is made, and of which op. */
typedef uint32_t Make(Lower *l, const LoopNode *node, uint32_t op);

static uint32_t by_slice(Lower *l, const LoopNode *node, uint32_t op)
{
    (void)op;
    return element(l, node);
}

static uint32_t by_onehot(Lower *l, const LoopNode *node, uint32_t op)
{
    (void)op;
    return onehot(l, node);
}

static uint32_t by_time(Lower *l, const LoopNode *node, uint32_t op)
{
    (void)op;
    return lower_time(l, node);
}

/* Of elements, or of the last steps. */
static uint32_t largest(Lower *l, const LoopNode *node, uint32_t op)
{
    return node->size ? lower_time(l, node) : plain(l, node, op);
}

static uint32_t by_projection(Lower *l, const LoopNode *node, uint32_t op)
{
    (void)op;
    return random_code(l, node);
}

static uint32_t as_kid(Lower *l, const LoopNode *node, uint32_t op)
{
    (void)l;
    (void)op;
    return node->kids[0]->reg;
}

/* error, rpe, foresee and firing are no nodes: the checker has written them out. */
static const struct {
    Make *make;
    uint32_t op;
} rows[LOOP_FN_COUNT] = {
    [LOOP_FN_sum] = {plain, LOOP_OP_SUM},
    [LOOP_FN_mean] = {plain, LOOP_OP_MEAN},
    [LOOP_FN_largest] = {largest, LOOP_OP_LARGEST},
    [LOOP_FN_smallest] = {plain, LOOP_OP_SMALLEST},
    [LOOP_FN_dot] = {plain, LOOP_OP_DOT},
    [LOOP_FN_norm] = {plain, LOOP_OP_NORM},
    [LOOP_FN_argmax] = {plain, LOOP_OP_ARGMAX},
    [LOOP_FN_onehot] = {by_onehot, LOOP_OP_ONEHOT},
    [LOOP_FN_slice] = {by_slice, LOOP_OP_SLICE},
    [LOOP_FN_outer] = {plain, LOOP_OP_OUTER},
    [LOOP_FN_rbf] = {plain, LOOP_OP_RBF},
    [LOOP_FN_ramp] = {plain, LOOP_OP_RAMP},
    [LOOP_FN_fill] = {elementwise, LOOP_OP_COPY},
    [LOOP_FN_onset] = {by_time, LOOP_OP_ONSET},
    [LOOP_FN_trace] = {by_time, LOOP_OP_TRACE},
    [LOOP_FN_since] = {by_time, LOOP_OP_SINCE},
    [LOOP_FN_hold] = {by_time, LOOP_OP_HOLD},
    [LOOP_FN_history] = {by_time, LOOP_OP_HISTORY},
    [LOOP_FN_microstimuli] = {by_time, LOOP_OP_MICRO},
    [LOOP_FN_random_code] = {by_projection, LOOP_OP_PROJECT},
    [LOOP_FN_bernoulli] = {draw, LOOP_OP_BERNOULLI},
    [LOOP_FN_uniform] = {draw, LOOP_OP_UNIFORM},
    [LOOP_FN_normal] = {draw, LOOP_OP_NORMAL},
    [LOOP_FN_pick] = {draw, LOOP_OP_PICK},
    [LOOP_FN_once] = {as_kid, LOOP_OP_COPY},
};

static uint32_t function(Lower *l, const LoopNode *node)
{
    return rows[node->function].make ? rows[node->function].make(l, node, rows[node->function].op) : LOOP_NONE;
}

/* 0 for what is finite, else nan. */
static uint32_t nothing_of(Lower *l, uint32_t reg)
{
    return lower_op2(l, LOOP_OP_mul, reg, lower_number(l, 0));
}

/* In a claim what leaves the numbers is missing, as x / 0 and log(0): no bound holds for it. Infinite is only a measure
   that says when, and what is made of it. */
static uint32_t claimed(Lower *l, const LoopNode *node, uint32_t result)
{
    uint32_t zero = lower_number(l, 0), from = nothing_of(l, node->kids[0]->reg);
    for (uint32_t i = 1; i < node->kid_count; i++)
        from = lower_op2(l, LOOP_OP_add, from, nothing_of(l, node->kids[i]->reg));
    uint32_t lost = lower_op2(l, LOOP_OP_ne, nothing_of(l, result), zero);
    uint32_t here = lower_op2(l, LOOP_OP_eq, from, zero);
    return lower_select(l, lower_op2(l, LOOP_OP_and, here, lost), lower_number(l, (double)NAN), result);
}

static bool may_leave_the_numbers(uint32_t op)
{
    return op == LOOP_OP_div || op == LOOP_OP_log || op == LOOP_OP_pow || op == LOOP_OP_exp;
}

static uint32_t operation(Lower *l, const LoopNode *node)
{
    check_time_constant(l, node);
    uint32_t result = elementwise(l, node, node->op);
    return l->final && may_leave_the_numbers(node->op) && !lower_failed(l) ? claimed(l, node, result) : result;
}

/* The widths of values, for the table of foreign calls. */
static const uint32_t *widths(Lower *l, const uint32_t *from, uint32_t count)
{
    LoopList list = {(void *)(uintptr_t)from, count, count};
    return lower_array(l, &list, sizeof *from);
}

/* All arguments stand side by side in one register. */
static uint32_t arguments(Lower *l, const LoopNode *node, uint32_t *taken)
{
    uint32_t width = 0, at = 0;
    for (uint32_t i = 0; i < node->kid_count; i++)
        width += taken[i] = node->kids[i]->type.width;
    if (!width)
        return lower_number(l, 0);
    uint32_t reg = lower_reg_new(l, width, LOWER_EACH);
    for (uint32_t i = 0; i < node->kid_count; at += taken[i++])
        lower_emit3(l, LOOP_OP_PUT, reg, node->kids[i]->reg, at);
    return reg;
}

static uint32_t foreign(Lower *l, const LoopNode *node)
{
    const LoopRecord *record = node->symbol->record;
    uint32_t taken[LOOP_FOREIGN_MAX] = {0}, in = arguments(l, node, taken);
    uint32_t d = lower_reg_new(l, record->width, LOWER_EACH), index = (uint32_t)l->foreigns.count;
    LoopForeign *entry = LOOP_ADD(l->scratch, &l->foreigns, LoopForeign);
    if (!entry)
        return LOOP_NONE;
    *entry = (LoopForeign){.library = lower_text(l, node->symbol->library), .name = lower_text(l, node->symbol->name), .span = node->span,
                           .arg_count = node->kid_count, .args = widths(l, taken, node->kid_count),
                           .result_count = record->count, .results = widths(l, record->widths, record->count)};
    const uint32_t args[] = {d, in, l->region && l->mask != LOOP_NONE ? l->mask : lower_number(l, 1), index};
    lower_emit(l, l->now, LOOP_OP_FOREIGN, args);
    return d;
}

/* Instants for `until`, results for claims: one register for each measure and group. */
static uint32_t measured(Lower *l, const LoopNode *node)
{
    const LoopMeasure *m = &l->program->measures[node->size];
    if (!l->final)
        return m->instant;
    uint32_t *last = &l->input_of[node->size];
    for (uint32_t i = *last; i != LOOP_NONE; i = LOOP_ITEM(l->inputs, LowerInput, i).older)
        if (LOOP_ITEM(l->inputs, LowerInput, i).input.group == node->group)
            return LOOP_ITEM(l->inputs, LowerInput, i).input.reg;
    LowerInput *in = LOOP_ADD(l->scratch, &l->inputs, LowerInput);
    if (!in)
        return LOOP_NONE;
    *in = (LowerInput){{node->size, node->group, lower_reg_new(l, lower_reg(l, m->signal)->width, LOWER_EACH)}, *last};
    *last = (uint32_t)l->inputs.count - 1;
    return in->input.reg;
}

static uint32_t value(Lower *l, LoopNode *node)
{
    if (node->constant)
        return lower_constant(l, node->constant, node->type.width);
    switch (node->kind) {
    case LOOP_NODE_CONSTANT:
        break;
    case LOOP_NODE_SYMBOL:
        return lower_field(l, node);
    case LOOP_NODE_OP:
        return operation(l, node);
    case LOOP_NODE_FUNCTION:
        return function(l, node);
    case LOOP_NODE_LIST:
        return list(l, node);
    case LOOP_NODE_ELEMENT:
        return element(l, node);
    case LOOP_NODE_INDEX:
        return indexed(l, node);
    case LOOP_NODE_CREDIT:
        return lower_credit(l, node);
    case LOOP_NODE_FOREIGN:
        return foreign(l, node);
    case LOOP_NODE_CLOCK:
        return lower_clock_part(l, (LoopClockPart)node->size);
    case LOOP_NODE_MEASURED:
        return measured(l, node);
    case LOOP_NODE_FORESEE:
        return node->kids[0]->reg;
    }
    return LOOP_NONE;
}

/* ---- walking ---- */

/* What must be worked out before a node. The formula of a name counts when nothing has worked it out before: an
   intermediate value of parameters that the start of the run needs. */
static LoopNode *kid_of(const LoopNode *node, uint32_t i)
{
    if (node->constant || loop_node_looks_back(node))
        return NULL;
    if (node->kind == LOOP_NODE_SYMBOL)
        return i == 0 && node->symbol->reg == LOOP_NONE ? node->symbol->value : NULL;
    return i < node->kid_count ? node->kids[i] : NULL;
}

static void push(Lower *l, LoopNode *node)
{
    LowerFrame *frame = LOOP_ADD(l->scratch, &l->stack, LowerFrame);
    if (frame)
        *frame = (LowerFrame){node, 0};
}

void lower_named(Lower *l, const LoopSymbol *symbol)
{
    if (!lower_initial(l, symbol->reg))
        lower_name(l, symbol->reg, symbol->name, NULL);
    lower_finite(l, symbol->reg, symbol->span, symbol->name);
}

static void finish(Lower *l, LoopNode *node)
{
    if (node->kind == LOOP_NODE_SYMBOL && node->symbol->reg == LOOP_NONE && node->symbol->value && !node->constant) {
        lower_note(l, &node->symbol->reg, node->symbol->value->reg);
        if (node->symbol->observes) /* a let that is worked out where it is read */
            lower_named(l, node->symbol);
    }
    lower_note(l, &node->reg, value(l, node));
}

uint32_t lower_value(Lower *l, LoopNode *root)
{
    if (!root)
        return LOOP_NONE;
    if (root->reg == LOOP_NONE)
        push(l, root);
    while (l->stack.count && !lower_failed(l)) {
        LowerFrame *top = &LOOP_ITEM(l->stack, LowerFrame, l->stack.count - 1);
        LoopNode *node = top->node, *kid = kid_of(node, top->next);
        if (kid) {
            top->next++;
            if (kid->reg == LOOP_NONE)
                push(l, kid);
            continue;
        }
        l->stack.count--;
        if (node->reg == LOOP_NONE)
            finish(l, node);
    }
    l->stack.count = 0;
    return root->reg;
}

/* A leaf, draw or memory that keeps an expression from being known before the first step. */
static bool unsettled(Lower *l, const LoopNode *node)
{
    if (node->constant)
        return false;
    switch (node->kind) {
    case LOOP_NODE_SYMBOL:
        if (node->symbol->kind == LOOP_SYM_PARAM)
            return node->symbol->forced != NULL;
        return node->symbol->reg == LOOP_NONE || !lower_initial(l, node->symbol->reg);
    case LOOP_NODE_FUNCTION:
        if (node->function >= LOOP_FN_bernoulli && node->function <= LOOP_FN_pick)
            return node->clock != LOOP_DRAW_ONCE;
        return loop_node_looks_back(node) || lower_holds(node);
    case LOOP_NODE_CREDIT:
    case LOOP_NODE_FOREIGN:
    case LOOP_NODE_CLOCK:
    case LOOP_NODE_MEASURED:
        return true;
    case LOOP_NODE_CONSTANT:
    case LOOP_NODE_OP:
    case LOOP_NODE_LIST:
    case LOOP_NODE_ELEMENT:
    case LOOP_NODE_INDEX:
    case LOOP_NODE_FORESEE:
        break;
    }
    return false;
}

bool lower_calls_foreign(Lower *l, LoopNode *node)
{
    LoopList nodes = {0};
    bool found = !loop_nodes_collect(l->scratch, node, ++l->walk, NULL, &nodes);
    for (size_t i = 0; i < nodes.count && !found; i++)
        found = LOOP_ITEM(nodes, LoopNode *, i)->kind == LOOP_NODE_FOREIGN;
    return found;
}

bool lower_settled(Lower *l, LoopNode *node)
{
    LoopList nodes = {0};
    if (!loop_nodes_collect(l->scratch, node, ++l->walk, NULL, &nodes))
        return false;
    for (size_t i = 0; i < nodes.count; i++)
        if (unsettled(l, LOOP_ITEM(nodes, LoopNode *, i)))
            return false;
    return true;
}
