/* The elementary functions against MPFR: every result within a stated distance of the exact value, counted in
   units of the last place, and the exact special cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mpfr.h>

#include "runtime/contract/real_math.h"
#include "runtime/vm/softmax.h"
#include "tests/unit/samples.h"

/* Eleven bits behind the last place (one machine word); a million arguments and more each. */
enum { PRECISION = 64, SPREAD = SAMPLES(300000), DENSE = SAMPLES(350000), POW_EACH = SAMPLES(250000) };

typedef double Function(double x);
typedef int Exact(mpfr_t out, const mpfr_t x, mpfr_rnd_t rounding);

/* Dense ranges; arguments of any exponent are added to them. */
typedef struct Row {
    const char *name;
    Function *function;
    Exact *exact;
    double limit; /* in units of the last place */
    double range[2][2];
} Row;

static int exact_sigmoid(mpfr_t out, const mpfr_t x, mpfr_rnd_t rounding)
{
    mpfr_neg(out, x, rounding);
    mpfr_exp(out, out, rounding);
    mpfr_add_ui(out, out, 1, rounding);
    return mpfr_ui_div(out, 1, out, rounding);
}

static const Row rows[] = {
    {"exp", loop_exp, mpfr_exp, 1.0, {{-1, 1}, {-746, 711}}},
    {"log", loop_log, mpfr_log, 1.0, {{0.5, 2}, {0, 1000}}},
    {"tanh", loop_tanh, mpfr_tanh, 1.0, {{-1, 1}, {-20, 20}}},
    {"expm1", loop_expm1, mpfr_expm1, 1.0, {{-2, 2}, {-40, 711}}},
    {"log1p", loop_log1p, mpfr_log1p, 1.0, {{-1, 1}, {0, 1000}}},
    {"sigmoid", loop_sigmoid, exact_sigmoid, 2.0, {{-4, 4}, {-746, 40}}},
    {"sin", loop_sin, mpfr_sin, 1.0, {{-7, 7}, {-3e5, 3e5}}},
    {"cos", loop_cos, mpfr_cos, 1.0, {{-7, 7}, {-3e5, 3e5}}},
};

enum { ROWS = sizeof rows / sizeof *rows };

static uint64_t next_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double next_unit(uint64_t *state)
{
    return (double)(next_bits(state) >> 11) * 0x1p-53;
}

static double between(uint64_t *state, double lo, double hi)
{
    return lo + (hi - lo) * next_unit(state);
}

static int is_same(double a, double b)
{
    return loop_bits(a) == loop_bits(b);
}

/* |got - exact| in units of the last place of the exact value; those of the smallest normal number below it.
 */
static double distance(double got, const mpfr_t exact, mpfr_t scratch)
{
    double rounded = mpfr_get_d(exact, MPFR_RNDN);
    if (is_same(got, rounded))
        return 0.5; /* or less: the nearest double */
    if (!(fabs(got) <= DBL_MAX) || !(fabs(rounded) <= DBL_MAX))
        return fabs(got) >= DBL_MAX && fabs(rounded) >= DBL_MAX && (got < 0) == (rounded < 0) ? 1.0
                                                                                              : INFINITY;
    if (mpfr_zero_p(exact))
        return got == 0 ? 0 : INFINITY;
    mpfr_sub_d(scratch, exact, got, MPFR_RNDN);
    mpfr_exp_t exponent = mpfr_get_exp(exact) > -1021 ? mpfr_get_exp(exact) : -1021;
    mpfr_mul_2si(scratch, scratch, 53 - exponent, MPFR_RNDN);
    return fabs(mpfr_get_d(scratch, MPFR_RNDN));
}

/* The largest distance so far and where; the numbers are kept for speed. */
typedef struct Worst {
    double ulps, x, y;
    mpfr_t a, b, exact, scratch;
} Worst;

static void start(Worst *worst)
{
    worst->ulps = worst->x = worst->y = 0;
    mpfr_inits2(53, worst->a, worst->b, (mpfr_ptr)0);
    mpfr_inits2(PRECISION, worst->exact, worst->scratch, (mpfr_ptr)0);
}

static void finish(Worst *worst)
{
    mpfr_clears(worst->a, worst->b, worst->exact, worst->scratch, (mpfr_ptr)0);
}

/* A result against worst->exact. */
static void compare(Worst *worst, double got, double x, double y)
{
    double ulps = INFINITY;
    if (mpfr_nan_p(worst->exact))
        ulps = is_same(got, LOOP_NAN) ? 0 : INFINITY;
    else if (got == got)
        ulps = distance(got, worst->exact, worst->scratch);
    if (!(ulps <= worst->ulps)) {
        worst->ulps = ulps;
        worst->x = x;
        worst->y = y;
    }
}

static void check(const Row *row, double x, Worst *worst)
{
    mpfr_set_d(worst->a, x, MPFR_RNDN);
    row->exact(worst->exact, worst->a, MPFR_RNDN);
    compare(worst, row->function(x), x, 0);
}

/* Numbers at which something changes, and their neighbours; the last are hard cases of the reduction by pi/2.
 */
static const double edges[] = {
    0.0,
    0x1p-1074,
    0x1p-1022,
    0x1p-54,
    0x1p-53,
    0x1p-28,
    0x1p-27,
    0.25,
    0.34657359027997264,
    0.5,
    0.7071067811865475,
    0.75,
    0.7853981633974483,
    1.0,
    1.4142135623730951,
    1.5707963267948966,
    2.0,
    3.141592653589793,
    19.0615,
    22.0,
    36.7368005696771,
    37.42994775023705,
    40.0,
    416.0,
    708.3964185322641,
    709.782712893384,
    710.0,
    745.1332191019411,
    746.0,
    131072.0,
    4503599627370496.0,
    1e22,
    0x1.fffffffffffffp1023,
    INFINITY,
    NAN,
    0x1.6ac5b262ca1ffp849,
    0x1.921fb54442d18p1000,
    0x1.3bda9a4a2c2b4p41,
    0x1.dabb8bd0f5d4bp-3,
};

static void check_edges(const Row *row, Worst *worst)
{
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        for (uint64_t step = 0; step < 5; step++) {
            uint64_t bits = loop_bits(edges[i]) + step - 2;
            check(row, loop_from_bits(edges[i] == 0 ? step : bits), worst);
            check(row, loop_from_bits((edges[i] == 0 ? step : bits) ^ LOOP_SIGN_BIT), worst);
        }
    }
}

static void is_within_the_limit(void **state)
{
    const Row *row = *state;
    Worst worst;
    start(&worst);
    uint64_t seed = 20;
    for (int i = 0; i < SPREAD; i++)
        check(row, loop_from_bits(next_bits(&seed)), &worst);
    for (int i = 0; i < DENSE; i++) {
        check(row, between(&seed, row->range[0][0], row->range[0][1]), &worst);
        check(row, between(&seed, row->range[1][0], row->range[1][1]), &worst);
    }
    check_edges(row, &worst);
    print_message("%s: at most %.3f ulp, at %a\n", row->name, worst.ulps, worst.x);
    finish(&worst);
    assert_true(worst.ulps <= row->limit);
}

static void check_pow(double x, double y, Worst *worst)
{
    mpfr_set_d(worst->a, x, MPFR_RNDN);
    mpfr_set_d(worst->b, y, MPFR_RNDN);
    mpfr_pow(worst->exact, worst->a, worst->b, MPFR_RNDN);
    compare(worst, loop_pow(x, y), x, y);
}

static void pow_is_within_the_limit(void **state)
{
    (void)state;
    Worst worst;
    start(&worst);
    uint64_t seed = 21;
    for (int i = 0; i < POW_EACH; i++) {
        double any = loop_from_bits(next_bits(&seed) & ~LOOP_SIGN_BIT), near = between(&seed, 0.5, 2);
        double target = between(&seed, -746, 711);
        if (any > 0 && any < INFINITY)
            check_pow(any, target / log(any), &worst);
        check_pow(near, target / log(near), &worst);
        assert_true(is_same(loop_pow(near, 2.0), near * near) && is_same(loop_pow(-near, 2.0), near * near));
        check_pow(between(&seed, 0, 20), between(&seed, -10, 10), &worst);
        check_pow(loop_from_bits(next_bits(&seed)), loop_from_bits(next_bits(&seed)), &worst);
    }
    print_message("pow: at most %.3f ulp, at %a %a\n", worst.ulps, worst.x, worst.y);
    finish(&worst);
    assert_true(worst.ulps <= 1.0);
}

/* MPFR follows the special cases of C99 Annex F. */
static void pow_has_the_special_cases(void **state)
{
    (void)state;
    static const double values[] = {0,
                                    0x1p-1074,
                                    0x1p-1022,
                                    0.5,
                                    1,
                                    1.5,
                                    2,
                                    3,
                                    1e10,
                                    0x1p52,
                                    0x1p53,
                                    0x1p53 - 1,
                                    0x1p52 + 1,
                                    0x1.8p51,
                                    0x1p64,
                                    1e300,
                                    0x1.fffffffffffffp1023,
                                    INFINITY,
                                    NAN,
                                    0x1.fffffffffffffp-1,
                                    0x1.0000000000001p0,
                                    0x1.fffffffffffffp51};
    enum { VALUES = sizeof values / sizeof *values };
    Worst worst;
    start(&worst);
    for (size_t i = 0; i < 2 * VALUES; i++) {
        for (size_t j = 0; j < 2 * VALUES; j++) {
            double x = i < VALUES ? values[i] : -values[i - VALUES],
                   y = j < VALUES ? values[j] : -values[j - VALUES];
            check_pow(x, y, &worst);
            double got = loop_pow(x, y);
            if (worst.ulps > 1.0 ||
                (mpfr_zero_p(worst.exact) && !is_same(got, mpfr_get_d(worst.exact, MPFR_RNDN))))
                fail_msg("pow(%a, %a) is %a", x, y, got);
        }
    }
    finish(&worst);
}

static void keeps_the_sign_of_zero(void **state)
{
    (void)state;
    Function *const odd[] = {loop_tanh, loop_expm1, loop_log1p, loop_sin, loop_floor, loop_round};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_true(is_same(odd[i](-0.0), -0.0));
        assert_true(is_same(odd[i](0.0), 0.0));
        assert_true(is_same(odd[i](-NAN), LOOP_NAN));
    }
}

static void floor_and_round_are_exact(void **state)
{
    (void)state;
    uint64_t seed = 22;
    for (int i = 0; i < SAMPLES(1000000); i++) {
        double x =
            loop_from_bits((next_bits(&seed) & 0x800fffffffffffffu) | (1000 + next_bits(&seed) % 90) << 52);
        double half = (double)(int64_t)(next_bits(&seed) % 4000) * 0.5 - 1000;
        assert_true(is_same(loop_floor(x), floor(x)) && is_same(loop_round(x), round(x)));
        assert_true(is_same(loop_floor(half), floor(half)) && is_same(loop_round(half), round(half)));
    }
    assert_true(is_same(loop_floor(-INFINITY), -INFINITY) && is_same(loop_round(-INFINITY), -INFINITY));
    assert_true(is_same(loop_round(0x1.fffffffffffffp-2), 0.0));
}

typedef double OneDouble __attribute__((vector_size(8)));
typedef uint64_t OneDoubleBits __attribute__((vector_size(8)));
typedef float OneSingle __attribute__((vector_size(4)));
typedef uint32_t OneSingleBits __attribute__((vector_size(4)));

static OneDoubleBits root_of_one_double(OneDoubleBits bits)
{
    return (OneDoubleBits){LOOP_ROOTS_DOUBLE[bits[0] % LOOP_TABLE]};
}

static OneSingleBits root_of_one_single(OneSingleBits bits)
{
    return (OneSingleBits){LOOP_ROOTS_SINGLE[bits[0] % LOOP_TABLE]};
}

LOOP_POWER_DOUBLE(power_of_one_double, OneDouble, OneDoubleBits, root_of_one_double)
LOOP_POWER_SINGLE(power_of_one_single, OneSingle, OneSingleBits, root_of_one_single)

static double power_double(double x)
{
    return power_of_one_double((OneDouble){x})[0];
}

static float power_single(float x)
{
    return power_of_one_single((OneSingle){x})[0];
}

/* Every number of a vector gets the same. */
static double power_wide(double x)
{
    LoopWide y = loop_power(loop_wide_of(x));
    for (size_t i = 1; i < LOOP_WIDE; i++)
        assert_true(is_same(y[i], y[0]));
    return y[0];
}

static void powers_of_softmax(void **state)
{
    (void)state;
    Worst worst;
    start(&worst);
    uint64_t seed = 24;
    for (int i = 0; i < SAMPLES(1000000); i++) {
        double x = between(&seed, i % 2 ? -1000 : -1, 0);
        mpfr_set_d(worst.a, x, MPFR_RNDN);
        mpfr_exp2(worst.exact, worst.a, MPFR_RNDN);
        compare(&worst, power_double(x), x, 0);
        assert_true(is_same(power_wide(x), power_double(x)));
    }
    print_message("power: at most %.3f ulp, at %a\n", worst.ulps, worst.x);
    assert_true(worst.ulps <= 1.1);
    assert_true(power_wide(0.0) == 1.0 && power_wide(-0.0) == 1.0 && power_wide(-1000.0) == 0x1p-1000);
    assert_true(is_same(power_wide(-1000.1), 0.0) && is_same(power_wide(-1e300), 0.0) && is_same(power_wide(-INFINITY), 0.0));
    finish(&worst);
}

static void powers_of_softmax_in_single_precision(void **state)
{
    (void)state;
    mpfr_t exact;
    mpfr_init2(exact, 53);
    double most = 0;
    for (float x = -110; x < -1e-9f; x *= 0.99999f) {
        mpfr_set_flt(exact, x, MPFR_RNDN);
        mpfr_exp2(exact, exact, MPFR_RNDN);
        double of = mpfr_get_d(exact, MPFR_RNDN), ulp = ldexp(0x1p-24, (int)mpfr_get_exp(exact));
        most = fmax(most, fabs(power_single(x) - of) / ulp);
    }
    mpfr_clear(exact);
    print_message("power in single precision: at most %.3f ulp\n", most);
    assert_true(most <= 1.0);
    assert_true(power_single(0.0f) == 1.0f && power_single(-0.0f) == 1.0f && power_single(-110.0f) == 0x1p-110f);
}

static void arrays_have_the_bits_of_single_calls(void **state)
{
    (void)state;
    enum { COUNT = 1001 };
    double x[COUNT], sines[COUNT], cosines[COUNT];
    uint64_t seed = 23;
    for (size_t i = 0; i < COUNT; i++)
        x[i] = i % 3 ? between(&seed, -1e4, 1e4) : loop_from_bits(next_bits(&seed));
    loop_sin_array(sines, x, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cosines[i] = x[i];
    loop_cos_array(cosines, cosines, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(is_same(sines[i], loop_sin(x[i])) && is_same(cosines[i], loop_cos(x[i])));
}

int main(void)
{
    struct CMUnitTest tests[ROWS + 7];
    for (size_t i = 0; i < ROWS; i++) {
        union {
            const Row *row;
            void *state;
        } state = {&rows[i]};
        tests[i] = (struct CMUnitTest){rows[i].name, is_within_the_limit, NULL, NULL, state.state};
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(pow_is_within_the_limit),
        cmocka_unit_test(pow_has_the_special_cases),
        cmocka_unit_test(keeps_the_sign_of_zero),
        cmocka_unit_test(floor_and_round_are_exact),
        cmocka_unit_test(powers_of_softmax),
        cmocka_unit_test(powers_of_softmax_in_single_precision),
        cmocka_unit_test(arrays_have_the_bits_of_single_calls),
    };
    for (size_t i = 0; i < 7; i++)
        tests[ROWS + i] = others[i];
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpfr_free_cache();
    return failed;
}
