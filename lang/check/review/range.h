/* Between which numbers a value lies, as far as its formula says. */
#ifndef LOOP_RANGE_H
#define LOOP_RANGE_H

#include "lang/check/review/review.h"

typedef struct LoopRange {
    double lo, hi; /* of all its elements; infinite where nothing is known */
} LoopRange;

/* Of a node, measured values included. Never too narrow, whatever the run brings. */
LoopRange loop_bounds_of(const LoopModel *model, const LoopNode *node);

#endif
