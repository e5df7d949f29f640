/* loop describe: a model in words. */
#include "lang/cli/cli.h"

#include "lang/tools/describe.h"

static int describe(const LoopArguments *arguments, LoopSink *out)
{
    if (arguments->file_count != 1) {
        loop_say("loop describe takes one file\n");
        return LOOP_EXIT_USAGE;
    }
    LoopCompiled compiled;
    LoopStatus status = loop_compile(&compiled, arguments->files[0], LOOP_STAGE_CHECK, arguments->settings, arguments->setting_count);
    if (status == LOOP_OK)
        loop_describe(compiled.model, compiled.diags, &out->text);
    int code = loop_say_status(status, &compiled, arguments->files[0], arguments);
    loop_compiled_free(&compiled);
    return code;
}

static const LoopOption options[] = {
    {"param", "NAME=VALUE", "gives a param or const another value; may be repeated", 'p'},
    {"diagnostics", "FORM", "text or json", 0},
    {0},
};

const LoopCommand loop_command_describe = {
    "describe", "FILE", "tells in words what a model is",
    "Tells what there is in a model, what each loop does and what trains it, defaults included,\n"
    "which experiment is run, in which order a step is worked out, and what must come out.",
    options, describe};
