/* Philox4x32-10 for one block, and for blocks of lanes side by side. */
#include "runtime/vm/rng.h"

#define MULTIPLIER_0 0xd2511f53u
#define MULTIPLIER_1 0xcd9e8d57u
#define WEYL_0 0x9e3779b9u
#define WEYL_1 0xbb67ae85u

enum { CHUNK = 64 };

/* clang reckons that vector code is not worth it here; measured, it is three times as fast. At a level where
   there is none, that is not worth a warning. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"
#define AS_VECTORS _Pragma("clang loop vectorize_width(4)")
#else
#define AS_VECTORS
#endif

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

/* The lower and upper halves of CHUNK steps or trials, and the two words asked for. */
typedef struct Lanes {
    uint32_t low[CHUNK], high[CHUNK], hi[CHUNK], lo[CHUNK];
} Lanes;

static void run_lanes(Lanes *s, size_t n, LoopRngKey key, const uint32_t *agent, uint32_t index)
{
    uint32_t second = 0 - index % 2; /* as a mask: words 2 and 3, not 0 and 1 */
    AS_VECTORS
    for (size_t i = 0; i < n; i++) {
        Block r = all_rounds((Block){agent[i], s->low[i], index / 2, s->high[i]}, key.word);
        s->hi[i] = (r.a & ~second) | (r.c & second);
        s->lo[i] = (r.b & ~second) | (r.d & second);
    }
}

void loop_rng_uniform(LoopReal *out, size_t lanes, const LoopRngKey *key, const uint32_t *agent,
                      const uint64_t *counter, uint64_t shared, uint32_t index)
{
    Lanes s;
    for (size_t done = 0; done < lanes; done += CHUNK) {
        size_t n = lanes - done < CHUNK ? lanes - done : CHUNK;
        for (size_t i = 0; i < n; i++) {
            uint64_t at = counter ? counter[done + i] : shared;
            s.low[i] = (uint32_t)at;
            s.high[i] = (uint32_t)(at >> 32);
        }
        run_lanes(&s, n, *key, agent + done, index);
        for (size_t i = 0; i < n; i++)
            out[done + i] = to_unit(s.hi[i], s.lo[i]);
    }
}

void loop_rng_normal(LoopReal *out, size_t lanes, const LoopRngKey *key, const uint32_t *agent,
                     const uint64_t *counter, uint64_t shared, uint32_t index)
{
    loop_rng_uniform(out, lanes, key, agent, counter, shared, index);
    for (size_t i = 0; i < lanes; i++)
        out[i] = loop_rng_normal_of(out[i]);
}

/* A block of four words is two elements. */
void loop_rng_uniforms(LoopReal *out, size_t count, const LoopRngKey *key, uint32_t agent, uint64_t counter)
{
    uint32_t word[4][CHUNK], low = (uint32_t)counter, high = (uint32_t)(counter >> 32);
    LoopRngKey k = *key;
    for (size_t done = 0; done < count; done += 2 * CHUNK) {
        size_t left = count - done < 2 * CHUNK ? count - done : 2 * CHUNK, blocks = (left + 1) / 2;
        AS_VECTORS
        for (size_t i = 0; i < blocks; i++) {
            Block r = all_rounds((Block){agent, low, (uint32_t)(done / 2 + i), high}, k.word);
            word[0][i] = r.a;
            word[1][i] = r.b;
            word[2][i] = r.c;
            word[3][i] = r.d;
        }
        for (size_t i = 0; i < left; i++)
            out[done + i] = to_unit(word[i % 2 * 2][i / 2], word[i % 2 * 2 + 1][i / 2]);
    }
}
