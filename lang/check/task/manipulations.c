/* Manipulations: what an experimenter does to a brain during a phase, or to a group. Each becomes a condition, 1 on the steps
   on which it holds, in what it acts on: a loop that is lesioned or frozen, a signal that is stimulated or blocked, a state,
   sense or param that is set. */
#include "lang/check/task/task.h"

/* One of them, as it is being read. */
typedef struct Manipulation {
    LoopChecker *check;
    const LoopAst *ast;
    LoopSpan span;
    LoopNode *holds;    /* the phase or group it belongs to */
    LoopNode *begins;   /* 1 on the first step of that */
    bool timed;         /* it has an `at` */
    uint32_t phase;     /* of a group: LOOP_NONE, any */
    uint32_t longest;   /* steps of the longest trial that it can fall into; 0: there is none */
    size_t first, last; /* of the phases that it falls into, */
    uint32_t group;     /* and the group; LOOP_NONE: each */
} Manipulation;

/* ---- conditions as nodes ---- */

static LoopNode *op2(const Manipulation *m, uint32_t op, LoopNode *a, LoopNode *b)
{
    return loop_node_op2(m->check, m->span, op, a, b);
}

static LoopNode *choose(const Manipulation *m, LoopNode *condition, LoopNode *a, LoopNode *b)
{
    LoopNode *kids[] = {condition, a, b};
    return condition && a && b ? loop_node_op(m->check, m->span, LOOP_OP_select, kids, 3) : NULL;
}

static LoopNode *number(const Manipulation *m, double value)
{
    return loop_node_number(m->check, m->span, value);
}

static LoopNode *steps(const Manipulation *m, double value)
{
    return loop_node_constant(m->check, m->span, &value, 1, LOOP_UNIT_DURATION);
}

static LoopNode *clock_of(const Manipulation *m, LoopClockPart part)
{
    LoopNode *node = loop_node_new(m->check, LOOP_NODE_CLOCK, m->span, 0);
    if (!node)
        return NULL;
    node->size = part;
    node->type = (LoopType){.width = 1, .unit = part == LOOP_CLOCK_TIME ? LOOP_UNIT_DURATION : LOOP_UNIT_NUMBER};
    return node;
}

/* A definition that no text has: it takes its place in the schedule like any other. */
static LoopSymbol *hidden(const Manipulation *m, LoopSymbolKind kind, LoopStr name, LoopType type)
{
    LoopSymbol *symbol = LOOP_NEW(m->check->arena, LoopSymbol);
    LoopSymbol **place = symbol ? LOOP_ADD(m->check->arena, &m->check->model->symbols, LoopSymbol *) : NULL;
    if (!place)
        return NULL;
    *symbol = (LoopSymbol){.kind = kind, .name = name, .ast = m->ast, .span = m->span, .doc = {"", 0}, .home = LOOP_IN_TOP,
                           .state = LOOP_TYPED, .used = true, .hidden = true, .type = type, .order = LOOP_NONE};
    *place = symbol;
    return symbol;
}

/* A param that is 1 in one group. */
static LoopNode *in_group(const Manipulation *m, uint32_t group)
{
    LoopModel *model = m->check->model;
    LoopText name = {.arena = m->check->arena};
    loop_text_add(&name, "in %.*s", LOOP_STR_ARGS(model->groups[group]));
    LoopSymbol *symbol = hidden(m, LOOP_SYM_PARAM, loop_text_view(&name), (LoopType){.width = 1});
    LoopParamModel *param = LOOP_ADD(m->check->arena, &model->params, LoopParamModel);
    double *groups = LOOP_NEW_ARRAY(m->check->arena, model->group_count, double);
    if (!symbol || !param || !groups)
        return NULL;
    groups[group] = 1;
    symbol->value = number(m, 0);
    symbol->index = (uint32_t)model->params.count - 1;
    *param = (LoopParamModel){.symbol = symbol, .groups = groups};
    return loop_node_symbol(m->check, symbol, LOOP_FIELD_SELF, m->span);
}

/* Steps since the first onset of `signal` in the trial, as a definition; below 0 before it. */
static LoopNode *since_onset(const Manipulation *m, LoopNode *signal)
{
    LoopChecker *check = m->check;
    LoopType type = {.width = 1, .unit = LOOP_UNIT_DURATION};
    LoopText name = {.arena = check->arena};
    loop_text_add(&name, "at %.*s", LOOP_STR_ARGS(loop_check_text(check, signal->span)));
    LoopSymbol *symbol = hidden(m, LOOP_SYM_LET, loop_text_view(&name), type);
    LoopNode *now = symbol ? loop_node_symbol(check, symbol, LOOP_FIELD_SELF, m->span) : NULL;
    LoopNode *kids[] = {now, steps(m, -1)};
    if (!now || !kids[1])
        return NULL;
    LoopNode *past = loop_node_function(check, m->span, LOOP_FN_prev, type, kids, 2);
    LoopNode *on = loop_node_function(check, m->span, LOOP_FN_onset, (LoopType){.width = 1}, &signal, 1);
    if (!past || !on)
        return NULL;
    past->size = on->size = 1;
    LoopNode *fresh = op2(m, LOOP_OP_or, op2(m, LOOP_OP_eq, clock_of(m, LOOP_CLOCK_TIME), steps(m, 0)), op2(m, LOOP_OP_lt, past, steps(m, 0)));
    LoopNode *later = choose(m, fresh, steps(m, -1), op2(m, LOOP_OP_add, past, steps(m, 1)));
    symbol->value = choose(m, op2(m, LOOP_OP_and, on, fresh), steps(m, 0), later);
    return symbol->value ? now : NULL;
}

/* One at a time that no trial reaches would do nothing, in silence. */
static bool fits(const Manipulation *m, const LoopAst *at, const LoopAnchorModel *anchor, const LoopNode *duration)
{
    double last = duration->constant ? duration->constant[0] : 1;
    if (anchor->onset || anchor->offset || !m->longest || anchor->steps + last <= m->longest)
        return true;
    LoopDiag *diag = loop_diag(m->check->diags, LOOP_E0722, at->span, "a manipulation can't %s after the end of its trial",
                               last > 1 && anchor->steps + 1.0 <= m->longest ? "last until" : "begin");
    LoopText text = {.arena = m->check->arena};
    loop_duration_put(&text, m->longest * m->check->model->step_ms);
    loop_diag_help(m->check->diags, diag, "The longest trial here lasts %.*s.", LOOP_STR_ARGS(loop_text_view(&text)));
    return false;
}

/* `at EVENT [for D]`: the steps of a trial from the event on. NULL: reported. */
static LoopNode *within(const Manipulation *m, const LoopAst *at)
{
    LoopChecker *check = m->check;
    LoopWhere where = loop_where_on(check, LOOP_IN_MEASURE, LOOP_STR("manipulation"), LOOP_DRAW_STEP);
    LoopAnchorModel anchor;
    const LoopAst *length = loop_ast_value(m->ast, LOOP_AST_FOR);
    if (!loop_anchor_read(check, &where, at, &anchor))
        return NULL;
    LoopNode *duration = length ? loop_expr(check, &where, length) : steps(m, 1);
    if (!loop_need_whole_steps(check, duration, "how long it lasts"))
        return NULL;
    if (duration->constant && duration->constant[0] < 1) {
        loop_diag(check->diags, LOOP_E0722, duration->span, "a manipulation lasts at least one step");
        return NULL;
    }
    if (anchor.steps < 0 && !anchor.offset) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0722, at->span, anchor.onset ? "a manipulation can't begin before the event that it waits for"
                                                                                    : "a manipulation can't begin before the trial");
        loop_diag_help(check->diags, diag, "Name an earlier event, or a time from the start of the trial: at 500 ms.");
        return NULL;
    }
    if (!fits(m, at, &anchor, duration) || (anchor.onset && m->longest && !loop_anchor_need(check, &anchor, m->phase)))
        return NULL;
    LoopNode *from = anchor.offset ? anchor.offset : steps(m, anchor.steps);
    LoopNode *time = anchor.onset ? since_onset(m, anchor.onset) : clock_of(m, LOOP_CLOCK_TIME);
    LoopNode *until = op2(m, LOOP_OP_add, from, duration);
    LoopNode *window = op2(m, LOOP_OP_and, op2(m, LOOP_OP_ge, time, from), op2(m, LOOP_OP_lt, time, until));
    return op2(m, LOOP_OP_and, window, op2(m, LOOP_OP_ge, clock_of(m, LOOP_CLOCK_TIME), steps(m, 0))); /* not between trials */
}

/* ---- what they act on ---- */

/* A condition joins those that are there. */
static void join(const Manipulation *m, LoopNode **slot, LoopNode *condition)
{
    *slot = *slot ? op2(m, LOOP_OP_or, *slot, condition) : condition;
}

static LoopNode *condition_of(const Manipulation *m)
{
    const LoopAst *at = loop_ast_value(m->ast, LOOP_AST_AT);
    LoopNode *window = at ? within(m, at) : NULL;
    return at ? op2(m, LOOP_OP_and, m->holds, window) : m->holds;
}

/* Whether a structure lies on the path of a loop. */
static bool runs_through(const Manipulation *m, const LoopLoopModel *loop, const LoopAst *name)
{
    LoopStr path = loop_scope_path(m->check, name);
    const LoopSymbol *symbol = path.len ? loop_scope_find(m->check, LOOP_SPACE_STRUCTURES, path) : NULL;
    for (size_t i = 0; path.len && i < loop->structures.count; i++) {
        const LoopStructure *part = &LOOP_ITEM(loop->structures, LoopStructure, i);
        if (symbol ? part->symbol == symbol : !part->symbol && loop_str_equal(part->name, path))
            return true;
    }
    return false;
}

/* Notes where a loop is kept from learning. */
static void touch(const Manipulation *m, LoopLoopModel *loop)
{
    const LoopModel *model = m->check->model;
    const size_t groups = model->group_count;
    if (!loop->touched)
        loop->touched = LOOP_NEW_ARRAY(m->check->arena, model->phases.count * groups, bool);
    for (size_t p = m->first; loop->touched && p < m->last; p++)
        for (size_t g = 0; g < groups; g++)
            loop->touched[p * groups + g] = loop->touched[p * groups + g] || m->group == LOOP_NONE || m->group == g;
}

/* A loop by its name, or all that run through a structure. */
static void silence(const Manipulation *m, const LoopAst *name)
{
    LoopSymbol *symbol = loop_expr_symbol(m->check, name);
    LoopList *loops = &m->check->model->loops;
    bool found = false;
    LoopNode *condition = condition_of(m);
    for (size_t i = 0; i < loops->count; i++) {
        LoopLoopModel *loop = LOOP_ITEM(*loops, LoopLoopModel *, i);
        if (loop->symbol != symbol && !runs_through(m, loop, name))
            continue;
        found = true;
        touch(m, loop);
        if (condition)
            join(m, &loop->lesioned, condition);
    }
    if (!found)
        loop_target_report(m->check, m->ast->text, name, symbol, "a loop, or on a structure that a loop runs through");
}

static void freeze(const Manipulation *m, const LoopAst *name)
{
    LoopSymbol *symbol = loop_expr_symbol(m->check, name);
    LoopNode *condition = condition_of(m);
    if (!symbol || symbol->kind != LOOP_SYM_LOOP || !symbol->loop)
        loop_target_report(m->check, m->ast->text, name, symbol, "a loop");
    else if (condition) {
        touch(m, symbol->loop);
        join(m, &symbol->loop->frozen, condition);
    }
}

static void stimulate(const Manipulation *m, const LoopAst *name, LoopNode *amount)
{
    LoopSymbol *symbol = loop_expr_symbol(m->check, name);
    LoopNode *condition = condition_of(m);
    if (!symbol || symbol->kind != LOOP_SYM_DOPAMINE) {
        loop_target_report(m->check, m->ast->text, name, symbol, "a dopamine signal");
        return;
    }
    if (!condition || !symbol->value || !loop_need_unit(m->check, amount, LOOP_UNIT_NUMBER, "what is added") ||
        (amount->type.width != 1 && !loop_need_width(m->check, amount, symbol->type.width, "what is added")))
        return;
    LoopNode *sum = op2(m, LOOP_OP_add, symbol->value, choose(m, condition, amount, number(m, 0)));
    if (sum)
        symbol->value = sum;
}

static void block(const Manipulation *m, const LoopAst *name)
{
    LoopSymbol *symbol = loop_expr_symbol(m->check, name);
    LoopNode *condition = condition_of(m);
    LoopList *targets = &m->check->model->targets;
    if (!symbol || symbol->kind != LOOP_SYM_DOPAMINE) {
        loop_target_report(m->check, m->ast->text, name, symbol, "a dopamine signal");
        return;
    }
    for (size_t i = 0; condition && i < targets->count; i++) {
        const LoopTargetModel *target = &LOOP_ITEM(*targets, LoopTargetModel, i);
        if (target->dopamine != symbol)
            continue;
        touch(m, target->loop->loop);
        join(m, &target->loop->loop->blocked, condition);
    }
}

static bool fits_range(const Manipulation *m, const LoopSymbol *symbol, const LoopNode *value)
{
    return symbol->kind != LOOP_SYM_PARAM || loop_param_fits(m->check, symbol, value);
}

/* A state is set once, on the first step; a sense or a param is held. */
static void set(const Manipulation *m, const LoopAst *name, LoopNode *value)
{
    LoopSymbol *symbol = loop_expr_symbol(m->check, name);
    bool state = symbol && symbol->kind == LOOP_SYM_STATE;
    if (!symbol || (!state && symbol->kind != LOOP_SYM_SENSE && symbol->kind != LOOP_SYM_PARAM)) {
        loop_target_report(m->check, m->ast->text, name, symbol, "a state, a sense or a param");
        return;
    }
    LoopNode *condition = state && !m->timed ? m->begins : condition_of(m);
    if (!condition || !loop_need_unit(m->check, value, symbol->type.unit, "the value that is set") ||
        (value->type.width != 1 && !loop_need_width(m->check, value, symbol->type.width, "the value that is set")) ||
        !fits_range(m, symbol, value))
        return;
    symbol->forced_value = symbol->forced ? choose(m, condition, value, symbol->forced_value) : value;
    join(m, &symbol->forced, condition);
}

/* ---- reading them ---- */

static const struct {
    const char *name;
    bool has_value; /* and then one target; else any number of targets */
    void (*act)(const Manipulation *m, const LoopAst *name);
    void (*act_with)(const Manipulation *m, const LoopAst *name, LoopNode *value);
} acts[] = {{"lesion", false, silence, NULL}, {"freeze", false, freeze, NULL}, {"block", false, block, NULL},
            {"stimulate", true, NULL, stimulate}, {"set", true, NULL, set}};

static LoopNode *value_of(const Manipulation *m, const LoopAst *ast)
{
    LoopWhere where = loop_where_on(m->check, LOOP_IN_TASK, LOOP_STR("manipulation"), LOOP_DRAW_STEP);
    LoopNode *node = loop_expr(m->check, &where, ast);
    LoopNode **place = node ? LOOP_ADD(m->check->arena, &m->check->model->amounts, LoopNode *) : NULL;
    if (place)
        *place = node;
    return node;
}

static uint32_t argument_count(const LoopAst *ast)
{
    uint32_t count = 0;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        count += kid->kind != LOOP_AST_AT && kid->kind != LOOP_AST_FOR;
    return count;
}

static void read_one(Manipulation *m)
{
    LoopChecker *check = m->check;
    size_t i = 0;
    while (i < sizeof acts / sizeof acts[0] && !loop_str_is(m->ast->text, acts[i].name))
        i++;
    if (i == sizeof acts / sizeof acts[0]) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0720, m->ast->name_span, "there is no manipulation '%.*s'", LOOP_STR_ARGS(m->ast->text));
        loop_diag_help(check->diags, diag, "Write lesion(X), freeze(LOOP), stimulate(DOPAMINE, x), block(DOPAMINE) or set(X, x).");
        return;
    }
    if (acts[i].has_value && argument_count(m->ast) != 2) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, m->ast->span, "%s takes a name and a value", acts[i].name);
        loop_diag_help(check->diags, diag, "For example: %s(%s, 1)", acts[i].name, acts[i].act_with == set ? "hunger" : "VTA");
        return;
    }
    if (acts[i].has_value) {
        LoopNode *value = value_of(m, m->ast->first->next);
        if (value)
            acts[i].act_with(m, m->ast->first, value);
        return;
    }
    for (const LoopAst *kid = m->ast->first; kid; kid = kid->next)
        if (kid->kind != LOOP_AST_AT && kid->kind != LOOP_AST_FOR)
            acts[i].act(m, kid);
}

static void read_all(LoopChecker *check, const LoopAst *with, Manipulation m)
{
    for (const LoopAst *kid = with->first; kid; kid = kid->next) {
        m.ast = kid;
        m.span = kid->span;
        m.timed = loop_ast_find(kid, LOOP_AST_AT) != NULL;
        if (!loop_diags_failed(check->diags) && m.holds && m.begins)
            read_one(&m);
    }
}

static uint32_t longest_trial(const LoopChecker *check, const LoopPhaseModel *phase, uint32_t longest)
{
    for (uint32_t i = 0; i < phase->item_count; i++) {
        const LoopTrialModel *trial = LOOP_ITEM(check->model->trials, LoopTrialModel *, phase->items[i].trial);
        if (trial->duration > longest)
            longest = trial->duration;
    }
    return longest;
}

static void read_phase(LoopChecker *check, const LoopPhaseModel *phase, size_t index)
{
    const LoopAst *with = loop_ast_find(phase->ast, LOOP_AST_WITH);
    if (!with)
        return;
    Manipulation m = {.check = check, .ast = with, .span = with->span, .phase = phase->symbol->index,
                      .longest = longest_trial(check, phase, 0), .first = index, .last = index + 1, .group = LOOP_NONE};
    m.holds = op2(&m, LOOP_OP_eq, clock_of(&m, LOOP_CLOCK_PHASE), number(&m, (double)index));
    LoopNode *first = op2(&m, LOOP_OP_and, op2(&m, LOOP_OP_eq, clock_of(&m, LOOP_CLOCK_TRIAL), number(&m, 0)),
                          op2(&m, LOOP_OP_eq, clock_of(&m, LOOP_CLOCK_TIME), steps(&m, 0)));
    m.begins = op2(&m, LOOP_OP_and, m.holds, first);
    read_all(check, with, m);
}

/* A group is manipulated throughout; its states are set on the first step of the run. */
static void read_group(LoopChecker *check, const LoopSymbol *group)
{
    const LoopAst *with = loop_ast_find(group->ast, LOOP_AST_WITH);
    if (!with)
        return;
    Manipulation m = {.check = check, .ast = with, .span = with->span, .phase = LOOP_NONE, .last = check->model->phases.count, .group = group->index};
    for (size_t i = 0; i < check->model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(check->model->phases, LoopPhaseModel, i);
        if (!phase->groups || phase->groups[group->index])
            m.longest = longest_trial(check, phase, m.longest);
    }
    m.holds = in_group(&m, group->index);
    LoopNode *one = number(&m, 1), *kids[] = {one, number(&m, 0)};
    LoopNode *past = one && kids[1] ? loop_node_function(check, m.span, LOOP_FN_prev, one->type, kids, 2) : NULL;
    if (!past)
        return;
    past->size = 1;
    m.begins = op2(&m, LOOP_OP_and, m.holds, op2(&m, LOOP_OP_eq, past, number(&m, 0)));
    read_all(check, with, m);
}

static bool has_trial(const LoopPhaseModel *phase, uint32_t trial)
{
    for (uint32_t i = 0; i < phase->item_count; i++)
        if (phase->items[i].trial == trial)
            return true;
    return false;
}

/* Whether a phase has all trials of another. */
static bool has_trials(const LoopPhaseModel *phase, const LoopPhaseModel *of)
{
    for (uint32_t i = 0; i < of->item_count; i++)
        if (!has_trial(phase, of->items[i].trial))
            return false;
    return true;
}

/* Whether phase `p`, as group `g` runs it, has the trials of all phases in which the loop is kept from learning, and does not. */
static bool teaches(const LoopModel *model, const LoopLoopModel *loop, size_t p, size_t g)
{
    const size_t groups = model->group_count;
    const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, p);
    bool all = !loop->touched[p * groups + g] && (!phase->groups || phase->groups[g]);
    for (size_t other = 0; all && other < model->phases.count; other++) {
        bool any = false;
        for (size_t i = 0; i < groups; i++)
            any = any || loop->touched[other * groups + i];
        all = !any || has_trials(phase, &LOOP_ITEM(model->phases, LoopPhaseModel, other));
    }
    return all;
}

/* A loop that learns nothing where nobody keeps it from that, on the same trials, has no excuse. */
static bool is_hindered(const LoopModel *model, const LoopLoopModel *loop)
{
    for (size_t p = 0; loop->touched && p < model->phases.count; p++)
        for (size_t g = 0; g < model->group_count; g++)
            if (teaches(model, loop, p, g))
                return false;
    return loop->touched != NULL;
}

void loop_manipulations_fill(LoopChecker *check)
{
    LoopModel *model = check->model;
    for (size_t i = 0; i < model->phases.count; i++)
        read_phase(check, &LOOP_ITEM(model->phases, LoopPhaseModel, i), i);
    size_t symbols = model->symbols.count; /* without those that are added on the way */
    for (size_t i = 0; i < symbols; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_GROUP)
            read_group(check, symbol);
    }
    for (size_t i = 0; i < model->loops.count; i++) {
        LoopLoopModel *loop = LOOP_ITEM(model->loops, LoopLoopModel *, i);
        loop->hindered = is_hindered(model, loop);
    }
}
