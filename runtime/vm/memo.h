/* What hasn't changed is not worked out again. A memo is a stretch of instructions whose results depend on nothing but a few numbers:
   on a step on which those are what they were when it ran last, it is passed over, since its results still stand. */
#ifndef LOOP_MEMO_H
#define LOOP_MEMO_H

#include "runtime/vm/vm.h"

/* Finds layout->memos, of the step section. False: no memory. */
bool loop_memos_find(LoopLayout *layout, const LoopProgram *program);
/* Memo at->n: on to its first instruction, or behind its last. */
const LoopReady *loop_memo_run(LoopBlock *block, const LoopReady *at);

#endif
