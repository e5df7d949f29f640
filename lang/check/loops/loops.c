/* Loops: all that their clauses say, once their headers are known. */
#include "lang/check/loops/loops.h"

static bool stands_once(LoopAstKind kind)
{
    return kind != LOOP_AST_CONTEXT && kind != LOOP_AST_LET;
}

/* Each clause but context stands once. */
static void check_repeats(LoopChecker *check, const LoopAst *loop)
{
    for (const LoopAst *kid = loop->first; kid; kid = kid->next) {
        if (!stands_once(kid->kind))
            continue;
        const LoopAst *first = loop_ast_find(loop, kid->kind);
        if (first == kid)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0608, kid->span, "'%s' is set twice", loop_ast_kind_name(kid->kind));
        loop_diag_note(check->diags, diag, first->span, "first set here");
        if (kid->kind == LOOP_AST_LEARN)
            loop_diag_help(check->diags, diag, "Its settings stand side by side, with commas between: learn rate 0.1, trace 0.9.");
    }
}

static void fill_loop(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopAst *ast = loop->symbol->ast;
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    check_repeats(check, ast);
    loop_loop_sizes(check, loop);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (loop_ast_find(ast, kid->kind) == kid) /* of what stands twice, the first */
            loop_clause_set(check, loop, kid);
    if (!loop_ast_find(ast, LOOP_AST_CONTEXT)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0612, loop->symbol->span, "the loop '%.*s' has no context",
                                   LOOP_STR_ARGS(loop->symbol->name));
        loop_diag_help(check->diags, diag, "Say what its striatum sees: context EXPR. A constant 1 will do for a plain bandit.");
    }
    loop_scope_enter(check, before);
}

void loop_loops_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    /* Discounts first: the TD error of a loop, which any formula may ask for, is made of it. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < model->symbols.count; i++) {
            LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
            if (symbol->kind != LOOP_SYM_LOOP || !symbol->loop)
                continue;
            if (pass == 0) {
                LoopLoopModel **place = LOOP_ADD(check->arena, &model->loops, LoopLoopModel *);
                if (!place)
                    return;
                symbol->index = (uint32_t)model->loops.count - 1;
                *place = symbol->loop;
                loop_header_discount(check, symbol->loop);
            } else
                fill_loop(check, symbol->loop);
        }
}
