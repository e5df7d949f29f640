/* Causality: what has a value each step, in an order in which each is worked out after all that it reads on that step.
   A circle of same-step reads has no such order and is an error that shows it. */
#include "lang/check/review/review.h"

enum { CHAIN_MAX = 4000 }; /* symbols that wait for one another: a frame of the stack each */

static bool has_value_each_step(const LoopSymbol *s)
{
    switch (s->kind) {
    case LOOP_SYM_SENSE:
    case LOOP_SYM_REGION:
    case LOOP_SYM_LET:
    case LOOP_SYM_STATE:
    case LOOP_SYM_REWARD:
    case LOOP_SYM_TRUTH:
    case LOOP_SYM_LOOP:
    case LOOP_SYM_DOPAMINE:
        return true;
    default:
        return s->forced != NULL; /* a param that a manipulation holds */
    }
}

/* The symbols on the way, for the message. */
typedef struct Step {
    LoopSymbol *symbol;
    const LoopNode *read; /* the node in it that reads the next one */
} Step;

typedef struct Walk {
    LoopChecker *check;
    LoopList path;  /* Step */
    bool failed;
} Walk;

/* The read that can be put into the past: the last one that stands in the formula of its own symbol, not in that of a loop that
   rpe or error writes out; then it is the last, and `*own_text` false. */
static size_t breakable(const Walk *w, size_t from, bool *own_text)
{
    for (size_t i = w->path.count; i-- > from;) {
        const Step *s = &LOOP_ITEM(w->path, Step, i);
        LoopSpan own = s->symbol->ast ? s->symbol->ast->span : s->symbol->span, read = s->read->span;
        *own_text = read.file == own.file && read.begin >= own.begin && read.end <= own.end;
        if (*own_text)
            return i;
    }
    return w->path.count - 1;
}

static void report_circle(Walk *w, size_t from)
{
    LoopText text = {.arena = w->check->arena};
    LoopDiags *diags = w->check->diags;
    for (size_t i = from; i < w->path.count; i++)
        loop_text_add(&text, "%.*s -> ", LOOP_STR_ARGS(LOOP_ITEM(w->path, Step, i).symbol->name));
    bool own = false;
    size_t at = breakable(w, from, &own), notes = 0;
    const Step *first = &LOOP_ITEM(w->path, Step, from), *last = &LOOP_ITEM(w->path, Step, at);
    loop_text_str(&text, first->symbol->name);
    LoopScope *before = loop_scope_enter(w->check, last->symbol->scope);
    LoopDiag *diag = loop_diag(diags, LOOP_E0506, last->read->span, "a circle within one step: %s", text.at);
    for (size_t i = from; i < w->path.count && notes < 2; i++) {
        const Step *s = &LOOP_ITEM(w->path, Step, i), *next = &LOOP_ITEM(w->path, Step, i + 1 < w->path.count ? i + 1 : from);
        notes += i != at;
        if (i == at)
            continue;
        loop_diag_note(diags, diag, s->read->span, "'%.*s' reads '%.*s'", LOOP_STR_ARGS(s->symbol->name), LOOP_STR_ARGS(next->symbol->name));
    }
    if (last->symbol->hidden)
        loop_diag_help(diags, diag, "Write the time at which it comes, such as: at 500 ms.");
    else if (own)
        loop_diag_help(diags, diag, "Write prev(%.*s) here: then '%.*s' reads it as it was one step before.",
                       LOOP_STR_ARGS(loop_check_text(w->check, last->read->span)), LOOP_STR_ARGS(last->symbol->name));
    else
        loop_diag_help(diags, diag, "The error of a loop is made of what it predicts. Where '%.*s' asks for it, put it into the past: prev(error(...)).",
                       LOOP_STR_ARGS(last->symbol->name));
    loop_scope_enter(w->check, before);
    w->failed = true;
}

static void visit_symbol(Walk *w, LoopSymbol *symbol);

/* Everything that `root` reads on the same step comes first. */
static void visit_formula(Walk *w, LoopNode *root)
{
    LoopList nodes = {0};
    size_t at = w->path.count - 1;
    if (!root || !loop_nodes_collect(w->check->arena, root, ++w->check->mark, loop_node_looks_back, &nodes))
        return;
    for (size_t i = 0; i < nodes.count && !w->failed; i++) {
        const LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
        if (node->kind != LOOP_NODE_SYMBOL || !has_value_each_step(node->symbol))
            continue;
        LOOP_ITEM(w->path, Step, at).read = node;
        visit_symbol(w, node->symbol);
    }
}

static void visit_events(Walk *w, const LoopSymbol *sense)
{
    const LoopModel *model = w->check->model;
    for (size_t t = 0; t < model->trials.count; t++) {
        const LoopTrialModel *trial = LOOP_ITEM(model->trials, LoopTrialModel *, t);
        for (size_t i = 0; i < trial->events.count; i++) {
            const LoopEventModel *e = &LOOP_ITEM(trial->events, LoopEventModel, i);
            LoopNode *nodes[] = {e->at, e->duration, e->value, e->chance};
            for (size_t k = 0; k < 4 && e->sense == sense; k++)
                visit_formula(w, nodes[k]);
        }
    }
}

static void visit_reads(Walk *w, LoopSymbol *symbol)
{
    const LoopLoopModel *l = symbol->loop;
    if (symbol->kind == LOOP_SYM_LOOP && l) {
        for (size_t i = 0; loop_clause_info(i); i++)
            if (loop_clause_info(i)->stage == LOOP_CLAUSE_INFER)
                visit_formula(w, loop_clause_node(l, i));
    } else
        visit_formula(w, symbol->value);
    if (symbol->kind == LOOP_SYM_SENSE && !symbol->value)
        visit_events(w, symbol);
    visit_formula(w, symbol->forced);
    visit_formula(w, symbol->forced_value);
}

static void visit_symbol(Walk *w, LoopSymbol *symbol)
{
    LoopModel *model = w->check->model;
    if (symbol->order != LOOP_NONE || w->failed)
        return;
    for (size_t i = 0; i < w->path.count; i++)
        if (LOOP_ITEM(w->path, Step, i).symbol == symbol) {
            report_circle(w, i);
            return;
        }
    Step *step = w->path.count < CHAIN_MAX ? LOOP_ADD(w->check->arena, &w->path, Step) : NULL;
    if (!step) {
        if (!loop_arena_failed(w->check->arena))
            loop_diag(w->check->diags, LOOP_E0008, symbol->span, "more than %d definitions wait for one another", CHAIN_MAX);
        w->failed = true;
        return;
    }
    *step = (Step){symbol, NULL};
    visit_reads(w, symbol);
    w->path.count--;
    if (w->failed)
        return;
    symbol->order = model->schedule_count;
    model->schedule[model->schedule_count++] = symbol;
}

void loop_schedule_make(LoopChecker *check)
{
    LoopModel *model = check->model;
    Walk walk = {.check = check};
    model->schedule = LOOP_NEW_ARRAY(check->arena, model->symbols.count, LoopSymbol *);
    for (size_t i = 0; model->schedule && i < model->symbols.count && !walk.failed; i++) {
        LoopSymbol *symbol = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (has_value_each_step(symbol))
            visit_symbol(&walk, symbol);
    }
}
