/* What a manipulation may act on, for whoever named something else. */
#include "lang/check/task/task.h"

/* The full name of a structure of another file that a loop runs through, by its last part; empty: there is none. */
static LoopStr structure_elsewhere(const LoopChecker *check, LoopStr name)
{
    const LoopList *loops = &check->model->loops;
    for (size_t i = 0; i < loops->count; i++) {
        const LoopList *parts = &LOOP_ITEM(*loops, LoopLoopModel *, i)->structures;
        for (size_t j = 0; j < parts->count; j++) {
            const LoopStructure *part = &LOOP_ITEM(*parts, LoopStructure, j);
            LoopStr full = part->symbol ? part->symbol->name : LOOP_STR("");
            size_t front = full.len > name.len ? full.len - name.len : 0;
            if (front > 1 && full.at[front - 1] == '.' && loop_str_equal((LoopStr){full.at + front, name.len}, name))
                return full;
        }
    }
    return LOOP_STR("");
}

static bool has_name(const LoopStr *names, size_t count, LoopStr name)
{
    for (size_t i = 0; i < count; i++)
        if (loop_str_equal(names[i], name))
            return true;
    return false;
}

/* What a lesion may name instead. */
static void help_with_paths(LoopChecker *check, LoopDiag *diag)
{
    const LoopList *loops = &check->model->loops;
    enum { SHOWN = 12 };
    LoopStr names[SHOWN];
    size_t count = 0;
    for (size_t i = 0; i < loops->count; i++) {
        const LoopList *parts = &LOOP_ITEM(*loops, LoopLoopModel *, i)->structures;
        for (size_t j = 0; j < parts->count && count < SHOWN; j++) {
            const LoopStructure *part = &LOOP_ITEM(*parts, LoopStructure, j);
            LoopStr name = part->symbol ? part->symbol->name : part->name;
            if (!has_name(names, count, name))
                names[count++] = name;
        }
    }
    LoopText list = {.arena = check->arena};
    for (size_t i = 0; i < count; i++)
        loop_text_add(&list, "%s%.*s", i ? ", " : "", LOOP_STR_ARGS(names[i]));
    if (count)
        loop_diag_help(check->diags, diag, "Name a loop, or a structure on the path of one: %s.", list.at);
    else
        loop_diag_help(check->diags, diag, "Name a loop, or give one a path through the structure, such as: path agPFC -> VS -> VP -> MD");
}

static bool can_be_target(LoopStr word, const LoopSymbol *s)
{
    if (loop_str_is(word, "freeze"))
        return s->kind == LOOP_SYM_LOOP;
    if (loop_str_is(word, "stimulate") || loop_str_is(word, "block"))
        return s->kind == LOOP_SYM_DOPAMINE;
    return s->kind == LOOP_SYM_STATE || s->kind == LOOP_SYM_SENSE || s->kind == LOOP_SYM_PARAM;
}

static bool is_in(LoopStr name, LoopStr instance)
{
    return name.len > instance.len && name.at[instance.len] == '.' && loop_str_equal((LoopStr){name.at, instance.len}, instance);
}

/* What it may name instead: in the circuit that it has named, or all, when that is not much. */
static void help_with_targets(LoopChecker *check, LoopDiag *diag, LoopStr word, LoopStr named)
{
    const LoopList *symbols = &check->model->symbols;
    LoopText inside = {.arena = check->arena}, all = {.arena = check->arena};
    const char *more = "";
    for (size_t i = 0; i < symbols->count; i++) {
        const LoopSymbol *s = LOOP_ITEM(*symbols, LoopSymbol *, i);
        LoopText *list = is_in(s->name, named) ? &inside : &all;
        if (s->hidden || !can_be_target(word, s))
            continue;
        if (list->len < 100)
            loop_text_add(list, "%s%.*s", list->len ? ", " : "", LOOP_STR_ARGS(s->name));
        else
            more = " and more";
    }
    const LoopText *list = inside.len ? &inside : &all;
    if (list->len)
        loop_diag_help(check->diags, diag, inside.len ? "In it there is %s%s." : "There is %s%s.", list->at, more);
}

/* `set(taste.salt, 0)`: what has several elements, of which one was named. */
static const LoopSymbol *whole_of(const LoopChecker *check, LoopStr word, LoopStr text)
{
    for (size_t i = text.len; loop_str_is(word, "set") && i-- > 0;) {
        if (text.at[i] != '.' && text.at[i] != '[')
            continue;
        const LoopSymbol *whole = loop_scope_find(check, LOOP_SPACE_VALUES, (LoopStr){text.at, i});
        return whole && can_be_target(word, whole) && whole->type.width > 1 ? whole : NULL;
    }
    return NULL;
}

void loop_target_report(LoopChecker *check, LoopStr word, const LoopAst *name, const LoopSymbol *symbol, const char *wanted)
{
    LoopStr text = loop_check_text(check, name->span);
    if (!symbol) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0721, name->span, "'%.*s' acts on %s; there is none called '%.*s'",
                                   LOOP_STR_ARGS(word), wanted, LOOP_STR_ARGS(text));
        LoopStr full = structure_elsewhere(check, text), near = full.len ? full : loop_scope_near(check, LOOP_SPACE_VALUES, text);
        const LoopSymbol *whole = whole_of(check, word, text);
        if (whole)
            loop_diag_help(check->diags, diag, "What has several elements is set as a whole: set(%.*s, [...]), with %u values.",
                           LOOP_STR_ARGS(whole->name), whole->type.width);
        else if (loop_str_is(word, "block") && name->kind == LOOP_AST_NUMBER)
            loop_diag_help(check->diags, diag,
                           "A signal is blocked altogether; a part of it gets through where the loop that it trains says learn burst 0.5, dip 0.5.");
        else if (near.len)
            loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
        else if (loop_str_is(word, "lesion"))
            help_with_paths(check, diag);
        else
            help_with_targets(check, diag, word, text);
        return;
    }
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0721, name->span, "'%.*s' acts on %s; '%.*s' is a %s", LOOP_STR_ARGS(word),
                               wanted, LOOP_STR_ARGS(text), loop_symbol_kind_name(symbol->kind));
    if (symbol->kind == LOOP_SYM_DOPAMINE)
        loop_diag_help(check->diags, diag, "What acts on a dopamine signal is block(%.*s), or stimulate(%.*s, x).", LOOP_STR_ARGS(text),
                       LOOP_STR_ARGS(text));
    else if (symbol->kind == LOOP_SYM_INSTANCE && loop_str_is(word, "lesion"))
        help_with_targets(check, diag, LOOP_STR("freeze"), text); /* its loops */
    else if (!loop_str_is(word, "lesion"))
        help_with_targets(check, diag, word, text);
    loop_diag_note(check->diags, diag, symbol->span, "declared here");
}
