/* link_impl.h - what link*.c share. Owner of everything: the net thread. */
#ifndef TRANSPORT_LINK_IMPL_H
#define TRANSPORT_LINK_IMPL_H

#include "base/limits.h"
#include "transport/dtls.h"
#include "transport/ice_lite.h"
#include "transport/link.h"
#include "transport/sock.h"
#include "transport/sock_tcp.h"
#include "transport/srtp.h"
#include "transport/tuples.h"
#include "transport/ufrags.h"

#define LISTEN_MAX 4
#define STRANGERS  1024 /* a power of two */

struct links {
	struct loop *loop;
	struct link_events events;
	uint32_t n_socks, n_tcps;
	struct sock *socks[LISTEN_MAX];
	struct sock_tcp *tcps[LISTEN_MAX];
	uint32_t n_candidates;
	struct sdp_candidate candidates[SDP_CANDIDATES_MAX];
	bool only_private;
	struct ice_lite *ice;
	struct dtls_ctx *dtls;
	struct tuples *tuples;
	struct ufrags *ufrags;
	uint32_t n_links; /* not closed ones */
	struct link *first, *graves;
	struct loop_timer *tick; /* once a second: who vanished */
	struct loop_timer *soon; /* what must not be done inside a callback */
	/* Checks from where no tuple is yet, by a hash of the address: bounded however
	 * many addresses are made up; who shares a place shares its budget. */
	uint64_t seed;
	struct bucket strangers[STRANGERS];
	int64_t rtp_out, rtp_out_bytes;          /* not in the counters yet */
	_Alignas(16) uint8_t scratch[SOCK_ROOM]; /* a frame on its way to TCP */
};

struct link {
	struct link *prev, *next; /* in links->first, until it is freed */
	struct link *grave;       /* next one of links->graves */
	struct links *links;
	void *ctx;
	bool closed; /* link_close was called: freed soon */
	bool deaf;   /* down was called */
	bool up;
	bool lapsed;                /* the peer's consent is old: nothing is sent */
	bool nominated;             /* the chosen tuple was, by the peer */
	bool judge;                 /* compare fingerprints, soon */
	bool settled;               /* the peer has the keys: dtls_settle was called */
	struct ufrag *now, *before; /* credentials; `before`: NULL mostly */
	uint32_t n_fingerprints;    /* 0: link_remote did not come yet */
	uint8_t fingerprints[2][32];
	struct tuple_list tuples;
	uint64_t wire_in, wire_out;      /* as in link_info */
	int64_t consent_us;              /* last genuine check, at first: link_open */
	int64_t heard_us;                /* last genuine check or packet, 0: none */
	int64_t chosen_us;               /* when tuples.chosen changed */
	int64_t checked_us;              /* first genuine check, 0: none */
	int64_t shaking_us;              /* first DTLS datagram, 0: none */
	struct bucket packets, bits;     /* of what was genuine */
	struct bucket forged, forged_ns; /* of what was not: how many, and their cost */
	struct bucket shakes;            /* DTLS datagrams */
	struct dtls *dtls;
	struct loop_timer *dtls_timer; /* until settled */
	struct srtp *srtp;
};

/* ---- link.c --------------------------------------------------------------- */

/* Ends a link that is not deaf: off the tables, then down(). The link may be
 * closed afterwards. */
void link_fail(struct link *link, enum link_down why) RUNS_ON(on_net);
/* Takes a tuple away, with its connection. */
void link_drop_tuple(struct link *link, struct tuple *tuple) RUNS_ON(on_net);
/* Queues bytes as they are along a path, or along a tuple of a link. */
int link_write(struct links *links, const struct path *to, const uint8_t *data,
	       size_t len) RUNS_ON(on_net);
int link_write_along(struct link *link, const struct tuple *tuple, const uint8_t *data,
		     size_t len) RUNS_ON(on_net);

/* ---- link_in.c ------------------------------------------------------------ */

/* Takes one datagram from anywhere. */
void links_take(struct links *links, const struct path *from, uint8_t *data, size_t len,
		int64_t now_us) RUNS_ON(on_net);
/* Compares the fingerprints when both are there: up() or down(). */
void link_judge(struct link *link) RUNS_ON(on_net);

/* ---- links.c -------------------------------------------------------------- */

/* Runs what is left to do as soon as no callback is running. */
void links_soon(struct links *links);

#endif
