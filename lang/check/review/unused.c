/* Declarations that nothing uses: mostly a name that was misspelt elsewhere, or a piece of an older model. */
#include "lang/check/review/review.h"

#include <string.h>

static bool may_stand_alone(const LoopSymbol *s)
{
    return s->kind == LOOP_SYM_MEASURE || s->kind == LOOP_SYM_GROUP || s->kind == LOOP_SYM_PHASE;
}

/* What belongs to an instance or to a used file: another model may use it. */
static bool may_serve_others(const LoopChecker *check, const LoopSymbol *s)
{
    if (s->kind == LOOP_SYM_FILE) /* its scope is what it opens */
        return s->span.file != check->main->source;
    return s->scope && s->scope->source != check->main;
}

/* Whether something in `ast` is called `name`, or is a part of it. Names of arguments don't count, neither where they are declared nor where
   another circuit is made: there it is that circuit's name. */
static bool says(const LoopAst *ast, LoopStr name)
{
    const LoopStr text = ast->text;
    const LoopAstKind kind = ast->kind;
    const bool is_name = kind != LOOP_AST_FORMAL && kind != LOOP_AST_SETTING && kind != LOOP_AST_DOC && kind != LOOP_AST_STRING;
    if (is_name && text.len >= name.len && memcmp(text.at, name.at, name.len) == 0 && (text.len == name.len || text.at[name.len] == '.'))
        return true;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (says(kid, name))
            return true;
    return false;
}

/* What a circuit or a function takes, and does nothing with. */
static void check_formals(LoopChecker *check, const LoopAst *of)
{
    for (const LoopAst *formal = of->first; formal; formal = formal->next) {
        bool used = formal->kind != LOOP_AST_FORMAL;
        for (const LoopAst *kid = of->first; kid && !used; kid = kid->next)
            used = says(kid, formal->text);
        if (used)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0002, formal->name_span, "nothing in the %s '%.*s' uses its argument '%.*s'",
                                   of->kind == LOOP_AST_FN ? "function" : "circuit", LOOP_STR_ARGS(of->text), LOOP_STR_ARGS(formal->text));
        loop_diag_help(check->diags, diag, "Use it, or take it out, here and wherever it is given.");
    }
}

void loop_unused_check(LoopChecker *check)
{
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_CIRCUIT || kid->kind == LOOP_AST_FN)
            check_formals(check, kid);
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->used || may_stand_alone(s) || may_serve_others(check, s))
            continue;
        LoopDiag *diag =
            loop_diag(check->diags, LOOP_W0002, s->span, "nothing uses the %s '%.*s'", loop_symbol_kind_name(s->kind), LOOP_STR_ARGS(s->name));
        loop_diag_help(check->diags, diag, "Use it, record it, or take it out.");
    }
}
