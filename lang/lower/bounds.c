/* Bounds of what instructions work out: a row for each that says anything. Between -MOST and MOST, numbers are what they are; beyond that
   all that is kept is that they are finite, with bounds at -DBL_MAX and DBL_MAX, which stand for the largest numbers of either precision. */
#include "lang/lower/bounds.h"

#include <float.h>
#include <math.h>

#include "runtime/contract/program.h"
#include "runtime/contract/real_math.h"

/* In single precision the largest number, 3.4e38, and one of up to 1.0e31 make the largest number again; so MOST is below that. LEAST is more
   than what is lost where numbers get too small for that precision. */
static const double MOST = 1e30, LEAST = 1e-30;
static const double ROUNDED = 0x1p-20; /* more than an operation, or a function, is off by in single precision */

LowerBounds lower_bounds_none(void)
{
    return (LowerBounds){-INFINITY, INFINITY};
}

LowerBounds lower_bounds_finite(void)
{
    return (LowerBounds){-DBL_MAX, DBL_MAX};
}

bool lower_bounds_known(LowerBounds b)
{
    return b.lo >= -DBL_MAX && b.hi <= DBL_MAX;
}

/* Known, and not larger than MOST. */
static bool is_small(LowerBounds b)
{
    return b.lo >= -MOST && b.hi <= MOST;
}

static double size_of(LowerBounds b)
{
    return fmax(fabs(b.lo), fabs(b.hi));
}

/* At most x, which is rounded, and may be `off` by what was rounded on the way; but what is made of numbers of one sign keeps theirs. */
static double below(double x, double off)
{
    const double y = x - off - fabs(x) * ROUNDED - LEAST;
    return x >= 0 && y < 0 ? 0 : y;
}

/* Of what was rounded on the way, and may be `off` by that. */
static LowerBounds nearly(double lo, double hi, double off)
{
    const LowerBounds b = {below(lo, off), -below(-hi, off)};
    return is_small(b) ? b : lower_bounds_none();
}

static LowerBounds rounded(double lo, double hi)
{
    return nearly(lo, hi, 0);
}

LowerBounds lower_bounds_between(double lo, double hi)
{
    if (!(lo >= -FLT_MAX && hi <= FLT_MAX))
        return lower_bounds_none();
    const LowerBounds b = {(double)(float)lo == lo ? lo : below(lo, 0), (double)(float)hi == hi ? hi : -below(-hi, 0)};
    return is_small(b) ? b : lower_bounds_finite();
}

LowerBounds lower_bounds_either(LowerBounds a, LowerBounds b)
{
    return (LowerBounds){fmin(a.lo, b.lo), fmax(a.hi, b.hi)};
}

static LowerBounds with_zero(LowerBounds b)
{
    return lower_bounds_either(b, (LowerBounds){0, 0});
}

/* What an instruction makes of what it reads, as lower_bounds_of has it. */
typedef LowerBounds Rule(const LowerBounds *in, uint32_t width);
#define UNUSED __attribute__((unused))
#define RULE(name) static LowerBounds name(UNUSED const LowerBounds *in, UNUSED uint32_t width)

/* ---- what stays where it is ---- */

RULE(truth)
{
    return (LowerBounds){0, 1};
}

RULE(same)
{
    return in[0];
}

/* An element, or where there is none 0; what is held, or 0 at first. */
RULE(same_or_zero)
{
    return with_zero(in[0]);
}

RULE(index_of)
{
    return (LowerBounds){-1, width - 1.0};
}

RULE(steps_since)
{
    return (LowerBounds){0, 1e20}; /* what never was is since 10^18 steps */
}

RULE(negated)
{
    return (LowerBounds){-in[0].hi, -in[0].lo};
}

RULE(magnitude)
{
    const double least = in[0].lo > 0 ? in[0].lo : in[0].hi < 0 ? -in[0].hi : 0;
    return lower_bounds_known(in[0]) ? (LowerBounds){least, size_of(in[0])} : lower_bounds_none();
}

RULE(positive)
{
    return lower_bounds_known(in[0]) ? (LowerBounds){fmax(in[0].lo, 0), fmax(in[0].hi, 0)} : lower_bounds_none();
}

RULE(whole)
{
    return is_small(in[0]) ? (LowerBounds){floor(in[0].lo), ceil(in[0].hi)} : in[0];
}

/* Where one of them may be no number, so may the smaller. */
static bool both_known(const LowerBounds *in)
{
    return lower_bounds_known(in[0]) && lower_bounds_known(in[1]);
}

RULE(smaller)
{
    return both_known(in) ? (LowerBounds){fmin(in[0].lo, in[1].lo), fmin(in[0].hi, in[1].hi)} : lower_bounds_none();
}

RULE(larger)
{
    return both_known(in) ? (LowerBounds){fmax(in[0].lo, in[1].lo), fmax(in[0].hi, in[1].hi)} : lower_bounds_none();
}

RULE(chosen)
{
    return lower_bounds_either(in[1], in[2]);
}

RULE(clipped)
{
    return lower_bounds_known(in[0]) ? lower_bounds_either(in[1], in[2]) : lower_bounds_none();
}

/* ---- functions ---- */

RULE(root)
{
    return is_small(in[0]) && in[0].lo >= 0 ? rounded(sqrt(in[0].lo), sqrt(in[0].hi)) : lower_bounds_none();
}

RULE(exponential)
{
    return lower_bounds_known(in[0]) ? rounded(loop_exp(in[0].lo), loop_exp(in[0].hi)) : lower_bounds_none();
}

RULE(logarithm)
{
    return lower_bounds_known(in[0]) && in[0].lo > 0 ? rounded(loop_log(in[0].lo), loop_log(in[0].hi)) : lower_bounds_none();
}

/* Between -1 and 1, however large its number. */
RULE(minus_one_to_one)
{
    return lower_bounds_known(in[0]) ? rounded(-1, 1) : lower_bounds_none();
}

RULE(zero_to_one)
{
    return lower_bounds_known(in[0]) ? rounded(0, 1) : lower_bounds_none();
}

/* ---- arithmetic ---- */

/* The largest number and a small one make the largest number: see MOST. */
RULE(sum)
{
    if (is_small(in[0]) && is_small(in[1]))
        return rounded(in[0].lo + in[1].lo, in[0].hi + in[1].hi);
    const bool finite = both_known(in) && (is_small(in[0]) || is_small(in[1]));
    return finite ? lower_bounds_finite() : lower_bounds_none();
}

RULE(difference)
{
    return sum((const LowerBounds[]){in[0], negated(&in[1], width)}, width);
}

RULE(product)
{
    const double corner[] = {in[0].lo * in[1].lo, in[0].lo * in[1].hi, in[0].hi * in[1].lo, in[0].hi * in[1].hi};
    if (is_small(in[0]) && is_small(in[1]))
        return rounded(fmin(fmin(corner[0], corner[1]), fmin(corner[2], corner[3])), fmax(fmax(corner[0], corner[1]), fmax(corner[2], corner[3])));
    const bool finite = both_known(in) && (size_of(in[0]) <= 1 || size_of(in[1]) <= 1);
    return finite ? lower_bounds_finite() : lower_bounds_none();
}

RULE(quotient)
{
    const double least = in[1].lo > 0 ? in[1].lo : in[1].hi < 0 ? -in[1].hi : 0;
    if (!lower_bounds_known(in[0]) || !is_small(in[1]) || least < LEAST)
        return lower_bounds_none();
    if (is_small(in[0]))
        return product((const LowerBounds[]){in[0], {1 / in[1].hi, 1 / in[1].lo}}, width);
    return least >= 1 ? lower_bounds_finite() : lower_bounds_none();
}

/* By a power of two it is exact. Else a quotient that is large is rounded by so many divisors. */
RULE(remainder_of)
{
    int exponent;
    const bool exact = in[1].lo == in[1].hi && in[1].lo >= 1 && is_small(in[1]) && frexp(in[1].lo, &exponent) == 0.5;
    if (in[1].lo <= 0 || !lower_bounds_known(in[0]) || !is_small(in[1]))
        return lower_bounds_none();
    return exact || size_of(in[0]) <= in[1].lo * 0x1p20 ? rounded(0, in[1].hi) : lower_bounds_none();
}

/* ---- many numbers to one ---- */

/* Each sum on the way is rounded. */
RULE(total)
{
    return is_small(in[0]) ? nearly(width * in[0].lo, width * in[0].hi, size_of(in[0]) * width * width * ROUNDED) : lower_bounds_none();
}

RULE(mean)
{
    return lower_bounds_known(total(in, width)) ? nearly(in[0].lo, in[0].hi, size_of(in[0]) * width * ROUNDED) : lower_bounds_none();
}

RULE(sum_of_products)
{
    const LowerBounds each = product(in, width);
    return total(&each, width);
}

/* ---- numbers between two, and draws ---- */

RULE(from_one_to_other)
{
    const LowerBounds both = lower_bounds_either(in[0], in[1]);
    return is_small(both) ? nearly(both.lo, both.hi, size_of(both) * ROUNDED) : lower_bounds_none();
}

/* No draw is as far out as that. */
RULE(normal_draw)
{
    const double far = 40 * size_of(in[1]);
    return is_small(in[0]) && is_small(in[1]) ? rounded(in[0].lo - far, in[0].hi + far) : lower_bounds_none();
}

/* ---- the table ---- */

/* No row, and so nothing known: what draws on the step before (TRACE, RING_READ, MICRO), on foreign code or on weights; and COPY and PUT, since
   what they write is written by more than one instruction, of which each only knows its own. Of pow, NORM and RBF nobody has asked. */
static Rule *const rules[LOOP_OP_COUNT] = {
    [LOOP_OP_neg] = negated,                      [LOOP_OP_not] = truth,                        [LOOP_OP_truth] = truth,
    [LOOP_OP_abs] = magnitude,                    [LOOP_OP_sqrt] = root,                        [LOOP_OP_exp] = exponential,
    [LOOP_OP_log] = logarithm,                    [LOOP_OP_tanh] = minus_one_to_one,            [LOOP_OP_sigmoid] = zero_to_one,
    [LOOP_OP_relu] = positive,                    [LOOP_OP_sin] = minus_one_to_one,             [LOOP_OP_cos] = minus_one_to_one,
    [LOOP_OP_floor] = whole,                      [LOOP_OP_round] = whole,                      [LOOP_OP_add] = sum,
    [LOOP_OP_sub] = difference,                   [LOOP_OP_mul] = product,                      [LOOP_OP_div] = quotient,
    [LOOP_OP_min] = smaller,                      [LOOP_OP_max] = larger,                       [LOOP_OP_mod] = remainder_of,
    [LOOP_OP_eq] = truth,                         [LOOP_OP_ne] = truth,                         [LOOP_OP_lt] = truth,
    [LOOP_OP_le] = truth,                         [LOOP_OP_gt] = truth,                         [LOOP_OP_ge] = truth,
    [LOOP_OP_and] = truth,                        [LOOP_OP_or] = truth,                         [LOOP_OP_clip] = clipped,
    [LOOP_OP_select] = chosen,                    [LOOP_OP_SLICE] = same,                       [LOOP_OP_AT] = same_or_zero,
    [LOOP_OP_ONEHOT] = truth,                     [LOOP_OP_SUM] = total,                        [LOOP_OP_MEAN] = mean,
    [LOOP_OP_LARGEST] = same,                     [LOOP_OP_SMALLEST] = same,                    [LOOP_OP_ARGMAX] = index_of,
    [LOOP_OP_DOT] = sum_of_products,              [LOOP_OP_OUTER] = product,                    [LOOP_OP_RAMP] = from_one_to_other,
    [LOOP_OP_PROJECT] = truth,                    [LOOP_OP_ONSET] = truth,                      [LOOP_OP_HISTORY] = truth,
    [LOOP_OP_SINCE] = steps_since,                [LOOP_OP_HOLD] = same_or_zero,                [LOOP_OP_UNIFORM] = from_one_to_other,
    [LOOP_OP_BERNOULLI] = truth,                  [LOOP_OP_NORMAL] = normal_draw,               [LOOP_OP_PICK] = index_of,
    [LOOP_OP_EVENT_ON] = truth,                   [LOOP_OP_EVENT_ACTIVE] = truth,               [LOOP_OP_TRIAL_BEGIN] = truth,
};

LowerBounds lower_bounds_of(uint32_t op, const LowerBounds *in, uint32_t width)
{
    return op < LOOP_OP_COUNT && rules[op] ? rules[op](in, width) : lower_bounds_none();
}
