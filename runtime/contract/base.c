/* The allocator, arenas and growing text. The only file that calls malloc. */
#define _DEFAULT_SOURCE /* madvise */
#include "runtime/contract/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ARENA_BLOCK = 32 * 1024, ARENA_ALIGN = 16, NAME_LIMIT = 64 };

LoopStr loop_str(const char *text)
{
    return (LoopStr){text, strlen(text)};
}

bool loop_str_equal(LoopStr a, LoopStr b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool loop_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

bool loop_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

uint64_t loop_mix64(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t loop_hash64(const void *bytes, size_t n, uint64_t h)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * 0x100000001b3u;
    return loop_mix64(h + n);
}

static bool round_up(size_t size, size_t to, size_t *rounded)
{
    bool ok = loop_add(size, to - 1, rounded);
    *rounded -= *rounded % to;
    return ok;
}

/* Memory from POPULATE_FROM on is asked for with its pages. Each would else be asked for when it is first written, which takes the
   system ten times as long. Of what is larger than a large page not all may ever be written, and it is left alone. */
static const size_t POPULATE_FROM = (size_t)16 * 1024, LARGE_PAGE = (size_t)2 * 1024 * 1024;

void *loop_alloc(size_t size)
{
    return size < POPULATE_FROM || size >= LARGE_PAGE ? calloc(1, size ? size : 1) : loop_alloc_aligned(size);
}

void *loop_alloc_array(size_t count, size_t size)
{
    size_t bytes;
    return loop_mul(count, size, &bytes) ? loop_alloc(bytes) : NULL;
}

void *loop_alloc_aligned(size_t size)
{
    size_t rounded;
    if (!round_up(size ? size : 1, 64, &rounded))
        return NULL;
    void *memory = aligned_alloc(64, rounded);
    if (!memory)
        return NULL;
#ifdef MADV_POPULATE_WRITE
    const uintptr_t at = (uintptr_t)memory, from = at & ~(uintptr_t)4095;
    if (size >= POPULATE_FROM)
        madvise((void *)from, at + rounded - from, MADV_POPULATE_WRITE); /* a hint; where it is not taken, pages come one by one */
#endif
    return memset(memory, 0, rounded);
}

/* What fills half a large page takes one, where the system has them: its hundreds of small pages are set up one by one, and a run that
   streams through hundreds of megabytes waits for their tables. Such memory comes from the system itself, which gives it zeroed. */
static const size_t PAGES_FROM = (size_t)1024 * 1024;

/* The bytes that are asked of the system: a last page that is half full is a large one too; else as many as are whole pages wherever
   they are small, of 4 to 64 KB. */
static bool whole_pages(size_t size, size_t *bytes)
{
    return round_up(size, size % LARGE_PAGE < PAGES_FROM ? (size_t)64 * 1024 : LARGE_PAGE, bytes);
}

/* Large pages begin at multiples of their size. Not all systems see to that, so they are asked for more, and given back the ends. */
static void *map_aligned(size_t bytes)
{
    size_t more;
    if (!loop_add(bytes, LARGE_PAGE, &more))
        return NULL;
    char *from = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (from == MAP_FAILED)
        return NULL;
    size_t before = (LARGE_PAGE - (uintptr_t)from % LARGE_PAGE) % LARGE_PAGE;
    if (before)
        munmap(from, before);
    munmap(from + before + bytes, LARGE_PAGE - before);
    return from + before;
}

void *loop_alloc_pages(size_t size)
{
    size_t bytes;
    if (size < PAGES_FROM)
        return loop_alloc_aligned(size);
    if (!whole_pages(size, &bytes))
        return NULL;
    void *memory = map_aligned(bytes);
#ifdef MADV_HUGEPAGE
    if (memory)
        madvise(memory, bytes, MADV_HUGEPAGE); /* a hint; where it is not taken, pages come one by one */
#endif
    return memory;
}

size_t loop_pages_bytes(size_t size)
{
    size_t bytes;
    return size < PAGES_FROM || !whole_pages(size, &bytes) ? size : bytes;
}

void loop_free_pages(void *memory, size_t size)
{
    size_t bytes;
    if (size < PAGES_FROM)
        loop_free(memory);
    else if (memory && whole_pages(size, &bytes))
        munmap(memory, bytes);
}

void *loop_resize(void *old, size_t size)
{
    return realloc(old, size ? size : 1);
}

void loop_free(void *memory)
{
    free(memory);
}

/* ---- arenas ---- */

typedef struct ArenaBlock {
    struct ArenaBlock *older;
    size_t used, size;
    size_t bytes; /* of all of it */
} ArenaBlock;

struct LoopArena {
    ArenaBlock *newest;
    size_t used;
    bool failed;
};

/* Items start behind the header, at a multiple of the alignment. */
static char *block_data(ArenaBlock *block)
{
    return (char *)block + ((sizeof *block + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1));
}

LoopArena *loop_arena_new(void)
{
    return loop_alloc(sizeof(LoopArena));
}

void loop_arena_free(LoopArena *arena)
{
    if (!arena)
        return;
    for (ArenaBlock *block = arena->newest, *older; block; block = older) {
        older = block->older;
        loop_free_pages(block, block->bytes);
    }
    loop_free(arena);
}

/* Blocks grow with what is in the arena, and from ARENA_LARGE on they are large pages. What is larger itself gets what it takes. */
static const size_t ARENA_LARGE = (size_t)128 * 1024, ARENA_MOST = (size_t)4 * 1024 * 1024;

static bool arena_grow(LoopArena *arena, size_t size)
{
    size_t wanted = arena->used / 2, bytes;
    if (wanted >= ARENA_LARGE)
        wanted = wanted < ARENA_MOST ? LARGE_PAGE : ARENA_MOST;
    if (!loop_add(size, sizeof(ArenaBlock) + ARENA_ALIGN, &bytes))
        return false;
    bytes = bytes > wanted ? bytes : wanted;
    bytes = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
    ArenaBlock *block = loop_alloc_pages(bytes);
    if (!block)
        return false;
    block->bytes = bytes;
    block->older = arena->newest;
    block->size = bytes - sizeof(ArenaBlock) - ARENA_ALIGN;
    arena->newest = block;
    return true;
}

void *loop_arena_alloc(LoopArena *arena, size_t size)
{
    size_t rounded;
    if (!arena || arena->failed)
        return NULL;
    if (!round_up(size ? size : 1, ARENA_ALIGN, &rounded)) {
        arena->failed = true;
        return NULL;
    }
    if (!arena->newest || arena->newest->size - arena->newest->used < rounded) {
        if (!arena_grow(arena, rounded)) {
            arena->failed = true;
            return NULL;
        }
    }
    void *item = block_data(arena->newest) + arena->newest->used;
    arena->newest->used += rounded;
    arena->used += rounded;
    return item;
}

void *loop_arena_array(LoopArena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!loop_mul(count, size, &bytes)) {
        if (arena)
            arena->failed = true;
        return NULL;
    }
    return loop_arena_alloc(arena, bytes);
}

LoopStr loop_arena_str(LoopArena *arena, LoopStr text)
{
    char *copy = loop_arena_alloc(arena, text.len + 1);
    if (!copy)
        return (LoopStr){"", 0};
    if (text.len)
        memcpy(copy, text.at, text.len);
    return (LoopStr){copy, text.len};
}

bool loop_arena_failed(const LoopArena *arena)
{
    return !arena || arena->failed;
}

size_t loop_arena_used(const LoopArena *arena)
{
    return arena ? arena->used : 0;
}

bool loop_list_grow(LoopArena *arena, LoopList *list, size_t size)
{
    size_t capacity = list->capacity ? list->capacity * 2 : 8;
    void *items = loop_arena_array(arena, capacity, size);
    if (!items)
        return false;
    if (list->count)
        memcpy(items, list->items, list->count * size);
    list->items = items;
    list->capacity = capacity;
    return true;
}

/* ---- text ---- */

void loop_text_free(LoopText *text)
{
    if (!text->arena)
        loop_free(text->at);
    *text = (LoopText){0};
}

static bool text_fail(LoopText *text)
{
    static char nothing[1]; /* never written to: what failed stays failed */
    text->failed = true;
    if (text->arena) {
        text->arena->failed = true;
        text->at = nothing;
        text->len = 0;
    }
    return false;
}

static bool text_grow(LoopText *text, size_t capacity)
{
    char *at = text->arena ? loop_arena_alloc(text->arena, capacity) : loop_resize(text->at, capacity);
    if (!at)
        return text_fail(text);
    if (text->arena && text->len)
        memcpy(at, text->at, text->len);
    text->at = at;
    text->capacity = capacity;
    return true;
}

static bool text_room(LoopText *text, size_t more)
{
    size_t need;
    if (text->failed)
        return false;
    if (!loop_add(text->len, more, &need) || !loop_add(need, 1, &need))
        return text_fail(text);
    if (need <= text->capacity)
        return true;
    size_t capacity = text->capacity ? text->capacity : text->arena ? 32 : 128; /* in arenas most are names, which stay */
    while (capacity < need)
        if (!loop_mul(capacity, 2, &capacity))
            return text_fail(text);
    return text_grow(text, capacity);
}

void loop_text_put(LoopText *text, const char *bytes, size_t len)
{
    if (!text_room(text, len))
        return;
    if (len)
        memcpy(text->at + text->len, bytes, len);
    text->len += len;
    text->at[text->len] = '\0';
}

LoopStr loop_text_view(const LoopText *text)
{
    return text->at ? (LoopStr){text->at, text->len} : (LoopStr){"", 0};
}

void loop_text_str(LoopText *text, LoopStr s)
{
    loop_text_put(text, s.at, s.len);
}

void loop_text_add_list(LoopText *text, const char *format, va_list args)
{
    char few[256]; /* most fit, and need not be counted first */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(few, sizeof few, format, args);
    if (len < 0)
        text->failed = true;
    else if ((size_t)len < sizeof few)
        loop_text_put(text, few, (size_t)len);
    else if (text_room(text, (size_t)len)) {
        vsnprintf(text->at + text->len, (size_t)len + 1, format, again);
        text->len += (size_t)len;
    }
    va_end(again);
}

void loop_text_add(LoopText *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    loop_text_add_list(text, format, args);
    va_end(args);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Optimal string alignment over three rows; names longer than NAME_LIMIT never match. */
size_t loop_edit_distance(LoopStr a, LoopStr b, size_t limit)
{
    size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (a.len >= NAME_LIMIT || b.len >= NAME_LIMIT || gap > limit)
        return limit + 1;
    size_t rows[3][NAME_LIMIT + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = last[j - 1] + (lower(a.at[i - 1]) != lower(b.at[j - 1]));
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    size_t distance = rows[a.len % 3][b.len];
    return distance > limit ? limit + 1 : distance;
}
