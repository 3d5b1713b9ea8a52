/* loadgen_sync.h - how far the sound of a beacon is behind its picture, as a receiver
 * finds it: decodes the composed picture and the mix, finds flashes and tones, maps
 * both timestamps by the sender reports of their streams (RFC 3550, 6.4.1) to the
 * server's clock. Owner: its member.
 */
#ifndef BENCH_LOADGEN_SYNC_H
#define BENCH_LOADGEN_SYNC_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/au.h"
#include "bench/loadgen_beacon.h"
#include "transport/rtcp.h"
#include "transport/rtp.h"

#define LG_SYNC_EVENTS 8192 /* of a beacon, 11 hours; policy when full: no more */

struct lg_sync;

struct lg_sync_event {
	int64_t at_us;   /* of the flash, since the first picture that was decoded */
	int32_t skew_us; /* the tone came so much later */
};

struct lg_sync_seen {
	uint32_t flashes, tones;
	uint32_t n; /* events: flashes with a tone */
	const struct lg_sync_event *events;
};

int lg_sync_create(struct lg_sync **out) AULA_MUST_CHECK;
void lg_sync_destroy(struct lg_sync *s); /* NULL is accepted */

void lg_sync_report(struct lg_sync *s, bool video, const struct rtcp_sr *sr);
/* A packet of the picture; those that come later than one behind them do not count. */
void lg_sync_video(struct lg_sync *s, const struct rtp_packet *p, enum codec codec);
/* What an Opus packet of this timestamp holds, without copies of earlier ones. */
void lg_sync_sound(struct lg_sync *s, uint32_t ts, const uint8_t *opus, size_t len);
/* Packets are missing, and nothing can be decoded before a key frame. */
bool lg_sync_wants_key(const struct lg_sync *s);

void lg_sync_seen(const struct lg_sync *s, unsigned which, struct lg_sync_seen *out);
/* All of it. NULL without memory. */
cJSON *lg_sync_json(const struct lg_sync *s, uint32_t member);

#endif
