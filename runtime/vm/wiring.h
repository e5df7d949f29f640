/* Which context lines a striatal neuron sees. Synapses are [channels][neurons][reach][lanes]. */
#ifndef LOOP_WIRING_H
#define LOOP_WIRING_H

#include "runtime/contract/rule.h"

/* Where synapse `j` of neuron `m` gets its input from, for lanes `first` .. `first + n - 1`. `synapse` is the number of the
   synapse in its loop. The view's lane 0 is lane `first`; `gathered` holds n numbers where lanes see different lines. */
static inline LoopView loop_wires_input(const LoopWires *wires, size_t synapse, size_t m, size_t j, size_t first, size_t n,
                                        LoopReal *gathered)
{
    LoopView x = wires->context;
    if (wires->wiring != LOOP_WIRING_SAMPLING) {
        size_t line = wires->wiring == LOOP_WIRING_TOPOGRAPHIC ? m : j;
        return (LoopView){x.at + line * x.step + first * x.lane, 0, x.lane};
    }
    const LoopReal *line = wires->samples + synapse * wires->lanes + first;
    for (size_t l = 0; l < n; l++)
        gathered[l] = loop_view(x, (size_t)line[l], first + l);
    return (LoopView){gathered, 0, 1};
}

/* up[l] = 1 where at least `least` of the inputs of neuron `m` are active, else 0. `synapse`: its first. */
void loop_wires_upstate(const LoopWires *wires, size_t synapse, size_t m, size_t first, size_t n, LoopReal *up);

#endif
