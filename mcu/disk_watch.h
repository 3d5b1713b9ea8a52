/* disk_watch.h - how long the disk of recordings lasts at the rate at which it is being
 * written, and who is told: those who record. Control thread.
 */
#ifndef MCU_DISK_WATCH_H
#define MCU_DISK_WATCH_H

#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct room;
struct server;

#define DISK_WATCH_LOW_MIN  30 /* less is told */
#define DISK_WATCH_WELL_MIN 40 /* so much ends it, so that it is not told each minute */
#define DISK_WATCH_PLENTY   UINT32_MAX
#define DISK_WATCH_LOOK_US  INT64_C(10000000)

struct disk_watch {    /* zeroed: nothing is known */
	int64_t at_us; /* of the last look; 0: there was none */
	int64_t bytes; /* recorded then, since the process began */
	int64_t rate;  /* bytes a second; 0: not known */
	bool low;
	uint32_t told_min; /* what was told last, while it is low */
};

/* Looks, at most each DISK_WATCH_LOOK_US: `recorded` bytes since the process began,
 * `left` until recordings end. True when there is something to tell: it became low, half
 * of what was told last is gone, or it is well again. `minutes` is what is left, or
 * PLENTY. */
bool disk_watch_look(struct disk_watch *watch, int64_t recorded, int64_t left,
		     int64_t now_us, uint32_t *minutes);

/* Each second, for all classes that are recorded. */
void disk_watch_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);

/* Tells those who record in this room; `why`: "disk", or "quota", see quota_watch.h. */
void disk_watch_tell(const struct room *room, bool low, uint32_t minutes, const char *why)
	RUNS_ON(on_ctl);

/* What is left, while it is low; else PLENTY. */
uint32_t disk_watch_minutes(const struct disk_watch *watch);

#endif
