/* loop run: a model's experiment, its traces, measures and expectations. */
#include "lang/cli/cli.h"

#include "runtime/output/report.h"
#include "runtime/output/save.h"

#include <errno.h>
#include <string.h>

static int say_not_written(int error, const LoopText *path, const LoopArguments *arguments)
{
    if (error && error != ENOMEM && error != ECANCELED)
        loop_say("loop: can't write '%s': %s\n", path->at ? path->at : arguments->output, strerror(error));
    if (error == ECANCELED)
        return loop_say_interrupted();
    return error == ENOMEM ? loop_say_no_memory() : error ? LOOP_EXIT_IO : LOOP_EXIT_OK;
}

/* Before the run, so that none is lost for a folder that is not there. */
static int look_at_output(const LoopArguments *arguments)
{
    LoopText failed = {0};
    int error = arguments->output ? loop_save_look(arguments->output, arguments->each_agent, &failed) : 0;
    int code = say_not_written(error, &failed, arguments);
    loop_text_free(&failed);
    return code;
}

static int write_files(const LoopReport *report, const LoopCompiled *compiled, const LoopArguments *arguments)
{
    const LoopSource *source = loop_diags_source_at(compiled->diags, compiled->file);
    LoopProvenance from = {.source_name = source->name, .source = source->text, .argument_count = arguments->argc,
                           .arguments = arguments->argv};
    from.used = loop_diags_source_at(compiled->diags, compiled->file + 1); /* sources lie side by side, in the order they were read */
    while (loop_diags_source_at(compiled->diags, compiled->file + 1 + from.used_count))
        from.used_count++;
    LoopText failed = {0};
    int error = loop_save(report, &from, arguments->output, loop_interrupt_flag(), &failed);
    int code = say_not_written(error, &failed, arguments);
    loop_text_free(&failed);
    return code;
}

static int report_run(const LoopCompiled *compiled, const LoopResults *results, const LoopArguments *arguments, LoopSink *out)
{
    LoopReport report = {.program = compiled->program,
                         .results = results,
                         .saved = arguments->output,
                         .each_agent = arguments->each_agent,
                         .quiet = arguments->quiet,
                         .colour = loop_colours(out->fd)};
    if (arguments->json)
        loop_report_json(&report, out);
    else
        loop_report_text(&report, &out->text);
    int code = arguments->output ? write_files(&report, compiled, arguments) : LOOP_EXIT_OK;
    return code != LOOP_EXIT_OK ? code : results->failed ? LOOP_EXIT_FAILED : LOOP_EXIT_OK;
}

static bool names_a_model(const char *path)
{
    const size_t length = strlen(path), end = strlen(".loop");
    return length > end && strcmp(path + length - end, ".loop") == 0;
}

static int run(const LoopArguments *arguments, LoopSink *out)
{
    if (arguments->file_count == 0 && arguments->output && names_a_model(arguments->output)) {
        loop_say("loop run takes a file; '%s' is taken for the folder of -o\n", arguments->output);
        return LOOP_EXIT_USAGE;
    }
    if (arguments->file_count != 1) {
        loop_say("loop run takes one file, not %zu; 'loop test' takes several\n", arguments->file_count);
        return LOOP_EXIT_USAGE;
    }
    if (arguments->each_agent && !arguments->output) {
        loop_say("loop run: --each-agent writes a file, and needs -o DIR\n");
        return LOOP_EXIT_USAGE;
    }
    const char *path = arguments->files[0];
    LoopCompiled compiled;
    LoopStatus status = loop_compile(&compiled, path, LOOP_STAGE_LOWER, arguments->settings, arguments->setting_count);
    int code = loop_say_status(status, &compiled, path, arguments);
    if (code == LOOP_EXIT_OK)
        code = look_at_output(arguments);
    if (code == LOOP_EXIT_OK) {
        LoopDiagsMark said = {0, 0, 0};
        loop_diags_rewind(compiled.diags, said); /* warnings have been said */
        loop_compiled_forget(&compiled);
        LoopRan ran = loop_run_program(&compiled, path, arguments);
        code = ran.exit == LOOP_EXIT_OK ? report_run(&compiled, ran.results, arguments, out) : ran.exit;
        loop_results_free(ran.results);
    }
    loop_compiled_free(&compiled);
    return code;
}

static const LoopOption options[] = {
    {"param", "NAME=VALUE", "gives a param, const or GROUP.PARAM another value; may be repeated", 'p'},
    {"seed", "N", "seed of all random numbers (default: the model's, else 1)", 0},
    {"agents", "N", "agents in each group", 0},
    {"jobs", "N", "threads (default: one a core); changes no result", 'j'},
    {"lanes", "N", "agents in a block; changes no result", 0},
    {"precision", "P", "double (default) or single: 32-bit numbers, half the memory", 0},
    {"engine", "NAME", "base, avx2 or avx512 (default: the best here); changes no result", 0},
    {"split", "HOW", "auto (default), none, parts or lanes: how loops that don't meet are run; changes no result", 0},
    {"output", "DIR", "also writes traces.csv, measures.csv and run.json", 'o'},
    {"each-agent", NULL, "with -o: also agents.csv, the value of each agent", 0},
    {"allow-extern", NULL, "lets the model call the libraries that it names", 0},
    {"quiet", NULL, "prints only the expectations that fail", 'q'},
    {"json", NULL, "prints one JSON object a line", 0},
    {"diagnostics", "FORM", "text or json", 0},
    {0},
};

const LoopCommand loop_command_run = {
    "run", "FILE [-p NAME=VALUE]... [options]", "runs a model and says whether its expectations hold",
    "Runs the model in FILE (- is standard input) and prints its traces, measures and\n"
    "expectations. Exit code 0: all expectations hold; 1: one fails.",
    options, run};
