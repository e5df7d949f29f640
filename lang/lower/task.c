/* The task: trial clock, trial types, phases, and the interval between trials. */
#include "lang/lower/emit.h"

static uint32_t clock_register(Lower *l, const char *part)
{
    uint32_t reg = lower_reg_new(l, 1, l->task_varies ? LOWER_EACH : LOWER_SHARED);
    lower_name(l, reg, LOOP_STR("task"), part);
    return reg;
}

static void make_trials(Lower *l)
{
    LoopTask *task = &l->program->task;
    size_t count = l->model->trials.count;
    LoopTrial *trials = LOOP_NEW_ARRAY(l->arena, count, LoopTrial);
    l->begins = LOOP_NEW_ARRAY(l->scratch, count, uint32_t);
    for (size_t i = 0; trials && l->begins && i < count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(l->model->trials, LoopTrialModel *, i);
        trials[i] = (LoopTrial){lower_text(l, trial->symbol->name), trial->duration};
        l->begins[i] = LOOP_NONE;
    }
    task->trials = trials;
    task->trial_count = (uint32_t)count;
}

void lower_clock(Lower *l)
{
    LoopTask *task = &l->program->task;
    make_trials(l);
    task->uniform = !l->task_varies;
    task->phase = clock_register(l, "phase");
    task->trial = clock_register(l, "trial");
    task->type = clock_register(l, "type");
    task->time = clock_register(l, "time");
    task->between = LOOP_NONE;
    lower_emit(l, l->now, LOOP_OP_CLOCK, NULL);
}

/* ---- the interval ---- */

/* 1 on the last step of every trial: the clock reads the interval on the step behind it. */
static uint32_t trial_ends(Lower *l)
{
    uint32_t any = LOOP_NONE;
    for (uint32_t t = 0; t < l->model->trials.count; t++) {
        uint32_t last = lower_number(l, LOOP_ITEM(l->model->trials, LoopTrialModel *, t)->duration - 1.0);
        uint32_t end = lower_event(l, LOOP_OP_EVENT_ON, &last, t);
        any = any == LOOP_NONE ? end : lower_op2(l, LOOP_OP_or, any, end);
    }
    return any;
}

static uint32_t between_steps(Lower *l, LoopNode *node)
{
    uint32_t steps = lower_value(l, node);
    return l->model->between_drawn ? lower_op1(l, LOOP_OP_round, steps) : steps;
}

void lower_between(Lower *l)
{
    LoopNode *node = l->model->between;
    LoopCheck check = {.kind = LOOP_CHECK_STEPS, .code = LOOP_E0903, .name = LOOP_STR("the interval between trials"),
                       .hi = INT32_MAX};
    if (!node)
        return;
    check.span = node->span;
    if (lower_settled(l, node)) {
        l->program->task.between = between_steps(l, node);
        if (!node->constant)
            lower_check(l, l->program->task.between, &check);
        return;
    }
    lower_hoist(l, node);
    uint32_t end = trial_ends(l);
    LowerRegion region = lower_open(l, end);
    uint32_t steps = lower_hold(l, between_steps(l, node), end);
    lower_check(l, steps, &check);
    lower_close(l, region);
    l->program->task.between = steps;
}

/* ---- phases ---- */

static LoopPhase make_phase(Lower *l, size_t index)
{
    const LoopModel *model = l->model;
    const LoopPhaseModel *from = &LOOP_ITEM(model->phases, LoopPhaseModel, index);
    LoopStr name = from->symbol->name;
    LoopList items = {from->items, from->item_count, from->item_count};
    LoopList groups = {from->groups, model->group_count, model->group_count};
    LoopPhase phase = {.name = lower_text(l, name), .name_id = from->symbol->index, .count = from->count, .mix = from->mix,
                       .item_count = from->item_count, .until = LOOP_NONE};
    /* No group takes two phases of one name, so that groups share their draws in all that have it. */
    phase.place = loop_name_hash(lower_print(l, "phase %.*s#0", LOOP_STR_ARGS(name)));
    phase.items = lower_array(l, &items, sizeof(LoopMixItem));
    if (from->groups)
        phase.groups = lower_array(l, &groups, sizeof(bool));
    return phase;
}

void lower_task(Lower *l)
{
    LoopTask *task = &l->program->task;
    size_t count = l->model->phases.count;
    LoopPhase *phases = LOOP_NEW_ARRAY(l->arena, count, LoopPhase);
    for (size_t i = 0; phases && i < count; i++)
        phases[i] = make_phase(l, i);
    task->phases = phases;
    task->phase_count = (uint32_t)count;
}
