/* Running a program from the command line: signals, the progress bar, and what is said of a run that ended badly. */
#define _POSIX_C_SOURCE 200809L
#include "lang/cli/cli.h"

#include "runtime/loop_run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Outlives a call, since a signal handler can be told nothing else. */
static LoopFlag interrupted;

static void on_signal(int signal_number)
{
    if (interrupted) { /* the second one ends at once */
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    interrupted = signal_number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        sigaction(caught[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup */
            sigaction(caught[i], &action, NULL);
    }
}

const LoopFlag *loop_interrupt_flag(void)
{
    return &interrupted;
}

int loop_say_interrupted(void)
{
    loop_say("loop: interrupted; no file was written\n");
    return LOOP_EXIT_INTERRUPTED;
}

int loop_die_interrupted(void)
{
    int number = interrupted ? interrupted : SIGINT;
    signal(number, SIG_DFL);
    raise(number);
    return 128 + number;
}

/* ---- progress ---- */

typedef struct Bar {
    struct timespec start;
    double shown; /* seconds after the start */
    bool drawn;
} Bar;

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static void draw_bar(void *context, double done)
{
    enum { WIDTH = 30 };
    Bar *bar = context;
    double seconds = seconds_since(&bar->start);
    if (seconds < 1 || seconds - bar->shown < 0.1)
        return;
    char cells[WIDTH + 1] = {0};
    for (int i = 0; i < WIDTH; i++)
        cells[i] = i < done * WIDTH ? '#' : '.';
    char left[32] = "", text[96];
    if (done > 0.001)
        snprintf(left, sizeof left, "  %.0f s left", seconds * (1 - done) / done);
    snprintf(text, sizeof text, "\033[1G[%s] %3.0f%%%s\033[K", cells, done * 100, left);
    loop_draw(text);
    bar->shown = seconds;
    bar->drawn = true;
}

/* ---- outcomes ---- */

static int said(LoopRunStatus status, const LoopCompiled *compiled, const char *path, const LoopArguments *arguments, bool setup_fault)
{
    const char *wrong;
    switch (status) {
    case LOOP_RUN_OK:
        return loop_say_diagnostics(compiled->diags, arguments) ? LOOP_EXIT_OK : loop_say_no_memory();
    case LOOP_RUN_FAULT:
        if (!loop_say_diagnostics(compiled->diags, arguments))
            return loop_say_no_memory();
        return setup_fault ? LOOP_EXIT_MODEL : LOOP_EXIT_FAULT;
    case LOOP_RUN_MEMORY:
        loop_say("loop: the run needs more memory than there is, or than a run may take\n");
        loop_say("'loop dump --memory %s' shows what takes it.\n", path);
        return LOOP_EXIT_LIMIT;
    case LOOP_RUN_INVALID:
        wrong = loop_program_verify(compiled->program);
        loop_say("loop: internal error: the program does not verify: %s\n", wrong ? wrong : "one of its parts");
        loop_say("Please report it with the file: loop run %s\n", path);
        return LOOP_EXIT_INTERNAL;
    case LOOP_RUN_ENGINE:
        loop_say("loop: there is no engine '%s' on this machine; 'loop version' lists those that are\n", arguments->engine);
        return LOOP_EXIT_USAGE;
    case LOOP_RUN_TOO_LONG:
        loop_say("loop: a trial or phase has more steps or trials than single precision can count: 16,777,216\n");
        loop_say("Run it in double precision, or with a longer step.\n");
        return LOOP_EXIT_USAGE;
    case LOOP_RUN_REFUSED:
        loop_say("loop: this model calls code of its own; '--allow-extern' runs it\n");
        loop_say("'loop check %s' shows where. Allow it only if you trust that code: it can do whatever you can.\n", path);
        return LOOP_EXIT_REFUSED;
    case LOOP_RUN_LIBRARY:
        return loop_say_diagnostics(compiled->diags, arguments) ? LOOP_EXIT_IO : loop_say_no_memory();
    case LOOP_RUN_INTERRUPTED:
        return loop_say_interrupted();
    }
    return LOOP_EXIT_INTERNAL;
}

/* The folder of a file: where its libraries lie. */
static void put_folder(LoopText *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        loop_text_put(out, path, slash == path ? 1 : (size_t)(slash - path));
    else
        loop_text_put(out, ".", 1);
}

LoopRan loop_run_program(const LoopCompiled *compiled, const char *path, const LoopArguments *arguments)
{
    Bar bar = {.drawn = false};
    LoopRan ran = {NULL, LOOP_EXIT_OK};
    bool setup_fault = false, shows = isatty(STDERR_FILENO) && !arguments->quiet;
    LoopRunOptions options = {.agents = arguments->agents,
                              .threads = arguments->threads,
                              .lanes = arguments->lanes,
                              .split = arguments->split,
                              .single = arguments->single,
                              .keeps_agents = arguments->each_agent,
                              .engine = arguments->engine,
                              .seed = arguments->has_seed ? arguments->seed : compiled->program->seed,
                              .interrupt = &interrupted,
                              .progress = shows ? draw_bar : NULL,
                              .progress_context = &bar};
    LoopText folder = {0};
    if (arguments->allow_extern)
        put_folder(&folder, path);
    options.libraries = folder.at;
    clock_gettime(CLOCK_MONOTONIC, &bar.start);
    catch_signals();
    LoopRunStatus status = loop_run(compiled->program, &options, compiled->diags, &ran.results, &setup_fault);
    if (bar.drawn)
        loop_draw("\033[1G\033[K");
    loop_text_free(&folder);
    ran.exit = said(status, compiled, path, arguments, setup_fault);
    if (ran.exit != LOOP_EXIT_OK) {
        loop_results_free(ran.results);
        ran.results = NULL;
    }
    return ran;
}
