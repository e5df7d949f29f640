/* Moments: a time of the trial, or one that is told by an event. */
#include "lang/check/task/measure.h"

static LoopNode *sum_of(LoopChecker *check, LoopNode *a, LoopNode *b, LoopAstKind sign)
{
    if (!b)
        return NULL;
    if (!a && sign == LOOP_AST_MINUS)
        return loop_node_op(check, b->span, LOOP_OP_neg, &b, 1);
    return a ? loop_node_op2(check, b->span, sign == LOOP_AST_MINUS ? LOOP_OP_sub : LOOP_OP_add, a, b) : b;
}

/* One term of a moment: a duration to add, or the signal whose onset it is. */
static bool add_term(LoopChecker *check, const LoopWhere *where, const LoopAst *term, LoopAstKind sign, LoopAnchorModel *anchor)
{
    LoopNode *node = loop_expr(check, where, term);
    if (!node)
        return false;
    if (node->type.unit == LOOP_UNIT_DURATION) {
        anchor->offset = sum_of(check, anchor->offset, node, sign);
        return anchor->offset != NULL;
    }
    /* A number is no event: its unit was forgotten. */
    if (node->constant || (node->kind == LOOP_NODE_SYMBOL && (node->symbol->kind == LOOP_SYM_PARAM || node->symbol->kind == LOOP_SYM_CONST)))
        return loop_need_unit(check, node, LOOP_UNIT_DURATION, "a time");
    if (anchor->onset || sign == LOOP_AST_MINUS) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0802, term->span, "a moment is one event, plus or minus a duration");
        loop_diag_help(check->diags, diag, "For example: at light + 200 ms");
        return false;
    }
    if (!loop_need_width(check, node, 1, "the event of a moment"))
        return false;
    anchor->kind = LOOP_ANCHOR_ONSET;
    anchor->onset = loop_node_named(node);
    return true;
}

bool loop_anchor_read(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopAnchorModel *anchor)
{
    *anchor = (LoopAnchorModel){.kind = LOOP_ANCHOR_TRIAL, .span = ast->span};
    if (ast->kind != LOOP_AST_SUM) {
        if (!add_term(check, where, ast, LOOP_AST_PLUS, anchor))
            return false;
    } else
        for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
            bool signed_term = kid->kind == LOOP_AST_PLUS || kid->kind == LOOP_AST_MINUS;
            if (!add_term(check, where, signed_term ? kid->first : kid, signed_term ? kid->kind : LOOP_AST_PLUS, anchor))
                return false;
        }
    if (!anchor->offset)
        return true;
    if (!loop_need_whole_steps(check, anchor->offset, "this time"))
        return false;
    if (anchor->offset->constant) {
        anchor->steps = (int32_t)anchor->offset->constant[0];
        anchor->offset = NULL;
    }
    return true;
}

/* An event that nobody can tell the onset of: its size is known there, and not above 0. */
static bool is_silent(const LoopEventModel *e, const LoopAnchorModel *anchor)
{
    if (!e->value || !e->value->constant)
        return false;
    const bool each = e->value->type.width > 1 && anchor->onset->kind == LOOP_NODE_ELEMENT;
    return !(e->value->constant[each ? anchor->onset->size : 0] > 0);
}

/* What the trials selected have of an event that a moment is told by. */
typedef struct Found {
    bool has, sounds; /* the event; with an onset */
    bool fits;        /* the moment may lie inside of a trial, or so many steps behind its last one */
} Found;

/* The trial type drives that sense, or an element that may be it. */
static void find_event(const LoopTrialModel *trial, const LoopAnchorModel *anchor, uint32_t over, Found *found)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (!loop_event_tells(e, anchor))
            continue;
        double at = e->at->constant ? e->at->constant[0] + anchor->steps : -1;
        found->has = true;
        if (is_silent(e, anchor))
            continue;
        found->sounds = true;
        found->fits = found->fits || !e->at->constant || (at >= 0 && at < (double)trial->duration + over);
    }
}

typedef enum Known { KNOWN_NOT, KNOWN_NEVER, KNOWN_STEP } Known;

/* At which step of a trial a moment is, where the text tells: not where an event is drawn, worked out, or set by a manipulation. */
static Known known_step(const LoopTrialModel *trial, const LoopAnchorModel *anchor, int64_t *step)
{
    const LoopSymbol *sense = loop_anchor_driver(anchor);
    Known known = KNOWN_NEVER;
    if (trial->broken || anchor->offset || (anchor->onset && (!sense || sense->forced)))
        return KNOWN_NOT;
    *step = (anchor->kind == LOOP_ANCHOR_END ? (int64_t)trial->duration : 0) + anchor->steps;
    if (!anchor->onset)
        return KNOWN_STEP;
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (!loop_event_tells(e, anchor) || is_silent(e, anchor))
            continue;
        if (!e->at->constant || e->chance || (e->value && !e->value->constant))
            return KNOWN_NOT;
        const int64_t at = (int64_t)e->at->constant[0] + anchor->steps;
        *step = known == KNOWN_NEVER || at < *step ? at : *step;
        known = KNOWN_STEP;
    }
    return known;
}

/* A window that is empty in all trials selected is a mistake. */
bool loop_window_check(LoopChecker *check, const LoopAnchorModel *from, const LoopAnchorModel *to, const LoopSelect *select, LoopSpan span)
{
    bool both = false, same = false;
    for (size_t i = 0; i < check->model->trials.count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(check->model->trials, LoopTrialModel *, i);
        int64_t begin = 0, end = 0;
        if (!loop_select_takes(check, select, (uint32_t)i))
            continue;
        const Known begins = known_step(trial, from, &begin), ends = known_step(trial, to, &end);
        if (begins == KNOWN_NOT || ends == KNOWN_NOT || (begins == KNOWN_STEP && ends == KNOWN_STEP && begin < end))
            return true;
        both = both || (begins == KNOWN_STEP && ends == KNOWN_STEP);
        same = same || (begins == KNOWN_STEP && ends == KNOWN_STEP && begin == end);
    }
    if (both)
        loop_diag(check->diags, LOOP_E0803, span, "this window is empty: it ends %s it begins", same ? "where" : "before");
    else
        loop_diag(check->diags, LOOP_E0804, span, "no trial here has both ends of this window");
    return false;
}

static void report_too_late(LoopChecker *check, LoopSpan span, uint32_t longest)
{
    LoopText text = {.arena = check->arena};
    loop_duration_put(&text, longest * check->model->step_ms);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0803, span, "no trial here has that time: the longest lasts %s", text.at);
    loop_diag_help(check->diags, diag, "Times count from the start of the trial, which is 0 s; the end of the trial is no longer in it.");
}

/* A moment that no trial selected can have is a mistake. `over`: it may be so many steps behind the last one. */
static bool check_anchor(LoopChecker *check, const LoopAnchorModel *anchor, const LoopSelect *select, uint32_t over)
{
    const LoopModel *model = check->model;
    const bool driven = loop_anchor_driver(anchor);
    uint32_t longest = 0;
    Found found = {0};
    if ((anchor->onset && !driven) || anchor->offset)
        return true;
    for (size_t i = 0; i < model->trials.count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, i);
        if (!loop_select_takes(check, select, (uint32_t)i))
            continue;
        longest = trial->duration > longest ? trial->duration : longest;
        if (driven)
            find_event(trial, anchor, over, &found);
    }
    if (found.fits)
        return true;
    if (found.has && !found.sounds) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0804, anchor->span, "'%.*s' has no onset here: it is never above 0",
                                   LOOP_STR_ARGS(loop_check_text(check, anchor->onset->span)));
        loop_diag_help(check->diags, diag,
                       "An event of negative size is measured at its time, such as 1 s, or at a sense of its own that marks the moment.");
        return false;
    }
    if (found.has) {
        loop_diag(check->diags, LOOP_E0803, anchor->span, "no trial here has that time: it lies outside of every trial with the event '%.*s'",
                  LOOP_STR_ARGS(loop_check_text(check, anchor->onset->span)));
        return false;
    }
    if (driven) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0804, anchor->span, "no trial here has the event '%.*s'",
                                   LOOP_STR_ARGS(loop_check_text(check, anchor->onset->span)));
        loop_diag_help(check->diags, diag, "Name an event that the trials of the phase have, or a time from the start of the trial, such as 2 s.");
        return false;
    }
    if (anchor->steps >= 0 && (uint32_t)anchor->steps < longest + over)
        return true;
    report_too_late(check, anchor->span, longest);
    return false;
}

/* A moment ahead of its event is looked back at, by a whole trial at the most, and each step of that is kept. */
static bool check_lag(LoopChecker *check, const LoopAnchorModel *anchor, const LoopSelect *select)
{
    const LoopModel *model = check->model;
    int64_t longest = 0, lag = anchor->offset ? INT64_MAX : -anchor->steps;
    for (size_t i = 0; anchor->onset && i < model->trials.count; i++) {
        const uint32_t duration = LOOP_ITEM(model->trials, LoopTrialModel *, i)->duration;
        if ((select->trial == LOOP_NONE || select->trial == i) && duration > longest)
            longest = duration;
    }
    if ((lag < longest ? lag : longest) <= LOOP_LAG_MAX)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0502, anchor->span,
                               "this is further before its event than can be looked back: the limit is %d steps", LOOP_LAG_MAX);
    loop_diag_help(check->diags, diag, "Measure at a time from the start of the trial, or make the step longer.");
    return false;
}

bool loop_anchor_check(LoopChecker *check, const LoopAnchorModel *anchor, const LoopSelect *select, uint32_t over)
{
    return check_anchor(check, anchor, select, over) && check_lag(check, anchor, select);
}

bool loop_anchor_need(LoopChecker *check, const LoopAnchorModel *anchor, uint32_t phase)
{
    LoopSelect any = {.phase = phase, .trial = LOOP_NONE};
    return check_anchor(check, anchor, &any, 0);
}
