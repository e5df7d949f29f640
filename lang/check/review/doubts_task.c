/* Warnings about what the task does, and who knows of it. What each let and sense knows is worked out once, in the order of the schedule. */
#include "lang/check/review/review.h"

enum { LOOK_NODES = 4096, LOOK_DEPTH = 200 }; /* of one formula: what is beyond has no doubts about it */

/* What a formula is made of, on the step itself. */
typedef enum Made {
    OWN = 1,      /* the state that it is the next value of, */
    OPENING = 2,  /* a sense that has an event on the first step of the run, */
    COUNTS = 4,   /* and goes on from the one by the other; */
    DRAWN = 8,    /* a number that is drawn anew on each step, */
    DECIDED = 16, /* and that decides: a coin thrown, one of several picked, a comparison with what was drawn; */
    FADES = 32,   /* its own state times something: what was missed is soon forgotten */
} Made;

/* What is known of the task, by the index of senses, and by the place of lets and senses in the schedule. */
typedef struct Task {
    LoopChecker *check;
    const LoopEventModel **opening;    /* [senses]: on the first step of a trial that a run may begin with; NULL */
    unsigned *made;                    /* [schedule]: of what */
    const LoopSymbol **first;          /* [schedule]: the sense through which it is OPENING */
    const LoopEventModel **asked;      /* [schedule]: which event of the trial that is looked at asked for it first */
    uint32_t *trial;                   /* [schedule]: that trial, from 1 */
    LoopList said;                     /* LoopSpan: of what it is said by now: instances of circuits and trials like others share their text */
} Task;

typedef struct Look {
    const Task *task;
    const LoopSymbol *own, *sense; /* sense: OPENING through it */
    uint32_t left;
} Look;

static bool is_scheduled(const Task *t, const LoopSymbol *s)
{
    return s->order != LOOP_NONE && s->order < t->check->model->schedule_count && t->check->model->schedule[s->order] == s;
}

static unsigned of_symbol(Look *f, const LoopSymbol *s)
{
    if (s == f->own)
        return OWN;
    unsigned made = 0;
    if (s->kind == LOOP_SYM_SENSE && !s->value && f->task->opening[s->index]) {
        f->sense = f->sense ? f->sense : s;
        return OPENING;
    }
    if ((s->kind == LOOP_SYM_LET || s->kind == LOOP_SYM_SENSE) && !s->once && is_scheduled(f->task, s)) {
        made = f->task->made[s->order];
        if ((made & OPENING) && !f->sense)
            f->sense = f->task->first[s->order];
    }
    return made & ~(unsigned)COUNTS;
}

static unsigned look(Look *f, const LoopNode *node, uint32_t depth);

static bool is_own(const Look *f, const LoopNode *node)
{
    const bool was = node->kind == LOOP_NODE_FUNCTION && node->function == LOOP_FN_prev;
    return (was ? node->kids[0] : node)->kind == LOOP_NODE_SYMBOL && (was ? node->kids[0] : node)->symbol == f->own;
}

/* Whether a state stays what it is where the condition of a choice holds: if light then s else ..., if not light then ... else s. */
static bool waits(const Look *f, const LoopNode *select)
{
    const bool negated = select->kids[0]->kind == LOOP_NODE_OP && select->kids[0]->op == LOOP_OP_not;
    return is_own(f, select->kids[negated ? 2 : 1]);
}

/* What goes on from the old value by the sense: a sum of the two, or a choice by the sense between two that both go on. */
static unsigned of_op(Look *f, const LoopNode *node, uint32_t depth)
{
    unsigned kids[3] = {0}, all = 0;
    for (uint32_t i = 0; i < node->kid_count && i < 3; i++)
        all |= kids[i] = look(f, node->kids[i], depth - 1);
    const bool adds = node->op == LOOP_OP_add || node->op == LOOP_OP_sub;
    const bool scales = node->op == LOOP_OP_mul || node->op == LOOP_OP_div;
    if (scales && (all & OWN))
        all = (all & ~(unsigned)(COUNTS | OWN)) | FADES;
    if (adds && !(all & FADES) && (((kids[0] & OWN) && (kids[1] & OPENING)) || ((kids[1] & OWN) && (kids[0] & OPENING))))
        all |= COUNTS;
    if (node->op == LOOP_OP_select && (kids[0] & OPENING) && (kids[1] & OWN) && (kids[2] & OWN) && !waits(f, node))
        all |= COUNTS;
    if (loop_op_is_truth(node->op) && (all & DRAWN))
        all |= DECIDED;
    return all;
}

static unsigned of_function(Look *f, const LoopNode *node, uint32_t depth)
{
    unsigned all = 0;
    if (is_own(f, node))
        return OWN;
    if (loop_node_remembers(node) && node->function != LOOP_FN_onset)
        return 0;
    for (uint32_t i = 0; i < node->kid_count; i++)
        all |= look(f, node->kids[i], depth - 1);
    if (node->clock == LOOP_DRAW_STEP && node->draws) {
        const bool coin = node->function == LOOP_FN_bernoulli || node->function == LOOP_FN_pick;
        const bool draw = coin || node->function == LOOP_FN_uniform || node->function == LOOP_FN_normal;
        all |= draw ? DRAWN : 0;
        all |= coin ? DECIDED : 0;
    }
    return all;
}

static unsigned look(Look *f, const LoopNode *node, uint32_t depth)
{
    if (!depth || !f->left || node->constant)
        return 0;
    f->left--;
    if (node->kind == LOOP_NODE_SYMBOL)
        return node->field == LOOP_FIELD_SELF ? of_symbol(f, node->symbol) : 0;
    if (node->kind == LOOP_NODE_OP)
        return of_op(f, node, depth);
    if (node->kind == LOOP_NODE_FUNCTION)
        return of_function(f, node, depth);
    unsigned all = 0;
    for (uint32_t i = 0; i < node->kid_count; i++)
        all |= look(f, node->kids[i], depth - 1);
    return all & ~(unsigned)COUNTS;
}

/* ---- events on the first step of a run ---- */

/* Those on the first step of a trial, for that step alone. */
static void open_trial(Task *t, const LoopTrialModel *trial)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        if (loop_constant_or(event->at, 0) == 0 && loop_constant_or(event->duration, 1) == 1 && !t->opening[event->sense->index])
            t->opening[event->sense->index] = event;
    }
}

/* Trials that a phase may begin with. */
static void open_phase(Task *t, const LoopPhaseModel *phase)
{
    const bool drawn = phase->mix == LOOP_MIX_SHUFFLE || phase->mix == LOOP_MIX_DRAW;
    for (uint32_t i = 0; i < phase->item_count; i++) {
        if (!(phase->items[i].share > 0))
            continue;
        open_trial(t, LOOP_ITEM(t->check->model->trials, LoopTrialModel *, phase->items[i].trial));
        if (!drawn)
            return;
    }
}

/* The first phase of each group. */
static void open_run(Task *t)
{
    const LoopModel *model = t->check->model;
    for (uint32_t g = 0; g < model->group_count; g++)
        for (size_t i = 0; i < model->phases.count; i++) {
            const LoopPhaseModel *phase = &LOOP_ITEM(model->phases, LoopPhaseModel, i);
            if (phase->groups && !phase->groups[g])
                continue;
            open_phase(t, phase);
            break;
        }
}

static bool was_said(Task *t, LoopSpan span)
{
    for (size_t i = 0; i < t->said.count; i++) {
        const LoopSpan other = LOOP_ITEM(t->said, LoopSpan, i);
        if (other.file == span.file && other.begin == span.begin)
            return true;
    }
    LoopSpan *place = LOOP_ADD(t->check->arena, &t->said, LoopSpan);
    if (place)
        *place = span;
    return false;
}

static void check_state(Task *t, const LoopSymbol *state)
{
    Look f = {.task = t, .own = state, .left = LOOK_NODES};
    const LoopNode *init = state->init;
    const bool begins = init && init->constant && init->constant[0] != 0; /* with what it is to be by then */
    if (begins || !(look(&f, state->value, LOOK_DEPTH) & COUNTS) || was_said(t, state->span))
        return;
    LoopDiag *diag = loop_diag(t->check->diags, LOOP_W0040, state->span, "'%.*s' does not see the first '%.*s' of the run",
                               LOOP_STR_ARGS(state->name), LOOP_STR_ARGS(f.sense->name));
    loop_diag_note(t->check->diags, diag, t->opening[f.sense->index]->ast->span, "that may be on the first step, on which a state has its first value");
    loop_diag_help(t->check->diags, diag, "Let the event come a step later, or let the state begin with what it is to be by then.");
}

/* ---- draws that events do not share ---- */

/* Whether both times are known, and differ. */
static bool at_other_time(const LoopEventModel *a, const LoopEventModel *b)
{
    const double x = loop_constant_or(a->at, 0), y = loop_constant_or(b->at, 0);
    return x < y || x > y;
}

/* A let of one number outside of trials that decides, and that this event asks for at another time than one before it; NULL. */
static const LoopSymbol *asks_again(Task *t, const LoopEventModel *event, uint32_t trial, LoopList *nodes)
{
    LoopNode *const formulas[] = {event->value, event->chance};
    const LoopSymbol *again = NULL;
    nodes->count = 0;
    for (size_t f = 0; f < 2; f++)
        if (formulas[f] && !loop_nodes_collect(t->check->arena, formulas[f], ++t->check->mark, loop_node_remembers, nodes))
            return NULL;
    for (size_t i = 0; i < nodes->count; i++) {
        const LoopNode *node = LOOP_ITEM(*nodes, LoopNode *, i);
        const LoopSymbol *s = node->kind == LOOP_NODE_SYMBOL ? node->symbol : NULL;
        if (!s || s->kind != LOOP_SYM_LET || s->once || s->type.width != 1 || !is_scheduled(t, s) || !(t->made[s->order] & DECIDED))
            continue;
        if (t->trial[s->order] != trial) {
            t->trial[s->order] = trial;
            t->asked[s->order] = event;
        } else if (!again && at_other_time(event, t->asked[s->order]))
            again = s;
    }
    return again;
}

static void check_draws(Task *t, const LoopTrialModel *trial, uint32_t number, LoopList *nodes)
{
    for (size_t i = 0; i < trial->events.count; i++) {
        const LoopEventModel *event = &LOOP_ITEM(trial->events, LoopEventModel, i);
        const LoopSymbol *drawn = asks_again(t, event, number, nodes);
        if (!drawn || was_said(t, event->ast->span))
            continue;
        LoopDiag *diag = loop_diag(t->check->diags, LOOP_W0041, event->ast->span, "'%.*s' is drawn anew for this event", LOOP_STR_ARGS(drawn->name));
        loop_diag_note(t->check->diags, diag, t->asked[drawn->order]->ast->span, "and for this one, at another time");
        loop_diag_help(t->check->diags, diag, "What is drawn once a trial is a let inside of the trial: trial %.*s ... { let once_a_trial = %.*s; ... }.",
                       LOOP_STR_ARGS(trial->symbol->name), LOOP_STR_ARGS(drawn->name));
        return;
    }
}

static bool make(Task *t)
{
    const LoopModel *model = t->check->model;
    LoopArena *arena = t->check->arena;
    uint32_t senses = 0;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_SENSE)
            s->index = senses++;
    }
    t->opening = LOOP_NEW_ARRAY(arena, senses, const LoopEventModel *);
    t->made = LOOP_NEW_ARRAY(arena, model->schedule_count, unsigned);
    t->first = LOOP_NEW_ARRAY(arena, model->schedule_count, const LoopSymbol *);
    t->asked = LOOP_NEW_ARRAY(arena, model->schedule_count, const LoopEventModel *);
    t->trial = LOOP_NEW_ARRAY(arena, model->schedule_count, uint32_t);
    return t->opening && t->made && t->first && t->asked && t->trial;
}

void loop_doubts_task(LoopChecker *check)
{
    const LoopModel *model = check->model;
    Task t = {.check = check};
    LoopList nodes = {0};
    if (!make(&t))
        return;
    open_run(&t);
    for (uint32_t i = 0; i < model->schedule_count; i++) {
        const LoopSymbol *s = model->schedule[i];
        Look f = {.task = &t, .left = LOOK_NODES};
        if ((s->kind == LOOP_SYM_LET || s->kind == LOOP_SYM_SENSE) && s->value)
            t.made[i] = look(&f, s->value, LOOK_DEPTH);
        t.first[i] = f.sense;
    }
    for (size_t i = 0; i < model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_STATE && s->value)
            check_state(&t, s);
    }
    for (size_t i = 0; i < model->trials.count; i++)
        check_draws(&t, LOOP_ITEM(model->trials, LoopTrialModel *, i), (uint32_t)i + 1, &nodes);
}
