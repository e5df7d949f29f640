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
    LoopReal *w = s->w, *memory = s->memory;
    const LoopReal *e = s->e;
    for (size_t r = 0; r < s->rows; r++, w += s->n, memory += s->n, e += s->n)
        for (size_t i = 0; i < s->n; i++) {
            LoopReal adapt = loop_view(call->settings[ADAPT], s->k, i * step), dopamine = s->dopamine[i * step];
            LoopReal by = s->push[i * step] * memory[i] * e[i];
            w[i] += e[i] != 0 ? by : 0;
            memory[i] += adapt * presence(loop_synapses_scale(s, i, step) * e[i]) * (fabs(dopamine) - memory[i]);
        }
}

static void step(const LoopRuleCall *call)
{
    loop_synapses_move(call, move, false);
}

const LoopRule loop_rule_associability = {
    .name = "associability",
    .doc = "w += rate * a * D * e, then a += adapt * min(|e|, 1) * (|D| - a): the associability a of a synapse is 1 at "
           "first and follows the size of the errors D in its presence, D being the dopamine signal times `burst` or `dip`. Pearce and Hall 1980.",
    .settings = {[ADAPT] = {"adapt", "how fast associability follows the errors", 0.1, 0, 1}},
    .has_memory = true,
    .memory = 1.0,
    .step = step,
};
