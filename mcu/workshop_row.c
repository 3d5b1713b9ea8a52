#include "mcu/workshop_row.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

/* A cut is a row between those of the class by its time: so far from the one that it is
 * cut from, or from another cut, which may begin there, too. */
#define APART_MS 997

void workshop_row(struct db_recording *to, const char *room, const char *origin,
		  int64_t at_ms)
{
	uint32_t random;

	memset(to, 0, sizeof(*to));
	rand_bytes(&random, sizeof(random));
	rand_token(to->id, 20);
	snprintf(to->room, sizeof(to->room), "%s", room);
	memcpy(to->file, to->id, sizeof(to->id));
	snprintf(to->origin, sizeof(to->origin), "%s", origin);
	snprintf(to->state, sizeof(to->state), "running");
	to->started_ms = at_ms + 1 + random % APART_MS;
	to->added_ms = clock_wall_ms();
}

uint32_t workshop_row_ids(const struct db_recording *row,
			  char ids[LIMIT_JOINS][DB_ID + 1])
{
	const char *at = *row->joined ? row->joined : row->origin;
	uint32_t n = 0;

	while (*at && n < LIMIT_JOINS) {
		size_t len = strcspn(at, " ");

		snprintf(ids[n++], DB_ID + 1, "%.*s", (int)len, at);
		at += len + (at[len] == ' ');
	}
	return n;
}
