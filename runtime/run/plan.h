/* How a run is cut into blocks of lanes and threads, and what memory it takes. */
#ifndef LOOP_PLAN_H
#define LOOP_PLAN_H

#include "runtime/loop_run.h"

typedef struct LoopRunPlan {
    uint32_t agents, all;      /* per group; lanes of the run */
    uint32_t lanes, blocks, threads;
    size_t block_bytes;        /* one block's slab and recorder, in bytes */
    size_t result_bytes;       /* what the run keeps for all lanes */
} LoopRunPlan;

/* false: the sizes overflow or pass LOOP_MEMORY_MAX. */
bool loop_plan_make(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options);

/* Bytes that a lane's registers, rings, weights and traces take. */
bool loop_plan_lane_bytes(const LoopProgram *program, bool single, size_t *bytes);

#endif
