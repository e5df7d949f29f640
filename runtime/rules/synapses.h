/* What every learning rule does alike: it walks over all synapses of a loop, a tile of lanes at a time. A rule gives two
   functions: one that works out what the synapses of a channel share, and one that moves a synapse on. */
#ifndef LOOP_SYNAPSES_H
#define LOOP_SYNAPSES_H

#include <math.h>
#include <string.h>

#include "runtime/vm/wiring.h"

/* One synapse in `n` lanes from lane `first` on. */
typedef struct LoopSynapse {
    size_t k, first, n;
    LoopReal dopamine[LOOP_TILE]; /* times burst or dip */
    LoopReal gain[LOOP_TILE];     /* times the rate: what a unit of trace adds to the weight */
    LoopReal decay[LOOP_TILE];    /* of the trace */
    LoopReal credit[LOOP_TILE];   /* credit times proposal, */
    LoopReal due[LOOP_TILE];      /* and 0 where the neuron is not in its up-state */
    LoopReal *w, *e, *memory;     /* [n] */
    LoopView x;                   /* its input */
    bool frozen;                  /* some of the lanes are */
} LoopSynapse;

static inline void loop_synapse_channel(const LoopRuleCall *call, LoopSynapse *s)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t l = s->first + i;
        LoopReal dopamine = loop_view(call->dopamine, s->k, l);
        LoopReal side = dopamine > 0 ? loop_view(call->burst, s->k, l) : loop_view(call->dip, s->k, l);
        s->dopamine[i] = side * dopamine;
        s->gain[i] = loop_view(call->rate, s->k, l) * s->dopamine[i];
        s->decay[i] = loop_view(call->trace, s->k, l);
        s->frozen = s->frozen || loop_view(call->freeze, 0, l) > 0;
        s->credit[i] = s->due[i] = loop_view(call->credit, s->k, l) * loop_view(call->propose, s->k, l);
    }
}

/* e = decay e + credit x */
static inline void loop_synapse_trace(const LoopSynapse *s)
{
    if (s->x.lane)
        for (size_t i = 0; i < s->n; i++)
            s->e[i] = s->decay[i] * s->e[i] + s->due[i] * s->x.at[i];
    else
        for (size_t i = 0; i < s->n; i++)
            s->e[i] = s->decay[i] * s->e[i] + s->due[i] * s->x.at[0];
}

/* After the weight has moved: forgetting, then bounds. */
static inline void loop_synapse_keep(const LoopRuleCall *call, const LoopSynapse *s)
{
    const LoopLoop *loop = call->loop;
    if (loop->forget != LOOP_NONE)
        for (size_t i = 0; i < s->n; i++)
            s->w[i] *= loop_view(call->forget, s->k, s->first + i);
    if (loop->bounded)
        for (size_t i = 0; i < s->n; i++)
            s->w[i] = s->w[i] < loop->lo ? loop->lo : (s->w[i] > loop->hi ? loop->hi : s->w[i]);
}

/* What frozen lanes had before the rule moved them. */
static inline void loop_synapse_keep_frozen(const LoopRuleCall *call, const LoopSynapse *s, LoopReal *array, const LoopReal *before)
{
    for (size_t i = 0; i < s->n; i++)
        if (loop_view(call->freeze, 0, s->first + i) > 0)
            array[i] = before[i];
}

typedef void LoopSynapseMove(const LoopRuleCall *call, const LoopSynapse *s);

/* Weight and memory move on, but not in lanes that are frozen. */
static inline void loop_synapse_move_some(const LoopRuleCall *call, LoopSynapse *s, LoopSynapseMove *move)
{
    LoopReal w[LOOP_TILE], memory[LOOP_TILE];
    bool has_memory = loop_rule(call->loop->rule)->has_memory;
    memcpy(w, s->w, s->n * sizeof *w);
    if (has_memory)
        memcpy(memory, s->memory, s->n * sizeof *memory);
    move(call, s);
    loop_synapse_keep(call, s);
    loop_synapse_keep_frozen(call, s, s->w, w);
    if (has_memory)
        loop_synapse_keep_frozen(call, s, s->memory, memory);
}

static inline void loop_synapse_move(const LoopRuleCall *call, LoopSynapse *s, LoopSynapseMove *move)
{
    if (s->frozen) {
        loop_synapse_move_some(call, s, move);
        return;
    }
    move(call, s);
    loop_synapse_keep(call, s);
}

/* Neuron `m` of the synapse's channel. */
static inline void loop_synapse_neuron(const LoopRuleCall *call, LoopSynapse *s, size_t m, LoopSynapseMove *move)
{
    const LoopWires *wires = &call->wires;
    LoopReal gathered[LOOP_TILE], up[LOOP_TILE];
    size_t synapse = (s->k * call->loop->neurons + m) * wires->reach;
    if (wires->upstate) {
        loop_wires_upstate(wires, synapse, m, s->first, s->n, up);
        for (size_t i = 0; i < s->n; i++)
            s->due[i] = s->credit[i] * up[i];
    }
    for (size_t j = 0; j < wires->reach; j++) {
        size_t at = (synapse + j) * call->lanes + s->first;
        s->w = call->weights + at;
        s->e = call->traces + at;
        s->memory = call->memory + at;
        s->x = loop_wires_input(wires, synapse + j, m, j, s->first, s->n, gathered);
        if (call->loop->credit_first)
            loop_synapse_trace(s);
        loop_synapse_move(call, s, move);
        if (!call->loop->credit_first)
            loop_synapse_trace(s);
    }
}

/* `move` moves the weight, and what else the rule keeps; traces, forgetting and bounds are seen to. */
static inline void loop_synapses_move(const LoopRuleCall *call, LoopSynapseMove *move)
{
    LoopSynapse s;
    for (s.k = 0; s.k < call->loop->channels; s.k++)
        for (s.first = 0; s.first < call->lanes; s.first += LOOP_TILE) {
            s.frozen = false;
            s.n = call->lanes - s.first < LOOP_TILE ? call->lanes - s.first : LOOP_TILE;
            loop_synapse_channel(call, &s);
            for (size_t m = 0; m < call->loop->neurons; m++)
                loop_synapse_neuron(call, &s, m, move);
        }
}

#endif
