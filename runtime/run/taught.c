#include "runtime/run/taught.h"

/* Loops written at one place are one, as all copies of a circuit are. They come in one order, so the place is where the last one was,
   or behind it. */
static LoopTaughtLoop *find(LoopList *list, LoopArena *arena, const LoopLoop *loop, size_t *at)
{
    for (size_t i = 0; i < list->count; i++) {
        const size_t k = (*at + i) % list->count;
        LoopTaughtLoop *known = &LOOP_ITEM(*list, LoopTaughtLoop, k);
        if (known->loop->span.begin == loop->span.begin && known->loop->span.file == loop->span.file) {
            *at = k;
            return known;
        }
    }
    LoopTaughtLoop *new = LOOP_ADD(arena, list, LoopTaughtLoop);
    if (new)
        *new = (LoopTaughtLoop){.loop = loop};
    return new;
}

bool loop_taught_add(LoopList *list, LoopArena *arena, const LoopBlock *block)
{
    size_t at = 0;
    for (uint32_t i = 0; i < block->program->loop_count; i++, at++) {
        const LoopLoop *loop = &block->program->loops[i];
        if (!loop->learns || loop->forget != LOOP_NONE) /* what is forgotten moves anyway */
            continue;
        LoopTaughtLoop *known = find(list, arena, loop, &at);
        if (!known)
            return false;
        known->taught.gained |= block->taught[i].gained;
        known->taught.moved |= block->taught[i].moved;
    }
    return true;
}

static const char *reason(const LoopTaughtLoop *known)
{
    if (!known->taught.gained)
        return "Its dopamine, times its rate, was 0 on every step.";
    if (known->loop->kind == LOOP_CHOOSE)
        return "Whenever its dopamine came no choice was eligible. With no trace said a choice is until the next one; or let it fade: learn rate 0.1, trace 0.9.";
    return "Whenever its dopamine came no synapse was eligible. Let a trace last until then, as in learn rate 0.1, trace 0.9, or let what it sees last: history(light, 2 s).";
}

void loop_taught_report(const LoopList *list, LoopDiags *diags)
{
    for (size_t i = 0; i < list->count; i++) {
        const LoopTaughtLoop *known = &LOOP_ITEM(*list, LoopTaughtLoop, i);
        if (known->taught.moved)
            continue;
        LoopDiag *diag = loop_diag(diags, LOOP_W0030, known->loop->span, "'%.*s' has learned nothing in this run", LOOP_STR_ARGS(known->loop->name));
        loop_diag_help(diags, diag, "%s", reason(known));
    }
}
