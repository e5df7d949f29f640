/* Every formula of a model, each with where it is written: what the later passes walk over, and what warnings ask of one. */
#include "lang/check/review/review.h"

#include <math.h>

static void loop_clauses(LoopChecker *check, LoopLoopModel *l, LoopFormulaVisit *visit)
{
    const LoopClauseInfo *info;
    for (size_t i = 0; (info = loop_clause_info(i)); i++)
        if (loop_clause_node(l, i) && info->stage != LOOP_CLAUSE_START)
            visit(check, info->in, loop_clause_node(l, i), l->symbol, info->name);
}

static void trial_formulas(LoopChecker *check, LoopTrialModel *trial, LoopFormulaVisit *visit)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
        LoopNode *nodes[] = {e->at, e->duration, e->value, e->chance};
        for (size_t k = 0; k < 4; k++)
            if (nodes[k])
                visit(check, LOOP_IN_TASK, nodes[k], NULL, "the task");
    }
}

static void measure_formulas(LoopChecker *check, LoopFormulaVisit *visit)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->measures.count; i++) {
        LoopMeasureModel *m = &LOOP_ITEM(model->measures, LoopMeasureModel, i);
        LoopNode *nodes[] = {m->signal, m->from.onset, m->to.onset, m->from.offset, m->to.offset};
        for (size_t k = 0; k < 5; k++)
            if (nodes[k])
                visit(check, LOOP_IN_MEASURE, nodes[k], NULL, "a measure");
    }
    for (size_t i = 0; i < model->strips.count; i++)
        visit(check, LOOP_IN_MEASURE, LOOP_ITEM(model->strips, LoopStripModel, i).signal, NULL, "a plot");
}

void loop_formulas(LoopChecker *check, LoopFormulaVisit *visit)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->value && s->kind != LOOP_SYM_MEASURE && s->kind != LOOP_SYM_CONST && s->kind != LOOP_SYM_PARAM)
            visit(check, s->home, s->value, s, NULL);
    }
    for (size_t i = 0; i < model->loops.count; i++)
        loop_clauses(check, LOOP_ITEM(model->loops, LoopLoopModel *, i), visit);
    for (size_t i = 0; i < model->trials.count; i++)
        trial_formulas(check, LOOP_ITEM(model->trials, LoopTrialModel *, i), visit);
    for (size_t i = 0; i < model->amounts.count; i++)
        visit(check, LOOP_IN_TASK, LOOP_ITEM(model->amounts, LoopNode *, i), NULL, "a manipulation");
    if (model->between)
        visit(check, LOOP_IN_TASK, model->between, NULL, "the interval");
    measure_formulas(check, visit);
}

double loop_constant_or(const LoopNode *node, double otherwise)
{
    return !node ? otherwise : node->constant ? node->constant[0] : NAN;
}

bool loop_node_is_no_sum(const LoopNode *node)
{
    return node->kind != LOOP_NODE_OP || (node->op != LOOP_OP_add && node->op != LOOP_OP_sub && node->op != LOOP_OP_neg);
}

LoopList loop_terms_in(LoopChecker *check, LoopNode *formula, LoopNodeSkip *skip, bool all)
{
    LoopList terms = {0};
    const uint32_t mark = ++check->mark;
    bool walked = loop_nodes_collect(check->arena, formula, mark, skip, &terms);
    for (size_t i = 0; walked && i < terms.count; i++) { /* lets add to the list */
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_SYMBOL && (term->symbol->kind == LOOP_SYM_LET || (all && term->symbol->value)))
            walked = loop_nodes_collect(check->arena, term->symbol->value, mark, skip, &terms);
    }
    return walked ? terms : (LoopList){0};
}

bool loop_compares_always(LoopChecker *check, LoopNode *formula, const LoopSymbol *loop)
{
    const LoopList terms = loop_terms_in(check, formula, loop_node_is_no_sum, false);
    for (size_t i = 0; i < terms.count; i++) {
        const LoopNode *term = LOOP_ITEM(terms, LoopNode *, i);
        if (term->kind == LOOP_NODE_SYMBOL && term->symbol == loop && term->field == LOOP_FIELD_expected)
            return true;
    }
    return false;
}

bool loop_node_remembers(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FUNCTION && node->function >= LOOP_FN_prev && node->function <= LOOP_FN_microstimuli;
}
