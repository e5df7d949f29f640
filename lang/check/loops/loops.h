/* Loops, the structures that they run through, and the dopamine that trains them. */
#ifndef LOOP_CHECK_LOOPS_H
#define LOOP_CHECK_LOOPS_H

#include "lang/check/expr/expr.h"

void loop_loops_fill(LoopChecker *check);
void loop_dopamine_fill(LoopChecker *check);
/* Kinds of regions and structures, and the sources of dopamine; paths are checked with the loops. */
void loop_anatomy_check(LoopChecker *check);

/* ---- between the files of a loop ---- */
void loop_clause_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);
void loop_learn_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);
/* `path`: the structures that a loop runs through. */
void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast);

#endif
