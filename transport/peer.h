/* peer.h - one remote endpoint: its link, what it agreed to, the streams it
 * sends and the two it is sent.
 */
#ifndef TRANSPORT_PEER_H
#define TRANSPORT_PEER_H

#include "transport/hub.h"
#include "transport/recv.h"
#include "transport/send.h"
#include "transport/twcc.h"

#define PEER_INS (SDP_IN_SCREEN + 1)

/* Owner: the net thread, through its hub. */
struct peer {
	struct hub *hub;
	uint32_t id;
	bool gone;                /* its link went down */
	uint32_t slot;            /* of the hub's wheel */
	struct peer *prev, *next; /* in the wheel, or (next) among the dead */
	bool busy;
	struct peer *busy_prev, *busy_next; /* among the busy */

	uint32_t source[PEER_INS]; /* by enum sdp_in; 0: may not send it */
	bool muted[PEER_INS];
	uint32_t n_sections;
	struct section sections[LIMIT_SDP_MEDIA];

	/* what it sends; the oldest idle stream makes room for a new one */
	uint32_t n_recv;
	struct recv *recv[LIMIT_SSRCS];
	struct recv *active[PEER_INS]; /* the one of several layers that is used */
	struct twcc_rx *twcc;          /* NULL until a numbered packet came */
	uint32_t twcc_n;               /* packets since the last feedback */
	int64_t twcc_sent_us;

	struct send_path path;
	struct send audio, video;

	/* what it says of our streams */
	uint64_t bytes_in;
	uint8_t fraction_lost;
	uint32_t jitter_ms;
	uint64_t remb_bps;             /* 0: not said */
	uint32_t fb_received, fb_lost; /* of the feedback message at hand */
	int32_t loss_64k; /* packets lost on the way to it, smoothed, of 65536 */
};

/* What links_create() is given. */
extern const struct link_events peer_link_events;

int peer_create(struct peer **out, struct hub *hub, const struct peer_conf *conf)
	RUNS_ON(on_net) AULA_MUST_CHECK;
/* Without a goodbye. NULL is accepted. */
void peer_destroy(struct peer *peer) RUNS_ON(on_net);
void peer_goodbye(struct peer *peer) RUNS_ON(on_net);

int peer_remote(struct peer *peer, const struct sdp *remote, int64_t now_us)
	RUNS_ON(on_net) AULA_MUST_CHECK;

/* Each tick while it sends: NACK, key frame requests, feedback. */
void peer_tick(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
/* Each second. */
void peer_report(struct peer *peer, int64_t now_us) RUNS_ON(on_net);

void peer_mute(struct peer *peer, uint32_t source, bool muted) RUNS_ON(on_net);
void peer_want_key(struct peer *peer, uint32_t source) RUNS_ON(on_net);

void peer_stats(const struct peer *peer, struct peer_stats *stats) RUNS_ON(on_net);

/* The section in which the client sends this, NULL if none. */
const struct section *peer_section(const struct peer *peer, enum sdp_in in);

/* peer_in.c: packets of its streams. */
bool peer_admits(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us);
void peer_rtp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net);
void peer_forget(struct peer *peer, struct recv *recv) RUNS_ON(on_net);

/* peer_rtcp.c: what it says of our streams. */
void peer_rtcp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net);

#endif
