/* Diagnostics: kept in one arena, sorted by place, printed with the line that they are about. */
#include "runtime/contract/diag.h"

#include "runtime/contract/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const LoopCodeInfo infos[] = {
#define DIAG(code, severity, title, why, wrong, right) {#code, LOOP_##severity, title, why, wrong, right},
#include "runtime/contract/diag.def"
#undef DIAG
};

const LoopCodeInfo *loop_code_info(LoopCode code)
{
    return &infos[code];
}

bool loop_code_find(LoopStr name, LoopCode *code)
{
    for (uint32_t i = 0; i < LOOP_CODE_COUNT; i++)
        if (loop_str_is(name, infos[i].name)) {
            *code = (LoopCode)i;
            return true;
        }
    return false;
}

struct LoopDiags {
    LoopArena *arena;
    LoopList sources;   /* LoopSource */
    LoopList items;     /* LoopDiag * */
    size_t errors, warnings;
    bool failed;
    const LoopInside *inside;
    LoopDiag scratch;   /* handed out for what can't be kept */
};

LoopDiags *loop_diags_new(void)
{
    LoopDiags *diags = loop_alloc(sizeof *diags);
    if (!diags)
        return NULL;
    diags->arena = loop_arena_new();
    if (diags->arena)
        return diags;
    loop_free(diags);
    return NULL;
}

void loop_diags_free(LoopDiags *diags)
{
    if (!diags)
        return;
    loop_arena_free(diags->arena);
    loop_free(diags);
}

uint32_t loop_diags_source(LoopDiags *diags, LoopStr name, LoopStr text)
{
    LoopSource *source = LOOP_ADD(diags->arena, &diags->sources, LoopSource);
    if (!source)
        return UINT32_MAX;
    *source = (LoopSource){loop_arena_str(diags->arena, name), loop_arena_str(diags->arena, text)};
    return loop_arena_failed(diags->arena) ? UINT32_MAX : (uint32_t)diags->sources.count - 1;
}

const LoopSource *loop_diags_source_at(const LoopDiags *diags, uint32_t file)
{
    return file < diags->sources.count ? &LOOP_ITEM(diags->sources, LoopSource, file) : NULL;
}

LoopStr loop_diags_text(const LoopDiags *diags, LoopSpan span)
{
    const LoopSource *source = loop_diags_source_at(diags, span.file);
    if (!source || span.end > source->text.len || span.begin > span.end)
        return (LoopStr){"", 0};
    return (LoopStr){source->text.at + span.begin, span.end - span.begin};
}

/* ---- adding ---- */

__attribute__((format(printf, 2, 0))) static LoopStr written(LoopDiags *diags, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    char *at = len < 0 ? NULL : loop_arena_alloc(diags->arena, (size_t)len + 1);
    if (at)
        vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return at ? (LoopStr){at, (size_t)len} : (LoopStr){"", 0};
}

void loop_diags_inside(LoopDiags *diags, const LoopInside *inside)
{
    diags->inside = inside;
}

static bool same_span(LoopSpan a, LoopSpan b)
{
    return a.begin == b.begin && a.end == b.end && a.file == b.file;
}

/* Whether another instance has met it. */
static bool is_known(const LoopDiags *diags, LoopCode code, LoopSpan span)
{
    for (size_t i = 0; diags->inside && i < diags->items.count; i++) {
        const LoopDiag *item = loop_diags_at(diags, i);
        if (item->made_count && item->code == code && same_span(item->span, span))
            return true;
    }
    return false;
}

static void add_made(LoopDiags *diags, LoopDiag *diag)
{
    for (const LoopInside *in = diags->inside; in && diag->made_count < LOOP_MADE_MAX; in = in->outer) {
        bool making = diag->span.file == in->making.file && diag->span.begin >= in->making.begin && diag->span.end <= in->making.end;
        LoopNote note = making ? (LoopNote){in->made, in->made_text} : (LoopNote){in->making, in->making_text};
        diag->made[diag->made_count++] = (LoopNote){note.span, loop_arena_str(diags->arena, note.text)};
    }
}

static LoopDiag *place_for(LoopDiags *diags, LoopCode code, LoopSpan span)
{
    if (is_known(diags, code, span))
        return &diags->scratch;
    size_t *count = infos[code].severity == LOOP_ERROR ? &diags->errors : &diags->warnings;
    if (++*count > LOOP_DIAGS_MAX)
        return &diags->scratch;
    LoopDiag *diag = LOOP_NEW(diags->arena, LoopDiag);
    LoopDiag **item = diag ? LOOP_ADD(diags->arena, &diags->items, LoopDiag *) : NULL;
    if (!item)
        return &diags->scratch;
    *item = diag;
    return diag;
}

LoopDiag *loop_diag(LoopDiags *diags, LoopCode code, LoopSpan span, const char *format, ...)
{
    va_list arguments;
    LoopDiag *diag = place_for(diags, code, span);
    va_start(arguments, format);
    *diag = (LoopDiag){.code = code, .span = span, .text = written(diags, format, arguments), .help = {"", 0}};
    va_end(arguments);
    add_made(diags, diag);
    return diag;
}

void loop_diag_note(LoopDiags *diags, LoopDiag *diag, LoopSpan span, const char *format, ...)
{
    va_list arguments;
    if (diag->note_count == LOOP_NOTES_MAX)
        return;
    va_start(arguments, format);
    diag->notes[diag->note_count++] = (LoopNote){span, written(diags, format, arguments)};
    va_end(arguments);
}

void loop_diag_help(LoopDiags *diags, LoopDiag *diag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag->help = written(diags, format, arguments);
    va_end(arguments);
}

size_t loop_diags_errors(const LoopDiags *diags)
{
    return diags->errors;
}

size_t loop_diags_warnings(const LoopDiags *diags)
{
    return diags->warnings;
}

size_t loop_diags_count(const LoopDiags *diags)
{
    return diags->items.count;
}

const LoopDiag *loop_diags_at(const LoopDiags *diags, size_t i)
{
    return LOOP_ITEM(diags->items, LoopDiag *, i);
}

bool loop_diags_failed(const LoopDiags *diags)
{
    return diags->failed || loop_arena_failed(diags->arena);
}

void loop_diags_fail(LoopDiags *diags)
{
    diags->failed = true;
}

LoopDiagsMark loop_diags_mark(const LoopDiags *diags)
{
    return (LoopDiagsMark){diags->items.count, diags->errors, diags->warnings};
}

void loop_diags_rewind(LoopDiags *diags, LoopDiagsMark mark)
{
    diags->items.count = mark.items;
    diags->errors = mark.errors;
    diags->warnings = mark.warnings;
}

/* ---- order ---- */

static bool comes_after(const LoopDiag *a, const LoopDiag *b)
{
    return a->span.file != b->span.file ? a->span.file > b->span.file : a->span.begin > b->span.begin;
}

/* By insertion: few items, and equal places keep their order. */
void loop_diags_sort(LoopDiags *diags)
{
    LoopDiag **items = diags->items.items;
    for (size_t i = 1; i < diags->items.count; i++) {
        LoopDiag *item = items[i];
        size_t j = i;
        for (; j && comes_after(items[j - 1], item); j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
}

/* ---- places ---- */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t line_start(LoopStr text, size_t at)
{
    while (at && text.at[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(LoopStr text, size_t at)
{
    while (at < text.len && text.at[at] != '\n' && text.at[at] != '\r')
        at++;
    return at;
}

LoopPlace loop_diags_place(const LoopDiags *diags, LoopSpan span)
{
    LoopPlace place = {1, 1};
    const LoopSource *source = loop_diags_source_at(diags, span.file);
    size_t at = source && span.begin < source->text.len ? span.begin : source ? source->text.len : 0;
    for (size_t i = 0; source && i < at; i++)
        place.line += source->text.at[i] == '\n';
    for (size_t i = source ? line_start(source->text, at) : 0; i < at; i++)
        place.column += !is_continuation(source->text.at[i]);
    return place;
}

/* ---- as text ---- */

typedef struct Style {
    const char *error, *warning, *bold, *faint, *off;
} Style;

static const Style plain = {"", "", "", "", ""};
static const Style colour = {"\033[1;31m", "\033[1;33m", "\033[1m", "\033[36m", "\033[0m"};

/* Text from the file on its way to a terminal: control bytes are shown, never sent. */
static void put_safe(LoopText *out, LoopStr text)
{
    for (size_t i = 0, n; i < text.len; i += n) {
        n = 1;
        if (text.at[i] == '\t')
            loop_text_put(out, " ", 1);
        else if (text.at[i] == '\n')
            loop_text_put(out, "\\n", 2);
        else
            n = loop_text_put_shown(out, text, i);
    }
}

static void put_place(const LoopDiags *diags, LoopSpan span, LoopText *out)
{
    const LoopSource *source = loop_diags_source_at(diags, span.file);
    if (!source)
        return;
    LoopPlace place = loop_diags_place(diags, span);
    put_safe(out, source->name);
    loop_text_add(out, ":%u:%u: ", place.line, place.column);
}

enum { SHOWN_MAX = 160 }; /* bytes of a source line: longer ones are cut to a window around the span */

/* `sign` for each column that the bytes take as they are shown, by put_safe. Gives their number. */
static size_t put_columns(LoopText *out, LoopStr text, size_t from, size_t to, const char *sign)
{
    size_t columns = 0;
    for (size_t i = from, length; i < to; i += length) {
        const size_t wide = loop_shown_columns(text, i, &length);
        columns += text.at[i] == '\t' ? 1 : wide;
    }
    for (size_t c = 0; c < columns; c++)
        loop_text_put(out, sign, 1);
    return columns;
}

/* `   14 |   reward life = cue[0]` and carets below. */
static void put_line(const LoopDiags *diags, LoopSpan span, const Style *style, LoopText *out)
{
    const LoopSource *source = loop_diags_source_at(diags, span.file);
    if (!source)
        return;
    size_t at = span.begin < source->text.len ? span.begin : source->text.len;
    size_t start = line_start(source->text, at), end = line_end(source->text, at);
    if (end - start > SHOWN_MAX) {
        size_t before = at - start > SHOWN_MAX / 2 ? SHOWN_MAX / 2 : at - start;
        start = at - before;
        while (start < at && is_continuation(source->text.at[start]))
            start++;
        end = end - start > SHOWN_MAX ? start + SHOWN_MAX : end;
        while (end > at && end < source->text.len && is_continuation(source->text.at[end]))
            end--;
    }
    loop_text_add(out, "%s%5u |%s ", style->faint, loop_diags_place(diags, span).line, style->off);
    put_safe(out, (LoopStr){source->text.at + start, end - start});
    loop_text_add(out, "\n%s      |%s ", style->faint, style->off);
    put_columns(out, source->text, start, at, " ");
    loop_text_add(out, "%s", style->error);
    const size_t carets = put_columns(out, source->text, at, span.end > end ? end : span.end, "^");
    loop_text_add(out, "%s%s\n", carets ? "" : "^", style->off);
}

static void print_note(const LoopDiags *diags, const LoopNote *note, const Style *style, LoopText *out)
{
    loop_text_add(out, "%snote:%s ", style->bold, style->off);
    put_place(diags, note->span, out);
    put_safe(out, note->text);
    loop_text_add(out, "\n");
}

static void print_one(const LoopDiags *diags, const LoopDiag *diag, const Style *style, LoopText *out)
{
    bool error = infos[diag->code].severity == LOOP_ERROR;
    loop_text_add(out, "%s", style->bold);
    put_place(diags, diag->span, out);
    loop_text_add(out, "%s%s%s %s:%s ", style->off, error ? style->error : style->warning, error ? "error" : "warning",
                  infos[diag->code].name, style->off);
    put_safe(out, diag->text);
    loop_text_add(out, "\n");
    put_line(diags, diag->span, style, out);
    for (size_t i = 0; i < diag->note_count; i++)
        print_note(diags, &diag->notes[i], style, out);
    for (size_t i = 0; i < diag->made_count; i++)
        print_note(diags, &diag->made[i], style, out);
    if (diag->help.len) {
        loop_text_add(out, "%shelp:%s ", style->bold, style->off);
        put_safe(out, diag->help);
        loop_text_add(out, "\n");
    }
}

/* ---- as JSON ---- */

static void put_json_place(const LoopDiags *diags, LoopSpan span, LoopText *out)
{
    const LoopSource *source = loop_diags_source_at(diags, span.file);
    if (!source)
        return;
    LoopPlace begin = loop_diags_place(diags, span), end = loop_diags_place(diags, (LoopSpan){span.end, span.end, span.file});
    loop_text_add(out, "\"file\":");
    loop_text_put_json(out, source->name);
    loop_text_add(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u,", begin.line, begin.column, end.line, end.column);
}

static void print_json(const LoopDiags *diags, const LoopDiag *diag, LoopText *out)
{
    loop_text_add(out, "{\"schema\":1,\"kind\":\"diagnostic\",\"code\":\"%s\",\"severity\":\"%s\",", infos[diag->code].name,
                  infos[diag->code].severity == LOOP_ERROR ? "error" : "warning");
    put_json_place(diags, diag->span, out);
    loop_text_add(out, "\"message\":");
    loop_text_put_json(out, diag->text);
    loop_text_add(out, ",\"notes\":[");
    for (size_t i = 0; i < diag->note_count + diag->made_count; i++) {
        const LoopNote *note = i < diag->note_count ? &diag->notes[i] : &diag->made[i - diag->note_count];
        loop_text_add(out, i ? ",{" : "{");
        put_json_place(diags, note->span, out);
        loop_text_add(out, "\"message\":");
        loop_text_put_json(out, note->text);
        loop_text_add(out, "}");
    }
    loop_text_add(out, "],\"help\":");
    loop_text_put_json(out, diag->help);
    loop_text_add(out, "}\n");
}

void loop_diags_print(const LoopDiags *diags, LoopDiagStyle style, LoopText *out)
{
    for (size_t i = 0; i < diags->items.count; i++) {
        const LoopDiag *diag = loop_diags_at(diags, i);
        if (style == LOOP_DIAG_JSON)
            print_json(diags, diag, out);
        else
            print_one(diags, diag, style == LOOP_DIAG_COLOUR ? &colour : &plain, out);
    }
    size_t hidden = diags->errors + diags->warnings - diags->items.count;
    if (hidden && style != LOOP_DIAG_JSON)
        loop_text_add(out, "... and %zu more\n", hidden);
}
