/* What a name means where it stands: formals, own declarations, used files, and what a circuit sees of its file. */
#include "lang/check/names/names.h"

#include <string.h>

LoopScope *loop_scope_enter(LoopChecker *check, LoopScope *scope)
{
    LoopScope *before = check->scope;
    if (!scope) /* of a definition that no text has */
        return before;
    check->scope = scope;
    loop_diags_inside(check->diags, scope->make ? &scope->inside : NULL);
    return before;
}

/* ---- names ---- */

/* "a", "b.c" of "a.b.c". */
static LoopStr front(LoopStr name, LoopStr *rest)
{
    const char *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    *rest = dot ? (LoopStr){dot + 1, name.len - (size_t)(dot - name.at) - 1} : (LoopStr){"", 0};
    return dot ? (LoopStr){name.at, (size_t)(dot - name.at)} : name;
}

LoopFormal *loop_scope_formal(const LoopScope *scope, LoopStr name)
{
    for (uint32_t i = 0; i < scope->formal_count; i++)
        if (loop_str_equal(scope->formals[i].name, name))
            return &scope->formals[i];
    return NULL;
}

bool loop_formal_is_broken(const LoopChecker *check, const LoopFormal *formal)
{
    return formal->errors && loop_diags_errors(check->diags) >= formal->errors;
}

static LoopScope *used_as(const LoopScope *file, LoopStr name)
{
    for (size_t i = 0; file->source && i < file->source->uses.count; i++)
        if (loop_str_equal(LOOP_ITEM(file->source->uses, LoopUse, i).name, name))
            return i < file->scopes.count ? LOOP_ITEM(file->scopes, LoopScope *, i) : NULL;
    return NULL;
}

/* What means the same in every model may be read in a circuit without being passed. */
static bool open_to_circuits(const LoopSymbol *symbol)
{
    return symbol->kind == LOOP_SYM_CONST || symbol->kind == LOOP_SYM_FN || symbol->kind == LOOP_SYM_STRUCTURE ||
           symbol->kind == LOOP_SYM_CIRCUIT || symbol->kind == LOOP_SYM_FOREIGN;
}

static LoopSymbol *resolve(const LoopChecker *check, const LoopScope *scope, LoopNamespace space, LoopStr name);

/* What was passed, and behind it `rest`. */
static LoopSymbol *passed(const LoopChecker *check, const LoopFormal *formal, LoopNamespace space, LoopStr rest)
{
    if (!formal->path.len)
        return space == LOOP_SPACE_VALUES && !rest.len ? formal->symbol : NULL;
    if (!rest.len)
        return resolve(check, formal->from, space, formal->path);
    LoopText text = {.arena = check->arena};
    loop_text_add(&text, "%.*s.%.*s", LOOP_STR_ARGS(formal->path), LOOP_STR_ARGS(rest));
    return resolve(check, formal->from, space, loop_text_view(&text));
}

/* A file's own, or what it uses. */
static LoopSymbol *in_file(const LoopChecker *check, const LoopScope *file, LoopNamespace space, LoopStr name)
{
    LoopStr rest, head = front(name, &rest);
    const LoopScope *used = rest.len ? used_as(file, head) : NULL;
    LoopSymbol *use = used ? loop_scope_lookup(check, LOOP_SPACE_VALUES, file->prefix, head) : NULL;
    if (use)
        use->used = true;
    LoopSymbol *symbol = used ? in_file(check, used, space, rest) : NULL;
    return symbol ? symbol : loop_scope_lookup(check, space, file->prefix, name);
}

static LoopSymbol *resolve(const LoopChecker *check, const LoopScope *scope, LoopNamespace space, LoopStr name)
{
    LoopStr rest, head = front(name, &rest);
    const LoopFormal *formal = loop_scope_formal(scope, head);
    if (formal)
        return passed(check, formal, space, rest);
    LoopSymbol *symbol = scope->make ? loop_scope_lookup(check, space, scope->prefix, name) : NULL;
    if (symbol)
        return symbol;
    symbol = in_file(check, scope->file, space, name);
    return symbol && scope->closed && !open_to_circuits(symbol) ? NULL : symbol;
}

LoopSymbol *loop_scope_find(const LoopChecker *check, LoopNamespace space, LoopStr name)
{
    return resolve(check, check->scope, space, name);
}

LoopStr loop_scope_path(LoopChecker *check, const LoopAst *ast)
{
    LoopText text = {.arena = check->arena};
    if (ast->kind == LOOP_AST_NAME)
        return ast->text;
    return loop_ast_dotted(&text, ast) ? loop_text_view(&text) : (LoopStr){"", 0};
}

/* ---- messages ---- */

bool loop_scope_report_closed(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span)
{
    const LoopScope *scope = check->scope;
    LoopSymbol *symbol = scope->closed ? in_file(check, scope->file, space, name) : NULL;
    if (!symbol)
        return false;
    LoopDiag *diag;
    if (scope->circuit)
        diag = loop_diag(check->diags, LOOP_E1305, span, "the circuit '%.*s' can't see '%.*s'", LOOP_STR_ARGS(scope->circuit->text),
                         LOOP_STR_ARGS(name));
    else
        diag = loop_diag(check->diags, LOOP_E1305, span, "a default can't read '%.*s'", LOOP_STR_ARGS(name));
    loop_diag_note(check->diags, diag, symbol->span, "'%.*s' is a %s of the file", LOOP_STR_ARGS(name), loop_symbol_kind_name(symbol->kind));
    LoopStr rest;
    front(name, &rest);
    LoopStr formal = rest.len ? LOOP_STR("x") : name;
    if (scope->circuit)
        loop_diag_help(check->diags, diag, "Pass it: circuit %.*s(..., %.*s), and %.*s = %.*s where it is made.", LOOP_STR_ARGS(scope->circuit->text),
                       LOOP_STR_ARGS(formal), LOOP_STR_ARGS(formal), LOOP_STR_ARGS(name));
    else
        loop_diag_help(check->diags, diag, "It can be made of numbers and the file's consts; leave it out, and pass '%.*s' where the circuit is made.",
                       LOOP_STR_ARGS(name));
    return true;
}

/* What opens a scope of its own: an instance or a used file; NULL. */
static const LoopSymbol *opener(const LoopChecker *check, LoopStr name)
{
    const LoopSymbol *symbol = loop_scope_find(check, LOOP_SPACE_VALUES, name);
    bool opens = symbol && (symbol->kind == LOOP_SYM_INSTANCE || symbol->kind == LOOP_SYM_FILE);
    return opens ? symbol : NULL;
}

static bool can_be_read(const LoopSymbol *s)
{
    return loop_scope_space(s->kind) == LOOP_SPACE_VALUES && !s->formal && s->kind != LOOP_SYM_FILE && s->kind != LOOP_SYM_INSTANCE;
}

/* Of a file all that it declares is of use, of an instance what has a value or parts. */
static bool is_part(const LoopScope *scope, const LoopSymbol *s)
{
    return can_be_read(s) || s->kind == LOOP_SYM_INSTANCE || (scope->source && s->kind != LOOP_SYM_FILE);
}

static void help_with_parts(LoopChecker *check, LoopDiag *diag, const LoopScope *scope, LoopStr part)
{
    const LoopFormal *formal = loop_scope_formal(scope, part);
    if (formal && formal->argument) {
        LoopScope *before = loop_scope_enter(check, formal->from);
        const LoopSymbol *passed = formal->path.len ? loop_scope_find(check, LOOP_SPACE_VALUES, formal->path) : NULL;
        loop_scope_enter(check, before);
        loop_diag_note(check->diags, diag, formal->argument->span, "'%.*s' is an argument, and stands for this", LOOP_STR_ARGS(part));
        if (passed && passed->kind == LOOP_SYM_PARAM)
            loop_diag_help(check->diags, diag, "What varies is that param: %.*s.", LOOP_STR_ARGS(passed->name));
        else
            loop_diag_help(check->diags, diag, "What a group or -p varies is a param of the model: pass one, and vary that.");
        return;
    }
    LoopText names = {.arena = check->arena};
    LoopStr near = {"", 0};
    size_t limit = part.len <= 3 ? 1 : 2;
    for (size_t i = 0; i < scope->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(scope->symbols, LoopSymbol *, i);
        if (!near.len && loop_edit_distance(s->local, part, limit) <= limit)
            near = s->local;
        if (is_part(scope, s) && names.len < 100)
            loop_text_add(&names, "%s'%.*s'", names.len ? ", " : "", LOOP_STR_ARGS(s->local));
    }
    if (near.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (names.len)
        loop_diag_help(check->diags, diag, "It has %s.", names.at);
}

/* What is there of that name, of another kind than is asked for; NULL: nothing. */
static const LoopSymbol *other_part(const LoopScope *scope, LoopStr part)
{
    for (size_t i = 0; i < scope->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(scope->symbols, LoopSymbol *, i);
        if (loop_str_equal(s->local, part))
            return s;
    }
    return NULL;
}

bool loop_scope_report_part(LoopChecker *check, LoopStr name, LoopSpan span)
{
    size_t dot = name.len;
    while (dot && name.at[dot - 1] != '.')
        dot--;
    LoopStr whole = {name.at, dot ? dot - 1 : 0}, part = {name.at + dot, name.len - dot};
    const LoopSymbol *symbol = whole.len ? opener(check, whole) : NULL;
    if (!symbol || symbol->broken) /* how it is made has an error, which was reported */
        return symbol != NULL;
    const LoopSymbol *other = other_part(symbol->scope, part);
    if (other) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E1308, span, "'%.*s' is a %s", LOOP_STR_ARGS(name), loop_symbol_kind_name(other->kind));
        if (other->kind == LOOP_SYM_FN)
            loop_diag_help(check->diags, diag, "A function is called in a formula: let x = %.*s(...)", LOOP_STR_ARGS(name));
        return true;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E1308, span, "'%.*s' has no part '%.*s'", LOOP_STR_ARGS(whole), LOOP_STR_ARGS(part));
    help_with_parts(check, diag, symbol->scope, part);
    return true;
}

void loop_scope_note_passed(LoopChecker *check, LoopDiag *diag, LoopStr name)
{
    const LoopFormal *formal = loop_scope_formal(check->scope, name);
    if (formal)
        loop_diag_note(check->diags, diag, formal->argument->span, "'%.*s' stands for '%.*s' here", LOOP_STR_ARGS(name),
                       LOOP_STR_ARGS(loop_check_text(check, formal->argument->span)));
}

void loop_scope_report_opener(LoopChecker *check, const LoopSymbol *symbol, LoopSpan span)
{
    if (symbol->broken)
        return;
    LoopDiag *diag =
        loop_diag(check->diags, LOOP_E1308, span, "'%.*s' is a %s, not a value", LOOP_STR_ARGS(symbol->local), loop_symbol_kind_name(symbol->kind));
    loop_diag_note(check->diags, diag, symbol->span, symbol->kind == LOOP_SYM_FILE ? "used here" : "made here");
    LoopText names = {.arena = check->arena};
    for (size_t i = 0; i < symbol->scope->symbols.count; i++) {
        const LoopSymbol *part = LOOP_ITEM(symbol->scope->symbols, LoopSymbol *, i);
        if (can_be_read(part) && names.len < 100)
            loop_text_add(&names, "%s%.*s.%.*s", names.len ? ", " : "", LOOP_STR_ARGS(symbol->local), LOOP_STR_ARGS(part->local));
    }
    if (names.len)
        loop_diag_help(check->diags, diag, "Read a part of it: %s.", names.at);
    else
        loop_diag_help(check->diags, diag, "Its parts are used by name: %.*s.NAME.", LOOP_STR_ARGS(symbol->local));
}
