/* The one order in which sums run: element i goes into partial sum i mod 8, and the eight are added in pairs. It lets
   one lane use the vector unit along the elements, and many lanes use it across lanes, with the same bits. */
#ifndef LOOP_SUM_H
#define LOOP_SUM_H

#include "runtime/contract/rule.h"

enum { LOOP_PARTS = 8 };

static inline LoopReal loop_sum8(const LoopReal part[LOOP_PARTS])
{
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

#endif
