/* Matrices turned about, of every size around squares of eight, and sums of eight rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runtime/vm/turn.h"

enum { MOST = 27, WIDE = 31 };

static void test_turn(void **state)
{
    LoopReal from[MOST * WIDE], to[MOST * WIDE];
    (void)state;
    for (size_t i = 0; i < MOST * WIDE; i++)
        from[i] = (LoopReal)i;
    for (size_t rows = 0; rows <= MOST; rows++)
        for (size_t columns = 0; columns <= MOST; columns++) {
            memset(to, 0xff, sizeof to);
            loop_turn(to, MOST, from, WIDE, rows, columns);
            for (size_t c = 0; c < MOST; c++)
                for (size_t r = 0; r < MOST; r++)
                    if (c < columns && r < rows)
                        assert_true(to[c * MOST + r] == from[r * WIDE + c]);
                    else
                        assert_true(to[c * MOST + r] != to[c * MOST + r]); /* as it was */
        }
}

/* Numbers whose sum depends on the order, to the last bit. */
static void test_sum(void **state)
{
    LoopRow8 rows[LOOP_PARTS];
    LoopReal numbers[LOOP_PARTS][LOOP_PARTS], sums[LOOP_PARTS], x = 1;
    (void)state;
    for (size_t i = 0; i < LOOP_PARTS; i++) {
        for (size_t p = 0; p < LOOP_PARTS; p++) {
            x = x * (LoopReal)-1.7 / (1 + (x > 3) * 37);
            numbers[i][p] = x + (LoopReal)0.1 * (LoopReal)(i + p);
        }
        rows[i] = loop_row8(numbers[i]);
    }
    loop_row8_put(sums, loop_rows8_sum(rows));
    for (size_t i = 0; i < LOOP_PARTS; i++)
        assert_true(sums[i] == loop_sum8(numbers[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_turn), cmocka_unit_test(test_sum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
