/* Names: what the file declares, by namespace, and how they are found. */
#include "lang/check/names/names.h"

#include "lang/syntax/stdlib.h"

#include <string.h>

LoopNamespace loop_scope_space(LoopSymbolKind kind)
{
    switch (kind) {
    case LOOP_SYM_MEASURE:
        return LOOP_SPACE_MEASURES;
    case LOOP_SYM_FN:
    case LOOP_SYM_FOREIGN:
        return LOOP_SPACE_FUNCTIONS;
    case LOOP_SYM_STRUCTURE:
        return LOOP_SPACE_STRUCTURES;
    case LOOP_SYM_TRIAL:
        return LOOP_SPACE_TRIALS;
    case LOOP_SYM_PHASE:
        return LOOP_SPACE_PHASES;
    case LOOP_SYM_GROUP:
        return LOOP_SPACE_GROUPS;
    case LOOP_SYM_CIRCUIT:
        return LOOP_SPACE_CIRCUITS;
    default:
        return LOOP_SPACE_VALUES;
    }
}

/* ---- the hash tables ---- */

static bool is_joined(LoopStr whole, LoopStr prefix, LoopStr name)
{
    return whole.len == prefix.len + name.len && memcmp(whole.at, prefix.at, prefix.len) == 0 &&
           memcmp(whole.at + prefix.len, name.at, name.len) == 0;
}

static LoopSymbol **find_slot(const LoopNameTable *table, LoopStr prefix, LoopStr name)
{
    size_t i = (size_t)loop_joined_hash(prefix, name) & (table->size - 1);
    while (table->slots[i] && !is_joined(table->slots[i]->name, prefix, name))
        i = (i + 1) & (table->size - 1);
    return &table->slots[i];
}

static bool grow(LoopChecker *check, LoopNameTable *table)
{
    LoopNameTable bigger = {.size = table->size ? table->size * 2 : 32, .count = table->count};
    bigger.slots = LOOP_NEW_ARRAY(check->arena, bigger.size, LoopSymbol *);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < table->size; i++)
        if (table->slots[i])
            *find_slot(&bigger, (LoopStr){"", 0}, table->slots[i]->name) = table->slots[i];
    *table = bigger;
    return true;
}

LoopSymbol *loop_scope_lookup(const LoopChecker *check, LoopNamespace space, LoopStr prefix, LoopStr name)
{
    const LoopNameTable *table = &check->spaces[space];
    return table->size ? *find_slot(table, prefix, name) : NULL;
}

/* The names that a text in this scope can use, for messages: those of the main file include the parts of instances. */
static const LoopList *known_here(const LoopChecker *check)
{
    return check->scope->source == check->main ? &check->model->symbols : &check->scope->symbols;
}

/* Whether a qualified name ends with this one. */
static bool is_part_of(LoopStr qualified, LoopStr name)
{
    return qualified.len > name.len && qualified.at[qualified.len - name.len - 1] == '.' &&
           memcmp(qualified.at + qualified.len - name.len, name.at, name.len) == 0;
}

LoopStr loop_scope_near(const LoopChecker *check, LoopNamespace space, LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = name.len <= 1 ? 0 : name.len <= 3 ? 1 : 2; /* any other letter is one away from a letter */
    bool main = check->scope->source == check->main;
    for (size_t i = 0; main && i < known_here(check)->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*known_here(check), LoopSymbol *, i);
        if (!s->hidden && loop_scope_space(s->kind) == space && is_part_of(s->name, name)) /* of a file that is used, or of an instance */
            return s->name;
    }
    for (uint32_t i = 0; space == LOOP_SPACE_VALUES && i < check->scope->formal_count; i++) {
        size_t distance = loop_edit_distance(name, check->scope->formals[i].name, limit);
        if (distance <= limit && (!best.len || distance < limit)) {
            best = check->scope->formals[i].name;
            limit = distance;
        }
    }
    for (size_t i = 0; i < known_here(check)->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*known_here(check), LoopSymbol *, i);
        LoopStr its = main ? s->name : s->local;
        if (s->hidden || loop_scope_space(s->kind) != space)
            continue;
        size_t distance = loop_edit_distance(name, its, limit);
        if (distance == 2 && name.len == 4 && name.at[0] != its.at[0]) /* half of it is another word */
            continue;
        if (distance <= limit && (!best.len || distance < limit)) {
            best = its;
            limit = distance;
        }
    }
    return best;
}

/* "'train', 'probe'": what there is of that kind, when it is not much. */
static void put_names(const LoopChecker *check, LoopNamespace space, LoopText *out)
{
    for (size_t i = 0; i < known_here(check)->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*known_here(check), LoopSymbol *, i);
        if (loop_scope_space(s->kind) != space || out->len > 100 || loop_scope_lookup(check, space, (LoopStr){"", 0}, s->name) != s)
            continue;
        loop_text_add(out, "%s'%.*s'", out->len ? ", " : "", LOOP_STR_ARGS(s->name));
    }
}

/* The file of the library that stands ahead of the dot of a name; empty: there is none. */
static LoopStr library_of(LoopStr name)
{
    const char *dot = memchr(name.at, '.', name.len);
    const LoopStr file = {name.at, dot ? (size_t)(dot - name.at) : 0};
    for (const LoopStandardFile *its = loop_standard_files; dot && its->path; its++)
        if (strlen(its->path) > file.len && loop_str_equal((LoopStr){its->path, file.len}, file) && strcmp(its->path + file.len, ".loop") == 0)
            return file;
    return (LoopStr){"", 0};
}

static void add_names(LoopChecker *check, LoopDiag *diag, LoopNamespace space, const char *what, LoopStr name)
{
    LoopText names = {.arena = check->arena};
    put_names(check, space, &names);
    if (names.len)
        loop_diag_help(check->diags, diag, "There is %s.", names.at);
    else if (library_of(name).len)
        loop_diag_help(check->diags, diag, "A file of the library is used ahead of that: use %.*s.", LOOP_STR_ARGS(library_of(name)));
    else
        loop_diag_help(check->diags, diag, "The model declares no %s.", what);
}

/* What was passed is not there: said where it was passed, once. */
static void need_passed(LoopChecker *check, LoopFormal *formal, LoopNamespace space, const char *what)
{
    if (loop_formal_is_broken(check, formal))
        return;
    formal->read = true;
    LoopScope *before = loop_scope_enter(check, formal->from);
    loop_scope_need(check, space, formal->path, formal->argument->span, what);
    formal->errors = loop_diags_errors(check->diags);
    loop_scope_enter(check, before);
}

/* What has `name` among its labels; NULL: nothing here. */
static const LoopSymbol *has_label(const LoopChecker *check, LoopStr name)
{
    for (size_t i = 0; i < known_here(check)->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*known_here(check), LoopSymbol *, i);
        const LoopAst *labels = loop_labels_declared(check, s);
        for (const LoopAst *kid = labels ? labels->first : NULL; kid; kid = kid->next)
            if (loop_str_equal(kid->text, name))
                return s;
    }
    return NULL;
}

/* What else has that name: a value, or what stands in another space. */
static const LoopSymbol *named_otherwise(const LoopChecker *check, LoopNamespace space, LoopStr name)
{
    const LoopSymbol *found = NULL;
    for (int s = 0; s < LOOP_SPACE_COUNT && !found; s++)
        found = s == (int)space ? NULL : loop_scope_find(check, (LoopNamespace)s, name);
    return found;
}

LoopSymbol *loop_scope_need(LoopChecker *check, LoopNamespace space, LoopStr name, LoopSpan span, const char *what)
{
    LoopSymbol *symbol = loop_scope_find(check, space, name);
    if (symbol) {
        symbol->used = true;
        return symbol;
    }
    LoopFormal *formal = loop_scope_formal(check->scope, name);
    if (formal && formal->path.len) {
        need_passed(check, formal, space, what);
        return NULL;
    }
    if (loop_scope_report_closed(check, space, name, span) || loop_scope_report_part(check, name, span))
        return NULL;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0201, span, "there is no %s '%.*s'", what, LOOP_STR_ARGS(name));
    LoopStr near = loop_scope_near(check, space, name);
    const LoopSymbol *other = named_otherwise(check, space, name);
    const LoopSymbol *labelled = space == LOOP_SPACE_VALUES ? has_label(check, name) : NULL;
    if (labelled && labelled->kind == LOOP_SYM_LOOP)
        loop_diag_note(check->diags, diag, labelled->span, "'%.*s' is a channel of this loop", LOOP_STR_ARGS(name));
    else if (labelled)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s.%.*s'?", LOOP_STR_ARGS(labelled->name), LOOP_STR_ARGS(name));
    else if (near.len && !loop_str_equal(near, name))
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (other)
        loop_diag_note(check->diags, diag, other->span, "'%.*s' is a %s", LOOP_STR_ARGS(name), loop_symbol_kind_name(other->kind));
    else if (strcmp(what, "parameter") == 0)
        loop_diag_help(check->diags, diag,
                       "Groups differ in params: declare one, such as 'param alpha = 0.1', and write alpha where that number stands.");
    else if (space != LOOP_SPACE_VALUES)
        add_names(check, diag, space, what, name);
    return NULL;
}

/* ---- declaring ---- */

static void report_twice(LoopChecker *check, const LoopSymbol *first, LoopStr name, LoopSpan span)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0202, span, "'%.*s' is declared twice", LOOP_STR_ARGS(name));
    loop_diag_note(check->diags, diag, first->span, "first declared here, as %s%s", first->formal ? "an argument of the circuit" : "a ",
                   first->formal ? "" : loop_symbol_kind_name(first->kind));
    loop_diag_help(check->diags, diag, "Names are flat: blocks open no scopes. Choose another name for one of them.");
}

bool loop_scope_report_built_in(LoopChecker *check, LoopStr name, LoopSpan span)
{
    if (!loop_str_is(name, "dt") && !loop_str_is(name, "none"))
        return false;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0203, span, "'%.*s' already has a meaning", LOOP_STR_ARGS(name));
    loop_diag_help(check->diags, diag, "'dt' is the step and 'none' the choice that was not made yet; choose another name.");
    return true;
}

/* A trial stands behind a number, where such a name would be a unit: `phase p = 5 s`. */
static void report_unit(LoopChecker *check, const LoopSymbol *symbol)
{
    static const char *const units[] = {"ms", "s", "min", "h"};
    bool is_unit = false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        is_unit = is_unit || loop_str_is(symbol->local, units[i]);
    if (!is_unit || symbol->kind != LOOP_SYM_TRIAL)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0203, symbol->span, "'%.*s' already has a meaning", LOOP_STR_ARGS(symbol->local));
    loop_diag_help(check->diags, diag, "It is a unit of time, and would be one behind a number; choose another name.");
}

static LoopStr joined(LoopChecker *check, LoopStr prefix, LoopStr name)
{
    LoopText text = {.arena = check->arena};
    if (!prefix.len)
        return name;
    loop_text_str(&text, prefix);
    loop_text_str(&text, name);
    return loop_text_view(&text);
}

LoopSymbol *loop_scope_add(LoopChecker *check, LoopSymbolKind kind, const LoopAst *ast, LoopCompartment home)
{
    LoopNameTable *table = &check->spaces[loop_scope_space(kind)];
    LoopScope *scope = check->scope;
    LoopSymbol *symbol = LOOP_NEW(check->arena, LoopSymbol);
    if (!symbol || (table->count * 2 >= table->size && !grow(check, table)))
        return NULL;
    LoopSymbol **place = LOOP_ADD(check->arena, &check->model->symbols, LoopSymbol *);
    LoopSymbol **own = place ? LOOP_ADD(check->arena, &scope->symbols, LoopSymbol *) : NULL;
    if (!own) {
        check->model->symbols.count -= place != NULL; /* the passes go over both lists, so they have no gaps */
        return NULL;
    }
    const LoopAst *doc = loop_ast_find(ast, LOOP_AST_DOC);
    *symbol = (LoopSymbol){.kind = kind, .name = joined(check, scope->prefix, ast->text), .local = ast->text, .scope = scope, .ast = ast,
                           .span = ast->name_span, .home = home, .doc = doc ? doc->text : (LoopStr){"", 0}, .order = LOOP_NONE,
                           .reg = LOOP_NONE, .type = {.width = 1}};
    *place = *own = symbol;
    if (loop_scope_report_built_in(check, symbol->local, symbol->span))
        return symbol;
    report_unit(check, symbol);
    LoopSymbol **slot = find_slot(table, (LoopStr){"", 0}, symbol->name);
    if (*slot && kind != LOOP_SYM_PHASE)
        report_twice(check, *slot, symbol->local, symbol->span);
    if (!*slot) {
        *slot = symbol;
        table->count++;
    }
    return symbol;
}

/* ---- labels ---- */

uint32_t loop_labels_find(const LoopLabels *labels, LoopStr name)
{
    for (uint32_t i = 0; labels && i < labels->count; i++)
        if (loop_str_equal(labels->names[i], name))
            return i;
    return LOOP_NONE;
}

bool loop_labels_is_size(const LoopChecker *check, const LoopAst *size)
{
    if (size->kid_count != 1)
        return false;
    if (size->first->kind != LOOP_AST_NAME)
        return true;
    if (loop_scope_formal(check->scope, size->first->text)) /* it stands for a number, never for its own name */
        return true;
    const LoopSymbol *s = loop_scope_find(check, LOOP_SPACE_VALUES, size->first->text);
    return s && (s->kind == LOOP_SYM_CONST || s->kind == LOOP_SYM_PARAM);
}

const LoopAst *loop_labels_declared(const LoopChecker *check, const LoopSymbol *symbol)
{
    const LoopAst *of = symbol->ast, *options = of ? loop_ast_find(of, LOOP_AST_CHOOSE) : NULL;
    if (of && !options)
        options = loop_ast_find(of, LOOP_AST_VARY);
    const LoopAst *size = of ? loop_ast_find(options ? options : of, LOOP_AST_SIZE) : NULL;
    return size && !loop_labels_is_size(check, size) ? size : NULL;
}
