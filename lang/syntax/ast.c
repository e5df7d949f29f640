/* Making, finding and printing nodes. Limits on depth and number are kept here, where every node is made, so that no
   later walker can be driven too deep. */
#include "lang/syntax/tokens.h"

#include "runtime/contract/num.h"

static const char *const names[] = {
#define AST(kind, name, holds) name,
#include "lang/syntax/ast.def"
#undef AST
};

const char *loop_ast_kind_name(LoopAstKind kind)
{
    return names[kind];
}

bool loop_ast_is_expression(LoopAstKind kind)
{
    return kind <= LOOP_AST_TRIALS_UNTIL;
}

const LoopAst *loop_ast_find(const LoopAst *node, LoopAstKind kind)
{
    for (const LoopAst *kid = node ? node->first : NULL; kid; kid = kid->next)
        if (kid->kind == kind)
            return kid;
    return NULL;
}

const LoopAst *loop_ast_value(const LoopAst *node, LoopAstKind kind)
{
    const LoopAst *kid = loop_ast_find(node, kind);
    return kid ? kid->first : NULL;
}

/* ---- making ---- */

static bool adopt(LoopParse *p, LoopAst *node, LoopAst *kid)
{
    if (node->kid_count == LOOP_TERMS_MAX && node->kind != LOOP_AST_FILE && node->kind != LOOP_AST_BUNDLE) {
        loop_diag(p->diags, LOOP_E0010, kid->span, "more than %d parts in one %s", LOOP_TERMS_MAX, loop_ast_kind_name(node->kind));
        return false;
    }
    uint32_t height = node->kind == LOOP_AST_BUNDLE ? kid->height : kid->height + 1; /* a bundle is no level of the tree */
    if (height > node->height)
        node->height = height;
    if (node->height > LOOP_DEPTH_MAX) {
        loop_diag(p->diags, LOOP_E0007, kid->span, "this nests deeper than %d levels", LOOP_DEPTH_MAX);
        return false;
    }
    if (node->last)
        node->last->next = kid;
    else
        node->first = kid;
    node->last = kid;
    node->kid_count++;
    return true;
}

/* A kid as it stands, the kids of a bundle, or a name that becomes the node's own. */
static bool take_in(LoopParse *p, LoopAst *node, LoopAst *kid)
{
    if (!kid)
        return true;
    if (kid->kind == LOOP_AST_WHOLE) {
        node->text = kid->text;
        node->name_span = kid->span;
        return true;
    }
    if (kid->kind != LOOP_AST_BUNDLE)
        return adopt(p, node, kid);
    for (LoopAst *inner = kid->first, *next; inner; inner = next) {
        next = inner->next;
        inner->next = NULL;
        if (!adopt(p, node, inner))
            return false;
    }
    return true;
}

LoopAst *loop_ast_make(LoopParse *p, LoopAstKind kind, LoopSpan span, const LoopToken *name, LoopAst *const *kids, size_t count)
{
    LoopAst *node = LOOP_NEW(p->arena, LoopAst);
    if (!node)
        return NULL;
    *node = (LoopAst){.kind = kind, .height = 1, .span = span, .name_span = span, .text = {"", 0}};
    if (name) {
        node->text = name->text;
        node->name_span = name->span;
        node->number = name->number;
    }
    for (size_t i = 0; i < count; i++)
        if (!take_in(p, node, kids[i]))
            return NULL;
    return node;
}

static bool add_doc(LoopParse *p, LoopAst *node, const LoopToken *word)
{
    LoopToken doc = {.text = word->doc, .span = word->span};
    if (!word->doc.len)
        return true;
    LoopAst *kid = loop_ast_make(p, LOOP_AST_DOC, word->span, &doc, NULL, 0);
    return kid && adopt(p, node, kid);
}

LoopAst *loop_ast_declare(LoopParse *p, LoopAstKind kind, LoopSpan span, const LoopToken *word, const LoopToken *name,
                          LoopAst *const *kids, size_t count)
{
    LoopAst *node = loop_ast_make(p, kind, span, name, kids, count);
    return node && add_doc(p, node, word) ? node : NULL;
}

LoopAst *loop_ast_document(LoopParse *p, LoopAst *list, const LoopToken *word)
{
    for (LoopAst *kid = list->first; kid; kid = kid->next)
        if (!add_doc(p, kid, word))
            return NULL;
    return list;
}

LoopAst *loop_ast_add(LoopParse *p, LoopAst *list, LoopAst *kid)
{
    if (loop_arena_failed(p->arena) || !take_in(p, list, kid))
        return NULL;
    if (kid && kid->span.end > list->span.end)
        list->span.end = kid->span.end;
    return list;
}

LoopAst *loop_ast_flat(LoopParse *p, LoopAstKind kind, LoopSpan span, LoopAst *left, LoopAstKind link, LoopAst *right)
{
    if (link != LOOP_AST_BUNDLE) {
        LoopAst *kids[] = {right};
        right = loop_ast_make(p, link, right->span, NULL, kids, 1);
        if (!right)
            return NULL;
    }
    if (left->kind != kind) {
        LoopAst *kids[] = {left, right};
        return loop_ast_make(p, kind, span, NULL, kids, 2);
    }
    left->span = left->name_span = span;
    return adopt(p, left, right) ? left : NULL;
}

bool loop_ast_dotted(LoopText *out, const LoopAst *node)
{
    if (node->kind == LOOP_AST_FIELD) {
        if (!loop_ast_dotted(out, node->first))
            return false;
        loop_text_put(out, ".", 1);
    } else if (node->kind != LOOP_AST_NAME)
        return false;
    loop_text_str(out, node->text);
    return true;
}

LoopAst *loop_ast_call(LoopParse *p, LoopSpan span, LoopAst *function, LoopAst *arguments)
{
    LoopText text = {.arena = p->arena};
    LoopToken name = {.text = {"", 0}, .span = function->span};
    if (!loop_ast_dotted(&text, function))
        loop_diag_help(p->diags, loop_diag(p->diags, LOOP_E0110, function->span, "only a function can be called, by its name"),
                       "A product is written with *.");
    name.text = loop_text_view(&text);
    return loop_ast_make(p, LOOP_AST_CALL, span, &name, &arguments, 1);
}

LoopAst *loop_ast_as(LoopParse *p, LoopAst *node, LoopAstKind kind)
{
    (void)p;
    node->kind = kind;
    return node;
}

LoopAst *loop_ast_grouped(LoopParse *p, LoopAst *node, LoopSpan span)
{
    (void)p;
    if (node->name_span.begin == node->span.begin && node->name_span.end == node->span.end)
        node->name_span = span;
    node->span = span;
    return node;
}

LoopAst *loop_ast_lengthen(LoopParse *p, LoopAst *path, LoopSpan more)
{
    const LoopSource *source = loop_diags_source_at(p->diags, more.file);
    LoopText text = {.arena = p->arena};
    loop_text_add(&text, "%.*s.%.*s", LOOP_STR_ARGS(path->text), (int)(more.end - more.begin), source->text.at + more.begin);
    path->text = loop_text_view(&text);
    path->span.end = path->name_span.end = more.end;
    return loop_arena_failed(p->arena) ? NULL : path;
}

/* ---- printing ---- */

static void print_text(LoopText *out, LoopStr text)
{
    loop_text_put(out, " \"", 2);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\n')
            loop_text_put(out, "\\n", 2);
        else if ((unsigned char)c < 32 || c == 127 || c == '"' || c == '\\')
            loop_text_add(out, "\\x%02x", (unsigned char)c);
        else
            loop_text_put(out, &c, 1);
    }
    loop_text_put(out, "\"", 1);
}

static void print(const LoopAst *node, const LoopDiags *diags, LoopText *out, int level)
{
    LoopPlace place = loop_diags_place(diags, node->span);
    bool number = node->kind == LOOP_AST_NUMBER || node->kind == LOOP_AST_DURATION || node->kind == LOOP_AST_PERCENT ||
                  node->kind == LOOP_AST_LANGUAGE;
    loop_text_add(out, "%*s(%s", 2 * level, "", loop_ast_kind_name(node->kind));
    if (node->text.len && !number)
        print_text(out, node->text);
    if (number) {
        char text[32];
        text[loop_num_print(text, node->number)] = '\0';
        loop_text_add(out, " %s", text);
    }
    loop_text_add(out, " %u:%u", place.line, place.column);
    for (const LoopAst *kid = node->first; kid; kid = kid->next) {
        loop_text_put(out, "\n", 1);
        print(kid, diags, out, level + 1);
    }
    loop_text_put(out, ")", 1);
}

void loop_ast_print(const LoopAst *node, const LoopDiags *diags, LoopText *out)
{
    print(node, diags, out, 0);
    loop_text_put(out, "\n", 1);
}
