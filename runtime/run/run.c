/* All agents of a run: lane blocks dealt to threads in order, each run to its end. Means over agents are taken in lane order, and all
   else lies by lane, so that neither threads nor the size of blocks can change a bit of the results. */
#define _POSIX_C_SOURCE 200809L
#include "runtime/loop_run.h"

#include "runtime/extern/foreign.h"
#include "runtime/measure/recorder.h"
#include "runtime/run/engines.h"
#include "runtime/run/fault.h"
#include "runtime/run/finals.h"
#include "runtime/run/plan.h"
#include "runtime/run/taught.h"
#include "runtime/run/threads.h"
#include "runtime/run/unmeasured.h"
#include "runtime/task/clock.h"
#include "runtime/vm/vm.h"

#include <math.h>

/* What the threads share. `lock` guards all that changes. */
typedef struct Run {
    const LoopProgram *program;
    const LoopRunOptions *options;
    const LoopEngine *engine;
    LoopRunPlan plan;
    LoopMeasured *measured;
    LoopResults *results;
    uint32_t *course_of;   /* [strips][groups]: the course of a strip in a group; LOOP_NONE */
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint32_t next_block;   /* to deal */
    uint32_t merged;       /* blocks that are in; the first so many, where strips go in in order */
    bool no_memory, interrupted;
    LoopFault fault, grown;
    LoopLearned *learned;  /* [loops], in the arena of the results */
    uint64_t steps;
    LoopLibraries *libraries;
    bool stateless;        /* a library could not make a state */
} Run;

/* A thread, and what it has of the stage that it is at. */
typedef struct Worker {
    Run *run;
    pthread_t thread;
    bool started, first;
    const LoopRunStage *stage;
    LoopLayout layout;
    LoopBlock *block;      /* NULL: there was no memory for it */
    LoopMeasured *measured; /* [copies][measures of the stage] */
    double *course;        /* [longest strip]: one lane's strip on its way into the mean */
} Worker;

static void leave_stage(Worker *w)
{
    w->run->engine->block_free(w->block);
    loop_layout_free(&w->layout);
    loop_free(w->measured);
    w->block = NULL;
    w->measured = NULL;
}

/* Where the measures of a stage end up in the whole. */
static LoopMeasured *stage_measured(const Run *run, const LoopRunStage *stage)
{
    uint32_t copies = stage->part ? stage->part->copies : 1;
    size_t count = (size_t)copies * stage->program->measure_count;
    LoopMeasured *measured = loop_alloc_array(count, sizeof *measured);
    for (size_t i = 0; measured && i < count; i++)
        measured[i] = run->measured[stage->part ? stage->part->measures[i] : i];
    return measured;
}

/* Goes to the stage of a block, if the worker is not there yet. False: no memory. */
static bool enter_stage(Worker *w, uint32_t index)
{
    Run *run = w->run;
    const LoopRunStage *stage = w->stage && index >= w->stage->first ? w->stage : run->plan.stages;
    while (index >= stage->first + stage->blocks)
        stage++;
    if (w->block && w->stage == stage)
        return true;
    leave_stage(w);
    w->stage = stage;
    w->measured = stage_measured(run, stage);
    if (w->measured && run->engine->layout_make(&w->layout, stage->program, stage->lanes))
        w->block = run->engine->block_new(stage->program, &w->layout, run->plan.agents, run->options->seed);
    if (w->block)
        w->block->libraries = run->libraries;
    return w->block != NULL;
}

/* ---- merging ---- */

/* Adds one agent to the running mean and sum of squared deviations (Welford 1962). */
static void add_agent(LoopCourse *course, const double *values)
{
    course->agents++;
    for (uint32_t t = 0; t < course->steps; t++) {
        double d = values[t] - course->mean[t];
        course->mean[t] += d / course->agents;
        course->sem[t] += d * (values[t] - course->mean[t]);
    }
}

static void merge_strips(Worker *worker)
{
    const Run *run = worker->run;
    const LoopBlock *block = worker->block;
    const LoopRunStage *stage = worker->stage;
    uint32_t groups = run->program->group_count, strips = stage->program->strip_count;
    for (size_t l = 0; strips && l < block->lanes; l++) {
        uint32_t copy = block->group[l] / groups, group = block->group[l] % groups;
        for (uint32_t i = 0; i < strips; i++) {
            uint32_t strip = stage->part ? stage->part->strips[copy * strips + i] : i;
            uint32_t course = run->course_of[strip * groups + group];
            if (course != LOOP_NONE && run->engine->recorder_strip(block->recorder, block, i, l, worker->course))
                add_agent(&run->results->courses[course], worker->course);
        }
    }
}

/* ---- one block ---- */

/* Steps between two looks at the other blocks and at the progress: fewer when a step is long. */
enum { LOOK_MOST = 256, LOOK_BYTES = 1 << 26 };

static uint64_t look_every(const Run *run)
{
    size_t steps = LOOK_BYTES / (run->plan.block_bytes + 1);
    return steps < 1 ? 1 : steps > LOOK_MOST ? LOOK_MOST : steps;
}

/* Whether the block should stop early: interrupted, or another block had a fault at an earlier step. */
static bool look_around(Worker *worker, uint64_t step)
{
    Run *run = worker->run;
    const LoopRunOptions *options = run->options;
    pthread_mutex_lock(&run->lock);
    if (options->interrupt && *options->interrupt)
        run->interrupted = true;
    bool stop = run->interrupted || (run->fault.found && run->fault.step + 1 < step);
    uint32_t merged = run->merged;
    pthread_mutex_unlock(&run->lock);
    if (worker->first && options->progress)
        options->progress(options->progress_context,
                          fmin(1.0, (merged + loop_clock_share(worker->block->clock, worker->block)) / run->plan.blocks));
    return stop;
}

static void run_block(Worker *worker, uint32_t index)
{
    Run *run = worker->run;
    LoopBlock *block = worker->block;
    const LoopRunStage *stage = worker->stage;
    uint32_t first = (index - stage->first) * stage->lanes, left = stage->all - first;
    uint64_t every = look_every(run);
    bool ready;
    run->engine->block_start(block, first, left < stage->lanes ? left : stage->lanes);
    ready = run->engine->foreign_start(block);
    if (!ready)
        run->stateless = true; /* with libraries there is one thread */
    while (ready && !block->fault.found) {
        run->engine->block_step(block);
        if (loop_clock_all_done(block->clock) || (block->step % every == 0 && look_around(worker, block->step)))
            break;
    }
    run->engine->foreign_end(block);
    run->engine->recorder_finish(block->recorder, block, worker->measured, run->plan.all);
}

/* The step that finds every lane at its end is none of the model's. */
static uint64_t steps_done(const LoopBlock *block)
{
    return block->step - loop_clock_all_done(block->clock);
}

/* What a block has found goes into the results. */
static void merge(Worker *worker)
{
    Run *run = worker->run;
    if (loop_fault_earlier(&worker->block->fault, &run->fault))
        run->fault = worker->block->fault;
    if (loop_fault_larger(&worker->block->grown, &run->grown))
        run->grown = worker->block->grown;
    loop_taught_add(run->learned, worker->block, worker->stage->part);
    merge_strips(worker);
    uint64_t steps = steps_done(worker->block);
    run->steps = steps > run->steps ? steps : run->steps;
}

static void *work(void *argument)
{
    Worker *worker = argument;
    Run *run = worker->run;
    pthread_mutex_lock(&run->lock);
    while (run->next_block < run->plan.blocks && !run->interrupted && !run->no_memory) {
        uint32_t index = run->next_block++;
        pthread_mutex_unlock(&run->lock);
        bool entered = enter_stage(worker, index);
        if (entered)
            run_block(worker, index);
        pthread_mutex_lock(&run->lock);
        while (run->program->strip_count && run->merged != index) /* strips go into running means, which are summed in order */
            pthread_cond_wait(&run->turn, &run->lock);
        if (entered)
            merge(worker);
        else
            run->no_memory = true;
        run->merged++;
        pthread_cond_broadcast(&run->turn);
    }
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* ---- the whole run ---- */

static size_t longest_strip(const LoopProgram *program)
{
    size_t most = 1;
    for (uint32_t i = 0; i < program->strip_count; i++)
        if (program->strips[i].steps > most)
            most = program->strips[i].steps;
    return most;
}

static bool workers_make(Run *run, Worker *workers)
{
    for (uint32_t i = 0; i < run->plan.threads; i++) {
        Worker *w = &workers[i];
        w->run = run;
        w->first = i == 0;
        w->course = loop_alloc_array(longest_strip(run->program), sizeof *w->course);
        if (!w->course)
            return false;
    }
    return true;
}

/* The first worker is this thread; one that can't be started leaves its blocks to the others. The others get memory for the blocks that
   are likely theirs beforehand: threads that all ask for some at once put each other to sleep. */
static void workers_run(Run *run, Worker *workers)
{
    bool enough = true;
    for (uint32_t i = 1; i < run->plan.threads && enough; i++)
        enough = enter_stage(&workers[i], i);
    run->no_memory = !enough;
    for (uint32_t i = 1; i < run->plan.threads && enough; i++)
        workers[i].started = loop_thread_start(&workers[i].thread, work, &workers[i]);
    work(&workers[0]);
    for (uint32_t i = 1; i < run->plan.threads; i++)
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
}

static void workers_free(const Run *run, Worker *workers)
{
    for (uint32_t i = 0; workers && i < run->plan.threads; i++) {
        if (workers[i].run)
            leave_stage(&workers[i]);
        loop_free(workers[i].course);
    }
    loop_free(workers);
}

static bool measured_make(Run *run)
{
    const LoopProgram *program = run->program;
    run->measured = loop_alloc_array(program->measure_count, sizeof *run->measured);
    for (uint32_t i = 0; run->measured && i < program->measure_count; i++) {
        LoopMeasured *m = &run->measured[i];
        size_t count;
        if (!loop_mul(program->registers[program->measures[i].signal].width, run->plan.all, &count))
            return false;
        m->value = loop_alloc_array(count, sizeof *m->value);
        m->trials = loop_alloc_array(run->plan.all, sizeof *m->trials);
        if (!m->value || !m->trials)
            return false;
    }
    return run->measured != NULL;
}

static void measured_free(Run *run)
{
    for (uint32_t i = 0; run->measured && i < run->program->measure_count; i++) {
        loop_free(run->measured[i].value);
        loop_free(run->measured[i].trials);
    }
    loop_free(run->measured);
}

/* One course for each strip and group that the strip is of. */
static bool courses_make(Run *run)
{
    const LoopProgram *program = run->program;
    LoopResults *results = run->results;
    LoopArena *arena = results->arena;
    run->course_of = LOOP_NEW_ARRAY(arena, (size_t)program->strip_count * program->group_count, uint32_t);
    if (!run->course_of)
        return false;
    results->courses = LOOP_NEW_ARRAY(arena, (size_t)program->strip_count * program->group_count, LoopCourse);
    for (uint32_t i = 0; results->courses && i < program->strip_count; i++)
        for (uint32_t g = 0; g < program->group_count; g++) {
            const LoopStrip *strip = &program->strips[i];
            run->course_of[i * program->group_count + g] = LOOP_NONE;
            if (strip->group != LOOP_NONE && strip->group != g)
                continue;
            run->course_of[i * program->group_count + g] = results->course_count;
            LoopCourse *c = &results->courses[results->course_count++];
            *c = (LoopCourse){.strip = i, .group = g, .steps = strip->steps};
            c->mean = LOOP_NEW_ARRAY(arena, strip->steps, double);
            c->sem = LOOP_NEW_ARRAY(arena, strip->steps, double);
        }
    return !loop_arena_failed(arena);
}

static void courses_finish(LoopResults *results)
{
    for (uint32_t i = 0; i < results->course_count; i++) {
        LoopCourse *c = &results->courses[i];
        for (uint32_t t = 0; t < c->steps; t++)
            c->sem[t] = c->agents > 1 ? sqrt(c->sem[t] / (c->agents - 1.0) / c->agents) : 0;
    }
}

static LoopRunStatus finish(Run *run, LoopDiags *diags, bool *setup_fault)
{
    if (run->no_memory)
        return LOOP_RUN_MEMORY;
    if (run->interrupted)
        return LOOP_RUN_INTERRUPTED;
    if (run->stateless) {
        loop_diag(diags, LOOP_E1102, run->program->foreigns[0].span, "a library could not make the state of an agent");
        return LOOP_RUN_LIBRARY;
    }
    const LoopFault *fault = run->fault.found ? &run->fault : &run->grown;
    if (fault->found)
        loop_fault_report(run->program, run->plan.agents, fault, diags);
    if (run->fault.found) {
        *setup_fault = run->fault.step == UINT64_MAX;
        return LOOP_RUN_FAULT;
    }
    courses_finish(run->results);
    run->results->steps = run->steps;
    LoopUnfit unfit = {.found = false};
    if (!loop_finals_run(run->program, &run->plan, run->options, run->measured, run->results, &unfit))
        return LOOP_RUN_MEMORY;
    if (unfit.found)
        loop_unfit_report(run->program, run->plan.agents, &unfit, diags);
    if (unfit.found || !loop_courses_fit(run->program, run->results, diags))
        return LOOP_RUN_FAULT;
    const bool told = loop_taught_report(run->learned, run->program, diags) && loop_unmeasured_report(run->program, run->results, diags);
    return told ? LOOP_RUN_OK : LOOP_RUN_MEMORY;
}

static LoopResults *results_make(const Run *run)
{
    LoopArena *arena = loop_arena_new();
    LoopResults *results = arena ? LOOP_NEW(arena, LoopResults) : NULL;
    if (!results) {
        loop_arena_free(arena);
        return NULL;
    }
    *results = (LoopResults){
        .arena = arena, .agents = run->plan.agents, .threads = run->plan.threads, .seed = run->options->seed, .single = run->options->single};
    return results;
}

/* The parts of a program are held to what a program is held to. */
static bool parts_verify(const LoopRunPlan *plan)
{
    for (uint32_t i = 0; i < plan->stage_count; i++)
        if (plan->stages[i].part && loop_program_verify(plan->stages[i].program))
            return false;
    return true;
}

static LoopRunStatus run_plan(Run *run, LoopDiags *diags, bool *setup_fault)
{
    LoopRunStatus status = LOOP_RUN_MEMORY;
    if (!parts_verify(&run->plan))
        return LOOP_RUN_INVALID;
    if (run->program->foreign_count && !(run->libraries = loop_libraries_open(run->program, run->options->libraries, diags)))
        return loop_diags_errors(diags) ? LOOP_RUN_LIBRARY : LOOP_RUN_MEMORY;
    Worker *workers = loop_alloc_array(run->plan.threads, sizeof *workers);
    run->results = results_make(run);
    if (run->results)
        run->learned = LOOP_NEW_ARRAY(run->results->arena, run->program->loop_count, LoopLearned);
    if (run->learned && workers && courses_make(run) && measured_make(run) && workers_make(run, workers)) {
        workers_run(run, workers);
        status = finish(run, diags, setup_fault);
    }
    workers_free(run, workers);
    measured_free(run);
    loop_libraries_close(run->libraries);
    return status;
}

/* Whether the clock counts further than single precision can: up to there every whole number is one. */
static bool counts_too_far(const LoopProgram *program)
{
    enum { MOST = 1 << 24 };
    bool far = false;
    for (uint32_t i = 0; i < program->task.trial_count; i++)
        far = far || program->task.trials[i].duration > MOST;
    for (uint32_t i = 0; i < program->task.phase_count; i++)
        far = far || program->task.phases[i].count > MOST;
    return far;
}

LoopRunStatus loop_run(const LoopProgram *program, const LoopRunOptions *options, LoopDiags *diags,
                       LoopResults **results, bool *setup_fault)
{
    Run run = {.program = program, .options = options, .lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};
    LoopRunStatus status = LOOP_RUN_MEMORY;
    *results = NULL;
    *setup_fault = false;
    if (loop_program_verify(program))
        return LOOP_RUN_INVALID;
    if (program->foreign_count && !options->libraries)
        return LOOP_RUN_REFUSED;
    run.engine = loop_engine_find(options->single, options->engine);
    if (!run.engine)
        return LOOP_RUN_ENGINE;
    if (options->single && counts_too_far(program))
        return LOOP_RUN_TOO_LONG;
    if (loop_plan_make(&run.plan, program, options))
        status = run_plan(&run, diags, setup_fault);
    loop_plan_free(&run.plan);
    *results = run.results;
    return status;
}

void loop_results_free(LoopResults *results)
{
    if (results)
        loop_arena_free(results->arena);
}
