/* Plasticity of the loops, and what observers see of their synapses. */
#include "runtime/vm/bundle.h"
#include "runtime/vm/late.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

/* A decay that is 0 for good, which most loops that choose have. */
static bool never_lasts(const LoopProgram *program, uint32_t trace)
{
    for (uint32_t i = 0; i < program->constant_count; i++)
        if (program->constants[i].reg == trace)
            return program->registers[trace].width == 1 && program->constants[i].values[0] == 0;
    return trace == LOOP_NONE;
}

void loop_ready_learn(const LoopBlock *block, size_t index, LoopRuleCall *call)
{
    const LoopLoop *loop = &block->program->loops[index];
    *call = (LoopRuleCall){
        .loop = loop,
        .lanes = loop_block_synapse_lanes(block, loop),
        .weights = block->state + block->layout->loops[index].weights,
        .traces = block->state + block->layout->loops[index].traces,
        .scales = block->state + block->layout->loops[index].scales,
        .memory = block->state + block->layout->loops[index].memory,
        .live = block->live + block->layout->loops[index].live,
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
        .lasting = !loop->swaps_traces && !never_lasts(block->program, loop->trace),
        .stale = &block->seen[index].stale,
        .taught = &block->taught[index],
        .copy = block->copy,
        .scratch = block->state + block->layout->scratch,
        .span = block->layout->span,
    };
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        call->settings[i] = loop_block_view(block, loop->settings[i], &ZERO);
}

/* The credit of this step is the traces of the next, and the room of those is free. */
static void swap(LoopRuleCall *call)
{
    LoopReal *traces = call->traces;
    call->traces = call->credit.at;
    call->credit.at = traces;
}

void loop_kernel_learn(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRuleCall *call = &block->calls[index];
    const LoopReadout *readout = &block->readouts[index];
    call->step = block->step;
    call->looked = readout->sparse && block->layout->loops[index].looks_once && block->seen[index].step == block->step;
    call->sees = call->looked ? readout->sees : block->sees;
    if (block->late[index].able && loop_late_learn(block, index))
        return;
    if (!block->layout->loops[index].bundled) {
        loop_rule(loop->rule)->step(call);
        if (loop->swaps_traces)
            swap(call);
        return;
    }
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        LoopRuleCall some = loop_bundle_call(block, index, b);
        loop_rule(loop->rule)->step(&some);
    }
}

/* A row of weights or, times its scales, of traces in some lanes; `step` and `apart` are 0 where all have one number. */
static void copy_row(LoopReal *d, size_t lanes, const LoopReal *from, const LoopReal *scales, size_t step, size_t apart)
{
    for (size_t l = 0; l < lanes; l++)
        d[l] = (scales ? scales[l * apart] : 1) * from[l * step] + 0.0; /* a trace that was passed over may be -0 */
}

/* The rows of a bundle, of which `from` is the first. */
static void copy_rows(const LoopBlock *block, uint32_t op, const uint32_t *args, LoopBundle bundle, const LoopReal *from)
{
    const LoopLoop *loop = &block->program->loops[args[1]];
    const LoopReal *scales = block->state + block->layout->loops[args[1]].scales + bundle.first;
    const size_t lanes = loop_block_lanes(block, args[0]), source = loop_block_synapse_lanes(block, loop);
    const bool each = source == lanes; /* or one row for all of the block */
    const bool apart = each && block->calls[args[1]].trace.lane; /* lanes decay each by itself, and have a scale each */
    LoopReal *d = loop_block_register(block, args[0]) + bundle.first;
    for (size_t k = 0; k < loop->channels; k++)
        for (size_t m = 0; m < loop->neurons; m++) {
            size_t row = op == LOOP_OP_WEIGHTS ? k * loop->neurons + m : loop_trace_row(loop, k, m);
            const LoopReal *by = op == LOOP_OP_WEIGHTS || !loop->learns ? NULL : scales + k % loop_scale_rows(block->program, loop) * source;
            for (size_t j = 0; j < loop->reach; j++, d += lanes)
                copy_row(d, each ? bundle.lanes : lanes, from + (row * loop->reach + j) * bundle.lanes, by, each, apart);
        }
}

void loop_kernel_synapses(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    const size_t index = args[1];
    const LoopLoop *loop = &block->program->loops[index];
    const LoopLoopPlace *place = &block->layout->loops[index];
    const LoopReal *from = block->state + (op == LOOP_OP_WEIGHTS ? place->weights : place->traces);
    if (op != LOOP_OP_WEIGHTS && loop->swaps_traces)
        from = block->calls[index].traces;
    loop_late_settle(block, index);
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b))
        copy_rows(block, op, args, b, from + b.first * loop_synapses(loop));
}
