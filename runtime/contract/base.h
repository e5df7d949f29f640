/* Memory and text for every stage: one checked allocator, arenas, growing text, borrowed strings.
   Failure is a value (NULL, false, a sticky flag), never an exit. */
#ifndef LOOP_BASE_H
#define LOOP_BASE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text that someone else owns; not NUL-terminated. */
typedef struct LoopStr {
    const char *at;
    size_t len;
} LoopStr;

#define LOOP_STR(literal) ((LoopStr){(literal), sizeof(literal) - 1})
#define LOOP_STR_ARGS(s) (int)(s).len, (s).at /* for "%.*s" */

LoopStr loop_str(const char *text);
bool loop_str_equal(LoopStr a, LoopStr b);
/* The first letter tells most words apart, of tables that are gone through for one. */
static inline bool loop_str_is(LoopStr a, const char *b)
{
    return (a.len == 0 || a.at[0] == b[0]) && loop_str_equal(a, loop_str(b));
}

/* Set by a signal handler, to the number of the signal, and read by all threads: they are to stop soon. */
typedef atomic_int LoopFlag;

/* Size arithmetic that cannot wrap: false on overflow. */
bool loop_mul(size_t a, size_t b, size_t *out);
bool loop_add(size_t a, size_t b, size_t *out);

/* Each of 2^64 numbers becomes another, of which every bit depends on all. Stafford's variant 13, as in splitmix64. */
uint64_t loop_mix64(uint64_t z);
/* A hash of n bytes; `h` is LOOP_HASH_START or the hash of what came before. */
#define LOOP_HASH_START 0xcbf29ce484222325u
uint64_t loop_hash64(const void *bytes, size_t n, uint64_t h);

/* The only allocator of the project. Zeroed memory, NULL on failure; `loop_free(NULL)` is fine. */
void *loop_alloc(size_t size);
void *loop_alloc_array(size_t count, size_t size);
void *loop_alloc_aligned(size_t size); /* 64 bytes; released with loop_free */
/* The same for what may be very large; to be freed by its own function, with the size it was asked for. */
void *loop_alloc_pages(size_t size);
void loop_free_pages(void *memory, size_t size);
size_t loop_pages_bytes(size_t size); /* what it takes of the system, at most */
void *loop_resize(void *old, size_t size);
void loop_free(void *memory);

/* An arena owns everything that is allocated from it and frees it in one go. After the first failure it
   stays failed, so that a stage may check once at its end. */
typedef struct LoopArena LoopArena;
LoopArena *loop_arena_new(void);
void loop_arena_free(LoopArena *arena);
void *loop_arena_alloc(LoopArena *arena, size_t size); /* zeroed, 16-byte aligned; NULL when failed */
void *loop_arena_array(LoopArena *arena, size_t count, size_t size);
LoopStr loop_arena_str(LoopArena *arena, LoopStr text); /* a copy with a NUL behind it */
bool loop_arena_failed(const LoopArena *arena);
size_t loop_arena_used(const LoopArena *arena);

#define LOOP_NEW(arena, Type) ((Type *)loop_arena_alloc((arena), sizeof(Type)))
#define LOOP_NEW_ARRAY(arena, count, Type) ((Type *)loop_arena_array((arena), (count), sizeof(Type)))

/* A list that grows inside an arena: `items` of `size` bytes each. The old block stays in the arena. */
typedef struct LoopList {
    void *items;
    size_t count, capacity;
} LoopList;
/* Room for more items, of `size` bytes. False: the arena failed. */
bool loop_list_grow(LoopArena *arena, LoopList *list, size_t size);
/* Room for one more item, zeroed, or NULL when the arena failed. */
static inline void *loop_list_add(LoopArena *arena, LoopList *list, size_t size)
{
    if (list->count == list->capacity && !loop_list_grow(arena, list, size))
        return NULL;
    return (char *)list->items + size * list->count++;
}
#define LOOP_ADD(arena, list, Type) ((Type *)loop_list_add((arena), (list), sizeof(Type)))
#define LOOP_ITEM(list, Type, i) (((Type *)(list).items)[i])

/* Growing text, NUL-terminated. On the heap it is the caller's to free, and `failed` is sticky. In an arena it is
   freed with that, a failure is the arena's, and `at` is never NULL once something was put. */
typedef struct LoopText {
    char *at;
    size_t len, capacity;
    bool failed;
    LoopArena *arena; /* NULL: on the heap */
} LoopText;
void loop_text_free(LoopText *text);
void loop_text_put(LoopText *text, const char *bytes, size_t len);
void loop_text_str(LoopText *text, LoopStr s);
__attribute__((format(printf, 2, 3))) void loop_text_add(LoopText *text, const char *format, ...);
__attribute__((format(printf, 2, 0))) void loop_text_add_list(LoopText *text, const char *format, va_list args);
LoopStr loop_text_view(const LoopText *text); /* borrowed; empty when nothing was put */

/* Distance between two names (insert, delete, replace, swap; case does not count), at most `limit` + 1; for "did you mean". */
size_t loop_edit_distance(LoopStr a, LoopStr b, size_t limit);

#endif
