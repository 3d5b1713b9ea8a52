/* peer.h - one remote endpoint: its link, what it agreed to, the streams it
 * sends and the two it is sent.
 */
#ifndef TRANSPORT_PEER_H
#define TRANSPORT_PEER_H

#include "transport/bwe.h"
#include "transport/hub.h"
#include "transport/probe.h"
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
	struct hub_place place[HUB_LISTS];

	uint32_t source[PEER_INS]; /* by enum sdp_in; 0: may not send it */
	bool muted[PEER_INS];
	uint32_t n_sections;
	struct section *sections; /* as many; NULL: nothing was agreed on yet */

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
	int64_t pli_us; /* the last wish for a key frame that counted */
	uint32_t n_plis;

	/* what the way to it carries: peer_way.c */
	struct bwe bwe;
	struct probe probe;
	int64_t up_us, silent_us, feedback_us;
	/* While path.irregular: feedback comes without a gap since, and for how long
	 * it has to. The latter stays: 0 until it was irregular once. */
	int64_t regular_us, regular_for_us;
	int64_t paced_us;    /* video is paced until then, at least */
	uint32_t fits_bps;   /* at about this */
	uint32_t usual_bps;  /* what is sent, on average of some seconds, probes apart */
	uint32_t video_bps;  /* of that: video, each packet once */
	uint64_t usual_wire; /* bytes, when that was looked at */
	uint32_t video_wire; /* its low bits */
	int64_t usual_us;
	int64_t red_us;      /* when there was reason to send copies of sound */
	int64_t block_us;    /* the last receiver report that was judged */
	uint64_t block_wire; /* bytes sent before it */
	uint32_t sent_bps;   /* between the last two of them */

	uint32_t allow_bps;  /* what it may send; 0: as it likes */
	uint8_t allow_again; /* reports that tell it that it may again */
	uint8_t n_reports;   /* that we wrote; wraps */
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

/* What it may send in all, told at once and each second; 0: as it likes. */
void peer_allow(struct peer *peer, uint32_t bps) RUNS_ON(on_net);
/* A wish for a key frame; each peer's count once in two seconds, the first ones of
 * a peer once a second. */
bool peer_may_want_key(struct peer *peer, int64_t now_us);

/* peer_in.c: packets of its streams. */
bool peer_admits(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us);
void peer_rtp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net);
void peer_forget(struct peer *peer, struct recv *recv) RUNS_ON(on_net);

/* peer_rtcp.c: what it says of our streams. */
void peer_rtcp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net);

/* peer_way.c: what the way to it carries, and what follows from that. */
extern const struct send_owner peer_way_owner;

void peer_way_up(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
/* How much IP, UDP or TCP put around each packet now. */
void peer_way_look(struct peer *peer) RUNS_ON(on_net);
/* After each description of the client. */
void peer_way_agreed(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
/* One status of transport-wide feedback, and its end. */
void peer_way_status(struct peer *peer, uint16_t seq, int64_t recv_us, int64_t now_us)
	RUNS_ON(on_net);
void peer_way_feedback(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
void peer_way_block(struct peer *peer, const struct rtcp_block *block, int64_t rtt_us,
		    int64_t now_us) RUNS_ON(on_net);
void peer_way_cap(struct peer *peer, uint64_t bps, int64_t now_us) RUNS_ON(on_net);
void peer_way_second(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
/* Each tick while it is active: a probe runs, or video waits in the pacer. */
void peer_way_tick(struct peer *peer, int64_t now_us) RUNS_ON(on_net);
void peer_probe(struct peer *peer, uint32_t bps, int64_t now_us) RUNS_ON(on_net);
void peer_way_stats(const struct peer *peer, struct peer_stats *stats);

#endif
