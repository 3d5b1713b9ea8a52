/* member.h - who is meant by a name on the command line. */
#ifndef CTL_MEMBER_H
#define CTL_MEMBER_H

#include "base/attr.h"
#include "ctl/console.h"

#include <stddef.h>

#define MEMBER_ID 12 /* bytes of "m4294967295", with its zero */

/* Finds `wanted` among objects with "id" and "name": by the id; by the whole name; by
 * the name without regard to large and small letters (of ASCII); by how a name begins.
 * Each only when the one before finds nobody. 0; -ENOENT; -ENOTUNIQ with whom it may be
 * in `why`. */
int member_find(const cJSON *list, const char *wanted, char id[MEMBER_ID], char *why,
		size_t why_len) AULA_MUST_CHECK;

/* All of a class: "members" and "lobby" of room.show with all its pages in one object,
 * which is to be deleted. An exit code. */
int member_list(struct console *console, const char *code, cJSON **room) AULA_MUST_CHECK;

/* The id of a member, or with `lobby` of who waits. An exit code; it has said why. */
int member_lookup(struct console *console, const char *code, const char *wanted, bool lobby,
	      char id[MEMBER_ID]) AULA_MUST_CHECK;

#endif
