/* Declarations that nothing uses: mostly a name that was misspelt elsewhere, or a piece of an older model. */
#include "lang/check/review/review.h"

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

void loop_unused_check(LoopChecker *check)
{
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
