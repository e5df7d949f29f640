/* The files of `loop run -o DIR`. */
#ifndef LOOP_SAVE_H
#define LOOP_SAVE_H

#include "runtime/contract/diag.h"
#include "runtime/output/claims.h"

/* Where a run came from. */
typedef struct LoopProvenance {
    LoopStr source_name, source; /* the file and its bytes */
    uint32_t used_count;
    const LoopSource *used;      /* the files that it uses */
    int argument_count;
    char *const *arguments;      /* the whole command line */
} LoopProvenance;

/* Writes traces.csv, measures.csv and run.json, agents.csv too if the report has each agent. As loop_files_write. */
int loop_save(const LoopReport *report, const LoopProvenance *from, const char *directory, const LoopFlag *stop, LoopText *path);

/* Whether that could be done: asked before a run. As loop_files_look. */
int loop_save_look(const char *directory, bool each_agent, LoopText *path);

#endif
