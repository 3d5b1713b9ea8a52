#include "ctl/member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/text.h"

#define PAGES_MAX 200

enum how { BY_ID, BY_NAME, BY_LETTERS, BY_BEGIN, N_HOWS };

static bool is_meant(enum how how, const cJSON *one, const char *wanted)
{
	const char *name = json_text(one, "name");

	switch (how) {
	case BY_ID:
		return strcmp(json_text(one, "id"), wanted) == 0;
	case BY_NAME:
		return strcmp(name, wanted) == 0;
	case BY_LETTERS:
		return strcasecmp(name, wanted) == 0;
	default:
		return strncasecmp(name, wanted, strlen(wanted)) == 0;
	}
}

static void add(char *why, size_t size, const cJSON *one, unsigned n)
{
	size_t at = strlen(why);

	if (n < 4)
		snprintf(why + at, size - at, "%s%s (%s)", n ? ", " : "",
			 json_text(one, "id"), json_text(one, "name"));
	else if (n == 4)
		snprintf(why + at, size - at, " and others");
}

int member_find(const cJSON *list, const char *wanted, char id[MEMBER_ID], char *why,
		size_t why_len)
{
	const cJSON *one, *found = NULL;

	for (int how = 0; how < N_HOWS && *wanted && !found; how++) {
		unsigned n = 0;

		why[0] = '\0';
		cJSON_ArrayForEach(one, list) if (is_meant((enum how)how, one, wanted))
		{
			add(why, why_len, one, n++);
			found = one;
		}
		if (n > 1)
			return -ENOTUNIQ;
	}
	if (!found || strlen(json_text(found, "id")) >= MEMBER_ID)
		return -ENOENT;
	snprintf(id, MEMBER_ID, "%s", json_text(found, "id"));
	return 0;
}

int member_list(struct console *console, const char *code, cJSON **room)
{
	cJSON *first = NULL, *all;
	double next = 0;
	int err;

	for (int i = 0; i < PAGES_MAX; i++) {
		cJSON *d = json_make("code", code, NULL), *page = NULL, *list, *one;

		if (next > 0)
			cJSON_AddNumberToObject(d, "from", next);
		err = console_ask(console, "room.show", d, &page);
		if (err) {
			cJSON_Delete(first);
			return err;
		}
		if (!first)
			first = page;
		all = json_get(first, "members");
		list = page != first ? json_get(page, "members") : NULL;
		while (list && (one = cJSON_DetachItemFromArray(list, 0)))
			cJSON_AddItemToArray(all, one);
		next = json_number(page, "next");
		if (page != first)
			cJSON_Delete(page);
		if (next <= 0)
			break;
	}
	*room = first;
	return 0;
}

int member_lookup(struct console *console, const char *code, const char *wanted, bool lobby,
	      char id[MEMBER_ID])
{
	char why[300] = "";
	cJSON *room = NULL;
	int err = member_list(console, code, &room);

	if (err)
		return err;
	err = member_find(json_get(room, lobby ? "lobby" : "members"), wanted, id, why,
			  sizeof(why));
	cJSON_Delete(room);
	if (err == -ENOTUNIQ)
		text_say("'%s' may be %s: say the id", wanted, why);
	else if (err)
		text_say(lobby ? "nobody waits who is called '%s'"
			       : "nobody in this class is called '%s'",
			 wanted);
	return err ? 1 : 0;
}
