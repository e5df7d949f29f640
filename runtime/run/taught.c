/* Which loops have learned nothing by the end of a run. */
#include "runtime/run/taught.h"

#include <stdlib.h>

void loop_taught_add(LoopLearned *learned, const LoopBlock *block, const LoopPart *part)
{
    const uint32_t loops = block->program->loop_count;
    for (uint32_t l = 0; l < block->lanes; l++) {
        const uint32_t copy = block->copy[l];
        for (uint32_t i = 0; (l == 0 || copy != block->copy[l - 1]) && i < loops; i++) {
            const uint32_t noted = block->program->loops[i].uniform ? block->copy[0] : copy; /* one lane stands for all */
            LoopLearned *known = &learned[part ? part->loops[(size_t)copy * loops + i] : i];
            known->gained |= block->taught[i].gained[noted];
            known->moved |= block->taught[i].moved[noted];
        }
    }
}

/* By where they are written. */
static int by_span(const void *a, const void *b)
{
    const LoopLoop *const *x = a, *const *y = b;
    if ((*x)->span.file != (*y)->span.file)
        return (*x)->span.file < (*y)->span.file ? -1 : 1;
    if ((*x)->span.begin != (*y)->span.begin)
        return (*x)->span.begin < (*y)->span.begin ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

static const char *reason(const LoopLoop *loop, bool gained)
{
    if (!gained && loop->kind == LOOP_CHOOSE)
        return "Its dopamine, times its rate, was 0 on every step. Where it teaches only on what was chosen, perhaps nothing was: 'when' was never above 0, or nothing was proposed then.";
    if (!gained)
        return "Its dopamine, times its rate, was 0 on every step.";
    if (loop->kind == LOOP_CHOOSE && loop->has_trace)
        return "Whenever its dopamine came no choice was eligible. Without 'trace' a choice stays so until the next one: leave it out, or let it fade: learn rate 0.1, trace 0.9.";
    if (loop->kind == LOOP_CHOOSE)
        return "Whenever its dopamine came no choice was eligible: nothing was proposed when it was to choose, what it saw was 0 where it chose, or it has chosen again since, as it does on each step on which 'when' or an override is above 0.";
    if (loop->credit_first)
        return "Whenever its dopamine came, what it saw so long before was 0. The time that it looks ahead is that from what it sees to the outcome; a choice that it sees is onehot(act, 2), since the number of the first is 0.";
    return "Whenever its dopamine came no synapse was eligible. Let a trace last until then, as in learn rate 0.1, trace 0.9, or let what it sees last: history(light, 2 s).";
}

bool loop_taught_report(const LoopLearned *learned, const LoopProgram *program, LoopDiags *diags)
{
    const LoopLoop **loops = loop_alloc_array(program->loop_count, sizeof *loops);
    size_t count = 0;
    for (uint32_t i = 0; loops && i < program->loop_count; i++)
        if (program->loops[i].learns)
            loops[count++] = &program->loops[i];
    if (count)
        qsort(loops, count, sizeof *loops, by_span);
    for (size_t i = 0, end; i < count; i = end) {
        bool gained = false, moved = false;
        for (end = i; end < count && loops[end]->span.file == loops[i]->span.file && loops[end]->span.begin == loops[i]->span.begin; end++) {
            gained = gained || learned[loops[end] - program->loops].gained;
            moved = moved || loops[end]->excused || learned[loops[end] - program->loops].moved;
        }
        if (moved)
            continue;
        LoopDiag *diag = loop_diag(diags, LOOP_W0030, loops[i]->span, "'%.*s' has learned nothing in this run", LOOP_STR_ARGS(loops[i]->name));
        loop_diag_help(diags, diag, "%s", reason(loops[i], gained));
    }
    const bool ok = loops != NULL;
    loop_free(loops);
    return ok;
}
