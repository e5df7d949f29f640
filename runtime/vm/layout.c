/* Program to memory: where each register, ring, weight and trace lies in a block's slab. */
#include "runtime/vm/vm.h"

#include "runtime/contract/wide.h"
#include "runtime/vm/bundle.h"
#include "runtime/vm/follow.h"
#include "runtime/vm/late.h"
#include "runtime/vm/memo.h"
#include "runtime/vm/rooms.h"
#include "runtime/vm/seen.h"
#include "runtime/vm/sum.h"

enum { LINE = 16 }; /* reals that surely fill cache lines, in either precision */

/* Reserves `count` reals at a multiple of a cache line. */
static bool reserve(size_t *total, size_t count, size_t *offset)
{
    size_t rounded;
    *offset = *total;
    if (!loop_add(count, LINE - 1, &rounded))
        return false;
    return loop_add(*total, rounded / LINE * LINE, total);
}

static bool reserve_block(size_t *total, size_t width, bool uniform, size_t lanes, size_t *offset)
{
    size_t count;
    return loop_mul(width, uniform ? 1 : lanes, &count) && reserve(total, count, offset);
}

/* Bits for the runs of traces of a loop, rows of whole words: a run is a row of all lanes of a bundle, or with one lane LOOP_TILE of a
   row. The slab is made for `lanes` lanes; the last block may have but one. */
static bool reserve_live(LoopLayout *layout, const LoopLoop *loop, size_t i, size_t lanes)
{
    size_t count;
    layout->loops[i].live = layout->live_words;
    return loop_mul(loop_trace_rows(loop), loop_runs_words(loop->reach), &count) &&
           loop_mul(count, loop_bundle_count(layout, i, lanes), &count) && loop_add(layout->live_words, count, &layout->live_words);
}

/* Room for a list of the lines that are not 0, where every neuron and lane sees the same. */
static bool reserve_list(LoopLayout *layout, const LoopProgram *program, const LoopLoop *loop, size_t i, size_t lanes)
{
    LoopLoopPlace *place = &layout->loops[i];
    place->listed = LOOP_UNSEEN;
    if (lanes == 1 || loop->uniform || loop->wiring != LOOP_WIRING_BROADCAST || !program->registers[loop->context].uniform)
        return true;
    place->listed = layout->listed;
    place->sees = layout->sees_words;
    return loop_add(layout->listed, loop->lines, &layout->listed) &&
           loop_add(layout->sees_words, loop_runs_words(loop->lines), &layout->sees_words);
}

enum { NEURONS_WORTH_IT = 8 };

/* Room for what the loop saw last, where looking whether it changed costs little beside reading out: where all lanes see the
   same, or several neurons do. Proposals are not looked at. */
static bool reserve_seen(LoopLayout *layout, const LoopProgram *program, const LoopLoop *loop, size_t i, size_t lanes, size_t *total)
{
    bool shared = program->registers[loop->context].uniform;
    layout->loops[i].seen = LOOP_UNSEEN;
    if (layout->loops[i].listed != LOOP_UNSEEN && !loop_late_suits(program, loop))
        return true; /* the list tells */
    if (loop->propose != LOOP_NONE || (!shared && (size_t)loop->channels * loop->neurons < NEURONS_WORTH_IT))
        return true;
    return reserve_block(total, loop->lines, shared, lanes, &layout->loops[i].seen);
}

/* Notes that a bundle of synapses may be turned about, see late_turned.c: if not in this engine then in another. */
static bool note_turn(LoopLayout *layout, const LoopProgram *program, const LoopLoop *loop, size_t lanes)
{
    size_t count;
    if (loop->lines % LOOP_PARTS != 0 || program->registers[loop->context].uniform)
        return true;
    if (!loop_mul(loop_synapses(loop), lanes < LOOP_BUNDLE_MOST ? lanes : LOOP_BUNDLE_MOST, &count))
        return false;
    layout->turn_reals = count > layout->turn_reals ? count : layout->turn_reals;
    return true;
}

/* Room for learning that is put off: what enters, for each channel, what weights move by, and what is left of traces. */
static bool reserve_late(LoopLayout *layout, const LoopProgram *program, const LoopLoop *loop, size_t i, size_t lanes, size_t *total)
{
    layout->loops[i].late = LOOP_UNSEEN;
    layout->loops[i].bundled = false;
    if (layout->loops[i].seen == LOOP_UNSEEN || !loop_late_suits(program, loop))
        return true;
    layout->loops[i].bundled = loop_bundle_suits(program, loop, lanes);
    return (!layout->loops[i].bundled || note_turn(layout, program, loop, lanes)) &&
           reserve_block(total, loop->lines, program->registers[loop->context].uniform, lanes, &layout->loops[i].next) &&
           reserve_block(total, (size_t)loop->channels + LOOP_LATE_ROWS, false, lanes, &layout->loops[i].late);
}

/* One number for each synapse, if the loop has such a number at all. */
static bool reserve_synapses(size_t *total, const LoopLoop *loop, bool has, size_t lanes, size_t *offset)
{
    *offset = *total;
    return !has || reserve_block(total, loop_synapses(loop), loop->uniform, lanes, offset);
}

static bool place_loop(LoopLayout *layout, const LoopProgram *program, size_t i, size_t lanes, size_t *total)
{
    const LoopLoop *loop = &program->loops[i];
    LoopLoopPlace *place = &layout->loops[i];
    size_t traces;
    if (!reserve_synapses(total, loop, true, lanes, &place->weights))
        return false;
    if (program->registers[loop->value].no_room)
        layout->registers[loop->value] = place->weights;
    if (loop->weights != LOOP_NONE && program->registers[loop->weights].no_room)
        layout->registers[loop->weights] = place->weights;
    return loop_mul(loop_trace_rows(loop), loop->reach, &traces) &&
           reserve_block(total, traces, loop->uniform, lanes, &place->traces) &&
           reserve_block(total, loop->learns ? loop_scale_rows(program, loop) : 0, loop->uniform, lanes, &place->scales) &&
           reserve_list(layout, program, loop, i, lanes) && reserve_seen(layout, program, loop, i, lanes, total) &&
           reserve_late(layout, program, loop, i, lanes, total) &&
           reserve_live(layout, loop, i, lanes) &&
           reserve_synapses(total, loop, loop->wiring == LOOP_WIRING_SAMPLING, lanes, &place->samples) &&
           reserve_synapses(total, loop, loop->learns && loop_rule(loop->rule)->has_memory, lanes, &place->memory);
}

static bool place_scratch(LoopLayout *layout, const LoopProgram *program, size_t lanes, size_t *total)
{
    size_t widest = 1, rows;
    for (size_t i = 0; i < program->loop_count; i++)
        widest = program->loops[i].channels > widest ? program->loops[i].channels : widest;
    layout->span = lanes > LOOP_TILE ? (lanes + LOOP_WIDE - 1) / LOOP_WIDE * LOOP_WIDE : LOOP_TILE;
    if (!loop_mul(widest, 3, &rows) || !loop_add(rows, 8, &rows))
        return false;
    return reserve_block(total, rows > LOOP_SCRATCH_ROWS ? rows : LOOP_SCRATCH_ROWS, false, layout->span, &layout->scratch);
}

static bool place_registers(LoopLayout *layout, const LoopProgram *program, size_t lanes, size_t *total)
{
    for (uint32_t i = 0; i < program->register_count; i++) {
        const LoopRegister *r = &program->registers[i];
        if (!r->no_room && layout->lent[i] == LOOP_NONE && !reserve_block(total, r->width, r->uniform, lanes, &layout->registers[i]))
            return false;
    }
    return true;
}

static bool is_lent(const LoopLayout *layout, const LoopProgram *program, size_t thing)
{
    return thing < program->register_count && layout->lent[thing] != LOOP_NONE;
}

/* The register or ring in whose room register `reg` lies, where next[] of each that is lent comes nearer to it on the way: a long chain is
   not walked again and again. */
static size_t find_room(const LoopLayout *layout, const LoopProgram *program, size_t *next, size_t reg)
{
    while (is_lent(layout, program, next[reg])) {
        next[reg] = next[next[reg]];
        reg = is_lent(layout, program, next[reg]) ? next[reg] : reg;
    }
    return next[reg];
}

/* Registers that lie where another register or a ring does. Until that is placed, theirs is the place that says whose it is. */
static void place_lent(LoopLayout *layout, const LoopProgram *program)
{
    const uint32_t count = program->register_count;
    size_t *at = layout->registers;
    for (uint32_t i = 0; i < count; i++)
        at[i] = is_lent(layout, program, i) ? layout->lent[i] : at[i];
    for (uint32_t i = 0; i < count; i++)
        if (is_lent(layout, program, i))
            at[i] = find_room(layout, program, at, i);
    for (uint32_t i = 0; i < count; i++)
        if (is_lent(layout, program, i))
            at[i] = at[i] < count ? at[at[i]] : layout->rings[at[i] - count];
}

static size_t widest_lines(const LoopProgram *program)
{
    size_t most = 1;
    for (size_t i = 0; i < program->loop_count; i++)
        most = program->loops[i].lines > most ? program->loops[i].lines : most;
    return most;
}

static bool place_all(LoopLayout *layout, const LoopProgram *program, size_t lanes)
{
    size_t total = 0;
    layout->lines = widest_lines(program);
    layout->sees_words = loop_runs_words(layout->lines);
    if (!loop_seen_find(layout, program) || !place_registers(layout, program, lanes, &total))
        return false;
    for (size_t i = 0; i < program->ring_count; i++) {
        const LoopRing *ring = &program->rings[i];
        size_t count;
        if (!loop_mul(ring->width, ring->slots, &count) ||
            !reserve_block(&total, count, ring->uniform, lanes, &layout->rings[i]))
            return false;
    }
    place_lent(layout, program);
    for (size_t i = 0; i < program->loop_count; i++)
        if (!place_loop(layout, program, i, lanes, &total))
            return false;
    for (size_t i = 0; i < (size_t)program->draw_count + program->loop_count; i++)
        if (!reserve_block(&total, loop_draws_one(program, i) ? LOOP_RNG_BLOCK : 0, false, lanes, &layout->fours[i]))
            return false;
    for (size_t i = 0; i < layout->memo_count; i++)
        if (!reserve(&total, layout->memos[i].looks + 1, &layout->memos[i].kept))
            return false;
    if (!reserve(&total, layout->turn_reals, &layout->turn) || !place_scratch(layout, program, lanes, &total))
        return false;
    layout->reals = total;
    return true;
}

bool loop_layout_make(LoopLayout *layout, const LoopProgram *program, size_t lanes)
{
    *layout = (LoopLayout){.lanes = lanes};
    layout->registers = loop_alloc_array(program->register_count, sizeof *layout->registers);
    layout->rings = loop_alloc_array(program->ring_count, sizeof *layout->rings);
    layout->loops = loop_alloc_array(program->loop_count, sizeof *layout->loops);
    layout->fours = loop_alloc_array((size_t)program->draw_count + program->loop_count, sizeof *layout->fours);
    layout->lent = loop_rooms_make(program);
    layout->follows = layout->lent ? loop_follow_find(program, layout->lent) : NULL;
    bool ok = layout->registers && layout->rings && layout->loops && layout->fours && layout->follows && loop_memos_find(layout, program) &&
              place_all(layout, program, lanes);
    if (!ok)
        loop_layout_free(layout);
    return ok;
}

void loop_layout_free(LoopLayout *layout)
{
    loop_free(layout->registers);
    loop_free(layout->rings);
    loop_free(layout->loops);
    loop_free(layout->fours);
    loop_free(layout->lent);
    loop_free(layout->follows);
    loop_free(layout->memos);
    loop_free(layout->watched);
    *layout = (LoopLayout){0};
}
