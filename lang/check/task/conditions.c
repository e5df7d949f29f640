/* What stands behind a comparison: how near is near enough, or by how much more. Expectations, the condition of a phase and that of
   'trials until' have it alike. */
#include "lang/check/task/measure.h"

static bool find_relation(LoopStr text, LoopRelation *relation)
{
    static const struct {
        const char *text;
        LoopRelation relation;
    } rows[] = {{"==", LOOP_REL_EQ}, {"!=", LOOP_REL_NE}, {"<", LOOP_REL_LT}, {"<=", LOOP_REL_LE},
                {">", LOOP_REL_GT},  {">=", LOOP_REL_GE}, {"=", LOOP_REL_NEAR}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(text, rows[i].text)) {
            *relation = rows[i].relation;
            return true;
        }
    return false;
}

static bool within_fits(LoopChecker *check, const LoopAst *condition, LoopTerms *terms)
{
    const LoopAst *within = loop_ast_value(condition, LOOP_AST_WITHIN);
    if (within && terms->relation != LOOP_REL_NEAR) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, within->span, "'within' goes with '=' only");
        loop_diag_help(check->diags, diag, "By how much a bound is to be passed is written with 'by': < 0.6 by 0.1.");
        return false;
    }
    if (!within && terms->relation == LOOP_REL_NEAR) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, condition->name_span, "'=' needs to know how close is close enough");
        loop_diag_help(check->diags, diag, "Add a tolerance: = 0.5 within 0.01, or within 5%%.");
        return false;
    }
    terms->by = within ? within : terms->by;
    terms->percent = within && within->kind == LOOP_AST_PERCENT;
    return true;
}

static bool margin_fits(LoopChecker *check, const LoopAst *condition, LoopTerms *terms)
{
    const LoopAst *by = loop_ast_value(condition, LOOP_AST_BY);
    if (by && (terms->relation == LOOP_REL_NEAR || terms->relation == LOOP_REL_EQ || terms->relation == LOOP_REL_NE)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, by->span, "'by' goes with < <= > >= only");
        loop_diag_help(check->diags, diag, "How near it must be is written with 'within': = 0.5 within 0.1.");
        return false;
    }
    if (by && by->kind == LOOP_AST_PERCENT) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0809, by->span, "a margin is a number, not a share");
        loop_diag_help(check->diags, diag, "A share of the bound is a product: > 1.1 * (VTA at light in train)");
        return false;
    }
    terms->by = by;
    return true;
}

bool loop_terms_read(LoopChecker *check, const LoopAst *condition, LoopTerms *terms)
{
    *terms = (LoopTerms){.bound = loop_ast_find(condition, LOOP_AST_BOUND)};
    return terms->bound && find_relation(condition->text, &terms->relation) && margin_fits(check, condition, terms) &&
           within_fits(check, condition, terms);
}

bool loop_terms_fit(LoopChecker *check, const LoopTerms *terms, const LoopNode *by, LoopUnit unit)
{
    const char *what = terms->relation == LOOP_REL_NEAR ? "the tolerance" : "the margin";
    if (!loop_need_width(check, by, 1, what) || !loop_need_unit(check, by, terms->percent ? LOOP_UNIT_NUMBER : unit, what))
        return false;
    if (terms->relation != LOOP_REL_NEAR || !by->constant || by->constant[0] >= 0)
        return true;
    loop_diag(check->diags, LOOP_E0809, by->span, "%s is below 0, so nothing is near enough", what);
    return false;
}

/* bound * percent / 100, above 0 */
static LoopNode *share_of(LoopChecker *check, LoopNode *bound, LoopNode *percent)
{
    LoopNode *part[] = {bound, loop_node_number(check, percent->span, percent->constant[0] / 100)};
    LoopNode *share = part[1] ? loop_node_op(check, percent->span, LOOP_OP_mul, part, 2) : NULL;
    return share ? loop_node_op(check, percent->span, LOOP_OP_abs, &share, 1) : NULL;
}

bool loop_terms_plain(LoopChecker *check, LoopTerms *terms, LoopNode *by, LoopNode **value, LoopNode **bound)
{
    LoopNode *sides[] = {*value, *bound}, *moved[] = {*bound, by};
    bool above = terms->relation == LOOP_REL_GT || terms->relation == LOOP_REL_GE;
    if (!terms->by)
        return true;
    if (!loop_terms_fit(check, terms, by, (*bound)->type.unit))
        return false;
    if (terms->relation != LOOP_REL_NEAR) {
        *bound = loop_node_op(check, by->span, above ? LOOP_OP_add : LOOP_OP_sub, moved, 2);
        return *bound;
    }
    LoopNode *distance = loop_node_op(check, terms->by->span, LOOP_OP_sub, sides, 2);
    *value = distance ? loop_node_op(check, terms->by->span, LOOP_OP_abs, &distance, 1) : NULL;
    *bound = terms->percent ? share_of(check, *bound, by) : by;
    terms->relation = LOOP_REL_LE;
    return *value && *bound;
}
