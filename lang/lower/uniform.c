/* What differs between lanes. A value is shared by all lanes when all that it reads is; what feeds back on itself
   (states, loops, delays) is taken to be shared until something shows that it is not. */
#include "lang/lower/emit.h"

/* Marks of the lowering's walks begin here: those of the checker are below. */
static const uint32_t FIRST_WALK = 1u << 31;

/* ---- all nodes of the model ---- */

/* Random codes get their stream from the name of what they are written in. */
static void name_codes(Lower *l, size_t from, LoopStr owner, const char *part)
{
    uint32_t ordinal = 0;
    for (size_t i = from; i < l->nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(l->nodes, LoopNode *, i);
        if (node->kind == LOOP_NODE_FUNCTION && node->function == LOOP_FN_random_code && !node->place)
            node->place = loop_name_hash(lower_print(l, "%.*s %s code#%u", LOOP_STR_ARGS(owner), part, ordinal++));
    }
}

static void add_root(Lower *l, LoopNode *node, LoopStr owner, const char *part)
{
    size_t from = l->nodes.count;
    if (loop_nodes_collect(l->scratch, node, l->walk, NULL, &l->nodes))
        name_codes(l, from, owner, part);
}

static void add_symbol(Lower *l, LoopSymbol *symbol)
{
    symbol->reg = LOOP_NONE;
    symbol->varies = false;
    add_root(l, symbol->forced, symbol->name, "set");
    add_root(l, symbol->forced_value, symbol->name, "set to");
    if (symbol->kind == LOOP_SYM_CONST || symbol->kind == LOOP_SYM_PARAM || symbol->kind == LOOP_SYM_MEASURE)
        return;
    add_root(l, symbol->init, symbol->name, "from");
    add_root(l, symbol->value, symbol->name, "");
}

static void add_loop(Lower *l, const LoopLoopModel *loop)
{
    for (size_t i = 0; loop_clause_info(i); i++)
        if (loop_clause_info(i)->stage != LOOP_CLAUSE_HEAD)
            add_root(l, loop_clause_node(loop, i), loop->symbol->name, loop_clause_info(i)->name);
}

static void add_trial(Lower *l, const LoopTrialModel *trial)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
        LoopStr name = trial->symbol->name;
        add_root(l, e->at, name, "at");
        add_root(l, e->duration, name, "for");
        add_root(l, e->value, name, "size");
        add_root(l, e->chance, name, "with");
    }
    for (size_t i = 0; i < trial->lets.count; i++)
        add_symbol(l, LOOP_ITEM(trial->lets, LoopSymbol *, i));
}

static void add_outcomes(Lower *l)
{
    const LoopModel *model = l->model;
    for (size_t i = 0; i < model->measures.count; i++) {
        const LoopMeasureModel *m = &LOOP_ITEM(model->measures, LoopMeasureModel, i);
        LoopNode *const nodes[] = {m->signal, m->from.onset, m->from.offset, m->to.onset, m->to.offset};
        for (size_t k = 0; k < sizeof nodes / sizeof nodes[0]; k++)
            add_root(l, nodes[k], m->text, "measure");
    }
    for (size_t i = 0; i < model->strips.count; i++)
        add_root(l, LOOP_ITEM(model->strips, LoopStripModel, i).signal, LOOP_ITEM(model->strips, LoopStripModel, i).text,
                 "strip");
}

static void add_all(Lower *l)
{
    const LoopModel *model = l->model;
    l->walk = FIRST_WALK;
    for (uint32_t i = 0; i < model->schedule_count; i++)
        add_symbol(l, model->schedule[i]);
    for (size_t i = 0; i < model->symbols.count; i++)
        add_symbol(l, LOOP_ITEM(model->symbols, LoopSymbol *, i));
    for (size_t i = 0; i < model->loops.count; i++)
        add_loop(l, LOOP_ITEM(model->loops, LoopLoopModel *, i));
    for (size_t i = 0; i < model->trials.count; i++)
        add_trial(l, LOOP_ITEM(model->trials, LoopTrialModel *, i));
    add_root(l, model->between, LOOP_STR("between"), "");
    add_outcomes(l);
}

/* ---- what varies ---- */

static bool varies(const LoopNode *node)
{
    return node && node->varies;
}

static bool node_varies(const LoopNode *node)
{
    if (node->constant)
        return false;
    for (uint32_t i = 0; i < node->kid_count; i++)
        if (node->kids[i]->varies)
            return true;
    switch (node->kind) {
    case LOOP_NODE_SYMBOL:
        return node->symbol->varies;
    case LOOP_NODE_FUNCTION:
        return node->function >= LOOP_FN_random_code && node->function <= LOOP_FN_pick;
    case LOOP_NODE_CREDIT:
    case LOOP_NODE_FOREIGN:
    case LOOP_NODE_MEASURED:
        return true;
    case LOOP_NODE_CLOCK:
        return false; /* see spread */
    case LOOP_NODE_CONSTANT:
    case LOOP_NODE_OP:
    case LOOP_NODE_LIST:
    case LOOP_NODE_ELEMENT:
    case LOOP_NODE_INDEX:
    case LOOP_NODE_FORESEE:
        break;
    }
    return false;
}

static bool loop_varies(const LoopLoopModel *loop)
{
    bool draws = loop->kind != LOOP_PREDICT || loop->wiring == LOOP_WIRING_SAMPLING;
    if (draws || (loop->dopamine && loop->dopamine->varies))
        return true;
    for (size_t i = 0; loop_clause_info(i); i++)
        if (loop_clause_info(i)->stage != LOOP_CLAUSE_HEAD && varies(loop_clause_node(loop, i)))
            return true;
    return false;
}

static bool driven_varies(const Lower *l, const LoopSymbol *sense)
{
    if (l->task_varies)
        return true;
    for (size_t t = 0; t < l->model->trials.count; t++) {
        const LoopTrialModel *trial = LOOP_ITEM(l->model->trials, LoopTrialModel *, t);
        for (size_t i = 0; i < trial->events.count; i++) {
            const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
            if (e->sense == sense && (varies(e->at) || varies(e->duration) || varies(e->value) || varies(e->chance)))
                return true;
        }
    }
    return false;
}

static bool symbol_varies(const Lower *l, const LoopSymbol *symbol)
{
    if (symbol->kind == LOOP_SYM_LOOP)
        return symbol->loop && loop_varies(symbol->loop);
    if (varies(symbol->forced) || varies(symbol->forced_value))
        return true;
    if (symbol->kind == LOOP_SYM_PARAM)
        return symbol->varies;
    if (symbol->kind == LOOP_SYM_SENSE && !symbol->value)
        return driven_varies(l, symbol);
    return varies(symbol->value) || varies(symbol->init) || (symbol->once && l->task_varies);
}

/* Whether lanes walk through the task in different ways. */
static bool phases_vary(const LoopModel *model)
{
    for (size_t i = 0; i < model->phases.count; i++) {
        const LoopPhaseModel *p = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
        if (p->until || p->groups || p->mix == LOOP_MIX_SHUFFLE || p->mix == LOOP_MIX_DRAW)
            return true;
    }
    return false;
}

static bool set(bool *flag, bool value)
{
    bool changed = value && !*flag;
    *flag = *flag || value;
    return changed;
}

static bool spread(Lower *l)
{
    const LoopModel *model = l->model;
    bool changed = false;
    for (size_t i = 0; i < l->nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(l->nodes, LoopNode *, i);
        if (node->kind == LOOP_NODE_SYMBOL)
            changed = set(&node->symbol->varies, symbol_varies(l, node->symbol)) || changed;
        changed = set(&node->varies, node_varies(node) || (node->kind == LOOP_NODE_CLOCK && l->task_varies)) || changed;
    }
    for (uint32_t i = 0; i < model->schedule_count; i++)
        changed = set(&model->schedule[i]->varies, symbol_varies(l, model->schedule[i])) || changed;
    for (size_t i = 0; i < model->loops.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->loops, LoopLoopModel *, i)->symbol;
        changed = set(&symbol->varies, symbol_varies(l, symbol)) || changed;
    }
    return set(&l->task_varies, varies(model->between)) || changed;
}

void lower_uniform(Lower *l)
{
    const LoopModel *model = l->model;
    add_all(l);
    for (size_t i = 0; i < l->nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(l->nodes, LoopNode *, i);
        node->varies = false;
        node->reg = LOOP_NONE;
    }
    for (size_t i = 0; i < model->params.count; i++) {
        const LoopParamModel *param = &LOOP_ITEM(model->params, LoopParamModel, i);
        param->symbol->varies = param->groups != NULL;
        param->symbol->reg = LOOP_NONE;
    }
    l->task_varies = phases_vary(model);
    while (spread(l))
        continue;
}
