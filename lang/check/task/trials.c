/* Trials: their lets and events, and what they inherit. */
#include "lang/check/task/task.h"

LoopWhere loop_task_where(LoopChecker *check, const LoopTrialModel *trial, LoopStr what)
{
    LoopText text = {.arena = check->arena};
    if (trial)
        loop_text_add(&text, "%.*s.", LOOP_STR_ARGS(trial->symbol->name));
    loop_text_str(&text, what);
    LoopWhere where = loop_where_on(check, LOOP_IN_TASK, loop_text_view(&text), LOOP_DRAW_TRIAL);
    where.trial = trial ? trial->symbol->trial : NULL;
    return where;
}

/* `let` inside a trial: its own name space, worked out once a trial. */
static void add_let(LoopChecker *check, LoopTrialModel *trial, const LoopAst *ast)
{
    LoopSymbol *let = LOOP_NEW(check->arena, LoopSymbol), *other = loop_scope_find(check, LOOP_SPACE_VALUES, ast->text);
    LoopSymbol **place;
    if (other) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0202, ast->name_span, "'%.*s' is declared twice", LOOP_STR_ARGS(ast->text));
        loop_diag_note(check->diags, diag, other->span, "first declared here, as a %s", loop_symbol_kind_name(other->kind));
        return;
    }
    for (size_t i = 0; i < trial->lets.count; i++)
        if (loop_str_equal(LOOP_ITEM(trial->lets, LoopSymbol *, i)->name, ast->text)) {
            loop_diag(check->diags, LOOP_E0202, ast->name_span, "'%.*s' is declared twice in this trial", LOOP_STR_ARGS(ast->text));
            return;
        }
    if (!let || !(place = LOOP_ADD(check->arena, &trial->lets, LoopSymbol *)))
        return;
    *let = (LoopSymbol){.kind = LOOP_SYM_LET,
                        .name = ast->text,
                        .local = ast->text,
                        .scope = check->scope,
                        .ast = ast,
                        .span = ast->name_span,
                        .home = LOOP_IN_TASK,
                        .order = LOOP_NONE,
                        .reg = LOOP_NONE,
                        .type = {.width = 1},
                        .trial = trial,
                        .once = true};
    *place = let;
    LoopSymbol **all = LOOP_ADD(check->arena, &check->model->symbols, LoopSymbol *);
    if (all)
        *all = let;
}

/* What an event drives: a whole sense or one element of it. */
static LoopSymbol *driven(LoopChecker *check, const LoopAst *target, uint32_t *at)
{
    const LoopAst *base = target;
    *at = LOOP_NONE;
    if (target->kind == LOOP_AST_FIELD || target->kind == LOOP_AST_INDEX)
        base = target->first;
    LoopSymbol *sense = loop_scope_need(check, LOOP_SPACE_VALUES, base->text, base->span, "sense");
    if (!sense)
        return NULL;
    if (sense->kind != LOOP_SYM_SENSE) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0702, target->span, "a task drives senses; '%.*s' is a %s",
                                   LOOP_STR_ARGS(sense->name), loop_symbol_kind_name(sense->kind));
        loop_diag_note(check->diags, diag, sense->span, "declared here");
        if (sense->kind == LOOP_SYM_DOPAMINE)
            loop_diag_help(check->diags, diag, "What acts on a dopamine signal stands behind a phase or group: with stimulate(%.*s, 1 at 2 s).",
                           LOOP_STR_ARGS(sense->name));
        return NULL;
    }
    loop_symbol_type(check, sense);
    if (sense->value) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0703, target->span, "the sense '%.*s' has a formula, so the task can't drive it",
                                   LOOP_STR_ARGS(sense->name));
        loop_diag_note(check->diags, diag, sense->span, "computed here");
        loop_diag_help(check->diags, diag, "Drive another sense, and let the formula read it.");
        return NULL;
    }
    if (base == target)
        return sense;
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("event"), LOOP_DRAW_ONCE);
    LoopNode *node = loop_expr(check, &where, target);
    if (!node || node->kind != LOOP_NODE_ELEMENT)
        return NULL;
    *at = node->size;
    return sense;
}

static bool is_sense(LoopChecker *check, const LoopAst *ast)
{
    const LoopSymbol *symbol = ast->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_VALUES, ast->text) : NULL;
    return symbol && symbol->kind == LOOP_SYM_SENSE;
}

/* The sense of `light` or `light + 500 ms`, which a measure would take for a moment; NULL: it is no such time. */
static const LoopAst *event_in(LoopChecker *check, const LoopAst *time)
{
    if (is_sense(check, time))
        return time;
    for (const LoopAst *kid = time->kind == LOOP_AST_SUM ? time->first : NULL; kid; kid = kid->next) {
        const LoopAst *term = kid->kind == LOOP_AST_PLUS || kid->kind == LOOP_AST_MINUS ? kid->first : kid;
        if (is_sense(check, term))
            return term;
    }
    return NULL;
}

static LoopNode *moment(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const char *what)
{
    const LoopAst *sense = ast ? event_in(check, ast) : NULL;
    if (sense) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0406, ast->span, "%s can't be told by another event", what);
        loop_diag_help(check->diags, diag, "Give the time a name, and use it for both: let start = 500 ms; %.*s at start; ... at start + 500 ms",
                       LOOP_STR_ARGS(sense->text));
        return NULL;
    }
    LoopNode *node = ast ? loop_expr(check, where, ast) : NULL;
    return loop_need_whole_steps(check, node, what) ? node : NULL;
}

static void check_inside(LoopChecker *check, const LoopTrialModel *trial, const LoopNode *at, const LoopNode *duration)
{
    if (!at || !at->constant)
        return;
    double begin = at->constant[0], length = duration && duration->constant ? duration->constant[0] : 1;
    if (begin >= 0 && begin < trial->duration && begin + length <= trial->duration && length >= 1)
        return;
    const LoopNode *wrong = begin < 0 || begin >= trial->duration ? at : duration ? duration : at;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0704, wrong->span, begin < 0 ? "this event begins before its trial"
                                                                     : length < 1 ? "this event lasts less than a step"
                                                                     : begin >= trial->duration ? "this event begins after its trial has ended"
                                                                     : "this event lasts beyond the end of its trial");
    LoopText text = {.arena = check->arena};
    loop_duration_put(&text, trial->duration * check->model->step_ms);
    loop_diag_note(check->diags, diag, trial->symbol->span, "the trial '%.*s' lasts %s", LOOP_STR_ARGS(trial->symbol->name), text.at);
}

static void report_odds(LoopChecker *check, const LoopNode *p)
{
    const double odds = p->constant[0];
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0705, p->span, "a probability must lie between 0 and 1, not at %g", odds);
    if (odds > 1 && odds <= 100)
        loop_diag_help(check->diags, diag, "In percent it is %g%%.", odds);
}

/* Whether the event comes at all, of those of its sense in the trial that may not: a draw of its own, which no other event moves. */
static LoopNode *chance_of(LoopChecker *check, const LoopTrialModel *trial, const LoopWhere *where, LoopStr sense, const LoopAst *ast)
{
    LoopNode *p = loop_expr(check, where, ast);
    if (!loop_need_width(check, p, 1, "a probability") || !loop_need_unit(check, p, LOOP_UNIT_NUMBER, "a probability"))
        return NULL;
    if (p->constant && !(p->constant[0] >= 0 && p->constant[0] <= 1))
        report_odds(check, p);
    LoopText name = {.arena = check->arena}, place = {.arena = check->arena};
    loop_text_add(&name, "%.*s with", LOOP_STR_ARGS(sense));
    uint32_t *before = loop_task_where(check, trial, loop_text_view(&name)).draws;
    LoopNode *chance = loop_node_function(check, p->span, LOOP_FN_bernoulli, (LoopType){.width = 1}, &p, 1);
    if (!before || !chance)
        return NULL;
    loop_text_add(&place, "%.*s with %u", LOOP_STR_ARGS(where->place), (*before)++);
    chance->clock = LOOP_DRAW_TRIAL;
    chance->place = loop_name_hash(loop_text_view(&place));
    return chance;
}

static bool add_event(LoopChecker *check, LoopTrialModel *trial, const LoopAst *ast)
{
    LoopEventModel event = {.ast = ast};
    event.sense = driven(check, ast->first, &event.element);
    if (!event.sense)
        return false;
    LoopWhere where = loop_task_where(check, trial, event.sense->name);
    where.place = loop_arena_str(check->arena, where.place);
    const LoopAst *length = loop_ast_value(ast, LOOP_AST_FOR), *value = loop_ast_value(ast, LOOP_AST_EXPR);
    const LoopAst *chance = loop_ast_value(ast, LOOP_AST_WITH);
    event.at = moment(check, &where, loop_ast_value(ast, LOOP_AST_AT), "the onset");
    if (length)
        event.duration = moment(check, &where, length, "the duration");
    if (!event.at || (length && !event.duration))
        return false;
    check_inside(check, trial, event.at, event.duration);
    if (value) {
        event.value = loop_expr(check, &where, value);
        uint32_t width = event.element == LOOP_NONE ? event.sense->type.width : 1;
        if (!loop_need_unit(check, event.value, LOOP_UNIT_NUMBER, "the size of an event"))
            return false;
        if (event.value->type.width != 1 && !loop_need_width(check, event.value, width, "the size of an event"))
            return false;
    }
    if (chance && !(event.chance = chance_of(check, trial, &where, event.sense->name, chance)))
        return false;
    LoopEventModel *slot = LOOP_ADD(check->arena, &trial->events, LoopEventModel);
    if (slot)
        *slot = event;
    return slot != NULL;
}

static bool same_target(const LoopEventModel *a, const LoopEventModel *b)
{
    return a->sense == b->sense && (a->element == b->element || a->element == LOOP_NONE || b->element == LOOP_NONE);
}

/* Two events of one sense may not be on at once. What depends on the agent is left to the run. */
static void check_overlaps(LoopChecker *check, const LoopTrialModel *trial)
{
    for (size_t j = 1; j < trial->events.count; j++) {
        const LoopEventModel *b = &LOOP_ITEM(trial->events, LoopEventModel, j);
        for (size_t i = 0; i < j; i++) {
            const LoopEventModel *a = &LOOP_ITEM(trial->events, LoopEventModel, i);
            if (!same_target(a, b) || !a->at->constant || !b->at->constant || (a->duration && !a->duration->constant) ||
                (b->duration && !b->duration->constant))
                continue;
            double a0 = a->at->constant[0], a1 = a0 + (a->duration ? a->duration->constant[0] : 1);
            double b0 = b->at->constant[0], b1 = b0 + (b->duration ? b->duration->constant[0] : 1);
            if (a0 >= b1 || b0 >= a1)
                continue;
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0706, b->ast->span, "this event overlaps another one of '%.*s'",
                                       LOOP_STR_ARGS(b->sense->name));
            loop_diag_note(check->diags, diag, a->ast->span, "the other is here");
            if (trial->like)
                loop_diag_help(check->diags, diag, "Take the inherited one away with 'no %.*s', or write one event of another size.",
                               LOOP_STR_ARGS(b->sense->name));
            else if (a->chance || b->chance)
                loop_diag_help(check->diags, diag, "What is one or the other by chance is one event: %.*s at 1 s = if bernoulli(0.5) then 1 else 3.",
                               LOOP_STR_ARGS(b->sense->name));
            else
                loop_diag_help(check->diags, diag, "Let one end before the other begins, or write one event whose value is what both come to.");
        }
    }
}

/* The events and lets of the trial that this one is like, without those of `no`. */
static void inherit(LoopChecker *check, LoopTrialModel *trial)
{
    for (size_t i = 0; i < trial->like->lets.count; i++) {
        LoopSymbol **place = LOOP_ADD(check->arena, &trial->lets, LoopSymbol *);
        if (place)
            *place = LOOP_ITEM(trial->like->lets, LoopSymbol *, i);
    }
    for (size_t i = 0; i < trial->like->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->like->events, LoopEventModel, i);
        LoopEventModel *place = LOOP_ADD(check->arena, &trial->events, LoopEventModel);
        if (place)
            *place = *event;
    }
}

/* A trial may be shorter than the one it is like. */
static void check_inherited(LoopChecker *check, const LoopTrialModel *trial)
{
    for (size_t i = 0; trial->like && trial->duration < trial->like->duration && i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        check_inside(check, trial, event->at, event->duration);
    }
}

static void remove_events(LoopChecker *check, LoopTrialModel *trial, const LoopAst *no)
{
    uint32_t at;
    LoopSymbol *sense = driven(check, no->first, &at);
    if (!sense)
        return;
    LoopEventModel wanted = {.sense = sense, .element = at};
    size_t kept = 0, all = trial->events.count;
    for (size_t i = 0; i < all; i++) {
        LoopEventModel event = LOOP_ITEM(trial->events, LoopEventModel, i);
        if (!same_target(&event, &wanted))
            LOOP_ITEM(trial->events, LoopEventModel, kept++) = event;
    }
    trial->events.count = kept;
    bool like_is_wrong = trial->like ? trial->like->broken : loop_ast_find(trial->symbol->ast, LOOP_AST_LIKE) != NULL;
    if (kept < all || like_is_wrong)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0707, no->span, "there is no inherited event of '%.*s' to take away",
                               LOOP_STR_ARGS(sense->name));
    loop_diag_help(check->diags, diag, "'no' removes what the trial takes over from the one it is like.");
}

static LoopTrialModel *find_like(LoopChecker *check, const LoopAst *ast)
{
    const LoopAst *like = loop_ast_find(ast, LOOP_AST_LIKE);
    LoopSymbol *other = like ? loop_scope_need(check, LOOP_SPACE_TRIALS, like->text, like->name_span, "trial") : NULL;
    if (!other)
        return NULL;
    if (other->trial)
        return other->trial;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0708, like->span, "a trial can only be like one that is written above it");
    loop_diag_note(check->diags, diag, other->span, "'%.*s' is declared here", LOOP_STR_ARGS(other->name));
    return NULL;
}

/* A trial that is like another one lasts as long; any other says how long. */
static void need_length(LoopChecker *check, LoopTrialModel *trial)
{
    const LoopSymbol *symbol = trial->symbol;
    trial->duration = INT32_MAX; /* nothing is said about events outside it */
    if (loop_ast_find(symbol->ast, LOOP_AST_LIKE))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0715, symbol->span, "the trial '%.*s' does not say how long it lasts", LOOP_STR_ARGS(symbol->name));
    loop_diag_help(check->diags, diag, "Write its length behind its name: trial %.*s 2 s", LOOP_STR_ARGS(symbol->name));
}

/* false: it has an error. */
static bool fill_length(LoopChecker *check, const LoopAst *length, uint32_t *steps)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("duration"), LOOP_DRAW_ONCE);
    LoopNode *node = loop_expr(check, &where, length);
    if (!node || !node->draws)
        return loop_need_steps(check, node, "the length of a trial", 1, steps);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0407, node->span, "the length of a trial must be a constant");
    loop_diag_help(check->diags, diag, "What may be drawn is the pause behind it, between uniform(2 s, 4 s), or which of several trials it is: phase p = 100 of draw(1 short, 1 long).");
    return false;
}

void loop_trial_fill(LoopChecker *check, LoopSymbol *symbol)
{
    const LoopAst *ast = symbol->ast, *length = loop_ast_value(ast, LOOP_AST_DURATION_OF);
    LoopTrialModel *trial = LOOP_NEW(check->arena, LoopTrialModel), **place;
    if (!trial || !(place = LOOP_ADD(check->arena, &check->model->trials, LoopTrialModel *)))
        return;
    trial->symbol = symbol;
    trial->like = find_like(check, ast);
    symbol->trial = trial;
    symbol->index = (uint32_t)check->model->trials.count - 1;
    *place = trial;
    trial->duration = trial->like ? trial->like->duration : 1;
    if (length && !fill_length(check, length, &trial->duration))
        trial->duration = INT32_MAX; /* nothing is said about events outside it */
    if (!length && !trial->like)
        need_length(check, trial);
    if (trial->like)
        inherit(check, trial);
    trial->broken = trial->like && trial->like->broken;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_LET)
            add_let(check, trial, kid);
    for (size_t i = 0; i < trial->lets.count; i++)
        loop_symbol_type(check, LOOP_ITEM(trial->lets, LoopSymbol *, i));
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_NO)
            remove_events(check, trial, kid);
    check_inherited(check, trial);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_EVENT && !add_event(check, trial, kid))
            trial->broken = true;
    check_overlaps(check, trial);
}
