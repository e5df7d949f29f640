/* Sentences for loop describe: put together word by word, written as wrapped lines. */
#ifndef LOOP_WORDS_H
#define LOOP_WORDS_H

#include "lang/model/model.h"

typedef struct LoopWords {
    const LoopModel *model;
    const LoopDiags *diags;
    LoopText *out;
    LoopText line; /* of the paragraph that is being put together */
} LoopWords;

__attribute__((format(printf, 2, 3))) void words_add(LoopWords *w, const char *format, ...);
void words_str(LoopWords *w, LoopStr text);
/* As it was written, without comments. */
void words_span(LoopWords *w, LoopSpan span);
/* As it was written where `of` is declared; in an instance of a circuit, with what was passed for its formals, and
   the full names of what is declared in it. */
void words_formula(LoopWords *w, const LoopSymbol *of, LoopSpan span);
/* The expression in that part of its declaration. */
void words_value(LoopWords *w, const LoopSymbol *of, const LoopAst *ast, LoopAstKind part);
void words_duration(LoopWords *w, double steps);
/* Ends the paragraph: its lines are indented by so much. */
void words_end(LoopWords *w, int indent);
void words_title(LoopWords *w, const char *title);
/* A loop, with its defaults. */
void words_loop(LoopWords *w, const LoopLoopModel *loop);

#endif
