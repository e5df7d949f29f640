/* How a run is cut into parts, blocks of lanes and threads, and what memory it takes. */
#ifndef LOOP_PLAN_H
#define LOOP_PLAN_H

#include "runtime/loop_run.h"
#include "runtime/parts/parts.h"

/* One program of a run: the whole one, or a part of it. */
typedef struct LoopRunStage {
    const LoopProgram *program;
    const LoopPart *part;      /* NULL: the whole program */
    uint32_t all;              /* lanes, of all copies */
    uint32_t lanes, blocks;    /* of a block; how many blocks */
    uint32_t first;            /* its first block, of all blocks of the run */
    size_t lane_bytes;         /* a lane's registers, rings, weights and traces */
    size_t block_bytes;        /* one block's slab and recorder */
} LoopRunStage;

typedef struct LoopRunPlan {
    uint32_t agents, all;      /* per group; lanes of the run, be it in parts or not */
    uint32_t threads, blocks;
    LoopRunStage *stages;         /* [stage_count], run one after another */
    uint32_t stage_count;
    LoopParts *parts;          /* NULL: the program stays whole */
    bool no_memory;            /* the plan itself could not be made */
    size_t block_bytes;        /* of the largest block */
    size_t result_bytes;       /* what the run keeps for all lanes, and what claims are worked out in */
    size_t course_bytes;       /* what is recorded, and one lane of it in each thread */
    size_t total_bytes;        /* all that: blocks of all threads, results and courses */
} LoopRunPlan;

/* false: no memory, or the sizes overflow or pass what a run may take. The plan is to be freed in any case. */
bool loop_plan_make(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options);
void loop_plan_free(LoopRunPlan *plan);

#endif
