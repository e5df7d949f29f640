/* What is declared, and what a name means where it stands. */
#ifndef LOOP_CHECK_NAMES_H
#define LOOP_CHECK_NAMES_H

#include "lang/check/checker.h"

/* ---- scope.c: what is declared ---- */
LoopSymbol *loop_scope_add(LoopChecker *check, LoopSymbolKind kind, const LoopAst *ast, LoopCompartment home);
/* Reports a name that the language has for itself. false: it is free. */
bool loop_scope_report_built_in(LoopChecker *check, LoopStr name, LoopSpan span);
LoopNamespace loop_scope_space(LoopSymbolKind kind);
/* What is declared under the name `prefix` + `name`, and nothing else. */
LoopSymbol *loop_scope_lookup(const LoopChecker *check, LoopNamespace space, LoopStr prefix, LoopStr name);
/* Nearest name of that space for a help line; empty when none is near. */
LoopStr loop_scope_near(const LoopChecker *check, LoopNamespace space, LoopStr name);
/* Finds it, or reports it with `what` ("trial") and a suggestion. Marks it used. */
LoopSymbol *loop_scope_need(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span, const char *what);
/* `[N]` where N is a constant is a size, and where it is a parameter meant as one; every other name is a label. */
bool loop_labels_is_size(const LoopChecker *check, const LoopAst *size);
/* The list of labels that a symbol is declared with, whether it has its type by now or not; NULL: none. */
const LoopAst *loop_labels_declared(const LoopChecker *check, const LoopSymbol *symbol);
/* Index of a label; LOOP_NONE. */
uint32_t loop_labels_find(const LoopLabels *labels, LoopStr name);

/* ---- resolve.c: what a name means ---- */
/* From now on names are those of `scope`. Gives the scope before, which is to be entered again. */
LoopScope *loop_scope_enter(LoopChecker *check, LoopScope *scope);
/* What `name`, dots included, means here: a formal stands for what was passed; then what is declared here; then what a
   used file declares; in a circuit, then the constants, functions, structures and circuits of its file. */
LoopSymbol *loop_scope_find(const LoopChecker *check, LoopNamespace space, LoopStr name);
/* Whether what was passed has been reported. What was said on the strength of a wrong guess does not count. */
bool loop_formal_is_broken(const LoopChecker *check, const LoopFormal *formal);
LoopFormal *loop_scope_formal(const LoopScope *scope, LoopStr name);
/* In a circuit: reports a name of its file that has to be passed. false: it is no such name. */
bool loop_scope_report_closed(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span);
/* Reports a dotted name whose front is an instance or a file without such a part. false: it is none. */
bool loop_scope_report_part(LoopChecker *check, LoopStr name, LoopSpan span);
/* Notes what a formal stands for, where a message names it. */
void loop_scope_note_passed(LoopChecker *check, LoopDiag *diag, LoopStr name);
/* An instance or a used file where a value is wanted. */
void loop_scope_report_opener(LoopChecker *check, const LoopSymbol *symbol, LoopSpan span);
/* The dotted text of a name with fields; empty when there is more to it. */
LoopStr loop_scope_path(LoopChecker *check, const LoopAst *ast);

#endif
