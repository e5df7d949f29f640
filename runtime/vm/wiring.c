/* Wiring: see wiring.h. */
#include "runtime/vm/wiring.h"

#include <string.h>

void loop_wires_upstate(const LoopWires *wires, size_t synapse, size_t m, LoopReal *up, LoopReal *gathered)
{
    memset(up, 0, wires->lanes * sizeof *up);
    for (size_t j = 0; j < wires->reach; j++) {
        LoopInputs x = loop_wires_inputs(wires, synapse + j, m, j, wires->lanes, gathered);
        for (size_t l = 0; l < wires->lanes; l++)
            up[l] += x.at[l * x.step] > 0 ? 1.0 : 0.0;
    }
    for (size_t l = 0; l < wires->lanes; l++)
        up[l] = up[l] >= wires->upstate ? 1.0 : 0.0;
}
