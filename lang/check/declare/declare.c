/* What a file declares: a name for each declaration, of the kind and in the compartment that go with it. */
#include "lang/check/declare/declare.h"

static void declare_block(LoopChecker *check, const LoopAst *block, LoopCompartment home)
{
    for (const LoopAst *kid = block->first; kid; kid = kid->next) {
        if (kid->kind == LOOP_AST_STATE)
            loop_scope_add(check, LOOP_SYM_STATE, kid, home);
        else if (kid->kind == LOOP_AST_LET)
            loop_scope_add(check, LOOP_SYM_LET, kid, home);
        else if (kid->kind == LOOP_AST_REWARD || kid->kind == LOOP_AST_LOCAL_REWARD)
            loop_scope_add(check, LOOP_SYM_REWARD, kid, home);
        else if (kid->kind == LOOP_AST_TRUTH)
            loop_scope_add(check, LOOP_SYM_TRUTH, kid, home);
    }
}

typedef struct Declares {
    LoopAstKind ast;
    LoopSymbolKind kind;
    LoopCompartment home;
} Declares;

static const Declares declares[] = {
    {LOOP_AST_CONST, LOOP_SYM_CONST, LOOP_IN_CONSTANT},  {LOOP_AST_PARAM, LOOP_SYM_PARAM, LOOP_IN_CONSTANT},
    {LOOP_AST_SENSE, LOOP_SYM_SENSE, LOOP_IN_SENSE},     {LOOP_AST_REGION, LOOP_SYM_REGION, LOOP_IN_CORTEX},
    {LOOP_AST_LET, LOOP_SYM_LET, LOOP_IN_TOP},           {LOOP_AST_LOOP, LOOP_SYM_LOOP, LOOP_IN_CORTEX},
    {LOOP_AST_DOPAMINE, LOOP_SYM_DOPAMINE, LOOP_IN_DOPAMINE}, {LOOP_AST_MEASURE, LOOP_SYM_MEASURE, LOOP_IN_MEASURE},
    {LOOP_AST_FN, LOOP_SYM_FN, LOOP_IN_TOP},             {LOOP_AST_STRUCTURE, LOOP_SYM_STRUCTURE, LOOP_IN_TOP},
    {LOOP_AST_GROUP, LOOP_SYM_GROUP, LOOP_IN_TOP},       {LOOP_AST_CIRCUIT, LOOP_SYM_CIRCUIT, LOOP_IN_TOP},
    {LOOP_AST_MAKE, LOOP_SYM_INSTANCE, LOOP_IN_TOP},
};

/* A function of the file may not have the name of one of the language. */
static void check_function_name(LoopChecker *check, const LoopAst *fn)
{
    if (!loop_call_known(fn->text))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0202, fn->name_span, "'%.*s' is a function of the language", LOOP_STR_ARGS(fn->text));
    loop_diag_help(check->diags, diag, "Give it another name; loop catalog lists those that are taken.");
}

void loop_declare(LoopChecker *check, const LoopAst *kid)
{
    LoopSymbol *symbol = NULL;
    for (size_t i = 0; i < sizeof declares / sizeof declares[0]; i++)
        if (declares[i].ast == kid->kind)
            symbol = loop_scope_add(check, declares[i].kind, kid, declares[i].home);
    if (kid->kind == LOOP_AST_EXTERN)
        loop_foreign_declare(check, kid);
    if (kid->kind == LOOP_AST_FN)
        check_function_name(check, kid);
    if (kid->kind == LOOP_AST_LOOP) /* a let in a loop is one at top level: it carries what it reads */
        declare_block(check, kid, LOOP_IN_TOP);
    if (kid->kind == LOOP_AST_BODY)
        declare_block(check, kid, LOOP_IN_BODY);
    else if (kid->kind == LOOP_AST_WORLD)
        declare_block(check, kid, LOOP_IN_WORLD);
    else if (kid->kind == LOOP_AST_HYPOTHALAMUS)
        declare_block(check, kid, LOOP_IN_HYPOTHALAMUS);
    else if (kid->kind == LOOP_AST_CIRCUIT && symbol)
        symbol->broken = !loop_circuit_check(check, kid);
}

void loop_declare_all(LoopChecker *check)
{
    loop_files_declare(check);
    loop_circuits_make(check, check->file);
    loop_task_declare(check);
}
