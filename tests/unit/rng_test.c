/* Random numbers: the published vectors, single calls against lanes, and the distributions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/block/rng.h"

enum { DRAWS = 1 << 20 };

/* kat_vectors of Random123: philox4x32 10. */
static void philox_gives_the_published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint32_t ctr[4], key[2], expected[4];
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t ctr[4];
        memcpy(ctr, rows[i].ctr, sizeof ctr);
        loop_philox(ctr, rows[i].key);
        assert_memory_equal(ctr, rows[i].expected, sizeof ctr);
    }
}

static void a_draw_is_made_as_defined(void **state)
{
    (void)state;
    const LoopRngKey key = loop_rng_key(7, 9);
    for (uint32_t index = 0; index < 9; index++) {
        uint32_t ctr[4] = {11, 0x89abcdef, index / 4, 0x01234567};
        loop_philox(ctr, key.word);
        uint32_t hi = ctr[index % 4];
        for (uint32_t n = 10; n < 13; n++) {
            const uint64_t p0 = 0xd2511f53ull * ctr[0], p1 = 0xcd9e8d57ull * ctr[2];
            const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ ctr[1] ^ (key.word[0] + n * 0x9e3779b9u), (uint32_t)p1,
                                      (uint32_t)(p0 >> 32) ^ ctr[3] ^ (key.word[1] + n * 0xbb67ae85u), (uint32_t)p0};
            memcpy(ctr, next, sizeof ctr);
        }
        uint32_t lo = ctr[index % 4];
        double expected = ((double)(hi >> 5) * 0x1p26 + (double)(lo >> 6)) * 0x1p-53;
        assert_true(loop_rng_uniform1(&key, 11, 0x0123456789abcdefu, index) == expected);
    }
}

static void lanes_have_the_bits_of_single_calls(void **state)
{
    (void)state;
    enum { LANES = 200 };
    uint32_t agent[LANES];
    uint64_t counter[LANES];
    double shared[LANES], own[LANES], normal[LANES];
    const LoopRngKey key = loop_rng_key(1, 2);
    for (uint32_t i = 0; i < LANES; i++) {
        agent[i] = i * 2654435761u;
        counter[i] = (uint64_t)i * 0x9e3779b97f4a7c15u;
    }
    for (size_t lanes = 1; lanes <= LANES; lanes += lanes < 20 ? 1 : 45) {
        for (uint32_t index = 0; index < 6; index++) {
            loop_rng_uniform(shared, 1, lanes, (LoopRngKeys){&key, 0}, agent, NULL, 0xfedcba9876543210u, index);
            loop_rng_uniform(own, 1, lanes, (LoopRngKeys){&key, 0}, agent, counter, 5, index);
            loop_rng_normal(normal, 1, lanes, (LoopRngKeys){&key, 0}, agent, counter, 5, index);
            for (size_t l = 0; l < lanes; l++) {
                assert_true(shared[l] == loop_rng_uniform1(&key, agent[l], 0xfedcba9876543210u, index));
                assert_true(own[l] == loop_rng_uniform1(&key, agent[l], counter[l], index));
                assert_true(normal[l] == loop_rng_normal1(&key, agent[l], counter[l], index));
            }
        }
    }
}

/* Rows of elements, of which four are one block, and lanes that have keys of their own. */
static void draws_rows_like_single_numbers(void **state)
{
    (void)state;
    enum { LANES = 70, WIDTH = 21 };
    uint32_t agent[LANES];
    double rows[WIDTH * LANES];
    LoopRngKey keys[LANES];
    for (uint32_t l = 0; l < LANES; l++) {
        agent[l] = l % 7;
        keys[l] = loop_rng_key(3, l);
    }
    for (size_t lanes = 1; lanes <= LANES; lanes += 23)
        for (uint32_t index = 0; index < 5; index++)
            for (size_t width = 1; width <= WIDTH; width++)
                for (size_t step = 0; step < 2; step++) {
                    loop_rng_uniform(rows, width, lanes, (LoopRngKeys){keys, step}, agent, NULL, 9, index);
                    for (size_t i = 0; i < width * lanes; i++) {
                        size_t l = i % lanes;
                        assert_true(rows[i] == loop_rng_uniform1(&keys[l * step], agent[l], 9, index + (uint32_t)(i / lanes)));
                    }
                }
}

static void draws_elements_like_one(void **state)
{
    (void)state;
    enum { ELEMENTS = 300 };
    double row[ELEMENTS];
    const LoopRngKey key = loop_rng_key(5, 6);
    for (size_t count = 1; count <= ELEMENTS; count += count < 20 ? 1 : 37) {
        loop_rng_uniforms(row, count, &key, 77, 0xfedcba9876543210u);
        for (uint32_t i = 0; i < count; i++)
            assert_true(row[i] == loop_rng_uniform1(&key, 77, 0xfedcba9876543210u, i));
    }
}

static void fill(double *out, double (*draw)(const LoopRngKey *, uint32_t, uint64_t, uint32_t))
{
    const LoopRngKey key = loop_rng_key(2024, 1);
    for (uint32_t i = 0; i < DRAWS; i++)
        out[i] = draw(&key, i % 64, i / 256, i / 64 % 4);
}

/* The moment sums of x about 0, powers 1 to 4, divided by the count. */
static void moments(const double *x, double m[static 4])
{
    memset(m, 0, 4 * sizeof *m);
    for (size_t i = 0; i < DRAWS; i++) {
        double power = 1;
        for (size_t k = 0; k < 4; k++)
            m[k] += power *= x[i];
    }
    for (size_t k = 0; k < 4; k++)
        m[k] /= DRAWS;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Kolmogorov and Smirnov's distance times sqrt n, of sorted probabilities. Above 1.95 once in a thousand. */
static double distance_from_uniform(const double *sorted)
{
    double worst = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        worst = fmax(worst, fabs(sorted[i] - (double)i / DRAWS));
        worst = fmax(worst, fabs(sorted[i] - (double)(i + 1) / DRAWS));
    }
    return worst * sqrt(DRAWS);
}

static void uniform_numbers_are_uniform(void **state)
{
    (void)state;
    double *x = malloc(DRAWS * sizeof *x), m[4];
    assert_non_null(x);
    fill(x, loop_rng_uniform1);
    moments(x, m);
    double s = 5 / sqrt(DRAWS); /* five standard errors of a number in [0, 1) at most */
    assert_true(fabs(m[0] - 0.5) < 0.29 * s && fabs(m[1] - 1.0 / 3) < 0.3 * s && fabs(m[3] - 0.2) < 0.3 * s);

    size_t cells[256] = {0};
    double chi2 = 0, each = DRAWS / 256.0, serial = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        cells[(size_t)(x[i] * 256)]++;
        serial += (x[i] - 0.5) * (x[(i + 1) % DRAWS] - 0.5);
    }
    for (size_t i = 0; i < 256; i++)
        chi2 += ((double)cells[i] - each) * ((double)cells[i] - each) / each;
    assert_true(chi2 > 180 && chi2 < 341); /* 255 degrees of freedom, 0.9998 of the mass */
    assert_true(fabs(serial / DRAWS) < s / 12);

    qsort(x, DRAWS, sizeof *x, compare);
    assert_true(x[0] >= 0 && x[DRAWS - 1] < 1);
    assert_true(distance_from_uniform(x) < 1.95);
    free(x);
}

/* Each bit of the four numbers of a block against each other bit of them: the lower ones come from rounds behind those that the upper
   ones come from. Of 22,366 pairs one is beyond 5.5 standard errors once in a thousand times. */
static void bits_of_a_block_are_independent(void **state)
{
    (void)state;
    enum { BLOCKS = 1 << 16, BITS = 53, ALL = 4 * BITS };
    static uint64_t ones[ALL][BLOCKS / 64];
    const LoopRngKey key = loop_rng_key(11, 12);
    memset(ones, 0, sizeof ones);
    for (uint32_t i = 0; i < BLOCKS; i++)
        for (uint32_t index = 0; index < 4; index++) {
            uint64_t u = (uint64_t)(loop_rng_uniform1(&key, i % 256, i / 256, index) * 0x1p53);
            for (uint32_t bit = 0; bit < BITS; bit++)
                ones[index * BITS + bit][i / 64] |= (u >> bit & 1) << i % 64;
        }
    for (size_t a = 0; a < ALL; a++)
        for (size_t b = 0; b < a; b++) {
            long differ = 0;
            for (size_t w = 0; w < BLOCKS / 64; w++)
                differ += __builtin_popcountll(ones[a][w] ^ ones[b][w]);
            assert_true(fabs((double)differ - BLOCKS / 2) < 5.5 * sqrt(BLOCKS) / 2);
        }
}

static void normal_numbers_are_normal(void **state)
{
    (void)state;
    double *x = malloc(DRAWS * sizeof *x), m[4], s = 5 / sqrt(DRAWS);
    assert_non_null(x);
    fill(x, loop_rng_normal1);
    moments(x, m);
    assert_true(fabs(m[0]) < s && fabs(m[1] - 1) < sqrt(2) * s);
    assert_true(fabs(m[2]) < sqrt(15) * s && fabs(m[3] - 3) < sqrt(96) * s);
    for (size_t i = 0; i < DRAWS; i++)
        x[i] = 0.5 * erfc(-x[i] / sqrt(2));
    qsort(x, DRAWS, sizeof *x, compare);
    assert_true(distance_from_uniform(x) < 1.95);
    free(x);
}

/* The distribution function of the result gives the argument back, to the accuracy of AS 241 and of erfc. */
static void normal_of_inverts_the_distribution(void **state)
{
    (void)state;
    for (int i = 1; i < 2000; i++) {
        double u = i / 2000.0, lower = ldexp(i, -54) * 8, z = loop_rng_normal_of(u),
               t = loop_rng_normal_of(lower);
        assert_true(fabs(0.5 * erfc(-z / sqrt(2)) - u) < 4e-16);
        assert_true(fabs(0.5 * erfc(-t / sqrt(2)) / (lower + 0x1p-54) - 1) < 1e-13);
    }
    assert_true(fabs(loop_rng_normal_of(0.975) - 1.9599639845400545) < 1e-14);
    double least = loop_rng_normal_of(0), most = loop_rng_normal_of(1 - 0x1p-53);
    assert_true(isfinite(least) && least < -8.2 && least > -8.4 && most == -least);
}

static void keys_differ_by_seed_and_place(void **state)
{
    (void)state;
    LoopRngKey base = loop_rng_key(1, 1), seed = loop_rng_key(2, 1), place = loop_rng_key(1, 2);
    assert_memory_not_equal(&base, &seed, sizeof base);
    assert_memory_not_equal(&base, &place, sizeof base);
    assert_memory_not_equal(&seed, &place, sizeof base);
    LoopRngKey again = loop_rng_key(1, 1);
    assert_memory_equal(&base, &again, sizeof base);
}

/* The definition is part of what makes results repeatable: these must never change. */
static void keys_and_hashes_stay_as_they_are(void **state)
{
    (void)state;
    LoopRngKey key = loop_rng_key(1, 2);
    assert_int_equal(key.word[0], 0x7e95ce77u);
    assert_int_equal(key.word[1], 0x063bd8f1u);
    assert_int_equal(loop_hash64("noise", 5, LOOP_HASH_START), 0x19c47759765b7e77u);
}

static void hashes_tell_names_apart(void **state)
{
    (void)state;
    assert_int_not_equal(loop_hash64("ab", 2, LOOP_HASH_START), loop_hash64("ba", 2, LOOP_HASH_START));
    assert_int_not_equal(loop_hash64("", 0, LOOP_HASH_START), loop_hash64("\0", 1, LOOP_HASH_START));
    uint64_t ab_c = loop_hash64("c", 1, loop_hash64("ab", 2, LOOP_HASH_START));
    uint64_t a_bc = loop_hash64("bc", 2, loop_hash64("a", 1, LOOP_HASH_START));
    assert_int_not_equal(ab_c, a_bc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),
        cmocka_unit_test(draws_rows_like_single_numbers),
        cmocka_unit_test(draws_elements_like_one),
        cmocka_unit_test(a_draw_is_made_as_defined),
        cmocka_unit_test(lanes_have_the_bits_of_single_calls),
        cmocka_unit_test(uniform_numbers_are_uniform),
        cmocka_unit_test(bits_of_a_block_are_independent),
        cmocka_unit_test(normal_numbers_are_normal),
        cmocka_unit_test(normal_of_inverts_the_distribution),
        cmocka_unit_test(keys_differ_by_seed_and_place),
        cmocka_unit_test(keys_and_hashes_stay_as_they_are),
        cmocka_unit_test(hashes_tell_names_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
