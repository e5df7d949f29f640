/* Whose agents and which trials a claim is about. */
#include "runtime/output/claims.h"

uint32_t loop_expectation_count(const LoopProgram *program)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < program->claim_count; i++)
        count += program->claims[i].is_expectation;
    return count;
}

bool loop_claim_shown(const LoopReport *report, uint32_t i)
{
    bool failing = report->program->claims[i].is_expectation && !report->results->outcomes[i].holds;
    return failing || !report->quiet;
}

uint64_t loop_claim_agents(const LoopReport *report, const LoopClaim *claim)
{
    bool one = report->program->finals[claim->value].group != LOOP_NONE;
    return (uint64_t)report->results->agents * (one ? 1 : report->program->group_count);
}

const LoopMeasure *loop_claim_measure(const LoopProgram *program, const LoopClaim *claim)
{
    const LoopFinal *final = &program->finals[claim->value];
    for (uint32_t i = 0; i < program->input_count; i++) {
        const LoopFinalInput *input = &program->inputs[i];
        if (loop_section_reads(&final->section, input->reg) || final->result == input->reg)
            return &program->measures[input->measure];
    }
    return NULL;
}

/* Trials of one type in a phase, where that is certain; false where it is drawn or open-ended. */
static bool certain_trials(const LoopPhase *phase, uint32_t trial, uint64_t *count)
{
    double share = 0, all = 0;
    if (phase->until != LOOP_NONE || phase->groups)
        return false;
    for (uint32_t i = 0; i < phase->item_count; i++) {
        all += phase->items[i].share;
        share += trial == LOOP_NONE || phase->items[i].trial == trial ? phase->items[i].share : 0;
    }
    double trials = all > 0 ? phase->count * share / all : 0;
    *count += (uint64_t)trials;
    return phase->item_count == 1 || share == all || (phase->mix == LOOP_MIX_SHUFFLE && trials == (double)(uint64_t)trials);
}

static bool certain_selected(const LoopProgram *program, const LoopSelect *select, uint64_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < program->task.phase_count; i++) {
        const LoopPhase *phase = &program->task.phases[i];
        if ((select->phase == LOOP_NONE || select->phase == phase->name_id) &&
            !certain_trials(phase, select->trial, count))
            return false;
    }
    return true;
}

uint64_t loop_claim_trials(const LoopReport *report, const LoopClaim *claim)
{
    const LoopMeasure *measure = loop_claim_measure(report->program, claim);
    uint64_t count, agents = loop_claim_agents(report, claim);
    if (!measure || measure->first_true)
        return 0;
    const LoopSelect *select = &measure->select;
    switch (select->pick) {
    case LOOP_PICK_TRIAL:
        return agents;
    case LOOP_PICK_FIRST:
    case LOOP_PICK_LAST:
        return agents * select->n;
    case LOOP_PICK_ALL:
        return certain_selected(report->program, select, &count) ? agents * count : 0;
    case LOOP_PICK_BLOCK:
        if (!certain_selected(report->program, select, &count) || select->n == 0)
            return 0;
        return agents * (select->i * count / select->n - (select->i - 1) * count / select->n);
    }
    return 0;
}
