/* loop describe: the model in words. Formulas are shown as they were written, defaults as what they are. */
#include "lang/tools/describe.h"

#include "lang/tools/words.h"

/* ---- the head ---- */

static void describe_head(LoopWords *w)
{
    const LoopModel *model = w->model;
    if (model->name.len)
        words_add(w, "The model '%.*s'.", LOOP_STR_ARGS(model->name));
    else
        words_add(w, "A model without a name.");
    words_end(w, 0);
    if (model->doc.len) {
        words_str(w, model->doc);
        words_end(w, 0);
    }
    for (size_t i = 0; i < model->sources.count; i++) {
        words_add(w, "It is about %.*s.", LOOP_STR_ARGS(LOOP_ITEM(model->sources, LoopStr, i)));
        words_end(w, 0);
    }
    words_add(w, "One step is ");
    words_duration(w, 1);
    words_add(w, ".");
    words_end(w, 0);
}

/* ---- what is there ---- */

static void put_name(LoopWords *w, const LoopSymbol *s)
{
    words_add(w, "%.*s", LOOP_STR_ARGS(s->name));
    if (s->type.labels) {
        words_add(w, " (");
        for (uint32_t i = 0; i < s->type.labels->count; i++)
            words_add(w, "%s%.*s", i ? ", " : "", LOOP_STR_ARGS(s->type.labels->names[i]));
        words_add(w, ")");
    } else if (s->type.width > 1)
        words_add(w, " (%u units)", s->type.width);
}

static void put_formula(LoopWords *w, const LoopSymbol *s)
{
    if (s->kind == LOOP_SYM_STATE) {
        words_add(w, " starts from ");
        words_value(w, s, s->ast, LOOP_AST_FROM);
        words_add(w, "; next it is ");
        words_value(w, s, s->ast, LOOP_AST_NEXT);
    } else if (s->value) {
        words_add(w, " is ");
        if (loop_ast_value(s->ast, LOOP_AST_EXPR))
            words_value(w, s, s->ast, LOOP_AST_EXPR);
        else if (s->ast->first) /* passed for a formal */
            words_formula(w, s, s->ast->first->span);
    } else
        words_add(w, " comes from the task");
    const LoopAst *range = s->kind == LOOP_SYM_PARAM ? loop_ast_find(s->ast, LOOP_AST_RANGE) : NULL;
    if (range) {
        words_add(w, ", between ");
        words_span(w, range->first->span);
        words_add(w, " and ");
        words_span(w, range->last->span);
    }
    words_add(w, ".");
    if (s->doc.len) {
        words_add(w, " ");
        words_str(w, s->doc);
    }
}

typedef struct Section {
    const char *title;
    LoopSymbolKind kinds[4];
    LoopCompartment home;
} Section;

/* A constant of a used file that this model has no use for. */
static bool is_others(const LoopSymbol *s)
{
    return s->kind == LOOP_SYM_CONST && !s->used && s->name.len != s->local.len;
}

static bool belongs(const LoopSymbol *s, const Section *section)
{
    if (is_others(s))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (s->kind == section->kinds[i] && s->home == section->home && !s->once && !s->hidden)
            return true;
    return false;
}

static void describe_section(LoopWords *w, const Section *section)
{
    bool titled = false;
    for (size_t i = 0; i < w->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(w->model->symbols, LoopSymbol *, i);
        if (!belongs(s, section))
            continue;
        if (!titled)
            words_title(w, section->title);
        titled = true;
        if (s->kind == LOOP_SYM_REWARD)
            words_add(w, s->ast->kind == LOOP_AST_LOCAL_REWARD ? "The local reward " : "The reward ");
        else if (s->kind == LOOP_SYM_TRUTH)
            words_add(w, "The ground truth ");
        put_name(w, s);
        put_formula(w, s);
        words_end(w, 2);
    }
}

static const Section sections[] = {
    {"Constants and parameters", {LOOP_SYM_CONST, LOOP_SYM_PARAM, LOOP_SYM_CONST, LOOP_SYM_CONST}, LOOP_IN_CONSTANT},
    {"The world", {LOOP_SYM_STATE, LOOP_SYM_LET, LOOP_SYM_LET, LOOP_SYM_LET}, LOOP_IN_WORLD},
    {"The senses", {LOOP_SYM_SENSE, LOOP_SYM_SENSE, LOOP_SYM_SENSE, LOOP_SYM_SENSE}, LOOP_IN_SENSE},
    {"The body", {LOOP_SYM_STATE, LOOP_SYM_LET, LOOP_SYM_LET, LOOP_SYM_LET}, LOOP_IN_BODY},
    {"The cortex", {LOOP_SYM_REGION, LOOP_SYM_REGION, LOOP_SYM_REGION, LOOP_SYM_REGION}, LOOP_IN_CORTEX},
    {"The hypothalamus", {LOOP_SYM_REWARD, LOOP_SYM_TRUTH, LOOP_SYM_STATE, LOOP_SYM_LET}, LOOP_IN_HYPOTHALAMUS},
    {"Values by name", {LOOP_SYM_LET, LOOP_SYM_LET, LOOP_SYM_LET, LOOP_SYM_LET}, LOOP_IN_TOP},
};

/* As they are written. */
static void describe_functions(LoopWords *w)
{
    bool titled = false;
    for (size_t i = 0; i < w->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(w->model->symbols, LoopSymbol *, i);
        if (s->kind != LOOP_SYM_FN || s->hidden || !s->used)
            continue;
        if (!titled)
            words_title(w, "Functions");
        titled = true;
        words_span(w, s->ast->span);
        words_add(w, ".");
        words_end(w, 2);
    }
}

/* ---- dopamine ---- */

static void describe_signal(LoopWords *w, const LoopSymbol *signal)
{
    size_t count = 0;
    words_add(w, "%.*s is ", LOOP_STR_ARGS(signal->name));
    words_value(w, signal, signal->ast, LOOP_AST_EXPR);
    words_add(w, ": a %s.", loop_category_title(signal->category));
    for (size_t i = 0; i < w->model->targets.count; i++) {
        const LoopTargetModel *t = &LOOP_ITEM(w->model->targets, LoopTargetModel, i);
        if (t->dopamine == signal)
            words_add(w, "%s%.*s", count++ ? ", " : " It trains ", LOOP_STR_ARGS(t->loop->name));
    }
    words_add(w, count ? "." : " It trains nothing.");
    words_end(w, 2);
}

static void describe_dopamine(LoopWords *w)
{
    bool titled = false;
    for (size_t i = 0; i < w->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(w->model->symbols, LoopSymbol *, i);
        if (s->kind != LOOP_SYM_DOPAMINE)
            continue;
        if (!titled)
            words_title(w, "Dopamine");
        titled = true;
        describe_signal(w, s);
    }
}

/* ---- the experiment ---- */

/* What is worked out for each trial: of one, or NULL: of all. */
static void describe_lets(LoopWords *w, const LoopTrialModel *trial)
{
    for (size_t i = 0; i < w->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(w->model->symbols, LoopSymbol *, i);
        if (s->kind != LOOP_SYM_LET || s->home != LOOP_IN_TASK || s->hidden || s->trial != trial)
            continue;
        if (trial)
            words_add(w, "In '%.*s', ", LOOP_STR_ARGS(trial->symbol->name));
        put_name(w, s);
        put_formula(w, s);
        words_end(w, trial ? 4 : 2);
    }
}

static void describe_trial(LoopWords *w, const LoopTrialModel *trial)
{
    words_add(w, "The trial '%.*s' lasts ", LOOP_STR_ARGS(trial->symbol->name));
    words_duration(w, trial->duration);
    words_add(w, trial->events.count ? ": " : ".");
    for (size_t i = 0; i < trial->events.count; i++) {
        words_span(w, LOOP_ITEM(trial->events, LoopEventModel, i).ast->span);
        words_add(w, i + 1 < trial->events.count ? "; " : ".");
    }
    words_end(w, 2);
    describe_lets(w, trial);
}

static void describe_phase(LoopWords *w, const LoopPhaseModel *phase)
{
    const LoopAst *mix = loop_ast_find(phase->ast, LOOP_AST_MIX);
    words_add(w, "The phase '%.*s'", LOOP_STR_ARGS(phase->symbol->name));
    for (uint32_t g = 0, named = 0; phase->groups && g < w->model->group_count; g++)
        if (phase->groups[g])
            words_add(w, "%s%.*s", named++ ? ", " : " of ", LOOP_STR_ARGS(w->model->groups[g]));
    if (mix) {
        words_add(w, " is ");
        words_span(w, (LoopSpan){mix->span.begin, phase->ast->span.end, mix->span.file});
    } else
        words_add(w, " is the whole run");
    words_add(w, ".");
    words_end(w, 2);
}

static void describe_experiment(LoopWords *w)
{
    const LoopModel *model = w->model;
    words_title(w, "The experiment");
    describe_lets(w, NULL);
    for (size_t i = 0; i < model->trials.count; i++)
        describe_trial(w, LOOP_ITEM(model->trials, LoopTrialModel *, i));
    if (model->between) {
        words_add(w, "After each trial there is an interval of ");
        words_span(w, model->between->span);
        words_add(w, ".");
        words_end(w, 2);
    }
    for (size_t i = 0; i < model->phases.count; i++)
        describe_phase(w, &LOOP_ITEM(model->phases, LoopPhaseModel, i));
    for (size_t i = 0; i < model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (s->kind != LOOP_SYM_GROUP)
            continue;
        words_add(w, "There is the ");
        words_span(w, s->ast->span);
        words_add(w, ".");
        words_end(w, 2);
    }
    bool grouped = model->groups[0].len;
    words_add(w, "It is run with %u agent%s%s and seed %llu.", model->agents, model->agents == 1 ? "" : "s", grouped ? " in each group" : "",
              (unsigned long long)model->seed);
    words_end(w, 2);
}

/* ---- a step, and what must come out ---- */

static void describe_step(LoopWords *w)
{
    size_t learning = 0;
    words_title(w, "A step, in this order");
    for (uint32_t i = 0, shown = 0; i < w->model->schedule_count; i++)
        if (!w->model->schedule[i]->hidden)
            words_add(w, "%s%.*s", shown++ ? ", " : "", LOOP_STR_ARGS(w->model->schedule[i]->name));
    for (size_t i = 0; i < w->model->loops.count; i++) {
        const LoopLoopModel *loop = LOOP_ITEM(w->model->loops, LoopLoopModel *, i);
        if (loop->dopamine)
            words_add(w, "%s%.*s", learning++ ? ", " : "; then these learn: ", LOOP_STR_ARGS(loop->symbol->name));
    }
    words_add(w, "; then all is recorded.");
    words_end(w, 2);
}

static void describe_measures(LoopWords *w)
{
    bool titled = false;
    for (size_t i = 0; i < w->model->claims.count; i++) {
        const LoopClaimModel *claim = &LOOP_ITEM(w->model->claims, LoopClaimModel, i);
        if (claim->is_expectation)
            continue;
        if (!titled)
            words_title(w, "What is measured");
        titled = true;
        words_add(w, "%.*s is ", LOOP_STR_ARGS(claim->name));
        words_str(w, claim->text);
        words_add(w, ".");
        words_end(w, 2);
    }
}

static void describe_claims(LoopWords *w)
{
    size_t count = 0;
    for (size_t i = 0; i < w->model->claims.count; i++) {
        const LoopClaimModel *claim = &LOOP_ITEM(w->model->claims, LoopClaimModel, i);
        if (!claim->is_expectation)
            continue;
        if (!count++)
            words_title(w, "What it must show");
        if (claim->name.len)
            words_add(w, "%.*s: ", LOOP_STR_ARGS(claim->name));
        words_str(w, claim->text);
        words_add(w, ".");
        words_end(w, 2);
    }
    if (count)
        return;
    words_title(w, "What it must show");
    words_add(w, "Nothing: it has no expectations.");
    words_end(w, 2);
}

void loop_describe(const LoopModel *model, const LoopDiags *diags, LoopText *out)
{
    LoopWords w = {.model = model, .diags = diags, .out = out};
    describe_head(&w);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        describe_section(&w, &sections[i]);
    describe_functions(&w);
    if (model->loops.count)
        words_title(&w, "The loops");
    for (size_t i = 0; i < model->loops.count; i++)
        words_loop(&w, LOOP_ITEM(model->loops, LoopLoopModel *, i));
    describe_dopamine(&w);
    describe_experiment(&w);
    describe_step(&w);
    describe_measures(&w);
    describe_claims(&w);
    out->failed = out->failed || w.line.failed;
    loop_text_free(&w.line);
}
