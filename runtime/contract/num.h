/* Numbers as text: the one place that reads and prints them. Exact integer arithmetic throughout, so that
   neither the locale nor the C library has a say. No allocation, no state. */
#ifndef LOOP_NUM_H
#define LOOP_NUM_H

#include <stdbool.h>
#include <stddef.h>

#define LOOP_NUM_LITERAL_MAX 64 /* characters */
#define LOOP_NUM_DECIMALS_MAX 60

/* Reads all of `text`: [-]digits[.digits][e[+-]digits]. The nearest double, ties to even; 0 below the
   smallest. False, and `*out` untouched, for anything else, for more characters than the limit, and for what
   would be inf. */
bool loop_num_parse(const char *text, size_t len, double *out);
bool loop_num_is(const char *text, size_t len); /* whether it is written as one, however large it is */

/* The fewest digits that read back as x, plain for 1e-5 <= |x| < 1e16, else as 2.5e20; nan, inf, -inf, -0.
   Returns the length, at most 24; a NUL is put behind. */
size_t loop_num_print(char buf[static 32], double x);

/* x with `decimals` digits behind the point (none: no point), exact halves to even, never -0.00. Returns the
   length, a NUL is put behind; 0 and an empty text when that does not fit `cap`. `decimals` is cut to its
   limits. */
size_t loop_num_print_fixed(char *buf, size_t cap, double x, int decimals);

#endif
