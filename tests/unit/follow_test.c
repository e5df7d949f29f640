/* Which delay lines may be written as soon as they have been read: on programs of a few instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/contract/base.h"
#include "runtime/vm/follow.h"
#include "runtime/vm/rooms.h"

enum { VALUE, BEFORE, ERROR, MORE, X, SHARED, REGISTERS }; /* X is a constant */

/* A loop whose value is kept in ring 0 by the observe section. */
typedef struct Model {
    LoopRegister registers[REGISTERS];
    LoopRing ring;
    LoopLoop loop;
    LoopProgram program;
} Model;

static void make(Model *m, uint32_t *step, size_t step_length, uint32_t *observe, size_t observe_length)
{
    static const double values[2] = {1, 2};
    static const LoopConstant constants[] = {{X, values}};
    memset(m, 0, sizeof *m);
    for (uint32_t i = 0; i < REGISTERS; i++)
        m->registers[i] = (LoopRegister){.width = 2, .uniform = i == SHARED};
    memset(&m->loop, 0xff, sizeof m->loop); /* all members are LOOP_NONE */
    m->loop.value = VALUE;
    m->ring = (LoopRing){.width = 2, .slots = 1, .before = LOOP_NONE};
    m->program = (LoopProgram){.registers = m->registers, .register_count = REGISTERS, .rings = &m->ring, .ring_count = 1, .loops = &m->loop,
                               .loop_count = 1, .constants = (LoopConstant *)(uintptr_t)constants, .constant_count = 1,
                               .step = {.code = step, .length = step_length}, .observe = {.code = observe, .length = observe_length},
                               .task = {.phase = LOOP_NONE, .trial = LOOP_NONE, .type = LOOP_NONE, .time = LOOP_NONE, .between = LOOP_NONE}};
}

/* What follows what has been read of the line. */
static uint32_t follower(const Model *m)
{
    uint32_t *lent = loop_rooms_make(&m->program), *follows = lent ? loop_follow_find(&m->program, lent) : NULL;
    assert_non_null(follows);
    for (uint32_t i = 0; i < REGISTERS; i++)
        if (i != BEFORE)
            assert_int_equal(follows[i], LOOP_NONE);
    const uint32_t found = follows[BEFORE];
    loop_free(lent);
    loop_free(follows);
    return found;
}

#define READ LOOP_OP_RING_READ, BEFORE, 0
#define WRITE LOOP_OP_RING_WRITE, 0, VALUE
#define LENGTH(code) (sizeof(code) / sizeof(code)[0])
#define MODEL(...)                                                                                                     \
    Model m;                                                                                                           \
    uint32_t step[] = {__VA_ARGS__}, observe[] = {WRITE};                                                              \
    make(&m, step, LENGTH(step), observe, LENGTH(observe));                                                            \
    (void)state

static void finds_what_an_error_reads(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE);
    assert_int_equal(follower(&m), VALUE);
}

static void finds_none_that_is_read_twice(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE, LOOP_OP_neg, MORE, BEFORE);
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_that_is_no_subtrahend(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, BEFORE, VALUE);
    assert_int_equal(follower(&m), LOOP_NONE);
}

/* The value of this step is not there yet. */
static void finds_none_ahead_of_the_value(void **state)
{
    MODEL(READ, LOOP_OP_sub, ERROR, VALUE, BEFORE, LOOP_OP_VALUE, 0);
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_that_may_be_jumped_over(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_SKIP_UNLESS, X, 4, LOOP_OP_sub, ERROR, VALUE, BEFORE);
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_what_stands_behind_a_jump(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_SKIP_UNLESS, X, 3, LOOP_OP_neg, MORE, X, LOOP_OP_sub, ERROR, VALUE, BEFORE);
    assert_int_equal(follower(&m), VALUE);
}

static void finds_none_whose_value_others_write(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE, LOOP_OP_neg, VALUE, X);
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_of_two_writes(void **state)
{
    (void)state;
    Model m;
    uint32_t step[] = {READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE}, observe[] = {WRITE, LOOP_OP_RING_WRITE, 0, X};
    make(&m, step, LENGTH(step), observe, LENGTH(observe));
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_that_is_written_now_and_then(void **state)
{
    (void)state;
    Model m;
    uint32_t step[] = {READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE}, observe[] = {LOOP_OP_SKIP_UNASKED, 0, 3, WRITE};
    make(&m, step, LENGTH(step), observe, LENGTH(observe));
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_of_another_source(void **state)
{
    (void)state;
    Model m;
    uint32_t step[] = {READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE}, observe[] = {LOOP_OP_RING_WRITE, 0, MORE};
    make(&m, step, LENGTH(step), observe, LENGTH(observe));
    assert_int_equal(follower(&m), LOOP_NONE);
}

static void finds_none_of_more_steps(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE);
    m.ring.slots = 2;
    assert_int_equal(follower(&m), LOOP_NONE);
}

/* A value that lies where the weights do is gone once they have learned. */
static void finds_none_that_lies_with_the_weights(void **state)
{
    MODEL(READ, LOOP_OP_VALUE, 0, LOOP_OP_sub, ERROR, VALUE, BEFORE);
    m.registers[VALUE].no_room = true;
    assert_int_equal(follower(&m), LOOP_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_an_error_reads),          cmocka_unit_test(finds_none_that_is_read_twice),
        cmocka_unit_test(finds_none_that_is_no_subtrahend),   cmocka_unit_test(finds_none_ahead_of_the_value),
        cmocka_unit_test(finds_none_that_may_be_jumped_over), cmocka_unit_test(finds_what_stands_behind_a_jump),
        cmocka_unit_test(finds_none_whose_value_others_write), cmocka_unit_test(finds_none_of_two_writes),
        cmocka_unit_test(finds_none_that_is_written_now_and_then), cmocka_unit_test(finds_none_of_another_source),
        cmocka_unit_test(finds_none_of_more_steps),           cmocka_unit_test(finds_none_that_lies_with_the_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
