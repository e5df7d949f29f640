/* What is known about numbers before the run: between which two those of a register lie. Where both ends are finite each surely is a number,
   and needs no check. */
#ifndef LOOP_BOUNDS_H
#define LOOP_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

/* In both precisions, with all that rounding does. Where either end is infinite nothing is known, not even that it is a number, and the other
   end means nothing. */
typedef struct LowerBounds {
    double lo, hi;
} LowerBounds;

LowerBounds lower_bounds_none(void);
/* Finite, however large. */
LowerBounds lower_bounds_finite(void);
LowerBounds lower_bounds_between(double lo, double hi);
/* Of all that either says. */
LowerBounds lower_bounds_either(LowerBounds a, LowerBounds b);
bool lower_bounds_known(LowerBounds b);
/* Of what instruction `op` makes of the registers that it reads, `in`, in their order; `width` is that of the widest. */
LowerBounds lower_bounds_of(uint32_t op, const LowerBounds *in, uint32_t width);

#endif
