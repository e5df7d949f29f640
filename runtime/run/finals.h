/* From measures per agent to outcomes: arithmetic over measures, means over agents, expectations. */
#ifndef LOOP_FINALS_H
#define LOOP_FINALS_H

#include "runtime/loop_run.h"
#include "runtime/measure/recorder.h"
#include "runtime/run/plan.h"

/* Fills in results->outcomes and results->failed. false: no memory. */
bool loop_finals_run(const LoopProgram *program, const LoopRunPlan *plan, const LoopRunOptions *options, const LoopMeasured *measured,
                     LoopResults *results);

#endif
