/* foresee(r): the reward formula r, with each sense in it replaced by what the loop that forecasts it says now. It takes
   the typed formula of a reward and gives a node of kind FORESEE, whose kid is the derived formula. What no sense leads to
   stays as it is, so that body states are the actual ones; lets are looked through, and written out where they change. */
#include "lang/check/expr/foresee.h"

/* ---- past and draws, which have no forecast ---- */

static bool looks_at_past(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FUNCTION &&
           ((node->function >= LOOP_FN_prev && node->function <= LOOP_FN_once) || (node->function == LOOP_FN_largest && node->size));
}

static bool is_definition(const LoopNode *node)
{
    if (node->kind != LOOP_NODE_SYMBOL || !node->symbol->value)
        return false;
    LoopSymbolKind kind = node->symbol->kind;
    return (kind == LOOP_SYM_LET || kind == LOOP_SYM_REWARD || kind == LOOP_SYM_TRUTH) && !node->symbol->once;
}

/* A node in `root`, or in a definition that it reads, that reads a sense; NULL. */
static const LoopNode *sense_in(LoopChecker *check, LoopNode *root)
{
    LoopList queue = {0}, nodes = {0};
    uint32_t walk = ++check->mark;
    LoopNode **place = LOOP_ADD(check->arena, &queue, LoopNode *);
    if (place)
        *place = root;
    for (size_t q = 0, i = 0; q < queue.count; q++) {
        if (!loop_nodes_collect(check->arena, LOOP_ITEM(queue, LoopNode *, q), walk, NULL, &nodes))
            return NULL;
        for (; i < nodes.count; i++) {
            const LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i);
            if (node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == LOOP_SYM_SENSE)
                return node;
            if (!is_definition(node) || node->symbol->mark == walk)
                continue;
            node->symbol->mark = walk;
            if ((place = LOOP_ADD(check->arena, &queue, LoopNode *)))
                *place = node->symbol->value;
        }
    }
    return NULL;
}

static void report_past(LoopForesight *f, const LoopNode *node, const LoopNode *sense)
{
    LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0422, f->span, "there is no forecast of '%.*s': it stands inside %s",
                               LOOP_STR_ARGS(loop_check_text(f->check, sense->span)), loop_function_info(node->function)->name);
    loop_diag_note(f->check->diags, diag, node->span, "the reward '%.*s' reads it here", LOOP_STR_ARGS(f->reward->name));
    bool draw = node->function >= LOOP_FN_bernoulli;
    loop_diag_help(f->check->diags, diag,
                   draw ? "Draw from what does not depend on a sense, and multiply the sense by it."
                        : "A forecast is of what is to come, and has no past. Keep the past in a body state, which foresee reads as it is.");
    f->failed = true;
}

static bool reads_past(LoopForesight *f, LoopNode *node)
{
    const LoopNode *sense = looks_at_past(node) ? sense_in(f->check, node) : NULL;
    if (sense)
        report_past(f, node, sense);
    return sense != NULL;
}

/* ---- rewriting ---- */

static bool stays_closed(const LoopNode *node)
{
    uint32_t start;
    return node->constant || node->kind == LOOP_NODE_FORESEE || looks_at_past(node) || loop_foresee_sense(node, &start);
}

static LoopNode *rewritten(LoopForesight *f, LoopNode *root);

typedef struct Definition {
    const LoopSymbol *symbol;
    LoopNode *instead; /* NULL: it stays as it is, or is being rewritten further up */
} Definition;

/* What stands for a definition; NULL: itself. */
static LoopNode *through(LoopForesight *f, const LoopSymbol *symbol)
{
    for (size_t i = 0; i < f->definitions.count; i++)
        if (LOOP_ITEM(f->definitions, Definition, i).symbol == symbol)
            return LOOP_ITEM(f->definitions, Definition, i).instead;
    size_t at = f->definitions.count;
    Definition *place = LOOP_ADD(f->check->arena, &f->definitions, Definition);
    if (!place)
        return NULL;
    *place = (Definition){symbol, NULL};
    if (++f->depth > LOOP_LEVELS_MAX) {
        loop_diag(f->check->diags, LOOP_E0008, symbol->span, "definitions and expressions nest deeper than %d levels", LOOP_LEVELS_MAX);
        f->failed = true;
        return NULL;
    }
    LoopNode *node = rewritten(f, symbol->value);
    f->depth--;
    if (node != symbol->value)
        LOOP_ITEM(f->definitions, Definition, at).instead = node;
    return node != symbol->value ? node : NULL;
}

static LoopNode *instead_of(LoopForesight *f, LoopNode *node)
{
    uint32_t start;
    LoopSymbol *sense = node->constant ? NULL : loop_foresee_sense(node, &start);
    if (sense)
        return loop_foresee_forecast(f, node, sense, start);
    if (is_definition(node)) {
        LoopNode *formula = through(f, node->symbol);
        return formula ? formula : node;
    }
    if (stays_closed(node)) {
        reads_past(f, node);
        return node;
    }
    LoopNode *over = loop_node_over(f->check, node);
    f->failed = f->failed || !over;
    return over;
}

/* The formula with forecasts for its senses: the same node where nothing changes. */
static LoopNode *rewritten(LoopForesight *f, LoopNode *root)
{
    LoopList nodes = {0};
    if (!loop_nodes_collect(f->check->arena, root, ++f->check->mark, stays_closed, &nodes))
        return root;
    for (size_t i = 0; i < nodes.count && !loop_arena_failed(f->check->arena); i++) {
        LoopNode *node = LOOP_ITEM(nodes, LoopNode *, i), *other = instead_of(f, node);
        node->instead = other ? other : node;
    }
    return root->instead ? root->instead : root;
}

/* One formula for each option of the forecasters: what an operator or function does with several elements of a sense can't
   be mixed up with what it does for several options. */
static LoopNode *derived(LoopForesight *f)
{
    LoopNode *first = rewritten(f, f->reward->value);
    if (f->failed || f->options == 1)
        return f->failed ? NULL : first;
    LoopNode *all = loop_node_new(f->check, LOOP_NODE_LIST, f->span, f->options);
    for (uint32_t i = 0; all && i < f->options; i++) {
        f->option = i;
        f->definitions.count = 0;
        all->kids[i] = rewritten(f, f->reward->value);
    }
    if (!all || f->failed)
        return NULL;
    all->type = (LoopType){.width = f->options, .labels = f->labels};
    loop_node_done(f->check, all);
    return all;
}

/* ---- the call ---- */

static void report_no_reward(LoopChecker *check, const LoopAst *ast, const LoopSymbol *symbol)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0425, ast->span, "foresee takes the name of a reward");
    LoopText rewards = {.arena = check->arena};
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_REWARD && rewards.len < 100)
            loop_text_add(&rewards, "%s'%.*s'", rewards.len ? ", " : "", LOOP_STR_ARGS(s->name));
    }
    if (symbol)
        loop_diag_note(check->diags, diag, symbol->span, "'%.*s' is a %s", LOOP_STR_ARGS(symbol->name), loop_symbol_kind_name(symbol->kind));
    if (rewards.len)
        loop_diag_help(check->diags, diag, "The rewards of the model: %s.", rewards.at);
    else
        loop_diag_help(check->diags, diag, "Declare one in the hypothalamus: reward life = ...");
}

static LoopSymbol *reward_of(LoopChecker *check, const LoopAst *call)
{
    const LoopAst *ast = call->first;
    if (!ast) {
        report_no_reward(check, call, NULL);
        return NULL;
    }
    LoopSymbol *symbol = ast->kind == LOOP_AST_NAME ? loop_scope_find(check, LOOP_SPACE_VALUES, ast->text) : NULL;
    if (symbol && symbol->kind == LOOP_SYM_REWARD)
        return symbol;
    report_no_reward(check, ast, symbol);
    return NULL;
}

/* `by L, M`: the loops that are to be used where there are several. */
static bool read_by(LoopForesight *f, const LoopAst *call)
{
    for (const LoopAst *kid = call->first->next; kid; kid = kid->next) {
        const LoopAst *name = kid->kind == LOOP_AST_BY ? kid->first : kid;
        LoopSymbol *symbol = name->kind == LOOP_AST_NAME ? loop_scope_find(f->check, LOOP_SPACE_VALUES, name->text) : NULL;
        LoopNamed *place = LOOP_ADD(f->check->arena, &f->by, LoopNamed);
        if (kid == call->first->next && kid->kind != LOOP_AST_BY) {
            LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0424, kid->span, "foresee takes one reward; the loops to use stand behind 'by'");
            loop_diag_help(f->check->diags, diag, "Write foresee(%.*s, by %.*s).", LOOP_STR_ARGS(f->reward->name),
                           LOOP_STR_ARGS(loop_check_text(f->check, kid->span)));
            return false;
        }
        if (!symbol && name->kind == LOOP_AST_NAME) {
            loop_scope_need(f->check, LOOP_SPACE_VALUES, name->text, name->span, "loop");
            return false;
        }
        if (place)
            *place = (LoopNamed){symbol, name->span, false};
    }
    return true;
}

/* What `by` names has to be of use. */
static bool check_by(LoopForesight *f)
{
    for (size_t i = 0; i < f->by.count; i++) {
        const LoopNamed *named = &LOOP_ITEM(f->by, LoopNamed, i);
        if (named->used)
            continue;
        LoopDiag *diag = loop_diag(f->check->diags, LOOP_E0424, named->span, "'%.*s' forecasts no sense that '%.*s' reads",
                                   LOOP_STR_ARGS(loop_check_text(f->check, named->span)), LOOP_STR_ARGS(f->reward->name));
        if (named->symbol)
            loop_diag_note(f->check->diags, diag, named->symbol->span, "it is declared here");
        loop_diag_help(f->check->diags, diag, "Behind 'by' stand predict loops with 'ahead' or 'within' that are trained on such a sense.");
        return false;
    }
    return true;
}

/* A reward that reads a loop that learns from its forecast is still being typed: the formula is put in later. */
static LoopNode *postponed(LoopChecker *check, LoopNode *node, const LoopAst *call)
{
    LoopPostponed *place = LOOP_ADD(check->arena, &check->postponed, LoopPostponed);
    node->kids[0] = loop_node_number(check, call->span, 0);
    node->pure = false;
    if (place)
        *place = (LoopPostponed){node, call};
    return node->kids[0] ? node : NULL;
}

static LoopNode *formula_of(LoopChecker *check, LoopSymbol *reward, const LoopAst *call)
{
    LoopForesight f = {.check = check, .span = call->span, .reward = reward, .options = 1};
    if (!read_by(&f, call) || !loop_foresee_forecasters(&f))
        return NULL;
    LoopNode *formula = derived(&f);
    return formula && check_by(&f) ? formula : NULL;
}

LoopNode *loop_foresee(LoopChecker *check, const LoopAst *call)
{
    LoopSymbol *reward = reward_of(check, call);
    if (!reward)
        return NULL;
    reward->used = true;
    loop_symbol_type(check, reward);
    LoopNode *node = loop_node_new(check, LOOP_NODE_FORESEE, call->span, 1);
    if (!node)
        return NULL;
    node->symbol = reward;
    if (reward->state == LOOP_TYPING)
        return postponed(check, node, call);
    if (reward->broken || !(node->kids[0] = formula_of(check, reward, call)))
        return NULL;
    node->type = node->kids[0]->type;
    loop_node_done(check, node);
    return node;
}

/* Whether the formula comes back to the node itself. */
static bool made_of_itself(LoopChecker *check, const LoopNode *node)
{
    LoopList nodes = {0};
    loop_nodes_collect(check->arena, node->kids[0], ++check->mark, NULL, &nodes);
    return node->mark == check->mark;
}

static void fill_postponed(LoopChecker *check, const LoopPostponed *p)
{
    LoopNode *formula = p->node->symbol->broken ? NULL : formula_of(check, p->node->symbol, p->call);
    LoopStr name = p->node->symbol->name;
    if (!formula)
        return;
    p->node->kids[0] = formula;
    if (made_of_itself(check, p->node)) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0426, p->call->span, "the reward '%.*s' is made of its own forecast", LOOP_STR_ARGS(name));
        loop_diag_note(check->diags, diag, p->node->symbol->span, "declared here");
        loop_diag_help(check->diags, diag, "Let a loop learn it, truth actual = prev(foresee(%.*s)), and read what that loop predicts.",
                       LOOP_STR_ARGS(name));
    } else if (formula->type.width != 1) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0426, p->call->span,
                                   "foresee(%.*s) has %u elements, one for each option, and '%.*s' itself depends on them", LOOP_STR_ARGS(name),
                                   formula->type.width, LOOP_STR_ARGS(name));
        loop_diag_note(check->diags, diag, p->node->symbol->span, "declared here");
        loop_diag_help(check->diags, diag, "Read no loop in this reward that learns from its forecasts, or forecast one option only.");
    }
}

void loop_foresee_fill(LoopChecker *check)
{
    for (size_t i = 0; i < check->postponed.count && !loop_diags_errors(check->diags); i++)
        fill_postponed(check, &LOOP_ITEM(check->postponed, LoopPostponed, i));
}
