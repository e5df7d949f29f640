/* Learning that was put off, done where lanes lie side by side: a vector is some lanes of one synapse. */
#include "runtime/rules/eligibility.h"
#include "runtime/vm/late_pass.h"
#include "runtime/vm/seen.h"
#include "runtime/vm/sum.h"

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

void loop_late_side_fade(LoopBlock *block, size_t index)
{
    const LoopLate *late = &block->late[index];
    const LoopRuleCall *call = &block->calls[index];
    const size_t synapses = loop_synapses(call->loop);
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        const LoopReal *restrict by = late->fade + b.first;
        LoopReal *restrict e = call->traces + b.first * synapses;
        for (size_t s = 0; s < synapses; s++, e += b.lanes)
            for (size_t l = 0; l < b.lanes; l++)
                e[l] = loop_synapses_left(by[l] * e[l]);
    }
}

void loop_late_side_pass(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value)
{
    const LoopLate *late = &block->late[index];
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
}

/* What enters the traces of channel `k`, where its number is kept. */
static const LoopReal *of_channel(const LoopRuleCall *call, const LoopLate *late, size_t k)
{
    LoopReal *due = loop_synapses_room(call, 2);
    for (size_t l = 0; l < call->lanes; l++)
        due[l] = late->due[l] == (LoopReal)k ? late->by[l] : 0;
    return due;
}

void loop_late_side_enter(LoopBlock *block, size_t index)
{
    const LoopLate *late = &block->late[index];
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
}
