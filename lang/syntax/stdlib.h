/* The files of stdlib/, compiled into the program: the build makes the table. */
#ifndef LOOP_STDLIB_H
#define LOOP_STDLIB_H

#include "runtime/contract/base.h"

typedef struct LoopStandardFile {
    const char *path; /* "predictors.loop" */
    const char *text;
    size_t len;
} LoopStandardFile;

extern const LoopStandardFile loop_standard_files[]; /* in the order of their names; the last has no path */

#endif
