/* loop catalog: the reference, printed from the tables that the compiler and the VM read. */
#include "lang/cli/cli.h"

#include "runtime/contract/rule.h"

#include <ctype.h>
#include <string.h>

/* One row of a section: a name, how it is called, what it does. */
static void put_row(LoopText *out, bool markdown, const char *call, const char *doc)
{
    if (markdown) {
        loop_text_put(out, "| `", 3);
        for (const char *c = call; *c; c++)
            loop_text_add(out, *c == '|' ? "\\|" : "%c", *c);
        loop_text_add(out, "` | %s |\n", doc);
    } else
        loop_text_add(out, "  %-34s %s\n", call, doc);
}

static void put_title(LoopText *out, bool markdown, const char *title, const char *first)
{
    if (markdown)
        loop_text_add(out, "\n## %s\n\n| %s | |\n| --- | --- |\n", title, first);
    else
        loop_text_add(out, "\n%s\n", title);
}

/* ---- elementwise rows ---- */

typedef struct Row {
    const char *written, *doc;
    int arity;
} Row;

static const Row rows[] = {
#define EW1(name, written, units, doc, expr) {written, doc, 1},
#define EW2(name, written, units, doc, expr) {written, doc, 2},
#define EW3(name, written, units, doc, expr) {written, doc, 3},
#include "runtime/contract/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
};

static bool is_word(const char *text)
{
    return *text >= 'a' && *text <= 'z' && strcmp(text, "if") != 0 && strcmp(text, "not") != 0 && strcmp(text, "and") != 0 &&
           strcmp(text, "or") != 0;
}

static void put_operator(LoopText *out, bool markdown, const Row *row)
{
    char call[64] = "";
    if (strcmp(row->written, "if") == 0)
        strcpy(call, "if x then y else z");
    else if (row->arity == 1)
        strcat(strcat(strcpy(call, row->written), strcmp(row->written, "-") == 0 ? "" : " "), "x");
    else
        strcat(strcat(strcat(strcpy(call, "x "), row->written), " "), "y");
    put_row(out, markdown, call, row->doc);
}

static void put_elementwise(LoopText *out, bool markdown)
{
    static const char *const arguments[] = {"(x)", "(x, y)", "(x, y, z)"};
    put_title(out, markdown, "Operators", "written");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!is_word(rows[i].written))
            put_operator(out, markdown, &rows[i]);
    put_row(out, markdown, "x in [a, b]", "1 where x equals one of them, else 0");
    put_row(out, markdown, "v[i]", "element i, from 0; a label may stand for its index");
    put_row(out, markdown, "v.label", "the element of that label");
    put_row(out, markdown, "[a, b]", "the elements of a, then those of b");
    put_title(out, markdown, "Elementwise functions", "call");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char call[64];
        if (!is_word(rows[i].written))
            continue;
        strcat(strcpy(call, rows[i].written), arguments[rows[i].arity - 1]);
        put_row(out, markdown, call, rows[i].doc);
    }
}

/* ---- the other tables ---- */

static void put_functions(LoopText *out, bool markdown)
{
    const char *group = "";
    for (uint32_t f = 0; loop_function_info(f); f++) {
        const LoopFunctionInfo *info = loop_function_info(f);
        char title[64] = "Functions: ", call[96];
        if (strcmp(group, info->group) != 0)
            put_title(out, markdown, strcat(title, info->group), "call");
        group = info->group;
        strcat(strcat(strcat(strcpy(call, info->name), "("), info->arguments), ")");
        put_row(out, markdown, call, info->doc);
    }
}

static void put_fields(LoopText *out, bool markdown)
{
    static const char *const kinds[] = {"predict", "choose", "vary"};
    put_title(out, markdown, "What a loop shows", "written");
    for (uint32_t f = 0; f < LOOP_FIELD_COUNT; f++) {
        const LoopFieldInfo *info = loop_field_info(f);
        LoopText call = {0}, doc = {0};
        loop_text_add(&call, f == LOOP_FIELD_SELF ? "NAME" : "NAME.%s", info->name);
        loop_text_add(&doc, "%s (", info->doc);
        for (const char *k = info->kinds; *k; k++)
            loop_text_add(&doc, "%s%s", k == info->kinds ? "" : ", ", kinds[*k == 'p' ? 0 : *k == 'c' ? 1 : 2]);
        loop_text_add(&doc, "%s)", strcmp(info->seen_by, "hidden") == 0 ? "; observers only" : "");
        put_row(out, markdown, call.at ? call.at : "", doc.at ? doc.at : "");
        out->failed = out->failed || call.failed || doc.failed;
        loop_text_free(&call);
        loop_text_free(&doc);
    }
}

static void put_selections(LoopText *out, bool markdown)
{
    put_title(out, markdown, "Ways to select", "written");
    for (uint32_t i = 0; loop_selection_info(i); i++) {
        LoopText call = {0};
        loop_text_add(&call, "select %s%s", loop_selection_info(i)->name, loop_selection_info(i)->number ? "(x)" : "");
        put_row(out, markdown, call.at ? call.at : "", loop_selection_info(i)->doc);
        out->failed = out->failed || call.failed;
        loop_text_free(&call);
    }
}

static void put_rules(LoopText *out, bool markdown)
{
    put_title(out, markdown, "Learning rules", "name");
    for (uint32_t i = 0; loop_rule(i); i++)
        put_row(out, markdown, loop_rule(i)->name, loop_rule(i)->doc);
}

static void put_anatomy(LoopText *out, bool markdown)
{
    put_title(out, markdown, "Kinds of structures", "kind");
#define KIND(name, part, doc) put_row(out, markdown, #name, doc);
#include "lang/check/loops/kind.def"
#undef KIND
    put_title(out, markdown, "Known structures", "name");
#define STRUCTURE(name, kind, columns, doc) put_row(out, markdown, #name, doc ": " #kind);
#include "lang/check/loops/kind.def"
#undef STRUCTURE
}

static void put_opcodes(LoopText *out, bool markdown)
{
    put_title(out, markdown, "Opcodes of the VM", "operands");
    for (uint32_t i = 0; loop_op_info(i); i++) {
        LoopText call = {0};
        loop_text_add(&call, "%s %s", loop_op_info(i)->name, loop_op_info(i)->operands);
        put_row(out, markdown, call.at ? call.at : "", loop_op_info(i)->doc);
        out->failed = out->failed || call.failed;
        loop_text_free(&call);
    }
}

static void put_codes(LoopText *out, bool markdown)
{
    put_title(out, markdown, "Diagnostics", "code");
    for (uint32_t i = 0; i < LOOP_CODE_COUNT; i++)
        put_row(out, markdown, loop_code_info((LoopCode)i)->name, loop_code_info((LoopCode)i)->title);
}

static int catalog(const LoopArguments *arguments, LoopSink *out)
{
    bool markdown = arguments->markdown;
    if (arguments->file_count) {
        loop_say("loop catalog takes no file\n");
        return LOOP_EXIT_USAGE;
    }
    if (markdown)
        loop_text_add(&out->text, "# Reference\n\nPrinted by `loop catalog --markdown` from the tables of the source. Operands of opcodes: "
                                  "d register written, h register read and written, v register read, k number, c check, s draw, l loop, "
                                  "r ring, j words to jump over.\n");
    put_elementwise(&out->text, markdown);
    put_functions(&out->text, markdown);
    put_fields(&out->text, markdown);
    put_selections(&out->text, markdown);
    put_rules(&out->text, markdown);
    put_anatomy(&out->text, markdown);
    put_codes(&out->text, markdown);
    put_opcodes(&out->text, markdown);
    return LOOP_EXIT_OK;
}

static const LoopOption options[] = {{"markdown", NULL, "as docs/reference.md", 0}, {0}};

const LoopCommand loop_command_catalog = {"catalog", "[--markdown]", "lists functions, rules, structures, diagnostics, opcodes",
                                          "Prints the reference from the tables of the program.", options, catalog};
