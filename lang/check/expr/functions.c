/* Functions of the file: written out where they are called. */
#include "lang/check/expr/calls.h"

/* The argument as prev and delay read it: `prev(level)` is the same in a function that is handed `level`. */
static LoopNode *in_past(LoopChecker *check, const LoopWhere *where, const LoopAst *arg)
{
    LoopWhere past = *where;
    past.old_states = false;
    LoopNode *node = loop_expr(check, &past, arg);
    if (node)
        node->shared = true;
    return node;
}

/* A formal with what the call hands it, or its default; a default is worked out where the function stands, and knows none of
   the arguments. No node: neither is there, or it has an error. */
static LoopBinding bind(LoopChecker *check, const LoopWhere *where, const LoopAst *formal, const LoopAst *arg)
{
    LoopBinding binding = {.name = formal->text};
    LoopWhere outside = *where;
    if (!arg) {
        outside.bindings = NULL;
        arg = loop_ast_value(formal, LOOP_AST_EXPR);
    }
    binding.node = arg ? loop_expr(check, &outside, arg) : NULL;
    if (!binding.node)
        return binding;
    binding.node->shared = true;
    if (where->old_states && !binding.node->draws)
        binding.in_past = in_past(check, &outside, arg);
    return binding;
}

/* Writes the function out at the place of the call: arguments once, then the body in terms of them. */
LoopNode *loop_function_node(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *fn)
{
    LoopBinding bindings[32];
    LoopWhere inner = *where;
    uint32_t count = 0, given = 0, standards = 0;
    bool failed = false;
    const LoopAst *arg = ast->first;
    fn->used = true;
    if (fn->state == LOOP_TYPING) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0206, ast->span, "the function '%.*s' calls itself", LOOP_STR_ARGS(fn->name));
        loop_diag_help(check->diags, diag, "Functions are written out where they are called; what depends on its own past is a state, or takes prev.");
        return NULL;
    }
    inner.bindings = NULL;
    for (const LoopAst *formal = fn->ast->first; formal; formal = formal->next) {
        if (formal->kind != LOOP_AST_FORMAL)
            continue;
        if (count == sizeof bindings / sizeof bindings[0]) {
            loop_diag(check->diags, LOOP_E0413, formal->span, "a function takes at most 32 arguments");
            return NULL;
        }
        const LoopAst *standard = loop_ast_value(formal, LOOP_AST_EXPR);
        given += arg || standard;
        standards += standard != NULL;
        bindings[count] = bind(check, where, formal, arg);
        bindings[count].outer = inner.bindings;
        failed = failed || !bindings[count].node;
        inner.bindings = &bindings[count++];
        arg = arg ? arg->next : NULL;
    }
    if (ast->kid_count > count || given < count) {
        LoopText range = {.arena = check->arena};
        if (standards)
            loop_text_add(&range, "%u to ", count - standards);
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, "%.*s takes %.*s%u argument%s, not %u",
                                   LOOP_STR_ARGS(fn->name), LOOP_STR_ARGS(loop_text_view(&range)), count, count == 1 ? "" : "s", ast->kid_count);
        loop_diag_note(check->diags, diag, fn->span, "declared here");
        return NULL;
    }
    if (failed)
        return NULL;
    fn->state = LOOP_TYPING;
    LoopScope *before = loop_scope_enter(check, fn->scope); /* its names are those of where it stands */
    LoopNode *node = loop_expr(check, &inner, loop_ast_value(fn->ast, LOOP_AST_EXPR));
    loop_scope_enter(check, before);
    fn->state = LOOP_UNTYPED;
    return node;
}
