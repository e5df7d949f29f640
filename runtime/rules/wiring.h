/* Which context lines a striatal neuron sees. Synapses are [channels][neurons][reach][lanes], in each bundle of lanes, so a run
   of them lies side by side in memory: one synapse in all lanes, or, where there is but one lane, some synapses of one neuron. */
#ifndef LOOP_WIRING_H
#define LOOP_WIRING_H

#include "runtime/contract/rule.h"

#include <string.h>

/* What goes into a run of synapses: number i is at[i * step]; step is 0 where all are one. */
typedef struct LoopInputs {
    const LoopReal *at;
    size_t step;
} LoopInputs;

/* The inputs of the `n` synapses from synapse `j` of neuron `m` on. `synapse` is the number in its loop of the first;
   `gathered` has room for n numbers. */
static inline LoopInputs loop_wires_inputs(const LoopWires *wires, size_t synapse, size_t m, size_t j, size_t n, LoopReal *gathered)
{
    LoopView x = wires->context;
    if (wires->wiring != LOOP_WIRING_SAMPLING) {
        size_t line = wires->wiring == LOOP_WIRING_TOPOGRAPHIC ? m : j;
        return (LoopInputs){x.at + line * x.step, wires->lanes > 1 ? x.lane : x.step};
    }
    const LoopReal *line = wires->samples + synapse * wires->lanes;
    for (size_t i = 0; i < n; i++)
        gathered[i] = loop_view(x, (size_t)line[i], wires->lanes > 1 ? i : 0);
    return (LoopInputs){gathered, 1};
}

/* up[l] = 1 where at least `upstate` of the inputs of neuron `m` are active, else 0. `synapse`: its first. Whether any is 1: neurons that
   sample their lines hardly ever are. No branch depends on a line. */
static inline bool loop_wires_upstate(const LoopWires *wires, size_t synapse, size_t m, LoopReal *restrict up)
{
    const size_t lanes = wires->lanes, own = lanes > 1;
    const LoopView x = wires->context;
    bool any = false;
    memset(up, 0, lanes * sizeof *up);
    for (size_t j = 0; j < wires->reach; j++) {
        if (wires->wiring == LOOP_WIRING_SAMPLING) {
            const LoopReal *restrict line = wires->samples + (synapse + j) * lanes;
            for (size_t l = 0; l < lanes; l++)
                up[l] += (LoopReal)(loop_view(x, (size_t)line[l], own * l) > 0);
        } else {
            const LoopReal *restrict at = loop_wires_inputs(wires, synapse + j, m, j, lanes, NULL).at;
            for (size_t l = 0; l < lanes; l++)
                up[l] += (LoopReal)(at[l * x.lane] > 0);
        }
    }
    for (size_t l = 0; l < lanes; l++) {
        const bool active = up[l] >= wires->upstate;
        up[l] = (LoopReal)active;
        any |= active;
    }
    return any;
}

#endif
