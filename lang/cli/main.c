/* `loop`: finds the command, reads its arguments, and sees to it that nothing written was lost. */
#define _POSIX_C_SOURCE 200809L
#include "lang/cli/cli.h"

#include "runtime/loop_run.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const LoopCommand *const commands[] = {&loop_command_run, &loop_command_check, &loop_command_test, &loop_command_describe, &loop_command_dump,
                                              &loop_command_explain, &loop_command_catalog, &loop_command_version,
                                              &loop_command_help};

const LoopCommand *loop_command_at(size_t i)
{
    return i < sizeof commands / sizeof commands[0] ? commands[i] : NULL;
}

const LoopCommand *loop_command_find(LoopStr name)
{
    for (size_t i = 0; loop_command_at(i); i++)
        if (loop_str_is(name, commands[i]->name))
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    LoopStr best = {"", 0};
    size_t length = strlen(name), limit = length > 4 ? 2 : 1;
    for (size_t i = 0; loop_command_at(i); i++) {
        size_t distance = loop_edit_distance(loop_str(name), loop_str(commands[i]->name), limit);
        if (distance <= limit && (!best.len || distance < limit)) {
            best = loop_str(commands[i]->name);
            limit = distance;
        }
    }
    loop_say("loop: there is no command '%s'\n", name);
    if (length > 5 && strcmp(name + length - 5, ".loop") == 0)
        loop_say("'loop run %s' runs it.\n", name);
    else if (best.len)
        loop_say("Did you mean 'loop %.*s'?\n", LOOP_STR_ARGS(best));
    else
        loop_say("'loop help' lists the commands.\n");
    return LOOP_EXIT_USAGE;
}

static int run_command(const LoopCommand *command, int argc, char **argv, LoopSink *out)
{
    LoopArguments arguments;
    bool help = false;
    int code = loop_arguments_read(command, argc, argv, &arguments, &help);
    if (help)
        loop_command_usage(command, &out->text);
    else if (code == LOOP_EXIT_OK)
        code = command->run(&arguments, out);
    loop_arguments_free(&arguments);
    return code;
}

static int dispatch(int argc, char **argv, LoopSink *out)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const LoopCommand *command = loop_command_find(loop_str(name));
    if (!command)
        return unknown_command(name);
    int code = run_command(command, argc, argv, out);
    return argc > 1 ? code : LOOP_EXIT_USAGE;
}

/* ---- a stack that is large enough ---- */

/* Definitions nest 1000 levels deep, of some 2 KB each. Where the stack may not grow to so much we take one; a stack is taken page by page, as
   it is used. */
enum { STACK_ENOUGH = 8 * 1024 * 1024, STACK_BYTES = 16 * 1024 * 1024 };

/* Most machines let stacks grow to 8 MB. To start a thread all the same would be a tenth of a `loop check`. */
static bool stack_is_enough(void)
{
    struct rlimit stack;
    return getrlimit(RLIMIT_STACK, &stack) == 0 && (stack.rlim_cur == RLIM_INFINITY || stack.rlim_cur >= STACK_ENOUGH);
}

typedef struct Call {
    int argc;
    char **argv;
    LoopSink *out;
    int code;
} Call;

static void *call_dispatch(void *context)
{
    Call *call = context;
    call->code = dispatch(call->argc, call->argv, call->out);
    return NULL;
}

/* Where `ulimit -s` leaves too little, on a thread, whose stack is as large as we say. Without memory for it the one that is there has to do. */
static int dispatch_deep(int argc, char **argv, LoopSink *out)
{
    Call call = {argc, argv, out, LOOP_EXIT_INTERNAL};
    pthread_attr_t attributes;
    pthread_t thread;
    bool started = false;
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1); /* threads that allocate little need no heaps of their own */
#endif
    if (!stack_is_enough() && pthread_attr_init(&attributes) == 0) {
        started = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 && pthread_create(&thread, &attributes, call_dispatch, &call) == 0;
        pthread_attr_destroy(&attributes);
    }
    if (started)
        pthread_join(thread, NULL);
    else
        call_dispatch(&call);
    return call.code;
}

int main(int argc, char **argv)
{
    LoopSink out = {.fd = STDOUT_FILENO};
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, like a full disk, */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
    int code = dispatch_deep(argc, argv, &out);
    if (code == LOOP_EXIT_INTERRUPTED) {
        loop_text_free(&out.text);
        return loop_die_interrupted();
    }
    bool wrote = loop_sink_flush(&out);
    int error = out.error;
    if (!loop_sink_close(&out) && wrote) {
        wrote = out.error == EBADF; /* stdout was closed from the start and nothing was to be written */
        error = out.error;
    }
    if (wrote)
        return code;
    if (error == ENOMEM)
        return loop_say_no_memory();
    if (error != EPIPE)
        loop_say("loop: can't write the output: %s\n", strerror(error));
    return LOOP_EXIT_IO;
}
