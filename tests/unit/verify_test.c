/* The verifier against programs that a compiler would never make: those of every test model, each damaged in one place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "lang/loop.h"
#include "runtime/loop_run.h"

enum { FINALS_MAX = 4096 };

static glob_t models;

static int find_models(void **state)
{
    (void)state;
    return glob("examples/*.loop", 0, NULL, &models) || glob("examples/extern/*.loop", GLOB_APPEND, NULL, &models) ||
           glob("tests/run/*/*.loop", GLOB_APPEND, NULL, &models);
}

static int forget_models(void **state)
{
    (void)state;
    globfree(&models);
    return 0;
}

static void compile(size_t i, LoopCompiled *out)
{
    assert_int_equal(loop_compile(out, models.gl_pathv[i], LOOP_STAGE_LOWER, NULL, 0), LOOP_OK);
    assert_null(loop_program_verify(out->program));
}

/* The sections of a program; gives their number. */
static size_t sections_of(LoopProgram *p, LoopSection **sections)
{
    size_t count = 0;
    sections[count++] = &p->init;
    sections[count++] = &p->step;
    sections[count++] = &p->observe;
    sections[count++] = &p->verdict;
    for (uint32_t i = 0; i < p->final_count && count < FINALS_MAX; i++)
        sections[count++] = &p->finals[i].section;
    return count;
}

/* Every operand of every instruction, one after the other, set to what nothing can have. */
static void damage_operands(LoopProgram *p, LoopSection *section, bool *seen)
{
    for (size_t pc = 0; pc < section->length;) {
        uint32_t op = section->code[pc++];
        seen[op] = true;
        for (const char *o = loop_op_info(op)->operands; *o; o++, pc++) {
            uint32_t before = section->code[pc];
            section->code[pc] = UINT32_MAX - 1; /* UINT32_MAX itself is "none" to some */
            if (!loop_program_verify(p))
                fail_msg("%s: operand '%c' out of range is let through", loop_op_info(op)->name, *o);
            section->code[pc] = before;
        }
    }
}

static void rejects_every_operand_out_of_range(void **state)
{
    (void)state;
    static LoopSection *sections[FINALS_MAX];
    bool seen[LOOP_OP_COUNT] = {[LOOP_OP_HALT] = true}; /* the VM puts it behind each section itself */
    for (size_t i = 0; i < models.gl_pathc; i++) {
        LoopCompiled compiled;
        compile(i, &compiled);
        size_t count = sections_of(compiled.program, sections);
        /* Finals by the hundred are all alike. */
        for (size_t s = 0; s < count && s < 8; s++)
            damage_operands(compiled.program, sections[s], seen);
        assert_null(loop_program_verify(compiled.program));
        loop_compiled_free(&compiled);
    }
    for (uint32_t op = 0; op < LOOP_OP_COUNT; op++)
        if (!seen[op])
            fail_msg("no test model has the instruction %s", loop_op_info(op)->name);
}

static void rejects_an_unknown_opcode(void **state)
{
    (void)state;
    LoopCompiled compiled;
    compile(0, &compiled);
    compiled.program->step.code[0] = LOOP_OP_COUNT;
    assert_non_null(loop_program_verify(compiled.program));
    loop_compiled_free(&compiled);
}

/* Finals run without rings and loops, and the start of a run without a clock: what names them does not belong there. */
static void rejects_an_instruction_out_of_place(void **state)
{
    (void)state;
    uint32_t tried = 0;
    for (size_t i = 0; i < models.gl_pathc; i++) {
        LoopCompiled compiled;
        compile(i, &compiled);
        LoopProgram *p = compiled.program;
        for (uint32_t f = 0; p->ring_count && f < p->final_count; f++) {
            const uint32_t result = p->finals[f].result;
            uint32_t read[] = {LOOP_OP_RING_READ, result, 0};
            if (p->registers[result].width != p->rings[0].width)
                continue;
            const LoopSection before = p->finals[f].section;
            p->finals[f].section = (LoopSection){.code = read, .length = 3};
            assert_non_null(loop_program_verify(p));
            p->finals[f].section = before;
            tried++;
        }
        uint32_t clock = LOOP_OP_CLOCK;
        p->init = (LoopSection){.code = &clock, .length = 1};
        assert_non_null(loop_program_verify(p));
        loop_compiled_free(&compiled);
    }
    assert_true(tried > 100);
}

static void rejects_an_instruction_cut_short(void **state)
{
    (void)state;
    LoopCompiled compiled;
    compile(0, &compiled);
    LoopSection *step = &compiled.program->step;
    size_t last = 0;
    for (size_t pc = 0; pc < step->length;) {
        last = pc;
        pc += loop_op_info(step->code[pc])->words;
    }
    for (size_t length = last + 1; length < step->length; length++) {
        compiled.program->step.length = length;
        assert_non_null(loop_program_verify(compiled.program));
    }
    loop_compiled_free(&compiled);
}

static void rejects_registers_of_other_widths(void **state)
{
    (void)state;
    for (size_t i = 0; i < models.gl_pathc; i += 7) {
        LoopCompiled compiled;
        compile(i, &compiled);
        LoopProgram *p = compiled.program;
        for (uint32_t r = 0; r < p->register_count; r++) {
            uint32_t before = p->registers[r].width;
            p->registers[r].width = 0;
            assert_non_null(loop_program_verify(p));
            p->registers[r].width = before;
        }
        loop_compiled_free(&compiled);
    }
}

/* Only what a loop's weights start from may do without room. */
static void rejects_registers_that_lie_nowhere(void **state)
{
    (void)state;
    size_t rejected = 0;
    for (size_t i = 0; i < models.gl_pathc; i += 7) {
        LoopCompiled compiled;
        compile(i, &compiled);
        LoopProgram *p = compiled.program;
        for (uint32_t r = 0; r < p->register_count; r++) {
            bool placed = false; /* it could lie where the weights of a loop do */
            for (uint32_t k = 0; k < p->loop_count; k++)
                placed = placed || p->loops[k].weights == r || (p->loops[k].value == r && p->loops[k].channels == loop_synapses(&p->loops[k]));
            if (placed)
                continue;
            p->registers[r].no_room = true;
            assert_non_null(loop_program_verify(p));
            p->registers[r].no_room = false;
            rejected++;
        }
        assert_null(loop_program_verify(p));
        loop_compiled_free(&compiled);
    }
    assert_true(rejected > 1000);
}

/* ---- damage that the verifier may let through: then a run has to stay in bounds ---- */

static uint64_t random_state = 1;

static uint32_t next_random(uint32_t below) /* xorshift64* of Vigna 2016 */
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 2685821657736338717u) >> 33) % below;
}

static void damage_word(LoopProgram *p)
{
    LoopSection *sections[] = {&p->init, &p->step, &p->step, &p->observe, &p->verdict, &p->init};
    if (p->final_count)
        sections[5] = &p->finals[next_random(p->final_count)].section;
    LoopSection *section = sections[next_random(6)];
    if (section->length)
        section->code[next_random((uint32_t)section->length)] = next_random(next_random(2) ? LOOP_OP_COUNT : p->register_count);
}

static void damage_register(LoopProgram *p)
{
    LoopRegister *reg = &p->registers[next_random(p->register_count)];
    if (next_random(4) == 0)
        reg->no_room = !reg->no_room;
    else if (next_random(2))
        reg->uniform = !reg->uniform;
    else
        reg->width = 1 + next_random(8);
}

static void damage_loop(LoopProgram *p)
{
    if (!p->loop_count)
        return;
    LoopLoop *loop = &p->loops[next_random(p->loop_count)];
#define IN(member) &loop->member,
#define OUT(member) &loop->member,
    uint32_t *members[] = {
#include "runtime/contract/loop_member.def"
        &loop->channels, &loop->neurons, &loop->lines, &loop->rule, &loop->upstate};
#undef IN
#undef OUT
    bool *flags[] = {&loop->uniform, &loop->learns, &loop->trace_by_channel, &loop->trace_by_neuron, &loop->credit_first, &loop->swaps_traces};
    if (next_random(4) == 0)
        *flags[next_random(6)] = next_random(2);
    else
        *members[next_random(sizeof members / sizeof members[0])] = next_random(4) ? next_random(p->register_count) : LOOP_NONE;
}

static void damage_task(LoopProgram *p)
{
    LoopTask *task = &p->task;
    uint32_t *members[] = {&task->between, &task->phase, &task->trial, &task->type, &task->time};
    if (next_random(4) == 0)
        task->uniform = !task->uniform;
    else
        *members[next_random(5)] = next_random(p->register_count);
}

static void damage_measure(LoopProgram *p)
{
    if (!p->measure_count)
        return;
    LoopMeasure *m = &p->measures[next_random(p->measure_count)];
    uint32_t *members[] = {&m->signal, &m->from.onset, &m->to.onset, &m->from.offset_reg, &m->lag, &m->select.phase,
                           &m->select.trial, &m->select.n, &m->select.i, &m->instant};
    if (next_random(4) == 0)
        m->window = !m->window;
    else
        *members[next_random(sizeof members / sizeof members[0])] = next_random(p->register_count);
}

static void count_down(void *context, double done)
{
    (void)done;
    LoopFlag *stop = context;
    *stop = 1;
}

static void runs_of_damaged_programs_stay_in_bounds(void **state)
{
    (void)state;
    static void (*const damages[])(LoopProgram *) = {damage_word, damage_word, damage_register, damage_loop, damage_task,
                                                     damage_measure};
    uint32_t ran = 0;
    for (size_t i = 0; i < 1500; i++) {
        LoopCompiled compiled;
        compile(i % models.gl_pathc, &compiled);
        damages[next_random(sizeof damages / sizeof damages[0])](compiled.program);
        if (!loop_program_verify(compiled.program)) {
            LoopFlag stop = 0;
            bool setup_fault;
            LoopResults *results = NULL;
            LoopRunOptions options = {.agents = 2, .seed = 1, .threads = 1, .lanes = 3, .interrupt = &stop,
                                      .progress = count_down, .progress_context = (void *)&stop};
            LoopRunStatus status = loop_run(compiled.program, &options, compiled.diags, &results, &setup_fault);
            assert_int_not_equal(status, LOOP_RUN_INVALID);
            loop_results_free(results);
            ran++;
        }
        loop_compiled_free(&compiled);
    }
    assert_true(ran > 100); /* else the damage is too coarse to say anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_every_operand_out_of_range),
        cmocka_unit_test(rejects_an_unknown_opcode),
        cmocka_unit_test(rejects_an_instruction_out_of_place),
        cmocka_unit_test(rejects_an_instruction_cut_short),
        cmocka_unit_test(rejects_registers_of_other_widths),
        cmocka_unit_test(rejects_registers_that_lie_nowhere),
        cmocka_unit_test(runs_of_damaged_programs_stay_in_bounds),
    };
    return cmocka_run_group_tests(tests, find_models, forget_models);
}
