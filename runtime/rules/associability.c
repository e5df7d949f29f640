/* Learning that pays attention to what was surprising: each synapse has an associability that scales its learning and
   follows the size of the errors made in its presence. Pearce and Hall 1980. */
#include "runtime/rules/synapses.h"

enum { ADAPT };

static inline LoopReal presence(LoopReal trace)
{
    LoopReal size = fabs(trace);
    return size < 1.0 ? size : 1.0;
}

static inline void move(const LoopRuleCall *call, const LoopSynapses *s, size_t step)
{
    for (size_t i = 0; i < s->n; i++) {
        LoopReal adapt = loop_view(call->settings[ADAPT], s->k, i * step), dopamine = s->dopamine[i * step];
        LoopReal by = s->push[i * step] * s->memory[i] * s->e[i];
        s->w[i] += s->e[i] != 0 ? by : 0;
        s->memory[i] += adapt * presence(s->scale[i * step] * s->e[i]) * (fabs(dopamine) - s->memory[i]);
    }
}

static void step(const LoopRuleCall *call)
{
    loop_synapses_move(call, move, false);
}

const LoopRule loop_rule_associability = {
    .name = "associability",
    .doc = "w += rate * a * D * e, then a += adapt * min(|e|, 1) * (|D| - a): the associability a of a synapse is 1 at "
           "first and follows the size of the errors D in its presence. Pearce and Hall 1980.",
    .settings = {[ADAPT] = {"adapt", "how fast associability follows the errors", 0.1, 0, 1}},
    .has_memory = true,
    .memory = 1.0,
    .step = step,
};
