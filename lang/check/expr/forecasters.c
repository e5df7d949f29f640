/* Which loop forecasts what: predict loops with `ahead` or `within` whose truth is a sense, or an element of one. */
#include "lang/check/expr/foresee.h"

typedef struct Forecaster {
    LoopSymbol *loop, *sense;
    uint32_t start, width; /* the elements of the sense that it forecasts */
    uint32_t options;      /* side-by-side channels; 1 for a loop without */
} Forecaster;

enum { NAMES_MAX = 100 }; /* links from a name to what it is made of: a circle of them is for causality.c to report */

LoopSymbol *loop_foresee_sense(const LoopNode *node, uint32_t *start)
{
    *start = 0;
    for (int i = 0; i < NAMES_MAX; i++) {
        if (node->kind == LOOP_NODE_ELEMENT) {
            *start += node->size;
            node = node->kids[0];
        } else if (node->kind != LOOP_NODE_SYMBOL)
            return NULL;
        else if (node->symbol->kind == LOOP_SYM_SENSE)
            return node->symbol;
        else if ((node->symbol->kind == LOOP_SYM_TRUTH || node->symbol->kind == LOOP_SYM_LET || node->symbol->kind == LOOP_SYM_REWARD) &&
                 node->symbol->value && !node->symbol->once)
            node = node->symbol->value;
        else
            return NULL;
    }
    return NULL;
}

/* Only such loops say what is to come; a loop with a discount says how much of it in all. */
static bool has_lead(const LoopSymbol *symbol)
{
    const LoopAst *header = symbol->kind == LOOP_SYM_LOOP ? loop_ast_find(symbol->ast, LOOP_AST_PREDICT) : NULL;
    return header && (loop_ast_find(header, LOOP_AST_AHEAD) || loop_ast_find(header, LOOP_AST_WITHIN));
}

bool loop_foresee_forecasters(LoopForesight *f)
{
    LoopChecker *check = f->check;
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (!has_lead(symbol) || symbol->state == LOOP_TYPING) /* its truth asks for this very formula, so it is no sense */
            continue;
        loop_symbol_type(check, symbol);
        const LoopLoopModel *loop = symbol->broken ? NULL : symbol->loop;
        uint32_t start;
        LoopSymbol *sense = loop && loop->truth ? loop_foresee_sense(loop->truth, &start) : NULL;
        if (!sense)
            continue;
        Forecaster *place = LOOP_ADD(check->arena, &f->forecasters, Forecaster);
        if (!place)
            return false;
        uint32_t width = loop->truth->type.width;
        *place = (Forecaster){symbol, sense, start, width, width == loop->channels ? 1 : loop->channels};
    }
    return true;
}

/* ---- none, or several ---- */

/* "taste.salt", or "taste[0]" where elements have no names. */
static void put_element(LoopText *out, const LoopSymbol *sense, uint32_t element)
{
    loop_text_str(out, sense->name);
    if (sense->type.labels && element < sense->type.labels->count)
        loop_text_add(out, ".%.*s", LOOP_STR_ARGS(sense->type.labels->names[element]));
    else if (sense->type.width > 1)
        loop_text_add(out, "[%u]", element);
}

static bool is_new(LoopForesight *f, LoopSymbol *sense)
{
    for (size_t i = 0; i < f->reported.count; i++)
        if (LOOP_ITEM(f->reported, LoopSymbol *, i) == sense)
            return false;
    LoopSymbol **place = LOOP_ADD(f->check->arena, &f->reported, LoopSymbol *);
    if (place)
        *place = sense;
    return true;
}

/* A loop that is trained on the sense all the same, and why it does not do. */
static void note_discounted(LoopForesight *f, LoopDiag *diag, const LoopSymbol *sense)
{
    for (size_t i = 0; i < f->check->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(f->check->model->symbols, LoopSymbol *, i);
        uint32_t start;
        if (s->kind != LOOP_SYM_LOOP || has_lead(s) || !s->loop || !s->loop->truth || loop_foresee_sense(s->loop->truth, &start) != sense)
            continue;
        loop_diag_note(f->check->diags, diag, s->span, "'%.*s' predicts it with a discount: that is a sum of all that is to come",
                       LOOP_STR_ARGS(s->name));
        return;
    }
}

static void report_none(LoopForesight *f, const LoopNode *node, LoopSymbol *sense, uint32_t element)
{
    LoopText name = {.arena = f->check->arena}, loop = {.arena = f->check->arena};
    put_element(&name, sense, element);
    bool labelled = sense->type.labels && element < sense->type.labels->count;
    loop_text_str(&loop, labelled ? sense->type.labels->names[element] : sense->name);
    loop_text_add(&loop, "_soon");
    f->failed = true;
    if (!is_new(f, sense))
        return;
    LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0420, f->span, "no loop forecasts '%s', which the reward '%.*s' reads", loop_text_view(&name).at,
                               LOOP_STR_ARGS(f->reward->name));
    loop_diag_note(f->check->diags, diag, node->span, "it is read here");
    note_discounted(f, diag, sense);
    loop_diag_help(f->check->diags, diag,
                   "Write 'loop %s : predict %s ahead 1 s { context CONTEXT; learn rate 0.1 }', and to train it 'dopamine NAME -> %s = error(%s)'.",
                   loop.at, name.at, loop.at, loop.at);
}

static void report_several(LoopForesight *f, LoopSymbol *sense, uint32_t element, const Forecaster *a, const Forecaster *b)
{
    LoopText name = {.arena = f->check->arena};
    put_element(&name, sense, element);
    f->failed = true;
    if (!is_new(f, sense))
        return;
    LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0421, f->span, "two loops forecast '%s': '%.*s' and '%.*s'", loop_text_view(&name).at,
                               LOOP_STR_ARGS(a->loop->name), LOOP_STR_ARGS(b->loop->name));
    loop_diag_note(f->check->diags, diag, a->loop->span, "one is here");
    loop_diag_note(f->check->diags, diag, b->loop->span, "the other is here");
    loop_diag_help(f->check->diags, diag, "Say which: foresee(%.*s, by %.*s).", LOOP_STR_ARGS(f->reward->name), LOOP_STR_ARGS(a->loop->name));
}

/* ---- picking ---- */

static LoopNamed *named(const LoopForesight *f, const LoopSymbol *loop)
{
    for (size_t i = 0; i < f->by.count; i++)
        if (LOOP_ITEM(f->by, LoopNamed, i).symbol == loop)
            return &LOOP_ITEM(f->by, LoopNamed, i);
    return NULL;
}

/* Of several loops those behind `by` count, if there are such. */
static const Forecaster *pick(LoopForesight *f, const LoopNode *node, LoopSymbol *sense, uint32_t element)
{
    const Forecaster *any[2] = {NULL}, *by[2] = {NULL};
    size_t count = 0, by_count = 0;
    for (size_t i = 0; i < f->forecasters.count; i++) {
        const Forecaster *c = &LOOP_ITEM(f->forecasters, Forecaster, i);
        if (c->sense != sense || element < c->start || element >= c->start + c->width)
            continue;
        LoopNamed *name = named(f, c->loop);
        if (name)
            name->used = true;
        if (name && by_count < 2)
            by[by_count++] = c;
        if (count < 2)
            any[count++] = c;
    }
    const Forecaster *const *best = by_count ? by : any;
    if (!best[0])
        report_none(f, node, sense, element);
    else if (best[1])
        report_several(f, sense, element, best[0], best[1]);
    return best[0] && !best[1] ? best[0] : NULL;
}

/* Bundles whose options stand in another order than those of the first: said once a call. */
static void doubt_order(LoopForesight *f, const Forecaster *c)
{
    LoopDiag *diag = f->doubted ? NULL : loop_labels_order_doubt(f->check, f->span, f->labels, c->loop->loop->labels);
    if (!diag)
        return;
    loop_diag_note(f->check->diags, diag, f->bundle->span, "'%.*s' forecasts for these options", LOOP_STR_ARGS(f->bundle->name));
    loop_diag_note(f->check->diags, diag, c->loop->span, "'%.*s' has them in another order", LOOP_STR_ARGS(c->loop->name));
    f->doubted = true;
}

static bool options_fit(LoopForesight *f, const Forecaster *c)
{
    if (c->options == 1 || c->options == f->options) {
        if (c->options > 1)
            doubt_order(f, c);
        return true;
    }
    if (f->options == 1) {
        f->options = c->options;
        f->labels = c->loop->loop->labels;
        f->bundle = c->loop;
        return true;
    }
    LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0423, f->span, "the forecasts of '%.*s' are of %u and of %u options",
                               LOOP_STR_ARGS(f->reward->name), f->options, c->options);
    loop_diag_note(f->check->diags, diag, f->bundle->span, "'%.*s' forecasts for %u", LOOP_STR_ARGS(f->bundle->name), f->options);
    loop_diag_note(f->check->diags, diag, c->loop->span, "'%.*s' forecasts for %u", LOOP_STR_ARGS(c->loop->name), c->options);
    loop_diag_help(f->check->diags, diag, "Give all of them the same options, or one channel for a sense that is the same for each option.");
    f->failed = true;
    return false;
}

/* `width` elements of what the loop says, from element `start` of the sense on. */
static LoopNode *output(LoopForesight *f, const Forecaster *c, uint32_t start, uint32_t width)
{
    c->loop->used = true;
    LoopNode *node = loop_node_symbol(f->check, c->loop, LOOP_FIELD_SELF, f->span);
    if (!node || (c->options == 1 && c->width == width))
        return node;
    LoopNode *part = loop_node_new(f->check, LOOP_NODE_ELEMENT, f->span, 1);
    if (!part)
        return NULL;
    part->kids[0] = node;
    part->size = c->options == 1 ? start - c->start : f->option;
    part->type = (LoopType){.width = width};
    loop_node_done(f->check, part);
    return part;
}

LoopNode *loop_foresee_forecast(LoopForesight *f, const LoopNode *node, LoopSymbol *sense, uint32_t start)
{
    uint32_t width = node->type.width;
    const Forecaster *first = pick(f, node, sense, start);
    bool whole = first && start + width <= first->start + first->width;
    if (!first || !options_fit(f, first))
        return NULL;
    if (whole)
        for (uint32_t i = 1; i < width && whole; i++)
            whole = pick(f, node, sense, start + i) == first;
    if (whole)
        return output(f, first, start, width);
    LoopNode *all = loop_node_new(f->check, LOOP_NODE_LIST, f->span, width);
    for (uint32_t i = 0; all && i < width; i++) {
        const Forecaster *one = pick(f, node, sense, start + i);
        if (!one || !options_fit(f, one) || !(all->kids[i] = output(f, one, start + i, 1)))
            return NULL;
    }
    if (!all)
        return NULL;
    all->type = (LoopType){.width = width, .labels = node->type.labels};
    loop_node_done(f->check, all);
    return all;
}
