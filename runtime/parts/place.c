/* Values that lie where weights do: see place.h. */
#include "runtime/parts/place.h"

#include "runtime/parts/graph.h"

#include <math.h>

/* A number of the model. */
static bool is_one(const LoopProgram *p, uint32_t reg)
{
    bool one = false;
    for (uint32_t i = 0; i < p->constant_count; i++)
        if (p->constants[i].reg == reg)
            one = p->registers[reg].width == 1 && p->constants[i].values[0] == 1;
    for (uint32_t i = 0; i < p->param_count; i++)
        one = one && p->params[i].reg != reg;
    return one;
}

static bool is_minus_zero(double x)
{
    return x == 0 && signbit(x);
}

/* Whether values are weights, to the last bit: one that forgets may come to -0, which a value never is. */
static bool are_weights(const LoopProgram *p, const LoopLoop *loop)
{
    return loop->neurons == 1 && loop->reach == 1 && loop->lines == 1 && loop->wiring == LOOP_WIRING_BROADCAST && !loop->upstate &&
           loop->propose == LOOP_NONE && is_one(p, loop->context) &&
           (!loop->learns || (loop->forget == LOOP_NONE && (!loop->bounded || !(is_minus_zero(loop->lo) || is_minus_zero(loop->hi)))));
}

/* The node that does `op` with a loop in a step. LOOP_NONE: none that is always run. */
static uint32_t node_of(const LoopGraph *g, LoopOp op, uint32_t loop)
{
    const LoopNodesOf *of = &g->readers;
    for (uint32_t i = of->begin[g->loops + loop]; i < of->begin[g->loops + loop + 1]; i++) {
        const LoopNode *n = &g->nodes[of->node[i]];
        if (n->code && n->section == LOOP_SECTION_STEP && n->code[0] == (uint32_t)op)
            return n->skip == LOOP_NONE ? of->node[i] : LOOP_NONE;
    }
    return LOOP_NONE;
}

/* Whether all instructions that look at a value do so before the loop learns. */
static bool is_read_in_time(const LoopGraph *g, uint32_t reg, uint32_t from, uint32_t to)
{
    for (uint32_t i = g->readers.begin[reg]; i < g->readers.begin[reg + 1]; i++) {
        const uint32_t node = g->readers.node[i];
        if (!g->nodes[node].code || g->nodes[node].section != LOOP_SECTION_STEP || node < from || node > to)
            return false;
    }
    return true;
}

static bool is_never_written(const LoopGraph *g, uint32_t reg)
{
    return g->writers.begin[reg] == g->writers.begin[reg + 1];
}

/* Whether it is the loop alone that writes a value; checks count as writing. */
static bool is_read_only(const LoopGraph *g, uint32_t reg)
{
    for (uint32_t i = g->writers.begin[reg]; i < g->writers.begin[reg + 1]; i++) {
        const uint32_t *code = g->nodes[g->writers.node[i]].code;
        if (code && code[0] != LOOP_OP_FINITE && code[0] != LOOP_OP_CHECK)
            return false;
    }
    return true;
}

static bool is_seen_in_time(const LoopGraph *g, uint32_t index)
{
    const LoopLoop *loop = &g->program->loops[index];
    uint32_t from = node_of(g, LOOP_OP_VALUE, index), to = loop->learns ? node_of(g, LOOP_OP_LEARN, index) : g->node_count;
    return from != LOOP_NONE && to != LOOP_NONE && is_never_written(g, loop->context) && is_read_in_time(g, loop->value, from, to) &&
           is_read_only(g, loop->value);
}

bool loop_place_values(LoopProgram *program, LoopArena *scratch)
{
    LoopGraph graph = {0};
    if (program->verdict.length) /* the graph does not know what it reads */
        return true;
    for (uint32_t i = 0; i < program->loop_count; i++) {
        const LoopLoop *loop = &program->loops[i];
        if (!are_weights(program, loop))
            continue;
        if (!graph.program && !loop_graph_make(&graph, program, scratch))
            return false;
        program->registers[loop->value].no_room = is_seen_in_time(&graph, i);
    }
    return true;
}
