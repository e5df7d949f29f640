/* Measures and strips of a block, together. A strip is a signal's course over the trials selected. */
#include "runtime/measure/recorder.h"

#include "runtime/measure/measures.h"
#include "runtime/measure/picker.h"
#include "runtime/task/clock.h"

#include <string.h>

typedef struct StripState {
    LoopPicker *picker;   /* [clocks] */
    double *sum;          /* [slots][steps][capacity]; one slot, or the n of a ring */
    uint32_t *count;      /* [clocks]: trials begun and picked */
    uint32_t slots;
    bool ring;            /* `last n` of an unknown number */
    size_t capacity;      /* 1 where all lanes are alike */
    size_t clocks;        /* 1 where all lanes are in step, else as many as capacity */
} StripState;

struct LoopRecorder {
    const LoopProgram *program;
    size_t lanes;
    LoopMeasureState **measures;
    StripState *strips;
};

/* The sizes of a strip's state, and how many numbers its sums are; false: more than can be counted. */
static bool strip_sizes(StripState *s, const LoopProgram *program, const LoopStrip *strip, size_t lanes, size_t *count)
{
    s->capacity = program->task.uniform && program->registers[strip->reg].uniform ? 1 : lanes;
    s->clocks = program->task.uniform ? 1 : s->capacity;
    uint32_t slots = loop_picker_slots(program, &strip->select);
    s->ring = slots > 0;
    s->slots = slots ? slots : 1;
    return loop_mul(s->slots, strip->steps, count) && loop_mul(*count, s->capacity, count);
}

bool loop_recorder_bytes(const LoopProgram *program, size_t lanes, size_t *bytes)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < program->measure_count; i++)
        ok = loop_measure_bytes(program, &program->measures[i], lanes, bytes);
    for (uint32_t i = 0; ok && i < program->strip_count; i++) {
        StripState s;
        size_t count, taken;
        ok = strip_sizes(&s, program, &program->strips[i], lanes, &count) && loop_mul(count, sizeof *s.sum, &taken) &&
             loop_add(taken, s.clocks * (sizeof *s.picker + sizeof *s.count), &taken) && loop_add(*bytes, taken, bytes);
    }
    return ok;
}

static bool strip_new(StripState *s, const LoopProgram *program, const LoopStrip *strip, size_t lanes)
{
    size_t count;
    if (!strip_sizes(s, program, strip, lanes, &count))
        return false;
    s->picker = loop_alloc_array(s->clocks, sizeof *s->picker);
    s->count = loop_alloc_array(s->clocks, sizeof *s->count);
    s->sum = loop_alloc_array(count, sizeof *s->sum);
    return s->picker && s->count && s->sum;
}

LoopRecorder *loop_recorder_new(const LoopProgram *program, size_t lanes)
{
    LoopRecorder *r = loop_alloc(sizeof *r);
    if (!r)
        return NULL;
    r->program = program;
    r->measures = loop_alloc_array(program->measure_count, sizeof *r->measures);
    r->strips = loop_alloc_array(program->strip_count, sizeof *r->strips);
    bool ok = r->measures && r->strips;
    for (uint32_t i = 0; ok && i < program->measure_count; i++) {
        r->measures[i] = loop_measure_new(program, &program->measures[i], lanes);
        ok = r->measures[i] != NULL;
    }
    for (uint32_t i = 0; ok && i < program->strip_count; i++)
        ok = strip_new(&r->strips[i], program, &program->strips[i], lanes);
    if (ok)
        return r;
    loop_recorder_free(r);
    return NULL;
}

void loop_recorder_free(LoopRecorder *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; r->measures && i < r->program->measure_count; i++)
        loop_measure_free(r->measures[i]);
    for (uint32_t i = 0; r->strips && i < r->program->strip_count; i++) {
        loop_free(r->strips[i].picker);
        loop_free(r->strips[i].count);
        loop_free(r->strips[i].sum);
    }
    loop_free(r->measures);
    loop_free(r->strips);
    loop_free(r);
}

void loop_recorder_start(LoopRecorder *r, LoopBlock *block)
{
    r->lanes = block->lanes;
    block->measuring = false;
    for (uint32_t i = 0; i < r->program->measure_count; i++)
        loop_measure_start(r->measures[i], block->lanes);
    for (uint32_t i = 0; i < r->program->strip_count; i++) {
        StripState *s = &r->strips[i];
        memset(s->picker, 0, s->clocks * sizeof *s->picker);
        memset(s->count, 0, s->clocks * sizeof *s->count);
        memset(s->sum, 0, (size_t)s->slots * r->program->strips[i].steps * s->capacity * sizeof *s->sum);
    }
}

void loop_recorder_begin(LoopRecorder *r, LoopBlock *block)
{
    block->measuring = false;
    for (uint32_t i = 0; i < r->program->measure_count; i++) {
        loop_measure_begin(r->measures[i], block);
        block->measuring = block->measuring || loop_measure_awake(r->measures[i]);
    }
}

bool loop_recorder_wants(const LoopRecorder *r, uint32_t measure, size_t lane)
{
    return loop_measure_wants(r->measures[measure], lane);
}

bool loop_recorder_asks(const LoopRecorder *r, const LoopBlock *block, uint32_t measure)
{
    return loop_measure_asks(r->measures[measure], block);
}

/* Lanes first .. first + n - 1, which have clock `c` and are at `now`, in a trial. */
static void strip_lanes(StripState *s, const LoopStrip *strip, const LoopBlock *block, size_t c, LoopMoment now, size_t first, size_t n)
{
    LoopPicker *picker = &s->picker[c];
    if (now.time == 0) {
        loop_picker_begin(picker, &strip->select, block, c);
        s->count[c] += picker->picked;
    }
    if (!picker->picked)
        return;
    double *sum = s->sum + (size_t)((s->count[c] - 1) % s->slots * strip->steps + now.time) * s->capacity + first;
    LoopView x = loop_block_view(block, strip->reg, NULL);
    const LoopReal *at = x.at + strip->at * x.step + first * x.lane;
    for (size_t l = 0; l < n; l++)
        sum[l] = s->ring ? at[l * x.lane] : sum[l] + at[l * x.lane];
}

/* `first`: where the first lane is. */
static void strip_step(LoopRecorder *r, const LoopBlock *block, uint32_t index, LoopMoment first)
{
    StripState *s = &r->strips[index];
    const LoopStrip *strip = &r->program->strips[index];
    const size_t lanes = s->capacity < r->lanes ? s->capacity : r->lanes;
    if (s->clocks == 1) {
        if (first.type != LOOP_NONE)
            strip_lanes(s, strip, block, 0, first, 0, lanes);
        return;
    }
    for (size_t l = 0; l < lanes; l++) {
        LoopMoment now = loop_clock_moment(block->clock, l);
        if (now.type != LOOP_NONE)
            strip_lanes(s, strip, block, l, now, l, 1);
    }
}

void loop_recorder_step(LoopRecorder *r, LoopBlock *block)
{
    const LoopProgram *program = r->program;
    for (uint32_t i = 0; block->measuring && i < program->measure_count; i++)
        loop_measure_step(r->measures[i], block);
    if (!program->strip_count)
        return;
    const LoopMoment first = loop_clock_moment(block->clock, 0);
    for (uint32_t i = 0; i < program->strip_count; i++)
        strip_step(r, block, i, first);
}

void loop_recorder_finish(LoopRecorder *r, const LoopBlock *block, LoopMeasured *measured, size_t all)
{
    for (uint32_t i = 0; i < r->program->measure_count; i++)
        loop_measure_finish(r->measures[i], block, &measured[i], r->program->measure_count, all);
}

bool loop_recorder_strip(const LoopRecorder *r, const LoopBlock *block, uint32_t index, size_t lane, double *out)
{
    (void)block;
    const StripState *s = &r->strips[index];
    size_t l = s->capacity == 1 ? 0 : lane;
    uint32_t steps = r->program->strips[index].steps, count = s->count[s->clocks == 1 ? 0 : l];
    if (!count)
        return false;
    uint32_t kept = s->ring && count > s->slots ? s->slots : count, parts = s->ring ? kept : 1;
    for (uint32_t t = 0; t < steps; t++) {
        double sum = 0;
        for (uint32_t i = 0; i < parts; i++) {
            uint32_t slot = s->ring ? (count - kept + i) % s->slots : 0;
            sum += s->sum[((size_t)slot * steps + t) * s->capacity + l];
        }
        out[t] = sum / kept;
    }
    return true;
}
