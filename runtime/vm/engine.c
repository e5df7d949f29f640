/* One build of the engine: LOOP_ENGINE is the name of its table, LOOP_ENGINE_NAME what it says. */
#include "runtime/vm/engine.h"

#ifndef LOOP_ENGINE
#define LOOP_ENGINE loop_engine_base
#define LOOP_ENGINE_NAME "base"
#endif

const LoopEngine LOOP_ENGINE = {
    .name = LOOP_ENGINE_NAME,
    .real_bytes = sizeof(LoopReal),
    .layout_make = loop_layout_make,
    .block_new = loop_block_new,
    .block_free = loop_block_free,
    .block_start = loop_block_start,
    .block_step = loop_block_step,
    .foreign_start = loop_block_foreign_start,
    .foreign_end = loop_block_foreign_end,
    .recorder_finish = loop_recorder_finish,
    .recorder_strip = loop_recorder_strip,
};
