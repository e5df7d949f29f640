/* What a loop saw when its value was read out last. While it sees the same through the same weights, its value still stands; and it is
   what learning that is put off has still to enter into traces. */
#ifndef LOOP_SEEN_H
#define LOOP_SEEN_H

#include "runtime/vm/bundle.h"

/* Notes in the layout which loops learn from what they have seen when they were read out: nothing writes their context between the two. false:
   no memory. */
bool loop_seen_find(LoopLayout *layout, const LoopProgram *program);
/* Makes block->seen[index], for the lanes that the block holds now. */
void loop_seen_start(LoopBlock *block, size_t index);
/* Lists the lines that all lanes see, in the loop's readout, which has room for them. Whether they are those of the last time. */
bool loop_seen_list(const LoopBlock *block, size_t index);
/* Whether the loop sees now what it saw last, where that is no list. */
bool loop_seen_same(const LoopBlock *block, size_t index);
/* Keeps what it sees now as .next, which loop_seen_turn makes .last, where there is room for it. Both may be one, where learning is not
   put off. */
void loop_seen_keep(LoopBlock *block, size_t index);
void loop_seen_turn(LoopBlock *block, size_t index);

/* The part of .last or .next that is of a bundle: rows of its lanes, or one number for all lanes of the block. */
LoopView loop_seen_view(const LoopBlock *block, size_t index, LoopReal *at, LoopBundle bundle);

#endif
