/* Loops that learned nothing in a run, for whoever wonders why nothing happens. */
#ifndef LOOP_TAUGHT_H
#define LOOP_TAUGHT_H

#include "runtime/block/block.h"
#include "runtime/parts/parts.h"

/* What has become of a loop of the whole program, in all lanes by now. */
typedef struct LoopLearned {
    bool gained, moved; /* as in LoopTaught */
} LoopLearned;

/* Adds what the loops of a block have learned to `learned`, [loops of the whole program]; `part`: of which it is, or NULL. */
void loop_taught_add(LoopLearned *learned, const LoopBlock *block, const LoopPart *part);
/* Warns of those that learned nothing, in the order of the source: loops that are written at one place, as all copies of a circuit, are
   one. false: no memory. */
bool loop_taught_report(const LoopLearned *learned, const LoopProgram *program, LoopDiags *diags);

#endif
