/* What happens inside trials: lets that are worked out at the start of a trial, and senses that the task drives. */
#include "lang/lower/emit.h"

uint32_t lower_hold(Lower *l, uint32_t value, uint32_t when)
{
    bool shared = lower_reg(l, value)->uniform && lower_reg(l, when)->uniform;
    uint32_t reg = lower_reg_new(l, lower_reg(l, value)->width, shared ? LOWER_SHARED : LOWER_EACH);
    lower_emit3(l, LOOP_OP_HOLD, reg, value, when);
    return reg;
}

/* ---- lets ---- */

static bool has_let(const LoopTrialModel *trial, const LoopSymbol *let)
{
    for (size_t i = 0; i < trial->lets.count; i++)
        if (LOOP_ITEM(trial->lets, LoopSymbol *, i) == let)
            return true;
    return false;
}

/* A trial that is like another one has its lets. */
static uint32_t any_begin(Lower *l, const LoopSymbol *let)
{
    uint32_t any = LOOP_NONE;
    for (uint32_t t = 0; t < l->model->trials.count; t++) {
        if (!has_let(LOOP_ITEM(l->model->trials, LoopTrialModel *, t), let))
            continue;
        uint32_t begin = lower_trial_begin(l, t);
        any = any == LOOP_NONE ? begin : lower_op2(l, LOOP_OP_or, any, begin);
    }
    return any;
}

static void need_lets(Lower *l, LoopNode *node);

/* Depth: a let that reads one written below it is one level, and the checker bounds those; need_lets takes the others
   in the order of the file. */
void lower_let(Lower *l, LoopSymbol *let)
{
    if (let->reg != LOOP_NONE || !let->value)
        return;
    need_lets(l, let->value);
    if (lower_settled(l, let->value)) {
        let->reg = lower_value(l, let->value);
        lower_finite(l, let->reg, let->span, let->name);
        return;
    }
    lower_hoist(l, let->value);
    uint32_t begin = any_begin(l, let);
    if (begin == LOOP_NONE)
        return; /* no trial has it: nothing reads it */
    LowerRegion region = lower_open(l, begin);
    uint32_t held = lower_hold(l, lower_value(l, let->value), begin);
    lower_finite(l, held, let->span, let->name);
    lower_close(l, region);
    let->reg = held;
    lower_name(l, held, let->name, NULL);
}

/* The lets that an expression reads, and those that they read. */
static void need_lets(Lower *l, LoopNode *node)
{
    LoopList nodes = {0}, lets = {0};
    if (!loop_nodes_collect(l->scratch, node, ++l->walk, NULL, &nodes))
        return;
    for (size_t i = 0; i < nodes.count; i++) {
        const LoopNode *n = LOOP_ITEM(nodes, LoopNode *, i);
        if (n->kind != LOOP_NODE_SYMBOL || !n->symbol->once || n->symbol->reg != LOOP_NONE)
            continue;
        LoopSymbol **place = LOOP_ADD(l->scratch, &lets, LoopSymbol *);
        if (!place)
            return;
        *place = n->symbol;
        loop_nodes_collect(l->scratch, n->symbol->value, l->walk, NULL, &nodes);
    }
    /* What was found last is read by what was found first. */
    for (size_t i = lets.count; i-- > 0;)
        lower_let(l, LOOP_ITEM(lets, LoopSymbol *, i));
}

/* ---- events ---- */

/* An event in the making. */
typedef struct Event {
    const LoopEventModel *model;
    uint32_t trial, steps; /* type and duration of the trial */
    uint32_t at, length;   /* registers */
    uint32_t on;           /* register: 1 on its first step */
} Event;

/* A time is read when its trial begins. */
static uint32_t time_of(Lower *l, const Event *event, LoopNode *node)
{
    if (!node)
        return lower_number(l, 1);
    need_lets(l, node);
    bool held = node->kind == LOOP_NODE_SYMBOL && node->symbol->once;
    if (held || lower_settled(l, node))
        return lower_value(l, node);
    lower_hoist(l, node);
    uint32_t begin = lower_trial_begin(l, event->trial);
    LowerRegion region = lower_open(l, begin);
    uint32_t value = lower_hold(l, lower_value(l, node), begin);
    lower_close(l, region);
    return value;
}

/* A time that is not known before the run must be a whole number of steps, at least `lo`, inside the trial. */
static void check_time(Lower *l, const Event *event, uint32_t reg, double lo, const char *what)
{
    LoopSpan span = (lo > 0 ? event->model->duration : event->model->at)->span;
    LoopCheck check = {.kind = LOOP_CHECK_STEPS, .code = LOOP_E0903, .span = span, .lo = lo, .hi = event->steps - 1.0 + lo,
                       .name = lower_print(l, "the %s of '%.*s'", what, LOOP_STR_ARGS(event->model->sense->name))};
    if (!lower_initial(l, reg)) /* lanes that are in other trials hold nothing sensible */
        reg = lower_select(l, lower_trial_begin(l, event->trial), reg, lower_number(l, lo));
    lower_check(l, reg, &check);
}

static void check_times(Lower *l, const Event *event)
{
    const LoopNode *at = event->model->at, *duration = event->model->duration;
    bool fixed = !duration || duration->constant;
    if (at->constant && fixed)
        return;
    if (!at->constant)
        check_time(l, event, event->at, 0, "onset");
    if (!fixed)
        check_time(l, event, event->length, 1, "duration");
    if (!duration)
        return;
    uint32_t end = lower_op2(l, LOOP_OP_add, event->at, event->length);
    end = lower_op2(l, LOOP_OP_sub, end, lower_number(l, 1));
    check_time(l, event, end, 0, "end");
}

static uint32_t sized(Lower *l, const LoopEventModel *model)
{
    uint32_t size = model->value ? lower_value(l, model->value) : lower_number(l, 1);
    if (!model->chance)
        return size;
    uint32_t chance = lower_value(l, model->chance);
    return model->value ? lower_select(l, chance, size, lower_number(l, 0)) : chance;
}

/* How large the event is: worked out at its onset and held. */
static uint32_t size_of(Lower *l, Event *event)
{
    const LoopEventModel *model = event->model;
    need_lets(l, model->value);
    need_lets(l, model->chance);
    if (lower_settled(l, model->value) && lower_settled(l, model->chance))
        return sized(l, model);
    lower_hoist(l, model->value);
    lower_hoist(l, model->chance);
    event->on = lower_event(l, LOOP_OP_EVENT_ON, &event->at, event->trial);
    LowerRegion region = lower_open(l, event->on);
    uint32_t size = lower_hold(l, sized(l, model), event->on);
    lower_close(l, region);
    return size;
}

/* Events of one sense may not be on at once. Those of constant times were looked at by the checker. */
static void check_overlaps(Lower *l, const Event *event, const LowerOnset *new)
{
    l->onsets_computed = l->onsets_computed || new->computed;
    for (size_t i = 0; l->onsets_computed && i < l->onsets.count; i++) {
        const LowerOnset *old = &LOOP_ITEM(l->onsets, LowerOnset, i);
        bool meet = old->sense == new->sense && old->trial == new->trial &&
                    (old->element == new->element || old->element == LOOP_NONE || new->element == LOOP_NONE);
        if (meet && (old->computed || new->computed))
            lower_check(l, lower_op2(l, LOOP_OP_and, old->active, new->active),
                        &(LoopCheck){.kind = LOOP_CHECK_RANGE, .code = LOOP_E0906, .span = event->model->ast->span,
                                     .name = lower_text(l, new->sense->name), .lo = 0, .hi = 0});
    }
}

static void add_onset(Lower *l, const Event *event, uint32_t active)
{
    const LoopEventModel *model = event->model;
    LowerOnset new = {model->sense, model->element, event->at, event->trial, event->on, active,
                      !model->at->constant || (model->duration && !model->duration->constant)};
    check_overlaps(l, event, &new);
    LowerOnset *onset = LOOP_ADD(l->scratch, &l->onsets, LowerOnset);
    if (onset)
        *onset = new;
}

/* The signal `rest`, or the event while it is on. */
static uint32_t with_event(Lower *l, Event *event, uint32_t rest)
{
    const LoopEventModel *model = event->model;
    event->at = time_of(l, event, model->at);
    event->length = time_of(l, event, model->duration);
    check_times(l, event);
    uint32_t size = size_of(l, event), times[] = {event->at, event->length};
    bool brief = !model->duration || (model->duration->constant && model->duration->constant[0] == 1);
    if (brief && event->on == LOOP_NONE)
        event->on = lower_event(l, LOOP_OP_EVENT_ON, times, event->trial);
    uint32_t active = brief ? event->on : lower_event(l, LOOP_OP_EVENT_ACTIVE, times, event->trial);
    add_onset(l, event, active);
    bool plain = !model->value && !model->chance;
    if (rest == LOOP_NONE)
        return plain ? active : lower_select(l, active, size, lower_number(l, 0));
    return lower_select(l, active, size, rest);
}

/* Calls `visit` for each event of a sense, or of one element of it, trial by trial. */
typedef uint32_t Visit(Lower *l, Event *event, uint32_t so_far);
static uint32_t over_events(Lower *l, const LoopSymbol *sense, uint32_t element, Visit *visit, uint32_t so_far)
{
    for (uint32_t t = 0; t < l->model->trials.count; t++) {
        const LoopTrialModel *trial = LOOP_ITEM(l->model->trials, LoopTrialModel *, t);
        for (size_t i = 0; i < trial->events.count; i++) {
            Event event = {.model = &LOOP_ITEM(trial->events, LoopEventModel, i), .trial = t, .steps = trial->duration,
                           .on = LOOP_NONE};
            if (event.model->sense == sense && event.model->element == element)
                so_far = visit(l, &event, so_far);
        }
    }
    return so_far;
}

static uint32_t count_event(Lower *l, Event *event, uint32_t so_far)
{
    (void)l;
    (void)event;
    return so_far + 1;
}

/* Events whose size only the run knows. */
static uint32_t count_unknown(Lower *l, Event *event, uint32_t so_far)
{
    (void)l;
    return so_far + (event->model->value && !event->model->value->constant);
}

static uint32_t of_width(Lower *l, uint32_t reg, uint32_t width)
{
    if (lower_reg(l, reg)->width == width)
        return reg;
    return lower_make(l, &(LowerOp){.op = LOOP_OP_COPY, .width = width, .count = 1, .in = {reg}});
}

/* The whole of a sense, into which its elements are put. Those that nothing drives stay 0. */
static uint32_t with_elements(Lower *l, const LoopSymbol *sense, uint32_t whole, uint32_t *unknown)
{
    uint32_t width = sense->type.width, reg = LOOP_NONE;
    for (uint32_t e = 0; e < width; e++) {
        if (!over_events(l, sense, e, count_event, 0))
            continue;
        *unknown += over_events(l, sense, e, count_unknown, 0);
        uint32_t rest = LOOP_NONE;
        if (whole != LOOP_NONE)
            rest = lower_make(l, &(LowerOp){.op = LOOP_OP_SLICE, .width = 1, .count = 1, .in = {whole}, .word = e});
        rest = over_events(l, sense, e, with_event, rest);
        if (reg == LOOP_NONE) {
            reg = lower_reg_new(l, width, sense->varies ? LOWER_EACH : LOWER_SHARED);
            if (whole != LOOP_NONE)
                lower_emit2(l, LOOP_OP_COPY, reg, whole);
        }
        lower_emit3(l, LOOP_OP_PUT, reg, rest, e);
    }
    return reg;
}

static uint32_t silence(Lower *l, uint32_t width)
{
    uint32_t zero = lower_number(l, 0);
    return of_width(l, zero, width);
}

void lower_driven(Lower *l, LoopSymbol *sense)
{
    uint32_t unknown = over_events(l, sense, LOOP_NONE, count_unknown, 0);
    uint32_t whole = over_events(l, sense, LOOP_NONE, with_event, LOOP_NONE);
    if (whole != LOOP_NONE)
        whole = of_width(l, whole, sense->type.width);
    uint32_t reg = with_elements(l, sense, whole, &unknown);
    sense->reg = reg != LOOP_NONE ? reg : whole != LOOP_NONE ? whole : silence(l, sense->type.width);
    if (!lower_initial(l, sense->reg))
        lower_name(l, sense->reg, sense->name, NULL);
    if (unknown)
        lower_finite(l, sense->reg, sense->span, sense->name);
}
