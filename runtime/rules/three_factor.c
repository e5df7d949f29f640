/* Three-factor learning: presynaptic activity and the loop's own credit make a synapse eligible, dopamine then moves
   its weight. With credit 1 and a decay of discount * lambda it is TD(lambda): Sutton 1988, Montague, Dayan and
   Sejnowski 1996; with the chosen channel's credit, the actor of Barto, Sutton and Anderson 1983. */
#include "runtime/rules/synapses.h"

static inline void move(const LoopRuleCall *call, const LoopSynapses *s, size_t step)
{
    (void)call;
    LoopReal *restrict w = s->w;
    const LoopReal *restrict e = s->e, *restrict push = s->push;
    for (size_t i = 0; i < s->n; i++) {
        LoopReal by = push[i * step] * e[i];
        w[i] += ((push[i * step] != 0) & (e[i] != 0)) ? by : 0; /* the other one may be infinite */
    }
}

static void step(const LoopRuleCall *call)
{
    loop_synapses_move(call, move, true);
}

const LoopRule loop_rule_three_factor = {
    .name = "three_factor",
    .doc = "w += rate * D * e, then e = trace * e + credit * propose * u * x, where D is the dopamine signal times `burst` "
           "when positive and times `dip` when negative. Sutton 1988; Montague, Dayan and Sejnowski 1996.",
    .step = step,
};
