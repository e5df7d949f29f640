/* Learning that is put off until the weights are looked at. What a step has to add to weights and traces is noted, and done while
   they are read out on a later one: a pass over the synapses in place of three. The numbers are the same, and so is the order in
   which each gets them. */
#ifndef LOOP_LATE_H
#define LOOP_LATE_H

#include "runtime/vm/vm.h"

/* Rows of lanes that it takes, besides one for each channel: push, fade, by and number of LoopLate. */
enum { LOOP_LATE_ROWS = 4 };

/* Whether there may be any use in it for this loop, and it can be done: asked when the slab is laid out. */
bool loop_late_suits(const LoopProgram *program, const LoopLoop *loop);
/* Makes block->late[index], for the lanes that the block holds now. */
void loop_late_start(LoopBlock *block, size_t index);
/* Puts off what the step has to add, of a loop that is able. False: this is a step that can't wait; what was put off before it has been
   done. */
bool loop_late_learn(LoopBlock *block, size_t index);
/* Does what was put off. Whoever reads weights or traces calls it first. */
void loop_late_settle(LoopBlock *block, size_t index);
/* Looks at the context for which the value has been read out, of a loop that is able. */
void loop_late_look(LoopBlock *block, size_t index);
/* Does what was put off, and reads out the value for the context that comes next through the weights that come of it. False: no weight
   has moved, and the value is still to be read out. */
bool loop_late_value(LoopBlock *block, size_t index);

#endif
