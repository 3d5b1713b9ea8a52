/* table.h - a table for people: as wide as its terminal at most, and 80 columns where
 * there is none.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS 12
#define TABLE_CELL    600 /* bytes; what is longer is cut */

struct table_column {
	const char *title;
	bool right; /* numbers */
	bool gives; /* is cut first when the table is too wide, with a '>' */
	bool whole; /* is never cut: what is copied from the screen */
};

struct table;

/* `columns` lives as long as the table. NULL: no memory. */
struct table *table_create(const struct table_column *columns, unsigned n);
void table_destroy(struct table *table); /* NULL is accepted */

/* The next cell, from left to right, row by row; made clean. Without memory it is lost,
 * and table_print() says so. */
void table_cell(struct table *table, const char *fmt, ...) AULA_PRINTF(2, 3);
unsigned table_rows(const struct table *table);

/* Without rows, nothing at all; `most` rows at most, 0: all. */
void table_print(const struct table *table, FILE *to, unsigned width, unsigned most);

/* Of standard output: 80 where it is no terminal; at least 40. */
unsigned table_width(void);

#endif
