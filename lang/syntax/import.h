/* The files that a model uses: found beside it or in the standard library, read once each, parsed. */
#ifndef LOOP_IMPORT_H
#define LOOP_IMPORT_H

#include "lang/syntax/ast.h"

enum {
    LOOP_FILES_MAX = 64,      /* files of one model, itself included: more is a library in need of an order */
    LOOP_FILES_DEPTH_MAX = 16 /* files that use one another in a chain: reading them recurses */
};

typedef struct LoopFile LoopFile;

/* A `use` statement: the name that it gives to a file. */
typedef struct LoopUse {
    LoopStr name;
    const LoopAst *ast;
    LoopFile *file;
} LoopUse;

struct LoopFile {
    uint32_t source;     /* its number in the diagnostics */
    LoopAst *ast;        /* NULL: it can't be parsed */
    LoopStr path;        /* beneath the folder of the main file, or in the standard library; what tells files apart */
    bool standard;
    LoopList uses;       /* LoopUse */
    LoopFile *by;        /* the file that used it first; NULL for the main file */
    const LoopAst *use;  /* where */
    uint32_t depth;
    bool open;           /* its own uses are being followed */
};

/* Follows the uses of `ast`, the main file, which is source number `source`. `path` is where it was read from; NULL when
   it has none (standard input, text in memory): then there is the standard library only. Problems are in `diags`; the
   files live in `arena`. NULL: no memory. */
LoopFile *loop_import(LoopArena *arena, LoopDiags *diags, uint32_t source, LoopAst *ast, const char *path);

#endif
