/* Learning that was put off, done where lanes lie one behind the other: a vector is eight synapses of one lane, all of one channel. Of
   traces only the rows are written that get credit, and a context is looked at from registers. */
#include "runtime/rules/eligibility.h"
#include "runtime/vm/late_pass.h"
#include "runtime/vm/seen.h"
#include "runtime/vm/turn.h"

#include <string.h>

enum {
    LINES_USUAL = 32,     /* for which there is code of its own, with all of a context in registers */
    BYTES_WORTH_IT = 128  /* of a row of weights: in shorter ones adding up weighs more */
};

/* Where all lanes see the same, lines are broadcast to lanes side by side, and that is as fast. */
bool loop_late_turns(const LoopProgram *program, const LoopLoop *loop)
{
    return LOOP_ROW8_FITS && loop->lines % LOOP_PARTS == 0 && loop->lines * sizeof(LoopReal) >= BYTES_WORTH_IT &&
           !program->registers[loop->context].uniform;
}

/* ---- a pass ---- */

/* The sum of w x for a channel, once its weights have moved, if they do. */
LOOP_INLINE LoopRow8 row(LoopReal *restrict w, const LoopReal *restrict e, const LoopReal *restrict x, LoopReal push, size_t lines, bool moves)
{
    LoopRow8 sum = {0};
    LOOP_UNROLL(4)
    for (size_t j = 0; j < lines; j += LOOP_PARTS) {
        LoopRow8 weight = loop_row8(w + j), in = loop_row8(x + j);
        if (moves) {
            weight += loop_row8_of(push) * loop_row8(e + j);
            loop_row8_put(w + j, weight);
        }
        sum += loop_row8_where(in, weight * in);
    }
    return sum;
}

/* The sums of `n` channels, eight at most. */
LOOP_INLINE LoopRow8 rows(LoopReal *restrict w, const LoopReal *restrict e, const LoopReal *restrict x, LoopReal push, size_t lines, size_t n, bool moves)
{
    LoopRow8 sum[LOOP_PARTS];
    LOOP_UNROLL(8)
    for (size_t k = 0; k < LOOP_PARTS; k++)
        sum[k] = k < n ? row(w + k * lines, e + k * lines, x, push, lines, moves) : (LoopRow8){0};
    return loop_rows8_sum(sum);
}

/* Eight channels whose weights move. A function of its own, or compilers fetch what both ways read before it is known which one is taken,
   and have no registers left. */
static __attribute__((noinline)) LoopRow8 eight_moving(LoopReal *restrict w, const LoopReal *restrict e, const LoopReal *restrict x, LoopReal push,
                                                       size_t lines)
{
    return lines == LINES_USUAL ? rows(w, e, x, push, LINES_USUAL, LOOP_PARTS, true) : rows(w, e, x, push, lines, LOOP_PARTS, true);
}

/* The last channels, or weights that stay. */
static __attribute__((noinline)) LoopRow8 others(LoopReal *restrict w, const LoopReal *restrict e, const LoopReal *restrict x, LoopReal push,
                                                 size_t lines, size_t n)
{
    return push != 0 ? rows(w, e, x, push, lines, n, true) : rows(w, e, x, 0, lines, n, false);
}

static LoopView view(const LoopBlock *block, size_t index, LoopReal *context)
{
    return loop_seen_view(block, index, context, (LoopBundle){0, block->calls[index].lanes});
}

void loop_late_turned_pass(LoopBlock *block, size_t index, LoopReal *context, LoopReal *value)
{
    const LoopRuleCall *call = &block->calls[index];
    const LoopLate *late = &block->late[index];
    const size_t lines = call->wires.reach, channels = call->loop->channels, wide = (channels + LOOP_PARTS - 1) / LOOP_PARTS * LOOP_PARTS;
    const LoopView now = view(block, index, context);
    LoopReal *const sums = loop_synapses_room(call, LOOP_RULE_ARRAYS); /* [lanes][wide] */
    if (!LOOP_ROW8_FITS)
        return;
    if (late->enters && late->first)
        loop_late_turned_enter(block, index);
    for (size_t l = 0; l < call->lanes; l++) {
        const LoopReal push = late->moves ? late->push[l] : 0, *x = now.at + l * now.lane;
        for (size_t k = 0; k < channels; k += LOOP_PARTS) {
            LoopReal *w = call->weights + (l * channels + k) * lines, *e = call->traces + (l * channels + k) * lines;
            const bool usual = push != 0 && channels - k >= LOOP_PARTS;
            loop_row8_put(sums + l * wide + k, usual ? eight_moving(w, e, x, push, lines) : others(w, e, x, push, lines, channels - k));
        }
    }
    if (late->enters && !late->first)
        loop_late_turned_enter(block, index);
    if (value)
        loop_turn(value, call->lanes, sums, wide, call->lanes, channels);
}

/* ---- traces ---- */

static void enter_row(LoopReal *restrict e, const LoopReal *restrict x, LoopReal by, size_t lines)
{
    for (size_t j = 0; j < lines; j += LOOP_PARTS)
        loop_row8_put(e + j, loop_row8(e + j) + by * loop_row8(x + j));
}

void loop_late_turned_enter(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    const LoopLate *late = &block->late[index];
    const size_t lines = call->wires.reach, channels = call->loop->channels, lanes = call->lanes;
    const LoopView seen = view(block, index, block->seen[index].last);
    for (size_t l = 0; late->by && l < lanes; l++)
        if (late->due[l] >= 0)
            enter_row(call->traces + (l * channels + (size_t)late->due[l]) * lines, seen.at + l * seen.lane, late->by[l], lines);
    for (size_t l = 0; !late->by && l < lanes; l++)
        for (size_t k = 0; k < channels; k++)
            if (late->due[k * lanes + l] != 0)
                enter_row(call->traces + (l * channels + k) * lines, seen.at + l * seen.lane, late->due[k * lanes + l], lines);
}

void loop_late_turned_fade(LoopBlock *block, size_t index)
{
    const LoopRuleCall *call = &block->calls[index];
    const size_t synapses = loop_synapses(call->loop);
    LoopReal *restrict e = call->traces;
    for (size_t l = 0; l < call->lanes; l++, e += synapses) {
        const LoopReal by = block->late[index].fade[l];
        for (size_t s = 0; s < synapses; s++)
            e[s] = loop_synapses_left(by * e[s]);
    }
}

/* ---- turning about ---- */

/* What a bundle has [count][lanes] becomes [lanes][count]; with `back` it is the other way round. */
static void turn_bundles(LoopBlock *block, size_t index, LoopReal *at, size_t count, bool back)
{
    LoopReal *turned = block->state + block->layout->turn;
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b)) {
        if (back)
            loop_turn(turned, b.lanes, at, count, b.lanes, count);
        else
            loop_turn(turned, count, at, b.lanes, count, b.lanes);
        memcpy(at, turned, count * b.lanes * sizeof *at);
        at += count * b.lanes;
    }
}

void loop_late_turn(LoopBlock *block, size_t index, LoopReal *context)
{
    const LoopRuleCall *call = &block->calls[index];
    LoopLate *late = &block->late[index];
    turn_bundles(block, index, call->weights, loop_synapses(call->loop), late->turned);
    turn_bundles(block, index, call->traces, loop_synapses(call->loop), late->turned);
    turn_bundles(block, index, context, call->loop->lines, late->turned);
    late->turned = !late->turned;
}
