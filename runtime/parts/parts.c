/* Finding the parts of a program: which loops meet, and which parts are alike. */
#include "runtime/parts/parts.h"

#include "runtime/parts/merge.h"

#include <stdlib.h>
#include <string.h>

typedef struct Finder {
    const LoopGraph *graph;
    LoopArena *arena;
    LoopSlicer *slicer;
    uint8_t *fed;          /* [things]: a loop is what it is made of, or among that */
    uint32_t *root;        /* [things]: union-find; meaningful for those that are fed */
    LoopSlice **slices;
    uint32_t count;
} Finder;

/* ---- which loops meet ---- */

static uint32_t find(const Finder *f, uint32_t thing)
{
    while (f->root[thing] != thing)
        thing = f->root[thing] = f->root[f->root[thing]];
    return thing;
}

static bool reads_fed(const Finder *f, uint32_t node)
{
    for (; node != LOOP_NONE; node = f->graph->nodes[node].skip)
        for (uint32_t i = f->graph->nodes[node].first; i < f->graph->nodes[node].end; i++)
            if (f->graph->touches[i].reads && f->fed[f->graph->touches[i].thing])
                return true;
    return false;
}

/* Marks everything that some loop bears upon. `queue` has room for all things. */
static void feed(Finder *f, uint32_t *queue)
{
    const LoopGraph *g = f->graph;
    uint32_t count = 0;
    for (uint32_t i = g->loops; i < g->measures; i++) {
        f->fed[i] = 1;
        queue[count++] = i;
    }
    while (count) {
        uint32_t thing = queue[--count];
        for (uint32_t i = g->readers.begin[thing]; i < g->readers.begin[thing + 1]; i++) {
            uint32_t node = g->readers.node[i], end = node + 1;
            if (g->nodes[node].code && g->nodes[node].target != LOOP_NONE)
                end = g->nodes[node].target;
            for (uint32_t n = node; n < end; n++)
                for (uint32_t k = g->nodes[n].first; k < g->nodes[n].end; k++) {
                    uint32_t to = g->touches[k].thing;
                    if (g->touches[k].writes && !f->fed[to]) {
                        f->fed[to] = 1;
                        queue[count++] = to;
                    }
                }
        }
    }
}

/* All that a node touches and that is fed belongs together, and so does what the jumps over it read. */
static void join(Finder *f)
{
    const LoopGraph *g = f->graph;
    for (uint32_t i = 0; i < g->things; i++)
        f->root[i] = i;
    for (uint32_t n = 0; n < g->node_count; n++) {
        uint32_t one = LOOP_NONE;
        if (!reads_fed(f, n))
            continue;
        for (uint32_t at = n; at != LOOP_NONE; at = g->nodes[at].skip)
            for (uint32_t i = g->nodes[at].first; i < g->nodes[at].end; i++) {
                uint32_t thing = g->touches[i].thing;
                if (!f->fed[thing])
                    continue;
                if (one != LOOP_NONE)
                    f->root[find(f, thing)] = find(f, one);
                one = thing;
            }
    }
}

/* ---- slices ---- */

static bool add_slice(Finder *f)
{
    LoopSlice *slice = loop_slicer_end(f->slicer);
    f->slices[f->count] = slice;
    f->count += slice != NULL;
    return slice != NULL;
}

/* One slice for all things that belong together: `members` lists things by root. */
static bool slice_roots(Finder *f)
{
    const LoopGraph *g = f->graph;
    uint32_t *next = LOOP_NEW_ARRAY(f->arena, g->things, uint32_t), *first = LOOP_NEW_ARRAY(f->arena, g->things, uint32_t);
    if (!next || !first)
        return false;
    for (uint32_t i = 0; i < g->things; i++)
        first[i] = LOOP_NONE;
    for (uint32_t i = g->things; i-- > 0;)
        if (f->fed[i]) {
            next[i] = first[find(f, i)];
            first[find(f, i)] = i;
        }
    for (uint32_t i = g->loops; i < g->measures; i++) {
        uint32_t root = find(f, i);
        if (first[root] == LOOP_NONE) /* sliced already */
            continue;
        loop_slicer_begin(f->slicer);
        for (uint32_t thing = first[root]; thing != LOOP_NONE; thing = next[thing])
            loop_slicer_want(f->slicer, thing);
        first[root] = LOOP_NONE;
        if (!add_slice(f))
            return false;
    }
    return true;
}

/* What no loop bears upon, if it is measured, plotted or checked and no slice has it yet. */
static bool slice_rest(Finder *f)
{
    const LoopGraph *g = f->graph;
    bool any = false;
    loop_slicer_begin(f->slicer);
    for (uint32_t i = g->measures; i < g->things; i++)
        if (!f->fed[i]) {
            loop_slicer_want(f->slicer, i);
            any = true;
        }
    for (uint32_t n = 0; n < g->node_count; n++) {
        const char *operands = g->nodes[n].code ? loop_op_info(g->nodes[n].code[0])->operands : "";
        if (!strchr(operands, 'c') || loop_slicer_has(f->slicer, n))
            continue;
        for (uint32_t i = g->nodes[n].first; i < g->nodes[n].end; i++)
            if (g->touches[i].writes)
                loop_slicer_want(f->slicer, g->touches[i].thing);
        any = true;
    }
    return !any || add_slice(f);
}

/* ---- parts that are alike ---- */

static uint64_t hash_list(const LoopList *list, uint64_t h)
{
    for (size_t i = 0; i < list->count; i++) /* a word at a time, as loop_hash64 takes bytes */
        h = (h ^ LOOP_ITEM(*list, uint32_t, i)) * 0x9e3779b97f4a7c15u;
    return loop_mix64(h);
}

static uint64_t hash(const LoopSlice *slice)
{
    uint64_t h = hash_list(&slice->shape, LOOP_HASH_START);
    for (size_t i = 0; i < LOOP_SECTIONS; i++)
        h = hash_list(&slice->code[i], h);
    return h;
}

static bool same_list(const LoopList *a, const LoopList *b)
{
    return a->count == b->count && (!a->count || !memcmp(a->items, b->items, a->count * sizeof(uint32_t)));
}

static bool alike(const LoopSlice *a, const LoopSlice *b)
{
    bool same = same_list(&a->shape, &b->shape);
    for (size_t i = 0; same && i < LOOP_SECTIONS; i++)
        same = same_list(&a->code[i], &b->code[i]);
    return same;
}

typedef struct Ranked {
    uint64_t hash;
    uint32_t slice;
} Ranked;

static int by_hash(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash > y->hash ? 1 : -1;
    return (x->slice > y->slice) - (x->slice < y->slice);
}

/* Slices that are alike side by side, in their order. */
static bool sort_alike(Finder *f)
{
    Ranked *ranked = LOOP_NEW_ARRAY(f->arena, f->count, Ranked);
    LoopSlice **sorted = LOOP_NEW_ARRAY(f->arena, f->count, LoopSlice *);
    if (!ranked || !sorted)
        return false;
    for (uint32_t i = 0; i < f->count; i++)
        ranked[i] = (Ranked){hash(f->slices[i]), i};
    qsort(ranked, f->count, sizeof *ranked, by_hash);
    for (uint32_t i = 0; i < f->count; i++)
        sorted[i] = f->slices[ranked[i].slice];
    f->slices = sorted;
    return true;
}

static bool merge_all(Finder *f, LoopParts *parts, bool merges)
{
    LoopWhole whole;
    parts->part = LOOP_NEW_ARRAY(parts->arena, f->count, LoopPart);
    if (!parts->part || !loop_whole_make(&whole, f->graph, parts->arena) || (merges && !sort_alike(f)))
        return false;
    for (uint32_t i = 0, n; i < f->count; i += n) {
        for (n = 1; merges && i + n < f->count && alike(f->slices[i], f->slices[i + n]);)
            n++;
        if (!loop_merge(&whole, f->slices + i, n, &parts->part[parts->count++]))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

/* What parts have in common each of them does again. */
static void weigh(const Finder *f, LoopParts *parts)
{
    const LoopGraph *g = f->graph;
    for (uint32_t i = 0; i < f->count; i++)
        parts->work += f->slices[i]->work;
    for (uint32_t n = 0; n < g->node_count; n++) {
        const LoopGraphNode *node = &g->nodes[n];
        const char *operands = node->code ? loop_op_info(node->code[0])->operands : "";
        if (node->section != LOOP_SECTION_INIT && (operands[0] == 'd' || operands[0] == 'h'))
            parts->work_whole += g->program->registers[node->code[1]].width;
    }
    for (uint32_t i = 0; i < g->program->loop_count; i++)
        parts->work_whole += 3 * loop_synapses(&g->program->loops[i]);
}

/* Lanes whose trials end by what they measured, foreign calls and code that stops keep a program whole. */
static bool can_part(const LoopProgram *p)
{
    bool can = p->loop_count > 1 && !p->foreign_count && !p->verdict.length && (uint64_t)p->loop_count * p->group_count <= INT32_MAX;
    for (uint32_t i = 0; can && i < p->task.phase_count; i++)
        can = p->task.phases[i].until == LOOP_NONE;
    for (uint32_t i = 0; can && i < p->measure_count; i++)
        can = p->measures[i].instant == LOOP_NONE;
    return can;
}

static bool make(LoopParts *parts, const LoopProgram *program, bool merges)
{
    LoopGraph graph;
    Finder f = {.graph = &graph, .arena = parts->arena};
    if (!loop_graph_make(&graph, program, f.arena))
        return false;
    f.fed = LOOP_NEW_ARRAY(f.arena, graph.things, uint8_t);
    f.root = LOOP_NEW_ARRAY(f.arena, graph.things, uint32_t);
    f.slices = LOOP_NEW_ARRAY(f.arena, (size_t)program->loop_count + 1, LoopSlice *);
    f.slicer = loop_slicer_new(&graph, f.arena);
    if (!f.fed || !f.root || !f.slices || !f.slicer)
        return false;
    feed(&f, f.root);
    join(&f);
    if (!slice_roots(&f) || !slice_rest(&f))
        return false;
    weigh(&f, parts);
    return f.count < 2 || merge_all(&f, parts, merges);
}

LoopParts *loop_parts_make(const LoopProgram *program, bool merges, bool *failed)
{
    *failed = false;
    if (!can_part(program))
        return NULL;
    LoopArena *arena = loop_arena_new();
    LoopParts *parts = arena ? LOOP_NEW(arena, LoopParts) : NULL;
    *failed = true;
    if (parts) {
        parts->arena = arena;
        *failed = !make(parts, program, merges);
    }
    if (!*failed && parts->count > 1)
        return parts;
    if (!*failed && parts->count == 1 && parts->part->copies > 1)
        return parts;
    loop_arena_free(arena);
    return NULL;
}

void loop_parts_free(LoopParts *parts)
{
    if (parts)
        loop_arena_free(parts->arena);
}
