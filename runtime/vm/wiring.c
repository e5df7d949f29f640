/* Wiring: see wiring.h. */
#include "runtime/vm/wiring.h"

#include <string.h>

void loop_wires_upstate(const LoopWires *wires, size_t synapse, size_t m, size_t first, size_t n, LoopReal *up)
{
    LoopReal gathered[LOOP_TILE];
    memset(up, 0, n * sizeof *up);
    for (size_t j = 0; j < wires->reach; j++) {
        LoopView x = loop_wires_input(wires, synapse + j, m, j, first, n, gathered);
        for (size_t l = 0; l < n; l++)
            up[l] += x.at[l * x.lane] > 0 ? 1.0 : 0.0;
    }
    for (size_t l = 0; l < n; l++)
        up[l] = up[l] >= wires->upstate ? 1.0 : 0.0;
}
