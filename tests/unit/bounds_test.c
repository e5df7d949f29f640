/* Bounds that the lowering knows of results, against the results: of numbers at the ends of what operands may be, and between them, in both
   precisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "lang/lower/bounds.h"
#include "runtime/contract/program.h"
#include "runtime/contract/real_math.h"
#include "runtime/block/rng.h"

#define EW1(name, written, units, doc, expr) EW3(name, written, units, doc, expr)
#define EW2(name, written, units, doc, expr) EW3(name, written, units, doc, expr)
#define EW3(name, written, units, doc, expr)                                                                           \
    static double name##_double(double x, double y, double z)                                                          \
    {                                                                                                                  \
        (void)x, (void)y, (void)z;                                                                                     \
        return expr;                                                                                                   \
    }                                                                                                                  \
    static float name##_float(float x, float y, float z)                                                               \
    {                                                                                                                  \
        (void)x, (void)y, (void)z;                                                                                     \
        return (float)(expr);                                                                                          \
    }
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3

typedef struct Row {
    uint32_t op, operands;
    double (*in_double)(double x, double y, double z);
    float (*in_float)(float x, float y, float z);
    bool known; /* the op has a rule, which says something of some operands */
} Row;

static const Row rows[] = {
#define EW1(name, written, units, doc, expr) {LOOP_OP_##name, 1, name##_double, name##_float, true},
#define EW2(name, written, units, doc, expr) {LOOP_OP_##name, 2, name##_double, name##_float, LOOP_OP_##name != LOOP_OP_pow},
#define EW3(name, written, units, doc, expr) {LOOP_OP_##name, 3, name##_double, name##_float, true},
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

/* Ends of what an operand may be; with DBL_MAX the largest number there is, with INFINITY anything. */
static const double ends[][2] = {{0, 0},      {1, 1},           {-1, -1},        {0.1, 0.1},         {64, 64},          {0, 1},
                                 {-1, 1},     {-3, -2},         {2, 1000},       {0.3, 0.7},         {-1e5, 3e5},       {1e-25, 1e-20},
                                 {-1e-30, 0}, {-1e30, 1e30},    {1e15, 2e18},    {-7e29, -3.5},      {-DBL_MAX, DBL_MAX}, {-INFINITY, INFINITY},
                                 {0.5, 1e30}, {1e-30, 1e-29},   {-300, 59.5},    {1e28, 1e28},      {0.25, 0.25}};
enum { ENDS = sizeof ends / sizeof ends[0], POINTS = 9 };

static LowerBounds bounds_of_ends(size_t i)
{
    return isinf(ends[i][1]) ? lower_bounds_none() : ends[i][1] == DBL_MAX ? lower_bounds_finite() : lower_bounds_between(ends[i][0], ends[i][1]);
}

/* Number `p` of what an operand may be. */
static double point(size_t i, size_t p, double most)
{
    static const double anything[POINTS] = {NAN, INFINITY, -INFINITY, 0, 1, -1, 1e300, -1e-300, 0.5};
    static const double at[POINTS] = {0, 1, 0.5, 1e-9, 1 - 1e-9, 0.25, 0.77, 1e-3, 0.61803};
    const double lo = ends[i][0] == -DBL_MAX ? -most : ends[i][0], hi = ends[i][1] == DBL_MAX ? most : ends[i][1];
    return isinf(hi) ? anything[p] : p == 1 ? hi : lo * (1 - at[p]) + hi * at[p];
}

static void assert_within(LowerBounds b, double y, const char *what, double most)
{
    const bool all = b.lo == -DBL_MAX && b.hi == DBL_MAX; /* finite, that is all */
    if (lower_bounds_known(b) && !(isfinite(y) && (all ? fabs(y) <= most : y >= b.lo && y <= b.hi)))
        fail_msg("%s: %.17g is not within %.17g and %.17g", what, y, b.lo, b.hi);
}

static void check_points(const Row *row, LowerBounds b, const size_t of[3])
{
    const char *name = loop_op_info(row->op)->name;
    const size_t ys = row->operands > 1 ? POINTS : 1, zs = row->operands > 2 ? POINTS : 1;
    for (size_t p = 0; p < POINTS * ys * zs; p++) {
        const size_t at[3] = {p % POINTS, p / POINTS % ys, p / POINTS / ys};
        double x[3];
        float f[3];
        for (size_t k = 0; k < 3; k++) {
            x[k] = point(of[k], at[k], DBL_MAX);
            f[k] = (float)point(of[k], at[k], FLT_MAX);
        }
        assert_within(b, row->in_double(x[0], x[1], x[2]), name, DBL_MAX);
        assert_within(b, row->in_float(f[0], f[1], f[2]), name, FLT_MAX);
    }
}

static void results_are_within_their_bounds(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const Row *row = &rows[r];
        size_t known = 0;
        for (size_t i = 0; i < ENDS * (row->operands > 1 ? ENDS : 1) * (row->operands > 2 ? ENDS : 1); i++) {
            const size_t of[3] = {i % ENDS, i / ENDS % ENDS, i / ENDS / ENDS};
            const LowerBounds in[3] = {bounds_of_ends(of[0]), bounds_of_ends(of[1]), bounds_of_ends(of[2])}, b = lower_bounds_of(row->op, in, 1);
            known += lower_bounds_known(b);
            check_points(row, b, of);
        }
        assert_int_equal(known > 0, row->known);
    }
}

/* What the models of the benchmarks need to be known, to the last check. */
static void says_enough(void **state)
{
    (void)state;
    const LowerBounds unit = lower_bounds_between(0, 1), finite = lower_bounds_finite(), hour = lower_bounds_between(64, 64);
    LowerBounds b = lower_bounds_of(LOOP_OP_add, (const LowerBounds[]){finite, hour}, 1);
    assert_true(lower_bounds_known(b));
    b = lower_bounds_of(LOOP_OP_mod, (const LowerBounds[]){b, hour}, 1);
    b = lower_bounds_of(LOOP_OP_div, (const LowerBounds[]){b, hour}, 1);
    assert_true(b.lo == 0 && b.hi >= 1 && b.hi < 1.001);
    b = lower_bounds_of(LOOP_OP_mul, (const LowerBounds[]){lower_bounds_between(0.06, 0.06), lower_bounds_between(-1, 10)}, 1);
    b = lower_bounds_of(LOOP_OP_add, (const LowerBounds[]){lower_bounds_between(0.1, 0.1), b}, 1);
    assert_true(b.lo > 0.0399 && b.hi < 0.7001);
    assert_true(lower_bounds_known(lower_bounds_of(LOOP_OP_sub, (const LowerBounds[]){unit, finite}, 1)));
    assert_false(lower_bounds_known(lower_bounds_of(LOOP_OP_sub, (const LowerBounds[]){finite, finite}, 1)));
    assert_false(lower_bounds_known(lower_bounds_of(LOOP_OP_COPY, (const LowerBounds[]){unit}, 1))); /* of a state, which other instructions write too */
    assert_false(lower_bounds_known(lower_bounds_of(LOOP_OP_TRACE, (const LowerBounds[]){unit, unit}, 1)));
    assert_false(lower_bounds_known(lower_bounds_between(0, 1e39)));
    assert_true(lower_bounds_known(lower_bounds_between(0, 1e35)));
}

static void sums_are_within_theirs(void **state)
{
    (void)state;
    enum { WIDTH = 1000 };
    for (size_t i = 0; i < ENDS; i++) {
        const LowerBounds x = bounds_of_ends(i), sum = lower_bounds_of(LOOP_OP_SUM, &x, WIDTH), mean = lower_bounds_of(LOOP_OP_MEAN, &x, WIDTH),
                          dot = lower_bounds_of(LOOP_OP_DOT, (const LowerBounds[]){x, x}, WIDTH);
        for (size_t p = 0; p < POINTS; p++) {
            float each = (float)point(i, p, FLT_MAX), all = 0, products = 0;
            for (size_t e = 0; e < WIDTH; e++) {
                all += each;
                products += each * each;
            }
            assert_within(sum, all, "SUM", FLT_MAX);
            assert_within(mean, all / WIDTH, "MEAN", FLT_MAX);
            assert_within(dot, products, "DOT", FLT_MAX);
        }
    }
    const LowerBounds unit = lower_bounds_between(0, 1);
    assert_true(lower_bounds_known(lower_bounds_of(LOOP_OP_SUM, &unit, WIDTH)));
    assert_true(lower_bounds_known(lower_bounds_of(LOOP_OP_MEAN, &unit, WIDTH)));
}

static void draws_are_within_theirs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENDS * ENDS; i++) {
        const size_t a = i % ENDS, b = i / ENDS;
        const LowerBounds in[] = {bounds_of_ends(a), bounds_of_ends(b)}, uniform = lower_bounds_of(LOOP_OP_UNIFORM, in, 1),
                          normal = lower_bounds_of(LOOP_OP_NORMAL, in, 1), ramp = lower_bounds_of(LOOP_OP_RAMP, in, 1);
        for (size_t p = 0; p < POINTS * POINTS; p++) {
            const float x = (float)point(a, p % POINTS, FLT_MAX), y = (float)point(b, p / POINTS, FLT_MAX);
            static const float u[] = {0, 0.5f, 1 - 0x1p-24f};
            for (size_t k = 0; k < 3; k++) {
                assert_within(uniform, x + (y - x) * u[k], "UNIFORM", FLT_MAX);
                assert_within(normal, x + y * (float)loop_rng_normal_of(u[k]), "NORMAL", FLT_MAX);
                assert_within(ramp, (float)loop_evenly(x, y, (uint32_t)k, 4), "RAMP", FLT_MAX);
            }
        }
    }
    assert_true(lower_bounds_known(lower_bounds_of(LOOP_OP_UNIFORM, (const LowerBounds[]){{0, 0}, {1, 1}}, 1)));
    assert_true(lower_bounds_known(lower_bounds_of(LOOP_OP_NORMAL, (const LowerBounds[]){{0, 0}, {1, 1}}, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(results_are_within_their_bounds), cmocka_unit_test(says_enough),
                                       cmocka_unit_test(sums_are_within_theirs), cmocka_unit_test(draws_are_within_theirs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
