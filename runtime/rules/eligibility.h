/* Eligibility traces, which all learning rules have alike: which synapses have one, how they decay, and what enters them.

   A run is one synapse in all lanes or, where there is but one lane, up to LOOP_TILE synapses of a neuron. Runs whose traces
   are all 0 are known by their `live` byte and passed over: their weights can't move. Most runs are like that where the
   context is a code of time or place. Runs side by side that are not passed over are a stretch, and worked on together.

   Traces are kept without their common decay: a trace is the number that is kept for it, times a scale that its channel has in
   each lane. On most steps only the scale moves, and what enters is divided by it. Where the scale of a lane would leave
   2^-16 .. 2^16 the numbers take it over, and it is 1 again; so do those of all lanes on every 64th step, when traces below
   2^-100 become 0: one that fades ends some day, and never gets so small that processors grow slow. */
#ifndef LOOP_ELIGIBILITY_H
#define LOOP_ELIGIBILITY_H

#include <math.h>
#include <string.h>

#include "runtime/vm/wiring.h"

/* A row of `n` synapses of channel `k`. What the channel has is [lanes]: element i of a row has that at i * step. */
typedef struct LoopSynapses {
    size_t k, n;
    size_t step;              /* 1; 0 where there is one lane */
    const LoopReal *dopamine; /* [lanes], times burst or dip */
    const LoopReal *push;     /* times rate and scale: what a unit of e adds to the weight */
    const LoopReal *scale;    /* a trace is scale * e when weights move */
    const LoopReal *next;     /* the scale behind this step, */
    const LoopReal *inverse;  /* 1 over it */
    const LoopReal *fade;     /* what e takes over of it: 1 on most steps */
    const LoopReal *credit;   /* credit times proposal, */
    const LoopReal *due;      /* 0 where the neuron is not in its up-state, and divided by the next scale */
    LoopReal *w, *e, *memory; /* [n] */
    bool frozen, decays, credits, gains; /* some lanes are frozen, have traces that last, have a credit, a gain */
    bool fades;               /* some lanes have a fade, or all are swept */
    bool ones, plain;         /* the scale is 1 in all lanes, and the next one is */
    bool fresh;               /* the scale is and stays 1, and nothing is left of the traces */
    bool always;              /* weights move, or may, where there is no trace */
    bool sweeps;              /* on this step traces that have all but faded end */
} LoopSynapses;

#define LOOP_TRACE_LEAST 0x1p-100
static const LoopReal LOOP_SCALE_LEAST = 0x1p-16, LOOP_SCALE_MOST = 0x1p16;
enum { LOOP_TRACE_SWEEP = 64 };
enum { LOOP_STRETCH = 4096 }; /* numbers of a stretch, at most: what its weights have read is near for its traces */

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

/* d = x times row `k` of a view */
static inline void loop_synapses_scale(const LoopRuleCall *call, LoopReal *restrict d, const LoopReal *restrict x, LoopView v, size_t k)
{
    const LoopReal *restrict by = v.at + k * v.step;
    if (v.lane)
        for (size_t l = 0; l < call->lanes; l++)
            d[l] = by[l] * x[l];
    else
        for (size_t l = 0; l < call->lanes; l++)
            d[l] = by[0] * x[l];
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

/* The first of a row for all lanes. */
static inline void loop_synapses_fill(const LoopRuleCall *call, LoopReal *row)
{
    const LoopReal x = row[0];
    for (size_t l = 0; l < call->lanes; l++)
        row[l] = x;
}

/* Decay of channel `k`: of the scale, or of the traces themselves. Where lanes have one decay they have one scale, which is worked
   out for the first. */
static inline void loop_synapses_decay(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *restrict next = loop_synapses_room(call, 10), *restrict fade = loop_synapses_room(call, 11), *restrict inverse = loop_synapses_room(call, 13);
    const LoopReal *restrict scale = loop_synapses_scales(call, k), *restrict decay = call->trace.at + k * call->trace.step;
    const LoopReal most = s->sweeps ? 0 : LOOP_SCALE_MOST;
    const size_t own = loop_synapses_own(call, call->trace);
    s->ones = !call->lasting || loop_synapses_all_one(scale, own);
    s->decays = call->lasting && loop_synapses_any(decay, own);
    s->fresh = !s->decays && s->ones;
    s->scale = scale;
    s->fades = s->plain = true;
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
    if (own < call->lanes) {
        loop_synapses_fill(call, next);
        if (s->fades)
            loop_synapses_fill(call, fade);
        if (!s->plain)
            loop_synapses_fill(call, inverse);
    }
    s->next = next;
    s->fade = fade;
    s->inverse = inverse;
    if (call->loop->credit_first)
        s->scale = next;
}

/* Dopamine, gain and decay of channel `k`. */
static inline void loop_synapses_factors(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *restrict gain = loop_synapses_room(call, 1), *restrict push = loop_synapses_room(call, 12);
    s->dopamine = loop_synapses_dopamine(call, k);
    loop_synapses_scale(call, gain, s->dopamine, call->rate, k);
    s->push = gain;
    s->gains = loop_synapses_any(gain, call->lanes);
    loop_synapses_decay(call, s, k);
    if (s->fresh || (s->ones && !call->loop->credit_first))
        return;
    for (size_t l = 0; l < call->lanes; l++)
        push[l] = gain[l] * s->scale[l];
    s->push = push;
}

/* Keeps the scales of channel `k`. */
static inline void loop_synapses_rescale(const LoopRuleCall *call, const LoopSynapses *s, size_t k)
{
    if (!s->fresh && !(s->ones && s->plain))
        memcpy(loop_synapses_scales(call, k), s->next, call->lanes * sizeof *s->next);
}

/* What enters a trace, from credit times up-state. */
static inline const LoopReal *loop_synapses_enter(const LoopRuleCall *call, const LoopSynapses *s, const LoopReal *due, LoopReal *room)
{
    for (size_t l = 0; !s->plain && l < call->lanes; l++)
        room[l] = due[l] * s->inverse[l];
    return s->plain ? due : room;
}

/* Whether dopamine, gain and decay are one for all channels. */
static inline bool loop_synapses_alike(const LoopRuleCall *call)
{
    return !(call->dopamine.step || call->burst.step || call->dip.step || call->rate.step || call->trace.step);
}

/* Goes on to channel `k`. */
static inline void loop_synapses_channel(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *credit = loop_synapses_room(call, 2);
    s->k = k;
    if (k == 0 || !loop_synapses_alike(call))
        loop_synapses_factors(call, s, k);
    s->credit = loop_synapses_spread(call, call->credit, k, credit);
    if (call->loop->credit_propose != LOOP_NONE) {
        const LoopReal *propose = loop_synapses_spread(call, call->propose, k, loop_synapses_room(call, 6));
        for (size_t l = 0; l < call->lanes; l++)
            credit[l] = s->credit[l] * propose[l];
        s->credit = credit;
    }
    s->due = loop_synapses_enter(call, s, s->credit, loop_synapses_room(call, 14));
    s->credits = loop_synapses_any(s->credit, call->lanes);
}

static inline LoopSynapses loop_synapses_begin(const LoopRuleCall *call)
{
    LoopSynapses s = {.step = call->lanes > 1, .always = call->loop->forget != LOOP_NONE || call->loop->bounded, .sweeps = call->step % LOOP_TRACE_SWEEP == LOOP_TRACE_SWEEP - 1};
    for (size_t l = 0; call->loop->freeze != LOOP_NONE && l < call->lanes; l++)
        s.frozen = s.frozen || loop_view(call->freeze, 0, l) > 0;
    return s;
}

/* ---- runs and stretches ---- */

static inline size_t loop_synapses_run(const LoopRuleCall *call)
{
    return call->lanes > 1 ? 1 : LOOP_TILE; /* synapses of a neuron that a run takes */
}

static inline size_t loop_synapses_length(const LoopRuleCall *call, size_t j)
{
    size_t left = call->wires.reach - j;
    return call->lanes > 1 ? call->lanes : left < LOOP_TILE ? left : LOOP_TILE;
}

/* The byte of the run that begins with synapse `j` of row `row` of the traces. */
static inline uint8_t *loop_synapses_live(const LoopRuleCall *call, size_t row, size_t j)
{
    return call->live + row * call->wires.reach + j;
}

/* What is to be done with some synapses. */
enum { LOOP_MOVE_WEIGHTS = 1, LOOP_MOVE_TRACES = 2 };

/* Of `asked`, what there is to do for the run that begins with synapse `j` of row `row`: weights move where there is a trace (or
   anyway), traces where there is one that fades or something enters. */
static inline int loop_synapses_due(const LoopRuleCall *call, const LoopSynapses *s, int asked, size_t row, size_t j)
{
    bool live = *loop_synapses_live(call, row, j), enters = s->credits && call->sees[j];
    return asked & ((live || s->always ? LOOP_MOVE_WEIGHTS : 0) | ((live && s->fades) || enters ? LOOP_MOVE_TRACES : 0));
}

/* The next stretch of row `row` from synapse *j on, of runs for which the same is to be done: *due. Where it begins, and how many
   synapses it has. */
static inline size_t loop_synapses_stretch(const LoopRuleCall *call, const LoopSynapses *s, int asked, size_t row, size_t *j, int *due)
{
    size_t reach = call->wires.reach, run = loop_synapses_run(call), most = LOOP_STRETCH / call->lanes;
    while (*j < reach && !(*due = loop_synapses_due(call, s, asked, row, *j)))
        *j += run;
    size_t end = *j;
    do
        end += run;
    while (end < reach && end - *j < most && loop_synapses_due(call, s, asked, row, end) == *due);
    return *j < reach ? (end < reach ? end : reach) - *j : 0;
}

/* ---- traces ---- */

/* e = fade e + due x for a row; `in` is the stride of x. */
static inline void loop_synapses_trace(const LoopSynapses *s, const LoopReal *x, size_t step, size_t in)
{
    LoopReal *restrict e = s->e;
    const LoopReal *restrict fade = s->fade, *restrict due = s->due, *restrict of = x;
    if (s->fades)
        for (size_t i = 0; i < s->n; i++)
            e[i] = fade[i * step] * e[i] + due[i * step] * of[i * in];
    else
        for (size_t i = 0; i < s->n; i++)
            e[i] += due[i * step] * of[i * in];
}

/* The same where nothing enters; but for the sign of a 0, which nobody sees, with the same bits. */
static inline void loop_synapses_fade(const LoopSynapses *s)
{
    LoopReal *restrict e = s->e;
    const LoopReal *restrict fade = s->fade;
    for (size_t i = 0; i < s->n; i++)
        e[i] *= fade[i];
}

static inline void loop_synapses_trace_any(const LoopSynapses *s, const LoopReal *x, size_t in)
{
    if (!s->step)
        loop_synapses_trace(s, x, 0, 1);
    else if (in)
        loop_synapses_trace(s, x, 1, 1);
    else if (x[0] == 0)
        loop_synapses_fade(s);
    else
        loop_synapses_trace(s, x, 1, 0);
}

/* Ends traces that have all but faded. Whether any is left. */
static inline bool loop_synapses_sweep(LoopReal *restrict e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        e[i] = fabs(e[i]) < LOOP_TRACE_LEAST ? 0.0 : e[i];
    return loop_synapses_any(e, n);
}

/* After a run of traces has moved; `e` is where it begins. */
static inline void loop_synapses_mark(const LoopRuleCall *call, const LoopSynapses *s, uint8_t *live, bool enters, LoopReal *e, size_t j)
{
    *live = enters || (*live && s->decays);
    if (s->sweeps && *live)
        *live = loop_synapses_sweep(e, loop_synapses_length(call, j));
}

/* Moves on the run of traces that begins with synapse `j` of row `row`, that of neuron `m` of the channel. */
static inline void loop_synapses_trace_run(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t j)
{
    const LoopWires *wires = &call->wires;
    uint8_t *live = loop_synapses_live(call, row, j);
    bool fades = *live && s->fades;
    if (!fades && !s->credits)
        return;
    s->n = loop_synapses_length(call, j);
    LoopInputs x = loop_wires_inputs(wires, (s->k * call->loop->neurons + m) * wires->reach + j, m, j, s->n, loop_synapses_room(call, 5));
    bool enters = s->credits && loop_synapses_any(x.at, x.step ? s->n : 1);
    if (!fades && !enters)
        return;
    s->e = call->traces + (row * wires->reach + j) * call->lanes;
    loop_synapses_trace_any(s, x.at, x.step);
    loop_synapses_mark(call, s, live, enters, s->e, j);
}

/* Notes which runs of lines are not all 0, for neurons that see every line. */
static inline void loop_synapses_look(const LoopRuleCall *call)
{
    LoopView x = call->wires.context;
    for (size_t j = 0; call->wires.wiring == LOOP_WIRING_BROADCAST && j < call->wires.reach; j += loop_synapses_run(call)) {
        size_t n = call->lanes > 1 && !x.lane ? 1 : loop_synapses_length(call, j);
        call->sees[j] = loop_synapses_any(x.at + j * x.step, n);
    }
}

#endif
