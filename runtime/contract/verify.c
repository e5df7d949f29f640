/* The verifier: proves that a program stays in bounds before the VM runs it. It trusts nothing that the compiler did:
   every operand of every instruction, every descriptor and every plan is checked against the tables. */
#include "runtime/contract/verify.h"

#include <math.h>
#include <string.h>

typedef struct Verify {
    const LoopProgram *p;
    const LoopSection *section;
    const char *letters; /* of the operands that belong there */
    const uint32_t *args;
} Verify;

static uint32_t width(const Verify *v, size_t i)
{
    return v->p->registers[v->args[i]].width;
}

static bool uniform(const Verify *v, size_t i)
{
    return v->p->registers[v->args[i]].uniform;
}

static const char *check_operand(const Verify *v, char kind, uint32_t word, size_t pc)
{
    const LoopProgram *p = v->p;
    switch (kind) {
    case 'd':
    case 'h':
    case 'v':
        return loop_verify_reg(p, word) ? NULL : "a register out of range";
    case 'c':
        return word < p->check_count ? NULL : "a check out of range";
    case 's':
        return word < p->draw_count ? NULL : "a draw out of range";
    case 'l':
        return word < p->loop_count ? NULL : "a loop out of range";
    case 'x':
        return word < p->foreign_count ? NULL : "a foreign call out of range";
    case 'r':
        return word < p->ring_count ? NULL : "a ring out of range";
    case 'm':
        return word < p->measure_count && v->section == &p->observe ? NULL : "a measure out of range, or out of place";
    case 'j':
        return word <= v->section->length - pc - 1 ? NULL : "a jump out of the section";
    default:
        return NULL;
    }
}

/* A uniform result may only be made of uniform operands. */
static const char *check_uniform(const Verify *v, const char *operands)
{
    if ((operands[0] != 'd' && operands[0] != 'h') || !uniform(v, 0))
        return NULL;
    for (size_t i = 1; operands[i]; i++)
        if ((operands[i] == 'v' || operands[i] == 'h') && !uniform(v, i))
            return "a shared result of operands that differ between lanes";
    return NULL;
}

static const char *check_elementwise(const Verify *v, uint32_t arity)
{
    for (uint32_t i = 1; i <= arity; i++)
        REQUIRE(width(v, i) == 1 || width(v, i) == width(v, 0), "an elementwise operand of another width");
    return NULL;
}

static const char *check_ring(const Verify *v, uint32_t index, uint32_t reg, bool writes)
{
    const LoopRing *ring = &v->p->rings[index];
    bool same = v->p->registers[reg].uniform || !ring->uniform;
    REQUIRE(v->p->registers[reg].width == ring->width, "a ring of another width");
    if (writes)
        return same ? NULL : "a shared ring of values that differ between lanes";
    return !v->p->registers[reg].uniform || ring->uniform ? NULL : "a shared result of a ring that is not";
}

static const char *check_draw(const Verify *v, size_t operands, uint32_t site)
{
    REQUIRE(!uniform(v, 0), "a draw into a shared register");
    for (size_t i = 1; i <= operands; i++)
        REQUIRE(width(v, i) == 1 || width(v, i) == width(v, 0), "a draw of another width");
    const LoopDraw *draw = &v->p->draws[site];
    REQUIRE(draw->single == (draw->clock != LOOP_DRAW_ONCE && width(v, 0) == 1), "a draw of another number of elements");
    return draw->clock <= LOOP_DRAW_ONCE ? NULL : "a draw that counts by nothing";
}

static const char *check_one_to_one(const Verify *v)
{
    return width(v, 0) == width(v, 1) ? NULL : "two widths that should be one";
}

static const char *check_event(const Verify *v, size_t registers, uint32_t type)
{
    for (size_t i = 0; i < registers; i++)
        REQUIRE(width(v, i) == 1, "an event of several elements");
    REQUIRE(!uniform(v, 0) || v->p->task.uniform, "a shared event of lanes out of step");
    return type < v->p->task.trial_count || type == LOOP_NONE ? NULL : "a trial type out of range";
}

static const char *check_synapses(const Verify *v)
{
    const LoopLoop *loop = &v->p->loops[v->args[1]];
    REQUIRE(width(v, 0) == loop_synapses(loop), "weights of another number");
    return !uniform(v, 0) || loop->uniform ? NULL : "a shared copy of weights that are not";
}

static const char *check_foreign(const Verify *v)
{
    const LoopForeign *f = &v->p->foreigns[v->args[3]];
    size_t args = 0, results = 0;
    REQUIRE(f->arg_count <= LOOP_FOREIGN_MAX && f->result_count <= LOOP_FOREIGN_MAX - f->arg_count, "a foreign call of too many values");
    for (uint32_t i = 0; i < f->arg_count; i++)
        args += f->args[i];
    for (uint32_t i = 0; i < f->result_count; i++)
        results += f->results[i];
    REQUIRE(width(v, 0) == results && results > 0 && (width(v, 1) == args || args == 0) && width(v, 2) == 1, "a foreign call of another width");
    return !uniform(v, 0) && v->args[0] != v->args[1] ? NULL : "a foreign call that lanes share";
}

/* What the letters of op.def do not say: widths. */
static const char *check_widths(const Verify *v, uint32_t op)
{
    const uint32_t *a = v->args;
    switch ((LoopOp)op) {
#define EW1(name, written, units, doc, expr) case LOOP_OP_##name:
#define EW2(name, written, units, doc, expr) case LOOP_OP_##name:
#define EW3(name, written, units, doc, expr) case LOOP_OP_##name:
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
        return check_elementwise(v, loop_op_info(op)->arity);
    case LOOP_OP_HALT:
    case LOOP_OP_CLOCK:
    case LOOP_OP_SKIP_FIRST:
    case LOOP_OP_SKIP_UNASKED:
    case LOOP_OP_CHECK:
    case LOOP_OP_FINITE:
        return NULL;
    case LOOP_OP_COPY:
        return width(v, 1) == 1 ? NULL : check_one_to_one(v);
    case LOOP_OP_PUT:
        return a[2] <= width(v, 0) && width(v, 1) <= width(v, 0) - a[2] ? NULL : "a put past the end";
    case LOOP_OP_SLICE:
        return a[2] <= width(v, 1) && width(v, 0) <= width(v, 1) - a[2] ? NULL : "a slice past the end";
    case LOOP_OP_AT:
        REQUIRE(a[0] != a[1] && a[0] != a[2], "an index into its own result");
        return width(v, 2) == 1 || width(v, 2) == width(v, 0) ? NULL : "an index of another width";
    case LOOP_OP_ONEHOT:
        REQUIRE(a[0] != a[1], "a one-hot of its own result");
        return width(v, 1) == 1 ? NULL : "a one-hot of several indices";
    case LOOP_OP_SUM:
    case LOOP_OP_MEAN:
    case LOOP_OP_LARGEST:
    case LOOP_OP_SMALLEST:
    case LOOP_OP_NORM:
    case LOOP_OP_ARGMAX:
        return width(v, 0) == 1 ? NULL : "a reduction into several elements";
    case LOOP_OP_DOT:
        REQUIRE(width(v, 0) == 1, "a reduction into several elements");
        return width(v, 1) == width(v, 2) || width(v, 1) == 1 || width(v, 2) == 1 ? NULL : "a dot of two widths";
    case LOOP_OP_OUTER:
        REQUIRE(a[0] != a[1] && a[0] != a[2], "a product into its own operand");
        return (uint64_t)width(v, 1) * width(v, 2) == width(v, 0) ? NULL : "an outer product of another width";
    case LOOP_OP_RBF:
        REQUIRE(a[0] != a[1] && a[0] != a[2] && a[0] != a[3], "a code of its own result");
        return width(v, 1) == 1 && width(v, 2) == 1 && width(v, 3) == 1 ? NULL : "a code of several elements";
    case LOOP_OP_RAMP:
        REQUIRE(a[0] != a[1] && a[0] != a[2], "a ramp between its own elements");
        return width(v, 1) == 1 && width(v, 2) == 1 ? NULL : "a ramp between several elements";
    case LOOP_OP_PROJECT:
        REQUIRE(a[0] != a[1] && a[0] != a[2], "a projection of its own result");
        return (uint64_t)width(v, 0) * width(v, 2) == width(v, 1) ? NULL : "a projection of another width";
    case LOOP_OP_ONSET:
        REQUIRE(width(v, 2) == width(v, 0) && uniform(v, 2) == uniform(v, 0), "an onset with another memory");
        return check_one_to_one(v);
    case LOOP_OP_HISTORY:
        return width(v, 0) % width(v, 1) == 0 ? NULL : "a history of uneven length";
    case LOOP_OP_TRACE:
        return check_elementwise(v, 2);
    case LOOP_OP_SINCE:
        return check_one_to_one(v);
    case LOOP_OP_HOLD:
        return check_elementwise(v, 2);
    case LOOP_OP_MICRO:
        REQUIRE(width(v, 1) == width(v, 2) && uniform(v, 1) == uniform(v, 0), "microstimuli with another memory");
        REQUIRE(width(v, 3) == 1 && width(v, 4) == 1, "microstimuli of several shapes");
        return width(v, 0) % width(v, 2) == 0 ? NULL : "microstimuli of uneven number";
    case LOOP_OP_RING_READ:
    case LOOP_OP_RING_LARGEST:
        return check_ring(v, a[1], a[0], false);
    case LOOP_OP_RING_WRITE:
        return check_ring(v, a[0], a[1], true);
    case LOOP_OP_UNIFORM:
    case LOOP_OP_NORMAL:
        return check_draw(v, 2, a[3]);
    case LOOP_OP_BERNOULLI:
        return check_draw(v, 1, a[2]);
    case LOOP_OP_PICK:
        REQUIRE(width(v, 0) == 1 && !uniform(v, 0) && a[0] != a[1], "a pick of several indices");
        return NULL;
    case LOOP_OP_SKIP_UNLESS:
        return width(v, 0) == 1 ? NULL : "a jump on several elements";
    case LOOP_OP_EVENT_ON:
        return check_event(v, 2, a[2]);
    case LOOP_OP_EVENT_ACTIVE:
        return check_event(v, 3, a[3]);
    case LOOP_OP_TRIAL_BEGIN:
        return check_event(v, 1, a[1]);
    case LOOP_OP_VALUE:
        return NULL;
    case LOOP_OP_CHOOSE:
        return v->p->loops[a[0]].kind == LOOP_CHOOSE ? NULL : "a choice of a loop that makes none";
    case LOOP_OP_VARY:
        return v->p->loops[a[0]].kind == LOOP_VARY ? NULL : "outputs of a loop that has none";
    case LOOP_OP_STRIATUM:
        REQUIRE(width(v, 0) == (size_t)v->p->loops[a[1]].channels * v->p->loops[a[1]].neurons, "striatal neurons of another number");
        return !uniform(v, 0) || v->p->loops[a[1]].uniform ? NULL : "a shared copy of what is not";
    case LOOP_OP_FOREIGN:
        return check_foreign(v);
    case LOOP_OP_LEARN:
        return v->p->loops[a[0]].learns ? NULL : "learning of a loop that does not";
    case LOOP_OP_WEIGHTS:
    case LOOP_OP_ELIGIBLE:
        return check_synapses(v);
    case LOOP_OP_COUNT:
        break;
    }
    return "an unknown opcode";
}

/* One instruction; `*next` is the place of the one behind it. */
static const char *check_instruction(Verify *v, size_t pc, size_t *next)
{
    uint32_t op = v->section->code[pc];
    const LoopOpInfo *info = loop_op_info(op);
    REQUIRE(info, "an unknown opcode");
    size_t count = 0;
    while (info->operands[count])
        count++;
    REQUIRE(count < v->section->length - pc, "an instruction cut short");
    REQUIRE(strspn(info->operands, v->letters) == count && (op != LOOP_OP_CLOCK || v->section == &v->p->step), "an instruction out of place");
    v->args = v->section->code + pc + 1;
    *next = pc + 1 + count;
    for (size_t i = 0; i < count; i++) {
        const char *wrong = check_operand(v, info->operands[i], v->args[i], *next - 1);
        if (wrong)
            return wrong;
    }
    const char *wrong = check_uniform(v, info->operands);
    return wrong ? wrong : check_widths(v, op);
}

/* Whether an instruction begins at `target`, walking on from `pc`, where one does. */
static bool starts_instruction(const LoopSection *section, size_t pc, size_t target)
{
    while (pc < target) {
        const char *operands = loop_op_info(section->code[pc++])->operands;
        while (*operands++)
            pc++;
    }
    return pc == target;
}

static const char *check_jumps(const LoopSection *section)
{
    for (size_t pc = 0; pc < section->length;) {
        uint32_t op = section->code[pc];
        size_t next = pc + 1;
        for (const char *o = loop_op_info(op)->operands; *o; o++)
            next++;
        if (next > pc + 1 && loop_op_info(op)->operands[next - pc - 2] == 'j')
            REQUIRE(starts_instruction(section, next, next + section->code[next - 1]), "a jump into an instruction");
        pc = next;
    }
    return NULL;
}

/* What a section may have operands of: steps of all; the start of nothing that jumps or that the task, loops or rings move on, since it is
   cut down to what finals need; finals of nothing but registers. */
#define ANY_OPERAND "dhvkcslrxmj"
#define START_OPERANDS "dhvkcsx"
#define FINAL_OPERANDS "dhvkc"

static const char *check_section(const LoopProgram *p, const LoopSection *section, const char *letters)
{
    Verify v = {.p = p, .section = section, .letters = letters};
    REQUIRE(section->length <= LOOP_VERIFY_COUNT_MAX, "a section that is too long");
    for (size_t pc = 0; pc < section->length;) {
        const char *wrong = check_instruction(&v, pc, &pc);
        if (wrong)
            return wrong;
    }
    return check_jumps(section);
}

static const char *check_phase(const LoopProgram *p, const LoopPhase *phase)
{
    double shares = 0;
    REQUIRE(phase->item_count > 0 && phase->count <= INT32_MAX && phase->mix <= LOOP_MIX_CYCLE, "a phase of nothing");
    for (uint32_t i = 0; i < phase->item_count; i++) {
        double share = phase->items[i].share;
        REQUIRE(phase->items[i].trial < p->task.trial_count, "a trial type out of range");
        REQUIRE(share >= 0 && share <= LOOP_SHARES_MAX, "a share out of range");
        REQUIRE(phase->mix == LOOP_MIX_DRAW || share == floor(share), "a share that is no whole number");
        shares += share;
    }
    REQUIRE(shares > 0 && shares <= LOOP_SHARES_MAX, "a mix of nothing, or of too much");
    return loop_verify_fits(p, phase->until, LOOP_OPTIONAL, 1, false, false) ? NULL : "a condition of several elements";
}

static const char *check_task(const LoopProgram *p)
{
    const LoopTask *task = &p->task;
    const uint32_t regs[] = {task->phase, task->trial, task->type, task->time};
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++)
        REQUIRE(loop_verify_fits(p, regs[i], LOOP_REQUIRED, 1, false, false) && p->registers[regs[i]].uniform == task->uniform,
                "a clock register");
    REQUIRE(loop_verify_fits(p, task->between, LOOP_OPTIONAL, 1, false, task->uniform), "an interval of several elements");
    REQUIRE(task->trial_count && task->phase_count, "a task without trials");
    for (uint32_t i = 0; i < task->trial_count; i++)
        REQUIRE(task->trials[i].duration > 0 && task->trials[i].duration <= INT32_MAX, "a trial of no duration");
    for (uint32_t i = 0; i < task->phase_count; i++) {
        const char *wrong = check_phase(p, &task->phases[i]);
        if (wrong)
            return wrong;
        REQUIRE(!task->uniform || (task->phases[i].until == LOOP_NONE && !task->phases[i].groups &&
                                   task->phases[i].mix != LOOP_MIX_SHUFFLE && task->phases[i].mix != LOOP_MIX_DRAW),
                "a phase that lanes take differently");
    }
    return NULL;
}

static const char *check_select(const LoopProgram *p, const LoopSelect *s)
{
    REQUIRE(s->trial == LOOP_NONE || s->trial < p->task.trial_count, "a trial type out of range");
    REQUIRE(s->pick <= LOOP_PICK_BLOCK && (s->pick == LOOP_PICK_ALL || (s->n > 0 && s->n <= INT32_MAX)), "a pick of nothing");
    REQUIRE(s->pick == LOOP_PICK_ALL || s->phase != LOOP_NONE, "a pick of no phase");
    REQUIRE(s->pick != LOOP_PICK_BLOCK || (s->i > 0 && s->i <= s->n), "a block out of range");
    for (uint32_t i = 0; s->pick == LOOP_PICK_BLOCK && i < p->task.phase_count; i++)
        REQUIRE(p->task.phases[i].name_id != s->phase || p->task.phases[i].until == LOOP_NONE,
                "a block of an unknown number of trials");
    return NULL;
}

static bool anchor_ok(const LoopProgram *p, const LoopAnchor *a)
{
    return a->kind <= LOOP_ANCHOR_END && loop_verify_fits(p, a->offset_reg, LOOP_OPTIONAL, 1, false, false) &&
           (a->kind != LOOP_ANCHOR_ONSET || loop_verify_fits(p, a->onset, LOOP_REQUIRED, 1, false, false));
}

static const char *check_measures(const LoopProgram *p)
{
    for (uint32_t i = 0; i < p->measure_count; i++) {
        const LoopMeasure *m = &p->measures[i];
        REQUIRE(loop_verify_reg(p, m->signal) && anchor_ok(p, &m->from) && (!m->window || anchor_ok(p, &m->to)), "a measure");
        REQUIRE(m->lag <= LOOP_LAG_MAX && m->reducer <= LOOP_REDUCE_PEAK_TIME, "a measure that looks back too far");
        REQUIRE((!m->first_true && m->reducer != LOOP_REDUCE_LATENCY) || p->registers[m->signal].width == 1, "a condition of several elements");
        REQUIRE(m->instant == LOOP_NONE || (loop_verify_fits(p, m->instant, LOOP_REQUIRED, p->registers[m->signal].width, false, false) &&
                                            !p->registers[m->instant].uniform), "a measure's register");
        const char *wrong = check_select(p, &m->select);
        if (wrong)
            return wrong;
    }
    for (uint32_t i = 0; i < p->strip_count; i++) {
        const LoopStrip *s = &p->strips[i];
        REQUIRE(loop_verify_reg(p, s->reg) && s->at < p->registers[s->reg].width, "a strip of nothing");
        REQUIRE(s->select.trial < p->task.trial_count && s->steps == p->task.trials[s->select.trial].duration,
                "a strip of another length");
        const char *wrong = check_select(p, &s->select);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static bool final_ok(const LoopProgram *p, uint32_t final, LoopNeed need)
{
    return final == LOOP_NONE ? need == LOOP_OPTIONAL : final < p->final_count;
}

static bool is_number(const LoopProgram *p, uint32_t final)
{
    return final == LOOP_NONE || p->registers[p->finals[final].result].width == 1;
}

static const char *check_claims(const LoopProgram *p)
{
    for (uint32_t i = 0; i < p->input_count; i++) {
        const LoopFinalInput *in = &p->inputs[i];
        REQUIRE(in->measure < p->measure_count && loop_verify_reg(p, in->reg) && !p->registers[in->reg].uniform &&
                    p->registers[in->reg].width == p->registers[p->measures[in->measure].signal].width &&
                    (in->group == LOOP_NONE || in->group < p->group_count) && (!i || p->inputs[i - 1].reg < in->reg), "an input of a final");
    }
    for (uint32_t i = 0; i < p->final_count; i++) {
        const LoopFinal *f = &p->finals[i];
        const char *wrong = check_section(p, &f->section, FINAL_OPERANDS);
        REQUIRE(loop_verify_reg(p, f->result) && (f->group == LOOP_NONE || f->group < p->group_count), "a final of nothing");
        if (wrong)
            return wrong;
    }
    for (uint32_t i = 0; i < p->claim_count; i++) {
        const LoopClaim *c = &p->claims[i];
        REQUIRE(final_ok(p, c->value, LOOP_REQUIRED) && final_ok(p, c->bound, c->is_expectation ? LOOP_REQUIRED : LOOP_OPTIONAL) &&
                    final_ok(p, c->tolerance, LOOP_OPTIONAL) && final_ok(p, c->margin, LOOP_OPTIONAL), "a claim of nothing");
        REQUIRE(c->relation <= LOOP_REL_NEAR, "an unknown relation");
        if (c->bound == LOOP_NONE)
            continue;
        uint32_t w = p->registers[p->finals[c->value].result].width, b = p->registers[p->finals[c->bound].result].width;
        REQUIRE((w == b || b == 1) && is_number(p, c->tolerance) && is_number(p, c->margin), "a claim of two widths");
    }
    return NULL;
}

/* A register without room lies where a loop's weights do: else it would lie anywhere. */
static bool lies_somewhere(const LoopProgram *p, uint32_t reg)
{
    bool found = !p->registers[reg].no_room;
    for (uint32_t i = 0; i < p->loop_count && !found; i++)
        found = p->loops[i].weights == reg || p->loops[i].value == reg;
    return found;
}

static const char *check_tables(const LoopProgram *p)
{
    REQUIRE(p->group_count > 0 && p->agents > 0, "a run of no agents");
    REQUIRE(p->register_count <= LOOP_VERIFY_COUNT_MAX, "too many registers");
    for (uint32_t i = 0; i < p->register_count; i++)
        REQUIRE(p->registers[i].width > 0 && p->registers[i].width <= LOOP_VERIFY_WIDTH_MAX, "a register of no width");
    for (uint32_t i = 0; i < p->constant_count; i++)
        REQUIRE(loop_verify_reg(p, p->constants[i].reg) && p->constants[i].values, "a constant of nothing");
    for (uint32_t i = 0; i < p->param_count; i++) {
        const LoopParam *q = &p->params[i];
        REQUIRE(loop_verify_fits(p, q->reg, LOOP_REQUIRED, q->width, false, false) && q->value, "a parameter of nothing");
        REQUIRE(!q->groups || !p->registers[q->reg].uniform, "a shared parameter that groups differ in");
    }
    for (uint32_t i = 0; i < p->ring_count; i++) {
        const LoopRing *ring = &p->rings[i];
        REQUIRE(ring->width && ring->slots && ring->slots <= LOOP_VERIFY_WIDTH_MAX, "a ring of no size");
        REQUIRE(loop_verify_fits(p, ring->before, LOOP_OPTIONAL, ring->width, true, ring->uniform), "a ring's first value");
    }
    for (uint32_t i = 0; i < p->loop_count; i++) {
        const char *wrong = loop_verify_loop(p, &p->loops[i]);
        if (wrong)
            return wrong;
    }
    for (uint32_t i = 0; i < p->register_count; i++)
        REQUIRE(lies_somewhere(p, i), "a register that lies nowhere");
    return NULL;
}

const char *loop_program_verify(const LoopProgram *p)
{
    const LoopSection *sections[] = {&p->init, &p->step, &p->observe, &p->verdict};
    const char *wrong = check_tables(p);
    if (!wrong)
        wrong = check_task(p);
    for (size_t i = 0; !wrong && i < sizeof sections / sizeof sections[0]; i++)
        wrong = check_section(p, sections[i], sections[i] == &p->init ? START_OPERANDS : ANY_OPERAND);
    if (!wrong)
        wrong = check_measures(p);
    return wrong ? wrong : check_claims(p);
}
