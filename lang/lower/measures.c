/* What is recorded: measures, strips, and the verdict on a trial that `until` asks for. */
#include "lang/lower/emit.h"

/* ---- moments ---- */

/* A time that only parameters decide is a whole number of steps. One that moves is cut down to that where it is read. */
static void check_offset(Lower *l, const LoopNode *offset, uint32_t reg)
{
    LoopCheck check = {.kind = LOOP_CHECK_STEPS, .code = LOOP_E0903, .span = offset->span, .lo = -(double)UINT32_MAX, .hi = UINT32_MAX,
                       .name = LOOP_STR("this time")};
    if (lower_initial(l, reg))
        lower_check(l, reg, &check);
}

static LoopAnchor anchor(Lower *l, const LoopAnchorModel *from)
{
    LoopAnchor a = {.kind = from->kind, .onset = LOOP_NONE, .offset = from->steps, .offset_reg = LOOP_NONE};
    if (from->kind == LOOP_ANCHOR_ONSET)
        a.onset = lower_event_begins(l, from->onset);
    if (from->offset && from->offset->constant && !from->steps)
        a.offset = (int32_t)from->offset->constant[0];
    else if (from->offset && !from->offset->constant) {
        a.offset_reg = lower_value(l, from->offset);
        check_offset(l, from->offset, a.offset_reg);
    }
    return a;
}

static uint32_t longest_trial(const LoopModel *model, uint32_t type)
{
    uint32_t longest = 1;
    for (uint32_t i = 0; i < model->trials.count; i++) {
        uint32_t duration = LOOP_ITEM(model->trials, LoopTrialModel *, i)->duration;
        if ((type == LOOP_NONE || type == i) && duration > longest)
            longest = duration;
    }
    return longest;
}

/* How far before its event a moment can lie; at most a whole trial. */
static uint32_t lag_of(const LoopModel *model, const LoopAnchor *a, uint32_t trial)
{
    uint32_t longest = longest_trial(model, trial);
    if (a->kind != LOOP_ANCHOR_ONSET)
        return 0;
    if (a->offset_reg != LOOP_NONE || a->offset < -(int64_t)longest)
        return longest;
    return a->offset < 0 ? (uint32_t)-a->offset : 0;
}

/* ---- measures ---- */

/* What nothing but measure `i` reads is worked out only when it asks for it; a foreign function sees every step. */
static uint32_t signal_of(Lower *l, LoopNode *node, uint32_t i)
{
    if (node->reg != LOOP_NONE || lower_calls_foreign(l, node))
        return lower_value(l, node);
    lower_hoist(l, node);
    LowerRegion region = lower_open_measure(l, i);
    uint32_t signal = lower_value(l, node);
    lower_close(l, region);
    return signal;
}

static LoopMeasure measure(Lower *l, const LoopMeasureModel *from, uint32_t i)
{
    LoopMeasure m = {.text = lower_text(l, from->text), .span = from->span, .signal = signal_of(l, from->signal, i),
                     .window = from->window, .reducer = from->reducer, .select = from->select,
                     .first_true = from->first_true, .instant = LOOP_NONE};
    m.from = anchor(l, &from->from);
    m.lag = lag_of(l->model, &m.from, m.select.trial);
    m.to = (LoopAnchor){.kind = LOOP_ANCHOR_TRIAL, .onset = LOOP_NONE, .offset_reg = LOOP_NONE};
    if (m.window) {
        m.to = anchor(l, &from->to);
        uint32_t lag = lag_of(l->model, &m.to, m.select.trial);
        m.lag = lag > m.lag ? lag : m.lag;
    }
    if (from->instant)
        m.instant = lower_reg_new(l, lower_reg(l, m.signal)->width, LOWER_EACH);
    return m;
}

void lower_measures(Lower *l)
{
    size_t count = l->model->measures.count;
    l->program->measure_count = (uint32_t)count;
    l->program->measures = LOOP_NEW_ARRAY(l->arena, count, LoopMeasure);
    for (size_t i = 0; l->program->measures && i < count; i++)
        l->program->measures[i] = measure(l, &LOOP_ITEM(l->model->measures, LoopMeasureModel, i), (uint32_t)i);
}

/* ---- until ---- */

/* Whether a comparison of this alone fails where there is no value. */
static bool is_bare(const LoopNode *node)
{
    return node->kind == LOOP_NODE_MEASURED || node->constant || node->kind == LOOP_NODE_SYMBOL;
}

/* `verdict` where all that `node` is made of has a value. */
static uint32_t where_measured(Lower *l, LoopNode *node, uint32_t verdict)
{
    LoopList nodes = {0};
    if (lower_failed(l) || !node || !loop_nodes_collect(l->scratch, node, ++l->walk, NULL, &nodes))
        return verdict;
    for (size_t i = 0; i < nodes.count; i++) {
        LoopNode *n = LOOP_ITEM(nodes, LoopNode *, i);
        if (n->kind != LOOP_NODE_MEASURED)
            continue;
        uint32_t value = lower_value(l, n), sum = value;
        if (n->type.width > 1) {
            sum = lower_reg_new(l, 1, LOWER_EACH);
            lower_emit2(l, LOOP_OP_SUM, sum, value);
        }
        verdict = lower_op2(l, LOOP_OP_and, verdict, lower_op2(l, LOOP_OP_eq, sum, sum));
    }
    return verdict;
}

void lower_verdict(Lower *l)
{
    LoopPhase *phases = (LoopPhase *)(uintptr_t)l->program->task.phases; /* ours until the program is done */
    for (size_t i = 0; phases && i < l->model->phases.count; i++) {
        const LoopPhaseModel *phase = &LOOP_ITEM(l->model->phases, LoopPhaseModel, i);
        if (!phase->until)
            continue;
        uint32_t value = lower_value(l, phase->until), bound = lower_value(l, phase->until_bound);
        phases[i].until = bound == LOOP_NONE ? value
                                             : lower_op2(l, loop_relation_op(phase->until_relation), value, bound);
        if (bound == LOOP_NONE || phase->until_relation == LOOP_REL_NE || !is_bare(phase->until) || !is_bare(phase->until_bound)) {
            phases[i].until = where_measured(l, phase->until, phases[i].until);
            phases[i].until = where_measured(l, phase->until_bound, phases[i].until);
        }
        lower_name(l, phases[i].until, phase->symbol->name, "until");
    }
}

/* ---- strips ---- */

static const LoopMark *sorted(LoopMark *marks, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && marks[k].step < marks[k - 1].step; k--) {
            LoopMark swap = marks[k];
            marks[k] = marks[k - 1];
            marks[k - 1] = swap;
        }
    return marks;
}

/* As the task says it: light, taste.salt, dots[2]. */
static LoopStr event_name(Lower *l, const LoopEventModel *event)
{
    const LoopLabels *labels = event->sense->type.labels;
    LoopStr name = event->sense->name;
    if (event->element == LOOP_NONE)
        return lower_text(l, name);
    if (labels && event->element < labels->count)
        return lower_print(l, "%.*s.%.*s", LOOP_STR_ARGS(name), LOOP_STR_ARGS(labels->names[event->element]));
    return lower_print(l, "%.*s[%u]", LOOP_STR_ARGS(name), event->element);
}

static void add_marks(Lower *l, LoopStrip *strip, const LoopTrialModel *trial)
{
    LoopMark *marks = LOOP_NEW_ARRAY(l->arena, trial->events.count, LoopMark);
    for (size_t i = 0; marks && i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (event->at->constant)
            marks[strip->mark_count++] = (LoopMark){event_name(l, event), (uint32_t)event->at->constant[0]};
    }
    strip->marks = sorted(marks, strip->mark_count);
}

static LoopStr element_name(Lower *l, const LoopType *type, uint32_t width, uint32_t i)
{
    if (width == 1)
        return (LoopStr){"", 0};
    if (type->labels && i < type->labels->count)
        return lower_text(l, type->labels->names[i]);
    return lower_print(l, "%u", i);
}

/* What is both recorded and plotted is kept once. */
static bool is_kept(LoopList *strips, const LoopStripModel *from)
{
    bool found = false;
    for (size_t i = 0; i < strips->count; i++) {
        LoopStrip *strip = &LOOP_ITEM(*strips, LoopStrip, i);
        const LoopSelect *a = &strip->select, *b = &from->select;
        bool same = a->phase == b->phase && a->trial == b->trial && a->pick == b->pick && a->n == b->n && a->i == b->i;
        if (!same || from->signal->draws || strip->group != from->group || !loop_str_equal(strip->signal, from->text))
            continue;
        strip->plotted = strip->plotted || from->plotted;
        found = true;
    }
    return found;
}

/* As it is shown to people: durations, which are computed with in steps, in milliseconds. */
static uint32_t shown(Lower *l, LoopNode *node)
{
    uint32_t reg = lower_value(l, node);
    return node->type.unit == LOOP_UNIT_DURATION ? lower_op2(l, LOOP_OP_mul, reg, lower_number(l, l->model->step_ms)) : reg;
}

static void add_strip(Lower *l, LoopList *strips, const LoopStripModel *from)
{
    if (is_kept(strips, from))
        return;
    uint32_t reg = shown(l, from->signal), width = lower_reg(l, reg)->width;
    const LoopTrialModel *trial = LOOP_ITEM(l->model->trials, LoopTrialModel *, from->select.trial);
    LoopStrip strip = {.signal = lower_text(l, from->text), .span = from->signal->span, .reg = reg, .phase = lower_text(l, from->phase->name),
                       .select = from->select, .steps = trial->duration, .plotted = from->plotted, .group = from->group};
    add_marks(l, &strip, trial);
    for (uint32_t i = 0; i < width; i++) {
        LoopStrip *place = LOOP_ADD(l->scratch, strips, LoopStrip);
        if (!place)
            return;
        *place = strip;
        place->at = i;
        place->element = element_name(l, &from->signal->type, width, i);
    }
}

void lower_strips(Lower *l)
{
    LoopList strips = {0};
    for (size_t i = 0; i < l->model->strips.count; i++)
        add_strip(l, &strips, &LOOP_ITEM(l->model->strips, LoopStripModel, i));
    l->program->strips = lower_array(l, &strips, sizeof(LoopStrip));
    l->program->strip_count = (uint32_t)strips.count;
}
