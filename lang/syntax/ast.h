/* The AST: one generic node, made by one call per grammar action, living in the parser's arena. What a kind
   holds is its row in ast.def. Kids are a linked list in source order; optional parts are kids told apart by
   their kind. No walker goes deeper than LOOP_DEPTH_MAX, because no node can be made that is. */
#ifndef LOOP_AST_H
#define LOOP_AST_H

#include "runtime/contract/diag.h"

typedef enum LoopAstKind {
#define AST(kind, name, holds) LOOP_AST_##kind,
#include "lang/syntax/ast.def"
#undef AST
    LOOP_AST_KIND_COUNT
} LoopAstKind;

typedef struct LoopAst LoopAst;
struct LoopAst {
    LoopAstKind kind;
    uint32_t height;    /* 1 for a leaf */
    uint32_t kid_count;
    LoopSpan span;      /* the whole of it */
    LoopSpan name_span; /* of `text`, where it is a name; else the same as `span` */
    LoopStr text;
    double number;
    LoopAst *first, *last, *next;
};

enum {
    LOOP_DEPTH_MAX = 200,      /* deeper trees would overflow the stack of a recursive walker */
    LOOP_TERMS_MAX = 10000     /* kids of one sum, product, list ... */
};

/* The kid of that kind, or NULL. */
const LoopAst *loop_ast_find(const LoopAst *node, LoopAstKind kind);
/* Writes a name with its fields, a.b.c, as one text. false: it is something else, and `out` holds a part of it at most. */
bool loop_ast_dotted(LoopText *out, const LoopAst *node);
/* The only kid of the kid of that kind (e.g. the expression behind `discount`), or NULL. */
const LoopAst *loop_ast_value(const LoopAst *node, LoopAstKind kind);
const char *loop_ast_kind_name(LoopAstKind kind);
bool loop_ast_is_expression(LoopAstKind kind);

/* The tree as indented text, a node a line: `(kind "text" number line:column ...`. */
void loop_ast_print(const LoopAst *node, const LoopDiags *diags, LoopText *out);

#endif
