/* A folder of result files, all or nothing: each is written under a temporary name, and only when every byte of all
   of them is down do they get their names. */
#ifndef LOOP_FILES_H
#define LOOP_FILES_H

#include "runtime/output/sink.h"

typedef struct LoopFileJob {
    const char *name;
    void (*write)(const void *context, LoopSink *out); /* NULL: not now, and what another run left there goes */
} LoopFileJob;

enum { LOOP_FILES_MAX = 8 };

/* Writes files, LOOP_FILES_MAX at most, into `directory`, which is made when it is missing (not its parents). What is not written is
   removed only where the directory held some of those that are, and never a folder. 0, or the errno of what
   failed, `path` then naming it; nothing new is left behind. A `*stop` that is set (NULL: never) makes it ECANCELED. */
int loop_files_write(const char *directory, const LoopFileJob *jobs, size_t count, const void *context, const LoopFlag *stop, LoopText *path);

/* Whether they could be written, as far as that can be told without doing it: for a run that is to write them at its end. As above. */
int loop_files_look(const char *directory, const LoopFileJob *jobs, size_t count, LoopText *path);

#endif
