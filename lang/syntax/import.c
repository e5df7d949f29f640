/* use: from the name in a statement to a parsed file. A file is read once, however many use it. */
#include "lang/syntax/import.h"

#include "lang/syntax/beneath.h"
#include "lang/syntax/parse.h"
#include "lang/syntax/source.h"
#include "lang/syntax/stdlib.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

typedef struct Import {
    LoopArena *arena;
    LoopDiags *diags;
    LoopStr folder;   /* of the main file, as it was written, with its slash; for messages */
    int root;         /* the same, open; -1: none */
    LoopList files;   /* LoopFile * */
    uint64_t bytes;   /* of all sources */
} Import;

/* ---- names ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(LoopStr text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_letter(text.at[i]) && !(i && text.at[i] >= '0' && text.at[i] <= '9'))
            return false;
    return text.len > 0;
}

static LoopStr last_part(LoopStr path, char separator)
{
    size_t at = path.len;
    while (at && path.at[at - 1] != separator)
        at--;
    return (LoopStr){path.at + at, path.len - at};
}

static LoopStr without_ending(LoopStr name)
{
    bool ends = name.len > 5 && memcmp(name.at + name.len - 5, ".loop", 5) == 0;
    return ends ? (LoopStr){name.at, name.len - 5} : name;
}

/* What the file is called from now on; false: reported. */
static bool name_of(const Import *import, const LoopAst *use, LoopStr *name)
{
    const LoopAst *as = loop_ast_find(use, LOOP_AST_AS), *string = loop_ast_find(use, LOOP_AST_STRING);
    *name = as ? as->text : string ? without_ending(last_part(string->text, '/')) : last_part(use->text, '.');
    if (as || is_name(*name))
        return true;
    LoopDiag *diag =
        loop_diag(import->diags, LOOP_E1208, string ? string->span : use->span, "'%.*s' can't be the name of what is used", LOOP_STR_ARGS(*name));
    loop_diag_help(import->diags, diag, "Names are made of letters, digits and _; give it one: use \"%.*s\" as NAME.",
                   string ? (int)string->text.len : 0, string ? string->text.at : "");
    return false;
}

/* ---- paths ---- */

static LoopStr folder_of(LoopStr path)
{
    size_t len = path.len;
    while (len && path.at[len - 1] != '/')
        len--;
    return (LoopStr){path.at, len};
}

/* `more`, as seen from `folder`, without `.` and `..`. false: it leads out of the root. */
static bool join(LoopText *out, LoopStr folder, LoopStr more)
{
    loop_text_str(out, folder);
    if (more.len && more.at[0] == '/')
        return false;
    while (more.len) {
        const char *slash = memchr(more.at, '/', more.len);
        LoopStr part = {more.at, slash ? (size_t)(slash - more.at) : more.len};
        more = slash ? (LoopStr){slash + 1, more.len - part.len - 1} : (LoopStr){"", 0};
        if (loop_str_is(part, "..")) {
            if (!out->len)
                return false;
            out->len = folder_of((LoopStr){out->at, out->len - 1}).len;
        } else if (part.len && !loop_str_is(part, ".")) {
            loop_text_str(out, part);
            if (slash)
                loop_text_put(out, "/", 1);
        }
    }
    return true;
}

/* `use lib.deep` means lib/deep.loop. */
static LoopStr path_of_name(LoopArena *arena, LoopStr folder, LoopStr name)
{
    LoopText out = {.arena = arena};
    loop_text_str(&out, folder);
    for (size_t i = 0; i < name.len; i++)
        loop_text_put(&out, name.at[i] == '.' ? "/" : &name.at[i], 1);
    loop_text_put(&out, ".loop", 5);
    return loop_text_view(&out);
}

/* ---- the standard library ---- */

static const LoopStandardFile *standard_file(LoopStr path)
{
    for (const LoopStandardFile *file = loop_standard_files; file->path; file++)
        if (loop_str_is(path, file->path))
            return file;
    return NULL;
}

static void put_standard(LoopText *out)
{
    for (const LoopStandardFile *file = loop_standard_files; file->path; file++)
        loop_text_add(out, "%s%.*s", file == loop_standard_files ? "" : ", ", LOOP_STR_ARGS(without_ending(loop_str(file->path))));
}

/* ---- what can go wrong ---- */

static void report_missing(const Import *import, const LoopFile *by, const LoopAst *use, LoopStr path)
{
    const LoopAst *string = loop_ast_find(use, LOOP_AST_STRING);
    LoopText near = {.arena = import->arena}, standard = {.arena = import->arena};
    LoopDiag *diag = loop_diag(import->diags, LOOP_E1201, string ? string->span : use->name_span, "there is no file '%.*s%.*s'%s",
                               LOOP_STR_ARGS(by->standard ? LOOP_STR("stdlib/") : import->folder), LOOP_STR_ARGS(path),
                               string || by->standard ? "" : ", and none of that name in the standard library");
    if (!by->standard && import->root >= 0)
        loop_beneath_near(import->root, path, &near);
    size_t limit = 2;
    for (const LoopStandardFile *file = loop_standard_files; !string && !near.len && file->path; file++)
        if (loop_edit_distance(without_ending(path), without_ending(loop_str(file->path)), limit) <= limit)
            loop_text_add(&near, "%.*s", LOOP_STR_ARGS(without_ending(loop_str(file->path))));
    put_standard(&standard);
    if (near.len && string)
        loop_diag_help(import->diags, diag, "Did you mean '%s'?", near.at);
    else if (near.len)
        loop_diag_help(import->diags, diag, "Did you mean '%.*s'?", LOOP_STR_ARGS(without_ending(loop_text_view(&near))));
    else
        loop_diag_help(import->diags, diag, "Paths start at the file that uses them. The standard library has %s.", loop_text_view(&standard).at);
}

static void report_found(const Import *import, const LoopAst *use, LoopStr path, LoopFound found)
{
    const LoopAst *string = loop_ast_find(use, LOOP_AST_STRING);
    LoopSpan at = string ? string->span : use->name_span;
    const char *why = found == LOOP_FOUND_OTHER ? "it is no regular file" : strerror(errno);
    if (found == LOOP_FOUND_LINK) {
        LoopDiag *diag = loop_diag(import->diags, LOOP_E1203, at, "'%.*s' is reached through a symbolic link", LOOP_STR_ARGS(path));
        loop_diag_help(import->diags, diag, "A link may lead out of the model's folder; put a copy of the file there.");
        return;
    }
    LoopDiag *diag = loop_diag(import->diags, LOOP_E1204, at, "'%.*s' can't be read: %s", LOOP_STR_ARGS(path), why);
    loop_diag_help(import->diags, diag, "A model uses files of text, such as pavlov.loop.");
}

/* A path that leads out of the folder, or any where there is no folder. */
static void report_outside(const Import *import, const LoopFile *by, const LoopAst *use)
{
    const LoopAst *string = loop_ast_find(use, LOOP_AST_STRING);
    LoopSpan at = string ? string->span : use->name_span;
    LoopText standard = {.arena = import->arena};
    put_standard(&standard);
    if (!by->standard && import->root < 0) {
        LoopDiag *diag = loop_diag(import->diags, LOOP_E1202, at, "a model without a file of its own can use the standard library only");
        loop_diag_help(import->diags, diag, "Save it, and run the file; or use one of %s.", loop_text_view(&standard).at);
        return;
    }
    LoopDiag *diag =
        loop_diag(import->diags, LOOP_E1202, at, "this path leads out of %s", by->standard ? "the standard library" : "the model's folder");
    loop_diag_help(import->diags, diag, "Put the file beside the model, or in a folder there, and write its path from here: \"parts/other.loop\".");
}

/* The files that lead from `from` to `to`: "a.loop -> b.loop". */
static void put_chain(LoopText *out, const LoopFile *from, const LoopFile *to)
{
    if (from != to)
        put_chain(out, from, to->by);
    loop_text_add(out, "%s%.*s", from == to ? "" : " -> ", LOOP_STR_ARGS(to->path));
}

static void report_cycle(const Import *import, const LoopFile *by, const LoopAst *use, const LoopFile *file)
{
    LoopText chain = {.arena = import->arena};
    put_chain(&chain, file, by);
    LoopDiag *diag = loop_diag(import->diags, LOOP_E1205, use->span, "files use each other in a circle: %s -> %.*s", loop_text_view(&chain).at,
                               LOOP_STR_ARGS(file->path));
    loop_diag_help(import->diags, diag, file == by ? "Take the line out: a file has its own names." : "Move what both need into a third file.");
}

static bool within_limits(const Import *import, const LoopFile *by, const LoopAst *use)
{
    LoopDiag *diag;
    if (by->depth + 1 >= LOOP_FILES_DEPTH_MAX)
        diag = loop_diag(import->diags, LOOP_E1206, use->span, "files use one another more than %d deep", LOOP_FILES_DEPTH_MAX);
    else if (import->files.count >= LOOP_FILES_MAX)
        diag = loop_diag(import->diags, LOOP_E1206, use->span, "the model uses more than %d files", LOOP_FILES_MAX);
    else
        return true;
    loop_diag_help(import->diags, diag, "Put what belongs together into one file.");
    return false;
}

static bool within_bytes(const Import *import, const LoopFile *file)
{
    if (import->bytes <= LOOP_SOURCE_MAX)
        return true;
    LoopDiag *diag = loop_diag(import->diags, LOOP_E1206, file->use->span, "the files have more than %d MiB together", LOOP_SOURCE_MAX >> 20);
    loop_diag_help(import->diags, diag, "Files of this size are data; a model is a page of text.");
    return false;
}

/* ---- what a used file may hold ---- */

static bool is_reusable(LoopAstKind kind)
{
    switch (kind) {
    case LOOP_AST_LANGUAGE:
    case LOOP_AST_SOURCE:
    case LOOP_AST_USE:
    case LOOP_AST_STRUCTURE:
    case LOOP_AST_CONST:
    case LOOP_AST_PARAM:
    case LOOP_AST_FN:
    case LOOP_AST_CIRCUIT:
        return true;
    default:
        return false;
    }
}

/* One message a file: a whole model would have one for each line. */
static void check_reusable(const Import *import, const LoopFile *file)
{
    for (const LoopAst *kid = file->ast->first; kid; kid = kid->next) {
        if (is_reusable(kid->kind))
            continue;
        LoopDiag *diag;
        if (kid->kind == LOOP_AST_MODEL)
            diag = loop_diag(import->diags, LOOP_E1207, kid->span, "this is a whole model, and a file that is used holds parts only");
        else
            diag = loop_diag(import->diags, LOOP_E1207, kid->span, "'%s' has no place in a file that is used", loop_ast_kind_name(kid->kind));
        loop_diag_note(import->diags, diag, file->use->span, "it is used here");
        loop_diag_help(import->diags, diag,
                       "Such a file holds structures, consts, params, functions and circuits; write a circuit, and make it in the model.");
        return;
    }
}

/* ---- reading ---- */

static LoopFile *find_file(const Import *import, LoopStr path, bool standard)
{
    for (size_t i = 0; i < import->files.count; i++) {
        LoopFile *file = LOOP_ITEM(import->files, LoopFile *, i);
        if (file->standard == standard && loop_str_equal(file->path, path))
            return file;
    }
    return NULL;
}

static LoopFile *add_file(Import *import, LoopStr path, bool standard, LoopFile *by, const LoopAst *use)
{
    LoopFile *file = LOOP_NEW(import->arena, LoopFile), **place = LOOP_ADD(import->arena, &import->files, LoopFile *);
    if (!file || !place)
        return NULL;
    *file = (LoopFile){.source = UINT32_MAX, .path = path, .standard = standard, .by = by, .use = use, .depth = by ? by->depth + 1 : 0};
    return *place = file;
}

static void follow(Import *import, LoopFile *file);

static void parse_file(Import *import, LoopFile *file)
{
    import->bytes += loop_diags_source_at(import->diags, file->source)->text.len;
    file->ast = within_bytes(import, file) ? loop_parse(import->arena, import->diags, file->source) : NULL;
    if (!file->ast)
        return;
    check_reusable(import, file);
    follow(import, file);
}

/* Reads it: from the table where `in` is negative. */
static void read_file(Import *import, LoopFile *file, int in)
{
    LoopText name = {.arena = import->arena};
    loop_text_str(&name, file->standard ? LOOP_STR("stdlib/") : import->folder);
    loop_text_str(&name, file->path);
    const LoopStandardFile *standard = file->standard ? standard_file(file->path) : NULL;
    LoopReadStatus status = standard ? loop_source_text(import->diags, loop_text_view(&name), (LoopStr){standard->text, standard->len}, &file->source)
                                     : loop_source_open(import->diags, loop_text_view(&name), in, &file->source);
    if (status == LOOP_READ_OK)
        parse_file(import, file);
    else if (status == LOOP_READ_IO)
        report_found(import, file->use, file->path, LOOP_FOUND_CLOSED);
    else if (status == LOOP_READ_MEMORY)
        loop_diags_fail(import->diags);
}

/* The file at `path`, read now or before; NULL when there is none that can be used. `*missing`: nothing is there. */
static LoopFile *get_file(Import *import, LoopStr path, bool standard, LoopFile *by, const LoopAst *use, bool *missing)
{
    int in = -1;
    LoopFile *file = find_file(import, path, standard);
    *missing = false;
    if (file && file->open)
        report_cycle(import, by, use, file);
    if (file)
        return file->open ? NULL : file;
    LoopFound found = standard ? (standard_file(path) ? LOOP_FOUND_FILE : LOOP_FOUND_NOTHING) : loop_beneath_open(import->root, path, &in);
    *missing = found == LOOP_FOUND_NOTHING;
    if (found != LOOP_FOUND_FILE && !*missing)
        report_found(import, use, path, found);
    else if (found == LOOP_FOUND_FILE && within_limits(import, by, use) && (file = add_file(import, path, standard, by, use)))
        read_file(import, file, in);
    if (in >= 0)
        close(in);
    return file;
}

/* `use "parts/other.loop" as other` */
static LoopFile *by_path(Import *import, LoopFile *by, const LoopAst *use, const LoopAst *string)
{
    LoopText path = {.arena = import->arena};
    bool missing = false;
    if ((!by->standard && import->root < 0) || !join(&path, folder_of(by->path), string->text)) {
        report_outside(import, by, use);
        return NULL;
    }
    LoopStr at = loop_arena_str(import->arena, loop_text_view(&path));
    LoopFile *file = get_file(import, at, by->standard, by, use, &missing);
    if (missing)
        report_missing(import, by, use, at);
    return file;
}

/* `use pavlov`: beside the file, then in the standard library. */
static LoopFile *by_name(Import *import, LoopFile *by, const LoopAst *use)
{
    bool missing = true;
    LoopStr beside = path_of_name(import->arena, folder_of(by->path), use->text);
    LoopStr standard = path_of_name(import->arena, (LoopStr){"", 0}, use->text);
    LoopFile *file = NULL;
    if (!by->standard && import->root >= 0)
        file = get_file(import, beside, false, by, use, &missing);
    if (missing)
        file = get_file(import, standard, true, by, use, &missing);
    if (missing && import->root < 0 && !by->standard)
        report_outside(import, by, use);
    else if (missing)
        report_missing(import, by, use, beside);
    return file;
}

static void follow(Import *import, LoopFile *file)
{
    file->open = true;
    for (const LoopAst *kid = file->ast->first; kid; kid = kid->next) {
        LoopStr name;
        if (kid->kind != LOOP_AST_USE || !name_of(import, kid, &name))
            continue;
        const LoopAst *string = loop_ast_find(kid, LOOP_AST_STRING);
        LoopFile *used = string ? by_path(import, file, kid, string) : by_name(import, file, kid);
        if (used && file->uses.count >= LOOP_FILES_MAX) {
            loop_diag(import->diags, LOOP_E1206, kid->span, "a file uses more than %d others", LOOP_FILES_MAX);
            break;
        }
        LoopUse *use = used ? LOOP_ADD(import->arena, &file->uses, LoopUse) : NULL;
        if (use)
            *use = (LoopUse){name, kid, used};
    }
    file->open = false;
}

LoopFile *loop_import(LoopArena *arena, LoopDiags *diags, uint32_t source, LoopAst *ast, const char *path)
{
    LoopStr whole = path ? loop_str(path) : (LoopStr){"", 0}, folder = folder_of(whole);
    Import import = {.arena = arena, .diags = diags, .folder = folder, .root = -1};
    if (path && !loop_beneath_root(path, &import.root)) {
        loop_diags_fail(diags);
        return NULL;
    }
    import.bytes = loop_diags_source_at(diags, source)->text.len;
    LoopFile *file = add_file(&import, (LoopStr){whole.at + folder.len, whole.len - folder.len}, false, NULL, NULL);
    if (file) {
        file->source = source;
        file->ast = ast;
        follow(&import, file);
    }
    if (import.root >= 0)
        close(import.root);
    if (loop_arena_failed(arena))
        loop_diags_fail(diags);
    return loop_arena_failed(arena) ? NULL : file;
}
