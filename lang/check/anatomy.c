/* Anatomy: the structures that loops run through. */
#include "lang/check/loops.h"

void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    loop->path = loop_check_text(check, ast->span);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        LoopSymbol *region = kid->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_VALUES, kid->text) : NULL;
        LoopSymbol *structure = kid->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_STRUCTURES, kid->text) : NULL;
        if (region && region->kind == LOOP_SYM_REGION)
            region->used = true;
        if (structure)
            structure->used = true;
    }
}

