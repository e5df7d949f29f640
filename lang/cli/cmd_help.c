/* loop help and loop version. */
#include "lang/cli/cli.h"

#include "runtime/loop_run.h"

/* clang's version begins with its name. */
#if defined(__GNUC__) && !defined(__clang__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER __VERSION__
#endif

static void put_commands(LoopText *out)
{
    loop_text_add(out, "loop: circuit models of the dopamine system, as text that runs\n\n"
                       "  loop run examples/schultz.loop\n\nCommands:\n");
    for (size_t i = 0; loop_command_at(i); i++)
        loop_text_add(out, "  %-9s %s\n", loop_command_at(i)->name, loop_command_at(i)->summary);
    loop_text_add(out, "\n'loop help COMMAND' tells more. Exit codes: 0 all is well, 1 an expectation fails,\n"
                       "2 usage, 3 errors in the model, 4 a fault while it ran, 5 out of memory, 6 input or\n"
                       "output, 8 refused for safety, 70 internal error, 130 interrupted.\n");
}

static int one_too_many(const char *command, const char *word)
{
    loop_say("loop %s: '%s' is one word too many\n", command, word);
    return LOOP_EXIT_USAGE;
}

static int help(const LoopArguments *arguments, LoopSink *out)
{
    if (!arguments->file_count) {
        put_commands(&out->text);
        return LOOP_EXIT_OK;
    }
    if (arguments->file_count > 1)
        return one_too_many("help", arguments->files[1]);
    const LoopCommand *command = loop_command_find(loop_str(arguments->files[0]));
    if (!command) {
        loop_say("loop: there is no command '%s'\n", arguments->files[0]);
        return LOOP_EXIT_USAGE;
    }
    loop_command_usage(command, &out->text);
    return LOOP_EXIT_OK;
}

static int version(const LoopArguments *arguments, LoopSink *out)
{
    if (arguments->file_count)
        return one_too_many("version", arguments->files[0]);
    loop_text_add(&out->text, "loop %s (language 1; built with %s)\n", LOOP_VERSION, COMPILER);
    loop_text_add(&out->text, "engines here, best first:");
    for (size_t i = 0; loop_engine_name(i); i++)
        loop_text_add(&out->text, " %s", loop_engine_name(i));
    loop_text_add(&out->text, "\n");
    return LOOP_EXIT_OK;
}

static const LoopOption options[] = {{0}};

const LoopCommand loop_command_help = {"help",  "[COMMAND]", "tells how a command is used", "Lists the commands, or tells how one is used.",
                                       options, help};
const LoopCommand loop_command_version = {"version", "",     "prints the version", "Prints the version of the program and of the language.",
                                          options,   version};
