/* From measures per agent to outcomes: arithmetic over measures, means over agents, expectations. */
#ifndef LOOP_FINALS_H
#define LOOP_FINALS_H

#include "runtime/loop_run.h"
#include "runtime/measure/recorder.h"
#include "runtime/run/plan.h"

/* A measured value of an agent with trials that is infinite or undefined, and that a claim asks for. */
typedef struct LoopUnfit {
    bool found;
    uint32_t measure, lane; /* of the run */
    double value;
} LoopUnfit;

/* Fills in results->outcomes and results->failed, and *unfit with the first such value, if there is one. false: no memory. */
bool loop_finals_run(const LoopProgram *program, const LoopRunPlan *plan, const LoopRunOptions *options, const LoopMeasured *measured,
                     LoopResults *results, LoopUnfit *unfit);

#endif
