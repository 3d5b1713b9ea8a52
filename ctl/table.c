#include "ctl/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/text.h"

#define GAP       2
#define NARROWEST 4 /* columns that one which gives keeps */

struct table {
	const struct table_column *columns;
	unsigned n_columns;
	char **cells;
	size_t n, size;
	bool lost;
};

struct table *table_create(const struct table_column *columns, unsigned n)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table) {
		table->columns = columns;
		table->n_columns = n < TABLE_COLUMNS ? n : TABLE_COLUMNS;
	}
	return table;
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

void table_cell(struct table *table, const char *fmt, ...)
{
	char raw[TABLE_CELL], clean[TABLE_CELL];
	va_list ap;

	if (!table)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), raw);
	if (table->n == table->size) {
		size_t grown = table->size ? table->size * 2 : 64;
		char **cells = realloc(table->cells, grown * sizeof(*cells));

		if (!cells) {
			table->lost = true;
			return;
		}
		table->cells = cells;
		table->size = grown;
	}
	table->cells[table->n] = strdup(clean);
	if (table->cells[table->n])
		table->n++;
	else
		table->lost = true;
}

unsigned table_rows(const struct table *table)
{
	return table ? (unsigned)(table->n / table->n_columns) : 0;
}

/* The width that a column wants; 0: nothing is in it, and it is left out. */
static unsigned wanted(const struct table *table, unsigned c)
{
	unsigned most = 0, title = text_width(table->columns[c].title);

	for (size_t i = c; i < table->n; i += table->n_columns) {
		unsigned w = text_width(table->cells[i]);

		if (w > most)
			most = w;
	}
	return most && most < title ? title : most;
}

static void measure(const struct table *table, unsigned *widths, unsigned width)
{
	unsigned sum = 0, n = table->n_columns;

	for (unsigned c = 0; c < n; c++) {
		widths[c] = wanted(table, c);
		if (widths[c])
			sum += widths[c] + (sum ? GAP : 0);
	}
	/* those that give lose first, the widest of them a column at a time */
	for (int all = 0; all < 2; all++)
		while (sum > width) {
			unsigned widest = n;

			for (unsigned c = 0; c < n; c++)
				if ((table->columns[c].gives || all) &&
				    !table->columns[c].whole && widths[c] > NARROWEST &&
				    (widest == n || widths[c] > widths[widest]))
					widest = c;
			if (widest == n)
				break;
			widths[widest]--;
			sum--;
		}
}

/* One cell, `gap` columns behind the last one. */
static void put_cell(FILE *to, const char *text, unsigned width, unsigned gap, bool right)
{
	unsigned w = text_width(text);

	fprintf(to, "%*s", (int)gap, "");
	if (w > width)
		fprintf(to, "%.*s>", (int)text_fit(text, width - 1), text);
	else
		fprintf(to, "%*s%s", right ? (int)(width - w) : 0, "", text);
}

/* `cells` NULL: the titles. Nothing is written behind the last text of a line. */
static void put_row(const struct table *table, FILE *to, char *const *cells,
		    const unsigned *widths)
{
	unsigned gap = 0;

	for (unsigned c = 0; c < table->n_columns; c++) {
		const struct table_column *column = &table->columns[c];
		const char *text = cells ? cells[c] : column->title;
		unsigned w = text_width(text);

		if (!widths[c])
			continue;
		if (*text) {
			put_cell(to, text, widths[c], gap, column->right);
			gap = GAP + (column->right || w > widths[c] ? 0 : widths[c] - w);
		} else {
			gap += widths[c] + GAP;
		}
	}
	putc('\n', to);
}

void table_print(const struct table *table, FILE *to, unsigned width, unsigned most)
{
	unsigned widths[TABLE_COLUMNS], rows = table_rows(table);

	if (!table || table->lost)
		text_say("no memory for all of the table");
	if (!rows)
		return;
	measure(table, widths, width);
	if (most && rows > most)
		rows = most;
	put_row(table, to, NULL, widths);
	for (unsigned r = 0; r < rows; r++)
		put_row(table, to, table->cells + (size_t)r * table->n_columns, widths);
}

unsigned table_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col < 40 ? 40 : size.ws_col;
}
