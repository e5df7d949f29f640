/* Kernels over the elements of a vector: reductions, building, indexing. A sum runs in one order everywhere: eight
   partial sums (element i into number i mod 8), then pairs; see loop_sum8 in vm/sum.h. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/sum.h"

#include <math.h>

typedef struct Operand {
    LoopView v;
    size_t width;
} Operand;

static Operand operand(const LoopBlock *block, uint32_t reg)
{
    return (Operand){loop_block_view(block, reg, NULL), block->program->registers[reg].width};
}

static LoopReal sum(Operand x, size_t l)
{
    LoopReal part[LOOP_PARTS] = {0};
    for (size_t i = 0; i < x.width; i++)
        part[i % LOOP_PARTS] += loop_view(x.v, i, l);
    return loop_sum8(part);
}

static LoopReal dot(Operand x, Operand y, size_t l)
{
    size_t width = x.width > y.width ? x.width : y.width;
    LoopReal part[LOOP_PARTS] = {0};
    for (size_t i = 0; i < width; i++)
        part[i % LOOP_PARTS] += loop_view(x.v, i, l) * loop_view(y.v, i, l);
    return loop_sum8(part);
}

static size_t largest_at(Operand x, size_t l)
{
    size_t best = 0;
    for (size_t i = 1; i < x.width; i++)
        if (loop_view(x.v, i, l) > loop_view(x.v, best, l))
            best = i;
    return best;
}

static LoopReal smallest(Operand x, size_t l)
{
    LoopReal least = loop_view(x.v, 0, l);
    for (size_t i = 1; i < x.width; i++)
        least = loop_view(x.v, i, l) < least ? loop_view(x.v, i, l) : least;
    return least;
}

static LoopReal reduce(LoopOp op, Operand x, Operand y, size_t l)
{
    if (op == LOOP_OP_SUM)
        return sum(x, l);
    if (op == LOOP_OP_MEAN)
        return sum(x, l) / (LoopReal)x.width;
    if (op == LOOP_OP_LARGEST)
        return loop_view(x.v, largest_at(x, l), l);
    if (op == LOOP_OP_SMALLEST)
        return smallest(x, l);
    if (op == LOOP_OP_NORM)
        return sqrt(dot(x, x, l));
    if (op == LOOP_OP_ARGMAX)
        return (LoopReal)largest_at(x, l);
    return dot(x, y, l);
}

/* d[start .. start + count) = x */
static void copy(LoopReal *d, size_t lanes, size_t count, Operand x, size_t from)
{
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < lanes; l++)
            d[i * lanes + l] = loop_view(x.v, i + from, l);
}

static void index_at(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    Operand x = operand(block, args[1]), at = operand(block, args[2]);
    size_t width = block->program->registers[args[0]].width;
    for (size_t i = 0; i < width; i++)
        for (size_t l = 0; l < lanes; l++) {
            LoopReal index = loop_view(at.v, i, l);
            if (index >= 0 && index < (LoopReal)x.width && index == floor(index))
                d[i * lanes + l] = loop_view(x.v, (size_t)index, l);
            else {
                d[i * lanes + l] = 0;
                loop_block_fault(block, (uint32_t)l, lanes, args[3], index);
            }
        }
}

static void onehot(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    Operand at = operand(block, args[1]);
    size_t width = block->program->registers[args[0]].width;
    for (size_t l = 0; l < lanes; l++) {
        LoopReal index = loop_view(at.v, 0, l);
        for (size_t i = 0; i < width; i++)
            d[i * lanes + l] = index == (LoopReal)i ? 1.0 : 0.0;
        if (!(index >= -1 && index < (LoopReal)width && index == floor(index)))
            loop_block_fault(block, (uint32_t)l, lanes, args[2], index);
    }
}

static void outer(LoopReal *d, size_t lanes, Operand x, Operand y)
{
    for (size_t i = 0; i < x.width; i++)
        for (size_t j = 0; j < y.width; j++)
            for (size_t l = 0; l < lanes; l++)
                d[(i * y.width + j) * lanes + l] = loop_view(x.v, i, l) * loop_view(y.v, j, l);
}

static void ramp(LoopReal *d, size_t lanes, size_t width, Operand lo, Operand hi)
{
    for (size_t i = 0; i < width; i++)
        for (size_t l = 0; l < lanes; l++)
            d[i * lanes + l] = loop_evenly(loop_view(lo.v, 0, l), loop_view(hi.v, 0, l), (uint32_t)i, (uint32_t)width);
}

static void rbf(LoopBlock *block, const uint32_t *args, LoopReal *d, size_t lanes)
{
    Operand x = operand(block, args[1]), lo = operand(block, args[2]), hi = operand(block, args[3]);
    size_t width = block->program->registers[args[0]].width;
    for (size_t i = 0; i < width; i++)
        for (size_t l = 0; l < lanes; l++) {
            LoopReal a = loop_view(lo.v, 0, l), b = loop_view(hi.v, 0, l);
            LoopReal spacing = width == 1 ? b - a : (b - a) / (LoopReal)(width - 1);
            LoopReal z = (loop_view(x.v, 0, l) - (LoopReal)loop_evenly(a, b, (uint32_t)i, (uint32_t)width)) / spacing;
            d[i * lanes + l] = loop_exp(-0.5 * (z * z));
        }
}

static void project(LoopReal *d, size_t lanes, size_t units, Operand w, Operand x)
{
    for (size_t i = 0; i < units; i++)
        for (size_t l = 0; l < lanes; l++) {
            LoopReal part[LOOP_PARTS] = {0};
            for (size_t j = 0; j < x.width; j++)
                part[j % LOOP_PARTS] += loop_view(w.v, i * x.width + j, l) * loop_view(x.v, j, l);
            d[i * lanes + l] = loop_sum8(part) > 0 ? 1.0 : 0.0;
        }
}

void loop_kernel_vector(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    Operand x = operand(block, args[1]);
    if (op == LOOP_OP_COPY)
        copy(d, lanes, width, x, 0);
    else if (op == LOOP_OP_PUT)
        copy(d + args[2] * lanes, lanes, x.width, x, 0);
    else if (op == LOOP_OP_SLICE)
        copy(d, lanes, width, x, args[2]);
    else if (op == LOOP_OP_AT)
        index_at(block, args, d, lanes);
    else if (op == LOOP_OP_ONEHOT)
        onehot(block, args, d, lanes);
    else if (op == LOOP_OP_OUTER)
        outer(d, lanes, x, operand(block, args[2]));
    else if (op == LOOP_OP_RAMP)
        ramp(d, lanes, width, x, operand(block, args[2]));
    else if (op == LOOP_OP_RBF)
        rbf(block, args, d, lanes);
    else if (op == LOOP_OP_PROJECT)
        project(d, lanes, width, x, operand(block, args[2]));
    else
        for (size_t l = 0; l < lanes; l++)
            d[l] = reduce((LoopOp)op, x, op == LOOP_OP_DOT ? operand(block, args[2]) : x, l);
}
