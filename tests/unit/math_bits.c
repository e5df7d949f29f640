/* Prints one hash over many results of the elementary functions, random numbers and printed numbers. Builds
   by any compiler at any level, on any processor, have to print the same. */
#include <inttypes.h>
#include <stdio.h>

#include "runtime/contract/num.h"
#include "runtime/contract/real_math.h"
#include "runtime/block/rng.h"

enum { COUNT = 256, ROUNDS = 400 };

typedef struct Table {
    double x[COUNT], y[COUNT], result[COUNT];
    uint32_t agent[COUNT];
} Table;

static uint64_t add(uint64_t hash, const Table *t)
{
    return loop_hash64(t->result, sizeof t->result, hash);
}

#define ADD(expression)                                                                                      \
    do {                                                                                                     \
        for (size_t i = 0; i < COUNT; i++)                                                                   \
            t->result[i] = expression;                                                                       \
        hash = add(hash, t);                                                                                 \
    } while (0)

static uint64_t hash_functions(uint64_t hash, Table *t)
{
    ADD(loop_exp(t->x[i]));
    ADD(loop_log(t->x[i]));
    ADD(loop_tanh(t->x[i]));
    ADD(loop_sin(t->x[i]));
    ADD(loop_cos(t->x[i]));
    ADD(loop_expm1(t->x[i]));
    ADD(loop_log1p(t->x[i]));
    ADD(loop_sigmoid(t->x[i]));
    ADD(loop_floor(t->x[i]));
    ADD(loop_round(t->x[i]));
    ADD(loop_pow(t->x[i], t->y[i]));
    ADD(loop_pow(fabs(t->x[i]), t->y[i]));
    loop_sin_array(t->result, t->x, COUNT);
    hash = add(hash, t);
    loop_cos_array(t->result, t->x, COUNT);
    return add(hash, t);
}

static uint64_t hash_text(uint64_t hash, const Table *t)
{
    for (size_t i = 0; i < COUNT; i++) {
        char text[32], fixed[400];
        double back = 0;
        size_t len = loop_num_print(text, t->x[i]);
        loop_num_parse(text, len, &back);
        hash = loop_hash64(text, len, hash);
        hash = loop_hash64(&back, sizeof back, hash);
        hash = loop_hash64(fixed, loop_num_print_fixed(fixed, sizeof fixed, t->x[i], 6), hash);
    }
    return hash;
}

/* Every fourth pair has any bits, the others are of ordinary size. */
static void fill(Table *t, const LoopRngKey *key, uint32_t round)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t words[4] = {i, round, 0, 1};
        loop_philox(words, key->word);
        double a = loop_from_bits((uint64_t)words[0] << 32 | words[1]);
        double b = loop_from_bits((uint64_t)words[2] << 32 | words[3]);
        double scale = round % 3 == 0 ? 2.0 : round % 3 == 1 ? 40.0 : 1500.0;
        t->x[i] = i % 4 == 0 ? a : (loop_rng_uniform1(key, i, round, 4) - 0.5) * scale;
        t->y[i] = i % 8 == 0 ? b : (loop_rng_uniform1(key, i, round, 5) - 0.5) * 60.0;
        t->agent[i] = i;
    }
}

int main(void)
{
    static Table table;
    const LoopRngKey key = loop_rng_key(3, loop_hash64("bits", 4, LOOP_HASH_START));
    uint64_t hash = LOOP_HASH_START;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        fill(&table, &key, round);
        hash = hash_functions(hash, &table);
        loop_rng_normal(table.result, 1, COUNT, (LoopRngKeys){&key, 0}, table.agent, NULL, round, 7);
        hash = add(hash, &table);
        if (round % 20 == 0)
            hash = hash_text(hash, &table);
    }
    printf("%016" PRIx64 "\n", hash);
    return 0;
}
