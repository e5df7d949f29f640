/* Lanes whose synapses lie together. The weights and traces of a loop are [bundles][synapses][lanes of the bundle]. Most loops have all
   lanes of a block in one bundle. Where learning may wait and its pass is as fast as the second-level cache, a bundle is as wide as
   that pass takes at a time, so that it goes through memory from end to end. */
#ifndef LOOP_BUNDLE_H
#define LOOP_BUNDLE_H

#include "runtime/contract/wide.h"
#include "runtime/vm/vm.h"

/* Vectors of lanes that the pass of late_side.c takes at a time: the eight partial sums of each stay in registers. */
#if LOOP_WIDE_BYTES == 64
enum { LOOP_LATE_STRIP = 2 };
#else
enum { LOOP_LATE_STRIP = 1 };
#endif

/* Lanes of a bundle where there are several. The last has up to twice as many less one, so that none is narrow; and the most that one
   has in any engine, which is what room is reserved for in all. */
enum { LOOP_BUNDLE = LOOP_LATE_STRIP * LOOP_WIDE, LOOP_BUNDLE_MOST = 2 * 32 - 1 };

typedef struct LoopBundle {
    size_t first, lanes; /* of the block; 0 lanes: there is none */
} LoopBundle;

/* Whether a loop of which learning may wait is worth several bundles in blocks of `lanes` lanes. */
bool loop_bundle_suits(const LoopProgram *program, const LoopLoop *loop, size_t lanes);

/* Bundles of loop `index` in a block of `lanes` lanes. */
static inline size_t loop_bundle_count(const LoopLayout *layout, size_t index, size_t lanes)
{
    return layout->loops[index].bundled && lanes >= 2 * LOOP_BUNDLE ? lanes / LOOP_BUNDLE : 1;
}

/* The one that begins with lane `first`. */
static inline LoopBundle loop_bundle(const LoopBlock *block, size_t index, size_t first)
{
    size_t left = loop_block_synapse_lanes(block, &block->program->loops[index]) - first;
    return (LoopBundle){first, block->layout->loops[index].bundled && left >= 2 * LOOP_BUNDLE ? LOOP_BUNDLE : left};
}

static inline LoopBundle loop_bundle_after(const LoopBlock *block, size_t index, LoopBundle bundle)
{
    return loop_bundle(block, index, bundle.first + bundle.lanes);
}

/* Where a view has lane `lane`. */
static inline LoopView loop_view_from(LoopView v, size_t lane)
{
    return (LoopView){v.at + lane * v.lane, v.step, v.lane};
}

/* What the neurons of loop `index` see in all lanes of the block, of the context in register `context`. */
LoopWires loop_block_wires(const LoopBlock *block, size_t index, uint32_t context);
/* What learning gets for the lanes of a bundle. */
LoopRuleCall loop_bundle_call(const LoopBlock *block, size_t index, LoopBundle bundle);

#endif
