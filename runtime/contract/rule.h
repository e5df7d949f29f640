/* A learning rule: one file in rules/, one line in rules.def. The checker learns its parameters from the descriptor,
   the VM calls its kernel once a step for each loop that uses it. */
#ifndef LOOP_RULE_H
#define LOOP_RULE_H

#include <float.h>

#include "runtime/contract/program.h"

/* What the VM computes in, and a whole number of its size. */
#ifdef LOOP_SINGLE
typedef float LoopReal;
typedef uint32_t LoopBits;
#define LOOP_REAL_MOST FLT_MAX
#else
typedef double LoopReal;
typedef uint64_t LoopBits;
#define LOOP_REAL_MOST DBL_MAX
#endif

/* A register as a kernel sees it: element i of lane l is at[i * step + l * lane]; a lane stride of 0 is a value that
   all lanes share, an element stride of 0 one that all elements share. */
typedef struct LoopView {
    LoopReal *at;
    size_t step, lane;
} LoopView;

static inline LoopReal loop_view(LoopView v, size_t i, size_t lane)
{
    return v.at[i * v.step + lane * v.lane];
}

enum { LOOP_RUNS_WORD = 64 }; /* runs of traces, see runs.h, that a word has bits for */
static inline size_t loop_runs_words(size_t runs)
{
    return (runs + LOOP_RUNS_WORD - 1) / LOOP_RUNS_WORD;
}

enum { LOOP_TILE = 32 }; /* synapses of one neuron taken together, where there is but one lane */

/* What the striatal neurons of a loop see; read with wiring.h. */
typedef struct LoopWires {
    LoopWiring wiring;
    size_t reach, lanes;     /* synapses of a neuron, lanes of the weights */
    uint32_t upstate;        /* inputs that must be active; 0: none */
    LoopView context;        /* [lines] */
    const LoopReal *samples; /* [channels][neurons][reach][lanes]: numbers of lines; NULL unless the wiring samples */
    size_t ahead;            /* how many bytes ahead of their turn synapses of one lane are to be asked for; 0: not at all */
} LoopWires;

enum { LOOP_RULE_ARRAYS = 14 }; /* of scratch, each as long as a run of synapses */

/* What has become of the learning of a loop by now, [copies] of the program. */
typedef struct LoopTaught {
    bool *gained;  /* dopamine times rate was not 0 in some lane, on some step, */
    bool *moved;   /* nor was some trace of that lane then */
    uint32_t left; /* copies in the block for which that has not come */
} LoopTaught;

/* All that a rule may touch. `weights` are [channels][neurons][reach][lanes], and so is `memory` where the rule has one;
   of traces there are fewer where some are alike, see LoopLoop. Inputs, credit and proposals are as late as the credit. Of a loop that
   `swaps_traces` the traces are not moved: the credit takes their place behind the step. */
typedef struct LoopRuleCall {
    const LoopLoop *loop;
    size_t lanes;
    uint64_t step;
    LoopReal *weights, *traces, *memory;
    LoopReal *scales;                                                    /* [channels or 1][lanes], or the first of them: see eligibility.h */
    uint64_t *live;                                                      /* runs of traces that may not all be 0, a bit each: see runs.h */
    LoopView dopamine, rate, trace, burst, dip, forget, credit, propose; /* per channel */
    LoopView settings[LOOP_RULE_SETTINGS];                               /* per channel: the rule's own */
    LoopView freeze;                                                     /* [1]: > 0 keeps weights and memory */
    LoopWires wires;
    bool lasting;                                                        /* traces may: their decay is no constant 0 */
    uint64_t *sees;                                                      /* a bit a run: lines that are not 0, */
    bool looked;                                                         /* if somebody has looked on this step already; else scratch */
    bool *stale;                                                         /* becomes true when weights may have moved */
    LoopTaught *taught;
    const uint32_t *copy;                                                /* [lanes]: of which copy of the program a lane is */
    LoopReal *scratch;                                                   /* [LOOP_RULE_ARRAYS][span] */
    size_t span;
} LoopRuleCall;

/* A number of a rule that `learn` may set, as it does `rate`. */
typedef struct LoopRuleSetting {
    const char *name, *doc; /* NULL behind the last */
    double value;           /* unless it is given */
    double lo, hi;
} LoopRuleSetting;

typedef struct LoopRule {
    const char *name;
    const char *doc;        /* the equation and its source */
    LoopRuleSetting settings[LOOP_RULE_SETTINGS];
    bool adds;              /* a weight moves by rate * D * e and nothing else, so it may do so later: see vm/late.h */
    /* Where a trace is 0, weight and memory stay as they are: such synapses may be passed over. */
    bool has_memory;        /* one more number for each synapse, */
    double memory;          /* which it starts from */
    void (*step)(const LoopRuleCall *call);
} LoopRule;

/* Row i of rules.def; NULL past the last. */
const LoopRule *loop_rule(uint32_t i);
/* LOOP_NONE when there is no rule of that name. */
uint32_t loop_rule_find(LoopStr name);

#endif
