/* Sparklines. */
#include "runtime/output/spark.h"

#include <math.h>

enum { TOP = 7 };

static const char *const blocks[TOP + 1] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};

LoopRange loop_range(const double *x, size_t count)
{
    LoopRange range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]))
            continue;
        range.lo = fmin(range.lo, x[i]);
        range.hi = fmax(range.hi, x[i]);
    }
    return range.lo <= range.hi ? range : (LoopRange){0, 0};
}

LoopScale loop_scale(LoopRange range)
{
    double up = fmax(range.hi, 0), down = fmax(-range.lo, 0);
    if (down == 0)
        return (LoopScale){0, up / TOP};
    if (up == 0)
        return (LoopScale){TOP, down / TOP};
    LoopScale best = {1, fmax(down, up / (TOP - 1))};
    for (int zero = 2; zero < TOP; zero++) {
        double step = fmax(down / zero, up / (TOP - zero));
        if (step < best.step)
            best = (LoopScale){zero, step};
    }
    return best;
}

static const char *block(double x, LoopScale scale)
{
    if (isnan(x))
        return "\u00b7";
    double at = scale.step > 0 ? scale.zero + round(x / scale.step) : scale.zero;
    return blocks[at < 0 ? 0 : at > TOP ? TOP : (int)at];
}

void loop_spark(LoopText *out, const double *x, size_t count, LoopScale scale)
{
    size_t stretch = (count + LOOP_SPARK_COLUMNS - 1) / LOOP_SPARK_COLUMNS;
    for (size_t i = 0; i < count; i += stretch) {
        double most = x[i];
        for (size_t j = i + 1; j < count && j < i + stretch; j++)
            if (isnan(most) || fabs(x[j]) > fabs(most))
                most = x[j];
        loop_text_add(out, "%s", block(most, scale));
    }
}
