/* Ways of selecting: how likely each channel of a loop that chooses is taken. A row of selection.def is a function here. Channels are
   taken one after another and lanes some vectors at a time, from `l` on, with selections in place of branches, so that it becomes
   vector code. Odds are those of these lanes alone, so that they stay in the first cache until one is taken. */
#ifndef LOOP_SELECTIONS_H
#define LOOP_SELECTIONS_H

#include "runtime/vm/choices.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/softmax.h"

/* Whether channel `k` is open, in a vector of lanes from `l` on. */
static inline LoopWideMask opened(LoopRows open, size_t k, size_t l)
{
    return open.at ? loop_wide_above(loop_wide(loop_row(open, k) + l), (LoopWide){0}) : loop_wide_everywhere();
}

/* Powers of 2 of parameter, in units of log2(e), times drive; `unit` makes shares of them. */
LOOP_INLINE void softmax(const LoopChoices *c, LoopRows open, LoopRows odds, LoopWide *unit, size_t l, size_t vectors)
{
    const LoopRows drive = {c->drive.at + l, c->drive.pitch};
    const size_t channels = c->channels;
    LoopWide parameter[LOOP_STRIP], top[LOOP_STRIP], sum[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++) {
        parameter[i] = loop_wide(c->at + l + i * LOOP_WIDE) * (LoopReal)LOOP_LOG2_E;
        top[i] = loop_wide_of((LoopReal)-LOOP_INF);
        sum[i] = (LoopWide){0};
    }
    for (size_t k = 0; k < channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = parameter[i] * loop_wide(loop_row(drive, k) + i * LOOP_WIDE);
            top[i] = loop_wide_select(opened(open, k, l + i * LOOP_WIDE), loop_wide_larger(x, top[i]), top[i]);
        }
    for (size_t k = 0; k < channels; k++)
        for (size_t i = 0; i < vectors; i++) { /* of channels that are closed it makes anything */
            LoopWide x = loop_power(parameter[i] * loop_wide(loop_row(drive, k) + i * LOOP_WIDE) - top[i]);
            x = loop_wide_where(opened(open, k, l + i * LOOP_WIDE), x);
            loop_wide_put(loop_row(odds, k) + i * LOOP_WIDE, x);
            sum[i] += x;
        }
    for (size_t i = 0; i < vectors; i++)
        unit[i] = loop_wide_where(loop_wide_above(sum[i], (LoopWide){0}), loop_wide_of(1.0) / sum[i]);
}

/* `share` of the probability goes evenly to those open channels that have the largest drive, the rest evenly to all that are open. */
LOOP_INLINE void best(const LoopChoices *c, LoopRows open, LoopRows odds, const LoopWide *share, size_t l, size_t vectors)
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
        even[i] = (one - share[i]) / count[i];
        more[i] = share[i] / ties[i];
    }
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = loop_wide(loop_row(c->drive, k) + l + i * LOOP_WIDE);
            LoopWide all = even[i] + loop_wide_where(loop_wide_equal(x, top[i]), more[i]);
            loop_wide_put(loop_row(odds, k) + i * LOOP_WIDE, loop_wide_where(opened(open, k, l + i * LOOP_WIDE), all));
        }
}

/* All to the best. */
LOOP_INLINE void greedy(const LoopChoices *c, LoopRows open, LoopRows odds, size_t l, size_t vectors)
{
    LoopWide share[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        share[i] = loop_wide_of(1.0);
    best(c, open, odds, share, l, vectors);
}

/* All but the parameter. */
LOOP_INLINE void epsilon(const LoopChoices *c, LoopRows open, LoopRows odds, size_t l, size_t vectors)
{
    LoopWide share[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        share[i] = loop_wide_of(1.0) - loop_wide(c->at + l + i * LOOP_WIDE);
    best(c, open, odds, share, l, vectors);
}

/* All to the best of those above the parameter. */
LOOP_INLINE void threshold(const LoopChoices *c, LoopRows open, LoopRows odds, size_t l, size_t vectors)
{
    greedy(c, open, odds, l, vectors);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            size_t lane = l + i * LOOP_WIDE;
            LoopReal *at = loop_row(odds, k) + i * LOOP_WIDE;
            LoopWideMask above = loop_wide_above(loop_wide(loop_row(c->drive, k) + lane), loop_wide(c->at + lane));
            loop_wide_put(at, loop_wide_where(above, loop_wide(at)));
        }
}

/* at = the parameter of the selection. */
static inline void loop_choices_parameter(const LoopChoices *c)
{
    loop_row_spread(c->at, c->parameter, 0, c->n);
}

/* Adds the noise of a noisy choice to the drives; `at` and odds are scratch for it. */
static inline void loop_choices_noise(const LoopChoices *c)
{
    if (c->loop->selection != LOOP_SELECT_NOISY)
        return;
    loop_choices_parameter(c);
    loop_rng_normal(c->odds.at, c->channels, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, LOOP_DRAW_CHANNEL);
    for (size_t k = 0; k < c->channels; k++) { /* the noise has no room behind its lanes */
        LoopReal *restrict drive = loop_row(c->drive, k);
        const LoopReal *restrict noise = c->odds.at + k * c->n;
        for (size_t l = 0; l < c->n; l++)
            drive[l] += c->at[l] * noise[l];
    }
}

/* c->odds = how likely each channel is taken, where each is by itself: for all lanes. */
static inline void loop_choices_independent(const LoopChoices *c)
{
    loop_choices_parameter(c);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++) {
            LoopReal chance = loop_sigmoid(c->at[l] * loop_row(c->drive, k)[l]);
            loop_row(c->odds, k)[l] = !c->open.at || loop_row(c->open, k)[l] > 0 ? chance : 0;
        }
}

LOOP_INLINE void loop_choices_weigh_open(const LoopChoices *c, LoopRows open, LoopRows odds, LoopWide *unit, size_t l, size_t vectors)
{
    switch (c->loop->selection) {
    case LOOP_SELECT_SOFTMAX:
        softmax(c, open, odds, unit, l, vectors);
        return;
    case LOOP_SELECT_GREEDY:
    case LOOP_SELECT_NOISY:
        greedy(c, open, odds, l, vectors);
        return;
    case LOOP_SELECT_EPSILON:
        epsilon(c, open, odds, l, vectors);
        return;
    case LOOP_SELECT_THRESHOLD:
        threshold(c, open, odds, l, vectors);
        return;
    case LOOP_SELECT_INDEPENDENT:
    case LOOP_SELECTION_COUNT:
        return;
    }
}

/* odds = how likely each channel is taken, where one is, if it is left to itself: of some vectors of lanes from `l` on, with which the
   rows of `odds` begin. All are yet to be multiplied by `unit`, which is 1 ahead of that, and whoever reads them does so on the way. c->at has the
   parameter. There twice over, so that where all channels are open nobody is asked. */
LOOP_INLINE void loop_choices_weigh(const LoopChoices *c, LoopRows odds, LoopWide *unit, size_t l, size_t vectors)
{
    if (c->open.at)
        loop_choices_weigh_open(c, c->open, odds, unit, l, vectors);
    else
        loop_choices_weigh_open(c, (LoopRows){0}, odds, unit, l, vectors);
}

#endif
