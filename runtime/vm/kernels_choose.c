/* Thalamus: what is let through. A choose loop picks one channel, or each by itself; a vary loop gives V and noise. All of it
   goes channel by channel over the lanes, with selections in place of branches, so that it becomes vector code. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"

static const LoopReal ONE = 1.0, ZERO = 0.0;

/* Ordinals of a loop's own draws within a step; what draws for each channel does so from DRAW_CHANNEL on. */
enum { DRAW_PICK, DRAW_EXPLORE, DRAW_CHANNEL };

/* The choices of a step. Rows of channels are [channels][lanes], the others [lanes]; all of it is scratch. */
typedef struct Choices {
    LoopBlock *block;
    const LoopLoop *loop;
    LoopRngKeys keys;
    size_t lanes, channels;
    LoopView parameter;
    LoopReal *drive, *odds; /* V + bias, probability */
    LoopReal *open;         /* > 0 where proposed */
    LoopReal *chooses;      /* > 0 where a choice is to be made */
    LoopReal *u, *top, *sum, *count, *at;
} Choices;

static Choices begin(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopReal *scratch = block->state + block->layout->scratch;
    size_t lanes = block->lanes, rows = loop->channels * lanes;
    return (Choices){.block = block, .loop = loop, .keys = loop_block_loop_keys(block, index), .lanes = lanes,
                     .channels = loop->channels, .parameter = loop_block_view(block, loop->selection_value, &ZERO),
                     .drive = scratch, .odds = scratch + rows, .open = scratch + 2 * rows, .chooses = scratch + 3 * rows,
                     .u = scratch + 3 * rows + lanes, .top = scratch + 3 * rows + 2 * lanes, .sum = scratch + 3 * rows + 3 * lanes,
                     .count = scratch + 3 * rows + 4 * lanes, .at = scratch + 3 * rows + 5 * lanes};
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
    LoopView value = loop_block_view(c->block, c->loop->value, &ZERO), bias = loop_block_view(c->block, c->loop->bias, &ZERO);
    LoopView propose = loop_block_view(c->block, c->loop->propose, &ONE);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict drive = c->drive + k * c->lanes, *restrict row = c->u;
        spread(drive, value, k, c->lanes);
        spread(row, bias, k, c->lanes);
        for (size_t l = 0; l < c->lanes; l++)
            drive[l] += row[l];
        spread(c->open + k * c->lanes, propose, k, c->lanes);
    }
}

/* ---- how often each channel would be taken ---- */

/* top = the largest of parameter times drive among the channels that are open, 0 where none is; `count` says how many are. */
static void softmax_top(const Choices *c)
{
    LoopReal *restrict top = c->top, *restrict count = c->count;
    const LoopReal *restrict parameter = c->at;
    set(top, c->lanes, 0);
    set(count, c->lanes, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->lanes, *restrict open = c->open + k * c->lanes;
        for (size_t l = 0; l < c->lanes; l++) {
            LoopReal x = parameter[l] * drive[l];
            bool is_open = open[l] > 0, higher = (count[l] == 0) | (x > top[l]);
            top[l] = (is_open & higher) ? x : top[l];
            count[l] += is_open ? 1.0 : 0.0;
        }
    }
}

static void softmax(const Choices *c)
{
    LoopReal *restrict total = c->sum;
    const LoopReal *restrict parameter = c->at, *restrict top = c->top;
    spread(c->at, c->parameter, 0, c->lanes);
    softmax_top(c);
    set(total, c->lanes, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->lanes, *restrict open = c->open + k * c->lanes;
        LoopReal *restrict odds = c->odds + k * c->lanes;
        for (size_t l = 0; l < c->lanes; l++) {
            LoopReal e = loop_exp(parameter[l] * drive[l] - top[l]);
            odds[l] = open[l] > 0 ? e : 0;
            total[l] += odds[l];
        }
    }
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict odds = c->odds + k * c->lanes;
        for (size_t l = 0; l < c->lanes; l++) {
            LoopReal share = odds[l] / total[l];
            odds[l] = total[l] > 0 ? share : odds[l];
        }
    }
}

/* For `n` lanes from `first` on: share[l] of the probability goes evenly to the best, the rest evenly to all proposed. */
static void best(const Choices *c, const LoopReal *restrict share, size_t first, size_t n)
{
    LoopReal *restrict top = c->top + first, *restrict ties = c->sum + first, *restrict count = c->count + first;
    set(top, n, 0);
    set(ties, n, 0);
    set(count, n, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->lanes + first, *restrict open = c->open + k * c->lanes + first;
        for (size_t l = 0; l < n; l++) {
            bool is_open = open[l] > 0, higher = is_open & ((count[l] == 0) | (drive[l] > top[l]));
            top[l] = higher ? drive[l] : top[l];
            ties[l] = higher ? 0 : ties[l];
            ties[l] += (is_open & (drive[l] == top[l])) ? 1.0 : 0.0;
            count[l] += is_open ? 1.0 : 0.0;
        }
    }
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict drive = c->drive + k * c->lanes + first, *restrict open = c->open + k * c->lanes + first;
        LoopReal *restrict odds = c->odds + k * c->lanes + first;
        for (size_t l = 0; l < n; l++) {
            LoopReal even = (1.0 - share[first + l]) / count[l], more = share[first + l] / ties[l];
            LoopReal all = even + (drive[l] == top[l] ? more : 0);
            odds[l] = open[l] > 0 ? all : 0;
        }
    }
}

static void greedy(const Choices *c)
{
    set(c->at, c->lanes, 1.0);
    best(c, c->at, 0, c->lanes);
}

static void epsilon(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->lanes);
    for (size_t l = 0; l < c->lanes; l++)
        c->at[l] = 1.0 - c->at[l];
    best(c, c->at, 0, c->lanes);
}

static void add_noise(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->lanes);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict drive = c->drive + k * c->lanes, *restrict u = c->u;
        loop_rng_normal(u, c->lanes, c->keys, c->block->agent, NULL, c->block->step, (uint32_t)(DRAW_CHANNEL + k));
        for (size_t l = 0; l < c->lanes; l++)
            drive[l] += c->at[l] * u[l];
    }
}

static void bar_below(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->lanes);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->lanes; l++)
            c->odds[k * c->lanes + l] = c->drive[k * c->lanes + l] > c->at[l] ? c->odds[k * c->lanes + l] : 0;
}

static void independent(const Choices *c)
{
    spread(c->at, c->parameter, 0, c->lanes);
    for (size_t k = 0; k < c->channels; k++)
        for (size_t l = 0; l < c->lanes; l++) {
            LoopReal chance = loop_sigmoid(c->at[l] * c->drive[k * c->lanes + l]);
            c->odds[k * c->lanes + l] = c->open[k * c->lanes + l] > 0 ? chance : 0;
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
    return loop_view(loop_block_view(c->block, c->loop->lesion, &ZERO), 0, l);
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
        LoopReal *drive = &c->drive[k * c->lanes + l], *open = &c->open[k * c->lanes + l];
        *drive = *open = loop_view(by, k, l);
        c->odds[k * c->lanes + l] = *open > 0 ? 1.0 : 0.0;
    }
    c->at[l] = 1.0;
    if (is_single(c))
        best(c, c->at, l, 1);
    c->chooses[l] = 1.0;
}

/* Where a choice is to be made, and where it is forced. */
static void decide(const Choices *c)
{
    spread(c->chooses, loop_block_view(c->block, c->loop->when, &ONE), 0, c->lanes);
    if (c->loop->override != LOOP_NONE) {
        LoopView by = loop_block_view(c->block, c->loop->override, &ZERO);
        for (size_t l = 0; l < c->lanes; l++) {
            bool forced = false;
            for (size_t k = 0; k < c->channels; k++)
                forced = forced || loop_view(by, k, l) > 0;
            if (forced && !(lesioned(c, l) > 0))
                force(c, by, l);
        }
    }
    for (size_t l = 0; c->loop->lesion != LOOP_NONE && l < c->lanes; l++)
        c->chooses[l] = lesioned(c, l) > 0 ? 0 : c->chooses[l];
}

/* at = the first channel at which the running sum of the odds passes u, the last one with odds where none does; -1 where no
   channel has odds, or no choice is made. */
static void sample(const Choices *c)
{
    LoopReal *restrict at = c->at, *restrict reached = c->sum;
    const LoopReal *restrict u = c->u, *restrict chooses = c->chooses;
    loop_rng_uniform(c->u, c->lanes, c->keys, c->block->agent, NULL, c->block->step, DRAW_PICK);
    set(at, c->lanes, -1.0);
    set(reached, c->lanes, 0);
    for (size_t k = 0; k < c->channels; k++) {
        const LoopReal *restrict odds = c->odds + k * c->lanes;
        for (size_t l = 0; l < c->lanes; l++) {
            bool passed = u[l] < reached[l], goes_on = (odds[l] > 0) & !passed & (chooses[l] > 0);
            at[l] = goes_on ? (LoopReal)k : at[l];
            reached[l] += goes_on ? odds[l] : 0;
        }
    }
}

/* choice = 1 where channel k is let through, else 0 */
static void channel_through(const Choices *c, size_t k, LoopReal *restrict choice)
{
    const LoopReal *restrict at = c->at, *restrict u = c->u, *restrict odds = c->odds + k * c->lanes, *restrict chooses = c->chooses;
    if (is_single(c)) {
        for (size_t l = 0; l < c->lanes; l++)
            choice[l] = at[l] == (LoopReal)k ? 1.0 : 0.0;
        return;
    }
    loop_rng_uniform(c->u, c->lanes, c->keys, c->block->agent, NULL, c->block->step, (uint32_t)(DRAW_CHANNEL + k));
    for (size_t l = 0; l < c->lanes; l++)
        choice[l] = ((chooses[l] > 0) & (u[l] < odds[l])) ? 1.0 : 0.0;
}

/* `choice` is 1 for what is let through, `taken` the sum of its values, and chooses[l] > 0 where something was chosen. */
static void let_through(const Choices *c)
{
    LoopReal *restrict taken = loop_block_register(c->block, c->loop->taken), *restrict row = c->top;
    LoopView value = loop_block_view(c->block, c->loop->value, &ZERO);
    set(taken, c->lanes, 0);
    if (is_single(c))
        sample(c);
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal *restrict choice = loop_block_register(c->block, c->loop->choice) + k * c->lanes;
        LoopReal *restrict probability = loop_block_register(c->block, c->loop->probability) + k * c->lanes;
        const LoopReal *restrict odds = c->odds + k * c->lanes;
        channel_through(c, k, choice);
        spread(row, value, k, c->lanes);
        for (size_t l = 0; l < c->lanes; l++) {
            probability[l] = odds[l];
            taken[l] += choice[l] > 0 ? row[l] : 0;
        }
    }
    for (size_t l = 0; is_single(c) && l < c->lanes; l++)
        c->chooses[l] = c->at[l] >= 0 ? 1.0 : 0.0;
}

/* What stays until the next choice: which it was, and its value. */
static void hold(const Choices *c)
{
    const LoopLoop *loop = c->loop;
    LoopReal *restrict act = loop_block_register(c->block, loop->act), *restrict held = loop_block_register(c->block, loop->held_taken);
    LoopReal *restrict chose = loop_block_register(c->block, loop->chose), *restrict expected = loop_block_register(c->block, loop->expected);
    const LoopReal *restrict taken = loop_block_register(c->block, loop->taken), *restrict choice = loop_block_register(c->block, loop->choice);
    for (size_t l = 0; l < c->lanes; l++) {
        bool any = c->chooses[l] > 0;
        expected[l] = held[l];
        chose[l] = any ? 1.0 : 0.0;
        held[l] = any ? taken[l] : held[l];
    }
    if (is_single(c))
        for (size_t l = 0; l < c->lanes; l++)
            act[l] = c->chooses[l] > 0 ? c->at[l] : act[l];
    else
        for (size_t k = 0; k < c->channels; k++)
            for (size_t l = 0; l < c->lanes; l++)
                act[k * c->lanes + l] = c->chooses[l] > 0 ? choice[k * c->lanes + l] : act[k * c->lanes + l];
}

/* A lesioned loop takes nothing, and forgets what it took. */
static void silence(const Choices *c, size_t l)
{
    for (size_t k = 0; k < (is_single(c) ? 1 : c->channels); k++)
        loop_block_register(c->block, c->loop->act)[k * c->lanes + l] = is_single(c) ? -1.0 : 0.0;
    loop_block_register(c->block, c->loop->held_taken)[l] = 0;
}

void loop_kernel_choose(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    Choices c = begin(block, loop, index);
    drives(&c);
    weigh(&c);
    decide(&c);
    let_through(&c);
    hold(&c);
    for (size_t l = 0; loop->lesion != LOOP_NONE && l < c.lanes; l++)
        if (lesioned(&c, l) > 0)
            silence(&c, l);
}

/* ---- vary ---- */

void loop_kernel_vary(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRngKeys keys = loop_block_loop_keys(block, index);
    LoopView value = loop_block_view(block, loop->value, &ZERO), sd = loop_block_view(block, loop->explored, &ZERO);
    LoopView lesion = loop_block_view(block, loop->lesion, &ZERO);
    size_t lanes = block->lanes;
    for (size_t k = 0; k < loop->channels; k++) {
        LoopReal *noise = loop_block_register(block, loop->noise) + k * lanes, *out = loop_block_register(block, loop->output) + k * lanes;
        if (loop->exploration == LOOP_EXPLORE_NORMAL)
            loop_rng_normal(noise, lanes, keys, block->agent, NULL, block->step, (uint32_t)(DRAW_CHANNEL + k));
        else
            loop_rng_uniform(noise, lanes, keys, block->agent, NULL, block->step, (uint32_t)(DRAW_CHANNEL + k));
        for (size_t l = 0; l < lanes; l++) {
            if (loop->exploration == LOOP_EXPLORE_SIGNS)
                noise[l] = noise[l] < 0.5 ? -1.0 : 1.0;
            noise[l] = loop_view(lesion, 0, l) > 0 ? 0 : noise[l];
            out[l] = loop_view(value, k, l) + loop_view(sd, k, l) * noise[l];
        }
    }
}
