/* Models that say that learning may wait have it wait, and lanes come to lie one behind the other in those that say that they may: what the
   models compare would be alike too if it did not, or they didn't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <string.h>

#include "lang/loop.h"
#include "runtime/run/engines.h"

enum { LANES = 140, STEPS = 600, LOOPS_MOST = 64 }; /* as many as the models have */

static LoopBlock *block_of(const LoopEngine *engine, const LoopProgram *program, LoopLayout *layout)
{
    assert_true(program->loop_count <= LOOPS_MOST);
    assert_true(engine->layout_make(layout, program, LANES));
    LoopBlock *block = engine->block_new(program, layout, LANES, 1);
    assert_non_null(block);
    engine->block_start(block, 0, LANES);
    return block;
}

/* All but those that see mostly zeros. */
static bool may_wait(const LoopProgram *program, size_t loop)
{
    const char *name = program->register_names[program->loops[loop].value].at;
    return strstr(name, ".late.") && strncmp(name, "few.", 4) != 0;
}

/* Steps at whose end weights of a loop have still to move, and those at whose end its lanes lie one behind the other. */
typedef struct Steps {
    size_t waited[LOOPS_MOST], turned[LOOPS_MOST];
} Steps;

static Steps steps_of(const LoopEngine *engine, const LoopProgram *program)
{
    Steps steps = {0};
    LoopLayout layout;
    LoopBlock *block = block_of(engine, program, &layout);
    for (size_t step = 0; step < STEPS; step++) {
        engine->block_step(block);
        for (size_t i = 0; i < program->loop_count; i++) {
            steps.waited[i] += block->late[i].moves;
            steps.turned[i] += block->late[i].turned;
        }
    }
    engine->block_free(block);
    loop_layout_free(&layout);
    return steps;
}

/* Whether a vector of the engine holds eight numbers. */
static bool holds_eight(const LoopEngine *engine)
{
    return strcmp(engine->name, "avx512") == 0 || (strcmp(engine->name, "avx2") == 0 && engine->real_bytes == sizeof(float));
}

static void assert_waits(const LoopEngine *engine, const char *path, bool turns)
{
    LoopCompiled compiled;
    size_t asked = 0;
    assert_int_equal(loop_compile(&compiled, path, LOOP_STAGE_LOWER, NULL, 0), LOOP_OK);
    const Steps steps = steps_of(engine, compiled.program);
    for (size_t i = 0; i < compiled.program->loop_count; i++)
        if (may_wait(compiled.program, i)) {
            asked++;
            if (steps.waited[i] < STEPS / 20)
                fail_msg("loop %zu of %s waited on %zu steps", i, path, steps.waited[i]);
            if (turns && steps.turned[i] < STEPS / 20)
                fail_msg("lanes of loop %zu of %s lay one behind the other on %zu steps", i, path, steps.turned[i]);
        } else {
            assert_int_equal(steps.waited[i], 0);
            assert_int_equal(steps.turned[i], 0);
        }
    assert_true(asked > 0);
    loop_compiled_free(&compiled);
}

static void assert_all(const char *pattern, bool turn)
{
    static const char *const engines[] = {"base", "avx2", "avx512"};
    glob_t models;
    assert_int_equal(glob(pattern, 0, NULL, &models), 0);
    for (size_t e = 0; e < sizeof engines / sizeof engines[0]; e++)
        for (int single = 0; single < 2; single++) {
            const LoopEngine *engine = loop_engine_find(single, engines[e]);
            for (size_t i = 0; engine && i < models.gl_pathc; i++)
                assert_waits(engine, models.gl_pathv[i], turn && holds_eight(engine));
        }
    globfree(&models);
}

static void learning_waits(void **state)
{
    (void)state;
    assert_all("tests/run/loops/put_off*.loop", false);
}

static void lanes_turn(void **state)
{
    (void)state;
    assert_all("tests/run/loops/turned_*.loop", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(learning_waits), cmocka_unit_test(lanes_turn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
