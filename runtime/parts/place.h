/* What a loop need not copy. */
#ifndef LOOP_PLACE_H
#define LOOP_PLACE_H

#include "runtime/contract/rule.h"

/* The only line of a loop is 1 in most bandits. Then a channel's value is its weight. Where nobody looks at the values but between
   their read-out and the learning of the same step, they lie where the weights do (LoopRegister.no_room), and nothing is to be read
   out. And if traces don't last, they are the credit of the step before: where the loop gives it by its own choice or policy, and nobody
   else looks at that, the two change places on each step (LoopLoop.swaps_traces). `scratch` holds what is needed on the way. False: no
   memory. */
bool loop_place(LoopProgram *program, LoopArena *scratch);

#endif
