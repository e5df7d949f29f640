/* Inside the checker: what a check is busy with. What each folder offers to those above it is in the header of its name. */
#ifndef LOOP_CHECKER_H
#define LOOP_CHECKER_H

#include "lang/check/check.h"

typedef struct LoopNameTable {
    LoopSymbol **slots; /* open addressing, a power of two */
    size_t size, count;
} LoopNameTable;

/* A formal of a circuit in one instance of it. */
typedef struct LoopFormal {
    LoopStr name;
    const LoopAst *argument;   /* what was passed, or the default */
    LoopScope *from;           /* where that is read */
    bool in_place;             /* a name, or an element of one: it stands for itself wherever the body has the formal */
    LoopStr path;              /* the name, dots included; empty: it is none */
    LoopSymbol *symbol;        /* of any other formula, which is worked out once; NULL */
    bool read;
    size_t errors;             /* there were when it was found to be wrong; 0: it was not, see loop_formal_is_broken */
} LoopFormal;

/* Where names are looked up: a file, or an instance of a circuit. */
struct LoopScope {
    LoopStr prefix;            /* "", "pavlov.", "flinch.": before the names that are declared in it */
    const LoopFile *source;    /* of a file; NULL */
    LoopScope *file;           /* of an instance: the file that its circuit stands in; of a file, itself */
    bool closed;               /* what is not its own is seen only when it can't differ between models: see loop_scope_find */
    LoopFormal *formals;
    uint32_t formal_count;
    const LoopAst *circuit, *make;
    LoopScope *maker;
    LoopInside inside;
    LoopList symbols;          /* LoopSymbol *, declared in it */
    LoopList scopes;           /* of a file: LoopScope *, of its uses */
    uint32_t depth;            /* of instances in instances */
};

/* A place of several formulas, and how many draws they have had: NULL in a slot that is free. */
typedef struct LoopDrawPlace {
    uint64_t name; /* its hash */
    uint32_t *draws;
} LoopDrawPlace;

typedef struct LoopDrawTable {
    LoopDrawPlace *slots;
    size_t size, count; /* a power of two, or 0 */
} LoopDrawTable;

/* A foresee() whose reward had no formula yet when it was met. */
typedef struct LoopPostponed {
    LoopNode *node;
    const LoopAst *call;
} LoopPostponed;

typedef struct LoopChecker {
    LoopArena *arena;
    LoopDiags *diags;
    LoopModel *model;
    const LoopAst *file;    /* the main one */
    const LoopFile *main;
    LoopScope *scope;       /* where names are looked up now */
    LoopList files;         /* LoopScope * */
    uint32_t instances, bound; /* instances, and formals of them, so far */
    LoopSetting *settings;
    size_t setting_count;
    LoopNameTable spaces[LOOP_SPACE_COUNT];
    LoopList typed;         /* LoopSymbol *, in the order they got their type: undone when a guess was wrong */
    LoopDrawTable places;
    LoopList postponed;     /* LoopPostponed */
    uint32_t depth;         /* of nested expressions and definitions */
    uint32_t mark;          /* last walk */
    bool step_unknown;      /* it is being worked out */
    bool too_large;         /* reported once */
} LoopChecker;

enum {
    LOOP_LEVELS_MAX = 1000,       /* nested expressions and definitions: each level is a few frames of the stack */
    LOOP_WIDTH_MAX = 1 << 24,     /* elements of one value */
    LOOP_INSTANCES_MAX = 10000,   /* of circuits: they multiply where circuits make circuits */
    LOOP_INSTANCES_DEPTH_MAX = 32,
    LOOP_MADE_NAMES_MAX = 200000, /* what all instances declare together: before it is typed it costs memory, too */
    LOOP_FORMALS_MAX = 64,        /* of one circuit */
    LOOP_NODES_MAX = 1000000      /* expression nodes after functions are written out */
};

/* The text of the source that a span covers. */
static inline LoopStr loop_check_text(const LoopChecker *check, LoopSpan span)
{
    return loop_diags_text(check->diags, span);
}

#endif
