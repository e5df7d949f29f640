/* Kernels of the loops: striatum and pallidum (value), plasticity (learn), and what observers see of them. */
#include "runtime/vm/vm.h"

#include "runtime/vm/sum.h"
#include "runtime/vm/wiring.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

static size_t synapse_lanes(const LoopBlock *block, const LoopLoop *loop)
{
    return loop->uniform ? 1 : block->lanes;
}

LoopWires loop_block_wires(const LoopBlock *block, size_t index, uint32_t context)
{
    const LoopLoop *loop = &block->program->loops[index];
    return (LoopWires){.wiring = loop->wiring, .reach = loop->reach, .lanes = synapse_lanes(block, loop), .upstate = loop->upstate,
                       .context = loop_block_view(block, context, NULL),
                       .samples = block->state + block->layout->samples[index]};
}

/* sum over the synapses of neuron `m` of weight times input, for `n` lanes from `first` on; w is [reach][lanes]. */
static void read_out(LoopReal *out, const LoopReal *w, const LoopWires *wires, size_t synapse, size_t m, size_t first, size_t n)
{
    LoopReal part[LOOP_PARTS][LOOP_TILE] = {{0}}, gathered[LOOP_TILE];
    for (size_t j = 0; j < wires->reach; j++) {
        LoopView x = loop_wires_input(wires, synapse + j, m, j, first, n, gathered);
        const LoopReal *row = w + j * wires->lanes + first;
        LoopReal *sum = part[j % LOOP_PARTS];
        if (x.lane)
            for (size_t l = 0; l < n; l++)
                sum[l] += row[l] * x.at[l];
        else
            for (size_t l = 0; l < n; l++)
                sum[l] += row[l] * x.at[0];
    }
    for (size_t l = 0; l < n; l++) {
        LoopReal each[LOOP_PARTS];
        for (size_t p = 0; p < LOOP_PARTS; p++)
            each[p] = part[p][l];
        out[l] = loop_sum8(each);
    }
}

/* s[l] = activity of neuron `m` of channel `k`: proposal, up-state and weighted input. */
static void neuron(const LoopBlock *block, const LoopLoop *loop, const LoopWires *wires, const LoopReal *weights, size_t k, size_t m,
                   size_t first, size_t n, LoopReal *s)
{
    LoopView propose = loop_block_view(block, loop->propose, &ONE);
    LoopReal up[LOOP_TILE];
    size_t synapse = (k * loop->neurons + m) * loop->reach;
    read_out(s, weights + synapse * wires->lanes, wires, synapse, m, first, n);
    if (loop->upstate)
        loop_wires_upstate(wires, synapse, m, first, n, up);
    for (size_t l = 0; l < n; l++) {
        LoopReal strength = loop_view(propose, k, first + l);
        s[l] *= loop->upstate ? strength * up[l] : strength;
    }
}

static void channel_value(LoopBlock *block, const LoopLoop *loop, const LoopWires *wires, const LoopReal *w, size_t k, size_t first,
                          size_t n)
{
    LoopReal part[LOOP_PARTS][LOOP_TILE] = {{0}}, s[LOOP_TILE];
    for (size_t m = 0; m < loop->neurons; m++) {
        neuron(block, loop, wires, w, k, m, first, n, s);
        for (size_t l = 0; l < n; l++)
            part[m % LOOP_PARTS][l] += s[l];
    }
    LoopReal *value = loop_block_register(block, loop->value) + k * wires->lanes + first;
    for (size_t l = 0; l < n; l++) {
        LoopReal each[LOOP_PARTS];
        for (size_t p = 0; p < LOOP_PARTS; p++)
            each[p] = part[p][l];
        value[l] = loop_sum8(each);
    }
}

static size_t tile(size_t first, size_t lanes)
{
    return lanes - first < LOOP_TILE ? lanes - first : LOOP_TILE;
}

void loop_kernel_value(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopWires wires = loop_block_wires(block, index, loop->context);
    const LoopReal *w = block->state + block->layout->weights[index];
    for (size_t k = 0; k < loop->channels; k++)
        for (size_t first = 0; first < wires.lanes; first += LOOP_TILE)
            channel_value(block, loop, &wires, w, k, first, tile(first, wires.lanes));
}

void loop_kernel_striatum(LoopBlock *block, const uint32_t *args)
{
    const LoopLoop *loop = &block->program->loops[args[1]];
    LoopWires wires = loop_block_wires(block, args[1], loop->context);
    const LoopReal *w = block->state + block->layout->weights[args[1]];
    size_t lanes = loop_block_lanes(block, args[0]);
    LoopReal *d = loop_block_register(block, args[0]), s[LOOP_TILE];
    for (size_t i = 0; i < (size_t)loop->channels * loop->neurons; i++)
        for (size_t first = 0; first < wires.lanes; first += LOOP_TILE) {
            size_t n = tile(first, wires.lanes);
            neuron(block, loop, &wires, w, i / loop->neurons, i % loop->neurons, first, n, s);
            for (size_t l = 0; l < (wires.lanes == lanes ? n : lanes); l++)
                d[i * lanes + first + l] = s[wires.lanes == lanes ? l : 0];
        }
}

/* ---- learning ---- */

void loop_kernel_learn(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRuleCall call = {
        .loop = loop,
        .lanes = synapse_lanes(block, loop),
        .weights = block->state + block->layout->weights[index],
        .traces = block->state + block->layout->traces[index],
        .memory = block->state + block->layout->memory[index],
        .dopamine = loop_block_view(block, loop->dopamine, &ZERO),
        .rate = loop_block_view(block, loop->rate, &ZERO),
        .trace = loop_block_view(block, loop->trace, &ZERO),
        .burst = loop_block_view(block, loop->burst, &ONE),
        .dip = loop_block_view(block, loop->dip, &ONE),
        .forget = loop_block_view(block, loop->forget, &ONE),
        .credit = loop_block_view(block, loop->credit, &ONE),
        .propose = loop_block_view(block, loop->credit_propose, &ONE),
        .freeze = loop_block_view(block, loop->freeze, &ZERO),
        .wires = loop_block_wires(block, index, loop->credit_context),
        .factor = block->state + block->layout->scratch,
    };
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        call.settings[i] = loop_block_view(block, loop->settings[i], &ZERO);
    loop_rule(loop->rule)->step(&call);
}

void loop_kernel_synapses(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    const LoopLoop *loop = &block->program->loops[args[1]];
    const size_t *offsets = op == LOOP_OP_WEIGHTS ? block->layout->weights : block->layout->traces;
    const LoopReal *from = block->state + offsets[args[1]];
    size_t lanes = loop_block_lanes(block, args[0]), source = synapse_lanes(block, loop);
    LoopReal *d = loop_block_register(block, args[0]);
    if (source == lanes) {
        memcpy(d, from, loop_synapses(loop) * lanes * sizeof *d);
        return;
    }
    for (size_t i = 0; i < loop_synapses(loop); i++)
        for (size_t l = 0; l < lanes; l++)
            d[i * lanes + l] = from[i];
}
