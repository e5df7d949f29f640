/* Values that lie where weights do, and traces that lie where credit does: see place.h. */
#include "runtime/parts/place.h"

#include "runtime/parts/graph.h"

#include <math.h>

/* Whether it is the number x of the model, for good. */
static bool is_number(const LoopProgram *p, uint32_t reg, double x)
{
    bool found = false;
    for (uint32_t i = 0; i < p->constant_count; i++)
        if (p->constants[i].reg == reg)
            found = p->registers[reg].width == 1 && p->constants[i].values[0] == x;
    for (uint32_t i = 0; i < p->param_count; i++)
        found = found && p->params[i].reg != reg;
    return found;
}

/* Whether each channel has one synapse, and no more. */
static bool has_one_line(const LoopLoop *loop)
{
    return loop->neurons == 1 && loop->reach == 1 && loop->lines == 1 && loop->wiring == LOOP_WIRING_BROADCAST && !loop->upstate;
}

static bool is_minus_zero(double x)
{
    return x == 0 && signbit(x);
}

/* Whether values are weights, to the last bit: one that forgets may come to -0, which a value never is. */
static bool are_weights(const LoopProgram *p, const LoopLoop *loop)
{
    return has_one_line(loop) && loop->propose == LOOP_NONE && is_number(p, loop->context, 1) &&
           (!loop->learns || (loop->forget == LOOP_NONE && (!loop->bounded || !(is_minus_zero(loop->lo) || is_minus_zero(loop->hi)))));
}

/* Whether the traces are what the loop itself gave credit to on the step, to the last bit. */
static bool are_credit(const LoopProgram *p, const LoopLoop *loop)
{
    return loop->kind == LOOP_CHOOSE && loop->learns && !loop->credit_first && has_one_line(loop) && loop->credit_propose == LOOP_NONE &&
           loop->credit != LOOP_NONE && (loop->credit == loop->choice || loop->credit == loop->policy) && loop->trace_by_channel &&
           is_number(p, loop->credit_context, 1) && (loop->trace == LOOP_NONE || is_number(p, loop->trace, 0));
}

/* The node that does `op` with a loop in a step. LOOP_NONE: none that is always run. */
static uint32_t node_of(const LoopGraph *g, LoopOp op, uint32_t loop)
{
    const LoopNodesOf *of = &g->readers;
    for (uint32_t i = of->begin[g->loops + loop]; i < of->begin[g->loops + loop + 1]; i++) {
        const LoopGraphNode *n = &g->nodes[of->node[i]];
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

static uint32_t count(const LoopNodesOf *lists, uint32_t thing)
{
    return lists->begin[thing + 1] - lists->begin[thing];
}

/* Whether nobody but the loop sees its credit, which it gives, and learns from, on every step. */
static bool is_its_own(const LoopGraph *g, uint32_t index)
{
    const LoopLoop *loop = &g->program->loops[index];
    const uint32_t credit = loop->credit;
    return count(&g->readers, credit) == 1 && count(&g->writers, credit) == 1 && node_of(g, LOOP_OP_CHOOSE, index) != LOOP_NONE &&
           node_of(g, LOOP_OP_LEARN, index) != LOOP_NONE && is_never_written(g, loop->credit_context) &&
           (loop->trace == LOOP_NONE || is_never_written(g, loop->trace));
}

bool loop_place(LoopProgram *program, LoopArena *scratch)
{
    LoopGraph graph = {0};
    if (program->verdict.length) /* the graph does not know what it reads */
        return true;
    for (uint32_t i = 0; i < program->loop_count; i++) {
        LoopLoop *loop = &program->loops[i];
        const bool values = are_weights(program, loop), traces = are_credit(program, loop);
        if ((values || traces) && !graph.program && !loop_graph_make(&graph, program, scratch))
            return false;
        program->registers[loop->value].no_room = values && is_seen_in_time(&graph, i);
        loop->swaps_traces = traces && is_its_own(&graph, i);
        loop->own_choice = loop->own_choice && !loop->swaps_traces;
    }
    return true;
}
