#include "runtime/vm/follow.h"

#include <string.h>

#include "runtime/contract/base.h"

/* A delay line, by the instructions that name it. */
typedef struct Line {
    uint32_t reads, writes;
    uint32_t source;  /* what is written */
    bool at_the_end;  /* by the observe section, on every step */
} Line;

typedef struct Finder {
    const LoopProgram *program;
    const uint32_t *lent;
    uint32_t *named;   /* [registers] how many instructions of a step name it, */
    uint32_t *written; /* and write it */
    size_t *valued;    /* [registers] where the instruction ends that reads it out, of a loop's value; 0: none does */
    Line *lines;       /* [rings] */
} Finder;

static void note_line(Finder *f, const uint32_t *code, bool at_the_end)
{
    if (code[0] == LOOP_OP_RING_READ || code[0] == LOOP_OP_RING_LARGEST)
        f->lines[code[2]].reads++;
    if (code[0] != LOOP_OP_RING_WRITE)
        return;
    Line *line = &f->lines[code[1]];
    *line = (Line){line->reads, line->writes + 1, code[2], at_the_end};
}

static void note_value(Finder *f, const uint32_t *code, size_t end)
{
    const LoopLoop *loop = code[0] == LOOP_OP_VALUE ? &f->program->loops[code[1]] : NULL;
    if (loop && !f->program->registers[loop->value].no_room)
        f->valued[loop->value] = end;
}

static void note_names(Finder *f, const uint32_t *code)
{
    const char *operands = loop_op_info(code[0])->operands;
    for (size_t i = 0; operands[i]; i++) {
        if (loop_is_register(operands[i]))
            f->named[code[1 + i]]++;
        if (operands[i] == 'd' || operands[i] == 'h')
            f->written[code[1 + i]]++;
    }
}

/* Whether the subtrahend of an instruction that is run on every step is such a register. */
static bool suits(const Finder *f, const uint32_t *code, size_t end)
{
    const uint32_t registers = f->program->register_count, kept = code[0] == LOOP_OP_sub ? code[3] : LOOP_NONE;
    if (kept == LOOP_NONE || f->lent[kept] == LOOP_NONE || f->lent[kept] < registers || f->named[kept] != 2)
        return false; /* the other one is read from the line */
    const Line *line = &f->lines[f->lent[kept] - registers];
    const LoopRegister *from = &f->program->registers[line->source], *to = &f->program->registers[kept];
    return line->reads == 1 && line->writes == 1 && line->at_the_end && f->valued[line->source] && f->valued[line->source] < end &&
           !f->written[line->source] && from->width == to->width && !from->uniform && !to->uniform;
}

static void note_all(Finder *f, const LoopSection *section, bool last)
{
    size_t open = 0; /* the word up to which a jump may lead */
    for (size_t pc = 0, end; pc < section->length; pc = end) {
        const uint32_t *code = section->code + pc;
        end = pc + loop_op_info(code[0])->words;
        note_line(f, code, last && pc >= open);
        note_value(f, code, last ? 0 : end);
        note_names(f, code);
        const size_t to = (size_t)(loop_code_target(code) - section->code);
        open = to > open ? to : open;
    }
}

static void find(const Finder *f, uint32_t *follows)
{
    const LoopSection *section = &f->program->step;
    size_t open = 0;
    for (size_t pc = 0, end; pc < section->length; pc = end) {
        const uint32_t *code = section->code + pc;
        end = pc + loop_op_info(code[0])->words;
        if (pc >= open && suits(f, code, end))
            follows[code[3]] = f->lines[f->lent[code[3]] - f->program->register_count].source;
        const size_t to = (size_t)(loop_code_target(code) - section->code);
        open = to > open ? to : open;
    }
}

uint32_t *loop_follow_find(const LoopProgram *program, const uint32_t *lent)
{
    const size_t count = program->register_count;
    uint32_t *follows = loop_alloc_array(count, sizeof *follows);
    Finder f = {.program = program, .lent = lent, .named = loop_alloc_array(count, sizeof *f.named),
                .written = loop_alloc_array(count, sizeof *f.written), .valued = loop_alloc_array(count, sizeof *f.valued),
                .lines = loop_alloc_array(program->ring_count, sizeof *f.lines)};
    const bool ok = follows && f.named && f.written && f.valued && f.lines;
    for (size_t i = 0; follows && i < count; i++)
        follows[i] = LOOP_NONE;
    if (ok) {
        note_all(&f, &program->step, false);
        note_all(&f, &program->observe, true);
        find(&f, follows);
    }
    loop_free(f.named);
    loop_free(f.written);
    loop_free(f.valued);
    loop_free(f.lines);
    if (!ok) {
        loop_free(follows);
        follows = NULL;
    }
    return follows;
}
