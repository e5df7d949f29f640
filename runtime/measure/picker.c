/* Which trials a measure takes: see picker.h. */
#include "runtime/measure/picker.h"

static void range(LoopPicker *p, const LoopSelect *s, uint32_t total)
{
    p->from = 0;
    p->to = UINT32_MAX;
    p->ring = false;
    switch (s->pick) {
    case LOOP_PICK_ALL:
        return;
    case LOOP_PICK_TRIAL:
        p->from = s->n - 1;
        p->to = s->n;
        return;
    case LOOP_PICK_FIRST:
        p->to = s->n;
        return;
    case LOOP_PICK_LAST:
        p->ring = total == LOOP_NONE;
        p->from = !p->ring && total > s->n ? total - s->n : 0;
        return;
    case LOOP_PICK_BLOCK: /* trials floor((i-1)T/n)+1 .. floor(iT/n) */
        p->from = (uint32_t)((uint64_t)(s->i - 1) * total / s->n);
        p->to = (uint32_t)((uint64_t)s->i * total / s->n);
        return;
    }
}

uint32_t loop_picker_slots(const LoopProgram *program, const LoopSelect *s)
{
    bool unknown = s->phase == LOOP_NONE;
    for (uint32_t i = 0; i < program->task.phase_count; i++)
        unknown = unknown || (program->task.phases[i].name_id == s->phase && program->task.phases[i].until != LOOP_NONE);
    return s->pick == LOOP_PICK_LAST && unknown ? s->n : 0;
}

void loop_picker_begin(LoopPicker *p, const LoopSelect *s, const LoopBlock *block, size_t lane)
{
    LoopMoment now = loop_clock_moment(block->clock, lane);
    const LoopPhase *phase = &block->program->task.phases[now.phase];
    p->open = (s->phase == LOOP_NONE || phase->name_id == s->phase) && (s->trial == LOOP_NONE || now.type == s->trial);
    p->picked = false;
    if (!p->open)
        return;
    if (p->seen == 0 || p->phase != now.phase) {
        p->phase = now.phase;
        range(p, s, s->phase == LOOP_NONE ? LOOP_NONE : loop_clock_total(block->clock, block, lane, s->trial));
    }
    p->picked = p->seen >= p->from && p->seen < p->to;
    p->seen++;
}
