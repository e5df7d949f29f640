/* Registers of a block, as kernels, the clock and measures see them. */
#include "runtime/block/block.h"

LoopView loop_block_view(const LoopBlock *block, uint32_t reg, const LoopReal *fallback)
{
    if (reg == LOOP_NONE) {
        LoopView view = {NULL, 0, 0};
        /* Kernels only read views; the cast spares a second view type. */
        view.at = (LoopReal *)(uintptr_t)fallback;
        return view;
    }
    size_t lanes = loop_block_lanes(block, reg);
    bool wide = block->program->registers[reg].width > 1, shared = block->program->registers[reg].uniform;
    return (LoopView){loop_block_register(block, reg), wide ? lanes : 0, shared ? 0 : 1};
}

LoopReal loop_block_at(const LoopBlock *block, uint32_t reg, size_t element, size_t lane)
{
    return loop_view(loop_block_view(block, reg, NULL), element, lane);
}
