/* Delay lines that may take what comes next as soon as what they had has been read. Where a value of a loop is kept for the next step, and one
   difference alone looks at what was kept, as an error of temporal differences does, that difference writes the value in its place on the
   way (fused.c), and at the end of the step there is nothing to copy. */
#ifndef LOOP_FOLLOW_H
#define LOOP_FOLLOW_H

#include "runtime/contract/program.h"

/* [register_count]: of a register that lies in the room of a delay line (`lent`, see rooms.h) and is the subtrahend of one difference, and
   nothing else, the register whose value the line takes; else LOOP_NONE. The caller frees it. NULL: no memory. */
uint32_t *loop_follow_find(const LoopProgram *program, const uint32_t *lent);

#endif
