/* Measures. Within a trial a lane waits for the moments of its measure; the signal is read `lag` steps late, so that a
   moment may lie before the event that it is told by. At the end of the trial the value enters the lane's average. */
#include "runtime/measure/measures.h"

#include "runtime/contract/real_math.h"

#include <math.h>
#include <string.h>

/* Where a lane is in its trial; times are steps of the trial, UNKNOWN until their event. */
typedef struct LaneTrial {
    LoopPicker picker;
    int64_t from, to;
    uint32_t taken; /* steps of the window that went in */
    bool awake;     /* the trial is picked, or its value is wanted at once */
} LaneTrial;

static const int64_t UNKNOWN = INT64_MIN;
#define MISSING loop_from_bits(0x7ff8000000000001u) /* no nan that is worked out */

struct LoopMeasureState {
    const LoopMeasure *measure;
    uint32_t width;
    bool shared;           /* all that it reads is the same in every lane: kept for one */
    bool one_clock;        /* lanes are in step: the picker of the first is that of all */
    bool timed;            /* its moments are times of the trial, the same in every lane */
    bool together;         /* and what is read goes in at once: the trial of the first lane is that of all */
    size_t lanes, capacity;
    size_t awake;          /* lanes that are */
    LaneTrial *trial;      /* [capacity] */
    double *now;           /* [width][capacity]: the value of this trial so far */
    double *mean;          /* [width][capacity]: for sd, the running mean; for the time of the peak, the peak */
    double *past;          /* [lag + 1][width][capacity]: what the signal was */
    double *sum;           /* [width][capacity] over the trials picked */
    uint32_t *count;       /* [capacity] trials in the sum */
    double *ring;          /* [n][width][capacity], `last n` of an unknown number; MISSING where the trial counts for nothing */
    uint32_t *ring_count;  /* [capacity] */
};

static double *numbers(size_t a, size_t b, size_t c)
{
    size_t count;
    return loop_mul(a, b, &count) && loop_mul(count, c, &count) ? loop_alloc_array(count, sizeof(double)) : NULL;
}

static bool uniform(const LoopProgram *program, uint32_t reg)
{
    return reg == LOOP_NONE || program->registers[reg].uniform;
}

static bool is_shared(const LoopProgram *program, const LoopMeasure *m)
{
    const LoopAnchor *ends[] = {&m->from, &m->to};
    bool shared = program->task.uniform && m->instant == LOOP_NONE && uniform(program, m->signal);
    for (size_t i = 0; i < (m->window ? 2 : 1); i++)
        shared = shared && uniform(program, ends[i]->offset_reg) &&
                 (ends[i]->kind != LOOP_ANCHOR_ONSET || uniform(program, ends[i]->onset));
    return shared;
}

static bool is_time(const LoopAnchor *a)
{
    return a->kind != LOOP_ANCHOR_ONSET && a->offset_reg == LOOP_NONE;
}

static bool has_until(const LoopProgram *program)
{
    for (uint32_t i = 0; i < program->task.phase_count; i++)
        if (program->task.phases[i].until != LOOP_NONE)
            return true;
    return false;
}

bool loop_measure_bytes(const LoopProgram *program, const LoopMeasure *measure, size_t lanes, size_t *bytes)
{
    size_t row = (size_t)program->registers[measure->signal].width * sizeof(double), lane;
    size_t rows = (size_t)measure->lag + loop_picker_slots(program, &measure->select) + 5; /* past, ring, now, mean and sum */
    lanes = is_shared(program, measure) ? 1 : lanes;
    return loop_mul(rows, row, &lane) && loop_add(lane, sizeof(LaneTrial) + 2 * sizeof(uint32_t), &lane) &&
           loop_mul(lane, lanes, &lane) && loop_add(*bytes, lane, bytes) && loop_add(*bytes, sizeof(LoopMeasureState), bytes);
}

LoopMeasureState *loop_measure_new(const LoopProgram *program, const LoopMeasure *measure, size_t lanes)
{
    LoopMeasureState *s = loop_alloc(sizeof *s);
    if (!s)
        return NULL;
    s->measure = measure;
    s->width = program->registers[measure->signal].width;
    s->shared = is_shared(program, measure);
    s->one_clock = program->task.uniform;
    s->timed = s->one_clock && is_time(&measure->from) && (!measure->window || is_time(&measure->to));
    s->together = s->timed && !measure->lag && !measure->first_true && measure->reducer != LOOP_REDUCE_LATENCY &&
                  measure->instant == LOOP_NONE && !has_until(program);
    lanes = s->shared ? 1 : lanes;
    s->capacity = lanes;
    s->trial = loop_alloc_array(lanes, sizeof *s->trial);
    s->now = numbers(s->width, lanes, 1);
    s->mean = numbers(s->width, lanes, 1);
    s->past = numbers((size_t)measure->lag + 1, s->width, lanes);
    s->sum = numbers(s->width, lanes, 1);
    s->count = loop_alloc_array(lanes, sizeof *s->count);
    s->ring = numbers((size_t)loop_picker_slots(program, &measure->select) + 1, s->width, lanes);
    s->ring_count = loop_alloc_array(lanes, sizeof *s->ring_count);
    if (s->trial && s->now && s->mean && s->past && s->sum && s->count && s->ring && s->ring_count)
        return s;
    loop_measure_free(s);
    return NULL;
}

void loop_measure_free(LoopMeasureState *s)
{
    if (!s)
        return;
    loop_free(s->trial);
    loop_free(s->now);
    loop_free(s->mean);
    loop_free(s->past);
    loop_free(s->sum);
    loop_free(s->count);
    loop_free(s->ring);
    loop_free(s->ring_count);
    loop_free(s);
}

void loop_measure_start(LoopMeasureState *s, size_t lanes)
{
    lanes = s->shared ? 1 : lanes;
    s->lanes = lanes;
    s->awake = 0;
    memset(s->trial, 0, lanes * sizeof *s->trial);
    memset(s->sum, 0, s->width * s->capacity * sizeof *s->sum);
    memset(s->count, 0, lanes * sizeof *s->count);
    memset(s->ring_count, 0, lanes * sizeof *s->ring_count);
}

/* Steps that no trial has are as good as any others beyond it. */
static int64_t within_reach(double steps)
{
    const double most = (double)UINT32_MAX;
    return !(steps > -most) ? -(int64_t)UINT32_MAX : steps < most ? (int64_t)steps : (int64_t)UINT32_MAX;
}

/* The moment an anchor names, if its event has come by now. */
static void resolve(const LoopBlock *block, const LoopAnchor *anchor, size_t l, LoopMoment now, int64_t *moment)
{
    if (*moment != UNKNOWN)
        return;
    int64_t base = 0;
    if (anchor->kind == LOOP_ANCHOR_ONSET) {
        if (!(loop_block_at(block, anchor->onset, 0, l) > 0))
            return;
        base = now.time;
    } else if (anchor->kind == LOOP_ANCHOR_END)
        base = block->program->task.trials[now.type].duration;
    if (anchor->offset_reg != LOOP_NONE)
        base += within_reach(loop_block_at(block, anchor->offset_reg, 0, l));
    *moment = base + anchor->offset;
}

static LoopPicker *picker(const LoopMeasureState *s, size_t l)
{
    return &s->trial[s->one_clock ? 0 : l].picker;
}

static bool wakes(const LoopMeasureState *s, const LoopPicker *p)
{
    return p->picked || (s->measure->instant != LOOP_NONE && p->open);
}

static void begin_lane(LoopMeasureState *s, size_t l, bool awake)
{
    LaneTrial *lane = &s->trial[l];
    s->awake += (size_t)awake - (size_t)lane->awake;
    lane->awake = awake;
    lane->from = lane->to = UNKNOWN;
    lane->taken = 0;
}

static void begin_all(LoopMeasureState *s, const LoopBlock *block)
{
    size_t before = s->awake;
    loop_picker_begin(picker(s, 0), &s->measure->select, block, 0);
    bool awake = wakes(s, picker(s, 0));
    for (size_t l = 0; (before || awake) && l < (s->together ? 1 : s->lanes); l++)
        begin_lane(s, l, awake);
}

void loop_measure_begin(LoopMeasureState *s, const LoopBlock *block)
{
    if (s->one_clock) {
        begin_all(s, block);
        return;
    }
    const uint32_t *lanes;
    const size_t count = loop_clock_begins(block->clock, &lanes);
    for (size_t i = 0; i < count; i++) {
        loop_picker_begin(picker(s, lanes[i]), &s->measure->select, block, lanes[i]);
        begin_lane(s, lanes[i], wakes(s, picker(s, lanes[i])));
    }
}

/* The step of the trial that a timed moment is. */
static int64_t time_of(const LoopBlock *block, const LoopAnchor *a, LoopMoment now)
{
    return a->offset + (a->kind == LOOP_ANCHOR_END ? (int64_t)block->program->task.trials[now.type].duration : 0);
}

bool loop_measure_wants(const LoopMeasureState *s, size_t lane)
{
    return s->trial[s->shared || s->together ? 0 : lane].awake;
}

bool loop_measure_awake(const LoopMeasureState *s)
{
    return s->awake > 0;
}

bool loop_measure_asks(const LoopMeasureState *s, const LoopBlock *block)
{
    if (!s->awake || !s->timed)
        return s->awake > 0;
    LoopMoment now = loop_clock_moment(block->clock, 0);
    const LoopMeasure *m = s->measure;
    if (now.type == LOOP_NONE)
        return false;
    int64_t from = time_of(block, &m->from, now), to = m->window ? time_of(block, &m->to, now) : from + 1;
    return now.time >= from && now.time < to;
}

static double *cell(double *array, const LoopMeasureState *s, size_t row, size_t l)
{
    return array + row * s->capacity + l;
}

/* Takes x into the value of a trial so far, as the step number `taken` of its window, `step` steps from its beginning. */
static inline void reduce(const LoopMeasure *m, double *now, double *mean, double x, uint32_t taken, int64_t step)
{
    bool first = taken == 1;
    if (!m->window || (first && m->reducer < LOOP_REDUCE_SD)) {
        *now = x;
        return;
    }
    switch (m->reducer) {
    case LOOP_REDUCE_MEAN:
    case LOOP_REDUCE_SUM:
        *now += x;
        break;
    case LOOP_REDUCE_PEAK:
        *now = x > *now ? x : *now;
        break;
    case LOOP_REDUCE_DIP:
        *now = x < *now ? x : *now;
        break;
    case LOOP_REDUCE_SD: { /* Welford */
        double d = x - (first ? 0 : *mean);
        *mean = first ? x : *mean + d / taken;
        *now = first ? 0 : *now + d * (x - *mean);
        break;
    }
    case LOOP_REDUCE_LATENCY:
        if (first || *now < 0)
            *now = x > 0 ? (double)step : -1;
        break;
    case LOOP_REDUCE_PEAK_TIME:
        if (first || x > *mean) {
            *now = (double)step;
            *mean = x;
        }
        break;
    }
}

/* Whether step `time` of the trial and all behind it are of no use to a lane: its moment, or its window, is past. */
static bool is_past(const LoopMeasure *m, const LaneTrial *lane, int64_t time)
{
    if (m->window)
        return lane->to != UNKNOWN && time >= lane->to;
    return lane->from != UNKNOWN && time > lane->from;
}

/* Takes the signal of one step of the trial into the trial's value. */
static void take(LoopMeasureState *s, size_t l, int64_t time)
{
    LaneTrial *lane = &s->trial[l];
    const LoopMeasure *m = s->measure;
    if (lane->from == UNKNOWN || time < lane->from || is_past(m, lane, time))
        return;
    lane->taken++;
    size_t slot = (size_t)(time % ((int64_t)m->lag + 1)) * s->width;
    for (size_t e = 0; e < s->width; e++)
        reduce(m, cell(s->now, s, e, l), cell(s->mean, s, e, l), *cell(s->past, s, slot + e, l), lane->taken, time - lane->from);
}

static double trial_value(const LoopMeasureState *s, size_t e, size_t l)
{
    uint32_t taken = s->trial[s->together ? 0 : l].taken;
    double now = s->now[e * s->capacity + l];
    if (!s->measure->window)
        return now;
    if (s->measure->reducer == LOOP_REDUCE_MEAN)
        return now / taken;
    if (s->measure->reducer == LOOP_REDUCE_SD)
        return sqrt(now / taken);
    return now;
}

/* The value of a finished trial goes into the sum, or is the first that was true. */
static void keep(LoopMeasureState *s, size_t l, bool valid)
{
    if (!valid || (s->measure->first_true && s->count[l]))
        return;
    if (s->measure->first_true) {
        if (trial_value(s, 0, l) > 0) {
            *cell(s->sum, s, 0, l) = picker(s, l)->seen;
            s->count[l] = 1;
        }
        return;
    }
    for (size_t e = 0; e < s->width; e++)
        *cell(s->sum, s, e, l) += trial_value(s, e, l);
    s->count[l]++;
}

/* What a finished trial is in the ring: its value or, of those that ask for the first that is true, its number. */
static double ring_value(const LoopMeasureState *s, size_t e, size_t l)
{
    double value = trial_value(s, e, l);
    if (!s->measure->first_true)
        return value;
    return value > 0 ? picker(s, l)->seen : MISSING;
}

static void end(LoopMeasureState *s, LoopBlock *block, size_t l)
{
    LaneTrial *lane = &s->trial[l];
    const LoopMeasure *m = s->measure;
    const bool came = !m->window || m->reducer != LOOP_REDUCE_LATENCY || *cell(s->now, s, 0, l) >= 0;
    bool valid = lane->taken && came && (!m->window || lane->to != UNKNOWN);
    if (m->instant != LOOP_NONE)
        for (size_t e = 0; e < s->width; e++)
            loop_block_register(block, m->instant)[e * block->lanes + l] = valid ? trial_value(s, e, l) : NAN;
    if (!picker(s, l)->picked)
        return;
    if (!picker(s, l)->ring) {
        keep(s, l, valid);
        return;
    }
    size_t slot = (s->ring_count[l]++ % m->select.n) * s->width;
    for (size_t e = 0; e < s->width; e++)
        *cell(s->ring, s, slot + e, l) = valid ? ring_value(s, e, l) : MISSING;
}

static void step_lane(LoopMeasureState *s, LoopBlock *block, size_t l, LoopView signal, LoopMoment now)
{
    const LoopMeasure *m = s->measure;
    LaneTrial *lane = &s->trial[l];
    const uint32_t duration = block->program->task.trials[now.type].duration;
    if (!lane->awake || (now.time + 1 != duration && is_past(m, lane, (int64_t)now.time - m->lag)))
        return;
    size_t slot = now.time % (m->lag + 1) * s->width;
    for (size_t e = 0; e < s->width; e++)
        *cell(s->past, s, slot + e, l) = loop_view(signal, e, l);
    resolve(block, &m->from, l, now, &lane->from);
    if (m->window)
        resolve(block, &m->to, l, now, &lane->to);
    if (now.time >= m->lag)
        take(s, l, (int64_t)now.time - m->lag);
    if (now.time + 1 != duration)
        return;
    /* The trial is over: what the lag still holds back goes in as well. */
    uint32_t held = duration < m->lag ? duration : m->lag;
    for (uint32_t t = duration - held; t < duration; t++)
        take(s, l, t);
    end(s, block, l);
}

/* All lanes take the same steps of the same trials. */
static void step_together(LoopMeasureState *s, LoopBlock *block)
{
    LoopMoment now = loop_clock_moment(block->clock, 0);
    LaneTrial *lane = &s->trial[0];
    if (loop_measure_asks(s, block)) {
        LoopView x = loop_block_view(block, s->measure->signal, NULL);
        const int64_t step = now.time - time_of(block, &s->measure->from, now);
        lane->taken++;
        for (size_t e = 0; e < s->width; e++)
            for (size_t l = 0; l < s->lanes; l++)
                reduce(s->measure, cell(s->now, s, e, l), cell(s->mean, s, e, l), loop_view(x, e, l), lane->taken, step);
    }
    if (now.time + 1 != block->program->task.trials[now.type].duration || !lane->taken || !picker(s, 0)->picked)
        return;
    for (size_t e = 0; e < s->width; e++)
        for (size_t l = 0; l < s->lanes; l++)
            *cell(s->sum, s, e, l) += trial_value(s, e, l);
    for (size_t l = 0; l < s->lanes; l++)
        s->count[l]++;
}

/* Whether a timed measure has nothing to do: neither its moment nor the end of the trial is now. */
static bool idles(const LoopMeasureState *s, const LoopBlock *block)
{
    LoopMoment now = loop_clock_moment(block->clock, 0);
    if (now.type == LOOP_NONE || now.time + 1 == block->program->task.trials[now.type].duration)
        return now.type == LOOP_NONE;
    return !loop_measure_asks(s, block);
}

void loop_measure_step(LoopMeasureState *s, LoopBlock *block)
{
    if (!s->awake || (s->timed && idles(s, block)))
        return;
    if (s->together) {
        step_together(s, block);
        return;
    }
    const LoopView signal = loop_block_view(block, s->measure->signal, NULL);
    LoopMoment now = loop_clock_moment(block->clock, 0);
    for (size_t l = 0; l < s->lanes; l++) {
        if (!s->one_clock)
            now = loop_clock_moment(block->clock, l);
        if (now.type != LOOP_NONE)
            step_lane(s, block, l, signal, now);
    }
}

/* The last n of an unknown number, in the order they came. */
static void sum_ring(LoopMeasureState *s, size_t l)
{
    uint32_t n = s->measure->select.n, kept = s->ring_count[l] < n ? s->ring_count[l] : n;
    for (uint32_t i = s->ring_count[l] - kept; i < s->ring_count[l]; i++) {
        size_t slot = i % n * s->width;
        if (loop_bits(*cell(s->ring, s, slot, l)) == loop_bits(MISSING) || (s->measure->first_true && s->count[l]))
            continue;
        for (size_t e = 0; e < s->width; e++)
            *cell(s->sum, s, e, l) += *cell(s->ring, s, slot + e, l);
        s->count[l]++;
    }
}

void loop_measure_finish(LoopMeasureState *s, const LoopBlock *block, LoopMeasured *measured, size_t copy, size_t all)
{
    for (size_t l = 0; l < s->lanes; l++)
        if (picker(s, l)->ring)
            sum_ring(s, l);
    for (size_t lane = 0; lane < block->lanes; lane++) {
        size_t l = s->shared ? 0 : lane, at = (block->first + lane) % all;
        LoopMeasured *to = measured + (block->first + lane) / all * copy;
        to->trials[at] = s->measure->first_true ? picker(s, l)->seen : s->count[l];
        for (size_t e = 0; e < s->width; e++) {
            double sum = *cell(s->sum, s, e, l);
            double none = s->measure->first_true && picker(s, l)->seen ? (double)INFINITY : (double)NAN;
            to->value[e * all + at] = s->count[l] ? sum / s->count[l] : none;
        }
    }
}
