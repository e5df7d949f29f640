#include "runtime/vm/memo.h"

#include <string.h>

/* A memo costs about as much as working out so many numbers; and so many times what it looks at it should spare. */
enum { WORTH_IT = 256, TIMES_WATCHED = 16 };

typedef struct Finder {
    const LoopProgram *program;
    LoopLayout *layout;
    uint8_t *writers;  /* [registers] what writes it in a step, up to 2; ALWAYS for what never changes */
    uint32_t *made;    /* [registers] the memo that it is a result of, counted from 1, */
    uint32_t *watched; /* or that watches it */
    bool *targets;     /* [words + 1]: where jumps lead */
    uint32_t next;     /* number of the next memo */
    uint32_t *kept;    /* [registers] the memo of the layout that works it out, counted from 1; 0: none does */
    size_t work, looks; /* of the memo that is being made, */
    size_t open;        /* and results so far that lie in the room of one to come */
} Finder;

enum { ALWAYS = UINT8_MAX };

static size_t numbers(const Finder *f, uint32_t reg)
{
    const LoopRegister *r = &f->program->registers[reg];
    return r->width * (r->uniform ? 1 : f->layout->lanes);
}

/* Whether all that an instruction does is to work out a register from others, or to check one. */
static bool is_pure(uint32_t op)
{
    if (op == LOOP_OP_EVENT_ON || op == LOOP_OP_EVENT_ACTIVE || op == LOOP_OP_TRIAL_BEGIN) /* they see the clock */
        return false;
    const char *operands = loop_op_info(op)->operands;
    return op == LOOP_OP_FINITE || (operands[0] == 'd' && operands[1 + strspn(operands + 1, "vk")] == 0);
}

static void count_writers(Finder *f, const LoopSection *section)
{
    for (size_t pc = 0; pc < section->length;) {
        const char *operands = loop_op_info(section->code[pc])->operands;
        for (size_t i = 0; operands[i]; i++) {
            const uint32_t word = section->code[pc + 1 + i];
            if ((operands[i] == 'd' || operands[i] == 'h') && f->writers[word] < 2)
                f->writers[word]++;
        }
        pc += loop_op_info(section->code[pc])->words;
    }
}

/* Loops, the clock and measures write registers of their own: what a loop of its kind does not have may be any number. */
static void note_written(Finder *f, const uint32_t *regs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (regs[i] < f->program->register_count)
            f->writers[regs[i]] = 2;
}

static void note_others(Finder *f)
{
    const LoopProgram *program = f->program;
    const uint32_t clock[] = {program->task.phase, program->task.trial, program->task.type, program->task.time};
    note_written(f, clock, sizeof clock / sizeof clock[0]);
    for (size_t i = 0; i < program->loop_count; i++) {
        const LoopLoop *l = &program->loops[i];
#define IN(member)
#define OUT(member) l->member,
        const uint32_t out[] = {
#include "runtime/contract/loop_member.def"
        };
#undef IN
#undef OUT
        note_written(f, out, sizeof out / sizeof out[0]);
    }
    for (size_t i = 0; i < program->measure_count; i++)
        note_written(f, &program->measures[i].instant, 1);
}

/* Whether memo number `memo` would have to look at a register, which it neither does yet nor has worked out itself. */
static bool is_new(const Finder *f, uint32_t reg, uint32_t memo)
{
    return f->writers[reg] != ALWAYS && f->made[reg] != memo && f->watched[reg] != memo;
}

/* An instruction whose result may lie in the room of one to come, and in whose own room what it reads may. */
static void note_room(Finder *f, const uint32_t *code)
{
    const char *operands = loop_op_info(code[0])->operands;
    bool closes = false;
    for (size_t i = 1; operands[i]; i++)
        closes = closes || (operands[i] == 'v' && f->layout->lent[code[1 + i]] == code[1]);
    f->open -= closes;
    f->open += f->layout->lent[code[1]] != LOOP_NONE;
}

/* Takes an instruction into memo number `memo`, if its result lasts and what there is to be looked at for it is little beside it. What lies in
   the room of another register can't be looked at: what comes to lie there would be passed over. */
static bool take(Finder *f, const uint32_t *code, uint32_t memo)
{
    if (!is_pure(code[0]))
        return false;
    const char *operands = loop_op_info(code[0])->operands;
    const bool checks = operands[0] != 'd';
    const size_t work = numbers(f, code[1]);
    size_t looks = 0;
    for (size_t i = 0; operands[i]; i++)
        if (operands[i] == 'v' && is_new(f, code[1 + i], memo)) {
            if (f->layout->lent[code[1 + i]] < f->program->register_count)
                return false;
            looks += !checks && code[1 + i] == code[1] ? work : numbers(f, code[1 + i]);
        }
    if (looks * TIMES_WATCHED > work || (!checks && (f->writers[code[1]] != 1 || f->watched[code[1]] == memo)))
        return false;
    for (size_t i = 0; operands[i]; i++)
        if (operands[i] == 'v' && is_new(f, code[1 + i], memo)) {
            f->watched[code[1 + i]] = memo;
            f->layout->watched[f->layout->watched_count++] = code[1 + i];
        }
    if (!checks)
        f->made[code[1]] = memo;
    f->work += work;
    f->looks += looks;
    if (!checks)
        note_room(f, code);
    return true;
}

/* Instructions from `pc` to `end` are the newest memo. */
static void note_results(Finder *f, size_t pc, size_t end)
{
    while (pc < end) {
        const uint32_t *code = f->program->step.code + pc;
        const char *operands = loop_op_info(code[0])->operands;
        if (operands[0] == 'd')
            f->kept[code[1]] = (uint32_t)f->layout->memo_count;
        pc += loop_op_info(code[0])->words;
    }
}

/* As many instructions from word `first` on as a memo can have: where they end. It ends where none of its results waits for an instruction
   that is to write over it. */
static size_t take_all(Finder *f, size_t first)
{
    const LoopSection *section = &f->program->step;
    LoopLayout *layout = f->layout;
    size_t end = first, work = 0, looks = 0, watched = layout->watched_count;
    f->work = f->looks = f->open = 0;
    for (size_t pc = first; pc < section->length && (pc == first || !f->targets[pc]) && take(f, section->code + pc, f->next);) {
        pc += loop_op_info(section->code[pc])->words;
        if (!f->open)
            end = pc, work = f->work, looks = f->looks, watched = layout->watched_count;
    }
    f->work = work, f->looks = looks;
    layout->watched_count = watched;
    f->next++;
    return end;
}

/* The memo that begins at word `pc`, if there is one worth its while; `pc` goes on behind it, or by an instruction. */
static void find(Finder *f, size_t *pc)
{
    const LoopSection *section = &f->program->step;
    LoopLayout *layout = f->layout;
    const size_t first = *pc, watched = layout->watched_count;
    *pc = take_all(f, first);
    if (f->work >= WORTH_IT + TIMES_WATCHED * f->looks) {
        layout->memos[layout->memo_count++] =
            (LoopMemo){section->code + first, section->code + *pc, watched, layout->watched_count, f->looks, 0};
        note_results(f, first, *pc);
        return;
    }
    layout->watched_count = watched;
    *pc = first + loop_op_info(section->code[first])->words;
}

static bool find_all(Finder *f)
{
    const LoopProgram *program = f->program;
    if (!f->writers || !f->made || !f->watched || !f->kept || !f->targets || !f->layout->memos || !f->layout->watched)
        return false;
    loop_section_targets(&program->step, f->targets);
    count_writers(f, &program->step);
    count_writers(f, &program->observe);
    count_writers(f, &program->verdict);
    note_others(f);
    for (uint32_t i = 0; i < program->register_count; i++) /* consts, params, and what is worked out before the first step */
        f->writers[i] = f->writers[i] ? f->writers[i] : ALWAYS;
    f->next = 1;
    for (size_t pc = 0; pc < program->step.length;)
        find(f, &pc);
    for (uint32_t i = 0; i < program->loop_count; i++)
        f->layout->loops[i].memo = f->kept[program->loops[i].context];
    return true;
}

bool loop_memos_find(LoopLayout *layout, const LoopProgram *program)
{
    layout->memos = loop_alloc_array(program->step.length, sizeof *layout->memos);
    layout->watched = loop_alloc_array(program->step.length, sizeof *layout->watched);
    Finder f = {.program = program, .layout = layout,
                .writers = loop_alloc_array(program->register_count, sizeof *f.writers),
                .made = loop_alloc_array(program->register_count, sizeof *f.made),
                .watched = loop_alloc_array(program->register_count, sizeof *f.watched),
                .kept = loop_alloc_array(program->register_count, sizeof *f.kept),
                .targets = loop_alloc_array(program->step.length + 1, sizeof *f.targets)};
    bool ok = find_all(&f);
    loop_free(f.writers);
    loop_free(f.made);
    loop_free(f.watched);
    loop_free(f.kept);
    loop_free(f.targets);
    LoopMemo *fewer = ok ? loop_resize(layout->memos, (layout->memo_count + 1) * sizeof *layout->memos) : NULL;
    layout->memos = fewer ? fewer : layout->memos;
    return fewer != NULL;
}

const LoopReady *loop_memo_run(LoopBlock *block, const LoopReady *at)
{
    const LoopMemo *memo = &block->layout->memos[at->n];
    LoopReal *kept = block->state + memo->kept;
    bool same = kept[0] != 0; /* it has run */
    kept[0] = 1;
    kept++;
    for (size_t i = memo->first; i < memo->last; i++) {
        const uint32_t reg = block->layout->watched[i];
        const size_t count = block->program->registers[reg].width * loop_block_lanes(block, reg);
        same = same && memcmp(kept, loop_block_register(block, reg), count * sizeof *kept) == 0;
        if (!same)
            memcpy(kept, loop_block_register(block, reg), count * sizeof *kept);
        kept += count;
    }
    block->runs[at->n] += !same;
    return same ? at->jump : at + 1;
}
