/* Results that only pass through. Where one instruction works out a register from another of the same shape, number by number, nobody else
   looks at that one, and nobody at the first one's place in between, the two lie in one place: what has just been read is
   written over while it is in the first cache, and a block takes less of the second. And what is read from a delay line of one step lies in
   that, if nobody looks at it once the next enters: nothing is to be copied. */
#ifndef LOOP_ROOMS_H
#define LOOP_ROOMS_H

#include "runtime/contract/program.h"

/* [register_count]: in whose room a register lies: that of another, or register_count and the number of a ring; LOOP_NONE: it has its own.
   The caller frees it. NULL: no memory. */
uint32_t *loop_rooms_make(const LoopProgram *program);

#endif
