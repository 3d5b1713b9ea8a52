/* lane.h - one direction of one access link: a queue in front of a link of so many
 * bits a second, then loss, then a way that takes its time. It never asks what
 * time it is: the caller tells it, and the same seed and times give the same
 * packets. One thread.
 *
 * enters > down or hole? > queue (drop-tail) > rate > loss > copy, bit error >
 * delay, jitter, reordering > sink
 */
#ifndef TESTS_LAB_LANE_H
#define TESTS_LAB_LANE_H

#include "base/attr.h"
#include "tests/lab/agenda.h"
#include "tests/lab/dice.h"
#include "tests/lab/waits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANE_PACKET   2048 /* bytes of one at most */
#define LANE_FLIGHT   8192 /* packets on the way behind the queue, of one lane */
#define LANE_QUEUE    8192 /* packets that wait, of one lane */
#define LANE_OVERHEAD 28   /* bytes of IPv4 and UDP */

enum lane_drop {
	LANE_DROP_LOSS,   /* independent */
	LANE_DROP_BURST,  /* while the link was bad */
	LANE_DROP_QUEUE,  /* the queue was full */
	LANE_DROP_HOLE,   /* blackhole */
	LANE_DROP_DOWN,   /* the link was down */
	LANE_DROP_MEMORY, /* the pool, the queue or the flight was full */
	LANE_DROPS
};

/* What a lane does; shared by all lanes of a direction. Before a field is changed
 * each lane is settled with lane_run(). Parts are 0 to 1. */
struct lane_conf {
	double loss;               /* of each packet */
	double burst_loss;         /* mean part of the time that the link is bad */
	int64_t burst_us;          /* mean length of one bad time */
	int64_t delay_us;          /* least */
	int64_t jitter_us;         /* standard deviation */
	int64_t jitter_cap_us;     /* at most so far from the delay; 0: 4 deviations */
	bool keep_order;           /* jitter does not overtake */
	double reorder;            /* of each packet: it comes reorder_us late */
	int64_t reorder_us;        /* behind others */
	double duplicate, corrupt; /* of each packet */
	double rate_bps;           /* 0: no limit */
	int64_t queue_us;          /* at that rate; 0: no limit but LANE_QUEUE */
	int64_t overhead;          /* bytes that each packet costs beside its own */
	bool hole, down;
};

void lane_conf_init(struct lane_conf *conf); /* a perfect link */

/* Of a direction: all of its lanes. */
struct lane_stats {
	uint64_t packets_in, bytes_in, packets_out, bytes_out; /* without overhead */
	uint64_t dropped[LANE_DROPS], reordered, duplicated, corrupted;
	struct waits waits; /* in the queue and onto the link */
};

struct lane_sink {
	void *ctx;
	/* `tag` as it was pushed */
	void (*packet)(void *ctx, uint32_t tag, uint8_t *data, size_t len);
};

struct lane;
struct lane_pool;

/* Packets of many lanes: at most `max`; what comes when all are used is dropped. */
int lane_pool_create(struct lane_pool **out, uint32_t max) AULA_MUST_CHECK;
void lane_pool_destroy(struct lane_pool *pool); /* after its lanes; NULL is accepted */

/* `conf` and `stats` stay the caller's and outlive it. */
int lane_create(struct lane **out, struct lane_pool *pool, const struct lane_conf *conf,
		struct lane_stats *stats, const struct lane_sink *sink,
		uint64_t seed) AULA_MUST_CHECK;
void lane_destroy(struct lane *lane); /* what is on the way is lost; NULL is accepted */

/* A packet enters; `tag` is the caller's. Does not call the sink. */
void lane_push(struct lane *lane, uint32_t tag, const void *data, size_t len,
	       int64_t now_us);
/* All that is due until now leaves, in order; needed before the conf changes. */
void lane_run(struct lane *lane, int64_t now_us);
/* When lane_run() has something to do; INT64_MAX: nothing is on the way. */
int64_t lane_next_us(const struct lane *lane);

/* For the caller's agenda. */
struct agenda_item *lane_item(struct lane *lane);
struct lane *lane_of(struct agenda_item *item);

#endif
