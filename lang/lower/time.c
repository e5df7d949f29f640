/* Functions that hold something between steps. Delay lines are read before everything else of a step and written when
   all of it is known, so that what was is never mixed up with what is. */
#include "lang/lower/emit.h"

#include <string.h>

/* Larger than any run in steps, and 1 more is the same number. */
static const double NEVER = 1e18;

static uint32_t memory_like(Lower *l, uint32_t x)
{
    const LowerReg *r = lower_reg(l, x);
    return lower_reg_new(l, r->width, r->uniform ? LOWER_SHARED : LOWER_EACH);
}

uint32_t lower_onset(Lower *l, uint32_t x)
{
    uint32_t d = memory_like(l, x), before = memory_like(l, x);
    lower_emit3(l, LOOP_OP_ONSET, d, x, before);
    return d;
}

/* A register that is its own memory, as wide as `node`, made of the kids' registers. */
static uint32_t own_memory(Lower *l, const LoopNode *node, uint32_t op)
{
    uint32_t a = node->kids[0]->reg, b = node->kids[1]->reg;
    bool shared = lower_reg(l, a)->uniform && lower_reg(l, b)->uniform;
    uint32_t h = lower_reg_new(l, node->type.width, shared ? LOWER_SHARED : LOWER_EACH);
    lower_emit3(l, op, h, a, b);
    return h;
}

static uint32_t since(Lower *l, const LoopNode *node)
{
    uint32_t onset = lower_onset(l, node->kids[0]->reg), h = memory_like(l, onset);
    double *never = LOOP_NEW_ARRAY(l->arena, node->type.width, double);
    LowerConstant *start = LOOP_ADD(l->scratch, &l->constants, LowerConstant);
    if (!never || !start)
        return h;
    for (uint32_t i = 0; i < node->type.width; i++)
        never[i] = NEVER;
    *start = (LowerConstant){{h, never}, 0}; /* a first value, not a constant to share */
    lower_emit2(l, LOOP_OP_SINCE, h, onset);
    return h;
}

static uint32_t history(Lower *l, const LoopNode *node)
{
    uint32_t onset = lower_onset(l, node->kids[0]->reg);
    uint32_t h = lower_reg_new(l, node->type.width, lower_reg(l, onset)->uniform ? LOWER_SHARED : LOWER_EACH);
    lower_emit2(l, LOOP_OP_HISTORY, h, onset);
    return h;
}

static uint32_t microstimuli(Lower *l, const LoopNode *node)
{
    uint32_t onset = lower_onset(l, node->kids[0]->reg), decay = node->kids[1]->reg, spread = node->kids[2]->reg;
    bool shared = lower_reg(l, onset)->uniform && lower_reg(l, decay)->uniform && lower_reg(l, spread)->uniform;
    LowerSharing sharing = shared ? LOWER_SHARED : LOWER_EACH;
    uint32_t height = lower_reg_new(l, lower_reg(l, onset)->width, sharing);
    const uint32_t args[] = {lower_reg_new(l, node->type.width, sharing), height, onset, decay, spread};
    lower_emit(l, l->now, LOOP_OP_MICRO, args);
    return args[0];
}

/* ---- delay lines ---- */

static uint32_t ring_new(Lower *l, const LowerRing *ring)
{
    LowerRing *place = LOOP_ADD(l->scratch, &l->rings, LowerRing);
    if (!place)
        return LOOP_NONE;
    *place = *ring;
    return (uint32_t)l->rings.count - 1;
}

/* The largest of the last steps, this one included: written, then read. */
static uint32_t recent_largest(Lower *l, const LoopNode *node)
{
    uint32_t x = node->kids[0]->reg, d = memory_like(l, x);
    const LowerReg *r = lower_reg(l, x);
    uint32_t ring = ring_new(l, &(LowerRing){{r->width, node->size, r->uniform, LOOP_NONE}, NULL, LOOP_NONE, NULL, d, 0});
    lower_emit2(l, LOOP_OP_RING_WRITE, ring, x);
    lower_emit2(l, LOOP_OP_RING_LARGEST, d, ring);
    return d;
}

uint32_t lower_late(Lower *l, uint32_t reg, uint32_t steps)
{
    if (reg == LOOP_NONE || steps == 0)
        return reg;
    uint32_t d = memory_like(l, reg);
    const LowerReg *r = lower_reg(l, reg);
    uint32_t ring = ring_new(l, &(LowerRing){{r->width, steps, r->uniform, LOOP_NONE}, NULL, reg, NULL, d, 0});
    lower_emit2(l, LOOP_OP_RING_READ, d, ring);
    return d;
}

static bool same_constant(const LoopNode *a, const LoopNode *b)
{
    return a->constant && b->constant && a->type.width == b->type.width &&
           memcmp(a->constant, b->constant, a->type.width * sizeof *a->constant) == 0;
}

bool lower_same_value(const LoopNode *a, const LoopNode *b)
{
    while (a->kind == LOOP_NODE_ELEMENT && b->kind == LOOP_NODE_ELEMENT && a->size == b->size &&
           a->type.width == b->type.width) {
        a = a->kids[0];
        b = b->kids[0];
    }
    return a == b || same_constant(a, b) ||
           (a->kind == LOOP_NODE_SYMBOL && b->kind == LOOP_NODE_SYMBOL && a->symbol == b->symbol && a->field == b->field);
}

/* 0 before the start is what every delay line holds by itself. */
static bool is_zero(const LoopNode *node)
{
    for (uint32_t i = 0; node->constant && i < node->type.width; i++)
        if (node->constant[i] != 0)
            return false;
    return node->constant != NULL;
}

/* The same for operands that lower_same_value takes for one. Where it points is not to be seen: it only says where to look. */
static uint32_t *ring_bucket(Lower *l, const LoopNode *operand)
{
    while (operand->kind == LOOP_NODE_ELEMENT)
        operand = operand->kids[0];
    uint64_t of = operand->constant ? 0 : operand->kind == LOOP_NODE_SYMBOL ? (uintptr_t)operand->symbol : (uintptr_t)operand;
    return &l->ring_buckets[of * 0x9e3779b97f4a7c15u >> (64 - LOWER_BUCKET_BITS)];
}

/* Of what is not worked out yet only a choice is known: loops have been declared. */
static LowerBounds bounds_of_past(Lower *l, const LoopNode *operand, uint32_t before)
{
    const bool choice = operand->kind == LOOP_NODE_SYMBOL && operand->symbol->kind == LOOP_SYM_LOOP && operand->field == LOOP_FIELD_SELF;
    const LowerBounds first = before == LOOP_NONE ? lower_bounds_between(0, 0) : lower_reg(l, before)->bounds;
    return choice ? lower_bounds_either(lower_reg(l, operand->symbol->reg)->bounds, first) : lower_bounds_none();
}

static void read_ring(Lower *l, LoopNode *node)
{
    uint32_t *bucket = ring_bucket(l, node->kids[0]);
    for (uint32_t i = *bucket; i; i = LOOP_ITEM(l->rings, LowerRing, i - 1).next) {
        const LowerRing *r = &LOOP_ITEM(l->rings, LowerRing, i - 1);
        if (r->ring.slots != node->size ||
            !lower_same_value(r->operand, node->kids[0]) || !lower_same_value(r->before, node->kids[1]))
            continue;
        node->reg = r->read;
        return;
    }
    LowerRing ring = {{node->type.width, node->size, !node->varies, LOOP_NONE}, node->kids[0], LOOP_NONE, node->kids[1],
                      lower_reg_new(l, node->type.width, node->varies ? LOWER_EACH : LOWER_SHARED), *bucket};
    if (!is_zero(node->kids[1]))
        ring.ring.before = lower_value(l, node->kids[1]);
    uint32_t made = ring_new(l, &ring);
    lower_emit2(l, LOOP_OP_RING_READ, ring.read, made);
    lower_reg(l, ring.read)->bounds = bounds_of_past(l, node->kids[0], ring.ring.before);
    if (made != LOOP_NONE)
        *bucket = made + 1;
    node->reg = ring.read;
}

/* Called first, when `rings` holds nothing but what this makes. */
void lower_read_rings(Lower *l)
{
    for (size_t i = 0; i < l->nodes.count && !lower_failed(l); i++) {
        LoopNode *node = LOOP_ITEM(l->nodes, LoopNode *, i);
        if (loop_node_looks_back(node) && !node->constant)
            read_ring(l, node);
    }
}

void lower_write_rings(Lower *l)
{
    for (uint32_t i = 0; i < l->rings.count; i++) {
        LowerRing ring = LOOP_ITEM(l->rings, LowerRing, i);
        uint32_t source = ring.operand ? lower_value(l, ring.operand) : ring.source;
        if (source == LOOP_NONE)
            continue;
        lower_emit2(l, LOOP_OP_RING_WRITE, i, source);
    }
}

/* ---- all of them ---- */

bool lower_holds(const LoopNode *node)
{
    if (node->kind != LOOP_NODE_FUNCTION || node->constant)
        return false;
    return (node->function >= LOOP_FN_onset && node->function <= LOOP_FN_microstimuli) ||
           (node->function == LOOP_FN_largest && node->size);
}

static bool is_known(const LoopNode *node)
{
    return node->reg != LOOP_NONE;
}

void lower_hoist(Lower *l, LoopNode *node)
{
    LoopList inside = {0};
    if (!node || !loop_nodes_collect(l->scratch, node, ++l->walk, is_known, &inside))
        return;
    for (size_t i = 0; i < inside.count; i++)
        if (lower_holds(LOOP_ITEM(inside, LoopNode *, i)))
            lower_value(l, LOOP_ITEM(inside, LoopNode *, i));
}

static uint32_t onset(Lower *l, const LoopNode *node)
{
    return node->size ? lower_event_begins(l, node->kids[0]) : lower_onset(l, node->kids[0]->reg);
}

static uint32_t trace(Lower *l, const LoopNode *node)
{
    return own_memory(l, node, LOOP_OP_TRACE);
}

/* A choice that has not been held yet is none. */
static uint32_t hold(Lower *l, const LoopNode *node)
{
    uint32_t reg = own_memory(l, node, LOOP_OP_HOLD);
    const uint32_t args[] = {reg, lower_number(l, -1)};
    if (node->type.choice)
        lower_emit(l, &l->init, LOOP_OP_COPY, args);
    return reg;
}

uint32_t lower_time(Lower *l, const LoopNode *node)
{
    static const struct {
        LoopFunction function;
        uint32_t (*make)(Lower *l, const LoopNode *node);
    } rows[] = {{LOOP_FN_onset, onset},     {LOOP_FN_trace, trace},
                {LOOP_FN_hold, hold},       {LOOP_FN_since, since},
                {LOOP_FN_history, history}, {LOOP_FN_microstimuli, microstimuli},
                {LOOP_FN_largest, recent_largest}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].function == node->function)
            return rows[i].make(l, node);
    return LOOP_NONE;
}
