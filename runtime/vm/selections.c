/* Ways of selecting: how likely each channel of a loop that chooses is taken. A row of selection.def is a function here. Channels are
   taken one after another and lanes some vectors at a time, with selections in place of branches, so that it becomes vector code. */
#include "runtime/vm/choices.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/softmax.h"

/* Whether channel `k` is open, in a vector of lanes from `l` on. */
static inline LoopWideMask opened(LoopRows open, size_t k, size_t l)
{
    return open.at ? loop_wide_above(loop_wide(loop_row(open, k) + l), (LoopWide){0}) : loop_wide_everywhere();
}

/* Some vectors of lanes from `l` on: top = the largest of parameter, in powers of 2, times drive among the channels that are open. */
LOOP_INLINE void softmax_top(const LoopChoices *c, LoopRows open, size_t l, size_t vectors)
{
    LoopWide parameter[LOOP_STRIP], top[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++) {
        parameter[i] = loop_wide(c->at + l + i * LOOP_WIDE);
        top[i] = loop_wide_of((LoopReal)-LOOP_INF);
    }
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = parameter[i] * loop_wide(loop_row(c->drive, k) + l + i * LOOP_WIDE);
            top[i] = loop_wide_select(opened(open, k, l + i * LOOP_WIDE) & loop_wide_above(x, top[i]), x, top[i]);
        }
    for (size_t i = 0; i < vectors; i++)
        loop_wide_put(c->top + l + i * LOOP_WIDE, top[i]);
}

/* Of channels that are closed it makes anything. */
static void softmax_powers(const LoopChoices *c)
{
    const LoopReal *restrict top = c->top, *restrict parameter = c->at;
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = loop_row(c->drive, k);
        LoopReal *restrict odds = loop_row(c->odds, k);
        for (size_t l = 0; l < c->width; l++)
            odds[l] = loop_power(parameter[l] * drive[l] - top[l]);
    }
}

/* Powers to shares, of what is open. */
LOOP_INLINE void softmax_shares(const LoopChoices *c, LoopRows open, size_t l, size_t vectors)
{
    const LoopRows odds = c->odds;
    const size_t channels = c->channels;
    LoopWide share[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        share[i] = (LoopWide){0};
    for (size_t k = 0; k < channels; k++)
        for (size_t i = 0; i < vectors; i++)
            share[i] += loop_wide_where(opened(open, k, l + i * LOOP_WIDE), loop_wide(loop_row(odds, k) + l + i * LOOP_WIDE));
    for (size_t i = 0; i < vectors; i++)
        share[i] = loop_wide_where(loop_wide_above(share[i], (LoopWide){0}), loop_wide_of(1.0) / share[i]);
    for (size_t k = 0; k < channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopReal *at = loop_row(odds, k) + l + i * LOOP_WIDE;
            loop_wide_put(at, loop_wide_where(opened(open, k, l + i * LOOP_WIDE), loop_wide(at) * share[i]));
        }
}

LOOP_INLINE void softmax_of(const LoopChoices *c, LoopRows open)
{
#define TOP(l, vectors) softmax_top(c, open, l, vectors)
#define SHARES(l, vectors) softmax_shares(c, open, l, vectors)
    LOOP_EACH_STRIP(c, TOP);
    softmax_powers(c);
    LOOP_EACH_STRIP(c, SHARES);
#undef TOP
#undef SHARES
}

/* The passes are there twice, so that the one where all channels are open asks nobody. */
static void softmax(const LoopChoices *c)
{
    loop_row_spread(c->at, c->parameter, 0, c->n);
    for (size_t l = 0; l < c->n; l++)
        c->at[l] *= (LoopReal)LOOP_LOG2_E;
    if (c->open.at)
        softmax_of(c, c->open);
    else
        softmax_of(c, (LoopRows){0});
}

/* Some vectors of lanes from `l` on: at = the channel with the largest drive, top = its value. What is returned is not 0 where another
   has as large a drive, or where that is no number. */
LOOP_INLINE LoopWideMask largest(const LoopChoices *c, size_t l, size_t vectors)
{
    const LoopWide one = loop_wide_of(1.0);
    LoopWide top[LOOP_STRIP], at[LOOP_STRIP], value[LOOP_STRIP], k = one;
    LoopWideMask tied[LOOP_STRIP], some = loop_wide_nowhere();
    for (size_t i = 0; i < vectors; i++) {
        top[i] = loop_wide(loop_row(c->drive, 0) + l + i * LOOP_WIDE);
        value[i] = loop_choices_value(c, 0, l + i * LOOP_WIDE);
        at[i] = (LoopWide){0};
        tied[i] = loop_wide_different(top[i], top[i]);
    }
    for (size_t channel = 1; channel < c->channels; channel++, k += one)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = loop_wide(loop_row(c->drive, channel) + l + i * LOOP_WIDE);
            LoopWideMask higher = loop_wide_above(x, top[i]);
            tied[i] = (tied[i] | loop_wide_equal(x, top[i])) & loop_wide_not(higher);
            top[i] = loop_wide_select(higher, x, top[i]);
            at[i] = loop_wide_select(higher, k, at[i]);
            value[i] = loop_wide_select(higher, loop_choices_value(c, channel, l + i * LOOP_WIDE), value[i]);
        }
    for (size_t i = 0; i < vectors; i++) {
        const size_t lane = l + i * LOOP_WIDE;
        if (lane + LOOP_WIDE > c->n)
            tied[i] &= loop_wide_not(loop_wide_from(c->n - lane));
        some |= tied[i];
        loop_wide_put(c->at + lane, at[i]);
        loop_wide_put(c->top + lane, value[i]);
    }
    return some;
}

bool loop_choices_largest(const LoopChoices *c)
{
    const LoopLoop *loop = c->loop;
    LoopWideMask tied = loop_wide_nowhere();
    if ((loop->selection != LOOP_SELECT_GREEDY && loop->selection != LOOP_SELECT_NOISY) || c->open.at)
        return false;
#define LARGEST(l, vectors) tied |= largest(c, l, vectors)
    LOOP_EACH_STRIP(c, LARGEST);
#undef LARGEST
    return !loop_wide_any(tied);
}

/* Some vectors of lanes from `l` on: share[lane] of the probability goes evenly to those open channels that have the largest drive, the
   rest evenly to all that are open. */
LOOP_INLINE void best_odds(const LoopChoices *c, LoopRows open, const LoopReal *share, size_t l, size_t vectors)
{
    const LoopWide one = loop_wide_of(1.0), zero = {0};
    LoopWide top[LOOP_STRIP], ties[LOOP_STRIP], count[LOOP_STRIP], even[LOOP_STRIP], more[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        top[i] = ties[i] = count[i] = zero;
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = loop_wide(loop_row(c->drive, k) + l + i * LOOP_WIDE);
            LoopWideMask now = opened(open, k, l + i * LOOP_WIDE);
            LoopWideMask higher = now & (loop_wide_equal(count[i], zero) | loop_wide_above(x, top[i]));
            top[i] = loop_wide_select(higher, x, top[i]);
            ties[i] = loop_wide_where(loop_wide_not(higher), ties[i]) + loop_wide_where(now & loop_wide_equal(x, top[i]), one);
            count[i] += loop_wide_where(now, one);
        }
    for (size_t i = 0; i < vectors; i++) {
        LoopWide part = loop_wide(share + l + i * LOOP_WIDE);
        even[i] = (one - part) / count[i];
        more[i] = part / ties[i];
    }
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            size_t lane = l + i * LOOP_WIDE;
            LoopWide x = loop_wide(loop_row(c->drive, k) + lane), all = even[i] + loop_wide_where(loop_wide_equal(x, top[i]), more[i]);
            loop_wide_put(loop_row(c->odds, k) + lane, loop_wide_where(opened(open, k, lane), all));
        }
}

static void best(const LoopChoices *c, const LoopReal *share)
{
#define ALL_OPEN(l, vectors) best_odds(c, (LoopRows){0}, share, l, vectors)
#define SOME_OPEN(l, vectors) best_odds(c, c->open, share, l, vectors)
    if (c->open.at)
        LOOP_EACH_STRIP(c, SOME_OPEN);
    else
        LOOP_EACH_STRIP(c, ALL_OPEN);
#undef ALL_OPEN
#undef SOME_OPEN
}

static void greedy(const LoopChoices *c)
{
    loop_row_set(c->at, c->width, 1.0);
    best(c, c->at);
}

static void epsilon(const LoopChoices *c)
{
    loop_row_spread(c->at, c->parameter, 0, c->n);
    for (size_t l = 0; l < c->n; l++)
        c->at[l] = 1.0 - c->at[l];
    best(c, c->at);
}

void loop_choices_noise(const LoopChoices *c)
{
    if (c->loop->selection != LOOP_SELECT_NOISY)
        return;
    loop_row_spread(c->at, c->parameter, 0, c->n);
    loop_rng_normal(c->odds.at, c->channels, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, LOOP_DRAW_CHANNEL);
    for (size_t k = 0; k < c->channels; k++) { /* the noise has no room behind its lanes */
        LoopReal *restrict drive = loop_row(c->drive, k);
        const LoopReal *restrict noise = c->odds.at + k * c->n;
        for (size_t l = 0; l < c->n; l++)
            drive[l] += c->at[l] * noise[l];
    }
}

static void bar_below(const LoopChoices *c)
{
    loop_row_spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++)
            loop_row(c->odds, k)[l] = loop_row(c->drive, k)[l] > c->at[l] ? loop_row(c->odds, k)[l] : 0;
}

static void independent(const LoopChoices *c)
{
    loop_row_spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++) {
            LoopReal chance = loop_sigmoid(c->at[l] * loop_row(c->drive, k)[l]);
            loop_row(c->odds, k)[l] = !c->open.at || loop_row(c->open, k)[l] > 0 ? chance : 0;
        }
}

void loop_choices_weigh(const LoopChoices *c)
{
    switch (c->loop->selection) {
    case LOOP_SELECT_SOFTMAX:
        softmax(c);
        return;
    case LOOP_SELECT_GREEDY:
    case LOOP_SELECT_NOISY:
        greedy(c);
        return;
    case LOOP_SELECT_EPSILON:
        epsilon(c);
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
