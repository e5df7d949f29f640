#include "runtime/vm/rooms.h"

#include <string.h>

#include "runtime/contract/base.h"

typedef struct Lender {
    const LoopProgram *program;
    uint32_t *lent;
    uint32_t *named;  /* [registers] how often instructions name it; OFTEN: it may be looked at, or written, at any time */
    uint32_t *so_far; /* [registers] how often those up to here do, */
    size_t *seen;     /* and where the last of them ends; 0: there is none */
    size_t *wrote;    /* [registers and rings] and where that ends which writes it */
    bool *targets;    /* [words + 1] of the step section: where jumps lead */
    size_t stretch;   /* the word from which on either all instructions run, in their order, or none */
} Lender;

static const uint32_t OFTEN = UINT32_MAX;

/* A loop may have no such register, and a member then holds anything. */
static void name_often(Lender *f, uint32_t reg)
{
    if (reg < f->program->register_count)
        f->named[reg] = OFTEN;
}

static void name_operands(Lender *f, const LoopSection *section)
{
    for (size_t pc = 0; pc < section->length;) {
        const LoopOpInfo *info = loop_op_info(section->code[pc]);
        for (size_t i = 0; info->operands[i]; i++) {
            const uint32_t word = section->code[pc + 1 + i];
            if (info->operands[i] == 'h' || (info->operands[i] == 'd' && section->code[pc] == LOOP_OP_FOREIGN)) /* which sees its last results */
                name_often(f, word);
            else if (loop_is_register(info->operands[i]) && f->named[word] < OFTEN)
                f->named[word]++;
        }
        pc += info->words;
    }
}

static void name_loop(Lender *f, const LoopLoop *loop)
{
#define IN(member) name_often(f, loop->member);
#define OUT(member) name_often(f, loop->member);
#include "runtime/contract/loop_member.def"
#undef IN
#undef OUT
    for (size_t i = 0; i < LOOP_RULE_SETTINGS; i++)
        name_often(f, loop->settings[i]);
}

static void name_task(Lender *f)
{
    const LoopTask *task = &f->program->task;
    const uint32_t regs[] = {task->phase, task->trial, task->type, task->time, task->between};
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++)
        name_often(f, regs[i]);
    for (uint32_t i = 0; i < task->phase_count; i++)
        name_often(f, task->phases[i].until);
}

static void name_measure(Lender *f, const LoopMeasure *m)
{
    const uint32_t regs[] = {m->signal, m->instant, m->from.onset, m->from.offset_reg, m->to.onset, m->to.offset_reg};
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++)
        name_often(f, regs[i]);
}

static void name_all(Lender *f)
{
    const LoopProgram *p = f->program;
    const LoopSection *sections[] = {&p->init, &p->step, &p->observe, &p->verdict};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        name_operands(f, sections[i]);
    name_task(f);
    for (uint32_t i = 0; i < p->loop_count; i++)
        name_loop(f, &p->loops[i]);
    for (uint32_t i = 0; i < p->measure_count; i++)
        name_measure(f, &p->measures[i]);
    for (uint32_t i = 0; i < p->constant_count; i++)
        name_often(f, p->constants[i].reg);
    for (uint32_t i = 0; i < p->param_count; i++)
        name_often(f, p->params[i].reg);
    for (uint32_t i = 0; i < p->ring_count; i++)
        name_often(f, p->rings[i].before);
    for (uint32_t i = 0; i < p->strip_count; i++)
        name_often(f, p->strips[i].reg);
}

/* Notes that an instruction which ends at word `end` names registers. What it writes must not have been seen before, as it was. */
static void name_so_far(Lender *f, const uint32_t *code, size_t end)
{
    const char *operands = loop_op_info(code[0])->operands;
    for (size_t i = 0; operands[i]; i++)
        if (loop_is_register(operands[i])) {
            f->so_far[code[1 + i]]++;
            f->seen[code[1 + i]] = end;
        }
    if (operands[0] == 'd' && f->so_far[code[1]] > 1)
        f->named[code[1]] = OFTEN;
}

/* ---- rings ---- */

/* Whether a register that is read from a ring has the shape of what is in that. */
static bool is_slot(const LoopProgram *p, uint32_t reg, uint32_t ring)
{
    return p->rings[ring].slots == 1 && p->rings[ring].width == p->registers[reg].width && p->rings[ring].uniform == p->registers[reg].uniform;
}

/* Lends rings to what is read from them, which may turn out not to suit. `before`: the words of the sections before. */
static void read_rings(Lender *f, const LoopSection *section, size_t before, bool first)
{
    const uint32_t registers = f->program->register_count;
    bool jumps = !first;
    for (size_t pc = 0; pc < section->length;) {
        const uint32_t *code = section->code + pc;
        const LoopOpInfo *info = loop_op_info(code[0]);
        pc += info->words;
        if (code[0] == LOOP_OP_RING_READ && !jumps && is_slot(f->program, code[1], code[2]))
            f->lent[code[1]] = registers + code[2];
        if (code[0] == LOOP_OP_RING_WRITE && !f->wrote[registers + code[1]])
            f->wrote[registers + code[1]] = before + pc;
        name_so_far(f, code, before + pc);
        jumps = jumps || info->operands[strcspn(info->operands, "j")];
    }
}

static void lend_rings(Lender *f)
{
    const LoopProgram *p = f->program;
    read_rings(f, &p->step, 0, true);
    read_rings(f, &p->observe, p->step.length, false);
    for (uint32_t r = 0; r < p->register_count; r++)
        if (f->lent[r] != LOOP_NONE && (f->named[r] != f->so_far[r] || (f->wrote[f->lent[r]] && f->seen[r] >= f->wrote[f->lent[r]])))
            f->lent[r] = LOOP_NONE;
    memset(f->so_far, 0, p->register_count * sizeof *f->so_far);
}

/* ---- registers ---- */

/* Whether register `s`, from which an instruction works out register `d`, may lie where that does: nobody looks at it later, and nobody has
   looked at `d` yet. */
static bool suits(const Lender *f, uint32_t s, uint32_t d)
{
    const LoopRegister *from = &f->program->registers[s], *to = &f->program->registers[d];
    return f->lent[s] == LOOP_NONE && f->named[s] == f->so_far[s] && f->wrote[s] > f->stretch && f->so_far[d] == 1 && from->width == to->width &&
           !from->uniform && !to->uniform && !from->no_room && !to->no_room;
}

/* The instruction that ends at word `end`. Elementwise ones alone are done with a number before they write the one that lies there. */
static void lend(Lender *f, const uint32_t *code, size_t end)
{
    const LoopOpInfo *info = loop_op_info(code[0]);
    bool taken = false;
    name_so_far(f, code, end);
    for (uint32_t i = 1; i <= info->arity && !taken; i++) {
        taken = suits(f, code[1 + i], code[1]);
        if (taken)
            f->lent[code[1 + i]] = code[1];
    }
    if (info->operands[0] == 'd')
        f->wrote[code[1]] = end;
}

/* Whether an instruction may jump, or looks at registers that it does not name. */
static bool is_border(uint32_t op)
{
    const char *operands = loop_op_info(op)->operands;
    return operands[strcspn(operands, "jlm")] || op == LOOP_OP_CLOCK;
}

static void lend_all(Lender *f)
{
    const LoopSection *section = &f->program->step;
    for (size_t pc = 0; pc < section->length;) {
        const uint32_t *code = section->code + pc;
        const size_t end = pc + loop_op_info(code[0])->words;
        if (f->targets[pc])
            f->stretch = pc;
        lend(f, code, end);
        if (is_border(code[0]))
            f->stretch = end;
        pc = end;
    }
}

uint32_t *loop_rooms_make(const LoopProgram *program)
{
    const size_t count = program->register_count;
    Lender f = {.program = program, .lent = loop_alloc_array(count, sizeof *f.lent), .named = loop_alloc_array(count, sizeof *f.named),
                .so_far = loop_alloc_array(count, sizeof *f.so_far),
                .wrote = loop_alloc_array(count + program->ring_count, sizeof *f.wrote), .seen = loop_alloc_array(count, sizeof *f.seen),
                .targets = loop_alloc_array(program->step.length + 1, sizeof *f.targets)};
    const bool ok = f.lent && f.named && f.so_far && f.wrote && f.seen && f.targets;
    for (size_t i = 0; ok && i < count; i++)
        f.lent[i] = LOOP_NONE;
    if (ok) {
        name_all(&f);
        lend_rings(&f);
        loop_section_targets(&program->step, f.targets);
        lend_all(&f);
    } else {
        loop_free(f.lent);
        f.lent = NULL;
    }
    loop_free(f.named);
    loop_free(f.so_far);
    loop_free(f.wrote);
    loop_free(f.seen);
    loop_free(f.targets);
    return f.lent;
}
