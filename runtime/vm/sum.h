/* The one order in which sums run: element i goes into partial sum i mod 8, and the eight are added in pairs. It lets
   one lane use the vector unit along the elements, and many lanes use it across lanes, with the same bits. */
#ifndef LOOP_SUM_H
#define LOOP_SUM_H

#include "runtime/contract/rule.h"

enum { LOOP_PARTS = 8 };

/* Eight numbers side by side anywhere in memory, and eight masks. A vector of the compiler's: it becomes one register, two
   or four, or plain code, as the machine has it. */
typedef LoopReal LoopEight __attribute__((vector_size(8 * sizeof(LoopReal)), aligned(sizeof(LoopReal)), may_alias));
typedef LoopBits LoopEightBits __attribute__((vector_size(8 * sizeof(LoopBits)), aligned(sizeof(LoopBits)), may_alias));

/* sums += w x, but nothing where x is 0. */
static inline void loop_eight_add(LoopEight *sums, const LoopReal *w, const LoopReal *x)
{
    LoopEight a = *(const LoopEight *)w, b = *(const LoopEight *)x;
    *sums += (LoopEight)((LoopEightBits)(a * b) & (LoopEightBits)(b != 0));
}

static inline LoopReal loop_sum8(const LoopReal part[LOOP_PARTS])
{
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

#endif
