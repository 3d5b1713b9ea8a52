/* quota_watch.h - how long `recording_quota_mb` of a class lasts at the rate at which it
 * and its groups are being recorded, and who is told: those who record. As disk_watch.h
 * does of the disk. Control thread.
 */
#ifndef MCU_QUOTA_WATCH_H
#define MCU_QUOTA_WATCH_H

#include "base/thread.h"

#include <stdint.h>

struct room;

#define QUOTA_WATCH_OLD_US INT64_C(60000000) /* a rate is none any more */

/* The recording that runs in this room has so many bytes now. */
void quota_watch_grew(struct room *room, int64_t bytes) RUNS_ON(on_ctl);

/* Once that is said of all rooms: tells, when there is something to tell, all rooms of
 * the class that are recorded. */
void quota_watch_look(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* What is left, while it is little; else DISK_WATCH_PLENTY. */
uint32_t quota_watch_minutes(const struct room *room, int64_t now_us) RUNS_ON(on_ctl);

#endif
