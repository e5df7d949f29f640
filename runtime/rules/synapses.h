/* What every learning rule does alike: it walks over the synapses of a loop, a run of them at a time, and moves traces on. A
   rule gives one function, which moves the weights of a run.

   A run is one synapse in all lanes or, where there is but one lane, up to LOOP_TILE synapses of a neuron. Runs whose traces
   are all 0 are known by their `live` byte and passed over: their weights can't move. Most runs are like that where the
   context is a code of time or place. So that a trace which fades ends some day, and never gets so small that processors
   grow slow, those below 2^-100 become 0 on every 64th step. */
#ifndef LOOP_SYNAPSES_H
#define LOOP_SYNAPSES_H

#include <math.h>
#include <string.h>

#include "runtime/vm/wiring.h"

/* A run of `n` synapses of channel `k`. What the channel has is [lanes]: element i of a run has that at i * step. */
typedef struct LoopSynapses {
    size_t k, n;
    size_t step;              /* 1; 0 where there is one lane */
    const LoopReal *dopamine; /* [lanes], times burst or dip */
    const LoopReal *gain;     /* times the rate: what a unit of trace adds to the weight */
    const LoopReal *decay;    /* of the trace */
    const LoopReal *credit;   /* credit times proposal, */
    const LoopReal *due;      /* and 0 where the neuron is not in its up-state */
    LoopReal *w, *e, *memory; /* [n] */
    bool frozen, decays, credits; /* some lanes are frozen, have traces that last, have a credit */
} LoopSynapses;

/* Called with `step` a constant, so that both forms become vector code. */
typedef void LoopSynapsesMove(const LoopRuleCall *call, const LoopSynapses *s, size_t step);

#define LOOP_TRACE_LEAST 0x1p-100
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
}

/* Whether dopamine, gain and decay are one for all channels. */
static inline bool loop_synapses_alike(const LoopRuleCall *call)
{
    return !(call->dopamine.step || call->burst.step || call->dip.step || call->rate.step || call->trace.step);
}

/* Goes on to channel `k`. */
static inline void loop_synapses_channel(const LoopRuleCall *call, LoopSynapses *s, size_t k)
{
    LoopReal *restrict credit = loop_synapses_room(call, 2);
    s->k = k;
    if (k == 0 || !loop_synapses_alike(call))
        loop_synapses_factors(call, s, k);
    const LoopReal *of = loop_synapses_spread(call, call->credit, k, loop_synapses_room(call, 5));
    const LoopReal *propose = loop_synapses_spread(call, call->propose, k, loop_synapses_room(call, 6));
    for (size_t l = 0; l < call->lanes; l++)
        credit[l] = of[l] * propose[l];
    s->credit = s->due = credit;
    s->credits = loop_synapses_any(credit, call->lanes);
}

static inline LoopSynapses loop_synapses_begin(const LoopRuleCall *call)
{
    LoopSynapses s = {.step = call->lanes > 1};
    for (size_t l = 0; call->loop->freeze != LOOP_NONE && l < call->lanes; l++)
        s.frozen = s.frozen || loop_view(call->freeze, 0, l) > 0;
    return s;
}

/* ---- runs ---- */

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

/* e = decay e + credit x */
static inline void loop_synapses_trace(const LoopSynapses *s, LoopInputs x, size_t step, size_t in)
{
    LoopReal *restrict e = s->e;
    const LoopReal *restrict decay = s->decay, *restrict due = s->due, *restrict at = x.at;
    for (size_t i = 0; i < s->n; i++)
        e[i] = decay[i * step] * e[i] + due[i * step] * at[i * in];
}

/* Ends traces that have all but faded. Whether any is left. */
static inline bool loop_synapses_sweep(LoopReal *restrict e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        e[i] = fabs(e[i]) < LOOP_TRACE_LEAST ? 0.0 : e[i];
    return loop_synapses_any(e, n);
}

/* Moves on the run of traces that begins with synapse `j` of row `row`, that of neuron `m` of the channel. */
static inline void loop_synapses_trace_run(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t j)
{
    const LoopWires *wires = &call->wires;
    uint8_t *live = loop_synapses_live(call, row, j);
    if (!*live && !s->credits)
        return;
    s->n = loop_synapses_length(call, j);
    LoopInputs x = loop_wires_inputs(wires, (s->k * call->loop->neurons + m) * wires->reach + j, m, j, s->n, loop_synapses_room(call, 5));
    bool enters = s->credits && loop_synapses_any(x.at, x.step ? s->n : 1);
    if (!*live && !enters)
        return;
    s->e = call->traces + (row * wires->reach + j) * call->lanes;
    if (!s->step)
        loop_synapses_trace(s, x, 0, 1);
    else if (x.step)
        loop_synapses_trace(s, x, 1, 1);
    else
        loop_synapses_trace(s, x, 1, 0);
    *live = enters || (*live && s->decays);
    if (*live && call->step % LOOP_TRACE_SWEEP == LOOP_TRACE_SWEEP - 1)
        *live = loop_synapses_sweep(s->e, s->n);
}

static inline void loop_synapses_traces(const LoopRuleCall *call, LoopSynapses *s, size_t row)
{
    for (size_t j = 0; j < call->wires.reach; j += loop_synapses_run(call))
        loop_synapses_trace_run(call, s, 0, row, j);
}

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

static inline void loop_synapses_move_run(const LoopRuleCall *call, const LoopSynapses *s, LoopSynapsesMove *move)
{
    LoopReal *w = loop_synapses_room(call, 6), *memory = loop_synapses_room(call, 7);
    bool has_memory = loop_rule(call->loop->rule)->has_memory;
    if (s->frozen)
        memcpy(w, s->w, s->n * sizeof *w);
    if (s->frozen && has_memory)
        memcpy(memory, s->memory, s->n * sizeof *memory);
    if (s->step)
        move(call, s, 1);
    else
        move(call, s, 0);
    loop_synapses_keep(call, s);
    if (s->frozen)
        loop_synapses_thaw(call, s, s->w, w);
    if (s->frozen && has_memory)
        loop_synapses_thaw(call, s, s->memory, memory);
}

/* Whether weights move, or may, where there is no trace. */
static inline bool loop_synapses_all_move(const LoopRuleCall *call)
{
    return call->loop->forget != LOOP_NONE || call->loop->bounded;
}

/* Moves the weights of the run that begins with synapse `j` of neuron `m` of the channel. */
static inline void loop_synapses_weight_run(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t j, LoopSynapsesMove *move)
{
    size_t reach = call->wires.reach, at = ((s->k * call->loop->neurons + m) * reach + j) * call->lanes;
    if (!*loop_synapses_live(call, row, j) && !loop_synapses_all_move(call))
        return;
    s->n = loop_synapses_length(call, j);
    s->w = call->weights + at;
    s->memory = call->memory + at;
    s->e = call->traces + (row * reach + j) * call->lanes;
    loop_synapses_move_run(call, s, move);
}

/* A neuron that has its row of traces to itself: what a run needs stays in the cache. */
static inline void loop_synapses_alone(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, LoopSynapsesMove *move)
{
    for (size_t j = 0; j < call->wires.reach; j += loop_synapses_run(call)) {
        if (call->loop->credit_first)
            loop_synapses_trace_run(call, s, m, row, j);
        loop_synapses_weight_run(call, s, m, row, j, move);
        if (!call->loop->credit_first)
            loop_synapses_trace_run(call, s, m, row, j);
    }
}

/* The neurons of a channel, each with traces of its own. */
static inline void loop_synapses_neurons(const LoopRuleCall *call, LoopSynapses *s, LoopSynapsesMove *move)
{
    LoopReal *up = loop_synapses_room(call, 8), *due = loop_synapses_room(call, 4);
    for (size_t m = 0; m < call->loop->neurons; m++) {
        if (call->wires.upstate) {
            loop_wires_upstate(&call->wires, (s->k * call->loop->neurons + m) * call->wires.reach, m, up, loop_synapses_room(call, 5));
            for (size_t l = 0; l < call->lanes; l++)
                due[l] = s->credit[l] * up[l];
            s->due = due;
        }
        loop_synapses_alone(call, s, m, loop_trace_row(call->loop, s->k, m), move);
    }
}

/* Where nothing of a row is live, none of the neurons that share it has a weight to move. */
static inline bool loop_synapses_asleep(const LoopRuleCall *call, size_t row)
{
    for (size_t j = 0; j < call->wires.reach; j += loop_synapses_run(call))
        if (*loop_synapses_live(call, row, j))
            return false;
    return !loop_synapses_all_move(call);
}

/* The neurons of a channel with traces in common, perhaps with other channels too. */
static inline void loop_synapses_together(const LoopRuleCall *call, LoopSynapses *s, LoopSynapsesMove *move)
{
    const LoopLoop *loop = call->loop;
    size_t row = loop_trace_row(loop, s->k, 0);
    if (loop->credit_first && (loop->trace_by_channel || s->k == 0))
        loop_synapses_traces(call, s, row);
    if (!loop_synapses_asleep(call, row))
        for (size_t m = 0; m < loop->neurons; m++)
            for (size_t j = 0; j < call->wires.reach; j += loop_synapses_run(call))
                loop_synapses_weight_run(call, s, m, row, j, move);
    if (!loop->credit_first && (loop->trace_by_channel || s->k + 1 == loop->channels))
        loop_synapses_traces(call, s, row);
}

/* `move` moves the weights, and what else the rule keeps; traces, forgetting and bounds are seen to. */
static inline void loop_synapses_move(const LoopRuleCall *call, LoopSynapsesMove *move)
{
    const LoopLoop *loop = call->loop;
    LoopSynapses s = loop_synapses_begin(call);
    for (size_t k = 0; k < loop->channels; k++) {
        loop_synapses_channel(call, &s, k);
        if (loop->trace_by_neuron)
            loop_synapses_neurons(call, &s, move);
        else if (loop->neurons == 1 && (loop->trace_by_channel || loop->channels == 1))
            loop_synapses_alone(call, &s, 0, loop_trace_row(loop, k, 0), move);
        else
            loop_synapses_together(call, &s, move);
    }
}

#endif
