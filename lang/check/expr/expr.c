/* Expressions: AST to typed nodes. Operators here; names in names.c, calls in calls.c, demands in need.c; nodes are made in make.c. */
#include "lang/check/expr/expr.h"

#include <math.h>

/* Sums, products, and/or: flat in the tree, worked out from left to right. */
static LoopNode *chain(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *left = loop_expr(check, where, ast->first);
    bool failed = !left;
    for (const LoopAst *kid = ast->first->next; kid; kid = kid->next) {
        uint32_t op = LOOP_OP_and;
        const LoopAst *operand = kid;
        if (ast->kind == LOOP_AST_SUM || ast->kind == LOOP_AST_PRODUCT)
            operand = kid->first;
        if (kid->kind == LOOP_AST_PLUS)
            op = LOOP_OP_add;
        else if (kid->kind == LOOP_AST_MINUS)
            op = LOOP_OP_sub;
        else if (kid->kind == LOOP_AST_TIMES)
            op = LOOP_OP_mul;
        else if (kid->kind == LOOP_AST_OVER)
            op = LOOP_OP_div;
        else if (ast->kind == LOOP_AST_OR)
            op = LOOP_OP_or;
        LoopNode *right = loop_expr(check, where, operand);
        failed = failed || !right;
        if (!failed)
            /* an operand may be written elsewhere, where it was passed */
            left = loop_node_op2(check, loop_span_join(ast->span, operand->span), op, left, right);
        failed = failed || !left;
    }
    return failed ? NULL : left;
}

static uint32_t compare_op(LoopStr text)
{
    static const struct {
        const char *text;
        uint32_t op;
    } rows[] = {{"==", LOOP_OP_eq}, {"!=", LOOP_OP_ne}, {"<", LOOP_OP_lt},
                {"<=", LOOP_OP_le}, {">", LOOP_OP_gt},  {">=", LOOP_OP_ge}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(text, rows[i].text))
            return rows[i].op;
    return LOOP_OP_eq;
}

/* Whether a bare name is a value that holds a choice. */
static bool is_choice_name(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    for (const LoopBinding *b = where->bindings; b; b = b->outer)
        if (loop_str_equal(b->name, ast->text))
            return b->node && b->node->type.choice;
    LoopSymbol *s = loop_scope_find(check, LOOP_SPACE_VALUES, ast->text);
    if (s)
        loop_symbol_type(check, s);
    return s && s->type.choice;
}

/* The loop of which x shows something else than its choice, such as whether it has chosen; NULL: of none. */
static const LoopSymbol *shown_of(const LoopNode *x)
{
    if (x->kind == LOOP_NODE_ELEMENT)
        x = x->kids[0];
    bool shown = x->kind == LOOP_NODE_SYMBOL && x->symbol->kind == LOOP_SYM_LOOP && x->field != LOOP_FIELD_SELF;
    return shown && !x->type.choice ? x->symbol : NULL;
}

/* True, and reported, where x has an element of that name: its number would be compared with each of them. Or the loop has a channel of it, and x
   does not say which that has chosen. */
static bool names_element(LoopChecker *check, const LoopNode *x, const LoopAst *ast)
{
    const LoopSymbol *loop = shown_of(x);
    if (x->type.width == 1 && loop && loop->loop && loop_labels_find(loop->loop->labels, ast->text) != LOOP_NONE &&
        !loop_scope_find(check, LOOP_SPACE_VALUES, ast->text)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0212, ast->span, "'%.*s' is a channel of '%.*s', and '%.*s' does not say which it chose",
                                   LOOP_STR_ARGS(ast->text), LOOP_STR_ARGS(loop->name), LOOP_STR_ARGS(loop_check_text(check, x->span)));
        loop_diag_help(check->diags, diag, "Its choice is its bare name: %.*s == %.*s.", LOOP_STR_ARGS(loop->name), LOOP_STR_ARGS(ast->text));
        return true;
    }
    if (loop_labels_find(x->type.labels, ast->text) == LOOP_NONE || loop_scope_find(check, LOOP_SPACE_VALUES, ast->text))
        return false;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0212, ast->span, "'%.*s' is an element of what it is compared with", LOOP_STR_ARGS(ast->text));
    loop_diag_help(check->diags, diag, "Write the element: %.*s.%.*s is above 0 where it is on.", LOOP_STR_ARGS(loop_check_text(check, x->span)),
                   LOOP_STR_ARGS(ast->text));
    return true;
}

/* What x is compared with: beside a choice a bare name may be one of its labels. */
static LoopNode *beside_choice(LoopChecker *check, const LoopWhere *where, const LoopNode *x, const LoopAst *ast)
{
    if (x && ast->kind == LOOP_AST_NAME && names_element(check, x, ast))
        return NULL;
    if (!x && ast->kind == LOOP_AST_NAME && !loop_scope_find(check, LOOP_SPACE_VALUES, ast->text) && !loop_scope_formal(check->scope, ast->text))
        return NULL; /* perhaps a label of what has an error itself, which has been said */
    if (!x || !x->type.choice || ast->kind != LOOP_AST_NAME)
        return loop_expr(check, where, ast);
    LoopFormal *formal = loop_scope_formal(check->scope, ast->text); /* a label may be passed to a circuit */
    LoopNode *label = loop_expr_label(check, x, formal && formal->argument->kind == LOOP_AST_NAME ? formal->argument : ast);
    if (label && formal)
        formal->read = true;
    LoopWhere inner = *where;
    inner.beside = x->type.choice;
    return label ? label : loop_expr(check, &inner, ast);
}

/* The two sides of a comparison, where a bare name beside a choice may be one of its labels. */
static bool compared(LoopChecker *check, const LoopWhere *where, const LoopAst *left, const LoopAst *right, LoopNode **a,
                     LoopNode **b)
{
    bool swap = left->kind == LOOP_AST_NAME && !is_choice_name(check, where, left) &&
                (right->kind != LOOP_AST_NAME || is_choice_name(check, where, right));
    const LoopAst *first = swap ? right : left, *second = swap ? left : right;
    LoopNode *x = loop_expr(check, where, first), *y = beside_choice(check, where, x, second);
    *a = swap ? y : x;
    *b = swap ? x : y;
    return x && y;
}

/* Two choices are compared by number, which says nothing where one number stands for different labels. False: reported. */
static bool choices_fit(LoopChecker *check, LoopSpan span, const LoopNode *a, const LoopNode *b)
{
    const LoopSymbol *x = a->type.choice, *y = b->type.choice;
    const LoopLabels *of_x = loop_choice_labels(x), *of_y = loop_choice_labels(y);
    if (loop_choices_alike(x, y) || !of_x || !of_y)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0212, span, "'%.*s' and '%.*s' number their channels in different ways", LOOP_STR_ARGS(x->name),
                               LOOP_STR_ARGS(y->name));
    LoopStr label = of_x->names[0], other = loop_labels_find(of_y, label) == LOOP_NONE ? of_y->names[0] : label;
    loop_diag_help(check->diags, diag, "Compare each with a label, such as: %.*s == %.*s and %.*s == %.*s", LOOP_STR_ARGS(x->name),
                   LOOP_STR_ARGS(label), LOOP_STR_ARGS(y->name), LOOP_STR_ARGS(other));
    return false;
}

static LoopNode *compare(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *a, *b;
    if (!compared(check, where, ast->first, ast->last, &a, &b) || !choices_fit(check, ast->span, a, b))
        return NULL;
    const uint32_t op = compare_op(ast->text);
    if (op == LOOP_OP_eq || op == LOOP_OP_ne)
        loop_labels_doubt(check, a, b);
    return loop_node_op2(check, ast->span, op, a, b);
}

/* x in [A, B]: 1 where x equals one of them. */
static LoopNode *member(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *x = loop_expr(check, where, ast->first), *any = NULL;
    bool failed = !x;
    for (const LoopAst *kid = ast->last->first; kid; kid = kid->next) {
        LoopNode *item = beside_choice(check, where, x, kid);
        failed = failed || !item || !choices_fit(check, kid->span, x, item) ||
                 (item->type.width != 1 && !loop_need_width(check, item, x->type.width, "an item of 'in'"));
        if (failed)
            continue;
        loop_labels_doubt(check, x, item);
        LoopNode *same = loop_node_op2(check, kid->span, LOOP_OP_eq, x, item);
        any = any ? loop_node_op2(check, ast->span, LOOP_OP_or, any, same) : same;
        failed = !any;
    }
    return failed ? NULL : any;
}

static LoopNode *conditional(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *c = loop_expr(check, where, ast->first), *a = loop_expr(check, where, ast->first->next);
    LoopNode *b = loop_expr(check, where, ast->last);
    LoopNode *kids[] = {c, a, b};
    return loop_node_op(check, ast->span, LOOP_OP_select, kids, 3);
}

static bool report_mixed_list(LoopChecker *check, const LoopNode *first, const LoopNode *other)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0402, other->span, "a list can't hold %s and %s", loop_unit_name(first->type.unit),
                               loop_unit_name(other->type.unit));
    loop_diag_note(check->diags, diag, first->span, "its first element is %s", loop_unit_name(first->type.unit));
    return false;
}

static LoopNode *list(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *node = loop_node_new(check, LOOP_NODE_LIST, ast->span, ast->kid_count);
    bool failed = !node;
    uint64_t width = 0;
    uint32_t i = 0;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next, i++) {
        LoopNode *item = loop_expr(check, where, kid);
        failed = failed || !item;
        if (failed)
            continue;
        node->kids[i] = item;
        width += item->type.width;
        if (item->type.unit != node->kids[0]->type.unit)
            failed = !report_mixed_list(check, node->kids[0], item);
    }
    if (failed)
        return NULL;
    if (width > LOOP_WIDTH_MAX) {
        loop_diag(check->diags, LOOP_E0403, ast->span, "this list is wider than a value may be");
        return NULL;
    }
    node->type = (LoopType){.width = (uint32_t)width, .unit = node->kids[0]->type.unit};
    loop_node_done(check, node);
    return node;
}

static LoopNode *duration(LoopChecker *check, const LoopAst *ast)
{
    double steps = loop_duration_steps(ast->number, check->model->step_ms);
    return loop_node_constant(check, ast->span, &steps, 1, LOOP_UNIT_DURATION);
}

static LoopNode *unary(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *kids[] = {loop_expr(check, where, ast->first)};
    return loop_node_op(check, ast->span, ast->kind == LOOP_AST_NOT ? LOOP_OP_not : LOOP_OP_neg, kids, 1);
}

static LoopNode *placed(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    if (where->measuring)
        return where->measuring->placed(check, where, ast);
    const bool inside = where->in == LOOP_IN_MEASURE;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0801, ast->span, inside ? "a measured value can't be part of a signal that is measured"
                                                                           : "a measured value can't be part of a formula of the model");
    loop_diag_help(check->diags, diag, inside ? "One value is taken here, of a signal: put what is compared into one, let gap = ..., and measure that."
                                              : "'at', 'in' and 'of' belong to measure, expect and until; give the formula a signal.");
    return NULL;
}

static LoopNode *expr(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    switch (ast->kind) {
    case LOOP_AST_NUMBER:
        return loop_node_number(check, ast->span, ast->number);
    case LOOP_AST_PERCENT:
        return loop_node_number(check, ast->span, ast->number / 100);
    case LOOP_AST_DURATION:
        return duration(check, ast);
    case LOOP_AST_NAME:
    case LOOP_AST_FIELD:
    case LOOP_AST_INDEX:
        return loop_expr_name(check, where, ast);
    case LOOP_AST_CALL:
        return loop_expr_call(check, where, ast);
    case LOOP_AST_LIST:
        return list(check, where, ast);
    case LOOP_AST_NEGATE:
    case LOOP_AST_NOT:
        return unary(check, where, ast);
    case LOOP_AST_SUM:
    case LOOP_AST_PRODUCT:
    case LOOP_AST_AND:
    case LOOP_AST_OR:
        return chain(check, where, ast);
    case LOOP_AST_POWER: {
        LoopNode *a = loop_expr(check, where, ast->first), *b = loop_expr(check, where, ast->last);
        return loop_node_op2(check, ast->span, LOOP_OP_pow, a, b);
    }
    case LOOP_AST_COMPARE:
        return compare(check, where, ast);
    case LOOP_AST_MEMBER:
        return member(check, where, ast);
    case LOOP_AST_IF:
        return conditional(check, where, ast);
    case LOOP_AST_PLACED:
    case LOOP_AST_TRIALS_UNTIL:
        return placed(check, where, ast);
    default:
        loop_diag(check->diags, LOOP_E0404, ast->span, "'%.*s' is no value; 'by' names the loop that foresee is to use",
                  LOOP_STR_ARGS(loop_check_text(check, ast->span)));
        return NULL;
    }
}

LoopNode *loop_expr(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    if (!ast || check->too_large)
        return NULL;
    if (check->depth >= LOOP_LEVELS_MAX) {
        loop_diag(check->diags, LOOP_E0008, ast->span, "definitions and expressions nest deeper than %d levels", LOOP_LEVELS_MAX);
        check->too_large = true;
        return NULL;
    }
    check->depth++;
    LoopNode *node = expr(check, where, ast);
    check->depth--;
    return node;
}
