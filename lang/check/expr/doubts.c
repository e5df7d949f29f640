/* Warnings about what functions get: such calls work, but hardly do what was meant. What stands inside a function of the file may be right for
   other arguments, and is left alone. */
#include "lang/check/expr/calls.h"

/* In `2 * sum(a) in p` the sum is one of elements, of which a has one. */
static void doubt_time(const LoopCall *call)
{
    LoopReducer reducer;
    if (!call->where->over_time || call->where->bindings || call->kid[0]->type.width != 1 || !loop_reducer_named(call->ast->text, &reducer))
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0018, call->ast->span, "this %.*s is not over time: it is of one element, on each step",
                               LOOP_STR_ARGS(call->ast->text));
    loop_diag_help(call->check->diags, diag, "Over time it stands outermost: 2 * (%.*s(x) in train)", LOOP_STR_ARGS(call->ast->text));
}

/* Whether a node is a signal that is declared as one number, and could be no more. */
static bool is_single(const LoopNode *node)
{
    static const LoopSymbolKind kinds[] = {LOOP_SYM_SENSE, LOOP_SYM_REWARD, LOOP_SYM_DOPAMINE};
    bool of_kind = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        of_kind = of_kind || (node->kind == LOOP_NODE_SYMBOL && node->symbol->kind == kinds[i]);
    return of_kind && node->type.width == 1 && node->symbol->ast && !loop_ast_find(node->symbol->ast, LOOP_AST_SIZE);
}

/* In `sum(act == right) at go in p` it is of one element too, where how many trials was meant; in `sum(press) at go in p` how often. */
static void doubt_moment(const LoopCall *call)
{
    const LoopNode *kid = call->kid[0];
    const bool truth = call->function == LOOP_FN_sum && kid->type.width == 1 && kid->kind == LOOP_NODE_OP && loop_op_is_truth(kid->op);
    if ((call->function != LOOP_FN_sum && call->function != LOOP_FN_mean) || call->where->in != LOOP_IN_MEASURE || call->where->over_time ||
        call->where->bindings || !(truth || is_single(kid)))
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0018, call->ast->span,
                               truth ? "this sum is not over trials: it is of one element, in each trial" : "this %.*s is of one element, at one moment",
                               LOOP_STR_ARGS(call->ast->text));
    if (truth)
        loop_diag_help(call->check->diags, diag,
                       "What is measured is the mean over trials, (act == left) at go in train: the share of trials in which it holds. Times their number it is how many.");
    else
        loop_diag_help(call->check->diags, diag, "Over time it has no 'at', but a phase or two moments: %.*s(x) in train, or %.*s(x) from light to juice in train.",
                       LOOP_STR_ARGS(call->ast->text), LOOP_STR_ARGS(call->ast->text));
}

/* A single number is its own mean; meant is often one over time. What a function or a circuit is given may have any width. */
static void doubt_single(const LoopCall *call)
{
    if (call->function != LOOP_FN_mean || !is_single(call->kid[0]) || call->where->bindings || call->where->in == LOOP_IN_MEASURE ||
        call->check->scope->circuit)
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0022, call->ast->span, "the mean of one number is that number");
    loop_diag_help(call->check->diags, diag, "It takes the elements of a value. Over time there is a state, such as from 0 next m + 0.1 * (x - m), or trace(x, 500 ms).");
}

void loop_doubt_reducer(const LoopCall *call)
{
    doubt_time(call);
    doubt_moment(call);
    doubt_single(call);
}

/* The number of a choice where it was to be told one-hot; also in a function that is given it. */
void loop_doubt_dot(const LoopCall *call)
{
    for (uint32_t i = 0; i < 2; i++) {
        const LoopNode *number = call->kid[i], *other = call->kid[1 - i];
        const LoopSymbol *act = other->type.width > 1 ? loop_node_choice(number) : NULL;
        if (!act)
            continue;
        LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0022, number->span,
                                   "this is the number of a choice: its dot with %u elements is their sum times 0, 1 ...", other->type.width);
        loop_diag_note(call->check->diags, diag, call->ast->span, "the dot is here");
        loop_diag_help(call->check->diags, diag, "Which channel was taken, one-hot, is %.*s.choice; the element itself is x[%.*s].",
                       LOOP_STR_ARGS(act->ast->text), LOOP_STR_ARGS(act->ast->text));
    }
}

/* A number is a factor of each step: beyond 1 in size it makes the trace grow. */
void loop_doubt_factor(const LoopCall *call, const LoopNode *factor)
{
    uint32_t e = 0;
    if (!factor || !factor->constant || factor->type.unit != LOOP_UNIT_NUMBER || call->where->bindings)
        return;
    while (e < factor->type.width && factor->constant[e] >= 0 && factor->constant[e] <= 1)
        e++;
    if (e == factor->type.width)
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0021, factor->span, "this trace is multiplied by %g on each step", factor->constant[e]);
    loop_diag_help(call->check->diags, diag, "Write a factor from 0 to 1, or a time constant with its unit: trace(x, 500 ms).");
}

/* Ends of a uniform, the lower one first; an sd of a normal. */
static void doubt_spread(const LoopCall *call)
{
    const LoopNode *a = call->kid[0], *b = call->kid[1];
    const bool uniform = call->function == LOOP_FN_uniform;
    if ((!uniform && call->function != LOOP_FN_normal) || !b->constant || (uniform && !a->constant) || call->where->bindings)
        return;
    bool fits = true;
    for (uint32_t e = 0; e < b->type.width; e++)
        fits = fits && (uniform ? a->constant[a->type.width == 1 ? 0 : e] <= b->constant[e] : b->constant[e] >= 0);
    if (fits)
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0022, call->ast->span,
                               uniform ? "the ends of this uniform are the wrong way round" : "the sd of this normal is below 0");
    loop_diag_help(call->check->diags, diag, uniform ? "The lower one stands first: uniform(0, 1)." : "It says how far numbers lie from the first, such as normal(0, 0.1).");
}

static void doubt_pick(const LoopCall *call)
{
    if (call->function != LOOP_FN_pick || call->kid[0]->type.width != 1)
        return;
    LoopDiag *diag = loop_diag(call->check->diags, LOOP_W0022, call->ast->span, "this pick is always 0: it has one index to draw from");
    loop_diag_help(call->check->diags, diag, "It takes the odds of each index: pick([1, 1, 2]), or pick(fill(1, 4)) for one of four.");
}

void loop_doubt_draw(const LoopCall *call)
{
    doubt_spread(call);
    doubt_pick(call);
}
