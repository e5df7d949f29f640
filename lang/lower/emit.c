/* Registers, constants, instructions, checks, and the copies of texts and lists that the program keeps. */
#include "lang/lower/emit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- registers ---- */

LowerReg *lower_reg(Lower *l, uint32_t reg)
{
    return reg < l->regs.count ? &LOOP_ITEM(l->regs, LowerReg, reg) : &l->spare;
}

uint32_t lower_reg_new(Lower *l, uint32_t width, LowerSharing sharing)
{
    LowerReg *reg = LOOP_ADD(l->scratch, &l->regs, LowerReg);
    if (!reg)
        return LOOP_NONE;
    *reg = (LowerReg){.width = width, .uniform = sharing == LOWER_SHARED, .bounds = lower_bounds_none()};
    return (uint32_t)l->regs.count - 1;
}

void lower_name(Lower *l, uint32_t reg, LoopStr name, const char *part)
{
    LowerReg *r = lower_reg(l, reg);
    if (r->name.len == 0)
        r->name = part ? lower_print(l, "%.*s.%s", LOOP_STR_ARGS(name), part) : lower_text(l, name);
}

static uint32_t bucket_of(const double *values, uint32_t width)
{
    uint64_t hash = width;
    for (uint32_t i = 0; i < width; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return (uint32_t)(hash >> (64 - LOWER_BUCKET_BITS)); /* a small whole number has bits at the upper end only, and so has its product */
}

/* Equal constants share a register. They are compared as bits: 0 and -0 differ. */
uint32_t lower_constant(Lower *l, const double *values, uint32_t width)
{
    uint32_t *bucket = &l->buckets[bucket_of(values, width)];
    for (uint32_t i = *bucket; i; i = LOOP_ITEM(l->constants, LowerConstant, i - 1).next) {
        const LoopConstant *c = &LOOP_ITEM(l->constants, LowerConstant, i - 1).constant;
        if (lower_reg(l, c->reg)->width == width && memcmp(c->values, values, width * sizeof *values) == 0)
            return c->reg;
    }
    uint32_t reg = lower_reg_new(l, width, LOWER_SHARED);
    LowerConstant *place = LOOP_ADD(l->scratch, &l->constants, LowerConstant);
    double *copy = LOOP_NEW_ARRAY(l->arena, width, double);
    if (reg == LOOP_NONE || !place || !copy)
        return LOOP_NONE;
    memcpy(copy, values, width * sizeof *copy);
    *place = (LowerConstant){{reg, copy}, *bucket};
    *bucket = (uint32_t)l->constants.count;
    LowerReg *r = lower_reg(l, reg);
    r->initial = true;
    r->bounds = lower_bounds_between(values[0], values[0]);
    for (uint32_t i = 1; i < width; i++)
        r->bounds = lower_bounds_either(r->bounds, lower_bounds_between(values[i], values[i]));
    return reg;
}

uint32_t lower_number(Lower *l, double value)
{
    return lower_constant(l, &value, 1);
}

bool lower_initial(Lower *l, uint32_t reg)
{
    return lower_reg(l, reg)->initial;
}

/* ---- instructions ---- */

static void put_word(Lower *l, LoopList *code, uint32_t word)
{
    uint32_t *place = LOOP_ADD(l->scratch, code, uint32_t);
    if (place)
        *place = word;
}

/* Notes what is known about the register that is written. */
static void bound(Lower *l, uint32_t op, const char *operands, const uint32_t *args)
{
    LowerBounds in[5];
    uint32_t count = 0, width = 1;
    for (size_t i = 0; operands[i]; i++) {
        const LowerReg *r = operands[i] == 'v' ? lower_reg(l, args[i]) : NULL;
        if (r) {
            in[count++] = r->bounds;
            width = r->width > width ? r->width : width;
        }
    }
    if (operands[0] == 'd' || operands[0] == 'h')
        lower_reg(l, args[0])->bounds = lower_bounds_of(op, in, width);
}

void lower_emit(Lower *l, LoopList *code, uint32_t op, const uint32_t *args)
{
    const char *operands = loop_op_info(op)->operands;
    put_word(l, code, op);
    for (size_t i = 0; operands[i]; i++)
        put_word(l, code, args[i]);
    bound(l, op, operands, args);
}

void lower_emit1(Lower *l, uint32_t op, uint32_t a)
{
    lower_emit(l, l->now, op, (const uint32_t[]){a});
}

void lower_emit2(Lower *l, uint32_t op, uint32_t a, uint32_t b)
{
    lower_emit(l, l->now, op, (const uint32_t[]){a, b});
}

void lower_emit3(Lower *l, uint32_t op, uint32_t a, uint32_t b, uint32_t c)
{
    lower_emit(l, l->now, op, (const uint32_t[]){a, b, c});
}

uint32_t lower_make(Lower *l, const LowerOp *op)
{
    bool shared = !op->each, initial = !op->stays;
    uint32_t args[5] = {0};
    for (uint32_t i = 0; i < op->count; i++) {
        const LowerReg *in = lower_reg(l, op->in[i]);
        shared = shared && in->uniform;
        initial = initial && in->initial;
        args[i + 1] = op->in[i];
    }
    args[op->count + 1] = op->word;
    args[0] = lower_reg_new(l, op->width, shared ? LOWER_SHARED : LOWER_EACH);
    lower_reg(l, args[0])->initial = initial || op->drawn_once;
    lower_emit(l, lower_initial(l, args[0]) ? &l->init : l->now, op->op, args);
    return args[0];
}

static uint32_t widest(Lower *l, uint32_t a, uint32_t b)
{
    uint32_t wa = lower_reg(l, a)->width, wb = lower_reg(l, b)->width;
    return wa > wb ? wa : wb;
}

uint32_t lower_op1(Lower *l, uint32_t op, uint32_t a)
{
    return lower_make(l, &(LowerOp){.op = op, .width = lower_reg(l, a)->width, .count = 1, .in = {a}});
}

uint32_t lower_op2(Lower *l, uint32_t op, uint32_t a, uint32_t b)
{
    return lower_make(l, &(LowerOp){.op = op, .width = widest(l, a, b), .count = 2, .in = {a, b}});
}

uint32_t lower_select(Lower *l, uint32_t condition, uint32_t a, uint32_t b)
{
    uint32_t width = widest(l, a, b), first = lower_reg(l, condition)->width;
    return lower_make(l, &(LowerOp){.op = LOOP_OP_select, .width = first > width ? first : width, .count = 3,
                                    .in = {condition, a, b}});
}

/* ---- checks ---- */

uint32_t lower_check_add(Lower *l, const LoopCheck *check)
{
    LoopCheck *place = LOOP_ADD(l->scratch, &l->checks, LoopCheck);
    if (!place)
        return LOOP_NONE;
    *place = *check;
    place->name = lower_text(l, check->name);
    return (uint32_t)l->checks.count - 1;
}

void lower_check(Lower *l, uint32_t reg, const LoopCheck *check)
{
    const uint32_t args[] = {reg, lower_check_add(l, check)};
    lower_emit(l, lower_initial(l, reg) ? &l->init : l->now, check->kind == LOOP_CHECK_FINITE ? LOOP_OP_FINITE : LOOP_OP_CHECK, args);
}

/* Inside a region only of a register that is made there: what is checked now and then is not known to be finite at other times. */
static void finite_below(Lower *l, uint32_t reg, LoopSpan span, LoopStr name, double most)
{
    if (lower_reg(l, reg)->checked || lower_bounds_known(lower_reg(l, reg)->bounds))
        return;
    lower_check(l, reg, &(LoopCheck){.kind = LOOP_CHECK_FINITE, .code = LOOP_E0901, .span = span, .name = name, .hi = most});
    lower_reg(l, reg)->checked = true;
    lower_reg(l, reg)->bounds = lower_bounds_finite();
}

void lower_finite(Lower *l, uint32_t reg, LoopSpan span, LoopStr name)
{
    finite_below(l, reg, span, name, (double)INFINITY);
}

void lower_learned(Lower *l, uint32_t reg, LoopSpan span, LoopStr name)
{
    finite_below(l, reg, span, name, LOOP_VALUE_MOST);
}

void lower_range(Lower *l, const LoopNode *node, uint32_t reg, double hi, const char *what)
{
    const LowerBounds known = lower_reg(l, reg)->bounds;
    if (node->constant || (lower_bounds_known(known) && known.lo >= 0 && known.hi <= hi))
        return;
    if (l->region && l->mask != LOOP_NONE && !lower_initial(l, reg)) /* lanes that don't want it hold nothing sensible */
        reg = lower_select(l, l->mask, reg, lower_number(l, 0));
    lower_check(l, reg, &(LoopCheck){.kind = LOOP_CHECK_RANGE, .code = LOOP_E0905, .span = node->span, .name = lower_print(l, "%s", what),
                                     .lo = 0, .hi = hi});
}

/* ---- regions ---- */

LowerRegion lower_open(Lower *l, uint32_t mask)
{
    size_t skip = l->now->count;
    if (mask == LOOP_NONE)
        lower_emit1(l, LOOP_OP_SKIP_FIRST, 0);
    else
        lower_emit2(l, LOOP_OP_SKIP_UNLESS, mask, 0);
    l->region = true;
    l->mask = mask; /* lanes that share it may be of copies that don't, once parts are merged */
    return (LowerRegion){skip, l->now->count};
}

LowerRegion lower_open_measure(Lower *l, uint32_t measure)
{
    size_t skip = l->now->count;
    lower_emit2(l, LOOP_OP_SKIP_UNASKED, measure, 0);
    l->region = true;
    return (LowerRegion){skip, l->now->count};
}

void lower_close(Lower *l, LowerRegion region)
{
    size_t end = l->now->count;
    if (end == region.begin) /* all of it went into init: no jump is needed */
        l->now->count = region.skip;
    else if (region.begin < end)
        LOOP_ITEM(*l->now, uint32_t, region.begin - 1) = (uint32_t)(end - region.begin);
    lower_forget(l);
    l->region = false;
    l->mask = LOOP_NONE;
}

void lower_forget(Lower *l)
{
    for (size_t i = 0; i < l->undo.count; i++)
        *LOOP_ITEM(l->undo, uint32_t *, i) = LOOP_NONE;
    l->undo.count = 0;
}

void lower_note(Lower *l, uint32_t *place, uint32_t reg)
{
    *place = reg;
    if (!l->region || lower_initial(l, reg))
        return;
    uint32_t **undo = LOOP_ADD(l->scratch, &l->undo, uint32_t *);
    if (undo)
        *undo = place;
}

/* ---- what the program keeps ---- */

bool lower_failed(const Lower *l)
{
    return loop_arena_failed(l->arena) || loop_arena_failed(l->scratch);
}

LoopStr lower_text(Lower *l, LoopStr text)
{
    return text.len ? loop_arena_str(l->arena, text) : (LoopStr){"", 0};
}

LoopStr lower_print(Lower *l, const char *format, ...)
{
    LoopText text = {.arena = l->arena};
    va_list args;
    va_start(args, format);
    loop_text_add_list(&text, format, args);
    va_end(args);
    return loop_text_view(&text);
}

void *lower_array(Lower *l, const LoopList *list, size_t size)
{
    char *copy = loop_arena_array(l->arena, list->count, size);
    if (copy && list->count)
        memcpy(copy, list->items, list->count * size);
    return copy;
}

LoopSection lower_section(Lower *l, const LoopList *code)
{
    return (LoopSection){.code = lower_array(l, code, sizeof(uint32_t)), .length = code->count};
}
