/* The task: phases, the interval, and the run; trials are in trials.c. */
#include "lang/check/task/task.h"

#include <math.h>

/* ---- declaring ---- */

void loop_task_declare(LoopChecker *check)
{
    const LoopAst *first = NULL;
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_TASK)
            continue;
        if (first) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0701, kid->span, "a model has one task");
            loop_diag_note(check->diags, diag, first->span, "the first is here");
            continue;
        }
        first = kid;
        for (const LoopAst *part = kid->first; part; part = part->next) {
            if (part->kind == LOOP_AST_TRIAL)
                loop_scope_add(check, LOOP_SYM_TRIAL, part, LOOP_IN_TASK);
            else if (part->kind == LOOP_AST_PHASE)
                loop_scope_add(check, LOOP_SYM_PHASE, part, LOOP_IN_TASK);
            else if (part->kind == LOOP_AST_LET)
                loop_scope_add(check, LOOP_SYM_LET, part, LOOP_IN_TASK);
        }
    }
}

/* ---- phases ---- */

static const struct {
    const char *name;
    LoopMixKind mix;
} mixes[] = {{"", LOOP_MIX_PLAIN}, {"shuffle", LOOP_MIX_SHUFFLE}, {"draw", LOOP_MIX_DRAW}, {"cycle", LOOP_MIX_CYCLE}};

/* A number of trials below 1, as odds are. */
static bool is_part(const LoopNode *node)
{
    return node->constant && node->type.width == 1 && node->type.unit == LOOP_UNIT_NUMBER && node->constant[0] > 0 && node->constant[0] < 1;
}

static bool item_share(LoopChecker *check, const LoopPhaseModel *phase, const LoopAst *item, double *share)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("share"), LOOP_DRAW_ONCE);
    *share = 1;
    if (!item->first)
        return true;
    LoopNode *node = loop_expr(check, &where, item->first);
    uint32_t whole;
    if (node && phase->mix != LOOP_MIX_DRAW && is_part(node)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0408, node->span, "a mix has whole numbers of its trials, not parts");
        loop_diag_help(check->diags, diag, "Write them in proportion, shuffle(7 TRIAL, 3 OTHER), or draw each by its odds: draw(0.7 TRIAL, 0.3 OTHER).");
        return false;
    }
    if (phase->mix != LOOP_MIX_DRAW) {
        if (!loop_need_count(check, node, "how many there are in a mix", 1, 1e6, &whole))
            return false;
        *share = whole;
        return true;
    }
    if (!loop_need_constant(check, node, "the odds of a trial") || !loop_need_width(check, node, 1, "the odds of a trial") ||
        !loop_need_unit(check, node, LOOP_UNIT_NUMBER, "the odds of a trial"))
        return false;
    *share = node->constant[0];
    if (*share >= 0 && *share <= 1e6)
        return true;
    loop_diag(check->diags, LOOP_E0408, node->span, "the odds of a trial can't be below 0 or above a million");
    return false;
}

static bool fill_mix(LoopChecker *check, LoopPhaseModel *phase, const LoopAst *mix)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("count"), LOOP_DRAW_ONCE);
    size_t i = 0;
    double sum = 0;
    while (i < 4 && !loop_str_is(mix->text, mixes[i].name))
        i++;
    if (i == 4) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0709, mix->span, "there is no mix '%.*s'", LOOP_STR_ARGS(mix->text));
        loop_diag_help(check->diags, diag, "Write shuffle, draw or cycle: 200 of shuffle(3 rewarded, 1 omitted)");
        return false;
    }
    phase->mix = mixes[i].mix;
    if (!loop_need_count(check, loop_expr(check, &where, mix->first), "the number of trials", 1, 1e9, &phase->count))
        return false;
    phase->items = LOOP_NEW_ARRAY(check->arena, mix->kid_count, LoopMixItem);
    for (const LoopAst *item = mix->first->next; phase->items && item; item = item->next) {
        LoopSymbol *trial = loop_scope_need(check, LOOP_SPACE_TRIALS, item->text, item->name_span, "trial");
        LoopMixItem *slot = &phase->items[phase->item_count];
        if (!trial || !item_share(check, phase, item, &slot->share))
            return false;
        slot->trial = trial->index;
        sum += slot->share;
        phase->item_count++;
    }
    if (!(sum > 0)) {
        loop_diag(check->diags, LOOP_E0408, mix->span, "a mix needs at least one trial with odds above 0");
        return false;
    }
    if (sum > LOOP_SHARES_MAX) {
        loop_diag(check->diags, LOOP_E0408, mix->span, "the trials of a mix come to %.0f, more than the %d that a run can have", sum, LOOP_SHARES_MAX);
        return false;
    }
    if (phase->mix != LOOP_MIX_SHUFFLE || fmod(phase->count, sum) == 0)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0710, mix->span, "%u trials can't hold a mix of %.0f in exact numbers", phase->count, sum);
    loop_diag_help(check->diags, diag, "Write %.0f or %.0f, or use draw for odds.",
                   floor(phase->count / sum) * sum > 0 ? floor(phase->count / sum) * sum : sum, ceil(phase->count / sum) * sum);
    return false;
}

static bool fill_phase_groups(LoopChecker *check, LoopPhaseModel *phase)
{
    for (const LoopAst *kid = phase->ast->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_OF)
            continue;
        LoopSymbol *group = loop_scope_need(check, LOOP_SPACE_GROUPS, kid->text, kid->name_span, "group");
        if (!group)
            return false;
        if (!phase->groups)
            phase->groups = LOOP_NEW_ARRAY(check->arena, check->model->group_count, bool);
        if (!phase->groups)
            return false;
        phase->groups[group->index] = true;
    }
    return true;
}

static bool overlap(const LoopPhaseModel *a, const LoopPhaseModel *b, uint32_t groups)
{
    for (uint32_t g = 0; g < groups; g++)
        if ((!a->groups || a->groups[g]) && (!b->groups || b->groups[g]))
            return true;
    return false;
}

/* Phases of one name must be for different groups. */
static void check_phase_names(LoopChecker *check)
{
    LoopModel *model = check->model;
    for (size_t j = 1; j < model->phases.count; j++)
        for (size_t i = 0; i < j; i++) {
            const LoopPhaseModel *a = &LOOP_ITEM(model->phases, LoopPhaseModel, i), *b = &LOOP_ITEM(model->phases, LoopPhaseModel, j);
            if (a->symbol != b->symbol || !overlap(a, b, model->group_count))
                continue;
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0711, b->ast->name_span, "two phases are called '%.*s'", LOOP_STR_ARGS(b->symbol->name));
            loop_diag_note(check->diags, diag, a->ast->name_span, "the first is here");
            loop_diag_help(check->diags, diag, "Phases may share a name only when they are 'of' different groups.");
        }
}

static void add_phase(LoopChecker *check, LoopSymbol *symbol)
{
    LoopModel *model = check->model;
    LoopPhaseModel phase = {.symbol = loop_scope_find(check, LOOP_SPACE_PHASES, symbol->name), .ast = symbol->ast};
    const LoopAst *mix = loop_ast_find(symbol->ast, LOOP_AST_MIX);
    if (!phase.symbol || !mix || !fill_mix(check, &phase, mix) || !fill_phase_groups(check, &phase))
        return;
    phase.symbol->used = true;
    if (phase.symbol == symbol)
        symbol->index = (uint32_t)model->phases.count;
    LoopPhaseModel *place = LOOP_ADD(check->arena, &model->phases, LoopPhaseModel);
    if (place)
        *place = phase;
}

static void fill_until(LoopChecker *check)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++) {
        LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        const LoopAst *until = loop_ast_find(phase->ast, LOOP_AST_UNTIL);
        if (until)
            loop_measure_condition(check, until->first, phase->symbol->index, &phase->until, &phase->until_bound,
                                   &phase->until_relation);
    }
}

/* ---- the interval ---- */

static void fill_between(LoopChecker *check, const LoopAst *ast)
{
    LoopModel *model = check->model;
    LoopWhere where = loop_task_where(check, NULL, LOOP_STR("between"));
    if (model->between) {
        loop_diag(check->diags, LOOP_E0608, ast->span, "'between' is set twice");
        return;
    }
    LoopNode *node = loop_expr(check, &where, ast->first);
    if (!node)
        return;
    model->between_drawn = node->draws;
    if (model->between_drawn ? loop_need_unit(check, node, LOOP_UNIT_DURATION, "the interval") && loop_need_width(check, node, 1, "the interval")
                             : loop_need_whole_steps(check, node, "the interval"))
        model->between = node;
    if (node->constant && node->constant[0] < 0)
        loop_diag(check->diags, LOOP_E0503, node->span, "the interval can't be below 0 steps");
}

/* ---- a run without a task ---- */

static void one_long_trial(LoopChecker *check, uint32_t steps)
{
    LoopModel *model = check->model;
    LoopTrialModel *trial = LOOP_NEW(check->arena, LoopTrialModel);
    LoopSymbol *symbol = LOOP_NEW(check->arena, LoopSymbol);
    LoopTrialModel **place = LOOP_ADD(check->arena, &model->trials, LoopTrialModel *);
    LoopAst *name = LOOP_NEW(check->arena, LoopAst);
    if (!trial || !symbol || !place || !name)
        return;
    name->text = LOOP_STR("run");
    name->name_span = check->file->span;
    *symbol = (LoopSymbol){.kind = LOOP_SYM_TRIAL,
                           .name = LOOP_STR("run"),
                           .local = LOOP_STR("run"),
                           .scope = check->scope,
                           .ast = name,
                           .span = name->name_span,
                           .trial = trial,
                           .used = true};
    *trial = (LoopTrialModel){.symbol = symbol, .duration = steps};
    *place = trial;
    LoopSymbol *phase_symbol = loop_scope_add(check, LOOP_SYM_PHASE, name, LOOP_IN_TASK);
    LoopPhaseModel *phase = LOOP_ADD(check->arena, &model->phases, LoopPhaseModel);
    LoopMixItem *item = LOOP_NEW(check->arena, LoopMixItem);
    if (!phase_symbol || !phase || !item)
        return;
    phase_symbol->used = true;
    item->share = 1;
    *phase = (LoopPhaseModel){.symbol = phase_symbol, .ast = name, .count = 1, .items = item, .item_count = 1};
}

static void fill_run(LoopChecker *check, bool has_task)
{
    LoopModel *model = check->model;
    const LoopAst *run = NULL;
    uint32_t steps = 0, number;
    double seed;
    bool says_length = has_task;
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("run"), LOOP_DRAW_ONCE);
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_RUN)
            continue;
        if (run)
            loop_diag(check->diags, LOOP_E0608, kid->span, "'run' is set twice");
        run = kid;
    }
    for (const LoopAst *kid = run ? run->first : NULL; kid; kid = kid->next) {
        LoopNode *node = loop_expr(check, &where, kid->first);
        if (kid->kind == LOOP_AST_SPAN_OF && has_task && node && node->type.unit != LOOP_UNIT_DURATION) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0712, kid->span, "the task says how long the run is");
            loop_diag_help(check->diags, diag, "How many agents there are is written: run 100 agents.");
            continue;
        }
        says_length = says_length || kid->kind == LOOP_AST_SPAN_OF;
        if (kid->kind == LOOP_AST_COUNT && loop_need_count(check, node, "the number of agents", 1, 1e8, &number))
            model->agents = number;
        else if (kid->kind == LOOP_AST_SEED && loop_need_whole(check, node, "the seed", 0, 0x1p53 - 1, &seed))
            model->seed = (uint64_t)seed;
        else if (kid->kind == LOOP_AST_SPAN_OF && loop_need_steps(check, node, "the length of the run", 1, &steps) && has_task) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0712, kid->span, "the task says how long the run is");
            loop_diag_help(check->diags, diag, "Leave the duration out, or the task.");
        }
    }
    if (steps && !has_task)
        one_long_trial(check, steps);
    else if (!says_length) {
        LoopDiag *diag =
            loop_diag(check->diags, LOOP_E0713, run ? run->span : check->file->span, "the model has no task, and does not say how long to run");
        loop_diag_help(check->diags, diag, "Add a task, or a length: run 10 min");
    }
}

void loop_task_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    const LoopAst *task = loop_ast_find(check->file, LOOP_AST_TASK);
    size_t count = model->symbols.count; /* lets of trials are added as we go */
    for (size_t i = 0; i < count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_TRIAL)
            loop_trial_fill(check, symbol);
    }
    for (size_t i = 0; i < count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_PHASE)
            add_phase(check, symbol);
    }
    check_phase_names(check);
    for (const LoopAst *kid = task ? task->first : NULL; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_BETWEEN)
            fill_between(check, kid);
    fill_run(check, task != NULL);
    if (task && !model->phases.count && loop_diags_errors(check->diags) == 0) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0714, task->span, "the task has no phase");
        loop_diag_help(check->diags, diag, "Say which trials are run: phase train = 300 rewarded");
    }
    if (loop_diags_errors(check->diags) == 0)
        fill_until(check);
}
