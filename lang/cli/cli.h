/* The command: what its subcommands share. */
#ifndef LOOP_CLI_H
#define LOOP_CLI_H

#include "lang/loop.h"
#include "runtime/loop_run.h"
#include "runtime/output/sink.h"

typedef enum LoopExit {
    LOOP_EXIT_OK = 0,
    LOOP_EXIT_FAILED = 1,      /* an expectation does not hold */
    LOOP_EXIT_USAGE = 2,
    LOOP_EXIT_MODEL = 3,       /* errors in the model */
    LOOP_EXIT_FAULT = 4,       /* while it ran */
    LOOP_EXIT_LIMIT = 5,       /* memory */
    LOOP_EXIT_IO = 6,
    LOOP_EXIT_REFUSED = 8,     /* for safety */
    LOOP_EXIT_INTERNAL = 70,
    LOOP_EXIT_INTERRUPTED = 130
} LoopExit;

/* An option: what it is called, what it takes (NULL: nothing), what it does, its letter (0: none). */
typedef struct LoopOption {
    const char *name, *takes, *doc;
    int letter;
} LoopOption;

enum { LOOP_SETTINGS_MAX = 256 };

/* The arguments of one call, as the table of its command reads them. */
typedef struct LoopArguments {
    int argc;
    char **argv;               /* all of the command line, for the record */
    const char **files;
    size_t file_count;
    LoopSetting *settings;
    size_t setting_count;
    const char *output;        /* -o */
    const char *mode;          /* the last option without a value, such as --ast */
    uint64_t seed;
    bool has_seed, quiet, json, markdown;
    uint32_t agents, threads, lanes;
    bool single;
    LoopSplitting split;
    const char *engine; /* NULL: the best there is */
    bool json_diagnostics, allow_extern, each_agent;
} LoopArguments;

typedef struct LoopCommand {
    const char *name, *arguments, *summary, *help;
    const LoopOption *options; /* ends with an empty name */
    int (*run)(const LoopArguments *arguments, LoopSink *out);
} LoopCommand;

extern const LoopCommand loop_command_run, loop_command_check, loop_command_test, loop_command_describe, loop_command_dump, loop_command_explain,
    loop_command_catalog, loop_command_version, loop_command_help;
const LoopCommand *loop_command_find(LoopStr name);
/* The command at place `i` of the table; NULL past the last. */
const LoopCommand *loop_command_at(size_t i);

/* ---- options.c ---- */
/* Reads the words behind the command's name; `*help`: they ask for help instead. Any other code than LOOP_EXIT_OK: it
   has said what is wrong. Free with loop_arguments_free. */
int loop_arguments_read(const LoopCommand *command, int argc, char **argv, LoopArguments *out, bool *help);
void loop_arguments_free(LoopArguments *arguments);
void loop_command_usage(const LoopCommand *command, LoopText *out);

/* ---- talk.c: what is said on stderr ---- */
__attribute__((format(printf, 1, 2))) void loop_say(const char *format, ...);
/* As it is, control bytes included: for the progress bar. */
void loop_draw(const char *text);
bool loop_colours(int fd);
/* Prints what the diagnostics hold. False: no memory for it. */
bool loop_say_diagnostics(LoopDiags *diags, const LoopArguments *arguments);
/* The exit code of a compilation that did not give what was wanted; says why. */
int loop_say_status(LoopStatus status, const LoopCompiled *compiled, const char *path, const LoopArguments *arguments);
int loop_say_no_memory(void);

/* ---- running.c: a program run with a progress bar, faults and signals said ---- */
typedef struct LoopRan {
    struct LoopResults *results; /* free with loop_results_free */
    int exit;                    /* LOOP_EXIT_OK: there are results */
} LoopRan;
LoopRan loop_run_program(const LoopCompiled *compiled, const char *path, const LoopArguments *arguments);
/* Non-zero once a signal asked to stop. */
const LoopFlag *loop_interrupt_flag(void);
int loop_say_interrupted(void);
/* After cleaning up: dies by the signal that interrupted the run. */
int loop_die_interrupted(void);

#endif
