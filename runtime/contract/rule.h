/* A learning rule: one file in rules/, one line in rules.def. The checker learns its parameters from the descriptor,
   the VM calls its kernel once a step for each loop that uses it. */
#ifndef LOOP_RULE_H
#define LOOP_RULE_H

#include "runtime/contract/program.h"

typedef double LoopReal; /* what the VM computes in */

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

/* All that a rule may touch. `weights` and `traces` are [channels][neurons][lines][lanes]. */
typedef struct LoopRuleCall {
    const LoopLoop *loop;
    size_t lanes;
    LoopReal *weights, *traces;
    LoopView dopamine, rate, trace, burst, dip, forget, credit; /* per channel */
    LoopView context;                                           /* per line, as late as the credit is */
    LoopView propose;                                           /* per channel, as late as the credit is */
    LoopReal *factor;                                           /* scratch: [3][lanes] */
} LoopRuleCall;

typedef struct LoopRule {
    const char *name;
    const char *doc;    /* the equation and its source */
    void (*step)(const LoopRuleCall *call);
} LoopRule;

/* Row i of rules.def; NULL past the last. */
const LoopRule *loop_rule(uint32_t i);
/* LOOP_NONE when there is no rule of that name. */
uint32_t loop_rule_find(LoopStr name);

#endif
