/* `path C -> S -> P -> T`: the structures that a loop runs through, in their order, of sizes that agree with the loop. */
#include "lang/check/loops/anatomy.h"

static const char *const ordinals[LOOP_PATH_PARTS] = {"first", "second", "third", "fourth"};

static void report_count(LoopChecker *check, const LoopAst *path)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0631, path->span, "a path has two to four parts, and this one has %u", path->kid_count);
    loop_diag_help(check->diags, diag, "A loop runs cortex -> striatum -> pallidum -> thalamus, and back to cortex: path agPFC -> VS -> VP -> MD.");
}

static void report_unknown(LoopChecker *check, const LoopSite *site, size_t part)
{
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0632, site->span, "there is no structure '%.*s'", LOOP_STR_ARGS(site->name));
    LoopStr near = loop_site_near(check, site->name);
    const LoopSymbol *value = loop_scope_find(check, LOOP_SPACE_VALUES, site->name);
    LoopText kinds = {.arena = check->arena};
    loop_part_kinds((LoopPart)part, &kinds);
    if (value)
        loop_diag_note(check->diags, diag, value->span, "'%.*s' is a %s", LOOP_STR_ARGS(value->name), loop_symbol_kind_name(value->kind));
    if (near.len)
        loop_diag_help(check->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(near));
    else if (value)
        loop_diag_help(check->diags, diag, "A path names structures and regions; what the striatum sees stands in 'context'.");
    else if (loop_kind_find(site->name))
        loop_diag_help(check->diags, diag, "That is a kind of structure; a path names structures themselves, such as agPFC -> VS -> VP -> MD.");
    else
        loop_diag_help(check->diags, diag, "Declare it: structure %.*s : %s.", LOOP_STR_ARGS(site->name), loop_text_view(&kinds).at);
}

static void report_kind(LoopChecker *check, const LoopSite *site, size_t part)
{
    LoopText kinds = {.arena = check->arena};
    loop_part_kinds((LoopPart)part, &kinds);
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0633, site->span, "'%.*s' can't be the %s part of a path: it is of kind %s",
                               LOOP_STR_ARGS(site->name), ordinals[part], site->kind->name);
    if (site->symbol)
        loop_diag_note(check->diags, diag, site->symbol->span, "declared here");
    else
        loop_diag_note(check->diags, diag, site->span, "'%.*s' is the %s", LOOP_STR_ARGS(site->name), site->known->doc);
    loop_diag_help(check->diags, diag, "A path is cortex -> striatum -> pallidum -> thalamus; its %s part is of kind %s.", ordinals[part],
                   loop_text_view(&kinds).at);
}

/* ---- sizes ---- */

typedef struct Size {
    double wanted;
    const char *of; /* what there are so many of */
} Size;

static Size size_of(const LoopLoopModel *loop, size_t part)
{
    if (part == LOOP_PART_CORTEX)
        return (Size){loop->context ? loop->context->type.width : 0, "line of context"};
    if (part == LOOP_PART_STRIATUM)
        return (Size){(double)loop->channels * loop->neurons, "striatal neuron"};
    return (Size){loop->channels, "channel"};
}

static void check_size(LoopChecker *check, const LoopLoopModel *loop, const LoopSite *site, size_t part)
{
    LoopSymbol *region = site->symbol;
    if (!region || region->kind != LOOP_SYM_REGION)
        return;
    loop_symbol_type(check, region);
    Size size = size_of(loop, part);
    if (region->broken || size.wanted == 0 || region->type.width == size.wanted)
        return;
    LoopDiag *diag = loop_diag(check->diags, LOOP_E0634, site->span, "'%.*s' has %u unit%s; this loop needs one for each %s, that is %.0f",
                               LOOP_STR_ARGS(site->name), region->type.width, region->type.width == 1 ? "" : "s", size.of, size.wanted);
    loop_diag_note(check->diags, diag, region->span, "declared here");
    if (part == LOOP_PART_STRIATUM)
        loop_diag_note(check->diags, diag, loop->symbol->span, "%u channel%s with %u neuron%s each", loop->channels, loop->channels == 1 ? "" : "s",
                       loop->neurons, loop->neurons == 1 ? "" : "s");
    loop_diag_help(check->diags, diag, part == LOOP_PART_STRIATUM ? "'converge R : 1' says how many neurons a channel has."
                                       : part == LOOP_PART_CORTEX ? "The cortex of a path is what its striatum sees: context %.*s."
                                                                  : "The pallidum and the thalamus have one unit a channel.",
                   LOOP_STR_ARGS(site->name));
}

/* ---- columns ---- */

static bool share_column(const char *a, const char *b)
{
    for (; *a; a++)
        for (const char *c = b; *c; c++)
            if (*a == *c)
                return true;
    return false;
}

/* "the motor column", "the olfactory, limbic prefrontal and eye movement columns". */
static void put_columns(LoopText *out, const char *columns)
{
    static const struct {
        char letter;
        const char *name;
    } rows[] = {{'h', "hippocampal"}, {'a', "amygdalar"},    {'o', "olfactory"},      {'p', "limbic prefrontal"}, {'g', "granular prefrontal"},
                {'m', "motor"},       {'e', "eye movement"}, {'i', "inferotemporal"}, {'s', "song"}};
    loop_text_add(out, "the ");
    for (const char *c = columns; *c; c++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (rows[i].letter == *c)
                loop_text_add(out, "%s%s", c == columns ? "" : c[1] ? ", " : " and ", rows[i].name);
    loop_text_add(out, columns[1] ? " columns" : " column");
}

static void note_columns(LoopChecker *check, LoopDiag *diag, const LoopSite *site)
{
    LoopText text = {.arena = check->arena};
    put_columns(&text, site->known->columns);
    loop_diag_note(check->diags, diag, site->span, "'%s' is the %s, of %s", site->known->name, site->known->doc, loop_text_view(&text).at);
}

static void check_columns(LoopChecker *check, const LoopSite *sites, size_t count)
{
    for (size_t j = 1; j < count; j++)
        for (size_t i = 0; i < j; i++) {
            const LoopKnown *a = sites[i].known, *b = sites[j].known;
            if (!a || !b || !*a->columns || !*b->columns || share_column(a->columns, b->columns))
                continue;
            LoopDiag *diag = loop_diag(check->diags, LOOP_W0011, sites[j].span, "'%s' and '%s' belong to different columns", a->name, b->name);
            note_columns(check, diag, &sites[i]);
            note_columns(check, diag, &sites[j]);
            loop_diag_help(check->diags, diag,
                           "A loop runs inside one column (Swanson 2000). Declare a structure of your own where the model departs from it.");
            return;
        }
}

/* ---- the clause ---- */

/* What a part of a path stands for, noted for those who look for a structure on it: of a formal, what was passed. */
static LoopStr note_part(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopStr name = loop_scope_path(check, ast);
    LoopFormal *formal = loop_scope_formal(check->scope, name);
    LoopStructure *place = LOOP_ADD(check->arena, &loop->structures, LoopStructure);
    if (formal)
        formal->read = true;
    if (place)
        *place = (LoopStructure){loop_scope_find(check, LOOP_SPACE_STRUCTURES, name),
                                 loop_check_text(check, formal ? formal->argument->span : ast->span)};
    return formal ? formal->path : name;
}

static void put_path(LoopChecker *check, LoopLoopModel *loop)
{
    LoopText text = {.arena = check->arena};
    for (size_t i = 0; i < loop->structures.count; i++) {
        loop_text_add(&text, "%s", i ? " -> " : "path ");
        loop_text_str(&text, LOOP_ITEM(loop->structures, LoopStructure, i).name);
    }
    loop->path = loop_text_view(&text);
}

void loop_path_set(LoopChecker *check, LoopLoopModel *loop, const LoopAst *ast)
{
    LoopSite sites[LOOP_PATH_PARTS];
    bool right = ast->kid_count >= 2 && ast->kid_count <= LOOP_PATH_PARTS;
    size_t part = 0;
    if (!right)
        report_count(check, ast);
    for (const LoopAst *kid = ast->first; kid && part < LOOP_PATH_PARTS; kid = kid->next, part++) {
        LoopSite *site = &sites[part];
        LoopStr name = loop_scope_path(check, kid), passed = note_part(check, loop, kid);
        /* A formal is looked up as what was passed, which may be a known structure that nothing declares. */
        if (!loop_site_find(check, name, kid->span, site) && !loop_site_find(check, passed, kid->span, site))
            report_unknown(check, site, part);
        else if (site->kind && right && site->kind->part != (LoopPart)part)
            report_kind(check, site, part);
        else if (right)
            check_size(check, loop, site, part);
    }
    put_path(check, loop);
    if (right)
        check_columns(check, sites, part);
}
