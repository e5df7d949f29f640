/* Parts, lane blocks, threads and memory of a run. */
#include "runtime/run/plan.h"

#include "runtime/contract/rule.h"
#include "runtime/vm/rooms.h"
#include "runtime/vm/vm.h"

#include <string.h>
#include <unistd.h>

/* A block's state should stay near a second-level cache, of which processors have 1 to 2 MB a core, older ones less. Where lanes are
   small not all of it is live in a step, and smaller blocks would spend their time on the same instructions again and again; lanes
   with more than that are mostly synapses that are passed over in every step, best with half as much again left free. */
static const size_t CACHE_BYTES = 1024 * 1024, LANE_LARGE = 4 * 1024;

/* What a run may take; beyond it a machine would swap or be killed. */
static const size_t MEMORY_MAX = (size_t)16 * 1024 * 1024 * 1024;

static bool add_product(size_t *total, size_t a, size_t b, size_t c)
{
    size_t product;
    return loop_mul(a, b, &product) && loop_mul(product, c, &product) && loop_add(*total, product, total);
}

/* Bytes of the state that is kept once (`uniform`), or for every lane. */
static bool state_bytes(const LoopProgram *program, const uint32_t *lent, bool uniform, bool single, size_t *bytes)
{
    size_t reals = 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->register_count; i++)
        ok = program->registers[i].uniform != uniform || program->registers[i].no_room || lent[i] != LOOP_NONE ||
             add_product(&reals, program->registers[i].width, 1, 1);
    for (uint32_t i = 0; ok && i < program->ring_count; i++)
        ok = program->rings[i].uniform != uniform || add_product(&reals, program->rings[i].width, program->rings[i].slots, 1);
    for (size_t i = 0; ok && !uniform && i < (size_t)program->draw_count + program->loop_count; i++)
        ok = add_product(&reals, loop_draws_one(program, i) ? LOOP_RNG_BLOCK : 0, 1, 1);
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

/* The same for both: registers, rings, weights and traces of a lane, and of all lanes together. */
static bool count_state(LoopRunPlan *plan, const LoopProgram *program, bool single, size_t *lane, size_t *shared)
{
    uint32_t *lent = loop_rooms_make(program);
    plan->no_memory = plan->no_memory || !lent;
    bool ok = lent && state_bytes(program, lent, false, single, lane) && state_bytes(program, lent, true, single, shared);
    loop_free(lent);
    return ok;
}

/* Of the bytes of a lane, those that steps are busy with: most measures ask for what the observe section writes on few of them. */
static size_t busy_bytes(const LoopProgram *program, bool single, size_t lane_bytes)
{
    const LoopSection *section = &program->observe;
    size_t reals = 0;
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words) {
        const char *operands = loop_op_info(section->code[pc])->operands;
        const LoopRegister *r = operands[0] == 'd' ? &program->registers[section->code[pc + 1]] : NULL;
        reals += r && !r->uniform ? r->width : 0;
    }
    size_t observed = reals * (single ? sizeof(float) : sizeof(double));
    return observed < lane_bytes ? lane_bytes - observed : lane_bytes;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* As many lanes as the cache takes, give or take an eighth, and as many blocks of one size for each thread; but what is beyond half a
   vector of 16 is made whole ones, so that rows begin where cache lines do, and the last block has what is left. No more than that, so that
   500 doubles do not become 512, whose rows of 4 KB get into one another's way. */
static uint32_t choose_lanes(size_t lane_bytes, size_t all, size_t threads, bool single)
{
    const size_t vector = single ? LOOP_LANES_MIN : LOOP_LANES_MIN / 2; /* 64 bytes */
    size_t cache = lane_bytes > LANE_LARGE ? CACHE_BYTES / 3 * 2 : CACHE_BYTES + CACHE_BYTES / 8;
    size_t most = lane_bytes ? cache / lane_bytes / LOOP_LANES_MIN * LOOP_LANES_MIN : LOOP_LANES_MAX;
    most = most < LOOP_LANES_MIN ? LOOP_LANES_MIN : most > LOOP_LANES_MAX ? LOOP_LANES_MAX : most;
    size_t blocks = round_up((all + most - 1) / most, threads), lanes = (all + blocks - 1) / blocks;
    if (lanes > LOOP_LANES_MIN / 2)
        lanes = round_up(lanes, vector);
    return (uint32_t)(lanes < most ? lanes : most);
}

static uint32_t core_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 256 ? 256 : (uint32_t)cores;
}

/* ---- parts ---- */

enum {
    LANES_ENOUGH = 2 * LOOP_LANES_MIN, /* lanes that keep vectors and instructions busy */
    ALIKE_ENOUGH = 4                   /* parts to a form, or times that a part is smaller than the whole */
};

/* What is fastest: with few agents parts that are alike fill the lanes; with many, a part whose lanes fit the cache is better
   than a whole whose lanes don't. */
static LoopSplitting choose_split(const LoopProgram *program, size_t lane_bytes, uint32_t all)
{
    if (program->loop_count < ALIKE_ENOUGH)
        return LOOP_SPLIT_NONE;
    if (all < LANES_ENOUGH)
        return LOOP_SPLIT_LANES;
    return lane_bytes > CACHE_BYTES / LANES_ENOUGH ? LOOP_SPLIT_PARTS : LOOP_SPLIT_NONE;
}

static bool pays(LoopRunPlan *plan, LoopSplitting split, bool single, size_t lane_bytes)
{
    const LoopParts *parts = plan->parts;
    size_t copies = 0, largest = 0, bytes, shared;
    if (parts->work > parts->work_whole + parts->work_whole / 2)
        return false;
    for (uint32_t i = 0; i < parts->count; i++) {
        copies += parts->part[i].copies;
        if (count_state(plan, parts->part[i].program, single, &bytes, &shared) && bytes > largest)
            largest = bytes;
    }
    return split == LOOP_SPLIT_LANES ? copies >= (size_t)ALIKE_ENOUGH * parts->count : largest <= lane_bytes / ALIKE_ENOUGH;
}

/* The parts that the program is to be run in, or NULL. */
static bool take_parts(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options, size_t lane_bytes)
{
    LoopSplitting split = options->split == LOOP_SPLIT_AUTO ? choose_split(program, lane_bytes, plan->all) : options->split;
    bool failed = false;
    if (split == LOOP_SPLIT_NONE)
        return true;
    plan->parts = loop_parts_make(program, split == LOOP_SPLIT_LANES, &failed);
    if (plan->parts && options->split == LOOP_SPLIT_AUTO && !pays(plan, split, options->single, lane_bytes)) {
        loop_parts_free(plan->parts);
        plan->parts = NULL;
    }
    plan->no_memory = plan->no_memory || failed;
    return !plan->no_memory;
}

/* ---- stages ---- */

/* One stage; the last of the plan so far. */
static bool add_stage(LoopRunPlan *plan, const LoopProgram *program, const LoopPart *part, const LoopRunOptions *options)
{
    LoopRunStage *s = &plan->stages[plan->stage_count++];
    size_t uniform_bytes, all;
    *s = (LoopRunStage){.program = program, .part = part, .first = plan->blocks};
    if (!loop_mul(plan->all, part ? part->copies : 1, &all) || all > INT32_MAX ||
        !count_state(plan, program, options->single, &s->lane_bytes, &uniform_bytes))
        return false;
    s->all = (uint32_t)all;
    /* No thread should stand idle for want of a block, unless all that it would do is what each block has to do. */
    bool shared_out = (!plan->parts || plan->parts->count < 2 * plan->threads) && s->lane_bytes * all / 2 > uniform_bytes;
    size_t busy = busy_bytes(program, options->single, s->lane_bytes);
    s->lanes = options->lanes ? options->lanes : choose_lanes(busy, s->all, shared_out ? plan->threads : 1, options->single);
    if (s->lanes > s->all)
        s->lanes = s->all;
    s->blocks = (s->all + s->lanes - 1) / s->lanes;
    if (s->blocks > INT32_MAX - plan->blocks) /* in all stages they are numbered */
        return false;
    plan->blocks += s->blocks;
    LoopLayout layout;
    if (!loop_mul(s->lane_bytes, s->lanes, &all) || all > MEMORY_MAX || uniform_bytes > MEMORY_MAX)
        return false;
    plan->no_memory = !loop_layout_make(&layout, program, s->lanes);
    if (plan->no_memory)
        return false;
    bool counted = loop_block_bytes(program, &layout, options->single ? sizeof(float) : sizeof(double), &s->block_bytes);
    loop_layout_free(&layout);
    if (!counted)
        return false;
    plan->block_bytes = s->block_bytes > plan->block_bytes ? s->block_bytes : plan->block_bytes;
    return true;
}

static bool add_stages(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options)
{
    bool ok = true;
    plan->stages = loop_alloc_array(plan->parts ? plan->parts->count : 1, sizeof *plan->stages);
    plan->no_memory = !plan->stages;
    if (!plan->stages)
        return false;
    if (!plan->parts)
        return add_stage(plan, program, NULL, options);
    for (uint32_t i = 0; ok && i < plan->parts->count; i++)
        ok = add_stage(plan, plan->parts->part[i].program, &plan->parts->part[i], options);
    return ok;
}

static bool add_final(LoopRunPlan *plan, const LoopProgram *program, const LoopFinal *final)
{
    return add_product(&plan->result_bytes, program->registers[final->result].width, final->group == LOOP_NONE ? plan->all : plan->agents,
                       sizeof(double));
}

/* A value and a number of trials for each measure and lane, a value for each final, and once more for each claim that keeps its agents. */
static bool count_results(LoopRunPlan *plan, const LoopProgram *program, bool keeps_agents)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->measure_count; i++)
        ok = add_product(&plan->result_bytes, program->registers[program->measures[i].signal].width, plan->all, sizeof(double)) &&
             add_product(&plan->result_bytes, 1, plan->all, sizeof(uint32_t));
    for (uint32_t i = 0; ok && i < program->final_count; i++)
        ok = add_final(plan, program, &program->finals[i]);
    for (uint32_t i = 0; ok && keeps_agents && i < program->claim_count; i++)
        ok = add_final(plan, program, &program->finals[program->claims[i].value]);
    return ok;
}

/* Mean and spread on each step of a strip, for each group; and a lane of the longest strip in each thread. */
static bool count_courses(LoopRunPlan *plan, const LoopProgram *program)
{
    size_t longest = 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->strip_count; i++) {
        const LoopStrip *strip = &program->strips[i];
        ok = add_product(&plan->course_bytes, strip->group == LOOP_NONE ? program->group_count : 1, strip->steps, 2 * sizeof(double));
        longest = strip->steps > longest ? strip->steps : longest;
    }
    return ok && add_product(&plan->course_bytes, plan->threads, longest, sizeof(double));
}

bool loop_plan_make(LoopRunPlan *plan, const LoopProgram *program, const LoopRunOptions *options)
{
    size_t lane_bytes, uniform_bytes, all;
    *plan = (LoopRunPlan){.agents = options->agents ? options->agents : program->agents};
    if (!loop_mul(plan->agents, program->group_count, &all) || all > INT32_MAX)
        return false;
    plan->all = (uint32_t)all;
    plan->threads = program->foreign_count ? 1 : options->threads ? options->threads : core_count(); /* libraries know one thread */
    if (!count_state(plan, program, options->single, &lane_bytes, &uniform_bytes) || !take_parts(plan, program, options, lane_bytes) ||
        !add_stages(plan, program, options))
        return false;
    if (plan->threads > plan->blocks)
        plan->threads = plan->blocks;
    return count_results(plan, program, options->keeps_agents) && count_courses(plan, program) &&
           loop_mul(plan->block_bytes, plan->threads, &plan->total_bytes) && loop_add(plan->total_bytes, plan->result_bytes, &plan->total_bytes) &&
           loop_add(plan->total_bytes, plan->course_bytes, &plan->total_bytes) && plan->total_bytes <= MEMORY_MAX;
}

void loop_plan_free(LoopRunPlan *plan)
{
    loop_free(plan->stages);
    loop_parts_free(plan->parts);
    plan->stages = NULL;
    plan->parts = NULL;
}

static void print_stage(const LoopRunStage *s, LoopText *out)
{
    if (s->part)
        loop_text_add(out, "part of %u loops, %u alike\n", s->program->loop_count, s->part->copies);
    loop_text_add(out, "blocks     %u of %u lanes\n", s->blocks, s->lanes);
    loop_text_add(out, "a lane     %zu bytes of registers, delays, weights and traces\n", s->lane_bytes);
    loop_text_add(out, "a block    %zu bytes, measures included\n", s->block_bytes);
}

/* Parts beyond this many are not listed. */
enum { LISTED = 16 };

void loop_memory_print(const LoopProgram *program, const LoopRunOptions *options, LoopText *out)
{
    LoopRunPlan plan;
    if (!loop_plan_make(&plan, program, options)) {
        out->failed = out->failed || plan.no_memory;
        loop_text_add(out, "more memory than a run may take\n");
        loop_plan_free(&plan);
        return;
    }
    loop_text_add(out, "lanes      %u (%u agents, %u groups), on %u threads\n", plan.all, plan.agents, program->group_count, plan.threads);
    for (uint32_t i = 0; i < plan.stage_count && i < LISTED; i++)
        print_stage(&plan.stages[i], out);
    if (plan.stage_count > LISTED)
        loop_text_add(out, "and %u parts more, one after another\n", plan.stage_count - LISTED);
    loop_text_add(out, "results    %zu bytes, %zu a lane\n", plan.result_bytes, plan.result_bytes / plan.all);
    if (plan.course_bytes)
        loop_text_add(out, "courses    %zu bytes, of what is recorded\n", plan.course_bytes);
    loop_text_add(out, "in all     %zu bytes, besides the program itself\n", plan.total_bytes);
    for (uint32_t i = 0; i < program->loop_count; i++) {
        const LoopLoop *loop = &program->loops[i];
        loop_text_add(out, "loop %.*s: %u channels x %u neurons x %u lines, weights and traces %s\n",
                      LOOP_STR_ARGS(loop->name), loop->channels, loop->neurons, loop->reach,
                      loop->uniform ? "shared by all lanes" : "in every lane");
    }
    loop_plan_free(&plan);
}
