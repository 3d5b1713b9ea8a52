#include "mcu/hearing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(2 * (HEARING_LANGUAGES + 1) <= MIX_CHANNELS, "two groups, each in all");
_Static_assert(HEARING_TEXT > 21 + HEARING_LANGUAGES * (HEARING_NAME + 1), "all fits");

static const char *const names[HEARING_RULES] = {"all", "lecturers", "apart"};

const char *hearing_name(enum hearing_rule rule)
{
	return names[rule];
}

enum hearing_rule hearing_by_name(const char *name)
{
	enum hearing_rule rule = HEARING_ALL;

	while (rule < HEARING_RULES && strcmp(names[rule], name) != 0)
		rule++;
	return rule;
}

uint32_t hearing_language(const struct hearing *hearing, const char *name)
{
	for (uint32_t i = 0; i < hearing->n; i++)
		if (strcmp(hearing->names[i], name) == 0)
			return i + 1;
	return 0;
}

/* Guests are as students are; who only looks on hears all. */
static bool is_student(enum role role)
{
	return role == ROLE_GUEST || role == ROLE_STUDENT;
}

/* To a student, on the floor. */
static bool student_hears(enum hearing_rule rule, enum role role)
{
	if (rule == HEARING_LECTURERS)
		return role >= ROLE_LECTURER;
	return rule != HEARING_APART || !is_student(role);
}

uint32_t hearing_channel(const struct hearing_person *person)
{
	bool student = is_student(person->role) && !person->speaks;

	return 2u * person->listens + student;
}

static int8_t floor_db(uint32_t language, uint32_t manned)
{
	return language && manned & 1u << language ? HEARING_SOFT_DB : 0;
}

void hearing_gains(enum hearing_rule rule, uint32_t manned,
		   const struct hearing_person *person, int8_t db[MIX_CHANNELS])
{
	memset(db, MIX_DB_NONE, MIX_CHANNELS);
	if (person->role <= ROLE_OBSERVER)
		return;
	for (uint32_t language = 0; language <= HEARING_LANGUAGES; language++)
		for (uint32_t group = 0; group < 2; group++) {
			int8_t *one = &db[2 * language + group];

			if (person->speaks)
				*one = language == person->speaks ? 0 : MIX_DB_NONE;
			else if (!group || student_hears(rule, person->role))
				*one = floor_db(language, manned);
		}
}

bool hearing_sees(enum hearing_rule rule, enum role viewer, enum role seen)
{
	if (seen <= ROLE_OBSERVER)
		return false;
	return !is_student(viewer) || student_hears(rule, seen);
}

/* Also of what JSON has as an escape: it would be lines of the stored text. */
static bool is_name(const char *name, size_t n)
{
	if (n < 1 || n > HEARING_NAME)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return true;
}

static int add(struct hearing *hearing, const char *name, size_t n)
{
	char text[HEARING_NAME + 1];

	if (!is_name(name, n))
		return -EINVAL;
	memcpy(text, name, n);
	text[n] = '\0';
	if (hearing_language(hearing, text))
		return -EINVAL;
	if (hearing->n == HEARING_LANGUAGES)
		return -ENOSPC;
	memcpy(hearing->names[hearing->n++], text, sizeof(text));
	return 0;
}

int hearing_add(struct hearing *hearing, const char *name)
{
	return add(hearing, name, strnlen(name, HEARING_NAME + 1));
}

static int read_rules(const char *text, size_t n, struct hearing *hearing)
{
	char rules[32], *sees;

	if (n >= sizeof(rules))
		return -EINVAL;
	memcpy(rules, text, n);
	rules[n] = '\0';
	sees = strchr(rules, ' ');
	if (sees)
		*sees++ = '\0';
	hearing->rule = hearing_by_name(rules);
	hearing->sees = sees ? hearing_by_name(sees) : HEARING_ALL;
	return hearing->rule == HEARING_RULES || hearing->sees == HEARING_RULES ? -EINVAL
										: 0;
}

int hearing_read(const char *text, struct hearing *hearing)
{
	struct hearing next = {0};
	size_t n = strcspn(text, "\n");

	if (!*text) {
		*hearing = next;
		return 0;
	}
	if (text[n] != '\n' || read_rules(text, n, &next))
		return -EINVAL;
	for (text += n + 1; *text; text += n + 1) {
		n = strcspn(text, "\n");
		if (text[n] != '\n' || add(&next, text, n))
			return -EINVAL;
	}
	*hearing = next;
	return 0;
}

void hearing_write(const struct hearing *hearing, char text[HEARING_TEXT])
{
	int n = snprintf(text, HEARING_TEXT, "%s%s%s\n", names[hearing->rule],
			 hearing->sees ? " " : "",
			 hearing->sees ? names[hearing->sees] : "");

	for (uint32_t i = 0; i < hearing->n; i++)
		n += snprintf(text + n, HEARING_TEXT - (size_t)n, "%s\n",
			      hearing->names[i]);
}
