/* Slices to programs: see merge.h. Registers that nothing writes are constants or parameters; where they differ between
   copies they become parameters in which the groups of the part differ, and what is made of them differs between lanes. */
#include "runtime/parts/merge.h"

#include <string.h>

bool loop_whole_make(LoopWhole *whole, const LoopGraph *graph, LoopArena *arena)
{
    const LoopProgram *p = graph->program;
    *whole = (LoopWhole){.program = p, .arena = arena};
    whole->constants = LOOP_NEW_ARRAY(arena, p->register_count, uint32_t);
    whole->params = LOOP_NEW_ARRAY(arena, p->register_count, uint32_t);
    whole->order = LOOP_NEW_ARRAY(arena, p->check_count, uint32_t);
    whole->last = LOOP_NEW_ARRAY(arena, p->register_count, uint32_t);
    if (loop_arena_failed(arena))
        return false;
    for (uint32_t i = 0; i < p->register_count; i++)
        whole->constants[i] = whole->params[i] = LOOP_NONE;
    for (uint32_t i = 0; i < p->constant_count; i++)
        whole->constants[p->constants[i].reg] = i;
    for (uint32_t i = 0; i < p->param_count; i++)
        whole->params[p->params[i].reg] = i;
    for (uint32_t n = graph->node_count; n-- > 0;) {
        const uint32_t *code = graph->nodes[n].code;
        const char *operands = code ? loop_op_info(code[0])->operands : "";
        for (size_t o = 0; operands[o]; o++)
            if (operands[o] == 'c')
                whole->order[code[o + 1]] = n;
    }
    return true;
}

typedef struct Merge {
    const LoopWhole *whole;
    LoopSlice *const *slices;
    uint32_t copies;
    LoopPart *part;
    LoopProgram *to;
    uint32_t *reg;       /* [registers of a slice]: registers of the part */
    uint32_t *first;     /* [registers of the part]: the register of the slices that it is */
} Merge;

#define ITEM(numbers, i) LOOP_ITEM((numbers).of, uint32_t, i)

static uint32_t count_of(const LoopNumbers *numbers)
{
    return (uint32_t)numbers->of.count;
}

/* ---- registers ---- */

static bool same_in_all(const Merge *m, uint32_t a, uint32_t b)
{
    for (uint32_t c = 0; c < m->copies; c++)
        if (ITEM(m->slices[c]->registers, a) != ITEM(m->slices[c]->registers, b))
            return false;
    return true;
}

/* Numbers of a slice that stand for the same register in every copy become one. `last` of a register of the whole is the
   number of the slice + 1 that was made of it last in the first copy, `before` of that the one before. */
static bool merge_registers(Merge *m)
{
    LoopArena *arena = m->whole->arena;
    uint32_t n = count_of(&m->slices[0]->registers), *last = m->whole->last;
    uint32_t *before = LOOP_NEW_ARRAY(arena, n, uint32_t);
    m->reg = LOOP_NEW_ARRAY(arena, n, uint32_t);
    m->first = LOOP_NEW_ARRAY(arena, n, uint32_t);
    m->to->registers = LOOP_NEW_ARRAY(arena, n, LoopRegister);
    m->to->register_names = LOOP_NEW_ARRAY(arena, n, LoopStr);
    if (loop_arena_failed(arena))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t whole = ITEM(m->slices[0]->registers, i), twin = last[whole];
        while (twin && !same_in_all(m, i, twin - 1))
            twin = before[twin - 1];
        if (twin) {
            m->reg[i] = m->reg[twin - 1];
            continue;
        }
        before[i] = last[whole];
        last[whole] = i + 1;
        m->reg[i] = m->to->register_count;
        m->first[m->to->register_count] = i;
        m->to->registers[m->to->register_count++] = m->whole->program->registers[whole];
    }
    for (uint32_t i = 0; i < n; i++)
        last[ITEM(m->slices[0]->registers, i)] = 0;
    return true;
}

static uint32_t reg(const Merge *m, uint32_t of_slice)
{
    return of_slice == LOOP_NONE ? LOOP_NONE : m->reg[of_slice];
}

/* Element `e` of a register of the whole that nothing writes, in a group. */
static double value_of(const LoopWhole *w, uint32_t whole, uint32_t group, uint32_t e)
{
    const LoopProgram *p = w->program;
    if (w->params[whole] != LOOP_NONE) {
        const LoopParam *q = &p->params[w->params[whole]];
        return q->groups ? q->groups[(size_t)group * q->width + e] : q->value[e];
    }
    return w->constants[whole] == LOOP_NONE ? 0 : p->constants[w->constants[whole]].values[e];
}

/* The values of a register in all groups of all copies; *differ: they are not all the same. */
static double *values_of(const Merge *m, uint32_t of_slice, uint32_t width, bool *differ)
{
    uint32_t groups = m->whole->program->group_count;
    double *values = LOOP_NEW_ARRAY(m->whole->arena, (size_t)m->copies * groups * width, double), *at = values;
    *differ = false;
    for (uint32_t c = 0; values && c < m->copies; c++)
        for (uint32_t g = 0; g < groups; g++, at += width) {
            for (uint32_t e = 0; e < width; e++)
                at[e] = value_of(m->whole, ITEM(m->slices[c]->registers, of_slice), g, e);
            *differ = *differ || memcmp(at, values, width * sizeof *at) != 0;
        }
    return values;
}

static bool has_value(const Merge *m, uint32_t of_slice)
{
    for (uint32_t c = 0; c < m->copies; c++) {
        uint32_t whole = ITEM(m->slices[c]->registers, of_slice);
        if (m->whole->params[whole] != LOOP_NONE || m->whole->constants[whole] != LOOP_NONE)
            return true;
    }
    return false;
}

/* The values of a register that is the same one in every copy, and the same in all groups; NULL if it is not. */
static const double *common_values(const Merge *m, uint32_t of_slice)
{
    const LoopProgram *p = m->whole->program;
    uint32_t whole = ITEM(m->slices[0]->registers, of_slice), param = m->whole->params[whole], constant = m->whole->constants[whole];
    for (uint32_t c = 1; c < m->copies; c++)
        if (ITEM(m->slices[c]->registers, of_slice) != whole)
            return NULL;
    if (param != LOOP_NONE)
        return p->params[param].groups ? NULL : p->params[param].value;
    return constant != LOOP_NONE ? p->constants[constant].values : NULL;
}

/* Constants and parameters: all else begins as 0. */
static bool write_values(Merge *m)
{
    LoopProgram *to = m->to;
    to->constants = LOOP_NEW_ARRAY(m->whole->arena, to->register_count, LoopConstant);
    to->params = LOOP_NEW_ARRAY(m->whole->arena, to->register_count, LoopParam);
    for (uint32_t r = 0; r < to->register_count && !loop_arena_failed(m->whole->arena); r++) {
        uint32_t width = to->registers[r].width;
        bool differ;
        if (!has_value(m, m->first[r]))
            continue;
        const double *values = common_values(m, m->first[r]);
        if (values)
            differ = false;
        else
            values = values_of(m, m->first[r], width, &differ);
        if (!differ) {
            to->constants[to->constant_count++] = (LoopConstant){r, values};
            continue;
        }
        to->registers[r].uniform = false;
        to->params[to->param_count++] = (LoopParam){.reg = r, .width = width, .value = values, .groups = values};
    }
    return !loop_arena_failed(m->whole->arena);
}

/* ---- tables ---- */

static uint64_t *places_of(const Merge *m, bool loops, uint32_t i)
{
    uint64_t *places = LOOP_NEW_ARRAY(m->whole->arena, m->copies, uint64_t);
    for (uint32_t c = 0; places && c < m->copies; c++)
        places[c] = loops ? m->whole->program->loops[ITEM(m->slices[c]->loops, i)].place
                          : m->whole->program->draws[ITEM(m->slices[c]->draws, i)].place;
    return places;
}

static bool write_loops(Merge *m)
{
    const LoopSlice *slice = m->slices[0];
    m->to->loop_count = count_of(&slice->loops);
    m->to->loops = LOOP_NEW_ARRAY(m->whole->arena, m->to->loop_count, LoopLoop);
    for (uint32_t i = 0; m->to->loops && i < m->to->loop_count; i++) {
        LoopLoop *loop = &m->to->loops[i];
        *loop = slice->loop[i];
#define IN(member) loop->member = reg(m, loop->member);
#define OUT(member) loop->member = reg(m, loop->member);
#include "runtime/contract/loop_member.def"
#undef IN
#undef OUT
        for (size_t k = 0; k < LOOP_RULE_SETTINGS; k++)
            loop->settings[k] = reg(m, loop->settings[k]);
        loop->places = places_of(m, true, i);
    }
    return !loop_arena_failed(m->whole->arena);
}

static bool write_small(Merge *m)
{
    const LoopSlice *slice = m->slices[0];
    LoopArena *arena = m->whole->arena;
    LoopProgram *to = m->to;
    to->draw_count = count_of(&slice->draws);
    to->draws = LOOP_NEW_ARRAY(arena, to->draw_count, LoopDraw);
    to->ring_count = count_of(&slice->rings);
    to->rings = LOOP_NEW_ARRAY(arena, to->ring_count, LoopRing);
    to->check_count = count_of(&slice->checks);
    to->checks = LOOP_NEW_ARRAY(arena, to->check_count, LoopCheck);
    if (loop_arena_failed(arena))
        return false;
    for (uint32_t i = 0; i < to->draw_count; i++) {
        to->draws[i] = m->whole->program->draws[ITEM(slice->draws, i)];
        to->draws[i].places = places_of(m, false, i);
    }
    for (uint32_t i = 0; i < to->ring_count; i++) {
        to->rings[i] = slice->ring[i];
        to->rings[i].before = reg(m, to->rings[i].before);
    }
    for (uint32_t i = 0; i < to->check_count; i++)
        to->checks[i] = m->whole->program->checks[ITEM(slice->checks, i)];
    return !loop_arena_failed(arena);
}

static LoopAnchor anchor(const Merge *m, LoopAnchor a)
{
    a.onset = reg(m, a.onset);
    a.offset_reg = reg(m, a.offset_reg);
    return a;
}

/* What number i of each copy is in the whole program, [copies][n]. */
static uint32_t *wholes_of(const Merge *m, size_t offset, uint32_t n)
{
    uint32_t *wholes = LOOP_NEW_ARRAY(m->whole->arena, (size_t)m->copies * n, uint32_t);
    for (uint32_t c = 0; wholes && n && c < m->copies; c++) {
        const LoopNumbers *numbers = (const LoopNumbers *)(const void *)((const char *)m->slices[c] + offset);
        memcpy(wholes + (size_t)c * n, numbers->of.items, n * sizeof *wholes);
    }
    return wholes;
}

static bool write_observers(Merge *m)
{
    const LoopSlice *slice = m->slices[0];
    LoopArena *arena = m->whole->arena;
    LoopProgram *to = m->to;
    to->measure_count = count_of(&slice->measures);
    to->measures = LOOP_NEW_ARRAY(arena, to->measure_count, LoopMeasure);
    to->strip_count = count_of(&slice->strips);
    to->strips = LOOP_NEW_ARRAY(arena, to->strip_count, LoopStrip);
    if (loop_arena_failed(arena))
        return false;
    for (uint32_t i = 0; i < to->measure_count; i++) {
        LoopMeasure *measure = &to->measures[i];
        *measure = slice->measure[i];
        measure->signal = reg(m, measure->signal);
        measure->from = anchor(m, measure->from);
        if (measure->window)
            measure->to = anchor(m, measure->to);
    }
    for (uint32_t i = 0; i < to->strip_count; i++) {
        to->strips[i] = m->whole->program->strips[ITEM(slice->strips, i)];
        to->strips[i].reg = reg(m, slice->strip_register[i]);
    }
    m->part->measures = wholes_of(m, offsetof(LoopSlice, measures), to->measure_count);
    m->part->strips = wholes_of(m, offsetof(LoopSlice, strips), to->strip_count);
    m->part->loops = wholes_of(m, offsetof(LoopSlice, loops), to->loop_count);
    return !loop_arena_failed(arena);
}

/* Faults are told in the words of the whole program, and in the order of its code. */
static bool write_origin(Merge *m)
{
    LoopArena *arena = m->whole->arena;
    LoopOrigin *origin = LOOP_NEW(arena, LoopOrigin);
    if (!origin)
        return false;
    uint32_t *wholes = wholes_of(m, offsetof(LoopSlice, checks), m->to->check_count);
    uint32_t *order = LOOP_NEW_ARRAY(arena, (size_t)m->copies * m->to->check_count, uint32_t);
    for (size_t i = 0; wholes && order && i < (size_t)m->copies * m->to->check_count; i++)
        order[i] = m->whole->order[wholes[i]];
    *origin = (LoopOrigin){.copies = m->copies, .checks = m->whole->program->checks, .check = wholes, .order = order};
    m->to->origin = origin;
    return !loop_arena_failed(arena);
}

static bool write_task(Merge *m)
{
    const LoopProgram *whole = m->whole->program;
    LoopArena *arena = m->whole->arena;
    LoopTask *task = &m->to->task;
    LoopPhase *phases = LOOP_NEW_ARRAY(arena, whole->task.phase_count, LoopPhase);
    *task = m->slices[0]->task;
    uint32_t *const regs[] = {&task->phase, &task->trial, &task->type, &task->time, &task->between};
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++)
        *regs[i] = reg(m, *regs[i]);
    for (uint32_t i = 0; phases && i < task->phase_count; i++) {
        phases[i] = whole->task.phases[i];
        if (!phases[i].groups)
            continue;
        bool *groups = LOOP_NEW_ARRAY(arena, m->to->group_count, bool);
        for (uint32_t g = 0; groups && g < m->to->group_count; g++)
            groups[g] = phases[i].groups[g % whole->group_count];
        phases[i].groups = groups;
    }
    task->phases = phases;
    return !loop_arena_failed(arena);
}

/* ---- code ---- */

static void write_section(Merge *m, LoopSection *to, const LoopList *code)
{
    static uint32_t nothing; /* a section has code, be it of no length */
    to->code = code->count ? code->items : &nothing;
    to->length = code->count;
    for (size_t pc = 0; pc < to->length;) {
        const char *operands = loop_op_info(to->code[pc++])->operands;
        for (; *operands; operands++, pc++)
            if (*operands == 'd' || *operands == 'h' || *operands == 'v')
                to->code[pc] = reg(m, to->code[pc]);
    }
}

/* ---- what differs between lanes ---- */

static bool differs(const LoopProgram *p, uint32_t reg)
{
    return reg != LOOP_NONE && !p->registers[reg].uniform;
}

/* Whether `differ` is news to the register. */
static bool spread(LoopProgram *p, uint32_t reg, bool differ)
{
    if (reg == LOOP_NONE || !differ || !p->registers[reg].uniform)
        return false;
    p->registers[reg].uniform = false;
    return true;
}

static bool spread_instruction(LoopProgram *p, const uint32_t *code)
{
    const char *operands = loop_op_info(code[0])->operands;
    bool differ = false, news = false;
    for (size_t o = 0; operands[o]; o++)
        if (operands[o] == 'v' || operands[o] == 'h')
            differ = differ || differs(p, code[o + 1]);
        else if (operands[o] == 'l')
            differ = differ || !p->loops[code[o + 1]].uniform;
        else if (operands[o] == 'r')
            differ = differ || !p->rings[code[o + 1]].uniform;
    for (size_t o = 0; operands[o]; o++)
        if (operands[o] == 'd' || operands[o] == 'h')
            news = spread(p, code[o + 1], differ) || news;
    if (code[0] == LOOP_OP_RING_WRITE && differ && p->rings[code[1]].uniform) {
        p->rings[code[1]].uniform = false;
        news = true;
    }
    return news;
}

static bool spread_section(LoopProgram *p, const LoopSection *section)
{
    bool news = false;
    for (size_t pc = 0; pc < section->length; pc += loop_op_info(section->code[pc])->words)
        news = spread_instruction(p, section->code + pc) || news;
    return news;
}

/* Weights that all lanes share need everything that they are made of to be shared. */
static bool spread_loop(LoopProgram *p, LoopLoop *loop)
{
    const uint32_t made_of[] = {loop->context, loop->propose, loop->dopamine, loop->rate, loop->trace, loop->burst, loop->dip,
                                loop->forget, loop->freeze, loop->credit, loop->credit_context, loop->credit_propose, loop->weights};
    bool differ = !loop->uniform, was = loop->uniform;
    for (size_t i = 0; i < sizeof made_of / sizeof made_of[0]; i++)
        differ = differ || differs(p, made_of[i]);
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        differ = differ || differs(p, loop->settings[i]);
    loop->uniform = !differ;
    bool placed = loop->weights != LOOP_NONE && p->registers[loop->weights].no_room;
    bool news = spread(p, loop->value, differ);
    return (placed && spread(p, loop->weights, differ)) || news || was != loop->uniform;
}

static bool spread_ring(LoopProgram *p, LoopRing *ring)
{
    bool news = ring->uniform && differs(p, ring->before);
    ring->uniform = ring->uniform && !news;
    return news;
}

static void spread_all(LoopProgram *p)
{
    for (bool news = true; news;) {
        news = spread_section(p, &p->init);
        news = spread_section(p, &p->step) || news;
        news = spread_section(p, &p->observe) || news;
        for (uint32_t i = 0; i < p->loop_count; i++)
            news = spread_loop(p, &p->loops[i]) || news;
        for (uint32_t i = 0; i < p->ring_count; i++)
            news = spread_ring(p, &p->rings[i]) || news;
    }
}

bool loop_merge(const LoopWhole *whole, LoopSlice *const *slices, uint32_t copies, LoopPart *part)
{
    const LoopProgram *p = whole->program;
    Merge m = {.whole = whole, .slices = slices, .copies = copies, .part = part, .to = LOOP_NEW(whole->arena, LoopProgram)};
    if (!m.to)
        return false;
    *part = (LoopPart){.program = m.to, .copies = copies};
    *m.to = (LoopProgram){.arena = whole->arena, .model = p->model, .step_ms = p->step_ms, .seed = p->seed, .agents = p->agents,
                          .group_count = p->group_count * copies};
    if (!merge_registers(&m) || !write_values(&m) || !write_loops(&m) || !write_small(&m) || !write_observers(&m) ||
        !write_origin(&m) || !write_task(&m))
        return false;
    write_section(&m, &m.to->init, &slices[0]->code[LOOP_SECTION_INIT]);
    write_section(&m, &m.to->step, &slices[0]->code[LOOP_SECTION_STEP]);
    write_section(&m, &m.to->observe, &slices[0]->code[LOOP_SECTION_OBSERVE]);
    spread_all(m.to);
    return true;
}
