/* Warnings about experiments that can't show what they seem to: expectations that hold, or fail, whatever happens; trials
   and groups that nothing runs; events without an onset; loops that never choose, or learn at no rate above 0; names that
   hide others. */
#include "lang/check/range.h"

#include <math.h>

/* ---- expectations ---- */

/* A bound that only just holds counts where it is a whole number: any other may be missed by rounding. */
static bool whole(double x)
{
    return x == floor(x);
}

static bool surely_below(double a, double b) /* a < b */
{
    if (isinf(a) || isinf(b)) /* nothing is known */
        return false;
    return a < b - 1e-9 * (fabs(a) + fabs(b)) || (a < b && whole(a) && whole(b));
}

static bool surely_not_above(double a, double b) /* a <= b */
{
    return surely_below(a, b) || (a == b && isfinite(a) && whole(a));
}

typedef enum Verdict { OPEN, ALWAYS, NEVER } Verdict;

static Verdict by_order(LoopRange lower, LoopRange upper, bool strictly)
{
    if (strictly)
        return surely_below(lower.hi, upper.lo) ? ALWAYS : surely_not_above(upper.hi, lower.lo) ? NEVER : OPEN;
    return surely_not_above(lower.hi, upper.lo) ? ALWAYS : surely_below(upper.hi, lower.lo) ? NEVER : OPEN;
}

static Verdict by_distance(LoopRange v, LoopRange b, double tolerance)
{
    if (surely_not_above(b.hi - tolerance, v.lo) && surely_not_above(v.hi, b.lo + tolerance))
        return ALWAYS;
    return surely_below(v.hi, b.lo - tolerance) || surely_below(b.hi + tolerance, v.lo) ? NEVER : OPEN;
}

static Verdict judge(const LoopModel *model, const LoopClaimModel *claim)
{
    LoopRange v = loop_bounds_of(model, claim->value), b = loop_bounds_of(model, claim->bound);
    LoopRange margin = claim->margin ? loop_bounds_of(model, claim->margin) : (LoopRange){0, 0}, above = {b.lo + margin.lo, b.hi + margin.hi},
              below = {b.lo - margin.hi, b.hi - margin.lo};
    switch (claim->relation) {
    case LOOP_REL_GT:
        return by_order(above, v, true);
    case LOOP_REL_GE:
        return by_order(above, v, false);
    case LOOP_REL_LT:
        return by_order(v, below, true);
    case LOOP_REL_LE:
        return by_order(v, below, false);
    case LOOP_REL_NEAR:
        if (claim->tolerance_is_percent || !claim->tolerance || !claim->tolerance->constant)
            return OPEN;
        return by_distance(v, b, claim->tolerance->constant[0]);
    case LOOP_REL_EQ:
        return by_distance(v, b, 0) == NEVER ? NEVER : OPEN;
    case LOOP_REL_NE:
        return by_distance(v, b, 0) == NEVER ? ALWAYS : OPEN;
    }
    return OPEN;
}

static void put_range(LoopText *out, LoopRange range)
{
    if (isinf(range.lo) && isinf(range.hi))
        loop_text_add(out, "any number");
    else if (isinf(range.hi))
        loop_text_add(out, "%g or more", range.lo);
    else if (isinf(range.lo))
        loop_text_add(out, "%g or less", range.hi);
    else if (range.lo == range.hi)
        loop_text_add(out, "%g", range.lo);
    else
        loop_text_add(out, "from %g to %g", range.lo, range.hi);
}

/* `expect mod(-1, 3) = 2 within 0` shows how the language computes, and a const that it has its value: both are meant. */
static bool shows_number(const LoopModel *model, const LoopClaimModel *claim)
{
    LoopRange value = loop_bounds_of(model, claim->value);
    return value.lo == value.hi && (claim->relation == LOOP_REL_NEAR || claim->relation == LOOP_REL_EQ);
}

static void check_claim(LoopChecker *check, const LoopClaimModel *claim)
{
    Verdict verdict = claim->is_expectation ? judge(check->model, claim) : OPEN;
    if (verdict == OPEN || (verdict == ALWAYS && shows_number(check->model, claim)))
        return;
    LoopText value = {.arena = check->arena}, bound = {.arena = check->arena};
    put_range(&value, loop_bounds_of(check->model, claim->value));
    put_range(&bound, loop_bounds_of(check->model, claim->bound));
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0012, claim->span, verdict == ALWAYS ? "this expectation holds whatever happens"
                                                                                       : "this expectation fails whatever happens");
    loop_diag_note(check->diags, diag, claim->value->span, "this is %s", loop_text_view(&value).at);
    loop_diag_note(check->diags, diag, claim->bound->span, "and this is %s", loop_text_view(&bound).at);
    loop_diag_help(check->diags, diag, "An expectation says something when the run can prove it wrong.");
}

/* ---- trials and groups ---- */

static bool is_template(const LoopModel *model, const LoopTrialModel *trial)
{
    for (size_t i = 0; i < model->trials.count; i++)
        if (LOOP_ITEM(model->trials, LoopTrialModel *, i)->like == trial)
            return true;
    return false;
}

/* In a mix with odds of 0 only. */
static void check_trial(LoopChecker *check, const LoopTrialModel *trial)
{
    const LoopModel *model = check->model;
    const LoopPhaseModel *named = NULL;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        for (uint32_t k = 0; k < phase->item_count; k++) {
            if (phase->items[k].trial != trial->symbol->index)
                continue;
            if (phase->items[k].share > 0)
                return;
            named = phase;
        }
    }
    if (!named || is_template(model, trial))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0013, trial->symbol->span, "the trial '%.*s' is never drawn", LOOP_STR_ARGS(trial->symbol->name));
    loop_diag_note(check->diags, diag, named->ast->span, "its odds are 0 in the phase '%.*s'", LOOP_STR_ARGS(named->symbol->name));
    loop_diag_help(check->diags, diag, "Give it odds above 0, or take it out.");
}

static void check_group(LoopChecker *check, const LoopSymbol *group)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        if (!phase->groups || phase->groups[group->index])
            return;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0014, group->span, "the group '%.*s' takes no phase", LOOP_STR_ARGS(group->name));
    loop_diag_help(check->diags, diag, "Every phase is 'of' other groups, so its agents do nothing; add 'of %.*s' to a phase.", LOOP_STR_ARGS(group->name));
}

/* ---- events that nobody sees begin ---- */

static double steps_of(const LoopNode *node, double otherwise)
{
    return !node ? otherwise : node->constant ? node->constant[0] : NAN;
}

static bool lasts_to_the_end(const LoopTrialModel *trial, const LoopEventModel *event)
{
    return !event->chance && steps_of(event->value, 1) > 0 && steps_of(event->at, 0) + steps_of(event->duration, 1) >= trial->duration;
}

static bool begins_the_trial(const LoopEventModel *event)
{
    return steps_of(event->at, 0) == 0 && !(steps_of(event->value, 1) <= 0);
}

/* A call that sees an element begin that both events drive. */
static const LoopAst *seen_rise(const LoopEventModel *event, const LoopEventModel *next)
{
    const LoopSymbol *sense = next->sense;
    for (uint32_t i = 0; sense->rises && event->sense == sense && i < sense->type.width; i++)
        if (sense->rises[i] && (event->element == LOOP_NONE || event->element == i) && (next->element == LOOP_NONE || next->element == i))
            return sense->rises[i];
    return NULL;
}

/* Event `next` of a trial behind one that `event` ended. */
static void check_rise(LoopChecker *check, const LoopEventModel *event, const LoopEventModel *next)
{
    LoopSymbol *sense = next->sense;
    const LoopAst *call = seen_rise(event, next);
    if (!call)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0019, next->ast->span, "'%.*s' has no onset here where the trial before ended with it",
                               LOOP_STR_ARGS(sense->name));
    if (event != next)
        loop_diag_note(check->diags, diag, event->ast->span, "this event lasts to the end of its trial");
    loop_diag_note(check->diags, diag, call->span, "this sees '%.*s' begin only where it was off on the step before", LOOP_STR_ARGS(sense->name));
    loop_diag_help(check->diags, diag, "Put a pause between trials, such as 'between 1 s', make the trial longer, or begin the event later.");
    sense->rises = NULL; /* once is enough */
}

static void check_sequence(LoopChecker *check, const LoopTrialModel *trial, const LoopTrialModel *next)
{
    for (size_t i = 0; i < trial->events.count; i++)
        for (size_t k = 0; k < next->events.count; k++) {
            const LoopEventModel *a = &LOOP_ITEM(trial->events, LoopEventModel, i), *b = &LOOP_ITEM(next->events, LoopEventModel, k);
            if (a->sense && lasts_to_the_end(trial, a) && begins_the_trial(b))
                check_rise(check, a, b);
        }
}

static bool takes_turns(const LoopPhaseModel *phase)
{
    return phase->mix == LOOP_MIX_CYCLE || phase->mix == LOOP_MIX_PLAIN;
}

/* Whether item `k` of a phase can follow item `i` in it. */
static bool can_follow(const LoopPhaseModel *phase, uint32_t i, uint32_t k)
{
    double shares = 0;
    for (uint32_t n = 0; n < phase->item_count; n++)
        shares += phase->items[n].share;
    if (phase->count < 2 || !(phase->items[i].share > 0) || !(phase->items[k].share > 0))
        return false;
    if (takes_turns(phase))
        return k == (i + 1) % phase->item_count;
    return phase->mix == LOOP_MIX_DRAW || i != k || phase->count * phase->items[i].share > shares; /* there are two of it */
}

static const LoopTrialModel *trial_of(const LoopModel *model, const LoopPhaseModel *phase, uint32_t i)
{
    return LOOP_ITEM(model->trials, LoopTrialModel *, phase->items[i].trial);
}

static void check_phase(LoopChecker *check, const LoopPhaseModel *phase)
{
    for (uint32_t i = 0; i < phase->item_count; i++)
        for (uint32_t k = 0; k < phase->item_count; k++)
            if (can_follow(phase, i, k))
                check_sequence(check, trial_of(check->model, phase, i), trial_of(check->model, phase, k));
}

/* The last trials of a phase and the first of the next, where all groups go through both. */
static void check_phases(LoopChecker *check, const LoopPhaseModel *phase, const LoopPhaseModel *next)
{
    for (uint32_t i = 0; !phase->groups && !next->groups && !phase->until && i < phase->item_count; i++)
        for (uint32_t k = 0; k < next->item_count; k++) {
            bool last = !takes_turns(phase) || i == (phase->count - 1) % phase->item_count, first = !takes_turns(next) || k == 0;
            if (last && first && phase->items[i].share > 0 && next->items[k].share > 0)
                check_sequence(check, trial_of(check->model, phase, i), trial_of(check->model, next, k));
        }
}

/* ---- loops ---- */

/* `forget` and the weights it works on are a model too, so only a loop without it is in doubt. */
static void check_rate(LoopChecker *check, const LoopLoopModel *loop)
{
    if (!loop->rate || !loop->rate->constant || loop->forget)
        return;
    bool negative = false, zero = true;
    for (uint32_t i = 0; i < loop->rate->type.width; i++) {
        negative = negative || loop->rate->constant[i] < 0;
        zero = zero && loop->rate->constant[i] == 0;
    }
    if (!negative && !zero)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0016, loop->rate->span, negative ? "'%.*s' learns away from what its dopamine teaches: its rate is negative"
                                                                                  : "'%.*s' learns nothing: its rate is 0", LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Give it a rate above 0; a loop that keeps its first weights needs no 'learn' and no dopamine.");
}

/* A factor of each step: beyond 1 in size what it multiplies grows without end. */
static void check_factor(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *factor, const char *what)
{
    for (uint32_t i = 0; factor && factor->constant && i < factor->type.width; i++) {
        if (fabs(factor->constant[i]) <= 1)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0021, factor->span, "the %s of '%.*s' is beyond 1", what, LOOP_STR_ARGS(loop->symbol->name));
        loop_diag_help(check->diags, diag, "It multiplies on each step; write a number up to 1, or a duration for its time constant.");
        return;
    }
}

/* The trace of a loop with a discount fades by the product of both. */
static void check_factors(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopNode *discount = loop->discount, *trace = loop->trace;
    check_factor(check, loop, discount, "discount");
    check_factor(check, loop, trace, "trace");
    if (!discount || !trace || !discount->constant || !trace->constant || discount->constant[0] != 0 || trace->constant[0] == 0)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0021, trace->span, "the trace of '%.*s' ends at once: it fades by the discount too, which is 0", LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Give it a discount above 0, or leave the trace out.");
}

static bool drives(const LoopTrialModel *trial, const LoopSymbol *sense)
{
    for (size_t i = 0; i < trial->events.count; i++)
        if (LOOP_ITEM(trial->events, LoopEventModel, i).sense == sense)
            return true;
    return trial->broken;
}

static bool is_no_sum(const LoopNode *node)
{
    return node->kind != LOOP_NODE_OP || (node->op != LOOP_OP_add && node->op != LOOP_OP_sub && node->op != LOOP_OP_neg);
}

/* The nodes of a formula and of the lets that it names, as far as `skip` opens them. */
static LoopList terms_of(LoopChecker *check, LoopNode *formula, LoopNodeSkip *skip)
{
    LoopList terms = {0};
    const uint32_t mark = ++check->mark;
    bool walked = loop_nodes_collect(check->arena, formula, mark, skip, &terms);
    for (size_t i = 0; walked && i < terms.count; i++) { /* lets add to the list */
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_SYMBOL && term->symbol->kind == LOOP_SYM_LET)
            walked = loop_nodes_collect(check->arena, term->symbol->value, mark, skip, &terms);
    }
    return walked ? terms : (LoopList){0};
}

/* Whether a formula is what the loop expected, plus or minus something, on each step: nothing asks whether there is an outcome. */
static bool compares_always(LoopChecker *check, LoopNode *formula, const LoopSymbol *loop)
{
    const LoopList terms = terms_of(check, formula, is_no_sum);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_SYMBOL && term->symbol == loop && term->field == LOOP_FIELD_expected)
            return true;
    }
    return false;
}

/* Says what a loop chooses on this very step. A choice is held, but one that is made on each step is of this one. */
static bool is_choice_now(const LoopNode *node, const LoopLoopModel *loop)
{
    if (node->kind != LOOP_NODE_SYMBOL || node->symbol != loop->symbol)
        return false;
    return node->field == LOOP_FIELD_chose || node->field == LOOP_FIELD_choice || node->field == LOOP_FIELD_taken ||
           (node->field == LOOP_FIELD_SELF && !loop->when);
}

/* A choice is eligible from the next step on, so what is said of it on its own step trains the one before. Who looks at that one too
   knows, as SARSA does. */
static void check_step(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine, *act = loop->symbol;
    if (loop->kind != LOOP_CHOOSE || !signal || !loop->rate)
        return;
    const LoopList terms = terms_of(check, signal->value, loop_node_looks_back);
    const LoopNode *now = NULL;
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (loop_node_looks_back(term) || (term->kind == LOOP_NODE_SYMBOL && term->symbol == act && term->field == LOOP_FIELD_expected))
            return;
        now = !now && is_choice_now(term, loop) ? term : now;
    }
    if (!now)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0024, signal->span, "'%.*s' judges what '%.*s' chooses on this step, and trains what it chose before",
                               LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(act->name));
    loop_diag_note(check->diags, diag, now->span, "this is the choice of the step itself, which is eligible from the next one on");
    loop_diag_help(check->diags, diag, "Judge it a step later: its outcome is prev(...) of what it is here, and its value %.*s.expected.", LOOP_STR_ARGS(act->ast->text));
}

static bool has_long_trial(const LoopModel *model)
{
    for (size_t i = 0; i < model->trials.count; i++)
        if (LOOP_ITEM(model->trials, LoopTrialModel *, i)->duration > 1)
            return true;
    return false;
}

/* The trace of a choice is kept until the next one, so that each step on which dopamine is not 0 teaches. */
static void check_outcome(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine, *act = loop->symbol;
    if (loop->kind != LOOP_CHOOSE || !loop->when || loop->trace || !signal || !has_long_trial(check->model) || !compares_always(check, signal->value, act))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0023, signal->span, "between its choices '%.*s' unlearns what it took: '%.*s' is less by what was expected on every step",
                               LOOP_STR_ARGS(act->name), LOOP_STR_ARGS(signal->name));
    loop_diag_note(check->diags, diag, act->span, "'%.*s' keeps its trace until it chooses again", LOOP_STR_ARGS(act->name));
    loop_diag_help(check->diags, diag, "Let it teach where there is an outcome: if prev(%.*s.chose) then REWARD - %.*s.expected else 0. Or say trace 0 where the outcome comes on the step behind the choice.",
                   LOOP_STR_ARGS(act->ast->text), LOOP_STR_ARGS(act->ast->text));
}

/* A sense without a formula gets its events from the task. One that stays 0 may be meant, but not where it says when to choose. */
static void check_when(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopModel *model = check->model;
    const LoopSymbol *sense = loop->when && loop->when->kind == LOOP_NODE_SYMBOL ? loop->when->symbol : NULL;
    if (!sense || sense->kind != LOOP_SYM_SENSE || sense->value || sense->broken || sense->forced)
        return;
    for (size_t i = 0; i < model->trials.count; i++)
        if (drives(LOOP_ITEM(model->trials, LoopTrialModel *, i), sense))
            return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0017, loop->when->span, "'%.*s' never chooses: no trial drives '%.*s'", LOOP_STR_ARGS(loop->symbol->name),
                               LOOP_STR_ARGS(sense->name));
    loop_diag_help(check->diags, diag, "Give a trial an event of it, such as: %.*s at 1 s", LOOP_STR_ARGS(sense->name));
}

/* In the scope of the loop, so that what all instances of a circuit have in common is said once. */
static void check_loop(LoopChecker *check, const LoopLoopModel *loop)
{
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    check_rate(check, loop);
    check_when(check, loop);
    check_factors(check, loop);
    check_outcome(check, loop);
    check_step(check, loop);
    loop_scope_enter(check, before);
}

/* ---- names that hide others ---- */

/* Only what the function could read otherwise: in a used file or a circuit, names of the model are out of its sight. */
static void check_formals(LoopChecker *check, const LoopSymbol *fn)
{
    LoopScope *before = loop_scope_enter(check, fn->scope);
    for (const LoopAst *formal = fn->ast->first; formal; formal = formal->next) {
        const LoopSymbol *value = formal->kind == LOOP_AST_FORMAL ? loop_scope_find(check, LOOP_SPACE_VALUES, formal->text) : NULL;
        if (!value)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0015, formal->span, "inside '%.*s' the argument '%.*s' hides a %s of that name", LOOP_STR_ARGS(fn->name),
                                   LOOP_STR_ARGS(formal->text), loop_symbol_kind_name(value->kind));
        loop_diag_note(check->diags, diag, value->span, "the %s is here", loop_symbol_kind_name(value->kind));
        loop_diag_help(check->diags, diag, "Give one of them another name, so that a reader can't take it for the other.");
    }
    loop_scope_enter(check, before);
}

/* Beside a choice a bare name is a label first. */
static void check_labels(LoopChecker *check, const LoopSymbol *loop)
{
    const LoopAst *labels = loop->loop && loop->loop->kind == LOOP_CHOOSE ? loop_labels_declared(check, loop) : NULL;
    for (const LoopAst *label = labels ? labels->first : NULL; label; label = label->next) {
        const LoopSymbol *value = loop_scope_find(check, LOOP_SPACE_VALUES, label->text);
        if (!value)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0015, label->span, "the option '%.*s' of '%.*s' is also a %s", LOOP_STR_ARGS(label->text),
                                   LOOP_STR_ARGS(loop->name), loop_symbol_kind_name(value->kind));
        loop_diag_note(check->diags, diag, value->span, "the %s is here", loop_symbol_kind_name(value->kind));
        loop_diag_help(check->diags, diag, "In '%.*s == %.*s' it is the option, elsewhere the %s; give one of them another name.", LOOP_STR_ARGS(loop->name),
                       LOOP_STR_ARGS(label->text), loop_symbol_kind_name(value->kind));
    }
}

/* An expectation reads the value first, so such a measure is never what is compared. */
static void check_measure(LoopChecker *check, const LoopSymbol *measure)
{
    const LoopSymbol *value = loop_scope_find(check, LOOP_SPACE_VALUES, measure->name);
    if (!value)
        return;
    const char *kind = loop_symbol_kind_name(value->kind);
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0015, measure->span, "the measure '%.*s' is also a %s", LOOP_STR_ARGS(measure->name), kind);
    loop_diag_note(check->diags, diag, value->span, "the %s is here", kind);
    loop_diag_help(check->diags, diag, "In an expectation '%.*s' is the %s; give one of them another name.", LOOP_STR_ARGS(measure->name), kind);
}

void loop_doubts_check(LoopChecker *check)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_FN)
            check_formals(check, s);
        else if (s->kind == LOOP_SYM_GROUP)
            check_group(check, s);
        else if (s->kind == LOOP_SYM_LOOP)
            check_labels(check, s);
        else if (s->kind == LOOP_SYM_MEASURE)
            check_measure(check, s);
    }
    for (size_t i = 0; i < model->loops.count; i++)
        check_loop(check, LOOP_ITEM(model->loops, LoopLoopModel *, i));
    for (size_t i = 0; i < model->trials.count; i++)
        check_trial(check, LOOP_ITEM(model->trials, LoopTrialModel *, i));
    for (size_t i = 0; steps_of(model->between, 0) == 0 && i < model->phases.count; i++)
        check_phase(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 1; steps_of(model->between, 0) == 0 && i < model->phases.count; i++)
        check_phases(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i - 1), &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 0; i < model->claims.count; i++)
        check_claim(check, &LOOP_ITEM(model->claims, LoopClaimModel, i));
}
