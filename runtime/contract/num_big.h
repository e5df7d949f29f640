/* Whole numbers of up to 1536 bits, as reading and printing numbers need them. Only for num.c. */
#ifndef LOOP_NUM_BIG_H
#define LOOP_NUM_BIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BIG_WORDS = 48 }; /* 1536 bits; the largest number met is 10^394 2^56 */

typedef struct Big {
    uint32_t word[BIG_WORDS]; /* lowest first; zero from n on is not promised */
    size_t n;
} Big;

static inline void big_push(Big *a, uint64_t carry)
{
    if (carry > 0)
        a->word[a->n++] = (uint32_t)carry;
}

static inline Big big_of(uint64_t x)
{
    Big a;
    a.n = 0;
    for (; x > 0; x >>= 32)
        a.word[a.n++] = (uint32_t)x;
    return a;
}

static inline void big_times(Big *a, uint32_t factor, uint32_t plus)
{
    uint64_t carry = plus;
    for (size_t i = 0; i < a->n; i++) {
        carry += (uint64_t)a->word[i] * factor;
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    big_push(a, carry);
}

static inline void big_times_power_of_ten(Big *a, int power)
{
    for (; power >= 9; power -= 9)
        big_times(a, 1000000000u, 0);
    for (; power > 0; power--)
        big_times(a, 10, 0);
}

static inline void big_shift_left(Big *a, unsigned bits)
{
    size_t words = bits / 32;
    if (a->n == 0)
        return;
    if (bits % 32 > 0)
        big_times(a, (uint32_t)1 << bits % 32, 0);
    if (words == 0)
        return;
    memmove(a->word + words, a->word, a->n * sizeof *a->word);
    memset(a->word, 0, words * sizeof *a->word);
    a->n += words;
}

static inline int big_compare(const Big *a, const Big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t i = a->n; i > 0; i--)
        if (a->word[i - 1] != b->word[i - 1])
            return a->word[i - 1] < b->word[i - 1] ? -1 : 1;
    return 0;
}

static inline void big_add(Big *a, const Big *b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < b->n || i < a->n; i++) {
        carry += (uint64_t)(i < a->n ? a->word[i] : 0) + (i < b->n ? b->word[i] : 0);
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    a->n = a->n > b->n ? a->n : b->n;
    big_push(a, carry);
}

/* a - b for a >= b. */
static inline void big_subtract(Big *a, const Big *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < a->n; i++) {
        uint64_t difference = (uint64_t)a->word[i] - (i < b->n ? b->word[i] : 0) - borrow;
        a->word[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
    while (a->n > 0 && a->word[a->n - 1] == 0)
        a->n--;
}

static inline unsigned big_bit_count(uint64_t x)
{
    unsigned bits = 0;
    for (; x > 0; x >>= 1)
        bits++;
    return bits;
}

static inline int big_bits(const Big *a)
{
    return a->n == 0 ? 0 : (int)(32 * (a->n - 1) + big_bit_count(a->word[a->n - 1]));
}

/* a / 2^bits, an exact half to even. */
static inline void big_round_right(Big *a, unsigned bits)
{
    if ((int)bits > big_bits(a)) {
        a->n = 0;
        return;
    }
    size_t words = bits / 32, at = (bits - 1) / 32;
    uint32_t half = (uint32_t)1 << (bits - 1) % 32;
    bool up = a->word[at] & half, beyond = a->word[at] & (half - 1);
    for (size_t i = 0; i < at; i++)
        beyond |= a->word[i] != 0;
    for (size_t i = words; i < a->n; i++) {
        uint64_t two = (uint64_t)(i + 1 < a->n ? a->word[i + 1] : 0) << 32 | a->word[i];
        a->word[i - words] = (uint32_t)(two >> bits % 32);
    }
    a->n -= words;
    bool odd = a->n > 0 && (a->word[0] & 1);
    if (up && (beyond || odd)) {
        const Big one = big_of(1);
        big_add(a, &one);
    }
    while (a->n > 0 && a->word[a->n - 1] == 0)
        a->n--;
}

static inline uint32_t big_divide(Big *a, uint32_t divisor)
{
    uint64_t rest = 0;
    for (size_t i = a->n; i > 0; i--) {
        rest = rest << 32 | a->word[i - 1];
        a->word[i - 1] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    while (a->n > 0 && a->word[a->n - 1] == 0)
        a->n--;
    return (uint32_t)rest;
}

#endif
