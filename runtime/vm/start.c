/* Blocks of lanes: what memory one takes, and its life from the set-up to step 0. */
#include "runtime/vm/vm.h"

#include "runtime/measure/recorder.h"
#include "runtime/task/clock.h"
#include "runtime/vm/bundle.h"
#include "runtime/vm/late.h"

#include <math.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

/* Numbers that go into and come out of the widest foreign call. */
static size_t widest_call(const LoopProgram *program)
{
    size_t most = 1;
    for (uint32_t i = 0; i < program->foreign_count; i++) {
        const LoopForeign *f = &program->foreigns[i];
        size_t sum = 1;
        for (uint32_t k = 0; k < f->arg_count; k++)
            sum += f->args[k];
        for (uint32_t k = 0; k < f->result_count; k++)
            sum += f->results[k];
        most = sum > most ? sum : most;
    }
    return most;
}

/* Keys of one draw, or of the draws of one loop. */
static size_t key_lanes(const LoopProgram *program, size_t lanes)
{
    return program->origin && program->origin->copies > 1 ? lanes : 1;
}

static bool add_bytes(size_t *bytes, size_t count, size_t size)
{
    size_t product;
    return loop_mul(count, size, &product) && loop_add(*bytes, product, bytes);
}

bool loop_block_bytes(const LoopProgram *program, const LoopLayout *layout, size_t real_bytes, size_t *bytes)
{
    const LoopBlock *b = NULL; /* for the sizes of its members */
    size_t draws = (size_t)program->draw_count + program->loop_count, slab;
    size_t ready = loop_section_count(&program->step) + layout->memo_count + loop_section_count(&program->observe) + 2;
    return add_bytes(bytes, 1, sizeof *b) && add_bytes(bytes, layout->lanes, sizeof *b->agent + sizeof *b->group + sizeof *b->copy + sizeof *b->counters) &&
           add_bytes(bytes, draws * key_lanes(program, layout->lanes), sizeof *b->keys) &&
           add_bytes(bytes, draws, sizeof *b->drawn + sizeof(size_t)) && loop_mul(layout->reals, real_bytes, &slab) &&
           add_bytes(bytes, loop_pages_bytes(slab), 1) && add_bytes(bytes, layout->live_words, sizeof *b->live) &&
           add_bytes(bytes, layout->listed, sizeof *b->active) && add_bytes(bytes, layout->sees_words, sizeof *b->sees) &&
           add_bytes(bytes, program->loop_count, sizeof *b->seen + sizeof *b->taught + sizeof *b->readouts + sizeof *b->calls + sizeof *b->late) &&
           add_bytes(bytes, (size_t)program->loop_count * loop_copies(program), 2 * sizeof *b->taught_flags) &&
           add_bytes(bytes, program->loop_count, sizeof *layout->loops) &&
           add_bytes(bytes, (size_t)program->register_count + program->ring_count, sizeof(size_t)) &&
           add_bytes(bytes, program->register_count, sizeof *layout->lent + sizeof *layout->follows) &&
           add_bytes(bytes, program->ring_count, sizeof *b->passed) &&
           add_bytes(bytes, layout->memo_count, sizeof *layout->memos + sizeof *b->runs) &&
           add_bytes(bytes, layout->watched_count, sizeof *layout->watched) &&
           add_bytes(bytes, program->foreign_count * layout->lanes, sizeof *b->selves) &&
           add_bytes(bytes, widest_call(program), sizeof *b->foreign) && add_bytes(bytes, ready, sizeof(LoopReady)) &&
           loop_clock_bytes(program, layout->lanes, bytes) && loop_recorder_bytes(program, layout->lanes, bytes);
}

/* How many bytes ahead of its turn memory is to be asked for, by processor: AMD's, since nobody has measured others. Zen 3 takes 0.8 of the
   time for W3 so, Zen 5 0.7, whose own looking ahead ends with a page of 4 KB. Zen 4 looks across pages, and is slower where it is asked as
   well. Only a slab that is more than the second caches have is worth the question, which virtual machines answer slowly. */
enum { NEAR_BYTES = 1 << 20 };
#ifdef __x86_64__
static const struct {
    unsigned family, first, last; /* models */
    size_t bytes;
} AHEAD[] = {{0x19, 0x00, 0x0f, 1024}, {0x19, 0x20, 0x5f, 1024}, {0x1a, 0x00, 0xff, 8192}};
#endif

static size_t ahead(void)
{
#ifdef __x86_64__
    unsigned a, b, c, d;
    __cpuid(0, a, b, c, d);
    if (b != signature_AMD_ebx || c != signature_AMD_ecx || d != signature_AMD_edx)
        return 0;
    __cpuid(1, a, b, c, d);
    const unsigned family = (a >> 8 & 15) + (a >> 20 & 255), model = (a >> 12 & 240) | (a >> 4 & 15);
    for (size_t i = 0; i < sizeof AHEAD / sizeof *AHEAD; i++)
        if (family == AHEAD[i].family && model >= AHEAD[i].first && model <= AHEAD[i].last)
            return AHEAD[i].bytes;
#endif
    return 0;
}

LoopBlock *loop_block_new(const LoopProgram *program, const LoopLayout *layout, uint32_t agents, uint64_t seed)
{
    LoopBlock *block = loop_alloc(sizeof *block);
    if (!block)
        return NULL;
    size_t bytes = 0;
    block->program = program;
    block->layout = layout;
    block->agents = agents;
    block->seed = seed;
    block->agent = loop_alloc_array(layout->lanes, sizeof *block->agent);
    block->group = loop_alloc_array(layout->lanes, sizeof *block->group);
    block->copy = loop_alloc_array(layout->lanes, sizeof *block->copy);
    block->counters = loop_alloc_array(layout->lanes, sizeof *block->counters);
    block->key_lanes = key_lanes(program, layout->lanes);
    block->key_step = block->key_lanes > 1;
    block->keys = loop_mul((size_t)program->draw_count + program->loop_count, block->key_lanes, &bytes)
                      ? loop_alloc_array(bytes, sizeof *block->keys) : NULL;
    block->state = loop_mul(layout->reals, sizeof(LoopReal), &bytes) ? loop_alloc_pages(bytes) : NULL;
    block->state_bytes = bytes;
    block->ahead = bytes > NEAR_BYTES ? ahead() : 0;
    block->fresh = true;
    block->live = loop_alloc_array(layout->live_words, sizeof *block->live);
    block->active = loop_alloc_array(layout->listed, sizeof *block->active);
    block->sees = loop_alloc_array(layout->sees_words, sizeof *block->sees);
    block->runs = loop_alloc_array(layout->memo_count, sizeof *block->runs);
    block->seen = loop_alloc_array(program->loop_count, sizeof *block->seen);
    block->taught = loop_alloc_array(program->loop_count, sizeof *block->taught);
    block->taught_flags = loop_alloc_array((size_t)program->loop_count * loop_copies(program), 2 * sizeof *block->taught_flags);
    block->late = loop_alloc_array(program->loop_count, sizeof *block->late);
    block->drawn = loop_alloc_array((size_t)program->draw_count + program->loop_count, sizeof *block->drawn);
    block->selves = loop_mul(program->foreign_count, layout->lanes, &bytes) ? loop_alloc_array(bytes, sizeof *block->selves) : NULL;
    block->foreign = loop_alloc_array(widest_call(program), sizeof *block->foreign);
    block->ready_step = loop_alloc_array(loop_section_count(&program->step) + layout->memo_count + 1, sizeof(LoopReady));
    block->ready_observe = loop_alloc_array(loop_section_count(&program->observe) + 1, sizeof(LoopReady));
    block->passed = loop_alloc_array(program->ring_count, sizeof *block->passed);
    block->readouts = loop_alloc_array(program->loop_count, sizeof *block->readouts);
    block->calls = loop_alloc_array(program->loop_count, sizeof *block->calls);
    block->clock = loop_clock_new(program, layout->lanes);
    block->recorder = loop_recorder_new(program, layout->lanes);
    if (block->agent && block->group && block->copy && block->counters && block->keys && block->state && block->live && block->active && block->sees &&
        block->runs && block->seen && block->taught && block->taught_flags && block->late && block->drawn && block->readouts && block->calls && block->selves &&
        block->foreign && block->ready_step && block->ready_observe && block->passed && block->clock && block->recorder)
        return block;
    loop_block_free(block);
    return NULL;
}

void loop_block_free(LoopBlock *block)
{
    if (!block)
        return;
    loop_free(block->agent);
    loop_free(block->group);
    loop_free(block->copy);
    loop_free(block->counters);
    loop_free(block->keys);
    loop_free(block->selves);
    loop_free(block->foreign);
    loop_free_pages(block->state, block->state_bytes);
    loop_free(block->live);
    loop_free(block->active);
    loop_free(block->sees);
    loop_free(block->runs);
    loop_free(block->seen);
    loop_free(block->taught);
    loop_free(block->taught_flags);
    loop_free(block->late);
    loop_free(block->drawn);
    loop_free(block->readouts);
    loop_free(block->calls);
    loop_free(block->ready_step);
    loop_free(block->ready_observe);
    loop_free(block->passed);
    loop_clock_free(block->clock);
    loop_recorder_free(block->recorder);
    loop_free(block);
}

static void fill(LoopBlock *block, uint32_t reg, size_t element, size_t lane, double value)
{
    size_t lanes = loop_block_lanes(block, reg);
    if (lane < lanes && !block->program->registers[reg].no_room)
        loop_block_register(block, reg)[element * lanes + lane] = value;
}

static void load_constants(LoopBlock *block)
{
    const LoopProgram *program = block->program;
    for (size_t i = 0; i < program->constant_count; i++) {
        const LoopConstant *c = &program->constants[i];
        for (size_t e = 0; e < program->registers[c->reg].width; e++)
            for (size_t l = 0; l < block->lanes; l++)
                fill(block, c->reg, e, l, c->values[e]);
    }
    for (size_t i = 0; i < program->param_count; i++) {
        const LoopParam *p = &program->params[i];
        for (size_t e = 0; e < p->width; e++)
            for (size_t l = 0; l < block->lanes; l++)
                fill(block, p->reg, e, l, p->groups ? p->groups[block->group[l] * p->width + e] : p->value[e]);
    }
}

/* The keys of one draw or loop: one, or one for each lane. */
static void make_keys_of(LoopBlock *block, size_t index, uint64_t place, const uint64_t *places)
{
    LoopRngKey *keys = block->keys + index * block->key_lanes;
    for (size_t l = 0; l < (block->key_step ? block->lanes : 1); l++)
        keys[l] = loop_rng_key(block->seed, places ? places[loop_block_copy(block, l)] : place);
}

static void make_keys(LoopBlock *block)
{
    const LoopProgram *program = block->program;
    for (size_t i = 0; i < program->draw_count; i++)
        make_keys_of(block, i, program->draws[i].place, program->draws[i].places);
    for (size_t i = 0; i < program->loop_count; i++)
        make_keys_of(block, program->draw_count + i, program->loops[i].place, program->loops[i].places);
}

static void start_rings(LoopBlock *block)
{
    const LoopProgram *program = block->program;
    for (size_t i = 0; i < program->ring_count; i++) {
        const LoopRing *ring = &program->rings[i];
        if (ring->before == LOOP_NONE)
            continue;
        size_t lanes = ring->uniform ? 1 : block->lanes;
        LoopReal *at = block->state + block->layout->rings[i];
        for (size_t s = 0; s < ring->slots; s++)
            for (size_t e = 0; e < ring->width; e++)
                for (size_t l = 0; l < lanes; l++)
                    *at++ = loop_block_at(block, ring->before, e, l);
    }
}

/* Draws `reach` different lines for one neuron of one lane: Floyd's method (Bentley and Floyd 1987). */
static void sample_lines(LoopBlock *block, const LoopLoop *loop, const LoopRngKey *key, size_t neuron, size_t l, LoopReal *lines)
{
    size_t lanes = block->lanes;
    for (uint32_t j = 0; j < loop->reach; j++) {
        uint32_t last = loop->lines - loop->reach + j;
        double u = loop_rng_uniform1(key, block->agent[l], LOOP_COUNT_WIRING, (uint32_t)(neuron * loop->reach + j));
        LoopReal line = floor(u * (last + 1.0));
        for (uint32_t before = 0; before < j; before++)
            if (lines[before * lanes] == line)
                line = last;
        lines[j * lanes] = line;
    }
}

static void start_wiring(LoopBlock *block, size_t i)
{
    const LoopLoop *loop = &block->program->loops[i];
    LoopRngKeys keys = loop_block_loop_keys(block, i);
    LoopReal *samples = block->state + block->layout->loops[i].samples;
    size_t neurons = (size_t)loop->channels * loop->neurons;
    for (size_t n = 0; n < neurons; n++)
        for (size_t l = 0; l < block->lanes; l++)
            sample_lines(block, loop, keys.at + l * keys.step, n, l, samples + n * loop->reach * block->lanes + l);
}

/* Puts [synapses][lanes] into bundles. The traces, which are as many, lend their place. */
static void bundle_weights(const LoopBlock *block, size_t index, LoopReal *w, size_t synapses, size_t lanes)
{
    LoopReal *room = block->state + block->layout->loops[index].traces;
    memcpy(room, w, synapses * lanes * sizeof *w);
    for (LoopBundle b = loop_bundle(block, index, 0); b.lanes; b = loop_bundle_after(block, index, b))
        for (size_t s = 0; s < synapses; s++, w += b.lanes)
            memcpy(w, room + s * lanes + b.first, b.lanes * sizeof *w);
    memset(room, 0, synapses * lanes * sizeof *w);
}

/* Never -0: a weight that 0 is added to may be passed over. */
static void start_weights(const LoopBlock *block, size_t index, LoopReal *w, size_t synapses, size_t lanes)
{
    const LoopLoop *loop = &block->program->loops[index];
    if (loop->weights == LOOP_NONE)
        return;
    if (!block->program->registers[loop->weights].no_room)
        for (size_t s = 0; s < synapses; s++)
            for (size_t l = 0; l < lanes; l++)
                w[s * lanes + l] = loop_block_at(block, loop->weights, s, l);
    for (size_t i = 0; i < synapses * lanes; i++)
        w[i] += 0.0;
    if (block->layout->loops[index].bundled)
        bundle_weights(block, index, w, synapses, lanes);
}

static void start_loops(LoopBlock *block)
{
    const LoopProgram *program = block->program;
    for (size_t i = 0; i < program->loop_count; i++) {
        const LoopLoop *loop = &program->loops[i];
        size_t lanes = loop->uniform ? 1 : block->lanes, synapses = loop_synapses(loop);
        LoopReal *w = block->state + block->layout->loops[i].weights, *memory = block->state + block->layout->loops[i].memory;
        start_weights(block, i, w, synapses, lanes);
        for (size_t s = 0; loop->learns && s < loop_scale_rows(program, loop) * lanes; s++)
            block->state[block->layout->loops[i].scales + s] = 1.0;
        for (size_t s = 0; loop->learns && loop_rule(loop->rule)->has_memory && s < synapses * lanes; s++)
            memory[s] = loop_rule(loop->rule)->memory;
        for (size_t l = 0; loop->kind == LOOP_CHOOSE && loop->selection != LOOP_SELECT_INDEPENDENT && l < block->lanes; l++)
            fill(block, loop->act, 0, l, -1.0);
        if (loop->wiring == LOOP_WIRING_SAMPLING)
            start_wiring(block, i);
    }
}

/* What has been noted of copies stays, for the blocks of them that come. */
static void start_taught(LoopBlock *block)
{
    const uint32_t copies = loop_copies(block->program);
    for (size_t i = 0; i < block->program->loop_count; i++) {
        bool *flags = block->taught_flags + 2 * i * copies;
        LoopTaught *taught = &block->taught[i];
        *taught = (LoopTaught){.gained = flags, .moved = flags + copies};
        for (size_t l = 0; l < loop_block_synapse_lanes(block, &block->program->loops[i]); l++)
            taught->left += (l == 0 || block->copy[l] != block->copy[l - 1]) && !taught->moved[block->copy[l]];
    }
}

void loop_block_start(LoopBlock *block, uint32_t first, uint32_t lanes)
{
    block->first = first;
    block->lanes = lanes;
    block->step = UINT64_MAX; /* the set-up, before step 0 */
    block->fault = block->grown = (LoopFault){0};
    block->asking = LOOP_NONE;
    for (uint32_t l = 0; l < lanes; l++) {
        block->agent[l] = (first + l) % block->agents;
        block->group[l] = (first + l) / block->agents;
        block->copy[l] = block->group[l] / (block->program->group_count / loop_copies(block->program));
    }
    start_taught(block);
    if (!block->fresh)
        memset(block->state, 0, block->layout->reals * sizeof(LoopReal));
    block->fresh = false;
    memset(block->live, 0, block->layout->live_words * sizeof *block->live);
    memset(block->sees, 0, block->layout->sees_words * sizeof *block->sees);
    memset(block->runs, 0, block->layout->memo_count * sizeof *block->runs);
    memset(block->drawn, 0, ((size_t)block->program->draw_count + block->program->loop_count) * sizeof *block->drawn);
    make_keys(block);
    load_constants(block);
    loop_clock_start(block->clock, block);
    loop_block_ready(block);
    loop_block_run(block, &block->program->init);
    start_rings(block);
    start_loops(block);
    loop_recorder_start(block->recorder, block);
    block->step = 0;
}
