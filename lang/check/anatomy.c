/* Anatomy: the structures that loops run through. */
#include "lang/check/loops.h"

/* What a part of a path stands for: a formal, what was passed. */
static LoopStructure find_structure(LoopChecker *check, const LoopAst *ast)
{
    LoopStr name = loop_scope_path(check, ast);
    LoopFormal *formal = loop_scope_formal(check->scope, name);
    LoopSymbol *region = loop_scope_find(check, LOOP_SPACE_VALUES, name);
    LoopSymbol *structure = loop_scope_find(check, LOOP_SPACE_STRUCTURES, name);
    if (formal)
        formal->read = true;
    if (region && region->kind == LOOP_SYM_REGION)
        region->used = true;
    if (structure)
        structure->used = true;
    return (LoopStructure){structure, loop_check_text(check, formal ? formal->argument->span : ast->span)};
}

void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopText text = {.arena = check->arena};
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        LoopStructure *place = LOOP_ADD(check->arena, &loop->structures, LoopStructure);
        if (!place)
            return;
        *place = find_structure(check, kid);
        loop_text_add(&text, "%s", kid == ast->first ? "path " : " -> ");
        loop_text_str(&text, place->name);
    }
    loop->path = loop_text_view(&text);
}
