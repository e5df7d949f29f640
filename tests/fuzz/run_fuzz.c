/* Any bytes: compiled, dumped, run for up to about 1,000 steps, whole and in parts, reported. */
#include <stdlib.h>

#include "lang/loop.h"
#include "lang/tools/model_print.h"
#include "runtime/loop_run.h"
#include "runtime/output/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Countdown {
    LoopFlag stop;
    int looks; /* 256 steps or fewer apart */
} Countdown;

static void count_down(void *context, double done)
{
    Countdown *countdown = context;
    (void)done;
    if (--countdown->looks == 0)
        countdown->stop = 1;
}

/* What a run says, if it came to its end. */
static LoopRunStatus run(LoopCompiled *compiled, LoopSplitting split, uint32_t lanes, LoopText *out)
{
    Countdown countdown = {0, 4};
    LoopRunOptions options = {.agents = 3, .seed = 1, .threads = 1, .lanes = lanes, .split = split, .interrupt = &countdown.stop,
                              .progress = count_down, .progress_context = &countdown};
    LoopResults *results = NULL;
    bool setup_fault;
    LoopRunStatus status = loop_run(compiled->program, &options, compiled->diags, &results, &setup_fault);
    if (status == LOOP_RUN_INVALID)
        abort(); /* the compiler, or the taking apart, made what the verifier refuses */
    if (status == LOOP_RUN_OK) {
        LoopReport report = {.program = compiled->program, .results = results};
        loop_report_text(&report, out);
    }
    loop_results_free(results);
    return status;
}

/* The whole and its parts say the same. */
static void run_both(LoopCompiled *compiled, LoopText *out)
{
    LoopText whole = {0}, parts = {0};
    LoopRunStatus one = run(compiled, LOOP_SPLIT_NONE, 2, &whole), other = run(compiled, LOOP_SPLIT_LANES, 4, &parts);
    bool ended = one != LOOP_RUN_INTERRUPTED && other != LOOP_RUN_INTERRUPTED;
    if (ended && (one != other || !loop_str_equal(loop_text_view(&whole), loop_text_view(&parts))))
        abort();
    loop_text_str(out, loop_text_view(&whole));
    loop_text_free(&whole);
    loop_text_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    LoopCompiled compiled;
    LoopText out = {0};
    LoopStatus status = loop_compile_text(&compiled, LOOP_STR("fuzz"), (LoopStr){(const char *)data, size}, LOOP_STAGE_LOWER, NULL, 0);
    if (status == LOOP_OK) {
        loop_model_print(compiled.model, &out);
        loop_program_print(compiled.program, &out);
        run_both(&compiled, &out);
    }
    if (compiled.diags)
        loop_diags_print(compiled.diags, LOOP_DIAG_PLAIN, &out);
    loop_text_free(&out);
    loop_compiled_free(&compiled);
    return 0;
}
