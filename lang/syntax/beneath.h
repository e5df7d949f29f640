/* Opening files that a model names: beneath one folder only, whatever the model writes. */
#ifndef LOOP_BENEATH_H
#define LOOP_BENEATH_H

#include "runtime/contract/base.h"

typedef enum LoopFound {
    LOOP_FOUND_FILE,
    LOOP_FOUND_NOTHING,
    LOOP_FOUND_LINK,   /* a symbolic link stands on the way: it could lead anywhere */
    LOOP_FOUND_OTHER,  /* a folder, a FIFO, a device */
    LOOP_FOUND_CLOSED  /* it can't be opened; errno says why */
} LoopFound;

/* Opens the folder that the file `path` lies in; `*root` is -1 when it can't be, else the caller's to close. false: no
   memory. */
bool loop_beneath_root(const char *path, int *root);
/* Opens `path` (without `..`, parts separated by /) beneath the folder `root`: never follows a link, never blocks.
   `*in` is open when LOOP_FOUND_FILE is returned, and the caller's to close. */
LoopFound loop_beneath_open(int root, LoopStr path, int *in);
/* The name in that folder that is nearest to the last part of `path`, for a help line; empty when none is near. */
void loop_beneath_near(int root, LoopStr path, LoopText *out);

#endif
