/* What loops and the clock show: registers that are there by now, or copies of synapses. */
#include "lang/lower/emit.h"

LoopLoop *lower_loop_of(Lower *l, const LoopSymbol *symbol)
{
    return &l->program->loops[symbol->index];
}

static uint32_t copied(Lower *l, const LoopNode *node, uint32_t op)
{
    const LoopLoop *loop = lower_loop_of(l, node->symbol);
    uint32_t reg = lower_reg_new(l, node->type.width, loop->uniform ? LOWER_SHARED : LOWER_EACH);
    lower_emit2(l, op, reg, node->symbol->index);
    return reg;
}

uint32_t lower_field(Lower *l, const LoopNode *node)
{
    if (node->symbol->kind != LOOP_SYM_LOOP)
        return node->symbol->reg;
    const LoopLoop *loop = lower_loop_of(l, node->symbol);
    switch (node->field) {
    case LOOP_FIELD_SELF:
        return node->symbol->reg;
    case LOOP_FIELD_value:
        return loop->value;
    case LOOP_FIELD_chose:
        return loop->chose;
    case LOOP_FIELD_choice:
        return loop->choice;
    case LOOP_FIELD_probability:
        return loop->probability;
    case LOOP_FIELD_expected:
        return loop->expected;
    case LOOP_FIELD_taken:
        return loop->taken;
    case LOOP_FIELD_weights:
        return copied(l, node, LOOP_OP_WEIGHTS);
    case LOOP_FIELD_eligible:
        return copied(l, node, LOOP_OP_ELIGIBLE);
    case LOOP_FIELD_striatum:
        return node->symbol->loop->striatum;
    case LOOP_FIELD_noise:
        return loop->noise;
    case LOOP_FIELD_COUNT:
        break;
    }
    return LOOP_NONE;
}

uint32_t lower_credit(Lower *l, const LoopNode *node)
{
    const LoopLoop *loop = lower_loop_of(l, node->symbol);
    if (node->field == LOOP_FIELD_noise)
        return loop->noise;
    return node->field == LOOP_FIELD_probability ? loop->policy : loop->choice;
}

uint32_t lower_clock_part(Lower *l, LoopClockPart part)
{
    const LoopTask *task = &l->program->task;
    switch (part) {
    case LOOP_CLOCK_PHASE:
        return task->phase;
    case LOOP_CLOCK_TRIAL:
        return task->trial;
    case LOOP_CLOCK_TIME:
        return task->time;
    }
    return LOOP_NONE;
}
