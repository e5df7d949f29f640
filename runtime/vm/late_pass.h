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

/* The same where lanes lie one behind the other: weights and traces are [lanes][synapses], contexts [lanes][lines]. Without a
   `value` none is wanted. */
void loop_late_turned_pass(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value);
void loop_late_turned_enter(LoopBlock *block, size_t index);
void loop_late_turned_fade(LoopBlock *block, size_t index);
/* Whether this engine can do that for a loop, and is faster by it. */
bool loop_late_turns(const LoopProgram *program, const LoopLoop *loop);
/* Turns weights, traces and `context` about, from one way of lying to the other. */
void loop_late_turn(LoopBlock *block, size_t index, LoopReal *context);

#endif
