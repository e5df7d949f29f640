/* Warnings about what the task does, and who knows of it. */
#include "lang/check/review/review.h"

/* ---- events on the first step of a run ---- */

/* The first event on the first step of a trial that gives a sense a value for that step alone; NULL. */
static const LoopEventModel *opening(const LoopTrialModel *trial, const LoopSymbol *sense)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (event->sense == sense && loop_constant_or(event->at, 0) == 0 && loop_constant_or(event->duration, 1) == 1)
            return event;
    }
    return NULL;
}

/* The same in a trial that a run may begin with. */
static const LoopEventModel *opening_the_run(const LoopModel *model, const LoopSymbol *sense)
{
    const LoopPhaseModel *phase = model->phases.count ? &LOOP_ITEM(model->phases, LoopPhaseModel, 0) : NULL;
    const LoopEventModel *event = NULL;
    const bool drawn = phase && (phase->mix == LOOP_MIX_SHUFFLE || phase->mix == LOOP_MIX_DRAW);
    bool last = false;
    for (uint32_t i = 0; phase && !event && !last && i < phase->item_count; i++)
        if (phase->items[i].share > 0) {
            event = opening(LOOP_ITEM(model->trials, LoopTrialModel *, phase->items[i].trial), sense);
            last = !drawn;
        }
    return event;
}

/* Whether both are known, and the same number in each element. */
static bool is_same(const LoopNode *a, const LoopNode *b)
{
    bool same = a->constant && b && b->constant;
    for (uint32_t e = 0; same && e < b->type.width; e++)
        same = a->constant[a->type.width == 1 ? 0 : e] == b->constant[e];
    return same;
}

/* The formula of a state without what sets it to its first value: if start then 0 else ... */
static LoopNode *without_resets(const LoopSymbol *state)
{
    LoopNode *next = state->value;
    while (next->kind == LOOP_NODE_OP && next->op == LOOP_OP_select && is_same(next->kids[1], state->init))
        next = next->kids[2];
    return next;
}

static void check_state(LoopChecker *check, const LoopSymbol *state)
{
    const LoopList terms = loop_terms_in(check, without_resets(state), loop_node_remembers, false);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        const LoopSymbol *sense = term->kind == LOOP_NODE_SYMBOL && term->symbol->kind == LOOP_SYM_SENSE ? term->symbol : NULL;
        const LoopEventModel *event = sense ? opening_the_run(check->model, sense) : NULL;
        if (!event)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0040, state->span, "'%.*s' does not see the first '%.*s' of the run",
                                   LOOP_STR_ARGS(state->name), LOOP_STR_ARGS(sense->name));
        loop_diag_note(check->diags, diag, event->ast->span, "that may be on the first step, on which a state has its first value");
        loop_diag_help(check->diags, diag, "Let the event come a step later, or let the state begin with what it is to be by then.");
        return;
    }
}

/* ---- draws that events do not share ---- */

/* Whether something is decided anew on each step: a coin thrown, one of several picked. */
static bool decides(LoopChecker *check, LoopNode *formula)
{
    const LoopList terms = loop_terms_in(check, formula, loop_node_remembers, false);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_FUNCTION && (term->function == LOOP_FN_bernoulli || term->function == LOOP_FN_pick) &&
            term->clock == LOOP_DRAW_STEP)
            return true;
    }
    return false;
}

/* A let outside of trials that decides, and that an event asks; NULL. */
static LoopSymbol *decision(LoopChecker *check, const LoopEventModel *event)
{
    LoopNode *const formulas[] = {event->value, event->chance};
    for (size_t f = 0; f < 2; f++) {
        const LoopList terms = formulas[f] ? loop_terms_in(check, formulas[f], loop_node_remembers, false) : (LoopList){0};
        for (size_t i = 0; i < terms.count; i++) {
            LoopSymbol *s = LOOP_ITEM(terms, LoopNode *, i)->symbol;
            if (LOOP_ITEM(terms, LoopNode *, i)->kind == LOOP_NODE_SYMBOL && s->kind == LOOP_SYM_LET && !s->once && decides(check, s->value))
                return s;
        }
    }
    return NULL;
}

static void check_draws(LoopChecker *check, const LoopTrialModel *trial)
{
    const LoopEventModel *first = NULL;
    LoopSymbol *drawn = NULL;
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        LoopSymbol *asked = decision(check, event);
        if (!drawn && asked) {
            drawn = asked;
            first = event;
        } else if (drawn && asked == drawn && loop_constant_or(event->at, 0) != loop_constant_or(first->at, 0)) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_W0041, event->ast->span, "'%.*s' is drawn anew for this event", LOOP_STR_ARGS(drawn->name));
            loop_diag_note(check->diags, diag, first->ast->span, "and for this one, at another time");
            loop_diag_help(check->diags, diag, "What is drawn once a trial is a let inside of the trial: trial %.*s ... { let %.*s = ... }.",
                           LOOP_STR_ARGS(trial->symbol->name), LOOP_STR_ARGS(drawn->local));
            return;
        }
    }
}

void loop_doubts_task(LoopChecker *check)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_STATE && s->value)
            check_state(check, s);
    }
    for (size_t i = 0; i < model->trials.count; i++)
        check_draws(check, LOOP_ITEM(model->trials, LoopTrialModel *, i));
}
