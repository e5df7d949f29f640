/* Elementary functions whose bits do not depend on the C library, compiler, processor or vector width.
   Takes and gives binary64; basic operations, sqrt and integer bit work only. Every function is free of
   branches up to the trigonometric slow path, so that plain loops over it become vector code. NaN comes out
   as one bit pattern.

   Errors are the largest found against MPFR, in units of the last place (ulp) of the result. */
#ifndef LOOP_REAL_MATH_H
#define LOOP_REAL_MATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>

#if defined(__FAST_MATH__) || FLT_EVAL_METHOD != 0
#error "this needs plain IEEE 754 double arithmetic: no -ffast-math, no extended precision"
#endif

/* Inlined everywhere: a call in a loop keeps that loop from becoming vector code. */
#if defined(__GNUC__)
#define LOOP_INLINE static inline __attribute__((always_inline))
#else
#define LOOP_INLINE static inline
#endif

LOOP_INLINE uint64_t loop_bits(double x)
{
    union {
        double real;
        uint64_t bits;
    } u = {x};
    return u.bits;
}

LOOP_INLINE double loop_from_bits(uint64_t bits)
{
    union {
        uint64_t bits;
        double real;
    } u = {bits};
    return u.real;
}

#define LOOP_NAN loop_from_bits(0x7ff8000000000000u)
#define LOOP_INF loop_from_bits(0x7ff0000000000000u)
#define LOOP_SIGN_BIT 0x8000000000000000u

/* Conditions are masks, all ones for true, made without a comparison: compilers turn `?:` into branches when
   several depend on the same argument, and x86-64's base set cannot compare 64-bit integers. */
typedef uint64_t LoopMask;

/* a < b for b >= 0 and an `a` that is not negative; NaN is above everything. */
LOOP_INLINE LoopMask loop_below(double a, double b)
{
    return 0 - ((loop_bits(a) - loop_bits(b)) >> 63);
}

LOOP_INLINE LoopMask loop_is_negative(double x)
{
    return 0 - (loop_bits(x) >> 63);
}

LOOP_INLINE LoopMask loop_is_zero(double x)
{
    return loop_below(fabs(x), DBL_TRUE_MIN);
}

LOOP_INLINE LoopMask loop_is_finite(double x)
{
    return loop_below(fabs(x), LOOP_INF);
}

LOOP_INLINE LoopMask loop_is_number(double x)
{
    return loop_below(fabs(x), loop_from_bits(0x7ff0000000000001u));
}

LOOP_INLINE double loop_select(LoopMask condition, double yes, double no)
{
    return loop_from_bits((loop_bits(yes) & condition) | (loop_bits(no) & ~condition));
}

/* An unevaluated sum hi + lo. */
typedef struct LoopPair {
    double hi, lo;
} LoopPair;

/* a + b without error; loop_sum_ordered wants |a| >= |b| or a = 0 (Dekker 1971), loop_sum does not (Knuth).
 */
LOOP_INLINE LoopPair loop_sum_ordered(double a, double b)
{
    double s = a + b;
    return (LoopPair){s, (a - s) + b};
}

LOOP_INLINE LoopPair loop_sum(double a, double b)
{
    double s = a + b, c = s - a;
    return (LoopPair){s, (a - (s - c)) + (b - c)};
}

/* The upper 26 bits of x: products of two such numbers are exact, as is x minus it. */
LOOP_INLINE double loop_head(double x)
{
    return loop_from_bits(loop_bits(x) & 0xfffffffff8000000u);
}

/* The sign of `from` on |x|. */
LOOP_INLINE double loop_with_sign(double x, double from)
{
    return loop_from_bits((loop_bits(x) & ~LOOP_SIGN_BIT) | (loop_bits(from) & LOOP_SIGN_BIT));
}

/* Adding this rounds to a whole number k, which then stands in the low bits (two's complement). */
#define LOOP_SHIFT 0x1.8p52
#define LOOP_SHIFT_BITS 0x4338000000000000u
#define LOOP_INV_LN2 0x1.71547652b82fep+0
#define LOOP_LN2_HI 0x1.62e42fee00000p-1 /* 32 bits: exact times any exponent */
#define LOOP_LN2_LO 0x1.a39ef35793c76p-33

/* e^(head + tail) = 2^k (1 + hi + rest), |hi| < 0.35. `biased` is k + 2046, twice an exponent's bias. */
typedef struct LoopExp {
    double hi, rest;
    uint64_t biased;
} LoopExp;

/* P in e^r = 1 + r + r^2/2 + r^3 P(r), |r| < 0.35: a Chebyshev fit of error 2^-61 (times r^3). */
LOOP_INLINE double loop_exp_fit(double r)
{
    double r2 = r * r, r4 = r2 * r2;
    double p0 = 0x1.5555555555556p-3 + r * 0x1.5555555555555p-5;
    double p2 = 0x1.11111111109b2p-7 + r * 0x1.6c16c16c167e0p-10;
    double p4 = 0x1.a01a01a7c54aep-13 + r * 0x1.a01a01a47bb19p-16;
    double p6 = 0x1.71de0da9d06acp-19 + r * 0x1.27e4e1f1e809dp-22;
    double p8 = 0x1.af38b4925be09p-26 + r * 0x1.1f66e5b718f3ep-29;
    return (p0 + r2 * p2) + r4 * ((p4 + r2 * p6) + r4 * p8);
}

/* Cody and Waite's reduction. -1080 < head < 1025 in units of ln 2; the tail is below 2^-16. */
LOOP_INLINE LoopExp loop_exp_reduce(double head, double tail)
{
    double t = head * LOOP_INV_LN2 + LOOP_SHIFT, k = t - LOOP_SHIFT;
    double hi = head - k * LOOP_LN2_HI, lo = k * LOOP_LN2_LO - tail, r = hi - lo, r2 = r * r;
    double q = r2 * 0.5 + (r2 * r) * loop_exp_fit(r), r_lo = (hi - r) - lo;
    return (LoopExp){hi, q - (lo - r * r_lo), loop_bits(t) - (LOOP_SHIFT_BITS - 2046)};
}

/* y 2^k in two exact steps: only the second may round, overflow or underflow. */
LOOP_INLINE double loop_scale(double y, uint64_t biased)
{
    uint64_t first = biased >> 1, second = biased - first;
    return y * loop_from_bits(first << 52) * loop_from_bits(second << 52);
}

LOOP_INLINE double loop_exp_finish(LoopExp e)
{
    LoopPair one = loop_sum_ordered(1.0, e.hi);
    return loop_scale(one.hi + (one.lo + e.rest), e.biased);
}

#define LOOP_EXP_BOUND 746.0 /* e^746 is inf, e^-746 is 0 */

LOOP_INLINE double loop_clamp(double x, double bound)
{
    return loop_select(loop_below(fabs(x), bound), x, loop_with_sign(bound, x));
}

/* e^x. At most 0.76 ulp. */
LOOP_INLINE double loop_exp(double x)
{
    double y = loop_exp_finish(loop_exp_reduce(loop_clamp(x, LOOP_EXP_BOUND), 0.0));
    return loop_select(loop_is_number(x), y, LOOP_NAN);
}

/* (e^x - 1) / 2^k as a sum, with `unit` = 2^-k. x in [-40, 746]. */
typedef struct LoopExpm1 {
    LoopPair y;
    double unit;
    uint64_t biased;
} LoopExpm1;

LOOP_INLINE LoopExpm1 loop_expm1_parts(double x)
{
    LoopExp e = loop_exp_reduce(x, 0.0);
    /* From 2^600 on the -1 is far below the last place; its unit would not be a number from k = 1024 on. */
    double unit =
        loop_select(loop_below(fabs(x), 416.0), loop_from_bits((2046 + 1023 - e.biased) << 52), 0.0);
    LoopPair one = loop_sum(1.0, -unit);
    LoopPair y = loop_sum_ordered(one.hi, e.hi);
    return (LoopExpm1){{y.hi, y.lo + (one.lo + e.rest)}, unit, e.biased};
}

/* e^x - 1, also for small x: the reduction of exp, with 1 - 2^-k in place of 1. At most 0.89 ulp. */
LOOP_INLINE double loop_expm1(double x)
{
    LoopExpm1 e = loop_expm1_parts(loop_clamp(x, loop_select(loop_is_negative(x), 40.0, LOOP_EXP_BOUND)));
    double y = loop_scale(e.y.hi + e.y.lo, e.biased);
    y = loop_select(loop_below(fabs(x), 0x1p-54), x, y);
    return loop_select(loop_is_number(x), y, LOOP_NAN);
}

/* n / d with one rounding, or nearly: a 26-bit head of the quotient, and what that leaves. */
LOOP_INLINE double loop_quotient(LoopPair n, LoopPair d)
{
    double inverse = 1.0 / d.hi, head = loop_head(n.hi * inverse), d_head = loop_head(d.hi);
    double left = (n.hi - head * d_head) - head * (d.hi - d_head);
    return head + (left + (n.lo - head * d.lo)) * inverse;
}

/* tanh x = N / (N + 2), N = e^2|x| - 1, both as sums of two. At most 0.75 ulp. */
LOOP_INLINE double loop_tanh(double x)
{
    double a = fabs(x);
    LoopExpm1 e =
        loop_expm1_parts(2.0 * loop_select(loop_below(a, 22.0), a, 22.0)); /* from 19.1 on the result is 1 */
    LoopPair n = loop_sum_ordered(e.y.hi, e.y.lo), d = loop_sum(n.hi, 2.0 * e.unit);
    double y = loop_quotient(n, (LoopPair){d.hi, d.lo + n.lo});
    y = loop_select(loop_below(a, 0x1p-28), a, y);
    return loop_select(loop_is_number(x), loop_with_sign(y, x), LOOP_NAN);
}

/* 1 / (1 + e^-x), as e^x / (1 + e^x) for x < 0 so that small results keep their digits. At most 1.44 ulp. */
LOOP_INLINE double loop_sigmoid(double x)
{
    double e = loop_exp_finish(loop_exp_reduce(loop_clamp(-fabs(x), LOOP_EXP_BOUND), 0.0));
    double n = loop_select(loop_is_negative(x), e, 1.0);
    double y = loop_quotient((LoopPair){n, 0.0}, loop_sum_ordered(1.0, e));
    return loop_select(loop_is_number(x), y, LOOP_NAN);
}

/* x = 2^k m with m in [sqrt 1/2, sqrt 2). x is positive and finite. */
typedef struct LoopSplit {
    double k, m;
} LoopSplit;

LOOP_INLINE LoopSplit loop_split(double x)
{
    LoopMask small = loop_below(x, DBL_MIN);
    double subnormal = loop_select(small, 54.0, 0.0);
    uint64_t bits = loop_bits(loop_select(small, x * 0x1p54, x));
    uint64_t raised = bits - 0x3fe6a09e667f3bcdu + ((uint64_t)1024 << 52); /* k + 1024 in the upper bits */
    double k = loop_from_bits((raised >> 52) | 0x4330000000000000u) - (0x1p52 + 1024.0) - subnormal;
    return (LoopSplit){k, loop_from_bits(bits - (raised & 0xfff0000000000000u) + ((uint64_t)1024 << 52))};
}

/* log((1 + s) / (1 - s)) = 2s + s z (2/3 + z T), z = s^2: this is T, a Chebyshev fit of error 2^-58. |s| <
 * 0.172 */
LOOP_INLINE double loop_log_tail(double z)
{
    double z2 = z * z, z4 = z2 * z2;
    double p0 = 0x1.999999999999ap-2 + z * 0x1.2492492492522p-2,
           p2 = 0x1.c71c71c6ea5acp-3 + z * 0x1.745d177ad436ap-3;
    double p4 = 0x1.3b1395b82701ep-3 + z * 0x1.1118cd67251c5p-3,
           p6 = 0x1.df7ba1f4809c3p-4 + z * 0x1.e03a7acf07f85p-4;
    return (p0 + z2 * p2) + z4 * (p4 + z2 * p6);
}

/* log(2^k (1 + f)) + extra, for a small extra: log(1 + f) = f - (f^2/2 - s (f^2/2 + R)), s = f / (2 + f). */
LOOP_INLINE double loop_log_sum(double k, double f, double extra)
{
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double rest = z * (0x1.5555555555555p-1 + z * loop_log_tail(z));
    LoopPair sum = loop_sum_ordered(k * LOOP_LN2_HI, f);
    return sum.hi + (sum.lo - (half - (s * (half + rest) + (k * LOOP_LN2_LO + extra))));
}

/* Natural logarithm; -inf at 0, NaN below. At most 0.86 ulp. */
LOOP_INLINE double loop_log(double x)
{
    LoopSplit p = loop_split(x);
    double y = loop_log_sum(p.k, p.m - 1.0, 0.0);
    LoopMask zero = loop_is_zero(x), positive = ~loop_is_negative(x);
    y = loop_select(loop_is_finite(x), y, LOOP_INF);
    y = loop_select(zero, -LOOP_INF, y);
    return loop_select(loop_is_number(x) & (positive | zero), y, LOOP_NAN);
}

/* log(1 + x), with the rounding error of 1 + x put back, and x itself where 1 + x is about 1.
   At most 0.85 ulp. */
LOOP_INLINE double loop_log1p(double x)
{
    LoopPair u = loop_sum(1.0, x);
    LoopSplit p = loop_split(u.hi);
    LoopMask near = loop_is_zero(p.k);
    double f = loop_select(near, x, p.m - 1.0), extra = loop_select(near, 0.0, u.lo / u.hi);
    double y = loop_log_sum(p.k, f, extra);
    y = loop_select(loop_is_finite(x), y, LOOP_INF);
    y = loop_select(loop_below(fabs(x), 0x1p-54), x, y);
    y = loop_select(loop_is_zero(u.hi), -LOOP_INF, y);
    return loop_select(loop_is_number(x) & ~loop_is_negative(u.hi), y, LOOP_NAN);
}

/* The nearest whole number, halves to even, for x in [0, 2^52]. */
LOOP_INLINE double loop_nearest(double x)
{
    return (x + 0x1p52) - 0x1p52;
}

/* The largest whole number that is not above x. Exact; for processors without such an instruction. */
LOOP_INLINE double loop_floor(double x)
{
    LoopMask small = loop_below(fabs(x), 0x1p52);
    double y = loop_with_sign(loop_nearest(loop_select(small, fabs(x), 0.0)), x);
    y -= loop_select(loop_is_negative(x - y), 1.0, 0.0);
    return loop_select(loop_is_number(x), loop_select(small, y, x), LOOP_NAN);
}

/* x - y floor(x / y), with the sign of y. The rounding of the quotient may bring a remainder out of [0, y), or (y, 0]: it
   is put back. Each in its own arithmetic, since a float that becomes a double on the way halves the vectors. */
#define LOOP_REMAINDER(REAL, FLOOR, ABS)                                                                               \
    REAL r = x - y * FLOOR(x / y);                                                                                     \
    r = (r < 0) != (y < 0) && r != 0 ? r + y : r;                                                                      \
    return ABS(r) >= ABS(y) ? r - y : r
LOOP_INLINE double loop_mod_double(double x, double y)
{
    LOOP_REMAINDER(double, floor, fabs);
}
LOOP_INLINE float loop_mod_single(float x, float y)
{
    LOOP_REMAINDER(float, floorf, fabsf);
}
#undef LOOP_REMAINDER
#define loop_mod(x, y) _Generic((x), float: loop_mod_single, default: loop_mod_double)(x, y)

/* Point `i` of `n` evenly from lo to hi; a single one is in the middle. Whole numbers come out whole, the ends as they are, and
   nothing overflows between them. */
LOOP_INLINE double loop_evenly(double lo, double hi, uint32_t i, uint32_t n)
{
    if (n > 1 && (i == 0 || i + 1 == n))
        return i ? hi : lo;
    const double whole = n > 1 ? n - 1 : 2, at = n > 1 ? i : 1, part = (hi - lo) * at;
    return fabs(part) <= DBL_MAX ? lo + part / whole : lo * (1 - at / whole) + hi * (at / whole);
}

/* The nearest whole number, halves away from zero. Exact. */
LOOP_INLINE double loop_round(double x)
{
    LoopMask small = loop_below(fabs(x), 0x1p52);
    double a = loop_select(small, fabs(x), 0.0), y = loop_nearest(a);
    y += loop_select(loop_is_zero(a - y - 0.5), 1.0, 0.0);
    return loop_select(loop_is_number(x), loop_select(small, loop_with_sign(y, x), x), LOOP_NAN);
}

#include "runtime/contract/real_math_pow.h"
#include "runtime/contract/real_math_trig.h"

#endif
