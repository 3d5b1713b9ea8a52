/* loadgen_trace.h - what one member saw and heard, and when (--trace): the levels it was
 * told, each moment at which the picture stood still, each piece of sound that was
 * missing for good. Times are of the monotonic clock, so that they can be laid beside
 * what a relay did. Owner: its member.
 */
#ifndef BENCH_LOADGEN_TRACE_H
#define BENCH_LOADGEN_TRACE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#define LG_TRACE_LEVELS  256
#define LG_TRACE_STALLS  1024
#define LG_TRACE_HOLES   8192
#define LG_TRACE_KEYS    1024
#define LG_TRACE_SECONDS 7200
#define LG_TRACE_RING    4096            /* packets of video, a power of two */
#define LG_TRACE_STALL   INT64_C(200000) /* µs; shorter ones are not written down */

struct lg_trace_hole {
	int64_t at_us; /* when it was seen to be missing */
	uint16_t seq;
	bool fec; /* the packet behind it has a coarse copy (RFC 6716, 2.1.7) */
};

struct lg_trace_second {
	uint16_t sound, frames; /* packets of sound that were sent; pictures shown */
	uint32_t bytes;         /* on the wire, all of RTP */
};

struct lg_trace {
	int64_t from_us, until_us; /* of the first packet, and of the last one */
	struct {
		int64_t at_us;
		char level[8], why[8];
	} levels[LG_TRACE_LEVELS];
	uint32_t n_levels;

	/* video: all packets below `next` are in or given up */
	bool started, whole, key; /* whole: a picture now would lean on nothing lost */
	int64_t next, high, key_at;
	uint32_t key_ts;
	uint8_t ring[LG_TRACE_RING];
	int64_t shown_us; /* of the last picture; 0: none yet */
	uint32_t shown;
	struct {
		int64_t from_us, to_us;
	} stalls[LG_TRACE_STALLS];
	uint32_t n_stalls;
	int64_t keys[LG_TRACE_KEYS]; /* complete and shown */
	uint32_t n_keys;

	bool hears;
	uint16_t sound_high;
	struct lg_trace_hole holes[LG_TRACE_HOLES];
	uint32_t n_holes;

	struct lg_trace_second seconds[LG_TRACE_SECONDS];
};

/* A message of the WebSocket that may tell the level. */
void lg_trace_text(struct lg_trace *t, const char *text, int64_t at_us);
/* Bytes on the wire came. */
void lg_trace_bytes(struct lg_trace *t, uint32_t bytes, int64_t at_us);

/* A packet of video, by itself or by RTX: it ends a picture (`last`), it holds what a
 * key frame begins with (`key`). */
void lg_trace_video(struct lg_trace *t, uint16_t seq, uint32_t ts, bool last, bool key,
		    int64_t at_us);
/* A packet of sound came, or (`copy`) was found in another one. `opus`: what is in it. */
void lg_trace_sound(struct lg_trace *t, uint16_t seq, bool copy, const uint8_t *opus,
		    uint32_t len, int64_t at_us);

/* Whether an Opus packet holds a coarse copy of the one before it. */
bool lg_trace_has_fec(const uint8_t *opus, uint32_t len);

/* All of it. NULL without memory. */
cJSON *lg_trace_json(const struct lg_trace *t, uint32_t index);

#endif
