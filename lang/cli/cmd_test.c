/* loop test: the expectations of many models. */
#include "lang/cli/cli.h"

#include "runtime/output/report.h"
#include "runtime/output/show.h"

typedef struct Count {
    uint32_t passed, failed;
    bool no_memory; /* for one of the files at least */
} Count;

static void put_section(const LoopReport *report, const LoopModel *model, const char *path, LoopSink *out)
{
    loop_report_markdown(report, path, model->sources.items, model->sources.count, &out->text);
}

static void put_outcome(const LoopReport *report, const char *path, LoopSink *out, Count *count)
{
    uint32_t all = loop_expectation_count(report->program), failed = report->results->failed;
    for (uint32_t i = 0; i < report->program->claim_count; i++) {
        if (!report->program->claims[i].is_expectation || report->results->outcomes[i].holds)
            continue;
        loop_show_str(&out->text, loop_str(path));
        loop_text_add(&out->text, ": FAILS: ");
        loop_report_claim_line(report, i, &out->text);
        loop_text_add(&out->text, "\n");
    }
    if (!report->quiet) {
        loop_show_str(&out->text, loop_str(path));
        loop_text_add(&out->text, ": %u of %u expectations hold\n", all - failed, all);
    }
    count->passed += all - failed;
    count->failed += failed;
}

/* A file that can't be run counts as one that failed. */
static int test_one(const char *path, const LoopArguments *arguments, LoopSink *out, Count *count)
{
    LoopCompiled compiled;
    LoopStatus status = loop_compile(&compiled, path, LOOP_STAGE_LOWER, arguments->settings, arguments->setting_count);
    int code = loop_say_status(status, &compiled, path, arguments);
    if (code == LOOP_EXIT_OK) {
        LoopDiagsMark said = {0, 0, 0};
        loop_diags_rewind(compiled.diags, said);
        LoopRan ran = loop_run_program(&compiled, path, arguments);
        code = ran.exit;
        LoopReport report = {.program = compiled.program, .results = ran.results, .quiet = arguments->quiet || arguments->markdown};
        if (code == LOOP_EXIT_OK && arguments->markdown)
            put_section(&report, compiled.model, path, out);
        if (code == LOOP_EXIT_OK)
            put_outcome(&report, path, out, count);
        loop_results_free(ran.results);
    }
    if (code != LOOP_EXIT_OK) {
        loop_show_str(&out->text, loop_str(path));
        loop_text_add(&out->text, ": could not be run\n");
        count->failed++;
    }
    loop_compiled_free(&compiled);
    return code;
}

static int test(const LoopArguments *arguments, LoopSink *out)
{
    Count count = {0};
    if (!arguments->file_count) {
        loop_say("loop test takes one file or more\n");
        return LOOP_EXIT_USAGE;
    }
    for (size_t i = 0; i < arguments->file_count; i++) {
        int code = test_one(arguments->files[i], arguments, out, &count);
        if (code == LOOP_EXIT_INTERRUPTED)
            return code;
        count.no_memory = count.no_memory || code == LOOP_EXIT_LIMIT;
        if (*loop_interrupt_flag()) /* between two files, or while one was checked */
            return loop_say_interrupted();
        loop_sink_spill(out);
    }
    loop_text_add(&out->text, "%s%u passed, %u failed\n", arguments->markdown ? "\n" : "", count.passed, count.failed);
    return count.no_memory ? LOOP_EXIT_LIMIT : count.failed ? LOOP_EXIT_FAILED : LOOP_EXIT_OK;
}

static const LoopOption options[] = {
    {"param", "NAME=VALUE", "gives a param or const another value; may be repeated", 'p'},
    {"seed", "N", "seed of all random numbers (default: the model's, else 1)", 0},
    {"agents", "N", "agents in each group", 0},
    {"jobs", "N", "threads (default: one a core); changes no result", 'j'},
    {"lanes", "N", "agents in a block; changes no result", 0},
    {"precision", "P", "double (default) or single: 32-bit numbers, half the memory", 0},
    {"engine", "NAME", "base, avx2 or avx512 (default: the best here); changes no result", 0},
    {"split", "HOW", "auto (default), none, parts or lanes: how loops that don't meet are run; changes no result", 0},
    {"allow-extern", NULL, "lets the model call the libraries that it names", 0},
    {"quiet", NULL, "prints only what fails, and the last line", 'q'},
    {"markdown", NULL, "prints a page: what each model shows, its source, and what came out", 0},
    {"diagnostics", "FORM", "text or json", 0},
    {0},
};

const LoopCommand loop_command_test = {
    "test", "FILE...", "runs models and counts the expectations that hold",
    "Runs each model and prints what fails; the last line is 'N passed, N failed', where a\n"
    "file that can't be run counts as one that failed. Exit code 1: something failed; 5: a file\n"
    "wants more memory than there is, or than a run may take.",
    options, test};
