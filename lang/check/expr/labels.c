/* Labels: of the elements of a value, and beside a choice, which is one of them. */
#include "lang/check/expr/expr.h"

#include <math.h>

const LoopLabels *loop_labels_make(LoopChecker *check, const LoopAst *size, uint32_t *width)
{
    *width = 1;
    if (!size)
        return NULL;
    if (loop_labels_is_size(check, size)) {
        LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("size"), LOOP_DRAW_ONCE);
        loop_need_count(check, loop_expr(check, &where, size->first), "a size", 1, LOOP_WIDTH_MAX, width);
        return NULL;
    }
    LoopLabels *labels = LOOP_NEW(check->arena, LoopLabels);
    if (!labels)
        return NULL;
    labels->names = LOOP_NEW_ARRAY(check->arena, size->kid_count, LoopStr);
    for (const LoopAst *kid = size->first; labels->names && kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_NAME) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0204, kid->span, "a label must be a name");
            loop_diag_help(check->diags, diag, "Write one number, how many elements there are, or a name for each of them: [salt, sugar].");
            continue;
        }
        loop_scope_report_built_in(check, kid->text, kid->span);
        if (loop_labels_find(labels, kid->text) != LOOP_NONE)
            loop_diag(check->diags, LOOP_E0205, kid->span, "the label '%.*s' stands twice in one list", LOOP_STR_ARGS(kid->text));
        labels->names[labels->count++] = kid->text;
    }
    *width = labels->count ? labels->count : 1;
    return labels;
}

/* ---- beside a choice ---- */

static LoopNode *index_constant(LoopChecker *check, LoopSpan span, uint32_t i, const LoopSymbol *choice)
{
    LoopNode *node = loop_node_number(check, span, i);
    if (node)
        node->type.choice = choice;
    return node;
}

LoopNode *loop_expr_label(LoopChecker *check, const LoopNode *beside, const LoopAst *ast)
{
    const LoopSymbol *loop = beside->type.choice;
    if (loop_str_is(ast->text, "none")) {
        LoopNode *node = loop_node_number(check, ast->span, -1);
        if (node)
            node->type.choice = loop;
        return node;
    }
    uint32_t i = loop->loop ? loop_labels_find(loop->loop->labels, ast->text) : LOOP_NONE;
    return i == LOOP_NONE ? NULL : index_constant(check, ast->span, i, loop);
}

void loop_labels_doubt(LoopChecker *check, const LoopNode *a, const LoopNode *b)
{
    const LoopNode *number = a->constant ? a : b, *choice = a->constant ? b : a;
    const LoopSymbol *loop = choice->type.choice;
    if (!loop || !loop->loop || !number->constant || number->type.choice || number->type.width != 1 ||
        (loop->loop->labels && !loop->loop->labels->count)) /* they have errors */
        return;
    const double x = number->constant[0], last = loop->loop->channels - 1.0;
    if (x == floor(x) && x >= -1 && x <= last)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0029, number->span, "'%.*s' is never %g: its channels are numbered from 0 to %g",
                               LOOP_STR_ARGS(loop->name), x, last);
    if (loop->loop->labels)
        loop_diag_help(check->diags, diag, "Compare it with one of its labels, such as: %.*s == %.*s", LOOP_STR_ARGS(loop_check_text(check, choice->span)),
                       LOOP_STR_ARGS(loop->loop->labels->names[0]));
    else
        loop_diag_help(check->diags, diag, "The first channel is 0, the last %g; before anything is chosen it is -1, or 'none'.", last);
}

/* ---- of two values ---- */

bool loop_labels_same(const LoopLabels *a, const LoopLabels *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && a != b && i < a->count; i++)
        same = loop_str_equal(a->names[i], b->names[i]);
    return same;
}

static bool in_another_order(const LoopLabels *a, const LoopLabels *b)
{
    bool all = a && b && a->count == b->count && !loop_labels_same(a, b);
    for (uint32_t i = 0; all && i < a->count; i++)
        all = loop_labels_find(b, a->names[i]) != LOOP_NONE;
    return all;
}

/* [left, right, ...] */
static const char *listed(LoopChecker *check, const LoopLabels *labels)
{
    enum { MOST = 6 };
    LoopText text = {.arena = check->arena};
    for (uint32_t i = 0; i < labels->count && i < MOST; i++)
        loop_text_add(&text, "%s%.*s", i ? ", " : "[", LOOP_STR_ARGS(labels->names[i]));
    loop_text_add(&text, labels->count > MOST ? ", ...]" : "]");
    return text.at ? text.at : "";
}

LoopDiag *loop_labels_order_doubt(LoopChecker *check, LoopSpan span, const LoopLabels *a, const LoopLabels *b)
{
    if (!in_another_order(a, b))
        return NULL;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0031, span, "%s meets %s: elements go together by position, not by label",
                               listed(check, a), listed(check, b));
    loop_diag_help(check->diags, diag, "Declare the labels in one order, or reorder one side: [x.%.*s, x.%.*s].", LOOP_STR_ARGS(a->names[0]),
                   LOOP_STR_ARGS(a->names[1]));
    return diag;
}

void loop_labels_list(const LoopLabels *labels, LoopText *out)
{
    for (uint32_t i = 0; labels && i < labels->count && i < 12; i++)
        loop_text_add(out, "%s'%.*s'", i ? ", " : "", LOOP_STR_ARGS(labels->names[i]));
    if (labels && labels->count > 12)
        loop_text_add(out, " ...");
}
