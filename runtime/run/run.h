/* Inside the run: what run.c shares with its neighbours. */
#ifndef LOOP_RUN_RUN_H
#define LOOP_RUN_RUN_H

#include "runtime/loop_run.h"

/* The diagnostic of a check that failed with `value`. */
LoopDiag *loop_diag_fault(LoopDiags *diags, const LoopCheck *check, double value);

#endif
