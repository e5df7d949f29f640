#include "runtime/vm/bundle.h"

enum {
    BYTES_NEAR = 32 * 1024,      /* which a first-level cache surely holds */
    FEW = 512 / sizeof(LoopReal) /* lanes: where all see the same, most lines may be 0, and each bundle is looked through for nothing */
};

bool loop_bundle_suits(const LoopProgram *program, const LoopLoop *loop, size_t lanes)
{
    const size_t most = program->registers[loop->context].uniform ? FEW : SIZE_MAX;
    return lanes >= 2 * LOOP_BUNDLE && lanes <= most && loop_synapses(loop) > BYTES_NEAR / 2 / sizeof(LoopReal) / lanes;
}

LoopWires loop_block_wires(const LoopBlock *block, size_t index, uint32_t context)
{
    const LoopLoop *loop = &block->program->loops[index];
    return (LoopWires){.wiring = loop->wiring, .reach = loop->reach, .lanes = loop_block_synapse_lanes(block, loop),
                       .upstate = loop->upstate, .context = loop_block_view(block, context, NULL),
                       .samples = block->state + block->layout->loops[index].samples, .ahead = block->ahead};
}

/* Bundled loops have one row of scales and no memory, see loop_late_suits. */
LoopRuleCall loop_bundle_call(const LoopBlock *block, size_t index, LoopBundle bundle)
{
    LoopRuleCall call = block->calls[index];
    const size_t synapses = loop_synapses(call.loop), first = bundle.first;
    if (bundle.lanes == call.lanes)
        return call;
    LoopView *const views[] = {&call.dopamine, &call.rate, &call.trace, &call.burst, &call.dip, &call.forget, &call.credit, &call.propose,
                               &call.freeze, &call.wires.context};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        *views[i] = loop_view_from(*views[i], first);
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        call.settings[i] = loop_view_from(call.settings[i], first);
    call.lanes = call.wires.lanes = bundle.lanes;
    call.weights += first * synapses;
    call.traces += first * synapses;
    call.scales += first;
    call.copy += first;
    call.live += first / LOOP_BUNDLE * loop_trace_rows(call.loop) * loop_runs_words(call.loop->reach);
    return call;
}
