/* A loop in words, with what it does where the file is silent. */
#include "lang/tools/words.h"

#include "runtime/contract/rule.h"

static void put_channels(LoopWords *w, const LoopLoopModel *loop, const char *what)
{
    if (!loop->labels)
        words_add(w, "%u %s", loop->channels, what);
    for (uint32_t i = 0; loop->labels && i < loop->labels->count; i++)
        words_add(w, "%s%.*s", i == 0 ? "" : i + 1 == loop->labels->count ? " and " : ", ", LOOP_STR_ARGS(loop->labels->names[i]));
}

static void put_prediction(LoopWords *w, const LoopLoopModel *loop)
{
    words_add(w, "predicts ");
    words_formula(w, loop->symbol, loop->truth->span);
    if (loop->horizon == LOOP_DISCOUNT) {
        words_add(w, ", all that is to come, with a discount of ");
        words_value(w, loop->symbol, loop_ast_find(loop->symbol->ast, LOOP_AST_PREDICT), LOOP_AST_DISCOUNT);
    } else {
        words_add(w, loop->horizon == LOOP_AHEAD ? " as it will be after " : ": the largest value of the next ");
        words_duration(w, loop->lead);
    }
    if (loop->channels == 1)
        return;
    words_add(w, ", side by side for ");
    put_channels(w, loop, "channels");
}

static void put_task(LoopWords *w, const LoopLoopModel *loop)
{
    words_add(w, "%.*s ", LOOP_STR_ARGS(loop->symbol->name));
    if (loop->kind == LOOP_CHOOSE) {
        words_add(w, loop->selection == LOOP_SELECT_INDEPENDENT ? "lets through, each by itself, " : "chooses between ");
        put_channels(w, loop, "options");
    } else if (loop->kind == LOOP_VARY)
        words_add(w, "varies %u output%s around what it has learned", loop->channels, loop->channels == 1 ? "" : "s");
    else
        put_prediction(w, loop);
    words_add(w, ".");
    if (loop->symbol->doc.len) {
        words_add(w, " ");
        words_str(w, loop->symbol->doc);
    }
    words_end(w, 2);
}

static void put_context(LoopWords *w, const LoopLoopModel *loop)
{
    size_t count = 0;
    words_add(w, "Its striatum sees ");
    for (const LoopAst *clause = loop->symbol->ast->first; clause; clause = clause->next)
        for (const LoopAst *kid = clause->kind == LOOP_AST_CONTEXT ? clause->first : NULL; kid; kid = kid->next) {
            words_add(w, count++ ? ", " : "");
            words_formula(w, loop->symbol, kid->span);
        }
    uint32_t lines = loop->context ? loop->context->type.width : 0;
    words_add(w, ": %u line%s. It has %u neuron%s for each channel; ", lines, lines == 1 ? "" : "s", loop->neurons, loop->neurons == 1 ? "" : "s");
    if (loop->wiring == LOOP_WIRING_SAMPLING)
        words_add(w, "each sees %u lines, drawn at random", loop->reach);
    else
        words_add(w, loop->wiring == LOOP_WIRING_TOPOGRAPHIC ? "each sees a line of its own" : "each sees all lines");
    if (loop->upstate)
        words_add(w, ", and takes part while %u of them are active", loop->upstate);
    words_add(w, ".");
    words_end(w, 4);
}

/* A clause as written, or its default. */
static void put_clause(LoopWords *w, const LoopLoopModel *loop, const char *before, const LoopNode *node, const char *standard)
{
    words_add(w, "%s", before);
    if (node)
        words_formula(w, loop->symbol, node->span);
    else
        words_add(w, "%s", standard);
}

static void put_selection(LoopWords *w, const LoopLoopModel *loop)
{
    const LoopAst *select = loop_ast_find(loop->symbol->ast, LOOP_AST_SELECT);
    if (loop->kind == LOOP_VARY) {
        words_add(w, "It tries outputs by ");
        const LoopAst *explore = loop_ast_find(loop->symbol->ast, LOOP_AST_EXPLORE);
        if (explore)
            words_formula(w, loop->symbol, explore->first->span);
        else
            words_add(w, "normal(0.1)");
        words_add(w, ".");
        words_end(w, 4);
    }
    if (loop->kind != LOOP_CHOOSE)
        return;
    const LoopAst *mode = select ? select->first : NULL;
    while (mode && mode->kind == LOOP_AST_WHEN)
        mode = mode->next;
    words_add(w, "It selects by ");
    bool bare = loop->selection == LOOP_SELECT_SOFTMAX && !loop->selection_value;
    if (mode && !bare)
        words_formula(w, loop->symbol, mode->span);
    else
        words_add(w, "softmax(1)");
    put_clause(w, loop, loop->when ? ", when " : ", ", loop->when, "on every step");
    put_clause(w, loop, "; proposals have the strength ", loop->propose, "1");
    put_clause(w, loop, ", and the bias is ", loop->bias, "0");
    if (loop->override)
        put_clause(w, loop, "; it is overridden by ", loop->override, "");
    words_add(w, ".");
    words_end(w, 4);
}

static void put_learning(LoopWords *w, const LoopLoopModel *loop)
{
    const char *trace = loop->kind == LOOP_CHOOSE ? "kept until the next choice" : "0";
    const char *credit = loop->kind == LOOP_CHOOSE ? "the chosen channel" : loop->kind == LOOP_VARY ? "the noise of each output" : "every channel";
    if (!loop->dopamine) {
        put_clause(w, loop, "It does not learn: its weights stay at ", loop->weights, "0");
        words_add(w, ".");
        words_end(w, 4);
        return;
    }
    words_add(w, "%.*s trains it by the rule %s, with a %s", LOOP_STR_ARGS(loop->dopamine->name), loop_rule(loop->rule)->name,
              loop_category_title(loop->dopamine->category));
    put_clause(w, loop, ": at the rate ", loop->rate, "0");
    put_clause(w, loop, ", trace ", loop->trace, trace);
    put_clause(w, loop, ", credit to ", loop->credit, credit);
    put_clause(w, loop, ", bursts times ", loop->burst, "1");
    put_clause(w, loop, ", dips times ", loop->dip, "1");
    put_clause(w, loop, loop->forget ? ", forgetting in " : ", ", loop->forget, "no forgetting");
    put_clause(w, loop, ". Weights start from ", loop->weights, "0");
    if (loop->bounded)
        words_add(w, " and stay between %g and %g", loop->lo, loop->hi);
    words_add(w, ".");
    words_end(w, 4);
}

void words_loop(LoopWords *w, const LoopLoopModel *loop)
{
    put_task(w, loop);
    const LoopAst *path = loop_ast_find(loop->symbol->ast, LOOP_AST_PATH);
    if (path && path->first) {
        words_add(w, "It runs through ");
        words_formula(w, loop->symbol, (LoopSpan){path->first->span.begin, path->span.end, path->span.file});
        words_add(w, ".");
        words_end(w, 4);
    }
    put_context(w, loop);
    put_selection(w, loop);
    put_learning(w, loop);
}
