/* Inside the checker: what the files of a loop share. */
#ifndef LOOP_CHECK_LOOPS_H
#define LOOP_CHECK_LOOPS_H

#include "lang/check/check.h"

/* Where the formula of a clause stands; its draws are of a place of its own. */
LoopWhere loop_clause_where(LoopChecker *check, const LoopLoopModel *loop, LoopCompartment in, const char *name);
/* Width 1, or one element a channel. Reports what is neither. */
bool loop_clause_fits(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *node, const char *what);
void loop_clause_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);
void loop_learn_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);
/* `path`: the structures that a loop runs through. */
void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);
/* Once the context is known: `converge`, `wiring` and `upstate`. */
void loop_wiring_set(LoopChecker *check, LoopLoopModel *loop);

#endif
