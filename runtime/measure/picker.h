/* Which trials of a lane a measure or strip takes. Where the number of trials is known beforehand a pick is a range
   of their ordinals; where only `until` decides, `last n` needs a ring. */
#ifndef LOOP_PICKER_H
#define LOOP_PICKER_H

#include "runtime/block/block.h"
#include "runtime/task/clock.h"

typedef struct LoopPicker {
    uint32_t seen;         /* trials that matched phase and type, the current one included */
    uint32_t phase;        /* the phase that `from` and `to` were worked out for */
    uint32_t from, to;     /* ordinals from 0, to not included */
    bool open;             /* the current trial matches phase and type */
    bool picked;           /* and is in the range */
    bool ring;             /* `last n` of an unknown number: every match is picked, only the last n count */
} LoopPicker;

/* Trials that a ring has to keep; 0: none has, since only a phase with `until` has an unknown number of trials. */
uint32_t loop_picker_slots(const LoopProgram *program, const LoopSelect *select);
/* Call on the first step of each trial of the lane. */
void loop_picker_begin(LoopPicker *picker, const LoopSelect *select, const LoopBlock *block, size_t lane);

#endif
