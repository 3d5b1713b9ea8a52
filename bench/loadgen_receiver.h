/* loadgen_receiver.h - the media that one member gets: takes it apart, counts it, and
 * sends feedback about it. Owner: its member.
 */
#ifndef BENCH_LOADGEN_RECEIVER_H
#define BENCH_LOADGEN_RECEIVER_H

#include "bench/loadgen.h"
#include "bench/loadgen_peer.h"
#include "bench/loadgen_sender.h"
#include "bench/loadgen_sync.h"
#include "bench/loadgen_trace.h"
#include "bench/loadgen_track.h"
#include "tests/lab/dice.h"
#include "transport/sdp.h"
#include "transport/twcc.h"

struct lg_receiver {
	const struct lg_options *options;
	struct lg_stats *stats;
	struct lg_peer *peer;     /* set by the member; NULL: none yet */
	struct lg_sender *sender; /* the same: what the server asks for goes there */
	bool full, stormy, liar;  /* all is decrypted; --pli-storm; --liar */
	uint8_t kinds[128], codecs[128]; /* of payload types: what, enum codec */
	uint8_t ext_twcc;
	uint32_t ssrc; /* ours, in reports */
	struct lg_track video, audio;
	struct lg_trace *trace; /* NULL: not asked for */
	struct lg_sync *sync;   /* the same; of one viewer of each group */
	struct twcc_rx twcc;
	int64_t lie_us;
	uint16_t twcc_last;
	struct dice dice;
	uint32_t ticks, n_media, given_up_told;
	int64_t pli_us; /* of the last one */
	double pli_owed;
	uint32_t key_ts;
};

/* `index` of the member in the run; `stats` are the member's. A zeroed receiver. */
void lg_receiver_init(struct lg_receiver *r, const struct lg_options *options,
		      uint32_t index, uint32_t ssrc, struct lg_stats *stats);
void lg_receiver_fini(struct lg_receiver *r);
/* What the payload types of the server's offer are. */
void lg_receiver_learn(struct lg_receiver *r, const struct sdp *offer);

/* A packet as it came, still protected. */
void lg_receiver_take(struct lg_receiver *r, uint8_t *data, size_t len, int64_t at_us);
/* All that had come was taken: asks for what is missing. */
void lg_receiver_read(struct lg_receiver *r, int64_t now_us);
/* Each 100 ms while connected. */
void lg_receiver_tick(struct lg_receiver *r, int64_t now_us);

#endif
