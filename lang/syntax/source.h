/* Reading source files: whole, under a size cap, as valid UTF-8 without NUL. */
#ifndef LOOP_SOURCE_H
#define LOOP_SOURCE_H

#include "runtime/contract/diag.h"

enum { LOOP_SOURCE_MAX = 16 * 1024 * 1024 }; /* bytes of all sources: far above any page of text */

typedef enum LoopReadStatus { LOOP_READ_OK, LOOP_READ_BAD, LOOP_READ_IO, LOOP_READ_MEMORY } LoopReadStatus;

/* Reads `path` ("-": standard input; regular files only) into `diags` as a source and checks its bytes: a BOM
   at the start is skipped, CRLF and a missing last newline are fine, NUL, a lone CR, bad UTF-8 and bidirectional control
   characters are located errors (LOOP_READ_BAD). LOOP_READ_IO leaves errno. */
LoopReadStatus loop_source_read(LoopDiags *diags, const char *path, uint32_t *file);
/* The same for a file that is open; `name` is what diagnostics call it. `in` stays the caller's. */
LoopReadStatus loop_source_open(LoopDiags *diags, LoopStr name, int in, uint32_t *file);
/* The same for text in memory. */
LoopReadStatus loop_source_text(LoopDiags *diags, LoopStr name, LoopStr text, uint32_t *file);

#endif
