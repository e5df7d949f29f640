/* Run-time faults as diagnostics. */
#include "runtime/run/fault.h"

#include "runtime/contract/num.h"

#include <math.h>

/* The diagnostic of a check that failed with `value`. */
static LoopDiag *report(LoopDiags *diags, const LoopCheck *check, double value)
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

/* Adds to a diagnostic where in the run it was. */
static void note_where(const LoopProgram *program, uint32_t agents, const LoopFault *f, LoopDiags *diags, LoopDiag *diag)
{
    if (f->step == UINT64_MAX) {
        if (program->group_count > 1)
            loop_diag_note(diags, diag, LOOP_NO_SPAN, "in group '%.*s'", LOOP_STR_ARGS(program->groups[f->lane / agents]));
        return;
    }
    LoopText where = {0};
    loop_text_add(&where, "agent %u", f->lane % agents);
    if (program->group_count > 1)
        loop_text_add(&where, " of '%.*s'", LOOP_STR_ARGS(program->groups[f->lane / agents]));
    if (f->phase >= 0)
        loop_text_add(&where, ", phase '%.*s', trial %.0f",
                      LOOP_STR_ARGS(program->task.phases[(uint32_t)f->phase].name), f->trial);
    if (f->time >= 0)
        loop_text_add(&where, ", step %.0f of the trial", f->time);
    loop_text_add(&where, ", step %llu of the run", (unsigned long long)f->step);
    if (where.failed)
        loop_diags_fail(diags);
    else
        loop_diag_note(diags, diag, LOOP_NO_SPAN, "%s", where.at);
    loop_text_free(&where);
}

void loop_fault_report(const LoopProgram *program, uint32_t agents, const LoopFault *fault, LoopDiags *diags)
{
    note_where(program, agents, fault, diags, report(diags, fault->check, fault->value));
}

void loop_unfit_report(const LoopProgram *program, uint32_t agents, const LoopUnfit *unfit, LoopDiags *diags)
{
    const LoopMeasure *measure = &program->measures[unfit->measure];
    const LoopCheck check = {.kind = LOOP_CHECK_FINITE, .code = LOOP_E0901, .span = measure->span, .name = measure->text};
    LoopDiag *diag = report(diags, &check, unfit->value);
    if (program->group_count > 1)
        loop_diag_note(diags, diag, LOOP_NO_SPAN, "agent %u of '%.*s'", unfit->lane % agents,
                       LOOP_STR_ARGS(program->groups[unfit->lane / agents]));
    else
        loop_diag_note(diags, diag, LOOP_NO_SPAN, "agent %u", unfit->lane);
}

bool loop_courses_fit(const LoopProgram *program, const LoopResults *results, LoopDiags *diags)
{
    for (uint32_t i = 0; i < results->course_count; i++) {
        const LoopCourse *c = &results->courses[i];
        const LoopStrip *strip = &program->strips[c->strip];
        for (uint32_t t = 0; c->agents && t < c->steps; t++) {
            if (isfinite(c->mean[t]))
                continue;
            const LoopCheck check = {.kind = LOOP_CHECK_FINITE, .code = LOOP_E0901, .span = strip->span, .name = strip->signal};
            LoopDiag *diag = report(diags, &check, c->mean[t]);
            loop_diag_note(diags, diag, LOOP_NO_SPAN, "phase '%.*s', step %u of the trial, in some agent", LOOP_STR_ARGS(strip->phase), t);
            return false;
        }
    }
    return true;
}
