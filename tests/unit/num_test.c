/* Numbers as text: what is read and refused, that printing reads back, and that the locale has no say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/contract/num.h"
#include "tests/unit/samples.h"

static uint64_t next_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static int is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static double parsed(const char *text)
{
    double x = NAN;
    if (!loop_num_parse(text, strlen(text), &x))
        fail_msg("'%s' was refused", text);
    return x;
}

static void assert_prints(double x, const char *expected)
{
    char text[32];
    size_t len = loop_num_print(text, x);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
}

static void assert_prints_fixed(double x, int decimals, const char *expected)
{
    char text[512];
    size_t len = loop_num_print_fixed(text, sizeof text, x, decimals);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
}

static void check_round_trip(double x)
{
    char text[32];
    double back = NAN;
    size_t len = loop_num_print(text, x);
    if (len > 24 || !loop_num_parse(text, len, &back) || !is_same(x, back))
        fail_msg("%a printed as '%s', read as %a", x, text, back);
}

static void random_bits_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < SAMPLES(1000000); i++) {
        double x = from_bits(next_bits(&seed));
        if (isfinite(x))
            check_round_trip(x);
    }
    for (int i = 0; i < SAMPLES(300000); i++)
        check_round_trip((double)(int64_t)next_bits(&seed) * 0x1p-63 * pow(10, i % 12 - 6));
}

static void powers_and_neighbours_round_trip(void **state)
{
    (void)state;
    for (int e = -1074; e <= 1023; e++) {
        check_round_trip(ldexp(1, e));
        check_round_trip(-nextafter(ldexp(1, e), 0));
        check_round_trip(nextafter(ldexp(1, e), INFINITY));
    }
    for (int e = -323; e <= 308; e++) {
        char text[32];
        snprintf(text, sizeof text, "1e%d", e);
        check_round_trip(parsed(text));
        check_round_trip(nextafter(parsed(text), 0));
    }
}

/* No text with one digit less reads back. */
static void prints_the_fewest_digits(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < 20000; i++) {
        double x = i % 2 ? from_bits(next_bits(&seed)) : (double)(next_bits(&seed) % 100000) / 1000;
        char text[32], other[40];
        if (!isfinite(x) || x == 0)
            continue;
        int digits = 0, value = 0;
        for (size_t len = loop_num_print(text, x), j = 0; j < len && text[j] != 'e'; j++) {
            value |= text[j] >= '1' && text[j] <= '9';
            digits += value && text[j] >= '0' && text[j] <= '9';
        }
        snprintf(other, sizeof other, "%.*e", digits > 17 ? 16 : digits - 1, x);
        double nearest = strtod(other, NULL);
        assert_true(fabs(nearest - x) >= fabs(parsed(text) - x));
        if (digits > 1 && strchr(text, 'e')) {
            snprintf(other, sizeof other, "%.*e", digits - 2, x);
            assert_true(strtod(other, NULL) != x);
        }
    }
}

static void reads_as_strtod_does(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < SAMPLES(300000); i++) {
        char text[80];
        double x = from_bits(next_bits(&seed)), out = 0;
        snprintf(text, sizeof text, "%.*e", (int)(next_bits(&seed) % 50), i % 3 ? x : fmod(x, 1e6));
        if (isfinite(x) && isfinite(strtod(text, NULL)))
            assert_true(loop_num_parse(text, strlen(text), &out) && is_same(out, strtod(text, NULL)));
    }
}

static void reads_halfway_cases(void **state)
{
    (void)state;
    assert_true(is_same(parsed("9007199254740993"), 9007199254740992.0));
    assert_true(is_same(parsed("9007199254740993.00000000000000000000000000000000001"), 9007199254740994.0));
    assert_true(is_same(parsed("9007199254740995"), 9007199254740996.0));
    assert_true(is_same(parsed("2.4703282292062327e-324"), 0.0));
    assert_true(is_same(parsed("2.4703282292062328e-324"), 0x1p-1074));
    assert_true(is_same(parsed("2.2250738585072011e-308"), 0x0.fffffffffffffp-1022));
    assert_true(is_same(parsed("2.2250738585072012e-308"), 0x1p-1022));
    assert_true(is_same(parsed("1.7976931348623158e308"), DBL_MAX));
    assert_true(is_same(parsed("8.41e21"), 8.41e21));
    assert_true(is_same(parsed("0.000000000000000000000000000000000000000000000000000000000000e9"), 0.0));
    assert_true(is_same(parsed("-0"), -0.0));
    assert_true(is_same(parsed("1e-99999999999999999999"), 0.0));
    assert_true(is_same(parsed("0e99999999999999999999"), 0.0));
    assert_true(is_same(parsed("-12.50E+1"), -125.0));
}

static void refuses_what_is_not_a_number(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "-",
        "+1",
        ".5",
        "5.",
        "1e",
        "1e+",
        "e5",
        "1.e5",
        "0x10",
        "inf",
        "nan",
        "-inf",
        "NaN",
        "1 ",
        " 1",
        "1,5",
        "1..2",
        "1.2.3",
        "1e5.0",
        "--1",
        "1_000",
        "1f",
        "1e309",
        "-1e309",
        "2e308",
        "1.7976931348623159e308",
        "1e99999999999999999999",
        "1-",
        "1e--5",
        "00000000000000000000000000000000000000000000000000000000000000001",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double x = 42;
        if (loop_num_parse(bad[i], strlen(bad[i]), &x) || x != 42)
            fail_msg("'%s' was read as %g", bad[i], x);
    }
    double x = 42;
    assert_false(loop_num_parse("1\0", 2, &x));
    assert_true(loop_num_parse("12345", 2, &x) && x == 12);
}

static void prints_short_and_plain(void **state)
{
    (void)state;
    assert_prints(0.1, "0.1");
    assert_prints(0.1 + 0.2, "0.30000000000000004");
    assert_prints(1e-5, "0.00001");
    assert_prints(9.9e-6, "9.9e-6");
    assert_prints(1e-7, "1e-7");
    assert_prints(2.5e20, "2.5e20");
    assert_prints(1e15, "1000000000000000");
    assert_prints(9999999999999998, "9999999999999998");
    assert_prints(1e16, "1e16");
    assert_prints(1e22, "1e22");
    assert_prints(1e23, "1e23");
    assert_prints(-1234.5, "-1234.5");
    assert_prints(100, "100");
    assert_prints(-0.0, "-0");
    assert_prints(0, "0");
    assert_prints(NAN, "nan");
    assert_prints(-NAN, "nan");
    assert_prints(INFINITY, "inf");
    assert_prints(-INFINITY, "-inf");
    assert_prints(0x1p-1074, "5e-324");
    assert_prints(0x1p-1022, "2.2250738585072014e-308");
    assert_prints(DBL_MAX, "1.7976931348623157e308");
    assert_prints(0x1p-44, "5.684341886080802e-14");
    assert_prints(9007199254740992.0, "9007199254740992");
    assert_prints(0.5, "0.5");
    assert_prints(-0.000012345678901234567, "-0.000012345678901234568");
}

static void prints_fixed_decimals(void **state)
{
    (void)state;
    assert_prints_fixed(1.005, 2, "1.00");
    assert_prints_fixed(0.125, 2, "0.12");
    assert_prints_fixed(0.375, 2, "0.38");
    assert_prints_fixed(2.5, 0, "2");
    assert_prints_fixed(3.5, 0, "4");
    assert_prints_fixed(0.5, 0, "0");
    assert_prints_fixed(0.6, 0, "1");
    assert_prints_fixed(-0.00001, 4, "0.0000");
    assert_prints_fixed(-0.0, 4, "0.0000");
    assert_prints_fixed(-1.25, 4, "-1.2500");
    assert_prints_fixed(9.9996, 3, "10.000");
    assert_prints_fixed(0x1p-1074, 3, "0.000");
    assert_prints_fixed(1e22, 1, "10000000000000000000000.0");
    assert_prints_fixed(NAN, 3, "nan");
    assert_prints_fixed(-INFINITY, 3, "-inf");
    assert_prints_fixed(1, -3, "1");
}

static void fixed_agrees_with_printf(void **state)
{
    (void)state;
    uint64_t seed = 4;
    for (int i = 0; i < SAMPLES(300000); i++) {
        double x = i % 4 ? (double)(int64_t)next_bits(&seed) * 0x1p-50 : from_bits(next_bits(&seed));
        int decimals = (int)(next_bits(&seed) % 61);
        char ours[512], theirs[512];
        snprintf(theirs, sizeof theirs, "%.*f", decimals, x);
        if (!isfinite(x) || (theirs[0] == '-' && strspn(theirs, "-0.") == strlen(theirs)))
            continue;
        assert_int_equal(loop_num_print_fixed(ours, sizeof ours, x, decimals), strlen(theirs));
        assert_string_equal(ours, theirs);
    }
}

static void fixed_keeps_within_its_buffer(void **state)
{
    (void)state;
    char text[8] = "xxxxxxx";
    assert_int_equal(loop_num_print_fixed(text, 4, 12.5, 1), 0);
    assert_string_equal(text, "");
    assert_int_equal(loop_num_print_fixed(text, 5, 12.5, 1), 4);
    assert_string_equal(text, "12.5");
    assert_int_equal(loop_num_print_fixed(NULL, 0, 12.5, 1), 0);
    assert_int_equal(loop_num_print_fixed(text, 3, NAN, 1), 0);
}

static void is_the_same_under_a_comma_locale(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_ALL, "de_DE.UTF-8")); /* the Makefile makes it */
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_prints(1234.5, "1234.5");
    assert_prints_fixed(1234.5, 2, "1234.50");
    assert_true(is_same(parsed("0.25"), 0.25));
    double x;
    assert_false(loop_num_parse("0,25", 4, &x));
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bits_round_trip),
        cmocka_unit_test(powers_and_neighbours_round_trip),
        cmocka_unit_test(prints_the_fewest_digits),
        cmocka_unit_test(reads_as_strtod_does),
        cmocka_unit_test(reads_halfway_cases),
        cmocka_unit_test(refuses_what_is_not_a_number),
        cmocka_unit_test(prints_short_and_plain),
        cmocka_unit_test(prints_fixed_decimals),
        cmocka_unit_test(fixed_agrees_with_printf),
        cmocka_unit_test(fixed_keeps_within_its_buffer),
        cmocka_unit_test(is_the_same_under_a_comma_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
