/* Inside the parser: what the scanner, the tokens, the grammar and the nodes share. */
#ifndef LOOP_TOKENS_H
#define LOOP_TOKENS_H

#include "lang/syntax/ast.h"

typedef struct LoopToken {
    LoopStr text;   /* of a name, string or number */
    LoopStr doc;    /* the doc comment above */
    double number;
    LoopSpan span;
} LoopToken;

/* Kinds of block, as a mask: which words begin a statement in them. */
typedef enum LoopBlockKind {
    LOOP_BLOCK_PLAIN = 0, LOOP_BLOCK_FILE = 1, LOOP_BLOCK_BODY = 2, LOOP_BLOCK_WORLD = 4, LOOP_BLOCK_HYPOTHALAMUS = 8,
    LOOP_BLOCK_LOOP = 16, LOOP_BLOCK_TASK = 32, LOOP_BLOCK_TRIAL = 64, LOOP_BLOCK_GROUP = 128, LOOP_BLOCK_EXTERN = 256
} LoopBlockKind;

enum {
    LOOP_BLOCKS_MAX = 64,       /* nested blocks; a model has three levels */
    LOOP_NAME_MAX = 255,        /* characters of a name */
    LOOP_SCANNER_POOL = 8192    /* bytes: more than flex ever takes when it scans in place */
};

/* A token as the scanner found it, with what stood before it. */
typedef struct LoopRaw {
    int kind;
    LoopToken token;
    bool newline;   /* first on its line */
} LoopRaw;

/* All state of one parse. */
typedef struct LoopParse {
    LoopArena *arena;
    LoopDiags *diags;
    uint32_t file;
    LoopAst *root;
    /* scanner.l */
    void *scanner;
    uint32_t at;                /* byte of the source */
    size_t pool_used;
    _Alignas(16) char pool[LOOP_SCANNER_POOL];
    /* tokens.c */
    LoopRaw ahead;
    bool has_ahead;
    LoopText doc;
    int previous;               /* token handed out last; 0 at the start */
    int statement;              /* word that began the statement; 0: none */
    bool at_start;              /* of a statement */
    uint32_t last_end;          /* byte behind that token */
    uint32_t parens;
    LoopSpan paren;             /* the outermost one that is open */
    uint32_t depth;             /* of blocks */
    uint32_t statement_depth;   /* where the statement began */
    uint32_t statement_tokens;
    LoopBlockKind blocks[LOOP_BLOCKS_MAX];
    enum { LOOP_PHASE_NONE, LOOP_PHASE_DUE, LOOP_PHASE_NAMED, LOOP_PHASE_BLOCK, LOOP_PHASE_DONE } phase; /* of an `in` */
    bool skipping;              /* to the end of a statement with an error */
    /* for messages */
    LoopSpan last, before;      /* token of the source handed out last, and the one before it */
    int kind_before;            /* kind of that one */
    int statement_before;       /* the last statement that ended */
    uint32_t ifs;               /* of the statement, or of the last one that ended, still without an else */
    LoopSpan opened[LOOP_BLOCKS_MAX]; /* the { of each block */
    uint32_t skip_depth;        /* of blocks, where that statement began */
    uint32_t blamed;            /* byte of a brace that is said to be still open */
    LoopSpan closed;            /* the } of the last block that was closed */
    LoopBlockKind closed_kind;
    int misplaced;              /* where words belong that may stand in a wrong block, and why has been said; */
    uint32_t misplaced_in;      /* the byte at which that block begins */
    uint32_t wrong_at;          /* byte of the last error that was found */
    uint32_t recovered_at;      /* byte of the token at which the parser last went on after an error */
} LoopParse;

/* scanner.l */
bool loop_scanner_open(LoopParse *p, LoopStr text); /* `text` in place, with two NULs behind it */
void loop_scanner_close(LoopParse *p);
int loop_scan_raw(LoopParse *p, LoopToken *token);  /* NEWLINE and DOC included */

/* tokens.c */
int loop_tokens_next(LoopParse *p, LoopToken *token);
/* What a kind of token is called in dumps. */
const char *loop_tokens_name(int kind);
/* After a syntax error at the token handed out last: skip what is left of its statement. */
void loop_tokens_skip(LoopParse *p);
/* The word of this block that is nearest to a misspelt one; empty when none is near. */
LoopStr loop_tokens_near(const LoopParse *p, LoopStr name);

/* The blocks in which the word begins a statement, as a mask of LoopBlockKind; 0: it is no such word. */
int loop_tokens_blocks(LoopStr word);
/* The words that begin the statements of a block: "trial, phase or between". */
void loop_tokens_put_words(LoopBlockKind block, LoopText *out);
/* The block that a statement opens which begins with that word. */
LoopBlockKind loop_tokens_opens(int statement);
bool loop_tokens_reserved(LoopStr word);

/* nodes: see ast.c. NULL kids are left out, BUNDLEs give their kids. NULL: no memory, or a limit that is reported. */
LoopAst *loop_ast_make(LoopParse *p, LoopAstKind kind, LoopSpan span, const LoopToken *name, LoopAst *const *kids, size_t count);
/* The same for a declaration: with the doc comment of its first word. */
LoopAst *loop_ast_declare(LoopParse *p, LoopAstKind kind, LoopSpan span, const LoopToken *word, const LoopToken *name,
                          LoopAst *const *kids, size_t count);
/* Adds a kid (NULL, also for a failure: nothing; a BUNDLE: its kids) to a list. */
LoopAst *loop_ast_add(LoopParse *p, LoopAst *list, LoopAst *kid);
/* `a + b + c` as one flat node of `kind`; `link` (or BUNDLE for none) wraps each kid after the first. */
LoopAst *loop_ast_flat(LoopParse *p, LoopAstKind kind, LoopSpan span, LoopAst *left, LoopAstKind link, LoopAst *right);
LoopAst *loop_ast_call(LoopParse *p, LoopSpan span, LoopAst *function, LoopAst *arguments);
/* The doc comment of `word` for each declaration in a list. */
LoopAst *loop_ast_document(LoopParse *p, LoopAst *list, const LoopToken *word);
/* `node` under another kind. */
LoopAst *loop_ast_as(LoopParse *p, LoopAst *node, LoopAstKind kind);
/* The same node with the span of the parentheses around it. */
LoopAst *loop_ast_grouped(LoopParse *p, LoopAst *node, LoopSpan span);
/* A dotted name goes on to the end of `more`. */
LoopAst *loop_ast_lengthen(LoopParse *p, LoopAst *path, LoopSpan more);
/* `not` in front of a PART. */
LoopAst *loop_ast_negated(LoopParse *p, LoopAst *part, LoopSpan span);
/* A chain of parts and links to a condition: see condition.c. */
LoopAst *loop_ast_condition(LoopParse *p, LoopSpan span, LoopAst *chain, LoopAst *tail);

/* forms.c: what is mostly meant by the token `text` that stands where it can't; `ended`: the statement ends there. NULL: nobody knows. */
const char *loop_parse_hint(const LoopParse *p, LoopStr text, bool ended, bool wants_name);
extern const char LOOP_TWO_CLAIMS[]; /* help for two bounds in one expectation */
/* Whether `=` stands behind a word of the source. */
bool loop_word_assigned(LoopStr word);
/* Whether `at` stands behind it, as in an event. */
bool loop_word_happens(LoopStr word);
/* What is meant by a word of another language that begins a statement of that block. NULL: nobody knows. */
const char *loop_word_elsewhere(LoopBlockKind where, LoopStr word);
/* parse.c: a token that can't stand where it does; `expected` may be empty. */
enum { LOOP_EXPECTED_MAX = 4 };
void loop_parse_unexpected(LoopParse *p, LoopSpan span, const char *found, const char *const *expected, size_t count);

#endif
