#include "runtime/vm/turn.h"

/* A square of eight. */
static void turn_square(LoopReal *restrict to, size_t to_wide, const LoopReal *restrict from, size_t from_wide)
{
    LoopRow8 rows[LOOP_PARTS];
    LOOP_UNROLL(8)
    for (size_t i = 0; i < LOOP_PARTS; i++)
        rows[i] = loop_row8(from + i * from_wide);
    loop_rows8_turn(rows);
    LOOP_UNROLL(8)
    for (size_t i = 0; i < LOOP_PARTS; i++)
        loop_row8_put(to + i * to_wide, rows[i]);
}

/* What is left beside the squares. */
static void turn_rest(LoopReal *restrict to, size_t to_wide, const LoopReal *restrict from, size_t from_wide, size_t rows, size_t columns)
{
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++)
            to[c * to_wide + r] = from[r * from_wide + c];
}

void loop_turn(LoopReal *restrict to, size_t to_wide, const LoopReal *restrict from, size_t from_wide, size_t rows, size_t columns)
{
    const size_t r8 = rows / LOOP_PARTS * LOOP_PARTS, c8 = columns / LOOP_PARTS * LOOP_PARTS;
    for (size_t c = 0; c < c8; c += LOOP_PARTS)
        for (size_t r = 0; r < r8; r += LOOP_PARTS)
            turn_square(to + c * to_wide + r, to_wide, from + r * from_wide + c, from_wide);
    turn_rest(to + r8, to_wide, from + r8 * from_wide, from_wide, rows - r8, c8);
    turn_rest(to + c8 * to_wide, to_wide, from + c8, from_wide, rows, columns - c8);
}
