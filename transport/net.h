/* net.h - one net thread: its peers, what they send, and the outlets that are
 * fanned out to them. All calls but create and destroy are posts from any
 * thread, done in order; ids are chosen by the caller, never 0, never reused. They
 * are refused with -ENOBUFS when too many wait; for closing, muting, forgetting and
 * watching there is a reserve, and they need no memory.
 *
 * A *source* is one thing a peer sends; its units go to a ring. An *outlet* is
 * one encoded stream with any number of viewers.
 */
#ifndef TRANSPORT_NET_H
#define TRANSPORT_NET_H

#include "base/attr.h"
#include "base/au.h"
#include "base/ring.h"
#include "transport/link.h"
#include "transport/sdp.h"

struct net;

enum peer_state {
	PEER_CONNECTED, /* media may flow */
	PEER_VANISHED,  /* no consent for 30 s; closed by itself */
	PEER_FAILED,    /* handshake; closed by itself */
	PEER_LEFT,      /* said goodbye; closed by itself */
};

/* What the way to a peer carries, as its feedback tells. Rates are bits a second
 * on the wire, IP and UDP headers counted. */
enum link_verdict {
	LINK_CLEAR, /* no sign of too much for a second; also after LINK_SILENT */
	LINK_TIGHT, /* more is sent than it carries: a queue grows, or packets are lost */
	LINK_LOSSY, /* many are lost, but sending less would not change it */
	LINK_SILENT,     /* no feedback for a second though packets went out */
	LINK_PROBE_GOOD, /* net_peer_probe(): that much fits */
	LINK_PROBE_BAD,  /* it does not, or nothing could be said */
	LINK_PROBE_NONE, /* this peer cannot be probed: it has no feedback, or no RTX */
};

struct link_report {
	enum link_verdict verdict;
	uint32_t carried_bps; /* what arrived lately; when tight: about what fits */
	uint32_t cap_bps;     /* what the peer itself allows (REMB); 0: not said */
	uint32_t probe_bps;   /* of the probe that ended */
	uint16_t queue_ms;    /* how long packets wait on the way, beyond the least */
	uint16_t rtt_ms;      /* 0: unknown */
	uint16_t loss_64k;    /* of 65536, smoothed */
};

/* Called on the net thread: post and return. */
struct net_events {
	void *ctx;
	void (*peer_state)(void *ctx, uint32_t peer, enum peer_state state);
	/* A viewer of this video outlet needs a key frame; at most once a second. */
	void (*key_wanted)(void *ctx, uint32_t outlet);
	/* When the verdict changes; while tight at most each 500 ms again. */
	void (*link_report)(void *ctx, uint32_t peer, const struct link_report *report);
};

struct net_rings {
	struct ring *video_in;  /* net produces: id = source */
	struct ring *audio_in;  /* net produces: id = source */
	struct ring *video_out; /* net consumes: id = outlet, from the video thread */
	struct ring *audio_out; /* net consumes: id = outlet, from the audio thread */
};

/* Starts the thread. The rings stay the caller's and outlive it. */
int net_create(struct net **out, const struct links_conf *conf,
	       const struct net_rings *rings,
	       const struct net_events *events) AULA_MUST_CHECK;
void net_destroy(struct net *net); /* says goodbye to all; NULL is accepted */

/* ANY_THREAD. Fingerprint, candidates, fresh credentials and SSRCs for a peer. */
void net_describe(const struct net *net, struct sdp_local *local);
bool net_only_private(const struct net *net);

struct peer_conf {
	uint32_t id;
	struct sdp_local local;         /* as net_describe made it */
	uint32_t voice, camera, screen; /* sources, 0: not allowed to send it */
};

int net_peer_open(struct net *net, const struct peer_conf *conf) AULA_MUST_CHECK;
/* After each answer (or offer) of the client: codecs, ids, fingerprints. */
int net_peer_remote(struct net *net, uint32_t peer,
		    const struct sdp *remote) AULA_MUST_CHECK;
int net_peer_restart(struct net *net, uint32_t peer, const char *ufrag,
		     const char *pwd) AULA_MUST_CHECK;
int net_peer_close(struct net *net, uint32_t peer);

/* Server-side switch: what a muted source sends is dropped on arrival. It belongs
 * to the source, not to a peer: it holds for each peer that is opened with it,
 * before and after, until it is taken back or the source is forgotten. At most
 * LIMIT_SOURCES are remembered; policy when full: the lowest id, the oldest, goes. */
int net_source_mute(struct net *net, uint32_t source, bool muted);
/* It will not come again; a peer that still has it stays as it is. */
int net_source_forget(struct net *net, uint32_t source);
/* Asks its sender for a key frame, at most once a second. */
int net_source_key(struct net *net, uint32_t source);
/* What the peer may send in all, bits a second; told by REMB. 0: as it likes. */
int net_peer_allow(struct net *net, uint32_t peer, uint32_t bps);

int net_outlet_open(struct net *net, uint32_t outlet, enum codec codec) AULA_MUST_CHECK;
int net_outlet_close(struct net *net, uint32_t outlet);

/* From now on (video: from the outlet's next key frame; the group so far is
 * replayed at once when it is small) the peer gets this outlet; 0: nothing. A
 * unit whose skip list names the peer's voice is not sent to it.
 * `at_once`: what was shown so far ends now, not when the new one begins; for a
 * link that cannot carry it any more. */
int net_peer_watch_video(struct net *net, uint32_t peer, uint32_t outlet, bool at_once);
int net_peer_watch_audio(struct net *net, uint32_t peer, uint32_t outlet);

/* Fills what is sent to the peer up to this rate with padding, for about a second,
 * to learn whether so much fits; stopped early when it does not. Answered by a
 * report. 0 ends it without one. */
int net_peer_probe(struct net *net, uint32_t peer, uint32_t bps);

/* The RTP timestamp that a unit of this time carries, to every viewer. */
static inline uint32_t net_video_ts(int64_t pts_us)
{
	return (uint32_t)(pts_us * 9 / 100);
}

static inline uint32_t net_audio_ts(int64_t pts_us)
{
	return (uint32_t)(pts_us * 6 / 125);
}

/* Units for one member alone are pushed into audio_out under the id of that
 * member's *voice*; the net thread knows whose it is. */

/* One peer's figures, for the lecturer's list and for tests. */
#define NET_WATCHED 4
struct peer_stats {
	uint32_t peer;
	bool up, tcp;
	uint64_t bytes_in, bytes_out;
	uint32_t rtt_ms;       /* 0: unknown */
	uint8_t fraction_lost; /* of 256, of what we sent, by its last report */
	uint32_t jitter_ms;
	/* on the wire: IP and UDP headers, RTCP, STUN and DTLS counted */
	uint64_t wire_in, wire_out;
	uint64_t probe_out; /* part of wire_out: padding */
	struct link_report link;
	int64_t heard_us; /* its last genuine packet or check; 0: none yet */
	bool red;         /* sound is sent with a copy of what went before */
	/* outlets that it gets, or waits for: of sound, then of pictures; 0: none */
	uint32_t watched[NET_WATCHED];
};

/* Calls done(ctx, stats, n, last) on the net thread with all peers: with few at once,
 * with thousands in parts over a second or so. Asked again before the last part, it goes
 * on with the first answer. A part may be empty. */
int net_stats(struct net *net,
	      void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n,
			   bool last),
	      void *ctx);

#endif
