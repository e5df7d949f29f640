/* Measures of one block: one number (or vector) a trial, then their average for each lane. */
#ifndef LOOP_MEASURES_H
#define LOOP_MEASURES_H

#include "runtime/measure/picker.h"
#include "runtime/measure/recorder.h"

typedef struct LoopMeasureState LoopMeasureState;

LoopMeasureState *loop_measure_new(const LoopProgram *program, const LoopMeasure *measure, size_t lanes);
/* Adds the bytes that loop_measure_new will take; false: more than can be counted. */
bool loop_measure_bytes(const LoopProgram *program, const LoopMeasure *measure, size_t lanes, size_t *bytes);
void loop_measure_free(LoopMeasureState *state);
void loop_measure_start(LoopMeasureState *state, size_t lanes);
/* Before the observe section: looks at trials that begin with this step. */
void loop_measure_begin(LoopMeasureState *state, const LoopBlock *block);
/* Whether lane `lane` may have a use for the signal in this trial. */
bool loop_measure_wants(const LoopMeasureState *state, size_t lane);
/* Whether some lane may. */
bool loop_measure_awake(const LoopMeasureState *state);
/* Whether the signal of this step may be taken in some lane. */
bool loop_measure_asks(const LoopMeasureState *state, const LoopBlock *block);
void loop_measure_step(LoopMeasureState *state, LoopBlock *block);
/* `all` lanes are a copy, whose arrays are `copy` entries behind those of the one before. */
void loop_measure_finish(LoopMeasureState *state, const LoopBlock *block, LoopMeasured *measured, size_t copy, size_t all);

#endif
