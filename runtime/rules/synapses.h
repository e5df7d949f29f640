/* What every learning rule does alike: it walks over the synapses of a loop and moves traces on. A rule gives one function,
   which moves the weights of a row. Traces are in eligibility.h. */
#ifndef LOOP_SYNAPSES_H
#define LOOP_SYNAPSES_H

#include "runtime/rules/eligibility.h"

/* Moves the weights of some rows. Called with `step` a constant, so that both forms become vector code. */
typedef void LoopSynapsesMove(const LoopRuleCall *call, const LoopSynapses *s, size_t step);

/* ---- weights ---- */

/* After weights have moved: forgetting, then bounds. */
static inline void loop_synapses_keep(const LoopRuleCall *call, const LoopSynapses *s)
{
    const LoopLoop *loop = call->loop;
    const LoopReal lo = (LoopReal)loop->lo, hi = (LoopReal)loop->hi;
    LoopReal *w = s->w;
    for (size_t r = 0; r < s->rows; r++, w += s->n) {
        if (loop->forget != LOOP_NONE)
            for (size_t i = 0; i < s->n; i++)
                w[i] *= loop_view(call->forget, s->k, i * s->step);
        if (loop->bounded)
            for (size_t i = 0; i < s->n; i++)
                w[i] = w[i] < lo ? lo : (w[i] > hi ? hi : w[i]);
    }
}

/* Frozen lanes get back what they had. */
static inline void loop_synapses_thaw(const LoopRuleCall *call, const LoopSynapses *s, LoopReal *array, const LoopReal *before)
{
    for (size_t i = 0; i < s->n; i++)
        if (loop_view(call->freeze, 0, i * s->step) > 0)
            array[i] = before[i];
}

/* One row, of which some lanes are frozen. */
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

/* Moves the weights of some rows; `step` is a constant where this is called. */
static inline void loop_synapses_move_rows(const LoopRuleCall *call, LoopSynapses *s, LoopSynapsesMove *move, size_t step)
{
    if (s->frozen) {
        loop_synapses_move_frozen(call, s, move);
        return;
    }
    move(call, s, step);
    if (s->keeps)
        loop_synapses_keep(call, s);
}

/* ---- both ---- */

/* The stretch of `count` runs from `run` on of neuron `m` of the channel, whose traces are row `row`: what `asked` says moves. */
static inline void loop_synapses_move_stretch(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t run, size_t count,
                                              int asked, LoopSynapsesMove *move)
{
    size_t reach = call->wires.reach, j = loop_synapses_before(call, run), synapse = (s->k * call->loop->neurons + m) * reach + j;
    LoopView x = call->wires.context;
    s->rows = s->step ? count : 1;
    s->n = s->step ? call->lanes : loop_synapses_before(call, run + count) - j;
    s->w = call->weights + synapse * call->lanes;
    s->memory = call->memory + synapse * call->lanes;
    s->e = call->traces + (row * reach + j) * call->lanes;
    if ((asked & LOOP_MOVE_WEIGHTS) && s->step)
        loop_synapses_move_rows(call, s, move, 1);
    else if (asked & LOOP_MOVE_WEIGHTS)
        loop_synapses_move_rows(call, s, move, 0);
    if (asked & LOOP_MOVE_TRACES)
        loop_synapses_trace_any(s, x.at + j * x.step, x.step, s->step ? x.lane : 1);
}

/* What is due of a word of runs, stretch by stretch: weights and traces take turns, since they are near each other. */
static inline void loop_synapses_word(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, size_t word, int asked,
                                      LoopSynapsesMove *move)
{
    const LoopDue due = loop_synapses_due(call, s, asked, row, word);
    const size_t most = loop_stretch_most(call, s);
    for (uint64_t left = due.weights | due.traces; left;) {
        const size_t from = (size_t)__builtin_ctzll(left), count = loop_due_alike(due, from, most);
        const int now = (due.weights >> from & 1 ? LOOP_MOVE_WEIGHTS : 0) | (due.traces >> from & 1 ? LOOP_MOVE_TRACES : 0);
        loop_synapses_move_stretch(call, s, m, row, word * LOOP_RUNS_WORD + from, count, now, move);
        left &= ~loop_run_bits(from, count);
    }
    if (due.traces)
        loop_synapses_mark(call, s, row, word, due.traces, call->sees[word]);
}

/* Moves what is asked for of the synapses of neuron `m` of the channel, whose traces are row `row`. */
static inline void loop_synapses_neuron(const LoopRuleCall *call, LoopSynapses *s, size_t m, size_t row, int asked, LoopSynapsesMove *move)
{
    const size_t runs = loop_synapses_runs(call);
    if ((!s->fades && !s->credits) || call->loop->swaps_traces)
        asked &= ~LOOP_MOVE_TRACES;
    bool by_run = (asked & LOOP_MOVE_TRACES) && call->wires.wiring != LOOP_WIRING_BROADCAST;
    if (by_run)
        asked &= ~LOOP_MOVE_TRACES;
    if ((asked & LOOP_MOVE_WEIGHTS) && s->gains && call->taught->left)
        loop_synapses_moved(call, s, row);
    for (size_t word = 0; asked && word < loop_runs_words(runs); word++)
        loop_synapses_word(call, s, m, row, word, asked, move);
    for (size_t run = 0; by_run && run < runs; run++)
        loop_synapses_trace_run(call, s, m, row, run);
}

/* ---- all of it ---- */

/* The neurons of a channel, each with traces of its own. */
static inline void loop_synapses_neurons(const LoopRuleCall *call, LoopSynapses *s, int weights, LoopSynapsesMove *move)
{
    LoopReal *up = loop_synapses_room(call, 8), *due = loop_synapses_room(call, 4);
    for (size_t m = 0; m < call->loop->neurons; m++) {
        size_t row = loop_trace_row(call->loop, s->k, m);
        if (call->wires.upstate) {
            const bool any = loop_wires_upstate(&call->wires, (s->k * call->loop->neurons + m) * call->wires.reach, m, up);
            if (!any && !s->always && !loop_synapses_live_any(call, row))
                continue;
            for (size_t l = 0; l < call->lanes; l++)
                due[l] = s->credit[l] * up[l];
            s->due = loop_synapses_enter(call, s, due, due);
        }
        if (call->loop->credit_first) {
            loop_synapses_neuron(call, s, m, row, LOOP_MOVE_TRACES, move);
            loop_synapses_neuron(call, s, m, row, weights, move);
        } else
            loop_synapses_neuron(call, s, m, row, weights | LOOP_MOVE_TRACES, move);
    }
}

/* The neurons of a channel with traces in common, perhaps with other channels too. The traces move with the weights of the last
   that has them, or ahead of all. */
static inline void loop_synapses_together(const LoopRuleCall *call, LoopSynapses *s, int weights, LoopSynapsesMove *move)
{
    const LoopLoop *loop = call->loop;
    size_t row = loop_trace_row(loop, s->k, 0), last = loop->neurons - 1;
    bool turn = loop->trace_by_channel || s->k == (loop->credit_first ? 0 : loop->channels - 1u);
    if (turn && loop->credit_first)
        loop_synapses_neuron(call, s, 0, row, LOOP_MOVE_TRACES, move);
    if (!s->always && !loop_synapses_live_any(call, row))
        weights = 0;
    for (size_t m = 0; weights && m < last; m++)
        loop_synapses_neuron(call, s, m, row, weights, move);
    loop_synapses_neuron(call, s, last, row, turn && !loop->credit_first ? weights | LOOP_MOVE_TRACES : weights, move);
}

/* `move` moves the weights, and what else the rule keeps; traces, forgetting and bounds are seen to. A rule that `needs_gain`
   moves nothing where the gain is 0. */
static inline void loop_synapses_move(const LoopRuleCall *call, LoopSynapsesMove *move, bool needs_gain)
{
    const LoopLoop *loop = call->loop;
    LoopSynapses s;
    loop_synapses_begin(call, &s);
    loop_synapses_look(call);
    for (size_t k = 0; k < loop->channels; k++) {
        loop_synapses_channel(call, &s, k);
        bool moves = s.gains || !needs_gain || s.always;
        *call->stale = *call->stale || moves;
        if (call->taught->left && s.gains)
            loop_synapses_gained(call, &s);
        if (loop->trace_by_neuron)
            loop_synapses_neurons(call, &s, moves ? LOOP_MOVE_WEIGHTS : 0, move);
        else
            loop_synapses_together(call, &s, moves ? LOOP_MOVE_WEIGHTS : 0, move);
        if (loop->swaps_traces) /* the credit will be the traces, and is swept as they are */
            loop_synapses_live(call, k)[0] = s.credits && (!s.sweeps || loop_synapses_sweep(call->credit.at + k * call->lanes, call->lanes));
        if (call->trace.step || k == loop->channels - 1u)
            loop_synapses_rescale(call, &s, k);
    }
}

#endif
