/* live.h - what goes on in a class, kept for whoever comes back: raised hands, the
 * floor, who is in front, who plays a part, who interprets, the timer, the groups. All
 * of it is bound to seats: a page that is loaded anew, and every page after a restart
 * of the server, is another member with the same seat.
 *
 * It is stored as one text a class, at most once a second, when it has changed. What
 * waits for a seat after a restart waits LIVE_WAIT_US, and LIVE_LEFT_US after it has
 * left: a page that is loaded anew leaves, too. At most LIVE_DUE_MAX things wait (policy:
 * the newest is lost). Control thread.
 */
#ifndef MCU_LIVE_H
#define MCU_LIVE_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;
struct server;

#define LIVE_SEAT    20 /* characters: SEAT_ID */
#define LIVE_WAIT_US INT64_C(180000000)
#define LIVE_LEFT_US INT64_C(60000000)
#define LIVE_DUE_MAX 2000

enum live_what {
	LIVE_HAND,
	LIVE_FLOOR,
	LIVE_BEFORE, /* was in front before somebody got the floor */
	LIVE_PIN,
	LIVE_INTERPRETER,
	LIVE_GUEST,
	LIVE_SPEAKS,  /* interprets into a language */
	LIVE_LISTENS, /* has chosen one */
	LIVE_WHATS
};

/* One thing of a seat. */
struct live_due {
	char seat[LIVE_SEAT + 1];
	uint8_t what;
	int64_t n; /* of a hand its time, of the floor its flags, of a language its number
		    */
	int64_t until_us; /* then it is forgotten */
};

struct live {
	struct live_due *due; /* what waits for its seat to come */
	uint32_t n, size;
	int64_t until_us; /* then they are forgotten; 0: nothing waits for long */
	uint64_t mark;    /* of what was stored last; 0: nothing goes on */
};

void live_fini(struct live *live);
/* The class as it was when the last process ended comes back. */
int live_load(struct room *room) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* All that the member has waits for its seat from here on. */
void live_park(struct member *member) RUNS_ON(on_ctl);
/* The member has come: what waits for its seat is its own, and told to all. */
void live_claim(struct member *member) RUNS_ON(on_ctl);

/* Each second: stores what has changed. */
void live_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);
/* The same at once, of a server that ends. */
void live_save(struct room *room) RUNS_ON(on_ctl);

#endif
