/* Slicing: see slice.h. */
#include "runtime/parts/slice.h"

#include <stdlib.h>
#include <string.h>

LoopSlicer *loop_slicer_new(const LoopGraph *graph, LoopArena *arena)
{
    const LoopProgram *p = graph->program;
    size_t numbered = (size_t)graph->things + p->check_count + p->draw_count;
    LoopSlicer *s = LOOP_NEW(arena, LoopSlicer);
    if (!s)
        return NULL;
    s->graph = graph;
    s->arena = arena;
    s->thing_turn = LOOP_NEW_ARRAY(arena, graph->things, uint32_t);
    s->node_turn = LOOP_NEW_ARRAY(arena, graph->node_count, uint32_t);
    s->number_turn = LOOP_NEW_ARRAY(arena, numbered, uint32_t);
    s->number = LOOP_NEW_ARRAY(arena, numbered, uint32_t);
    s->written = LOOP_NEW_ARRAY(arena, p->register_count, bool);
    s->wanted = LOOP_NEW_ARRAY(arena, graph->things, uint32_t);
    s->kept = LOOP_NEW_ARRAY(arena, graph->node_count, uint32_t);
    if (loop_arena_failed(arena))
        return NULL;
    for (uint32_t r = 0; r < p->register_count; r++)
        for (uint32_t i = graph->writers.begin[r]; i < graph->writers.begin[r + 1]; i++) {
            const uint32_t *code = graph->nodes[graph->writers.node[i]].code;
            s->written[r] = s->written[r] || !code || (code[0] != LOOP_OP_CHECK && code[0] != LOOP_OP_FINITE);
        }
    return s;
}

/* ---- what is in it ---- */

void loop_slicer_want(LoopSlicer *s, uint32_t thing)
{
    if (s->thing_turn[thing] == s->turn)
        return;
    s->thing_turn[thing] = s->turn;
    s->wanted[s->wanted_count++] = thing;
}

static void keep(LoopSlicer *s, uint32_t node)
{
    for (; node != LOOP_NONE && s->node_turn[node] != s->turn; node = s->graph->nodes[node].skip) {
        const LoopGraphNode *n = &s->graph->nodes[node];
        s->node_turn[node] = s->turn;
        s->kept[s->kept_count++] = node;
        for (uint32_t i = n->first; i < n->end; i++)
            loop_slicer_want(s, s->graph->touches[i].thing);
    }
}

bool loop_slicer_has(const LoopSlicer *s, uint32_t node)
{
    return s->node_turn[node] != 0;
}

void loop_slicer_begin(LoopSlicer *s)
{
    const LoopTask *task = &s->graph->program->task;
    s->turn++;
    s->wanted_count = s->kept_count = 0;
    loop_slicer_want(s, task->time); /* and with it the clock */
}

/* Everything that writes what is wanted, and what it reads for that. */
static void follow(LoopSlicer *s)
{
    const LoopNodesOf *writers = &s->graph->writers;
    while (s->wanted_count) {
        uint32_t thing = s->wanted[--s->wanted_count];
        for (uint32_t i = writers->begin[thing]; i < writers->begin[thing + 1]; i++)
            keep(s, writers->node[i]);
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* ---- numbers of its own ---- */

typedef struct Writer {
    LoopSlicer *s;
    LoopSlice *slice;
} Writer;

static void put(Writer *w, LoopList *list, uint32_t word)
{
    uint32_t *at = LOOP_ADD(w->s->arena, list, uint32_t);
    if (at)
        *at = word;
}

static uint32_t add(Writer *w, LoopNumbers *numbers, uint32_t whole)
{
    put(w, &numbers->of, whole);
    return (uint32_t)numbers->of.count - 1;
}

/* The number of what is `whole` of its sort; `key` tells sorts apart. */
static uint32_t number(Writer *w, LoopNumbers *numbers, uint32_t key, uint32_t whole)
{
    if (w->s->number_turn[key] == w->s->turn)
        return w->s->number[key];
    w->s->number_turn[key] = w->s->turn;
    return w->s->number[key] = add(w, numbers, whole);
}

static uint32_t reg(Writer *w, uint32_t whole)
{
    if (whole >= w->s->graph->program->register_count)
        return LOOP_NONE;
    if (!w->s->written[whole])
        return add(w, &w->slice->registers, whole);
    return number(w, &w->slice->registers, whole, whole);
}

static uint32_t operand(Writer *w, char kind, uint32_t word)
{
    const LoopGraph *g = w->s->graph;
    LoopSlice *slice = w->slice;
    switch (kind) {
    case 'd':
    case 'h':
    case 'v':
        return reg(w, word);
    case 'c':
        return number(w, &slice->checks, g->things + word, word);
    case 's':
        return number(w, &slice->draws, g->things + g->program->check_count + word, word);
    case 'r':
        return number(w, &slice->rings, g->rings + word, word);
    case 'l':
        return number(w, &slice->loops, g->loops + word, word);
    case 'm':
        return number(w, &slice->measures, g->measures + word, word);
    default:
        return word;
    }
}

/* Words behind kept node `i` that its jump passes over. */
static uint32_t jump_length(const LoopSlicer *s, uint32_t i)
{
    const LoopGraphNode *nodes = s->graph->nodes, *jump = &nodes[s->kept[i]];
    uint32_t words = 0;
    for (i++; i < s->kept_count && s->kept[i] < jump->target; i++)
        words += nodes[s->kept[i]].length;
    return words;
}

static void put_code(Writer *w)
{
    for (uint32_t i = 0; i < w->s->kept_count; i++) {
        const LoopGraphNode *node = &w->s->graph->nodes[w->s->kept[i]];
        if (!node->code)
            continue;
        LoopList *code = &w->slice->code[node->section];
        const char *operands = loop_op_info(node->code[0])->operands;
        put(w, code, node->code[0]);
        for (size_t o = 0; operands[o]; o++)
            put(w, code, operands[o] == 'j' ? jump_length(w->s, i) : operand(w, operands[o], node->code[o + 1]));
        if (node->section != LOOP_SECTION_INIT && (operands[0] == 'd' || operands[0] == 'h'))
            w->slice->work += w->s->graph->program->registers[node->code[1]].width;
    }
}

/* ---- descriptors, and the words that tell whether two are alike ---- */

static void put_real(Writer *w, double x)
{
    uint32_t words[2];
    memcpy(words, &x, sizeof words);
    put(w, &w->slice->shape, words[0]);
    put(w, &w->slice->shape, words[1]);
}

static void put_words(Writer *w, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(w, &w->slice->shape, words[i]);
}
#define PUT_WORDS(w, ...) put_words((w), (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static LoopTask write_task(Writer *w)
{
    LoopTask task = w->s->graph->program->task;
    task.phase = reg(w, task.phase);
    task.trial = reg(w, task.trial);
    task.type = reg(w, task.type);
    task.time = reg(w, task.time);
    task.between = reg(w, task.between);
    PUT_WORDS(w, task.between);
    return task;
}

static LoopLoop write_loop(Writer *w, uint32_t whole)
{
    LoopLoop loop = w->s->graph->program->loops[whole];
#define IN(member) PUT_WORDS(w, loop.member = reg(w, loop.member));
#define OUT(member) PUT_WORDS(w, loop.member = reg(w, loop.member));
#include "runtime/contract/loop_member.def"
#undef IN
#undef OUT
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        PUT_WORDS(w, loop.settings[i] = loop.learns ? reg(w, loop.settings[i]) : LOOP_NONE);
    PUT_WORDS(w, loop.kind, loop.channels, loop.neurons, loop.lines, loop.wiring, loop.reach, loop.uniform, loop.rule, loop.upstate, loop.selection,
              loop.exploration, loop.learns, loop.trace_by_channel, loop.trace_by_neuron, loop.credit_first, loop.swaps_traces, loop.own_choice,
              loop.bounded);
    put_real(w, loop.lo);
    put_real(w, loop.hi);
    w->slice->work += 3 * loop_synapses(&loop);
    return loop;
}

static LoopRing write_ring(Writer *w, uint32_t whole)
{
    LoopRing ring = w->s->graph->program->rings[whole];
    ring.before = reg(w, ring.before);
    PUT_WORDS(w, ring.width, ring.slots, ring.uniform, ring.before);
    return ring;
}

static LoopAnchor write_anchor(Writer *w, LoopAnchor anchor)
{
    anchor.onset = anchor.kind == LOOP_ANCHOR_ONSET ? reg(w, anchor.onset) : LOOP_NONE;
    anchor.offset_reg = reg(w, anchor.offset_reg);
    PUT_WORDS(w, anchor.kind, anchor.onset, (uint32_t)anchor.offset, anchor.offset_reg);
    return anchor;
}

static void put_select(Writer *w, const LoopSelect *select)
{
    PUT_WORDS(w, select->phase, select->trial, select->pick, select->n, select->i);
}

static LoopMeasure write_measure(Writer *w, uint32_t whole)
{
    LoopMeasure measure = w->s->graph->program->measures[whole];
    measure.signal = reg(w, measure.signal);
    PUT_WORDS(w, measure.signal, measure.window, measure.lag, measure.reducer, measure.first_true);
    measure.from = write_anchor(w, measure.from);
    if (measure.window)
        measure.to = write_anchor(w, measure.to);
    put_select(w, &measure.select);
    return measure;
}

static uint32_t write_strip(Writer *w, uint32_t whole)
{
    const LoopStrip *strip = &w->s->graph->program->strips[whole];
    uint32_t at = reg(w, strip->reg);
    PUT_WORDS(w, at, strip->at, strip->steps);
    put_select(w, &strip->select);
    return at;
}

/* The measures and strips of the slice, in the order of the program. */
static void number_observers(Writer *w)
{
    const LoopGraph *g = w->s->graph;
    for (uint32_t i = 0; i < w->s->kept_count; i++) {
        const LoopGraphNode *node = &g->nodes[w->s->kept[i]];
        uint32_t thing = node->end > node->first ? g->touches[node->first].thing : 0;
        if (node->code || thing < g->measures)
            continue;
        if (thing < g->strips)
            number(w, &w->slice->measures, thing, thing - g->measures);
        else
            number(w, &w->slice->strips, thing, thing - g->strips);
    }
}

#define WRITE_ALL(w, numbers, array, Type, write)                                                                      \
    do {                                                                                                               \
        (array) = LOOP_NEW_ARRAY((w)->s->arena, (numbers).of.count, Type);                                             \
        for (uint32_t i_ = 0; (array) && i_ < (numbers).of.count; i_++)                                                \
            (array)[i_] = write((w), LOOP_ITEM((numbers).of, uint32_t, i_));                                           \
    } while (0)

static void put_registers(Writer *w)
{
    for (uint32_t i = 0; i < w->slice->registers.of.count; i++) {
        uint32_t whole = LOOP_ITEM(w->slice->registers.of, uint32_t, i);
        const LoopRegister *r = &w->s->graph->program->registers[whole];
        PUT_WORDS(w, r->width, r->uniform, r->no_room, w->s->written[whole]);
    }
}

static void put_checks(Writer *w)
{
    const LoopProgram *p = w->s->graph->program;
    for (uint32_t i = 0; i < w->slice->checks.of.count; i++) {
        const LoopCheck *c = &p->checks[LOOP_ITEM(w->slice->checks.of, uint32_t, i)];
        PUT_WORDS(w, c->kind, c->code);
        put_real(w, c->lo);
        put_real(w, c->hi);
    }
    for (uint32_t i = 0; i < w->slice->draws.of.count; i++)
        PUT_WORDS(w, p->draws[LOOP_ITEM(w->slice->draws.of, uint32_t, i)].clock);
}

LoopSlice *loop_slicer_end(LoopSlicer *s)
{
    LoopSlice *slice = LOOP_NEW(s->arena, LoopSlice);
    Writer w = {s, slice};
    if (!slice)
        return NULL;
    follow(s);
    qsort(s->kept, s->kept_count, sizeof *s->kept, by_number);
    slice->task = write_task(&w);
    put_code(&w);
    number_observers(&w);
    WRITE_ALL(&w, slice->rings, slice->ring, LoopRing, write_ring);
    WRITE_ALL(&w, slice->loops, slice->loop, LoopLoop, write_loop);
    WRITE_ALL(&w, slice->measures, slice->measure, LoopMeasure, write_measure);
    WRITE_ALL(&w, slice->strips, slice->strip_register, uint32_t, write_strip);
    put_registers(&w);
    put_checks(&w);
    return loop_arena_failed(s->arena) ? NULL : slice;
}
