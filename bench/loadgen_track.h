/* loadgen_track.h - one RTP stream as it arrives: what is missing, late, and how
 * much it is. Owner: its member.
 */
#ifndef BENCH_LOADGEN_TRACK_H
#define BENCH_LOADGEN_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/rtcp.h"
#include "transport/rtp.h"

#define LG_SEEN    1024 /* numbers that are remembered */
#define LG_MISSING 64   /* numbers that are asked for; more are given up */
#define LG_HEADERS 28   /* bytes of IPv4 and UDP */

struct lg_missing {
	int64_t number, next_us;
	uint8_t tries;
};

struct lg_track {
	bool started;
	uint32_t clock_hz; /* of the timestamps */
	int64_t gap_us;    /* no packet for so much longer than one lasts is a gap */
	int64_t step_us,
		timed; /* what a packet lasts; the number of the last one timed */
	int64_t ticks; /* of that one */
	bool repaired; /* what is missing is asked for */
	uint32_t ssrc;
	struct rtp_unwrap numbers, times;
	int64_t first, high; /* numbers */
	uint64_t seen[LG_SEEN / 64];
	uint32_t unique, twice, repairs; /* the latter: of `unique`, by RTX or copies */
	uint64_t wire_bytes;             /* IP and UDP headers counted */
	uint64_t second_bytes;           /* of them, in the second that runs */
	int64_t last_us, longest_us;
	uint32_t gaps;
	int64_t transit, jitter; /* RFC 3550, 6.4.1; jitter in 1/16 of a tick */
	int64_t high_reported;
	uint32_t originals_reported;
	uint32_t sr_mid; /* of the last sender report, and when it came */
	int64_t sr_us;
	struct lg_missing missing[LG_MISSING];
	uint32_t n_missing;
};

void lg_track_init(struct lg_track *t, uint32_t clock_hz, int64_t gap_us, bool repaired);

/* A packet of number `seq` came, also as a repair (`rtx`). False: for the second
 * time, or too old. Numbers that were jumped over are missing from here on. */
bool lg_track_take(struct lg_track *t, uint16_t seq, bool rtx, int64_t now_us);
/* When an original came: jitter, gaps. Returns the timestamp, unwrapped, in µs. */
int64_t lg_track_time(struct lg_track *t, uint32_t ts, int64_t at_us);

/* A key frame begins at this number: of what lies before it nothing is wanted. */
void lg_track_key(struct lg_track *t, uint16_t seq);
/* The numbers to ask for now, at most `max`, ascending; *given_up counts those that
 * were asked for too often. */
uint32_t lg_track_wanted(struct lg_track *t, int64_t now_us, uint16_t *out, uint32_t max,
			 uint32_t *given_up);
/* Expected and never came, not counting what is still asked for. */
uint32_t lg_track_lost(const struct lg_track *t);
/* A report block about what came since the last one; repairs do not undo a loss there
 * (RFC 4588, 4). */
void lg_track_block(struct lg_track *t, struct rtcp_block *block, int64_t now_us);

#endif
