/* Checked writing to a descriptor, without stdio: its buffers hide which write failed. */
#define _POSIX_C_SOURCE 200809L
#include "runtime/output/sink.h"

#include <errno.h>
#include <unistd.h>

enum { SPILL_BYTES = 64 * 1024 };

static void write_all(LoopSink *sink)
{
    size_t at = 0;
    while (!sink->error && at < sink->text.len) {
        ssize_t n = write(sink->fd, sink->text.at + at, sink->text.len - at);
        if (n >= 0)
            at += (size_t)n;
        else if (errno != EINTR)
            sink->error = errno;
    }
    sink->text.len = 0;
}

void loop_sink_spill(LoopSink *sink)
{
    if (sink->text.len >= SPILL_BYTES)
        write_all(sink);
}

bool loop_sink_flush(LoopSink *sink)
{
    if (sink->text.failed && !sink->error)
        sink->error = ENOMEM;
    write_all(sink);
    return sink->error == 0;
}

bool loop_sink_close(LoopSink *sink)
{
    loop_sink_flush(sink);
    /* After EINTR Linux has closed the descriptor all the same. */
    if (close(sink->fd) != 0 && errno != EINTR && !sink->error)
        sink->error = errno;
    loop_text_free(&sink->text);
    return sink->error == 0;
}
