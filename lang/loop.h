/* The public door of the compiler: a file to a program, all stages in their order, each within reach. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "lang/check/check.h"

typedef enum LoopStatus {
    LOOP_OK,
    LOOP_ERRORS,   /* in the diagnostics */
    LOOP_IO,       /* the file can't be read; errno says why */
    LOOP_NO_MEMORY
} LoopStatus;

typedef enum LoopStage { LOOP_STAGE_READ, LOOP_STAGE_PARSE, LOOP_STAGE_CHECK, LOOP_STAGE_LOWER } LoopStage;

/* What the stages gave; later ones are NULL when an earlier one failed or was the last asked for. */
typedef struct LoopCompiled {
    LoopDiags *diags;
    uint32_t file;        /* of the diagnostics */
    LoopArena *arena;     /* of the AST */
    LoopAst *ast;
    LoopFile *files;      /* the main file, which leads to those that it uses; in the arena of the AST */
    LoopModel *model;
    LoopProgram *program;
} LoopCompiled;

/* Compiles `path` ("-": standard input) up to `last`. `settings` are the values that -p gives to params and consts.
   The caller frees `out`, whatever the status. */
LoopStatus loop_compile(LoopCompiled *out, const char *path, LoopStage last, LoopSetting *settings, size_t setting_count);
/* The same for text in memory; `name` is what diagnostics call it. */
LoopStatus loop_compile_text(LoopCompiled *out, LoopStr name, LoopStr text, LoopStage last, LoopSetting *settings,
                             size_t setting_count);
/* Frees the AST and the model, which a program does not need: what runs next gets their memory. */
void loop_compiled_forget(LoopCompiled *compiled);
void loop_compiled_free(LoopCompiled *compiled);

#endif
