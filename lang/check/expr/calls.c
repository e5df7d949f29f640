/* Calls by name: functions of the file, rows of function.def, rows of elementwise.def. */
#include "lang/check/expr/calls.h"

#include "lang/syntax/parse.h"

#include <string.h>

static bool takes_loop(LoopFunction function)
{
    return function == LOOP_FN_error || function == LOOP_FN_rpe;
}

static bool count_fits(LoopChecker *check, const LoopAst *ast, const char *name, const char *arguments, uint32_t fewest,
                       uint32_t most)
{
    if (ast->kid_count >= fewest && ast->kid_count <= most)
        return true;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, "%s takes %u argument%s, not %u", name,
                               ast->kid_count < fewest ? fewest : most, (ast->kid_count < fewest ? fewest : most) == 1 ? "" : "s",
                               ast->kid_count);
    bool extreme = ast->kid_count == 1 && (strcmp(name, "max") == 0 || strcmp(name, "min") == 0);
    if (extreme)
        loop_diag_help(check->diags, diag, "%s", name[1] == 'a' ? "Of the elements of a vector it is largest(x), over the time of a measure peak(x)."
                                                               : "Of the elements of a vector it is smallest(x), over the time of a measure dip(x).");
    else
        loop_diag_help(check->diags, diag, "It is called as %s(%s).", name, arguments);
    return false;
}

static LoopNode *call_function(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopFunction function)
{
    const LoopFunctionInfo *info = loop_function_info(function);
    LoopCall call = {.check = check, .ast = ast, .function = function};
    LoopWhere inner = *where;
    if (function == LOOP_FN_foresee)
        return loop_foresee(check, ast);
    if (!count_fits(check, ast, info->name, info->arguments, info->fewest, info->most))
        return NULL;
    if (function == LOOP_FN_once)
        inner.clock = LOOP_DRAW_ONCE;
    if (function == LOOP_FN_prev || function == LOOP_FN_delay)
        inner.old_states = false;
    call.where = &inner;
    bool failed = false;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next, call.count++) {
        call.arg[call.count] = kid;
        if (takes_loop(function))
            continue;
        call.kid[call.count] = loop_expr(check, &inner, kid);
        failed = failed || !call.kid[call.count];
    }
    return failed ? NULL : loop_builtin_node(&call);
}

/* ---- elementwise rows ---- */

typedef struct Row {
    const char *written;
    uint32_t op, arity;
} Row;

static const Row rows[] = {
#define EW1(name, written, units, doc, expr) {written, LOOP_OP_##name, 1},
#define EW2(name, written, units, doc, expr) {written, LOOP_OP_##name, 2},
#define EW3(name, written, units, doc, expr) {written, LOOP_OP_##name, 3},
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

bool loop_call_known(LoopStr name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(name, rows[i].written))
            return true;
    for (uint32_t f = 0; loop_function_info(f); f++)
        if (loop_str_is(name, loop_function_info(f)->name))
            return true;
    return false;
}

/* Nothing lies between bounds that are the wrong way round. */
static void doubt_bounds(LoopChecker *check, const LoopAst *ast, const LoopNode *lo, const LoopNode *hi)
{
    if (!lo || !hi || !lo->constant || !hi->constant || lo->constant[0] <= hi->constant[0])
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_W0022, ast->span, "the bounds of this clip are the wrong way round");
    loop_diag_help(check->diags, diag, "The lower one stands first: clip(x, 0, 1).");
}

static LoopNode *call_row(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, const Row *row)
{
    LoopNode *kids[3] = {NULL};
    uint32_t count = 0;
    const char *const arguments[] = {"x", "x, y", "x, lo, hi"};
    if (!count_fits(check, ast, row->written, arguments[row->arity - 1], row->arity, row->arity))
        return NULL;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        kids[count++] = loop_expr(check, where, kid);
    if (row->op == LOOP_OP_clip)
        doubt_bounds(check, ast, kids[1], kids[2]);
    return loop_node_op(check, ast->span, row->op, kids, row->arity);
}

static bool is_function(LoopStr name)
{
    bool found = false;
    for (uint32_t f = 0; !found && loop_function_info(f); f++)
        found = loop_str_is(name, loop_function_info(f)->name);
    for (size_t i = 0; !found && i < sizeof rows / sizeof rows[0]; i++)
        found = loop_str_is(name, rows[i].written);
    return found;
}

static LoopNode *unknown(LoopChecker *check, const LoopAst *ast)
{
    if (loop_scope_report_part(check, ast->text, ast->name_span))
        return NULL;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0201, ast->name_span, "there is no function '%.*s'", LOOP_STR_ARGS(ast->text));
    LoopReducer reducer;
    if (loop_reducer_named(ast->text, &reducer)) { /* those of elements are functions too */
        loop_diag_help(check->diags, diag,
                       "It is taken over time, not at one moment nor over agents, and stands outermost: expect (%.*s(x) from light to juice in train) > 0.5",
                       LOOP_STR_ARGS(ast->text));
        return NULL;
    }
    const LoopSymbol *value = loop_scope_find(check, LOOP_SPACE_VALUES, ast->text);
    if (value) {
        loop_diag_note(check->diags, diag, value->span, "'%.*s' is a %s", LOOP_STR_ARGS(ast->text), loop_symbol_kind_name(value->kind));
        loop_diag_help(check->diags, diag, "A product is written with *, and an element in brackets: x[0].");
        return NULL;
    }
    LoopStr best = loop_scope_near(check, LOOP_SPACE_FUNCTIONS, ast->text);
    size_t limit = best.len ? loop_edit_distance(ast->text, best, 2) : 3;
    for (uint32_t f = 0; loop_function_info(f); f++) {
        LoopStr name = loop_str(loop_function_info(f)->name);
        size_t distance = loop_edit_distance(ast->text, name, 2);
        if (distance <= 2 && distance < limit) {
            best = name;
            limit = distance;
        }
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        LoopStr name = loop_str(rows[i].written);
        size_t distance = loop_edit_distance(ast->text, name, 2);
        if (name.len > 2 && distance <= 2 && distance < limit) {
            best = name;
            limit = distance;
        }
    }
    LoopStr last = ast->text; /* of np.random.choice */
    for (size_t i = 0; i < ast->text.len; i++)
        if (ast->text.at[i] == '.')
            last = (LoopStr){ast->text.at + i + 1, ast->text.len - i - 1};
    const char *meant = loop_function_elsewhere(last);
    if (!meant && last.len < ast->text.len && is_function(last))
        best = last;
    if (meant)
        loop_diag_help(check->diags, diag, "%s", meant);
    else if (best.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(best));
    else
        loop_diag_help(check->diags, diag, "'loop catalog' lists the functions; fn defines your own.");
    return NULL;
}

LoopNode *loop_expr_call(LoopChecker *check, const LoopWhere *where, const LoopAst *ast)
{
    LoopSymbol *own = loop_scope_find(check, LOOP_SPACE_FUNCTIONS, ast->text);
    if (own && own->kind == LOOP_SYM_FOREIGN)
        return loop_foreign_call_node(check, where, ast, own);
    if (own)
        return loop_function_node(check, where, ast, own);
    for (uint32_t f = 0; loop_function_info(f); f++)
        if (loop_str_is(ast->text, loop_function_info(f)->name))
            return call_function(check, where, ast, (LoopFunction)f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (loop_str_is(ast->text, rows[i].written) && !loop_str_is(ast->text, "if") && !loop_str_is(ast->text, "not"))
            return call_row(check, where, ast, &rows[i]);
    return unknown(check, ast);
}
