/* Columns of text that line up. */
#ifndef LOOP_TABLE_H
#define LOOP_TABLE_H

#include "runtime/contract/base.h"

typedef enum LoopAlign {
    LOOP_ALIGN_LEFT,
    LOOP_ALIGN_POINT /* numbers line up at their decimal point */
} LoopAlign;

typedef struct LoopTable {
    LoopArena *arena;       /* owns the cells; the caller's */
    const LoopAlign *align; /* [columns] */
    size_t columns;
    size_t wide;            /* a cell of the first column that is wider gets a line of its own; 0: none */
    LoopList cells;         /* LoopStr, row by row */
    LoopText cell;          /* the one being written */
} LoopTable;

/* Ends the cell that was written into table->cell; the cells of a row follow each other. */
void loop_table_next(LoopTable *table);
/* Leaves the rest of the row empty. */
void loop_table_end_row(LoopTable *table);
/* Prints the rows, each behind `indent` spaces. No blanks at the end of a line. */
void loop_table_print(LoopTable *table, size_t indent, LoopText *out);

#endif
