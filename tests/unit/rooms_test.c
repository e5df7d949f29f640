/* Which results may lie in the room of another: on programs of a few instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/contract/base.h"
#include "runtime/vm/rooms.h"

enum { A, B, C, D, X, Y, SHARED, SINGLE, REGISTERS }; /* X and Y are constants */

/* The task's registers and the members of measures that are not there. */
static LoopProgram program_of(LoopRegister *registers, uint32_t *code, size_t length)
{
    static const double values[2] = {1, 2};
    static LoopConstant constants[] = {{X, values}, {Y, values}};
    for (uint32_t i = 0; i < REGISTERS; i++)
        registers[i] = (LoopRegister){.width = i == SINGLE ? 1 : 2, .uniform = i == SHARED};
    return (LoopProgram){.registers = registers, .register_count = REGISTERS, .constants = constants, .constant_count = 2,
                         .step = {.code = code, .length = length},
                         .task = {.phase = LOOP_NONE, .trial = LOOP_NONE, .type = LOOP_NONE, .time = LOOP_NONE, .between = LOOP_NONE}};
}

static void assert_rooms(const LoopProgram *program, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t *lent = loop_rooms_make(program);
    assert_non_null(lent);
    assert_int_equal(lent[A], a);
    assert_int_equal(lent[B], b);
    assert_int_equal(lent[C], c);
    assert_int_equal(lent[D], d);
    for (uint32_t i = X; i < REGISTERS; i++)
        assert_int_equal(lent[i], LOOP_NONE);
    loop_free(lent);
}

#define PROGRAM(...)                                                                                                   \
    LoopRegister registers[REGISTERS];                                                                                 \
    uint32_t code[] = {__VA_ARGS__};                                                                                   \
    LoopProgram p = program_of(registers, code, sizeof code / sizeof code[0]);                                         \
    (void)state

static void lends_along_a_chain(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, Y, LOOP_OP_FINITE, B, 0, LOOP_OP_sub, C, X, B, LOOP_OP_select, D, X, C, Y);
    assert_rooms(&p, B, C, D, LOOP_NONE);
}

static void lends_by_the_last_that_looks(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, A, LOOP_OP_sub, C, A, B, LOOP_OP_neg, D, B);
    assert_rooms(&p, C, D, LOOP_NONE, LOOP_NONE);
}

/* A number of them is not read for the last time before the one that takes its place is written. */
static void lends_to_elementwise_instructions_only(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_COPY, B, A, LOOP_OP_add, C, X, Y, LOOP_OP_BERNOULLI, D, C, 0);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

/* A function of a library sees its last results. */
static void keeps_what_a_library_sees_again(void **state)
{
    PROGRAM(LOOP_OP_FOREIGN, A, X, Y, 0, LOOP_OP_mul, B, A, Y);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_is_of_another_shape(void **state)
{
    PROGRAM(LOOP_OP_SUM, SINGLE, X, LOOP_OP_mul, A, SINGLE, X, LOOP_OP_add, SHARED, X, Y, LOOP_OP_mul, B, SHARED, X);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

/* If the stretch is jumped over, what is behind it reads what it was. */
static void keeps_what_may_not_be_worked_out_anew(void **state)
{
    PROGRAM(LOOP_OP_SKIP_UNLESS, X, 4, LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, Y, LOOP_OP_mul, C, X, Y, LOOP_OP_SKIP_FIRST, 4, LOOP_OP_mul, D, C, C);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void lends_where_all_is_jumped_over(void **state)
{
    PROGRAM(LOOP_OP_SKIP_UNLESS, X, 8, LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, Y);
    assert_rooms(&p, B, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

/* B, as the step before left it. */
static void keeps_a_room_that_is_looked_at_in_between(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_mul, C, B, Y, LOOP_OP_mul, B, A, Y, LOOP_OP_neg, D, C);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, D, LOOP_NONE);
}

/* A would go to where B is to lie, which is looked at behind where A begins. */
static void keeps_a_chain_from_a_room_that_is_looked_at(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_neg, D, C, LOOP_OP_mul, B, A, Y, LOOP_OP_mul, C, B, Y);
    assert_rooms(&p, B, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_the_step_before_left(void **state)
{
    PROGRAM(LOOP_OP_neg, C, A, LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, Y);
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_others_look_at(void **state)
{
    PROGRAM(LOOP_OP_add, A, X, Y, LOOP_OP_mul, B, A, Y);
    LoopMeasure measure = {.signal = A, .instant = LOOP_NONE, .from = {.onset = X, .offset_reg = LOOP_NONE}, .to = {.onset = X, .offset_reg = LOOP_NONE}};
    LoopStrip strip = {.reg = A};
    LoopRing ring = {.width = 2, .slots = 1, .before = A};
    LoopPhase phase = {.until = A};
    uint32_t later[] = {LOOP_OP_SUM, SINGLE, A}, held[] = {LOOP_OP_TRACE, A, X, Y};
    LoopLoop loop;
    memset(&loop, 0xff, sizeof loop); /* LOOP_NONE in each */
    loop.bias = A;
    assert_rooms(&p, B, LOOP_NONE, LOOP_NONE, LOOP_NONE);
#define BESIDES(thing, table)                                                                                           \
    p.thing##s = table, p.thing##_count = 1;                                                                           \
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);                                                      \
    p.thing##_count = 0
    BESIDES(measure, &measure);
    BESIDES(strip, &strip);
    BESIDES(ring, &ring);
    BESIDES(loop, &loop);
#undef BESIDES
    p.task.phases = &phase, p.task.phase_count = 1;
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.task.phase_count = 0;
    p.observe = (LoopSection){.code = later, .length = 3};
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.observe = (LoopSection){.code = held, .length = 4};
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

/* ---- rings ---- */

static LoopRing rings[] = {{.width = 2, .slots = 1, .before = LOOP_NONE}, {.width = 2, .slots = 2, .before = LOOP_NONE},
                           {.width = 2, .slots = 1, .uniform = true, .before = LOOP_NONE}};
enum { RING = REGISTERS };

static void lends_a_ring(void **state)
{
    PROGRAM(LOOP_OP_RING_READ, A, 0, LOOP_OP_RING_READ, B, 0, LOOP_OP_mul, C, A, B, LOOP_OP_SUM, SINGLE, A);
    uint32_t observe[] = {LOOP_OP_mul, D, A, A, LOOP_OP_RING_WRITE, 0, C};
    p.rings = rings, p.ring_count = 3;
    assert_rooms(&p, RING, RING, LOOP_NONE, LOOP_NONE);
    p.observe = (LoopSection){.code = observe, .length = 7};
    assert_rooms(&p, RING, RING, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_was_longer_ago(void **state)
{
    PROGRAM(LOOP_OP_RING_READ, A, 1, LOOP_OP_RING_READ, B, 2, LOOP_OP_RING_LARGEST, C, 0);
    p.rings = rings, p.ring_count = 3;
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_is_read_now_and_then(void **state)
{
    PROGRAM(LOOP_OP_SKIP_UNLESS, X, 3, LOOP_OP_RING_READ, A, 0, LOOP_OP_mul, C, A, A);
    p.rings = rings, p.ring_count = 3;
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

/* By the time somebody looks, the next has entered. */
static void keeps_what_is_looked_at_too_late(void **state)
{
    PROGRAM(LOOP_OP_RING_READ, A, 0, LOOP_OP_mul, C, A, A);
    uint32_t late[] = {LOOP_OP_RING_WRITE, 0, C, LOOP_OP_mul, D, A, A}, same[] = {LOOP_OP_RING_WRITE, 0, A}, verdict[] = {LOOP_OP_SUM, SINGLE, A};
    LoopMeasure measure = {.signal = A, .instant = LOOP_NONE, .from = {.onset = X, .offset_reg = LOOP_NONE}, .to = {.onset = X, .offset_reg = LOOP_NONE}};
    p.rings = rings, p.ring_count = 3;
    assert_rooms(&p, RING, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.observe = (LoopSection){.code = late, .length = 7};
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.observe = (LoopSection){.code = same, .length = 3};
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.observe = (LoopSection){0};
    p.verdict = (LoopSection){.code = verdict, .length = 3};
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
    p.verdict = (LoopSection){0};
    p.measures = &measure, p.measure_count = 1;
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

static void keeps_what_is_written_over(void **state)
{
    PROGRAM(LOOP_OP_RING_READ, A, 0, LOOP_OP_mul, A, X, Y, LOOP_OP_mul, C, X, A);
    p.rings = rings, p.ring_count = 3;
    assert_rooms(&p, LOOP_NONE, LOOP_NONE, LOOP_NONE, LOOP_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lends_along_a_chain),
        cmocka_unit_test(lends_by_the_last_that_looks),
        cmocka_unit_test(lends_to_elementwise_instructions_only),
        cmocka_unit_test(keeps_what_a_library_sees_again),
        cmocka_unit_test(keeps_what_is_of_another_shape),
        cmocka_unit_test(keeps_what_may_not_be_worked_out_anew),
        cmocka_unit_test(lends_where_all_is_jumped_over),
        cmocka_unit_test(keeps_a_room_that_is_looked_at_in_between),
        cmocka_unit_test(keeps_a_chain_from_a_room_that_is_looked_at),
        cmocka_unit_test(keeps_what_the_step_before_left),
        cmocka_unit_test(keeps_what_others_look_at),
        cmocka_unit_test(lends_a_ring),
        cmocka_unit_test(keeps_what_was_longer_ago),
        cmocka_unit_test(keeps_what_is_read_now_and_then),
        cmocka_unit_test(keeps_what_is_looked_at_too_late),
        cmocka_unit_test(keeps_what_is_written_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
