#include "mcu/hearing.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

static int8_t loud(enum hearing_rule rule, uint32_t manned, struct hearing_person of,
		   struct hearing_person to)
{
	int8_t db[MIX_CHANNELS];

	hearing_gains(rule, manned, &of, db);
	return db[hearing_channel(&to)];
}

/* Each rule, each role to each role: 'y' is heard. */
static void the_matrix(void)
{
	static const enum role roles[] = {ROLE_OBSERVER,  ROLE_GUEST,    ROLE_STUDENT,
					  ROLE_MODERATOR, ROLE_LECTURER, ROLE_ADMIN};
	/* a row for who speaks, a letter for who hears */
	static const char *const want[HEARING_RULES][6] = {
		[HEARING_ALL] = {"nnnnnn", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
				 "yyyyyy"},
		[HEARING_LECTURERS] = {"nnnnnn", "ynnyyy", "ynnyyy", "ynnyyy", "yyyyyy",
				       "yyyyyy"},
		[HEARING_APART] = {"nnnnnn", "ynnyyy", "ynnyyy", "yyyyyy", "yyyyyy",
				   "yyyyyy"},
	};

	for (enum hearing_rule rule = HEARING_ALL; rule < HEARING_RULES; rule++)
		for (int of = 0; of < 6; of++)
			for (int to = 0; to < 6; to++) {
				bool yes = want[rule][of][to] == 'y';

				CHECK(loud(rule, 0,
					   (struct hearing_person){roles[of], 0, 0},
					   (struct hearing_person){roles[to], 0, 0}) ==
				      (yes ? 0 : MIX_DB_NONE));
				CHECK(hearing_sees(rule, roles[to], roles[of]) == yes);
			}
}

static void interpreters(void)
{
	struct hearing_person lecturer = {ROLE_LECTURER, 0, 0};
	struct hearing_person student = {ROLE_STUDENT, 0, 0};
	struct hearing_person french = {ROLE_STUDENT, 0, 2};
	struct hearing_person speaks = {ROLE_INTERPRETER, 2, 0};

	for (enum hearing_rule rule = HEARING_ALL; rule < HEARING_RULES; rule++) {
		CHECK(loud(rule, 1u << 2, speaks, french) == 0);
		CHECK(loud(rule, 1u << 2, lecturer, french) == HEARING_SOFT_DB);
		CHECK(loud(rule, 1u << 1, lecturer, french) == 0); /* nobody interprets */
		CHECK(loud(rule, 1u << 2, speaks, student) == MIX_DB_NONE);
		CHECK(loud(rule, 1u << 2, speaks, lecturer) == MIX_DB_NONE);
		CHECK(loud(rule, 1u << 2, lecturer, speaks) == 0);
		CHECK(loud(rule, 1u << 2, student, speaks) == 0);
		CHECK(loud(rule, 1u << 2, student, french) ==
		      (rule == HEARING_ALL ? HEARING_SOFT_DB : MIX_DB_NONE));
	}
	CHECK(hearing_channel(&french) < MIX_CHANNELS);
	french.listens = HEARING_LANGUAGES;
	CHECK(hearing_channel(&french) == MIX_CHANNELS - 1);
}

static void what_is_stored(void)
{
	struct hearing h = {.rule = HEARING_RULES}, again;
	char text[HEARING_TEXT], name[HEARING_NAME + 2];

	CHECK(hearing_read("apart\n", &h) == 0 && h.sees == HEARING_ALL);
	CHECK(hearing_read("all apart\nEnglish\n", &h) == 0 && h.n == 1);
	CHECK(h.rule == HEARING_ALL && h.sees == HEARING_APART);
	CHECK(hearing_read("", &h) == 0 && h.rule == HEARING_ALL && h.n == 0);
	h.rule = HEARING_APART;
	h.sees = HEARING_LECTURERS;
	memset(name, 'x', sizeof(name));
	name[HEARING_NAME] = '\0';
	for (int i = 0; i < HEARING_LANGUAGES; i++) {
		name[0] = (char)('a' + i);
		CHECK(hearing_add(&h, name) == 0);
		CHECK(hearing_add(&h, name) == -EINVAL);
		CHECK(hearing_language(&h, name) == (uint32_t)i + 1);
	}
	CHECK(hearing_add(&h, "one more") == -ENOSPC);
	CHECK(hearing_language(&h, "one more") == 0);
	hearing_write(&h, text);
	CHECK(strlen(text) < HEARING_TEXT - 1);
	CHECK(hearing_read(text, &again) == 0);
	CHECK(memcmp(&h, &again, sizeof(h)) == 0);
}

static void bad_texts(void)
{
	static const char *const bad[] = {
		"all some\n", "all \n", "all all all\n", "all  all\n",
		"all",
		"\n",
		"everybody\n",
		"all\nEnglish",
		"all\n\n",
		"all\nEnglish\nEnglish\n",
		"all\nEng\tlish\n",
		"all\n0123456789012345678901234\n",
		"all\n1\n2\n3\n4\n5\n6\n7\n8\n",
		"lecturerslecturerslecturers\n",
		" all\n",
	};
	struct hearing h = {.rule = HEARING_APART, .n = 1, .names = {"x"}}, before = h;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(hearing_read(bad[i], &h) == -EINVAL);
		CHECK(memcmp(&h, &before, sizeof(h)) == 0);
	}
	CHECK(hearing_add(&h, "") == -EINVAL && hearing_add(&h, "a\nb") == -EINVAL);
	CHECK(hearing_add(&h, "\x7f") == -EINVAL && h.n == 1);
	CHECK(hearing_by_name("") == HEARING_RULES);
	for (enum hearing_rule rule = HEARING_ALL; rule < HEARING_RULES; rule++)
		CHECK(hearing_by_name(hearing_name(rule)) == rule);
}

int main(void)
{
	the_matrix();
	interpreters();
	what_is_stored();
	bad_texts();
	return 0;
}
