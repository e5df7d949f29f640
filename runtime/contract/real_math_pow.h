/* x^y as e^(y log x), the logarithm to about 2^-66 as a sum of two doubles. Part of real_math.h. */
#ifndef LOOP_REAL_MATH_POW_H
#define LOOP_REAL_MATH_POW_H

#include "runtime/contract/real_math.h"

/* log x for a positive finite x: 2s + s (G), s = (m - 1) / (m + 1), G = s^2 (2/3 + s^2 T), then k ln 2. Each
   factor is cut into a 26-bit head, whose products are exact, and a tail. */
LOOP_INLINE LoopPair loop_log_pair(double x)
{
    LoopSplit p = loop_split(x);
    double f = p.m - 1.0;
    LoopPair d = loop_sum_ordered(2.0, f);
    double inverse = 1.0 / d.hi, s = loop_head(f * inverse), d_head = loop_head(d.hi);
    double s_lo = (((f - s * d_head) - s * (d.hi - d_head)) - s * d.lo) * inverse;

    double square = s * s, square_lo = s_lo * (2.0 * s + s_lo), z = square + square_lo;
    double z_head = loop_head(z), z_lo = (square - z_head) + square_lo;
    LoopPair c = loop_sum_ordered(0x1.5555555555555p-1, z * loop_log_tail(z));
    double c_head = loop_head(c.hi), c_lo = (c.hi - c_head) + (c.lo + 0x1.5555555555555p-55);

    double product = z_head * c_head, product_lo = z_head * c_lo + z_lo * (c_head + c_lo);
    double g = loop_head(product + product_lo), g_lo = (product - g) + product_lo;
    LoopPair m = loop_sum_ordered(2.0 * s, s * g);
    m.lo += s * g_lo + s_lo * (2.0 + (g + g_lo));

    LoopPair sum = loop_sum_ordered(p.k * LOOP_LN2_HI, m.hi);
    return loop_sum_ordered(sum.hi, sum.lo + (m.lo + p.k * LOOP_LN2_LO));
}

/* e^(y log x) for a positive finite x and a y that is a number. */
LOOP_INLINE double loop_pow_positive(double x, double y)
{
    /* From 2^65 on the result is 0, 1 or inf: |log x| is at least 2^-53, or 0. */
    double bounded = loop_clamp(y, 0x1p65), y_head = loop_head(bounded), y_tail = bounded - y_head;
    LoopPair l = loop_log_pair(x);
    double l_head = loop_head(l.hi), l_tail = (l.hi - l_head) + l.lo;
    double product = y_head * l_head, tail = y_head * l_tail + y_tail * (l_head + l_tail);
    tail = loop_select(loop_below(fabs(product), LOOP_EXP_BOUND), tail, 0.0);
    return loop_exp_finish(loop_exp_reduce(loop_clamp(product, LOOP_EXP_BOUND), tail));
}

LOOP_INLINE LoopMask loop_is_whole(double x)
{
    double a = loop_select(loop_below(fabs(x), 0x1p52), fabs(x), 0.0);
    return loop_is_zero(loop_nearest(a) - a);
}

/* x^y with the special cases of C99 Annex F. At most 0.78 ulp; a square is x x. */
LOOP_INLINE double loop_pow(double x, double y)
{
    LoopMask whole = loop_is_whole(y), odd = whole & ~loop_is_whole(0.5 * y);
    LoopMask zero = loop_is_zero(x), usual = loop_is_finite(x) & ~zero, negative = loop_is_negative(x);

    double r = loop_pow_positive(loop_select(usual, fabs(x), 1.0), y);
    double limit = loop_select(zero ^ loop_is_negative(y), 0.0, LOOP_INF);
    r = loop_select(usual, r, limit);
    r = loop_select(negative & usual & ~whole, LOOP_NAN, r);
    r = loop_select(negative & odd, -r, r);
    r = loop_select(loop_is_zero(y - 2.0), x * x, r);
    r = loop_select(loop_is_number(x) & loop_is_number(y), r, LOOP_NAN);
    return loop_select(loop_is_zero(x - 1.0) | loop_is_zero(y), 1.0, r);
}

#endif
