#include "runtime/vm/late.h"

#include "runtime/rules/eligibility.h"
#include "runtime/vm/sum.h"

#include <string.h>

enum { LINES_WORTH_IT = 8 };

/* Vectors of lanes that are taken at a time: the eight partial sums of each stay in registers. */
#if LOOP_WIDE_BYTES == 64
enum { LATE_STRIP = 2 };
#else
enum { LATE_STRIP = 1 };
#endif

bool loop_late_suits(const LoopProgram *program, const LoopLoop *loop)
{
    const uint32_t narrow[] = {loop->dopamine, loop->rate, loop->trace, loop->burst, loop->dip};
    if (!loop->learns || !loop_rule(loop->rule)->adds || loop->uniform || loop->wiring != LOOP_WIRING_BROADCAST || loop->neurons != 1 ||
        loop->upstate || !loop->trace_by_channel || loop->freeze != LOOP_NONE || loop->forget != LOOP_NONE || loop->bounded ||
        loop->propose != LOOP_NONE || loop->credit_propose != LOOP_NONE || loop->credit_context != loop->context || loop->lines < LINES_WORTH_IT)
        return false;
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++)
        if (narrow[i] != LOOP_NONE && program->registers[narrow[i]].width > 1)
            return false;
    return true;
}

void loop_late_start(LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    LoopLate *late = &block->late[index];
    size_t at = block->layout->late[index];
    *late = (LoopLate){.able = at != LOOP_UNSEEN && block->calls[index].lasting && block->lanes >= LOOP_WIDE, .read = UINT64_MAX};
    if (!late->able)
        return;
    late->due = block->state + at;
    late->push = late->due + loop->channels * block->lanes;
}

/* ---- noting ---- */

void loop_late_seen(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    LoopView x = call->wires.context;
    size_t lines = 0;
    if (!late->able)
        return;
    for (size_t j = 0; j < call->loop->lines; j++)
        lines += loop_synapses_any(x.at + j * x.step, x.lane ? call->lanes : 1);
    late->read = block->step;
    late->dense = 2 * lines > call->loop->lines;
}

static bool has_credit(const LoopRuleCall *call)
{
    for (size_t k = 0; k < call->loop->channels; k++)
        if (loop_synapses_any(call->credit.at + k * call->credit.step, loop_synapses_own(call, call->credit)))
            return true;
    return false;
}

/* What enters the traces of each channel, for a unit of the context. */
static void note_credit(const LoopRuleCall *call, const LoopSynapses *s, LoopReal *due)
{
    for (size_t k = 0; k < call->loop->channels; k++, due += call->lanes) {
        const LoopReal *credit = loop_synapses_spread(call, call->credit, k, loop_synapses_room(call, 2));
        for (size_t l = 0; l < call->lanes; l++)
            due[l] = s->plain ? credit[l] : credit[l] * s->inverse[l];
    }
}

/* With an infinite factor it would matter which synapses are passed over. */
static bool all_finite(const LoopReal *x, size_t n)
{
    LoopBits any = 0;
    for (size_t i = 0; i < n; i++) {
        LoopReal zero = x[i] * 0;
        LoopBits bits;
        memcpy(&bits, &zero, sizeof bits);
        any |= bits << 1;
    }
    return !any;
}

/* Notes what of weights and traces is to move, behind what has been noted. False: it can't wait. */
static bool note(LoopBlock *block, size_t index, const LoopSynapses *s, bool moves, bool enters)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    const size_t lanes = call->lanes, channels = call->loop->channels;
    if ((late->moves && (moves || late->enters)) || (late->enters && (enters || late->moves)))
        loop_late_settle(block, index); /* they move once each, in one order */
    if (enters) /* nothing else is there now */
        note_credit(call, s, late->due);
    if ((enters && !all_finite(late->due, channels * lanes)) || (moves && !all_finite(s->push, lanes)))
        return false;
    if (enters)
        memset(call->live, 1, channels * call->wires.reach);
    if (moves) {
        memcpy(late->push, s->push, lanes * sizeof *late->push);
        block->stale[index] = true;
    }
    late->first = late->moves ? false : late->enters || (enters && call->loop->credit_first);
    late->moves = late->moves || moves;
    late->enters = late->enters || enters;
    return true;
}

bool loop_late_learn(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    const LoopLate *late = &block->late[index];
    if (!late->able)
        return false;
    LoopSynapses s = loop_synapses_begin(call);
    loop_synapses_factors(call, &s, 0);
    bool enters = has_credit(call);
    if (s.fades || !late->dense || (enters && late->read != block->step) || !note(block, index, &s, s.gains, enters)) {
        loop_late_settle(block, index);
        return false;
    }
    loop_synapses_rescale(call, &s, 0);
    return true;
}

/* ---- doing ---- */

/* A read-out on whose way learning is done. */
typedef struct Pass {
    const LoopLate *late;
    LoopReal *weights, *traces; /* [channels][reach][lanes] */
    LoopReal *value;            /* [channels][lanes] */
    const LoopReal *seen;       /* what enters traces, */
    LoopView context;           /* and what is read out */
    size_t channels, reach, lanes;
} Pass;

/* What a strip of lanes of a channel has. */
typedef struct Strip {
    LoopReal *w, *e;
    const LoopReal *x, *old;
    LoopWide due[LATE_STRIP], push[LATE_STRIP];
    LoopWideMask pushes[LATE_STRIP], kept;
} Strip;

/* How a kernel below is made: whether what enters the traces does so before the weights move, or behind that; how far from lane to lane
   the context is. */
typedef struct Form {
    bool first;
    size_t in;
} Form;

/* Row `j`: sum += w x, once the row has learned. Where a trace is 0 its weight gets a 0, which it would not in the rule; no weight is
   -0, and none sees it. */
LOOP_INLINE void late_row(LoopWide *sum, const Pass *pass, const Strip *s, size_t j, size_t vectors, Form form)
{
    const size_t lanes = pass->lanes, step = pass->context.step;
    for (size_t i = 0; i < vectors; i++) {
        const size_t at = j * lanes + i * LOOP_WIDE, line = j * step + i * LOOP_WIDE * form.in;
        LoopWide now = form.in ? loop_wide(s->x + line) : loop_wide_of(s->x[line]);
        LoopWide old = form.in ? loop_wide(s->old + line) : loop_wide_of(s->old[line]);
        LoopWide trace = loop_wide(s->e + at), weight = loop_wide(s->w + at), entered = trace + s->due[i] * old;
        LoopWide moved = weight + loop_wide_where(s->pushes[i], s->push[i] * (form.first ? entered : trace));
        loop_wide_put(s->e + at, loop_wide_select(s->kept, trace, entered));
        loop_wide_put(s->w + at, loop_wide_select(s->kept, weight, moved));
        sum[i] += loop_wide_where(loop_wide_different(now, (LoopWide){0}), moved * now);
    }
}

/* Channel `k` in `vectors` vectors of lanes from `l` on. */
LOOP_INLINE void late_strip(const Pass *pass, size_t k, size_t l, size_t vectors, LoopWideMask kept, Form form)
{
    const LoopLate *late = pass->late;
    const size_t lanes = pass->lanes, reach = pass->reach, first = k * reach * lanes + l;
    Strip s = {.w = pass->weights + first, .e = pass->traces + first, .x = pass->context.at + l * form.in, .old = pass->seen + l * form.in,
               .kept = kept};
    LoopWide sum[LOOP_PARTS][LATE_STRIP];
    for (size_t i = 0; i < vectors; i++) {
        s.push[i] = loop_wide(late->push + l + i * LOOP_WIDE);
        s.pushes[i] = loop_wide_different(s.push[i], (LoopWide){0});
        s.due[i] = loop_wide(late->due + k * lanes + l + i * LOOP_WIDE);
        for (size_t p = 0; p < LOOP_PARTS; p++)
            sum[p][i] = (LoopWide){0};
    }
    size_t j = 0;
    for (; j + LOOP_PARTS <= reach; j += LOOP_PARTS)
        LOOP_UNROLL(8)
        for (size_t p = 0; p < LOOP_PARTS; p++)
            late_row(sum[p], pass, &s, j + p, vectors, form);
    LOOP_UNROLL(8)
    for (size_t p = 0; p < LOOP_PARTS; p++)
        if (j + p < reach)
            late_row(sum[p], pass, &s, j + p, vectors, form);
    for (size_t i = 0; i < vectors; i++) {
        LoopReal *at = pass->value + k * lanes + l + i * LOOP_WIDE;
        LoopWide all = ((sum[0][i] + sum[4][i]) + (sum[2][i] + sum[6][i])) + ((sum[1][i] + sum[5][i]) + (sum[3][i] + sum[7][i]));
        loop_wide_put(at, loop_wide_select(kept, loop_wide(at), all));
    }
}

LOOP_INLINE void late_form(const Pass *pass, Form form)
{
    const size_t n = pass->lanes, channels = pass->channels;
    size_t l = 0;
    for (; l + LATE_STRIP * LOOP_WIDE <= n; l += LATE_STRIP * LOOP_WIDE)
        for (size_t k = 0; k < channels; k++)
            late_strip(pass, k, l, LATE_STRIP, (LoopWideMask){0}, form);
    for (; l < n; l += LOOP_WIDE)
        for (size_t k = 0; k < channels; k++)
            late_strip(pass, k, l, 1, loop_wide_from(n - l), form);
}

/* The context for which the value was read out last. */
static LoopReal *seen(const LoopBlock *block, size_t index)
{
    return block->state + block->layout->seen[index];
}

static void do_late(LoopBlock *block, size_t index, LoopView context, LoopReal *value)
{
    LoopLate *late = &block->late[index];
    const LoopRuleCall *call = &block->calls[index];
    const Pass pass = {late, call->weights, call->traces, value, seen(block, index), context, call->loop->channels, call->wires.reach, call->lanes};
    if (!late->enters)
        memset(late->due, 0, pass.channels * pass.lanes * sizeof *late->due);
    if (context.lane)
        late->first ? late_form(&pass, (Form){true, 1}) : late_form(&pass, (Form){false, 1});
    else
        late->first ? late_form(&pass, (Form){true, 0}) : late_form(&pass, (Form){false, 0});
    late->moves = late->enters = late->first = false;
}

/* No weight moves: traces by themselves. */
static void enter(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    LoopSynapses s = {.rows = call->wires.reach, .n = call->lanes, .step = 1};
    for (size_t k = 0; k < call->loop->channels; k++) {
        s.due = late->due + k * call->lanes;
        s.e = call->traces + k * call->wires.reach * call->lanes;
        if (loop_synapses_any(s.due, s.n))
            loop_synapses_trace_any(&s, seen(block, index), call->wires.context.step, call->wires.context.lane);
    }
    late->enters = late->first = false;
}

void loop_late_settle(LoopBlock *block, size_t index)
{
    const LoopLate *late = &block->late[index];
    if (late->moves) {
        LoopView context = block->calls[index].wires.context;
        context.at = seen(block, index);
        do_late(block, index, context, loop_synapses_room(&block->calls[index], LOOP_RULE_ARRAYS)); /* a value that nobody asked for */
    } else if (late->enters)
        enter(block, index);
}

void loop_late_value(LoopBlock *block, size_t index)
{
    const LoopLoop *loop = &block->program->loops[index];
    do_late(block, index, loop_block_view(block, loop->context, NULL), loop_block_register(block, loop->value));
}
