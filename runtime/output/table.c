/* Columns of text that line up: widths are counted in code points. */
#include "runtime/output/table.h"

#include "runtime/output/show.h"

#include <string.h>

enum { GAP = 2, COLUMNS_MAX = 12 };

typedef struct Width {
    size_t whole; /* of cells without a point */
    size_t left, right;
} Width;

void loop_table_next(LoopTable *table)
{
    LoopStr *cell = LOOP_ADD(table->arena, &table->cells, LoopStr);
    if (cell && table->cell.len)
        *cell = loop_arena_str(table->arena, (LoopStr){table->cell.at, table->cell.len});
    table->cell.len = 0;
}

void loop_table_end_row(LoopTable *table)
{
    do
        loop_table_next(table);
    while (!loop_arena_failed(table->arena) && table->cells.count % table->columns != 0);
}

/* Characters up to the decimal point of a number; 0 for other text. */
static size_t before_point(LoopStr cell)
{
    size_t i = cell.len && cell.at[0] == '-' ? 1 : 0;
    if (i >= cell.len || cell.at[i] < '0' || cell.at[i] > '9')
        return 0;
    while (i < cell.len && cell.at[i] >= '0' && cell.at[i] <= '9')
        i++;
    return i;
}

static void measure_cell(Width *width, LoopStr cell, LoopAlign align)
{
    size_t left = align == LOOP_ALIGN_POINT ? before_point(cell) : 0, all = loop_show_width(cell);
    if (!left && all > width->whole)
        width->whole = all;
    if (left > width->left)
        width->left = left;
    if (left && all - left > width->right)
        width->right = all - left;
}

static bool is_wide(const LoopTable *table, size_t column, LoopStr cell)
{
    return table->wide && column == 0 && loop_show_width(cell) > table->wide;
}

static size_t full(const Width *width)
{
    size_t number = width->left + width->right;
    return number > width->whole ? number : width->whole;
}

static void print_cell(LoopText *out, const Width *width, LoopStr cell, LoopAlign align)
{
    size_t left = align == LOOP_ALIGN_POINT ? before_point(cell) : 0;
    size_t pad = left ? full(width) - width->right - left : 0, all = pad + loop_show_width(cell);
    loop_show_spaces(out, pad);
    loop_text_str(out, cell);
    loop_show_spaces(out, full(width) - all);
}

static void print_row(const LoopTable *table, const Width *widths, size_t first, size_t indent, LoopText *out)
{
    size_t used = table->columns;
    while (used > 0 && !LOOP_ITEM(table->cells, LoopStr, first + used - 1).len)
        used--;
    loop_show_spaces(out, used ? indent : 0);
    for (size_t c = 0; c < used; c++) {
        LoopStr cell = LOOP_ITEM(table->cells, LoopStr, first + c);
        loop_show_spaces(out, c ? GAP : 0);
        if (is_wide(table, c, cell)) {
            loop_text_str(out, cell);
            loop_text_add(out, used > 1 ? "\n" : "");
            loop_show_spaces(out, used > 1 ? indent + full(&widths[0]) : 0);
        } else if (c + 1 == used && table->align[c] == LOOP_ALIGN_LEFT) {
            loop_text_str(out, cell);
        } else {
            print_cell(out, &widths[c], cell, table->align[c]);
        }
    }
    while (out->len && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
    loop_text_add(out, "\n");
}

void loop_table_print(LoopTable *table, size_t indent, LoopText *out)
{
    Width widths[COLUMNS_MAX] = {{0}};
    if (table->cell.failed || loop_arena_failed(table->arena))
        out->failed = true;
    for (size_t i = 0; !out->failed && i < table->cells.count; i++) {
        LoopStr cell = LOOP_ITEM(table->cells, LoopStr, i);
        if (!is_wide(table, i % table->columns, cell))
            measure_cell(&widths[i % table->columns], cell, table->align[i % table->columns]);
    }
    for (size_t row = 0; !out->failed && row + table->columns <= table->cells.count; row += table->columns)
        print_row(table, widths, row, indent, out);
}
