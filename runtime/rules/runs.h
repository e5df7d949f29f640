/* Which synapses there is something to do for.

   A run is one synapse in all lanes or, where there is but one lane, up to LOOP_TILE synapses of a neuron. Runs whose traces
   are all 0 are known by their `live` bit and passed over: their weights can't move. Most runs are like that where the
   context is a code of time or place. Runs side by side for which the same is to be done are a stretch, and worked on together. */
#ifndef LOOP_RUNS_H
#define LOOP_RUNS_H

#include <string.h>

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"
#include "runtime/contract/wide.h"

enum { LOOP_STRETCH = 1024 }; /* numbers of a stretch, at most: what its weights have read is near for its traces */

/* Some synapses of channel `k`: `rows` rows of `n`, one behind the other. What the channel has is [lanes]: element i of a row has that
   at i * step, or where it says so, one number for all. */
typedef struct LoopSynapses {
    size_t k, rows, n;
    size_t step;              /* 1; 0 where there is one lane */
    const LoopReal *dopamine; /* [lanes], times burst or dip */
    const LoopReal *push;     /* times rate and scale: what a unit of e adds to the weight */
    const LoopReal *scale;    /* a trace is scale * e when weights move, see loop_synapses_scale; */
    const LoopReal *next;     /* the scale behind this step, */
    const LoopReal *inverse;  /* 1 over it; */
    bool shared;              /* the three have one number, since lanes decay alike */
    const LoopReal *fade;     /* what e takes over of it: 1 on most steps */
    const LoopReal *credit;   /* credit times proposal, */
    const LoopReal *due;      /* 0 where the neuron is not in its up-state, and divided by the next scale; */
    bool one;                 /* both have one number, in a block of at least a vector of lanes */
    LoopReal *w, *e, *memory; /* [rows][n] */
    bool frozen, decays, credits, gains; /* some lanes are frozen, have traces that last, have a credit, a gain */
    bool fades;               /* some lanes have a fade, or all are swept */
    bool ones, plain;         /* the scale is 1 in all lanes, and the next one is */
    bool fresh;               /* the scale is and stays 1, and nothing is left of the traces */
    bool keeps;               /* weights are forgotten or bounded, once they have moved */
    bool always;              /* on this step they all are, also where there is no trace */
    bool sweeps;              /* on this step traces that have all but faded end */
} LoopSynapses;

/* The scale of element `i` of a row. */
static inline LoopReal loop_synapses_scale(const LoopSynapses *s, size_t i, size_t step)
{
    return s->scale[s->shared ? 0 : i * step];
}

/* Synapses of a neuron that a run takes, and its runs. */
static inline size_t loop_synapses_run(const LoopRuleCall *call)
{
    return call->lanes > 1 ? 1 : LOOP_TILE;
}

static inline size_t loop_synapses_runs(const LoopRuleCall *call)
{
    return call->lanes > 1 ? call->wires.reach : (call->wires.reach + LOOP_TILE - 1) / LOOP_TILE;
}

/* Synapses of a neuron before run `run`. */
static inline size_t loop_synapses_before(const LoopRuleCall *call, size_t run)
{
    size_t before = run * loop_synapses_run(call);
    return before < call->wires.reach ? before : call->wires.reach;
}

/* Numbers of run `run`. */
static inline size_t loop_synapses_length(const LoopRuleCall *call, size_t run)
{
    return call->lanes > 1 ? call->lanes : loop_synapses_before(call, run + 1) - loop_synapses_before(call, run);
}

/* ---- a bit a run ---- */

/* `count` bits from bit `from` on; from 0 on count may be more than a word has, and is all of them. */
static inline uint64_t loop_run_bits(size_t from, size_t count)
{
    return (count < LOOP_RUNS_WORD ? ((uint64_t)1 << count) - 1 : UINT64_MAX) << from;
}

/* All bits, or none. */
static inline uint64_t loop_run_bits_if(bool on)
{
    return -(uint64_t)on;
}

/* The words of the runs of row `row` of the traces: a bit is 1 where one may not be 0. */
static inline uint64_t *loop_synapses_live(const LoopRuleCall *call, size_t row)
{
    return call->live + row * loop_runs_words(call->wires.reach);
}

/* Whether any run of row `row` may have a trace. */
static inline bool loop_synapses_live_any(const LoopRuleCall *call, size_t row)
{
    const uint64_t *live = loop_synapses_live(call, row);
    uint64_t any = 0;
    for (size_t word = 0; word < loop_runs_words(loop_synapses_runs(call)); word++)
        any |= live[word];
    return any != 0;
}

/* Notes which of `count` lines are not 0, a bit each; those behind the last are 0. Whether that is what has been noted there before. */
static inline bool loop_lines_seen(uint64_t *restrict sees, const LoopReal *restrict x, size_t step, size_t count)
{
    uint64_t changed = 0;
    for (size_t word = 0; word < loop_runs_words(count); word++, x += LOOP_RUNS_WORD * step) {
        const size_t left = count - word * LOOP_RUNS_WORD, n = left < LOOP_RUNS_WORD ? left : LOOP_RUNS_WORD;
        uint64_t bits = 0;
        size_t j = 0;
        for (; step == 1 && j + LOOP_WIDE <= n; j += LOOP_WIDE)
            bits |= (uint64_t)loop_wide_bits(loop_wide_different(loop_wide(x + j), (LoopWide){0})) << j;
        for (; j < n; j++)
            bits |= (uint64_t)(x[j * step] != 0) << j;
        changed |= bits ^ sees[word];
        sees[word] = bits;
    }
    return !changed;
}

/* What is to be done with some synapses. */
enum { LOOP_MOVE_WEIGHTS = 1, LOOP_MOVE_TRACES = 2 };

/* Of the runs of a word of a row, those whose weights are to move, since there is a trace or anyway, and whose traces, since one fades
   or something enters. */
typedef struct LoopDue {
    uint64_t weights, traces;
} LoopDue;

static inline LoopDue loop_synapses_due(const LoopRuleCall *call, const LoopSynapses *s, int asked, size_t row, size_t word)
{
    const uint64_t live = loop_synapses_live(call, row)[word], runs = loop_run_bits(0, loop_synapses_runs(call) - word * LOOP_RUNS_WORD);
    const uint64_t weights = live | loop_run_bits_if(s->always);
    const uint64_t traces = (live & loop_run_bits_if(s->fades)) | (call->sees[word] & loop_run_bits_if(s->credits));
    return (LoopDue){(asked & LOOP_MOVE_WEIGHTS) ? weights & runs : 0, (asked & LOOP_MOVE_TRACES) ? traces & runs : 0};
}

/* How many runs from bit `from` on, for which something is due, are due for the same: `most` at most. */
static inline size_t loop_due_alike(LoopDue due, size_t from, size_t most)
{
    const bool weights = due.weights >> from & 1, traces = due.traces >> from & 1;
    const uint64_t other = ((due.weights ^ loop_run_bits_if(weights)) | (due.traces ^ loop_run_bits_if(traces))) >> from;
    const size_t count = other ? (size_t)__builtin_ctzll(other) : LOOP_RUNS_WORD - from;
    return count < most ? count : most;
}

/* Runs of a stretch, at most. */
static inline size_t loop_stretch_most(const LoopRuleCall *call, const LoopSynapses *s)
{
    const size_t most = LOOP_STRETCH / (call->lanes > 1 ? call->lanes : LOOP_TILE);
    return s->frozen || !most ? 1 : most; /* what is kept of frozen lanes has room for a run */
}

/* ---- what was learned from ---- */

/* Whether some trace of lane `l` in row `row` is not 0. */
static inline bool loop_synapses_eligible(const LoopRuleCall *call, size_t row, size_t l)
{
    const uint64_t *live = loop_synapses_live(call, row);
    const LoopReal *e = call->traces + row * call->wires.reach * call->lanes;
    bool any = false;
    for (size_t run = 0; !any && run < loop_synapses_runs(call); run++) {
        const bool lives = live[run / LOOP_RUNS_WORD] >> run % LOOP_RUNS_WORD & 1;
        for (size_t j = loop_synapses_before(call, run); lives && !any && j < loop_synapses_before(call, run + 1); j++)
            any = e[j * call->lanes + l] != 0;
    }
    return any;
}

/* Notes which lanes have something to learn from, and for what. */
static inline void loop_synapses_gained(const LoopRuleCall *call, const LoopSynapses *s)
{
    for (size_t l = 0; l < call->lanes; l++)
        call->taught->gained[call->copy[l]] |= s->push[l] != 0;
}
static inline void loop_synapses_moved(const LoopRuleCall *call, const LoopSynapses *s, size_t row)
{
    LoopTaught *taught = call->taught;
    for (size_t l = 0; taught->left && l < call->lanes; l++)
        if (s->push[l] != 0 && !taught->moved[call->copy[l]] && loop_synapses_eligible(call, row, l)) {
            taught->moved[call->copy[l]] = true;
            taught->left--;
        }
}

#endif
