/* Sine and cosine: argument to within pi/4, then one polynomial each. Part of real_math.h. */
#ifndef LOOP_REAL_MATH_TRIG_H
#define LOOP_REAL_MATH_TRIG_H

#include <stddef.h>

#include "runtime/contract/real_math.h"

/* x = quadrant pi/2 + y, |y| < 0.79. Only the lowest two bits of the quadrant count. */
typedef struct LoopAngle {
    LoopPair y;
    uint64_t quadrant;
} LoopAngle;

#define LOOP_ANGLE_FAST                                                                                      \
    0x1p17 /* below this the quadrant has 17 bits and its products with 33-bit parts are exact */

/* Cody and Waite's reduction with pi/2 in three parts of 33 bits and a rest: 2^-152 of pi/2 is left out. */
LOOP_INLINE LoopAngle loop_angle_fast(double x)
{
    double t = x * 0x1.45f306dc9c883p-1 + LOOP_SHIFT, n = t - LOOP_SHIFT;
    LoopPair a = loop_sum(x - n * 0x1.921fb54400000p+0, -(n * 0x1.0b4611a600000p-34));
    LoopPair b = loop_sum(a.hi, -(n * 0x1.3198a2e000000p-69));
    LoopPair y = loop_sum_ordered(b.hi, (a.lo + b.lo) - n * 0x1.b839a252049c1p-104);
    return (LoopAngle){y, loop_bits(t)};
}

/* The same for any finite |x| >= LOOP_ANGLE_FAST: Payne and Hanek's reduction with 192 bits of 2/pi. */
LoopAngle loop_angle_large(double x);

/* sin y = y + y^3 S(y^2) and cos y = 1 - y^2/2 + y^4 C(y^2), Chebyshev fits; the low part enters to first
 * order. */
LOOP_INLINE double loop_sin_near(LoopPair y)
{
    double z = y.hi * y.hi, v = z * y.hi;
    double s =
        (0x1.1111111110babp-7 + z * -0x1.a01a019e820acp-13) +
        (z * z) * ((0x1.71de37946eb45p-19 + z * -0x1.ae6008d0f0520p-26) + (z * z) * 0x1.5e0a4fb47ace3p-33);
    return y.hi - ((z * (0.5 * y.lo - v * s) - y.lo) - v * -0x1.5555555555555p-3);
}

LOOP_INLINE double loop_cos_near(LoopPair y)
{
    double z = y.hi * y.hi, half = 0.5 * z;
    double c = (0x1.5555555555555p-5 + z * -0x1.6c16c16c16963p-10) +
               (z * z) * ((0x1.a01a019f4ddfdp-16 + z * -0x1.27e4fa16cc1bcp-22) +
                          (z * z) * (0x1.1eeb67d014ecep-29 + z * -0x1.907cd8f26aa3fp-37));
    LoopPair one = loop_sum_ordered(1.0, -half);
    return one.hi + (one.lo + (z * z * c - y.hi * y.lo));
}

/* The sine of an angle; that of the angle plus pi/2, its cosine, when the quadrant is one more. */
LOOP_INLINE double loop_angle_sin(LoopPair y, uint64_t quadrant)
{
    uint64_t odd = 0 - (quadrant & 1), sign = (quadrant & 2) << 62;
    uint64_t bits = (loop_bits(loop_cos_near(y)) & odd) | (loop_bits(loop_sin_near(y)) & ~odd);
    return loop_from_bits(bits ^ sign);
}

/* For |x| < LOOP_ANGLE_FAST; elsewhere any number. */
LOOP_INLINE double loop_sin_fast(double x)
{
    LoopAngle a = loop_angle_fast(x);
    return loop_select(loop_below(fabs(x), 0x1p-27), x, loop_angle_sin(a.y, a.quadrant));
}

LOOP_INLINE double loop_cos_fast(double x)
{
    LoopAngle a = loop_angle_fast(x);
    return loop_angle_sin(a.y, a.quadrant + 1);
}

double loop_sin_large(double x); /* for the other x, with NaN at inf and NaN */
double loop_cos_large(double x);

/* Sine of x in radians, for every x. At most 0.82 ulp. */
LOOP_INLINE double loop_sin(double x)
{
    return fabs(x) < LOOP_ANGLE_FAST ? loop_sin_fast(x) : loop_sin_large(x);
}

/* Cosine of x in radians, for every x. At most 0.82 ulp. */
LOOP_INLINE double loop_cos(double x)
{
    return fabs(x) < LOOP_ANGLE_FAST ? loop_cos_fast(x) : loop_cos_large(x);
}

/* out[i] = sin x[i], the bits of loop_sin, faster. `out` may be `x`. */
void loop_sin_array(double *out, const double *x, size_t n);
void loop_cos_array(double *out, const double *x, size_t n);

#endif
