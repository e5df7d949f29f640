/* Loops that learned nothing in a run, for whoever wonders why nothing happens. */
#ifndef LOOP_TAUGHT_H
#define LOOP_TAUGHT_H

#include "runtime/block/block.h"

/* What has become of a loop of the model, in all blocks and copies by now. */
typedef struct LoopTaughtLoop {
    const LoopLoop *loop;
    LoopTaught taught;
} LoopTaughtLoop;

/* Adds what the loops of a block have learned to the list of LoopTaughtLoop. false: no memory. */
bool loop_taught_add(LoopList *list, LoopArena *arena, const LoopBlock *block);
/* Warns of those that learned nothing. */
void loop_taught_report(const LoopList *list, LoopDiags *diags);

#endif
