/* Eligibility traces, which all learning rules have alike: which synapses have one, how they decay, and what enters them.

   Traces are kept without their common decay: a trace is the number that is kept for it, times a scale that its channel has in each lane,
   or in all lanes where they decay alike. On most steps only the scale moves, and what enters is divided by it. Where the scale of a lane
   would leave 2^-16 .. 2^16 the numbers take it over, and it is 1 again; so do those of all lanes on every 64th step, when traces below
   2^-100 become 0: one that fades ends some day, and never gets so small that processors grow slow. */
#ifndef LOOP_ELIGIBILITY_H
#define LOOP_ELIGIBILITY_H

#include <math.h>
#include <string.h>

#include "runtime/rules/runs.h"
#include "runtime/rules/wiring.h"

#define LOOP_TRACE_LEAST 0x1p-100
static const LoopReal LOOP_SCALE_LEAST = 0x1p-16, LOOP_SCALE_MOST = 0x1p16;
enum { LOOP_TRACE_SWEEP = 64 };

/* Row `k` of a view, [lanes]: where it lies, or spread out in `room`. */
static inline const LoopReal *loop_synapses_spread(const LoopRuleCall *call, LoopView v, size_t k, LoopReal *room)
{
    const LoopReal *at = v.at + k * v.step;
    if (v.lane || call->lanes == 1)
        return at;
    for (size_t i = 0; i < call->lanes; i++)
        room[i] = at[0];
    return room;
}

static inline LoopReal *loop_synapses_room(const LoopRuleCall *call, size_t i)
{
    return call->scratch + i * call->span;
}

/* Whether any is not 0; the first often tells. Bits are gathered, since a comparison of each would not become vector code; the sign
   does not count. */
static inline bool loop_synapses_any(const LoopReal *x, size_t n)
{
    LoopBits any = 0;
    if (n && x[0] != 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        LoopBits bits;
        memcpy(&bits, &x[i], sizeof bits);
        any |= bits << 1;
    }
    return any != 0;
}

static inline bool loop_synapses_all_one(const LoopReal *x, size_t n)
{
    const LoopReal one = 1.0;
    LoopBits wanted, differs = 0;
    memcpy(&wanted, &one, sizeof wanted);
    for (size_t i = 0; i < n; i++) {
        LoopBits bits;
        memcpy(&bits, &x[i], sizeof bits);
        differs |= bits ^ wanted;
    }
    return !differs;
}

/* How many numbers there are in a row of a view. */
static inline size_t loop_synapses_own(const LoopRuleCall *call, LoopView v)
{
    return v.lane ? call->lanes : 1;
}

/* Dopamine of channel `k`, times burst or dip. */
static inline const LoopReal *loop_synapses_dopamine(const LoopRuleCall *call, size_t k)
{
    LoopReal *restrict scaled = loop_synapses_room(call, 9);
    const LoopReal *restrict d = loop_synapses_spread(call, call->dopamine, k, loop_synapses_room(call, 0));
    if (call->loop->burst == LOOP_NONE && call->loop->dip == LOOP_NONE)
        return d;
    const LoopReal *restrict burst = loop_synapses_spread(call, call->burst, k, loop_synapses_room(call, 6));
    const LoopReal *restrict dip = loop_synapses_spread(call, call->dip, k, loop_synapses_room(call, 7));
    for (size_t l = 0; l < call->lanes; l++)
        scaled[l] = (d[l] > 0 ? burst[l] : dip[l]) * d[l];
    return scaled;
}

/* The scales that channel `k` has, [lanes]: all channels have one where their decay is one. */
static inline LoopReal *loop_synapses_scales(const LoopRuleCall *call, size_t k)
{
    return call->scales + (call->trace.step ? k * call->lanes : 0);
}

static inline void loop_synapses_fill(const LoopRuleCall *call, LoopReal *restrict row, LoopReal x)
{
    for (size_t l = 0; l < call->lanes; l++)
        row[l] = x;
}

/* d = x times row `by`, of which all lanes have the first number if it is `shared`. d may be x. */
static inline void loop_synapses_times(const LoopRuleCall *call, LoopReal *d, const LoopReal *x, const LoopReal *by, bool shared)
{
    const LoopReal all = by[0];
    if (shared) {
        LOOP_APART
        for (size_t l = 0; l < call->lanes; l++)
            d[l] = all * x[l];
    } else {
        LOOP_APART
        for (size_t l = 0; l < call->lanes; l++)
            d[l] = by[l] * x[l];
    }
}

/* Decay of channel `k`: of the scale, or of the traces themselves. Where lanes have one decay they have one scale, which is worked
   out for the first, and `next` and `inverse` have that alone. Called with `own` a constant where it is 1: loops over one number would
   take longer to begin than to run. */
LOOP_INLINE void loop_synapses_decay_own(const LoopRuleCall *call, LoopSynapses *s, size_t k, size_t own)
{
    LoopReal *restrict next = loop_synapses_room(call, 10), *restrict fade = loop_synapses_room(call, 11),
                       *restrict inverse = loop_synapses_room(call, 13);
    const LoopReal *restrict scale = loop_synapses_scales(call, k), *restrict decay = call->trace.at + k * call->trace.step;
    const LoopReal most = s->sweeps ? 0 : LOOP_SCALE_MOST;
    s->ones = !call->lasting || loop_synapses_all_one(scale, own);
    s->decays = call->lasting && loop_synapses_any(decay, own);
    s->fresh = !s->decays && s->ones;
    s->scale = scale;
    s->shared = own < call->lanes;
    s->fades = s->plain = true;
    if (call->loop->swaps_traces)
        return;
    if (s->fresh) {
        s->fade = loop_synapses_spread(call, call->trace, k, loop_synapses_room(call, 3));
        return;
    }
    for (size_t l = 0; l < own; l++) {
        LoopReal to = scale[l] * decay[l];
        bool fits = (fabs(to) >= LOOP_SCALE_LEAST) & (fabs(to) <= most);
        next[l] = fits ? to : (LoopReal)1;
        fade[l] = fits ? (LoopReal)1 : to;
    }
    s->fades = s->sweeps || !loop_synapses_all_one(fade, own);
    s->plain = loop_synapses_all_one(next, own);
    for (size_t l = 0; !s->plain && l < own; l++)
        inverse[l] = (LoopReal)1 / next[l];
    if (s->shared && s->fades)
        loop_synapses_fill(call, fade, fade[0]);
    s->next = next;
    s->fade = fade;
    s->inverse = inverse;
    if (call->loop->credit_first)
        s->scale = next;
}

static inline void loop_synapses_decay(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    if (call->trace.lane)
        loop_synapses_decay_own(call, s, k, call->lanes);
    else
        loop_synapses_decay_own(call, s, k, 1);
}

/* push = rate times dopamine, times the scale. Whether rate times dopamine is not 0 in some lane. Called with the strides of rate and
   scale constants, so that each form becomes vector code. */
LOOP_INLINE bool loop_synapses_gain(const LoopRuleCall *call, LoopReal *restrict push, const LoopReal *restrict dopamine,
                                    const LoopReal *restrict rate, size_t by_rate, const LoopReal *restrict scale, size_t by_scale)
{
    LoopBits any = 0;
    for (size_t l = 0; l < call->lanes; l++) {
        const LoopReal gain = rate[l * by_rate] * dopamine[l];
        LoopBits bits;
        memcpy(&bits, &gain, sizeof bits);
        any |= bits << 1;
        push[l] = gain * scale[l * by_scale];
    }
    return any != 0;
}

/* Dopamine, gain and decay of channel `k`. */
static inline void loop_synapses_factors(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    static const LoopReal ONE = 1.0;
    LoopReal *push = loop_synapses_room(call, 1);
    const LoopReal *rate = call->rate.at + k * call->rate.step;
    s->dopamine = loop_synapses_dopamine(call, k);
    loop_synapses_decay(call, s, k);
    const bool scaled = !s->fresh && !(s->ones && !call->loop->credit_first);
    const LoopReal *scale = scaled ? s->scale : &ONE;
    if (scaled && !s->shared)
        s->gains = call->rate.lane ? loop_synapses_gain(call, push, s->dopamine, rate, 1, scale, 1)
                                   : loop_synapses_gain(call, push, s->dopamine, rate, 0, scale, 1);
    else
        s->gains = call->rate.lane ? loop_synapses_gain(call, push, s->dopamine, rate, 1, scale, 0)
                                   : loop_synapses_gain(call, push, s->dopamine, rate, 0, scale, 0);
    s->push = push;
}

/* Keeps the scales of channel `k`: of lanes that have one, with the first of them. */
static inline void loop_synapses_rescale(const LoopRuleCall *call, const LoopSynapses *s, size_t k)
{
    LoopReal *scales = loop_synapses_scales(call, k);
    if (s->fresh || (s->ones && s->plain))
        return;
    if (call->trace.lane)
        memcpy(scales, s->next, call->lanes * sizeof *scales);
    else
        scales[0] = s->next[0];
}

/* What enters a trace, from credit times up-state. */
static inline const LoopReal *loop_synapses_enter(const LoopRuleCall *call, const LoopSynapses *s, const LoopReal *due, LoopReal *room)
{
    if (s->plain)
        return due;
    loop_synapses_times(call, room, due, s->inverse, s->shared);
    return room;
}

/* The same where all lanes have one credit and one scale, as a number for all of them. */
static inline const LoopReal *loop_synapses_enter_one(const LoopSynapses *s, const LoopReal *credit, LoopReal *room)
{
    if (s->plain)
        return credit;
    room[0] = s->inverse[0] * credit[0];
    return room;
}

/* Whether dopamine, gain and decay are one for all channels. */
static inline bool loop_synapses_alike(const LoopRuleCall *call)
{
    return !(call->dopamine.step || call->burst.step || call->dip.step || call->rate.step || call->trace.step);
}

/* Credit of channel `k` times its proposal, [lanes]. */
static inline const LoopReal *loop_synapses_credit(const LoopRuleCall *call, size_t k)
{
    LoopReal *room = loop_synapses_room(call, 2);
    const LoopReal *credit = loop_synapses_spread(call, call->credit, k, room);
    if (call->loop->credit_propose == LOOP_NONE)
        return credit;
    const LoopReal *propose = loop_synapses_spread(call, call->propose, k, loop_synapses_room(call, 6));
    for (size_t l = 0; l < call->lanes; l++)
        room[l] = credit[l] * propose[l];
    return room;
}

/* Goes on to channel `k`. */
static inline void loop_synapses_channel(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *room = loop_synapses_room(call, 12);
    s->k = k;
    if (k == 0 || !loop_synapses_alike(call))
        loop_synapses_factors(call, s, k);
    s->one = !call->credit.lane && call->loop->credit_propose == LOOP_NONE && !call->loop->upstate && (s->plain || s->shared) &&
             !s->fades && call->lanes >= LOOP_WIDE;
    s->credit = s->one ? call->credit.at + k * call->credit.step : loop_synapses_credit(call, k);
    s->due = s->one ? loop_synapses_enter_one(s, s->credit, room) : loop_synapses_enter(call, s, s->credit, room);
    s->credits = loop_synapses_any(s->credit, s->one ? 1 : call->lanes);
}

/* Weights that are within their bounds stay there until they move: they are all looked at on the first step, on which they may be anywhere,
   and on each where some lanes may be frozen, whose first step comes later. */
static inline void loop_synapses_begin(const LoopRuleCall *call, LoopSynapses *s)
{
    const bool forgets = call->loop->forget != LOOP_NONE, first = call->step == 0 || call->loop->freeze != LOOP_NONE;
    *s = (LoopSynapses){.step = call->lanes > 1,
                        .keeps = forgets || call->loop->bounded,
                        .always = forgets || (call->loop->bounded && first),
                        .sweeps = call->step % LOOP_TRACE_SWEEP == LOOP_TRACE_SWEEP - 1};
    for (size_t l = 0; call->loop->freeze != LOOP_NONE && l < call->lanes; l++)
        s->frozen = s->frozen || loop_view(call->freeze, 0, l) > 0;
}

/* ---- traces ---- */

/* e = fade e + due x for rows whose inputs begin `apart` from one another. Called with `step` and `in` constants: how far from lane to
   lane what the channel has is apart, and x. */
static inline void loop_synapses_trace(const LoopSynapses *s, const LoopReal *x, size_t apart, size_t step, size_t in)
{
    const size_t n = s->n;
    LoopReal *restrict e = s->e;
    const LoopReal *restrict fade = s->fade, *restrict due = s->due, *restrict of = x;
    for (size_t r = 0; r < s->rows; r++, e += n, of += apart)
        if (s->fades)
            for (size_t i = 0; i < n; i++)
                e[i] = fade[i * step] * e[i] + due[i * step] * of[i * in];
        else
            for (size_t i = 0; i < n; i++)
                e[i] += due[i * step] * of[i * in];
}

/* Some lanes of all rows where no trace fades: e += due x. */
LOOP_INLINE void loop_synapses_enter_strip(const LoopSynapses *s, const LoopReal *x, size_t apart, size_t in, size_t l, size_t vectors,
                                           LoopWideMask kept)
{
    const size_t n = s->n, rows = s->rows;
    LoopReal *e = s->e + l;
    LoopWide due[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        due[i] = s->one ? loop_wide_of(*s->due) : loop_wide(s->due + l + i * LOOP_WIDE);
    for (size_t r = 0; r < rows; r++, e += n, x += apart)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide old = loop_wide(e + i * LOOP_WIDE), more = due[i] * (in ? loop_wide(x + l + i * LOOP_WIDE) : loop_wide_of(*x));
            loop_wide_put(e + i * LOOP_WIDE, loop_wide_select(kept, old, old + more));
        }
}

LOOP_INLINE void loop_synapses_enter_lanes(const LoopSynapses *s, const LoopReal *x, size_t apart, size_t in)
{
#define LOOP_ENTER(l, vectors, kept) loop_synapses_enter_strip(s, x, apart, in, l, vectors, kept)
    LOOP_STRIPS(s->n, LOOP_ENTER);
#undef LOOP_ENTER
}

/* Row r has its inputs at x + r * apart; they are `in` apart from lane to lane, 0 where all see the same, or where there is one lane
   from synapse to synapse. */
static inline void loop_synapses_trace_any(const LoopSynapses *s, const LoopReal *x, size_t apart, size_t in)
{
    if (!s->step)
        loop_synapses_trace(s, x, apart, 0, 1);
    else if (!s->fades && s->n >= LOOP_WIDE)
        loop_synapses_enter_lanes(s, x, apart, in);
    else if (in)
        loop_synapses_trace(s, x, apart, 1, 1);
    else
        loop_synapses_trace(s, x, apart, 1, 0);
}

/* A trace, 0 once it has all but faded. */
static inline LoopReal loop_synapses_left(LoopReal e)
{
    return fabs(e) < LOOP_TRACE_LEAST ? 0.0 : e;
}

/* Ends traces that have all but faded. Whether any is left. */
static inline bool loop_synapses_sweep(LoopReal *restrict e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        e[i] = loop_synapses_left(e[i]);
    return loop_synapses_any(e, n);
}

/* After the traces of some runs of a word of row `row` have moved: `moved` are their bits, `enters` those of runs of lines that are not
   all 0. */
static inline void loop_synapses_mark(const LoopRuleCall *call, const LoopSynapses *s, size_t row, size_t word, uint64_t moved, uint64_t enters)
{
    uint64_t *live = loop_synapses_live(call, row) + word;
    const uint64_t lives = ((enters & loop_run_bits_if(s->credits)) | (*live & loop_run_bits_if(s->decays))) & moved;
    *live = (*live & ~moved) | lives;
    for (uint64_t left = s->sweeps ? lives : 0; left; left &= left - 1) {
        const size_t bit = (size_t)__builtin_ctzll(left), run = word * LOOP_RUNS_WORD + bit;
        LoopReal *e = call->traces + (row * call->wires.reach + loop_synapses_before(call, run)) * call->lanes;
        if (!loop_synapses_sweep(e, loop_synapses_length(call, run)))
            *live &= ~loop_run_bits(bit, 1);
    }
}

/* Moves on run `run` of the traces of row `row`, that of neuron `m` of the channel. */
static inline void loop_synapses_trace_run(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t run)
{
    const LoopWires *wires = &call->wires;
    const size_t j = loop_synapses_before(call, run), word = run / LOOP_RUNS_WORD;
    const uint64_t bit = loop_run_bits(run % LOOP_RUNS_WORD, 1);
    bool fades = (loop_synapses_live(call, row)[word] & bit) && s->fades;
    if (!fades && !s->credits)
        return;
    s->rows = 1;
    s->n = loop_synapses_length(call, run);
    LoopInputs x = loop_wires_inputs(wires, (s->k * call->loop->neurons + m) * wires->reach + j, m, j, s->n, loop_synapses_room(call, 5));
    const bool enters = s->credits && loop_synapses_any(x.at, x.step ? s->n : 1);
    if (!fades && !enters)
        return;
    s->e = call->traces + (row * wires->reach + j) * call->lanes;
    loop_synapses_trace_any(s, x.at, 0, x.step);
    loop_synapses_mark(call, s, row, word, bit, enters ? bit : 0);
}

/* Notes which runs of lines are not all 0, for neurons that see every line. */
static inline void loop_synapses_look(const LoopRuleCall *call)
{
    const LoopView x = call->wires.context;
    if (call->wires.wiring != LOOP_WIRING_BROADCAST || call->looked)
        return;
    if (call->lanes > 1 && !x.lane) { /* a run is a line, which all lanes see alike */
        loop_lines_seen(call->sees, x.at, x.step, call->wires.reach);
        return;
    }
    memset(call->sees, 0, loop_runs_words(loop_synapses_runs(call)) * sizeof *call->sees);
    for (size_t run = 0; run < loop_synapses_runs(call); run++)
        if (loop_synapses_any(x.at + loop_synapses_before(call, run) * x.step, loop_synapses_length(call, run)))
            call->sees[run / LOOP_RUNS_WORD] |= loop_run_bits(run % LOOP_RUNS_WORD, 1);
}

#endif
