/* Which loops learn from the lines that they have been read out for: on programs of a few instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/vm/seen.h"

enum { VALUE, CONTEXT, OTHER, X, REGISTERS };

/* Of a loop that sees `context`, and gets credit for what it sees in `credit_context`. */
static bool looks_once(const uint32_t *code, size_t length, uint32_t context, uint32_t credit_context)
{
    LoopRegister registers[REGISTERS] = {{.width = 2}, {.width = 2}, {.width = 2}, {.width = 2}};
    LoopLoopPlace place = {.looks_once = false};
    LoopLayout layout = {.loops = &place};
    LoopLoop loop;
    memset(&loop, 0xff, sizeof loop); /* all members are LOOP_NONE */
    loop.value = VALUE;
    loop.context = context;
    loop.credit_context = credit_context;
    const LoopProgram program = {.registers = registers, .register_count = REGISTERS, .loops = &loop, .loop_count = 1,
                                 .step = {.code = (uint32_t *)(uintptr_t)code, .length = length}};
    assert_true(loop_seen_find(&layout, &program));
    return place.looks_once;
}

#define LOOKS_ONCE(context, credit_context, ...)                                                                       \
    looks_once((const uint32_t[]){__VA_ARGS__}, sizeof(const uint32_t[]){__VA_ARGS__} / sizeof(uint32_t), context, credit_context)

static void looks_once_at_what_stays(void **state)
{
    (void)state;
    assert_true(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_neg, CONTEXT, X, LOOP_OP_VALUE, 0, LOOP_OP_neg, OTHER, X, LOOP_OP_LEARN, 0));
    assert_true(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_VALUE, 0, LOOP_OP_LEARN, 0, LOOP_OP_neg, CONTEXT, X));
}

static void looks_again_at_what_is_written(void **state)
{
    (void)state;
    assert_false(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_VALUE, 0, LOOP_OP_neg, CONTEXT, X, LOOP_OP_LEARN, 0));
    assert_false(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_VALUE, 0, LOOP_OP_ONSET, OTHER, X, CONTEXT, LOOP_OP_LEARN, 0)); /* which holds something there */
}

static void looks_again_without_a_value(void **state)
{
    (void)state;
    assert_false(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_LEARN, 0));
    assert_false(LOOKS_ONCE(CONTEXT, CONTEXT, LOOP_OP_LEARN, 0, LOOP_OP_VALUE, 0));
}

static void looks_again_at_another_context(void **state)
{
    (void)state;
    assert_false(LOOKS_ONCE(CONTEXT, OTHER, LOOP_OP_VALUE, 0, LOOP_OP_LEARN, 0));
}

/* It writes its value when it is read out. */
static void looks_again_at_its_own_value(void **state)
{
    (void)state;
    assert_false(LOOKS_ONCE(VALUE, VALUE, LOOP_OP_VALUE, 0, LOOP_OP_LEARN, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_once_at_what_stays),
        cmocka_unit_test(looks_again_at_what_is_written),
        cmocka_unit_test(looks_again_without_a_value),
        cmocka_unit_test(looks_again_at_another_context),
        cmocka_unit_test(looks_again_at_its_own_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
