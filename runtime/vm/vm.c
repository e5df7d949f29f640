/* The step loop: instructions to kernels. The program has been verified, so nothing here checks operands. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/measure/recorder.h"
#include "runtime/task/clock.h"
#include "runtime/vm/late.h"
#include "runtime/vm/seen.h"
#include "runtime/vm/memo.h"

#include <math.h>
#include <string.h>

/* ---- jumps ---- */

static const LoopReady *run_skip_unless(LoopBlock *block, const LoopReady *at)
{
    const size_t lanes = loop_block_lanes(block, at->code[1]);
    const LoopReal *x = loop_block_register(block, at->code[1]);
    for (size_t l = 0; l < lanes; l++)
        if (x[l] > 0)
            return at + 1;
    return at->jump;
}

static const LoopReady *run_skip_first(LoopBlock *block, const LoopReady *at)
{
    return block->step ? at + 1 : at->jump;
}

/* The instructions up to where it jumps, for the lanes that want what they work out. */
static const LoopReady *run_skip_unasked(LoopBlock *block, const LoopReady *at)
{
    const uint32_t measure = at->code[1];
    if (!block->measuring || !loop_recorder_asks(block->recorder, block, measure))
        return at->jump;
    block->asking = measure;
    for (const LoopReady *in = at + 1; in && in < at->jump;)
        in = in->run(block, in);
    block->asking = LOOP_NONE;
    return at->jump;
}

/* ---- one function an instruction, or for those of a kernel file ---- */

#define RUN(name, call)                                                                                                \
    static const LoopReady *run_##name(LoopBlock *block, const LoopReady *at)                                          \
    {                                                                                                                  \
        const uint32_t op = at->code[0], *args = at->code + 1;                                                         \
        (void)op, (void)args;                                                                                          \
        call;                                                                                                          \
        return at + 1;                                                                                                 \
    }
RUN(elementwise, loop_kernel_elementwise(block, op, args))
RUN(vector, loop_kernel_vector(block, op, args))
RUN(time, loop_kernel_time(block, op, args))
RUN(random, loop_kernel_random(block, op, args))
RUN(clock, loop_clock_tick(block->clock, block))
RUN(trial_begin, loop_clock_trial_begin(block, args))
RUN(value, loop_kernel_value(block, &block->program->loops[args[0]], args[0]))
RUN(choose, loop_kernel_choose(block, &block->program->loops[args[0]], args[0]))
RUN(vary, loop_kernel_vary(block, &block->program->loops[args[0]], args[0]))
RUN(learn, loop_kernel_learn(block, &block->program->loops[args[0]], args[0]))
RUN(synapses, loop_kernel_synapses(block, op, args))
RUN(striatum, loop_kernel_striatum(block, args))
RUN(foreign, loop_kernel_foreign(block, args))
RUN(check, loop_block_check(block, args[0], args[1]))
#undef RUN

static const LoopReady *stop(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    (void)at;
    return NULL;
}

/* What runs an instruction that is not made ready in another way. */
static LoopRunReady *run_of(LoopOp op)
{
    switch (op) {
#define EW1(name, written, units, doc, expr) case LOOP_OP_##name:
#define EW2(name, written, units, doc, expr) case LOOP_OP_##name:
#define EW3(name, written, units, doc, expr) case LOOP_OP_##name:
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
        return run_elementwise;
    case LOOP_OP_COPY: case LOOP_OP_PUT: case LOOP_OP_SLICE: case LOOP_OP_AT: case LOOP_OP_ONEHOT: case LOOP_OP_SUM: case LOOP_OP_MEAN:
    case LOOP_OP_LARGEST: case LOOP_OP_SMALLEST: case LOOP_OP_NORM: case LOOP_OP_ARGMAX: case LOOP_OP_DOT: case LOOP_OP_OUTER:
    case LOOP_OP_RBF: case LOOP_OP_RAMP: case LOOP_OP_PROJECT:
        return run_vector;
    case LOOP_OP_ONSET: case LOOP_OP_HISTORY: case LOOP_OP_TRACE: case LOOP_OP_SINCE: case LOOP_OP_HOLD: case LOOP_OP_MICRO:
    case LOOP_OP_RING_READ: case LOOP_OP_RING_WRITE: case LOOP_OP_RING_LARGEST:
        return run_time;
    case LOOP_OP_UNIFORM: case LOOP_OP_BERNOULLI: case LOOP_OP_NORMAL: case LOOP_OP_PICK: return run_random;
    case LOOP_OP_SKIP_UNLESS: return run_skip_unless;
    case LOOP_OP_SKIP_FIRST: return run_skip_first;
    case LOOP_OP_SKIP_UNASKED: return run_skip_unasked;
    case LOOP_OP_CLOCK: return run_clock;
    case LOOP_OP_TRIAL_BEGIN: return run_trial_begin;
    case LOOP_OP_VALUE: return run_value;
    case LOOP_OP_CHOOSE: return run_choose;
    case LOOP_OP_VARY: return run_vary;
    case LOOP_OP_LEARN: return run_learn;
    case LOOP_OP_WEIGHTS: case LOOP_OP_ELIGIBLE: return run_synapses;
    case LOOP_OP_STRIATUM: return run_striatum;
    case LOOP_OP_FOREIGN: return run_foreign;
    case LOOP_OP_CHECK: return run_check;
    case LOOP_OP_EVENT_ON:     /* run_event_on */
    case LOOP_OP_EVENT_ACTIVE: /* run_event_active */
    case LOOP_OP_FINITE:       /* checks.c */
    case LOOP_OP_HALT: case LOOP_OP_COUNT:
        break;
    }
    return stop;
}

/* ---- events ---- */

/* Whether a trial of the wanted type (below 0: of any) is on; `type` is -1 between trials. */
static inline bool is_on(LoopReal type, LoopReal wanted)
{
    return (type >= 0) & ((wanted < 0) | (type == wanted));
}

static inline LoopReal wanted_type(uint32_t word)
{
    return word == LOOP_NONE ? -1.0 : (LoopReal)word;
}

static const LoopReady *run_event_on_single(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    at->d[0] = (is_on(at->c[0], at->wanted) & (at->b[0] == at->a[0])) ? 1.0 : 0.0;
    return at + 1;
}

/* EVENT_ON: whether it is step a of the trial; b is the step, c the type. */
static const LoopReady *run_event_on(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    LoopReal *d = at->d, wanted = at->wanted;
    const LoopReal *a = at->a, *b = at->b, *c = at->c;
    if (at->sb & at->sc & !at->sa) /* a moment that all lanes share, of lanes out of step */
        for (size_t l = 0; l < at->n; l++)
            d[l] = (is_on(c[l], wanted) & (b[l] == a[0])) ? 1.0 : 0.0;
    else
        for (size_t l = 0; l < at->n; l++)
            d[l] = (is_on(c[l * at->sc], wanted) & (b[l * at->sb] == a[l * at->sa])) ? 1.0 : 0.0;
    return at + 1;
}

static inline LoopReal is_active(LoopReal type, LoopReal wanted, LoopReal time, LoopReal from, LoopReal steps)
{
    return (is_on(type, wanted) & (time >= from) & (time < from + steps)) ? 1.0 : 0.0;
}

/* EVENT_ACTIVE: whether the step of the trial is one of e steps from a on. */
static const LoopReady *run_event_active(LoopBlock *block, const LoopReady *at)
{
    (void)block;
    LoopReal *d = at->d, wanted = at->wanted;
    const LoopReal *a = at->a, *b = at->b, *c = at->c, *e = at->e;
    if (at->n == 1)
        d[0] = is_active(c[0], wanted, b[0], a[0], e[0]);
    else if (at->sb & at->sc & !(at->sa | at->se)) /* as in run_event_on */
        for (size_t l = 0; l < at->n; l++)
            d[l] = is_active(c[l], wanted, b[l], a[0], e[0]);
    else
        for (size_t l = 0; l < at->n; l++)
            d[l] = is_active(c[l * at->sc], wanted, b[l * at->sb], a[l * at->sa], e[l * at->se]);
    return at + 1;
}

static void ready_event(const LoopBlock *block, LoopReady *at)
{
    const LoopTask *task = &block->program->task;
    LoopView from = loop_block_view(block, at->code[2], NULL), time = loop_block_view(block, task->time, NULL);
    LoopView type = loop_block_view(block, task->type, NULL);
    at->d = loop_block_register(block, at->code[1]);
    at->n = loop_block_lanes(block, at->code[1]);
    at->a = from.at, at->sa = from.lane;
    at->b = time.at, at->sb = time.lane;
    at->c = type.at, at->sc = type.lane;
    at->wanted = wanted_type(at->code[3]);
    at->run = at->n == 1 ? run_event_on_single : run_event_on;
    if (at->code[0] == LOOP_OP_EVENT_ACTIVE) {
        LoopView steps = loop_block_view(block, at->code[3], NULL);
        at->e = steps.at, at->se = steps.lane;
        at->wanted = wanted_type(at->code[4]);
        at->run = run_event_active;
    }
}

/* ---- sections ---- */

static LoopReady make_ready(const LoopBlock *block, const uint32_t *code)
{
    LoopReady at = {.run = run_of((LoopOp)code[0]), .code = code};
    if (loop_op_info(code[0])->arity)
        loop_ready_elementwise(block, &at);
    else if (code[0] == LOOP_OP_EVENT_ON || code[0] == LOOP_OP_EVENT_ACTIVE)
        ready_event(block, &at);
    else if (code[0] == LOOP_OP_FINITE)
        loop_ready_finite(block, &at);
    else if (code[0] == LOOP_OP_COPY || code[0] == LOOP_OP_PUT || code[0] == LOOP_OP_SLICE)
        loop_ready_copy(block, &at);
    else
        loop_ready_time(block, &at);
    return at;
}

static bool is_jump(uint32_t op)
{
    return op == LOOP_OP_SKIP_UNLESS || op == LOOP_OP_SKIP_FIRST || op == LOOP_OP_SKIP_UNASKED;
}

void loop_block_run(LoopBlock *block, const LoopSection *section)
{
    const uint32_t *code = section->code, *end = code + section->length;
    while (code < end) {
        LoopReady at = make_ready(block, code);
        const LoopReady *next = at.run(block, &at);
        if (!next && !is_jump(code[0]))
            return;
        code = next ? code + loop_op_info(code[0])->words : loop_code_target(code);
    }
}

size_t loop_section_count(const LoopSection *section)
{
    size_t count = 0;
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words)
        count++;
    return count;
}

static void section_ready(LoopBlock *block, const LoopSection *section, LoopReady *ready, size_t memos)
{
    const uint32_t *code = section->code, *end = code + section->length;
    LoopReady *at = ready;
    size_t memo = 0;
    for (; code < end; code += loop_op_info(code[0])->words) {
        if (memo < memos && block->layout->memos[memo].code == code)
            *at++ = (LoopReady){.run = loop_memo_run, .code = code, .n = memo++};
        *at++ = make_ready(block, code);
    }
    const LoopReady *stops = at;
    *at = (LoopReady){.run = stop, .code = end};
    for (LoopReady *jump = ready; jump->code < end; jump++) {
        const bool is_memo = jump->run == loop_memo_run;
        if (!is_memo && !is_jump(jump->code[0]))
            continue;
        LoopReady *to = jump;
        while (to->code < (is_memo ? block->layout->memos[jump->n].end : loop_code_target(jump->code)))
            to++;
        to->target = true;
        jump->jump = to;
    }
    for (at = ready; at + 3 < stops; at++)
        loop_ready_fused(block, at);
}

void loop_block_ready(LoopBlock *block)
{
    memset(block->passed, 0, block->program->ring_count * sizeof *block->passed);
    section_ready(block, &block->program->step, block->ready_step, block->layout->memo_count);
    section_ready(block, &block->program->observe, block->ready_observe, 0);
    for (size_t i = 0; i < block->program->loop_count; i++) {
        loop_ready_value(block, i, &block->readouts[i]);
        if (block->program->loops[i].learns) {
            loop_ready_learn(block, i, &block->calls[i]);
            loop_late_start(block, i);
        }
        loop_seen_start(block, i);
    }
}

static void run_ready(LoopBlock *block, const LoopReady *at)
{
    while (at)
        at = at->run(block, at);
}

void loop_block_step(LoopBlock *block)
{
    const LoopProgram *program = block->program;
    run_ready(block, block->ready_step);
    if (block->begins)
        loop_recorder_begin(block->recorder, block);
    run_ready(block, block->ready_observe);
    if (block->measuring || program->strip_count)
        loop_recorder_step(block->recorder, block);
    if (program->verdict.length)
        loop_block_run(block, &program->verdict);
    if (block->closes)
        loop_clock_close(block->clock, block);
    block->step++;
}
