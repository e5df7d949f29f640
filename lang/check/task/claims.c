/* What a model claims and shows: measures by name, expectations, conditions of `until`, records and plots. */
#include "lang/check/task/measure.h"

#include <math.h>
#include <string.h>

static bool names_option(const LoopChecker *check, const LoopAst *ast)
{
    for (size_t i = 0; ast->kind == LOOP_AST_NAME && i < check->model->loops.count; i++) {
        const LoopLoopModel *loop = LOOP_ITEM(check->model->loops, LoopLoopModel *, i);
        if (loop->kind == LOOP_CHOOSE && loop->labels && loop_labels_find(loop->labels, ast->text) != LOOP_NONE)
            return true;
    }
    return false;
}

/* Whether options stand where they do: compared with what is none, in a list that a choice may be in, as an index. There the name is the option,
   also if a measure is called so. */
static bool is_option(const LoopChecker *check, const LoopAst *in, const LoopAst *ast)
{
    if (in->kind == LOOP_AST_COMPARE)
        return names_option(check, ast) && !names_option(check, ast == in->first ? in->last : in->first);
    return ast != in->first && ((in->kind == LOOP_AST_MEMBER && ast->first && names_option(check, ast->first)) || (in->kind == LOOP_AST_INDEX && names_option(check, ast)));
}

/* Whether an expression is arithmetic over measures: it has one in parentheses, or by name. */
static bool is_arithmetic(const LoopChecker *check, const LoopAst *ast)
{
    if (ast->kind == LOOP_AST_PLACED || ast->kind == LOOP_AST_TRIALS_UNTIL)
        return true;
    if (ast->kind == LOOP_AST_NAME)
        return !loop_scope_find(check, LOOP_SPACE_VALUES, ast->text) && loop_scope_find(check, LOOP_SPACE_MEASURES, ast->text);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        if (!is_option(check, ast, kid) && is_arithmetic(check, kid))
            return true;
    return false;
}

static LoopNode *placed(LoopChecker *check, const LoopWhere *where, const LoopAst *ast);
static LoopNode *named(LoopChecker *check, const LoopWhere *where, LoopSymbol *symbol);

static LoopWhere in_claims(LoopChecker *check, uint32_t instant)
{
    static const LoopMeasuring measuring = {.placed = placed, .named = named};
    LoopWhere where = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("measure"), LOOP_DRAW_STEP);
    where.measuring = &measuring;
    where.instant = instant;
    return where;
}

static LoopSpan span_with(const LoopAst *expr, const LoopAst *place)
{
    return place ? loop_span_join(expr->span, place->span) : expr->span;
}

/* The first part of an expression that may change from step to step; NULL: it is made of numbers, consts, params that keep their value
   and measures. */
static const LoopNode *changing(LoopChecker *check, LoopNode *node)
{
    LoopList nodes = {0};
    if (!loop_nodes_collect(check->arena, node, ++check->mark, NULL, &nodes))
        return NULL;
    for (size_t i = 0; i < nodes.count; i++) {
        const LoopNode *n = LOOP_ITEM(nodes, LoopNode *, i);
        bool fixed = n->kind != LOOP_NODE_SYMBOL || n->symbol->kind == LOOP_SYM_CONST || (n->symbol->kind == LOOP_SYM_PARAM && !n->symbol->forced);
        bool signal = n->kind == LOOP_NODE_CLOCK || n->kind == LOOP_NODE_CREDIT || n->kind == LOOP_NODE_FORESEE;
        if (!fixed || signal || !n->pure)
            return n;
    }
    return NULL;
}

/* Without parentheses around it. */
static LoopStr bare(LoopStr text)
{
    bool wrapped = text.len > 2 && text.at[0] == '(' && text.at[text.len - 1] == ')';
    return wrapped && !memchr(text.at + 1, '(', text.len - 1) ? (LoopStr){text.at + 1, text.len - 2} : text;
}

/* A formula over measured values: each part of it is a number, or has a place. In the condition of a trial it may be read as it is when
   the trial ends. */
static LoopNode *arithmetic(LoopChecker *check, const LoopWhere *where, const LoopAst *expr)
{
    LoopNode *node = loop_expr(check, where, expr);
    const LoopNode *n = node ? changing(check, node) : NULL;
    if (!n || (n->pure && where->instant != LOOP_NONE))
        return node;
    LoopStr text = bare(loop_check_text(check, n->span));
    LoopDiag *diag =
        loop_diag(check->diags, LOOP_E0808, n->span, "'%.*s' changes from step to step, and has no place in what is measured", LOOP_STR_ARGS(text));
    if (n->pure)
        loop_diag_help(
            check->diags, diag,
            "Give it a place, in parentheses of its own: (%.*s at light in train). What is taken of the whole run is a measure: measure all = %.*s.",
            LOOP_STR_ARGS(text), LOOP_STR_ARGS(text));
    else
        loop_diag_help(
            check->diags, diag,
            "What is measured has no steps: write the function inside of the parentheses, ahead of the place: (prev(x) at light in train).");
    return NULL;
}

/* The same with a place behind it, which may be that of a group. */
static LoopNode *arithmetic_at(LoopChecker *check, const LoopWhere *where, const LoopAst *expr, const LoopAst *place)
{
    if (!place || (place->kid_count == 1 && loop_ast_find(place, LOOP_AST_OF))) {
        LoopNode *value = arithmetic(check, where, expr);
        return value && place ? loop_measure_of(check, where, value, place) : value;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0802, place->span, "what is measured already has its place");
    if (expr->kind == LOOP_AST_NAME)
        loop_diag_help(check->diags, diag, "'%.*s' is a measure: for another phase write another one. Only a group may stand behind it.", LOOP_STR_ARGS(expr->text));
    else
        loop_diag_help(check->diags, diag, "Write the place inside the parentheses of each measured value.");
    return NULL;
}

/* A measured value: a signal with its place, or arithmetic over such. */
static LoopNode *measured(LoopChecker *check, const LoopAst *expr, const LoopAst *place, uint32_t instant)
{
    LoopWhere where = in_claims(check, instant);
    LoopSpan span = span_with(expr, place);
    if (expr->kind == LOOP_AST_TRIALS_UNTIL)
        return loop_measure_trials(check, &where, expr, place);
    if (!is_arithmetic(check, expr))
        return loop_measure_placed(check, &where, expr, place, loop_check_text(check, span), span);
    return arithmetic_at(check, &where, expr, place);
}

/* A measured value in parentheses, in arithmetic. */
static LoopNode *placed(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    if (ast->kind == LOOP_AST_TRIALS_UNTIL)
        return loop_measure_trials(check, where, ast, NULL);
    if (ast->first->kind == LOOP_AST_TRIALS_UNTIL)
        return loop_measure_trials(check, where, ast->first, ast->last);
    if (is_arithmetic(check, ast->first))
        return arithmetic_at(check, where, ast->first, ast->last);
    return loop_measure_placed(check, where, ast->first, ast->last, loop_check_text(check, ast->span), ast->span);
}

/* In `VTA > 0.9 at light` the place is that of the number. */
static LoopNode *placed_limit(LoopChecker *check, const LoopAst *expr, const LoopAst *place, uint32_t instant)
{
    LoopNode *node = measured(check, expr, place, instant);
    if (!node || node->kind != LOOP_NODE_MEASURED || changing(check, LOOP_ITEM(check->model->measures, LoopMeasureModel, node->size).signal))
        return node;
    LoopStr where = loop_check_text(check, place->span);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0808, place->span, "'%.*s' is the same everywhere, so it has no place",
                               LOOP_STR_ARGS(loop_check_text(check, expr->span)));
    if (expr->kind == LOOP_AST_NAME && !loop_scope_find(check, LOOP_SPACE_VALUES, expr->text)) /* a label */
        loop_diag_help(check->diags, diag, "How often it is chosen is measured in parentheses, and compared with a number: (... == %.*s) %.*s > 0.5.",
                       LOOP_STR_ARGS(loop_check_text(check, expr->span)), LOOP_STR_ARGS(where));
    else
        loop_diag_help(check->diags, diag, "Write '%.*s' behind what is measured, ahead of the comparison.", LOOP_STR_ARGS(where));
    return NULL;
}

/* A bound without a place does not change. */
static LoopNode *limit(LoopChecker *check, const LoopAst *expr, const LoopAst *place, uint32_t instant)
{
    LoopWhere where = in_claims(check, instant);
    if (place)
        return placed_limit(check, expr, place, instant);
    LoopNode *node = loop_expr(check, &where, expr);
    const LoopNode *n = node ? changing(check, node) : NULL;
    if (!n)
        return node;
    LoopStr text = loop_check_text(check, n->span);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0808, n->span, "the bound '%.*s' changes from step to step", LOOP_STR_ARGS(text));
    loop_diag_help(check->diags, diag, "Give it a place of its own, such as: %.*s at light in train", LOOP_STR_ARGS(text));
    return NULL;
}

/* Whose agents the arithmetic is about: a group, the first, when every measure in it names one; else all. */
static uint32_t group_of(LoopChecker *check, LoopNode *node)
{
    LoopList nodes = {0};
    uint32_t group = LOOP_NONE;
    if (!node || !loop_nodes_collect(check->arena, node, ++check->mark, NULL, &nodes))
        return LOOP_NONE;
    for (size_t i = 0; i < nodes.count; i++) {
        const LoopNode *n = LOOP_ITEM(nodes, LoopNode *, i);
        if (n->kind != LOOP_NODE_MEASURED)
            continue;
        if (n->group == LOOP_NONE)
            return LOOP_NONE;
        group = group == LOOP_NONE ? n->group : group;
    }
    return group;
}

/* The same of a bound, a tolerance or a margin, which are for the agents that are compared; unless something in it is measured of all. */
static uint32_t group_beside(LoopChecker *check, LoopNode *node, uint32_t group)
{
    LoopList nodes = {0};
    if (!node || !loop_nodes_collect(check->arena, node, ++check->mark, NULL, &nodes))
        return LOOP_NONE;
    for (size_t i = 0; i < nodes.count; i++)
        if (LOOP_ITEM(nodes, LoopNode *, i)->kind == LOOP_NODE_MEASURED && LOOP_ITEM(nodes, LoopNode *, i)->group == LOOP_NONE)
            return LOOP_NONE;
    return group;
}

/* ---- measures by name ---- */

static LoopNode *measure_of(LoopChecker *check, const LoopSymbol *symbol, uint32_t instant)
{
    return measured(check, symbol->ast->first, loop_ast_find(symbol->ast, LOOP_AST_PLACE), instant);
}

static LoopNode *verdict_of(LoopChecker *check, LoopSymbol *symbol, uint32_t phase)
{
    if (!symbol->verdict || symbol->verdict_phase != phase)
        symbol->verdict = measure_of(check, symbol, phase);
    symbol->verdict_phase = phase;
    return symbol->verdict;
}

/* What the measure is of the whole run. NULL: reported. */
static LoopNode *value_of(LoopChecker *check, LoopSymbol *symbol)
{
    if (symbol->state == LOOP_TYPING) {
        loop_diag(check->diags, LOOP_E0810, symbol->span, "the measure '%.*s' is made of itself", LOOP_STR_ARGS(symbol->name));
        return NULL;
    }
    if (symbol->state == LOOP_TYPED && (symbol->value || symbol->broken))
        return symbol->value;
    symbol->state = LOOP_TYPING;
    symbol->value = measure_of(check, symbol, LOOP_NONE);
    const uint32_t group = group_of(check, symbol->value);
    if (symbol->value && group != LOOP_NONE)
        symbol->value = loop_measure_in(check, symbol->value, group, NULL);
    symbol->state = LOOP_TYPED;
    symbol->broken = !symbol->value;
    return symbol->value;
}

/* A measure that is named in another one, or in a condition of `until`: of one trial what is measured is read once more, for that. */
static LoopNode *named(LoopChecker *check, const LoopWhere *where, LoopSymbol *symbol)
{
    LoopNode *value = value_of(check, symbol);
    return value && where->instant != LOOP_NONE ? verdict_of(check, symbol, where->instant) : value;
}

static void add_measure(LoopChecker *check, const LoopAst *ast)
{
    LoopSymbol *symbol = loop_scope_find(check, LOOP_SPACE_MEASURES, ast->text);
    if (!symbol || symbol->ast != ast || !value_of(check, symbol))
        return;
    const LoopAst *place = loop_ast_find(ast, LOOP_AST_PLACE);
    LoopClaimModel *claim = LOOP_ADD(check->arena, &check->model->claims, LoopClaimModel);
    if (claim)
        *claim = (LoopClaimModel){.name = symbol->name, .text = loop_check_text(check, span_with(ast->first, place)), .span = ast->span,
                                  .value = symbol->value, .value_group = group_of(check, symbol->value)};
}

/* ---- expectations ---- */

/* What `within` or `by` gives; a percentage is a number, of the bound. */
static LoopNode *terms_value(LoopChecker *check, const LoopTerms *terms, uint32_t instant)
{
    if (!terms->by)
        return NULL;
    return terms->percent ? loop_node_number(check, terms->by->span, terms->by->number) : limit(check, terms->by, NULL, instant);
}

static bool read_percent(LoopChecker *check, const LoopAst *ast, LoopClaimModel *claim)
{
    const LoopAst *of = loop_ast_find(ast, LOOP_AST_FOR), *share = of ? of->first : NULL;
    if (!share)
        return true;
    if (!loop_str_is(of->text, "agents")) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, of->name_span, "an expectation is for a share of the agents, not of '%.*s'",
                                   LOOP_STR_ARGS(of->text));
        loop_diag_help(check->diags, diag, "For example: for 95%% of agents");
        return false;
    }
    if (share->kind == LOOP_AST_PERCENT && share->number > 0 && share->number <= 100) {
        claim->percent = share->number;
        return true;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, share->span, "this must be a share of the agents, above 0%% and up to 100%%");
    loop_diag_help(check->diags, diag, "For example: for 95%% of agents");
    return false;
}

static bool sides_fit(LoopChecker *check, const LoopClaimModel *claim, LoopSpan span)
{
    const LoopNode *value = claim->value, *bound = claim->bound;
    uint32_t w = value->type.width, b = bound->type.width;
    if (w != b && b != 1) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0401, span, "widths differ: %u and %u", w, b);
        loop_diag_help(check->diags, diag, "A measure is compared with one number, or with a list of as many.");
        return false;
    }
    if (value->type.unit == bound->type.unit)
        return true;
    return loop_need_unit(check, bound, value->type.unit, "the bound");
}

/* What is compared with infinity holds, or fails, for any number. */
static bool is_number(LoopChecker *check, const LoopNode *node, const char *what)
{
    bool finite = true;
    for (uint32_t e = 0; node && node->constant && e < node->type.width; e++)
        finite = finite && isfinite(node->constant[e]);
    if (!finite)
        loop_diag(check->diags, LOOP_E0901, node->span, "the %s is infinite or undefined", what);
    return finite;
}

static void add_expectation(LoopChecker *check, const LoopAst *ast)
{
    const LoopAst *condition = loop_ast_find(ast, LOOP_AST_CONDITION), *text = loop_ast_find(ast, LOOP_AST_STRING);
    const LoopSpan written = {condition->span.begin, ast->span.end, ast->span.file};
    LoopClaimModel claim = {
        .name = text ? text->text : (LoopStr){"", 0}, .text = loop_check_text(check, written), .span = ast->span, .is_expectation = true};
    LoopTerms terms;
    if (!loop_terms_read(check, condition, &terms))
        return;
    claim.relation = terms.relation;
    claim.tolerance_is_percent = terms.percent;
    claim.value = measured(check, condition->first, loop_ast_find(condition, LOOP_AST_PLACE), LOOP_NONE);
    claim.bound = limit(check, terms.bound->first, loop_ast_find(terms.bound, LOOP_AST_PLACE), LOOP_NONE);
    if (!claim.value || !claim.bound || !sides_fit(check, &claim, condition->span) || !is_number(check, claim.bound, "bound"))
        return;
    LoopNode *by = terms_value(check, &terms, LOOP_NONE);
    if ((terms.by && !loop_terms_fit(check, &terms, by, claim.value->type.unit)) || !read_percent(check, ast, &claim) ||
        !is_number(check, by, terms.relation == LOOP_REL_NEAR ? "tolerance" : "margin"))
        return;
    *(terms.relation == LOOP_REL_NEAR ? &claim.tolerance : &claim.margin) = by;
    claim.value_group = group_of(check, claim.value);
    claim.bound_group = group_beside(check, claim.bound, claim.value_group);
    claim.by_group = group_beside(check, by, claim.value_group);
    LoopClaimModel *place = LOOP_ADD(check->arena, &check->model->claims, LoopClaimModel);
    if (place)
        *place = claim;
}

bool loop_measure_condition(LoopChecker *check, const LoopAst *condition, uint32_t phase, LoopNode **value, LoopNode **bound,
                            LoopRelation *relation)
{
    LoopTerms terms;
    if (!loop_terms_read(check, condition, &terms))
        return false;
    *value = measured(check, condition->first, loop_ast_find(condition, LOOP_AST_PLACE), phase);
    *bound = limit(check, terms.bound->first, loop_ast_find(terms.bound, LOOP_AST_PLACE), phase);
    if (!loop_need_width(check, *value, 1, "a condition") || !loop_need_width(check, *bound, 1, "a bound") ||
        !loop_need_unit(check, *bound, (*value)->type.unit, "the bound") ||
        !loop_terms_plain(check, &terms, terms_value(check, &terms, phase), value, bound))
        return false;
    *relation = terms.relation;
    return true;
}

/* ---- records and plots ---- */

static void add_strip(LoopChecker *check, const LoopStripModel *strip)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->strips.count; i++) {
        LoopStripModel *other = &LOOP_ITEM(model->strips, LoopStripModel, i);
        const LoopSelect *a = &other->select, *b = &strip->select;
        if (loop_str_equal(other->text, strip->text) && other->group == strip->group && a->phase == b->phase && a->trial == b->trial &&
            a->pick == b->pick && a->n == b->n && a->i == b->i) {
            other->plotted = other->plotted || strip->plotted; /* both recorded and plotted: one strip */
            return;
        }
    }
    LoopStripModel *place = LOOP_ADD(check->arena, &model->strips, LoopStripModel);
    if (place)
        *place = *strip;
}

/* One strip for each type of trial that the phases of that name have. */
static void add_phase_strips(LoopChecker *check, LoopStripModel strip)
{
    LoopModel *model = check->model;
    uint32_t wanted = strip.select.trial;
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        for (uint32_t k = 0; phase->symbol->index == strip.select.phase && k < phase->item_count; k++) {
            if ((wanted != LOOP_NONE && phase->items[k].trial != wanted) || !(phase->items[k].share > 0))
                continue;
            strip.select.trial = phase->items[k].trial;
            strip.phase = phase->symbol;
            add_strip(check, &strip);
        }
    }
}

/* Whether the places of a record or plot can be taken, whatever is kept there; else it is reported. */
static bool places_fit(LoopChecker *check, const LoopAst *ast, uint32_t group)
{
    LoopSelect select;
    bool fit = true;
    for (const LoopAst *in = ast->first; in; in = in->next)
        if (in->kind == LOOP_AST_IN)
            fit = loop_select_read(check, in, group, &select) &&
                  loop_select_one(check, in, &select, ast->kind == LOOP_AST_PLOT ? "a plot" : "a record") && fit;
    return fit;
}

static void add_signal_strips(LoopChecker *check, const LoopAst *ast, LoopStripModel strip)
{
    LoopModel *model = check->model;
    if (loop_ast_find(ast, LOOP_AST_IN)) {
        for (const LoopAst *in = ast->first; in; in = in->next)
            if (in->kind == LOOP_AST_IN && loop_select_read(check, in, strip.group, &strip.select))
                add_phase_strips(check, strip);
        return;
    }
    for (size_t i = 0; i < model->phases.count; i++) {
        strip.select = (LoopSelect){.phase = LOOP_ITEM(model->phases, LoopPhaseModel, i).symbol->index, .trial = LOOP_NONE};
        add_phase_strips(check, strip);
    }
}

static void add_strips(LoopChecker *check, const LoopAst *ast)
{
    const LoopAst *of = loop_ast_find(ast, LOOP_AST_OF);
    LoopSymbol *group = of ? loop_scope_need(check, LOOP_SPACE_GROUPS, of->text, of->name_span, "group") : NULL;
    if ((of && !group) || !places_fit(check, ast, group ? group->index : LOOP_NONE))
        return;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        if (!loop_ast_is_expression(kid->kind))
            continue;
        LoopWhere where = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("record"), LOOP_DRAW_STEP);
        LoopNode *signal = loop_expr(check, &where, kid);
        if (signal)
            add_signal_strips(check, ast,
                              (LoopStripModel){.signal = signal,
                                               .text = loop_check_text(check, kid->span),
                                               .plotted = ast->kind == LOOP_AST_PLOT,
                                               .group = group ? group->index : LOOP_NONE});
    }
}

void loop_measures_fill(LoopChecker *check)
{
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next) {
        if (kid->kind == LOOP_AST_MEASURE)
            add_measure(check, kid);
        else if (kid->kind == LOOP_AST_EXPECT)
            add_expectation(check, kid);
        else if (kid->kind == LOOP_AST_RECORD || kid->kind == LOOP_AST_PLOT)
            add_strips(check, kid);
    }
}
