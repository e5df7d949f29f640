/* Thalamus of the loops that choose: one channel is let through, or each by itself. Lanes are taken some at a time, so that all
   channels of theirs stay in the first cache. */
#include "runtime/vm/selections.h"

#include "runtime/contract/real_math.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

enum { TOGETHER = 256 }; /* lanes: fewer would be nearer, but what each row costs outweighs it */

/* Rows of register `reg` from the first of the lanes on; a credit that changes places with traces is where those were. */
static LoopRows written(const LoopBlock *block, const LoopLoop *loop, size_t index, uint32_t reg, size_t first)
{
    if (reg == LOOP_NONE)
        return (LoopRows){0};
    LoopReal *at = loop->swaps_traces && reg == loop->credit ? block->calls[index].credit.at : loop_block_register(block, reg);
    return (LoopRows){at + first, block->lanes};
}

static LoopChoices begin(LoopBlock *block, const LoopLoop *loop, size_t index, size_t first, size_t n)
{
    LoopReal *scratch = block->state + block->layout->scratch;
    size_t width = (n + LOOP_WIDE - 1) / LOOP_WIDE * LOOP_WIDE, rows = loop->channels * width;
    LoopReal *single = scratch + 3 * rows;
    LoopChoices c = {.block = block, .loop = loop, .index = index, .keys = loop_block_loop_keys(block, index), .first = first, .n = n,
                     .width = width, .channels = loop->channels, .drive = {scratch, width}, .odds = {scratch + rows, width},
                     .choice = written(block, loop, index, loop->choice, first), .policy = written(block, loop, index, loop->policy, first),
                     .chooses = single, .u = single + width, .top = single + 2 * width, .at = single + 3 * width};
    c.keys.at += first * c.keys.step;
    if (block->late[index].by) {
        c.number = block->late[index].number + first;
        c.choice = (LoopRows){0};
    }
    c.value = loop_choices_view(&c, loop->value, &ZERO);
    c.parameter = loop_choices_view(&c, loop->selection_value, &ZERO);
    if (loop->bias == LOOP_NONE && c.value.lane && loop->selection != LOOP_SELECT_NOISY) /* which writes into it */
        c.drive = (LoopRows){c.value.at, c.value.step};
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

/* top = the largest override of each lane, 0 where the brainstem forces no channel. */
static void find_forced(const LoopChoices *c)
{
    const LoopView by = loop_choices_view(c, c->loop->override, &ZERO);
    LoopReal *restrict top = c->top;
    loop_row_set(top, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict x = by.at + k * by.step;
        if (by.lane)
            for (size_t l = 0; l < c->n; l++)
                top[l] = x[l] > top[l] ? x[l] : top[l];
        else
            for (size_t l = 0; l < c->n; l++)
                top[l] = x[0] > top[l] ? x[0] : top[l];
    }
    for (size_t l = 0; c->loop->lesion != LOOP_NONE && l < c->n; l++)
        top[l] = lesioned(c, l) > 0 ? 0 : top[l];
}

/* The odds of lane l, which is forced, at element `at` of each row: all for the channel with the largest override, or shared by those
   that have it; each for certain where channels are independent. */
static void force(const LoopChoices *c, LoopView by, LoopRows odds, size_t at, size_t l)
{
    LoopReal ties = 0;
    for (size_t k = 0; k < c->channels; k++)
        ties += loop_view(by, k, l) == c->top[l];
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = loop_view(by, k, l), share = is_single(c) ? 1.0 / ties : 1.0;
        loop_row(odds, k)[at] = x > 0 && (!is_single(c) || x == c->top[l]) ? share : 0;
    }
}

/* The same for those of lanes first .. end - 1 that are forced; the first has element 0. */
static void force_some(const LoopChoices *c, LoopRows odds, size_t first, size_t end)
{
    if (c->loop->override == LOOP_NONE)
        return;
    const LoopView by = loop_choices_view(c, c->loop->override, &ZERO);
    for (size_t l = first; l < end && l < c->n; l++)
        if (c->top[l] > 0)
            force(c, by, odds, l - first, l);
}

/* Where a choice is to be made: when it is time for it, and where it is forced. */
static void decide(const LoopChoices *c)
{
    loop_row_spread(c->chooses, loop_choices_view(c, c->loop->when, &ONE), 0, c->n);
    if (c->loop->override != LOOP_NONE) {
        find_forced(c);
        for (size_t l = 0; l < c->n; l++)
            c->chooses[l] = c->top[l] > 0 ? 1.0 : c->chooses[l];
    }
    for (size_t l = 0; c->loop->lesion != LOOP_NONE && l < c->n; l++)
        c->chooses[l] = lesioned(c, l) > 0 ? 0 : c->chooses[l];
}

/* A vector of lanes from `l` on has arrived at a channel with a value, or at -1. That it stays at where no choice is made; chooses[l] > 0
   where something is chosen. Where it is then. taken, if not NULL: the values. */
static inline LoopWide arrive(const LoopChoices *c, LoopReal *taken, size_t l, LoopWide at, LoopWide value)
{
    const LoopWide zero = {0};
    LoopReal *chooses = c->chooses + l;
    LoopWideMask any = loop_wide_above(loop_wide(chooses), zero) & loop_wide_not_below(at, zero);
    at = loop_wide_select(any, at, loop_wide_of(-1.0));
    loop_wide_put(c->at + l, at);
    if (taken)
        loop_wide_put_some(taken + l, loop_wide_where(any, value) + zero, c->n - l);
    loop_wide_put(chooses, loop_wide_where(any, loop_wide_of(1.0)));
    return at;
}

/* Where the running sum of the odds has not passed u: at = the last channel with odds, -1 where none has; value = its value, if `takes`. */
LOOP_INLINE void sample_last(const LoopChoices *c, LoopRows odds, const LoopWide *unit, size_t vectors, bool takes, size_t l,
                             const LoopWideMask *past, LoopWide *at, LoopWide *value)
{
    const LoopWide zero = {0}, one = loop_wide_of(1.0);
    LoopWide number = zero;
    for (size_t i = 0; i < vectors; i++) {
        at[i] = loop_wide_select(past[i], loop_wide_of(-1.0), at[i]);
        value[i] = loop_wide_select(past[i], zero, value[i]);
    }
    for (size_t k = 0; k < c->channels; k++, number += one)
        for (size_t i = 0; i < vectors; i++) {
            LoopWideMask has = past[i] & loop_wide_above(loop_wide(loop_row(odds, k) + i * LOOP_WIDE) * unit[i], zero);
            at[i] = loop_wide_select(has, number, at[i]);
            if (takes)
                value[i] = loop_wide_select(has, loop_choices_value(c, k, l + i * LOOP_WIDE), value[i]);
        }
}

/* at = the first channel at which the running sum of the odds passes u, counted as those at which it does not; the last one with odds where
   it never does, -1 where no channel has odds, or they are no numbers. value = its value, if `takes`, a constant. */
LOOP_INLINE void sample(const LoopChoices *c, LoopRows odds, const LoopWide *unit, const LoopReal *draw, size_t vectors, bool takes, size_t l,
                        LoopWide *at, LoopWide *value)
{
    const LoopWide zero = {0}, one = loop_wide_of(1.0);
    const size_t channels = c->channels;
    LoopWide reached[LOOP_STRIP], u[LOOP_STRIP];
    LoopWideMask past[LOOP_STRIP], some = loop_wide_nowhere();
    for (size_t i = 0; i < vectors; i++) {
        at[i] = reached[i] = value[i] = zero;
        u[i] = loop_wide(draw + l + i * LOOP_WIDE);
        past[i] = loop_wide_everywhere();
    }
    for (size_t k = 0; k < channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            if (takes)
                value[i] = loop_wide_select(past[i], loop_choices_value(c, k, l + i * LOOP_WIDE), value[i]);
            reached[i] += loop_wide(loop_row(odds, k) + i * LOOP_WIDE) * unit[i];
            past[i] = loop_wide_not_below(u[i], reached[i]);
            at[i] += loop_wide_where(past[i], one);
        }
    for (size_t i = 0; i < vectors; i++) {
        const size_t lane = l + i * LOOP_WIDE;
        past[i] |= loop_wide_different(reached[i], reached[i]);
        if (lane + LOOP_WIDE > c->n)
            past[i] &= loop_wide_not(loop_wide_from(c->n - lane));
        some |= past[i];
    }
    if (loop_wide_any(some)) /* nothing is open, or above a threshold; or what is rounded stays below 1 */
        sample_last(c, odds, unit, vectors, takes, l, past, at, value);
}

/* Vector `i` of `vectors` of lanes that begin at `row`, of which `left` are to be written. */
static inline void put(LoopReal *row, size_t i, size_t vectors, size_t left, LoopWide x)
{
    if (vectors == LOOP_STRIP) /* all of them are there */
        loop_wide_put(row + i * LOOP_WIDE, x);
    else
        loop_wide_put_some(row + i * LOOP_WIDE, x, left - i * LOOP_WIDE);
}

static inline LoopRows rows_from(LoopRows rows, size_t l)
{
    return (LoopRows){rows.at + l, rows.pitch};
}

/* 1 for the channel that each lane has arrived at. */
LOOP_INLINE void put_choice(const LoopChoices *c, size_t l, size_t vectors, const LoopWide *at)
{
    const LoopRows rows = rows_from(c->choice, l);
    const LoopWide one = loop_wide_of(1.0);
    const size_t channels = c->channels, left = c->n - l;
    LoopWide number = {0};
    for (size_t k = 0; k < channels; k++, number += one)
        for (size_t i = 0; i < vectors; i++)
            put(loop_row(rows, k), i, vectors, left, loop_wide_where(loop_wide_equal(at[i], number), one));
}

/* The same less `odds` of what chance it had, where a lane has arrived at one. */
LOOP_INLINE void put_policy(const LoopChoices *c, LoopRows odds, const LoopWide *unit, size_t l, size_t vectors, const LoopWide *at)
{
    const LoopRows rows = rows_from(c->policy, l);
    const LoopWide one = loop_wide_of(1.0);
    const size_t channels = c->channels, left = c->n - l;
    LoopWide number = {0};
    LoopWideMask any[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        any[i] = loop_wide_not_below(at[i], (LoopWide){0});
    for (size_t k = 0; k < channels; k++, number += one)
        for (size_t i = 0; i < vectors; i++) {
            LoopWide x = loop_wide_where(loop_wide_equal(at[i], number), one) - loop_wide(loop_row(odds, k) + i * LOOP_WIDE) * unit[i];
            put(loop_row(rows, k), i, vectors, left, loop_wide_where(any[i], x));
        }
}

LOOP_INLINE void put_odds(const LoopChoices *c, LoopRows odds, size_t l, size_t vectors)
{
    const LoopRows rows = {loop_choices_row(c, c->loop->probability, 0) + l, c->block->lanes};
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++)
            put(loop_row(rows, k), i, vectors, c->n - l, loop_wide(loop_row(odds, k) + i * LOOP_WIDE));
}

/* A number between 0 and 1 for each lane. */
static const LoopReal *drawn(const LoopChoices *c)
{
    return loop_block_uniform(c->block, c->block->program->draw_count + c->index) + c->first;
}

/* Multiplies the odds by their unit, where more is done with them than to take one. */
LOOP_INLINE void share_out(const LoopChoices *c, LoopRows odds, LoopWide *unit, size_t vectors)
{
    for (size_t k = 0; k < c->channels; k++)
        for (size_t i = 0; i < vectors; i++) {
            LoopReal *at = loop_row(odds, k) + i * LOOP_WIDE;
            loop_wide_put(at, loop_wide(at) * unit[i]);
        }
    for (size_t i = 0; i < vectors; i++)
        unit[i] = loop_wide_of(1.0);
}

LOOP_INLINE void weigh_and_sample(const LoopChoices *c, const LoopReal *draw, LoopRows odds, LoopWide *unit, size_t l, size_t vectors,
                                  LoopWide *at, LoopWide *value)
{
    draw = draw ? draw : drawn(c);
    loop_choices_weigh(c, odds, unit, l, vectors);
    if (c->loop->override != LOOP_NONE || c->loop->probability != LOOP_NONE)
        share_out(c, odds, unit, vectors);
    force_some(c, odds, l, l + vectors * LOOP_WIDE);
    if (c->loop->taken == LOOP_NONE)
        sample(c, odds, unit, draw, vectors, false, l, at, value);
    else
        sample(c, odds, unit, draw, vectors, true, l, at, value);
}

/* at = the channel with the largest drive, value = its value. Whether no lane has another with as large a drive, or one that is no
   number. */
LOOP_INLINE bool largest(const LoopChoices *c, size_t l, size_t vectors, LoopWide *at, LoopWide *value)
{
    const LoopWide one = loop_wide_of(1.0);
    LoopWide top[LOOP_STRIP], k = one;
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
    }
    return !loop_wide_any(some);
}

/* One channel is let through in some vectors of lanes from `l` on: weighed, taken and written down while its odds are near. `draw`
   has a number for each lane; NULL, as a constant: the largest drive is taken, and nobody sees odds, so that where it stands alone nothing has to be
   weighed or drawn. */
LOOP_INLINE void strip_through(const LoopChoices *c, const LoopReal *draw, LoopReal *taken, size_t l, size_t vectors)
{
    const LoopRows odds = {c->odds.at, vectors * LOOP_WIDE};
    LoopWide at[LOOP_STRIP], value[LOOP_STRIP], unit[LOOP_STRIP];
    for (size_t i = 0; i < vectors; i++)
        unit[i] = loop_wide_of(1.0);
    if (draw || !largest(c, l, vectors, at, value))
        weigh_and_sample(c, draw, odds, unit, l, vectors, at, value);
    for (size_t i = 0; i < vectors; i++)
        at[i] = arrive(c, taken, l + i * LOOP_WIDE, at[i], value[i]);
    if (c->choice.at)
        put_choice(c, l, vectors, at);
    if (c->policy.at)
        put_policy(c, odds, unit, l, vectors, at);
    if (c->loop->probability != LOOP_NONE)
        put_odds(c, odds, l, vectors);
}

static bool is_plain(const LoopChoices *c)
{
    const LoopLoop *loop = c->loop;
    return (loop->selection == LOOP_SELECT_GREEDY || loop->selection == LOOP_SELECT_NOISY) && !c->open.at && loop->probability == LOOP_NONE &&
           loop->override == LOOP_NONE && loop->policy == LOOP_NONE;
}

static void one_through(const LoopChoices *c)
{
    LoopReal *taken = loop_choices_row_or_none(c, c->loop->taken);
#define PLAIN(l, vectors) strip_through(c, NULL, taken, l, vectors)
#define BY_ODDS(l, vectors) strip_through(c, draw, taken, l, vectors)
    if (is_plain(c))
        LOOP_EACH_STRIP(c, PLAIN);
    else {
        const LoopReal *draw = drawn(c);
        loop_choices_parameter(c);
        LOOP_EACH_STRIP(c, BY_ODDS);
    }
#undef PLAIN
#undef BY_ODDS
}

/* The same where each channel is by itself. */
static void each_through(const LoopChoices *c)
{
    LoopReal *restrict taken = loop_choices_row_or_none(c, c->loop->taken), *restrict value = c->top;
    const LoopReal *u = c->u, *restrict chooses = c->chooses;
    loop_choices_independent(c);
    force_some(c, c->odds, 0, c->n);
    if (taken)
        loop_row_set(taken, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict choice = loop_row(c->choice, k);
        const LoopReal *restrict odds = loop_row(c->odds, k);
        loop_rng_uniform(c->u, 1, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, (uint32_t)(LOOP_DRAW_CHANNEL + k));
        loop_row_spread(value, c->value, k, c->n);
        for (size_t l = 0; l < c->n; l++)
            choice[l] = ((chooses[l] > 0) & (u[l] < odds[l])) ? 1.0 : 0.0;
        for (size_t l = 0; taken && l < c->n; l++)
            taken[l] += choice[l] > 0 ? value[l] : 0;
        LoopReal *restrict policy = c->policy.at ? loop_row(c->policy, k) : NULL;
        for (size_t l = 0; policy && l < c->n; l++)
            policy[l] = chooses[l] > 0 ? choice[l] - odds[l] : 0;
        if (c->loop->probability != LOOP_NONE)
            memcpy(loop_choices_row(c, c->loop->probability, k), odds, c->n * sizeof *odds);
    }
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
    LoopReal *taken = loop_choices_row_or_none(c, c->loop->taken);
    if (taken)
        loop_row_set(taken, c->n, 0);
    loop_row_set(c->chooses, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        if (c->choice.at)
            loop_row_set(loop_row(c->choice, k), c->n, 0);
        if (c->policy.at)
            loop_row_set(loop_row(c->policy, k), c->n, 0);
    }
}

/* Learning that may wait sees the choice as a number. */
static void number(const LoopChoices *c, bool nothing)
{
    LoopReal *restrict number = c->number;
    LoopReal most = -1.0;
    if (nothing)
        loop_row_set(number, c->n, -1.0);
    for (size_t l = 0; !nothing && l < c->n; l++) {
        number[l] = c->at[l];
        most = number[l] > most ? number[l] : most;
    }
    bool *chosen = &c->block->late[c->index].chosen;
    *chosen = (c->first && *chosen) || most >= 0;
}

/* What stays until the next choice: which it was, and its value. */
static void hold(const LoopChoices *c)
{
    const LoopLoop *loop = c->loop;
    LoopReal *restrict held = loop_choices_row_or_none(c, loop->held_taken), *restrict chose = loop_choices_row_or_none(c, loop->chose);
    LoopReal *restrict expected = loop_choices_row_or_none(c, loop->expected);
    const LoopReal *restrict taken = loop_choices_row_or_none(c, loop->taken), *restrict chooses = c->chooses;
    for (size_t l = 0; expected && l < c->n; l++)
        expected[l] = held[l];
    for (size_t l = 0; held && l < c->n; l++)
        held[l] = chooses[l] > 0 ? taken[l] : held[l];
    for (size_t l = 0; chose && l < c->n; l++)
        chose[l] = chooses[l] > 0 ? 1.0 : 0.0;
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++) {
        LoopReal *restrict act = loop_choices_row(c, loop->act, k);
        const LoopReal *restrict now = is_single(c) ? c->at : loop_row(c->choice, k);
        for (size_t l = 0; l < c->n; l++)
            act[l] = chooses[l] > 0 ? now[l] : act[l];
    }
}

/* A lesioned loop takes nothing, forgets what it took, and expects nothing of it. */
static void silence(const LoopChoices *c, size_t l)
{
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++)
        loop_choices_row(c, c->loop->act, k)[l] = is_single(c) ? -1.0 : 0.0;
    if (c->loop->held_taken != LOOP_NONE)
        loop_choices_row(c, c->loop->held_taken, 0)[l] = 0;
    if (c->loop->expected != LOOP_NONE)
        loop_choices_row(c, c->loop->expected, 0)[l] = 0;
}

static void choose(const LoopChoices *c)
{
    const bool nothing = nothing_due(c);
    if (nothing)
        let_nothing_through(c);
    else {
        drives(c);
        loop_choices_noise(c);
        decide(c);
        if (is_single(c))
            one_through(c);
        else
            each_through(c);
    }
    if (c->number)
        number(c, nothing);
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
