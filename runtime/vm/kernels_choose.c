/* Thalamus: what is let through. A choose loop picks one channel, or each by itself; a vary loop gives V and noise. */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"

static const LoopReal ONE = 1.0, ZERO = 0.0;

/* One lane's choice: what goes in, and how often each channel would be taken. */
typedef struct Choice {
    const LoopLoop *loop;
    LoopRngKey key;
    uint32_t agent;
    uint64_t step;
    LoopReal parameter;
    LoopReal *drive, *odds; /* [channels]: V + bias, probability */
    LoopReal *open;         /* [channels]: > 0 where proposed */
    size_t channels;
} Choice;

/* Ordinals of a loop's own draws within a step; what draws for each channel does so from DRAW_CHANNEL on. */
enum { DRAW_PICK, DRAW_EXPLORE, DRAW_CHANNEL };

static LoopReal draw(const Choice *c, uint32_t ordinal)
{
    return loop_rng_uniform1(&c->key, c->agent, c->step, ordinal);
}

/* The first channel at which the running sum of the odds passes u; SIZE_MAX when all are 0. */
static size_t sample(const Choice *c, LoopReal u)
{
    size_t last = SIZE_MAX;
    LoopReal reached = 0;
    for (size_t k = 0; k < c->channels; k++) {
        if (!(c->odds[k] > 0))
            continue;
        last = k;
        reached += c->odds[k];
        if (u < reached)
            break;
    }
    return last;
}

static void softmax(const Choice *c)
{
    bool found = false;
    LoopReal top = 0, total = 0;
    for (size_t k = 0; k < c->channels; k++) {
        LoopReal x = c->parameter * c->drive[k];
        if (c->open[k] > 0 && (!found || x > top)) {
            top = x;
            found = true;
        }
    }
    for (size_t k = 0; k < c->channels; k++) {
        c->odds[k] = c->open[k] > 0 ? loop_exp(c->parameter * c->drive[k] - top) : 0;
        total += c->odds[k];
    }
    for (size_t k = 0; k < c->channels && total > 0; k++)
        c->odds[k] /= total;
}

/* `share` of the probability goes evenly to the best, the rest evenly to all that are proposed. */
static void best(const Choice *c, LoopReal share)
{
    LoopReal top = 0, ties = 0, open = 0;
    for (size_t k = 0; k < c->channels; k++) {
        if (!(c->open[k] > 0))
            continue;
        if (open == 0 || c->drive[k] > top) {
            top = c->drive[k];
            ties = 0;
        }
        ties += c->drive[k] == top;
        open++;
    }
    for (size_t k = 0; k < c->channels; k++)
        c->odds[k] = !(c->open[k] > 0) ? 0 : (1.0 - share) / open + (c->drive[k] == top ? share / ties : 0);
}

static void add_noise(const Choice *c)
{
    for (size_t k = 0; k < c->channels; k++)
        c->drive[k] += c->parameter * loop_rng_normal1(&c->key, c->agent, c->step, (uint32_t)(DRAW_CHANNEL + k));
}

static void bar_below(const Choice *c)
{
    for (size_t k = 0; k < c->channels; k++)
        if (!(c->drive[k] > c->parameter))
            c->odds[k] = 0;
}

static void independent(const Choice *c)
{
    for (size_t k = 0; k < c->channels; k++)
        c->odds[k] = c->open[k] > 0 ? loop_sigmoid(c->parameter * c->drive[k]) : 0;
}

/* How often each channel would be taken; a noisy choice draws its noise here. */
static void weigh(const Choice *c)
{
    switch (c->loop->selection) {
    case LOOP_SELECT_SOFTMAX:
        softmax(c);
        return;
    case LOOP_SELECT_GREEDY:
        best(c, 1.0);
        return;
    case LOOP_SELECT_EPSILON:
        best(c, 1.0 - c->parameter);
        return;
    case LOOP_SELECT_NOISY:
        add_noise(c);
        best(c, 1.0);
        return;
    case LOOP_SELECT_THRESHOLD:
        best(c, 1.0);
        bar_below(c);
        return;
    case LOOP_SELECT_INDEPENDENT:
        independent(c);
        return;
    case LOOP_SELECTION_COUNT:
        return;
    }
}

/* The brainstem forces channels: of those, the one with the largest override (each, where channels are independent). */
static bool force(LoopBlock *block, const Choice *c, size_t l)
{
    LoopView by = loop_block_view(block, c->loop->override, &ZERO);
    bool forced = false;
    for (size_t k = 0; k < c->channels; k++)
        forced = forced || loop_view(by, k, l) > 0;
    if (!forced)
        return false;
    for (size_t k = 0; k < c->channels; k++)
        c->drive[k] = c->open[k] = loop_view(by, k, l);
    if (c->loop->selection != LOOP_SELECT_INDEPENDENT)
        best(c, 1.0);
    else
        for (size_t k = 0; k < c->channels; k++)
            c->odds[k] = c->open[k] > 0 ? 1.0 : 0.0;
    return true;
}

static Choice choice_of(LoopBlock *block, const LoopLoop *loop, size_t index, size_t l)
{
    LoopReal *scratch = block->state + block->layout->scratch;
    LoopView value = loop_block_view(block, loop->value, &ZERO), bias = loop_block_view(block, loop->bias, &ZERO);
    LoopView propose = loop_block_view(block, loop->propose, &ONE);
    Choice c = {.loop = loop, .key = block->keys[block->program->draw_count + index], .agent = block->agent[l],
                .step = block->step, .drive = scratch, .open = scratch + loop->channels, .odds = scratch + 2 * loop->channels,
                .channels = loop->channels};
    if (loop->selection_value != LOOP_NONE)
        c.parameter = loop_block_at(block, loop->selection_value, 0, l);
    for (size_t k = 0; k < loop->channels; k++) {
        c.drive[k] = loop_view(value, k, l) + loop_view(bias, k, l);
        c.open[k] = loop_view(propose, k, l);
    }
    return c;
}

/* Lets channels through and says so: `choice` is 1 where one is. False: none, on a step for choosing. */
static bool let_through(LoopBlock *block, const Choice *c, bool chooses, size_t l)
{
    const LoopLoop *loop = c->loop;
    LoopReal *choice = loop_block_register(block, loop->choice) + l, *chance = loop_block_register(block, loop->probability) + l;
    bool single = loop->selection != LOOP_SELECT_INDEPENDENT, any = false;
    size_t chosen = single && chooses ? sample(c, draw(c, DRAW_PICK)) : SIZE_MAX;
    for (size_t k = 0; k < c->channels; k++) {
        bool through = single ? k == chosen : chooses && draw(c, (uint32_t)(DRAW_CHANNEL + k)) < c->odds[k];
        choice[k * block->lanes] = through ? 1.0 : 0.0;
        chance[k * block->lanes] = c->odds[k];
        any = any || through;
    }
    return any || (chooses && !single);
}

static void silence(LoopBlock *block, const LoopLoop *loop, size_t l)
{
    bool single = loop->selection != LOOP_SELECT_INDEPENDENT;
    for (size_t k = 0; k < (single ? 1 : loop->channels); k++)
        loop_block_register(block, loop->act)[k * block->lanes + l] = single ? -1.0 : 0.0;
    loop_block_register(block, loop->held_taken)[l] = 0;
}

static void choose_lane(LoopBlock *block, const LoopLoop *loop, size_t index, size_t l)
{
    LoopView when = loop_block_view(block, loop->when, &ONE), lesion = loop_block_view(block, loop->lesion, &ZERO);
    LoopView value = loop_block_view(block, loop->value, &ZERO);
    LoopReal *held = loop_block_register(block, loop->held_taken) + l, taken = 0;
    Choice c = choice_of(block, loop, index, l);
    bool lesioned = loop_view(lesion, 0, l) > 0, forced = !lesioned && force(block, &c, l);
    if (!forced)
        weigh(&c);
    bool chose = let_through(block, &c, !lesioned && (forced || loop_view(when, 0, l) > 0), l);
    loop_block_register(block, loop->expected)[l] = *held;
    LoopReal *act = loop_block_register(block, loop->act) + l;
    for (size_t k = 0; k < loop->channels && chose; k++) {
        LoopReal through = loop_block_register(block, loop->choice)[k * block->lanes + l];
        if (loop->selection == LOOP_SELECT_INDEPENDENT)
            act[k * block->lanes] = through;
        else if (through > 0)
            *act = (LoopReal)k;
        taken += through > 0 ? loop_view(value, k, l) : 0;
    }
    loop_block_register(block, loop->chose)[l] = chose ? 1.0 : 0.0;
    loop_block_register(block, loop->taken)[l] = taken;
    if (chose)
        *held = taken;
    if (lesioned)
        silence(block, loop, l);
}

void loop_kernel_choose(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    for (size_t l = 0; l < block->lanes; l++)
        choose_lane(block, loop, index, l);
}

/* ---- vary ---- */

void loop_kernel_vary(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    const LoopRngKey *key = &block->keys[block->program->draw_count + index];
    LoopView value = loop_block_view(block, loop->value, &ZERO), sd = loop_block_view(block, loop->explored, &ZERO);
    LoopView lesion = loop_block_view(block, loop->lesion, &ZERO);
    size_t lanes = block->lanes;
    for (size_t k = 0; k < loop->channels; k++) {
        LoopReal *noise = loop_block_register(block, loop->noise) + k * lanes, *out = loop_block_register(block, loop->output) + k * lanes;
        if (loop->exploration == LOOP_EXPLORE_NORMAL)
            loop_rng_normal(noise, lanes, key, block->agent, NULL, block->step, (uint32_t)(DRAW_CHANNEL + k));
        else
            loop_rng_uniform(noise, lanes, key, block->agent, NULL, block->step, (uint32_t)(DRAW_CHANNEL + k));
        for (size_t l = 0; l < lanes; l++) {
            if (loop->exploration == LOOP_EXPLORE_SIGNS)
                noise[l] = noise[l] < 0.5 ? -1.0 : 1.0;
            noise[l] = loop_view(lesion, 0, l) > 0 ? 0 : noise[l];
            out[l] = loop_view(value, k, l) + loop_view(sd, k, l) * noise[l];
        }
    }
}
