#include "runtime/vm/late.h"

#include "runtime/rules/eligibility.h"
#include "runtime/vm/seen.h"
#include "runtime/vm/sum.h"

#include <string.h>

enum { LINES_WORTH_IT = 8 };

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
    late->due = block->state + at;
    late->push = late->due + loop->channels * block->lanes;
    late->fade = late->push + block->lanes;
    late->by = loop->own_choice ? late->fade + block->lanes : NULL;
    late->number = loop->own_choice ? late->by + block->lanes : NULL;
    for (size_t l = 0; late->number && l < block->lanes; l++)
        late->number[l] = -1.0;
}

/* ---- noting ---- */

void loop_late_look(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    LoopView x = call->wires.context;
    size_t lines = 0;
    if (!late->able)
        return;
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
    LoopReal *restrict row = late->due;
    if (late->by) {
        memcpy(late->due, late->number, call->lanes * sizeof *late->due);
        for (size_t l = 0; l < call->lanes; l++)
            late->by[l] = s->plain ? 1 : s->inverse[l];
        return true;
    }
    for (size_t k = 0; k < loop->channels; k++, row += call->lanes) {
        const LoopReal *restrict credit = loop_synapses_spread(call, call->credit, k, loop_synapses_room(call, 2)), *restrict by = s->inverse;
        if (s->plain)
            memcpy(row, credit, call->lanes * sizeof *row);
        for (size_t l = 0; !s->plain && l < call->lanes; l++)
            row[l] = credit[l] * by[l];
    }
    const bool own = loop->credit != LOOP_NONE && (loop->credit == loop->choice || loop->credit == loop->policy);
    return own || all_finite(late->due, loop->channels * call->lanes);
}

/* Notes what of weights and traces is to move, behind what has been noted. False: it can't wait. */
static bool note(LoopBlock *block, size_t index, const LoopSynapses *s, bool moves, bool enters)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    const size_t lanes = call->lanes, channels = call->loop->channels;
    if ((late->moves && (moves || late->enters)) || (late->enters && (enters || late->moves)) || late->fades)
        loop_late_settle(block, index); /* they move once each, in one order */
    if (enters && !note_credit(call, s, late)) /* nothing else is there now */
        return false;
    if ((moves && !all_finite(s->push, lanes)) || (s->fades && !all_finite(s->fade, lanes)))
        return false;
    if (enters && !late->lives)
        memset(call->live, 1, channels * call->wires.reach * loop_bundle_count(block->layout, index, lanes));
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
    if (!late->able)
        return false;
    LoopSynapses s = loop_synapses_begin(call);
    loop_synapses_factors(call, &s, 0);
    const bool enters = has_credit(call, late),
               waits = late->dense && !(s.fades && (enters || !s.sweeps)) && !(enters && block->seen[index].step != block->step);
    if (!waits || !note(block, index, &s, s.gains, enters)) {
        loop_late_settle(block, index);
        if (late->by)
            spell_out(call, late->number);
        late->lives = false;
        return false;
    }
    loop_synapses_rescale(call, &s, 0);
    return true;
}

/* ---- doing ---- */

/* A read-out on whose way learning is done, for the lanes of a bundle. */
typedef struct Pass {
    LoopReal *weights, *traces;  /* [channels][reach][lanes] */
    LoopReal *value;             /* [channels][apart], */
    const LoopReal *due;         /* and so is what enters; NULL: nothing does */
    const LoopReal *by;          /* or [lanes], and due the channel, see LoopLate; NULL: a row for each */
    const LoopReal *push;        /* [lanes] what weights move by */
    const LoopReal *seen, *next; /* the context that enters traces, and that which is read out */
    bool shared;                 /* by all lanes */
    size_t channels, reach, lanes;
    size_t apart;                /* lanes of the block */
} Pass;

/* What a strip of lanes of a channel has. */
typedef struct Strip {
    LoopReal *w, *e;
    const LoopReal *x, *old;
    LoopWide due[LOOP_LATE_STRIP], push[LOOP_LATE_STRIP];
    LoopWideMask pushes[LOOP_LATE_STRIP], kept;
} Strip;

/* How a kernel below is made: whether something enters the traces, before the weights move, or behind that; how far from lane to lane
   the context is; how far from row to row weights are, and the context too where it is not shared: a constant for most bundles, since
   a row of eight would take more numbers of that kind than there are registers for them. */
typedef struct Form {
    bool enters, first;
    size_t in, row;
} Form;

/* Row `j`: sum += w x, once the row has learned. Where a trace is 0 its weight gets a 0, which it would not in the rule; no weight is
   -0, and none sees it. */
LOOP_INLINE void late_row(LoopWide *sum, const Strip *s, size_t j, size_t vectors, Form form)
{
    for (size_t i = 0; i < vectors; i++) {
        const size_t at = j * form.row + i * LOOP_WIDE, line = form.in ? at : j;
        LoopWide now = form.in ? loop_wide(s->x + line) : loop_wide_of(s->x[line]);
        LoopWide trace = loop_wide(s->e + at), weight = loop_wide(s->w + at), entered = trace;
        if (form.enters) {
            entered += s->due[i] * (form.in ? loop_wide(s->old + line) : loop_wide_of(s->old[line]));
            loop_wide_put(s->e + at, loop_wide_select(s->kept, trace, entered));
        }
        LoopWide moved = weight + loop_wide_where(s->pushes[i], s->push[i] * (form.first ? entered : trace));
        loop_wide_put(s->w + at, loop_wide_select(s->kept, weight, moved));
        sum[i] += loop_wide_where(loop_wide_different(now, (LoopWide){0}), moved * now);
    }
}

/* sum += w x, by the eight of sum.h, for all lines. */
LOOP_INLINE void late_lines(LoopWide (*sum)[LOOP_LATE_STRIP], const Strip *s, size_t reach, size_t vectors, Form form)
{
    size_t j = 0;
    for (; j + LOOP_PARTS <= reach; j += LOOP_PARTS)
        LOOP_UNROLL(8)
        for (size_t p = 0; p < LOOP_PARTS; p++)
            late_row(sum[p], s, j + p, vectors, form);
    LOOP_UNROLL(8)
    for (size_t p = 0; p < LOOP_PARTS; p++)
        if (j + p < reach)
            late_row(sum[p], s, j + p, vectors, form);
}

/* What enters the traces of channel `k` in a vector of lanes. */
LOOP_INLINE LoopWide late_due(const Pass *pass, size_t k, size_t l)
{
    if (!pass->by)
        return loop_wide(pass->due + k * pass->apart + l);
    return loop_wide_where(loop_wide_equal(loop_wide(pass->due + l), loop_wide_of((LoopReal)k)), loop_wide(pass->by + l));
}

/* Channel `k` in `vectors` vectors of lanes from `l` on. Where none of them gives it credit, its traces are not written. */
LOOP_INLINE void late_strip(const Pass *pass, size_t k, size_t l, size_t vectors, LoopWideMask kept, Form form)
{
    const size_t reach = pass->reach, first = k * reach * form.row + l;
    Strip s = {.w = pass->weights + first, .e = pass->traces + first, .x = pass->next + l * form.in, .old = pass->seen + l * form.in, .kept = kept};
    LoopWide sum[LOOP_PARTS][LOOP_LATE_STRIP];
    LoopWideMask credit = loop_wide_nowhere();
    for (size_t i = 0; i < vectors; i++) {
        s.push[i] = loop_wide(pass->push + l + i * LOOP_WIDE);
        s.pushes[i] = loop_wide_different(s.push[i], (LoopWide){0});
        if (pass->due)
            s.due[i] = late_due(pass, k, l + i * LOOP_WIDE);
        if (pass->due)
            credit |= loop_wide_different(s.due[i], (LoopWide){0});
        for (size_t p = 0; p < LOOP_PARTS; p++)
            sum[p][i] = (LoopWide){0};
    }
    if (loop_wide_any(credit))
        late_lines(sum, &s, reach, vectors, (Form){true, form.first, form.in, form.row});
    else
        late_lines(sum, &s, reach, vectors, (Form){false, false, form.in, form.row});
    for (size_t i = 0; i < vectors; i++) {
        LoopReal *at = pass->value + k * pass->apart + l + i * LOOP_WIDE;
        LoopWide all = LOOP_SUM8(sum, [i]);
        loop_wide_put(at, loop_wide_select(kept, loop_wide(at), all));
    }
}

LOOP_INLINE void late_strips(const Pass *pass, Form form)
{
    const size_t n = form.row, channels = pass->channels;
    size_t l = 0;
    for (; l + LOOP_LATE_STRIP * LOOP_WIDE <= n; l += LOOP_LATE_STRIP * LOOP_WIDE)
        for (size_t k = 0; k < channels; k++)
            late_strip(pass, k, l, LOOP_LATE_STRIP, loop_wide_nowhere(), form);
    for (; l < n; l += LOOP_WIDE)
        for (size_t k = 0; k < channels; k++)
            late_strip(pass, k, l, 1, loop_wide_from(n - l), form);
}

LOOP_INLINE void late_rows(const Pass *pass, bool first, size_t in)
{
    if (pass->lanes == LOOP_BUNDLE)
        late_strips(pass, (Form){.first = first, .in = in, .row = LOOP_BUNDLE});
    else
        late_strips(pass, (Form){.first = first, .in = in, .row = pass->lanes});
}

static void late_pass(const Pass *pass, bool first)
{
    if (!pass->shared)
        first ? late_rows(pass, true, 1) : late_rows(pass, false, 1);
    else
        first ? late_rows(pass, true, 0) : late_rows(pass, false, 0);
}

/* Traces take over their scale, as on a step of the sweeps of eligibility.h, but that none is known to have ended. */
static void fade(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    const LoopRuleCall *call = &block->calls[index];
    if (!late->fades)
        return;
    const size_t synapses = loop_synapses(call->loop);
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        const LoopReal *restrict by = late->fade + b.first;
        LoopReal *restrict e = call->traces + b.first * synapses;
        for (size_t s = 0; s < synapses; s++, e += b.lanes)
            for (size_t l = 0; l < b.lanes; l++) {
                LoopReal left = by[l] * e[l];
                e[l] = fabs(left) < LOOP_TRACE_LEAST ? 0.0 : left;
            }
    }
    late->fades = false;
}

static void do_late(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value)
{
    LoopLate *late = &block->late[index];
    const LoopRuleCall *call = &block->calls[index];
    const size_t channels = call->loop->channels, synapses = loop_synapses(call->loop);
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        const LoopView old = loop_seen_view(block, index, block->seen[index].last, b), now = loop_seen_view(block, index, context, b);
        const Pass pass = {.weights = call->weights + b.first * synapses, .traces = call->traces + b.first * synapses,
                           .value = value + b.first, .due = late->enters ? late->due + b.first : NULL,
                           .by = late->by ? late->by + b.first : NULL, .push = late->push + b.first,
                           .seen = old.at, .next = now.at, .shared = !now.lane,
                           .channels = channels, .reach = call->wires.reach, .lanes = b.lanes, .apart = call->lanes};
        late_pass(&pass, late->first);
    }
    late->moves = late->enters = late->first = false;
    fade(block, index);
}

/* What enters the traces of channel `k`, where its number is kept. */
static const LoopReal *of_channel(const LoopRuleCall *call, const LoopLate *late, size_t k)
{
    LoopReal *due = loop_synapses_room(call, 2);
    for (size_t l = 0; l < call->lanes; l++)
        due[l] = late->due[l] == (LoopReal)k ? late->by[l] : 0;
    return due;
}

/* No weight moves: traces by themselves. */
static void enter(LoopBlock *block, size_t index)
{
    LoopLate *late = &block->late[index];
    const LoopRuleCall *call = &block->calls[index];
    const size_t reach = call->wires.reach;
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        const LoopView old = loop_seen_view(block, index, block->seen[index].last, b);
        LoopSynapses s = {.rows = reach, .n = b.lanes, .step = 1};
        for (size_t k = 0; k < call->loop->channels; k++) {
            s.due = late->by ? of_channel(call, late, k) + b.first : late->due + k * call->lanes + b.first;
            s.e = call->traces + b.first * loop_synapses(call->loop) + k * reach * b.lanes;
            if (loop_synapses_any(s.due, s.n))
                loop_synapses_trace_any(&s, old.at, old.step, old.lane);
        }
    }
    late->enters = late->first = false;
    fade(block, index);
}

void loop_late_settle(LoopBlock *block, size_t index)
{
    const LoopLate *late = &block->late[index];
    if (late->moves) /* for a value that nobody asked for */
        do_late(block, index, block->seen[index].last, loop_synapses_room(&block->calls[index], LOOP_RULE_ARRAYS));
    else if (late->enters)
        enter(block, index);
    else
        fade(block, index);
}

void loop_late_value(LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    do_late(block, index, block->seen[index].next, loop_block_register(block, loop->value));
}
