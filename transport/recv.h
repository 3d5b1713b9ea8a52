/* recv.h - one RTP stream that a peer sends: from packets to access units. */
#ifndef TRANSPORT_RECV_H
#define TRANSPORT_RECV_H

#include "base/thread.h"
#include "transport/depay.h"
#include "transport/nack.h"
#include "transport/reorder.h"
#include "transport/rxstat.h"
#include "transport/section.h"
#include "transport/seqnum.h"

/* Owner: the net thread, through its peer. */
struct recv {
	uint32_t ssrc;
	enum sdp_in in;
	bool rtx; /* carries retransmissions of the stream with the same in and rid */
	char rid[SDP_MID_MAX + 1];
	int64_t last_us; /* a packet came */
	struct rxstat stat;
	struct seqnum seq;
	struct rtp_unwrap ts;

	/* whoever is told of complete units; takes them */
	void (*deliver)(void *ctx, struct recv *recv, struct au *au);
	void *ctx;

	/* sound */
	int64_t seen_high; /* the highest number delivered */
	uint64_t seen;     /* bit i: number seen_high - i was delivered */

	/* video */
	enum codec codec; /* of `depay` */
	struct depay *depay;
	struct reorder reorder;
	struct nack nack;
	bool can_nack, can_pli;
	bool gap;        /* something is missing before the next packet with content */
	bool wait_key;   /* nothing is delivered before a key frame */
	bool key_wanted; /* ask for one as soon as the rate allows */
	int64_t key_asked_us;
	uint8_t fir_seq;
	uint16_t rotation_deg;
	/* the timestamp of each unit, since the depacketiser tells none */
	bool in_hand, ready;
	int64_t unit_ts, ready_ts;
};

int recv_create(struct recv **out, const struct section *section,
		const struct section_match *match, uint32_t ssrc) AULA_MUST_CHECK;
void recv_destroy(struct recv *r); /* NULL is accepted */

/* One packet of this stream, or (`again`) a retransmission that was unwrapped.
 * `section` is the one it belongs to. */
void recv_packet(struct recv *r, const struct section *section,
		 const struct rtp_packet *pkt, bool again, int64_t now_us)
	RUNS_ON(on_net);

/* A packet of a simulcast layer that is not in use: only counted. */
void recv_count(struct recv *r, const struct rtp_packet *pkt, int64_t now_us);

/* Put to use: begins at a key frame, with nothing of what it was before. */
void recv_activate(struct recv *r);

/* Unwraps a packet of an RTX stream (RFC 4588) into the one it repeats. Returns
 * false when it is none, padding for instance. */
bool recv_unwrap_rtx(struct rtp_packet *pkt, const struct section *section);

/* Gives up what was waited for too long. Each 10 ms. */
void recv_tick(struct recv *r, const struct section *section, int64_t now_us)
	RUNS_ON(on_net);

/* A key frame is needed; asked for by the peer when the rate allows. */
void recv_want_key(struct recv *r);

/* True once per granted request: at most one a second. */
bool recv_key_due(struct recv *r, int64_t now_us);

/* Of a video stream. */
static inline bool recv_is_video(const struct recv *r)
{
	return r->in == SDP_IN_CAMERA || r->in == SDP_IN_SCREEN;
}

/* recv_audio.c */
void recv_sound(struct recv *r, const struct section *section,
		const struct rtp_packet *pkt, int64_t seq, int64_t now_us)
	RUNS_ON(on_net);

#endif
