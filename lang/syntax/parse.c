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
    p->recovered_at = p->blamed = p->wrong_at = UINT32_MAX;
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

/* The blocks in which a statement may begin with that word, where it can't; 0: it is no such word. */
static int blocks_of(const LoopParse *p, LoopStr word)
{
    bool in_trial = p->blocks[p->depth] == LOOP_BLOCK_TRIAL;
    int blocks = loop_tokens_blocks(word);
    return blocks || in_trial || !loop_word_happens(word) ? blocks : LOOP_BLOCK_TRIAL;
}

/* Where the block begins that is open; 0: it is the file. */
static uint32_t block_begin(const LoopParse *p)
{
    return p->depth ? p->opened[p->depth].begin : 0;
}

/* Words that stand in one wrong block have one cause, and it is enough to hear of it once: by the first of them, or by what keeps their own
   block from being opened. The blocks of whose words it has been said why they stand here. */
static int said_here(const LoopParse *p)
{
    return p->misplaced_in == block_begin(p) ? p->misplaced : 0;
}

/* It is said now of words of `blocks` too. */
static void note_said(LoopParse *p, int blocks)
{
    p->misplaced = said_here(p) | blocks;
    p->misplaced_in = block_begin(p);
}

/* A block that was closed too early may be why a word stands outside of it. */
static void add_closed(LoopParse *p, LoopDiag *diag, int blocks)
{
    if (blocks & (int)p->closed_kind)
        loop_diag_note(p->diags, diag, p->closed, "this '}' closes %s", block_name(p->closed_kind));
}

/* Whether a word begins statements of a block around this one, and none here. */
static bool is_outer(const LoopParse *p, LoopStr word)
{
    int blocks = loop_tokens_blocks(word), around = 0;
    for (uint32_t i = 0; i < p->depth; i++)
        around |= (int)p->blocks[i];
    return (blocks & around) && !(blocks & (int)p->blocks[p->depth]);
}

/* Whether the second token of a statement can't stand where it does because the first is such a word, though any name may begin
   a statement here. */
static bool begins_outside(const LoopParse *p)
{
    LoopStr source = loop_diags_source_at(p->diags, p->file)->text, word = {source.at + p->before.begin, p->before.end - p->before.begin};
    return p->depth && p->statement_tokens == 2 && !p->at_start && is_outer(p, word);
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

/* A token that can't stand where it does. */
typedef struct Wrong {
    LoopSpan span;
    LoopStr text;
    bool at_end, ended, early; /* the file ends; the statement ends, by a } on a line of its own */
    bool first;                /* it begins a statement, */
    int elsewhere;             /* and could in these blocks */
    bool in_block;             /* of a block that was not closed */
} Wrong;

static Wrong wrong_token(const LoopParse *p, LoopSpan span)
{
    Wrong w = {.at_end = p->previous == 0, .early = closes_early(p, span)};
    w.ended = p->previous == TOK_END || w.early;
    bool outside = !w.ended && !w.at_end && begins_outside(p);
    LoopStr source = loop_diags_source_at(p->diags, p->file)->text;
    w.span = outside ? p->before : span;
    w.text = (LoopStr){source.at + w.span.begin, w.at_end ? 0 : w.span.end - w.span.begin};
    w.first = outside || (p->statement_tokens <= 1 && !p->at_start && !w.ended && !w.at_end && p->previous != '}');
    w.elsewhere = w.first ? blocks_of(p, w.text) : 0;
    w.in_block = p->depth && (w.at_end || (w.first && is_outer(p, w.text)));
    return w;
}

/* Whether the last error was on that line too. */
static bool is_on_line(const LoopParse *p, uint32_t at)
{
    LoopStr text = loop_diags_source_at(p->diags, p->file)->text;
    return p->wrong_at != UINT32_MAX && p->wrong_at <= at && !memchr(text.at + p->wrong_at, '\n', at - p->wrong_at);
}

/* Whether what is wrong follows from what has been said: of the block that it is in, of its line unless it is a misspelt word, or of words
   like it. */
static bool is_consequence(LoopParse *p, const Wrong *w)
{
    const bool again = is_on_line(p, w->span.begin);
    p->wrong_at = w->span.begin;
    if (w->in_block && p->opened[p->depth].begin == p->blamed)
        return true;
    const int blocks = !w->first ? (int)loop_tokens_opens(w->ended ? p->statement_before : p->statement) : w->in_block ? 0 : w->elsewhere;
    const bool said = w->first && (said_here(p) & blocks);
    note_said(p, blocks);
    return said || (w->first && again && (w->elsewhere || !loop_tokens_near(p, w->text).len));
}

static LoopDiag *say_wrong(const LoopParse *p, const Wrong *w, const char *found, const char *const *expected, size_t count)
{
    LoopText what = {.arena = p->arena}, wanted = {.arena = p->arena};
    LoopSpan span = w->early ? p->before : w->ended ? p->last : w->span;
    put_found(p, w->span, found, &what);
    put_expected(expected, count, &wanted);
    if (w->ended && count)
        return loop_diag(p->diags, LOOP_E0101, span, "the statement ends here, where %s was expected", wanted.at);
    if (w->ended || (w->at_end && !p->depth))
        return loop_diag(p->diags, LOOP_E0101, w->ended ? span : p->before, "the statement ends here, but is not complete");
    if (w->at_end)
        return loop_diag(p->diags, LOOP_E0101, span, "the file ends inside of %s", block_name(p->blocks[p->depth]));
    if (w->first)
        return loop_diag(p->diags, LOOP_E0101, span, "%s begins no statement of %s", what.at, block_name(p->blocks[p->depth]));
    if (count)
        return loop_diag(p->diags, LOOP_E0101, span, "found %s where %s was expected", what.at, wanted.at);
    return loop_diag(p->diags, LOOP_E0101, span, "%s has no place here", what.at);
}

static void add_help(const LoopParse *p, LoopDiag *diag, const Wrong *w, const char *advice)
{
    LoopText blocks = {.arena = p->arena};
    const char *meant = w->first && !loop_word_assigned(w->text) ? loop_word_elsewhere(p->blocks[p->depth], w->text) : NULL;
    LoopStr near = w->first ? loop_tokens_near(p, w->text) : (LoopStr){"", 0};
    if (w->elsewhere) {
        put_blocks(w->elsewhere, &blocks);
        loop_diag_help(p->diags, diag, "'%.*s' belongs into %s.", LOOP_STR_ARGS(w->text), blocks.at);
    } else if (meant)
        loop_diag_help(p->diags, diag, "%s", meant);
    else if (near.len)
        loop_diag_help(p->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (advice)
        loop_diag_help(p->diags, diag, "%s", advice);
}

void loop_parse_unexpected(LoopParse *p, LoopSpan span, const char *found, const char *const *expected, size_t count)
{
    const Wrong w = wrong_token(p, span);
    if (is_consequence(p, &w))
        return;
    LoopDiag *diag = say_wrong(p, &w, found, expected, count);
    bool in_brackets = p->parens && p->paren.begin != w.span.begin && !closes_on_line(p);
    add_open(p, diag, in_brackets, w.in_block);
    if (!w.in_block)
        add_closed(p, diag, w.elsewhere);
    if (!in_brackets)
        add_help(p, diag, &w, loop_parse_hint(p, w.text, w.ended, count == 1 && strcmp(expected[0], "a name") == 0));
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
