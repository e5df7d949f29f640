/* Warnings about senses that open a choice or its learning: one that lasts opens it on each of its steps, one that is the reward itself
   leaves out what brought none, and one that a critic knows ahead of a choice is credited to the choice before. */
#include "lang/check/review/review.h"

#include <math.h>

/* Whether another sense is on for just as long: then there is something for each step. */
static bool has_company(const LoopTrialModel *trial, const LoopEventModel *event)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *other = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (other->sense != event->sense && loop_constant_or(other->at, 0) == loop_constant_or(event->at, 0) &&
            loop_constant_or(other->duration, 1) == loop_constant_or(event->duration, 1))
            return true;
    }
    return false;
}

/* The first event of a sense that lasts for more than a step; NULL: there is none. */
static const LoopEventModel *lasting(const LoopModel *model, const LoopSymbol *sense, bool alone)
{
    for (size_t i = 0; i < model->trials.count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, i);
        for (size_t k = 0; k < trial->events.count; k++) {
            const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, k);
            if (event->sense == sense && loop_constant_or(event->duration, 1) > 1 && !(alone && has_company(trial, event)))
                return event;
        }
    }
    return NULL;
}

/* Whether the task always gives a sense the value 1 where it gives it any. */
static bool is_marker(const LoopModel *model, const LoopSymbol *sense)
{
    for (size_t i = 0; i < model->trials.count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, i);
        for (size_t k = 0; k < trial->events.count; k++) {
            const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, k);
            if (event->sense == sense && (event->chance || (event->value && loop_constant_or(event->value, 0) != 1)))
                return false;
        }
    }
    return true;
}

static bool is_driven(const LoopNode *node)
{
    return node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_SENSE && !node->symbol->value && !node->symbol->forced &&
           node->type.width == 1;
}

static void check_cue(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopEventModel *event = loop->when && is_driven(loop->when) ? lasting(check->model, loop->when->symbol, false) : NULL;
    if (!event)
        return;
    const LoopSymbol *act = loop->symbol, *sense = loop->when->symbol;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0034, loop->when->span, "'%.*s' chooses anew on each of the %g steps that '%.*s' lasts",
                               LOOP_STR_ARGS(act->name), loop_constant_or(event->duration, 1), LOOP_STR_ARGS(sense->name));
    loop_diag_note(check->diags, diag, event->ast->span, "it lasts here");
    loop_diag_help(check->diags, diag, "One choice for each is: when onset(%.*s). If it is to choose on all of these steps, write: when %.*s > 0.",
                   LOOP_STR_ARGS(sense->local), LOOP_STR_ARGS(sense->local));
}

/* What a product, or an `if SENSE then ... else 0`, lets through: gate and formula; false: it is neither. */
static bool gated(const LoopNode *product, LoopNode **gate, LoopNode **formula)
{
    if (product->kind != LOOP_NODE_OP || product->kid_count < 2)
        return false;
    const bool select = product->op == LOOP_OP_select && product->kids[2]->constant && product->kids[2]->constant[0] == 0;
    if (product->op != LOOP_OP_mul && !select)
        return false;
    const uint32_t first = select || is_driven(product->kids[0]) ? 0 : 1;
    *gate = product->kids[first];
    *formula = product->kids[1 - first];
    return is_driven(*gate);
}

/* Not looked into for what a reward is made of: what is no sum and no multiple. */
static bool is_no_multiple(const LoopNode *node)
{
    const bool scales = node->kind == LOOP_NODE_OP && node->kid_count == 2 && (node->op == LOOP_OP_mul || node->op == LOOP_OP_div) &&
                        (node->kids[0]->constant || node->kids[1]->constant);
    return !scales && loop_node_is_no_sum(node);
}

static bool is_made_of(LoopChecker *check, LoopNode *formula, const LoopSymbol *sense)
{
    const LoopList terms = loop_terms_in(check, formula, is_no_multiple, true);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_SYMBOL && term->symbol == sense)
            return true;
    }
    return false;
}

static void check_gate(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine, *act = loop->symbol;
    LoopNode *gate, *formula;
    if (loop->kind != LOOP_CHOOSE || !signal || !loop->rate || !gated(loop_node_named(signal->value), &gate, &formula) ||
        !loop_compares_always(check, formula, act))
        return;
    const LoopSymbol *sense = gate->symbol;
    const LoopEventModel *event = lasting(check->model, sense, true);
    if (!is_marker(check->model, sense) && is_made_of(check, formula, sense)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0035, gate->span, "'%.*s' teaches only where '%.*s' comes, which is the reward: what brings none teaches nothing",
                                   LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(sense->name));
        loop_diag_help(check->diags, diag, "Let a sense of its own mark that there is an outcome, whatever it is: outcome * (REWARD - %.*s.expected).",
                       LOOP_STR_ARGS(act->ast->text));
    } else if (event) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0034, gate->span, "'%.*s' teaches on each of the %g steps that '%.*s' lasts, as if each were an outcome",
                                   LOOP_STR_ARGS(signal->name), loop_constant_or(event->duration, 1), LOOP_STR_ARGS(sense->name));
        loop_diag_note(check->diags, diag, event->ast->span, "it lasts here");
        loop_diag_help(check->diags, diag, "Where the reward comes on the first of them, write: onset(%.*s) * (...). If each is to teach, write: (%.*s > 0) * (...).",
                       LOOP_STR_ARGS(sense->local), LOOP_STR_ARGS(sense->local));
    }
}

/* The loop whose error of temporal differences a signal is, G * value - prev(value): at a cue it is what that promises. NULL. */
static const LoopLoopModel *critic_of(LoopChecker *check, const LoopSymbol *signal)
{
    const LoopList terms = loop_terms_in(check, signal->value, loop_node_is_no_sum, true);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        const LoopNode *was = term->kind == LOOP_NODE_FUNCTION && term->function == LOOP_FN_prev ? term->kids[0] : NULL;
        if (was && was->kind == LOOP_NODE_SYMBOL && was->symbol->loop && was->symbol->loop->kind == LOOP_PREDICT &&
            was->symbol->loop->horizon == LOOP_DISCOUNT)
            return was->symbol->loop;
    }
    return NULL;
}

/* The step of the first event of a sense in a trial; nan where there is none, or it is not known. */
static double first_event(const LoopTrialModel *trial, const LoopSymbol *sense)
{
    double first = NAN;
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (event->sense == sense)
            first = fmin(first, loop_constant_or(event->at, 0));
    }
    return first;
}

/* Whether something that the critic sees begins in a trial no later than the loop chooses there, while the last choice is eligible. */
static bool has_cue_ahead(LoopChecker *check, const LoopLoopModel *critic, const LoopSymbol *go)
{
    const LoopModel *model = check->model;
    const LoopList seen = loop_terms_in(check, critic->context, NULL, true);
    for (size_t i = 0; i < seen.count; i++) {
        const LoopNode *node = LOOP_ITEM(seen, LoopNode *, i);
        for (size_t k = 0; node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_SENSE && k < model->trials.count; k++) {
            const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, k);
            if (first_event(trial, node->symbol) <= first_event(trial, go))
                return true;
        }
    }
    return false;
}

/* The sense that opens a choice: when go, when onset(go). NULL. */
static const LoopSymbol *opener(LoopNode *when)
{
    const LoopNode *node = loop_node_named(when);
    if (node->kind == LOOP_NODE_FUNCTION && node->function == LOOP_FN_onset)
        node = loop_node_named(node->kids[0]);
    return node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_SENSE ? node->symbol : NULL;
}

/* An actor on the signal of a critic: what the cue of the next trial promises comes while the last choice is still eligible. */
static void check_critic(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine, *act = loop->symbol, *go = loop->when ? opener(loop->when) : NULL;
    const bool kept = !loop->trace || loop_constant_or(loop->trace, 0) == 1;
    if (loop->kind != LOOP_CHOOSE || !go || !kept || loop->credit || !signal || !signal->value)
        return;
    const LoopLoopModel *critic = critic_of(check, signal);
    if (!critic || !critic->context || !critic->rate || !has_cue_ahead(check, critic, go))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0042, loop->rate->span,
                               "each cue that '%.*s' learns from rewards the choice before it: '%.*s' keeps its trace until it chooses again",
                               LOOP_STR_ARGS(critic->symbol->name), LOOP_STR_ARGS(act->name));
    loop_diag_note(check->diags, diag, signal->span, "'%.*s' trains '%.*s'", LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(act->name));
    loop_diag_help(check->diags, diag, "Let the trace fade before the next cue comes: trace (if %.*s.chose then 0 else 0.9), with credit policy.",
                   LOOP_STR_ARGS(act->ast->text));
}

void loop_doubts_gates(LoopChecker *check, const LoopLoopModel *loop)
{
    check_cue(check, loop);
    check_gate(check, loop);
    check_critic(check, loop);
}
