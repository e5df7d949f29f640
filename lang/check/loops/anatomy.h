/* The tables of kind.def, and what anatomy.c and path.c share. */
#ifndef LOOP_ANATOMY_H
#define LOOP_ANATOMY_H

#include "lang/check/loops/loops.h"

typedef enum LoopPart { LOOP_PART_CORTEX, LOOP_PART_STRIATUM, LOOP_PART_PALLIDUM, LOOP_PART_THALAMUS, LOOP_PART_NONE } LoopPart;

enum { LOOP_PATH_PARTS = 4 };

typedef struct LoopKind {
    const char *name;
    LoopPart part;
    const char *doc;
} LoopKind;

typedef struct LoopKnown {
    const char *name, *kind, *columns, *doc;
} LoopKnown;

/* NULL: there is none of that name. */
const LoopKind *loop_kind_find(LoopStr name);
/* "cortex-like" and so on, and the kinds of it: "cortex, hippocampus or cortical_amygdala". */
const char *loop_part_name(LoopPart part);
void loop_part_kinds(LoopPart part, LoopText *out);

/* A structure that is named somewhere: declared, a region, or known. */
typedef struct LoopSite {
    LoopStr name;
    LoopSpan span;
    LoopSymbol *symbol;          /* where it is declared; NULL: it is known */
    const LoopKnown *known;
    const LoopKind *kind;        /* NULL: none, or it has an error */
} LoopSite;

/* What a name stands for. false: nothing, and nothing is reported. */
bool loop_site_find(LoopChecker *check, LoopStr name, LoopSpan span, LoopSite *out);
/* The nearest name of a structure, region or known structure; empty. */
LoopStr loop_site_near(const LoopChecker *check, LoopStr name);

#endif
