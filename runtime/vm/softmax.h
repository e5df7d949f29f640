/* The powers in a softmax, of 2 and in the arithmetic of the engine. Their errors only have to be small beside what chance does to
   a choice, and their arguments are never above 0: that takes fewer steps than loop_exp, and in single precision twice the numbers in
   a vector. Free of branches, so that loops over them become vector code. The polynomials come nearest to 2^f within -1/2 .. 1/2,
   relatively, among those that are 1 at 0. */
#ifndef LOOP_SOFTMAX_H
#define LOOP_SOFTMAX_H

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"

/* e^x = 2^(x LOOP_LOG2_E) */
#define LOOP_LOG2_E 0x1.71547652b82fep+0

/* 2^x for x <= 0, 0 for x < -1021. Within 2^-45 of it, relatively. */
LOOP_INLINE double loop_power_double(double x)
{
    double t = x + LOOP_SHIFT, f = x - (t - LOOP_SHIFT), f2 = f * f, f4 = f2 * f2;
    double lower = (0x1.62e42fefa37d1p-1 + f * 0x1.ebfbdff81bdcep-3) + f2 * (0x1.c6b08d70c89c9p-5 + f * 0x1.3b2ab724187a2p-7);
    double upper = (0x1.5d87fd93625fcp-10 + f * 0x1.430897e668947p-13) + f2 * (0x1.ffce3001f1ec2p-17 + f * 0x1.63e6a5a59e3f8p-20);
    double y = 1.0 + f * (lower + f4 * (upper + f4 * 0x1.b3de1a1b2ed55p-24));
    y = loop_from_bits(loop_bits(y) + (loop_bits(t) << 52));
    return x < -1021.0 ? 0.0 : y;
}

/* The same in single precision, 0 for x < -125. At most 1.5 ulp. */
LOOP_INLINE float loop_power_single(float x)
{
    union {
        float real;
        uint32_t bits;
    } y, t;
    t.real = x + 0x1.8p23f;
    float f = x - (t.real - 0x1.8p23f), f2 = f * f;
    float lower = 0x1.62e43p-1f + f * 0x1.ebfbdcp-3f;
    float upper = (0x1.c6aee8p-5f + f * 0x1.3b2d4ep-7f) + f2 * (0x1.5f3e6ap-10f + f * 0x1.41fbacp-13f);
    y.real = 1.0f + f * (lower + f2 * upper);
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
