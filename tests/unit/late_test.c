/* Models that say that learning may wait have it wait: what they compare would be alike too if it did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <string.h>

#include "lang/loop.h"
#include "runtime/vm/vm.h"

enum { LANES = 40, STEPS = 300, LOOPS_MOST = 64 };

static LoopBlock *block_of(const LoopProgram *program, LoopLayout *layout)
{
    assert_true(program->loop_count <= LOOPS_MOST);
    assert_true(loop_layout_make(layout, program, LANES));
    LoopBlock *block = loop_block_new(program, layout, LANES, 1);
    assert_non_null(block);
    loop_block_start(block, 0, LANES);
    return block;
}

/* All but those that see mostly zeros. */
static bool may_wait(const LoopProgram *program, size_t loop)
{
    const char *name = program->register_names[program->loops[loop].value].at;
    return strstr(name, ".late.") && strncmp(name, "few.", 4) != 0;
}

/* Steps at whose end weights have still to move, for each loop. */
static void assert_waits(const char *path)
{
    LoopCompiled compiled;
    LoopLayout layout;
    size_t waited[LOOPS_MOST] = {0}, asked = 0;
    assert_int_equal(loop_compile(&compiled, path, LOOP_STAGE_LOWER, NULL, 0), LOOP_OK);
    LoopBlock *block = block_of(compiled.program, &layout);
    for (size_t step = 0; step < STEPS; step++) {
        loop_block_step(block);
        for (size_t i = 0; i < compiled.program->loop_count; i++)
            waited[i] += block->late[i].moves;
    }
    for (size_t i = 0; i < compiled.program->loop_count; i++)
        if (may_wait(compiled.program, i)) {
            asked++;
            if (waited[i] < STEPS / 20)
                fail_msg("loop %zu of %s waited on %zu steps", i, path, waited[i]);
        } else
            assert_int_equal(waited[i], 0);
    assert_true(asked > 0);
    loop_block_free(block);
    loop_layout_free(&layout);
    loop_compiled_free(&compiled);
}

static void learning_waits(void **state)
{
    glob_t models;
    (void)state;
    assert_int_equal(glob("tests/run/loops/turned_*.loop", 0, NULL, &models) || glob("tests/run/loops/put_off*.loop", GLOB_APPEND, NULL, &models), 0);
    for (size_t i = 0; i < models.gl_pathc; i++)
        assert_waits(models.gl_pathv[i]);
    globfree(&models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(learning_waits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
