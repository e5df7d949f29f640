/* Programs in parts: which loops are found to meet, which parts to be alike, and that no way of running them shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "lang/loop.h"
#include "runtime/loop_run.h"
#include "runtime/parts/parts.h"
#include "runtime/parts/place.h"

static void compile(LoopCompiled *out, const char *path)
{
    assert_int_equal(loop_compile(out, path, LOOP_STAGE_LOWER, NULL, 0), LOOP_OK);
}

/* Loops of each part, and how many copies there are. */
static void assert_parts(const char *path, bool merges, uint32_t count, const uint32_t (*wanted)[2])
{
    LoopCompiled compiled;
    bool failed;
    compile(&compiled, path);
    LoopParts *parts = loop_parts_make(compiled.program, merges, &failed);
    assert_false(failed);
    assert_non_null(parts);
    assert_int_equal(parts->count, count);
    bool seen[16] = {false};
    for (uint32_t i = 0; i < count; i++) { /* in any order */
        assert_null(loop_program_verify(parts->part[i].program));
        uint32_t at = 0;
        while (at < count && (seen[at] || parts->part[i].program->loop_count != wanted[at][0] || parts->part[i].copies != wanted[at][1]))
            at++;
        assert_true(at < count);
        seen[at] = true;
    }
    loop_parts_free(parts);
    loop_compiled_free(&compiled);
}

static void finds_what_is_alike(void **state)
{
    (void)state;
    /* Two bandits are recorded, each in its own way; the other four are alike. The weather is measured by itself. */
    assert_parts("tests/run/parts/alike.loop", true, 4, (const uint32_t[][2]){{2, 4}, {2, 1}, {2, 1}, {0, 1}});
    assert_parts("tests/run/parts/alike.loop", false, 7,
                 (const uint32_t[][2]){{2, 1}, {2, 1}, {2, 1}, {2, 1}, {2, 1}, {2, 1}, {0, 1}});
}

static void finds_what_meets(void **state)
{
    (void)state;
    /* Through a mean that is measured; through a dopamine signal; not at all; and what no loop bears upon. */
    assert_parts("tests/run/parts/watched.loop", true, 4, (const uint32_t[][2]){{2, 1}, {2, 1}, {1, 1}, {0, 1}});
}

static void leaves_whole_what_is(void **state)
{
    (void)state;
    LoopCompiled compiled;
    bool failed;
    compile(&compiled, "examples/schultz.loop");
    assert_null(loop_parts_make(compiled.program, true, &failed));
    assert_false(failed);
    loop_compiled_free(&compiled);
}

/* ---- values that lie where weights do, traces that lie where credit does ---- */

static bool is_value_placed(const LoopProgram *program, const LoopLoop *loop)
{
    return program->registers[loop->value].no_room;
}

static bool are_traces_placed(const LoopProgram *program, const LoopLoop *loop)
{
    (void)program;
    return loop->swaps_traces;
}

/* Those loops of a model are placed whose names are among `wanted`, NULL behind the last, and no others. */
static void assert_placed(const LoopProgram *program, bool (*is_placed)(const LoopProgram *, const LoopLoop *), const char *const *wanted)
{
    size_t found = 0, count = 0;
    while (wanted[count])
        count++;
    for (uint32_t i = 0; i < program->loop_count; i++) {
        bool among = false;
        for (size_t k = 0; k < count; k++)
            among = among || loop_str_is(program->loops[i].name, wanted[k]);
        assert_int_equal(is_placed(program, &program->loops[i]), among);
        found += among;
    }
    assert_int_equal(found, count);
}

static void finds_values_that_are_weights(void **state)
{
    (void)state;
    static const char *const wanted[] = {"plain.one", "follows", "taught", "borrows", "greedy", "still", NULL};
    LoopCompiled compiled;
    compile(&compiled, "tests/run/loops/values_in_place.loop");
    assert_placed(compiled.program, is_value_placed, wanted);
    /* a context of 1 that something writes into may be another number later */
    LoopProgram *damaged = compiled.program;
    LoopArena *scratch = loop_arena_new();
    const uint32_t one = damaged->loops[0].context, *operands = damaged->step.code + 1;
    assert_int_equal(operands[-1], LOOP_OP_CLOCK);
    assert_int_equal(operands[0], LOOP_OP_RING_READ);
    damaged->step.code[2] = one;
    assert_true(loop_place(damaged, scratch));
    for (uint32_t i = 0; i < damaged->loop_count; i++)
        assert_false(damaged->loops[i].context == one && damaged->registers[damaged->loops[i].value].no_room);
    loop_arena_free(scratch);
    loop_compiled_free(&compiled);
}

static void finds_traces_that_are_credit(void **state)
{
    (void)state;
    static const char *const wanted[] = {"own", "rests", "actor", "alone", "sure", NULL};
    LoopCompiled compiled;
    compile(&compiled, "tests/run/loops/traces_in_place.loop");
    assert_placed(compiled.program, are_traces_placed, wanted);
    loop_compiled_free(&compiled);
}

/* ---- faults: the first is told, in the words of the whole model, however it is run ---- */

static const char faulty[] = "step 100 ms\n"
                             "sense light\n"
                             "circuit unit(light) {\n"
                             "  hypothalamus { reward sweet = light }\n"
                             "  loop own : predict sweet ahead 100 ms { context light; learn rate 0.1, trace 0 }\n"
                             "  dopamine teach -> own = error(own)\n"
                             "  hypothalamus { state worn from 0 next worn + own.value + 1 / bernoulli(0.98) }\n"
                             "  hypothalamus { state torn from 0 next torn + 1 / bernoulli(0.98) }\n"
                             "}\n"
                             "make a = unit(light = light)\n"
                             "make b = unit(light = light)\n"
                             "make c = unit(light = light)\n"
                             "make d = unit(light = light)\n"
                             "task { trial flash 2 s { light at 1 s } phase all = 30 flash }\n"
                             "measure worn = a.worn at light in all\n"
                             "run 7 agents\n";

/* What a run has to say of a model whose states become infinite by bad luck, several of them on the same step as often as not. */
static void tell(const LoopCompiled *compiled, uint64_t seed, LoopSplitting split, uint32_t lanes, LoopText *out)
{
    LoopDiags *diags = loop_diags_new();
    LoopResults *results = NULL;
    bool setup = false;
    LoopRunOptions options = {.seed = seed, .lanes = lanes, .split = split};
    LoopStr name = LOOP_STR("faulty"), text = LOOP_STR(faulty);
    assert_int_equal(loop_diags_source(diags, name, text), compiled->file);
    assert_int_equal(loop_run(compiled->program, &options, diags, &results, &setup), LOOP_RUN_FAULT);
    loop_diags_print(diags, LOOP_DIAG_PLAIN, out);
    loop_results_free(results);
    loop_diags_free(diags);
}

static void tells_the_same_fault(void **state)
{
    (void)state;
    const uint32_t lanes[] = {0, 1, 3};
    LoopCompiled compiled;
    assert_int_equal(loop_compile_text(&compiled, LOOP_STR("faulty"), LOOP_STR(faulty), LOOP_STAGE_LOWER, NULL, 0), LOOP_OK);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        LoopText wanted = {0};
        tell(&compiled, seed, LOOP_SPLIT_NONE, 7, &wanted);
        assert_non_null(strstr(wanted.at, "step"));
        for (LoopSplitting split = LOOP_SPLIT_NONE; split <= LOOP_SPLIT_LANES; split++)
            for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
                LoopText got = {0};
                tell(&compiled, seed, split, lanes[i], &got);
                assert_string_equal(got.at, wanted.at);
                loop_text_free(&got);
            }
        loop_text_free(&wanted);
    }
    loop_compiled_free(&compiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_alike),
        cmocka_unit_test(finds_what_meets),
        cmocka_unit_test(leaves_whole_what_is),
        cmocka_unit_test(finds_values_that_are_weights),
        cmocka_unit_test(finds_traces_that_are_credit),
        cmocka_unit_test(tells_the_same_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
