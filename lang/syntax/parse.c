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
    p->recovered_at = p->blamed = UINT32_MAX;
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

/* "hypothalamus", "body, world or hypothalamus": where a statement of that word stands. */
static void put_blocks(int blocks, LoopText *out)
{
    static const LoopBlockKind kinds[] = {LOOP_BLOCK_FILE, LOOP_BLOCK_BODY, LOOP_BLOCK_WORLD, LOOP_BLOCK_HYPOTHALAMUS,
                                          LOOP_BLOCK_LOOP, LOOP_BLOCK_TASK, LOOP_BLOCK_TRIAL};
    const char *names[sizeof kinds / sizeof kinds[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (blocks & (int)kinds[i])
            names[count++] = kinds[i] == LOOP_BLOCK_FILE ? "the model itself" : block_name(kinds[i]);
    put_expected(names, count, out);
}

static void add_help(const LoopParse *p, LoopDiag *diag, LoopStr text, bool first, const char *advice)
{
    LoopText blocks = {.arena = p->arena};
    int elsewhere = first ? loop_tokens_blocks(text) : 0;
    const char *meant = first && !loop_word_assigned(text) ? loop_word_elsewhere(p->blocks[p->depth], text) : NULL;
    LoopStr near = first ? loop_tokens_near(p, text) : (LoopStr){"", 0};
    if (elsewhere) {
        put_blocks(elsewhere, &blocks);
        loop_diag_help(p->diags, diag, "'%.*s' belongs into %s.", LOOP_STR_ARGS(text), blocks.at);
    } else if (meant)
        loop_diag_help(p->diags, diag, "%s", meant);
    else if (near.len)
        loop_diag_help(p->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (advice)
        loop_diag_help(p->diags, diag, "%s", advice);
}

/* A bracket or block that is still open is mostly the cause of what is found much later. */
static void add_open(LoopParse *p, LoopDiag *diag, bool in_brackets, bool in_block)
{
    if (in_brackets)
        loop_diag_note(p->diags, diag, p->paren, "this bracket is still open");
    else if (in_block) {
        loop_diag_note(p->diags, diag, p->opened[p->depth], "this block is still open");
        p->blamed = p->opened[p->depth].begin;
    }
}

/* Whether the bracket that is open here is closed further on in its line: then it is not to blame. */
static bool closes_on_line(const LoopParse *p)
{
    LoopStr text = loop_diags_source_at(p->diags, p->file)->text;
    int open = 0;
    for (size_t i = p->paren.begin; i < text.len && text.at[i] != '\n' && text.at[i] != '#'; i++) {
        open += strchr("([", text.at[i]) != NULL;
        open -= strchr(")]", text.at[i]) != NULL;
        if (!open)
            return true;
    }
    return false;
}

/* Whether a '}' on a line of its own ends a statement that is not complete. */
static bool closes_early(const LoopParse *p, LoopSpan span)
{
    LoopStr text = loop_diags_source_at(p->diags, p->file)->text;
    return p->previous == '}' && p->kind_before != '{' && p->kind_before != TOK_END && p->before.end < span.begin &&
           memchr(text.at + p->before.end, '\n', span.begin - p->before.end);
}

void loop_parse_unexpected(LoopParse *p, LoopSpan span, const char *found, const char *const *expected, size_t count)
{
    LoopText what = {.arena = p->arena}, wanted = {.arena = p->arena};
    bool at_end = p->previous == 0, early = closes_early(p, span), ended = p->previous == TOK_END || early;
    LoopStr source = loop_diags_source_at(p->diags, p->file)->text, text = {source.at + span.begin, span.end - span.begin};
    bool first = p->statement_tokens <= 1 && !p->at_start && !ended && !at_end && p->previous != '}';
    /* Of a block that was not closed: where the file ends, or a statement begins that can only stand outside. */
    bool in_block = p->depth && (at_end || (first && loop_tokens_blocks(text) == LOOP_BLOCK_FILE));
    if (in_block && p->opened[p->depth].begin == p->blamed)
        return;
    put_found(p, span, found, &what);
    put_expected(expected, count, &wanted);
    if (ended)
        span = early ? p->before : p->last;
    LoopDiag *diag;
    if (ended && count)
        diag = loop_diag(p->diags, LOOP_E0101, span, "the statement ends here, where %s was expected", wanted.at);
    else if (ended)
        diag = loop_diag(p->diags, LOOP_E0101, span, "the statement ends here, but is not complete");
    else if (at_end && p->depth)
        diag = loop_diag(p->diags, LOOP_E0101, span, "the file ends inside of %s", block_name(p->blocks[p->depth]));
    else if (first)
        diag = loop_diag(p->diags, LOOP_E0101, span, "%s begins no statement of %s", what.at, block_name(p->blocks[p->depth]));
    else if (count)
        diag = loop_diag(p->diags, LOOP_E0101, span, "found %s where %s was expected", what.at, wanted.at);
    else
        diag = loop_diag(p->diags, LOOP_E0101, span, "%s has no place here", what.at);
    bool in_brackets = p->parens && p->paren.begin != span.begin && !closes_on_line(p);
    add_open(p, diag, in_brackets, in_block);
    if (!in_brackets)
        add_help(p, diag, text, first, loop_parse_hint(p, text, ended, count == 1 && strcmp(expected[0], "a name") == 0));
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
