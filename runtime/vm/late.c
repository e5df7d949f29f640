#include "runtime/vm/late.h"

#include "runtime/rules/eligibility.h"
#include "runtime/vm/bundle.h"
#include "runtime/vm/late_pass.h"

#include <string.h>

enum {
    LINES_WORTH_IT = 8,
    PATIENCE = 32 /* passes without a look at weights or traces that promise as many more: turning them about and back takes as long as four */
};

bool loop_late_suits(const LoopProgram *program, const LoopLoop *loop)
{
    const uint32_t narrow[] = {loop->dopamine, loop->rate, loop->trace, loop->burst, loop->dip};
    if (!loop->learns || !loop_rule(loop->rule)->adds || loop_rule(loop->rule)->has_memory || loop->uniform ||
        loop->wiring != LOOP_WIRING_BROADCAST || loop->neurons != 1 || loop->upstate || !loop->trace_by_channel || loop->credit_first ||
        loop->freeze != LOOP_NONE || loop->forget != LOOP_NONE || loop->bounded || loop->propose != LOOP_NONE ||
        loop->credit_propose != LOOP_NONE || loop->credit_context != loop->context || loop->lines < LINES_WORTH_IT)
        return false;
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++)
        if (narrow[i] != LOOP_NONE && program->registers[narrow[i]].width > 1)
            return false;
    return true;
}

void loop_late_start(LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    LoopLate *late = &block->late[index];
    size_t at = block->layout->loops[index].late;
    *late = (LoopLate){.able = at != LOOP_UNSEEN && block->calls[index].lasting && block->lanes >= LOOP_WIDE};
    if (!late->able)
        return;
    late->turns = block->layout->loops[index].bundled && loop_late_turns(block->program, loop);
    late->patience = PATIENCE;
    late->due = block->state + at;
    late->push = late->due + loop->channels * block->lanes;
    late->fade = late->push + block->lanes;
    late->by = loop->own_choice ? late->fade + block->lanes : NULL;
    late->number = loop->own_choice ? late->by + block->lanes : NULL;
    for (size_t l = 0; late->number && l < block->lanes; l++)
        late->number[l] = -1.0;
}

/* ---- doing ---- */

static void fade(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    if (late->fades)
        (late->turned ? loop_late_turned_fade : loop_late_side_fade)(block, index);
    late->fades = false;
}

static void pass(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value)
{
    LoopLate *late = &block->late[index];
    (late->turned ? loop_late_turned_pass : loop_late_side_pass)(block, index, context, value);
    late->moves = late->enters = late->first = false;
    fade(block, index);
}

static void enter(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    (late->turned ? loop_late_turned_enter : loop_late_side_enter)(block, index);
    late->enters = late->first = false;
    fade(block, index);
}

static void do_all(LoopBlock *block, size_t index)
{
    const LoopLate *late = &block->late[index];
    if (late->moves) /* for a value that nobody asked for */
        pass(block, index, block->seen[index].last, late->turned ? NULL : loop_synapses_room(&block->calls[index], LOOP_RULE_ARRAYS));
    else if (late->enters)
        enter(block, index);
    else
        fade(block, index);
}

/* ---- noting ---- */

void loop_late_look(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    LoopView x = call->wires.context;
    size_t lines = 0;
    for (size_t j = 0; j < call->loop->lines; j++)
        lines += loop_synapses_any(x.at + j * x.step, x.lane ? call->lanes : 1);
    late->dense = 2 * lines > call->loop->lines;
}

static bool has_credit(const LoopRuleCall *call, const LoopLate *late)
{
    if (late->by)
        return late->chosen;
    if (call->credit.lane && call->credit.step == call->lanes)
        return loop_synapses_any(call->credit.at, call->loop->channels * call->lanes);
    for (size_t k = 0; k < call->loop->channels; k++)
        if (loop_synapses_any(call->credit.at + k * call->credit.step, loop_synapses_own(call, call->credit)))
            return true;
    return false;
}

/* Not 0 where x is not finite. With an infinite factor it would matter which synapses are passed over. */
static inline LoopBits not_finite(LoopReal x)
{
    LoopReal zero = x * 0;
    LoopBits bits;
    memcpy(&bits, &zero, sizeof bits);
    return bits << 1;
}

static bool all_finite(const LoopReal *x, size_t n)
{
    LoopBits any = 0;
    for (size_t i = 0; i < n; i++)
        any |= not_finite(x[i]);
    return !any;
}

/* What enters the traces of each channel, for a unit of the context. Whether all of it is finite, as what a choice gives surely is. */
static bool note_credit(const LoopRuleCall *call, const LoopSynapses *s, const LoopLate *late)
{
    const LoopLoop *loop = call->loop;
    LoopReal *row = late->due;
    if (late->by) {
        memcpy(late->due, late->number, call->lanes * sizeof *late->due);
        if (s->plain || s->shared)
            loop_synapses_fill(call, late->by, s->plain ? 1 : s->inverse[0]);
        else
            memcpy(late->by, s->inverse, call->lanes * sizeof *late->by);
        return true;
    }
    for (size_t k = 0; k < loop->channels; k++, row += call->lanes) {
        const LoopReal *credit = loop_synapses_spread(call, call->credit, k, loop_synapses_room(call, 2));
        if (s->plain)
            memcpy(row, credit, call->lanes * sizeof *row);
        else
            loop_synapses_times(call, row, credit, s->inverse, s->shared);
    }
    const bool own = loop->credit != LOOP_NONE && (loop->credit == loop->choice || loop->credit == loop->policy);
    return own || all_finite(late->due, loop->channels * call->lanes);
}

/* Whether some trace of a lane is not 0. */
static bool is_eligible(const LoopBlock *block, size_t index, size_t l)
{
    const LoopRuleCall *call = &block->calls[index];
    const size_t synapses = loop_synapses(call->loop);
    if (block->late[index].turned)
        return loop_synapses_any(call->traces + l * synapses, synapses);
    LoopBundle b = loop_bundle(block, index, 0);
    while (l >= b.first + b.lanes)
        b = loop_bundle_after(block, index, b);
    const LoopReal *e = call->traces + b.first * synapses + (l - b.first);
    bool any = false;
    for (size_t s = 0; s < synapses && !any; s++)
        any = e[s * b.lanes] != 0;
    return any;
}

/* What loop_synapses_gained and loop_synapses_moved note, where learning waits: traces are looked at once for each copy, most often. */
static void note_taught(LoopBlock *block, size_t index, const LoopSynapses *s)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopTaught *taught = &block->taught[index];
    bool done = false;
    if (!taught->left || !s->gains)
        return;
    loop_synapses_gained(call, s);
    for (size_t l = 0; taught->left && l < call->lanes; l++) {
        if (s->push[l] == 0 || taught->moved[call->copy[l]])
            continue;
        if (!done) /* traces are what they are ahead of this step */
            do_all(block, index);
        done = true;
        if (is_eligible(block, index, l)) {
            taught->moved[call->copy[l]] = true;
            taught->left--;
        }
    }
}

/* Notes that any trace of so many rows may not be 0. */
static void all_live(const LoopRuleCall *call, size_t rows)
{
    const size_t runs = call->wires.reach, words = loop_runs_words(runs);
    for (size_t i = 0; i < rows * words; i++)
        call->live[i] = loop_run_bits(0, runs - i % words * LOOP_RUNS_WORD);
}

/* Notes what of weights and traces is to move, behind what has been noted. False: it can't wait. */
static bool note(LoopBlock *block, size_t index, const LoopSynapses *s, bool moves, bool enters)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    const size_t lanes = call->lanes, channels = call->loop->channels;
    if ((late->moves && (moves || late->enters)) || (late->enters && (enters || late->moves)) || late->fades)
        do_all(block, index); /* they move once each, in one order */
    if (enters && !note_credit(call, s, late)) /* nothing else is there now */
        return false;
    if ((moves && !all_finite(s->push, lanes)) || (s->fades && !all_finite(s->fade, lanes)))
        return false;
    if (enters && !late->lives)
        all_live(call, channels * loop_bundle_count(block->layout, index, lanes));
    late->lives = late->lives || enters;
    if (moves) {
        memcpy(late->push, s->push, lanes * sizeof *late->push);
        block->seen[index].stale = true;
    }
    if (s->fades)
        memcpy(late->fade, s->fade, lanes * sizeof *late->fade);
    late->fades = s->fades;
    late->first = late->enters && !late->moves;
    late->moves = late->moves || moves;
    late->enters = late->enters || enters;
    return true;
}

/* Keeps the scale. Where lanes have one, the first lane of each bundle has a copy, for learning that does not wait. */
static void rescale(LoopBlock *block, size_t index, const LoopSynapses *s)
{
    const LoopRuleCall *call = &block->calls[index];
    loop_synapses_rescale(call, s, 0);
    for (LoopBundle b = loop_bundle(block, index, 0); s->shared && b.lanes; b = loop_bundle_after(block, index, b))
        call->scales[b.first] = call->scales[0];
}

/* The choice channel by channel, for learning that does not wait. */
static void spell_out(const LoopRuleCall *call, const LoopReal *number)
{
    LoopReal *choice = call->credit.at;
    for (size_t k = 0; k < call->loop->channels; k++, choice += call->lanes)
        for (size_t l = 0; l < call->lanes; l++)
            choice[l] = number[l] == (LoopReal)k ? 1.0 : 0.0;
}

bool loop_late_learn(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    LoopSynapses s;
    loop_synapses_begin(call, &s);
    loop_synapses_factors(call, &s, 0);
    const bool enters = has_credit(call, late),
               waits = late->dense && !(s.fades && (enters || !s.sweeps)) && !(enters && block->seen[index].step != block->step);
    if (waits)
        note_taught(block, index, &s);
    if (!waits || !note(block, index, &s, s.gains, enters)) {
        loop_late_settle(block, index);
        if (late->by)
            spell_out(call, late->number);
        late->lives = false;
        return false;
    }
    rescale(block, index, &s);
    return true;
}

/* ---- whoever looks ---- */

void loop_late_settle(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    do_all(block, index);
    if (late->turned) {
        loop_late_turn(block, index, block->seen[index].last);
        if (late->calm < late->patience && late->patience < UINT32_MAX / 2)
            late->patience *= 2; /* it was not worth it */
    }
    late->calm = 0;
}

bool loop_late_value(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    if (!late->moves && !late->turned) {
        do_all(block, index);
        return false;
    }
    LoopReal *next = block->seen[index].next;
    pass(block, index, next, loop_block_register(block, block->program->loops[index].value));
    late->calm += late->calm < UINT32_MAX;
    if (late->turns && !late->turned && late->calm >= late->patience) {
        loop_late_turn(block, index, next);
        late->calm = 0;
    }
    return true;
}
