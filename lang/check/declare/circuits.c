/* Circuits: one tree, and for each `make` an instance with names, types and formulas of its own. */
#include "lang/check/declare/declare.h"

/* ---- what a circuit is made of ---- */

static bool may_stand_in_circuit(const LoopAst *ast)
{
    switch (ast->kind) {
    case LOOP_AST_FORMAL:
    case LOOP_AST_DOC:
    case LOOP_AST_LET:
    case LOOP_AST_REGION:
    case LOOP_AST_LOOP:
    case LOOP_AST_DOPAMINE:
    case LOOP_AST_BODY:
    case LOOP_AST_WORLD:
    case LOOP_AST_HYPOTHALAMUS:
    case LOOP_AST_CONST:
    case LOOP_AST_PARAM:
    case LOOP_AST_MAKE:
    case LOOP_AST_FN:
    case LOOP_AST_STRUCTURE:
        return true;
    case LOOP_AST_SENSE:
        return loop_ast_find(ast, LOOP_AST_EXPR) != NULL; /* what the task drives is the model's */
    default:
        return false;
    }
}

static void report_statement(LoopChecker *check, const LoopAst *circuit, const LoopAst *ast)
{
    const char *name = loop_ast_kind_name(ast->kind);
    LoopDiag *diag;
    if (ast->kind == LOOP_AST_SENSE)
        diag = loop_diag(check->diags, LOOP_E1301, ast->span, "a sense in a circuit needs a formula");
    else
        diag = loop_diag(check->diags, LOOP_E1301, ast->span, "no '%s' inside a circuit", name);
    loop_diag_note(check->diags, diag, circuit->name_span, "this is the circuit '%.*s'", LOOP_STR_ARGS(circuit->text));
    if (ast->kind == LOOP_AST_SENSE)
        loop_diag_help(check->diags, diag, "What the task drives is declared in the model, and passed where the circuit is made.");
    else
        loop_diag_help(check->diags, diag, "A circuit is a part of a brain, its body and its world; '%s' belongs into the file, beside it.", name);
}

static bool check_formal(LoopChecker *check, const LoopAst *circuit, const LoopAst *formal)
{
    LoopDiag *diag;
    if (loop_str_is(formal->text, "dt") || loop_str_is(formal->text, "none")) {
        diag = loop_diag(check->diags, LOOP_E0203, formal->name_span, "'%.*s' already has a meaning", LOOP_STR_ARGS(formal->text));
        loop_diag_help(check->diags, diag, "'dt' is the step and 'none' the choice that was not made yet; choose another name.");
        return false;
    }
    for (const LoopAst *other = circuit->first; other != formal; other = other->next) {
        if (other->kind != LOOP_AST_FORMAL || !loop_str_equal(other->text, formal->text))
            continue;
        diag = loop_diag(check->diags, LOOP_E1304, formal->name_span, "the circuit '%.*s' has two formals '%.*s'",
                         LOOP_STR_ARGS(circuit->text), LOOP_STR_ARGS(formal->text));
        loop_diag_note(check->diags, diag, other->name_span, "the other is here");
        return false;
    }
    return true;
}

/* What is wrong with it wherever it is made. */
bool loop_circuit_check(LoopChecker *check, const LoopAst *circuit)
{
    bool sound = true;
    uint32_t formals = 0;
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next) {
        if (!may_stand_in_circuit(kid)) {
            report_statement(check, circuit, kid);
            sound = false;
        }
        if (kid->kind == LOOP_AST_FORMAL && ++formals > LOOP_FORMALS_MAX) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E1307, kid->name_span, "a circuit takes at most %d arguments", LOOP_FORMALS_MAX);
            loop_diag_help(check->diags, diag, "Values that belong together can be passed as one: [a, b, c].");
            return false;
        }
        if (kid->kind == LOOP_AST_FORMAL && !check_formal(check, circuit, kid))
            sound = false;
    }
    return sound;
}

/* ---- arguments ---- */

/* A name, or an element of one: `whack`, `taste.salt`, `v[0]`. */
static bool stands_for_itself(const LoopAst *ast)
{
    if (ast->kind == LOOP_AST_INDEX && ast->last->kind != LOOP_AST_NUMBER && ast->last->kind != LOOP_AST_NAME)
        return false;
    return ast->kind == LOOP_AST_NAME || ((ast->kind == LOOP_AST_FIELD || ast->kind == LOOP_AST_INDEX) && stands_for_itself(ast->first));
}

static const LoopAst *argument_named(const LoopAst *make, LoopStr name)
{
    for (const LoopAst *kid = make->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_SETTING && loop_str_equal(kid->text, name))
            return kid;
    return NULL;
}

static const LoopAst *formal_named(const LoopAst *circuit, LoopStr name)
{
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_FORMAL && loop_str_equal(kid->text, name))
            return kid;
    return NULL;
}

static void put_formals(const LoopAst *circuit, LoopText *out)
{
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_FORMAL)
            loop_text_add(out, "%s%.*s%s", out->len ? ", " : "", LOOP_STR_ARGS(kid->text), loop_ast_find(kid, LOOP_AST_EXPR) ? " = ..." : "");
}

static void report_unknown(LoopChecker *check, const LoopAst *circuit, const LoopAst *argument)
{
    LoopText formals = {.arena = check->arena};
    LoopDiag *diag = loop_diag(check->diags, LOOP_E1303, argument->name_span, "the circuit '%.*s' has no argument '%.*s'",
                               LOOP_STR_ARGS(circuit->text), LOOP_STR_ARGS(argument->text));
    size_t limit = argument->text.len <= 3 ? 1 : 2;
    loop_diag_note(check->diags, diag, circuit->name_span, "declared here");
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_FORMAL && loop_edit_distance(kid->text, argument->text, limit) <= limit) {
            loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(kid->text));
            return;
        }
    put_formals(circuit, &formals);
    if (formals.len)
        loop_diag_help(check->diags, diag, "It is made as %.*s(%s).", LOOP_STR_ARGS(circuit->text), formals.at);
    else
        loop_diag_help(check->diags, diag, "It takes no arguments.");
}

static bool check_arguments(LoopChecker *check, const LoopAst *circuit, const LoopAst *make)
{
    bool fits = true;
    for (const LoopAst *kid = make->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_SETTING)
            continue;
        const LoopAst *first = argument_named(make, kid->text);
        if (!formal_named(circuit, kid->text)) {
            report_unknown(check, circuit, kid);
            fits = false;
        } else if (first != kid) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E1304, kid->name_span, "the argument '%.*s' is given twice", LOOP_STR_ARGS(kid->text));
            loop_diag_note(check->diags, diag, first->name_span, "first given here");
            fits = false;
        }
    }
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_FORMAL || loop_ast_find(kid, LOOP_AST_EXPR) || argument_named(make, kid->text))
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E1302, make->name_span, "the circuit '%.*s' needs an argument '%.*s'",
                                   LOOP_STR_ARGS(circuit->text), LOOP_STR_ARGS(kid->text));
        loop_diag_note(check->diags, diag, kid->name_span, "it is declared without a default here");
        loop_diag_help(check->diags, diag, "Write it between the brackets: %.*s = ...", LOOP_STR_ARGS(kid->text));
        fits = false;
    }
    return fits;
}

/* The file of a circuit as its defaults see it: its constants, and nothing of the model. */
static LoopScope *defaults_scope(LoopChecker *check, LoopScope *file)
{
    LoopScope *scope = LOOP_NEW(check->arena, LoopScope);
    if (scope)
        *scope = (LoopScope){.prefix = file->prefix, .file = file, .closed = true};
    return scope;
}

/* What is no name is worked out once, under the formal's name. */
static LoopSymbol *formula_of(LoopChecker *check, const LoopAst *as, LoopScope *from)
{
    LoopSymbol *symbol = loop_scope_add(check, LOOP_SYM_LET, as, LOOP_IN_TOP);
    if (!symbol)
        return NULL;
    symbol->formal = symbol->used = true;
    symbol->scope = from;
    return symbol;
}

static void bind(LoopChecker *check, LoopScope *scope, const LoopAst *formal, LoopScope *defaults)
{
    const LoopAst *given = argument_named(scope->make, formal->text);
    LoopFormal *place = &scope->formals[scope->formal_count];
    const LoopAst *argument = given ? given->first : loop_ast_value(formal, LOOP_AST_EXPR);
    LoopScope *from = given ? scope->maker : defaults;
    LoopFormal bound = {.name = formal->text, .argument = argument, .from = from, .in_place = stands_for_itself(argument)};
    if (bound.in_place)
        bound.path = loop_scope_path(check, argument);
    if (loop_str_is(bound.path, "dt") || loop_str_is(bound.path, "none"))
        bound.in_place = false;
    if (!bound.in_place) {
        bound.path = (LoopStr){"", 0};
        bound.symbol = formula_of(check, given ? given : formal, from);
    }
    *place = bound;
    scope->formal_count++;
    check->bound++;
}

/* What was passed and is read nowhere has to mean something all the same. */
static void check_passed(LoopChecker *check, const LoopScope *scope)
{
    LoopWhere where = loop_where(check, LOOP_IN_TOP, scope->prefix, LOOP_DRAW_STEP);
    for (uint32_t i = 0; i < scope->formal_count; i++) {
        LoopFormal *formal = &scope->formals[i];
        if (!formal->in_place || formal->read)
            continue;
        LoopScope *before = loop_scope_enter(check, formal->from);
        if (!formal->path.len || !loop_scope_find(check, LOOP_SPACE_STRUCTURES, formal->path))
            loop_expr(check, &where, formal->argument);
        loop_scope_enter(check, before);
    }
}

void loop_circuits_check_passed(LoopChecker *check)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_INSTANCE && !symbol->broken)
            check_passed(check, symbol->scope);
    }
}

/* ---- instances ---- */

static bool report_limit(LoopChecker *check, LoopDiag *diag)
{
    loop_diag_help(check->diags, diag, "Circuits that make circuits multiply; a loop with more channels does the same in one.");
    check->too_large = true;
    return false;
}

/* "a -> b -> a" */
static bool report_circle(LoopChecker *check, const LoopScope *scope, const LoopAst *circuit, const LoopAst *make)
{
    const LoopAst *chain[LOOP_INSTANCES_DEPTH_MAX + 1];
    size_t count = 0;
    LoopText text = {.arena = check->arena};
    for (; scope->circuit && count < LOOP_INSTANCES_DEPTH_MAX; scope = scope->maker) {
        chain[count++] = scope->circuit;
        if (scope->circuit == circuit)
            break;
    }
    for (; count; count--)
        loop_text_add(&text, "%.*s -> ", LOOP_STR_ARGS(chain[count - 1]->text));
    LoopDiag *diag = loop_diag(check->diags, LOOP_E1306, make->span, "a circuit that makes itself has no end: %s%.*s", loop_text_view(&text).at,
                               LOOP_STR_ARGS(circuit->text));
    loop_diag_help(check->diags, diag, "Make one in the other only, and pass on what both need.");
    return false;
}

static bool may_be_made(LoopChecker *check, const LoopAst *circuit, const LoopAst *make)
{
    for (const LoopScope *s = check->scope; s->circuit; s = s->maker)
        if (s->circuit == circuit)
            return report_circle(check, check->scope, circuit, make);
    if (check->scope->depth >= LOOP_INSTANCES_DEPTH_MAX)
        return report_limit(check, loop_diag(check->diags, LOOP_E1307, make->span, "circuits are made inside circuits more than %d deep",
                                             LOOP_INSTANCES_DEPTH_MAX));
    if (++check->instances > LOOP_INSTANCES_MAX)
        return report_limit(check, loop_diag(check->diags, LOOP_E1307, make->span, "more than %d circuits are made", LOOP_INSTANCES_MAX));
    if (check->model->symbols.count + check->bound > LOOP_MADE_NAMES_MAX)
        return report_limit(check, loop_diag(check->diags, LOOP_E1307, make->span, "what is made declares more than %d names", LOOP_MADE_NAMES_MAX));
    return check_arguments(check, circuit, make);
}

static LoopStr text_about(LoopChecker *check, const char *format, LoopStr name)
{
    LoopText text = {.arena = check->arena};
    loop_text_add(&text, "'%.*s' %s", LOOP_STR_ARGS(name), format);
    return loop_text_view(&text);
}

static uint32_t formal_total(const LoopAst *circuit)
{
    uint32_t count = 0;
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next)
        count += kid->kind == LOOP_AST_FORMAL;
    return count;
}

static LoopScope *instance_scope(LoopChecker *check, const LoopSymbol *symbol, const LoopSymbol *circuit)
{
    LoopScope *scope = LOOP_NEW(check->arena, LoopScope), *maker = check->scope;
    LoopText prefix = {.arena = check->arena};
    if (!scope)
        return NULL;
    loop_text_add(&prefix, "%.*s.", LOOP_STR_ARGS(symbol->name));
    *scope = (LoopScope){.prefix = loop_text_view(&prefix), .file = circuit->scope, .closed = true, .circuit = circuit->ast,
                         .make = symbol->ast, .maker = maker, .depth = maker->depth + 1};
    scope->inside = (LoopInside){.making = symbol->ast->span, .made = circuit->span, .outer = maker->make ? &maker->inside : NULL,
                                 .making_text = text_about(check, "is made here", symbol->name),
                                 .made_text = text_about(check, "is the circuit that it is passed to", circuit->local)};
    scope->formals = LOOP_NEW_ARRAY(check->arena, formal_total(circuit->ast), LoopFormal);
    return scope->formals ? scope : NULL;
}

/* A declaration of the body that bears the name of a formal. */
static void report_formal_twice(LoopChecker *check, const LoopAst *circuit, const LoopSymbol *own)
{
    const LoopAst *formal = formal_named(circuit, own->local);
    if (!formal)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0202, own->span, "'%.*s' is declared twice", LOOP_STR_ARGS(own->local));
    loop_diag_note(check->diags, diag, formal->name_span, "first declared here, as an argument of the circuit");
    loop_diag_help(check->diags, diag, "Choose another name for one of them.");
}

/* What the body declares, in the scope of its instance, and what it makes in turn. */
static void declare_body(LoopChecker *check, LoopScope *scope)
{
    const LoopAst *circuit = scope->circuit;
    size_t bound = scope->symbols.count; /* the formals are there */
    for (const LoopAst *kid = circuit->first; kid; kid = kid->next)
        if (may_stand_in_circuit(kid))
            loop_declare(check, kid);
    for (size_t i = bound; i < scope->symbols.count; i++)
        report_formal_twice(check, circuit, LOOP_ITEM(scope->symbols, LoopSymbol *, i));
    loop_circuits_make(check, circuit);
}

static void make_one(LoopChecker *check, const LoopAst *make)
{
    const LoopAst *path = loop_ast_find(make, LOOP_AST_KIND);
    LoopSymbol *symbol = loop_scope_lookup(check, LOOP_SPACE_VALUES, check->scope->prefix, make->text);
    LoopSymbol *circuit = loop_scope_need(check, LOOP_SPACE_CIRCUITS, path->text, path->name_span, "circuit");
    if (!symbol || symbol->ast != make)
        return;
    symbol->used = true;
    symbol->broken = true; /* until it is made */
    if (!circuit || circuit->broken || !may_be_made(check, circuit->ast, make))
        return;
    LoopScope *scope = instance_scope(check, symbol, circuit), *defaults = defaults_scope(check, circuit->scope);
    if (!scope || !defaults)
        return;
    symbol->scope = scope;
    symbol->broken = false;
    LoopScope *before = loop_scope_enter(check, scope);
    for (const LoopAst *kid = circuit->ast->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_FORMAL)
            bind(check, scope, kid, defaults);
    declare_body(check, scope);
    loop_scope_enter(check, before);
}

void loop_circuits_make(LoopChecker *check, const LoopAst *block)
{
    for (const LoopAst *kid = block->first; kid && !check->too_large; kid = kid->next)
        if (kid->kind == LOOP_AST_MAKE)
            make_one(check, kid);
}
