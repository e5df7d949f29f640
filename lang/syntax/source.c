/* Files to sources: read whole, bytes checked once, so that no later stage meets NUL or half a character. */
#define _POSIX_C_SOURCE 200809L
#include "lang/syntax/source.h"

#include "runtime/contract/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- bytes ---- */

static bool check_bytes(LoopDiags *diags, uint32_t file)
{
    LoopStr text = loop_diags_source_at(diags, file)->text;
    uint32_t c = 0;
    for (size_t i = 0, len; i < text.len; i += len) {
        len = loop_utf8(text, i, &c);
        LoopSpan span = {(uint32_t)i, (uint32_t)(i + (len ? len : 1)), file};
        if (!len)
            loop_diag(diags, LOOP_E0004, span, "byte %zu, 0x%02x, is not valid UTF-8", i, (unsigned char)text.at[i]);
        else if (c == 0)
            loop_diag(diags, LOOP_E0003, span, "byte %zu is a NUL", i);
        else if (c == '\r' && (i + 1 == text.len || text.at[i + 1] != '\n'))
            loop_diag(diags, LOOP_E0005, span, "byte %zu is a carriage return without a line feed", i);
        else if (loop_utf8_turns(c))
            loop_diag(diags, LOOP_E0006, span, "byte %zu begins U+%04X, which changes the direction of the text", i, c);
        else
            continue;
        return false;
    }
    return true;
}

LoopReadStatus loop_source_text(LoopDiags *diags, LoopStr name, LoopStr text, uint32_t *file)
{
    if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
        text = (LoopStr){text.at + 3, text.len - 3};
    bool large = text.len > LOOP_SOURCE_MAX;
    *file = loop_diags_source(diags, name, large ? (LoopStr){"", 0} : text);
    if (*file == UINT32_MAX)
        return LOOP_READ_MEMORY;
    if (large) {
        loop_diag(diags, LOOP_E0002, (LoopSpan){0, 0, *file}, "the file has more than %d MiB", LOOP_SOURCE_MAX >> 20);
        return LOOP_READ_BAD;
    }
    return check_bytes(diags, *file) ? LOOP_READ_OK : LOOP_READ_BAD;
}

/* ---- files ---- */

/* Appends all of `in`, up to one byte over the limit. */
static LoopReadStatus read_all(int in, LoopText *out)
{
    char block[65536];
    while (out->len <= (size_t)LOOP_SOURCE_MAX + 3) {
        ssize_t n = read(in, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return LOOP_READ_IO;
        if (n == 0)
            break;
        loop_text_put(out, block, (size_t)n);
        if (out->failed)
            return LOOP_READ_MEMORY;
    }
    return LOOP_READ_OK;
}

/* A FIFO would block for ever, a device never end: only regular files are read by name. */
static int open_regular(const char *path)
{
    struct stat info = {0};
    int in = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in < 0)
        return -1;
    if (fstat(in, &info) == 0 && S_ISREG(info.st_mode))
        return in;
    int why = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
    close(in);
    errno = why;
    return -1;
}

LoopReadStatus loop_source_open(LoopDiags *diags, LoopStr name, int in, uint32_t *file)
{
    LoopText text = {0};
    *file = UINT32_MAX;
    LoopReadStatus status = read_all(in, &text);
    int why = errno;
    if (status == LOOP_READ_OK)
        status = loop_source_text(diags, name, (LoopStr){text.at ? text.at : "", text.len}, file);
    loop_text_free(&text);
    errno = why;
    return status;
}

LoopReadStatus loop_source_read(LoopDiags *diags, const char *path, uint32_t *file)
{
    bool standard = strcmp(path, "-") == 0;
    int in = standard ? STDIN_FILENO : open_regular(path);
    *file = UINT32_MAX;
    if (in < 0)
        return LOOP_READ_IO;
    LoopReadStatus status = loop_source_open(diags, loop_str(standard ? "(standard input)" : path), in, file);
    int why = errno;
    if (!standard)
        close(in);
    errno = why;
    return status;
}
