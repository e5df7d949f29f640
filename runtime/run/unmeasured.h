/* What has no value in any agent, for whoever wonders why. */
#ifndef LOOP_UNMEASURED_H
#define LOOP_UNMEASURED_H

#include "runtime/loop_run.h"

/* Warns of measures that no trial was taken for, once each, and of claims that come to no number; in the order of the claims. false: no
   memory. */
bool loop_unmeasured_report(const LoopProgram *program, const LoopResults *results, LoopDiags *diags);

#endif
