/* way_sim.h - a drop-tail link with a receiver that gives transport-wide feedback,
 * on a made-up clock; for tests of what judges links.
 */
#ifndef TESTS_WAY_SIM_H
#define TESTS_WAY_SIM_H

#include "transport/bwe.h"

#define SIM_PACKETS 65536

struct sim_packet {
	int64_t arrives_us; /* of the made-up clock; INT64_MAX: never */
	bool told_lost, told;
};

struct sim {
	/* the link, to be changed at any time */
	uint32_t rate_bps; /* 0: endless */
	int64_t queue_us;  /* of packets that wait; more are dropped */
	double chance;     /* of a packet to be lost otherwise */
	int64_t delay_us;  /* each way */
	int64_t jitter_us; /* added: 0 .. that, each packet for itself */
	bool down, deaf;   /* nothing passes; no feedback comes back */
	double drift;      /* of the peer's clock */
	bool lies;         /* arrival times and fates are made up */
	/* what is sent */
	uint32_t video_bps, fps;
	bool sound;
	uint32_t key_every; /* frames; those are six times as large */

	int64_t now_us, free_us, next_sound_us, next_frame_us, next_feedback_us;
	uint32_t frames;
	uint32_t told; /* packets */
	uint64_t seed;
	struct sim_packet packets[SIM_PACKETS];
	struct twcc_tx tx;
	struct bwe bwe;
	/* what was reported */
	uint32_t n_tight, n_lossy, n_clear, n_silent;
	int64_t first_tight_us, last_tight_us, last_report_us;
	struct link_report report;
	uint64_t delivered; /* bytes */
	int64_t tight_total_us;
};

void sim_init(struct sim *sim);
void sim_fini(struct sim *sim);
/* Lets time pass, in ms. */
void sim_run(struct sim *sim, int64_t ms);
double sim_random(struct sim *sim); /* 0..1 */

#endif
