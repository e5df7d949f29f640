#include "runtime/vm/rooms.h"

#include <string.h>

#include "runtime/contract/base.h"

typedef struct Lender {
    const LoopProgram *program;
    uint32_t *lent;
    uint32_t *named;  /* [registers] how often instructions name it; OFTEN: it may be looked at, or written, at any time */
    uint32_t *so_far; /* [registers] how often those of the step do up to here, */
    size_t *seen;     /* and where the last of them ends; 0: there is none */
    size_t *wrote;    /* [registers] where the first instruction ends whose result lies in its room */
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
        const char *operands = loop_op_info(section->code[pc])->operands;
        for (size_t i = 0; operands[i]; i++) {
            const uint32_t word = section->code[pc + 1 + i];
            if (operands[i] == 'h')
                name_often(f, word);
            else if ((operands[i] == 'd' || operands[i] == 'v') && f->named[word] < OFTEN)
                f->named[word]++;
        }
        pc += strlen(operands) + 1;
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

static void find_targets(Lender *f)
{
    const LoopSection *section = &f->program->step;
    for (size_t pc = 0; pc < section->length;) {
        const LoopOpInfo *info = loop_op_info(section->code[pc]);
        const size_t end = pc + info->words;
        if (info->words > 1 && info->operands[info->words - 2] == 'j')
            f->targets[end + section->code[end - 1]] = true;
        pc = end;
    }
}

/* Whether register `s`, from which an instruction works out register `d`, may lie where that does: nobody looks at it later. */
static bool suits(const Lender *f, uint32_t s, uint32_t d)
{
    const LoopRegister *from = &f->program->registers[s], *to = &f->program->registers[d];
    return f->named[s] == f->so_far[s] && f->wrote[s] > f->stretch && f->seen[d] < f->wrote[s] && from->width == to->width && !from->uniform &&
           !to->uniform && !from->no_room && !to->no_room;
}

/* The instruction that ends at word `end`. Elementwise ones alone are done with a number before they write the one that lies there. */
static void lend(Lender *f, const uint32_t *code, size_t end)
{
    const LoopOpInfo *info = loop_op_info(code[0]);
    size_t wrote = end;
    for (size_t i = 0; info->operands[i]; i++)
        if (loop_is_register(info->operands[i]))
            f->so_far[code[1 + i]]++;
    for (uint32_t i = 1; i <= info->arity && wrote == end; i++)
        if (suits(f, code[1 + i], code[1])) {
            f->lent[code[1 + i]] = code[1];
            wrote = f->wrote[code[1 + i]];
        }
    for (size_t i = 0; info->operands[i]; i++)
        if (loop_is_register(info->operands[i]))
            f->seen[code[1 + i]] = end;
    if (info->operands[0] != 'd')
        return;
    f->wrote[code[1]] = wrote;
    if (f->so_far[code[1]] > 1) /* somebody has seen what it was before */
        f->named[code[1]] = OFTEN;
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
                .wrote = loop_alloc_array(count, sizeof *f.wrote), .seen = loop_alloc_array(count, sizeof *f.seen),
                .targets = loop_alloc_array(program->step.length + 1, sizeof *f.targets)};
    const bool ok = f.lent && f.named && f.so_far && f.wrote && f.seen && f.targets;
    for (size_t i = 0; ok && i < count; i++)
        f.lent[i] = LOOP_NONE;
    if (ok) {
        name_all(&f);
        find_targets(&f);
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
