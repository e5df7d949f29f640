/* Checked model to program. One step runs in this order: the clock, what is read from delays, the schedule of the
   model, the interval, learning; then what is observed, and last of all what goes into delays. */
#include "lang/lower/lower.h"

#include "lang/lower/emit.h"
#include "runtime/parts/place.h"

/* ---- set-up ---- */

static void check_range(Lower *l, const LoopParamModel *param, uint32_t reg)
{
    const LoopSymbol *symbol = param->symbol;
    if (param->ranged)
        lower_check(l, reg, &(LoopCheck){LOOP_CHECK_RANGE, LOOP_E0904, symbol->span, symbol->name, param->lo, param->hi});
}

static void add_params(Lower *l)
{
    const LoopModel *model = l->model;
    size_t count = model->params.count;
    LoopParam *params = l->program->params = LOOP_NEW_ARRAY(l->arena, count, LoopParam);
    l->program->param_count = (uint32_t)count;
    for (size_t i = 0; params && i < count; i++) {
        const LoopParamModel *from = &LOOP_ITEM(model->params, LoopParamModel, i);
        LoopSymbol *symbol = from->symbol;
        uint32_t width = symbol->type.width;
        LoopList value = {(void *)(uintptr_t)symbol->value->constant, width, width};
        LoopList groups = {(void *)(uintptr_t)from->groups, (size_t)width * model->group_count, 0};
        symbol->reg = lower_reg_new(l, width, symbol->varies ? LOWER_EACH : LOWER_SHARED);
        lower_reg(l, symbol->reg)->initial = lower_reg(l, symbol->reg)->checked = true;
        lower_name(l, symbol->reg, symbol->name, NULL);
        params[i] = (LoopParam){.name = symbol->hidden ? (LoopStr){"", 0} : lower_text(l, symbol->name),
                                .span = symbol->span,
                                .unit = symbol->type.unit,
                                .reg = symbol->reg,
                                .width = width,
                                .value = lower_array(l, &value, sizeof(double)),
                                .groups = from->groups ? lower_array(l, &groups, sizeof(double)) : NULL,
                                .ranged = from->ranged,
                                .lo = from->lo,
                                .hi = from->hi};
        check_range(l, from, symbol->reg);
    }
}

/* Of what is given twice, the last counts. */
static bool given_again(const LoopModel *model, size_t setting)
{
    bool again = false;
    for (size_t i = setting + 1; i < model->setting_count; i++)
        again = again || loop_str_equal(model->settings[i].name, model->settings[setting].name);
    return again;
}

static const LoopSymbol *constant_of(const LoopModel *model, LoopStr name)
{
    for (size_t i = 0; i < model->symbols.count; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_CONST && symbol->value && loop_str_equal(symbol->name, name))
            return symbol;
    }
    return NULL;
}

static void add_given(Lower *l)
{
    const LoopModel *model = l->model;
    LoopGiven *given = LOOP_NEW_ARRAY(l->arena, model->setting_count, LoopGiven);
    l->program->given = given;
    for (size_t i = 0; given && i < model->setting_count; i++) {
        const LoopSetting *setting = &model->settings[i];
        const LoopSymbol *constant = constant_of(model, setting->name);
        if (given_again(model, i))
            continue;
        given[l->program->given_count++] = (LoopGiven){.name = lower_text(l, setting->name),
                                                       .text = lower_text(l, setting->value),
                                                       .constant = constant != NULL,
                                                       .unit = constant ? constant->type.unit : LOOP_UNIT_NUMBER,
                                                       .value = constant ? constant->value->constant[0] : 0};
    }
}

/* A param that a manipulation holds has a value each step. Before the first one it is what it is given as. */
static void declare_held(Lower *l)
{
    for (size_t i = 0; i < l->model->params.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(l->model->params, LoopParamModel, i).symbol;
        uint32_t given = symbol->reg;
        if (!symbol->forced)
            continue;
        symbol->reg = lower_reg_new(l, symbol->type.width, symbol->varies ? LOWER_EACH : LOWER_SHARED);
        lower_reg(l, symbol->reg)->checked = true;
        const uint32_t args[] = {symbol->reg, given};
        lower_emit(l, &l->init, LOOP_OP_COPY, args);
    }
}

/* A state has a register of its own, which INIT fills before the first step. */
static void declare_state(Lower *l, LoopSymbol *symbol)
{
    symbol->reg = lower_reg_new(l, symbol->type.width, symbol->varies ? LOWER_EACH : LOWER_SHARED);
    lower_name(l, symbol->reg, symbol->name, NULL);
    const uint32_t args[] = {symbol->reg, lower_value(l, symbol->init)};
    lower_emit(l, &l->init, LOOP_OP_COPY, args);
}

static void declare_states(Lower *l)
{
    for (uint32_t i = 0; i < l->model->schedule_count; i++)
        if (l->model->schedule[i]->kind == LOOP_SYM_STATE)
            declare_state(l, l->model->schedule[i]);
}

static void draw_once(Lower *l)
{
    for (size_t i = 0; i < l->nodes.count; i++) {
        LoopNode *node = LOOP_ITEM(l->nodes, LoopNode *, i);
        if (node->kind == LOOP_NODE_FUNCTION && node->function == LOOP_FN_once)
            lower_value(l, node);
    }
}

/* ---- one step ---- */

/* On the first step a state is its INIT, and `next` is not worked out: it may need a past that there is not. */
static void step_state(Lower *l, const LoopSymbol *symbol)
{
    lower_hoist(l, symbol->value);
    LowerRegion region = lower_open(l, LOOP_NONE);
    lower_emit2(l, LOOP_OP_COPY, symbol->reg, lower_value(l, symbol->value));
    lower_close(l, region);
    lower_finite(l, symbol->reg, symbol->span, symbol->name);
}

static void step_formula(Lower *l, LoopSymbol *symbol)
{
    if (symbol->reg == LOOP_NONE)
        symbol->reg = lower_value(l, symbol->value);
    lower_named(l, symbol);
}

/* What a manipulation makes of a value, once it is worked out. */
static void step_forced(Lower *l, LoopSymbol *symbol)
{
    uint32_t condition = lower_value(l, symbol->forced), value = lower_value(l, symbol->forced_value), base = symbol->reg;
    if (symbol->kind == LOOP_SYM_PARAM)
        base = l->program->params[symbol->index].reg;
    uint32_t forced = lower_select(l, condition, value, base);
    if (symbol->kind == LOOP_SYM_STATE || symbol->kind == LOOP_SYM_PARAM)
        lower_emit2(l, LOOP_OP_COPY, symbol->reg, forced);
    else
        symbol->reg = forced;
    lower_finite(l, forced, symbol->span, symbol->name);
    if (symbol->kind == LOOP_SYM_PARAM)
        check_range(l, &LOOP_ITEM(l->model->params, LoopParamModel, symbol->index), forced);
}

static void step_symbol(Lower *l, LoopSymbol *symbol)
{
    switch (symbol->kind) {
    case LOOP_SYM_STATE:
        step_state(l, symbol);
        break;
    case LOOP_SYM_LOOP:
        lower_loop(l, symbol);
        break;
    case LOOP_SYM_SENSE:
    case LOOP_SYM_REGION:
    case LOOP_SYM_LET:
    case LOOP_SYM_REWARD:
    case LOOP_SYM_TRUTH:
    case LOOP_SYM_DOPAMINE:
        if (symbol->once)
            lower_let(l, symbol);
        else if (symbol->value)
            step_formula(l, symbol);
        else
            lower_driven(l, symbol);
        break;
    case LOOP_SYM_CONST:
    case LOOP_SYM_PARAM:
    case LOOP_SYM_MEASURE:
    case LOOP_SYM_FN:
    case LOOP_SYM_FOREIGN:
    case LOOP_SYM_STRUCTURE:
    case LOOP_SYM_TRIAL:
    case LOOP_SYM_PHASE:
    case LOOP_SYM_GROUP:
    case LOOP_SYM_CIRCUIT:
    case LOOP_SYM_INSTANCE:
    case LOOP_SYM_FILE:
        break;
    }
}

/* Only what observes can read weights and traces, and it sees them as they are at the end of a step. */
static bool observes(Lower *l, const LoopSymbol *symbol)
{
    LoopList nodes = {0};
    if (symbol->kind != LOOP_SYM_LET || symbol->once || !symbol->value ||
        !loop_nodes_collect(l->scratch, symbol->value, ++l->walk, loop_node_looks_back, &nodes))
        return false;
    for (size_t i = 0; i < nodes.count; i++) {
        const LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
        bool hidden = node->field == LOOP_FIELD_weights || node->field == LOOP_FIELD_eligible;
        if (node->kind == LOOP_NODE_SYMBOL && (node->symbol->observes || (node->symbol->kind == LOOP_SYM_LOOP && hidden)))
            return true;
    }
    return false;
}

/* A let that observes, and neither draws nor holds anything nor calls out, which would want every step. */
static bool waits(const LoopSymbol *symbol)
{
    return symbol->observes && symbol->value->pure;
}

enum { COPIES_MOST = 4096, NUMBERS_MOST = 1 << 16 }; /* nodes of lets, and numbers of a lane, over all measures */

/* Whether such lets may be worked out where they are read, each time anew, and so only when a measure asks for them. Not where many
   measures read many lets, or large ones: then they are worked out once, on every step. */
static bool may_be_asked(Lower *l)
{
    size_t copies = 0, numbers = 0;
    for (size_t m = 0; m < l->model->measures.count; m++) {
        LoopList nodes = {0};
        const uint32_t mark = ++l->walk;
        if (!loop_nodes_collect(l->scratch, LOOP_ITEM(l->model->measures, LoopMeasureModel, m).signal, mark, NULL, &nodes))
            return false;
        for (size_t i = 0; i < nodes.count; i++) {
            const LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
            const size_t before = nodes.count;
            if (node->kind != LOOP_NODE_SYMBOL || !waits(node->symbol))
                continue;
            if (!loop_nodes_collect(l->scratch, node->symbol->value, mark, NULL, &nodes))
                return false;
            for (size_t k = before; k < nodes.count; k++)
                numbers += LOOP_ITEM(nodes, LoopNode *, k)->type.width;
            copies += nodes.count - before;
            if (copies > COPIES_MOST || numbers > NUMBERS_MOST)
                return false;
        }
    }
    return true;
}

/* The symbols of the schedule that observe, or the others. */
static void step_symbols(Lower *l, bool observing)
{
    for (uint32_t i = 0; i < l->model->schedule_count && !lower_failed(l); i++) {
        LoopSymbol *symbol = l->model->schedule[i];
        if (!observing)
            symbol->observes = observes(l, symbol);
        if (symbol->observes != observing || (l->asked && waits(symbol)))
            continue;
        step_symbol(l, symbol);
        if (symbol->forced)
            step_forced(l, symbol);
    }
}

static void write_sections(Lower *l)
{
    l->now = &l->step;
    add_params(l);
    add_given(l);
    lower_loops_declare(l);
    lower_clock(l);
    if (lower_failed(l))
        return;
    declare_states(l);
    lower_loops_start(l);
    draw_once(l);
    declare_held(l); /* from here on a param may change: what is known before the first step has been worked out */
    lower_read_rings(l);
    step_symbols(l, false);
    lower_between(l);
    lower_learning(l);
    lower_task(l);
    l->now = &l->observe;
    l->asked = may_be_asked(l);
    step_symbols(l, true);
    lower_measures(l);
    if (lower_failed(l))
        return;
    lower_strips(l);
    lower_write_rings(l);
    l->now = &l->verdict;
    l->region = true; /* an instant is no result: claims must not take it for one */
    lower_verdict(l);
    lower_forget(l);
    l->region = false;
    lower_claims(l);
}

/* ---- the program ---- */

static void keep_registers(Lower *l)
{
    LoopProgram *p = l->program;
    size_t count = l->regs.count;
    p->registers = LOOP_NEW_ARRAY(l->arena, count, LoopRegister);
    p->register_names = LOOP_NEW_ARRAY(l->arena, count, LoopStr);
    p->register_count = (uint32_t)count;
    for (uint32_t i = 0; p->registers && p->register_names && i < count; i++) {
        const LowerReg *from = lower_reg(l, i);
        p->registers[i] = (LoopRegister){from->width, from->uniform, from->no_room};
        p->register_names[i] = from->name.len ? from->name : (LoopStr){"", 0};
    }
}

static void keep_tables(Lower *l)
{
    LoopProgram *p = l->program;
    p->constant_count = (uint32_t)l->constants.count;
    p->constants = LOOP_NEW_ARRAY(l->arena, l->constants.count, LoopConstant);
    for (uint32_t i = 0; p->constants && i < p->constant_count; i++)
        p->constants[i] = LOOP_ITEM(l->constants, LowerConstant, i).constant;
    p->ring_count = (uint32_t)l->rings.count;
    p->rings = LOOP_NEW_ARRAY(l->arena, l->rings.count, LoopRing);
    for (uint32_t i = 0; p->rings && i < p->ring_count; i++)
        p->rings[i] = LOOP_ITEM(l->rings, LowerRing, i).ring;
    p->draws = lower_array(l, &l->draws, sizeof(LoopDraw));
    p->draw_count = (uint32_t)l->draws.count;
    p->foreigns = lower_array(l, &l->foreigns, sizeof(LoopForeign));
    p->foreign_count = (uint32_t)l->foreigns.count;
    p->checks = lower_array(l, &l->checks, sizeof(LoopCheck));
    p->check_count = (uint32_t)l->checks.count;
    p->init = lower_section(l, &l->init);
    p->step = lower_section(l, &l->step);
    p->observe = lower_section(l, &l->observe);
    p->verdict = lower_section(l, &l->verdict);
}

/* Which signal trains which loop, and what it says, for the head of a report. */
static void keep_header(Lower *l)
{
    size_t count = l->model->targets.count;
    LoopStr *lines = LOOP_NEW_ARRAY(l->arena, count, LoopStr);
    for (size_t i = 0; lines && i < count; i++) {
        const LoopTargetModel *t = &LOOP_ITEM(l->model->targets, LoopTargetModel, i);
        lines[i] = lower_print(l, "dopamine %.*s -> %.*s: %s", LOOP_STR_ARGS(t->dopamine->name), LOOP_STR_ARGS(t->loop->name),
                               loop_category_title(t->dopamine->category));
    }
    l->program->header = lines;
    l->program->header_count = lines ? (uint32_t)count : 0;
}

static void keep_head(Lower *l)
{
    const LoopModel *model = l->model;
    LoopProgram *p = l->program;
    uint32_t count = model->group_count ? model->group_count : 1;
    LoopStr *groups = LOOP_NEW_ARRAY(l->arena, count, LoopStr);
    for (uint32_t i = 0; groups && i < count; i++)
        groups[i] = lower_text(l, i < model->group_count ? model->groups[i] : (LoopStr){"", 0});
    p->groups = groups;
    p->group_count = count;
    p->model = lower_text(l, model->name);
    p->doc = lower_text(l, model->doc);
    p->step_ms = model->step_ms;
    p->seed = model->seed;
    p->agents = model->agents;
}

static LoopProgram *make(LoopModel *model, LoopArena *arena, LoopArena *scratch)
{
    Lower l = {.model = model, .arena = arena, .scratch = scratch, .mask = LOOP_NONE, .spare = {.width = 1, .bounds = lower_bounds_none()}};
    l.program = LOOP_NEW(arena, LoopProgram);
    if (!l.program)
        return NULL;
    l.program->arena = arena;
    lower_uniform(&l);
    if (lower_failed(&l))
        return NULL;
    write_sections(&l);
    keep_registers(&l);
    keep_tables(&l);
    keep_header(&l);
    keep_head(&l);
    return lower_failed(&l) || !loop_place(l.program, scratch) ? NULL : l.program;
}

LoopProgram *loop_lower(LoopModel *model, LoopDiags *diags)
{
    LoopArena *arena = loop_arena_new(), *scratch = loop_arena_new();
    LoopProgram *program = arena && scratch ? make(model, arena, scratch) : NULL;
    loop_arena_free(scratch);
    if (program)
        return program;
    loop_arena_free(arena);
    loop_diags_fail(diags);
    return NULL;
}
