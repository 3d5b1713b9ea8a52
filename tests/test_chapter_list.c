/* The chapters of a recording: what people marked is there, what came up fills the gaps.
 */
#include "mcu/chapter_list.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/test.h"

static bool is_list(char *text, const char *want)
{
	bool same = text ? want && strcmp(text, want) == 0 : !want;

	if (!same)
		fprintf(stderr, "%s\n", text ? text : "none");
	free(text);
	return same;
}

#define MARK(ms, title) "{\"ms\":" ms ",\"title\":\"" title "\",\"kind\":\"mark\"}"

static void test_marks(void)
{
	struct db_mark marks[6] = {
		{.at_ms = 0, .text = "Welcome"},
		{.at_ms = 0, .text = "at once"},
		{.at_ms = 754999},
		{.at_ms = 800000,
		 .text = "\xe2\x80\xae"
			 "one\xc2\x85\"two\"\x7f"},
		{.at_ms = 900000, .text = " \xe2\x81\xa6 "},
		{.at_ms = LIMIT_DERIVE_MS + 1, .text = "too late"},
	};

	CHECK(is_list(
		chapter_list(marks, 6, NULL, 0),
		"[" MARK("0", "Welcome") "," MARK("754999", "0:12:34") "," MARK(
			"800000", "one\\\"two\\\"") "," MARK("900000", "0:15:00") "]"));
	snprintf(marks[0].text, sizeof(marks[0].text), "a\\u0000");
	CHECK(is_list(chapter_list(marks, 1, NULL, 0), "[" MARK("0", "au0000") "]"));
	CHECK(is_list(chapter_list(marks, 0, NULL, 0), NULL));
	CHECK(is_list(chapter_list(marks + 5, 1, NULL, 0), NULL));
}

static void test_order(void)
{
	static const struct db_mark marks[2] = {{.at_ms = 30000, .text = "Here"},
						{.at_ms = 30500, .text = "And here"}};
	static const struct db_happening list[] = {
		{.at_ms = 0, .kind = "slide", .text = "Algebra", .number = 1},
		{.at_ms = 4000, .kind = "speaker", .text = "Anna"},
		{.at_ms = 11000, .kind = "layout", .text = "grid"},
		{.at_ms = 15000, .kind = "hand", .text = "Boris"},
		{.at_ms = 20001, .kind = "slide", .text = "near a mark", .number = 2},
		{.at_ms = 40500, .kind = "speaker", .text = ""},
		{.at_ms = 60000, .kind = "dance", .text = "not known"},
		{.at_ms = 70000, .kind = "clip", .text = "Film"},
		{.at_ms = LIMIT_DERIVE_MS + 1, .kind = "clip", .text = "too late"},
	};

	/* of what is near to each other the more important, however late it is */
	CHECK(is_list(chapter_list(marks, 2, list, 9),
		      "[{\"ms\":0,\"title\":\"Algebra \xc2\xb7 1\",\"kind\":\"slide\","
		      "\"number\":1},{\"ms\":15000,\"title\":\"Boris\",\"kind\":\"hand\"}"
		      "," MARK("30000", "Here") "," MARK(
			      "30500", "And here") ",{\"ms\":40500,\"title\":\"speaker\","
						   "\"kind\":\"speaker\"},"
						   "{\"ms\":70000,\"title\":\"Film\","
						   "\"kind\":\"clip\"}]"));
}

/* As many as there can be. */
static void test_many(void)
{
	static struct db_mark marks[LIMIT_MARKS];
	static struct db_happening list[LIMIT_HAPPENINGS];
	int64_t before_ms = -1000000;
	cJSON *root;
	char *text;
	int n;

	for (int i = 0; i < LIMIT_HAPPENINGS; i++) {
		list[i].at_ms = i * 12000;
		snprintf(list[i].kind, sizeof(list[i].kind), "slide");
		memset(list[i].text, '"', LIMIT_MARK_BYTES);
		list[i].number = 1000 + i;
	}
	text = chapter_list(marks, 0, list, LIMIT_HAPPENINGS);
	root = cJSON_Parse(text);
	n = cJSON_GetArraySize(root);
	fprintf(stderr, "%d of %d\n", n, LIMIT_HAPPENINGS);
	CHECK(n <= CHAPTER_LIST_MOST && n > CHAPTER_LIST_MOST / 2);
	for (int i = 0; i < n; i++) {
		double ms = cJSON_GetArrayItem(root, i)->child->valuedouble;

		CHECK(ms - (double)before_ms > 60000);
		before_ms = (int64_t)ms;
	}
	/* they go on to the end */
	CHECK(before_ms > 11000000);
	cJSON_Delete(root);
	free(text);
	for (int i = 0; i < LIMIT_MARKS; i++) {
		marks[i].at_ms = 1 + i * 20;
		memset(marks[i].text, '\\', LIMIT_MARK_BYTES);
	}
	text = chapter_list(marks, LIMIT_MARKS, list, LIMIT_HAPPENINGS);
	CHECK(text && strlen(text) < LIMIT_CHAPTERS_TEXT);
	root = cJSON_Parse(text);
	CHECK(cJSON_GetArraySize(root) == LIMIT_MARKS);
	cJSON_Delete(root);
	free(text);
}

int main(void)
{
	test_marks();
	test_order();
	test_many();
	return 0;
}
