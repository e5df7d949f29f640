/* Every formula of a model, each with where it is written: what the later passes walk over. */
#include "lang/check/review/review.h"

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
