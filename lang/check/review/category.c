/* What each dopamine signal is: a reward prediction error, a local one, or a supervised error. It is read off what the
   formula is made of: rewards and truths, by name, or as what the predict loops are trained on that it reads. */
#include "lang/check/review/review.h"

/* What a value is made of: the first node found of each. */
typedef struct LoopMade {
    const LoopNode *reward, *local, *truth;
} Made;

static void look_into(LoopChecker *check, LoopNode *root, Made *made);

static void keep(const LoopNode **first, const LoopNode *node)
{
    *first = *first ? *first : node;
}

static void keep_reward(Made *made, const LoopNode *node)
{
    keep(node->symbol->ast->kind == LOOP_AST_LOCAL_REWARD ? &made->local : &made->reward, node);
}

/* A definition is looked through once; one that reads its own past finds itself empty. */
static const Made *made_of(LoopChecker *check, LoopSymbol *symbol)
{
    static const Made nothing = {0};
    if (symbol->made || check->depth >= LOOP_LEVELS_MAX)
        return symbol->made ? symbol->made : &nothing;
    Made *made = LOOP_NEW(check->arena, Made);
    if (!made)
        return &nothing;
    symbol->made = made;
    check->depth++;
    look_into(check, symbol->value, made);
    check->depth--;
    return made;
}

/* A truth that is made of rewards is about these: what a cached value learns, say. */
static void look_at_truth(LoopChecker *check, const LoopNode *node, const LoopNode *truth, Made *made)
{
    while (truth->kind == LOOP_NODE_ELEMENT)
        truth = truth->kids[0];
    LoopSymbol *symbol = truth->symbol;
    const Made *inner = symbol->kind == LOOP_SYM_TRUTH ? made_of(check, symbol) : NULL;
    if (symbol->kind == LOOP_SYM_REWARD)
        keep_reward(made, truth);
    else if (!inner || (!inner->reward && !inner->local))
        keep(&made->truth, node);
    else if (inner->reward)
        keep(&made->reward, inner->reward);
    else
        keep(&made->local, inner->local);
}

static void look_at(LoopChecker *check, const LoopNode *node, Made *made)
{
    LoopSymbol *symbol = node->symbol;
    if (node->kind == LOOP_NODE_FORESEE || (node->kind == LOOP_NODE_SYMBOL && symbol->kind == LOOP_SYM_REWARD))
        keep_reward(made, node);
    else if (node->kind != LOOP_NODE_SYMBOL)
        return;
    else if (symbol->kind == LOOP_SYM_TRUTH)
        look_at_truth(check, node, node, made);
    else if (symbol->kind == LOOP_SYM_LOOP && symbol->loop->kind == LOOP_PREDICT)
        look_at_truth(check, node, symbol->loop->truth, made);
    else if (symbol->kind == LOOP_SYM_LET || symbol->kind == LOOP_SYM_DOPAMINE) {
        const Made *inner = made_of(check, symbol);
        keep(&made->reward, inner->reward);
        keep(&made->local, inner->local);
        keep(&made->truth, inner->truth);
    }
}

static bool is_foresee(const LoopNode *node)
{
    return node->kind == LOOP_NODE_FORESEE;
}

static void look_into(LoopChecker *check, LoopNode *root, Made *made)
{
    LoopList nodes = {0};
    if (!root || !loop_nodes_collect(check->arena, root, ++check->mark, is_foresee, &nodes))
        return;
    for (size_t i = 0; i < nodes.count; i++)
        look_at(check, LOOP_ITEM(nodes, LoopNode *, i), made);
}

static void report_mixed(LoopChecker *check, const LoopSymbol *signal, const LoopNode *reward, const LoopNode *truth)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0010, signal->span, "'%.*s' is made of a reward and of a truth", LOOP_STR_ARGS(signal->name));
    loop_diag_note(check->diags, diag, reward->span, "'%.*s' is a %s", LOOP_STR_ARGS(reward->symbol->name),
                   loop_symbol_kind_name(reward->symbol->kind));
    bool loop = truth->symbol->kind == LOOP_SYM_LOOP;
    loop_diag_note(check->diags, diag, truth->span, loop ? "'%.*s' is trained on a truth" : "'%.*s' is a truth", LOOP_STR_ARGS(truth->symbol->name));
    loop_diag_help(check->diags, diag, loop ? "If the prediction is good or bad news, let the reward read it: reward %.*s = ... + %.*s."
                                            : "A signal says how good things are (%.*s), or which output was right (%.*s); give each its own loops.",
                   LOOP_STR_ARGS(reward->symbol->name), LOOP_STR_ARGS(truth->symbol->name));
}

static LoopCategory category_of(LoopChecker *check, LoopSymbol *signal)
{
    const Made *made = made_of(check, signal);
    const LoopNode *reward = made->reward ? made->reward : made->local;
    if (reward && made->truth)
        report_mixed(check, signal, reward, made->truth);
    if (!reward == !made->truth) /* neither, or both */
        return LOOP_CATEGORY_CUSTOM;
    return made->truth ? LOOP_CATEGORY_SUPERVISED : made->reward ? LOOP_CATEGORY_REWARD : LOOP_CATEGORY_LOCAL;
}

void loop_categories_fill(LoopChecker *check)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_DOPAMINE)
            symbol->category = category_of(check, symbol);
    }
}
