/* What every learning rule does alike: it walks over the synapses of a loop and moves traces on. A rule gives one function,
   which moves the weights of a row.

   A run is one synapse in all lanes or, where there is but one lane, up to LOOP_TILE synapses of a neuron. Runs whose traces
   are all 0 are known by their `live` byte and passed over: their weights can't move. Most runs are like that where the
   context is a code of time or place. Runs side by side that are not passed over are a stretch, and worked on together. So
   that a trace which fades ends some day, and never gets so small that processors grow slow, those below 2^-100 become 0 on
   every 64th step. */
#ifndef LOOP_SYNAPSES_H
#define LOOP_SYNAPSES_H

#include <math.h>
#include <string.h>

#include "runtime/vm/wiring.h"

/* Synapses of channel `k`: `rows` rows of `n`. What the channel has is [lanes]: element i of a row has that at i * step. */
typedef struct LoopSynapses {
    size_t k, rows, n;
    size_t step;              /* 1; 0 where there is one lane */
    const LoopReal *dopamine; /* [lanes], times burst or dip */
    const LoopReal *gain;     /* times the rate: what a unit of trace adds to the weight */
    const LoopReal *decay;    /* of the trace */
    const LoopReal *credit;   /* credit times proposal, */
    const LoopReal *due;      /* and 0 where the neuron is not in its up-state */
    LoopReal *w, *e, *memory; /* [rows][n]; a rule sees one row */
    bool frozen, decays, credits, gains; /* some lanes are frozen, have traces that last, have a credit, a gain */
    bool holds;               /* all traces stay as they are, but for what enters */
    bool sweeps;              /* on this step traces that have all but faded end */
} LoopSynapses;

/* Moves the weights of a row. Called with `step` a constant, so that both forms become vector code. */
typedef void LoopSynapsesMove(const LoopRuleCall *call, const LoopSynapses *s, size_t step);

#define LOOP_TRACE_LEAST 0x1p-100
enum { LOOP_TRACE_SWEEP = 64 };
enum { LOOP_STRETCH = 4096 }; /* numbers of a stretch, at most: what is written by one pass should be near for the next */

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

/* Whether any is not 0. Bits are gathered, since a comparison of each would not become vector code; the sign does not count. */
static inline bool loop_synapses_any(const LoopReal *x, size_t n)
{
    LoopBits any = 0;
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

/* Dopamine, gain and decay of channel `k`. */
static inline void loop_synapses_factors(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *restrict dopamine = loop_synapses_room(call, 0), *restrict gain = loop_synapses_room(call, 1);
    const LoopReal *d = loop_synapses_spread(call, call->dopamine, k, loop_synapses_room(call, 5));
    const LoopReal *burst = loop_synapses_spread(call, call->burst, k, loop_synapses_room(call, 6));
    const LoopReal *dip = loop_synapses_spread(call, call->dip, k, loop_synapses_room(call, 7));
    for (size_t l = 0; l < call->lanes; l++)
        dopamine[l] = (d[l] > 0 ? burst[l] : dip[l]) * d[l];
    const LoopReal *rate = loop_synapses_spread(call, call->rate, k, loop_synapses_room(call, 5));
    for (size_t l = 0; l < call->lanes; l++)
        gain[l] = rate[l] * dopamine[l];
    s->dopamine = dopamine;
    s->gain = gain;
    s->decay = loop_synapses_spread(call, call->trace, k, loop_synapses_room(call, 3));
    s->decays = loop_synapses_any(s->decay, call->lanes);
    s->gains = loop_synapses_any(gain, call->lanes);
    s->holds = loop_synapses_all_one(s->decay, call->lanes);
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
    s->due = s->credit;
    s->credits = loop_synapses_any(s->credit, call->lanes);
}

static inline LoopSynapses loop_synapses_begin(const LoopRuleCall *call)
{
    LoopSynapses s = {.step = call->lanes > 1, .sweeps = call->step % LOOP_TRACE_SWEEP == LOOP_TRACE_SWEEP - 1};
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

/* The next stretch of a row from synapse *j on, of runs that are live, or marked in `more`; where it begins, and how many
   synapses it has. */
static inline size_t loop_synapses_stretch(const LoopRuleCall *call, const uint8_t *live, const uint8_t *more, bool all, size_t *j)
{
    size_t reach = call->wires.reach, run = loop_synapses_run(call), most = LOOP_STRETCH / call->lanes;
    while (*j < reach && !(all || live[*j] || (more && more[*j])))
        *j += run;
    size_t end = *j;
    do
        end += run;
    while (end < reach && end - *j < most && (all || live[end] || (more && more[end])));
    return *j < reach ? (end < reach ? end : reach) - *j : 0;
}

/* `count` synapses from one on, as rows. */
static inline void loop_synapses_shape(const LoopRuleCall *call, LoopSynapses *s, size_t count)
{
    s->rows = call->lanes > 1 ? count : 1;
    s->n = call->lanes > 1 ? call->lanes : count;
}

/* ---- traces ---- */

/* e = decay e + credit x; `at` moves on by `row` from row to row, by `in` within one. */
static inline void loop_synapses_trace(const LoopSynapses *s, const LoopReal *at, size_t row, size_t step, size_t in)
{
    for (size_t r = 0; r < s->rows; r++) {
        LoopReal *restrict e = s->e + r * s->n;
        const LoopReal *restrict decay = s->decay, *restrict due = s->due, *restrict x = at + r * row;
        for (size_t i = 0; i < s->n; i++)
            e[i] = decay[i * step] * e[i] + due[i * step] * x[i * in];
    }
}

static inline void loop_synapses_trace_any(const LoopSynapses *s, const LoopReal *at, size_t row, size_t in)
{
    if (!s->step)
        loop_synapses_trace(s, at, row, 0, 1);
    else if (in)
        loop_synapses_trace(s, at, row, 1, 1);
    else
        loop_synapses_trace(s, at, row, 1, 0);
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
    if (!*live && !s->credits)
        return;
    s->rows = 1;
    s->n = loop_synapses_length(call, j);
    LoopInputs x = loop_wires_inputs(wires, (s->k * call->loop->neurons + m) * wires->reach + j, m, j, s->n, loop_synapses_room(call, 5));
    bool enters = s->credits && loop_synapses_any(x.at, x.step ? s->n : 1);
    if (!*live && !enters)
        return;
    s->e = call->traces + (row * wires->reach + j) * call->lanes;
    loop_synapses_trace_any(s, x.at, 0, x.step);
    loop_synapses_mark(call, s, live, enters, s->e, j);
}

/* Moves on a stretch of traces of row `row`, of neurons that see every line. */
static inline void loop_synapses_trace_stretch(const LoopRuleCall *call, LoopSynapses *s, size_t row, size_t j, size_t count)
{
    LoopView x = call->wires.context;
    size_t run = loop_synapses_run(call);
    loop_synapses_shape(call, s, count);
    s->e = call->traces + (row * call->wires.reach + j) * call->lanes;
    loop_synapses_trace_any(s, x.at + j * x.step, x.step, s->step ? x.lane : 1);
    for (size_t i = 0; i < count; i += run)
        loop_synapses_mark(call, s, loop_synapses_live(call, row, j + i), s->credits && call->sees[j + i], s->e + i * call->lanes, j + i);
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

/* Row `row` of the traces: those of neuron `m` of the channel, or of all its neurons. */
static inline void loop_synapses_traces(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row)
{
    const uint8_t *live = loop_synapses_live(call, row, 0), *more = s->credits ? call->sees : NULL;
    if (s->holds && !s->credits && !s->sweeps)
        return;
    if (call->wires.wiring != LOOP_WIRING_BROADCAST)
        for (size_t j = 0; j < call->wires.reach; j += loop_synapses_run(call))
            loop_synapses_trace_run(call, s, m, row, j);
    else
        for (size_t j = 0, count; (count = loop_synapses_stretch(call, live, more, false, &j)) > 0; j += count)
            loop_synapses_trace_stretch(call, s, row, j, count);
}

/* ---- weights ---- */

/* After weights have moved: forgetting, then bounds. */
static inline void loop_synapses_keep(const LoopRuleCall *call, const LoopSynapses *s)
{
    const LoopLoop *loop = call->loop;
    LoopReal lo = (LoopReal)loop->lo, hi = (LoopReal)loop->hi;
    if (loop->forget != LOOP_NONE)
        for (size_t i = 0; i < s->n; i++)
            s->w[i] *= loop_view(call->forget, s->k, i * s->step);
    if (loop->bounded)
        for (size_t i = 0; i < s->n; i++)
            s->w[i] = s->w[i] < lo ? lo : (s->w[i] > hi ? hi : s->w[i]);
}

/* Frozen lanes get back what they had. */
static inline void loop_synapses_thaw(const LoopRuleCall *call, const LoopSynapses *s, LoopReal *array, const LoopReal *before)
{
    for (size_t i = 0; i < s->n; i++)
        if (loop_view(call->freeze, 0, i * s->step) > 0)
            array[i] = before[i];
}

/* A row of which some lanes are frozen. */
static inline void loop_synapses_move_frozen(const LoopRuleCall *call, const LoopSynapses *s, LoopSynapsesMove *move)
{
    LoopReal *w = loop_synapses_room(call, 6), *memory = loop_synapses_room(call, 7);
    bool has_memory = loop_rule(call->loop->rule)->has_memory;
    memcpy(w, s->w, s->n * sizeof *w);
    if (has_memory)
        memcpy(memory, s->memory, s->n * sizeof *memory);
    move(call, s, s->step);
    loop_synapses_keep(call, s);
    loop_synapses_thaw(call, s, s->w, w);
    if (has_memory)
        loop_synapses_thaw(call, s, s->memory, memory);
}

/* The rows of `s`; `step` is a constant where this is called. */
static inline void loop_synapses_move_rows(const LoopRuleCall *call, LoopSynapses *s, LoopSynapsesMove *move, size_t step)
{
    bool keeps = call->loop->forget != LOOP_NONE || call->loop->bounded;
    for (size_t r = 0; r < s->rows; r++, s->w += s->n, s->e += s->n, s->memory += s->n)
        if (s->frozen)
            loop_synapses_move_frozen(call, s, move);
        else {
            move(call, s, step);
            if (keeps)
                loop_synapses_keep(call, s);
        }
}

/* Whether weights move, or may, where there is no trace. */
static inline bool loop_synapses_all_move(const LoopRuleCall *call)
{
    return call->loop->forget != LOOP_NONE || call->loop->bounded;
}

/* Moves the weights of neuron `m` of the channel, whose traces are row `row`. */
static inline void loop_synapses_weights(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, LoopSynapsesMove *move)
{
    size_t reach = call->wires.reach, first = (s->k * call->loop->neurons + m) * reach;
    bool all = loop_synapses_all_move(call);
    for (size_t j = 0, count; (count = loop_synapses_stretch(call, loop_synapses_live(call, row, 0), NULL, all, &j)) > 0; j += count) {
        if (s->frozen && count > loop_synapses_run(call)) /* what is kept of frozen lanes has room for a run */
            count = loop_synapses_run(call);
        loop_synapses_shape(call, s, count);
        s->w = call->weights + (first + j) * call->lanes;
        s->memory = call->memory + (first + j) * call->lanes;
        s->e = call->traces + (row * reach + j) * call->lanes;
        if (s->step)
            loop_synapses_move_rows(call, s, move, 1);
        else
            loop_synapses_move_rows(call, s, move, 0);
    }
}

/* ---- all of it ---- */

/* The neurons of a channel, each with traces of its own. */
static inline void loop_synapses_neurons(const LoopRuleCall *call, LoopSynapses *s, bool moves, LoopSynapsesMove *move)
{
    LoopReal *up = loop_synapses_room(call, 8), *due = loop_synapses_room(call, 4);
    for (size_t m = 0; m < call->loop->neurons; m++) {
        size_t row = loop_trace_row(call->loop, s->k, m);
        if (call->wires.upstate) {
            loop_wires_upstate(&call->wires, (s->k * call->loop->neurons + m) * call->wires.reach, m, up, loop_synapses_room(call, 5));
            for (size_t l = 0; l < call->lanes; l++)
                due[l] = s->credit[l] * up[l];
            s->due = due;
        }
        if (call->loop->credit_first)
            loop_synapses_traces(call, s, m, row);
        if (moves)
            loop_synapses_weights(call, s, m, row, move);
        if (!call->loop->credit_first)
            loop_synapses_traces(call, s, m, row);
    }
}

/* The neurons of a channel with traces in common, perhaps with other channels too. */
static inline void loop_synapses_together(const LoopRuleCall *call, LoopSynapses *s, bool moves, LoopSynapsesMove *move)
{
    const LoopLoop *loop = call->loop;
    size_t row = loop_trace_row(loop, s->k, 0);
    if (loop->credit_first && (loop->trace_by_channel || s->k == 0))
        loop_synapses_traces(call, s, 0, row);
    for (size_t m = 0; moves && m < loop->neurons; m++)
        loop_synapses_weights(call, s, m, row, move);
    if (!loop->credit_first && (loop->trace_by_channel || s->k + 1 == loop->channels))
        loop_synapses_traces(call, s, 0, row);
}

/* `move` moves the weights, and what else the rule keeps; traces, forgetting and bounds are seen to. A rule that `needs_gain`
   moves nothing where the gain is 0. */
static inline void loop_synapses_move(const LoopRuleCall *call, LoopSynapsesMove *move, bool needs_gain)
{
    const LoopLoop *loop = call->loop;
    LoopSynapses s = loop_synapses_begin(call);
    loop_synapses_look(call);
    for (size_t k = 0; k < loop->channels; k++) {
        loop_synapses_channel(call, &s, k);
        bool moves = s.gains || !needs_gain || loop_synapses_all_move(call);
        *call->stale = *call->stale || moves;
        if (loop->trace_by_neuron)
            loop_synapses_neurons(call, &s, moves, move);
        else
            loop_synapses_together(call, &s, moves, move);
    }
}

#endif
