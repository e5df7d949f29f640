/* Dopamine: which signal trains which loop. */
#include "lang/check/loops/loops.h"

static void check_widths(LoopChecker *check, const LoopSymbol *signal, const LoopLoopModel *loop, LoopSpan span)
{
    if (signal->type.width == 1 || signal->type.width == loop->channels)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0620, span, "'%.*s' has %u elements, but '%.*s' has %u channel%s", LOOP_STR_ARGS(signal->name),
                               signal->type.width, LOOP_STR_ARGS(loop->symbol->name), loop->channels, loop->channels == 1 ? "" : "s");
    loop_diag_note(check->diags, diag, loop->symbol->span, "the loop is declared here");
    loop_diag_help(check->diags, diag, "A signal has width 1, or an element for each channel of its loops.");
}

static void add_target(LoopChecker *check, LoopSymbol *signal, const LoopAst *target)
{
    LoopSymbol *symbol = loop_scope_need(check, LOOP_SPACE_VALUES, target->text, target->span, "loop");
    if (!symbol)
        return;
    if (symbol->kind != LOOP_SYM_LOOP) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0621, target->span, "a dopamine signal trains loops; '%.*s' is a %s",
                                   LOOP_STR_ARGS(symbol->name), loop_symbol_kind_name(symbol->kind));
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        loop_scope_note_passed(check, diag, target->text);
        loop_diag_help(check->diags, diag, "Only loops learn: name one behind '->'. What a signal depends on stands in its formula.");
        return;
    }
    loop_symbol_type(check, symbol);
    if (!symbol->loop)
        return;
    if (symbol->loop->dopamine) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0622, target->span, "two dopamine signals train '%.*s'", LOOP_STR_ARGS(symbol->name));
        loop_diag_note(check->diags, diag, symbol->loop->dopamine->span, "the other is '%.*s'",
                       LOOP_STR_ARGS(symbol->loop->dopamine->name));
        loop_diag_help(check->diags, diag, "A loop has exactly one signal; add the two up in one formula if both are meant.");
        return;
    }
    symbol->loop->dopamine = signal;
    check_widths(check, signal, symbol->loop, target->span);
    LoopTargetModel *place = LOOP_ADD(check->arena, &check->model->targets, LoopTargetModel);
    if (place)
        *place = (LoopTargetModel){signal, symbol};
}

/* A signal that trains nothing, which is mostly one whose arrow was forgotten. */
static const LoopSymbol *signal_without_target(const LoopChecker *check)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *signal = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (signal->kind == LOOP_SYM_DOPAMINE && !loop_ast_find(signal->ast, LOOP_AST_TARGET))
            return signal;
    }
    return NULL;
}

/* `lost`: some signal names a loop that there is not, which may be meant for this one. */
static void check_trained(LoopChecker *check, const LoopLoopModel *loop, bool lost)
{
    const LoopAst *learn = loop_ast_find(loop->symbol->ast, LOOP_AST_LEARN);
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    LoopDiag *diag;
    const LoopSymbol *idle = learn && !loop->dopamine ? signal_without_target(check) : NULL;
    if (learn && !loop->dopamine && !lost) {
        diag = loop_diag(check->diags, LOOP_E0623, learn->span, "'%.*s' learns, but no dopamine signal trains it",
                         LOOP_STR_ARGS(loop->symbol->name));
        if (idle)
            loop_diag_help(check->diags, diag, "'%.*s' trains nothing; let it train this: dopamine %.*s -> %.*s = ...", LOOP_STR_ARGS(idle->name),
                           LOOP_STR_ARGS(idle->name), LOOP_STR_ARGS(loop->symbol->name));
        else if (loop->kind == LOOP_PREDICT)
            loop_diag_help(check->diags, diag, "Add one: dopamine NAME -> %.*s = error(%.*s)", LOOP_STR_ARGS(loop->symbol->name),
                           LOOP_STR_ARGS(loop->symbol->name));
        else if (loop->kind == LOOP_VARY)
            loop_diag_help(check->diags, diag, "Add one, such as the error of a loop that predicts the reward: dopamine NAME -> %.*s = error(LOOP)",
                           LOOP_STR_ARGS(loop->symbol->name));
        else
            loop_diag_help(check->diags, diag, "Add one: dopamine NAME -> %.*s = outcome * (r - %.*s.expected)",
                           LOOP_STR_ARGS(loop->symbol->name), LOOP_STR_ARGS(loop->symbol->name));
    } else if (!learn && loop->dopamine) {
        diag = loop_diag(check->diags, LOOP_E0624, loop->symbol->span, "'%.*s' gets a dopamine signal, but does not learn",
                         LOOP_STR_ARGS(loop->symbol->name));
        loop_diag_note(check->diags, diag, loop->dopamine->span, "the signal is here");
        loop_diag_help(check->diags, diag, "Add a clause to the loop: learn rate 0.1");
    }
    loop_scope_enter(check, before);
}

void loop_dopamine_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    size_t errors = loop_diags_errors(check->diags);
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *signal = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (signal->kind != LOOP_SYM_DOPAMINE)
            continue;
        LoopScope *before = loop_scope_enter(check, signal->scope);
        for (const LoopAst *kid = signal->ast->first; kid; kid = kid->next)
            if (kid->kind == LOOP_AST_TARGET) {
                signal->used = true;
                add_target(check, signal, kid);
            }
        loop_scope_enter(check, before);
    }
    size_t targets = loop_diags_errors(check->diags);
    for (size_t i = 0; i < model->loops.count; i++)
        check_trained(check, LOOP_ITEM(model->loops, LoopLoopModel *, i), targets > errors);
}
