/* Values of neurons in many lanes, some vectors of lanes at a time: sums over the lines in the order of sum.h. */
#ifndef LOOP_READOUT_H
#define LOOP_READOUT_H

#include "runtime/contract/real_math.h"
#include "runtime/vm/sum.h"
#include "runtime/vm/vm.h"
#include "runtime/vm/wide.h"

/* What the neurons of one loop need. `s` gets the activity of a neuron in each lane. */
typedef struct LoopReadout {
    const LoopLoop *loop;
    LoopWires wires;
    LoopReal *weights;
    LoopView propose;
    LoopReal *s, *up, *gathered, *parts; /* [lanes], the last [LOOP_PARTS][lanes] */
    bool sparse;                         /* every neuron and lane sees the same lines: those below */
    const LoopActive *active;            /* lines that are not 0, those of partial sum p from begin[p] on */
    uint32_t begin[LOOP_PARTS + 1];
    const LoopLate *late;                /* learning that is done on the way */
} LoopReadout;

/* Partial sum `p` of neuron `neuron` (of all of the loop) in some lanes from `l` on: `vectors` vectors of them. What is read behind the
   last lane means nothing, and lanes that are `kept` are to stay as they are. */
typedef void LoopReadPart(LoopWide *sum, const LoopReadout *r, size_t neuron, size_t l, size_t p, size_t vectors, LoopWideMask kept);

LOOP_INLINE void loop_read_add(LoopWide *to, const LoopWide *more, size_t vectors)
{
    for (size_t i = 0; i < vectors; i++)
        to[i] += more[i];
}

/* The value of a neuron in those lanes. Each pair of partial sums is added as soon as there is one, so that few registers are taken. */
LOOP_INLINE void loop_read_strip(LoopReal *out, const LoopReadout *r, size_t neuron, size_t l, size_t vectors, LoopWideMask kept, LoopReadPart *part)
{
    LoopWide sum[2][LOOP_STRIP], four[LOOP_STRIP], two[LOOP_STRIP];
    for (size_t half = 0; half < 2; half++) {
        part(sum[half], r, neuron, l, half, vectors, kept);
        part(two, r, neuron, l, half + 4, vectors, kept);
        loop_read_add(sum[half], two, vectors);
        part(four, r, neuron, l, half + 2, vectors, kept);
        part(two, r, neuron, l, half + 6, vectors, kept);
        loop_read_add(four, two, vectors);
        loop_read_add(sum[half], four, vectors);
    }
    loop_read_add(sum[0], sum[1], vectors);
    for (size_t i = 0; i < vectors; i++) {
        LoopReal *at = out + l + i * LOOP_WIDE;
        loop_wide_put(at, loop_wide_select(kept, loop_wide(at), sum[0][i]));
    }
}

#endif
