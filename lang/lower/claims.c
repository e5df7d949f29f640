/* Claims: what is reported and expected of the measures. Each expression is a section of its own, run on the results. */
#include "lang/lower/emit.h"

/* The section of one expression, of the agents of `group`. */
static uint32_t final_of(Lower *l, LoopNode *node, uint32_t group)
{
    LoopList code = {0};
    if (!node)
        return LOOP_NONE;
    l->now = &code;
    l->region = true; /* what is worked out in one section is not known in the next */
    uint32_t result = lower_value(l, node);
    lower_forget(l);
    l->region = false;
    LoopFinal *final = LOOP_ADD(l->scratch, &l->finals, LoopFinal);
    if (!final)
        return LOOP_NONE;
    *final = (LoopFinal){lower_section(l, &code), result, group};
    return (uint32_t)l->finals.count - 1;
}

static const LoopStr *labels_of(Lower *l, const LoopNode *value)
{
    const LoopLabels *labels = value->type.labels;
    LoopStr *copy = labels && labels->count == value->type.width && value->type.width > 1 ? LOOP_NEW_ARRAY(l->arena, labels->count, LoopStr) : NULL;
    for (uint32_t i = 0; copy && i < labels->count; i++)
        copy[i] = lower_text(l, labels->names[i]);
    return copy;
}

static LoopClaim claim(Lower *l, const LoopClaimModel *from)
{
    LoopClaim c = {.name = lower_text(l, from->name), .text = lower_text(l, from->text), .span = from->span, .labels = labels_of(l, from->value),
                   .unit = from->value->type.unit, .is_expectation = from->is_expectation, .relation = from->relation, .percent = from->percent,
                   .tolerance_is_percent = from->tolerance_is_percent};
    c.curves = c.labels ? from->value->type.labels->curves : 0;
    c.value = final_of(l, from->value, from->value_group);
    c.bound = final_of(l, from->bound, from->bound_group);
    c.tolerance = final_of(l, from->tolerance, from->by_group);
    c.margin = final_of(l, from->margin, from->by_group);
    return c;
}

static void put_inputs(Lower *l)
{
    const size_t count = l->inputs.count;
    l->program->inputs = LOOP_NEW_ARRAY(l->arena, count, LoopFinalInput);
    l->program->input_count = l->program->inputs ? (uint32_t)count : 0;
    for (size_t i = 0; i < l->program->input_count; i++)
        l->program->inputs[i] = LOOP_ITEM(l->inputs, LowerInput, i).input;
}

void lower_claims(Lower *l)
{
    LoopProgram *program = l->program;
    size_t count = l->model->claims.count, measures = program->measure_count;
    l->input_of = LOOP_NEW_ARRAY(l->scratch, measures, uint32_t);
    if (!l->input_of)
        return;
    for (size_t i = 0; i < measures; i++)
        l->input_of[i] = LOOP_NONE;
    program->claim_count = (uint32_t)count;
    program->claims = LOOP_NEW_ARRAY(l->arena, count, LoopClaim);
    l->final = true;
    for (size_t i = 0; program->claims && i < count; i++)
        program->claims[i] = claim(l, &LOOP_ITEM(l->model->claims, LoopClaimModel, i));
    l->final = false;
    program->finals = lower_array(l, &l->finals, sizeof(LoopFinal));
    program->final_count = (uint32_t)l->finals.count;
    put_inputs(l);
}
