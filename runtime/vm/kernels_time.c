/* Kernels that hold something from step to step: onsets, codes of the past, traces, delay lines. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"

#include <math.h>
#include <string.h>

static void onset(LoopReal *d, size_t n, LoopReal *before, LoopView x, size_t lanes)
{
    for (size_t i = 0; i < n; i++) {
        LoopReal now = loop_view(x, i / lanes, i % lanes) > 0 ? 1.0 : 0.0;
        d[i] = now > before[i] ? 1.0 : 0.0;
        before[i] = now;
    }
}

/* Each element of x has its own run of units; the newest is first. */
static void history(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    size_t elements = block->program->registers[args[1]].width;
    size_t units = block->program->registers[args[0]].width / elements;
    LoopView x = loop_block_view(block, args[1], NULL);
    for (size_t e = 0; e < elements; e++) {
        LoopReal *run = d + e * units * lanes;
        memmove(run + lanes, run, (units - 1) * lanes * sizeof *run);
        for (size_t l = 0; l < lanes; l++)
            run[l] = loop_view(x, e, l);
    }
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

static void ring(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    uint32_t index = op == LOOP_OP_RING_WRITE ? args[0] : args[1];
    uint32_t reg = op == LOOP_OP_RING_WRITE ? args[1] : args[0];
    const LoopRing *r = &block->program->rings[index];
    size_t lanes = r->uniform ? 1 : block->lanes, count = r->width * lanes;
    LoopReal *base = block->state + block->layout->rings[index];
    LoopReal *slot = base + (block->step % r->slots) * count;
    if (op == LOOP_OP_RING_WRITE) {
        LoopView x = loop_block_view(block, reg, NULL);
        for (size_t i = 0; i < count; i++)
            slot[i] = loop_view(x, i / lanes, i % lanes);
        return;
    }
    LoopReal *d = loop_block_register(block, reg);
    size_t out = loop_block_lanes(block, reg);
    for (size_t i = 0; i < r->width * out; i++) {
        size_t at = i / out * lanes + (lanes == 1 ? 0 : i % out);
        LoopReal value = op == LOOP_OP_RING_READ ? slot[at] : base[at];
        for (size_t s = 1; op == LOOP_OP_RING_LARGEST && s < r->slots; s++)
            value = base[s * count + at] > value ? base[s * count + at] : value;
        d[i] = value;
    }
}

void loop_kernel_time(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    if (op == LOOP_OP_RING_READ || op == LOOP_OP_RING_WRITE || op == LOOP_OP_RING_LARGEST) {
        ring(block, op, args);
        return;
    }
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), n = block->program->registers[args[0]].width * lanes;
    LoopView x = loop_block_view(block, op == LOOP_OP_MICRO ? args[2] : args[1], NULL);
    if (op == LOOP_OP_ONSET)
        onset(d, n, loop_block_register(block, args[2]), x, lanes);
    else if (op == LOOP_OP_HISTORY)
        history(block, args, d, lanes);
    else if (op == LOOP_OP_MICRO)
        micro(block, args, d, lanes);
    else if (op == LOOP_OP_SINCE)
        for (size_t i = 0; i < n; i++)
            d[i] = loop_view(x, i / lanes, i % lanes) > 0 ? 0.0 : d[i] + 1.0;
    else {
        LoopView y = loop_block_view(block, args[2], NULL);
        for (size_t i = 0; i < n; i++) {
            LoopReal in = loop_view(x, i / lanes, i % lanes), other = loop_view(y, i / lanes, i % lanes);
            d[i] = op == LOOP_OP_TRACE ? other * d[i] + in : (other > 0 ? in : d[i]);
        }
    }
}
