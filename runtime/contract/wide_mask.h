/* Where something holds in a vector of numbers. AVX-512 has registers with a bit for each number, which compilers fill with comparisons
   but do not keep masks in; elsewhere a mask is a vector, all ones in a number where it holds and 0 where not. Part of wide.h. */
#ifndef LOOP_WIDE_MASK_H
#define LOOP_WIDE_MASK_H

#if LOOP_WIDE_BYTES == 64
#ifdef LOOP_SINGLE
typedef __mmask16 LoopWideMask;
#define LOOP_AVX512(name, ...) _mm512_##name##_ps(__VA_ARGS__)
#define LOOP_COMPARE(a, b, how) _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), how)
typedef __m512 LoopRegister512;
#else
typedef __mmask8 LoopWideMask;
#define LOOP_AVX512(name, ...) _mm512_##name##_pd(__VA_ARGS__)
#define LOOP_COMPARE(a, b, how) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), how)
typedef __m512d LoopRegister512;
#endif

static inline LoopWideMask loop_wide_nowhere(void)
{
    return 0;
}

static inline LoopWideMask loop_wide_not(LoopWideMask mask)
{
    return (LoopWideMask)~mask;
}

static inline bool loop_wide_any(LoopWideMask mask)
{
    return mask != 0;
}

/* A bit for each lane. */
static inline unsigned loop_wide_bits(LoopWideMask mask)
{
    return mask;
}

/* The lanes from number `n` on. */
static inline LoopWideMask loop_wide_from(size_t n)
{
    return (LoopWideMask)(n < LOOP_WIDE ? ~0u << n : 0);
}

/* a where it is above b, else b */
static inline LoopWide loop_wide_larger(LoopWide a, LoopWide b)
{
    return (LoopWide)LOOP_AVX512(max, (LoopRegister512)a, (LoopRegister512)b);
}

/* yes where the mask holds, no elsewhere */
static inline LoopWide loop_wide_select(LoopWideMask mask, LoopWide yes, LoopWide no)
{
    return (LoopWide)LOOP_AVX512(mask_blend, mask, (LoopRegister512)no, (LoopRegister512)yes);
}

/* x, or 0 where the mask does not hold */
static inline LoopWide loop_wide_where(LoopWideMask mask, LoopWide x)
{
    return (LoopWide)LOOP_AVX512(maskz_mov, mask, (LoopRegister512)x);
}

static inline LoopWideMask loop_wide_equal(LoopWide a, LoopWide b)
{
    return LOOP_COMPARE(a, b, _CMP_EQ_OQ);
}

static inline LoopWideMask loop_wide_different(LoopWide a, LoopWide b)
{
    return LOOP_COMPARE(a, b, _CMP_NEQ_UQ);
}

static inline LoopWideMask loop_wide_above(LoopWide a, LoopWide b)
{
    return LOOP_COMPARE(a, b, _CMP_GT_OQ);
}

static inline LoopWideMask loop_wide_not_below(LoopWide a, LoopWide b)
{
    return LOOP_COMPARE(a, b, _CMP_GE_OQ);
}

#undef LOOP_AVX512
#undef LOOP_COMPARE

#else

typedef LoopBits LoopWideMask __attribute__((vector_size(LOOP_WIDE_BYTES), aligned(sizeof(LoopReal)), may_alias));

static inline LoopWideMask loop_wide_nowhere(void)
{
    return (LoopWideMask){0};
}

static inline LoopWideMask loop_wide_not(LoopWideMask mask)
{
    return ~mask;
}

static inline bool loop_wide_any(LoopWideMask mask)
{
    LoopBits any = 0;
    for (size_t i = 0; i < LOOP_WIDE; i++)
        any |= mask[i];
    return any != 0;
}

static inline unsigned loop_wide_bits(LoopWideMask mask)
{
#if LOOP_WIDE_BYTES == 32 && defined(LOOP_SINGLE)
    return (unsigned)_mm256_movemask_ps((__m256)mask);
#elif LOOP_WIDE_BYTES == 32
    return (unsigned)_mm256_movemask_pd((__m256d)mask);
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < LOOP_WIDE; i++)
        bits |= (unsigned)(mask[i] & 1) << i;
    return bits;
#endif
}

static inline LoopWideMask loop_wide_from(size_t n)
{
    LoopWideMask mask = {0};
    for (size_t i = 0; i < LOOP_WIDE; i++)
        mask[i] = i < n ? 0 : (LoopBits)-1;
    return mask;
}

static inline LoopWide loop_wide_select(LoopWideMask mask, LoopWide yes, LoopWide no)
{
    return (LoopWide)(((LoopWideMask)yes & mask) | ((LoopWideMask)no & ~mask));
}

static inline LoopWide loop_wide_where(LoopWideMask mask, LoopWide x)
{
    return (LoopWide)((LoopWideMask)x & mask);
}

static inline LoopWideMask loop_wide_equal(LoopWide a, LoopWide b)
{
    return (LoopWideMask)(a == b);
}

static inline LoopWideMask loop_wide_different(LoopWide a, LoopWide b)
{
    return (LoopWideMask)(a != b);
}

static inline LoopWideMask loop_wide_above(LoopWide a, LoopWide b)
{
    return (LoopWideMask)(a > b);
}

static inline LoopWideMask loop_wide_not_below(LoopWide a, LoopWide b)
{
    return (LoopWideMask)(a >= b);
}

static inline LoopWide loop_wide_larger(LoopWide a, LoopWide b)
{
    return loop_wide_select(loop_wide_above(a, b), a, b);
}

#endif

static inline LoopWideMask loop_wide_everywhere(void)
{
    return loop_wide_not(loop_wide_nowhere());
}

#endif
