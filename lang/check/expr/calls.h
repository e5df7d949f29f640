/* Inside the checker: what the files of calls share. */
#ifndef LOOP_CHECK_CALLS_H
#define LOOP_CHECK_CALLS_H

#include "lang/check/expr/expr.h"

enum { LOOP_ARGUMENTS_MAX = 4 };

/* A call of a row of function.def on its way to a node. */
typedef struct LoopCall {
    LoopChecker *check;
    const LoopWhere *where;
    const LoopAst *ast;
    LoopFunction function;
    const LoopAst *arg[LOOP_ARGUMENTS_MAX];
    LoopNode *kid[LOOP_ARGUMENTS_MAX];
    uint32_t count;
} LoopCall;

/* builtins.c: the node of a call whose arguments have been read; NULL: reported. */
LoopNode *loop_builtin_node(LoopCall *call);
/* doubts.c: warnings about what a reducer of elements, a draw or a trace gets. */
void loop_doubt_reducer(const LoopCall *call);
void loop_doubt_draw(const LoopCall *call);
void loop_doubt_dot(const LoopCall *call);
void loop_doubt_factor(const LoopCall *call, const LoopNode *factor);
/* functions.c: a function of the file, written out at the place of the call. */
LoopNode *loop_function_node(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *fn);

#endif
