/* Libraries of foreign code: see foreign.h. A library is not trusted to survive its own opening, so that a child process
   opens it and calls its functions first; what is wrong with it ends that child, and is said. */
#define _GNU_SOURCE
#include "runtime/extern/foreign.h"

#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <ffi.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef void *MakeState(uint32_t agent, uint64_t seed);
typedef void FreeState(void *self);

/* A function of a library, as one place of the model calls it. */
typedef struct Function {
    void *library;
    void (*code)(void);
    MakeState *make_state;
    FreeState *free_state;
    ffi_cif cif;
    ffi_type **types;  /* [1 + arguments + results], all pointers */
    const LoopForeign *foreign;
} Function;

struct LoopLibraries {
    Function *functions;
    uint32_t count;
};

enum { PROBE_OK = 42, PROBE_OPEN, PROBE_OUTSIDE, PROBE_SYMBOL, PROBE_STATE, PROBE_SECONDS = 10, ENDED_BY_LIBRARY = 4 /* the exit code of a fault */ };

/* ISO C has no cast from data to functions; POSIX says that the bytes are the same. */
static void (*as_code(void *symbol))(void)
{
    void (*code)(void);
    memcpy(&code, &symbol, sizeof code);
    return code;
}

static bool path_of(const LoopForeign *f, const char *folder, LoopText *path)
{
    loop_text_add(path, "%s/%.*s", folder, LOOP_STR_ARGS(f->library));
    return !path->failed;
}

/* Whether links lead out of the folder. A path that leads nowhere does not lead out of it. */
static bool is_outside(const char *path, const char *folder)
{
    char whole[PATH_MAX], home[PATH_MAX];
    if (!realpath(path, whole) || !realpath(folder, home))
        return false;
    const size_t length = strlen(home);
    return strncmp(whole, home, length) != 0 || (whole[length] != '/' && home[length - 1] != '/');
}

static void *symbol_of(void *library, LoopStr name, const char *suffix)
{
    LoopText text = {0};
    loop_text_add(&text, "%.*s%s", LOOP_STR_ARGS(name), suffix);
    void *symbol = text.failed ? NULL : dlsym(library, text.at);
    loop_text_free(&text);
    return symbol;
}

/* Numbers are rounded as ever, whatever a library has set. */
static void restore(void)
{
    fesetenv(FE_DFL_ENV);
}

/* ---- a library that ends the program ---- */

static atomic_int opened; /* sets of libraries */

/* As the program ends: with libraries open it was one of them that called exit, and nothing has been said of the run. */
static void at_exit(void)
{
    static const char message[] = "loop: a library of the model has ended the program\n";
    if (!atomic_load(&opened))
        return;
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(ENDED_BY_LIBRARY);
}

static void watch_exit(void)
{
    static atomic_flag watched = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&watched))
        atexit(at_exit);
    atomic_fetch_add(&opened, 1);
}

/* PROBE_OK, or what is wrong. None of the codes is one that a library is likely to exit with. */
static int open_function(Function *f, const char *folder)
{
    LoopText path = {0};
    const bool outside = path_of(f->foreign, folder, &path) && is_outside(path.at, folder);
    if (!path.failed && !outside)
        f->library = dlopen(path.at, RTLD_NOW | RTLD_LOCAL);
    restore(); /* one built with -ffast-math makes small numbers 0, for all the program */
    loop_text_free(&path);
    if (!f->library)
        return outside ? PROBE_OUTSIDE : PROBE_OPEN;
    f->code = as_code(symbol_of(f->library, f->foreign->name, ""));
    f->make_state = (MakeState *)as_code(symbol_of(f->library, f->foreign->name, "_new"));
    f->free_state = (FreeState *)as_code(symbol_of(f->library, f->foreign->name, "_free"));
    return f->code ? PROBE_OK : PROBE_SYMBOL;
}

static bool prepare(Function *f)
{
    uint32_t count = 1 + f->foreign->arg_count + f->foreign->result_count;
    f->types = loop_alloc_array(count, sizeof *f->types);
    for (uint32_t i = 0; f->types && i < count; i++)
        f->types[i] = &ffi_type_pointer;
    return f->types && ffi_prep_cif(&f->cif, FFI_DEFAULT_ABI, count, &ffi_type_void, f->types) == FFI_OK;
}

static uint32_t total(const uint32_t *widths, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += widths[i];
    return sum;
}

static void call(const Function *f, void *self, const double *in, double *out)
{
    const LoopForeign *foreign = f->foreign;
    const void *pointers[1 + LOOP_FOREIGN_MAX];
    void *values[1 + LOOP_FOREIGN_MAX];
    uint32_t n = 0;
    pointers[n++] = self;
    for (uint32_t i = 0; i < foreign->arg_count; in += foreign->args[i++])
        pointers[n++] = in;
    for (uint32_t i = 0; i < foreign->result_count; out += foreign->results[i++])
        pointers[n++] = out;
    for (uint32_t i = 0; i < n; i++)
        values[i] = &pointers[i];
    ffi_cif cif = f->cif;
    ffi_call(&cif, f->code, NULL, values);
    restore();
}

/* ---- the probe ---- */

/* In the child: opens, makes a state, calls once with zeros, and frees it. */
static int try_function(const LoopForeign *foreign, const char *folder)
{
    Function f = {.foreign = foreign};
    int status = open_function(&f, folder);
    double *in = loop_alloc_array(total(foreign->args, foreign->arg_count) + 1, sizeof *in);
    double *out = loop_alloc_array(total(foreign->results, foreign->result_count) + 1, sizeof *out);
    if (status != PROBE_OK || !in || !out || !prepare(&f))
        return status == PROBE_OK ? PROBE_OPEN : status;
    void *self = f.make_state ? f.make_state(0, 1) : NULL;
    if (f.make_state && !self)
        return PROBE_STATE;
    call(&f, self, in, out);
    if (f.free_state)
        f.free_state(self);
    return PROBE_OK;
}

/* Its status as of wait; -1: it took too long, or there is no process for it. */
static int probe(const LoopForeign *foreign, const char *folder)
{
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        alarm(PROBE_SECONDS);
        close(STDOUT_FILENO); /* what a library prints is no output of the model */
        close(STDERR_FILENO);
        _exit(try_function(foreign, folder));
    }
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child ? status : -1;
}

static bool report(const LoopForeign *foreign, int status, LoopDiags *diags)
{
    LoopStr library = foreign->library, name = foreign->name;
    LoopDiag *diag;
    if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == PROBE_OK)
        return true;
    if (status >= 0 && WIFSIGNALED(status)) {
        diag = loop_diag(diags, LOOP_E1102, foreign->span, WTERMSIG(status) == SIGALRM ? "'%.*s' in '%.*s' does not return (signal %d)"
                                                                                       : "'%.*s' in '%.*s' crashes (signal %d)",
                         LOOP_STR_ARGS(name), LOOP_STR_ARGS(library), WTERMSIG(status));
        loop_diag_help(diags, diag, "It was opened and called once with zeros, in a process of its own.");
    } else if (status >= 0 && WEXITSTATUS(status) == PROBE_SYMBOL) {
        diag = loop_diag(diags, LOOP_E1102, foreign->span, "'%.*s' has no function '%.*s'", LOOP_STR_ARGS(library), LOOP_STR_ARGS(name));
        loop_diag_help(diags, diag, "It needs: void %.*s(void *self, ...), with a pointer for each argument and each result.", LOOP_STR_ARGS(name));
    } else if (status >= 0 && WEXITSTATUS(status) == PROBE_STATE)
        loop_diag(diags, LOOP_E1102, foreign->span, "%.*s_new of '%.*s' gave no state", LOOP_STR_ARGS(name), LOOP_STR_ARGS(library));
    else if (status >= 0 && WEXITSTATUS(status) == PROBE_OUTSIDE)
        loop_diag(diags, LOOP_E1102, foreign->span, "a link leads '%.*s' out of the folder of the model", LOOP_STR_ARGS(library));
    else if (status >= 0 && WEXITSTATUS(status) != PROBE_OPEN)
        loop_diag(diags, LOOP_E1102, foreign->span, "'%.*s' in '%.*s' ends the program that calls it", LOOP_STR_ARGS(name), LOOP_STR_ARGS(library));
    else {
        diag = loop_diag(diags, LOOP_E1102, foreign->span, "the library '%.*s' can't be opened", LOOP_STR_ARGS(library));
        loop_diag_help(diags, diag, "It has to lie beside the model, be complete, and be built for this machine.");
    }
    return false;
}

/* ---- the libraries of a program ---- */

LoopLibraries *loop_libraries_open(const LoopProgram *program, const char *folder, LoopDiags *diags)
{
    LoopLibraries *libraries = loop_alloc(sizeof *libraries);
    Function *functions = loop_alloc_array(program->foreign_count, sizeof *functions);
    bool ok = libraries && functions;
    if (!libraries) {
        loop_free(functions);
        return NULL;
    }
    *libraries = (LoopLibraries){functions, program->foreign_count};
    watch_exit();
    for (uint32_t i = 0; ok && i < program->foreign_count; i++) {
        functions[i].foreign = &program->foreigns[i];
        ok = report(functions[i].foreign, probe(functions[i].foreign, folder), diags);
        if (ok && open_function(&functions[i], folder) != PROBE_OK) {
            loop_diag(diags, LOOP_E1102, functions[i].foreign->span, "the library '%.*s' can't be opened",
                      LOOP_STR_ARGS(functions[i].foreign->library));
            ok = false;
        }
        ok = ok && prepare(&functions[i]);
    }
    if (ok)
        return libraries;
    loop_libraries_close(libraries);
    return NULL;
}

void loop_libraries_close(LoopLibraries *libraries)
{
    if (!libraries)
        return;
    for (uint32_t i = 0; libraries->functions && i < libraries->count; i++) {
        loop_free(libraries->functions[i].types);
        if (libraries->functions[i].library)
            dlclose(libraries->functions[i].library);
    }
    loop_free(libraries->functions);
    loop_free(libraries);
    atomic_fetch_sub(&opened, 1);
}

bool loop_foreign_new(const LoopLibraries *libraries, uint32_t index, uint32_t agent, uint64_t seed, void **self)
{
    const Function *f = &libraries->functions[index];
    *self = f->make_state ? f->make_state(agent, seed) : NULL;
    restore();
    return !f->make_state || *self;
}

void loop_foreign_free(const LoopLibraries *libraries, uint32_t index, void *self)
{
    const Function *f = &libraries->functions[index];
    if (f->free_state && self)
        f->free_state(self);
    restore();
}

void loop_foreign_call(const LoopLibraries *libraries, uint32_t index, void *self, const double *in, double *out)
{
    call(&libraries->functions[index], self, in, out);
}
