/* Thalamus of the loops that choose: one channel is let through, or each by itself. Lanes are taken some at a time, so that all
   channels of theirs stay in the first cache, and channel by channel, with selections in place of branches, so that it becomes
   vector code. Rows are read and written where they lie; only the last lanes, which do not fill a vector, need room of their own. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/softmax.h"
#include "runtime/vm/wide.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

enum { TOGETHER = 256 }; /* lanes: fewer would be nearer, but what each row costs outweighs it */

/* One row of lanes for each channel; that of channel k begins at k * pitch. */
typedef struct Rows {
    LoopReal *at;
    size_t pitch;
} Rows;

/* The choices of a step, in lanes first .. first + n - 1. Single rows are [width], scratch, and what is behind the n-th lane
   means nothing. */
typedef struct Choices {
    LoopBlock *block;
    const LoopLoop *loop;
    LoopRngKeys keys;
    size_t index, first, n, channels; /* the loop's number, the lanes, its channels */
    size_t width;           /* n, up to whole vectors */
    LoopView value, parameter;
    Rows drive;             /* V + bias: scratch, or the values themselves, which are not written */
    Rows odds;              /* probability: scratch, or where they are asked for */
    Rows open;              /* > 0 where proposed; NULL: all are */
    LoopReal *chooses;      /* > 0 where a choice is to be made */
    LoopReal *u, *top, *sum, *count, *at;
} Choices;

/* `reg` from the first of the lanes on. */
static LoopView view(const Choices *c, uint32_t reg, const LoopReal *fallback)
{
    LoopView v = loop_block_view(c->block, reg, fallback);
    v.at += c->first * v.lane;
    return v;
}

/* Row `k` of a register that the loop writes. */
static LoopReal *row_of(const Choices *c, uint32_t reg, size_t k)
{
    return loop_block_register(c->block, reg) + k * c->block->lanes + c->first;
}

static Choices begin(LoopBlock *block, const LoopLoop *loop, size_t index, size_t first, size_t n)
{
    LoopReal *scratch = block->state + block->layout->scratch;
    size_t width = (n + LOOP_WIDE - 1) / LOOP_WIDE * LOOP_WIDE, rows = loop->channels * width;
    LoopReal *single = scratch + 3 * rows;
    Choices c = {.block = block, .loop = loop, .index = index, .keys = loop_block_loop_keys(block, index), .first = first, .n = n, .width = width,
                 .channels = loop->channels, .drive = {scratch, width}, .odds = {scratch + rows, width}, .chooses = single,
                 .u = single + width, .top = single + 2 * width, .sum = single + 3 * width, .count = single + 4 * width,
                 .at = single + 5 * width};
    c.keys.at += first * c.keys.step;
    c.value = view(&c, loop->value, &ZERO);
    c.parameter = view(&c, loop->selection_value, &ZERO);
    bool noisy = loop->selection == LOOP_SELECT_NOISY; /* which writes into both */
    if (loop->bias == LOOP_NONE && c.value.lane && !noisy)
        c.drive = (Rows){c.value.at, c.value.step};
    if (loop->probability != LOOP_NONE && n == width && !noisy)
        c.odds = (Rows){row_of(&c, loop->probability, 0), block->lanes};
    if (loop->propose != LOOP_NONE)
        c.open = (Rows){scratch + 2 * rows, width};
    return c;
}

static inline LoopReal *row(Rows rows, size_t k)
{
    return rows.at + k * rows.pitch;
}

static void set(LoopReal *restrict row, size_t n, LoopReal x)
{
    for (size_t l = 0; l < n; l++)
        row[l] = x;
}

/* row = element k of x in each lane */
static void spread(LoopReal *restrict row, LoopView x, size_t k, size_t n)
{
    const LoopReal *restrict at = x.at + k * x.step;
    if (x.lane)
        for (size_t l = 0; l < n; l++)
            row[l] = at[l];
    else
        set(row, n, at[0]);
}

static void drives(const Choices *c)
{
    LoopView bias = view(c, c->loop->bias, &ZERO), propose = view(c, c->loop->propose, &ONE);
    for (size_t k = 0; c->drive.at != c->value.at && k < c->channels; k++) {
        LoopReal *restrict drive = row(c->drive, k), *restrict more = c->u;
        spread(drive, c->value, k, c->n);
        if (c->loop->bias != LOOP_NONE) {
            spread(more, bias, k, c->n);
            for (size_t l = 0; l < c->n; l++)
                drive[l] += more[l];
        }
    }
    for (size_t k = 0; c->open.at && k < c->channels; k++)
        spread(row(c->open, k), propose, k, c->n);
}

/* Whether channel `k` is open, in a vector of lanes from `l` on. */
static inline LoopWideMask opened(Rows open, size_t k, size_t l)
{
    return open.at ? (LoopWideMask)(loop_wide(row(open, k) + l) > 0) : ~(LoopWideMask){0};
}

/* ---- how often each channel would be taken ---- */

/* top = the largest of parameter times drive among the channels that are open */
static inline void softmax_top(const Choices *c, Rows open)
{
    for (size_t l = 0; l < c->width; l += LOOP_WIDE) {
        LoopWide parameter = loop_wide(c->at + l), top = loop_wide_of((LoopReal)-LOOP_INF);
        for (size_t k = 0; k < c->channels; k++) {
            LoopWide x = parameter * loop_wide(row(c->drive, k) + l);
            top = loop_wide_select(opened(open, k, l) & (LoopWideMask)(x > top), x, top);
        }
        loop_wide_put(c->top + l, top);
    }
}

/* Of channels that are closed it makes anything. */
static void softmax_powers(const Choices *c)
{
    const LoopReal *restrict top = c->top, *restrict parameter = c->at;
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = row(c->drive, k);
        LoopReal *restrict odds = row(c->odds, k);
        for (size_t l = 0; l < c->width; l++)
            odds[l] = loop_power(parameter[l] * drive[l] - top[l]);
    }
}

/* Powers to shares, of what is open. */
static inline void softmax_shares(const Choices *c, Rows open)
{
    const Rows odds = c->odds;
    const size_t channels = c->channels;
    for (size_t l = 0; l < c->width; l += LOOP_WIDE) {
        LoopWide total = {0};
        for (size_t k = 0; k < channels; k++)
            total += loop_wide_where(opened(open, k, l), loop_wide(row(odds, k) + l));
        LoopWide share = loop_wide_where((LoopWideMask)(total > 0), loop_wide_of(1.0) / total);
        for (size_t k = 0; k < channels; k++)
            loop_wide_put(row(odds, k) + l, loop_wide_where(opened(open, k, l), loop_wide(row(odds, k) + l) * share));
    }
}

/* The passes are there twice, so that the one where all channels are open asks nobody. */
static void softmax(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    if (c->open.at) {
        softmax_top(c, c->open);
        softmax_powers(c);
        softmax_shares(c, c->open);
    } else {
        softmax_top(c, (Rows){0});
        softmax_powers(c);
        softmax_shares(c, (Rows){0});
    }
}

/* at = the largest drive among the channels that are open, sum = how many have it, count = how many are open. For the vectors of lanes
   from `first` up to `end`. */
static inline void best_top(const Choices *c, Rows open, size_t first, size_t end)
{
    for (size_t l = first; l < end; l += LOOP_WIDE) {
        LoopWide top = {0}, ties = {0}, count = {0}, one = loop_wide_of(1.0);
        for (size_t k = 0; k < c->channels; k++) {
            LoopWide x = loop_wide(row(c->drive, k) + l);
            LoopWideMask now = opened(open, k, l), higher = now & ((LoopWideMask)(count == 0) | (LoopWideMask)(x > top));
            top = loop_wide_select(higher, x, top);
            ties = loop_wide_where(~higher, ties) + loop_wide_where(now & (LoopWideMask)(x == top), one);
            count += loop_wide_where(now, one);
        }
        loop_wide_put(c->top + l, top);
        loop_wide_put(c->sum + l, ties);
        loop_wide_put(c->count + l, count);
    }
}

/* share[l] of the probability goes evenly to the best, the rest evenly to all proposed. */
static inline void best_odds(const Choices *c, Rows open, const LoopReal *share, size_t first, size_t end)
{
    for (size_t l = first; l < end; l += LOOP_WIDE) {
        LoopWide top = loop_wide(c->top + l), part = loop_wide(share + l);
        LoopWide even = (loop_wide_of(1.0) - part) / loop_wide(c->count + l), more = part / loop_wide(c->sum + l);
        for (size_t k = 0; k < c->channels; k++) {
            LoopWide x = loop_wide(row(c->drive, k) + l), all = even + loop_wide_where((LoopWideMask)(x == top), more);
            loop_wide_put(row(c->odds, k) + l, loop_wide_where(opened(open, k, l), all));
        }
    }
}

static void best(const Choices *c, const LoopReal *share, size_t first, size_t end)
{
    if (c->open.at) {
        best_top(c, c->open, first, end);
        best_odds(c, c->open, share, first, end);
    } else {
        best_top(c, (Rows){0}, first, end);
        best_odds(c, (Rows){0}, share, first, end);
    }
}

static void greedy(const Choices *c)
{
    set(c->at, c->width, 1.0);
    best(c, c->at, 0, c->width);
}

static void epsilon(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t l = 0; l < c->n; l++)
        c->at[l] = 1.0 - c->at[l];
    best(c, c->at, 0, c->width);
}

static void add_noise(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    loop_rng_normal(c->odds.at, c->channels, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, LOOP_DRAW_CHANNEL);
    for (size_t k = 0; k < c->channels; k++) { /* the noise has no room behind its lanes */
        LoopReal *restrict drive = row(c->drive, k);
        const LoopReal *restrict noise = c->odds.at + k * c->n;
        for (size_t l = 0; l < c->n; l++)
            drive[l] += c->at[l] * noise[l];
    }
}

static void bar_below(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++)
            row(c->odds, k)[l] = row(c->drive, k)[l] > c->at[l] ? row(c->odds, k)[l] : 0;
}

static void independent(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++) {
            LoopReal chance = loop_sigmoid(c->at[l] * row(c->drive, k)[l]);
            row(c->odds, k)[l] = !c->open.at || row(c->open, k)[l] > 0 ? chance : 0;
        }
}

/* A noisy choice draws its noise here. */
static void weigh(const Choices *c)
{
    switch (c->loop->selection) {
    case LOOP_SELECT_SOFTMAX:
        softmax(c);
        return;
    case LOOP_SELECT_GREEDY:
        greedy(c);
        return;
    case LOOP_SELECT_EPSILON:
        epsilon(c);
        return;
    case LOOP_SELECT_NOISY:
        add_noise(c);
        greedy(c);
        return;
    case LOOP_SELECT_THRESHOLD:
        greedy(c);
        bar_below(c);
        return;
    case LOOP_SELECT_INDEPENDENT:
        independent(c);
        return;
    case LOOP_SELECTION_COUNT:
        return;
    }
}

/* ---- what is let through ---- */

static LoopReal lesioned(const Choices *c, size_t l)
{
    return loop_view(view(c, c->loop->lesion, &ZERO), 0, l);
}

static bool is_single(const Choices *c)
{
    return c->loop->selection != LOOP_SELECT_INDEPENDENT;
}

/* The brainstem forces channels in lane l: of those, the one with the largest override, or one of those that have it (each, where
   channels are independent). */
static void force(const Choices *c, LoopView by, size_t l)
{
    LoopReal top = 0, ties = 0;
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = loop_view(by, k, l);
        ties = x > top ? 1 : ties + (x == top && x > 0);
        top = x > top ? x : top;
    }
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = loop_view(by, k, l), share = is_single(c) ? 1.0 / ties : 1.0;
        row(c->odds, k)[l] = x > 0 && (!is_single(c) || x == top) ? share : 0;
    }
    c->chooses[l] = 1.0;
}

/* Where a choice is to be made, and where it is forced. */
static void decide(const Choices *c)
{
    spread(c->chooses, view(c, c->loop->when, &ONE), 0, c->n);
    if (c->loop->override != LOOP_NONE) {
        LoopView by = view(c, c->loop->override, &ZERO);
        for (size_t l = 0; l < c->n; l++) {
            bool forced = false;
            for (size_t k = 0; k < c->channels; k++)
                forced = forced || loop_view(by, k, l) > 0;
            if (forced && !(lesioned(c, l) > 0))
                force(c, by, l);
        }
    }
    for (size_t l = 0; c->loop->lesion != LOOP_NONE && l < c->n; l++)
        c->chooses[l] = lesioned(c, l) > 0 ? 0 : c->chooses[l];
}

/* at = the first channel at which the running sum of the odds passes u, the last one with odds where none does; -1 where no
   channel has odds, or no choice is made. */
static void sample(const Choices *c)
{
    const Rows odds = c->odds;
    const size_t channels = c->channels;
    const LoopReal *draw = loop_block_uniform(c->block, c->block->program->draw_count + c->index) + c->first;
    for (size_t l = 0; l < c->width; l += LOOP_WIDE) {
        LoopWide none = loop_wide_of(-1.0), at = none, reached = {0}, u = loop_wide(draw + l), k = {0}, one = loop_wide_of(1.0);
        for (size_t i = 0; i < channels; i++, k += one) {
            LoopWide x = loop_wide(row(odds, i) + l);
            LoopWideMask has = (LoopWideMask)(x > 0);
            at = loop_wide_select(has & (LoopWideMask)(u >= reached), k, at);
            reached += loop_wide_where(has, x);
        }
        loop_wide_put(c->at + l, loop_wide_select((LoopWideMask)(loop_wide(c->chooses + l) > 0), at, none));
    }
}

/* The one channel at which each lane has arrived: `taken` is its value, and chooses[l] > 0 where something was chosen. */
static void take(const Choices *c)
{
    const LoopView value = c->value;
    const size_t channels = c->channels, n = c->n;
    LoopReal *taken = row_of(c, c->loop->taken, 0);
    for (size_t l = 0; l < n; l += LOOP_WIDE) {
        LoopWide at = loop_wide(c->at + l), sum = {0}, one = loop_wide_of(1.0), k = {0};
        for (size_t i = 0; i < channels; i++, k += one) {
            const LoopReal *of = value.at + i * value.step;
            sum += loop_wide_where((LoopWideMask)(at == k), value.lane ? loop_wide(of + l) : loop_wide_of(*of));
        }
        loop_wide_put_some(taken + l, sum, n - l);
        loop_wide_put(c->chooses + l, loop_wide_where((LoopWideMask)(at >= 0), one));
    }
}

/* 1 for the channel that each lane has arrived at, less `odds` of what chance it had, where it has arrived at one. */
static inline void put_choice(const Choices *c, uint32_t reg, Rows odds)
{
    const Rows rows = {row_of(c, reg, 0), c->block->lanes};
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l += LOOP_WIDE) {
            LoopWide at = loop_wide(c->at + l), x = loop_wide_where((LoopWideMask)(at == (LoopReal)k), loop_wide_of(1.0));
            if (odds.at)
                x = loop_wide_where((LoopWideMask)(at >= 0), x - loop_wide(row(odds, k) + l));
            loop_wide_put_some(row(rows, k) + l, x, c->n - l);
        }
}

static void one_through(const Choices *c)
{
    sample(c);
    take(c);
    if (c->loop->choice != LOOP_NONE)
        put_choice(c, c->loop->choice, (Rows){0});
    if (c->loop->policy != LOOP_NONE)
        put_choice(c, c->loop->policy, c->odds);
}

/* The same where each channel is by itself. */
static void each_through(const Choices *c)
{
    LoopReal *restrict taken = row_of(c, c->loop->taken, 0), *restrict value = c->top;
    const LoopReal *restrict u = c->u, *restrict chooses = c->chooses;
    set(taken, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict choice = row_of(c, c->loop->choice, k);
        const LoopReal *restrict odds = row(c->odds, k);
        loop_rng_uniform(c->u, 1, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, (uint32_t)(LOOP_DRAW_CHANNEL + k));
        spread(value, c->value, k, c->n);
        for (size_t l = 0; l < c->n; l++) {
            choice[l] = ((chooses[l] > 0) & (u[l] < odds[l])) ? 1.0 : 0.0;
            taken[l] += choice[l] > 0 ? value[l] : 0;
        }
        LoopReal *restrict policy = c->loop->policy == LOOP_NONE ? NULL : row_of(c, c->loop->policy, k);
        for (size_t l = 0; policy && l < c->n; l++)
            policy[l] = chooses[l] > 0 ? choice[l] - odds[l] : 0;
    }
}

static void let_through(const Choices *c)
{
    if (is_single(c))
        one_through(c);
    else
        each_through(c);
    for (size_t k = 0; c->loop->probability != LOOP_NONE && k < c->channels; k++)
        if (row(c->odds, k) != row_of(c, c->loop->probability, k))
            memcpy(row_of(c, c->loop->probability, k), row(c->odds, k), c->n * sizeof(LoopReal));
}

/* Where no lane is to choose and nobody asks for probabilities there is nothing to weigh. */
static bool nothing_due(const Choices *c)
{
    const LoopLoop *loop = c->loop;
    if (loop->probability != LOOP_NONE || loop->override != LOOP_NONE || loop->when == LOOP_NONE)
        return false;
    LoopView when = view(c, loop->when, &ONE);
    bool due = false;
    for (size_t l = 0; l < (when.lane ? c->n : 1); l++)
        due |= when.at[l] > 0;
    return !due;
}

static void let_nothing_through(const Choices *c)
{
    set(row_of(c, c->loop->taken, 0), c->n, 0);
    set(c->chooses, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        if (c->loop->choice != LOOP_NONE)
            set(row_of(c, c->loop->choice, k), c->n, 0);
        if (c->loop->policy != LOOP_NONE)
            set(row_of(c, c->loop->policy, k), c->n, 0);
    }
}

/* What stays until the next choice: which it was, and its value. */
static void hold(const Choices *c)
{
    const LoopLoop *loop = c->loop;
    LoopReal *restrict held = row_of(c, loop->held_taken, 0), *restrict chose = row_of(c, loop->chose, 0);
    LoopReal *restrict expected = row_of(c, loop->expected, 0);
    const LoopReal *restrict taken = row_of(c, loop->taken, 0), *restrict chooses = c->chooses;
    for (size_t l = 0; l < c->n; l++) {
        bool any = chooses[l] > 0;
        expected[l] = held[l];
        chose[l] = any ? 1.0 : 0.0;
        held[l] = any ? taken[l] : held[l];
    }
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++) {
        LoopReal *restrict act = row_of(c, loop->act, k);
        const LoopReal *restrict now = is_single(c) ? c->at : row_of(c, loop->choice, k);
        for (size_t l = 0; l < c->n; l++)
            act[l] = chooses[l] > 0 ? now[l] : act[l];
    }
}

/* A lesioned loop takes nothing, and forgets what it took. */
static void silence(const Choices *c, size_t l)
{
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++)
        row_of(c, c->loop->act, k)[l] = is_single(c) ? -1.0 : 0.0;
    row_of(c, c->loop->held_taken, 0)[l] = 0;
}

static void choose(const Choices *c)
{
    if (nothing_due(c))
        let_nothing_through(c);
    else {
        drives(c);
        weigh(c);
        decide(c);
        let_through(c);
    }
    hold(c);
    for (size_t l = 0; c->loop->lesion != LOOP_NONE && l < c->n; l++)
        if (lesioned(c, l) > 0)
            silence(c, l);
}

void loop_kernel_choose(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    for (size_t first = 0; first < block->lanes; first += TOGETHER) {
        size_t left = block->lanes - first;
        Choices c = begin(block, loop, index, first, left < TOGETHER ? left : TOGETHER);
        choose(&c);
    }
}
