/* One parse from end to end, and what is said of a token that can't stand where it does. */
#include "lang/syntax/parse.h"

#include "lang/syntax/tokens.h"
#include "grammar.h"

#include <string.h>

static LoopParse *parse_new(LoopArena *arena, LoopDiags *diags, uint32_t file)
{
    LoopStr text = loop_diags_source_at(diags, file)->text;
    LoopParse *p = LOOP_NEW(arena, LoopParse);
    char *copy = loop_arena_alloc(arena, text.len + 2); /* flex wants two NULs behind it */
    if (!p || !copy) {
        loop_diags_fail(diags);
        return NULL;
    }
    memcpy(copy, text.at, text.len);
    p->arena = arena;
    p->diags = diags;
    p->file = file;
    p->at_start = true;
    p->blocks[0] = LOOP_BLOCK_FILE;
    if (loop_scanner_open(p, (LoopStr){copy, text.len}))
        return p;
    loop_diags_fail(diags);
    return NULL;
}

static void parse_close(LoopParse *p)
{
    loop_scanner_close(p);
    loop_text_free(&p->doc);
    if (loop_arena_failed(p->arena))
        loop_diags_fail(p->diags);
}

LoopAst *loop_parse(LoopArena *arena, LoopDiags *diags, uint32_t file)
{
    LoopParse *p = parse_new(arena, diags, file);
    if (!p)
        return NULL;
    int failed = loop_yyparse(p);
    parse_close(p);
    if (failed && !loop_diags_errors(diags))
        loop_diags_fail(diags);
    return failed || loop_diags_failed(diags) ? NULL : p->root;
}

/* ---- syntax errors ---- */

/* What was found, as text: the bytes of a short token, else what kind of token it is. */
static void put_found(const LoopParse *p, LoopSpan span, const char *found, LoopText *out)
{
    LoopStr text = loop_diags_source_at(p->diags, p->file)->text;
    if (span.end > span.begin && span.end - span.begin <= 32)
        loop_text_add(out, "'%.*s'", (int)(span.end - span.begin), text.at + span.begin);
    else
        loop_text_add(out, "%s", found);
}

static void put_expected(const char *const *expected, size_t count, LoopText *out)
{
    for (size_t i = 0; i < count; i++)
        loop_text_add(out, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", expected[i]);
}

static const char *block_name(LoopBlockKind kind)
{
    switch (kind) {
    case LOOP_BLOCK_FILE:
        return "a model";
    case LOOP_BLOCK_BODY:
        return "body";
    case LOOP_BLOCK_WORLD:
        return "world";
    case LOOP_BLOCK_HYPOTHALAMUS:
        return "hypothalamus";
    case LOOP_BLOCK_LOOP:
        return "a loop";
    case LOOP_BLOCK_TASK:
        return "task";
    case LOOP_BLOCK_TRIAL:
        return "a trial";
    case LOOP_BLOCK_GROUP:
        return "a group";
    case LOOP_BLOCK_EXTERN:
        return "extern";
    case LOOP_BLOCK_PLAIN:
        break;
    }
    return "this block";
}

void loop_parse_unexpected(LoopParse *p, LoopSpan span, const char *found, const char *const *expected, size_t count)
{
    LoopText what = {0}, wanted = {0};
    put_found(p, span, found, &what);
    put_expected(expected, count, &wanted);
    bool first = p->statement_tokens <= 1 && !p->at_start && p->previous == TOK_NAME;
    LoopStr text = loop_diags_source_at(p->diags, p->file)->text;
    LoopStr near = first ? loop_tokens_near(p, (LoopStr){text.at + span.begin, span.end - span.begin}) : (LoopStr){"", 0};
    if (!what.failed && !wanted.failed) {
        LoopDiag *diag;
        if (first)
            diag = loop_diag(p->diags, LOOP_E0101, span, "%s begins no statement of %s", what.at, block_name(p->blocks[p->depth]));
        else if (count)
            diag = loop_diag(p->diags, LOOP_E0101, span, "found %s where %s was expected", what.at, wanted.at);
        else
            diag = loop_diag(p->diags, LOOP_E0101, span, "%s has no place here", what.at);
        if (near.len)
            loop_diag_help(p->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
        else if (span.end == p->ahead.token.span.begin && p->previous == TOK_END && p->parens == 0 && !first)
            loop_diag_help(p->diags, diag, "A statement ends with its line; break lines after an operator or a comma, or inside ( ).");
    }
    loop_text_free(&what);
    loop_text_free(&wanted);
}

/* ---- tokens as text ---- */

void loop_parse_print_tokens(LoopArena *arena, LoopDiags *diags, uint32_t file, LoopText *out)
{
    LoopParse *p = parse_new(arena, diags, file);
    LoopToken token;
    int kind;
    if (!p)
        return;
    while ((kind = loop_tokens_next(p, &token)) != 0) {
        LoopPlace place = loop_diags_place(diags, token.span);
        loop_text_add(out, "%u:%u %s", place.line, place.column, loop_tokens_name(kind));
        if (token.text.len && kind != TOK_END)
            loop_text_add(out, " \"%.*s\"", LOOP_STR_ARGS(token.text));
        loop_text_put(out, "\n", 1);
    }
    parse_close(p);
}
