/* What can be said of a model once all of it is known: who reads what, in which order, and what seems odd. */
#ifndef LOOP_CHECK_REVIEW_H
#define LOOP_CHECK_REVIEW_H

#include "lang/check/expr/expr.h"

void loop_compartments_check(LoopChecker *check);
void loop_schedule_make(LoopChecker *check);
void loop_categories_fill(LoopChecker *check);
void loop_unused_check(LoopChecker *check);
void loop_doubts_check(LoopChecker *check);
/* Of these, those about the task, and who knows of what it does. */
void loop_doubts_task(LoopChecker *check);
/* Those about one loop, in its scope: what all instances of a circuit have in common is said once. */
void loop_doubts_loop(LoopChecker *check, LoopLoopModel *loop);
/* Of these, those about what opens a choice or its learning: a sense that lasts, or is the reward itself. */
void loop_doubts_gates(LoopChecker *check, const LoopLoopModel *loop);
/* And about a dopamine signal: an error is made of values, and the number of a choice, which says which it was, is none. */
void loop_doubts_signal(LoopChecker *check, const LoopSymbol *signal);

/* Calls `visit` for each formula of the model: its compartment, its node, whom it belongs to (NULL: an anonymous
   clause, then `what` names it). */
typedef void LoopFormulaVisit(LoopChecker *check, LoopCompartment in, LoopNode *node, LoopSymbol *owner, const char *what);
void loop_formulas(LoopChecker *check, LoopFormulaVisit *visit);

/* The number that a node is; `otherwise` without a node, nan where it is not known before the run. */
double loop_constant_or(const LoopNode *node, double otherwise);
/* The nodes of a formula and of the lets that it names, with `all` of everything that has a formula, as far as `skip` opens them. */
LoopList loop_terms_in(LoopChecker *check, LoopNode *formula, LoopNodeSkip *skip, bool all);
/* To be skipped: whatever is no sum; what knows of the steps before. */
bool loop_node_is_no_sum(const LoopNode *node);
bool loop_node_remembers(const LoopNode *node);
/* Whether a formula is what the loop expected, plus or minus something, on each step: nothing asks whether there is an outcome. */
bool loop_compares_always(LoopChecker *check, LoopNode *formula, const LoopSymbol *loop);

#endif
