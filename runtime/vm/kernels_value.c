/* Striatum and pallidum: the weighted inputs of each neuron, and their sum for each channel. A line that is 0 adds nothing,
   whatever its weight, so lines that are 0 in every lane are never looked at. Sums run in the order of sum.h. */
#include "runtime/vm/bundle.h"
#include "runtime/vm/late.h"
#include "runtime/vm/seen.h"

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"
#include "runtime/rules/runs.h"
#include "runtime/rules/wiring.h"
#include "runtime/vm/sum.h"

#include <string.h>

static const LoopReal ONE = 1.0;

void loop_ready_value(const LoopBlock *block, size_t index, LoopReadout *r)
{
    const LoopLoop *loop = &block->program->loops[index];
    const LoopLoopPlace *place = &block->layout->loops[index];
    LoopReal *scratch = block->state + block->layout->scratch;
    const size_t span = block->layout->span;
    *r = (LoopReadout){.loop = loop, .wires = loop_block_wires(block, index, loop->context),
                       .weights = block->state + place->weights,
                       .propose = loop_block_view(block, loop->propose, &ONE),
                       .s = scratch, .up = scratch + span, .gathered = scratch + 2 * span, .parts = scratch + 3 * span,
                       .sums = scratch + (3 + LOOP_PARTS) * span};
    if (place->listed == LOOP_UNSEEN || r->wires.lanes == 1)
        return;
    r->sparse = true;
    r->active = block->active + place->listed;
    r->sees = block->sees + place->sees;
}

/* For the lanes of a bundle: in `room`, unless it is all. */
static const LoopReadout *readout(const LoopBlock *block, size_t index, LoopBundle bundle, LoopReadout *room)
{
    const LoopReadout *r = &block->readouts[index];
    if (bundle.lanes == r->wires.lanes)
        return r;
    *room = *r;
    room->wires.lanes = bundle.lanes;
    room->wires.context = loop_view_from(r->wires.context, bundle.first);
    room->propose = loop_view_from(r->propose, bundle.first);
    room->weights += bundle.first * loop_synapses(r->loop);
    return room;
}

/* Partial sums of some lanes: `vectors` vectors of them. What is read behind the last lane means nothing. */
typedef void ReadPart(LoopWide *sum, const LoopReadout *r, const LoopReal *w, const LoopReal *x, size_t p, size_t vectors);

/* All lanes see the same. */
LOOP_INLINE void sparse_part(LoopWide *sum, const LoopReadout *r, const LoopReal *w, const LoopReal *x, size_t p, size_t vectors)
{
    (void)x;
    for (size_t i = 0; i < vectors; i++)
        sum[i] = (LoopWide){0};
    for (const LoopActive *at = r->active + r->begin[p], *end = r->active + r->begin[p + 1]; at < end; at++)
        for (size_t i = 0; i < vectors; i++)
            sum[i] += loop_wide(w + at->line * r->wires.lanes + i * LOOP_WIDE) * at->x;
}

/* They see different things on the same lines: x is that of the first of them. */
LOOP_INLINE void dense_part(LoopWide *sum, const LoopReadout *r, const LoopReal *w, const LoopReal *x, size_t p, size_t vectors)
{
    size_t lanes = r->wires.lanes, step = r->wires.context.step;
    for (size_t i = 0; i < vectors; i++)
        sum[i] = (LoopWide){0};
    for (size_t j = p; j < r->wires.reach; j += LOOP_PARTS)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide in = loop_wide(x + j * step + i * LOOP_WIDE);
            sum[i] += loop_wide_where(loop_wide_different(in, (LoopWide){0}), loop_wide(w + j * lanes + i * LOOP_WIDE) * in);
        }
}

LOOP_INLINE void add(LoopWide *to, const LoopWide *more, size_t vectors)
{
    for (size_t i = 0; i < vectors; i++)
        to[i] += more[i];
}

/* Sums in the order of sum.h, each pair as soon as there is one, so that few registers are taken. */
LOOP_INLINE void read_strip(LoopReal *out, const LoopReadout *r, const LoopReal *w, const LoopReal *x, size_t n, size_t vectors, ReadPart *part)
{
    LoopWide sum[2][LOOP_STRIP], four[LOOP_STRIP], two[LOOP_STRIP];
    for (size_t half = 0; half < 2; half++) {
        part(sum[half], r, w, x, half, vectors);
        part(two, r, w, x, half + 4, vectors);
        add(sum[half], two, vectors);
        part(four, r, w, x, half + 2, vectors);
        part(two, r, w, x, half + 6, vectors);
        add(four, two, vectors);
        add(sum[half], four, vectors);
    }
    add(sum[0], sum[1], vectors);
    for (size_t i = 0; i < vectors; i++)
        loop_wide_put_some(out + i * LOOP_WIDE, sum[0][i], n - i * LOOP_WIDE);
}

LOOP_INLINE void read_strips(const LoopReadout *r, const LoopReal *w, const LoopReal *x, LoopReal *s, ReadPart *part)
{
    size_t l = 0, lanes = r->wires.lanes;
    for (; l + LOOP_STRIP * LOOP_WIDE <= lanes; l += LOOP_STRIP * LOOP_WIDE)
        read_strip(s + l, r, w + l, x + l, LOOP_STRIP * LOOP_WIDE, LOOP_STRIP, part);
    for (; l < lanes; l += LOOP_WIDE)
        read_strip(s + l, r, w + l, x + l, lanes - l, 1, part);
}

/* One line only, as in a context of nothing but 1. */
static void read_line(const LoopReadout *r, const LoopReal *w, LoopReal *restrict s)
{
    const LoopReal *restrict row = w + r->active->line * r->wires.lanes, value = r->active->x;
    for (size_t l = 0; l < r->wires.lanes; l++)
        s[l] = row[l] * value + 0.0;
}

static void read_sparse(const LoopReadout *r, const LoopReal *w, LoopReal *s)
{
    if (r->single)
        read_line(r, w, s);
    else
        read_strips(r, w, w, s, sparse_part);
}

static void read_dense(const LoopReadout *r, const LoopReal *w, LoopReal *s)
{
    read_strips(r, w, r->wires.context.at, s, dense_part);
}

/* Neurons and lanes see different lines. */
static void read_lanes(const LoopReadout *r, const LoopReal *w, size_t synapse, size_t m, LoopReal *s)
{
    size_t lanes = r->wires.lanes;
    memset(r->parts, 0, LOOP_PARTS * lanes * sizeof *r->parts);
    for (size_t j = 0; j < r->wires.reach; j++) {
        LoopInputs x = loop_wires_inputs(&r->wires, synapse + j, m, j, lanes, r->gathered);
        const LoopReal *restrict row = w + j * lanes;
        LoopReal *restrict sum = r->parts + j % LOOP_PARTS * lanes;
        if (x.step)
            for (size_t l = 0; l < lanes; l++)
                sum[l] += x.at[l] != 0 ? row[l] * x.at[l] : 0;
        else if (x.at[0] != 0)
            for (size_t l = 0; l < lanes; l++)
                sum[l] += row[l] * x.at[0];
    }
    const LoopReal *p = r->parts;
    for (size_t l = 0; l < lanes; l++)
        s[l] = ((p[l] + p[4 * lanes + l]) + (p[2 * lanes + l] + p[6 * lanes + l])) +
               ((p[lanes + l] + p[5 * lanes + l]) + (p[3 * lanes + l] + p[7 * lanes + l]));
}

/* One lane: the partial sums lie along the synapses. A neuron that sees every line takes them in one go. Rows side by side would be
   faster as long as they lie in a cache, and slower by half where they come from memory, which likes one stream. `ahead` is a constant. */
LOOP_INLINE void read_row(const LoopReadout *r, const LoopReal *w, LoopReal *s, bool ahead)
{
    const size_t reach = r->wires.reach;
    const LoopReal *x = r->wires.context.at, *next = w + r->wires.ahead / sizeof *w;
    LoopEight sums = {0};
    size_t i = 0;
    LOOP_UNROLL(4)
    for (; i + LOOP_PARTS <= reach; i += LOOP_PARTS) {
        if (ahead)
            __builtin_prefetch(next + i);
        loop_eight_add(&sums, w + i, x + i);
    }
    if (i < reach)
        loop_eight_rest(&sums, w + i, x + i, reach - i);
    s[0] = loop_eight_sum(&sums);
}

/* Others gather theirs, some at a time. */
static void read_one(const LoopReadout *r, const LoopReal *w, size_t synapse, size_t m, LoopReal *s)
{
    LoopEight sums = {0};
    for (size_t first = 0; first < r->wires.reach; first += LOOP_TILE) {
        size_t n = r->wires.reach - first < LOOP_TILE ? r->wires.reach - first : LOOP_TILE, i = 0;
        const LoopReal *x = loop_wires_inputs(&r->wires, synapse + first, m, first, n, r->gathered).at, *row = w + first;
        for (; i + LOOP_PARTS <= n; i += LOOP_PARTS)
            loop_eight_add(&sums, row + i, x + i);
        if (i < n) /* the end of the last */
            loop_eight_rest(&sums, row + i, x + i, n - i);
    }
    s[0] = loop_eight_sum(&sums);
}

/* s = activity of neuron `m` of channel `k`: proposal, up-state and weighted input; 0 where it is not in its up-state, whatever its weights.
   Never -0. */
static void neuron(const LoopReadout *r, size_t k, size_t m, LoopReal *s)
{
    size_t lanes = r->wires.lanes, synapse = (k * r->loop->neurons + m) * r->wires.reach;
    const LoopReal *w = r->weights + synapse * lanes;
    if (r->loop->upstate && !loop_wires_upstate(&r->wires, synapse, m, r->up)) {
        memset(s, 0, lanes * sizeof *s);
        return;
    }
    if (lanes == 1 && r->loop->wiring == LOOP_WIRING_BROADCAST && r->wires.ahead)
        read_row(r, w, s, true);
    else if (lanes == 1 && r->loop->wiring == LOOP_WIRING_BROADCAST)
        read_row(r, w, s, false);
    else if (lanes == 1)
        read_one(r, w, synapse, m, s);
    else if (r->sparse)
        read_sparse(r, w, s);
    else if (r->loop->wiring == LOOP_WIRING_BROADCAST)
        read_dense(r, w, s);
    else
        read_lanes(r, w, synapse, m, s);
    if (r->loop->upstate || r->loop->propose != LOOP_NONE)
        for (size_t l = 0; l < lanes; l++) {
            const LoopReal active = s[l] * loop_view(r->propose, k, l) + 0.0;
            s[l] = r->loop->upstate && r->up[l] == 0 ? 0 : active;
        }
}

/* The activities of several neurons add up in the order of sum.h too. A function of its own, or compilers fetch ahead what it needs
   where there is but one. */
static __attribute__((noinline)) void several(const LoopReadout *r, size_t k, LoopReal *value)
{
    size_t lanes = r->wires.lanes;
    LoopReal *sums = r->sums;
    memset(sums, 0, LOOP_PARTS * lanes * sizeof *sums);
    for (size_t m = 0; m < r->loop->neurons; m++) {
        LoopReal *sum = sums + m % LOOP_PARTS * lanes;
        neuron(r, k, m, r->s);
        for (size_t l = 0; l < lanes; l++)
            sum[l] += r->s[l];
    }
    for (size_t l = 0; l < lanes; l++) {
        LoopReal each[LOOP_PARTS];
        for (size_t p = 0; p < LOOP_PARTS; p++)
            each[p] = sums[p * lanes + l];
        value[l] = loop_sum8(each);
    }
}

/* The value of every channel, which are `apart` from one another. */
static void read_channels(const LoopReadout *r, LoopReal *value, size_t apart)
{
    for (size_t k = 0; k < r->loop->channels; k++, value += apart)
        if (r->loop->neurons == 1)
            neuron(r, k, 0, value);
        else
            several(r, k, value);
}

static void read_all(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopReal *value = loop_block_register(block, loop->value);
    const size_t lanes = block->readouts[index].wires.lanes;
    LoopReadout some;
    if (!block->layout->loops[index].bundled)
        read_channels(&block->readouts[index], value, lanes);
    else
        for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b))
            read_channels(readout(block, index, b, &some), value + b.first, lanes);
}

/* Whether the value still stands that was read out last. Proposals are not looked at. */
static bool still_stands(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    if (!block->readouts[index].sparse)
        return loop_seen_same(block, index);
    return loop_seen_list(block, index) && loop->propose == LOOP_NONE && !block->seen[index].stale;
}

void loop_kernel_value(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopSeen *seen = &block->seen[index];
    const bool able = block->late[index].able;
    if (block->program->registers[loop->value].no_room)
        return;
    seen->step = block->step;
    if (still_stands(block, loop, index))
        return;
    if (seen->last)
        loop_seen_keep(block, index);
    if (!able || !loop_late_value(block, index))
        read_all(block, loop, index);
    if (seen->last)
        loop_seen_turn(block, index);
    if (able)
        loop_late_look(block, index);
    seen->stale = false;
}

void loop_kernel_striatum(LoopBlock *block, const uint32_t *args)
{
    const LoopLoop *loop = &block->program->loops[args[1]];
    const size_t lanes = loop_block_lanes(block, args[0]);
    const bool each = loop_block_synapse_lanes(block, loop) == lanes; /* or one number for all of the block */
    loop_late_settle(block, args[1]);
    if (block->readouts[args[1]].sparse && !loop_seen_list(block, args[1]))
        block->seen[args[1]].stale = true; /* these lines are not those of its value */
    for (LoopBundle b = loop_bundle(block, args[1], 0); b.lanes; b = loop_bundle_after(block, args[1], b)) {
        LoopReadout some;
        const LoopReadout *r = readout(block, args[1], b, &some);
        LoopReal *d = loop_block_register(block, args[0]) + b.first;
        for (size_t i = 0; i < (size_t)loop->channels * loop->neurons; i++, d += lanes) {
            neuron(r, i / loop->neurons, i % loop->neurons, r->s);
            for (size_t l = 0; l < (each ? b.lanes : lanes); l++)
                d[l] = r->s[each ? l : 0];
        }
    }
}
