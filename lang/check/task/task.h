/* The experiment: trials and phases, what is done to the brain, what is measured and claimed. */
#ifndef LOOP_CHECK_TASK_H
#define LOOP_CHECK_TASK_H

#include "lang/check/expr/expr.h"

void loop_task_declare(LoopChecker *check);
void loop_task_fill(LoopChecker *check);
void loop_manipulations_fill(LoopChecker *check);
void loop_measures_fill(LoopChecker *check);

/* ---- between its files ---- */
/* Where a formula of the task stands: of a trial, or (NULL) of the task itself. */
LoopWhere loop_task_where(LoopChecker *check, const LoopTrialModel *trial, LoopStr what);
void loop_trial_fill(LoopChecker *check, LoopSymbol *symbol);
/* Reports that the manipulation `word` can't act on what was named; `wanted` says on what it can. `symbol` may be NULL. */
void loop_target_report(LoopChecker *check, LoopStr word, const LoopAst *name, const LoopSymbol *symbol, const char *wanted);
/* A moment: an event or a time of the trial, plus durations. */
bool loop_anchor_read(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopAnchorModel *anchor);
/* Reports a moment that no trial of the phase has; LOOP_NONE: of no phase. */
bool loop_anchor_need(LoopChecker *check, const LoopAnchorModel *anchor, uint32_t phase);
/* A condition of `until`. */
bool loop_measure_condition(LoopChecker *check, const LoopAst *condition, uint32_t phase, LoopNode **value, LoopNode **bound,
                            LoopRelation *relation);

#endif
