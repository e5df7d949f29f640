/* Text on its way to a file descriptor: gathered, written in pieces, every write checked. The first failure sticks,
   so that a writer may check once at its end. */
#ifndef LOOP_SINK_H
#define LOOP_SINK_H

#include "runtime/contract/base.h"

typedef struct LoopSink {
    LoopText text; /* waiting; writers add to it */
    int fd;
    int error;     /* errno of the first failure, ENOMEM when the text could not grow; 0 */
} LoopSink;

/* Writes what waits when it has grown large; call it once a row. */
void loop_sink_spill(LoopSink *sink);
/* Writes all that waits. false: sink->error says why. */
bool loop_sink_flush(LoopSink *sink);
/* Flushes, closes the descriptor (an error of that counts too) and frees the text. */
bool loop_sink_close(LoopSink *sink);

#endif
