/* Which synapses there is something to do for.

   A run is one synapse in all lanes or, where there is but one lane, up to LOOP_TILE synapses of a neuron. Runs whose traces
   are all 0 are known by their `live` byte and passed over: their weights can't move. Most runs are like that where the
   context is a code of time or place. Runs side by side for which the same is to be done are a stretch, and worked on together. */
#ifndef LOOP_RUNS_H
#define LOOP_RUNS_H

#include <string.h>

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"
#include "runtime/contract/wide.h"

enum { LOOP_STRETCH = 1024 }; /* numbers of a stretch, at most: what its weights have read is near for its traces */

/* Some synapses of channel `k`: `rows` rows of `n`, one behind the other. What the channel has is [lanes]: element i of a row has that
   at i * step. */
typedef struct LoopSynapses {
    size_t k, rows, n;
    size_t step;              /* 1; 0 where there is one lane */
    const LoopReal *dopamine; /* [lanes], times burst or dip */
    const LoopReal *push;     /* times rate and scale: what a unit of e adds to the weight */
    const LoopReal *scale;    /* a trace is scale * e when weights move; */
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

/* The bytes of the runs of row `row` of the traces: 1 where one may not be 0. */
static inline uint8_t *loop_synapses_live(const LoopRuleCall *call, size_t row)
{
    return call->live + row * call->wires.reach;
}

/* Whether any run of row `row` may have a trace. */
static inline bool loop_synapses_live_any(const LoopRuleCall *call, size_t row)
{
    return memchr(loop_synapses_live(call, row), 1, loop_synapses_runs(call)) != NULL;
}

/* What is to be done with some synapses. */
enum { LOOP_MOVE_WEIGHTS = 1, LOOP_MOVE_TRACES = 2 };

/* Eight bytes at a time: those of eight runs, each 0 or 1. There is room to read and, for call->due, to write that many behind the last. */
static const uint64_t LOOP_EACH = 0x0101010101010101;

static inline uint64_t loop_bytes(const uint8_t *at)
{
    uint64_t x;
    memcpy(&x, at, sizeof x);
    return x;
}

/* Notes which of `count` lines are not 0, a byte each. */
static inline void loop_lines_seen(uint8_t *restrict sees, const LoopReal *restrict x, size_t step, size_t count)
{
    if (step == 1)
        for (size_t j = 0; j < count; j++)
            sees[j] = x[j] != 0;
    else
        for (size_t j = 0; j < count; j++)
            sees[j] = x[j * step] != 0;
}

/* Notes in call->due what of `asked` is to be done for each run of row `row`: weights move where there is a trace (or anyway), traces
   where there is one that fades or something enters. */
static inline void loop_synapses_note(const LoopRuleCall *call, const LoopSynapses *s, int asked, size_t row)
{
    const uint8_t *live = loop_synapses_live(call, row);
    const uint64_t always = s->always * LOOP_EACH, fades = s->fades * LOOP_EACH, credits = s->credits * LOOP_EACH;
    const uint64_t weights = (asked & LOOP_MOVE_WEIGHTS) ? LOOP_EACH : 0, traces = (asked & LOOP_MOVE_TRACES) ? LOOP_EACH : 0;
    for (size_t run = 0, runs = loop_synapses_runs(call); run < runs; run += 8) {
        uint64_t lives = loop_bytes(live + run), moves = (lives & fades) | (loop_bytes(call->sees + run) & credits);
        uint64_t due = ((lives | always) & weights) * LOOP_MOVE_WEIGHTS | (moves & traces) * LOOP_MOVE_TRACES;
        memcpy(call->due + run, &due, sizeof due);
    }
}

/* Whether some trace of lane `l` in row `row` is not 0. */
static inline bool loop_synapses_eligible(const LoopRuleCall *call, size_t row, size_t l)
{
    const uint8_t *live = loop_synapses_live(call, row);
    const LoopReal *e = call->traces + row * call->wires.reach * call->lanes;
    bool any = false;
    for (size_t run = 0; !any && run < loop_synapses_runs(call); run++)
        for (size_t j = loop_synapses_before(call, run); live[run] && !any && j < loop_synapses_before(call, run + 1); j++)
            any = e[j * call->lanes + l] != 0;
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

/* The first byte from `from` on that is not like that one; `end` where all are. */
static inline size_t loop_bytes_alike(const uint8_t *bytes, size_t from, size_t end)
{
    const uint64_t pattern = bytes[from] * LOOP_EACH;
    size_t i = from;
    while (i + 8 <= end && loop_bytes(bytes + i) == pattern)
        i += 8;
    while (i < end && bytes[i] == bytes[from])
        i++;
    return i;
}

/* The next stretch from run *run on, of runs for which the same is to be done. Its runs; 0: there is none. */
static inline size_t loop_synapses_stretch(const LoopRuleCall *call, size_t *run)
{
    size_t runs = loop_synapses_runs(call), most = LOOP_STRETCH / (call->lanes > 1 ? call->lanes : LOOP_TILE);
    most = most ? most : 1;
    if (*run < runs && !call->due[*run])
        *run = loop_bytes_alike(call->due, *run, runs);
    return *run < runs ? loop_bytes_alike(call->due, *run, most < runs - *run ? *run + most : runs) - *run : 0;
}

#endif
