/* Measures: a signal, a moment or window, and the trials it is taken in, as one row of the model each. */
#include "lang/check/task/measure.h"

/* With a window the outermost function is taken over its time. */
static const LoopAst *read_reducer(const LoopAst *expr, LoopReducer *reducer)
{
    *reducer = LOOP_REDUCE_MEAN;
    return expr->kind == LOOP_AST_CALL && expr->kid_count == 1 && loop_reducer_named(expr->text, reducer) ? expr->first : expr;
}

/* Of the trial that has just ended nothing is asked for a group. */
static bool names_no_group(LoopChecker *check, const LoopAst *place)
{
    const LoopAst *of = place ? loop_ast_find(place, LOOP_AST_OF) : NULL;
    if (!of)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0801, of->span, "'until' looks at each agent by itself, so it names no group");
    loop_diag_help(check->diags, diag, "A phase that is to end in another way for a group is one of its own: phase train of GROUP = ... until ...");
    return false;
}

static bool read_place(LoopChecker *check, const LoopWhere *where, const LoopAst *place, uint32_t group, LoopMeasureModel *m)
{
    const LoopAst *at = place ? loop_ast_value(place, LOOP_AST_AT) : NULL, *from = place ? loop_ast_value(place, LOOP_AST_FROM) : NULL;
    const LoopAst *in = place ? loop_ast_find(place, LOOP_AST_IN) : NULL;
    if (in && where->instant != LOOP_NONE) {
        loop_diag(check->diags, LOOP_E0801, in->span, "'until' looks at the trial that has just ended, so it names no phase");
        return false;
    }
    if (where->instant != LOOP_NONE && !names_no_group(check, place))
        return false;
    if (!loop_select_read(check, in, group, &m->select))
        return false;
    if (where->instant != LOOP_NONE)
        m->select.phase = where->instant;
    LoopWhere signal = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("moment"), LOOP_DRAW_STEP);
    m->window = !at;
    if (at)
        return loop_anchor_read(check, &signal, at, &m->from) && loop_anchor_check(check, &m->from, &m->select, 0);
    m->from = (LoopAnchorModel){.kind = LOOP_ANCHOR_TRIAL};
    m->to = (LoopAnchorModel){.kind = LOOP_ANCHOR_END};
    if (!from)
        return true;
    if (!loop_anchor_read(check, &signal, from, &m->from) || !loop_anchor_read(check, &signal, loop_ast_value(place, LOOP_AST_TO), &m->to) ||
        !loop_anchor_check(check, &m->from, &m->select, 0) || !loop_anchor_check(check, &m->to, &m->select, 1))
        return false;
    if (where->instant != LOOP_NONE && (m->from.onset || m->to.onset))
        return true; /* what manipulations set is not known yet */
    return loop_window_check(check, &m->from, &m->to, &m->select, place->span);
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
    const bool time = m->window && loop_reducer_is_time(m->reducer);
    node->type = (LoopType){.width = m->signal->type.width,
                            .unit = m->first_true ? LOOP_UNIT_NUMBER : time ? LOOP_UNIT_DURATION : m->signal->type.unit,
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
    node->type = (LoopType){.width = count * type->width, .unit = node->kids[0]->type.unit, .labels = block_labels(check, type, count)};
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
    if (!m.signal || (m.window && m.reducer == LOOP_REDUCE_LATENCY && !loop_need_width(check, m.signal, 1, "what has a latency")))
        return NULL;
    return loop_select_each(&m.select) ? curve(check, &m, group, span) : measured_node(check, &m, group, span);
}

/* ---- a group for measures that have none ---- */

/* A measured value of one group. NULL: reported. */
static LoopNode *of_group(LoopChecker *check, LoopNode *node, uint32_t group, LoopSpan span)
{
    const LoopMeasureModel *m = &LOOP_ITEM(check->model->measures, LoopMeasureModel, node->size);
    if (node->group != LOOP_NONE) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0802, span, "what is measured has its group already");
        loop_diag_note(check->diags, diag, node->span, "it is of the group '%.*s' here", LOOP_STR_ARGS(check->model->groups[node->group]));
        return NULL;
    }
    if (!loop_select_of(check, &m->select, group, span))
        return NULL;
    LoopNode *copy = loop_node_new(check, node->kind, node->span, 0);
    if (copy) {
        copy->size = node->size;
        copy->type = node->type;
        copy->group = group;
    }
    return copy;
}

static LoopNode *param_of(LoopChecker *check, LoopNode *node, uint32_t group)
{
    const double *given = LOOP_ITEM(check->model->params, LoopParamModel, node->symbol->index).groups;
    const uint32_t width = node->type.width;
    return given ? loop_node_constant(check, node->span, given + (size_t)group * width, width, node->type.unit) : node;
}

LoopNode *loop_measure_in(LoopChecker *check, LoopNode *value, uint32_t group, const LoopAst *place)
{
    LoopList nodes = {0};
    if (!loop_nodes_collect(check->arena, value, ++check->mark, NULL, &nodes))
        return NULL;
    for (size_t i = 0; i < nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
        const bool param = node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_PARAM;
        node->instead = place && node->kind == LOOP_NODE_MEASURED ? of_group(check, node, group, place->span)
                        : param                                   ? param_of(check, node, group)
                                                                  : loop_node_over(check, node);
        if (!node->instead)
            return NULL;
    }
    return value->instead;
}

LoopNode *loop_measure_of(LoopChecker *check, const LoopWhere *where, LoopNode *value, const LoopAst *place)
{
    bool ok;
    uint32_t group = read_group(check, place, &ok);
    return ok && (where->instant == LOOP_NONE || names_no_group(check, place)) ? loop_measure_in(check, value, group, place) : NULL;
}

/* ---- the first trial on which a condition holds ---- */

/* The reducer of -x, where there is one. */
static bool mirror(LoopReducer *reducer)
{
    if (*reducer == LOOP_REDUCE_PEAK)
        *reducer = LOOP_REDUCE_DIP;
    else if (*reducer == LOOP_REDUCE_DIP)
        *reducer = LOOP_REDUCE_PEAK;
    return *reducer == LOOP_REDUCE_MEAN || *reducer == LOOP_REDUCE_PEAK || *reducer == LOOP_REDUCE_DIP;
}

static void report_window(LoopChecker *check, LoopSpan span)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0807, span, "over a window, 'trials until' compares mean, peak or dip by < or >");
    loop_diag_help(check->diags, diag, "Or take one moment: trials until (VTA at light > 0.5)");
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
        report_window(check, span);
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
    if (m.window && loop_reducer_is_time(m.reducer)) {
        report_window(check, condition->span);
        return NULL;
    }
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
