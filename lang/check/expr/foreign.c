/* Foreign functions: `extern "libmaze.so" { maze(action) -> reward, obs[16] }`, and calls of them. Nothing is opened here. */
#include "lang/check/expr/expr.h"

static void report_library(LoopChecker *check, const LoopAst *ast, const char *what)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E1101, ast->name_span, "%s", what);
    loop_diag_help(check->diags, diag, "Name a file that lies beside the model or in a folder below: extern \"libmaze.so\" { ... }");
}

/* A library lies beside the model or below. */
static bool library_fits(LoopChecker *check, const LoopAst *ast)
{
    LoopStr path = ast->text;
    if (!path.len || path.at[0] == '/') {
        report_library(check, ast, path.len ? "a library is named from the folder of the model on" : "this library has no name");
        return false;
    }
    for (size_t i = 0; i < path.len; i++)
        if ((i == 0 || path.at[i - 1] == '/') && path.len - i >= 2 && path.at[i] == '.' && path.at[i + 1] == '.' &&
            (path.len - i == 2 || path.at[i + 2] == '/')) {
            report_library(check, ast, "a library may not lie outside the folder of the model");
            return false;
        }
    return true;
}

static uint32_t result_width(LoopChecker *check, const LoopAst *result)
{
    const LoopAst *size = loop_ast_find(result, LOOP_AST_SIZE);
    uint32_t width = 1;
    if (size)
        loop_labels_make(check, size, &width);
    return width;
}

/* The names and widths of what a function gives, from its declaration. */
static LoopRecord *make_record(LoopChecker *check, const LoopAst *ast)
{
    LoopRecord *record = LOOP_NEW(check->arena, LoopRecord);
    if (!record)
        return NULL;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_RESULT)
            continue;
        if (record->count == LOOP_RESULTS_MAX) {
            loop_diag(check->diags, LOOP_E0413, kid->span, "a foreign function gives at most %d results", LOOP_RESULTS_MAX);
            return record;
        }
        record->names[record->count] = kid->text;
        record->widths[record->count] = result_width(check, kid);
        record->width += record->widths[record->count++];
    }
    return record;
}

void loop_foreign_declare(LoopChecker *check, const LoopAst *ast)
{
    bool fits = library_fits(check, ast);
    for (const LoopAst *kid = ast->first; kid; kid = kid->next) {
        if (kid->kind != LOOP_AST_FOREIGN)
            continue;
        LoopSymbol *symbol = loop_scope_add(check, LOOP_SYM_FOREIGN, kid, LOOP_IN_WORLD);
        if (!symbol)
            continue;
        symbol->library = ast->text;
        symbol->record = make_record(check, kid);
        symbol->state = LOOP_TYPED;
        symbol->broken = !fits || !symbol->record;
    }
}

static uint32_t formals(const LoopAst *ast)
{
    uint32_t count = 0;
    for (const LoopAst *kid = ast->first; kid; kid = kid->next)
        count += kid->kind == LOOP_AST_FORMAL;
    return count;
}

LoopNode *loop_foreign_call_node(LoopChecker *check, const LoopWhere *where, const LoopAst *ast, LoopSymbol *symbol)
{
    uint32_t count = formals(symbol->ast), n = 0;
    symbol->used = true;
    if (symbol->broken)
        return NULL;
    if (where->in != LOOP_IN_WORLD && where->in != LOOP_IN_TASK) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E1103, ast->span, "a foreign function belongs to the world or the task");
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        loop_diag_help(check->diags, diag, "Call it in the world, let x = %.*s(...), and let a sense read x.", LOOP_STR_ARGS(symbol->name));
        return NULL;
    }
    if (ast->kid_count != count || count + symbol->record->count > LOOP_FOREIGN_MAX) {
        LoopDiag *diag = loop_diag(check->diags, LOOP_E0413, ast->span, "%.*s takes %u argument%s, not %u", LOOP_STR_ARGS(symbol->name),
                                   count, count == 1 ? "" : "s", ast->kid_count);
        loop_diag_note(check->diags, diag, symbol->span, "declared here");
        return NULL;
    }
    LoopNode *node = loop_node_new(check, LOOP_NODE_FOREIGN, ast->span, count);
    for (const LoopAst *kid = ast->first; node && kid; kid = kid->next) {
        node->kids[n] = loop_expr(check, where, kid);
        if (!loop_need_unit(check, node->kids[n++], LOOP_UNIT_NUMBER, "an argument of a foreign function"))
            return NULL;
    }
    if (!node)
        return NULL;
    node->symbol = symbol;
    node->type = (LoopType){.width = symbol->record->width, .record = symbol->record->count > 1 ? symbol->record : NULL};
    loop_node_done(check, node);
    node->pure = false;
    return node;
}

bool loop_record_find(const LoopRecord *record, LoopStr name, uint32_t *from, uint32_t *width)
{
    *from = 0;
    for (uint32_t i = 0; record && i < record->count; *from += record->widths[i++])
        if (loop_str_equal(record->names[i], name)) {
            *width = record->widths[i];
            return true;
        }
    return false;
}
