#include "transport/hub.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "transport/outlet.h"
#include "transport/peer.h"

#include <errno.h>
#include <stdlib.h>

#define NTP_EPOCH_US (INT64_C(2208988800) * SEC_US) /* 1900 to 1970 */
#define OUTLET_TICKS 10                             /* between two looks at the outlets */

void hub_init(struct hub *hub, struct links *links, const struct net_rings *rings,
	      const struct net_events *events)
{
	*hub = (struct hub){
		.links = links,
		.rings = *rings,
		.events = *events,
		.wall_us = clock_wall_ms() * MS_US + NTP_EPOCH_US - clock_us(),
	};
}

/* ---- lists of peers --------------------------------------------------------- */

static void wheel_add(struct hub *hub, struct peer *peer)
{
	struct peer **head;

	peer->slot = hub->n_opened++ % HUB_WHEEL;
	head = &hub->wheel[peer->slot];
	peer->prev = NULL;
	peer->next = *head;
	if (*head)
		(*head)->prev = peer;
	*head = peer;
}

static void wheel_del(struct hub *hub, struct peer *peer)
{
	if (peer->prev)
		peer->prev->next = peer->next;
	else
		hub->wheel[peer->slot] = peer->next;
	if (peer->next)
		peer->next->prev = peer->prev;
	peer->prev = peer->next = NULL;
}

void hub_peer_list(struct hub *hub, struct peer *peer, enum hub_list list, bool in)
{
	struct hub_place *place = &peer->place[list];

	if (place->in == in)
		return;
	if (in) {
		*place = (struct hub_place){true, NULL, hub->lists[list]};
		if (place->next)
			place->next->place[list].prev = peer;
		hub->lists[list] = peer;
		return;
	}
	if (place->prev)
		place->prev->place[list].next = place->next;
	else
		hub->lists[list] = place->next;
	if (place->next)
		place->next->place[list].prev = place->prev;
	*place = (struct hub_place){0};
}

/* From here on no id leads to the peer. */
static void forget(struct hub *hub, struct peer *peer) RUNS_ON(on_net)
{
	idmap_del(&hub->peers, peer->id);
	for (enum sdp_in in = SDP_IN_VOICE; in < PEER_INS; in++)
		if (peer->source[in] &&
		    idmap_get(&hub->sources, peer->source[in]) == peer)
			idmap_del(&hub->sources, peer->source[in]);
	wheel_del(hub, peer);
	for (enum hub_list list = HUB_BUSY; list < HUB_LISTS; list++)
		hub_peer_list(hub, peer, list, false);
	count_add(COUNT_PEERS, -1);
}

void hub_peer_lost(struct hub *hub, struct peer *peer, enum peer_state why)
{
	peer->gone = true;
	peer->path.up = false;
	outlet_watch(&peer->audio, NULL, true, 0);
	outlet_watch(&peer->video, NULL, true, 0);
	forget(hub, peer);
	peer->next = hub->dead;
	hub->dead = peer;
	hub->events.peer_state(hub->events.ctx, peer->id, why);
}

static void bury(struct hub *hub) RUNS_ON(on_net)
{
	while (hub->dead) {
		struct peer *peer = hub->dead;

		hub->dead = peer->next;
		peer_destroy(peer);
	}
}

/* ---- peers ------------------------------------------------------------------ */

/* Makes each of its sources known. -EEXIST when one is somebody else's. */
static int claim_sources(struct hub *hub, struct peer *peer)
{
	int err = 0;

	for (enum sdp_in in = SDP_IN_VOICE; in < PEER_INS && !err; in++)
		if (peer->source[in])
			err = idmap_put(&hub->sources, peer->source[in], peer);
	return err;
}

static int open_peer(struct hub *hub, const struct peer_conf *conf) RUNS_ON(on_net)
{
	struct peer *peer;
	int err;

	if (hub->peers.n >= LIMIT_PEERS)
		return -ENOSPC;
	if (idmap_get(&hub->peers, conf->id))
		return -EEXIST;
	err = peer_create(&peer, hub, conf);
	if (err)
		return err;
	err = idmap_put(&hub->peers, conf->id, peer);
	count_add(COUNT_PEERS, 1);
	wheel_add(hub, peer);
	if (!err)
		err = claim_sources(hub, peer);
	for (enum sdp_in in = SDP_IN_VOICE; in < PEER_INS; in++)
		peer->muted[in] = idmap_get(&hub->muted, peer->source[in]) != NULL;
	if (err) {
		forget(hub, peer);
		peer_destroy(peer);
	}
	return err;
}

void hub_peer_open(struct hub *hub, const struct peer_conf *conf, int64_t now_us)
{
	int err = open_peer(hub, conf);

	(void)now_us;
	if (!err)
		return;
	log_warn("peer_refused", "peer=%u err=%d", conf->id, err);
	hub->events.peer_state(hub->events.ctx, conf->id, PEER_FAILED);
}

void hub_peer_remote(struct hub *hub, uint32_t id, const struct sdp *remote,
		     int64_t now_us)
{
	struct peer *peer = idmap_get(&hub->peers, id);
	int err;

	if (!peer)
		return;
	err = peer_remote(peer, remote, now_us);
	if (!err)
		return;
	log_warn("peer_refused", "peer=%u err=%d", id, err);
	hub_peer_lost(hub, peer, PEER_FAILED);
}

void hub_peer_restart(struct hub *hub, uint32_t id, const char *ufrag, const char *pwd)
{
	struct peer *peer = idmap_get(&hub->peers, id);
	int err;

	if (!peer)
		return;
	err = link_restart(peer->path.link, ufrag, pwd);
	if (err) /* the old credentials go on */
		log_warn("peer_restart", "peer=%u err=%d", id, err);
}

void hub_peer_close(struct hub *hub, uint32_t id)
{
	struct peer *peer = idmap_get(&hub->peers, id);

	if (!peer)
		return;
	peer_goodbye(peer);
	forget(hub, peer);
	peer_destroy(peer);
}

/* Ids rise, so the lowest one is that of the source that came first. */
static void forget_oldest_mute(struct hub *hub)
{
	uint32_t lowest = UINT32_MAX;

	for (uint32_t i = 0; i < hub->muted.size; i++)
		if (hub->muted.slots[i].id && hub->muted.slots[i].id < lowest)
			lowest = hub->muted.slots[i].id;
	idmap_del(&hub->muted, lowest);
}

static void remember_mute(struct hub *hub, uint32_t source)
{
	int err;

	if (!source || idmap_get(&hub->muted, source))
		return;
	if (hub->muted.n >= LIMIT_SOURCES)
		forget_oldest_mute(hub);
	err = idmap_put(&hub->muted, source, hub);
	if (err)
		log_warn("mute_not_kept", "source=%u err=%d", source, err);
}

void hub_source_forget(struct hub *hub, uint32_t source)
{
	idmap_del(&hub->muted, source);
}

void hub_source_mute(struct hub *hub, uint32_t source, bool muted)
{
	struct peer *peer = idmap_get(&hub->sources, source);

	if (muted)
		remember_mute(hub, source);
	else
		idmap_del(&hub->muted, source);
	if (peer)
		peer_mute(peer, source, muted);
}

void hub_source_key(struct hub *hub, uint32_t source)
{
	struct peer *peer = idmap_get(&hub->sources, source);

	if (peer)
		peer_want_key(peer, source);
}

/* ---- outlets ---------------------------------------------------------------- */

void hub_outlet_open(struct hub *hub, uint32_t id, enum codec codec)
{
	struct outlet *outlet;
	int err = outlet_create(&outlet, id, codec, &hub->events);

	if (!err) {
		err = idmap_put(&hub->outlets, id, outlet);
		if (err)
			outlet_destroy(outlet);
	}
	if (err)
		log_warn("outlet_refused", "outlet=%u err=%d", id, err);
}

void hub_outlet_close(struct hub *hub, uint32_t id)
{
	struct outlet *outlet = idmap_del(&hub->outlets, id);

	if (outlet && outlet == hub->giving)
		hub->giving = NULL;
	if (outlet)
		outlet_destroy(outlet);
}

/* The outlet of an id, NULL: none. False when it is not of this kind. */
static bool outlet_of(struct hub *hub, uint32_t id, bool video, struct outlet **out)
{
	struct outlet *outlet = idmap_get(&hub->outlets, id);

	if (outlet && (outlet->codec != CODEC_OPUS) != video)
		return false;
	*out = outlet;
	return true;
}

void hub_watch_video(struct hub *hub, uint32_t peer, uint32_t outlet, bool at_once,
		     int64_t now_us)
{
	struct peer *p = idmap_get(&hub->peers, peer);
	struct outlet *o;

	if (p && outlet_of(hub, outlet, true, &o))
		outlet_watch(&p->video, o, at_once, now_us);
}

void hub_watch_audio(struct hub *hub, uint32_t peer, uint32_t outlet, int64_t now_us)
{
	struct peer *p = idmap_get(&hub->peers, peer);
	struct outlet *o;

	if (p && outlet_of(hub, outlet, false, &o))
		outlet_watch(&p->audio, o, true, now_us);
}

void hub_peer_probe(struct hub *hub, uint32_t id, uint32_t bps, int64_t now_us)
{
	struct peer *peer = idmap_get(&hub->peers, id);

	if (peer)
		peer_probe(peer, bps, now_us);
}

void hub_peer_allow(struct hub *hub, uint32_t id, uint32_t bps)
{
	struct peer *peer = idmap_get(&hub->peers, id);

	if (peer)
		peer_allow(peer, bps);
}

/* The next unit that somebody may watch. */
static bool begin_video(struct hub *hub, int64_t now_us) RUNS_ON(on_net)
{
	struct ring_item item;

	while (ring_pop(hub->rings.video_out, &item)) {
		hub->giving = idmap_get(&hub->outlets, item.id);
		if (hub->giving) {
			outlet_begin(hub->giving, item.au, now_us);
			return true;
		}
		au_put(item.au);
	}
	return false;
}

bool hub_drain_video(struct hub *hub, int64_t now_us)
{
	uint32_t left = HUB_SLICE;

	while (left && (hub->giving || begin_video(hub, now_us))) {
		left -= outlet_give(hub->giving, left, now_us);
		if (!outlet_gives(hub->giving))
			hub->giving = NULL;
	}
	links_flush(hub->links);
	return !left;
}

void hub_drain_audio(struct hub *hub, int64_t now_us)
{
	struct ring_item item;

	while (ring_pop(hub->rings.audio_out, &item)) {
		struct outlet *outlet = idmap_get(&hub->outlets, item.id);
		struct peer *peer = idmap_get(&hub->sources, item.id);

		if (outlet) {
			outlet_push(outlet, item.au, now_us);
			continue;
		}
		if (peer && peer->audio.w[peer->audio.cur].outlet)
			outlet_push_alone(&peer->audio, item.au, now_us);
		au_put(item.au);
	}
	links_flush(hub->links);
}

/* ---- time ------------------------------------------------------------------- */

static void tick_outlets(struct hub *hub, int64_t now_us) RUNS_ON(on_net)
{
	struct outlet *outlet;
	uint32_t pos = 0;

	while ((outlet = idmap_next(&hub->outlets, &pos)) != NULL)
		outlet_tick(outlet, now_us);
}

/* All at once would hold up everything else for as long as a whole fan-out. */
static void tell_stats(struct hub *hub) RUNS_ON(on_net)
{
	struct hub_asked *asked = &hub->asked;
	struct peer_stats stats[HUB_STATS];
	uint32_t n = 0, told = 0;

	while (asked->slot < HUB_WHEEL && told < HUB_STATS) {
		struct peer *peer = hub->wheel[asked->slot++];

		for (; peer; peer = peer->next, told++) {
			if (n == HUB_STATS) {
				asked->done(asked->ctx, stats, n, false);
				n = 0;
			}
			peer_stats(peer, &stats[n++]);
		}
	}
	asked->done(asked->ctx, stats, n, asked->slot == HUB_WHEEL);
	if (asked->slot == HUB_WHEEL)
		asked->done = NULL;
}

void hub_tick(struct hub *hub, int64_t now_us)
{
	struct peer *peer, *next;

	bury(hub);
	for (peer = hub->lists[HUB_BUSY]; peer; peer = peer->place[HUB_BUSY].next)
		peer_tick(peer, now_us);
	for (peer = hub->lists[HUB_ACTIVE]; peer; peer = next) {
		next = peer->place[HUB_ACTIVE].next;
		peer_way_tick(peer, now_us);
	}
	for (peer = hub->wheel[hub->ticks % HUB_WHEEL]; peer; peer = peer->next)
		peer_report(peer, now_us);
	if (hub->ticks++ % OUTLET_TICKS == 0)
		tick_outlets(hub, now_us);
	if (hub->asked.done)
		tell_stats(hub);
	links_flush(hub->links);
}

void hub_stats(struct hub *hub,
	       void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n,
			    bool last),
	       void *ctx)
{
	/* one that runs tells all, too, and might never end if it began anew */
	if (hub->asked.done)
		return;
	hub->asked = (struct hub_asked){done, ctx, 0};
	tell_stats(hub);
}

void hub_fini(struct hub *hub)
{
	struct outlet *outlet;
	struct peer *peer;
	uint32_t pos;

	bury(hub);
	while (pos = 0, (peer = idmap_next(&hub->peers, &pos)) != NULL)
		hub_peer_close(hub, peer->id);
	while (pos = 0, (outlet = idmap_next(&hub->outlets, &pos)) != NULL)
		hub_outlet_close(hub, outlet->id);
	idmap_fini(&hub->peers);
	idmap_fini(&hub->sources);
	idmap_fini(&hub->muted);
	idmap_fini(&hub->outlets);
}
