/* Kernels that hold something from step to step: onsets, codes of the past, traces, delay lines. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"

#include <math.h>
#include <string.h>

/* Element `e` of `x` in all lanes. */
static LoopView element(LoopView x, size_t e)
{
    return (LoopView){x.at + e * x.step, 0, x.lane};
}

/* d = x in all lanes, of a view of one element. */
static void copy(LoopReal *restrict d, LoopView x, size_t lanes)
{
    const LoopReal *restrict at = x.at;
    if (x.lane)
        memcpy(d, at, lanes * sizeof *d);
    else
        for (size_t l = 0; l < lanes; l++)
            d[l] = at[0];
}

/* y becomes whether x is above 0, and d whether it was not before. */
static inline void begin(LoopReal *d, LoopReal *y, LoopReal x)
{
    LoopReal now = x > 0 ? 1.0 : 0.0;
    *d = now > *y ? 1.0 : 0.0;
    *y = now;
}

static void onset(LoopReal *d, LoopReal *before, LoopView x, size_t lanes)
{
    for (size_t l = 0; l < lanes; l++)
        begin(&d[l], &before[l], x.at[l * x.lane]);
}

/* Moves `units` rows on by one and makes x the first. */
static void push(LoopReal *run, size_t units, LoopView x, size_t lanes)
{
    memmove(run + lanes, run, (units - 1) * lanes * sizeof *run);
    copy(run, x, lanes);
}

/* Each element of x has its own run of units; the newest is first. */
static void history(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    size_t elements = block->program->registers[args[1]].width;
    size_t units = block->program->registers[args[0]].width / elements;
    LoopView x = loop_block_view(block, args[1], NULL);
    for (size_t e = 0; e < elements; e++)
        push(d + e * units * lanes, units, element(x, e), lanes);
}

/* 1 / sqrt(2 pi): the height of a standard Gaussian. */
static const LoopReal GAUSS = 0.39894228040143267794;

static void micro(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    size_t elements = block->program->registers[args[2]].width;
    size_t units = block->program->registers[args[0]].width / elements;
    LoopReal *height = loop_block_register(block, args[1]);
    LoopView onsets = loop_block_view(block, args[2], NULL), factor = loop_block_view(block, args[3], NULL);
    LoopView spread = loop_block_view(block, args[4], NULL);
    for (size_t e = 0; e < elements; e++)
        for (size_t l = 0; l < lanes; l++) {
            LoopReal *y = &height[e * lanes + l], s = loop_view(spread, 0, l);
            *y = loop_view(onsets, e, l) > 0 ? 1.0 : loop_view(factor, 0, l) * *y;
            for (size_t i = 0; i < units; i++) {
                LoopReal z = (*y - (LoopReal)(i + 1) / (LoopReal)units) / s;
                d[(e * units + i) * lanes + l] = *y * (GAUSS * loop_exp(-0.5 * (z * z)));
            }
        }
}

static void ring_write(LoopReal *slot, const LoopRing *r, LoopView x, size_t lanes)
{
    for (size_t e = 0; e < r->width; e++)
        copy(slot + e * lanes, element(x, e), lanes);
}

/* A ring that all lanes share may be read into a register of every lane. */
static void ring_read(LoopReal *d, size_t out, const LoopReal *slot, const LoopRing *r, size_t lanes)
{
    if (out == lanes) {
        memcpy(d, slot, r->width * lanes * sizeof *d);
        return;
    }
    for (size_t e = 0; e < r->width; e++)
        copy(d + e * out, (LoopView){(LoopReal *)(uintptr_t)(slot + e), 0, 0}, out);
}

static void ring_largest(LoopReal *d, size_t out, const LoopReal *base, const LoopRing *r, size_t lanes)
{
    ring_read(d, out, base, r, lanes);
    for (size_t s = 1; s < r->slots; s++)
        for (size_t e = 0; e < r->width; e++)
            for (size_t l = 0; l < out; l++) {
                LoopReal x = base[(s * r->width + e) * lanes + (lanes == out ? l : 0)];
                d[e * out + l] = x > d[e * out + l] ? x : d[e * out + l];
            }
}

static void ring(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    uint32_t index = op == LOOP_OP_RING_WRITE ? args[0] : args[1];
    uint32_t reg = op == LOOP_OP_RING_WRITE ? args[1] : args[0];
    const LoopRing *r = &block->program->rings[index];
    size_t lanes = r->uniform ? 1 : block->lanes;
    LoopReal *base = block->state + block->layout->rings[index];
    LoopReal *slot = base + (r->slots == 1 ? 0 : block->step % r->slots) * r->width * lanes;
    if (op == LOOP_OP_RING_WRITE)
        ring_write(slot, r, loop_block_view(block, reg, NULL), lanes);
    else if (op == LOOP_OP_RING_READ)
        ring_read(loop_block_register(block, reg), loop_block_lanes(block, reg), slot, r, lanes);
    else
        ring_largest(loop_block_register(block, reg), loop_block_lanes(block, reg), base, r, lanes);
}

static void since(LoopReal *restrict d, LoopView x, size_t lanes)
{
    const LoopReal *restrict at = x.at;
    if (x.lane)
        for (size_t l = 0; l < lanes; l++)
            d[l] = at[l] > 0 ? 0.0 : d[l] + 1.0;
    else
        for (size_t l = 0; l < lanes; l++)
            d[l] = at[0] > 0 ? 0.0 : d[l] + 1.0;
}

static void trace(LoopReal *restrict d, LoopView x, LoopView factor, size_t lanes)
{
    const LoopReal *restrict at = x.at, *restrict by = factor.at;
    if (x.lane && !factor.lane)
        for (size_t l = 0; l < lanes; l++)
            d[l] = by[0] * d[l] + at[l];
    else
        for (size_t l = 0; l < lanes; l++)
            d[l] = by[l * factor.lane] * d[l] + at[l * x.lane];
}

static void hold(LoopReal *restrict d, LoopView x, LoopView when, size_t lanes)
{
    if (when.lane)
        for (size_t l = 0; l < lanes; l++)
            d[l] = when.at[l] > 0 ? x.at[l * x.lane] : d[l];
    else if (when.at[0] > 0)
        copy(d, x, lanes);
}

/* ---- made ready ---- */

static const LoopReady *run_onset_single(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    begin(at->d, at->h, at->a[0]);
    return at + 1;
}

static const LoopReady *run_onset(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    LoopReal *d = at->d, *before = at->h;
    const LoopReal *x = at->a;
    for (size_t i = 0; i < at->n; i++)
        begin(&d[i], &before[i], x[i * at->sa]);
    return at + 1;
}

/* Numbers that are only read. */
static LoopView numbers(const LoopReal *at, size_t lane)
{
    return (LoopView){(LoopReal *)(uintptr_t)at, 0, lane};
}

static const LoopReady *run_since_single(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    at->d[0] = at->a[0] > 0 ? 0.0 : at->d[0] + 1.0;
    return at + 1;
}

static const LoopReady *run_since(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    since(at->d, numbers(at->a, at->sa), at->n);
    return at + 1;
}

static const LoopReady *run_trace(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    trace(at->d, numbers(at->a, at->sa), numbers(at->b, at->sb), at->n);
    return at + 1;
}

static const LoopReady *run_hold(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    hold(at->d, numbers(at->a, at->sa), numbers(at->b, at->sb), at->n);
    return at + 1;
}

/* The slot of this step, of a ring of `n` numbers a slot that begins at `h`. */
static LoopReal *slot_of(const LoopBlock *block, const LoopReady *at, uint32_t ring)
{
    uint32_t slots = block->program->rings[ring].slots;
    return at->h + (slots == 1 ? 0 : block->step % slots) * at->n;
}

static const LoopReady *run_ring_read(LoopBlock *block, const LoopReady *at)
{
    loop_move(at->d, slot_of(block, at, at->code[2]), at->n);
    return at + 1;
}

/* What lies in the ring, or has been written there. */
static const LoopReady *run_nothing(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    return at + 1;
}

static const LoopReady *run_ring_write(LoopBlock *block, const LoopReady *at)
{
    loop_move(slot_of(block, at, at->code[1]), at->a, at->n);
    return at + 1;
}

/* `n` lanes of as many units as the code is wide: of one element. */
static const LoopReady *run_history(LoopBlock *block, const LoopReady *at)
{
    push(at->d, block->program->registers[at->code[1]].width, numbers(at->a, at->sa), at->n);
    return at + 1;
}

static void ready_history(const LoopBlock *block, LoopReady *at)
{
    LoopView x = loop_block_view(block, at->code[2], NULL);
    if (block->program->registers[at->code[2]].width == 1)
        *at = (LoopReady){.run = run_history, .code = at->code, .d = loop_block_register(block, at->code[1]),
                          .a = x.at, .sa = x.lane, .n = loop_block_lanes(block, at->code[1])};
}

/* Whether the numbers of an operand lie as those of the result do, or there is one for all: *stride is 1 or 0. */
static bool lies_flat(const LoopBlock *block, uint32_t reg, size_t width, size_t lanes, size_t *stride)
{
    const size_t own = block->program->registers[reg].width, of = loop_block_lanes(block, reg);
    *stride = own == width && of == lanes;
    return *stride || own * of == 1;
}

/* Element by element, of one operand or two. `held`: a register that holds something, or the result does. */
static void ready_elements(const LoopBlock *block, LoopReady *at, LoopRunReady *run, uint32_t held,
                           bool two)
{
    const uint32_t d = at->code[1], a = at->code[2], b = two ? at->code[3] : a;
    const size_t width = block->program->registers[d].width, lanes = loop_block_lanes(block, d);
    size_t sa, sb;
    if (!lies_flat(block, a, width, lanes, &sa) || !lies_flat(block, b, width, lanes, &sb))
        return;
    *at = (LoopReady){.run = run, .code = at->code, .d = loop_block_register(block, d), .h = loop_block_register(block, held),
                      .a = loop_block_register(block, a), .b = loop_block_register(block, b), .sa = sa, .sb = sb, .n = width * lanes};
    if (at->n == 1 && run == run_onset)
        at->run = run_onset_single;
    if (at->n == 1 && run == run_since)
        at->run = run_since_single;
}

static void ready_ring(const LoopBlock *block, LoopReady *at, uint32_t index, uint32_t reg, bool writes)
{
    const LoopRing *r = &block->program->rings[index];
    size_t lanes = r->uniform ? 1 : block->lanes;
    LoopReal *x = loop_block_register(block, reg), *ring = block->state + block->layout->rings[index];
    if (writes && block->passed[index])
        at->run = run_nothing;
    else if (loop_block_lanes(block, reg) == lanes)
        *at = (LoopReady){.run = writes ? run_ring_write : x == ring ? run_nothing : run_ring_read, .code = at->code, .d = x, .a = x,
                          .h = ring, .n = r->width * lanes};
}

void loop_ready_time(const LoopBlock *block, LoopReady *at)
{
    const uint32_t *args = at->code + 1;
    if (at->code[0] == LOOP_OP_ONSET)
        ready_elements(block, at, run_onset, args[2], false);
    else if (at->code[0] == LOOP_OP_SINCE)
        ready_elements(block, at, run_since, args[0], false);
    else if (at->code[0] == LOOP_OP_TRACE)
        ready_elements(block, at, run_trace, args[0], true);
    else if (at->code[0] == LOOP_OP_HOLD)
        ready_elements(block, at, run_hold, args[0], true);
    else if (at->code[0] == LOOP_OP_HISTORY)
        ready_history(block, at);
    else if (at->code[0] == LOOP_OP_RING_WRITE)
        ready_ring(block, at, args[0], args[1], true);
    else if (at->code[0] == LOOP_OP_RING_READ)
        ready_ring(block, at, args[1], args[0], false);
}

void loop_kernel_time(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    if (op == LOOP_OP_RING_READ || op == LOOP_OP_RING_WRITE || op == LOOP_OP_RING_LARGEST) {
        ring(block, op, args);
        return;
    }
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    if (op == LOOP_OP_MICRO) {
        micro(block, args, d, lanes);
        return;
    }
    if (op == LOOP_OP_HISTORY) {
        history(block, args, d, lanes);
        return;
    }
    LoopView x = loop_block_view(block, args[1], NULL), y = x;
    if (op != LOOP_OP_SINCE)
        y = loop_block_view(block, args[2], NULL);
    for (size_t e = 0; e < width; e++, d += lanes) {
        if (op == LOOP_OP_ONSET)
            onset(d, y.at + e * lanes, element(x, e), lanes);
        else if (op == LOOP_OP_SINCE)
            since(d, element(x, e), lanes);
        else if (op == LOOP_OP_TRACE)
            trace(d, element(x, e), element(y, e), lanes);
        else
            hold(d, element(x, e), element(y, e), lanes);
    }
}
