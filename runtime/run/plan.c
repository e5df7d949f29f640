/* Lane blocks, threads and memory of a run. */
#include "runtime/run/plan.h"

#include "runtime/contract/rule.h"
#include "runtime/measure/recorder.h"

#include <unistd.h>

/* A block's state should stay in a second-level cache, of which most processors have 256 KB to 2 MB a core. Of it few rows are
   live in a step; blocks for the first level would spend their time on the same instructions again and again. */
static const size_t CACHE_BYTES = 512 * 1024;

/* What a run may take; beyond it a machine would swap or be killed. */
static const size_t MEMORY_MAX = (size_t)16 * 1024 * 1024 * 1024;

static bool add_product(size_t *total, size_t a, size_t b, size_t c)
{
    size_t product;
    return loop_mul(a, b, &product) && loop_mul(product, c, &product) && loop_add(*total, product, total);
}

/* Bytes of the state that is kept once (`uniform`), or for every lane. */
static bool state_bytes(const LoopProgram *program, bool uniform, bool single, size_t *bytes)
{
    size_t reals = 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->register_count; i++)
        ok = program->registers[i].uniform != uniform || program->registers[i].no_room || add_product(&reals, program->registers[i].width, 1, 1);
    for (uint32_t i = 0; ok && i < program->ring_count; i++)
        ok = program->rings[i].uniform != uniform || add_product(&reals, program->rings[i].width, program->rings[i].slots, 1);
    for (uint32_t i = 0; ok && i < program->loop_count; i++) {
        const LoopLoop *loop = &program->loops[i];
        size_t arrays = 1;
        arrays += loop->wiring == LOOP_WIRING_SAMPLING;
        arrays += loop->learns && loop_rule(loop->rule)->has_memory;
        ok = loop->uniform != uniform || (add_product(&reals, loop_synapses(loop), arrays, 1) &&
                                          add_product(&reals, loop_trace_rows(loop), loop->reach, 1));
    }
    return ok && loop_mul(reals, single ? sizeof(float) : sizeof(double), bytes);
}

bool loop_plan_lane_bytes(const LoopProgram *program, bool single, size_t *bytes)
{
    return state_bytes(program, false, single, bytes);
}

static uint32_t choose_lanes(size_t lane_bytes, size_t uniform_bytes, uint32_t all, uint32_t threads)
{
    size_t lanes = lane_bytes ? CACHE_BYTES / lane_bytes : LOOP_LANES_MAX;
    lanes = lanes / LOOP_LANES_MIN * LOOP_LANES_MIN;
    if (lanes < LOOP_LANES_MIN)
        lanes = LOOP_LANES_MIN;
    if (lanes > LOOP_LANES_MAX)
        lanes = LOOP_LANES_MAX;
    /* No thread should stand idle for want of a block, unless all that it would do is what each block has to do. */
    uint32_t share = (all + threads - 1) / threads;
    if (lanes > share && lane_bytes * all / 2 > uniform_bytes)
        lanes = share;
    return (uint32_t)lanes;
}

static uint32_t core_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 256 ? 256 : (uint32_t)cores;
}

bool loop_plan_make(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options)
{
    size_t lane_bytes, uniform_bytes, total, all;
    *plan = (LoopRunPlan){.agents = options->agents ? options->agents : program->agents};
    if (!loop_mul(plan->agents, program->group_count, &all) || all > INT32_MAX)
        return false;
    plan->all = (uint32_t)all;
    plan->threads = program->foreign_count ? 1 : options->threads ? options->threads : core_count(); /* libraries know one thread */
    if (!loop_plan_lane_bytes(program, options->single, &lane_bytes) || !state_bytes(program, true, options->single, &uniform_bytes))
        return false;
    plan->lanes = options->lanes ? options->lanes : choose_lanes(lane_bytes, uniform_bytes, plan->all, plan->threads);
    if (plan->lanes > plan->all)
        plan->lanes = plan->all;
    plan->blocks = (plan->all + plan->lanes - 1) / plan->lanes;
    if (plan->threads > plan->blocks)
        plan->threads = plan->blocks;
    if (!loop_mul(lane_bytes, plan->lanes, &plan->block_bytes) ||
        !loop_add(plan->block_bytes, uniform_bytes, &plan->block_bytes) ||
        !loop_recorder_bytes(program, plan->lanes, &plan->block_bytes))
        return false;
    for (uint32_t i = 0; i < program->measure_count; i++)
        if (!add_product(&plan->result_bytes, program->registers[program->measures[i].signal].width, all, sizeof(double)))
            return false;
    return loop_mul(plan->block_bytes, plan->threads, &total) && loop_add(total, plan->result_bytes, &total) &&
           total <= MEMORY_MAX;
}

void loop_memory_print(const LoopProgram *program, const LoopRunOptions *options, LoopText *out)
{
    LoopRunPlan plan;
    size_t lane = 0;
    if (!loop_plan_make(&plan, program, options) || !loop_plan_lane_bytes(program, options->single, &lane)) {
        loop_text_add(out, "more memory than a run may take\n");
        return;
    }
    loop_text_add(out, "lanes      %u (%u agents, %u groups)\n", plan.all, plan.agents, program->group_count);
    loop_text_add(out, "blocks     %u of %u lanes, on %u threads\n", plan.blocks, plan.lanes, plan.threads);
    loop_text_add(out, "a lane     %zu bytes of registers, delays, weights and traces\n", lane);
    loop_text_add(out, "a block    %zu bytes, measures included\n", plan.block_bytes);
    loop_text_add(out, "results    %zu bytes\n", plan.result_bytes);
    loop_text_add(out, "in all     %zu bytes\n", plan.block_bytes * plan.threads + plan.result_bytes);
    for (uint32_t i = 0; i < program->loop_count; i++) {
        const LoopLoop *loop = &program->loops[i];
        loop_text_add(out, "loop %.*s: %u channels x %u neurons x %u lines, weights and traces %s\n",
                      LOOP_STR_ARGS(loop->name), loop->channels, loop->neurons, loop->reach,
                      loop->uniform ? "shared by all lanes" : "in every lane");
    }
}
