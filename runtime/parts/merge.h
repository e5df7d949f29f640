/* From slices that are alike to a program. */
#ifndef LOOP_MERGE_H
#define LOOP_MERGE_H

#include "runtime/parts/parts.h"
#include "runtime/parts/slice.h"

/* What the parts of one program have in common. */
typedef struct LoopWhole {
    const LoopProgram *program;
    LoopArena *arena;
    uint32_t *constants, *params; /* [registers]: where their values are; LOOP_NONE */
    uint32_t *order;              /* [checks]: the node that makes it */
    uint32_t *last;               /* [registers]: 0, but within merge_registers */
} LoopWhole;

/* false: no memory. */
bool loop_whole_make(LoopWhole *whole, const LoopGraph *graph, LoopArena *arena);
/* `copies` slices that are alike, as a part. */
bool loop_merge(const LoopWhole *whole, LoopSlice *const *slices, uint32_t copies, LoopPart *part);

#endif
