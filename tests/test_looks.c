/* The layouts of a class's pictures as they are stored, and names of pictures. */
#include "mcu/looks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

static void goes_and_comes_back(void)
{
	struct looks looks = {0}, again = {0};
	char text[LOOKS_TEXT], longest[LIMIT_LAYOUT_TEXT + 1];

	looks_write(&looks, text);
	CHECK(text[0] == '\0' && looks_read(text, &again) == 0);
	memset(longest, 'x', LIMIT_LAYOUT_TEXT);
	longest[LIMIT_LAYOUT_TEXT] = '\0';
	for (enum picture_kind kind = PICTURE_STAFF; kind < PICTURE_KINDS; kind++)
		snprintf(looks.layout[kind], sizeof(looks.layout[kind]), "%s", longest);
	looks_write(&looks, text); /* the most there can be */
	CHECK(looks_read(text, &again) == 0);
	CHECK(memcmp(&looks, &again, sizeof(looks)) == 0);
	CHECK(looks_read("wall grid max=9\npin speaker\n", &again) == 0);
	CHECK(strcmp(again.layout[PICTURE_WALL], "grid max=9") == 0);
	CHECK(strcmp(again.layout[PICTURE_PIN], "speaker") == 0);
	CHECK(again.layout[PICTURE_STAFF][0] == '\0');
}

static void bad_ones(void)
{
	static const char *const bad[] = {
		"wall",
		"wall\n",
		"wall \n",
		"wall grid",
		"\n",
		" grid\n",
		"door grid\n",
		"class grid\n",
		"walls grid\n",
		"wall grid\n\n",
		"wall grid\nstage",
		"wall grid\nwall speaker\n",
		"averylongnameofapicture grid\n",
	};
	char text[LIMIT_LAYOUT_TEXT + 20] = "wall ";
	struct looks looks = {0}, before;

	snprintf(looks.layout[PICTURE_WALL], sizeof(looks.layout[0]), "grid");
	before = looks;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(looks_read(bad[i], &looks) == -EINVAL);
		CHECK(memcmp(&looks, &before, sizeof(looks)) == 0);
	}
	memset(text + 5, 'x', LIMIT_LAYOUT_TEXT + 1);
	memcpy(text + 5 + LIMIT_LAYOUT_TEXT + 1, "\n", 2);
	CHECK(looks_read(text, &looks) == -EINVAL);
}

static void names(void)
{
	for (enum picture_kind kind = PICTURE_CLASS; kind < PICTURE_KINDS; kind++)
		CHECK(picture_by_name(picture_name(kind)) == kind);
	CHECK(picture_by_name("") == PICTURE_KINDS);
	CHECK(picture_by_name("Wall") == PICTURE_KINDS);
	/* the class's own, and what follows it */
	CHECK(!looks_usual(PICTURE_CLASS) && !looks_usual(PICTURE_STAFF));
	CHECK(strcmp(looks_usual(PICTURE_WALL), "wall") == 0);
}

int main(void)
{
	goes_and_comes_back();
	bad_ones();
	names();
	return 0;
}
