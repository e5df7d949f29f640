/* Kernels of the loops: striatum and pallidum (value), thalamus (choose), plasticity (learn). */
#include "runtime/vm/vm.h"

#include "runtime/contract/real_math.h"
#include "runtime/vm/sum.h"

static const LoopReal ONE = 1.0, ZERO = 0.0;

enum { TILE = 32 }; /* lanes taken together in a read-out: their partial sums stay in registers and L1 */

static size_t synapse_lanes(const LoopBlock *block, const LoopLoop *loop)
{
    return loop->uniform ? 1 : block->lanes;
}

/* sum over c of w[c] * x[c] for `n` lanes from `first` on; w is [lines][lanes]. */
static void read_out(LoopReal *out, const LoopReal *w, LoopView x, size_t lines, size_t lanes, size_t first, size_t n)
{
    LoopReal part[LOOP_PARTS][TILE] = {{0}};
    for (size_t c = 0; c < lines; c++) {
        const LoopReal *row = w + c * lanes + first, *in = x.at + c * x.step + (x.lane ? first : 0);
        LoopReal *sum = part[c % LOOP_PARTS];
        if (x.lane)
            for (size_t l = 0; l < n; l++)
                sum[l] += row[l] * in[l];
        else
            for (size_t l = 0; l < n; l++)
                sum[l] += row[l] * in[0];
    }
    for (size_t l = 0; l < n; l++) {
        LoopReal each[LOOP_PARTS];
        for (size_t p = 0; p < LOOP_PARTS; p++)
            each[p] = part[p][l];
        out[l] = loop_sum8(each);
    }
}

/* Whether neurons take part: 1 where at least `upstate` lines are active. Every neuron sees every line. */
static void upstate(LoopReal *out, LoopView x, size_t lines, uint32_t least, size_t first, size_t n)
{
    for (size_t l = 0; l < n; l++) {
        uint32_t count = 0;
        for (size_t c = 0; c < lines; c++)
            count += loop_view(x, c, first + l) > 0;
        out[l] = count >= least ? 1.0 : 0.0;
    }
}

static void channel_value(LoopBlock *block, const LoopLoop *loop, const LoopReal *w, size_t k, size_t first, size_t n)
{
    size_t lanes = synapse_lanes(block, loop);
    LoopView x = loop_block_view(block, loop->context, NULL), propose = loop_block_view(block, loop->propose, &ONE);
    LoopReal part[LOOP_PARTS][TILE] = {{0}}, s[TILE], up[TILE];
    if (loop->upstate)
        upstate(up, x, loop->lines, loop->upstate, first, n);
    for (size_t m = 0; m < loop->neurons; m++, w += loop->lines * lanes) {
        read_out(s, w, x, loop->lines, lanes, first, n);
        for (size_t l = 0; l < n; l++) {
            LoopReal strength = loop_view(propose, k, first + l);
            part[m % LOOP_PARTS][l] += (loop->upstate ? strength * up[l] : strength) * s[l];
        }
    }
    LoopReal *value = loop_block_register(block, loop->value) + k * lanes + first;
    for (size_t l = 0; l < n; l++) {
        LoopReal each[LOOP_PARTS];
        for (size_t p = 0; p < LOOP_PARTS; p++)
            each[p] = part[p][l];
        value[l] = loop_sum8(each);
    }
}

void loop_kernel_value(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    size_t lanes = synapse_lanes(block, loop), channel = (size_t)loop->neurons * loop->lines * lanes;
    const LoopReal *w = block->state + block->layout->weights[index];
    for (size_t k = 0; k < loop->channels; k++)
        for (size_t first = 0; first < lanes; first += TILE)
            channel_value(block, loop, w + k * channel, k, first, lanes - first < TILE ? lanes - first : TILE);
}

/* ---- choosing ---- */

/* One lane's choice: what goes in, and how often each channel would be taken. */
typedef struct Choice {
    const LoopLoop *loop;
    LoopRngKey key;
    uint32_t agent;
    uint64_t step;
    LoopReal parameter;
    LoopReal *drive, *odds; /* [channels]: V + bias, probability */
    const LoopReal *open;   /* [channels]: > 0 where proposed */
    size_t channels;
} Choice;

/* Ordinals of a loop's own draws within a step; a noisy choice uses one for each channel from DRAW_NOISE on. */
enum { DRAW_PICK, DRAW_EXPLORE, DRAW_NOISE };

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
        c->drive[k] += c->parameter * loop_rng_normal1(&c->key, c->agent, c->step, (uint32_t)(DRAW_NOISE + k));
}

static void bar_below(const Choice *c)
{
    for (size_t k = 0; k < c->channels; k++)
        if (!(c->drive[k] > c->parameter))
            c->odds[k] = 0;
}

static size_t select_channel(const Choice *c)
{
    switch (c->loop->selection) {
    case LOOP_SELECT_SOFTMAX:
        softmax(c);
        return sample(c, draw(c, DRAW_PICK));
    case LOOP_SELECT_GREEDY:
        best(c, 1.0);
        return sample(c, draw(c, DRAW_PICK));
    case LOOP_SELECT_EPSILON:
        best(c, 1.0 - c->parameter);
        return sample(c, draw(c, DRAW_PICK));
    case LOOP_SELECT_NOISY:
        add_noise(c);
        best(c, 1.0);
        return sample(c, draw(c, DRAW_PICK));
    case LOOP_SELECT_THRESHOLD:
        best(c, 1.0);
        bar_below(c);
        return sample(c, draw(c, DRAW_PICK));
    }
    return SIZE_MAX;
}

static void choose_lane(LoopBlock *block, const LoopLoop *loop, size_t index, size_t l)
{
    LoopReal *scratch = block->state + block->layout->scratch, *open = scratch + loop->channels;
    size_t lanes = block->lanes, chosen = SIZE_MAX;
    LoopView value = loop_block_view(block, loop->value, &ZERO), bias = loop_block_view(block, loop->bias, &ZERO);
    LoopView propose = loop_block_view(block, loop->propose, &ONE), when = loop_block_view(block, loop->when, &ONE);
    LoopReal *odds = scratch + 2 * loop->channels;
    for (size_t k = 0; k < loop->channels; k++) {
        scratch[k] = loop_view(value, k, l) + loop_view(bias, k, l);
        open[k] = loop_view(propose, k, l);
    }
    Choice c = {.loop = loop, .key = block->keys[block->program->draw_count + index], .agent = block->agent[l],
                .step = block->step, .drive = scratch, .odds = odds, .open = open, .channels = loop->channels};
    if (loop->selection_value != LOOP_NONE)
        c.parameter = loop_block_at(block, loop->selection_value, 0, l);
    chosen = select_channel(&c);
    if (!(loop_view(when, 0, l) > 0))
        chosen = SIZE_MAX;
    LoopReal *choice = loop_block_register(block, loop->choice), *chance = loop_block_register(block, loop->probability);
    LoopReal *held = loop_block_register(block, loop->held_taken) + l;
    LoopReal taken = chosen == SIZE_MAX ? 0 : loop_view(value, chosen, l);
    for (size_t k = 0; k < loop->channels; k++) {
        choice[k * lanes + l] = k == chosen ? 1.0 : 0.0;
        chance[k * lanes + l] = odds[k];
    }
    loop_block_register(block, loop->chose)[l] = chosen == SIZE_MAX ? 0.0 : 1.0;
    loop_block_register(block, loop->taken)[l] = taken;
    loop_block_register(block, loop->expected)[l] = *held;
    if (chosen != SIZE_MAX) {
        loop_block_register(block, loop->act)[l] = (LoopReal)chosen;
        *held = taken;
    }
}

void loop_kernel_choose(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    for (size_t l = 0; l < block->lanes; l++)
        choose_lane(block, loop, index, l);
}

/* ---- learning ---- */

void loop_kernel_learn(LoopBlock *block, const LoopLoop *loop, size_t index)
{
    LoopRuleCall call = {
        .loop = loop,
        .lanes = synapse_lanes(block, loop),
        .weights = block->state + block->layout->weights[index],
        .traces = block->state + block->layout->traces[index],
        .dopamine = loop_block_view(block, loop->dopamine, &ZERO),
        .rate = loop_block_view(block, loop->rate, &ZERO),
        .trace = loop_block_view(block, loop->trace, &ZERO),
        .burst = loop_block_view(block, loop->burst, &ONE),
        .dip = loop_block_view(block, loop->dip, &ONE),
        .forget = loop_block_view(block, loop->forget, &ONE),
        .credit = loop_block_view(block, loop->credit, &ONE),
        .context = loop_block_view(block, loop->credit_context, &ZERO),
        .propose = loop_block_view(block, loop->credit_propose, &ONE),
        .factor = block->state + block->layout->scratch,
    };
    loop_rule(loop->rule)->step(&call);
}

void loop_kernel_synapses(LoopBlock *block, uint32_t op, const uint32_t *args)
{
    const LoopLoop *loop = &block->program->loops[args[1]];
    const size_t *offsets = op == LOOP_OP_WEIGHTS ? block->layout->weights : block->layout->traces;
    const LoopReal *from = block->state + offsets[args[1]];
    size_t count = (size_t)loop->channels * loop->neurons * loop->lines, lanes = loop_block_lanes(block, args[0]);
    size_t source = synapse_lanes(block, loop);
    LoopReal *d = loop_block_register(block, args[0]);
    for (size_t i = 0; i < count * lanes; i++)
        d[i] = from[i / lanes * source + (source == 1 ? 0 : i % lanes)];
}
