/* The powers in a softmax, of 2 and in the arithmetic of the engine. Their errors only have to be small beside what chance does to
   a choice, and their arguments are never above 0: that takes fewer steps than loop_exp, and in single precision twice the numbers in
   a vector. Free of branches, so that loops over them become vector code. The polynomials come nearest to 2^f, relatively, among
   those that begin with 1 + f ln 2. */
#ifndef LOOP_SOFTMAX_H
#define LOOP_SOFTMAX_H

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"

/* e^x = 2^(x LOOP_LOG2_E) */
#define LOOP_LOG2_E 0x1.71547652b82fep+0

/* 2^x for x <= 0, 0 for x < -1021. At most 1 ulp. The fraction f lies in -3/8 .. 5/8, where no step of the sum rounds as much as in the
   half below 1 that is left out. */
LOOP_INLINE double loop_power_double(double x)
{
    double t = (x - 0.125) + LOOP_SHIFT, f = x - (t - LOOP_SHIFT), f2 = f * f, f4 = f2 * f2;
    double lower = (0x1.ebfbdff82c578p-3 + f * 0x1.c6b08d704a24ep-5) + f2 * (0x1.3b2ab6fbaa103p-7 + f * 0x1.5d87fe7830209p-10);
    double upper = (0x1.430912e1563d1p-13 + f * 0x1.ffcc00489b870p-17) + f2 * (0x1.62c06da5e4b66p-20 + f * 0x1.b5161719b20ecp-24);
    double last = 0x1.e47141bee0ca4p-28 + f * 0x1.09ae407be909fp-31;
    double y = 1.0 + (f * 0x1.62e42fefa39efp-1 + f2 * (lower + f4 * (upper + f4 * last)));
    y = loop_from_bits(loop_bits(y) + (loop_bits(t) << 52));
    return x < -1021.0 ? 0.0 : y;
}

/* The same in single precision, 0 for x < -125. Within 1.02 ulp. */
LOOP_INLINE float loop_power_single(float x)
{
    union {
        float real;
        uint32_t bits;
    } y, t;
    t.real = x + 0x1.8p23f;
    float f = x - (t.real - 0x1.8p23f), f2 = f * f;
    float rest = (0x1.ebfbe0p-3f + f * 0x1.c6b06ep-5f) + f2 * ((0x1.3b2a38p-7f + f * 0x1.5da468p-10f) + f2 * (0x1.4426f4p-13f + f * 0x1.e2065ap-17f));
    y.real = 1.0f + (f * 0x1.62e43p-1f + f2 * rest);
    y.bits += t.bits << 23;
    return x < -125.0f ? 0.0f : y.real;
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
