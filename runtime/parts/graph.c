/* Program to graph: see graph.h. */
#include "runtime/parts/graph.h"

#include <string.h>

/* While the graph is made: first counted, with no room for anything, then filled in. */
typedef struct Maker {
    LoopGraph *graph;
    bool counts;
} Maker;

static void touch(Maker *m, uint32_t thing, bool reads, bool writes)
{
    if (!m->counts)
        m->graph->touches[m->graph->touch_count] = (LoopTouch){thing, reads, writes};
    m->graph->touch_count++;
}

/* A member that a loop of its kind does not have may hold anything. */
static void touch_register(Maker *m, uint32_t reg, bool reads, bool writes)
{
    if (reg < m->graph->program->register_count)
        touch(m, reg, reads, writes);
}

static void begin_node(Maker *m, LoopGraphNode node)
{
    node.first = m->graph->touch_count;
    if (!m->counts)
        m->graph->nodes[m->graph->node_count] = node;
}

static void end_node(Maker *m)
{
    if (!m->counts)
        m->graph->nodes[m->graph->node_count].end = m->graph->touch_count;
    m->graph->node_count++;
}

static void touch_clock(Maker *m, bool writes)
{
    const LoopTask *task = &m->graph->program->task;
    const uint32_t regs[] = {task->phase, task->trial, task->type, task->time};
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++)
        touch(m, regs[i], !writes, writes);
}

/* A register that is only checked counts as written: whoever wants it wants the check. */
static void touch_operand(Maker *m, uint32_t op, char kind, uint32_t word)
{
    bool checks = op == LOOP_OP_CHECK || op == LOOP_OP_FINITE;
    const LoopGraph *g = m->graph;
    switch (kind) {
    case 'd':
        touch(m, word, false, true);
        break;
    case 'h':
        touch(m, word, true, true);
        break;
    case 'v':
        touch(m, word, true, checks);
        break;
    case 'r':
        touch(m, g->rings + word, op != LOOP_OP_RING_WRITE, op == LOOP_OP_RING_WRITE);
        break;
    case 'l':
        touch(m, g->loops + word, true, op == LOOP_OP_VALUE || op == LOOP_OP_CHOOSE || op == LOOP_OP_VARY || op == LOOP_OP_LEARN);
        break;
    case 'm':
        touch(m, g->measures + word, true, false);
        break;
    default:
        break;
    }
}

static bool is_jump(uint32_t op)
{
    return op == LOOP_OP_SKIP_UNLESS || op == LOOP_OP_SKIP_FIRST || op == LOOP_OP_SKIP_UNASKED;
}

static void add_instruction(Maker *m, const uint32_t *code, uint32_t section)
{
    const char *operands = loop_op_info(code[0])->operands;
    begin_node(m, (LoopGraphNode){.code = code, .section = section, .length = loop_op_info(code[0])->words, .skip = LOOP_NONE, .target = LOOP_NONE});
    for (size_t i = 0; operands[i]; i++)
        touch_operand(m, code[0], operands[i], code[i + 1]);
    if (code[0] == LOOP_OP_CLOCK || code[0] == LOOP_OP_EVENT_ON || code[0] == LOOP_OP_EVENT_ACTIVE || code[0] == LOOP_OP_TRIAL_BEGIN)
        touch_clock(m, code[0] == LOOP_OP_CLOCK);
    end_node(m);
}

static void add_section(Maker *m, const LoopSection *section, uint32_t name)
{
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words)
        add_instruction(m, section->code + pc, name);
}

/* Where the jumps from node `first` on lead, and what they pass over; the innermost comes last and so has the last word. */
static void link_jumps(LoopGraph *g, uint32_t first)
{
    for (uint32_t i = first; i < g->node_count; i++) {
        LoopGraphNode *jump = &g->nodes[i];
        if (!is_jump(jump->code[0]))
            continue;
        const uint32_t *to = jump->code + jump->length + jump->code[jump->length - 1];
        for (jump->target = i + 1; jump->target < g->node_count && g->nodes[jump->target].code < to;)
            g->nodes[jump->target++].skip = i;
    }
}

static void add_loop(Maker *m, const LoopLoop *loop, uint32_t thing)
{
    begin_node(m, (LoopGraphNode){.section = LOOP_SECTION_NONE, .skip = LOOP_NONE});
    touch(m, thing, true, true);
#define IN(member) touch_register(m, loop->member, true, false);
#define OUT(member) touch_register(m, loop->member, false, true);
#include "runtime/contract/loop_member.def"
#undef IN
#undef OUT
    for (size_t i = 0; loop->learns && i < LOOP_RULE_SETTINGS; i++)
        touch_register(m, loop->settings[i], true, false);
    end_node(m);
}

static void touch_anchor(Maker *m, const LoopAnchor *anchor)
{
    if (anchor->kind == LOOP_ANCHOR_ONSET)
        touch(m, anchor->onset, true, false);
    touch_register(m, anchor->offset_reg, true, false);
}

static void add_measure(Maker *m, const LoopMeasure *measure, uint32_t thing)
{
    begin_node(m, (LoopGraphNode){.section = LOOP_SECTION_NONE, .skip = LOOP_NONE});
    touch(m, thing, false, true);
    touch(m, measure->signal, true, false);
    touch_anchor(m, &measure->from);
    if (measure->window)
        touch_anchor(m, &measure->to);
    end_node(m);
}

/* `thing` reads register `reg`. */
static void add_reader(Maker *m, uint32_t thing, uint32_t reg)
{
    begin_node(m, (LoopGraphNode){.section = LOOP_SECTION_NONE, .skip = LOOP_NONE});
    touch(m, thing, false, true);
    touch_register(m, reg, true, false);
    end_node(m);
}

static void add_all(Maker *m)
{
    const LoopProgram *p = m->graph->program;
    const LoopSection *sections[LOOP_SECTIONS] = {&p->init, &p->step, &p->observe};
    m->graph->node_count = m->graph->touch_count = 0;
    for (uint32_t i = 0; i < LOOP_SECTIONS; i++) {
        uint32_t first = m->graph->node_count;
        add_section(m, sections[i], i);
        if (!m->counts)
            link_jumps(m->graph, first);
    }
    begin_node(m, (LoopGraphNode){.section = LOOP_SECTION_NONE, .skip = LOOP_NONE});
    touch_clock(m, true);
    touch_register(m, p->task.between, true, false);
    end_node(m);
    for (uint32_t i = 0; i < p->ring_count; i++)
        add_reader(m, m->graph->rings + i, p->rings[i].before);
    for (uint32_t i = 0; i < p->loop_count; i++)
        add_loop(m, &p->loops[i], m->graph->loops + i);
    for (uint32_t i = 0; i < p->measure_count; i++)
        add_measure(m, &p->measures[i], m->graph->measures + i);
    for (uint32_t i = 0; i < p->strip_count; i++)
        add_reader(m, m->graph->strips + i, p->strips[i].reg);
}

/* Lists the nodes that write each thing, or read it. */
static bool list_nodes(const LoopGraph *g, LoopNodesOf *lists, bool writes, LoopArena *arena)
{
    lists->begin = LOOP_NEW_ARRAY(arena, (size_t)g->things + 2, uint32_t);
    lists->node = LOOP_NEW_ARRAY(arena, (size_t)g->touch_count + 1, uint32_t);
    if (!lists->begin || !lists->node)
        return false;
    uint32_t *next = lists->begin + 1; /* moves on while it is filled in, to where the next list begins */
    for (uint32_t i = 0; i < g->touch_count; i++)
        if (writes ? g->touches[i].writes : g->touches[i].reads)
            next[g->touches[i].thing + 1]++;
    for (uint32_t i = 0; i < g->things; i++)
        next[i + 1] += next[i];
    for (uint32_t n = 0; n < g->node_count; n++)
        for (uint32_t i = g->nodes[n].first; i < g->nodes[n].end; i++)
            if (writes ? g->touches[i].writes : g->touches[i].reads)
                lists->node[next[g->touches[i].thing]++] = n;
    return true;
}

bool loop_graph_make(LoopGraph *graph, const LoopProgram *program, LoopArena *arena)
{
    Maker maker = {.graph = graph, .counts = true};
    *graph = (LoopGraph){.program = program, .rings = program->register_count};
    graph->loops = graph->rings + program->ring_count;
    graph->measures = graph->loops + program->loop_count;
    graph->strips = graph->measures + program->measure_count;
    graph->things = graph->strips + program->strip_count;
    add_all(&maker);
    graph->nodes = LOOP_NEW_ARRAY(arena, graph->node_count, LoopGraphNode);
    graph->touches = LOOP_NEW_ARRAY(arena, graph->touch_count, LoopTouch);
    if (!graph->nodes || !graph->touches)
        return false;
    maker.counts = false;
    add_all(&maker);
    return list_nodes(graph, &graph->writers, true, arena) && list_nodes(graph, &graph->readers, false, arena);
}
