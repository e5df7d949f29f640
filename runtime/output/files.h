/* A folder of result files, all or nothing: each is written under a temporary name, and only when every byte of all
   of them is down do they get their names. */
#ifndef LOOP_FILES_H
#define LOOP_FILES_H

#include "runtime/output/sink.h"

typedef struct LoopFileJob {
    const char *name;
    void (*write)(const void *context, LoopSink *out);
} LoopFileJob;

/* Writes the first `count` of `known` files into `directory`, which is made when it is missing (not its parents); where it held some
   of them, the others are removed, since they are of another run. 0, or the errno of what
   failed, `path` then naming it; nothing new is left behind. A `*stop` that is set (NULL: never) makes it ECANCELED. */
int loop_files_write(const char *directory, const LoopFileJob *jobs, size_t count, size_t known, const void *context,
                     const volatile int *stop, LoopText *path);

/* Whether they could be written, as far as that can be told without doing it: for a run that is to write them at its end. As above. */
int loop_files_look(const char *directory, const LoopFileJob *jobs, size_t count, LoopText *path);

#endif
