/* Measures and strips, accumulated while a block runs: their memory does not grow with the number of trials. */
#ifndef LOOP_RECORDER_H
#define LOOP_RECORDER_H

#include "runtime/block/block.h"

/* What a finished block says of a measure in one lane; the caller owns the arrays. */
typedef struct LoopMeasured {
    double *value;   /* [width][lanes of the run]: nan where no trial had the event */
    uint32_t *trials; /* [lanes of the run]: how many trials went into it */
} LoopMeasured;

/* Adds what the recorder of a block will take; false: more than can be counted. */
bool loop_recorder_bytes(const LoopProgram *program, size_t lanes, size_t *bytes);
LoopRecorder *loop_recorder_new(const LoopProgram *program, size_t lanes);
void loop_recorder_free(LoopRecorder *recorder);
void loop_recorder_start(LoopRecorder *recorder, LoopBlock *block);
/* Before the observe section of a step on which a trial begins: notes which do, and whether the block is measuring. */
void loop_recorder_begin(LoopRecorder *recorder, LoopBlock *block);
/* Whether lane `lane` may have a use for the signal of that measure in this trial. */
bool loop_recorder_wants(const LoopRecorder *recorder, uint32_t measure, size_t lane);
/* Whether a measure may take its signal on this step, in some lane. */
bool loop_recorder_asks(const LoopRecorder *recorder, const LoopBlock *block, uint32_t measure);
/* Takes the signals of this step, and writes down what measures say of trials that end with it. */
void loop_recorder_step(LoopRecorder *recorder, LoopBlock *block);
/* After the last step: the block's lanes in the arrays of the whole run, `measured` being [copies][measures]. `all` is the
   number of lanes of the run, or of one copy. */
void loop_recorder_finish(LoopRecorder *recorder, const LoopBlock *block, LoopMeasured *measured, size_t all);
/* The course of a strip in lane l of the block, [steps]; false when no trial was selected there. */
bool loop_recorder_strip(const LoopRecorder *recorder, const LoopBlock *block, uint32_t strip, size_t lane, double *out);

#endif
