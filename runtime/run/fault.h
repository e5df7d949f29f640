/* What went wrong in a run, as diagnostics. */
#ifndef LOOP_RUN_FAULT_H
#define LOOP_RUN_FAULT_H

#include "runtime/block/block.h"
#include "runtime/run/finals.h"

/* A check that failed, and where in the run of `agents` agents a group it did. */
void loop_fault_report(const LoopProgram *program, uint32_t agents, const LoopFault *fault, LoopDiags *diags);
/* What is measured of a formula of its own, as of 1 / light, no instruction has looked at. */
void loop_unfit_report(const LoopProgram *program, uint32_t agents, const LoopUnfit *unfit, LoopDiags *diags);
/* The same of what is plotted or recorded. false: a course is infinite or undefined on some step, and is reported. */
bool loop_courses_fit(const LoopProgram *program, const LoopResults *results, LoopDiags *diags);

#endif
