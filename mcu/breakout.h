/* breakout.h - a class works in groups for a while. Each group is a room of its own
 * with a picture and a sound of its own, made and ended by the class that is its
 * parent; members go there and come back with their calls, see move.h. Who belongs
 * where is bound to seats, so that a page that is loaded anew, and a server that was
 * started anew, finds its way back.
 *
 * At most BREAKOUT_GROUPS groups. Of a large class BREAKOUT_MOVES members go at once,
 * the others at the next ticks. Control thread.
 */
#ifndef MCU_BREAKOUT_H
#define MCU_BREAKOUT_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct cJSON;
struct room;
struct server;

#define BREAKOUT_GROUPS      50
#define BREAKOUT_SEATS       5000 /* beyond them newcomers stay in the class */
#define BREAKOUT_TITLE       (LIMIT_TITLE * 4)
#define BREAKOUT_MINUTES_MAX 1440
#define BREAKOUT_MOVES       100 /* in one tick */
#define BREAKOUT_CLOSING_US  INT64_C(10000000)
#define BREAKOUT_TOLD_US     INT64_C(1000000) /* between two tellings */
/* Then groups without an end are over that nobody is in, nor in the class. */
#define BREAKOUT_EMPTY_US INT64_C(300000000)
/* A group of a class that does not come back with the server. */
#define BREAKOUT_ORPHAN_US INT64_C(60000000)

/* How members get into their groups. */
enum breakout_how {
	BREAKOUT_SET, /* by name */
	BREAKOUT_RANDOM,
	BREAKOUT_EVEN, /* in the order of the roster; who comes later gets into the
			  smallest */
	BREAKOUT_SELF, /* each chooses */
	BREAKOUT_HOWS
};
const char *breakout_how_name(enum breakout_how how);
enum breakout_how breakout_how_by_name(const char *name); /* BREAKOUT_HOWS: not one */

struct breakout_group {
	char title[BREAKOUT_TITLE + 1];
	struct room *room;
	bool calls; /* it asks for help */
};

struct breakout_seat {
	char id[21];     /* SEAT_ID */
	uint8_t own, at; /* its group, and where it is to be now; 0: the class */
	uint32_t member; /* its base while it is there, else 0 */
};

struct breakout {
	enum breakout_how how;
	uint32_t n;
	struct breakout_group groups[BREAKOUT_GROUPS];
	struct breakout_seat *seats;
	uint32_t n_seats, size;
	int64_t end_us;            /* 0: until somebody ends it */
	bool closing;              /* the last seconds run */
	bool ending;               /* it is over: they come back, some at a time */
	bool unsettled;            /* somebody is not where it is to be */
	bool changed, changed_all; /* to be told to staff, to all */
	int64_t told_us;
	int64_t empty_us; /* nobody is there since; 0: somebody is */
	uint32_t version; /* counts what is to be stored */
};

/* What somebody asks for. */
struct breakout_ask {
	enum breakout_how how;
	uint32_t n; /* groups, 1 to BREAKOUT_GROUPS */
	char titles[BREAKOUT_GROUPS][BREAKOUT_TITLE + 1]; /* empty: a number */
	uint32_t n_named;                                 /* of BREAKOUT_SET */
	struct {
		struct member *member;
		uint8_t group; /* from 1 */
	} * named;             /* the caller's */
	int64_t minutes;       /* 0: without an end */
};

/* Group `number` (from 1) of a class; NULL: there is none. */
struct room *breakout_room(const struct room *class, uint32_t number) RUNS_ON(on_ctl);
/* 0: it is no group of it. */
uint32_t breakout_number(const struct room *class, const struct room *group)
	RUNS_ON(on_ctl);
/* All that are in the class and in its groups. */
uint32_t breakout_crowd(const struct room *class) RUNS_ON(on_ctl);
/* Of a seat; NULL: it has no place in any group. */
const struct breakout_seat *breakout_seat(const struct room *class, const char *id)
	RUNS_ON(on_ctl);

/* Makes the groups, and lets the members go. -EBUSY: there are some; -ENOSPC: so many
 * rooms are not to be had; -ENOBUFS, -ENOMEM. On an error nothing has changed. */
int breakout_start(struct room *class, const struct breakout_ask *ask)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Where this one is to be; 0: in the class. With `own` that is its group from here on. */
int breakout_put(struct room *class, const struct member *member, uint32_t number,
		 bool own) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The time that is left from here on; 0 minutes: without an end. */
void breakout_extend(struct room *class, int64_t minutes) RUNS_ON(on_ctl);
/* All come back when `us` have passed. */
void breakout_end(struct room *class, int64_t us) RUNS_ON(on_ctl);
/* At once, without a word: of a class that ends. */
void breakout_finish(struct room *class) RUNS_ON(on_ctl);

/* Somebody has just come into the class: goes to its group when it has one. True: it
 * went. */
bool breakout_arrive(struct member *member) RUNS_ON(on_ctl);
/* Somebody's coming or going is seen in the lists. NULL-safe for rooms without. */
void breakout_touch(struct room *room) RUNS_ON(on_ctl);

/* Twice a second, of each room: moves, tells, and ends in time. True: the room is gone
 * (a group whose class did not come back). */
bool breakout_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* As it is stored with the class, see live.h; NULL: no groups. */
struct cJSON *breakout_write(const struct room *class) RUNS_ON(on_ctl);
/* The groups of before a restart; those that are over are not taken. */
void breakout_read(struct room *class, const struct cJSON *d) RUNS_ON(on_ctl);

/* The last words of a room with groups, or with a parent: frees, tells nobody. */
void breakout_close(struct room *room) RUNS_ON(on_ctl);

#endif
