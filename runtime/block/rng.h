/* Random numbers as a pure function of where they are used: no state, no order of calls.

   Key: 64 bits from the seed of the run and the hash of the place (loop_rng_key). Block: Philox4x32 of the
   counter (agent, low 32 bits of the step or trial, index / 4, high 32 bits of it). The number `index` takes word (index mod 4),
   as it is after the ten rounds of Philox4x32-10 and after three more: u = ((hi >> 5) 2^26 + (lo >> 6)) 2^-53, one of 2^53 values
   in [0, 1). So a block makes four numbers, and single precision, which has no use for the lower bits, goes without those three rounds.
   A place that draws one number a step has number (step mod 4) of the count (step / 4), so that a block serves four
   steps; so it is with one a trial. Philox: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. */
#ifndef LOOP_RNG_H
#define LOOP_RNG_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/contract/real_math.h"
#include "runtime/contract/rule.h"

typedef struct LoopRngKey {
    uint32_t word[2];
} LoopRngKey;

/* Numbers of a block. */
enum { LOOP_RNG_BLOCK = 4 };

/* Keys of lanes side by side: that of lane l is at[l * step]; step is 0 where all have the same. */
typedef struct LoopRngKeys {
    const LoopRngKey *at;
    size_t step;
} LoopRngKeys;

/* A count that no step and no trial reaches: for what a loop draws once. */
#define LOOP_COUNT_WIRING UINT64_MAX

LoopRngKey loop_rng_key(uint64_t seed, uint64_t place);

/* Philox4x32-10 in place. */
void loop_philox(uint32_t ctr[4], const uint32_t key[2]);

/* One uniform or standard normal number. */
double loop_rng_uniform1(const LoopRngKey *key, uint32_t agent, uint64_t counter, uint32_t index);
double loop_rng_normal1(const LoopRngKey *key, uint32_t agent, uint64_t counter, uint32_t index);

/* The same bits for elements index .. index + width - 1 of `lanes` agents, [width][lanes]; `counter` holds one step or
   trial a lane, or is NULL and all have `shared`. */
void loop_rng_uniform(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                      const uint64_t *counter, uint64_t shared, uint32_t index);
void loop_rng_normal(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                     const uint64_t *counter, uint64_t shared, uint32_t index);

/* The same for elements 0 .. count - 1 of one agent. */
void loop_rng_uniforms(LoopReal *out, size_t count, const LoopRngKey *key, uint32_t agent, uint64_t counter);

/* c[0] + c[1] x + ... + c[7] x^7 */
LOOP_INLINE double loop_polynomial7(const double c[static 8], double x)
{
    double upper = ((c[7] * x + c[6]) * x + c[5]) * x + c[4];
    return (((upper * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}

/* Half of the distance between two uniform numbers. */
#ifdef LOOP_SINGLE
#define LOOP_RNG_HALF 0x1p-25
#else
#define LOOP_RNG_HALF 0x1p-54
#endif

/* The standard normal number of a uniform one: the inverse distribution function at u + LOOP_RNG_HALF, so never at 0
   or 1. Wichura (1988), algorithm AS 241, PPND16: a quotient of polynomials for the centre, the tails and the
   far tails. Within 7e-16 of the exact number, relatively. Free of branches. */
LOOP_INLINE double loop_rng_normal_of(double u)
{
    static const double a[] = {3.387132872796366608,  133.14166789178437745, 1971.5909503065514427,
                               13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                               33430.575583588128105, 2509.0809287301226727};
    static const double b[] = {1.0,
                               42.313330701600911252,
                               687.1870074920579083,
                               5394.1960214247511077,
                               21213.794301586595867,
                               39307.89580009271061,
                               28729.085735721942674,
                               5226.495278852854561};
    static const double c[] = {1.42343711074968357734,   4.6303378461565452959,   5.7694972214606914055,
                               3.64784832476320460504,   1.27045825245236838258,  0.24178072517745061177,
                               0.0227238449892691845833, 7.7454501427834140764e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187,
                               1.6763848301838038494,
                               0.68976733498510000455,
                               0.14810397642748007459,
                               0.0151986665636164571966,
                               5.475938084995344946e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.6579046435011037772,     5.4637849111641143699,    1.7848265399172913358,
                               0.29656057182850489123,    0.026532189526576123093,  0.0012426609473880784386,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               0.59983220655588793769,
                               0.13692988092273580531,
                               0.0148753612908506148525,
                               7.868691311456132591e-4,
                               1.8463183175100546818e-5,
                               1.4215117583164458887e-7,
                               2.04426310338993978564e-15};
    double q = (u - 0.5) + LOOP_RNG_HALF; /* exact: u is a multiple of twice that */
    double centre = 0.180625 - q * q, r = sqrt(-loop_log(0.5 - fabs(q)));
    LoopMask is_far = ~loop_below(r, 5.0), is_central = ~loop_below(0.425, fabs(q));
    double n = loop_select(is_far, loop_polynomial7(e, r - 5.0), loop_polynomial7(c, r - 1.6));
    double by = loop_select(is_far, loop_polynomial7(f, r - 5.0), loop_polynomial7(d, r - 1.6));
    n = loop_select(is_central, q * loop_polynomial7(a, centre), loop_with_sign(n, q));
    return n / loop_select(is_central, loop_polynomial7(b, centre), by);
}

#endif
