/* Thalamus of the loops that choose: one channel is let through, or each by itself. Lanes are taken some at a time, so that all
   channels of theirs stay in the first cache. */
#include "runtime/vm/choices.h"

#include "runtime/contract/real_math.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

enum { TOGETHER = 256 }; /* lanes: fewer would be nearer, but what each row costs outweighs it */

static LoopChoices begin(LoopBlock *block, const LoopLoop *loop, size_t index, size_t first, size_t n)
{
    LoopReal *scratch = block->state + block->layout->scratch;
    size_t width = (n + LOOP_WIDE - 1) / LOOP_WIDE * LOOP_WIDE, rows = loop->channels * width;
    LoopReal *single = scratch + 3 * rows;
    LoopChoices c = {.block = block, .loop = loop, .index = index, .keys = loop_block_loop_keys(block, index), .first = first, .n = n,
                     .width = width, .channels = loop->channels, .drive = {scratch, width}, .odds = {scratch + rows, width},
                     .chooses = single, .u = single + width, .top = single + 2 * width, .at = single + 3 * width};
    c.keys.at += first * c.keys.step;
    c.value = loop_choices_view(&c, loop->value, &ZERO);
    c.parameter = loop_choices_view(&c, loop->selection_value, &ZERO);
    bool noisy = loop->selection == LOOP_SELECT_NOISY; /* which writes into both */
    if (loop->bias == LOOP_NONE && c.value.lane && !noisy)
        c.drive = (LoopRows){c.value.at, c.value.step};
    if (loop->probability != LOOP_NONE && n == width && !noisy)
        c.odds = (LoopRows){loop_choices_row(&c, loop->probability, 0), block->lanes};
    if (loop->propose != LOOP_NONE)
        c.open = (LoopRows){scratch + 2 * rows, width};
    return c;
}

/* row = value + bias of channel `k` */
static void drive(const LoopChoices *c, LoopReal *restrict row, LoopView bias, size_t k)
{
    const LoopReal *restrict value = c->value.at + k * c->value.step, *restrict more = bias.at + k * bias.step;
    if (c->value.lane && bias.lane) {
        for (size_t l = 0; l < c->n; l++)
            row[l] = value[l] + more[l];
        return;
    }
    loop_row_spread(row, c->value, k, c->n);
    for (size_t l = 0; c->loop->bias != LOOP_NONE && l < c->n; l++)
        row[l] += more[l * bias.lane];
}

static void drives(const LoopChoices *c)
{
    LoopView bias = loop_choices_view(c, c->loop->bias, &ZERO), propose = loop_choices_view(c, c->loop->propose, &ONE);
    for (size_t k = 0; c->drive.at != c->value.at && k < c->channels; k++)
        drive(c, loop_row(c->drive, k), bias, k);
    for (size_t k = 0; c->open.at && k < c->channels; k++)
        loop_row_spread(loop_row(c->open, k), propose, k, c->n);
}

static LoopReal lesioned(const LoopChoices *c, size_t l)
{
    return loop_view(loop_choices_view(c, c->loop->lesion, &ZERO), 0, l);
}

static bool is_single(const LoopChoices *c)
{
    return c->loop->selection != LOOP_SELECT_INDEPENDENT;
}

/* The brainstem forces channels in lane l: of those, the one with the largest override, or one of those that have it (each, where
   channels are independent). */
static void force(const LoopChoices *c, LoopView by, size_t l)
{
    LoopReal top = 0, ties = 0;
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = loop_view(by, k, l);
        ties = x > top ? 1 : ties + (x == top && x > 0);
        top = x > top ? x : top;
    }
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = loop_view(by, k, l), share = is_single(c) ? 1.0 / ties : 1.0;
        loop_row(c->odds, k)[l] = x > 0 && (!is_single(c) || x == top) ? share : 0;
    }
    c->chooses[l] = 1.0;
}

/* Where a choice is to be made, and where it is forced. */
static void decide(const LoopChoices *c)
{
    loop_row_spread(c->chooses, loop_choices_view(c, c->loop->when, &ONE), 0, c->n);
    if (c->loop->override != LOOP_NONE) {
        LoopView by = loop_choices_view(c, c->loop->override, &ZERO);
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

/* A vector of lanes from `l` on has arrived at a channel with a value, or at -1. That it stays at where no choice is made; chooses[l] > 0
   where something is chosen. */
static inline void arrive(const LoopChoices *c, LoopReal *taken, size_t l, LoopWide at, LoopWide value)
{
    const LoopWide zero = {0};
    LoopReal *chooses = c->chooses + l;
    LoopWideMask any = loop_wide_above(loop_wide(chooses), zero) & loop_wide_not_below(at, zero);
    loop_wide_put(c->at + l, loop_wide_select(any, at, loop_wide_of(-1.0)));
    loop_wide_put_some(taken + l, loop_wide_where(any, value) + zero, c->n - l);
    loop_wide_put(chooses, loop_wide_where(any, loop_wide_of(1.0)));
}

/* Some vectors of lanes from `l` on: the first channel at which the running sum of the odds passes u, the last one with odds where none
   does; -1 where no channel has odds. */
LOOP_INLINE void sample(const LoopChoices *c, const LoopReal *draw, LoopReal *taken, size_t l, size_t vectors)
{
    const LoopWide zero = {0}, one = loop_wide_of(1.0);
    LoopWide at[LOOP_STRIP], reached[LOOP_STRIP], u[LOOP_STRIP], value[LOOP_STRIP], k = zero;
    for (size_t i = 0; i < vectors; i++) {
        at[i] = loop_wide_of(-1.0);
        reached[i] = value[i] = zero;
        u[i] = loop_wide(draw + l + i * LOOP_WIDE);
    }
    for (size_t channel = 0; channel < c->channels; channel++, k += one) {
        const LoopReal *odds = loop_row(c->odds, channel) + l;
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = loop_wide(odds + i * LOOP_WIDE);
            LoopWideMask has = loop_wide_above(x, zero), here = has & loop_wide_not_below(u[i], reached[i]);
            at[i] = loop_wide_select(here, k, at[i]);
            value[i] = loop_wide_select(here, loop_choices_value(c, channel, l + i * LOOP_WIDE), value[i]);
            reached[i] += loop_wide_where(has, x);
        }
    }
    for (size_t i = 0; i < vectors; i++)
        arrive(c, taken, l + i * LOOP_WIDE, at[i], value[i]);
}

/* 1 for the channel that each lane has arrived at, less `odds` of what chance it had, where it has arrived at one. */
static inline void put_choice(const LoopChoices *c, uint32_t reg, LoopRows odds)
{
    const LoopRows rows = {loop_choices_row(c, reg, 0), c->block->lanes};
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l += LOOP_WIDE) {
            LoopWide at = loop_wide(c->at + l), x = loop_wide_where(loop_wide_equal(at, loop_wide_of((LoopReal)k)), loop_wide_of(1.0));
            if (odds.at)
                x = loop_wide_where(loop_wide_not_below(at, (LoopWide){0}), x - loop_wide(loop_row(odds, k) + l));
            loop_wide_put_some(loop_row(rows, k) + l, x, c->n - l);
        }
}

static void one_through(const LoopChoices *c)
{
    const LoopReal *draw = loop_block_uniform(c->block, c->block->program->draw_count + c->index) + c->first;
    LoopReal *taken = loop_choices_row(c, c->loop->taken, 0);
#define SAMPLE(l, vectors) sample(c, draw, taken, l, vectors)
    LOOP_EACH_STRIP(c, SAMPLE);
#undef SAMPLE
    if (c->loop->choice != LOOP_NONE)
        put_choice(c, c->loop->choice, (LoopRows){0});
    if (c->loop->policy != LOOP_NONE)
        put_choice(c, c->loop->policy, c->odds);
}

/* The same where each channel is by itself. */
static void each_through(const LoopChoices *c)
{
    LoopReal *restrict taken = loop_choices_row(c, c->loop->taken, 0), *restrict value = c->top;
    const LoopReal *restrict u = c->u, *restrict chooses = c->chooses;
    loop_row_set(taken, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict choice = loop_choices_row(c, c->loop->choice, k);
        const LoopReal *restrict odds = loop_row(c->odds, k);
        loop_rng_uniform(c->u, 1, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, (uint32_t)(LOOP_DRAW_CHANNEL + k));
        loop_row_spread(value, c->value, k, c->n);
        for (size_t l = 0; l < c->n; l++) {
            choice[l] = ((chooses[l] > 0) & (u[l] < odds[l])) ? 1.0 : 0.0;
            taken[l] += choice[l] > 0 ? value[l] : 0;
        }
        LoopReal *restrict policy = c->loop->policy == LOOP_NONE ? NULL : loop_choices_row(c, c->loop->policy, k);
        for (size_t l = 0; policy && l < c->n; l++)
            policy[l] = chooses[l] > 0 ? choice[l] - odds[l] : 0;
    }
}

/* The same where each lane has a largest drive: nothing has to be drawn. */
static void largest_through(const LoopChoices *c)
{
    LoopReal *taken = loop_choices_row(c, c->loop->taken, 0);
    for (size_t l = 0; l < c->width; l += LOOP_WIDE)
        arrive(c, taken, l, loop_wide(c->at + l), loop_wide(c->top + l));
    if (c->loop->choice != LOOP_NONE)
        put_choice(c, c->loop->choice, (LoopRows){0});
}

static void let_through(const LoopChoices *c)
{
    if (is_single(c))
        one_through(c);
    else
        each_through(c);
    for (size_t k = 0; c->loop->probability != LOOP_NONE && k < c->channels; k++)
        if (loop_row(c->odds, k) != loop_choices_row(c, c->loop->probability, k))
            memcpy(loop_choices_row(c, c->loop->probability, k), loop_row(c->odds, k), c->n * sizeof(LoopReal));
}

/* Whether nobody sees more of a choice than what it was. */
static bool nobody_asks(const LoopChoices *c)
{
    return c->loop->probability == LOOP_NONE && c->loop->override == LOOP_NONE && c->loop->policy == LOOP_NONE;
}

/* Where no lane is to choose there is nothing to weigh. */
static bool nothing_due(const LoopChoices *c)
{
    const LoopLoop *loop = c->loop;
    if (loop->probability != LOOP_NONE || loop->override != LOOP_NONE || loop->when == LOOP_NONE)
        return false;
    LoopView when = loop_choices_view(c, loop->when, &ONE);
    bool due = false;
    for (size_t l = 0; l < (when.lane ? c->n : 1); l++)
        due |= when.at[l] > 0;
    return !due;
}

static void let_nothing_through(const LoopChoices *c)
{
    loop_row_set(loop_choices_row(c, c->loop->taken, 0), c->n, 0);
    loop_row_set(c->chooses, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        if (c->loop->choice != LOOP_NONE)
            loop_row_set(loop_choices_row(c, c->loop->choice, k), c->n, 0);
        if (c->loop->policy != LOOP_NONE)
            loop_row_set(loop_choices_row(c, c->loop->policy, k), c->n, 0);
    }
}

/* What stays until the next choice: which it was, and its value. */
static void hold(const LoopChoices *c)
{
    const LoopLoop *loop = c->loop;
    LoopReal *restrict held = loop_choices_row(c, loop->held_taken, 0), *restrict chose = loop_choices_row(c, loop->chose, 0);
    LoopReal *restrict expected = loop_choices_row(c, loop->expected, 0);
    const LoopReal *restrict taken = loop_choices_row(c, loop->taken, 0), *restrict chooses = c->chooses;
    for (size_t l = 0; l < c->n; l++) {
        bool any = chooses[l] > 0;
        expected[l] = held[l];
        chose[l] = any ? 1.0 : 0.0;
        held[l] = any ? taken[l] : held[l];
    }
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++) {
        LoopReal *restrict act = loop_choices_row(c, loop->act, k);
        const LoopReal *restrict now = is_single(c) ? c->at : loop_choices_row(c, loop->choice, k);
        for (size_t l = 0; l < c->n; l++)
            act[l] = chooses[l] > 0 ? now[l] : act[l];
    }
}

/* A lesioned loop takes nothing, forgets what it took, and expects nothing of it. */
static void silence(const LoopChoices *c, size_t l)
{
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++)
        loop_choices_row(c, c->loop->act, k)[l] = is_single(c) ? -1.0 : 0.0;
    loop_choices_row(c, c->loop->held_taken, 0)[l] = 0;
    loop_choices_row(c, c->loop->expected, 0)[l] = 0;
}

static void choose(const LoopChoices *c)
{
    if (nothing_due(c))
        let_nothing_through(c);
    else {
        drives(c);
        loop_choices_noise(c);
        if (nobody_asks(c) && loop_choices_largest(c)) {
            decide(c);
            largest_through(c);
        } else {
            loop_choices_weigh(c);
            decide(c);
            let_through(c);
        }
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
        LoopChoices c = begin(block, loop, index, first, left < TOGETHER ? left : TOGETHER);
        choose(&c);
    }
}
