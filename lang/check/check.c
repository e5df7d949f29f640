/* AST to checked model: the passes of the checker, in their order. */
#include "lang/check/declare/declare.h"
#include "lang/check/loops/loops.h"
#include "lang/check/review/review.h"

#include <math.h>

/* ---- what stands for the whole file ---- */

/* `language 1`: the one there is. */
static void read_language(LoopChecker *check, const LoopAst *ast)
{
    if (ast->number == 1)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0106, ast->name_span, "this file is written for version %g of the language", ast->number);
    loop_diag_help(check->diags, diag, "This program knows version 1; a newer one may read it.");
}

static void read_model_name(LoopChecker *check, const LoopAst *ast)
{
    const LoopAst *doc = loop_ast_find(ast, LOOP_AST_DOC);
    if (check->model->name.len)
        loop_diag(check->diags, LOOP_E0608, ast->span, "'model' is set twice");
    check->model->name = ast->text;
    if (doc)
        check->model->doc = doc->text;
}

static const double STEP_MOST_MS = 1e12;

static void read_step(LoopChecker *check, const LoopAst *ast)
{
    LoopWhere where = loop_where(check, LOOP_IN_CONSTANT, LOOP_STR("step"), LOOP_DRAW_ONCE);
    if (check->model->step_ms > 0)
        loop_diag(check->diags, LOOP_E0608, ast->span, "'step' is set twice");
    check->model->step_ms = 1; /* durations are read in milliseconds until it is known, */
    check->step_unknown = true;
    LoopNode *node = loop_expr(check, &where, ast->first);
    check->step_unknown = false;
    loop_symbols_forget(check, 0); /* and consts anew once it is */
    if (!loop_need_constant(check, node, "the step") || !loop_need_width(check, node, 1, "the step") ||
        !loop_need_unit(check, node, LOOP_UNIT_DURATION, "the step"))
        return;
    if (node->constant[0] > 0 && node->constant[0] <= STEP_MOST_MS)
        check->model->step_ms = node->constant[0];
    else
        loop_diag(check->diags, LOOP_E0503, node->span, node->constant[0] > 0 ? "the step is longer than any experiment"
                                                                              : "the step must be longer than 0");
}

/* Each used file may have been written for another version. */
static void read_languages(LoopChecker *check)
{
    for (size_t i = 1; i < check->files.count; i++) /* the main file is the first */
        for (const LoopAst *kid = LOOP_ITEM(check->files, LoopScope *, i)->source->ast->first; kid; kid = kid->next)
            if (kid->kind == LOOP_AST_LANGUAGE)
                read_language(check, kid);
}

static void read_heads(LoopChecker *check)
{
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next) {
        if (kid->kind == LOOP_AST_LANGUAGE)
            read_language(check, kid);
        else if (kid->kind == LOOP_AST_MODEL)
            read_model_name(check, kid);
        else if (kid->kind == LOOP_AST_SOURCE) {
            LoopStr *place = LOOP_ADD(check->arena, &check->model->sources, LoopStr);
            if (place)
                *place = kid->text;
        }
    }
}

static void read_time(LoopChecker *check)
{
    for (const LoopAst *kid = check->file->first; kid; kid = kid->next)
        if (kid->kind == LOOP_AST_STEP)
            read_step(check, kid);
    if (check->model->step_ms > 0)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0507, (LoopSpan){check->file->span.begin, check->file->span.begin, check->file->span.file},
                               "the model does not say how long a step is");
    loop_diag_help(check->diags, diag, "Add a line such as: step 100 ms");
    check->model->step_ms = 1;
}

/* Groups are numbered before any formula is read; without one there is a group without a name. */
static void number_groups(LoopChecker *check)
{
    LoopModel *model = check->model;
    uint32_t count = 0;
    for (size_t i = 0; i < model->symbols.count; i++)
        count += LOOP_ITEM(model->symbols, LoopSymbol *, i)->kind == LOOP_SYM_GROUP;
    model->group_count = count ? count : 1;
    model->groups = LOOP_NEW_ARRAY(check->arena, model->group_count, LoopStr);
    if (!model->groups)
        return;
    model->groups[0] = (LoopStr){"", 0};
    count = 0;
    for (size_t i = 0; i < model->symbols.count; i++) {
        LoopSymbol *group = LOOP_ITEM(model->symbols, LoopSymbol *, i);
        if (group->kind != LOOP_SYM_GROUP)
            continue;
        group->index = count;
        model->groups[count++] = group->name;
    }
}

/* ---- the passes ---- */

static bool well(const LoopChecker *check)
{
    return !loop_diags_errors(check->diags) && !loop_arena_failed(check->arena) && !loop_diags_failed(check->diags);
}

/* Nothing that came to nothing goes on in silence, whatever else has said of it. */
static void check_broken(LoopChecker *check)
{
    for (size_t i = 0; well(check) && i < check->model->symbols.count; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (symbol->broken)
            loop_diag(check->diags, LOOP_E0506, symbol->span, "'%.*s' depends on itself", LOOP_STR_ARGS(symbol->name));
    }
}

/* A signal that is known by now, and is no number: the run would stop at once. The first is enough; others may be made of it. */
static void check_finite(LoopChecker *check)
{
    for (size_t i = 0; well(check) && i < check->model->symbols.count; i++) {
        const LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        const bool signal = symbol->kind != LOOP_SYM_MEASURE && symbol->kind != LOOP_SYM_CONST && symbol->kind != LOOP_SYM_PARAM;
        const double *value = signal && symbol->value ? symbol->value->constant : NULL;
        for (uint32_t e = 0; value && well(check) && e < symbol->value->type.width; e++)
            if (!isfinite(value[e])) {
                LoopDiag *diag = loop_diag(check->diags, LOOP_E0901, symbol->span, "'%.*s' is %s", LOOP_STR_ARGS(symbol->name),
                                           isnan(value[e]) ? "undefined" : "infinite");
                loop_diag_help(check->diags, diag, "Look for a division by 0, the logarithm of 0, the root of what is below 0, or an exponential that is too large.");
            }
    }
}

static void run_passes(LoopChecker *check)
{
    read_heads(check);
    loop_declare_all(check);
    read_languages(check);
    number_groups(check);
    read_time(check);
    if (loop_arena_failed(check->arena) || check->too_large)
        return;
    loop_symbols_fill(check);
    loop_loops_fill(check);
    loop_foresee_fill(check);
    loop_dopamine_fill(check);
    loop_circuits_check_passed(check);
    loop_anatomy_check(check);
    loop_task_fill(check);
    if (well(check))
        loop_manipulations_fill(check);
    if (well(check))
        loop_measures_fill(check);
    loop_settings_check(check);
    check_broken(check);
    if (well(check))
        check_finite(check);
    if (!well(check))
        return;
    loop_compartments_check(check);
    if (well(check)) /* what must not be read makes circles, too */
        loop_schedule_make(check);
    if (!well(check))
        return;
    loop_categories_fill(check);
    loop_unused_check(check);
    loop_doubts_check(check);
}

static LoopScope *main_scope(LoopChecker *check)
{
    LoopScope *scope = LOOP_NEW(check->arena, LoopScope), **place = LOOP_ADD(check->arena, &check->files, LoopScope *);
    if (!scope || !place)
        return NULL;
    *scope = (LoopScope){.prefix = {"", 0}, .source = check->main, .file = scope};
    return *place = scope;
}

LoopModel *loop_check(const LoopFile *file, LoopSetting *settings, size_t setting_count, LoopDiags *diags)
{
    LoopArena *arena = loop_arena_new();
    LoopModel *model = arena ? LOOP_NEW(arena, LoopModel) : NULL;
    LoopChecker check = {.arena = arena, .diags = diags, .model = model, .file = file->ast, .main = file,
                         .settings = settings, .setting_count = setting_count};
    if (model && (check.scope = main_scope(&check))) {
        *model = (LoopModel){.arena = arena, .name = {"", 0}, .doc = {"", 0}, .seed = 1, .agents = 1, .group_count = 1, .settings = settings,
                              .setting_count = setting_count};
        run_passes(&check);
    }
    loop_diags_inside(diags, NULL);
    if (loop_arena_failed(arena))
        loop_diags_fail(diags);
    if (model && well(&check))
        return model;
    loop_arena_free(arena);
    return NULL;
}
