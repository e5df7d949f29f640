/* A vector register's worth of numbers, as wide as the machine that is built for has them; what is computed is the same. */
#ifndef LOOP_WIDE_H
#define LOOP_WIDE_H

#include <string.h>

#include "runtime/contract/rule.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* Bytes of a register. Larger vectors would do for sums and products, but not for comparisons, of which compilers then make one
   for each number. */
#if defined(__AVX512F__)
#define LOOP_WIDE_BYTES 64
#elif defined(__AVX2__)
#define LOOP_WIDE_BYTES 32
#else
#define LOOP_WIDE_BYTES 16
#endif

/* Before a loop: its body `n` times over, with no test in between. */
#define LOOP_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define LOOP_UNROLL(n) LOOP_PRAGMA(clang loop unroll_count(n))
#else
#define LOOP_UNROLL(n) LOOP_PRAGMA(GCC unroll n)
#endif

/* Before a loop of which no turn depends on another: what is written may be the very place of what is read, never a part of it. */
#if defined(__clang__)
#define LOOP_APART LOOP_PRAGMA(clang loop vectorize(assume_safety))
#else
#define LOOP_APART LOOP_PRAGMA(GCC ivdep)
#endif

typedef LoopReal LoopWide __attribute__((vector_size(LOOP_WIDE_BYTES), aligned(sizeof(LoopReal)), may_alias));
typedef LoopBits LoopWideBits __attribute__((vector_size(LOOP_WIDE_BYTES), aligned(sizeof(LoopReal)), may_alias));
enum { LOOP_WIDE = LOOP_WIDE_BYTES / sizeof(LoopReal) };

static inline LoopWide loop_wide(const LoopReal *at)
{
    return *(const LoopWide *)at;
}

static inline void loop_wide_put(LoopReal *at, LoopWide x)
{
    *(LoopWide *)at = x;
}

/* The first `n` of them, if there are more than that. */
static inline void loop_wide_put_some(LoopReal *at, LoopWide x, size_t n)
{
    if (n >= LOOP_WIDE) {
        loop_wide_put(at, x);
        return;
    }
    LoopWide some = x; /* a copy, so that x itself needs no place in memory */
    memcpy(at, &some, n * sizeof *at);
}

static inline LoopWide loop_wide_of(LoopReal x)
{
    return x - (LoopWide){0};
}

#include "runtime/contract/wide_mask.h"

/* What a table has at the number that the last four bits of each are. */
enum { LOOP_TABLE = 16 };
static inline LoopWideBits loop_wide_look(const LoopBits table[LOOP_TABLE], LoopWideBits at)
{
#if LOOP_WIDE_BYTES == 64 && defined(LOOP_SINGLE)
    return (LoopWideBits)_mm512_permutexvar_epi32((__m512i)at, _mm512_loadu_si512(table));
#elif LOOP_WIDE_BYTES == 64
    return (LoopWideBits)_mm512_permutex2var_epi64(_mm512_loadu_si512(table), (__m512i)at, _mm512_loadu_si512(table + 8));
#elif LOOP_WIDE_BYTES == 32 && defined(LOOP_SINGLE)
    __m256 upper = (__m256)(at << 28), of = _mm256_permutevar8x32_ps(_mm256_loadu_ps((const float *)table), (__m256i)at);
    return (LoopWideBits)_mm256_blendv_ps(of, _mm256_permutevar8x32_ps(_mm256_loadu_ps((const float *)table + 8), (__m256i)at), upper);
#else
    LoopWideBits found = at & (LOOP_TABLE - 1);
    for (size_t i = 0; i < LOOP_WIDE; i++)
        found[i] = table[found[i]];
    return found;
#endif
}

/* Takes `n` lanes, a vector or more, of rows of n that lie one behind the other, some vectors at a time: what all rows share then stays
   in registers. take(first lane, vectors, kept): the lanes of the last vector that are `kept` are not of that row, and are to stay
   as they are. So behind the last row of an array a vector may be read, and written with what it was. */
enum { LOOP_STRIP = 4 };
#define LOOP_STRIPS(n, take)                                                                                           \
    do {                                                                                                               \
        size_t at_ = 0;                                                                                                \
        for (; at_ + LOOP_STRIP * LOOP_WIDE <= (n); at_ += LOOP_STRIP * LOOP_WIDE)                                     \
            take(at_, LOOP_STRIP, loop_wide_nowhere());                                                                  \
        for (; at_ + LOOP_WIDE <= (n); at_ += LOOP_WIDE)                                                               \
            take(at_, 1, loop_wide_nowhere());                                                                           \
        if (at_ < (n))                                                                                                 \
            take(at_, 1, loop_wide_from((n) - at_));                                                                   \
    } while (0)

#endif
