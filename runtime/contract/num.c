/* Decimal text to double and back. Large whole numbers of 32-bit words carry every step exactly:
   reading divides them, printing follows Burger and Dybvig, "Printing floating-point numbers quickly and
   accurately", PLDI 1996. */
#include "runtime/contract/num.h"

#include <stdint.h>
#include <string.h>

#include "runtime/contract/num_big.h"
#include "runtime/contract/real_math.h"

enum {
    DIGITS_MAX = 17,     /* that tell any two doubles apart */
    FIXED_DIGITS = 400,  /* 309 before the point, LOOP_NUM_DECIMALS_MAX behind */
    EXPONENT_CAP = 9999, /* of a literal: enough to be 0 or too large with any digits */
    FRACTION_BITS = 52,
    LEAST_EXPONENT = -1074
};

/* ---- reading ---- */

/* The literal -digits 10^exponent; `small` holds the digits too while they fit. */
typedef struct Literal {
    Big digits;
    uint64_t small;
    int count, exponent; /* count: digits from the first that is not 0 */
    bool negative;
} Literal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from `at` on go into the literal; where they end. */
static size_t take_digits(Literal *l, const char *text, size_t at, size_t len)
{
    for (; at < len && is_digit(text[at]); at++) {
        uint32_t digit = (uint32_t)(text[at] - '0');
        l->count += l->count > 0 || digit > 0;
        big_times(&l->digits, 10, digit);
        if (l->count < 19)
            l->small = l->small * 10 + digit;
    }
    return at;
}

/* The exponent behind an e; 0 when it is malformed, else where it ends. */
static size_t take_exponent(Literal *l, const char *text, size_t at, size_t len)
{
    bool negative = at < len && text[at] == '-';
    at += negative || (at < len && text[at] == '+');
    size_t start = at;
    int value = 0;
    for (; at < len && is_digit(text[at]); at++)
        value = value < EXPONENT_CAP ? value * 10 + (text[at] - '0') : value;
    l->exponent += negative ? -value : value;
    return at == start ? 0 : at;
}

static bool scan(Literal *l, const char *text, size_t len)
{
    l->negative = len > 0 && text[0] == '-';
    size_t start = l->negative, at = take_digits(l, text, start, len);
    if (at == start)
        return false;
    if (at < len && text[at] == '.') {
        start = at + 1;
        at = take_digits(l, text, start, len);
        if (at == start)
            return false;
        l->exponent = -(int)(at - start);
    }
    if (at < len && (text[at] == 'e' || text[at] == 'E'))
        at = take_exponent(l, text, at + 1, len);
    return at == len;
}

/* m 2^exponent, which is a double or too large for one. */
static double compose(uint64_t m, int exponent)
{
    int first = exponent / 2, second = exponent - first;
    return (double)m * loop_from_bits((uint64_t)(1023 + first) << 52) *
           loop_from_bits((uint64_t)(1023 + second) << 52);
}

/* The double nearest to q 2^-scale, q an integer whose lowest bit also stands for all that was cut off. */
static double round_to_double(uint64_t q, int scale)
{
    int excess = (int)big_bit_count(q) - (FRACTION_BITS + 1), below = scale + LEAST_EXPONENT;
    int drop = excess > below ? excess : below;
    if (drop <= 0)
        return compose(q, -scale);
    uint64_t kept = q >> drop, rest = q & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
    if (rest > half || (rest == half && (kept & 1)))
        kept++;
    return compose(kept, drop - scale);
}

/* top / bottom: 56 bits of the quotient by long division, the rest as one more. */
static double divide(Big *top, Big *bottom)
{
    enum { QUOTIENT_BITS = 56 };
    int scale = QUOTIENT_BITS - 1 - (big_bits(top) - big_bits(bottom));
    int finest =
        2 - LEAST_EXPONENT; /* nothing below a quarter of the smallest number is needed but its presence */
    scale = scale < finest ? scale : finest;
    /* The quotient of top 2^scale is below 2^56: compare with bottom 2^55 and double the top as bits come
     * out. */
    int shift = scale - (QUOTIENT_BITS - 1);
    big_shift_left(shift > 0 ? top : bottom, (unsigned)(shift > 0 ? shift : -shift));
    uint64_t q = 0;
    for (int i = 0; i < QUOTIENT_BITS; i++) {
        q <<= 1;
        if (big_compare(top, bottom) >= 0) {
            big_subtract(top, bottom);
            q |= 1;
        }
        big_shift_left(top, 1);
    }
    return round_to_double(q << 1 | (top->n > 0), scale + 1);
}

/* Digits and powers of ten that are doubles: one correctly rounded operation (Clinger 1990). */
static bool is_easy(const Literal *l)
{
    return l->count < 19 && l->small < (uint64_t)1 << 53 && l->exponent >= -22 && l->exponent <= 22;
}

static double easy(const Literal *l)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double x = (double)l->small;
    return l->exponent < 0 ? x / tens[-l->exponent] : x * tens[l->exponent];
}

bool loop_num_parse(const char *text, size_t len, double *out)
{
    Literal l = {.digits = {.n = 0}};
    if (len > LOOP_NUM_LITERAL_MAX || !scan(&l, text, len))
        return false;
    double x = 0;
    int magnitude = l.count + l.exponent; /* the value is below 10^magnitude, and not below a tenth of that */
    if (l.count > 0 && magnitude > 310)
        return false;
    if (is_easy(&l)) {
        x = easy(&l);
    } else if (l.count > 0 && magnitude > -330) {
        Big bottom = big_of(1);
        big_times_power_of_ten(l.exponent < 0 ? &bottom : &l.digits,
                               l.exponent < 0 ? -l.exponent : l.exponent);
        x = divide(&l.digits, &bottom);
    }
    if (x > DBL_MAX)
        return false;
    *out = l.negative ? -x : x;
    return true;
}

bool loop_num_is(const char *text, size_t len)
{
    Literal l = {.digits = {.n = 0}};
    return len <= LOOP_NUM_LITERAL_MAX && scan(&l, text, len);
}

/* ---- printing ---- */

/* |x| = m 2^exponent. */
static uint64_t decompose(double x, int *exponent)
{
    uint64_t bits = loop_bits(x) & ~LOOP_SIGN_BIT, fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    int field = (int)(bits >> FRACTION_BITS);
    *exponent = LEAST_EXPONENT + (field > 0 ? field - 1 : 0);
    return field > 0 ? fraction | (uint64_t)1 << FRACTION_BITS : fraction;
}

/* The digits of 0.ddd 10^point. */
typedef struct Decimal {
    char digit[DIGITS_MAX + 3];
    int count, point;
} Decimal;

/* x = rest / unit; numbers nearer than below / unit or above / unit read back as x, those just there when
 * `even`. */
typedef struct Shortest {
    Big rest, unit, below, above;
    bool even;
} Shortest;

static void start_shortest(Shortest *s, uint64_t m, int exponent)
{
    /* Under a power of two the neighbours are half as far. */
    bool narrow = m == (uint64_t)1 << FRACTION_BITS && exponent > LEAST_EXPONENT;
    unsigned up = exponent > 0 ? (unsigned)exponent : 0, down = exponent < 0 ? (unsigned)-exponent : 0;
    s->even = !(m & 1);
    s->rest = big_of(m);
    s->unit = s->below = s->above = big_of(1);
    big_shift_left(&s->rest, up + 1 + narrow);
    big_shift_left(&s->unit, down + 1 + narrow);
    big_shift_left(&s->below, up);
    big_shift_left(&s->above, up + narrow);
}

static void times_ten(Shortest *s)
{
    big_times(&s->rest, 10, 0);
    big_times(&s->below, 10, 0);
    big_times(&s->above, 10, 0);
}

/* rest + above reaches the unit. */
static bool reaches_unit(const Shortest *s)
{
    Big sum = s->rest;
    big_add(&sum, &s->above);
    return big_compare(&sum, &s->unit) >= !s->even;
}

/* Brings x to [0.1, 1), or so near to 1 that it is printed as such; the power of ten taken out. */
static int scale_shortest(Shortest *s, int exponent_of_two)
{
    /* log10 x from below: 78913 / 2^18 is log10 2; one too small is put right after. */
    int power = (int)((exponent_of_two * 78913L - 262143L * (exponent_of_two < 0)) / 262144L);
    if (power > 0)
        big_times_power_of_ten(&s->unit, power);
    for (int left = -power; left > 0; left -= left > 9 ? 9 : left) {
        static const uint32_t tens[] = {1,      10,      100,      1000,      10000,
                                        100000, 1000000, 10000000, 100000000, 1000000000};
        uint32_t factor = tens[left > 9 ? 9 : left];
        big_times(&s->rest, factor, 0);
        big_times(&s->below, factor, 0);
        big_times(&s->above, factor, 0);
    }
    while (reaches_unit(s)) {
        big_times(&s->unit, 10, 0);
        power++;
    }
    return power;
}

static int take_digit(Shortest *s)
{
    int digit = 0;
    times_ten(s);
    for (; big_compare(&s->rest, &s->unit) >= 0; digit++)
        big_subtract(&s->rest, &s->unit);
    return digit;
}

static void shortest(Decimal *d, double x)
{
    int exponent;
    uint64_t m = decompose(x, &exponent);
    Shortest s;
    start_shortest(&s, m, exponent);
    d->point = scale_shortest(&s, exponent + (int)big_bit_count(m) - 1);
    d->count = 0;
    for (;;) {
        int digit = take_digit(&s);
        bool low = big_compare(&s.rest, &s.below) < s.even, high = reaches_unit(&s);
        if (low || high) {
            Big twice = s.rest;
            big_shift_left(&twice, 1);
            bool up = low && high ? big_compare(&twice, &s.unit) >= 0 : high;
            d->digit[d->count++] = (char)('0' + digit + up);
            return;
        }
        d->digit[d->count++] = (char)('0' + digit);
    }
}

/* The digits of a whole number below 2^53, which no shorter text would give back. */
static void whole(Decimal *d, uint64_t x)
{
    char reversed[20];
    int count = 0;
    for (; x > 0; x /= 10)
        reversed[count++] = (char)('0' + x % 10);
    d->point = d->count = count;
    for (int i = 0; i < count; i++)
        d->digit[i] = reversed[count - 1 - i];
    while (d->count > 1 && d->digit[d->count - 1] == '0')
        d->count--;
}

static size_t put(char *buf, const char *text)
{
    size_t len = strlen(text);
    memcpy(buf, text, len + 1);
    return len;
}

static char *put_plain(char *at, const Decimal *d)
{
    if (d->point <= 0) {
        *at++ = '0';
        *at++ = '.';
        for (int i = d->point; i < 0; i++)
            *at++ = '0';
    }
    for (int i = 0; i < d->count || i < d->point; i++) {
        if (i == d->point && i > 0)
            *at++ = '.';
        *at++ = i < d->count ? d->digit[i] : '0';
    }
    return at;
}

static char *put_with_exponent(char *at, const Decimal *d)
{
    int exponent = d->point - 1;
    *at++ = d->digit[0];
    if (d->count > 1)
        *at++ = '.';
    for (int i = 1; i < d->count; i++)
        *at++ = d->digit[i];
    *at++ = 'e';
    if (exponent < 0) {
        *at++ = '-';
        exponent = -exponent;
    }
    if (exponent >= 100)
        *at++ = (char)('0' + exponent / 100);
    if (exponent >= 10)
        *at++ = (char)('0' + exponent / 10 % 10);
    *at++ = (char)('0' + exponent % 10);
    return at;
}

/* nan, inf and -inf; 0 for a finite number. */
static size_t put_not_finite(char *buf, double x)
{
    if (x != x)
        return put(buf, "nan");
    return fabs(x) <= DBL_MAX ? 0 : put(buf, x < 0 ? "-inf" : "inf");
}

size_t loop_num_print(char buf[static 32], double x)
{
    size_t len = put_not_finite(buf, x);
    if (len > 0)
        return len;
    if (x == 0)
        return put(buf, loop_bits(x) ? "-0" : "0");
    Decimal d;
    double a = fabs(x);
    if (a < 0x1p53 && (double)(uint64_t)a == a)
        whole(&d, (uint64_t)a);
    else
        shortest(&d, a);
    char *at = buf;
    if (x < 0)
        *at++ = '-';
    at = d.point >= -4 && d.point <= 16 ? put_plain(at, &d) : put_with_exponent(at, &d);
    *at = '\0';
    return (size_t)(at - buf);
}

/* The digits of |x| 10^decimals, rounded, last first; at least decimals + 1 of them. */
static size_t fixed_digits(char digits[static FIXED_DIGITS], double x, int decimals)
{
    int exponent;
    Big n = big_of(decompose(x, &exponent));
    big_times_power_of_ten(&n, decimals);
    if (exponent >= 0)
        big_shift_left(&n, (unsigned)exponent);
    else
        big_round_right(&n, (unsigned)-exponent);
    size_t count = 0;
    while (n.n > 0) {
        uint32_t nine = big_divide(&n, 1000000000u);
        for (int i = 0; i < 9; i++, nine /= 10)
            digits[count++] = (char)('0' + nine % 10);
    }
    while (count > 0 && digits[count - 1] == '0')
        count--;
    while (count < (size_t)decimals + 1)
        digits[count++] = '0';
    return count;
}

static bool has_value(const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (digits[i] != '0')
            return true;
    return false;
}

size_t loop_num_print_fixed(char *buf, size_t cap, double x, int decimals)
{
    char text[FIXED_DIGITS + 3], digits[FIXED_DIGITS], *at = text;
    size_t len = put_not_finite(text, x);
    if (len == 0) {
        int behind = decimals < 0 ? 0 : decimals > LOOP_NUM_DECIMALS_MAX ? LOOP_NUM_DECIMALS_MAX : decimals;
        size_t count = fixed_digits(digits, x, behind);
        if (x < 0 && has_value(digits, count))
            *at++ = '-';
        for (size_t i = count; i > 0; i--) {
            if (i == (size_t)behind)
                *at++ = '.';
            *at++ = digits[i - 1];
        }
        len = (size_t)(at - text);
    }
    if (len >= cap) {
        if (cap > 0)
            buf[0] = '\0';
        return 0;
    }
    memcpy(buf, text, len);
    buf[len] = '\0';
    return len;
}
