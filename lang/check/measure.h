/* What measures.c and claims.c share. */
#ifndef LOOP_MEASURE_MODEL_H
#define LOOP_MEASURE_MODEL_H

#include "lang/check/check.h"

/* `in PHASE[.TRIAL] [pick]`; without one, all trials. false: reported. */
bool loop_select_read(LoopChecker *check, const LoopAst *in, uint32_t group, LoopSelect *select);

#endif
