/* Making nodes, of widths and units that go together. */
#include "lang/check/expr/expr.h"

LoopNode *loop_node_new(LoopChecker *check, LoopNodeKind kind, LoopSpan span, uint32_t kids)
{
    if (++check->model->nodes > LOOP_NODES_MAX) {
        if (!check->too_large)
            loop_diag(check->diags, LOOP_E0009, span, "the model has more than %d expression nodes", LOOP_NODES_MAX);
        check->too_large = true;
        return NULL;
    }
    LoopNode *node = LOOP_NEW(check->arena, LoopNode);
    if (!node)
        return NULL;
    *node = (LoopNode){.kind = kind, .span = span, .kid_count = kids, .type = {.width = 1}, .reg = LOOP_NONE,
                       .late = LOOP_NONE, .group = LOOP_NONE, .pure = true};
    node->kids = LOOP_NEW_ARRAY(check->arena, kids, LoopNode *);
    return node->kids ? node : NULL;
}

static bool draws(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FUNCTION && node->function >= LOOP_FN_bernoulli && node->function <= LOOP_FN_pick;
}

static bool holds(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FUNCTION && node->function >= LOOP_FN_prev && node->function <= LOOP_FN_random_code;
}

void loop_node_done(LoopChecker *check, LoopNode *node)
{
    node->draws = draws(node);
    node->pure = !node->draws && !holds(node);
    for (uint32_t i = 0; i < node->kid_count; i++) {
        const LoopNode *kid = node->kids[i];
        node->pure = node->pure && kid->pure;
        node->draws = node->draws || kid->draws;
    }
    loop_fold(check, node);
}

LoopNode *loop_node_over(LoopChecker *check, LoopNode *node)
{
    bool same = true;
    for (uint32_t i = 0; i < node->kid_count; i++)
        same = same && node->kids[i]->instead == node->kids[i];
    LoopNode *copy = same ? node : loop_node_new(check, node->kind, node->span, node->kid_count);
    if (!copy || same)
        return copy;
    LoopNode **kids = copy->kids;
    *copy = *node;
    copy->kids = kids;
    copy->mark = 0;
    for (uint32_t i = 0; i < node->kid_count; i++)
        kids[i] = node->kids[i]->instead;
    loop_node_done(check, copy);
    return copy;
}

LoopNode *loop_node_constant(LoopChecker *check, LoopSpan span, const double *values, uint32_t width, LoopUnit unit)
{
    LoopNode *node = loop_node_new(check, LOOP_NODE_CONSTANT, span, 0);
    if (!node)
        return NULL;
    node->type = (LoopType){.width = width, .unit = unit};
    double *copy = LOOP_NEW_ARRAY(check->arena, width, double);
    for (uint32_t i = 0; copy && i < width; i++)
        copy[i] = values[i];
    node->constant = copy;
    return copy ? node : NULL;
}

LoopNode *loop_node_number(LoopChecker *check, LoopSpan span, double value)
{
    return loop_node_constant(check, span, &value, 1, LOOP_UNIT_NUMBER);
}

LoopNode *loop_node_function(LoopChecker *check, LoopSpan span, LoopFunction function, LoopType type, LoopNode **kids,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!kids[i])
            return NULL;
    LoopNode *node = loop_node_new(check, LOOP_NODE_FUNCTION, span, count);
    if (!node)
        return NULL;
    node->function = function;
    node->type = type;
    for (uint32_t i = 0; i < count; i++)
        node->kids[i] = kids[i];
    loop_node_done(check, node);
    return node;
}

LoopNode *loop_node_symbol(LoopChecker *check, LoopSymbol *symbol, LoopField field, LoopSpan span)
{
    LoopNode *node = loop_node_new(check, LOOP_NODE_SYMBOL, span, 0);
    if (!node)
        return NULL;
    node->symbol = symbol;
    node->field = field;
    node->type = symbol->type;
    if (symbol->kind == LOOP_SYM_CONST && symbol->value)
        node->constant = symbol->value->constant;
    return node;
}

/* ---- elementwise rows ---- */

const char *loop_unit_name(LoopUnit unit)
{
    return unit == LOOP_UNIT_DURATION ? "a duration" : "a number";
}

static bool report_units(LoopChecker *check, LoopSpan span, uint32_t op, const LoopNode *a, const LoopNode *b)
{
    LoopDiag *diag;
    if (b)
        diag = loop_diag(check->diags, LOOP_E0402, span, "'%s' can't take %s and %s", loop_op_written(op),
                         loop_unit_name(a->type.unit), loop_unit_name(b->type.unit));
    else
        diag = loop_diag(check->diags, LOOP_E0402, span, "'%s' can't take %s", loop_op_written(op), loop_unit_name(a->type.unit));
    loop_diag_note(check->diags, diag, a->span, "this is %s", loop_unit_name(a->type.unit));
    if (b)
        loop_diag_note(check->diags, diag, b->span, "this is %s", loop_unit_name(b->type.unit));
    loop_diag_help(check->diags, diag,
                   "Durations add and compare with durations, and multiply with numbers; divide by 1 s, or by dt, to get a number.");
    return false;
}

/* The unit of the result, by the row's rule. */
static bool result_unit(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode **kids, uint32_t count, LoopUnit *unit)
{
    LoopStr rule = loop_str(loop_op_units(op));
    const LoopNode *a = kids[0], *b = count > 1 ? kids[1] : NULL;
    LoopUnit first = a->type.unit;
    *unit = LOOP_UNIT_NUMBER;
    if (loop_str_is(rule, "TIMES")) {
        *unit = first == LOOP_UNIT_DURATION || b->type.unit == LOOP_UNIT_DURATION ? LOOP_UNIT_DURATION : LOOP_UNIT_NUMBER;
        return first == LOOP_UNIT_NUMBER || b->type.unit == LOOP_UNIT_NUMBER || report_units(check, span, op, a, b);
    }
    if (loop_str_is(rule, "DIVIDE")) {
        *unit = first == LOOP_UNIT_DURATION && b->type.unit == LOOP_UNIT_NUMBER ? LOOP_UNIT_DURATION : LOOP_UNIT_NUMBER;
        return first == LOOP_UNIT_DURATION || b->type.unit == LOOP_UNIT_NUMBER || report_units(check, span, op, a, b);
    }
    uint32_t from = loop_str_is(rule, "CHOICE") ? 1 : 0;
    if (from && first != LOOP_UNIT_NUMBER)
        return report_units(check, span, op, a, NULL);
    for (uint32_t i = from; i < count; i++) {
        if (loop_str_is(rule, "NUMBER") && kids[i]->type.unit != LOOP_UNIT_NUMBER)
            return report_units(check, span, op, a, b);
        if (kids[i]->type.unit != kids[from]->type.unit)
            return report_units(check, span, op, kids[from], kids[i]);
    }
    if (loop_str_is(rule, "SAME") || from)
        *unit = kids[from]->type.unit;
    return true;
}

static bool result_width(LoopChecker *check, LoopSpan span, LoopNode **kids, uint32_t count, uint32_t *width)
{
    const LoopNode *wide = kids[0];
    for (uint32_t i = 1; i < count; i++) {
        if (wide->type.width > 1 && kids[i]->type.width > 1 && kids[i]->type.width != wide->type.width) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0401, span, "widths differ: %u and %u", wide->type.width,
                                       kids[i]->type.width);
            loop_diag_note(check->diags, diag, wide->span, "this has width %u", wide->type.width);
            loop_diag_note(check->diags, diag, kids[i]->span, "this has width %u", kids[i]->type.width);
            loop_diag_help(check->diags, diag, "Operators need equal widths, or one side of width 1; slice, sum or fill one of them.");
            return false;
        }
        if (kids[i]->type.width > wide->type.width)
            wide = kids[i];
    }
    *width = wide->type.width;
    return true;
}

const LoopLabels *loop_choice_labels(const LoopSymbol *choice)
{
    return choice && choice->loop ? choice->loop->labels : NULL;
}

bool loop_choices_alike(const LoopSymbol *a, const LoopSymbol *b)
{
    return a == b || (loop_choice_labels(a) && loop_choice_labels(b) && loop_labels_same(loop_choice_labels(a), loop_choice_labels(b)));
}

/* Labels and choices survive what leaves the values as they were. */
static void keep_labels(LoopChecker *check, LoopNode *node)
{
    uint32_t from = node->op == LOOP_OP_select ? 1 : 0;
    bool same = node->op == LOOP_OP_select, differ = false;
    for (uint32_t i = from; i < node->kid_count; i++) {
        const LoopType *t = &node->kids[i]->type;
        bool has = t->labels && t->width == node->type.width;
        differ = differ || (has && node->type.labels && !loop_labels_same(t->labels, node->type.labels));
        if (has)
            loop_labels_order_doubt(check, node->span, node->type.labels, t->labels);
        if (has && !node->type.labels)
            node->type.labels = t->labels;
        same = same && loop_choices_alike(t->choice, node->kids[from]->type.choice);
    }
    if (differ) /* its elements are of neither */
        node->type.labels = NULL;
    if (same)
        node->type.choice = node->kids[from]->type.choice;
}

LoopNode *loop_node_op(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode **kids, uint32_t count)
{
    LoopUnit unit;
    uint32_t width;
    for (uint32_t i = 0; i < count; i++)
        if (!kids[i])
            return NULL;
    if (!result_unit(check, span, op, kids, count, &unit) || !result_width(check, span, kids, count, &width))
        return NULL;
    LoopNode *node = loop_node_new(check, LOOP_NODE_OP, span, count);
    if (!node)
        return NULL;
    node->op = op;
    node->type = (LoopType){.width = width, .unit = unit};
    for (uint32_t i = 0; i < count; i++)
        node->kids[i] = kids[i];
    keep_labels(check, node);
    loop_node_done(check, node);
    return node;
}

LoopNode *loop_node_op2(LoopChecker *check, LoopSpan span, uint32_t op, LoopNode *a, LoopNode *b)
{
    LoopNode *kids[] = {a, b};
    return loop_node_op(check, span, op, kids, 2);
}
