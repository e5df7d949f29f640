/* Draws. Each is a pure function of (seed, place, agent, counter, element): see rng.h. */
#include "runtime/vm/vm.h"

#include "runtime/task/clock.h"

/* One block of uniform numbers for element `e` in all lanes of the result. */
static void uniform(LoopBlock *block, uint32_t site, size_t e, LoopReal *out, size_t lanes)
{
    const LoopDraw *draw = &block->program->draws[site];
    const uint64_t *counters = NULL;
    uint64_t shared = draw->clock == LOOP_DRAW_STEP ? block->step : 0;
    if (draw->clock == LOOP_DRAW_TRIAL) {
        loop_clock_counters(block->clock, block);
        counters = block->counters;
    }
    loop_rng_uniform(out, lanes, &block->keys[site], block->agent, counters, shared, (uint32_t)e);
}

static void normal(LoopBlock *block, uint32_t site, size_t e, LoopReal *out, size_t lanes)
{
    uniform(block, site, e, out, lanes);
    for (size_t l = 0; l < lanes; l++)
        out[l] = loop_rng_normal_of(out[l]);
}

static void pick(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    LoopView odds = loop_block_view(block, args[1], NULL);
    size_t width = block->program->registers[args[1]].width;
    uniform(block, args[2], 0, d, lanes);
    for (size_t l = 0; l < lanes; l++) {
        LoopReal total = 0, reached = 0;
        for (size_t i = 0; i < width; i++)
            total += loop_view(odds, i, l) > 0 ? loop_view(odds, i, l) : 0;
        size_t chosen = 0;
        LoopReal target = d[l] * total;
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

void loop_kernel_random(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    LoopView x = loop_block_view(block, args[1], NULL);
    LoopReal *u = block->state + block->layout->scratch;
    if (op == LOOP_OP_PICK) {
        pick(block, args, d, lanes);
        return;
    }
    if (op == LOOP_OP_BERNOULLI) {
        for (size_t e = 0; e < width; e++) {
            uniform(block, args[2], e, u, lanes);
            for (size_t l = 0; l < lanes; l++)
                d[e * lanes + l] = u[l] < loop_view(x, e, l) ? 1.0 : 0.0;
        }
        return;
    }
    LoopView y = loop_block_view(block, args[2], NULL);
    for (size_t e = 0; e < width; e++) {
        if (op == LOOP_OP_UNIFORM)
            uniform(block, args[3], e, u, lanes);
        else
            normal(block, args[3], e, u, lanes);
        for (size_t l = 0; l < lanes; l++) {
            LoopReal a = loop_view(x, e, l), b = loop_view(y, e, l);
            d[e * lanes + l] = op == LOOP_OP_UNIFORM ? a + (b - a) * u[l] : a + b * u[l];
        }
    }
}
