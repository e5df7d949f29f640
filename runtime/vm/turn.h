/* Eight rows of eight numbers turned about, each row a register: where lanes lie one behind the other, not side by side. */
#ifndef LOOP_TURN_H
#define LOOP_TURN_H

#include "runtime/vm/sum.h"

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define LOOP_SHUFFLES 1
#endif
#endif

/* Whether eight numbers are one register, and the compiler knows how to shuffle them. */
#if defined(LOOP_SHUFFLES) && LOOP_WIDE_BYTES >= 64
#define LOOP_TURNS 1

#define LOOP_SHUFFLE(a, b, ...) (LoopSome) __builtin_shufflevector(a, b, __VA_ARGS__)

/* Row i gets what was number i of each row. */
LOOP_INLINE void loop_eights_turn(LoopSome r[LOOP_PARTS])
{
    LoopSome t[LOOP_PARTS];
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 8; i += 2) {
        t[i] = LOOP_SHUFFLE(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        t[i + 1] = LOOP_SHUFFLE(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++) {
        size_t at = i + (i & 2);
        r[at] = LOOP_SHUFFLE(t[at], t[at + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        r[at + 2] = LOOP_SHUFFLE(t[at], t[at + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++) {
        LoopSome low = r[i], high = r[i + 4];
        r[i] = LOOP_SHUFFLE(low, high, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = LOOP_SHUFFLE(low, high, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* Number i is the sum of row i, in the order of LOOP_SUM8. */
LOOP_INLINE LoopSome loop_eights_sum(const LoopSome r[LOOP_PARTS])
{
    LoopSome four[4], two[2];
    LOOP_UNROLL(4)
    for (size_t i = 0; i < 4; i++)
        four[i] = LOOP_SHUFFLE(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11) + LOOP_SHUFFLE(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    LOOP_UNROLL(2)
    for (size_t i = 0; i < 2; i++)
        two[i] = LOOP_SHUFFLE(four[i], four[i + 2], 0, 1, 8, 9, 4, 5, 12, 13) + LOOP_SHUFFLE(four[i], four[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    return LOOP_SHUFFLE(two[0], two[1], 0, 8, 2, 10, 4, 12, 6, 14) + LOOP_SHUFFLE(two[0], two[1], 1, 9, 3, 11, 5, 13, 7, 15);
}

#endif

/* to[columns][rows] = from[rows][columns], whose rows are `from_row` and `to_row` numbers apart. */
static inline void loop_turn(LoopReal *restrict to, size_t to_row, const LoopReal *restrict from, size_t from_row, size_t rows, size_t columns)
{
    size_t c = 0;
#ifdef LOOP_TURNS
    for (; c + 8 <= columns; c += 8) {
        size_t r = 0;
        for (; r + 8 <= rows; r += 8) {
            LoopSome block[8];
            LOOP_UNROLL(8)
            for (size_t i = 0; i < 8; i++)
                block[i] = *(const LoopSome *)(from + (r + i) * from_row + c);
            loop_eights_turn(block);
            LOOP_UNROLL(8)
            for (size_t i = 0; i < 8; i++)
                *(LoopSome *)(to + (c + i) * to_row + r) = block[i];
        }
        for (; r < rows; r++)
            for (size_t i = c; i < c + 8; i++)
                to[i * to_row + r] = from[r * from_row + i];
    }
#endif
    for (; c < columns; c++)
        for (size_t r = 0; r < rows; r++)
            to[c * to_row + r] = from[r * from_row + c];
}

#endif
