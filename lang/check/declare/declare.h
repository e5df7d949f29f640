/* What files declare: their own names, those of the files that they use, and those of each instance of a circuit. */
#ifndef LOOP_CHECK_DECLARE_H
#define LOOP_CHECK_DECLARE_H

#include "lang/check/task/task.h"

void loop_declare(LoopChecker *check, const LoopAst *declaration);
void loop_declare_all(LoopChecker *check);
/* false: reported; then it is not made. */
bool loop_circuit_check(LoopChecker *check, const LoopAst *circuit);
void loop_circuits_make(LoopChecker *check, const LoopAst *block);
void loop_circuits_check_passed(LoopChecker *check);
void loop_files_declare(LoopChecker *check);

#endif
