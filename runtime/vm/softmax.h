/* The powers in a softmax, of 2 and in the arithmetic of the engine. Their errors only have to be small beside what chance does to
   a choice, and their arguments are never above 0: that takes fewer steps than loop_exp, and in single precision twice the numbers in
   a vector. 2^x is 2^n 2^(i/16) 2^f, |f| <= 1/32: the second factor comes from a table, for the third a short polynomial does, that which
   comes nearest, relatively, among those that begin with 1. */
#ifndef LOOP_SOFTMAX_H
#define LOOP_SOFTMAX_H

#include "runtime/contract/real_math.h"
#include "runtime/contract/wide.h"

/* e^x = 2^(x LOOP_LOG2_E) */
#define LOOP_LOG2_E 0x1.71547652b82fep+0

/* The bits of 2^(i/16) less those of i, where i will stand when n has been moved to its place. */
static const uint64_t LOOP_ROOTS_DOUBLE[LOOP_TABLE] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238, 0x3fef06fe0a31b715, 0x3feedea64c123422,
    0x3feebfdad5362a27, 0x3feeab07dd485429, 0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da,
};
static const uint32_t LOOP_ROOTS_SINGLE[LOOP_TABLE] = {
    0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7, 0x3f75583f,
    0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d,
};

/* name(x) = 2^x for -1000 <= x <= 0, in each number of a vector of the type Real; Bits is that of their bits, and look(bits) takes
   from LOOP_ROOTS_DOUBLE what their last four say. At most 1.1 ulp, of which half is the root's. */
#define LOOP_POWER_DOUBLE(name, Real, Bits, look)                                                                                    \
    LOOP_INLINE Real name(Real x)                                                                                                    \
    {                                                                                                                                \
        Real t = x + 0x1.8p48, f = x - (t - 0x1.8p48), f2 = f * f;                                                                   \
        Real upper = (0x1.c6b08d6e8ad06p-5 + f * 0x1.3b2ab6fdb35f7p-7) + f2 * (0x1.5d89be1c5639ap-10 + f * 0x1.4308656610eeap-13);   \
        Real more = f * ((0x1.62e42fefa39fdp-1 + f * 0x1.ebfbdff82c55ep-3) + f2 * upper);                                            \
        Real root = (Real)(look((Bits)t) + ((Bits)t << 48));                                                                         \
        return root + root * more;                                                                                                   \
    }

/* The same in single precision, for -110 <= x <= 0. At most 1 ulp. */
#define LOOP_POWER_SINGLE(name, Real, Bits, look)                                                                                    \
    LOOP_INLINE Real name(Real x)                                                                                                    \
    {                                                                                                                                \
        Real t = x + 0x1.8p19f, f = x - (t - 0x1.8p19f);                                                                             \
        Real more = f * ((0x1.62e43p-1f + f * 0x1.ebfff4p-3f) + (f * f) * 0x1.c6ac6ap-5f);                                           \
        Real root = (Real)(look((Bits)t) + ((Bits)t << 19));                                                                         \
        return root + root * more;                                                                                                   \
    }

LOOP_INLINE LoopWideBits loop_power_root(LoopWideBits bits)
{
#ifdef LOOP_SINGLE
    return loop_wide_look(LOOP_ROOTS_SINGLE, bits);
#else
    return loop_wide_look(LOOP_ROOTS_DOUBLE, bits);
#endif
}

#ifdef LOOP_SINGLE
static const LoopReal LOOP_POWER_LEAST = -110;
LOOP_POWER_SINGLE(loop_power_above, LoopWide, LoopWideBits, loop_power_root)
#else
static const LoopReal LOOP_POWER_LEAST = -1000;
LOOP_POWER_DOUBLE(loop_power_above, LoopWide, LoopWideBits, loop_power_root)
#endif

/* 2^x for x <= 0, but 0 for x < LOOP_POWER_LEAST. */
LOOP_INLINE LoopWide loop_power(LoopWide x)
{
    return loop_wide_where(loop_wide_not(loop_wide_above(loop_wide_of(LOOP_POWER_LEAST), x)), loop_power_above(x));
}

#endif
