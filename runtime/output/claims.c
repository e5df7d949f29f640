/* Whose agents and which trials a claim is about. */
#include "runtime/output/claims.h"

#include <math.h>

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

const LoopMeasure *loop_claim_measure(const LoopProgram *program, const LoopClaim *claim, uint32_t element)
{
    uint32_t input = loop_final_input(program, &program->finals[claim->value], element);
    return input == LOOP_NONE ? NULL : &program->measures[program->inputs[input].measure];
}

/* Trials of one type in a phase, where that is certain; false where it is drawn or open-ended. */
static bool certain_trials(const LoopPhase *phase, uint32_t trial, uint64_t *count)
{
    double share = 0, all = 0;
    for (uint32_t i = 0; i < phase->item_count; i++) {
        all += phase->items[i].share;
        share += trial == LOOP_NONE || phase->items[i].trial == trial ? phase->items[i].share : 0;
    }
    double trials = all > 0 ? phase->count * share / all : 0;
    *count += (uint64_t)trials;
    return phase->until == LOOP_NONE &&
           (phase->item_count == 1 || share == all || (phase->mix == LOOP_MIX_SHUFFLE && trials == (double)(uint64_t)trials) ||
            (phase->mix == LOOP_MIX_CYCLE && fmod(phase->count, all) == 0));
}

/* Those that an agent of a group has in the phases of a selection. `*any`: it takes such a phase. */
static bool certain_selected(const LoopProgram *program, const LoopSelect *select, uint32_t group, uint64_t *count, bool *any)
{
    bool certain = true;
    *count = 0;
    *any = false;
    for (uint32_t i = 0; i < program->task.phase_count; i++) {
        const LoopPhase *phase = &program->task.phases[i];
        if ((select->phase != LOOP_NONE && select->phase != phase->name_id) || (phase->groups && !phase->groups[group]))
            continue;
        *any = true;
        certain = certain_trials(phase, select->trial, count) && certain;
    }
    return certain;
}

bool loop_select_possible(const LoopProgram *program, const LoopSelect *select, uint32_t group)
{
    for (uint32_t i = 0; i < program->task.phase_count; i++) {
        const LoopPhase *phase = &program->task.phases[i];
        if ((select->phase != LOOP_NONE && select->phase != phase->name_id) || (phase->groups && !phase->groups[group]))
            continue;
        for (uint32_t k = 0; k < phase->item_count; k++)
            if (select->trial == LOOP_NONE || select->trial == phase->items[k].trial)
                return true;
    }
    return false;
}

/* Trials that a selection takes of an agent of a group; false: that is not known. */
static bool selected_trials(const LoopProgram *program, const LoopSelect *select, uint32_t group, uint64_t *count)
{
    uint64_t all;
    bool any, certain = certain_selected(program, select, group, &all, &any);
    *count = any ? select->pick == LOOP_PICK_TRIAL ? 1 : select->n : 0;
    if (select->pick == LOOP_PICK_ALL)
        *count = all;
    else if (select->pick == LOOP_PICK_BLOCK)
        *count = select->i * all / select->n - (select->i - 1) * all / select->n;
    return certain || (select->pick != LOOP_PICK_ALL && select->pick != LOOP_PICK_BLOCK);
}

uint64_t loop_claim_trials(const LoopReport *report, const LoopClaim *claim, uint32_t element)
{
    const LoopProgram *program = report->program;
    const LoopMeasure *measure = loop_claim_measure(program, claim, element);
    uint32_t one = program->finals[claim->value].group;
    uint64_t trials = 0, count;
    if (!measure || measure->first_true)
        return 0;
    for (uint32_t g = one != LOOP_NONE ? one : 0; g < (one != LOOP_NONE ? one + 1 : program->group_count); g++) {
        if (!selected_trials(program, &measure->select, g, &count))
            return 0;
        trials += report->results->agents * count;
    }
    return trials;
}
