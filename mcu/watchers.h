/* watchers.h - who watches a class by plain HTTP, without a seat: a number each, which
 * stands in its links, and when it was heard last, from which addresses. They are
 * nobody's members, nobody sees their names, and they cost no media; but they are
 * counted, and there is a limit. Pure; control thread.
 *
 * A link is for one who watches, and for as long as it is used: who gives it away to
 * others is counted with them, each address for one, and it does for no more than
 * WATCHERS_CLIENTS of them at a time, nor for more requests than a few pages make. Who is
 * refused asks for a link of its own.
 */
#ifndef MCU_WATCHERS_H
#define MCU_WATCHERS_H

#include "base/attr.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* Without a request for so long it does not watch any more: lists are asked for each few
 * seconds. */
#define WATCHERS_SILENT_US INT64_C(40000000)
/* And then its link is good for nothing more. */
#define WATCHERS_IDLE_US INT64_C(600000000)

#define WATCHERS_CLIENTS 3  /* addresses of one link: a telephone has two, or another */
#define WATCHERS_LISTS   90 /* that are asked for by one link in WATCHERS_SILENT_US */
#define WATCHERS_ADDRESS (LIMIT_WATCHERS / 4) /* links of one address: a whole school */

struct watcher {
	uint32_t number; /* 0: free */
	uint32_t room;   /* its base */
	uint32_t lists;  /* asked for since window_us */
	int64_t window_us, seen_us;
	struct watcher_client {
		uint64_t address; /* 0: free */
		int64_t seen_us;
	} clients[WATCHERS_CLIENTS]; /* the first is who got the link */
};

struct watchers {         /* zeroed: none */
	uint64_t seed[2]; /* random: nobody shall choose with whom to share a place */
	uint32_t last;
	struct watcher list[LIMIT_WATCHERS];
};

/* What stands for who has this address, see subscriber.h; never 0. */
uint64_t watchers_address(const struct watchers *watchers, const char *ip);

/* A fresh number, not 0; 0: there are too many, in all or from there. Places of those who
 * are silent are given away. */
uint32_t watchers_add(struct watchers *watchers, uint32_t room, uint64_t address,
		      int64_t now_us) AULA_MUST_CHECK;
/* It asked for something: for a list, or for a piece. False: its link is good no more, or
 * not for this address. */
bool watchers_seen(struct watchers *watchers, uint32_t number, uint64_t address,
		   bool list, int64_t now_us) AULA_MUST_CHECK;
/* Of a class; of all with 0. */
uint32_t watchers_count(const struct watchers *watchers, uint32_t room, int64_t now_us);

#endif
