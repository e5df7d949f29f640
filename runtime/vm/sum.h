/* The one order in which sums run: element i goes into partial sum i mod 8, and the eight are added in pairs. It lets
   one lane use the vector unit along the elements, and many lanes use it across lanes, with the same bits. */
#ifndef LOOP_SUM_H
#define LOOP_SUM_H

#include "runtime/contract/wide.h"

enum { LOOP_PARTS = 8 };

/* Eight numbers side by side: one vector of the machine, or as many as they fill. */
#define LOOP_EIGHT_BYTES (LOOP_PARTS * sizeof(LoopReal))
#define LOOP_SOME_BYTES (LOOP_WIDE_BYTES < LOOP_EIGHT_BYTES ? LOOP_WIDE_BYTES : LOOP_EIGHT_BYTES)
typedef LoopReal LoopSome __attribute__((vector_size(LOOP_SOME_BYTES), aligned(sizeof(LoopReal)), may_alias));
typedef LoopBits LoopSomeBits __attribute__((vector_size(LOOP_SOME_BYTES), aligned(sizeof(LoopReal)), may_alias));
typedef struct LoopEight {
    LoopSome some[LOOP_EIGHT_BYTES / LOOP_SOME_BYTES];
} LoopEight;

/* sums += w x, but nothing where x is 0. */
static inline void loop_eight_add(LoopEight *sums, const LoopReal *w, const LoopReal *x)
{
    const LoopSome *a = (const LoopSome *)w, *b = (const LoopSome *)x;
    for (size_t i = 0; i < LOOP_EIGHT_BYTES / LOOP_SOME_BYTES; i++)
        sums->some[i] += (LoopSome)((LoopSomeBits)(a[i] * b[i]) & (LoopSomeBits)(b[i] != 0));
}

/* The pairs of eight partial sums, part[0] of to part[7] of: numbers or vectors. */
#define LOOP_SUM8(part, of) (((part[0] of + part[4] of) + (part[2] of + part[6] of)) + ((part[1] of + part[5] of) + (part[3] of + part[7] of)))

static inline LoopReal loop_sum8(const LoopReal part[LOOP_PARTS])
{
    return LOOP_SUM8(part, );
}

/* The same for fewer than eight. */
static inline void loop_eight_rest(LoopEight *sums, const LoopReal *w, const LoopReal *x, size_t n)
{
    LoopReal part[LOOP_PARTS];
    memcpy(part, sums, sizeof part);
    for (size_t i = 0; i < n; i++)
        part[i] += x[i] != 0 ? w[i] * x[i] : 0;
    memcpy(sums, part, sizeof part);
}

static inline LoopReal loop_eight_sum(const LoopEight *sums)
{
    LoopReal part[LOOP_PARTS];
    memcpy(part, sums, sizeof part);
    return loop_sum8(part);
}

#endif
