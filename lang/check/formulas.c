/* Every formula of a model, each with where it is written: what the later passes walk over. */
#include "lang/check/check.h"

static void loop_clauses(LoopChecker *check, LoopLoopModel *l, LoopFormulaVisit *visit)
{
    const struct {
        LoopCompartment in;
        LoopNode *node;
        const char *what;
    } rows[] = {
        {LOOP_IN_DOPAMINE, l->truth, "the truth"},           {LOOP_IN_INNATE, l->discount, "the discount"},
        {LOOP_IN_CORTEX, l->context, "the context"},         {LOOP_IN_CORTEX, l->propose, "the proposal"},
        {LOOP_IN_INNATE, l->bias, "the bias"},               {LOOP_IN_SELECT, l->selection_value, "the selection"},
        {LOOP_IN_SELECT, l->when, "the time of selection"},  {LOOP_IN_INNATE, l->rate, "the rate"},
        {LOOP_IN_INNATE, l->trace, "the trace"},             {LOOP_IN_INNATE, l->burst, "the burst"},
        {LOOP_IN_INNATE, l->dip, "the dip"},                 {LOOP_IN_INNATE, l->forget, "forgetting"},
        {LOOP_IN_INNATE, l->credit, "the credit"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].node)
            visit(check, rows[i].in, rows[i].node, l->symbol, rows[i].what);
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
    if (model->between)
        visit(check, LOOP_IN_TASK, model->between, NULL, "the interval");
    measure_formulas(check, visit);
}
