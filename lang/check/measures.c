/* Measures: a signal, a moment or window, and the trials it is taken in, as one row of the model each. */
#include "lang/check/measure.h"

#include <math.h>

/* ---- which trials ---- */

/* Trials of that type (LOOP_NONE: any) that phase holds at the most; `*exact`: always. */
static uint32_t phase_trials(const LoopPhaseModel *phase, uint32_t type, bool *exact)
{
    double share = 0, all = 0;
    *exact = phase->until == NULL && !loop_ast_find(phase->ast, LOOP_AST_UNTIL);
    for (uint32_t i = 0; i < phase->item_count; i++) {
        all += phase->items[i].share;
        share += type == LOOP_NONE || phase->items[i].trial == type ? phase->items[i].share : 0;
    }
    if (share == 0)
        return 0;
    if (phase->mix == LOOP_MIX_SHUFFLE || phase->mix == LOOP_MIX_PLAIN)
        return (uint32_t)(share * (phase->count / all));
    if (phase->mix == LOOP_MIX_DRAW && share < all)
        *exact = false;
    return phase->mix == LOOP_MIX_CYCLE ? (uint32_t)ceil(phase->count / all * share) : phase->count;
}

/* Whether the selection takes in trials of `type` at all. */
static bool selects(const LoopChecker *check, const LoopSelect *select, uint32_t type)
{
    const LoopModel *model = check->model;
    bool exact;
    if (select->trial != LOOP_NONE && select->trial != type)
        return false;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        if ((select->phase == LOOP_NONE || phase->symbol->index == select->phase) && phase_trials(phase, type, &exact))
            return true;
    }
    return false;
}

/* Whether a group takes such trials. */
static bool group_selects(const LoopChecker *check, const LoopSelect *select, uint32_t group)
{
    const LoopModel *model = check->model;
    bool exact;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        bool takes = phase->symbol->index == select->phase && (!phase->groups || phase->groups[group]);
        if (takes && (select->trial == LOOP_NONE || phase_trials(phase, select->trial, &exact)))
            return true;
    }
    return false;
}

static bool pick_number(LoopChecker *check, const LoopAst *ast, const char *what, uint32_t *out)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("pick"), LOOP_DRAW_ONCE);
    return loop_need_count(check, loop_expr(check, &where, ast), what, 1, 1e9, out);
}

/* Every phase of that name has to hold the trials asked for; with a group, every one that it takes. */
static bool check_enough(LoopChecker *check, const LoopSelect *select, uint32_t group, const LoopAst *pick)
{
    const LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        bool exact;
        if (phase->symbol->index != select->phase || (group != LOOP_NONE && phase->groups && !phase->groups[group]))
            continue;
        uint32_t most = phase_trials(phase, select->trial, &exact);
        if (select->pick == LOOP_PICK_BLOCK && loop_ast_find(phase->ast, LOOP_AST_UNTIL)) {
            loop_diag(check->diags, LOOP_E0805, pick->span, "'%.*s' ends when its condition holds, so it can't be cut into blocks",
                      LOOP_STR_ARGS(phase->symbol->name));
            return false;
        }
        if (select->n <= most || (select->pick == LOOP_PICK_LAST && !exact))
            continue;
        LoopText kind = {.arena = check->arena};
        if (select->trial != LOOP_NONE)
            loop_text_add(&kind, " '%.*s'", LOOP_STR_ARGS(LOOP_ITEM(model->trials, LoopTrialModel *, select->trial)->symbol->name));
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0805, pick->span, "'%.*s' asks for more trials%s than the phase has: %u",
                                   LOOP_STR_ARGS(loop_check_text(check, pick->span)), kind.len ? kind.at : "", most);
        loop_diag_note(check->diags, diag, phase->ast->name_span, "the phase '%.*s' is here", LOOP_STR_ARGS(phase->symbol->name));
        return false;
    }
    return true;
}

static bool read_pick(LoopChecker *check, const LoopAst *pick, uint32_t group, LoopSelect *select)
{
    static const struct {
        const char *word;
        LoopPick pick;
    } rows[] = {{"trial", LOOP_PICK_TRIAL}, {"first", LOOP_PICK_FIRST}, {"last", LOOP_PICK_LAST}, {"block", LOOP_PICK_BLOCK}, {"blocks", LOOP_PICK_BLOCK}};
    const LoopAst *of = loop_ast_value(pick, LOOP_AST_OF);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(pick->text, rows[i].word))
            select->pick = rows[i].pick;
    bool blocks = select->pick == LOOP_PICK_BLOCK;
    if (!pick_number(check, of ? of : pick->first, blocks ? "the number of blocks" : "the number of trials", &select->n))
        return false;
    if (loop_select_each(select) && select->n > LOOP_BLOCKS_MOST) {
        loop_diag(check->diags, LOOP_E0408, pick->span, "there are at most %d blocks in a curve, not %u", LOOP_BLOCKS_MOST, select->n);
        return false;
    }
    if (of && !pick_number(check, pick->first, "the number of the block", &select->i))
        return false;
    if (of && select->i > select->n) {
        loop_diag(check->diags, LOOP_E0805, pick->span, "there is no block %u of %u", select->i, select->n);
        return false;
    }
    return check_enough(check, select, group, pick);
}

bool loop_select_each(const LoopSelect *select)
{
    return select->pick == LOOP_PICK_BLOCK && !select->i;
}

bool loop_select_one(LoopChecker *check, const LoopAst *in, const LoopSelect *select, const char *what)
{
    if (!loop_select_each(select))
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0805, in->span, "%s is of one selection of trials; 'blocks' gives a number for each block", what);
    loop_diag_help(check->diags, diag, "Take one of them: block 1 of %u. A curve over blocks is a measure: measure curve = mean(act == left) in train blocks %u.", select->n, select->n);
    return false;
}

bool loop_select_read(LoopChecker *check, const LoopAst *in, uint32_t group, LoopSelect *select)
{
    *select = (LoopSelect){.phase = LOOP_NONE, .trial = LOOP_NONE};
    if (!in)
        return true;
    LoopSymbol *phase = loop_scope_need(check, LOOP_SPACE_PHASES, in->text, in->name_span, "phase");
    const LoopAst *item = loop_ast_find(in, LOOP_AST_ITEM), *pick = loop_ast_find(in, LOOP_AST_PICK);
    if (!phase)
        return false;
    select->phase = phase->index;
    if (item) {
        LoopSymbol *trial = loop_scope_need(check, LOOP_SPACE_TRIALS, item->text, item->name_span, "trial");
        if (!trial)
            return false;
        select->trial = trial->index;
        if (!selects(check, select, trial->index)) {
            loop_diag(check->diags, LOOP_E0806, item->span, "the phase '%.*s' has no trial '%.*s'", LOOP_STR_ARGS(phase->name), LOOP_STR_ARGS(trial->name));
            return false;
        }
    }
    if (group != LOOP_NONE && !group_selects(check, select, group)) {
        LoopStr name = check->model->groups[group], what = loop_check_text(check, in->span);
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0806, in->span, "the group '%.*s' has no trials of '%.*s'", LOOP_STR_ARGS(name), LOOP_STR_ARGS(what));
        loop_diag_note(check->diags, diag, phase->span, "the phase '%.*s' is for other groups", LOOP_STR_ARGS(phase->name));
        return false;
    }
    return !pick || read_pick(check, pick, group, select);
}

/* ---- moments ---- */

static LoopNode *sum_of(LoopChecker *check, LoopNode *a, LoopNode *b, LoopAstKind sign)
{
    LoopNode *kids[] = {a, b};
    if (!b)
        return NULL;
    if (!a && sign == LOOP_AST_MINUS)
        return loop_node_op(check, b->span, LOOP_OP_neg, &b, 1);
    return a ? loop_node_op(check, b->span, sign == LOOP_AST_MINUS ? LOOP_OP_sub : LOOP_OP_add, kids, 2) : b;
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
    anchor->onset = node;
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

/* An event that nobody can tell the onset of: its size is known, and never above 0. */
static bool is_silent(const LoopEventModel *e)
{
    bool silent = e->value && e->value->constant;
    for (uint32_t i = 0; silent && i < e->value->type.width; i++)
        silent = !(e->value->constant[i] > 0);
    return silent;
}

/* What the trials selected have of an event that a moment is told by. */
typedef struct Found {
    bool has, sounds; /* the event; with an onset */
    bool fits;        /* the moment may lie inside of a trial, or so many steps behind its last one */
} Found;

/* The trial type drives that sense, or an element that may be it. */
static void find_event(const LoopTrialModel *trial, const LoopAnchorModel *anchor, uint32_t over, Found *found)
{
    const LoopNode *signal = anchor->onset, *whole = signal->kind == LOOP_NODE_ELEMENT ? signal->kids[0] : signal;
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
        bool same = whole == signal || e->element == LOOP_NONE || e->element == signal->size;
        if (e->sense != whole->symbol || !same)
            continue;
        double at = e->at->constant ? e->at->constant[0] + anchor->steps : -1;
        found->has = true;
        if (is_silent(e))
            continue;
        found->sounds = true;
        found->fits = found->fits || !e->at->constant || (at >= 0 && at < (double)trial->duration + over);
    }
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
    const LoopNode *whole = anchor->onset;
    if (whole && whole->kind == LOOP_NODE_ELEMENT)
        whole = whole->kids[0];
    bool driven = whole && whole->kind == LOOP_NODE_SYMBOL && whole->symbol->kind == LOOP_SYM_SENSE && !whole->symbol->value;
    uint32_t longest = 0;
    Found found = {0};
    if ((anchor->onset && !driven) || anchor->offset)
        return true;
    for (size_t i = 0; i < model->trials.count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, i);
        if (!selects(check, select, (uint32_t)i))
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
        loop_diag_help(check->diags, diag, "An event of negative size is measured at its time, such as 1 s, or at a sense of its own that marks the moment.");
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
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0502, anchor->span, "this is further before its event than can be looked back: the limit is %d steps", LOOP_LAG_MAX);
    loop_diag_help(check->diags, diag, "Measure at a time from the start of the trial, or make the step longer.");
    return false;
}

/* Whether a measure can be taken there. */
static bool check_place(LoopChecker *check, const LoopAnchorModel *anchor, const LoopSelect *select, uint32_t over)
{
    return check_anchor(check, anchor, select, over) && check_lag(check, anchor, select);
}

bool loop_anchor_need(LoopChecker *check, const LoopAnchorModel *anchor, uint32_t phase)
{
    LoopSelect any = {.phase = phase, .trial = LOOP_NONE};
    return check_anchor(check, anchor, &any, 0);
}

/* ---- one measure ---- */

bool loop_reducer_named(LoopStr name, LoopReducer *reducer)
{
    static const struct {
        const char *name;
        LoopReducer reducer;
    } rows[] = {{"mean", LOOP_REDUCE_MEAN}, {"sum", LOOP_REDUCE_SUM}, {"peak", LOOP_REDUCE_PEAK}, {"dip", LOOP_REDUCE_DIP}, {"sd", LOOP_REDUCE_SD}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(name, rows[i].name)) {
            *reducer = rows[i].reducer;
            return true;
        }
    return false;
}

/* With a window the outermost function is taken over its time. */
static const LoopAst *read_reducer(const LoopAst *expr, LoopReducer *reducer)
{
    *reducer = LOOP_REDUCE_MEAN;
    return expr->kind == LOOP_AST_CALL && expr->kid_count == 1 && loop_reducer_named(expr->text, reducer) ? expr->first : expr;
}

static bool read_place(LoopChecker *check, const LoopWhere *where, const LoopAst *place, uint32_t group, LoopMeasureModel *m)
{
    const LoopAst *at = place ? loop_ast_value(place, LOOP_AST_AT) : NULL, *from = place ? loop_ast_value(place, LOOP_AST_FROM) : NULL;
    const LoopAst *in = place ? loop_ast_find(place, LOOP_AST_IN) : NULL;
    if (in && where->instant != LOOP_NONE) {
        loop_diag(check->diags, LOOP_E0801, in->span, "'until' looks at the trial that has just ended, so it names no phase");
        return false;
    }
    const LoopAst *of = place ? loop_ast_find(place, LOOP_AST_OF) : NULL;
    if (of && where->instant != LOOP_NONE) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0801, of->span, "'until' looks at each agent by itself, so it names no group");
        loop_diag_help(check->diags, diag, "A phase that is to end in another way for a group is one of its own: phase train of GROUP = ... until ...");
        return false;
    }
    if (!loop_select_read(check, in, group, &m->select))
        return false;
    if (where->instant != LOOP_NONE)
        m->select.phase = where->instant;
    LoopWhere signal = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("moment"), LOOP_DRAW_STEP);
    m->window = !at;
    if (at)
        return loop_anchor_read(check, &signal, at, &m->from) && check_place(check, &m->from, &m->select, 0);
    m->from = (LoopAnchorModel){.kind = LOOP_ANCHOR_TRIAL};
    m->to = (LoopAnchorModel){.kind = LOOP_ANCHOR_END};
    if (!from)
        return true;
    if (!loop_anchor_read(check, &signal, from, &m->from) || !loop_anchor_read(check, &signal, loop_ast_value(place, LOOP_AST_TO), &m->to) ||
        !check_place(check, &m->from, &m->select, 0) || !check_place(check, &m->to, &m->select, 1))
        return false;
    bool fixed = !m->from.onset && !m->to.onset && !m->from.offset && !m->to.offset;
    if (!fixed || m->from.steps < m->to.steps)
        return true;
    loop_diag(check->diags, LOOP_E0803, place->span, "this window is empty: it ends %s it begins", m->from.steps == m->to.steps ? "where" : "before");
    return false;
}

static uint32_t read_group(LoopChecker *check, const LoopAst *place, bool *ok)
{
    const LoopAst *of = place ? loop_ast_find(place, LOOP_AST_OF) : NULL;
    LoopSymbol *group = of ? loop_scope_need(check, LOOP_SPACE_GROUPS, of->text, of->name_span, "group") : NULL;
    *ok = !of || group;
    return group ? group->index : LOOP_NONE;
}

static LoopNode *measured_node(LoopChecker *check, const LoopMeasureModel *m, uint32_t group, LoopSpan span)
{
    LoopMeasureModel *place = LOOP_ADD(check->arena, &check->model->measures, LoopMeasureModel);
    LoopNode *node = loop_node_new(check, LOOP_NODE_MEASURED, span, 0);
    if (!place || !node)
        return NULL;
    *place = *m;
    node->size = (uint32_t)check->model->measures.count - 1;
    node->group = group;
    node->type = (LoopType){.width = m->signal->type.width, .unit = m->first_true ? LOOP_UNIT_NUMBER : m->signal->type.unit,
                            .labels = m->first_true ? NULL : m->signal->type.labels};
    return node;
}

enum { CURVE_NAMES_MOST = 10000 }; /* elements of curves that have names: more are for files */

/* Names of the elements of curves: "block 1", or "block 1 left" where there is one for each element of `type`. */
static const LoopLabels *block_labels(LoopChecker *check, const LoopType *type, uint32_t blocks)
{
    const uint32_t width = type->width, count = blocks * width;
    LoopLabels *labels = count <= CURVE_NAMES_MOST ? LOOP_NEW(check->arena, LoopLabels) : NULL;
    LoopStr *names = labels ? LOOP_NEW_ARRAY(check->arena, count, LoopStr) : NULL;
    for (uint32_t i = 0; names && i < count; i++) {
        LoopText name = {.arena = check->arena};
        loop_text_add(&name, "block %u", i / width + 1);
        if (width > 1 && type->labels && type->labels->count == width)
            loop_text_add(&name, " %.*s", LOOP_STR_ARGS(type->labels->names[i % width]));
        else if (width > 1)
            loop_text_add(&name, " [%u]", i % width);
        names[i] = loop_text_view(&name);
    }
    if (names)
        *labels = (LoopLabels){names, count, width};
    return names ? labels : NULL;
}

/* `blocks N`: what each block has, one after another. */
static LoopNode *curve(LoopChecker *check, const LoopMeasureModel *m, uint32_t group, LoopSpan span)
{
    const uint32_t count = m->select.n;
    const LoopType *type = &m->signal->type;
    if ((uint64_t)count * type->width > LOOP_WIDTH_MAX) {
        loop_diag(check->diags, LOOP_E0403, span, "%u blocks of %u elements; a value has at most %d", count, type->width, LOOP_WIDTH_MAX);
        return NULL;
    }
    LoopNode *node = loop_node_new(check, LOOP_NODE_LIST, span, count);
    if (!node)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        LoopMeasureModel one = *m;
        one.select.i = i + 1;
        if (!(node->kids[i] = measured_node(check, &one, group, span)))
            return NULL;
    }
    node->type = (LoopType){.width = count * type->width, .unit = type->unit, .labels = block_labels(check, type, count)};
    loop_node_done(check, node);
    return node;
}

static LoopNode *signal_expr(LoopChecker *check, const LoopAst *expr, LoopMeasureModel *m)
{
    LoopWhere where = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("measure"), LOOP_DRAW_STEP);
    where.over_time = m && m->window;
    return loop_expr(check, &where, where.over_time ? read_reducer(expr, &m->reducer) : expr);
}

LoopNode *loop_measure_placed(LoopChecker *check, const LoopWhere *where, const LoopAst *expr, const LoopAst *place, LoopStr text,
                              LoopSpan span)
{
    LoopMeasureModel m = {.text = text, .span = span, .instant = where->instant != LOOP_NONE};
    bool ok;
    uint32_t group = read_group(check, place, &ok);
    if (!ok || !read_place(check, where, place, group, &m))
        return NULL;
    m.signal = signal_expr(check, expr, &m);
    if (!m.signal)
        return NULL;
    return loop_select_each(&m.select) ? curve(check, &m, group, span) : measured_node(check, &m, group, span);
}

/* ---- the first trial on which a condition holds ---- */

/* The reducer of -x, where there is one. */
static bool mirror(LoopReducer *reducer)
{
    if (*reducer == LOOP_REDUCE_PEAK)
        *reducer = LOOP_REDUCE_DIP;
    else if (*reducer == LOOP_REDUCE_DIP)
        *reducer = LOOP_REDUCE_PEAK;
    return *reducer != LOOP_REDUCE_SUM && *reducer != LOOP_REDUCE_SD;
}

/* At a moment the comparison itself is the signal. Over a window the distance to the bound is, since mean, peak and dip
   move along with it; the measure then asks whether that is above 0. */
static LoopNode *condition_signal(LoopChecker *check, LoopMeasureModel *m, LoopRelation relation, LoopNode *bound, LoopSpan span)
{
    bool more = relation == LOOP_REL_GT, less = relation == LOOP_REL_LT;
    LoopNode *pair[] = {m->signal, bound}, *mirrored[] = {bound, m->signal};
    if (!m->window)
        return loop_node_op(check, span, loop_relation_op(relation), pair, 2);
    LoopReducer reducer = m->reducer;
    if ((!more && !less) || !mirror(&reducer)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0807, span, "over a window, 'trials until' compares mean, peak or dip by < or >");
        loop_diag_help(check->diags, diag, "Or take one moment: trials until (VTA at light > 0.5)");
        return NULL;
    }
    if (less)
        m->reducer = reducer;
    return loop_node_op(check, span, LOOP_OP_sub, more ? pair : mirrored, 2);
}

LoopNode *loop_measure_trials(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const LoopAst *place)
{
    const LoopAst *condition = ast->first, *inner = loop_ast_find(condition, LOOP_AST_PLACE);
    LoopMeasureModel m = {.text = loop_check_text(check, ast->span), .span = ast->span, .first_true = true};
    LoopMeasureModel outer = {0};
    LoopTerms terms;
    bool ok;
    if (!loop_str_is(ast->text, "trials")) {
        loop_diag(check->diags, LOOP_E0802, ast->name_span, "'%.*s until' means nothing; write trials until (...)", LOOP_STR_ARGS(ast->text));
        return NULL;
    }
    if (where->instant != LOOP_NONE) {
        loop_diag(check->diags, LOOP_E0801, ast->span, "'until' looks at the trial that has just ended, and this counts trials of a whole phase");
        return NULL;
    }
    uint32_t group = read_group(check, place, &ok);
    if (!ok || !loop_terms_read(check, condition, &terms) || !loop_select_read(check, loop_ast_find(place, LOOP_AST_IN), group, &outer.select) ||
        !loop_select_one(check, ast, &outer.select, "'trials until'"))
        return NULL;
    if (loop_ast_find(terms.bound, LOOP_AST_PLACE)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0808, loop_ast_find(terms.bound, LOOP_AST_PLACE)->span, "this place stands behind the bound");
        loop_diag_help(check->diags, diag, "It belongs to what is compared: trials until (VTA at light > 0.5)");
        return NULL;
    }
    if (place && (loop_ast_find(place, LOOP_AST_AT) || loop_ast_find(place, LOOP_AST_FROM))) {
        loop_diag(check->diags, LOOP_E0802, place->span, "the moment stands inside: trials until (VTA at light > 0.5) in train");
        return NULL;
    }
    LoopWhere instant = *where;
    instant.instant = outer.select.phase;
    if (!read_place(check, &instant, inner, group, &m))
        return NULL;
    m.select = outer.select;
    m.signal = signal_expr(check, condition->first, &m);
    LoopNode *limit = signal_expr(check, terms.bound->first, NULL), *by = NULL;
    if (terms.by)
        by = terms.percent ? loop_node_number(check, terms.by->span, terms.by->number) : signal_expr(check, terms.by, NULL);
    if (!m.signal || !limit || !loop_need_width(check, m.signal, 1, "the condition") || !loop_need_width(check, limit, 1, "the bound") ||
        !loop_need_unit(check, limit, m.signal->type.unit, "the bound"))
        return NULL;
    bool moves = m.window && terms.relation == LOOP_REL_NEAR; /* which is refused */
    if (!moves && !loop_terms_plain(check, &terms, by, &m.signal, &limit))
        return NULL;
    m.signal = condition_signal(check, &m, terms.relation, limit, condition->span);
    return m.signal ? measured_node(check, &m, group, ast->span) : NULL;
}
