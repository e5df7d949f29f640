/* Sparklines: a course as a line of block characters, with zero on a block of its own. */
#ifndef LOOP_SPARK_H
#define LOOP_SPARK_H

#include "runtime/contract/base.h"

enum { LOOP_SPARK_COLUMNS = 60 }; /* fixed, so that a report is the same wherever it is printed */

typedef struct LoopRange {
    double lo, hi;
} LoopRange;

/* Lowest and highest finite value; {0, 0} when there is none. */
LoopRange loop_range(const double *x, size_t count);

/* How values map to blocks: value 0 is block `zero`, each block further is `step` more. */
typedef struct LoopScale {
    int zero;
    double step;
} LoopScale;

/* The finest scale on which `range` and 0 both fit, with zero exactly on a block. */
LoopScale loop_scale(LoopRange range);

/* One character a value, or, in longer courses, for each stretch of them its value farthest from 0, so that a burst
   of one step never vanishes. nan is a dot. */
void loop_spark(LoopText *out, const double *x, size_t count, LoopScale scale);

#endif
