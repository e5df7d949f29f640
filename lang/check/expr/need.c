/* Demands that a clause makes on its expression: width, unit, constancy, whole steps. Each reports once. */
#include "lang/check/expr/expr.h"

#include "runtime/contract/num.h"

#include <float.h>
#include <math.h>

bool loop_need_width(LoopChecker *check, const LoopNode *node, uint32_t width, const char *what)
{
    if (!node)
        return false;
    if (node->type.width == width)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0405, node->span, "%s must have width %u, not %u", what, width,
                               node->type.width);
    if (width == 1)
        loop_diag_help(check->diags, diag, "Take one element, or a sum, mean or largest of them.");
    return false;
}

bool loop_need_unit(LoopChecker *check, const LoopNode *node, LoopUnit unit, const char *what)
{
    if (!node)
        return false;
    if (node->type.unit == unit)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0406, node->span, "%s must be a %s", what,
                               unit == LOOP_UNIT_DURATION ? "duration" : "number");
    if (unit == LOOP_UNIT_DURATION)
        loop_diag_help(check->diags, diag, "Write a unit behind the number: 100 ms, 2 s, 5 min, 1 h.");
    else
        loop_diag_help(check->diags, diag, "Divide the duration by another one, such as 1 s or dt.");
    return false;
}

bool loop_need_constant(LoopChecker *check, const LoopNode *node, const char *what)
{
    if (!node)
        return false;
    if (node->constant)
        return true;
    if (node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_CONST && node->symbol->state == LOOP_TYPING) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0407, node->span, "the constant '%.*s' is made of itself", LOOP_STR_ARGS(node->symbol->name));
        loop_diag_note(check->diags, diag, node->symbol->span, "declared here");
        return false;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0407, node->span, "%s must be a constant", what);
    loop_diag_help(
        check->diags, diag,
        node->draws
            ? "It is settled before the run, so it may be made of numbers and consts. What differs from agent to agent is a let: let x = once(uniform(0, 1))."
            : "It is settled before the run, so it may be made of numbers and consts; params differ between groups.");
    return false;
}

static void number_text(char text[32], double x)
{
    text[loop_num_print(text, x)] = '\0';
}

/* x, or the whole number that it misses by rounding alone. */
static double whole(double x)
{
    const double near = round(x);
    return fabs(x - near) <= 4 * DBL_EPSILON * fabs(near) ? near : x;
}

bool loop_need_whole(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, double *out)
{
    if (!loop_need_constant(check, node, what) || !loop_need_width(check, node, 1, what) ||
        !loop_need_unit(check, node, LOOP_UNIT_NUMBER, what))
        return false;
    const double x = whole(node->constant[0]); /* as of 0.07 * 100 */
    if (x == floor(x) && x >= lo && x <= hi) {
        *out = x;
        return true;
    }
    char text[32];
    number_text(text, x);
    loop_diag(check->diags, LOOP_E0408, node->span, "%s must be a whole number from %.0f to %.0f, not %s", what, lo, hi, text);
    return false;
}

bool loop_need_count(LoopChecker *check, const LoopNode *node, const char *what, double lo, double hi, uint32_t *out)
{
    double x;
    if (!loop_need_whole(check, node, what, lo, hi, &x))
        return false;
    *out = (uint32_t)x;
    return true;
}

double loop_duration_steps(double ms, double step_ms)
{
    return whole(ms / step_ms); /* as 0.3 s is of steps of 0.1 s */
}

void loop_duration_put(LoopText *out, double ms)
{
    static const struct {
        double ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = 0;
    while (i < 3 && (ms < units[i].ms || ms / units[i].ms * 1000 != floor(ms / units[i].ms * 1000)))
        i++;
    char text[32];
    number_text(text, ms / units[i].ms);
    loop_text_add(out, "%s %s", text, units[i].unit);
}

static void report_not_whole(LoopChecker *check, LoopSpan span, const char *what, double steps)
{
    LoopArena *arena = check->arena;
    LoopText is = {.arena = arena}, step = {.arena = arena}, below = {.arena = arena}, above = {.arena = arena};
    double ms = check->model->step_ms;
    loop_duration_put(&is, steps * ms);
    loop_duration_put(&step, ms);
    loop_duration_put(&below, floor(steps) * ms);
    loop_duration_put(&above, ceil(steps) * ms);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0501, span, "%s, %s, is not a whole number of steps of %s", what, is.at, step.at);
    enum { LENGTH_MOST = 14 }; /* of what reads well */
    if (floor(steps) > 0 && (below.len > LENGTH_MOST || above.len > LENGTH_MOST))
        loop_diag_help(check->diags, diag, "Write %.0f * dt or %.0f * dt, or change the step.", floor(steps), ceil(steps));
    else if (floor(steps) > 0)
        loop_diag_help(check->diags, diag, "Write %s or %s, or change the step.", below.at, above.at);
    else
        loop_diag_help(check->diags, diag, "Write %s, or make the step smaller.", above.at);
}

bool loop_need_whole_steps(LoopChecker *check, LoopNode *node, const char *what)
{
    if (!loop_need_width(check, node, 1, what) || !loop_need_unit(check, node, LOOP_UNIT_DURATION, what))
        return false;
    if (!node->constant)
        return true;
    double steps = node->constant[0];
    if (!isfinite(steps) || fabs(steps) > INT32_MAX) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0502, node->span, "%s is longer than any run: the limit is %d steps", what, INT32_MAX);
        loop_diag_help(check->diags, diag, "Shorten it, or make the step longer.");
        return false;
    }
    if (steps == floor(steps))
        return true;
    if (whole(steps) != steps) { /* as 0.07 * 1 s, in steps of 10 ms */
        double *near = LOOP_NEW(check->arena, double);
        if (!near)
            return false;
        *near = whole(steps);
        node->constant = near;
        return true;
    }
    report_not_whole(check, node->span, what, steps);
    return false;
}

bool loop_need_memory(LoopChecker *check, LoopSpan span, const char *what, uint32_t steps)
{
    enum { MOST = 1 << 28 };
    if (steps < MOST)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0502, span, "%s is longer than can be remembered: the limit is %d steps", what, MOST);
    loop_diag_help(check->diags, diag, "Shorten it, or make the step longer.");
    return false;
}

bool loop_need_steps(LoopChecker *check, LoopNode *node, const char *what, uint32_t least, uint32_t *out)
{
    if (!loop_need_unit(check, node, LOOP_UNIT_DURATION, what) || !loop_need_constant(check, node, what) ||
        !loop_need_whole_steps(check, node, what))
        return false;
    if (node->constant[0] < least) {
        loop_diag(check->diags, LOOP_E0503, node->span, least ? "%s must be at least %u step" : "%s can't be below %u steps", what, least);
        return false;
    }
    *out = (uint32_t)node->constant[0];
    return true;
}

/* exp(-1 / steps) */
static LoopNode *decay(LoopChecker *check, LoopNode *node)
{
    LoopNode *kids[] = {loop_node_number(check, node->span, -1), NULL};
    /* The duration as a plain number of steps: a quotient by one step. */
    double one = 1;
    LoopNode *step = loop_node_constant(check, node->span, &one, 1, LOOP_UNIT_DURATION);
    LoopNode *steps[] = {node, step};
    kids[1] = loop_node_op(check, node->span, LOOP_OP_div, steps, 2);
    LoopNode *ratio = loop_node_op(check, node->span, LOOP_OP_div, kids, 2);
    LoopNode *factor = loop_node_op(check, node->span, LOOP_OP_exp, &ratio, 1);
    if (factor)
        factor->time_constant = !factor->constant;
    return factor;
}

/* A time constant that a step can't show. Of a param it is the value that is known here. */
static void doubt_time_constant(LoopChecker *check, const LoopNode *node, const char *what)
{
    const double *steps = loop_node_given(node);
    for (uint32_t i = 0; steps && i < node->type.width; i++) {
        if (steps[i] >= 1 || steps[i] <= 0) /* the latter is a fault, when the run is made */
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0001, node->span, "%s is shorter than one step", what);
        if (!node->constant)
            loop_diag_note(check->diags, diag, node->symbol->span, "'%.*s' is %g ms", LOOP_STR_ARGS(node->symbol->name),
                           steps[i] * check->model->step_ms);
        loop_diag_help(check->diags, diag, "Make the step smaller, or write the factor per step that is meant, such as 0.1.");
    }
}

LoopNode *loop_need_factor(LoopChecker *check, LoopNode *node, const char *what, const char *instead)
{
    if (!node || node->type.unit == LOOP_UNIT_NUMBER)
        return node;
    for (uint32_t i = 0; node->constant && i < node->type.width; i++) {
        if (node->constant[i] > 0)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0504, node->span, "%s, as a duration, must be above 0", what);
        loop_diag_help(check->diags, diag, "%s", instead ? instead : "A plain number there is a factor per step; 0 keeps nothing.");
        return NULL;
    }
    doubt_time_constant(check, node, what);
    return decay(check, node);
}
