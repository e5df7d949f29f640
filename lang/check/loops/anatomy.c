/* Anatomy: kinds of structures, and where dopamine comes from. The tables are in kind.def, paths in path.c. */
#include "lang/check/loops/anatomy.h"

static const LoopKind kinds[] = {
#define KIND(name, part, doc) {#name, LOOP_PART_##part, doc},
#include "lang/check/loops/kind.def"
#undef KIND
};

static const LoopKnown structures[] = {
#define STRUCTURE(name, kind, columns, doc) {#name, #kind, columns, doc},
#include "lang/check/loops/kind.def"
#undef STRUCTURE
};

enum { KINDS = sizeof kinds / sizeof kinds[0], STRUCTURES = sizeof structures / sizeof structures[0] };

const LoopKind *loop_kind_find(LoopStr name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (loop_str_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

static const LoopKnown *find_structure(LoopStr name)
{
    for (size_t i = 0; i < STRUCTURES; i++)
        if (loop_str_is(name, structures[i].name))
            return &structures[i];
    return NULL;
}

const char *loop_part_name(LoopPart part)
{
    static const char *const names[] = {"cortex-like", "striatum-like", "pallidum-like", "thalamus", ""};
    return names[part];
}

void loop_part_kinds(LoopPart part, LoopText *out)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < KINDS; i++)
        count += kinds[i].part == part;
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].part == part) {
            loop_text_add(out, "%s%s", at == 0 ? "" : at + 1 == count ? " or " : ", ", kinds[i].name);
            at++;
        }
}

/* ---- what a name stands for ---- */

/* The kind of a declaration: its own word may be a kind, or a structure that has one. A region without is cortex. */
static const LoopKind *kind_of(LoopChecker *check, const LoopSymbol *symbol)
{
    const LoopAst *word = loop_ast_find(symbol->ast, LOOP_AST_KIND);
    if (!word)
        return loop_kind_find(LOOP_STR("cortex"));
    const LoopKind *kind = loop_kind_find(word->text);
    const LoopSymbol *structure = loop_scope_find(check, LOOP_SPACE_STRUCTURES, word->text);
    if (kind || symbol->kind == LOOP_SYM_STRUCTURE)
        return kind;
    if (structure)
        return kind_of(check, structure);
    const LoopKnown *known = find_structure(word->text);
    return known ? loop_kind_find(loop_str(known->kind)) : NULL;
}

bool loop_site_find(LoopChecker *check, LoopStr name, LoopSpan span, LoopSite *out)
{
    LoopSymbol *value = loop_scope_find(check, LOOP_SPACE_VALUES, name);
    *out = (LoopSite){.name = name, .span = span, .symbol = loop_scope_find(check, LOOP_SPACE_STRUCTURES, name)};
    if (!out->symbol && value && value->kind == LOOP_SYM_REGION)
        out->symbol = value;
    if (out->symbol) {
        out->symbol->used = true;
        out->kind = kind_of(check, out->symbol);
        return true;
    }
    out->known = find_structure(name);
    if (out->known)
        out->kind = loop_kind_find(loop_str(out->known->kind));
    return out->known != NULL;
}

static void nearer(LoopStr name, LoopStr candidate, LoopStr *best, size_t *limit)
{
    size_t distance = loop_edit_distance(name, candidate, *limit);
    if (distance > *limit || (best->len && distance == *limit))
        return;
    *best = candidate;
    *limit = distance;
}

LoopStr loop_site_near(const LoopChecker *check, LoopStr name)
{
    LoopStr best = {"", 0};
    size_t limit = name.len <= 3 ? 1 : 2;
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        const LoopSymbol *s = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (s->kind == LOOP_SYM_STRUCTURE || s->kind == LOOP_SYM_REGION)
            nearer(name, s->name, &best, &limit);
    }
    for (size_t i = 0; i < STRUCTURES; i++)
        nearer(name, loop_str(structures[i].name), &best, &limit);
    return best;
}

/* ---- kinds of declarations ---- */

static LoopStr near_kind(const LoopChecker *check, const LoopSymbol *symbol, LoopStr word)
{
    LoopStr best = symbol->kind == LOOP_SYM_REGION ? loop_site_near(check, word) : (LoopStr){"", 0};
    if (word.len <= 3 && best.len && loop_edit_distance(word, best, 1) > 0) /* STN is not SN, nor PVN PVT */
        best = (LoopStr){"", 0};
    size_t limit = best.len ? loop_edit_distance(word, best, 2) : 2;
    for (size_t i = 0; i < KINDS; i++)
        nearer(word, loop_str(kinds[i].name), &best, &limit);
    return best;
}

static void report_kind(LoopChecker *check, const LoopSymbol *symbol, const LoopAst *word)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0630, word->span, "there is no kind of structure '%.*s'", LOOP_STR_ARGS(word->text));
    LoopSite site;
    LoopStr near = near_kind(check, symbol, word->text);
    if (loop_site_find(check, word->text, word->span, &site) && site.kind)
        loop_diag_help(check->diags, diag, "'%.*s' is itself a structure, of kind %s.", LOOP_STR_ARGS(word->text), site.kind->name);
    else if (near.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else {
        LoopText names = {.arena = check->arena};
        for (size_t i = 0; i < KINDS; i++)
            loop_text_add(&names, "%s%s", i ? ", " : "", kinds[i].name);
        loop_diag_help(check->diags, diag, "The kinds are %s.", loop_text_view(&names).at);
    }
}

/* Regions are of the telencephalon or the thalamus: what the genome wires has blocks and signals of its own. */
static void check_region(LoopChecker *check, const LoopSymbol *region, const LoopAst *word, const LoopKind *kind)
{
    if (kind->part != LOOP_PART_NONE)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0635, word->span, "a region can't be of the %s", kind->name);
    bool dopamine = loop_str_is(loop_str(kind->name), "midbrain");
    loop_diag_help(check->diags, diag,
                   dopamine ? "A region is learned from scratch. What dopamine cells do is a signal: dopamine %.*s = ..."
                            : "A region is learned from scratch. What is innate stands in a block: hypothalamus { let %.*s = ... } or body.",
                   LOOP_STR_ARGS(region->name));
}

static void check_kind(LoopChecker *check, LoopSymbol *symbol)
{
    const LoopAst *word = loop_ast_find(symbol->ast, LOOP_AST_KIND);
    if (!word)
        return;
    LoopSymbol *structure = symbol->kind == LOOP_SYM_REGION ? loop_scope_find(check, LOOP_SPACE_STRUCTURES, word->text) : NULL;
    if (structure)
        structure->used = true;
    const LoopKind *kind = kind_of(check, symbol);
    if (kind && symbol->kind == LOOP_SYM_REGION)
        check_region(check, symbol, word, kind);
    else if (!kind && !structure) /* a structure that has no kind is reported itself */
        report_kind(check, symbol, word);
}

/* ---- where dopamine comes from ---- */

/* VTA of VTA.song. */
static LoopStr first_part(LoopStr name)
{
    size_t len = 0;
    while (len < name.len && name.at[len] != '.')
        len++;
    return (LoopStr){name.at, len};
}

static void check_source(LoopChecker *check, const LoopSymbol *signal)
{
    LoopSite site;
    LoopSymbol *structure = loop_scope_find(check, LOOP_SPACE_STRUCTURES, first_part(signal->name));
    if ((!structure && !find_structure(first_part(signal->name))) || !loop_site_find(check, first_part(signal->name), signal->span, &site) ||
        !site.kind || loop_str_is(loop_str(site.kind->name), "midbrain"))
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0636, signal->span, "dopamine does not come from '%.*s', which is of kind %s",
                               LOOP_STR_ARGS(site.name), site.kind->name);
    if (site.symbol)
        loop_diag_note(check->diags, diag, site.symbol->span, "declared here");
    else
        loop_diag_note(check->diags, diag, signal->span, "'%.*s' is the %s", LOOP_STR_ARGS(site.name), site.known->doc);
    loop_diag_help(check->diags, diag, "Name the signal after a structure of the midbrain, such as VTA or SNc, or by any name that is no structure.");
}

void loop_anatomy_check(LoopChecker *check)
{
    for (size_t i = 0; i < check->model->symbols.count; i++) {
        LoopSymbol *symbol = LOOP_ITEM(check->model->symbols, LoopSymbol *, i);
        if (symbol->kind == LOOP_SYM_REGION || symbol->kind == LOOP_SYM_STRUCTURE)
            check_kind(check, symbol);
        else if (symbol->kind == LOOP_SYM_DOPAMINE)
            check_source(check, symbol);
    }
}
