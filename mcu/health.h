/* health.h - how the server was: one sample a second of the last minute, one a minute
 * of the last hour. Control thread; the rings are pure.
 */
#ifndef MCU_HEALTH_H
#define MCU_HEALTH_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/disks.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct taskcpu;

#define HEALTH_ROWS 60 /* of each ring */

/* X(id, name, how a minute is made of its seconds). New ones go to the end. */
#define HEALTH_LIST(X) \
	X(MEMBERS, "members", MEAN) \
	X(ROOMS, "rooms", MEAN) \
	X(CPU, "cpu_percent", MEAN) \
	X(CPU_NET, "cpu_net", MEAN) \
	X(CPU_VIDEO, "cpu_video", MEAN) \
	X(CPU_AUDIO, "cpu_audio", MEAN) \
	X(CPU_CONTROL, "cpu_control", MEAN) \
	X(KBPS_IN, "kbps_in", MEAN) \
	X(KBPS_OUT, "kbps_out", MEAN) \
	X(LOSS, "loss_percent", MEAN) \
	X(LATE, "late_p99_ms", MOST) \
	X(RUNGS, "rungs", MEAN) \
	X(VIEWS, "views", MEAN) \
	X(RSS, "rss_mb", MEAN) \
	X(DB_QUEUE, "db_queue", MOST) \
	X(DISK_FREE, "disk_free_mb", LEAST) \
	X(OVERLOAD, "overload", MOST) \
	X(DISK_WAIT, "disk_wait_ms", MOST)

enum health_of {
#define X(id, name, how) HEALTH_##id,
	HEALTH_LIST(X)
#undef X
		HEALTH_N
};

#define HEALTH_UNKNOWN (-1.0)

struct health_row {
	double v[HEALTH_N]; /* HEALTH_UNKNOWN where that is so */
};

struct health_ring { /* zeroed: empty */
	uint32_t n;  /* written so far */
	struct health_row rows[HEALTH_ROWS];
};

struct health { /* zeroed, then health_init() */
	struct health_ring seconds, minutes;
	struct taskcpu *cpu; /* NULL: the kernel does not tell */
	int64_t at_us;       /* of the last sample */
	int64_t bytes_in, bytes_out;
	struct disks disks;
};

const char *health_name(enum health_of of);

/* The row `i` of those that are kept, the oldest first; NULL: there are no more. */
const struct health_row *health_row(const struct health_ring *ring, uint32_t i);
/* One more second; each 60th makes a minute. */
void health_add(struct health *health, const struct health_row *row);

int health_init(struct health *health) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void health_fini(struct health *health);
/* Each second. */
void health_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);

#endif
