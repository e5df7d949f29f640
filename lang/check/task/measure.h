/* What is measured: what selects.c, moments.c, measures.c and claims.c share. */
#ifndef LOOP_MEASURE_MODEL_H
#define LOOP_MEASURE_MODEL_H

#include "lang/check/task/task.h"

/* `in PHASE[.TRIAL] [pick]`; without one, all trials. false: reported. */
bool loop_select_read(LoopChecker *check, const LoopAst *in, uint32_t group, LoopSelect *select);
/* Whether `group` takes trials of the selection; else it is reported at `span`. Any group does of the whole run, and LOOP_NONE. */
bool loop_select_of(LoopChecker *check, const LoopSelect *select, uint32_t group, LoopSpan span);
enum { LOOP_BLOCKS_MOST = 1000 };
/* Whether it is of each block in turn: `blocks N`. */
bool loop_select_each(const LoopSelect *select);
/* Reports it where only one selection will do, for `what`. */
bool loop_select_one(LoopChecker *check, const LoopAst *in, const LoopSelect *select, const char *what);
/* Whether it takes in trials of `type` at all. */
bool loop_select_takes(const LoopChecker *check, const LoopSelect *select, uint32_t type);

/* Whether a measure of the selection can be taken there; `over`: it may be so many steps behind the end of the trial. Else it is reported. */
bool loop_anchor_check(LoopChecker *check, const LoopAnchorModel *anchor, const LoopSelect *select, uint32_t over);
/* Whether a window between the two may hold a step in some trial of the selection. Else it is reported. */
bool loop_window_check(LoopChecker *check, const LoopAnchorModel *from, const LoopAnchorModel *to, const LoopSelect *select, LoopSpan span);

/* ---- measured values ---- */

/* `expr` at `place`, which may be NULL. NULL: reported. */
LoopNode *loop_measure_placed(LoopChecker *check, const LoopWhere *where, const LoopAst *expr, const LoopAst *place, LoopStr text,
                              LoopSpan span);
/* `trials until (CONDITION)`, with its place. NULL: reported. */
LoopNode *loop_measure_trials(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const LoopAst *place);
/* Arithmetic over measured values, with a place that is nothing but a group: those of its agents. NULL: reported. */
LoopNode *loop_measure_of(LoopChecker *check, const LoopWhere *where, LoopNode *value, const LoopAst *place);
/* A formula over measured values as it is in one group: its params are those of that group, wherever it is named. `place`: where that is
   asked of values without a group, NULL: they have theirs. NULL: no memory, or reported. */
LoopNode *loop_measure_in(LoopChecker *check, LoopNode *value, uint32_t group, const LoopAst *place);

/* ---- conditions ---- */

/* A comparison, and what stands behind its bound: = BOUND within T, > BOUND by M. */
typedef struct LoopTerms {
    LoopRelation relation;
    const LoopAst *bound, *by; /* T or M; NULL: neither */
    bool percent;              /* T is so many percent of the bound */
} LoopTerms;

/* false: reported. */
bool loop_terms_read(LoopChecker *check, const LoopAst *condition, LoopTerms *terms);
/* Whether `by`, worked out, is one number of the unit that is compared, and a tolerance not below 0; else it is reported. */
bool loop_terms_fit(LoopChecker *check, const LoopTerms *terms, const LoopNode *by, LoopUnit unit);
/* As a comparison of two numbers: x = y within z is |x - y| <= z, and a margin moves the bound. false: reported. */
bool loop_terms_plain(LoopChecker *check, LoopTerms *terms, LoopNode *by, LoopNode **value, LoopNode **bound);

#endif
