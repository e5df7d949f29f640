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

/* A run of `n` synapses of channel `k`; what the channel has is the same in each of its runs. */
typedef struct LoopSynapses {
    size_t k, n;
    const LoopReal *dopamine; /* [n] times burst or dip */
    const LoopReal *gain;     /* times the rate: what a unit of trace adds to the weight */
    const LoopReal *decay;    /* of the trace */
    const LoopReal *credit;   /* credit times proposal, */
    const LoopReal *due;      /* and 0 where the neuron is not in its up-state */
    LoopReal *w, *e, *memory; /* [n] */
    bool frozen, decays, credits; /* some lanes are frozen, have traces that last, have a credit */
} LoopSynapses;

typedef void LoopSynapsesMove(const LoopRuleCall *call, const LoopSynapses *s);

#define LOOP_TRACE_LEAST 0x1p-100
enum { LOOP_TRACE_SWEEP = 64 };

/* Element `i` of the run, of one of the rule's own settings. */
static inline LoopReal loop_synapses_setting(const LoopRuleCall *call, const LoopSynapses *s, size_t setting, size_t i)
{
    return loop_view(call->settings[setting], s->k, call->lanes > 1 ? i : 0);
}

/* Row `k` of a view, as long as a run: where it lies, or spread out in `room`. */
static inline const LoopReal *loop_synapses_spread(const LoopRuleCall *call, LoopView v, size_t k, LoopReal *room, size_t n)
{
    const LoopReal *at = v.at + k * v.step;
    if (v.lane && call->lanes > 1)
        return at;
    for (size_t i = 0; i < n; i++)
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

/* What the synapses of channel `k` share. */
static inline LoopSynapses loop_synapses_channel(const LoopRuleCall *call, size_t k)
{
    size_t n = call->lanes > 1 ? call->lanes : LOOP_TILE;
    LoopReal *restrict dopamine = loop_synapses_room(call, 0), *restrict gain = loop_synapses_room(call, 1);
    LoopReal *restrict credit = loop_synapses_room(call, 2);
    LoopReal *room[] = {loop_synapses_room(call, 5), loop_synapses_room(call, 6), loop_synapses_room(call, 7)};
    const LoopReal *d = loop_synapses_spread(call, call->dopamine, k, room[0], n);
    const LoopReal *burst = loop_synapses_spread(call, call->burst, k, room[1], n), *dip = loop_synapses_spread(call, call->dip, k, room[2], n);
    for (size_t i = 0; i < n; i++)
        dopamine[i] = (d[i] > 0 ? burst[i] : dip[i]) * d[i];
    const LoopReal *rate = loop_synapses_spread(call, call->rate, k, room[0], n);
    for (size_t i = 0; i < n; i++)
        gain[i] = rate[i] * dopamine[i];
    const LoopReal *of = loop_synapses_spread(call, call->credit, k, room[0], n), *propose = loop_synapses_spread(call, call->propose, k, room[1], n);
    for (size_t i = 0; i < n; i++)
        credit[i] = of[i] * propose[i];
    const LoopReal *decay = loop_synapses_spread(call, call->trace, k, loop_synapses_room(call, 3), n);
    LoopSynapses s = {.k = k, .dopamine = dopamine, .gain = gain, .decay = decay, .credit = credit, .due = credit,
                      .decays = loop_synapses_any(decay, n), .credits = loop_synapses_any(credit, n)};
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
static inline void loop_synapses_trace(const LoopSynapses *s, LoopInputs x)
{
    LoopReal *restrict e = s->e;
    const LoopReal *restrict decay = s->decay, *restrict due = s->due, *restrict in = x.at;
    if (x.step)
        for (size_t i = 0; i < s->n; i++)
            e[i] = decay[i] * e[i] + due[i] * in[i];
    else
        for (size_t i = 0; i < s->n; i++)
            e[i] = decay[i] * e[i] + due[i] * in[0];
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
    loop_synapses_trace(s, x);
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
            s->w[i] *= loop_view(call->forget, s->k, call->lanes > 1 ? i : 0);
    if (loop->bounded)
        for (size_t i = 0; i < s->n; i++)
            s->w[i] = s->w[i] < lo ? lo : (s->w[i] > hi ? hi : s->w[i]);
}

/* Frozen lanes get back what they had. */
static inline void loop_synapses_thaw(const LoopRuleCall *call, const LoopSynapses *s, LoopReal *array, const LoopReal *before)
{
    for (size_t i = 0; i < s->n; i++)
        if (loop_view(call->freeze, 0, call->lanes > 1 ? i : 0) > 0)
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
    move(call, s);
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
    size_t n = call->lanes > 1 ? call->lanes : LOOP_TILE;
    for (size_t m = 0; m < call->loop->neurons; m++) {
        if (call->wires.upstate) {
            loop_wires_upstate(&call->wires, (s->k * call->loop->neurons + m) * call->wires.reach, m, up, loop_synapses_room(call, 5));
            for (size_t i = 0; i < n; i++)
                due[i] = s->credit[i] * up[call->lanes > 1 ? i : 0];
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
    for (size_t k = 0; k < loop->channels; k++) {
        LoopSynapses s = loop_synapses_channel(call, k);
        if (loop->trace_by_neuron)
            loop_synapses_neurons(call, &s, move);
        else if (loop->neurons == 1 && (loop->trace_by_channel || loop->channels == 1))
            loop_synapses_alone(call, &s, 0, loop_trace_row(loop, k, 0), move);
        else
            loop_synapses_together(call, &s, move);
    }
}

#endif
