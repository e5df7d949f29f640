/* Raw tokens to the parser's tokens: where statements end, which names are words, what a doc comment belongs to. */
#include "lang/syntax/tokens.h"

#include "grammar.h"

typedef enum After { AFTER_COLON, AFTER_VALUE, AFTER_PHASE } After;

static const struct {
    const char *word;
    int token;
} reserved[] = {
#define RESERVED(word, token) {word, TOK_##token},
#define BEGINS(word, token, blocks, opens)
#define INSIDE(word, token, statement, after)
#include "lang/syntax/keywords.def"
#undef RESERVED
#undef BEGINS
#undef INSIDE
};

/* The masks of keywords.def, under their short names. */
enum {
    FILE = LOOP_BLOCK_FILE, BODY = LOOP_BLOCK_BODY, WORLD = LOOP_BLOCK_WORLD, HYPOTHALAMUS = LOOP_BLOCK_HYPOTHALAMUS,
    LOOP = LOOP_BLOCK_LOOP, TASK = LOOP_BLOCK_TASK, TRIAL = LOOP_BLOCK_TRIAL
};

static const struct {
    const char *word;
    int token;
    int blocks;
    LoopBlockKind opens;
} begins[] = {
#define RESERVED(word, token)
#define BEGINS(word, token, blocks, opens) {word, TOK_##token, blocks, LOOP_BLOCK_##opens},
#define INSIDE(word, token, statement, after)
#include "lang/syntax/keywords.def"
#undef RESERVED
#undef BEGINS
#undef INSIDE
};

static const struct {
    const char *word;
    int token, statement;
    After after;
} inside[] = {
#define RESERVED(word, token)
#define BEGINS(word, token, blocks, opens)
#define INSIDE(word, token, statement, after) {word, TOK_##token, TOK_##statement, AFTER_##after},
#include "lang/syntax/keywords.def"
#undef RESERVED
#undef BEGINS
#undef INSIDE
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- kinds of token ---- */

static bool is_reserved(int kind)
{
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (reserved[i].token == kind)
            return true;
    return false;
}

static bool is_operator(int kind)
{
    switch (kind) {
    case '+': case '-': case '*': case '/': case '^': case '<': case '>': case '=': case ',': case ':': case '.':
    case TOK_ARROW: case TOK_EQ: case TOK_NE: case TOK_LE: case TOK_GE: case TOK_IN_LIST:
        return true;
    default:
        return false;
    }
}

/* An expression, or a part of one, may end with it. */
static bool ends_value(int kind)
{
    return !is_operator(kind) && !is_reserved(kind) && kind != '(' && kind != '[' && kind != '{';
}

/* ---- raw tokens ---- */

static void add_doc(LoopParse *p, LoopStr text)
{
    text = (LoopStr){text.at + 2, text.len - 2};
    while (text.len && (text.at[text.len - 1] == '\r' || text.at[text.len - 1] == ' '))
        text.len--;
    if (text.len && text.at[0] == ' ')
        text = (LoopStr){text.at + 1, text.len - 1};
    if (p->doc.len)
        loop_text_put(&p->doc, "\n", 1);
    loop_text_str(&p->doc, text);
}

/* Fills p->ahead with the next token that is neither a line end nor a comment. */
static const LoopRaw *peek(LoopParse *p)
{
    if (p->has_ahead)
        return &p->ahead;
    bool newline = p->previous == 0;
    LoopRaw *raw = &p->ahead;
    for (;;) {
        raw->token = (LoopToken){.text = {"", 0}, .doc = {"", 0}};
        raw->kind = loop_scan_raw(p, &raw->token);
        if (raw->kind == TOK_DOC && newline)
            add_doc(p, raw->token.text);
        else if (raw->kind == TOK_NEWLINE)
            newline = true;
        else if (raw->kind != TOK_DOC)
            break;
    }
    raw->newline = newline;
    if (p->doc.len)
        raw->token.doc = loop_arena_str(p->arena, (LoopStr){p->doc.at, p->doc.len});
    if (p->doc.failed)
        loop_diags_fail(p->diags);
    p->doc.len = 0;
    p->has_ahead = true;
    if (raw->kind == TOK_NAME)
        for (size_t i = 0; i < COUNT(reserved); i++)
            if (loop_str_is(raw->token.text, reserved[i].word))
                raw->kind = reserved[i].token;
    return raw;
}

/* ---- words ---- */

static int begin_word(LoopParse *p, const LoopToken *token)
{
    for (size_t i = 0; i < COUNT(begins); i++)
        if ((begins[i].blocks & (int)p->blocks[p->depth]) && loop_str_is(token->text, begins[i].word))
            return begins[i].token;
    return TOK_NAME;
}

/* A name or value follows: `loop`, `run`, `predict`. */
static bool awaits_value(int kind)
{
    for (size_t i = 0; i < COUNT(begins); i++)
        if (begins[i].token == kind)
            return true;
    for (size_t i = 0; i < COUNT(inside); i++)
        if (inside[i].token == kind && inside[i].after == AFTER_COLON)
            return true;
    return false;
}

static bool stands_after(const LoopParse *p, After after, int statement)
{
    switch (after) {
    case AFTER_COLON:
        return p->statement == statement && p->previous == ':';
    case AFTER_VALUE:
        return p->statement == statement && ends_value(p->previous) && !awaits_value(p->previous); /* `loop ahead`: a name */
    case AFTER_PHASE:
        return p->phase == LOOP_PHASE_NAMED;
    }
    return false;
}

static int inside_word(const LoopParse *p, const LoopToken *token)
{
    for (size_t i = 0; i < COUNT(inside); i++)
        if (stands_after(p, inside[i].after, inside[i].statement) && loop_str_is(token->text, inside[i].word) &&
            p->previous != inside[i].token) /* `discount discount`: the second is a name */
            return inside[i].token;
    return TOK_NAME;
}

LoopStr loop_tokens_near(const LoopParse *p, LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = name.len <= 3 ? 1 : 2;
    for (size_t i = 0; i < COUNT(begins); i++) {
        LoopStr word = loop_str(begins[i].word);
        size_t distance = loop_edit_distance(name, word, limit);
        if ((begins[i].blocks & (int)p->blocks[p->depth]) && distance <= limit && (!best.len || distance < limit)) {
            best = word;
            limit = distance;
        }
    }
    return best;
}

void loop_tokens_put_words(LoopBlockKind block, LoopText *out)
{
    size_t count = 0, all = 0;
    for (size_t i = 0; i < COUNT(begins); i++)
        all += (begins[i].blocks & (int)block) != 0;
    for (size_t i = 0; i < COUNT(begins); i++)
        if (begins[i].blocks & (int)block) {
            count++;
            loop_text_add(out, "%s%s", count == 1 ? "" : count == all ? " or " : ", ", begins[i].word);
        }
}

int loop_tokens_blocks(LoopStr word)
{
    for (size_t i = 0; i < COUNT(begins); i++)
        if (loop_str_is(word, begins[i].word))
            return begins[i].blocks;
    return 0;
}

LoopBlockKind loop_tokens_opens(int statement)
{
    for (size_t i = 0; i < COUNT(begins); i++)
        if (begins[i].token == statement)
            return begins[i].opens;
    return LOOP_BLOCK_PLAIN;
}

bool loop_tokens_reserved(LoopStr word)
{
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (loop_str_is(word, reserved[i].word))
            return true;
    return false;
}

/* ---- blocks and statements ---- */

static void start_statement(LoopParse *p)
{
    p->at_start = true;
    p->statement_before = p->statement ? p->statement : p->statement_before;
    p->statement = 0;
    p->phase = LOOP_PHASE_NONE;
}

static int open_block(LoopParse *p, const LoopToken *token)
{
    LoopBlockKind kind = loop_tokens_opens(p->statement);
    if (p->depth + 1 == LOOP_BLOCKS_MAX) {
        loop_diag(p->diags, LOOP_E0007, token->span, "blocks nest deeper than %d levels", LOOP_BLOCKS_MAX - 1);
        return TOK_BAD;
    }
    p->blocks[++p->depth] = kind;
    p->opened[p->depth] = token->span;
    p->parens = 0;
    start_statement(p);
    return '{';
}

static int close_block(LoopParse *p, const LoopToken *token)
{
    if (!p->depth) {
        if (!p->misplaced || p->misplaced_in) /* else a brace is wrong further up, and that has been said */
            loop_diag(p->diags, LOOP_E0111, token->span, "this '}' closes nothing");
        return TOK_BAD;
    }
    p->closed = token->span;
    p->closed_kind = p->blocks[p->depth];
    if (p->opened[p->depth].begin == p->blamed) /* which was meant for the block around it */
        p->blamed = p->depth > 1 ? p->opened[p->depth - 1].begin : UINT32_MAX;
    p->parens = 0;
    p->at_start = false;
    p->statement_before = p->statement ? p->statement : p->statement_before;
    p->statement = 0;
    p->phase = LOOP_PHASE_NONE;
    p->depth--;
    return '}';
}

/* A statement ends at a line end that nothing carries on across. */
static bool ends_here(const LoopParse *p, const LoopRaw *raw)
{
    if (p->at_start || p->parens || !(raw->newline || p->previous == '}') || raw->kind == 0 || raw->kind == '}')
        return false;
    return ends_value(p->previous) && !is_operator(raw->kind) && !is_reserved(raw->kind) && raw->kind != '{' &&
           raw->kind != ';';
}

/* `in train.rewarded last 20`: behind the phase, `last` is a word. In a list of phases each may have its own. */
static void follow_phase(LoopParse *p, int kind)
{
    bool list = (p->statement == TOK_RECORD || p->statement == TOK_PLOT) && p->parens == 0;
    if (kind == TOK_IN)
        p->phase = LOOP_PHASE_DUE;
    else if (kind == ',' && list && p->phase != LOOP_PHASE_NONE)
        p->phase = LOOP_PHASE_DUE;
    else if (kind == TOK_NAME && p->phase == LOOP_PHASE_DUE)
        p->phase = LOOP_PHASE_NAMED;
    else if (kind == '.' && p->phase == LOOP_PHASE_NAMED)
        p->phase = LOOP_PHASE_DUE;
    else if (list && kind == TOK_BLOCK)
        p->phase = LOOP_PHASE_BLOCK; /* the `of` of `block 1 of 5` is no group */
    else if (!list || (kind == TOK_OF && p->phase != LOOP_PHASE_BLOCK))
        p->phase = LOOP_PHASE_NONE;
    else if (kind == TOK_OF || p->phase == LOOP_PHASE_NAMED)
        p->phase = LOOP_PHASE_DONE;
}

/* What a token of the source is where it stands. */
static int take(LoopParse *p, LoopRaw raw)
{
    int kind = raw.kind;
    if (kind == '{')
        return open_block(p, &raw.token);
    if (kind == '}')
        return close_block(p, &raw.token);
    if (kind == ';') {
        start_statement(p);
        return TOK_END;
    }
    if ((kind == '(' || kind == '[' || kind == TOK_IN_LIST) && p->parens++ == 0)
        p->paren = raw.token.span;
    if ((kind == ')' || kind == ']') && p->parens)
        p->parens--;
    if (p->at_start && !p->skipping) {
        p->statement_depth = p->depth;
        p->statement_tokens = 0;
        p->ifs = 0;
    }
    if (kind == TOK_NAME && p->at_start)
        p->statement = kind = begin_word(p, &raw.token);
    else if (kind == TOK_NAME)
        kind = inside_word(p, &raw.token);
    p->at_start = p->at_start && kind == TOK_LOCAL; /* `local reward`: the second word is one as well */
    follow_phase(p, kind);
    p->ifs += kind == TOK_IF;
    p->ifs -= kind == TOK_ELSE && p->ifs;
    return kind;
}

static int next(LoopParse *p, LoopToken *token)
{
    const LoopRaw *raw = peek(p);
    int kind;
    if (ends_here(p, raw)) {
        *token = (LoopToken){.span = {p->last_end, p->last_end, p->file}};
        start_statement(p);
        kind = TOK_END;
    } else {
        *token = raw->token;
        p->has_ahead = false;
        p->kind_before = p->previous;
        p->before = p->last;
        p->last = token->span;
        p->last_end = raw->token.span.end;
        kind = take(p, *raw);
    }
    p->statement_tokens++;
    p->previous = kind;
    return kind;
}

void loop_tokens_skip(LoopParse *p)
{
    p->skipping = p->previous != TOK_END && p->depth >= p->statement_depth;
    p->skip_depth = p->statement_depth;
}

int loop_tokens_next(LoopParse *p, LoopToken *token)
{
    int kind = next(p, token);
    while (p->skipping) {
        bool ended = kind == 0 || (kind == TOK_END && p->depth <= p->skip_depth) || (kind == '}' && p->depth < p->skip_depth);
        if (ended)
            p->skipping = false;
        else
            kind = next(p, token);
    }
    return kind;
}

/* ---- names of tokens ---- */

static const char *word_of(int kind)
{
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (reserved[i].token == kind)
            return reserved[i].word;
    for (size_t i = 0; i < COUNT(begins); i++)
        if (begins[i].token == kind)
            return begins[i].word;
    for (size_t i = 0; i < COUNT(inside); i++)
        if (inside[i].token == kind)
            return inside[i].word;
    return NULL;
}

const char *loop_tokens_name(int kind)
{
    static const struct {
        int kind;
        const char *name;
    } rows[] = {{TOK_NAME, "name"}, {TOK_NUMBER, "number"}, {TOK_DURATION, "duration"}, {TOK_PERCENT, "percent"},
                {TOK_STRING, "string"}, {TOK_END, "end"}, {TOK_BAD, "bad"}, {TOK_IN_LIST, "in-list"}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].kind == kind)
            return rows[i].name;
    const char *word = word_of(kind);
    return word ? word : "sign";
}
