/* The tables of opcodes, and programs as text. */
#include "runtime/contract/program.h"

#include <string.h>

#include "runtime/contract/num.h"

static const LoopOpInfo infos[] = {
#define ROW(name, operands, doc, arity) {name, operands, doc, arity, sizeof(operands)},
#define EW1(name, written, units, doc, expr) ROW(#name, "dv", doc, 1)
#define EW2(name, written, units, doc, expr) ROW(#name, "dvv", doc, 2)
#define EW3(name, written, units, doc, expr) ROW(#name, "dvvv", doc, 3)
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
#define OP(name, operands, doc) ROW(#name, operands, doc, 0)
#include "runtime/contract/op.def"
#undef OP
#undef ROW
};

const LoopOpInfo *loop_op_info(uint32_t op)
{
    return op < LOOP_OP_COUNT ? &infos[op] : NULL;
}

static const LoopSelectionInfo selections[] = {
#define SELECTION(name, NAME, number, doc) {#name, number, doc},
#include "runtime/contract/selection.def"
#undef SELECTION
};

const LoopSelectionInfo *loop_selection_info(uint32_t selection)
{
    return selection < LOOP_SELECTION_COUNT ? &selections[selection] : NULL;
}

void loop_program_free(LoopProgram *program)
{
    if (program)
        loop_arena_free(program->arena);
}

bool loop_final_passes(const LoopProgram *program, const LoopFinal *final, const uint32_t *code, uint32_t element)
{
    return code[0] == LOOP_OP_PUT && code[1] == final->result &&
           (element < code[3] || element >= code[3] + program->registers[code[2]].width);
}

/* The input that lies in a register; LOOP_NONE: none does. */
static uint32_t input_in(const LoopProgram *program, uint32_t reg)
{
    uint32_t from = 0, to = program->input_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (program->inputs[middle].reg < reg)
            from = middle + 1;
        else
            to = middle;
    }
    return from < program->input_count && program->inputs[from].reg == reg ? from : LOOP_NONE;
}

uint32_t loop_final_input(const LoopProgram *program, const LoopFinal *final, uint32_t element)
{
    const LoopSection *section = &final->section;
    uint32_t first = input_in(program, final->result);
    for (size_t pc = 0; pc < section->length;) {
        bool passes = loop_final_passes(program, final, section->code + pc, element);
        const char *operands = infos[section->code[pc++]].operands;
        for (; *operands; operands++, pc++) {
            uint32_t input = !passes && loop_is_register(*operands) ? input_in(program, section->code[pc]) : LOOP_NONE;
            first = input < first ? input : first;
        }
    }
    return first;
}

static void mark(const uint32_t *code, bool *needed)
{
    const char *operands = infos[*code++].operands;
    for (; *operands; operands++, code++)
        if (loop_is_register(*operands))
            needed[*code] = true;
}

void loop_section_mark(const LoopSection *section, bool *needed)
{
    for (size_t pc = 0; pc < section->length; pc += infos[section->code[pc]].words)
        mark(section->code + pc, needed);
}

void loop_section_targets(const LoopSection *section, bool *targets)
{
    for (size_t pc = 0; pc < section->length;) {
        const LoopOpInfo *info = &infos[section->code[pc]];
        pc += info->words;
        if (info->words > 1 && info->operands[info->words - 2] == 'j') /* always the last */
            targets[pc + section->code[pc - 1]] = true;
    }
}

const uint32_t *loop_code_target(const uint32_t *code)
{
    const LoopOpInfo *info = &infos[code[0]];
    const bool jumps = info->words > 1 && info->operands[info->words - 2] == 'j'; /* always the last */
    return code + info->words + (jumps ? code[info->words - 1] : 0);
}

static bool writes_needed(const uint32_t *code, const bool *needed)
{
    const char *operands = infos[code[0]].operands;
    for (size_t i = 0; operands[i]; i++)
        if ((operands[i] == 'd' || operands[i] == 'h') && needed[code[i + 1]])
            return true;
    return false;
}

LoopSection loop_section_slice(const LoopSection *section, bool *needed, LoopArena *arena)
{
    LoopSection slice = {.code = LOOP_NEW_ARRAY(arena, section->length, uint32_t)};
    size_t *places = LOOP_NEW_ARRAY(arena, section->length, size_t), count = 0, kept = section->length;
    if (!slice.code || !places)
        return slice;
    for (size_t pc = 0; pc < section->length; pc += infos[section->code[pc]].words)
        places[count++] = pc;
    /* From the end on, to the end of the new code; where it stays. */
    while (count--) {
        const uint32_t *code = section->code + places[count];
        size_t length = infos[code[0]].words;
        if (!writes_needed(code, needed))
            continue;
        mark(code, needed);
        kept -= length;
        memcpy(slice.code + kept, code, length * sizeof *code);
    }
    slice.code += kept;
    slice.length = section->length - kept;
    return slice;
}

/* ---- text ---- */

static void print_number(LoopText *out, double x)
{
    char text[32];
    loop_text_put(out, text, loop_num_print(text, x));
}

static void print_register(const LoopProgram *program, LoopText *out, uint32_t reg)
{
    if (reg == LOOP_NONE)
        loop_text_add(out, "-");
    else if (program->register_names[reg].len)
        loop_text_add(out, "%.*s", LOOP_STR_ARGS(program->register_names[reg]));
    else
        loop_text_add(out, "r%u", reg);
}

static void print_operand(const LoopProgram *program, LoopText *out, char kind, uint32_t word)
{
    if (loop_is_register(kind))
        print_register(program, out, word);
    else if (kind == 'l')
        loop_text_add(out, "loop %.*s", LOOP_STR_ARGS(program->loops[word].name));
    else if (kind == 'c')
        loop_text_add(out, "check %.*s", LOOP_STR_ARGS(program->checks[word].name));
    else if (kind == 's')
        loop_text_add(out, "draw %u", word);
    else if (kind == 'r')
        loop_text_add(out, "ring %u", word);
    else if (kind == 'x')
        loop_text_add(out, "call %.*s", LOOP_STR_ARGS(program->foreigns[word].name));
    else if (kind == 'm')
        loop_text_add(out, "measure %u", word);
    else if (kind == 'j')
        loop_text_add(out, "+%u", word);
    else if (word == LOOP_NONE)
        loop_text_add(out, "any");
    else
        loop_text_add(out, "%u", word);
}

static void print_section(const LoopProgram *program, LoopText *out, const char *name, const LoopSection *section)
{
    loop_text_add(out, "%s:\n", name);
    for (size_t pc = 0; pc < section->length;) {
        const LoopOpInfo *info = &infos[section->code[pc]];
        loop_text_add(out, "  %4zu  %-14s", pc++, info->name);
        for (const char *o = info->operands; *o; o++) {
            loop_text_add(out, o == info->operands ? " " : ", ");
            print_operand(program, out, *o, section->code[pc++]);
        }
        loop_text_add(out, "\n");
    }
}

static void print_loop(const LoopProgram *program, LoopText *out, const LoopLoop *loop)
{
    loop_text_add(out, "loop %.*s: %u channels, %u neurons, %u of %u lines, rule %u%s\n", LOOP_STR_ARGS(loop->name),
                  loop->channels, loop->neurons, loop->reach, loop->lines, loop->rule, loop->uniform ? ", uniform" : "");
    const struct {
        const char *name;
        uint32_t reg;
    } rows[] = {{"context", loop->context}, {"value", loop->value}, {"dopamine", loop->dopamine},
                {"rate", loop->rate}, {"trace", loop->trace}, {"credit", loop->credit},
                {"credit context", loop->credit_context}, {"weights", loop->weights}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].reg == LOOP_NONE)
            continue;
        loop_text_add(out, "  %s ", rows[i].name);
        print_register(program, out, rows[i].reg);
        loop_text_add(out, "\n");
    }
}

static void print_registers(const LoopProgram *program, LoopText *out)
{
    loop_text_add(out, "registers: %u\n", program->register_count);
    for (uint32_t i = 0; i < program->register_count; i++) {
        if (!program->register_names[i].len)
            continue;
        loop_text_add(out, "  r%u %.*s [%u]%s\n", i, LOOP_STR_ARGS(program->register_names[i]),
                      program->registers[i].width, program->registers[i].uniform ? " uniform" : "");
    }
    for (uint32_t i = 0; i < program->constant_count; i++) {
        const LoopConstant *c = &program->constants[i];
        loop_text_add(out, "  r%u = ", c->reg);
        for (uint32_t e = 0; e < program->registers[c->reg].width && e < 8; e++) {
            loop_text_add(out, e ? ", " : "");
            print_number(out, c->values[e]);
        }
        loop_text_add(out, program->registers[c->reg].width > 8 ? ", ...\n" : "\n");
    }
}

static void print_task(const LoopProgram *program, LoopText *out)
{
    const LoopTask *task = &program->task;
    for (uint32_t i = 0; i < task->trial_count; i++)
        loop_text_add(out, "trial %u %.*s: %u steps\n", i, LOOP_STR_ARGS(task->trials[i].name), task->trials[i].duration);
    for (uint32_t i = 0; i < task->phase_count; i++)
        loop_text_add(out, "phase %u %.*s: %u trials\n", i, LOOP_STR_ARGS(task->phases[i].name), task->phases[i].count);
}

void loop_program_print(const LoopProgram *program, LoopText *out)
{
    print_registers(program, out);
    for (uint32_t i = 0; i < program->loop_count; i++)
        print_loop(program, out, &program->loops[i]);
    print_task(program, out);
    print_section(program, out, "init", &program->init);
    print_section(program, out, "step", &program->step);
    print_section(program, out, "observe", &program->observe);
    print_section(program, out, "verdict", &program->verdict);
    for (uint32_t i = 0; i < program->final_count; i++)
        print_section(program, out, "final", &program->finals[i].section);
}
