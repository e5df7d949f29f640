/* Calls of foreign functions, lane by lane. */
#include "runtime/vm/vm.h"

#include "runtime/extern/foreign.h"
#include "runtime/task/clock.h"

static void **self_of(const LoopBlock *block, uint32_t index, size_t lane)
{
    return &block->selves[index * block->layout->lanes + lane];
}

bool loop_block_foreign_start(LoopBlock *block)
{
    bool ok = true;
    for (uint32_t i = 0; block->libraries && i < block->program->foreign_count; i++)
        for (size_t l = 0; l < block->lanes; l++)
            ok = loop_foreign_new(block->libraries, i, block->agent[l], block->seed, self_of(block, i, l)) && ok;
    return ok;
}

void loop_block_foreign_end(LoopBlock *block)
{
    for (uint32_t i = 0; block->libraries && i < block->program->foreign_count; i++)
        for (size_t l = 0; l < block->lanes; l++) {
            loop_foreign_free(block->libraries, i, *self_of(block, i, l));
            *self_of(block, i, l) = NULL;
        }
}

/* d = results, v = arguments, mask: lanes that call at all. */
void loop_kernel_foreign(LoopBlock *block, const uint32_t *args)
{
    size_t width = block->program->registers[args[0]].width, taken = block->program->registers[args[1]].width;
    double *in = block->foreign, *out = block->foreign + taken;
    LoopReal *d = loop_block_register(block, args[0]);
    LoopView x = loop_block_view(block, args[1], NULL), mask = loop_block_view(block, args[2], NULL);
    for (size_t l = 0; l < block->lanes; l++) {
        if (!(loop_view(mask, 0, l) > 0) || loop_clock_done(block->clock, l))
            continue;
        for (size_t e = 0; e < taken; e++)
            in[e] = loop_view(x, e, l);
        for (size_t e = 0; e < width; e++)
            out[e] = d[e * block->lanes + l];
        loop_foreign_call(block->libraries, args[3], *self_of(block, args[3], l), in, out);
        for (size_t e = 0; e < width; e++)
            d[e * block->lanes + l] = out[e];
    }
}
