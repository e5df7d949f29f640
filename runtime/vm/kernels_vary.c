/* Thalamus of the loops that vary: V and noise. */
#include "runtime/vm/vm.h"

static const LoopReal ZERO = 0.0;

void loop_kernel_vary(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRngKeys keys = loop_block_loop_keys(block, index);
    LoopView value = loop_block_view(block, loop->value, &ZERO), sd = loop_block_view(block, loop->explored, &ZERO);
    LoopView lesion = loop_block_view(block, loop->lesion, &ZERO);
    LoopReal *noise = loop_block_register(block, loop->noise), *out = loop_block_register(block, loop->output);
    size_t lanes = block->lanes;
    if (loop->exploration == LOOP_EXPLORE_NORMAL)
        loop_rng_normal(noise, loop->channels, lanes, keys, block->agent, NULL, block->step, LOOP_DRAW_CHANNEL);
    else
        loop_rng_uniform(noise, loop->channels, lanes, keys, block->agent, NULL, block->step, LOOP_DRAW_CHANNEL);
    for (size_t k = 0; k < loop->channels; k++, noise += lanes, out += lanes)
        for (size_t l = 0; l < lanes; l++) {
            if (loop->exploration == LOOP_EXPLORE_SIGNS)
                noise[l] = noise[l] < 0.5 ? -1.0 : 1.0;
            noise[l] = loop_view(lesion, 0, l) > 0 ? 0 : noise[l];
            out[l] = loop_view(value, k, l) + loop_view(sd, k, l) * noise[l];
        }
}
