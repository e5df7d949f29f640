/* Values that need no room of their own. */
#ifndef LOOP_PLACE_H
#define LOOP_PLACE_H

#include "runtime/contract/rule.h"

/* Of a loop whose only line is 1, as that of most bandits, a channel's value is its weight. Where nobody looks at the values but between
   their read-out and the learning of the same step, they lie where the weights do (LoopRegister.no_room), and nothing is to be read
   out. `scratch` holds what is needed on the way. False: no memory. */
bool loop_place_values(LoopProgram *program, LoopArena *scratch);

#endif
