/* Warnings about experiments that can't show what they seem to: expectations that hold, or fail, whatever happens; trials
   and groups that nothing runs; events without an onset; names that hide others; and loops, see doubts_loops.c. */
#include "lang/check/review/range.h"

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

/* A share of 0 is no tolerance. */
static void check_share(LoopChecker *check, const LoopClaimModel *claim)
{
    const LoopNode *bound = claim->bound;
    if (!claim->is_expectation || !claim->tolerance_is_percent || !bound->constant || bound->constant[0] != 0)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0028, claim->tolerance->span, "a share of 0 is 0: this asks for exactly 0");
    loop_diag_help(check->diags, diag, "Write how far from 0 it may be: = 0 within 0.05.");
}

static void note_ranges(LoopChecker *check, LoopDiag *diag, const LoopNode *value, const LoopNode *bound)
{
    LoopText is = {.arena = check->arena}, other = {.arena = check->arena};
    put_range(&is, loop_bounds_of(check->model, value));
    put_range(&other, loop_bounds_of(check->model, bound));
    loop_diag_note(check->diags, diag, value->span, "this is %s", loop_text_view(&is).at);
    loop_diag_note(check->diags, diag, bound->span, "and this is %s", loop_text_view(&other).at);
}

/* What is measured on a side of an expectation, where its place is written there; NULL. */
static const LoopMeasureModel *measured_here(const LoopModel *model, const LoopClaimModel *claim, const LoopNode *side)
{
    if (!side || side->kind != LOOP_NODE_MEASURED)
        return NULL;
    const LoopMeasureModel *m = &LOOP_ITEM(model->measures, LoopMeasureModel, side->size);
    return m->span.file == claim->span.file && m->span.begin >= claim->span.begin && m->span.end <= claim->span.end ? m : NULL;
}

static bool has_moment(const LoopTrialModel *trial, const LoopMeasureModel *m)
{
    return loop_anchor_told(trial, &m->from) && (!m->window || loop_anchor_told(trial, &m->to));
}

static bool is_picked(const LoopSelect *select, const LoopPhaseModel *phase, uint32_t type)
{
    return (select->phase == LOOP_NONE || select->phase == phase->symbol->index) && (select->trial == LOOP_NONE || select->trial == type);
}

/* Whether what names no trials is taken from others as well than `some` is, whose trials are named. Where its event or group leaves it
   one phase, and that is not the one that is named, it needs no name. */
static bool takes_more(const LoopModel *model, const LoopMeasureModel *all, uint32_t group, const LoopSelect *some)
{
    uint32_t only = LOOP_NONE, phases = 0;
    bool more = some->pick != LOOP_PICK_ALL;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        for (uint32_t k = 0; k < phase->item_count && !(phase->groups && group != LOOP_NONE && !phase->groups[group]); k++) {
            const uint32_t type = phase->items[k].trial;
            if (!(phase->items[k].share > 0) || !has_moment(LOOP_ITEM(model->trials, LoopTrialModel *, type), all))
                continue;
            more = more || !is_picked(some, phase, type);
            phases += only != phase->symbol->index;
            only = phase->symbol->index;
        }
    }
    return more && (phases > 1 || only == some->phase);
}

/* The trials named behind one side are those of that side alone. */
static void check_sides(LoopChecker *check, const LoopClaimModel *claim)
{
    const LoopModel *model = check->model;
    const LoopMeasureModel *value = measured_here(model, claim, claim->value), *bound = measured_here(model, claim, claim->bound);
    if (!claim->is_expectation || !value || !bound || (value->select.phase == LOOP_NONE) == (bound->select.phase == LOOP_NONE))
        return;
    const bool first = value->select.phase == LOOP_NONE;
    const LoopMeasureModel *all = first ? value : bound, *some = first ? bound : value;
    if (!takes_more(model, all, (first ? claim->value : claim->bound)->group, &some->select))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0039, all->span, "'%.*s' is measured in all trials that have it", LOOP_STR_ARGS(all->text));
    loop_diag_note(check->diags, diag, some->span, "and what it is compared with in some of them");
    loop_diag_help(check->diags, diag, "Say in which trials behind either side. Where the whole run is meant, give it a name: measure all = %.*s.",
                   LOOP_STR_ARGS(all->text));
}

static void check_claim(LoopChecker *check, const LoopClaimModel *claim)
{
    check_share(check, claim);
    check_sides(check, claim);
    Verdict verdict = claim->is_expectation ? judge(check->model, claim) : OPEN;
    if (verdict == OPEN || (verdict == ALWAYS && shows_number(check->model, claim)))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0012, claim->span, verdict == ALWAYS ? "this expectation holds whatever is measured"
                                                                                       : "this expectation fails whatever is measured");
    note_ranges(check, diag, claim->value, claim->bound);
    loop_diag_help(check->diags, diag, "An expectation says something when the run can prove it wrong.");
}

/* Whether it is 0 or 1: a comparison, by whatever name, or that a loop chooses, or chooses this. */
static bool is_truth(LoopNode *signal)
{
    const LoopNode *node = loop_node_named(signal), *whole = node->kind == LOOP_NODE_ELEMENT ? loop_node_named(node->kids[0]) : node;
    const bool choice = whole->kind == LOOP_NODE_SYMBOL && (whole->field == LOOP_FIELD_chose || whole->field == LOOP_FIELD_choice);
    return signal->type.width == 1 && (choice || (node->kind == LOOP_NODE_OP && loop_op_is_truth(node->op)));
}

/* A share that is asked of what is 0 or 1. */
static bool asks_a_share(LoopNode *signal, LoopRelation relation, const LoopNode *bound)
{
    return (relation == LOOP_REL_GT || relation == LOOP_REL_GE) && is_truth(signal) && bound->constant && bound->constant[0] > 0.5 &&
           bound->constant[0] < 1;
}

static void doubt_share(LoopChecker *check, LoopSpan span)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0043, span, "this asks one trial at a time, in which it is 0 or 1");
    loop_diag_help(check->diags, diag, "How many of the last ten there were is counted by a state: world { state hits[10] from 0 next if prev(act.chose) then [prev(act) == right, slice(hits, 0, 9)] else hits }, and asked as mean(hits).");
}

/* The same in `trials until`, whose signal is the comparison. */
static void check_first(LoopChecker *check, const LoopMeasureModel *m)
{
    const LoopNode *compared = m->signal;
    if (!m->first_true || m->window || compared->kind != LOOP_NODE_OP || compared->kid_count != 2)
        return;
    const LoopRelation relation = compared->op == LOOP_OP_gt ? LOOP_REL_GT : compared->op == LOOP_OP_ge ? LOOP_REL_GE : LOOP_REL_EQ;
    if (asks_a_share(compared->kids[0], relation, compared->kids[1]))
        doubt_share(check, m->span);
}

/* The condition of a phase, as a claim. */
static void check_until(LoopChecker *check, const LoopPhaseModel *phase)
{
    if (!phase->until || !phase->until_bound)
        return;
    const LoopMeasureModel *m = phase->until->kind == LOOP_NODE_MEASURED ? &LOOP_ITEM(check->model->measures, LoopMeasureModel, phase->until->size) : NULL;
    if (m && !m->window && asks_a_share(m->signal, phase->until_relation, phase->until_bound))
        doubt_share(check, loop_ast_find(phase->ast, LOOP_AST_UNTIL)->span);
    const LoopClaimModel claim = {.value = phase->until, .bound = phase->until_bound, .relation = phase->until_relation};
    const Verdict verdict = judge(check->model, &claim);
    if (verdict == OPEN)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0012, loop_ast_find(phase->ast, LOOP_AST_UNTIL)->span,
                               verdict == ALWAYS ? "this condition holds whatever is measured, so the phase ends with the first trial that has a value"
                                                 : "this condition never holds, so the phase runs all its trials");
    note_ranges(check, diag, claim.value, claim.bound);
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
    loop_diag_help(check->diags, diag, "Every phase is 'of' other groups, so its agents do nothing; add 'of %.*s' to a phase.",
                   LOOP_STR_ARGS(group->name));
}

/* ---- events that nobody sees begin ---- */

static bool lasts_to_the_end(const LoopTrialModel *trial, const LoopEventModel *event)
{
    return !event->chance && loop_constant_or(event->value, 1) > 0 && loop_constant_or(event->at, 0) + loop_constant_or(event->duration, 1) >= trial->duration;
}

static bool begins_the_trial(const LoopEventModel *event)
{
    return loop_constant_or(event->at, 0) == 0 && !(loop_constant_or(event->value, 1) <= 0);
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

/* Whether item `k` of a phase can follow item `i` in it; `shares`: of all items. */
static bool can_follow(const LoopPhaseModel *phase, double shares, uint32_t i, uint32_t k)
{
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
    double shares = 0;
    for (uint32_t i = 0; i < phase->item_count; i++)
        shares += phase->items[i].share;
    for (uint32_t i = 0; i < phase->item_count; i++)
        for (uint32_t k = 0; k < phase->item_count; k++)
            if (can_follow(phase, shares, i, k))
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

/* ---- names that hide others ---- */

/* Only what the function could read otherwise: in a used file or a circuit, names of the model are out of its sight. */
static void check_formals(LoopChecker *check, const LoopSymbol *fn)
{
    LoopScope *before = loop_scope_enter(check, fn->scope);
    for (const LoopAst *formal = fn->ast->first; formal; formal = formal->next) {
        const LoopSymbol *value = formal->kind == LOOP_AST_FORMAL ? loop_scope_find(check, LOOP_SPACE_VALUES, formal->text) : NULL;
        if (!value)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0015, formal->span, "inside '%.*s' the argument '%.*s' hides a %s of that name",
                                   LOOP_STR_ARGS(fn->name), LOOP_STR_ARGS(formal->text), loop_symbol_kind_name(value->kind));
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
        loop_diag_help(check->diags, diag, "In '%.*s == %.*s' it is the option, elsewhere the %s; give one of them another name.",
                       LOOP_STR_ARGS(loop->name), LOOP_STR_ARGS(label->text), loop_symbol_kind_name(value->kind));
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
        else if (s->kind == LOOP_SYM_DOPAMINE)
            loop_doubts_signal(check, s);
    }
    for (size_t i = 0; i < model->loops.count; i++)
        loop_doubts_loop(check, LOOP_ITEM(model->loops, LoopLoopModel *, i));
    for (size_t i = 0; i < model->trials.count; i++)
        check_trial(check, LOOP_ITEM(model->trials, LoopTrialModel *, i));
    for (size_t i = 0; loop_constant_or(model->between, 0) == 0 && i < model->phases.count; i++)
        check_phase(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 1; loop_constant_or(model->between, 0) == 0 && i < model->phases.count; i++)
        check_phases(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i - 1), &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 0; i < model->phases.count; i++)
        check_until(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 0; i < model->measures.count; i++)
        check_first(check, &LOOP_ITEM(model->measures, LoopMeasureModel, i));
    loop_doubts_task(check);
    for (size_t i = 0; i < model->claims.count; i++)
        check_claim(check, &LOOP_ITEM(model->claims, LoopClaimModel, i));
}
