/* Selections: which trials a measure is taken in. */
#include "lang/check/task/measure.h"

#include <math.h>

/* Trials of that type among the first `count` of a cycle: those of whole rounds, and of the round that is begun. */
static uint32_t cycle_trials(const LoopPhaseModel *phase, uint32_t type, double share, double all)
{
    const double rounds = floor(phase->count / all);
    double left = phase->count - rounds * all, trials = rounds * share;
    for (uint32_t i = 0; i < phase->item_count && left > 0; i++) {
        const double taken = fmin(left, phase->items[i].share);
        trials += type == LOOP_NONE || phase->items[i].trial == type ? taken : 0;
        left -= taken;
    }
    return (uint32_t)trials;
}

/* Trials of that type (LOOP_NONE: any) that phase holds at the most. */
static uint32_t phase_trials(const LoopPhaseModel *phase, uint32_t type)
{
    double share = 0, all = 0;
    for (uint32_t i = 0; i < phase->item_count; i++) {
        all += phase->items[i].share;
        share += type == LOOP_NONE || phase->items[i].trial == type ? phase->items[i].share : 0;
    }
    if (share == 0)
        return 0;
    if (phase->mix == LOOP_MIX_SHUFFLE || phase->mix == LOOP_MIX_PLAIN)
        return (uint32_t)(share * (phase->count / all));
    return phase->mix == LOOP_MIX_CYCLE ? cycle_trials(phase, type, share, all) : phase->count;
}

bool loop_select_takes(const LoopChecker *check, const LoopSelect *select, uint32_t type)
{
    const LoopModel *model = check->model;
    if (select->trial != LOOP_NONE && select->trial != type)
        return false;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        if ((select->phase == LOOP_NONE || phase->symbol->index == select->phase) && phase_trials(phase, type))
            return true;
    }
    return false;
}

/* Whether a group takes such trials. */
static bool group_selects(const LoopChecker *check, const LoopSelect *select, uint32_t group)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        bool takes = phase->symbol->index == select->phase && (!phase->groups || phase->groups[group]);
        if (takes && (select->trial == LOOP_NONE || phase_trials(phase, select->trial)))
            return true;
    }
    return false;
}

static bool pick_number(LoopChecker *check, const LoopAst *ast, const char *what, uint32_t *out)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("pick"), LOOP_DRAW_ONCE);
    return loop_need_count(check, loop_expr(check, &where, ast), what, 1, 1e9, out);
}

/* Every phase of that name has to hold the trials asked for; with a group, every one that it takes. */
static bool check_enough(LoopChecker *check, const LoopSelect *select, uint32_t group, const LoopAst *pick)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        if (phase->symbol->index != select->phase || (group != LOOP_NONE && phase->groups && !phase->groups[group]))
            continue;
        uint32_t most = phase_trials(phase, select->trial);
        if (select->pick == LOOP_PICK_BLOCK && loop_ast_find(phase->ast, LOOP_AST_UNTIL)) {
            loop_diag(check->diags, LOOP_E0805, pick->span, "'%.*s' ends when its condition holds, so it can't be cut into blocks",
                      LOOP_STR_ARGS(phase->symbol->name));
            return false;
        }
        if (select->n <= most)
            continue;
        LoopText kind = {.arena = check->arena};
        if (select->trial != LOOP_NONE)
            loop_text_add(&kind, " '%.*s'", LOOP_STR_ARGS(LOOP_ITEM(model->trials, LoopTrialModel *, select->trial)->symbol->name));
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0805, pick->span, "'%.*s' asks for more trials%s than the phase has: %u",
                                   LOOP_STR_ARGS(loop_check_text(check, pick->span)), kind.len ? kind.at : "", most);
        loop_diag_note(check->diags, diag, phase->ast->name_span, "the phase '%.*s' is here", LOOP_STR_ARGS(phase->symbol->name));
        return false;
    }
    return true;
}

static bool read_pick(LoopChecker *check, const LoopAst *pick, uint32_t group, LoopSelect *select)
{
    static const struct {
        const char *word;
        LoopPick pick;
    } rows[] = {
        {"trial", LOOP_PICK_TRIAL}, {"first", LOOP_PICK_FIRST}, {"last", LOOP_PICK_LAST}, {"block", LOOP_PICK_BLOCK}, {"blocks", LOOP_PICK_BLOCK}};
    const LoopAst *of = loop_ast_value(pick, LOOP_AST_OF);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(pick->text, rows[i].word))
            select->pick = rows[i].pick;
    bool blocks = select->pick == LOOP_PICK_BLOCK;
    if (!pick_number(check, of ? of : pick->first, blocks ? "the number of blocks" : "the number of trials", &select->n))
        return false;
    if (loop_select_each(select) && select->n > LOOP_BLOCKS_MOST) {
        loop_diag(check->diags, LOOP_E0408, pick->span, "there are at most %d blocks in a curve, not %u", LOOP_BLOCKS_MOST, select->n);
        return false;
    }
    if (of && !pick_number(check, pick->first, "the number of the block", &select->i))
        return false;
    if (of && select->i > select->n) {
        loop_diag(check->diags, LOOP_E0805, pick->span, "there is no block %u of %u", select->i, select->n);
        return false;
    }
    return check_enough(check, select, group, pick);
}

bool loop_select_each(const LoopSelect *select)
{
    return select->pick == LOOP_PICK_BLOCK && !select->i;
}

bool loop_select_one(LoopChecker *check, const LoopAst *in, const LoopSelect *select, const char *what)
{
    if (!loop_select_each(select))
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0805, in->span, "%s is of one selection of trials; 'blocks' gives a number for each block", what);
    loop_diag_help(check->diags, diag,
                   "Take one of them: block 1 of %u. A curve over blocks is a measure: measure curve = mean(act == left) in train blocks %u.",
                   select->n, select->n);
    return false;
}

static const LoopSymbol *phase_named(const LoopModel *model, uint32_t index)
{
    size_t i = 0;
    while (LOOP_ITEM(model->phases, LoopPhaseModel, i).symbol->index != index)
        i++;
    return LOOP_ITEM(model->phases, LoopPhaseModel, i).symbol;
}

bool loop_select_of(LoopChecker *check, const LoopSelect *select, uint32_t group, LoopSpan span)
{
    const LoopModel *model = check->model;
    if (group == LOOP_NONE || select->phase == LOOP_NONE || group_selects(check, select, group))
        return true;
    const LoopSymbol *phase = phase_named(model, select->phase);
    LoopText what = {.arena = check->arena};
    loop_text_add(&what, "%.*s", LOOP_STR_ARGS(phase->name));
    if (select->trial != LOOP_NONE)
        loop_text_add(&what, ".%.*s", LOOP_STR_ARGS(LOOP_ITEM(model->trials, LoopTrialModel *, select->trial)->symbol->name));
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0806, span, "the group '%.*s' has no trials of '%.*s'", LOOP_STR_ARGS(model->groups[group]),
                               LOOP_STR_ARGS(loop_text_view(&what)));
    loop_diag_note(check->diags, diag, phase->span, "the phase '%.*s' is for other groups", LOOP_STR_ARGS(phase->name));
    return false;
}

bool loop_select_read(LoopChecker *check, const LoopAst *in, uint32_t group, LoopSelect *select)
{
    *select = (LoopSelect){.phase = LOOP_NONE, .trial = LOOP_NONE};
    if (!in)
        return true;
    LoopSymbol *phase = loop_scope_need(check, LOOP_SPACE_PHASES, in->text, in->name_span, "phase");
    const LoopAst *item = loop_ast_find(in, LOOP_AST_ITEM), *pick = loop_ast_find(in, LOOP_AST_PICK);
    if (!phase)
        return false;
    select->phase = phase->index;
    if (item) {
        LoopSymbol *trial = loop_scope_need(check, LOOP_SPACE_TRIALS, item->text, item->name_span, "trial");
        if (!trial)
            return false;
        select->trial = trial->index;
        if (!loop_select_takes(check, select, trial->index)) {
            loop_diag(check->diags, LOOP_E0806, item->span, "the phase '%.*s' has no trial '%.*s'", LOOP_STR_ARGS(phase->name),
                      LOOP_STR_ARGS(trial->name));
            return false;
        }
    }
    if (!loop_select_of(check, select, group, in->span))
        return false;
    return !pick || read_pick(check, pick, group, select);
}
