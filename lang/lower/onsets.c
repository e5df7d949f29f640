/* Where events and trials begin. */
#include "lang/lower/emit.h"

uint32_t lower_event(Lower *l, uint32_t op, const uint32_t *times, uint32_t trial)
{
    LowerOp o = {.op = op, .width = 1, .word = trial, .each = l->task_varies, .stays = true};
    o.count = op == LOOP_OP_EVENT_ACTIVE ? 2 : op == LOOP_OP_EVENT_ON ? 1 : 0;
    for (uint32_t i = 0; i < o.count; i++)
        o.in[i] = times[i];
    return lower_make(l, &o);
}

uint32_t lower_trial_begin(Lower *l, uint32_t trial)
{
    if (l->begins[trial] == LOOP_NONE)
        l->begins[trial] = lower_event(l, LOOP_OP_TRIAL_BEGIN, NULL, trial);
    return l->begins[trial];
}

/* ---- for moments ---- */

/* The sense, and the element of it, that an anchor names, if the task drives it. */
static const LoopSymbol *driven_sense(const LoopNode *node, uint32_t *element)
{
    *element = LOOP_NONE;
    if (node->kind == LOOP_NODE_ELEMENT && node->type.width == 1) {
        *element = node->size;
        node = loop_node_named(node->kids[0]);
    }
    bool driven = node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_SENSE && !node->symbol->value;
    return driven ? node->symbol : NULL;
}

/* Whether event `o` is one of a sense, or of one element of it. */
static bool is_event_of(const LowerOnset *o, const LoopSymbol *sense, uint32_t element)
{
    return o->sense == sense && (o->element == LOOP_NONE || element == LOOP_NONE || o->element == element);
}

/* An event begins where the task says so, even if the one of the trial before lasted until then. */
static uint32_t event_onset(Lower *l, const LoopNode *node, uint32_t signal)
{
    uint32_t element;
    const LoopSymbol *sense = driven_sense(node, &element);
    for (size_t i = 0; sense && i < l->onsets.count; i++)
        if (LOOP_ITEM(l->onsets, LowerOnset, i).on == signal)
            return signal; /* all that there is of it is one event of one step */
    uint32_t any = lower_onset(l, signal);
    for (size_t i = 0; sense && i < l->onsets.count; i++) {
        LowerOnset *o = &LOOP_ITEM(l->onsets, LowerOnset, i);
        if (!is_event_of(o, sense, element))
            continue;
        if (o->on == LOOP_NONE)
            o->on = lower_event(l, LOOP_OP_EVENT_ON, &o->at, o->trial);
        any = lower_op2(l, LOOP_OP_or, any, lower_op2(l, LOOP_OP_and, o->on, signal));
    }
    return any;
}

/* Whether it is 1 where a loop chooses, or chooses this. */
static bool is_choice(const LoopNode *node)
{
    const LoopNode *whole = node->kind == LOOP_NODE_ELEMENT ? loop_node_named(node->kids[0]) : node;
    return whole->kind == LOOP_NODE_SYMBOL && (whole->field == LOOP_FIELD_chose || whole->field == LOOP_FIELD_choice);
}

/* A choice is an event of its own, however close it follows the last one. */
uint32_t lower_event_begins(Lower *l, LoopNode *node)
{
    uint32_t signal = node->reg != LOOP_NONE ? node->reg : lower_value(l, node);
    if (is_choice(node))
        return signal;
    for (size_t i = 0; i < l->moments.count; i++)
        if (lower_same_value(LOOP_ITEM(l->moments, LowerMoment, i).signal, node))
            return LOOP_ITEM(l->moments, LowerMoment, i).onset;
    LowerMoment *moment = LOOP_ADD(l->scratch, &l->moments, LowerMoment);
    if (!moment)
        return LOOP_NONE;
    *moment = (LowerMoment){node, event_onset(l, node, signal)};
    return moment->onset;
}
