/* How late.c does what it has put off. */
#ifndef LOOP_LATE_PASS_H
#define LOOP_LATE_PASS_H

#include "runtime/vm/late.h"

/* Reads out `value` for `context`, and on the way lets weights move and traces get what enters them. */
void loop_late_side_pass(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value);
/* No weight moves: traces by themselves. */
void loop_late_side_enter(LoopBlock *block, size_t index);
/* Traces take over their scale, as on a step of the sweeps of eligibility.h, but that none is known to have ended. */
void loop_late_side_fade(LoopBlock *block, size_t index);

#endif
