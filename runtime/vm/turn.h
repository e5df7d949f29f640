/* Matrices turned about, by squares of eight rows and columns: for lanes that lie one behind the other in one place and side by side in
   another. */
#ifndef LOOP_TURN_H
#define LOOP_TURN_H

#include "runtime/contract/real_math.h"
#include "runtime/vm/sum.h"

/* Eight numbers as one vector, whatever the machine has. */
typedef LoopReal LoopRow8 __attribute__((vector_size(LOOP_EIGHT_BYTES), aligned(sizeof(LoopReal)), may_alias));
typedef LoopBits LoopRow8Bits __attribute__((vector_size(LOOP_EIGHT_BYTES), aligned(sizeof(LoopReal)), may_alias));

/* Whether that is one register. */
enum { LOOP_ROW8_FITS = LOOP_EIGHT_BYTES <= LOOP_WIDE_BYTES };

static inline LoopRow8 loop_row8(const LoopReal *at)
{
    return *(const LoopRow8 *)at;
}

static inline void loop_row8_put(LoopReal *at, LoopRow8 x)
{
    *(LoopRow8 *)at = x;
}

static inline LoopRow8 loop_row8_of(LoopReal x)
{
    return x - (LoopRow8){0};
}

/* x, but 0 where `in` is */
static inline LoopRow8 loop_row8_where(LoopRow8 in, LoopRow8 x)
{
#if defined(__AVX512VL__) && defined(LOOP_SINGLE)
    return (LoopRow8)_mm256_maskz_mov_ps(_mm256_cmp_ps_mask((__m256)in, _mm256_setzero_ps(), _CMP_NEQ_UQ), (__m256)x);
#elif defined(__AVX512F__)
    return (LoopRow8)_mm512_maskz_mov_pd(_mm512_cmp_pd_mask((__m512d)in, _mm512_setzero_pd(), _CMP_NEQ_UQ), (__m512d)x);
#else
    return (LoopRow8)((LoopRow8Bits)x & (LoopRow8Bits)(in != 0));
#endif
}

/* Eight of the sixteen numbers of two rows. */
#if defined(__clang__)
#define LOOP_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define LOOP_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (LoopRow8Bits){__VA_ARGS__})
#endif

/* Row i gets number i of each row: squares of one number change places, of two by two, and of four by four. */
LOOP_INLINE void loop_rows8_turn(LoopRow8 r[LOOP_PARTS])
{
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 8; i += 2) {
        LoopRow8 a = r[i], b = r[i + 1];
        r[i] = LOOP_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        r[i + 1] = LOOP_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++) {
        const size_t at = i + (i & 2);
        LoopRow8 a = r[at], b = r[at + 2];
        r[at] = LOOP_SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        r[at + 2] = LOOP_SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++) {
        LoopRow8 a = r[i], b = r[i + 4];
        r[i] = LOOP_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = LOOP_SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* Number i is the sum of row i, in the order of LOOP_SUM8. */
LOOP_INLINE LoopRow8 loop_rows8_sum(const LoopRow8 r[LOOP_PARTS])
{
    LoopRow8 four[4], two[2];
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++)
        four[i] = LOOP_SHUFFLE(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11) + LOOP_SHUFFLE(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    LOOP_UNROLL(2)
    for (size_t i = 0; i < 2; i++)
        two[i] = LOOP_SHUFFLE(four[i], four[i + 2], 0, 1, 8, 9, 4, 5, 12, 13) + LOOP_SHUFFLE(four[i], four[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    return LOOP_SHUFFLE(two[0], two[1], 0, 8, 2, 10, 4, 12, 6, 14) + LOOP_SHUFFLE(two[0], two[1], 1, 9, 3, 11, 5, 13, 7, 15);
}

/* to[columns][rows] = from[rows][columns], where the rows of each are `wide` numbers apart. */
void loop_turn(LoopReal *restrict to, size_t to_wide, const LoopReal *restrict from, size_t from_wide, size_t rows, size_t columns);

#endif
