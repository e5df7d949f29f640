/* Paragraphs, wrapped at 78 columns. */
#include "lang/tools/words.h"

#include "lang/check/check.h"

#include <stdarg.h>
#include <stdio.h>

enum { COLUMNS = 78, PIECE = 512 };

void words_add(LoopWords *w, const char *format, ...)
{
    char piece[PIECE];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (len > 0)
        loop_text_put(&w->line, piece, (size_t)len < sizeof piece ? (size_t)len : sizeof piece - 1);
}

void words_str(LoopWords *w, LoopStr text)
{
    loop_text_str(&w->line, text);
}

void words_span(LoopWords *w, LoopSpan span)
{
    const LoopSource *source = loop_diags_source_at(w->diags, span.file);
    if (!source || span.end > source->text.len || span.begin > span.end)
        return;
    bool comment = false, quoted = false;
    for (uint32_t i = span.begin; i < span.end; i++) {
        char c = source->text.at[i];
        quoted = quoted != (c == '"' && !comment);
        comment = (comment || (c == '#' && !quoted)) && c != '\n';
        if (!comment)
            loop_text_put(&w->line, &c, 1);
    }
}

void words_value(LoopWords *w, const LoopAst *ast, LoopAstKind part)
{
    const LoopAst *value = loop_ast_value(ast, part);
    if (value)
        words_span(w, value->span);
}

void words_duration(LoopWords *w, double steps)
{
    loop_duration_put(&w->line, steps * w->model->step_ms);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Texts of a model may hold bytes that a terminal obeys. */
static void put_word(LoopText *out, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)at[i];
        loop_text_put(out, c < 32 || c == 127 ? "?" : &at[i], 1);
    }
}

/* Columns of a word: bytes that begin a character. */
static size_t columns(const char *at, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)at[i] & 0xc0) != 0x80;
    return count;
}

void words_end(LoopWords *w, int indent)
{
    LoopStr text = loop_text_view(&w->line);
    size_t column = 0;
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        while (end < text.len && !is_space(text.at[end]))
            end++;
        size_t width = columns(text.at + i, end - i);
        if (width && column && column + 1 + width > COLUMNS) {
            loop_text_put(w->out, "\n", 1);
            column = 0;
        }
        if (width) {
            loop_text_add(w->out, "%*s", column ? 1 : indent, "");
            column += (column ? 1 : (size_t)indent) + width;
            put_word(w->out, text.at + i, end - i);
        }
        i = end + 1;
    }
    loop_text_put(w->out, "\n", 1);
    w->line.len = 0;
}

void words_title(LoopWords *w, const char *title)
{
    loop_text_add(w->out, "\n%s\n", title);
}
