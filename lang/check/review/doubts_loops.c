/* Warnings about loops that can't do what they seem to: that never choose, learn at no rate above 0 or away from their dopamine, have factors
   that grow or noise below 0, or learn from a signal that is not of what they chose or predicted. */
#include "lang/check/review/review.h"

/* `forget` and the weights it works on are a model too, so only a loop without it is in doubt. */
static void check_rate(LoopChecker *check, LoopLoopModel *loop)
{
    const double *rate = loop_node_given(loop->rate);
    if (!rate || loop->forget)
        return;
    bool negative = false, zero = loop->rate->constant; /* of a param 0 may be meant, as a control that does not learn */
    for (uint32_t i = 0; i < loop->rate->type.width; i++) {
        negative = negative || rate[i] < 0;
        zero = zero && rate[i] == 0;
    }
    if (!negative && !zero)
        return;
    loop->doubted = true;
    LoopDiag *diag =
        loop_diag(check->diags, LOOP_W0016, loop->rate->span,
                  negative ? "'%.*s' learns away from what its dopamine teaches: its rate is negative" : "'%.*s' learns nothing: its rate is 0",
                  LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Give it a rate above 0; a loop that keeps its first weights needs no 'learn' and no dopamine.");
}

static bool is_negative(const LoopNode *factor)
{
    const double *given = loop_node_given(factor);
    bool negative = false;
    for (uint32_t i = 0; given && i < factor->type.width; i++)
        negative = negative || given[i] < 0;
    return negative;
}

/* What dopamine above or below 0 is multiplied with. Where both are below 0 the loop is one of no-go neurons, which learn the contrary. */
static void check_signs(LoopChecker *check, const LoopLoopModel *loop)
{
    const bool burst = is_negative(loop->burst), dip = is_negative(loop->dip);
    if (burst == dip)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0016, (burst ? loop->burst : loop->dip)->span,
                               "'%.*s' learns away from what its dopamine teaches: its %s is negative", LOOP_STR_ARGS(loop->symbol->name),
                               burst ? "burst" : "dip");
    loop_diag_help(check->diags, diag, "It is a factor of dopamine %s 0: 1 leaves it as it is, 0 learns nothing from it. A loop of no-go neurons has both: burst -1, dip -1.",
                   burst ? "above" : "below");
}

/* How widely a loop tries something: noise of a choice, or around the outputs of a vary loop. */
static void check_spread(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopNode *spread = loop->kind == LOOP_VARY ? loop->explored : loop->selection == LOOP_SELECT_NOISY ? loop->selection_value : NULL;
    if (!is_negative(spread))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0022, spread->span, "the sd of the noise of '%.*s' is below 0", LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Write how far it strays, such as 0.1; 0 for not at all.");
}

/* A factor of each step: beyond 1 in size what it multiplies grows without end, below 0 it changes its sign on every step. */
static void check_factor(LoopChecker *check, const LoopLoopModel *loop, const LoopNode *factor, const char *what)
{
    const double *given = loop_node_given(factor);
    for (uint32_t i = 0; given && i < factor->type.width; i++) {
        if (given[i] >= 0 && given[i] <= 1)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0021, factor->span, "the %s of '%.*s' is %s", what, LOOP_STR_ARGS(loop->symbol->name),
                                   given[i] < 0 ? "below 0" : "beyond 1");
        loop_diag_help(check->diags, diag, "It multiplies on each step; write a number from 0 to 1, or a duration for its time constant.");
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
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0021, trace->span, "the trace of '%.*s' ends at once: it fades by the discount too, which is 0",
                               LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Give it a discount above 0, or leave the trace out.");
}

static bool drives(const LoopTrialModel *trial, const LoopSymbol *sense)
{
    for (size_t i = 0; i < trial->events.count; i++)
        if (LOOP_ITEM(trial->events, LoopEventModel, i).sense == sense)
            return true;
    return trial->broken;
}

static LoopList terms_of(LoopChecker *check, LoopNode *formula, LoopNodeSkip *skip)
{
    return loop_terms_in(check, formula, skip, false);
}

static bool chooses_always(const LoopLoopModel *loop)
{
    return !loop->when || (loop->when->constant && loop->when->constant[0] > 0);
}

/* Says what a loop chooses on this very step. A choice is held, but one that is made on each step is of this one. */
static bool is_choice_now(const LoopNode *node, const LoopLoopModel *loop)
{
    if (node->kind != LOOP_NODE_SYMBOL || node->symbol != loop->symbol)
        return false;
    return node->field == LOOP_FIELD_choice || node->field == LOOP_FIELD_taken || (node->field == LOOP_FIELD_SELF && chooses_always(loop));
}

/* A choice is eligible from the next step on, so what is said of it on its own step trains the one before. Who looks at that one too
   knows, as SARSA does. */
static void check_step(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine, *act = loop->symbol;
    if (loop->kind != LOOP_CHOOSE || !signal || !loop->rate)
        return;
    const LoopList terms = terms_of(check, signal->value, loop_node_remembers);
    const LoopNode *now = NULL;
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (loop_node_remembers(term) || (term->kind == LOOP_NODE_SYMBOL && term->symbol == act && term->field == LOOP_FIELD_expected))
            return;
        now = !now && is_choice_now(term, loop) ? term : now;
    }
    if (!now)
        return;
    LoopDiag *diag =
        loop_diag(check->diags, LOOP_W0024, signal->span, "'%.*s' judges what '%.*s' chooses on this step, and trains what it chose before",
                  LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(act->name));
    loop_diag_note(check->diags, diag, now->span, "this is the choice of the step itself, which is eligible from the next one on");
    loop_diag_help(check->diags, diag, "Judge it a step later: its outcome is prev(...) of what it is here, and its value %.*s.expected.",
                   LOOP_STR_ARGS(act->ast->text));
}

/* What a loop predicts on this very step. */
static bool is_prediction_now(const LoopNode *node, const LoopSymbol *loop)
{
    return node->kind == LOOP_NODE_SYMBOL && node->symbol == loop && (node->field == LOOP_FIELD_SELF || node->field == LOOP_FIELD_value);
}

/* Whether a formula that looks back reads what a loop predicted. */
static bool knows_prediction(LoopChecker *check, LoopNode *formula, const LoopSymbol *loop)
{
    const LoopList inside = loop_terms_in(check, formula, NULL, true);
    for (size_t i = 0; i < inside.count; i++)
        if (is_prediction_now(LOOP_ITEM(inside, LoopNode *, i), loop))
            return true;
    return false;
}

/* Where a signal reads what a loop predicts on this step; NULL: nowhere, or it knows what that predicted too. */
static const LoopNode *predicts_now(LoopChecker *check, const LoopSymbol *signal, const LoopSymbol *loop, bool all)
{
    const LoopList terms = loop_terms_in(check, signal->value, loop_node_remembers, all);
    const LoopNode *now = NULL;
    for (size_t i = 0; i < terms.count; i++) {
        LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (loop_node_remembers(term) && knows_prediction(check, term, loop))
            return NULL;
        now = !now && is_prediction_now(term, loop) ? term : now;
    }
    return now;
}

/* What a predict loop learns from is what it saw when it predicted; its error is worked out from what it predicted then. Where it always sees
   the same there is no difference. Most signals tell by themselves; of the others all is looked at that they are made of. */
static void check_own_error(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine;
    if (loop->kind != LOOP_PREDICT || !signal || !loop->rate || !loop->context || loop->context->constant ||
        !predicts_now(check, signal, loop->symbol, false))
        return;
    const LoopNode *now = predicts_now(check, signal, loop->symbol, true);
    if (!now)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0032, signal->span, "'%.*s' compares what comes with what '%.*s' predicts now, not with what it had predicted",
                               LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_note(check->diags, diag, now->span, "this is what it predicts of the steps to come");
    loop_diag_help(check->diags, diag, "Its error is %s(%.*s).", loop->horizon == LOOP_DISCOUNT ? "rpe" : "error", LOOP_STR_ARGS(loop->symbol->ast->text));
}

/* What an error takes away of what loops expected. */
typedef struct Expected {
    const LoopSymbol *own;  /* the loop that learns */
    bool knows;             /* it has what that expected, or is too long to tell */
    int left;               /* nodes that are still looked at: shared ones may make a formula far longer than its graph */
    const LoopNode *others; /* it takes away what another expected */
} Expected;

enum { EXPECTED_DEPTH = 100, EXPECTED_NODES = 4096 };

/* `away`: whether what the node gives is taken away. */
static void look_for_expected(Expected *f, const LoopNode *node, bool away, int depth)
{
    f->knows = f->knows || depth == 0 || f->left-- == 0;
    if (f->knows || !node)
        return;
    if (node->kind == LOOP_NODE_SYMBOL && node->symbol->kind != LOOP_SYM_LOOP) {
        look_for_expected(f, node->symbol->value, away, depth - 1);
        return;
    }
    if (node->kind == LOOP_NODE_SYMBOL && node->field == LOOP_FIELD_expected && node->symbol->loop) {
        f->knows = node->symbol == f->own || node->symbol->loop->dopamine == f->own->loop->dopamine;
        f->others = away ? node : f->others;
    }
    const bool op = node->kind == LOOP_NODE_OP, less = op && (node->op == LOOP_OP_sub || node->op == LOOP_OP_neg);
    for (uint32_t i = 0; i < node->kid_count; i++) {
        const bool turns = less && i + 1 == node->kid_count, passes = op && node->op == LOOP_OP_select ? i > 0 : op || node->kid_count == 1;
        look_for_expected(f, node->kids[i], passes && (turns ? !away : away), depth - 1);
    }
}

/* What was expected of the choice of another loop is taken away in the error of this one, and not what was expected of its own. */
static void check_expected(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopSymbol *signal = loop->dopamine;
    Expected f = {.own = loop->symbol, .left = EXPECTED_NODES};
    if (loop->kind != LOOP_CHOOSE || !signal || !loop->rate)
        return;
    look_for_expected(&f, signal->value, false, EXPECTED_DEPTH);
    if (f.knows || !f.others)
        return;
    const LoopNode *others = f.others;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0033, signal->span, "'%.*s' trains '%.*s', and takes away what was expected of '%.*s'",
                               LOOP_STR_ARGS(signal->name), LOOP_STR_ARGS(loop->symbol->name), LOOP_STR_ARGS(others->symbol->name));
    loop_diag_note(check->diags, diag, others->span, "expected by another loop");
    loop_diag_help(check->diags, diag, "What was expected of its own choice is %.*s.expected.", LOOP_STR_ARGS(loop->symbol->ast->text));
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
    if (loop->kind != LOOP_CHOOSE || !loop->when || loop->trace || !signal || !has_long_trial(check->model) ||
        !loop_compares_always(check, signal->value, act))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0023, signal->span,
                               "between its choices '%.*s' unlearns what it took: '%.*s' is less by what was expected on every step",
                               LOOP_STR_ARGS(act->name), LOOP_STR_ARGS(signal->name));
    loop_diag_note(check->diags, diag, act->span, "'%.*s' keeps its trace until it chooses again", LOOP_STR_ARGS(act->name));
    loop_diag_help(
        check->diags, diag,
        "Let it teach where there is an outcome, which a sense may mark: outcome * (REWARD - %.*s.expected). If that is always the step behind the choice, it is: if prev(%.*s.chose) then ... else 0.",
        LOOP_STR_ARGS(act->ast->text), LOOP_STR_ARGS(act->ast->text));
}

/* Of what a signal is made of, not what decides on it: indices and comparisons are numbers of choices by right. */
static bool is_no_arithmetic(const LoopNode *node)
{
    return loop_node_is_no_sum(node) && !(node->kind == LOOP_NODE_OP && (node->op == LOOP_OP_mul || node->op == LOOP_OP_div || node->op == LOOP_OP_select));
}

/* The first choice whose number is added or subtracted on the way to a signal; NULL: none is. */
static const LoopNode *number_in(const LoopList *terms)
{
    for (size_t i = 0; i < terms->count; i++) {
        const LoopNode *term = LOOP_ITEM(*terms, LoopNode *, i);
        for (uint32_t k = 0; !loop_node_is_no_sum(term) && k < term->kid_count; k++)
            if (loop_node_choice(term->kids[k]))
                return term->kids[k];
    }
    return NULL;
}

/* A sense without a formula gets its events from the task: whether this one gets none. */
static bool stays_0(const LoopModel *model, const LoopSymbol *sense)
{
    bool driven = sense->kind != LOOP_SYM_SENSE || sense->value || sense->broken || sense->forced || !model->trials.count;
    for (size_t i = 0; !driven && i < model->trials.count; i++)
        driven = drives(LOOP_ITEM(model->trials, LoopTrialModel *, i), sense);
    return !driven;
}

/* The sense that a formula is a multiple of, and that stays 0: then so does the formula. NULL: there is none. */
static const LoopSymbol *zero_factor(const LoopModel *model, const LoopNode *node)
{
    const LoopSymbol *found = node->kind == LOOP_NODE_SYMBOL && stays_0(model, node->symbol) ? node->symbol : NULL;
    const bool product = node->kind == LOOP_NODE_OP && node->op == LOOP_OP_mul, late = node->kind == LOOP_NODE_FUNCTION && loop_node_looks_back(node);
    const bool gated = node->kind == LOOP_NODE_OP && node->op == LOOP_OP_select && node->kids[2]->constant && node->kids[2]->constant[0] == 0;
    for (uint32_t k = 0; !found && k < (product ? node->kid_count : late || gated ? 1 : 0); k++)
        found = zero_factor(model, node->kids[k]);
    return found;
}

static void check_zero(LoopChecker *check, const LoopSymbol *signal)
{
    const LoopSymbol *sense = signal->value && !signal->forced ? zero_factor(check->model, signal->value) : NULL;
    if (!sense)
        return;
    for (size_t i = 0; i < check->model->targets.count; i++) {
        const LoopTargetModel *target = &LOOP_ITEM(check->model->targets, LoopTargetModel, i);
        if (target->dopamine == signal && target->loop->loop)
            target->loop->loop->doubted = true;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0027, signal->span, "'%.*s' stays 0: no trial drives '%.*s'", LOOP_STR_ARGS(signal->name),
                               LOOP_STR_ARGS(sense->name));
    loop_diag_help(check->diags, diag, "Give a trial an event of it, such as: %.*s at 1 s", LOOP_STR_ARGS(sense->name));
}

void loop_doubts_signal(LoopChecker *check, const LoopSymbol *signal)
{
    LoopScope *before = loop_scope_enter(check, signal->scope);
    const LoopList terms = terms_of(check, signal->value, is_no_arithmetic);
    const LoopNode *number = number_in(&terms);
    if (number) {
        const LoopSymbol *act = loop_node_choice(number);
        LoopDiag *diag =
            loop_diag(check->diags, LOOP_W0025, number->span, "'%.*s' adds or subtracts the number of a choice", LOOP_STR_ARGS(signal->name));
        loop_diag_note(check->diags, diag, act->span, "'%.*s' is 0 for its first channel, 1 for its second, -1 before it has chosen",
                       LOOP_STR_ARGS(act->name));
        loop_diag_help(check->diags, diag, "The value of what was taken is %.*s.expected.", LOOP_STR_ARGS(act->ast->text));
    }
    check_zero(check, signal);
    loop_scope_enter(check, before);
}

static const LoopSymbol *sense_when(const LoopLoopModel *loop)
{
    return loop->when && loop->when->kind == LOOP_NODE_SYMBOL ? loop->when->symbol : NULL;
}

static void check_when(LoopChecker *check, LoopLoopModel *loop)
{
    const LoopSymbol *sense = sense_when(loop);
    if (!sense || !stays_0(check->model, sense))
        return;
    loop->doubted = true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0017, loop->when->span, "'%.*s' never chooses: no trial drives '%.*s'",
                               LOOP_STR_ARGS(loop->symbol->name), LOOP_STR_ARGS(sense->name));
    loop_diag_help(check->diags, diag, "Give a trial an event of it, such as: %.*s at 1 s", LOOP_STR_ARGS(sense->name));
}

/* 0 may be meant, as a control that does not care. */
static void check_steepness(LoopChecker *check, const LoopLoopModel *loop)
{
    const LoopNode *value = loop->selection_value;
    const double *given = loop_node_given(value);
    const bool steep = loop->selection == LOOP_SELECT_SOFTMAX || loop->selection == LOOP_SELECT_INDEPENDENT;
    if (loop->kind != LOOP_CHOOSE || !steep || !given || !(given[0] < 0))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0026, value->span, "'%.*s' prefers what is worth least: the steepness of its choice is negative",
                               LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Give it a steepness above 0, such as 4; what is to be avoided has a value below 0.");
}

/* Keeps what it was given, draws, or forecasts. */
static bool is_no_plain_formula(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FORESEE || (node->kind == LOOP_NODE_FUNCTION && node->function >= LOOP_FN_prev && node->function <= LOOP_FN_once);
}

/* Where a formula draws a size anew on each step; NULL: nowhere. What is by chance or not may be meant. */
static const LoopNode *draws_anew(LoopChecker *check, LoopNode *formula)
{
    const LoopList terms = formula ? terms_of(check, formula, is_no_plain_formula) : (LoopList){0};
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_FUNCTION && (term->function == LOOP_FN_uniform || term->function == LOOP_FN_normal))
            return term;
    }
    return NULL;
}

/* How an agent learns and chooses is its own, and seldom another on each step. */
static void check_draws(LoopChecker *check, const LoopLoopModel *loop)
{
    const struct {
        LoopNode *node;
        const char *what;
    } of[] = {{loop->rate, "rate"}, {loop->trace, "trace"}, {loop->discount, "discount"}, {loop->selection_value, "selection"}};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        const LoopNode *draw = draws_anew(check, of[i].node);
        if (!draw)
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_W0036, of[i].node->span, "the %s of '%.*s' is drawn anew on each step", of[i].what,
                                   LOOP_STR_ARGS(loop->symbol->name));
        if (draw->span.begin != of[i].node->span.begin)
            loop_diag_note(check->diags, diag, draw->span, "this is the draw");
        loop_diag_help(check->diags, diag, "What each agent draws for itself and keeps is once(normal(0.2, 0.05)).");
    }
}

/* What is added to all channels alike cancels out where they compete. */
static void check_bias(LoopChecker *check, const LoopLoopModel *loop)
{
    const bool competes = loop->selection != LOOP_SELECT_THRESHOLD && loop->selection != LOOP_SELECT_INDEPENDENT;
    if (loop->kind != LOOP_CHOOSE || !competes || !loop->bias || loop->channels < 2 || loop->bias->type.width != 1)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0037, loop->bias->span, "this bias is the same for all channels of '%.*s', and changes no choice",
                               LOOP_STR_ARGS(loop->symbol->name));
    loop_diag_help(check->diags, diag, "Write one for each channel, such as [x, 0] for what favours the first of two.");
}

void loop_doubts_loop(LoopChecker *check, LoopLoopModel *loop)
{
    LoopScope *before = loop_scope_enter(check, loop->symbol->scope);
    check_rate(check, loop);
    check_when(check, loop);
    check_factors(check, loop);
    check_signs(check, loop);
    check_spread(check, loop);
    check_steepness(check, loop);
    check_outcome(check, loop);
    check_step(check, loop);
    check_own_error(check, loop);
    check_expected(check, loop);
    check_draws(check, loop);
    check_bias(check, loop);
    loop_doubts_gates(check, loop);
    loop_scope_enter(check, before);
}
