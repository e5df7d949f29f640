/* Kernels over the elements of a vector: reductions, building, indexing. A sum runs in one order everywhere: eight
   partial sums (element i into number i mod 8), then pairs; see loop_sum8 in vm/sum.h. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/sum.h"

#include <math.h>
#include <string.h>

typedef struct Operand {
    LoopView v;
    size_t width;
} Operand;

static Operand operand(const LoopBlock *block, uint32_t reg)
{
    return (Operand){loop_block_view(block, reg, NULL), block->program->registers[reg].width};
}

/* Lanes that are taken at a time, so that what is kept for each of them stays near: rows of theirs become vector code. */
enum { TOGETHER = 64 };

typedef struct Lanes {
    size_t first, n;
} Lanes;

/* Calls take(lanes) for some lanes after the other. */
#define EACH_SOME(lanes, take)                                                                                         \
    for (Lanes some_ = {0, 0}; some_.first < (lanes); some_.first += TOGETHER) {                                       \
        some_.n = (lanes) - some_.first < TOGETHER ? (lanes) - some_.first : TOGETHER;                                 \
        take(some_);                                                                                                   \
    }

/* Element `i` in some lanes: where it lies or, where all lanes share it, spread out in `room`. */
static const LoopReal *row(Operand x, size_t i, Lanes some, LoopReal *room)
{
    const LoopReal *at = x.v.at + i * x.v.step;
    if (x.v.lane)
        return at + some.first;
    for (size_t l = 0; l < some.n; l++)
        room[l] = at[0];
    return room;
}

/* ---- reductions ---- */

/* sums() in one lane, which is worth a loop of its own. */
static LoopReal sum_of_one(Operand x, size_t from, const Operand *y, size_t width, size_t l)
{
    LoopReal part[LOOP_PARTS] = {0};
    for (size_t i = 0; i < width; i++)
        part[i % LOOP_PARTS] += loop_view(x.v, from + i, l) * (y ? loop_view(y->v, i, l) : 1);
    return loop_sum8(part);
}

/* d = sum over i of x[from + i] y[i] in some lanes, or of x[from + i] where there is no y. */
static void sums(LoopReal *restrict d, Operand x, size_t from, const Operand *y, size_t width, Lanes some)
{
    LoopReal part[LOOP_PARTS][TOGETHER], room[2][TOGETHER];
    if (some.n == 1) {
        d[0] = sum_of_one(x, from, y, width, some.first);
        return;
    }
    for (size_t p = 0; p < LOOP_PARTS; p++)
        memset(part[p], 0, some.n * sizeof **part);
    for (size_t i = 0; i < width; i++) {
        const LoopReal *restrict a = row(x, from + i, some, room[0]), *restrict b = y ? row(*y, i, some, room[1]) : NULL;
        LoopReal *restrict sum = part[i % LOOP_PARTS];
        if (b)
            for (size_t l = 0; l < some.n; l++)
                sum[l] += a[l] * b[l];
        else
            for (size_t l = 0; l < some.n; l++)
                sum[l] += a[l];
    }
    for (size_t l = 0; l < some.n; l++)
        d[l] = LOOP_SUM8(part, [l]);
}

/* The largest element in some lanes, and which it is, the first of equals; or the smallest: `sign` is 1 or -1. */
static void largest(LoopReal *restrict top, LoopReal *restrict at, Operand x, LoopReal sign, Lanes some)
{
    LoopReal room[TOGETHER];
    for (size_t i = 0; i < x.width; i++) {
        const LoopReal *restrict a = row(x, i, some, room);
        for (size_t l = 0; l < some.n; l++) {
            bool more = i == 0 || sign * a[l] > sign * top[l];
            top[l] = more ? a[l] : top[l];
            at[l] = more ? (LoopReal)i : at[l];
        }
    }
}

static void reduce(LoopReal *d, LoopOp op, Operand x, Operand y, Lanes some)
{
    LoopReal other[TOGETHER];
    d += some.first;
    if (op == LOOP_OP_LARGEST)
        largest(d, other, x, 1, some);
    else if (op == LOOP_OP_SMALLEST)
        largest(d, other, x, -1, some);
    else if (op == LOOP_OP_ARGMAX)
        largest(other, d, x, 1, some);
    else if (op == LOOP_OP_DOT)
        sums(d, x, 0, &y, x.width > y.width ? x.width : y.width, some);
    else
        sums(d, x, 0, op == LOOP_OP_NORM ? &x : NULL, x.width, some);
    for (size_t l = 0; op == LOOP_OP_MEAN && l < some.n; l++)
        d[l] /= (LoopReal)x.width;
    for (size_t l = 0; op == LOOP_OP_NORM && l < some.n; l++)
        d[l] = sqrt(d[l]);
}

/* ---- building ---- */

/* d[0 .. count) = x[from ..] */
static void copy(LoopReal *d, size_t lanes, size_t count, Operand x, size_t from)
{
    for (size_t i = 0; i < count; i++, d += lanes) {
        const LoopReal *at = x.v.at + (i + from) * x.v.step;
        if (x.v.lane)
            memmove(d, at, lanes * sizeof *d);
        else
            for (size_t l = 0; l < lanes; l++)
                d[l] = at[0];
    }
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
    for (size_t i = 0; i < width; i++)
        for (size_t l = 0; l < lanes; l++)
            d[i * lanes + l] = at.v.at[l * at.v.lane] == (LoopReal)i ? 1.0 : 0.0;
    for (size_t l = 0; l < lanes; l++) {
        LoopReal index = loop_view(at.v, 0, l);
        if (!(index >= -1 && index < (LoopReal)width && index == floor(index)))
            loop_block_fault(block, (uint32_t)l, lanes, args[2], index);
    }
}

static void outer(LoopReal *d, size_t lanes, Operand x, Operand y, Lanes some)
{
    LoopReal room[2][TOGETHER];
    d += some.first;
    for (size_t i = 0; i < x.width; i++) {
        const LoopReal *restrict a = row(x, i, some, room[0]);
        for (size_t j = 0; j < y.width; j++, d += lanes) {
            const LoopReal *restrict b = row(y, j, some, room[1]);
            for (size_t l = 0; l < some.n; l++)
                d[l] = a[l] * b[l];
        }
    }
}

/* Point `i` of `width` evenly from lo to hi, in some lanes. */
static void evenly(LoopReal *restrict d, Operand lo, Operand hi, size_t i, size_t width, Lanes some)
{
    if (!lo.v.lane && !hi.v.lane) {
        const LoopReal x = (LoopReal)loop_evenly(lo.v.at[0], hi.v.at[0], (uint32_t)i, (uint32_t)width);
        for (size_t l = 0; l < some.n; l++)
            d[l] = x;
        return;
    }
    for (size_t l = 0; l < some.n; l++)
        d[l] = (LoopReal)loop_evenly(loop_view(lo.v, 0, some.first + l), loop_view(hi.v, 0, some.first + l), (uint32_t)i, (uint32_t)width);
}

static void ramp(LoopReal *d, size_t lanes, size_t width, Operand lo, Operand hi, Lanes some)
{
    for (size_t i = 0; i < width; i++)
        evenly(d + i * lanes + some.first, lo, hi, i, width, some);
}

static void rbf(LoopReal *d, size_t lanes, size_t width, Operand x, Operand lo, Operand hi, Lanes some)
{
    LoopReal room[3][TOGETHER], spacing[TOGETHER], centre[TOGETHER];
    const LoopReal *restrict at = row(x, 0, some, room[0]), *restrict a = row(lo, 0, some, room[1]), *restrict b = row(hi, 0, some, room[2]);
    for (size_t l = 0; l < some.n; l++)
        spacing[l] = width == 1 ? b[l] - a[l] : (b[l] - a[l]) / (LoopReal)(width - 1);
    d += some.first;
    for (size_t i = 0; i < width; i++, d += lanes) {
        evenly(centre, lo, hi, i, width, some);
        for (size_t l = 0; l < some.n; l++) {
            LoopReal z = (at[l] - centre[l]) / spacing[l];
            d[l] = loop_exp(-0.5 * (z * z));
        }
    }
}

static void project(LoopReal *d, size_t lanes, size_t units, Operand w, Operand x, Lanes some)
{
    d += some.first;
    for (size_t i = 0; i < units; i++, d += lanes) {
        sums(d, w, i * x.width, &x, x.width, some);
        for (size_t l = 0; l < some.n; l++)
            d[l] = d[l] > 0 ? 1.0 : 0.0;
    }
}

void loop_kernel_vector(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    const Operand x = operand(block, args[1]);
    const bool more = op == LOOP_OP_DOT || op == LOOP_OP_OUTER || op == LOOP_OP_RAMP || op == LOOP_OP_RBF || op == LOOP_OP_PROJECT;
    const Operand y = more ? operand(block, args[2]) : x, z = op == LOOP_OP_RBF ? operand(block, args[3]) : x;
#define OUTER(some) outer(d, lanes, x, y, some)
#define RAMP(some) ramp(d, lanes, width, x, y, some)
#define RBF(some) rbf(d, lanes, width, x, y, z, some)
#define PROJECT(some) project(d, lanes, width, x, y, some)
#define REDUCE(some) reduce(d, (LoopOp)op, x, y, some)
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
        EACH_SOME(lanes, OUTER)
    else if (op == LOOP_OP_RAMP)
        EACH_SOME(lanes, RAMP)
    else if (op == LOOP_OP_RBF)
        EACH_SOME(lanes, RBF)
    else if (op == LOOP_OP_PROJECT)
        EACH_SOME(lanes, PROJECT)
    else
        EACH_SOME(lanes, REDUCE)
}

/* ---- made ready ---- */

static const LoopReady *run_copy(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    loop_move(at->d, at->a, at->n);
    return at + 1;
}

void loop_ready_copy(const LoopBlock *block, LoopReady *at)
{
    const uint32_t op = at->code[0], *args = at->code + 1;
    const size_t lanes = loop_block_lanes(block, args[0]), width = block->program->registers[args[0]].width;
    const Operand x = operand(block, args[1]);
    if (loop_block_lanes(block, args[1]) != lanes || (op == LOOP_OP_COPY && x.width != width))
        return;
    at->d = loop_block_register(block, args[0]) + (op == LOOP_OP_PUT ? args[2] * lanes : 0);
    at->a = loop_block_register(block, args[1]) + (op == LOOP_OP_SLICE ? args[2] * lanes : 0);
    at->n = (op == LOOP_OP_PUT ? x.width : width) * lanes;
    at->run = run_copy;
}
