#include "base/spell.h"

#include <string.h>

size_t spell_distance(const char *a, const char *b)
{
	size_t rows[3][SPELL_WORD], n = strlen(a), m = strlen(b), best;
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *free_row;

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[m];
}
