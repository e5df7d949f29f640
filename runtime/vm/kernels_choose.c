/* Thalamus: what is let through. A choose loop picks one channel, or each by itself; a vary loop gives V and noise. Lanes are
   taken some at a time, so that all channels of theirs stay in the first cache, and channel by channel, with selections in
   place of branches, so that it becomes vector code. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"

#include <string.h>

static const LoopReal ONE = 1.0, ZERO = 0.0;

enum { TOGETHER = 64 }; /* lanes */

/* Ordinals of a loop's own draws within a step; what draws for each channel does so from DRAW_CHANNEL on. */
enum { DRAW_PICK, DRAW_EXPLORE, DRAW_CHANNEL };

/* The choices of a step, in lanes first .. first + n - 1. Rows of channels are [channels][n], the others [n]; all of it is
   scratch. */
typedef struct Choices {
    LoopBlock *block;
    const LoopLoop *loop;
    LoopRngKeys keys;
    size_t first, n, channels;
    LoopView parameter;
    LoopReal *drive, *odds; /* V + bias, probability */
    LoopReal *open;         /* > 0 where proposed; NULL: all are */
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
    size_t rows = loop->channels * n;
    Choices c = {.block = block, .loop = loop, .keys = loop_block_loop_keys(block, index), .first = first, .n = n,
                 .channels = loop->channels, .drive = scratch, .odds = scratch + rows, .chooses = scratch + 3 * rows,
                 .u = scratch + 3 * rows + n, .top = scratch + 3 * rows + 2 * n, .sum = scratch + 3 * rows + 3 * n,
                 .count = scratch + 3 * rows + 4 * n, .at = scratch + 3 * rows + 5 * n};
    c.keys.at += first * c.keys.step;
    c.parameter = view(&c, loop->selection_value, &ZERO);
    if (loop->propose != LOOP_NONE || loop->override != LOOP_NONE)
        c.open = scratch + 2 * rows;
    return c;
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
    LoopView value = view(c, c->loop->value, &ZERO), bias = view(c, c->loop->bias, &ZERO), propose = view(c, c->loop->propose, &ONE);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict drive = c->drive + k * c->n, *restrict row = c->u;
        spread(drive, value, k, c->n);
        if (c->loop->bias != LOOP_NONE) {
            spread(row, bias, k, c->n);
            for (size_t l = 0; l < c->n; l++)
                drive[l] += row[l];
        }
        if (c->open)
            spread(c->open + k * c->n, propose, k, c->n);
    }
}

/* Whether channel `k` is open in lane `l`. */
static inline bool is_open(const Choices *c, const LoopReal *open, size_t k, size_t l)
{
    return !open || open[k * c->n + l] > 0;
}

/* ---- how often each channel would be taken ---- */

/* drive = parameter times drive; top = the largest of them among the channels that are open, 0 where none is. */
static inline void softmax_top(const Choices *c, const LoopReal *open)
{
    LoopReal *restrict top = c->top, *restrict count = c->count;
    const LoopReal *restrict parameter = c->at;
    set(top, c->n, 0);
    set(count, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict drive = c->drive + k * c->n;
        for (size_t l = 0; l < c->n; l++) {
            LoopReal x = parameter[l] * drive[l];
            bool opened = is_open(c, open, k, l), higher = (count[l] == 0) | (x > top[l]);
            drive[l] = x;
            top[l] = (opened & higher) ? x : top[l];
            count[l] += opened ? 1.0 : 0.0;
        }
    }
}

static inline void softmax_of(const Choices *c, const LoopReal *open)
{
    LoopReal *restrict total = c->sum;
    const LoopReal *restrict top = c->top;
    softmax_top(c, open);
    set(total, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->n;
        LoopReal *restrict odds = c->odds + k * c->n;
        for (size_t l = 0; l < c->n; l++) {
            LoopReal e = loop_exp(drive[l] - top[l]);
            odds[l] = is_open(c, open, k, l) ? e : 0;
            total[l] += odds[l];
        }
    }
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict odds = c->odds + k * c->n;
        for (size_t l = 0; l < c->n; l++) {
            LoopReal share = odds[l] / total[l];
            odds[l] = total[l] > 0 ? share : odds[l];
        }
    }
}

static void softmax(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    if (c->open)
        softmax_of(c, c->open);
    else
        softmax_of(c, NULL);
}

/* top = the largest drive among the channels that are open, sum = how many have it, count = how many are open. For `n` lanes
   from `first` of these on. */
static inline void best_top(const Choices *c, const LoopReal *open, size_t first, size_t n)
{
    LoopReal *restrict top = c->top + first, *restrict ties = c->sum + first, *restrict count = c->count + first;
    set(top, n, 0);
    set(ties, n, 0);
    set(count, n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->n + first;
        for (size_t l = 0; l < n; l++) {
            bool opened = is_open(c, open, k, first + l), higher = opened & ((count[l] == 0) | (drive[l] > top[l]));
            top[l] = higher ? drive[l] : top[l];
            ties[l] = higher ? 0 : ties[l];
            ties[l] += (opened & (drive[l] == top[l])) ? 1.0 : 0.0;
            count[l] += opened ? 1.0 : 0.0;
        }
    }
}

/* share[l] of the probability goes evenly to the best, the rest evenly to all proposed. */
static inline void best_odds(const Choices *c, const LoopReal *open, const LoopReal *restrict share, size_t first, size_t n)
{
    LoopReal *restrict top = c->top + first, *restrict more = c->sum + first, *restrict even = c->count + first;
    for (size_t l = 0; l < n; l++) {
        even[l] = (1.0 - share[first + l]) / even[l];
        more[l] = share[first + l] / more[l];
    }
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->n + first;
        LoopReal *restrict odds = c->odds + k * c->n + first;
        for (size_t l = 0; l < n; l++) {
            LoopReal all = even[l] + (drive[l] == top[l] ? more[l] : 0);
            odds[l] = is_open(c, open, k, first + l) ? all : 0;
        }
    }
}

static void best(const Choices *c, const LoopReal *share, size_t first, size_t n)
{
    if (c->open) {
        best_top(c, c->open, first, n);
        best_odds(c, c->open, share, first, n);
    } else {
        best_top(c, NULL, first, n);
        best_odds(c, NULL, share, first, n);
    }
}

static void greedy(const Choices *c)
{
    set(c->at, c->n, 1.0);
    best(c, c->at, 0, c->n);
}

static void epsilon(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t l = 0; l < c->n; l++)
        c->at[l] = 1.0 - c->at[l];
    best(c, c->at, 0, c->n);
}

static void add_noise(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    loop_rng_normal(c->odds, c->channels, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, DRAW_CHANNEL);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict drive = c->drive + k * c->n;
        const LoopReal *restrict noise = c->odds + k * c->n;
        for (size_t l = 0; l < c->n; l++)
            drive[l] += c->at[l] * noise[l];
    }
}

static void bar_below(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++)
            c->odds[k * c->n + l] = c->drive[k * c->n + l] > c->at[l] ? c->odds[k * c->n + l] : 0;
}

static void independent(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->n);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->n; l++) {
            LoopReal chance = loop_sigmoid(c->at[l] * c->drive[k * c->n + l]);
            c->odds[k * c->n + l] = is_open(c, c->open, k, l) ? chance : 0;
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

/* The brainstem forces channels in lane l: of those, the one with the largest override (each, where channels are
   independent). */
static void force(const Choices *c, LoopView by, size_t l)
{
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *drive = &c->drive[k * c->n + l], *open = &c->open[k * c->n + l];
        *drive = *open = loop_view(by, k, l);
        c->odds[k * c->n + l] = *open > 0 ? 1.0 : 0.0;
    }
    c->at[l] = 1.0;
    if (is_single(c))
        best(c, c->at, l, 1);
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
    LoopReal *restrict at = c->at, *restrict reached = c->sum;
    const LoopReal *restrict u = c->u, *restrict chooses = c->chooses;
    loop_rng_uniform(c->u, 1, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, DRAW_PICK);
    set(at, c->n, -1.0);
    set(reached, c->n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict odds = c->odds + k * c->n;
        for (size_t l = 0; l < c->n; l++) {
            bool passed = u[l] < reached[l], goes_on = (odds[l] > 0) & !passed & (chooses[l] > 0);
            at[l] = goes_on ? (LoopReal)k : at[l];
            reached[l] += goes_on ? odds[l] : 0;
        }
    }
}

/* choice = 1 where channel k is let through, else 0 */
static void channel_through(const Choices *c, size_t k, LoopReal *restrict choice)
{
    const LoopReal *restrict at = c->at, *restrict u = c->u, *restrict odds = c->odds + k * c->n, *restrict chooses = c->chooses;
    if (is_single(c)) {
        for (size_t l = 0; l < c->n; l++)
            choice[l] = at[l] == (LoopReal)k ? 1.0 : 0.0;
        return;
    }
    loop_rng_uniform(c->u, 1, c->n, c->keys, c->block->agent + c->first, NULL, c->block->step, (uint32_t)(DRAW_CHANNEL + k));
    for (size_t l = 0; l < c->n; l++)
        choice[l] = ((chooses[l] > 0) & (u[l] < odds[l])) ? 1.0 : 0.0;
}

/* `choice` is 1 for what is let through, `taken` the sum of its values, and chooses[l] > 0 where something was chosen. */
static void let_through(const Choices *c)
{
    LoopReal *restrict taken = row_of(c, c->loop->taken, 0), *restrict row = c->top;
    LoopView value = view(c, c->loop->value, &ZERO);
    set(taken, c->n, 0);
    if (is_single(c))
        sample(c);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict choice = row_of(c, c->loop->choice, k);
        channel_through(c, k, choice);
        spread(row, value, k, c->n);
        for (size_t l = 0; l < c->n; l++)
            taken[l] += choice[l] > 0 ? row[l] : 0;
        if (c->loop->probability != LOOP_NONE)
            memcpy(row_of(c, c->loop->probability, k), c->odds + k * c->n, c->n * sizeof(LoopReal));
    }
    for (size_t l = 0; is_single(c) && l < c->n; l++)
        c->chooses[l] = c->at[l] >= 0 ? 1.0 : 0.0;
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
    for (size_t k = 0; k < c->channels; k++)
        set(row_of(c, c->loop->choice, k), c->n, 0);
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

/* ---- vary ---- */

void loop_kernel_vary(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRngKeys keys = loop_block_loop_keys(block, index);
    LoopView value = loop_block_view(block, loop->value, &ZERO), sd = loop_block_view(block, loop->explored, &ZERO);
    LoopView lesion = loop_block_view(block, loop->lesion, &ZERO);
    LoopReal *noise = loop_block_register(block, loop->noise), *out = loop_block_register(block, loop->output);
    size_t lanes = block->lanes;
    if (loop->exploration == LOOP_EXPLORE_NORMAL)
        loop_rng_normal(noise, loop->channels, lanes, keys, block->agent, NULL, block->step, DRAW_CHANNEL);
    else
        loop_rng_uniform(noise, loop->channels, lanes, keys, block->agent, NULL, block->step, DRAW_CHANNEL);
    for (size_t k = 0; k < loop->channels; k++, noise += lanes, out += lanes)
        for (size_t l = 0; l < lanes; l++) {
            if (loop->exploration == LOOP_EXPLORE_SIGNS)
                noise[l] = noise[l] < 0.5 ? -1.0 : 1.0;
            noise[l] = loop_view(lesion, 0, l) > 0 ? 0 : noise[l];
            out[l] = loop_view(value, k, l) + loop_view(sd, k, l) * noise[l];
        }
}
