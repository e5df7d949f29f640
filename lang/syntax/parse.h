/* Text to AST. */
#ifndef LOOP_PARSE_H
#define LOOP_PARSE_H

#include "lang/syntax/ast.h"

/* Parses source number `file` of `diags` (which holds its text, already read by loop_source_read). Returns the
   FILE node, in `arena`; NULL when memory ran out (then loop_diags_failed). Syntax errors are in `diags`, and
   the tree then lacks the statements that had them. */
LoopAst *loop_parse(LoopArena *arena, LoopDiags *diags, uint32_t file);

/* What is meant by a function, a value or a setting of learning of another language, as help. NULL: nobody knows. */
const char *loop_function_elsewhere(LoopStr name);
const char *loop_value_elsewhere(LoopStr name);
const char *loop_setting_elsewhere(LoopStr name);

/* Every token of the source as text, one a line: `line:column token "text"`, as the parser sees them, statement
   ends included. */
void loop_parse_print_tokens(LoopArena *arena, LoopDiags *diags, uint32_t file, LoopText *out);

#endif
