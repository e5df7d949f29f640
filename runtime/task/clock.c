/* The trial clock. Each lane walks through the phases of its group, trial by trial; trial types are taken in order,
   shuffled or drawn by counter-based numbers, so a lane's sequence depends on its agent and the seed alone. */
#include "runtime/task/clock.h"

typedef struct LaneClock {
    uint32_t phase;   /* LOOP_NONE when done or before the first */
    uint32_t trial;   /* number in the phase */
    uint32_t type;    /* LOOP_NONE between trials */
    uint32_t time;    /* step in the trial, */
    uint32_t duration; /* which has so many; 0 between trials */
    uint32_t gap;     /* steps left between trials */
    bool started, done, stop;
} LaneClock;

struct LoopClock {
    const LoopTask *task;
    size_t capacity, lanes;
    LaneClock *lane;
    uint32_t *begin;   /* [begins]: lanes that are on the first step of a trial */
    size_t begins;
    double *left;      /* [items of the largest mix][capacity]: trials of each type that a shuffle still holds */
    LoopRngKey *keys;  /* one a phase */
};

static size_t largest_mix(const LoopTask *task)
{
    size_t most = 1;
    for (uint32_t i = 0; i < task->phase_count; i++)
        if (task->phases[i].item_count > most)
            most = task->phases[i].item_count;
    return most;
}

LoopClock *loop_clock_new(const LoopProgram *program, size_t lanes)
{
    LoopClock *clock = loop_alloc(sizeof *clock);
    if (!clock)
        return NULL;
    clock->task = &program->task;
    clock->capacity = program->task.uniform ? 1 : lanes;
    clock->lane = loop_alloc_array(clock->capacity, sizeof *clock->lane);
    clock->begin = loop_alloc_array(clock->capacity, sizeof *clock->begin);
    clock->left = loop_alloc_array(clock->capacity * largest_mix(clock->task), sizeof *clock->left);
    clock->keys = loop_alloc_array(program->task.phase_count, sizeof *clock->keys);
    if (clock->lane && clock->begin && clock->left && clock->keys)
        return clock;
    loop_clock_free(clock);
    return NULL;
}

bool loop_clock_bytes(const LoopProgram *program, size_t lanes, size_t *bytes)
{
    size_t each = sizeof(LaneClock) + sizeof(uint32_t) + largest_mix(&program->task) * sizeof(double), all;
    return loop_mul(program->task.uniform ? 1 : lanes, each, &all) && loop_add(*bytes, all, bytes) &&
           loop_add(*bytes, sizeof(LoopClock) + program->task.phase_count * sizeof(LoopRngKey), bytes);
}

void loop_clock_free(LoopClock *clock)
{
    if (!clock)
        return;
    loop_free(clock->lane);
    loop_free(clock->begin);
    loop_free(clock->left);
    loop_free(clock->keys);
    loop_free(clock);
}

void loop_clock_start(LoopClock *clock, LoopBlock *block)
{
    clock->lanes = clock->task->uniform ? 1 : block->lanes;
    clock->begins = 0;
    block->begins = block->closes = false;
    for (size_t l = 0; l < clock->lanes; l++)
        clock->lane[l] = (LaneClock){.phase = LOOP_NONE, .type = LOOP_NONE};
    for (uint32_t i = 0; i < clock->task->phase_count; i++) {
        clock->keys[i] = loop_rng_key(block->seed, clock->task->phases[i].place);
        block->closes = block->closes || clock->task->phases[i].until != LOOP_NONE;
    }
}

static double share_sum(const LoopPhase *phase)
{
    double sum = 0;
    for (uint32_t i = 0; i < phase->item_count; i++)
        sum += phase->items[i].share;
    return sum;
}

static uint32_t cycle_type(const LoopPhase *phase, uint32_t trial)
{
    double at = (double)(trial % (uint32_t)share_sum(phase));
    for (uint32_t i = 0; i < phase->item_count; i++) {
        if (at < phase->items[i].share)
            return phase->items[i].trial;
        at -= phase->items[i].share;
    }
    return phase->items[0].trial;
}

/* The item at which the running sum of `weights` (stride `lanes`) passes u times their sum. */
static uint32_t weighted_item(const double *weights, size_t stride, uint32_t count, double u)
{
    double total = 0, reached = 0;
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i * stride];
    for (uint32_t i = 0; i < count; i++) {
        if (!(weights[i * stride] > 0))
            continue;
        chosen = i;
        reached += weights[i * stride];
        if (u * total < reached)
            break;
    }
    return chosen;
}

static uint32_t drawn_type(const LoopPhase *phase, LoopRngKey key, uint32_t agent, uint32_t trial)
{
    double reached = 0, total = share_sum(phase), u = loop_rng_uniform1(&key, agent, trial, 0);
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < phase->item_count; i++) {
        if (!(phase->items[i].share > 0))
            continue;
        chosen = i;
        reached += phase->items[i].share;
        if (u * total < reached)
            break;
    }
    return phase->items[chosen].trial;
}

static uint32_t next_type(LoopClock *clock, const LoopBlock *block, size_t l)
{
    LaneClock *lane = &clock->lane[l];
    const LoopPhase *phase = &clock->task->phases[lane->phase];
    LoopRngKey key = clock->keys[lane->phase];
    switch (phase->mix) {
    case LOOP_MIX_PLAIN:
        return phase->items[0].trial;
    case LOOP_MIX_CYCLE:
        return cycle_type(phase, lane->trial);
    case LOOP_MIX_DRAW:
        return drawn_type(phase, key, block->agent[l], lane->trial);
    case LOOP_MIX_SHUFFLE:
        break;
    }
    double *left = clock->left + l;
    if (lane->trial == 0)
        for (uint32_t i = 0; i < phase->item_count; i++)
            left[i * clock->capacity] = phase->items[i].share * (phase->count / share_sum(phase));
    double u = loop_rng_uniform1(&key, block->agent[l], lane->trial, 0);
    uint32_t item = weighted_item(left, clock->capacity, phase->item_count, u);
    left[item * clock->capacity] -= 1;
    return phase->items[item].trial;
}

/* The next phase of the lane's group that holds a trial; false when there is none. */
static bool next_phase(LoopClock *clock, const LoopBlock *block, size_t l)
{
    LaneClock *lane = &clock->lane[l];
    uint32_t i = lane->started ? lane->phase + 1 : 0;
    for (; i < clock->task->phase_count; i++) {
        const LoopPhase *phase = &clock->task->phases[i];
        if (phase->count && (!phase->groups || phase->groups[block->group[l]]))
            break;
    }
    lane->started = true;
    lane->stop = false;
    lane->trial = 0;
    lane->phase = i < clock->task->phase_count ? i : LOOP_NONE;
    return lane->phase != LOOP_NONE;
}

static void next_trial(LoopClock *clock, const LoopBlock *block, size_t l)
{
    LaneClock *lane = &clock->lane[l];
    bool in_phase = lane->started && !lane->stop && lane->trial + 1 < clock->task->phases[lane->phase].count;
    if (in_phase)
        lane->trial++;
    else if (!next_phase(clock, block, l)) {
        lane->done = true;
        return;
    }
    lane->type = next_type(clock, block, l);
    lane->time = 0;
    lane->duration = clock->task->trials[lane->type].duration;
    clock->begin[clock->begins++] = (uint32_t)l;
}

static double shown(uint32_t x)
{
    return x == LOOP_NONE ? -1.0 : (double)x;
}

static void show(const LaneClock *lane, const LoopTask *task, LoopBlock *block, size_t l)
{
    loop_block_register(block, task->phase)[l] = shown(lane->phase);
    loop_block_register(block, task->trial)[l] = lane->phase == LOOP_NONE ? -1.0 : (double)lane->trial;
    loop_block_register(block, task->type)[l] = shown(lane->type);
    loop_block_register(block, task->time)[l] = lane->type == LOOP_NONE ? -1.0 : (double)lane->time;
}

/* A lane that is at the end of its trial, or in none. */
static void tick_between(LoopClock *clock, const LoopBlock *block, size_t l)
{
    LaneClock *lane = &clock->lane[l];
    if (lane->done)
        return;
    if (lane->type != LOOP_NONE) {
        lane->type = LOOP_NONE;
        lane->duration = 0;
        lane->gap = 0;
        if (clock->task->between != LOOP_NONE)
            lane->gap = (uint32_t)loop_block_at(block, clock->task->between, 0, l);
    }
    if (lane->gap) {
        lane->gap--;
        return;
    }
    next_trial(clock, block, l);
}

void loop_clock_tick(LoopClock *clock, LoopBlock *block)
{
    LoopReal *time = loop_block_register(block, clock->task->time);
    clock->begins = 0;
    for (size_t l = 0; l < clock->lanes; l++) {
        LaneClock *lane = &clock->lane[l];
        if (lane->time + 1 < lane->duration) { /* most steps */
            time[l] = (double)++lane->time;
            continue;
        }
        tick_between(clock, block, l);
        show(lane, clock->task, block, l);
    }
    block->begins = clock->begins > 0;
}

void loop_clock_close(LoopClock *clock, const LoopBlock *block)
{
    for (size_t l = 0; l < clock->lanes; l++) {
        LaneClock *lane = &clock->lane[l];
        if (lane->time + 1 != lane->duration)
            continue;
        uint32_t until = clock->task->phases[lane->phase].until;
        lane->stop = until != LOOP_NONE && loop_block_at(block, until, 0, l) > 0;
    }
}

void loop_clock_trial_begin(LoopBlock *block, const uint32_t *args)
{
    LoopReal *d = loop_block_register(block, args[0]);
    LoopView type = loop_block_view(block, block->program->task.type, NULL), time = loop_block_view(block, block->program->task.time, NULL);
    for (size_t l = 0; l < loop_block_lanes(block, args[0]); l++) {
        LoopReal kind = loop_view(type, 0, l);
        d[l] = kind >= 0 && (args[1] == LOOP_NONE || kind == (LoopReal)args[1]) && loop_view(time, 0, l) == 0 ? 1.0 : 0.0;
    }
}

bool loop_clock_done(const LoopClock *clock, size_t lane)
{
    return clock->lane[clock->lanes == 1 ? 0 : lane].done;
}

bool loop_clock_all_done(const LoopClock *clock)
{
    for (size_t l = 0; l < clock->lanes; l++)
        if (!clock->lane[l].done)
            return false;
    return true;
}

double loop_clock_share(const LoopClock *clock, const LoopBlock *block)
{
    const LaneClock *at = &clock->lane[0];
    double all = 0, behind = 0;
    for (uint32_t i = 0; i < clock->task->phase_count; i++) {
        const LoopPhase *phase = &clock->task->phases[i];
        if (phase->groups && !phase->groups[block->group[0]])
            continue;
        all += phase->count;
        if (at->started && i < at->phase)
            behind += phase->count;
        else if (at->started && i == at->phase)
            behind += at->trial + (at->type == LOOP_NONE ? 1 : at->time / (double)clock->task->trials[at->type].duration);
    }
    return all > 0 ? behind / all : 1;
}

size_t loop_clock_lanes(const LoopClock *clock)
{
    return clock->lanes;
}

LoopMoment loop_clock_moment(const LoopClock *clock, size_t lane)
{
    const LaneClock *at = &clock->lane[clock->lanes == 1 ? 0 : lane];
    return (LoopMoment){at->phase, at->type, at->trial, at->time};
}

size_t loop_clock_begins(const LoopClock *clock, const uint32_t **lanes)
{
    *lanes = clock->begin;
    return clock->begins;
}

uint32_t loop_clock_total(const LoopClock *clock, const LoopBlock *block, size_t lane, uint32_t type)
{
    const LaneClock *at = &clock->lane[clock->lanes == 1 ? 0 : lane];
    if (at->phase == LOOP_NONE)
        return 0;
    const LoopPhase *phase = &clock->task->phases[at->phase];
    if (phase->until != LOOP_NONE)
        return LOOP_NONE;
    if (type == LOOP_NONE)
        return phase->count;
    double share = 0;
    for (uint32_t i = 0; i < phase->item_count; i++)
        share += phase->items[i].trial == type ? phase->items[i].share : 0;
    if (phase->mix == LOOP_MIX_PLAIN)
        return share > 0 ? phase->count : 0;
    if (phase->mix == LOOP_MIX_SHUFFLE)
        return (uint32_t)(share * (phase->count / share_sum(phase)));
    uint32_t total = 0;
    for (uint32_t n = 0; n < phase->count; n++)
        total += (phase->mix == LOOP_MIX_CYCLE
                      ? cycle_type(phase, n)
                      : drawn_type(phase, clock->keys[at->phase], block->agent[lane], n)) == type;
    return total;
}

void loop_clock_counters(const LoopClock *clock, LoopBlock *block)
{
    for (size_t l = 0; l < clock->lanes; l++) {
        const LaneClock *at = &clock->lane[l];
        uint64_t place = at->phase == LOOP_NONE ? 0 : clock->task->phases[at->phase].place;
        block->counters[l] = (place & 0xffffffff00000000u) | at->trial;
    }
}

void loop_clock_where(const LoopClock *clock, size_t lane, double *phase, double *trial, double *time)
{
    const LaneClock *at = &clock->lane[clock->lanes == 1 ? 0 : lane];
    *phase = shown(at->phase);
    *trial = (double)at->trial + 1;
    *time = at->type == LOOP_NONE ? -1.0 : (double)at->time;
}
