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

static bool is_one_of(LoopStr text, const char *const *words)
{
    for (; *words; words++)
        if (loop_str_is(text, *words))
            return true;
    return false;
}

/* How a statement is written that a token broke off: in which statement and block, behind which token, and which token; 0 and NULL
   are any. The first row that fits is taken. */
typedef struct Form {
    int statement;
    LoopBlockKind block;
    int before;
    const char *words; /* with a blank behind each; "name": any name */
    const char *help;
} Form;

static const char LOOP_FORM[] = "A loop is written: loop NAME : predict TRUTH discount 0.9 { ... } (or ahead 1 s, within 1 s), or loop NAME : choose [A, B] { ... }";
static const char EVENT_FORM[] = "An event is written: SENSE at 1 s for 500 ms = SIZE with PROBABILITY, of which all behind the time may be left out.";
static const char UNTIL_FORM[] = "The condition stands in parentheses: trials until (VTA at light > 0.5) in train.";
static const char WINDOW_FORM[] = "A window of time is written: from light to juice.";

static const Form forms[] = {
    {TOK_STATE, 0, 0, "= ", "A state is written: state NAME from INIT next EXPR."},
    {TOK_LEARN, 0, 0, "= name ", "Each setting stands beside its value, with commas between: learn rate 0.1, trace 0.9."},
    {0, LOOP_BLOCK_LOOP, 0, "{ ", LOOP_FORM},
    {TOK_LOOP, LOOP_BLOCK_FILE, 0, ", name ", LOOP_FORM},
    {0, LOOP_BLOCK_TRIAL, 0, ", ", "Each event stands on a line of its own, or behind ;."},
    {0, LOOP_BLOCK_TRIAL, TOK_DURATION, "name ", EVENT_FORM},
    {0, LOOP_BLOCK_TRIAL, TOK_NAME, "= ", EVENT_FORM},
    {TOK_TRIAL, 0, 0, "like ", "A trial like another is written: trial NAME like OTHER { ... }, with a duration behind OTHER if it differs."},
    {TOK_TRIAL, LOOP_BLOCK_TASK, 0, "= ", "A trial is written: trial NAME 4 s { light at 1 s; juice at 2 s }"},
    {TOK_PHASE, 0, TOK_DURATION, NULL, "A number and a unit of time are a duration: no trial can be called s, ms, min or h."},
    {TOK_PHASE, 0, 0, "of ( ", "A phase is written: phase NAME = 100 TRIAL, or phase NAME = 100 of shuffle(3 TRIAL, 1 OTHER)."},
    {TOK_PHASE, 0, 0, "lesion freeze block stimulate set ", "What is done to the brain stands behind 'with': phase probe = 20 TRIAL with lesion(VS)."},
    {0, LOOP_BLOCK_GROUP, ')', "{ ", "A group is written: group NAME { alpha = 0.5 } with lesion(VS), of which all behind the name may be left out."},
    {0, LOOP_BLOCK_GROUP, 0, NULL, "A group gives parameters other values: group fast { alpha = 0.5 }, where the model has param alpha = 0.1."},
    {TOK_SENSE, 0, TOK_NAME, "name ", "Names stand with commas between: sense light, juice."},
    {TOK_PLOT, 0, TOK_NAME, "at from and to name ", "A plot is written: plot VTA, hope in train last 20, probe of GROUP. It shows whole trials."},
    {TOK_RECORD, 0, TOK_NAME, "at from and to ", "A record is written: record VTA, hope in train last 20, probe of GROUP. It keeps whole trials."},
    {TOK_EXPECT, 0, 0, "between ", WINDOW_FORM},
    {TOK_MEASURE, 0, 0, "between ", WINDOW_FORM},
    {TOK_EXPECT, 0, TOK_UNTIL, "name ", UNTIL_FORM},
    {TOK_MEASURE, 0, TOK_UNTIL, "name ", UNTIL_FORM},
    {TOK_EXPECT, 0, TOK_NAME, "name ", "What is taken over time is written as a function, ahead of its place: peak(VTA) from light to juice in train."},
    {0, 0, 0, "if ", "A value that depends on something is written: if CONDITION then A else B."},
    {0, 0, 0, "/ ", "A comment begins with #."},
};

static bool has_word(const char *words, LoopStr text, bool name)
{
    for (const char *at = words, *end; (end = strchr(at, ' ')) != NULL; at = end + 1) {
        LoopStr word = {at, (size_t)(end - at)};
        if (loop_str_equal(word, text) || (name && loop_str_is(word, "name")))
            return true;
    }
    return false;
}

/* NULL when the token alone says more. */
static const char *form_of(const LoopParse *p, LoopStr text)
{
    bool slash = loop_str_is(text, "/");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const Form *f = &forms[i];
        bool here = (!f->statement || f->statement == p->statement) && (!f->block || f->block == p->blocks[p->depth]) &&
                    (!f->before || f->before == p->kind_before);
        if (here && (!f->words || has_word(f->words, text, p->previous == TOK_NAME)) && (!slash || p->kind_before == '/' || p->statement_tokens <= 1))
            return f->help;
    }
    if (loop_str_is(text, "=") && p->statement && p->statement_tokens == 2)
        return "The value follows the word without =, as in: step 100 ms.";
    if (p->statement == TOK_RUN && p->previous != TOK_END)
        return "A run is written: run 20 agents seed 1, and without a task: run 10 min, or run 20 agents for 10 min.";
    return NULL;
}

/* What is mostly meant by a token that stands where it can't. */
static const char *hint(const LoopParse *p, LoopStr text, bool ended, bool wants_name)
{
    static const char *const relations[] = {"<", ">", "<=", ">=", "==", "!=", NULL}, *const signs[] = {"+", "-", "*", "/", NULL};
    bool claim = p->statement == TOK_EXPECT || p->statement == TOK_MEASURE || p->statement == TOK_PHASE;
    if (wants_name && loop_tokens_reserved(text))
        return "This word is reserved; choose another name.";
    const char *form = form_of(p, text);
    if (form)
        return form;
    if (ended || (p->statement_tokens <= 1 && p->kind_before == TOK_END))
        return "A statement ends with its line; break lines after an operator or a comma, or inside ( ).";
    if (loop_str_is(text, "="))
        return "Equality in a formula is written ==.";
    if (loop_str_is(text, "."))
        return "A number begins with a digit, such as 0.5.";
    if (is_one_of(text, relations))
        return "Comparisons can't be chained; join two of them with 'and'.";
    if (claim && is_one_of(text, signs))
        return "Put each measured value of a calculation into parentheses: (a at light) - (b at light).";
    if (p->previous == TOK_NAME && p->kind_before == TOK_NUMBER)
        return "The units of time are ms, s, min and h; a product is written with *.";
    if (loop_tokens_blocks(text))
        return "A statement begins on a line of its own, or behind ;.";
    return NULL;
}

static void add_help(const LoopParse *p, LoopDiag *diag, LoopStr text, bool first, const char *advice)
{
    LoopText blocks = {.arena = p->arena};
    int elsewhere = first ? loop_tokens_blocks(text) : 0;
    LoopStr near = first ? loop_tokens_near(p, text) : (LoopStr){"", 0};
    if (elsewhere) {
        put_blocks(elsewhere, &blocks);
        loop_diag_help(p->diags, diag, "'%.*s' belongs into %s.", LOOP_STR_ARGS(text), blocks.at);
    } else if (near.len)
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

void loop_parse_unexpected(LoopParse *p, LoopSpan span, const char *found, const char *const *expected, size_t count)
{
    LoopText what = {.arena = p->arena}, wanted = {.arena = p->arena};
    bool ended = p->previous == TOK_END, at_end = p->previous == 0;
    LoopStr source = loop_diags_source_at(p->diags, p->file)->text, text = {source.at + span.begin, span.end - span.begin};
    bool first = p->statement_tokens <= 1 && !p->at_start && !ended && !at_end && p->previous != '}';
    /* Of a block that was not closed: where the file ends, or a statement begins that can only stand outside. */
    bool in_block = p->depth && (at_end || (first && loop_tokens_blocks(text) == LOOP_BLOCK_FILE));
    if (in_block && p->opened[p->depth].begin == p->blamed)
        return;
    put_found(p, span, found, &what);
    put_expected(expected, count, &wanted);
    if (ended)
        span = p->last;
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
    bool in_brackets = p->parens && p->paren.begin != span.begin;
    add_open(p, diag, in_brackets, in_block);
    if (!in_brackets)
        add_help(p, diag, text, first, hint(p, text, ended, count == 1 && strcmp(expected[0], "a name") == 0));
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
