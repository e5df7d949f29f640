/* Names in expressions: values, elements by label or index, what loops show, labels beside choices. */
#include "lang/check/expr/expr.h"

#include "lang/syntax/parse.h"

#include <math.h>

/* ---- elements ---- */

static LoopNode *element(LoopChecker *check, LoopNode *of, uint32_t start, LoopSpan span)
{
    LoopNode *node = loop_node_new(check, LOOP_NODE_ELEMENT, span, 1);
    if (!node)
        return NULL;
    node->kids[0] = of;
    node->size = start;
    node->type = (LoopType){.width = 1, .unit = of->type.unit};
    loop_node_done(check, node);
    return node;
}

/* Whether loops show something of that name. */
static bool is_shown(LoopStr name)
{
    for (uint32_t f = 1; f < LOOP_FIELD_COUNT; f++)
        if (loop_str_is(name, loop_field_info(f)->name))
            return true;
    return false;
}

static LoopNode *by_label(LoopChecker *check, LoopNode *of, LoopStr label, LoopSpan span)
{
    uint32_t i = loop_labels_find(of->type.labels, label), from, width;
    if (i != LOOP_NONE)
        return element(check, of, i, span);
    if (loop_record_find(of->type.record, label, &from, &width)) {
        LoopNode *node = element(check, of, from, span);
        if (node)
            node->type = (LoopType){.width = width};
        return node;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0409, span, "there is no element '%.*s' here", LOOP_STR_ARGS(label));
    LoopText names = {.arena = check->arena};
    loop_labels_list(of->type.labels, &names);
    for (uint32_t r = 0; of->type.record && r < of->type.record->count; r++)
        loop_text_add(&names, "%s'%.*s'", r ? ", " : "", LOOP_STR_ARGS(of->type.record->names[r]));
    if (names.len)
        loop_diag_help(check->diags, diag, "The elements are %s.", names.at);
    else if (is_shown(label))
        loop_diag_help(check->diags, diag, "Only a loop shows '%.*s'; write its own name: act.%.*s.", LOOP_STR_ARGS(label), LOOP_STR_ARGS(label));
    else
        loop_diag_help(check->diags, diag, "It has no labels; use an index in [ ].");
    return NULL;
}

/* ---- what a loop shows ---- */

static char kind_letter(LoopLoopKind kind)
{
    return kind == LOOP_PREDICT ? 'p' : kind == LOOP_CHOOSE ? 'c' : 'v';
}

static bool has_letter(const char *letters, char letter)
{
    for (; *letters; letters++)
        if (*letters == letter)
            return true;
    return false;
}

/* Whether a loop's probabilities are known: not when it picks the best of noisy values. Read off its text, since its
   clauses may not have been checked yet. */
static bool has_odds(LoopChecker *check, const LoopSymbol *symbol, LoopSpan span)
{
    const LoopAst *select = loop_ast_find(symbol->ast, LOOP_AST_SELECT);
    for (const LoopAst *mode = select ? select->first : NULL; mode; mode = mode->next) {
        if (!loop_str_is(mode->text, "noisy"))
            continue;
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0610, span, "a noisy selection has no known probabilities");
        loop_diag_help(check->diags, diag, "Use softmax or epsilon, whose probabilities are known.");
        return false;
    }
    return true;
}

/* Elements of what a loop shows, by the letter of field.def. */
static uint32_t field_width(LoopChecker *check, LoopLoopModel *loop, char letter)
{
    if (letter == '1')
        return 1;
    if (letter == 'k')
        return loop->channels;
    loop_loop_sizes(check, loop);
    double neurons = (double)loop->channels * loop->neurons, width = letter == 's' ? neurons * loop->reach : neurons;
    return width >= 1 && width <= LOOP_WIDTH_MAX ? (uint32_t)width : 0;
}

static bool is_loop_itself(const LoopNode *node)
{
    return node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_LOOP && node->field == LOOP_FIELD_SELF;
}

/* How to ask for one channel of a choose loop, whose own value is the number of the one it took. */
static void help_channel(LoopChecker *check, LoopDiag *diag, const LoopSymbol *loop, LoopStr label)
{
    loop_diag_help(check->diags, diag,
                   "'%.*s' is a channel: '%.*s == %.*s' is 1 while it is the last one chosen, '%.*s.choice[%.*s]' on the steps that choose it.",
                   LOOP_STR_ARGS(label), LOOP_STR_ARGS(loop->name), LOOP_STR_ARGS(label), LOOP_STR_ARGS(loop->name), LOOP_STR_ARGS(label));
}

/* How many weights there are hangs on the context, which is being read. */
static void report_own_size(LoopChecker *check, const LoopSymbol *symbol, const char *field, LoopSpan span)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0506, span, "the context of '%.*s' depends on how many synapses the loop has", LOOP_STR_ARGS(symbol->name));
    loop_diag_help(check->diags, diag, "'%.*s.%s' has an element for each line of that context. What a loop has learned is no line that a striatum sees.",
                   LOOP_STR_ARGS(symbol->name), field);
}

static LoopNode *loop_field(LoopChecker *check, LoopSymbol *symbol, LoopStr name, LoopSpan span)
{
    LoopLoopModel *loop = symbol->loop;
    if (!loop) {
        loop_header_circle(check, symbol, span);
        return NULL;
    }
    char kind = kind_letter(loop->kind);
    for (uint32_t f = 1; f < LOOP_FIELD_COUNT; f++) {
        const LoopFieldInfo *info = loop_field_info(f);
        if (!loop_str_is(name, info->name) || !has_letter(info->kinds, kind))
            continue;
        if (f == LOOP_FIELD_probability && !has_odds(check, symbol, span))
            return NULL;
        LoopNode *node = loop_node_symbol(check, symbol, (LoopField)f, span);
        if (!node)
            return NULL;
        loop->shown |= 1u << f;
        node->type = (LoopType){.width = field_width(check, loop, *info->width)};
        if (*info->width == 'k')
            node->type.labels = loop->labels;
        if (node->type.width)
            return node;
        if (!loop->reach)
            report_own_size(check, symbol, info->name, span);
        else
            loop_diag(check->diags, LOOP_E0408, span, "'%.*s.%s' would have more than %d elements", LOOP_STR_ARGS(symbol->name),
                      info->name, LOOP_WIDTH_MAX);
        return NULL;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0410, span, "a %s loop does not show '%.*s'",
                               kind == 'p' ? "predict" : kind == 'c' ? "choose" : "vary", LOOP_STR_ARGS(name));
    if (kind == 'c' && loop_labels_find(loop->labels, name) != LOOP_NONE) {
        help_channel(check, diag, symbol, name);
        return NULL;
    }
    LoopText names = {.arena = check->arena};
    for (uint32_t f = 1; f < LOOP_FIELD_COUNT; f++)
        if (has_letter(loop_field_info(f)->kinds, kind))
            loop_text_add(&names, "%s%s", names.len ? ", " : "", loop_field_info(f)->name);
    loop_diag_help(check->diags, diag, "It shows: %s.", names.at);
    return NULL;
}

/* ---- names ---- */

static LoopSymbol *find_let(const LoopWhere *where, LoopStr name)
{
    for (size_t i = 0; where->trial && i < where->trial->lets.count; i++) {
        LoopSymbol *let = LOOP_ITEM(where->trial->lets, LoopSymbol *, i);
        if (loop_str_equal(let->name, name))
            return let;
    }
    return NULL;
}

/* The names that only `credit` knows, and the kind of loop that has them. */
static const struct {
    const char *name;
    LoopLoopKind kind;
    LoopField field;
} credit_names[] = {
    {"chosen", LOOP_CHOOSE, LOOP_FIELD_choice}, {"policy", LOOP_CHOOSE, LOOP_FIELD_probability}, {"noise", LOOP_VARY, LOOP_FIELD_noise}};
enum { CREDIT_NAMES = sizeof credit_names / sizeof credit_names[0] };

/* True when this is one of them; without a node when it was refused. */
static bool credit_name(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopNode **node)
{
    *node = NULL;
    if (!where->credit)
        return false;
    for (size_t i = 0; i < CREDIT_NAMES; i++) {
        const LoopField field = credit_names[i].field;
        if (!loop_str_is(ast->text, credit_names[i].name) || credit_names[i].kind != where->credit->kind)
            continue;
        if (field == LOOP_FIELD_probability && !has_odds(check, where->credit->symbol, ast->span))
            return true;
        *node = loop_node_new(check, LOOP_NODE_CREDIT, ast->span, 0);
        if (!*node)
            return true;
        if (field == LOOP_FIELD_probability)
            where->credit->uses_policy = true;
        else
            where->credit->shown |= 1u << field;
        (*node)->symbol = where->credit->symbol;
        (*node)->field = field;
        (*node)->type = (LoopType){.width = where->credit->channels, .labels = where->credit->labels};
        return true;
    }
    return false;
}

/* A label without what it is a label of, where two that bear it number it differently. */
static bool report_labels(LoopChecker *check, const LoopAst *ast, const LoopSymbol *a, uint32_t at_a, const LoopSymbol *b, uint32_t at_b)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0212, ast->span, "which '%.*s' is meant?", LOOP_STR_ARGS(ast->text));
    loop_diag_note(check->diags, diag, a->span, "here it is number %u", at_a);
    loop_diag_note(check->diags, diag, b->span, "here it is number %u", at_b);
    const char *with = loop_ast_find(a->ast, LOOP_AST_CHOOSE) ? " == " : ".";
    loop_diag_help(check->diags, diag, "Write what it is a label of, as in %.*s%s%.*s, or its number.", LOOP_STR_ARGS(a->local), with,
                   LOOP_STR_ARGS(ast->text));
    return true;
}

/* Elsewhere than beside a choice a label is an index, if all that declare it agree on which. True when it is a label; without a node
   when it was refused. */
static bool any_label(LoopChecker *check, const LoopAst *ast, LoopNode **node)
{
    const LoopList *here = check->scope->make ? &check->scope->symbols : &check->model->symbols;
    const LoopSymbol *found = NULL;
    uint32_t index = 0;
    for (size_t i = 0; i < here->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*here, LoopSymbol *, i);
        if (s->scope && s->scope->make != check->scope->make) /* the labels of an instance are its own */
            continue;
        const LoopAst *labels = loop_labels_declared(check, s);
        uint32_t at = 0;
        for (const LoopAst *kid = labels ? labels->first : NULL; kid; kid = kid->next, at++) {
            if (!loop_str_equal(kid->text, ast->text))
                continue;
            if (found && at != index)
                return report_labels(check, ast, found, index, s, at);
            found = s;
            index = at;
        }
    }
    *node = found ? loop_node_number(check, ast->span, index) : NULL;
    return found != NULL;
}

/* What loops do that have a credit of that name, where it is asked for as one. */
static const char *credit_kind(const LoopWhere *where, LoopStr name)
{
    for (size_t i = 0; where->credit && i < CREDIT_NAMES; i++)
        if (loop_str_is(name, credit_names[i].name))
            return credit_names[i].kind == LOOP_CHOOSE ? "choose" : "vary";
    return NULL;
}

/* The value of a symbol, typed, or NULL when its own declaration has an error. */
static LoopNode *value_of(LoopChecker *check, const LoopWhere *where, LoopSymbol *symbol, LoopSpan span)
{
    bool itself = where->old_states && symbol->kind == LOOP_SYM_STATE && loop_str_equal(where->place, symbol->name);
    symbol->used = symbol->used || !itself; /* what a state goes on from is no use of it */
    if (symbol->kind == LOOP_SYM_INSTANCE || symbol->kind == LOOP_SYM_FILE) {
        loop_scope_report_opener(check, symbol, span);
        return NULL;
    }
    loop_symbol_type(check, symbol);
    if (symbol->broken)
        return NULL;
    LoopNode *now = loop_node_symbol(check, symbol, LOOP_FIELD_SELF, span);
    if (!now || !where->old_states || symbol->kind != LOOP_SYM_STATE)
        return now;
    LoopNode *kids[] = {now, symbol->init}; /* a node of its own, so that messages show this place */
    LoopNode *old = loop_node_function(check, span, LOOP_FN_prev, symbol->type, kids, 2);
    if (old)
        old->size = 1;
    return old;
}

/* What was passed to a circuit, as if it were written in the place of the formal. */
static LoopNode *passed(LoopChecker *check, const LoopWhere *where, LoopFormal *formal)
{
    LoopWhere outside = *where;
    outside.bindings = NULL;
    outside.credit = NULL;
    if (loop_formal_is_broken(check, formal))
        return NULL;
    formal->read = true;
    if (!formal->in_place)
        return value_of(check, where, formal->symbol, formal->argument->span);
    LoopScope *before = loop_scope_enter(check, formal->from);
    LoopNode *node = loop_expr(check, &outside, formal->argument);
    loop_scope_enter(check, before);
    if (!node)
        formal->errors = loop_diags_errors(check->diags);
    return node;
}

static LoopNode *bare_name(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    for (const LoopBinding *b = where->bindings; b; b = b->outer)
        if (loop_str_equal(b->name, ast->text))
            return b->in_past && !where->old_states ? b->in_past : b->node;
    if (loop_str_is(ast->text, "dt")) {
        double one = 1;
        if (check->step_unknown) {
            loop_diag(check->diags, LOOP_E0810, ast->span, "the step can't be made of itself");
            return NULL;
        }
        return loop_node_constant(check, ast->span, &one, 1, LOOP_UNIT_DURATION);
    }
    LoopNode *credit;
    if (credit_name(check, where, ast, &credit))
        return credit;
    LoopFormal *formal = loop_scope_formal(check->scope, ast->text);
    if (formal)
        return passed(check, where, formal);
    LoopSymbol *symbol = find_let(where, ast->text);
    if (!symbol)
        symbol = loop_scope_find(check, LOOP_SPACE_VALUES, ast->text);
    if (symbol)
        return value_of(check, where, symbol, ast->span);
    LoopSymbol *measure = where->measuring ? loop_scope_find(check, LOOP_SPACE_MEASURES, ast->text) : NULL;
    if (measure) {
        measure->used = true;
        return where->measuring->named(check, where, measure);
    }
    LoopNode *label = NULL;
    if (any_label(check, ast, &label))
        return label;
    loop_unknown_report(check, where, ast, credit_kind(where, ast->text));
    return NULL;
}

LoopSymbol *loop_expr_symbol(LoopChecker *check, const LoopAst *ast)
{
    LoopStr path = loop_scope_path(check, ast);
    return path.len ? loop_scope_find(check, LOOP_SPACE_VALUES, path) : NULL;
}

static LoopNode *field(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopStr path = loop_scope_path(check, ast);
    LoopSymbol *whole = loop_expr_symbol(check, ast);
    if (whole)
        return value_of(check, where, whole, ast->span);
    if (path.len && (loop_scope_report_closed(check, LOOP_SPACE_VALUES, path, ast->span) || loop_scope_report_part(check, path, ast->span)))
        return NULL;
    LoopNode *of = loop_expr(check, where, ast->first);
    if (!of)
        return NULL;
    if (is_loop_itself(of)) {
        /* A predict loop's channels may have labels: bundle.left. */
        if (of->type.labels && loop_labels_find(of->type.labels, ast->text) != LOOP_NONE)
            return by_label(check, of, ast->text, ast->span);
        return loop_field(check, of->symbol, ast->text, ast->span);
    }
    return by_label(check, of, ast->text, ast->span);
}

static LoopNode *index_expr(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopNode *of = loop_expr(check, where, ast->first), *at = NULL;
    if (of && ast->last->kind == LOOP_AST_NAME) {
        uint32_t i = loop_labels_find(of->type.labels, ast->last->text);
        if (i != LOOP_NONE)
            return element(check, of, i, ast->span);
        if (is_loop_itself(of) && loop_labels_find(of->symbol->loop->labels, ast->last->text) != LOOP_NONE) {
            LoopDiag *diag = loop_diag(check->diags, LOOP_E0411, ast->span, "'%.*s' is one number, that of the channel chosen last",
                                       LOOP_STR_ARGS(of->symbol->name));
            help_channel(check, diag, of->symbol, ast->last->text);
            return NULL;
        }
    }
    at = loop_expr(check, where, ast->last);
    if (!of || !at || !loop_need_unit(check, at, LOOP_UNIT_NUMBER, "an index"))
        return NULL;
    if (at->constant && at->type.width == 1) {
        double i = at->constant[0];
        if (i == floor(i) && i >= 0 && i < of->type.width)
            return element(check, of, (uint32_t)i, ast->span);
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0411, at->span, "index %g is out of range", i);
        if (of->type.width > 1)
            loop_diag_note(check->diags, diag, of->span, "this has %u elements, 0 to %u", of->type.width, of->type.width - 1);
        else
            loop_diag_note(check->diags, diag, of->span, "this is a single number");
        return NULL;
    }
    LoopNode *node = loop_node_new(check, LOOP_NODE_INDEX, ast->span, 2);
    if (!node)
        return NULL;
    node->kids[0] = of;
    node->kids[1] = at;
    node->type = (LoopType){.width = at->type.width, .unit = of->type.unit};
    loop_node_done(check, node);
    return node;
}

LoopNode *loop_expr_name(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    if (ast->kind == LOOP_AST_NAME)
        return bare_name(check, where, ast);
    return ast->kind == LOOP_AST_FIELD ? field(check, where, ast) : index_expr(check, where, ast);
}
