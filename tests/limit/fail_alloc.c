/* loop-fail STRIDE ARGUMENTS...: runs `loop ARGUMENTS` again and again, each time as a process of its own in which allocation
   1, 1 + STRIDE, 1 + 2 STRIDE ... fails, until none is left to fail; then once more so, with all later ones failing too. The
   program must say that memory ran out, and have freed all that it had. Linked into a second `loop` in place of the allocator
   and ahead of its main. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__real_mmap(void *at, size_t bytes, int access, int flags, int file, off_t offset);
int __real_munmap(void *memory, size_t bytes);
int __wrap_main(int argc, char **argv);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);
void *__wrap_mmap(void *at, size_t bytes, int access, int flags, int file, off_t offset);
int __wrap_munmap(void *memory, size_t bytes);

enum { OUT_OF_MEMORY = 5, MOST = 100000, PATIENCE = 20 /* seconds */ };

/* What a try tells of itself. */
typedef struct Told {
    bool failed; /* an allocation did */
    long kept;   /* allocations that were never freed, */
    long mapped; /* and bytes of the system's */
} Told;

static atomic_long made, live, mapped;
static long first_to_fail;
static bool ever;
static Told *told; /* in memory that the processes share */

static bool fails(void)
{
    long now = atomic_fetch_add(&made, 1) + 1;
    if (first_to_fail == 0 || now < first_to_fail || (now > first_to_fail && !ever))
        return false;
    told->failed = true;
    return true;
}

static void *counted(void *memory)
{
    if (memory)
        atomic_fetch_add(&live, 1);
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    void *memory = __real_realloc(old, size);
    if (memory && !old)
        atomic_fetch_add(&live, 1);
    return memory;
}

void __wrap_free(void *memory)
{
    if (memory)
        atomic_fetch_sub(&live, 1);
    __real_free(memory);
}

void *__wrap_mmap(void *at, size_t bytes, int access, int flags, int file, off_t offset)
{
    void *memory = fails() ? MAP_FAILED : __real_mmap(at, bytes, access, flags, file, offset);
    if (memory != MAP_FAILED)
        atomic_fetch_add(&mapped, (long)bytes);
    return memory;
}

/* Also of a part. */
int __wrap_munmap(void *memory, size_t bytes)
{
    atomic_fetch_sub(&mapped, (long)bytes);
    return __real_munmap(memory, bytes);
}

static void tell(void)
{
    told->kept = atomic_load(&live);
    told->mapped = atomic_load(&mapped);
}

/* Runs the program in a process of its own, with what it prints in `out`. Its status, as of waitpid. */
static int try(int argc, char **argv, int out)
{
    *told = (Told){0};
    if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE);
        atexit(tell);
        if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
            _exit(98);
        exit(__real_main(argc, argv));
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

/* Whether the try ended as it should; if not, what it said is shown. */
static bool fair(int status, int out)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == OUT_OF_MEMORY && told->kept == 0 && told->mapped == 0)
        return true;
    char text[301] = "";
    ssize_t n = pread(out, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    printf("allocation %ld%s: status %d, %ld and %ld bytes not freed: %s\n", first_to_fail, ever ? " and all later" : "", status, told->kept,
           told->mapped, text);
    return false;
}

/* How often an allocation failed and the program bore it; -1: not always, or there was no end. */
static long every(long stride, int argc, char **argv, int out)
{
    long tries = 0;
    bool all = true;
    for (first_to_fail = 1; first_to_fail < MOST; first_to_fail += stride, tries++) {
        int status = try(argc, argv, out);
        if (!told->failed)
            return all && WIFEXITED(status) ? tries : -1;
        all = fair(status, out) && all;
    }
    return -1;
}

int __wrap_main(int argc, char **argv)
{
    long stride = argc > 2 ? atol(argv[1]) : 0;
    int out = memfd_create("out", 0);
    told = __real_mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stride < 1 || out < 0 || told == MAP_FAILED)
        return 2;
    argv[1] = argv[0];
    long once = every(stride, argc - 1, argv + 1, out);
    ever = true;
    long later = every(stride, argc - 1, argv + 1, out);
    printf("%ld and %ld failures borne\n", once, later);
    return once > 0 && later > 0 ? 0 : 1;
}
