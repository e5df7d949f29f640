/* What measures.c and claims.c share. */
#ifndef LOOP_MEASURE_MODEL_H
#define LOOP_MEASURE_MODEL_H

#include "lang/check/check.h"

/* `in PHASE[.TRIAL] [pick]`; without one, all trials. false: reported. */
bool loop_select_read(LoopChecker *check, const LoopAst *in, uint32_t group, LoopSelect *select);
enum { LOOP_BLOCKS_MOST = 200 };
/* Whether it is of each block in turn: `blocks N`. */
bool loop_select_each(const LoopSelect *select);
/* Reports it where only one selection will do, for `what`. */
bool loop_select_one(LoopChecker *check, const LoopAst *in, const LoopSelect *select, const char *what);
/* The margin of a condition, `by M`, or NULL without one. false: reported. */
bool loop_margin_read(LoopChecker *check, const LoopAst *condition, LoopRelation relation, const LoopAst **by);
/* What a value has to pass by a margin to be on that side of `bound`; NULL: reported. */
LoopNode *loop_margin_add(LoopChecker *check, LoopRelation relation, LoopNode *bound, LoopNode *margin);

#endif
