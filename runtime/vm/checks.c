/* Checks of what a model works out, and the faults that they find. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"
#include "runtime/measure/recorder.h"
#include "runtime/task/clock.h"

#include <math.h>
#include <string.h>

/* ---- faults ---- */

static LoopFault fault_of(const LoopBlock *block, uint32_t lane, uint32_t check, double value)
{
    const LoopOrigin *origin = block->program->origin;
    LoopFault now = {.found = true, .step = block->step, .lane = block->first + lane,
                     .check = &block->program->checks[check], .value = value};
    if (origin) {
        size_t at = (size_t)loop_block_copy(block, lane) * block->program->check_count + check;
        now.lane %= block->agents * (block->program->group_count / origin->copies);
        now.order = origin->order[at];
        now.check = &origin->checks[origin->check[at]];
    }
    loop_clock_where(block->clock, lane, &now.phase, &now.trial, &now.time);
    return now;
}

/* Lanes that have ended, or don't ask for what is being worked out, have none. */
static bool has_none(const LoopBlock *block, uint32_t lane)
{
    return loop_clock_done(block->clock, lane) ||
           (block->asking != LOOP_NONE && !loop_recorder_wants(block->recorder, block->asking, lane));
}

bool loop_fault_earlier(const LoopFault *a, const LoopFault *b)
{
    if (!a->found || !b->found)
        return a->found;
    if (a->step != b->step)
        return a->step + 1 < b->step + 1; /* a fault of the set-up, at UINT64_MAX, comes before step 0 */
    return a->lane != b->lane ? a->lane < b->lane : a->order < b->order;
}

bool loop_fault_larger(const LoopFault *a, const LoopFault *b)
{
    if (!a->found || !b->found || fabs(a->value) == fabs(b->value))
        return loop_fault_earlier(a, b);
    return fabs(a->value) > fabs(b->value);
}

/* A step is always run to its end, so the first fault of a lane is the first in the order of instructions. */
static void keep(LoopBlock *block, uint32_t lane, uint32_t check, double value)
{
    if (has_none(block, lane))
        return;
    LoopFault now = fault_of(block, lane, check, value);
    bool grown = block->program->checks[check].kind == LOOP_CHECK_FINITE && isfinite(value);
    LoopFault *kept = grown ? &block->grown : &block->fault;
    if (grown ? loop_fault_larger(&now, kept) : loop_fault_earlier(&now, kept))
        *kept = now;
}

void loop_block_fault(LoopBlock *block, uint32_t lane, size_t lanes, uint32_t check, double value)
{
    if (lanes > 1 || block->lanes == 1) {
        keep(block, lane, check, value);
        return;
    }
    for (uint32_t l = 0; l < block->lanes; l++)
        keep(block, l, check, value);
}

/* ---- checks ---- */

static bool check_fails(const LoopCheck *check, double x)
{
    if (!isfinite(x))
        return true;
    switch (check->kind) {
    case LOOP_CHECK_FINITE:
        return fabs(x) > check->hi;
    case LOOP_CHECK_INDEX:
    case LOOP_CHECK_STEPS:
        return x != floor(x) || x < check->lo || x > check->hi;
    case LOOP_CHECK_RANGE:
        return x < (LoopReal)check->lo || x > (LoopReal)check->hi; /* the ends as a number has them */
    }
    return true;
}

/* Whether all are numbers between lo and hi, told by signs and by x - x; a pass like that of all_below. -0 may be taken for less
   than 0, which costs a second look. */
static bool all_between(const LoopReal *x, size_t count, double lo, double hi)
{
    uint64_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        double above = x[i] - lo, below = hi - x[i], nothing = (double)x[i] - x[i];
        bad |= ((loop_bits(above) | loop_bits(below)) & LOOP_SIGN_BIT) | loop_bits(nothing);
    }
    return !bad;
}

void loop_block_check(LoopBlock *block, uint32_t reg, uint32_t check)
{
    const LoopCheck *rule = &block->program->checks[check];
    size_t width = block->program->registers[reg].width, lanes = loop_block_lanes(block, reg);
    const LoopReal *x = loop_block_register(block, reg);
    if (rule->kind == LOOP_CHECK_RANGE && all_between(x, width * lanes, (LoopReal)rule->lo, (LoopReal)rule->hi))
        return;
    for (size_t e = 0; e < width; e++)
        for (size_t l = 0; l < lanes; l++)
            if (check_fails(rule, x[e * lanes + l]))
                loop_block_fault(block, (uint32_t)l, lanes, check, x[e * lanes + l]);
}

static bool all_below(const LoopReal *x, size_t count, LoopReal most)
{
    LoopBits beyond = 0;
    LOOP_UNROLL(4)
    for (size_t i = 0; i < count; i++)
        beyond |= loop_beyond(x[i], most);
    return !loop_any_beyond(beyond);
}

static const LoopReady *run_finite(LoopBlock *block, const LoopReady *at)
{
    if (!all_below(at->a, at->n, at->most))
        loop_block_check(block, at->code[1], at->code[2]);
    return at + 1;
}

void loop_ready_finite(const LoopBlock *block, LoopReady *at)
{
    const double most = block->program->checks[at->code[2]].hi;
    at->a = loop_block_register(block, at->code[1]);
    at->n = block->program->registers[at->code[1]].width * loop_block_lanes(block, at->code[1]);
    at->most =
        most < LOOP_REAL_MOST ? (LoopReal)(most * (1 - 0x1p-20)) : (LoopReal)LOOP_REAL_MOST; /* not above it: what is between is looked at twice */
    at->run = run_finite;
}
