/* Used files: a scope each, and their declarations under a name of their own. */
#include "lang/check/declare/declare.h"

static LoopScope *scope_of(const LoopChecker *check, const LoopFile *source)
{
    for (size_t i = 0; i < check->files.count; i++) {
        LoopScope *scope = LOOP_ITEM(check->files, LoopScope *, i);
        if (scope->source == source)
            return scope;
    }
    return NULL;
}

static LoopScope *add_scope(LoopChecker *check, const LoopFile *source, LoopStr prefix)
{
    LoopScope *scope = LOOP_NEW(check->arena, LoopScope), **place = LOOP_ADD(check->arena, &check->files, LoopScope *);
    if (!scope || !place)
        return NULL;
    *scope = (LoopScope){.prefix = prefix, .source = source, .file = scope};
    return *place = scope;
}

/* Its name is taken from now on, and leads to the file's scope. */
static void declare_use(LoopChecker *check, LoopScope *user, const LoopUse *use)
{
    const LoopAst *as = loop_ast_find(use->ast, LOOP_AST_AS), *string = loop_ast_find(use->ast, LOOP_AST_STRING);
    LoopAst *name = LOOP_NEW(check->arena, LoopAst);
    LoopText prefix = {.arena = check->arena};
    LoopScope *scope = scope_of(check, use->file), **place = LOOP_ADD(check->arena, &user->scopes, LoopScope *);
    if (!name || !place)
        return;
    loop_text_add(&prefix, "%.*s%.*s.", LOOP_STR_ARGS(user->prefix), LOOP_STR_ARGS(use->name));
    if (!scope) /* the first that uses it, and nearest to the main file, gives it its name */
        scope = add_scope(check, use->file, loop_text_view(&prefix));
    *place = scope;
    *name = *use->ast;
    name->text = use->name;
    name->name_span = as ? as->span : string ? string->span : use->ast->name_span;
    LoopSymbol *symbol = loop_scope_add(check, LOOP_SYM_FILE, name, LOOP_IN_TOP);
    if (symbol)
        symbol->scope = scope;
}

static void declare_file(LoopChecker *check, LoopScope *scope)
{
    LoopScope *before = loop_scope_enter(check, scope);
    for (size_t i = 0; i < scope->source->uses.count; i++)
        declare_use(check, scope, &LOOP_ITEM(scope->source->uses, LoopUse, i));
    for (const LoopAst *kid = scope->source->ast->first; kid; kid = kid->next)
        loop_declare(check, kid);
    loop_scope_enter(check, before);
}

void loop_files_declare(LoopChecker *check)
{
    for (size_t i = 0; i < check->files.count; i++) /* it grows: the files nearest to the main one come first */
        declare_file(check, LOOP_ITEM(check->files, LoopScope *, i));
}
