/* Paragraphs, wrapped at 78 columns. */
#include "lang/tools/words.h"

#include "lang/check/expr/expr.h"

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

/* The text of a span without its comments, in pieces: names and what is between them. */
typedef void PutPiece(LoopWords *w, const LoopScope *scope, LoopStr piece);

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 128;
}

static void put_as_is(LoopWords *w, const LoopScope *scope, LoopStr piece)
{
    (void)scope;
    words_str(w, piece);
}

static void put_pieces(LoopWords *w, const LoopScope *scope, LoopSpan span, PutPiece *put)
{
    const LoopSource *source = loop_diags_source_at(w->diags, span.file);
    if (!source || span.end > source->text.len || span.begin > span.end)
        return;
    const char *text = source->text.at;
    bool comment = false, quoted = false;
    uint32_t next;
    for (uint32_t i = span.begin; i < span.end; i = next) {
        char c = text[i];
        quoted = quoted != (c == '"' && !comment);
        comment = (comment || (c == '#' && !quoted)) && c != '\n';
        next = i + 1;
        while (in_name(c) && !comment && next < span.end && in_name(text[next]))
            next++;
        bool starts_name = in_name(c) && (c < '0' || c > '9') && !quoted && (i == 0 || text[i - 1] != '.');
        bool called = next < span.end && text[next] == '('; /* a function, which no circuit declares */
        if (!comment)
            (starts_name && !called ? put : put_as_is)(w, scope, (LoopStr){text + i, next - i});
    }
}

void words_span(LoopWords *w, LoopSpan span)
{
    put_pieces(w, NULL, span, put_as_is);
}

static bool declares(const LoopScope *scope, LoopStr name)
{
    for (size_t i = 0; i < scope->symbols.count; i++)
        if (loop_str_equal(LOOP_ITEM(scope->symbols, LoopSymbol *, i)->ast->text, name))
            return true;
    return false;
}

/* A name as the whole model knows it. What was passed is read where the circuit is made: scopes end at the main file. */
static void put_name(LoopWords *w, const LoopScope *scope, LoopStr name)
{
    const LoopFormal *formal = loop_scope_formal(scope, name);
    const LoopAst *passed = formal ? formal->argument : NULL;
    if (passed && (formal->in_place || passed->kind == LOOP_AST_NUMBER || passed->kind == LOOP_AST_DURATION))
        put_pieces(w, formal->from, passed->span, formal->from ? put_name : put_as_is);
    else {
        if (formal || declares(scope, name))
            words_str(w, scope->prefix);
        words_str(w, name);
    }
}

/* A formula that was passed stands in the circuit, or the file, that has made the one it was passed to. */
void words_formula(LoopWords *w, const LoopSymbol *of, LoopSpan span)
{
    for (const LoopScope *scope = of->scope; scope; scope = scope->maker) {
        const LoopAst *circuit = scope->circuit;
        if (circuit && circuit->span.file == span.file && span.begin >= circuit->span.begin && span.end <= circuit->span.end) {
            put_pieces(w, scope, span, put_name);
            return;
        }
    }
    put_pieces(w, NULL, span, put_as_is);
}

void words_value(LoopWords *w, const LoopSymbol *of, const LoopAst *ast, LoopAstKind part)
{
    const LoopAst *value = loop_ast_value(ast, part);
    if (value)
        words_formula(w, of, value->span);
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
