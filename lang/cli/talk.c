/* What the command says to its user: diagnostics and troubles, on stderr. */
#define _POSIX_C_SOURCE 200809L
#include "lang/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_all(const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(STDERR_FILENO, text, len);
        if (n < 0 && errno != EINTR)
            return; /* there is nobody left to tell */
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
}

void loop_say(const char *format, ...)
{
    char some[1024], *text = some;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(some, sizeof some, format, arguments);
    char *all = len >= (int)sizeof some ? loop_alloc((size_t)len + 1) : NULL;
    if (all && vsnprintf(all, (size_t)len + 1, format, again) == len)
        text = all;
    va_end(again);
    va_end(arguments);
    size_t shown = len < 0 ? 0 : text == all || (size_t)len < sizeof some ? (size_t)len : sizeof some - 1;
    /* Words of the command line may hold anything; a terminal gets no control bytes. */
    for (size_t i = 0; i < shown; i++)
        if (((unsigned char)text[i] < 32 && text[i] != '\n') || text[i] == 127)
            text[i] = '?';
    write_all(text, shown);
    loop_free(all);
}

void loop_draw(const char *text)
{
    write_all(text, strlen(text));
}

bool loop_colours(int fd)
{
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

bool loop_say_diagnostics(LoopDiags *diags, const LoopArguments *arguments)
{
    LoopText text = {0};
    LoopDiagStyle style = loop_colours(STDERR_FILENO) ? LOOP_DIAG_COLOUR : LOOP_DIAG_PLAIN;
    if (arguments->json_diagnostics)
        style = LOOP_DIAG_JSON;
    loop_diags_sort(diags);
    loop_diags_print(diags, style, &text);
    bool said = !text.failed && !loop_diags_failed(diags);
    if (text.at && said)
        write_all(text.at, text.len);
    loop_text_free(&text);
    return said;
}

int loop_say_no_memory(void)
{
    loop_say("loop: out of memory\n");
    return LOOP_EXIT_LIMIT;
}

int loop_say_status(LoopStatus status, const LoopCompiled *compiled, const char *path, const LoopArguments *arguments)
{
    int why = errno;
    switch (status) {
    case LOOP_OK:
    case LOOP_ERRORS:
        if (!loop_say_diagnostics(compiled->diags, arguments))
            break;
        return status == LOOP_OK ? LOOP_EXIT_OK : LOOP_EXIT_MODEL;
    case LOOP_IO:
        loop_say("loop: can't read '%s': %s\n", path, why == EINVAL ? "it is no regular file" : strerror(why));
        return LOOP_EXIT_IO;
    case LOOP_NO_MEMORY:
        break;
    }
    return loop_say_no_memory();
}
