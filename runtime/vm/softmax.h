/* The powers in a softmax, of 2 and in the arithmetic of the engine. Their errors only have to be small beside what chance does to
   a choice, and their arguments are never above 0: that takes fewer steps than loop_exp, and in single precision twice the numbers in
   a vector. The polynomials come nearest to 2^f, relatively, among those that begin with 1 + f ln 2. */
#ifndef LOOP_SOFTMAX_H
#define LOOP_SOFTMAX_H

#include "runtime/contract/real_math.h"
#include "runtime/vm/wide.h"

/* e^x = 2^(x LOOP_LOG2_E) */
#define LOOP_LOG2_E 0x1.71547652b82fep+0

/* name(x) = 2^x for -1021 <= x <= 0, in each number of a vector of the type Real; Bits is that of their bits. At most 1 ulp. The
   fraction f lies in -3/8 .. 5/8, where no step of the sum rounds as much as in the half below 1 that is left out. */
#define LOOP_POWER_DOUBLE(name, Real, Bits)                                                                                           \
    LOOP_INLINE Real name(Real x)                                                                                                     \
    {                                                                                                                                 \
        Real t = (x - 0.125) + LOOP_SHIFT, f = x - (t - LOOP_SHIFT), f2 = f * f, f4 = f2 * f2;                                        \
        Real lower = (0x1.ebfbdff82c578p-3 + f * 0x1.c6b08d704a24ep-5) + f2 * (0x1.3b2ab6fbaa103p-7 + f * 0x1.5d87fe7830209p-10);     \
        Real upper = (0x1.430912e1563d1p-13 + f * 0x1.ffcc00489b870p-17) + f2 * (0x1.62c06da5e4b66p-20 + f * 0x1.b5161719b20ecp-24);  \
        Real last = 0x1.e47141bee0ca4p-28 + f * 0x1.09ae407be909fp-31;                                                                \
        Real y = 1.0 + (f * 0x1.62e42fefa39efp-1 + f2 * (lower + f4 * (upper + f4 * last)));                                          \
        return (Real)((Bits)y + ((Bits)t << 52));                                                                                     \
    }

/* The same in single precision, for -125 <= x <= 0. Within 1.02 ulp. */
#define LOOP_POWER_SINGLE(name, Real, Bits)                                                                                           \
    LOOP_INLINE Real name(Real x)                                                                                                     \
    {                                                                                                                                 \
        Real t = x + 0x1.8p23f, f = x - (t - 0x1.8p23f), f2 = f * f;                                                                  \
        Real upper = (0x1.3b2a38p-7f + f * 0x1.5da468p-10f) + f2 * (0x1.4426f4p-13f + f * 0x1.e2065ap-17f);                           \
        Real rest = (0x1.ebfbe0p-3f + f * 0x1.c6b06ep-5f) + f2 * upper;                                                               \
        Real y = 1.0f + (f * 0x1.62e43p-1f + f2 * rest);                                                                              \
        return (Real)((Bits)y + ((Bits)t << 23));                                                                                     \
    }

#ifdef LOOP_SINGLE
static const LoopReal LOOP_POWER_LEAST = -125;
LOOP_POWER_SINGLE(loop_power_above, LoopWide, LoopWideBits)
#else
static const LoopReal LOOP_POWER_LEAST = -1021;
LOOP_POWER_DOUBLE(loop_power_above, LoopWide, LoopWideBits)
#endif

/* 2^x for x <= 0, but 0 for x < LOOP_POWER_LEAST. */
LOOP_INLINE LoopWide loop_power(LoopWide x)
{
    return loop_wide_where(loop_wide_not(loop_wide_above(loop_wide_of(LOOP_POWER_LEAST), x)), loop_power_above(x));
}

#endif
