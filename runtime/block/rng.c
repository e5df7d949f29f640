/* Philox4x32-10 for one block, and for blocks of lanes side by side. */
#include "runtime/block/rng.h"

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
typedef int32_t Integers __attribute__((vector_size(4 * WIDE)));
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

/* Rounds up to the upper bits of numbers, and up to the lower ones. */
enum { UPPER = 10, LOWER = 13 };

/* Rounds `from` to `to` - 1 in place. */
static void some_rounds(uint32_t ctr[4], const uint32_t key[2], uint32_t from, uint32_t to)
{
    Block s = {ctr[0], ctr[1], ctr[2], ctr[3]};
    for (uint32_t n = from; n < to; n++)
        s = one_round(s, key, n);
    ctr[0] = s.a;
    ctr[1] = s.b;
    ctr[2] = s.c;
    ctr[3] = s.d;
}

void loop_philox(uint32_t ctr[4], const uint32_t key[2])
{
    some_rounds(ctr, key, 0, UPPER);
}

double loop_rng_uniform1(const LoopRngKey *key, uint32_t agent, uint64_t counter, uint32_t index)
{
    uint32_t ctr[4] = {agent, (uint32_t)counter, index / LOOP_RNG_BLOCK, (uint32_t)(counter >> 32)};
    some_rounds(ctr, key->word, 0, UPPER);
    const uint32_t upper = ctr[index % LOOP_RNG_BLOCK];
#ifdef LOOP_SINGLE /* the first 24 of the bits that double precision takes: never rounded up to 1 */
    return (upper >> 8) * 0x1p-24;
#else
    some_rounds(ctr, key->word, UPPER, LOWER);
    return (upper >> 5) * 0x1p-27 + (ctr[index % LOOP_RNG_BLOCK] >> 6) * 0x1p-53;
#endif
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

/* The next rounds of STRIP times WIDE blocks at most, of which `count` vectors are wanted, and `keys` vectors of keys that take turns; of each
   64 bits of the words and the keys only the lower half counts. A round waits for the one before, so several vectors take turns. Words are
   arrays of their own: compilers put a structure of vectors into memory. */
LOOP_INLINE void run_rounds(int rounds, Words *a, Words *b, Words *c, Words *d, Words *k0, Words *k1, size_t count, size_t keys)
{
#pragma GCC unroll 10
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            const Words p0 = PRODUCT(a[i], all_words(MULTIPLIER_0)), p1 = PRODUCT(c[i], all_words(MULTIPLIER_1));
            a[i] = (p1 >> 32) ^ b[i] ^ k0[i % keys];
            c[i] = (p0 >> 32) ^ d[i] ^ k1[i % keys];
            b[i] = p1;
            d[i] = p0;
        }
        for (size_t i = 0; i < keys; i++) {
            k0[i] += WEYL_0;
            k1[i] += WEYL_1;
        }
    }
}

#ifdef LOOP_SINGLE
/* A number in [0, 1), all of which the word after ten rounds says. */
static inline Units upper_of(Words word)
{
    return __builtin_convertvector((Integers)(__builtin_convertvector(word, Halves) >> 8), Units) * 0x1p-24f;
}
#else
/* The first `bits` of the lower halves of words, as whole numbers. */
static inline Doubles bits_of(Words word, int bits)
{
    return (Doubles)((word << 32 >> (64 - bits)) | all_words(0x4330000000000000u)) - 0x1p52; /* put into the lower half of 2^52 */
}

/* Of a number in [0, 1), what the word after ten rounds says. */
static inline Units upper_of(Words word)
{
    return bits_of(word, 27) * 0x1p-27;
}
#endif

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

#ifndef LOOP_SINGLE
/* Adds what the word after three more rounds says. */
static inline void put_lower(LoopReal *out, Words word, size_t n)
{
    Units lower = bits_of(word, 26) * 0x1p-53, some = {0};
    if (n >= WIDE) {
        *(Units *)out += lower;
        return;
    }
    memcpy(&some, out, n * sizeof *out);
    put(out, some + lower, n);
}
#endif

/* Elements of some blocks: numbers first .. end - 1, counted from the first of them on, each a row of `lanes` lanes from `out` on. */
typedef struct Share {
    LoopReal *out;
    size_t lanes;
    uint32_t block, first, end;
} Share;

static inline void put_upper(LoopReal *out, Words word, size_t n)
{
    put(out, upper_of(word), n);
}

/* Lanes l to l + n - 1 of a share, in some blocks; they fill `vectors` vectors, or begin one. */
typedef struct Strip {
    const Share *share;
    size_t l, n, vectors, blocks;
} Strip;

/* put(its lanes, its words, how many lanes) for number `q` of each block, words[blocks][vectors]. */
#define PUT(put, strip, words, q)                                                                                      \
    for (size_t i_ = 0; i_ < (strip).blocks * (strip).vectors; i_++) {                                                 \
        const size_t at_ = i_ / (strip).vectors * LOOP_RNG_BLOCK + (q), skip_ = i_ % (strip).vectors * WIDE;           \
        if ((strip).share->first <= at_ && at_ < (strip).share->end)                                                   \
            put((strip).share->out + (at_ - (strip).share->first) * (strip).share->lanes + (strip).l + skip_, words[i_], (strip).n - skip_); \
    }
#define PUT_ALL(put, strip) PUT(put, strip, a, 0) PUT(put, strip, b, 1) PUT(put, strip, c, 2) PUT(put, strip, d, 3)

/* Draws a strip, of which `vectors` and `blocks` are constants. `alike` lanes differ by nothing but their agents, and have keys in common; so
   have the blocks of a lane. */
LOOP_INLINE void draw_strip(const Lanes *of, bool alike, Strip strip)
{
    const size_t vectors = strip.vectors, count = vectors * strip.blocks, keys = alike ? 1 : vectors;
    const uint32_t *key = of->keys.at->word;
    Words a[STRIP], b[STRIP], c[STRIP], d[STRIP], k0[STRIP], k1[STRIP];
    for (size_t i = 0; i < count; i++) {
        const size_t skip = i % vectors * WIDE, first = strip.l + skip, left = strip.n - skip;
        a[i] = agents_of(of->agent + first, left);
        b[i] = !alike && of->counter ? words_of(of->counter + first, left) : all_words(of->shared);
        c[i] = all_words(strip.share->block + i / vectors);
        d[i] = b[i] >> 32;
    }
    for (size_t i = 0; i < keys; i++) {
        k0[i] = all_words(key[0]);
        k1[i] = all_words(key[1]);
        if (!alike && of->keys.step) {
            const Words both = words_of(of->keys.at + strip.l + i * WIDE, strip.n - i * WIDE);
            const bool upper = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
            k0[i] = upper ? both >> 32 : both;
            k1[i] = upper ? both : both >> 32;
        }
    }
    run_rounds(UPPER, a, b, c, d, k0, k1, count, keys);
    PUT_ALL(put_upper, strip)
#ifndef LOOP_SINGLE
    run_rounds(LOWER - UPPER, a, b, c, d, k0, k1, count, keys);
    PUT_ALL(put_lower, strip)
#endif
}

/* All lanes; some vectors at a time, or in several blocks one vector. */
LOOP_INLINE void draw(const Share *given_share, const Lanes *given, bool alike, size_t blocks)
{
    const Lanes of = *given; /* copies, which nothing that is written can change */
    const Share share = *given_share;
    const size_t vectors = STRIP / blocks;
    size_t l = 0;
    for (; l + vectors * WIDE <= share.lanes; l += vectors * WIDE)
        draw_strip(&of, alike, (Strip){&share, l, vectors * WIDE, vectors, blocks});
    for (; vectors > 1 && l + WIDE <= share.lanes; l += WIDE)
        draw_strip(&of, alike, (Strip){&share, l, WIDE, 1, blocks});
    if (l < share.lanes)
        draw_strip(&of, alike, (Strip){&share, l, share.lanes - l, 1, blocks});
}

/* Lanes with counters or keys of their own. */
static void draw_apart(const Share *share, const Lanes *of)
{
    if (share->end > LOOP_RNG_BLOCK)
        draw(share, of, false, STRIP);
    else
        draw(share, of, false, 1);
}

void loop_rng_uniform(LoopReal *out, size_t width, size_t lanes, LoopRngKeys keys, const uint32_t *agent,
                      const uint64_t *counter, uint64_t shared, uint32_t index)
{
    const Lanes of = {keys, agent, counter, shared};
    const bool alike = !counter && !keys.step;
    for (size_t e = 0, count; e < width; e += count) {
        const uint32_t at = index + (uint32_t)e, first = at % LOOP_RNG_BLOCK;
        const size_t most = !alike && !first && width - e >= STRIP * LOOP_RNG_BLOCK ? STRIP * LOOP_RNG_BLOCK : LOOP_RNG_BLOCK - first;
        count = width - e < most ? width - e : most;
        const Share share = {out + e * lanes, lanes, at / LOOP_RNG_BLOCK, first, first + (uint32_t)count};
        if (alike)
            draw(&share, &of, true, 1);
        else
            draw_apart(&share, &of);
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
    enum { TURN = LOOP_RNG_BLOCK * WIDE };
    Words order;
    for (size_t i = 0; i < WIDE; i++)
        order[i] = i;
    for (size_t done = 0; done < count; done += TURN) {
        size_t left = count - done < TURN ? count - done : TURN;
        Words a = all_words(agent), b = all_words(counter), c = all_words(done / LOOP_RNG_BLOCK) + order, d = all_words(counter >> 32);
        Words k0 = all_words(key->word[0]), k1 = all_words(key->word[1]);
        run_rounds(UPPER, &a, &b, &c, &d, &k0, &k1, 1, 1);
        LoopReal rows[LOOP_RNG_BLOCK][WIDE];
        put(rows[0], upper_of(a), WIDE), put(rows[1], upper_of(b), WIDE), put(rows[2], upper_of(c), WIDE), put(rows[3], upper_of(d), WIDE);
#ifndef LOOP_SINGLE
        run_rounds(LOWER - UPPER, &a, &b, &c, &d, &k0, &k1, 1, 1);
        put_lower(rows[0], a, WIDE), put_lower(rows[1], b, WIDE), put_lower(rows[2], c, WIDE), put_lower(rows[3], d, WIDE);
#endif
        for (size_t i = 0; i < left; i++)
            out[done + i] = rows[i % LOOP_RNG_BLOCK][i / LOOP_RNG_BLOCK];
    }
}
