/* loop dump: what each stage of the compiler makes of a model, as text. */
#include "lang/cli/cli.h"

#include "lang/syntax/parse.h"
#include "lang/tools/model_print.h"
#include "runtime/loop_run.h"

#include <string.h>

static void dump_tokens(const LoopCompiled *c, const LoopArguments *arguments, LoopText *out)
{
    (void)arguments;
    LoopArena *arena = loop_arena_new();
    if (arena)
        loop_parse_print_tokens(arena, c->diags, c->file, out);
    else
        loop_diags_fail(c->diags);
    loop_arena_free(arena);
}

static void dump_ast(const LoopCompiled *c, const LoopArguments *arguments, LoopText *out)
{
    (void)arguments;
    loop_ast_print(c->ast, c->diags, out);
}

static void dump_model(const LoopCompiled *c, const LoopArguments *arguments, LoopText *out)
{
    (void)arguments;
    loop_model_print(c->model, out);
}

static void dump_code(const LoopCompiled *c, const LoopArguments *arguments, LoopText *out)
{
    (void)arguments;
    loop_program_print(c->program, out);
}

static void dump_memory(const LoopCompiled *c, const LoopArguments *arguments, LoopText *out)
{
    LoopRunOptions run = {.agents = arguments->agents, .threads = arguments->threads, .single = arguments->single};
    loop_memory_print(c->program, &run, out);
}

static const struct {
    const char *mode;
    LoopStage stage;
    void (*dump)(const LoopCompiled *compiled, const LoopArguments *arguments, LoopText *out);
} modes[] = {{"tokens", LOOP_STAGE_READ, dump_tokens}, {"ast", LOOP_STAGE_PARSE, dump_ast}, {"model", LOOP_STAGE_CHECK, dump_model},
             {"code", LOOP_STAGE_LOWER, dump_code}, {"memory", LOOP_STAGE_LOWER, dump_memory}};

static int dump(const LoopArguments *arguments, LoopSink *out)
{
    size_t mode = 0;
    while (mode < sizeof modes / sizeof modes[0] && !(arguments->mode && strcmp(arguments->mode, modes[mode].mode) == 0))
        mode++;
    if (mode == sizeof modes / sizeof modes[0] || arguments->file_count != 1) {
        loop_say("loop dump takes one of --tokens, --ast, --model, --code, --memory and one file\n");
        return LOOP_EXIT_USAGE;
    }
    LoopCompiled compiled;
    LoopStatus status = loop_compile(&compiled, arguments->files[0], modes[mode].stage, arguments->settings, arguments->setting_count);
    if (status == LOOP_OK)
        modes[mode].dump(&compiled, arguments, &out->text);
    if (status == LOOP_OK && loop_diags_failed(compiled.diags))
        status = LOOP_NO_MEMORY;
    if (status == LOOP_OK && loop_diags_errors(compiled.diags)) /* the scanner's, from a dump of tokens */
        status = LOOP_ERRORS;
    int code = loop_say_status(status, &compiled, arguments->files[0], arguments);
    loop_compiled_free(&compiled);
    return code;
}

static const LoopOption options[] = {
    {"tokens", NULL, "the tokens, as the parser sees them", 0},
    {"ast", NULL, "the syntax tree", 0},
    {"model", NULL, "the checked model: declarations, loops, task", 0},
    {"code", NULL, "the bytecode", 0},
    {"memory", NULL, "what a run takes", 0},
    {"precision", "P", "with --memory: double (default) or single", 0},
    {"agents", "N", "with --memory: agents in each group", 0},
    {"jobs", "N", "with --memory: threads", 'j'},
    {"param", "NAME=VALUE", "gives a param or const another value; may be repeated", 'p'},
    {"diagnostics", "FORM", "text or json", 0},
    {0},
};

const LoopCommand loop_command_dump = {"dump", "--tokens|--ast|--model|--code|--memory FILE", "shows what a stage of the compiler makes of a model",
                                       "Prints one stage of the way from text to program.", options, dump};
