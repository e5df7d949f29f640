/* The rare part of sine and cosine, for arguments from 2^17 on, and their array forms. */
#include "runtime/contract/real_math.h"

#include <stdbool.h>

/* 2/pi after the binary point, in words of 32 bits, behind two words of zeros: a window may begin above the
 * point. */
static const uint32_t two_over_pi[] = {
    0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599,
    0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c,
    0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639,
    0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f,
    0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7,
    0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d,
};

enum {
    WINDOW = 6
}; /* words of 2/pi taken: 192 bits leave 137 after the point, the closest call needs 62 + 64 */

/* Bits [from, from + 32) of the table. */
static uint32_t table_bits(unsigned from)
{
    uint64_t two = (uint64_t)two_over_pi[from / 32] << 32 | two_over_pi[from / 32 + 1];
    return (uint32_t)(two >> (32 - from % 32));
}

/* product = m window mod 2^192, lowest word first. */
static void multiply(uint32_t product[WINDOW], uint64_t m, unsigned from)
{
    uint64_t carry_low = 0, carry_high = 0;
    uint32_t low = (uint32_t)m, high = (uint32_t)(m >> 32), previous = 0;
    for (unsigned i = 0; i < WINDOW; i++) {
        uint32_t word = table_bits(from + 32 * (WINDOW - 1 - i));
        carry_low += (uint64_t)word * low;
        carry_high += (uint64_t)previous * high + (uint32_t)carry_low;
        product[i] = (uint32_t)carry_high;
        carry_low >>= 32;
        carry_high >>= 32;
        previous = word;
    }
}

static void negate(uint32_t words[WINDOW])
{
    uint64_t carry = 1;
    for (unsigned i = 0; i < WINDOW; i++) {
        carry += (uint32_t)~words[i];
        words[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Word `i` of a number, counted from the top, after a shift to the left. */
static uint32_t shifted(const uint32_t words[WINDOW], unsigned shift, unsigned i)
{
    unsigned at = i + shift / 32;
    uint64_t upper = at < WINDOW ? words[WINDOW - 1 - at] : 0,
             lower = at + 1 < WINDOW ? words[WINDOW - 2 - at] : 0;
    return (uint32_t)((upper << 32 | lower) >> (32 - shift % 32));
}

/* The fraction words / 2^192 to 106 bits: two doubles of 53 bits each. */
static LoopPair fraction(const uint32_t words[WINDOW])
{
    unsigned shift = 0;
    while (shift < 96 && !(words[WINDOW - 1 - shift / 32] >> (31 - shift % 32) & 1))
        shift++;
    uint64_t a = shifted(words, shift, 0), b = shifted(words, shift, 1), c = shifted(words, shift, 2),
             d = shifted(words, shift, 3);
    uint64_t top = a << 21 | b >> 11, next = (b & 0x7ff) << 42 | c << 10 | d >> 22;
    double unit = loop_from_bits((uint64_t)(1023 - shift) << 52);
    return (LoopPair){(double)top * 0x1p-53 * unit, (double)next * 0x1p-106 * unit};
}

/* a pi/2 to twice the precision of a double. */
static LoopPair times_half_pi(LoopPair a)
{
    const double pi_hi = 0x1.921fb54442d18p+0, pi_lo = 0x1.1a62633145c07p-54, p = a.hi * pi_hi;
    double a_head = loop_head(a.hi), a_tail = a.hi - a_head, pi_head = loop_head(pi_hi),
           pi_tail = pi_hi - pi_head;
    double error = ((a_head * pi_head - p) + a_head * pi_tail + a_tail * pi_head) + a_tail * pi_tail;
    return loop_sum_ordered(p, error + (a.hi * pi_lo + a.lo * pi_hi));
}

LoopAngle loop_angle_large(double x)
{
    uint64_t bits = loop_bits(x);
    unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
    uint64_t m = (bits & 0x000fffffffffffffu) | 0x0010000000000000u;
    /* x = m 2^(exponent - 1075). Bits of 2/pi that give multiples of 4 are passed over. */
    uint32_t words[WINDOW];
    multiply(words, m, exponent - 1075 + 62);
    uint64_t quadrant = words[WINDOW - 1] >> 30;
    for (unsigned i = WINDOW - 1; i > 0; i--)
        words[i] = words[i] << 2 | words[i - 1] >> 30;
    words[0] <<= 2;
    bool upper_half = words[WINDOW - 1] >> 31;
    if (upper_half)
        negate(words);
    LoopPair y = times_half_pi(fraction(words));
    if (upper_half) {
        y = (LoopPair){-y.hi, -y.lo};
        quadrant++;
    }
    return (bits & LOOP_SIGN_BIT) ? (LoopAngle){{-y.hi, -y.lo}, 0 - quadrant} : (LoopAngle){y, quadrant};
}

double loop_sin_large(double x)
{
    if (!(fabs(x) < LOOP_INF))
        return LOOP_NAN;
    LoopAngle a = loop_angle_large(x);
    return loop_angle_sin(a.y, a.quadrant);
}

double loop_cos_large(double x)
{
    if (!(fabs(x) < LOOP_INF))
        return LOOP_NAN;
    LoopAngle a = loop_angle_large(x);
    return loop_angle_sin(a.y, a.quadrant + 1);
}

/* Results are kept apart from the arguments of their block until the rare ones are done, as `out` may be `x`.
 */
enum { BLOCK = 32 };

#define ARRAY_FORM(name, fast, large)                                                                        \
    void name(double *out, const double *x, size_t n)                                                        \
    {                                                                                                        \
        for (size_t done = 0; done < n; done += BLOCK) {                                                     \
            size_t count = n - done < BLOCK ? n - done : BLOCK;                                              \
            double result[BLOCK];                                                                            \
            for (size_t i = 0; i < count; i++)                                                               \
                result[i] = fast(x[done + i]);                                                               \
            for (size_t i = 0; i < count; i++)                                                               \
                if (!(fabs(x[done + i]) < LOOP_ANGLE_FAST))                                                  \
                    result[i] = large(x[done + i]);                                                          \
            for (size_t i = 0; i < count; i++)                                                               \
                out[done + i] = result[i];                                                                   \
        }                                                                                                    \
    }

ARRAY_FORM(loop_sin_array, loop_sin_fast, loop_sin_large)
ARRAY_FORM(loop_cos_array, loop_cos_fast, loop_cos_large)
