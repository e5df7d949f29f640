/* Run-time faults as diagnostics. */
#include "runtime/run/run.h"

#include "runtime/contract/num.h"

#include <math.h>

LoopDiag *loop_diag_fault(LoopDiags *diags, const LoopCheck *check, double value)
{
    char number[32];
    LoopDiag *diag;
    const LoopStr indexed = check->name.len ? check->name : LOOP_STR("this"); /* what has no name of its own is where the message points to */
    const char *quote = check->name.len ? "'" : "";
    number[loop_num_print(number, value)] = '\0';
    switch (check->kind) {
    case LOOP_CHECK_FINITE:
        if (isfinite(value)) {
            diag = loop_diag(diags, LOOP_W0020, check->span, "'%.*s' has grown to %.0e: its learning diverges", LOOP_STR_ARGS(check->name), value);
            loop_diag_help(
                diags, diag,
                "Each change is larger than the one before: the rate is too high, or a trace never fades. Where a loop foresees what comes within a time, rate times the steps that a cue lasts in it has to stay below 2.");
            return diag;
        }
        diag = loop_diag(diags, check->code, check->span, "'%.*s' became %s", LOOP_STR_ARGS(check->name), number);
        loop_diag_help(diags, diag, "Look for a rate that is too large for its context, a division by 0, the logarithm of 0, the root of what is below 0, or a discount above 1.");
        return diag;
    case LOOP_CHECK_INDEX:
        if (value == -1) {
            diag = loop_diag(diags, check->code, check->span, "%s%.*s%s is indexed with -1, but its elements are 0 to %.0f", quote,
                             LOOP_STR_ARGS(indexed), quote, check->hi);
            loop_diag_help(
                diags, diag,
                "A choice is -1 while there is none: before the first one, and while the loop is lesioned. Ask first: if prev(act) == none then 0 else x[prev(act)]; 'and' works out both of its sides. onehot(i, n) of it is all 0.");
            return diag;
        }
        return loop_diag(diags, check->code, check->span, "%s%.*s%s is indexed with %s, but its elements are 0 to %.0f", quote,
                         LOOP_STR_ARGS(indexed), quote, number, check->hi);
    case LOOP_CHECK_STEPS:
        if (check->hi == INT32_MAX && value < 0)
            return loop_diag(diags, check->code, check->span, "%.*s is %s steps, below 0", LOOP_STR_ARGS(check->name), number);
        if (isfinite(value) && value == floor(value))
            return loop_diag(diags, check->code, check->span, "%.*s is %s steps, but may be %.0f to %.0f steps",
                             LOOP_STR_ARGS(check->name), number, check->lo, check->hi);
        diag = loop_diag(diags, check->code, check->span, "%.*s is %s steps, which is no whole number of steps",
                         LOOP_STR_ARGS(check->name), number);
        loop_diag_help(diags, diag, "Where it should be rounded, write round(x / dt) * dt.");
        return diag;
    case LOOP_CHECK_RANGE: {
        char lo[32], hi[32];
        lo[loop_num_print(lo, check->lo)] = '\0';
        hi[loop_num_print(hi, check->hi)] = '\0';
        if (check->hi == LOOP_STEPS_MOST)
            return loop_diag(diags, check->code, check->span, "'%.*s' is %s steps, but a time constant must be above 0 and finite",
                             LOOP_STR_ARGS(check->name), number);
        if (check->code == LOOP_E0906)
            return loop_diag(diags, check->code, check->span, "this event and another one of '%.*s' are on at once", LOOP_STR_ARGS(check->name));
        if (check->code == LOOP_E0905)
            return loop_diag(diags, check->code, check->span,
                             isfinite(check->hi) ? "%.*s is %s, but must lie between %s and %s" : "%.*s is %s, but must not be below %s",
                             LOOP_STR_ARGS(check->name), number, lo, hi);
        return loop_diag(diags, check->code, check->span, "'%.*s' is %s, outside its range [%s, %s]",
                         LOOP_STR_ARGS(check->name), number, lo, hi);
    }
    }
    return loop_diag(diags, check->code, check->span, "'%.*s' is %s", LOOP_STR_ARGS(check->name), number);
}
