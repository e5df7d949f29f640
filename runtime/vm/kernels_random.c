/* Draws. Each is a pure function of (seed, place, agent, counter, element): see rng.h. */
#include "runtime/vm/vm.h"

#include "runtime/contract/wide.h"
#include "runtime/task/clock.h"

#include <string.h>

/* What a draw counts by: one number for all lanes, or (not NULL) one for each, which may be changed. */
static uint64_t *counters(LoopBlock *block, uint32_t site, uint64_t *shared)
{
    const LoopDraw *draw = &block->program->draws[site];
    *shared = draw->clock == LOOP_DRAW_STEP ? block->step : 0;
    if (draw->clock != LOOP_DRAW_TRIAL)
        return NULL;
    loop_clock_counters(block->clock, block);
    *shared = block->counters[0];
    return block->program->task.uniform ? NULL : block->counters;
}

/* Number `counter` of a place that draws one at a time. */
static const LoopReal *shared_number(LoopBlock *block, size_t site, uint64_t counter)
{
    LoopReal *four = block->state + block->layout->fours[site];
    const uint64_t count = counter / LOOP_RNG_BLOCK;
    if (block->drawn[site] != count + 1)
        loop_rng_uniform(four, LOOP_RNG_BLOCK, block->lanes, loop_block_draw_keys(block, site), block->agent, NULL, count, 0);
    block->drawn[site] = count + 1;
    return four + counter % LOOP_RNG_BLOCK * block->lanes;
}

const LoopReal *loop_block_uniform(LoopBlock *block, size_t site)
{
    return shared_number(block, site, block->step);
}

/* The same where lanes are at trials of their own. */
static void own_numbers(LoopBlock *block, uint32_t site, LoopReal *d, uint64_t *counter)
{
    LoopReal *four = block->state + block->layout->fours[site];
    const size_t lanes = block->lanes;
    for (size_t l = 0; l < lanes; l++) {
        d[l] = (LoopReal)(counter[l] % LOOP_RNG_BLOCK);
        counter[l] /= LOOP_RNG_BLOCK;
    }
    loop_rng_uniform(four, LOOP_RNG_BLOCK, lanes, loop_block_draw_keys(block, site), block->agent, counter, 0, 0);
    for (size_t l = 0; l < lanes; l++)
        d[l] = four[(size_t)d[l] * lanes + l];
}

/* Uniform numbers for all elements, [width][lanes]: where they are, `d` or elsewhere. */
static const LoopReal *uniforms(LoopBlock *block, uint32_t site, LoopReal *d, size_t width, size_t lanes)
{
    uint64_t shared, *each = counters(block, site, &shared);
    const bool single = block->program->draws[site].single;
    if (single && !each)
        return shared_number(block, site, shared);
    if (single)
        own_numbers(block, site, d, each);
    else if (lanes == 1)
        loop_rng_uniforms(d, width, loop_block_draw_keys(block, site).at, block->agent[0], each ? each[0] : shared);
    else
        loop_rng_uniform(d, width, lanes, loop_block_draw_keys(block, site), block->agent, each, shared, 0);
    return d;
}

static void pick(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    LoopView odds = loop_block_view(block, args[1], NULL);
    size_t width = block->program->registers[args[1]].width;
    const LoopReal *u = uniforms(block, args[2], d, 1, lanes);
    for (size_t l = 0; l < lanes; l++) {
        LoopReal total = 0, reached = 0;
        for (size_t i = 0; i < width; i++)
            total += loop_view(odds, i, l) > 0 ? loop_view(odds, i, l) : 0;
        size_t chosen = 0;
        LoopReal target = u[l] * total;
        for (size_t i = 0; i < width; i++) {
            LoopReal share = loop_view(odds, i, l) > 0 ? loop_view(odds, i, l) : 0;
            if (share > 0)
                chosen = i;
            reached += share;
            if (share > 0 && target < reached)
                break;
        }
        d[l] = (LoopReal)chosen;
    }
}

/* From `n` uniform numbers to what is asked for. Called with strides that are constants where all numbers share what they are made
   with, so that it becomes vector code. */
static inline void shape_all(LoopReal *d, const LoopReal *u, uint32_t op, const LoopReal *a, size_t sa, const LoopReal *b, size_t sb, size_t n)
{
    if (op == LOOP_OP_BERNOULLI)
        LOOP_APART
        for (size_t l = 0; l < n; l++)
            d[l] = u[l] < a[l * sa] ? 1.0 : 0.0;
    else if (op == LOOP_OP_UNIFORM)
        LOOP_APART
        for (size_t l = 0; l < n; l++)
            d[l] = a[l * sa] + (b[l * sb] - a[l * sa]) * u[l];
    else
        LOOP_APART
        for (size_t l = 0; l < n; l++)
            d[l] = a[l * sa] + b[l * sb] * loop_rng_normal_of(u[l]);
}

static void shape(LoopReal *d, const LoopReal *u, uint32_t op, LoopView x, LoopView y, size_t e, size_t n)
{
    const LoopReal *a = x.at + e * x.step, *b = y.at + e * y.step;
    if (op == LOOP_OP_UNIFORM && !x.lane && !y.lane && a[0] == 0 && b[0] == 1) {
        if (d != u)
            memcpy(d, u, n * sizeof *d);
    } else if (!x.lane && !y.lane)
        shape_all(d, u, op, a, 0, b, 0, n);
    else
        shape_all(d, u, op, a, x.lane, b, y.lane, n);
}

void loop_kernel_random(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    if (op == LOOP_OP_PICK) {
        pick(block, args, d, lanes);
        return;
    }
    LoopView x = loop_block_view(block, args[1], NULL), y = x;
    if (op != LOOP_OP_BERNOULLI)
        y = loop_block_view(block, args[2], NULL);
    const LoopReal *u = uniforms(block, args[op == LOOP_OP_BERNOULLI ? 2 : 3], d, width, lanes);
    if ((lanes == 1 || (!x.lane && !y.lane)) && !x.step && !y.step) /* all numbers lie side by side, and share their operands */
        shape(d, u, op, (LoopView){x.at, 0, 0}, (LoopView){y.at, 0, 0}, 0, width * lanes);
    else
        for (size_t e = 0; e < width; e++)
            shape(d + e * lanes, u + e * lanes, op, x, y, e, lanes);
}
