/* Numbers and names for people. */
#include "runtime/output/show.h"

#include "runtime/contract/num.h"
#include "runtime/contract/utf8.h"

#include <math.h>
#include <string.h>

/* ---- text ---- */

void loop_show_str(LoopText *out, LoopStr text)
{
    for (size_t i = 0; i < text.len;)
        i += loop_text_put_shown(out, text, i);
}

size_t loop_show_width(LoopStr text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return width;
}

void loop_show_spaces(LoopText *out, size_t count)
{
    while (count-- > 0)
        loop_text_put(out, " ", 1);
}

void loop_show_wrapped(LoopText *out, LoopStr text, size_t indent, size_t width)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len;) {
        size_t begin = i;
        while (i < text.len && text.at[i] != ' ' && text.at[i] != '\n')
            i++;
        LoopStr word = {text.at + begin, i - begin};
        i += i < text.len;
        if (!word.len)
            continue;
        if (column && column + 1 + loop_show_width(word) > width) {
            loop_text_add(out, "\n");
            column = 0;
        }
        loop_show_spaces(out, column ? 1 : indent);
        column += (column ? 1 : indent) + loop_show_width(word);
        loop_show_str(out, word);
    }
    loop_text_add(out, "\n");
}

/* ---- numbers ---- */

static int exponent_of(double x)
{
    int e = 0;
    for (x = fabs(x); x >= 10; e++)
        x /= 10;
    for (; x < 1 && x > 0; e--)
        x *= 10;
    return e;
}

int loop_show_decimals(double x)
{
    if (x == 0 || !isfinite(x))
        return 4;
    int e = exponent_of(x);
    if (e < -4 || e > 7)
        return -1;
    return e <= 0 ? 4 : e < 4 ? 4 - e : 0;
}

/* d.ddde-17 */
static void show_power(LoopText *out, double x)
{
    char mantissa[32];
    int e = exponent_of(x);
    double m = x;
    for (int i = 0; i < e; i++)
        m /= 10;
    for (int i = 0; i > e; i--)
        m *= 10;
    loop_num_print_fixed(mantissa, sizeof mantissa, m, 3);
    /* 9.9996 is rounded up to 10.000 */
    bool up = strchr(mantissa, '.') - mantissa - (x < 0) > 1;
    loop_text_add(out, "%s%se%d", x < 0 ? "-" : "", up ? "1.000" : mantissa + (x < 0), e + up);
}

void loop_show_fixed(LoopText *out, double x, int decimals)
{
    char text[512];
    size_t len = 0;
    if (isfinite(x) && x != 0 && decimals >= 0)
        len = loop_num_print_fixed(text, sizeof text, x, decimals);
    if (len)
        loop_text_put(out, text, len);
    else if (isfinite(x) && x != 0)
        show_power(out, x);
    else
        loop_text_put(out, text, loop_num_print(text, x == 0 ? 0 : x));
}

void loop_show_number(LoopText *out, double x)
{
    enum { BRIEF = 7 };
    char text[32];
    size_t len = loop_num_print(text, x);
    if (len <= BRIEF)
        loop_text_put(out, text, len);
    else
        loop_show_fixed(out, x, loop_show_decimals(x));
}

void loop_show_range(LoopText *out, double lo, double hi)
{
    double most = fmax(fabs(lo), fabs(hi));
    int e = most > 0 && isfinite(most) ? exponent_of(most) : 0;
    int decimals = e < -4 || e > 7 ? -1 : e >= 2 ? 0 : e == 1 ? 1 : e >= -1 ? 2 : 1 - e;
    loop_show_fixed(out, lo, decimals);
    if (lo == hi)
        return;
    loop_text_add(out, " .. ");
    loop_show_fixed(out, hi, decimals);
}

void loop_show_duration(LoopText *out, double ms)
{
    static const struct {
        double from, unit;
        const char *name;
    } units[] = {{10 * 3600e3, 3600e3, "h"}, {600e3, 60e3, "min"}, {1e3, 1e3, "s"}, {0, 1, "ms"}};
    size_t i = 0;
    while (fabs(ms) < units[i].from)
        i++;
    loop_show_number(out, ms / units[i].unit);
    loop_text_add(out, " %s", units[i].name);
}

void loop_show_count(LoopText *out, uint64_t n)
{
    char digits[24];
    size_t len = 0;
    do
        digits[len++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    while (len-- > 0) {
        loop_text_put(out, &digits[len], 1);
        if (len > 0 && len % 3 == 0)
            loop_text_put(out, ",", 1);
    }
}

/* ---- parts of a program ---- */

void loop_show_select(LoopText *out, const LoopSelect *select)
{
    switch (select->pick) {
    case LOOP_PICK_ALL:
        return;
    case LOOP_PICK_TRIAL:
        loop_text_add(out, " trial %u", select->n);
        return;
    case LOOP_PICK_FIRST:
        loop_text_add(out, " first %u", select->n);
        return;
    case LOOP_PICK_LAST:
        loop_text_add(out, " last %u", select->n);
        return;
    case LOOP_PICK_BLOCK:
        loop_text_add(out, " block %u of %u", select->i, select->n);
        return;
    }
}

void loop_show_signal(LoopText *out, const LoopStrip *strip)
{
    LoopStr element = strip->element;
    loop_show_str(out, strip->signal);
    if (!element.len)
        return;
    bool index = element.at[0] >= '0' && element.at[0] <= '9';
    loop_text_add(out, index ? "[" : ".");
    loop_show_str(out, element);
    loop_text_add(out, index ? "]" : "");
}

const char *loop_relation_text(LoopRelation relation)
{
    static const char *const texts[] = {"==", "!=", "<", "<=", ">", ">=", "="};
    _Static_assert(sizeof texts / sizeof texts[0] == LOOP_REL_NEAR + 1, "one a relation");
    return texts[relation];
}

LoopStr loop_strip_trial(const LoopProgram *program, const LoopStrip *strip)
{
    LoopStr name = {"", 0};
    if (strip->select.trial < program->task.trial_count)
        name = program->task.trials[strip->select.trial].name;
    return loop_str_equal(name, strip->phase) ? (LoopStr){"", 0} : name;
}
