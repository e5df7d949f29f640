/* loop check: errors and warnings, without running anything. */
#include "lang/cli/cli.h"

static int check_one(const char *path, const LoopArguments *arguments)
{
    LoopCompiled compiled;
    LoopStatus status = loop_compile(&compiled, path, LOOP_STAGE_LOWER, arguments->settings, arguments->setting_count);
    int code = loop_say_status(status, &compiled, path, arguments);
    loop_compiled_free(&compiled);
    return code;
}

static int check(const LoopArguments *arguments, LoopSink *out)
{
    (void)out;
    int worst = LOOP_EXIT_OK;
    if (!arguments->file_count) {
        loop_say("loop check takes one file or more\n");
        return LOOP_EXIT_USAGE;
    }
    for (size_t i = 0; i < arguments->file_count; i++) {
        int code = check_one(arguments->files[i], arguments);
        worst = code > worst ? code : worst;
    }
    return worst;
}

static const LoopOption options[] = {
    {"param", "NAME=VALUE", "gives a param or const another value; may be repeated", 'p'},
    {"diagnostics", "FORM", "text or json", 0},
    {0},
};

const LoopCommand loop_command_check = {
    "check", "FILE...", "looks for errors, and runs nothing",
    "Checks models: names, widths, units, who reads what, causality. Prints nothing when\n"
    "all is well. Exit code 3: a model has an error.",
    options, check};
