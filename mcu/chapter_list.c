#include "mcu/chapter_list.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "mcu/happenings.h"

/* ---- titles ---------------------------------------------------------------- */

/* Signs that aula-derive takes for no text: a list with one of them is refused whole.
 * Of control signs, line ends, and what turns the direction of all that follows, in
 * UTF-8; what is no UTF-8 was refused when the mark was made. */
static size_t refused_bytes(const unsigned char *at)
{
	if (*at < 0x20 || *at == 0x7f)
		return 1;
	if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
		return 2;
	if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae)
		return 3;
	if (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
		return 3;
	/* as text, too, that is taken for a sign which ends all texts */
	return strncmp((const char *)at, "\\u0000", 6) == 0;
}

#define TITLE (LIMIT_MARK_BYTES + 24) /* bytes: a text, and the number of a page */

_Static_assert(TITLE <= LIMIT_CHAPTER_TITLE, "what is written is a title");
_Static_assert(LIMIT_MARKS + CHAPTER_LIST_MOST <= LIMIT_CHAPTERS, "each is a chapter");
_Static_assert((TITLE * 2 + 100) * (LIMIT_MARKS + CHAPTER_LIST_MOST) <=
		       LIMIT_CHAPTERS_TEXT,
	       "all are a list, each byte of them escaped");

/* False: nothing of it can be seen. */
static bool clean(const char *text, char out[TITLE])
{
	const unsigned char *at = (const unsigned char *)text;
	bool blank = true;
	size_t n = 0;

	while (*at) {
		size_t refused = refused_bytes(at);

		if (!refused) {
			blank = blank && *at == ' ';
			out[n++] = (char)*at++;
		}
		at += refused;
	}
	out[n] = '\0';
	return !blank;
}

static void title_of_mark(const struct db_mark *mark, char out[TITLE])
{
	long long sec = mark->at_ms / 1000;

	if (!clean(mark->text, out))
		snprintf(out, TITLE, "%lld:%02lld:%02lld", sec / 3600, sec / 60 % 60,
			 sec % 60);
}

/* In no language: what it is called, and the number of its page. */
static void title_of_happening(const struct db_happening *h, char out[TITLE])
{
	char text[TITLE];

	if (!clean(h->text, text))
		snprintf(text, sizeof(text), "%s",
			 happening_name(happening_by_name(h->kind)));
	if (h->number > 0)
		snprintf(out, TITLE, "%.*s \xc2\xb7 %u", LIMIT_MARK_BYTES, text,
			 (unsigned)h->number);
	else
		snprintf(out, TITLE, "%s", text);
}

/* ---- which ----------------------------------------------------------------- */

static bool near(int64_t a, int64_t b, int64_t within)
{
	return a - b < within && b - a < within;
}

static bool is_known(const struct db_happening *h)
{
	return happening_by_name(h->kind) != HAPPENINGS && h->at_ms >= 0 &&
	       h->at_ms <= LIMIT_DERIVE_MS;
}

/* Those that are no nearer to a mark; `out` has room for all. */
static uint32_t between(const struct db_mark *marks, uint32_t n_marks,
			const struct db_happening *list, uint32_t n,
			const struct db_happening **out)
{
	uint32_t kept = 0, m = 0;

	for (uint32_t i = 0; i < n; i++) {
		int64_t at = list[i].at_ms;

		while (m < n_marks && marks[m].at_ms <= at - CHAPTER_LIST_LEAST_MS)
			m++;
		if (is_known(&list[i]) &&
		    (m == n_marks || !near(marks[m].at_ms, at, CHAPTER_LIST_LEAST_MS)))
			out[kept++] = &list[i];
	}
	return kept;
}

/* The more important first, none nearer to another than that: false when they are more
 * than `most`. */
static bool choose(const struct db_happening **list, uint32_t n, int64_t gap_ms,
		   uint32_t most, bool *chosen)
{
	int64_t times[CHAPTER_LIST_MOST];
	uint32_t kept = 0;

	memset(chosen, 0, n * sizeof(*chosen));
	for (enum happening kind = 0; kind < HAPPENINGS; kind++)
		for (uint32_t i = 0; i < n; i++) {
			uint32_t k = 0;

			if (happening_by_name(list[i]->kind) != kind)
				continue;
			while (k < kept && !near(times[k], list[i]->at_ms, gap_ms))
				k++;
			if (k < kept)
				continue;
			if (kept == most)
				return false;
			times[kept++] = list[i]->at_ms;
			chosen[i] = true;
		}
	return true;
}

/* Keeps what was chosen; their number. */
static uint32_t thin(const struct db_happening **list, uint32_t n, uint32_t most)
{
	int64_t gap_ms = CHAPTER_LIST_LEAST_MS;
	bool *chosen = calloc((size_t)n + 1, sizeof(*chosen));
	uint32_t kept = 0;

	if (!chosen || !most) {
		free(chosen);
		return 0;
	}
	/* at the end there is one a day */
	while (!choose(list, n, gap_ms, most, chosen))
		gap_ms += gap_ms / 2;
	for (uint32_t i = 0; i < n; i++)
		if (chosen[i])
			list[kept++] = list[i];
	free(chosen);
	return kept;
}

/* ---- as text --------------------------------------------------------------- */

static void add(cJSON *list, int64_t at_ms, const char *title, const char *kind,
		int64_t number)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddNumberToObject(item, "ms", (double)at_ms);
	cJSON_AddStringToObject(item, "title", title);
	cJSON_AddStringToObject(item, "kind", kind);
	if (number > 0)
		cJSON_AddNumberToObject(item, "number", (double)number);
	cJSON_AddItemToArray(list, item);
}

static char *print(const struct db_mark *marks, uint32_t n_marks,
		   const struct db_happening *const *others, uint32_t n)
{
	cJSON *list = cJSON_CreateArray();
	int64_t after_ms = -1;
	char title[TITLE], *text;
	uint32_t m = 0, i = 0;

	while (m < n_marks || i < n) {
		bool mark = i == n || (m < n_marks && marks[m].at_ms <= others[i]->at_ms);
		int64_t at_ms = mark ? marks[m].at_ms : others[i]->at_ms;

		if (at_ms > after_ms && at_ms <= LIMIT_DERIVE_MS) {
			after_ms = at_ms;
			if (mark)
				title_of_mark(&marks[m], title);
			else
				title_of_happening(others[i], title);
			add(list, at_ms, title, mark ? "mark" : others[i]->kind,
			    mark ? 0 : others[i]->number);
		}
		m += mark;
		i += !mark;
	}
	text = cJSON_GetArraySize(list) ? cJSON_PrintUnformatted(list) : NULL;
	cJSON_Delete(list);
	return text;
}

char *chapter_list(const struct db_mark *marks, uint32_t n_marks,
		   const struct db_happening *happenings, uint32_t n_happenings)
{
	const struct db_happening **others = calloc((size_t)n_happenings + 1,
						    sizeof(struct db_happening *));
	uint32_t n, most;
	char *text;

	if (!others)
		return NULL;
	most = n_marks < CHAPTER_LIST_MOST ? CHAPTER_LIST_MOST - n_marks : 0;
	n = between(marks, n_marks, happenings, n_happenings, others);
	n = thin(others, n, most);
	text = print(marks, n_marks, others, n);
	free(others);
	return text;
}
