/* Philox4x32-10 for one block, and for blocks of lanes side by side. */
#include "runtime/vm/rng.h"

#define MULTIPLIER_0 0xd2511f53u
#define MULTIPLIER_1 0xcd9e8d57u
#define WEYL_0 0x9e3779b9u
#define WEYL_1 0xbb67ae85u

/* Words of several blocks side by side, one in each 64 bits: the one product that Philox is made of is what vector units have
   for that. Compilers don't find it in plain C, so it is named; everything else is left to them. */
#if defined(__AVX512F__)
enum { WIDE = 8 };
#define PRODUCT(a, b) ((Words)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#elif defined(__AVX2__)
enum { WIDE = 4 };
#define PRODUCT(a, b) ((Words)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#elif defined(__SSE2__)
enum { WIDE = 2 };
#define PRODUCT(a, b) ((Words)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#else
enum { WIDE = 2 };
#define PRODUCT(a, b) (((a) & 0xffffffffu) * (b))
#endif
#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef uint64_t Words __attribute__((vector_size(8 * WIDE)));
typedef uint32_t Halves __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));

enum { CHUNK = 64 };

/* Stafford's variant 13, as in splitmix64. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t loop_hash64(const void *bytes, size_t n, uint64_t h)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * 0x100000001b3u;
    return mix(h + n);
}

LoopRngKey loop_rng_key(uint64_t seed, uint64_t place)
{
    uint64_t key = mix(mix(seed + 0x9e3779b97f4a7c15u) ^ (place + 0xd1b54a32d192ed03u));
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

/* CHUNK blocks: the counters, which become the words, and the keys. */
typedef struct Blocks {
    uint32_t word[4][CHUNK], key[2][CHUNK];
} Blocks;

/* Blocks that fill vectors: `n`, and some more that nobody reads. */
static inline size_t whole_vectors(size_t n)
{
    return (n + WIDE - 1) / WIDE * WIDE;
}

static inline Words widen(const uint32_t *at)
{
    return __builtin_convertvector(*(const Halves *)at, Words);
}

/* The first `n` blocks, a multiple of WIDE. Of each 64 bits of `k0` and `k1` only the lower half counts. */
static void run_blocks(Blocks *s, size_t n)
{
    const Words m0 = (Words){0} + MULTIPLIER_0, m1 = (Words){0} + MULTIPLIER_1;
    for (size_t i = 0; i < n; i += WIDE) {
        Words a = widen(&s->word[0][i]), b = widen(&s->word[1][i]), c = widen(&s->word[2][i]), d = widen(&s->word[3][i]);
        Words k0 = widen(&s->key[0][i]), k1 = widen(&s->key[1][i]);
        for (int round = 0; round < 10; round++, k0 += WEYL_0, k1 += WEYL_1) {
            Words p0 = PRODUCT(a, m0), p1 = PRODUCT(c, m1);
            a = (p1 >> 32) ^ b ^ k0;
            b = p1;
            c = (p0 >> 32) ^ d ^ k1;
            d = p0;
        }
        *(Halves *)&s->word[0][i] = __builtin_convertvector(a, Halves);
        *(Halves *)&s->word[1][i] = __builtin_convertvector(b, Halves);
        *(Halves *)&s->word[2][i] = __builtin_convertvector(c, Halves);
        *(Halves *)&s->word[3][i] = __builtin_convertvector(d, Halves);
    }
}

/* Numbers of words 2 `half` and the next of the first `n` blocks. */
static inline void to_units(LoopReal *restrict out, const Blocks *s, size_t n, size_t half)
{
    const uint32_t *restrict hi = s->word[2 * half], *restrict lo = s->word[2 * half + 1];
    for (size_t i = 0; i < n; i++)
        out[i] = to_unit(hi[i], lo[i]);
}

/* Block `pair` of `n` lanes, at most CHUNK. */
static void draw_lanes(Blocks *s, size_t n, LoopRngKeys keys, const uint32_t *agent, const uint64_t *counter, uint64_t shared, uint32_t pair)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t at = counter ? counter[i] : shared;
        s->word[0][i] = agent[i];
        s->word[1][i] = (uint32_t)at;
        s->word[2][i] = pair;
        s->word[3][i] = (uint32_t)(at >> 32);
        s->key[0][i] = keys.at[i * keys.step].word[0];
        s->key[1][i] = keys.at[i * keys.step].word[1];
    }
    for (size_t i = n; i < whole_vectors(n); i++) {
        s->word[0][i] = s->word[1][i] = s->word[2][i] = s->word[3][i] = 0;
        s->key[0][i] = s->key[1][i] = 0;
    }
    run_blocks(s, whole_vectors(n));
}

void loop_rng_uniform(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                      const uint64_t *counter, uint64_t shared, uint32_t index)
{
    Blocks s;
    for (size_t done = 0; done < lanes; done += CHUNK) {
        size_t n = lanes - done < CHUNK ? lanes - done : CHUNK;
        LoopRngKeys own = {keys.at + done * keys.step, keys.step};
        for (size_t e = 0, both; e < width; e += both) {
            uint32_t at = index + (uint32_t)e;
            both = at % 2 == 0 && e + 1 < width ? 2 : 1; /* two elements are one block */
            draw_lanes(&s, n, own, agent + done, counter ? counter + done : NULL, shared, at / 2);
            for (size_t i = 0; i < both; i++)
                to_units(out + (e + i) * lanes + done, &s, n, (at + i) % 2);
        }
    }
}

void loop_rng_normal(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                     const uint64_t *counter, uint64_t shared, uint32_t index)
{
    loop_rng_uniform(out, width, lanes, keys, agent, counter, shared, index);
    for (size_t i = 0; i < width * lanes; i++)
        out[i] = loop_rng_normal_of(out[i]);
}

/* Blocks of one lane side by side. */
void loop_rng_uniforms(LoopReal *out, size_t count, const LoopRngKey *key, uint32_t agent, uint64_t counter)
{
    Blocks s;
    for (size_t done = 0; done < count; done += 2 * CHUNK) {
        size_t left = count - done < 2 * CHUNK ? count - done : 2 * CHUNK, n = (left + 1) / 2;
        for (size_t i = 0; i < whole_vectors(n); i++) {
            s.word[0][i] = agent;
            s.word[1][i] = (uint32_t)counter;
            s.word[2][i] = (uint32_t)(done / 2 + i);
            s.word[3][i] = (uint32_t)(counter >> 32);
            s.key[0][i] = key->word[0];
            s.key[1][i] = key->word[1];
        }
        run_blocks(&s, whole_vectors(n));
        for (size_t i = 0; i < left; i++)
            out[done + i] = to_unit(s.word[i % 2 * 2][i / 2], s.word[i % 2 * 2 + 1][i / 2]);
    }
}
