/* hub.h - what a net thread serves: its peers, sources and outlets, by id. All
 * of it runs on the net thread; net.h is its door for the other threads.
 */
#ifndef TRANSPORT_HUB_H
#define TRANSPORT_HUB_H

#include "base/idmap.h"
#include "base/thread.h"
#include "transport/net.h"

#define HUB_TICK_US (10 * INT64_C(1000))
#define HUB_WHEEL   100 /* ticks between two reports of a peer: one second */
#define HUB_SLICE   256 /* viewers that are given video in a row: 1 or 2 ms */
#define HUB_STATS   64  /* peers whose figures are told in a row, or some more */

struct peer;

/* Lists of the peers that something is done for each tick. */
enum hub_list {
	HUB_BUSY,   /* they send something */
	HUB_ACTIVE, /* they are sent something bit by bit */
	HUB_LISTS
};

/* A peer's place in one of them. */
struct hub_place {
	bool in;
	struct peer *prev, *next;
};

/* Who wants all figures, and which part of the wheel has told already. */
struct hub_asked {
	void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n, bool last);
	void *ctx; /* done NULL: nobody */
	uint32_t slot;
};

/* Owner: the net thread. */
struct hub {
	struct links *links;
	struct net_rings rings;
	struct net_events events;
	struct idmap peers;   /* id: struct peer, at most LIMIT_PEERS */
	struct idmap sources; /* id: the struct peer that sends it */
	struct idmap muted;   /* id of a source: the hub; see net_source_mute() */
	struct idmap outlets; /* id: struct outlet */
	struct peer *wheel[HUB_WHEEL]; /* all peers, by the tick of their report */
	struct peer *lists[HUB_LISTS];
	struct peer *dead;     /* closed by their link, freed at the next tick */
	struct outlet *giving; /* a unit of it is being handed out; NULL: none */
	struct hub_asked asked;
	uint32_t ticks, n_opened;
	int64_t wall_us; /* added to clock_us(): µs since 1900, constant */
};

void hub_init(struct hub *hub, struct links *links, const struct net_rings *rings,
	      const struct net_events *events);
void hub_fini(struct hub *hub) RUNS_ON(on_net); /* says goodbye to all */

/* Each HUB_TICK_US: reports, feedback, retries, the dead. */
void hub_tick(struct hub *hub, int64_t now_us) RUNS_ON(on_net);

/* Video that waits in the ring, to at most HUB_SLICE viewers. True: there may be
 * more, and it is to be called again soon, but after what else is due. */
bool hub_drain_video(struct hub *hub, int64_t now_us) RUNS_ON(on_net);
/* Sends all that waits in the ring: sound is short, and first. */
void hub_drain_audio(struct hub *hub, int64_t now_us) RUNS_ON(on_net);

/* The calls of net.h. What names an unknown id does nothing: its peer may have
 * gone by itself a moment ago. */
void hub_peer_open(struct hub *hub, const struct peer_conf *conf, int64_t now_us)
	RUNS_ON(on_net);
void hub_peer_remote(struct hub *hub, uint32_t id, const struct sdp *remote,
		     int64_t now_us) RUNS_ON(on_net);
void hub_peer_restart(struct hub *hub, uint32_t id, const char *ufrag, const char *pwd)
	RUNS_ON(on_net);
void hub_peer_close(struct hub *hub, uint32_t id) RUNS_ON(on_net);
void hub_source_mute(struct hub *hub, uint32_t source, bool muted) RUNS_ON(on_net);
void hub_source_forget(struct hub *hub, uint32_t source) RUNS_ON(on_net);
void hub_source_key(struct hub *hub, uint32_t source) RUNS_ON(on_net);
void hub_outlet_open(struct hub *hub, uint32_t id, enum codec codec) RUNS_ON(on_net);
void hub_outlet_close(struct hub *hub, uint32_t id) RUNS_ON(on_net);
void hub_watch_video(struct hub *hub, uint32_t peer, uint32_t outlet, bool at_once,
		     int64_t now_us) RUNS_ON(on_net);
void hub_watch_audio(struct hub *hub, uint32_t peer, uint32_t outlet, int64_t now_us)
	RUNS_ON(on_net);
void hub_peer_probe(struct hub *hub, uint32_t id, uint32_t bps, int64_t now_us)
	RUNS_ON(on_net);
void hub_peer_allow(struct hub *hub, uint32_t id, uint32_t bps) RUNS_ON(on_net);
void hub_stats(struct hub *hub,
	       void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n,
			    bool last),
	       void *ctx) RUNS_ON(on_net);

/* For peers. The link went down: the peer is forgotten and freed later, since
 * its link is still at work. */
void hub_peer_lost(struct hub *hub, struct peer *peer, enum peer_state why)
	RUNS_ON(on_net);
void hub_peer_list(struct hub *hub, struct peer *peer, enum hub_list list, bool in);

#endif
