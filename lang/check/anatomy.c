/* Anatomy: the structures that loops run through. */
#include "lang/check/loops.h"

static void use_structure(LoopChecker *check, LoopStr name)
{
    LoopFormal *formal = loop_scope_formal(check->scope, name);
    LoopSymbol *region = loop_scope_find(check, LOOP_SPACE_VALUES, name);
    LoopSymbol *structure = loop_scope_find(check, LOOP_SPACE_STRUCTURES, name);
    if (formal)
        formal->read = true;
    if (region && region->kind == LOOP_SYM_REGION)
        region->used = true;
    if (structure)
        structure->used = true;
}

/* What a formal stands for, else the name as written. */
static LoopStr written(LoopChecker *check, const LoopAst *ast, LoopStr name)
{
    const LoopFormal *formal = loop_scope_formal(check->scope, name);
    return loop_check_text(check, formal ? formal->argument->span : ast->span);
}

void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopText text = {.arena = check->arena};
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        LoopStr name = loop_scope_path(check, kid);
        use_structure(check, name);
        loop_text_add(&text, "%s", kid == ast->first ? "path " : " -> ");
        loop_text_str(&text, written(check, kid, name));
    }
    loop->path = loop_text_view(&text);
}
