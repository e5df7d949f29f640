/* Philox4x32-10 for one block, and for blocks of lanes side by side. */
#include "runtime/vm/rng.h"

#include <stdbool.h>
#include <string.h>

#define MULTIPLIER_0 0xd2511f53u
#define MULTIPLIER_1 0xcd9e8d57u
#define WEYL_0 0x9e3779b9u
#define WEYL_1 0xbb67ae85u

/* Words of several blocks side by side, one in each 64 bits: the one product that Philox is made of is what vector units have
   for that. Compilers don't find it in plain C, so it is named; everything else is left to them. */
#if defined(__AVX512F__)
enum { WIDE = 8, STRIP = 4 };
#define PRODUCT(a, b) ((Words)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#elif defined(__AVX2__)
enum { WIDE = 4, STRIP = 2 };
#define PRODUCT(a, b) ((Words)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#elif defined(__SSE2__)
enum { WIDE = 2, STRIP = 2 };
#define PRODUCT(a, b) ((Words)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#else
enum { WIDE = 2, STRIP = 2 };
#define PRODUCT(a, b) (((a) & 0xffffffffu) * (b))
#endif
#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef uint64_t Words __attribute__((vector_size(8 * WIDE)));
typedef uint32_t Halves __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));
typedef double Doubles __attribute__((vector_size(8 * WIDE)));
typedef LoopReal Units __attribute__((vector_size(sizeof(LoopReal) * WIDE), aligned(sizeof(LoopReal)), may_alias));

LoopRngKey loop_rng_key(uint64_t seed, uint64_t place)
{
    uint64_t key = loop_mix64(loop_mix64(seed + 0x9e3779b97f4a7c15u) ^ (place + 0xd1b54a32d192ed03u));
    return (LoopRngKey){{(uint32_t)key, (uint32_t)(key >> 32)}};
}

typedef struct Block {
    uint32_t a, b, c, d;
} Block;

static inline Block one_round(Block s, const uint32_t key[2], uint32_t n)
{
    uint64_t p0 = (uint64_t)MULTIPLIER_0 * s.a, p1 = (uint64_t)MULTIPLIER_1 * s.c;
    return (Block){(uint32_t)(p1 >> 32) ^ s.b ^ (key[0] + n * WEYL_0), (uint32_t)p1,
                   (uint32_t)(p0 >> 32) ^ s.d ^ (key[1] + n * WEYL_1), (uint32_t)p0};
}

/* Written out: a loop over the rounds inside the one over lanes would keep that from becoming vector code. */
static inline Block all_rounds(Block s, const uint32_t key[2])
{
    s = one_round(one_round(s, key, 0), key, 1);
    s = one_round(one_round(s, key, 2), key, 3);
    s = one_round(one_round(s, key, 4), key, 5);
    s = one_round(one_round(s, key, 6), key, 7);
    return one_round(one_round(s, key, 8), key, 9);
}

void loop_philox(uint32_t ctr[4], const uint32_t key[2])
{
    Block s = all_rounds((Block){ctr[0], ctr[1], ctr[2], ctr[3]}, key);
    ctr[0] = s.a;
    ctr[1] = s.b;
    ctr[2] = s.c;
    ctr[3] = s.d;
}

#ifdef LOOP_SINGLE
/* The first 24 of the bits that double precision takes: never rounded up to 1. */
static inline LoopReal to_unit(uint32_t hi, uint32_t lo)
{
    (void)lo;
    return (LoopReal)(int32_t)(hi >> 8) * 0x1p-24f;
}
#else
/* 53 bits of two words, each put into the lower half of a double of 2^52. */
static inline LoopReal to_unit(uint32_t hi, uint32_t lo)
{
    double upper = loop_from_bits((hi >> 5) | 0x4330000000000000u) - 0x1p52;
    double lower = loop_from_bits((lo >> 6) | 0x4330000000000000u) - 0x1p52;
    return (upper * 0x1p26 + lower) * 0x1p-53;
}
#endif

double loop_rng_uniform1(const LoopRngKey *key, uint32_t agent, uint64_t counter, uint32_t index)
{
    uint32_t ctr[4] = {agent, (uint32_t)counter, index / 2, (uint32_t)(counter >> 32)};
    loop_philox(ctr, key->word);
    return to_unit(ctr[index % 2 * 2], ctr[index % 2 * 2 + 1]);
}

double loop_rng_normal1(const LoopRngKey *key, uint32_t agent, uint64_t counter, uint32_t index)
{
    return loop_rng_normal_of(loop_rng_uniform1(key, agent, counter, index));
}

/* ---- WIDE blocks side by side ---- */

static inline Words all_words(uint64_t x)
{
    return x - (Words){0};
}

/* The rounds of STRIP times WIDE blocks at most, of which `count` vectors are wanted; of each 64 bits of the words and the keys only
   the lower half counts. A round waits for the one before, so several vectors take turns. Words are arrays of their own: compilers
   put a structure of vectors into memory. */
LOOP_INLINE void run_blocks(Words *a, Words *b, Words *c, Words *d, Words *k0, Words *k1, size_t count)
{
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < count; i++) {
            const Words p0 = PRODUCT(a[i], all_words(MULTIPLIER_0)), p1 = PRODUCT(c[i], all_words(MULTIPLIER_1));
            a[i] = (p1 >> 32) ^ b[i] ^ k0[i];
            c[i] = (p0 >> 32) ^ d[i] ^ k1[i];
            b[i] = p1;
            d[i] = p0;
            k0[i] += WEYL_0;
            k1[i] += WEYL_1;
        }
}

/* to_unit, with the same bits. */
static inline Units to_units(Words hi, Words lo)
{
    const Words one = all_words(0x4330000000000000u); /* 2^52 */
#ifdef LOOP_SINGLE
    (void)lo;
    return __builtin_convertvector((Doubles)((hi << 32 >> 40) | one) - 0x1p52, Units) * 0x1p-24f;
#else
    Doubles upper = (Doubles)((hi << 32 >> 37) | one) - 0x1p52, lower = (Doubles)((lo << 32 >> 38) | one) - 0x1p52;
    return (upper * 0x1p26 + lower) * 0x1p-53;
#endif
}

/* ---- many lanes ---- */

/* What lanes draw by: each has a counter of its own, or all have `shared`. */
typedef struct Lanes {
    LoopRngKeys keys;
    const uint32_t *agent;
    const uint64_t *counter;
    uint64_t shared;
} Lanes;

/* `n` numbers of 64 bits, at most WIDE. */
static inline Words words_of(const void *at, size_t n)
{
    Words words = {0};
    if (n >= WIDE)
        memcpy(&words, at, sizeof words);
    else
        memcpy(&words, at, n * sizeof(uint64_t));
    return words;
}

static inline Words agents_of(const uint32_t *at, size_t n)
{
    uint32_t some[WIDE] = {0};
    if (n >= WIDE)
        return __builtin_convertvector(*(const Halves *)at, Words);
    memcpy(some, at, n * sizeof *some);
    return __builtin_convertvector(*(const Halves *)some, Words);
}

static inline void put(LoopReal *out, Units x, size_t n)
{
    if (n >= WIDE) {
        *(Units *)out = x;
        return;
    }
    Units some = x; /* a copy, so that x itself needs no place in memory */
    memcpy(out, &some, n * sizeof *out);
}

/* Lanes l to l + n - 1 of elements at .. at + count - 1, which are of one block; they fill `vectors` vectors, or begin one. `alike` lanes
   differ by nothing but their agents. */
LOOP_INLINE void draw_strip(LoopReal *out, size_t lanes, const Lanes *of, uint32_t at, size_t count, bool alike, size_t l, size_t n, size_t vectors)
{
    Words a[STRIP], b[STRIP], c[STRIP], d[STRIP], k0[STRIP], k1[STRIP];
    const uint32_t *key = of->keys.at->word;
    for (size_t i = 0; i < vectors; i++) {
        size_t first = l + i * WIDE, left = n - i * WIDE;
        a[i] = agents_of(of->agent + first, left);
        b[i] = !alike && of->counter ? words_of(of->counter + first, left) : all_words(of->shared);
        c[i] = all_words(at / 2);
        d[i] = b[i] >> 32;
        k0[i] = all_words(key[0]);
        k1[i] = all_words(key[1]);
        if (!alike && of->keys.step) {
            Words both = words_of(of->keys.at + first, left);
            bool upper = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
            k0[i] = upper ? both >> 32 : both;
            k1[i] = upper ? both : both >> 32;
        }
    }
    run_blocks(a, b, c, d, k0, k1, vectors);
    for (size_t i = 0; i < vectors; i++) {
        LoopReal *to = out + l + i * WIDE;
        if (at % 2 == 0)
            put(to, to_units(a[i], b[i]), n - i * WIDE);
        if (at % 2 || count == 2)
            put(to + (count - 1) * lanes, to_units(c[i], d[i]), n - i * WIDE);
    }
}

/* All lanes. */
static inline void draw(LoopReal *out, size_t lanes, const Lanes *given, uint32_t at, size_t count, bool alike)
{
    const Lanes of = *given; /* a copy, which nothing that is written can change */
    size_t l = 0;
    for (; l + STRIP * WIDE <= lanes; l += STRIP * WIDE)
        draw_strip(out, lanes, &of, at, count, alike, l, STRIP * WIDE, STRIP);
    for (; l + WIDE <= lanes; l += WIDE)
        draw_strip(out, lanes, &of, at, count, alike, l, WIDE, 1);
    if (l < lanes)
        draw_strip(out, lanes, &of, at, count, alike, l, lanes - l, 1);
}

void loop_rng_uniform(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                      const uint64_t *counter, uint64_t shared, uint32_t index)
{
    const Lanes of = {keys, agent, counter, shared};
    for (size_t e = 0, count; e < width; e += count) {
        uint32_t at = index + (uint32_t)e;
        count = at % 2 == 0 && e + 1 < width ? 2 : 1;
        if (counter || keys.step)
            draw(out + e * lanes, lanes, &of, at, count, false);
        else
            draw(out + e * lanes, lanes, &of, at, count, true);
    }
}

void loop_rng_normal(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                     const uint64_t *counter, uint64_t shared, uint32_t index)
{
    loop_rng_uniform(out, width, lanes, keys, agent, counter, shared, index);
    for (size_t i = 0; i < width * lanes; i++)
        out[i] = loop_rng_normal_of(out[i]);
}

/* ---- one lane ---- */

void loop_rng_uniforms(LoopReal *out, size_t count, const LoopRngKey *key, uint32_t agent, uint64_t counter)
{
    Words order;
    for (size_t i = 0; i < WIDE; i++)
        order[i] = i;
    for (size_t done = 0; done < count; done += 2 * WIDE) {
        size_t left = count - done < 2 * WIDE ? count - done : 2 * WIDE;
        Words a = all_words(agent), b = all_words(counter), c = all_words(done / 2) + order, d = all_words(counter >> 32);
        Words k0 = all_words(key->word[0]), k1 = all_words(key->word[1]);
        run_blocks(&a, &b, &c, &d, &k0, &k1, 1);
        Units even = to_units(a, b), odd = to_units(c, d);
        for (size_t i = 0; i < left; i++)
            out[done + i] = i % 2 ? odd[i / 2] : even[i / 2];
    }
}
