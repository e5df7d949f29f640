/* Which elements of what is worked out from measures have no value, because a measure that they come of has none. Numbers alone do not
   tell: max(nan, 0) is 0, and nan is not equal to anything. */
#ifndef LOOP_MISSING_H
#define LOOP_MISSING_H

#include "runtime/contract/program.h"

struct LoopBlock;

typedef struct LoopMissing {
    size_t *at; /* [registers]: where those of a register begin */
    bool *is;   /* [width][lanes] for each register */
    size_t lanes;
} LoopMissing;

/* For blocks of up to `lanes` lanes; nothing is missing. false: no memory. */
bool loop_missing_make(LoopMissing *missing, const LoopProgram *program, size_t lanes, LoopArena *arena);
/* An input has no value in the lanes where it is nan. Whether there are such. */
bool loop_missing_input(LoopMissing *missing, const struct LoopBlock *block, uint32_t reg);
/* Whether a section may come to nothing though its inputs have values: by a quotient or an index. */
bool loop_missing_may_begin(const LoopSection *section);
/* Follows a section that has been run on the block. */
void loop_missing_follow(LoopMissing *missing, const struct LoopBlock *block, const LoopSection *section);

static inline bool loop_missing_at(const LoopMissing *missing, uint32_t reg, uint32_t element, size_t lane)
{
    return missing->is[missing->at[reg] + element * missing->lanes + lane];
}

#endif
