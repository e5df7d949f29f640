/* Linked into a second `loop` in place of the allocator: allocation number FAIL_AT fails (with FAIL_EVER set, so do all
   after it). At the end it tells what was never freed. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static atomic_long made, live;

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(98);
}

static void check_leaks(void)
{
    if (atomic_load(&live) == 0)
        return;
    say("LEAK\n");
    _exit(99);
}

static int fails(void)
{
    static atomic_long at = -1;
    if (atomic_load(&at) < 0) {
        const char *text = getenv("FAIL_AT");
        atomic_store(&at, text ? atol(text) : 0);
        atexit(check_leaks);
    }
    long now = atomic_fetch_add(&made, 1) + 1, first = atomic_load(&at);
    if (first == 0 || now < first || (now > first && !getenv("FAIL_EVER")))
        return 0;
    if (now == first)
        say("FAILED ALLOCATION\n");
    return 1;
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
