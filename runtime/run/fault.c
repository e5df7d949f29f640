/* Run-time faults as diagnostics. */
#include "runtime/run/run.h"

#include "runtime/contract/num.h"

#include <math.h>

LoopDiag *loop_diag_fault(LoopDiags *diags, const LoopCheck *check, double value)
{
    char number[32];
    number[loop_num_print(number, value)] = '\0';
    switch (check->kind) {
    case LOOP_CHECK_FINITE:
        return loop_diag(diags, check->code, check->span, "'%.*s' became %s", LOOP_STR_ARGS(check->name), number);
    case LOOP_CHECK_INDEX:
        if (value == -1)
            return loop_diag(diags, check->code, check->span, "'%.*s' is indexed with a choice that is none: no choice yet",
                             LOOP_STR_ARGS(check->name));
        return loop_diag(diags, check->code, check->span, "'%.*s' is indexed with %s, but its elements are 0 to %.0f",
                         LOOP_STR_ARGS(check->name), number, check->hi);
    case LOOP_CHECK_STEPS:
        if (isfinite(value) && value == floor(value))
            return loop_diag(diags, check->code, check->span, "%.*s is step %s, which is not within the %.0f steps of the trial",
                             LOOP_STR_ARGS(check->name), number, check->hi + 1);
        return loop_diag(diags, check->code, check->span, "%.*s is %s steps, which is no whole number of steps",
                         LOOP_STR_ARGS(check->name), number);
    case LOOP_CHECK_RANGE: {
        char lo[32], hi[32];
        lo[loop_num_print(lo, check->lo)] = '\0';
        hi[loop_num_print(hi, check->hi)] = '\0';
        return loop_diag(diags, check->code, check->span, "'%.*s' is %s, outside its range [%s, %s]",
                         LOOP_STR_ARGS(check->name), number, lo, hi);
    }
    }
    return loop_diag(diags, check->code, check->span, "'%.*s' is %s", LOOP_STR_ARGS(check->name), number);
}
