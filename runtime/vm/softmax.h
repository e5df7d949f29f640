/* The powers of e in a softmax, in the arithmetic of the engine. Their errors only have to be small beside what chance does to
   a choice, and their arguments are never above 0: that takes fewer steps than loop_exp, and in single precision twice the
   numbers in a vector. Free of branches, so that loops over them become vector code. */
#ifndef LOOP_SOFTMAX_H
#define LOOP_SOFTMAX_H

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"

/* e^x for x <= 0, 0 for x < -708. At most 1 ulp. */
LOOP_INLINE double loop_power_double(double x)
{
    double at = x < -708.0 ? -708.0 : x, t = at * LOOP_INV_LN2 + LOOP_SHIFT, k = t - LOOP_SHIFT;
    double r = (at - k * LOOP_LN2_HI) - k * LOOP_LN2_LO, r2 = r * r;
    double y = 1.0 + (r + (r2 * 0.5 + r2 * r * loop_exp_fit(r)));
    y = loop_from_bits(loop_bits(y) + (loop_bits(t) << 52));
    return x < -708.0 ? 0.0 : y;
}

/* The same in single precision, 0 for x < -87. At most 1 ulp. Reduction and fit are those of expf in Moshier's Cephes. */
LOOP_INLINE float loop_power_single(float x)
{
    union {
        float real;
        uint32_t bits;
    } y, t;
    float at = x < -87.0f ? -87.0f : x;
    t.real = at * 0x1.715476p+0f + 0x1.8p23f;
    float k = t.real - 0x1.8p23f, r = (at - k * 0.693359375f) + k * 2.12194440e-4f, r2 = r * r;
    float p = (5.0000001201e-1f + r * 1.6666665459e-1f) + r2 * ((4.1665795894e-2f + r * 8.3334519073e-3f) +
                                                                r2 * (1.3981999507e-3f + r * 1.9875691500e-4f));
    y.real = 1.0f + (r + r2 * p);
    y.bits += t.bits << 23;
    return x < -87.0f ? 0.0f : y.real;
}

LOOP_INLINE LoopReal loop_power(LoopReal x)
{
#ifdef LOOP_SINGLE
    return loop_power_single(x);
#else
    return loop_power_double(x);
#endif
}

#endif
