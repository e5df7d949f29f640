/* Names that nothing is declared as: what may have been meant. */
#include "lang/check/expr/expr.h"

#include "lang/syntax/parse.h"

/* The label that is nearest to a misspelt one. */
static LoopStr near_label(const LoopChecker *check, LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = name.len <= 3 ? 1 : 2;
    const LoopList *here = check->scope->make ? &check->scope->symbols : &check->model->symbols;
    for (size_t i = 0; i < here->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*here, LoopSymbol *, i);
        const LoopAst *labels = loop_labels_declared(check, s);
        for (const LoopAst *kid = labels ? labels->first : NULL; kid; kid = kid->next) {
            size_t distance = loop_edit_distance(name, kid->text, limit);
            if (distance > limit || (best.len && distance == limit))
                continue;
            best = kid->text;
            limit = distance;
        }
    }
    return best;
}

/* The same among some labels. */
static LoopStr near_of(const LoopLabels *labels, LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = name.len <= 5 ? 1 : 2; /* of few, else all are named */
    for (uint32_t i = 0; labels && i < labels->count; i++) {
        size_t distance = loop_edit_distance(name, labels->names[i], limit);
        if (distance > limit || (best.len && distance == limit))
            continue;
        best = labels->names[i];
        limit = distance;
    }
    return best;
}

/* The trial with a let of that name; NULL: there is none. */
static const LoopAst *trial_with(const LoopChecker *check, LoopStr name)
{
    for (const LoopAst *task = check->file->first; task; task = task->next)
        for (const LoopAst *trial = task->kind == LOOP_AST_TASK ? task->first : NULL; trial; trial = trial->next)
            for (const LoopAst *let = trial->kind == LOOP_AST_TRIAL ? trial->first : NULL; let; let = let->next)
                if (let->kind == LOOP_AST_LET && loop_str_equal(let->text, name))
                    return trial;
    return NULL;
}

void loop_unknown_report(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const char *kind)
{
    if (loop_scope_report_closed(check, LOOP_SPACE_VALUES, ast->text, ast->span))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0201, ast->span, "there is no value '%.*s'", LOOP_STR_ARGS(ast->text));
    LoopStr near = loop_scope_near(check, LOOP_SPACE_VALUES, ast->text);
    for (uint32_t space = 0; space < LOOP_SPACE_COUNT; space++) {
        const LoopSymbol *other = loop_scope_find(check, (LoopNamespace)space, ast->text);
        if (!other)
            continue;
        loop_diag_note(check->diags, diag, other->span, "'%.*s' is a %s, not a value", LOOP_STR_ARGS(ast->text),
                       loop_symbol_kind_name(other->kind));
        if (other->kind == LOOP_SYM_MEASURE)
            loop_diag_help(check->diags, diag,
                           "A measure stands in expectations and other measures; one of 'blocks N' is drawn in the report by itself.");
        return;
    }
    const LoopLabels *choices = where->beside && where->beside->loop ? where->beside->loop->labels : NULL;
    const LoopStr near_choice = near_of(choices, ast->text);
    if (near_choice.len)
        near = near_choice;
    else if (!near.len)
        near = near_label(check, ast->text);
    LoopText labels = {.arena = check->arena};
    if (choices && loop_labels_find(choices, near) == LOOP_NONE)
        loop_labels_list(choices, &labels);
    const char *meant = loop_value_elsewhere(ast->text);
    const LoopAst *trial = trial_with(check, ast->text);
    if (trial && where->in == LOOP_IN_CONSTANT)
        loop_diag_help(check->diags, diag,
                       "'%.*s' is worked out in each trial, and this is known before the run. Which element has an event is a value: cue at 0 s = onehot(%.*s, 3).",
                       LOOP_STR_ARGS(ast->text), LOOP_STR_ARGS(ast->text));
    else if (trial)
        loop_diag_help(check->diags, diag, "'%.*s' is a let of the trial '%.*s', whose events alone read it.", LOOP_STR_ARGS(ast->text),
                       LOOP_STR_ARGS(trial->text));
    else if (kind)
        loop_diag_help(check->diags, diag, "'%.*s' is a credit of loops that %s.", LOOP_STR_ARGS(ast->text), kind);
    else if (labels.len)
        loop_diag_help(check->diags, diag, "The labels of '%.*s' are %s.", LOOP_STR_ARGS(where->beside->name), labels.at);
    else if (meant)
        loop_diag_help(check->diags, diag, "%s", meant);
    else if (near.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (check->scope->circuit)
        loop_diag_help(check->diags, diag,
                       "A circuit sees its arguments, what it declares itself, and the consts, functions and structures of its file.");
    else
        loop_diag_help(check->diags, diag, "Every name must be declared: as a sense, let, param, region, loop ...");
}
