/* tuples.h - which link a 5-tuple belongs to. Only paths that a genuine check
 * came through are in it, at most LIMIT_TUPLES for each link. Owner: net thread.
 */
#ifndef TRANSPORT_TUPLES_H
#define TRANSPORT_TUPLES_H

#include "base/attr.h"
#include "transport/bucket.h"
#include "transport/path.h"

struct link;
struct tuples;

struct tuple {
	struct tuple *chain; /* of its bucket */
	struct tuple *next;  /* of its owner */
	struct link *link;
	struct path path;
	uint8_t overhead;   /* bytes of IP and UDP, or TCP with its frame, around each */
	int64_t checked_us; /* last genuine check */
	struct bucket checks; /* what may still be looked at */
	int64_t starved_us;   /* a check was not looked at; 0: never */
};

/* The tuples of one link. */
struct tuple_list {
	struct tuple *first;
	struct tuple *chosen; /* where we send to; NULL: nowhere yet */
	uint32_t n;
};

int tuples_create(struct tuples **out) AULA_MUST_CHECK;
void tuples_destroy(struct tuples *tuples); /* empty by then; NULL is accepted */

struct tuple *tuples_find(const struct tuples *tuples, const struct path *path);

/* The one to go when there are LIMIT_TUPLES: silent longest, not the chosen one. */
struct tuple *tuples_idlest(const struct tuple_list *list);

/* Adds what tuples_find does not find to a list that has room. NULL: no memory. */
struct tuple *tuples_add(struct tuples *tuples, struct tuple_list *list,
			 struct link *link, const struct path *path, int64_t now_us);

/* Takes `tuple` out of its list and frees it; `chosen` becomes the one that was
 * checked last, or NULL. */
void tuples_remove(struct tuples *tuples, struct tuple_list *list, struct tuple *tuple);

#endif
