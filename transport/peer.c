#include "transport/peer.h"

#include "base/clock.h"
#include "base/rand.h"
#include "transport/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the link tells ---------------------------------------------------- */

static void on_up(void *ctx)
{
	struct peer *peer = ctx;
	struct hub *hub = peer->hub;
	int64_t now_us = clock_us();

	thread_claim(&on_net);
	if (peer->gone || peer->path.up)
		return;
	peer->path.up = true;
	peer_way_up(peer, now_us);
	hub->events.peer_state(hub->events.ctx, peer->id, PEER_CONNECTED);
	outlet_resume(&peer->video, now_us);
}

static void on_down(void *ctx, enum link_down why)
{
	static const enum peer_state states[] = {
		[LINK_DOWN_CONSENT] = PEER_VANISHED,
		[LINK_DOWN_DTLS] = PEER_FAILED,
		[LINK_DOWN_FINGERPRINT] = PEER_FAILED,
		[LINK_DOWN_CLOSED] = PEER_LEFT,
	};
	struct peer *peer = ctx;

	thread_claim(&on_net);
	if (!peer->gone)
		hub_peer_lost(peer->hub, peer, states[why]);
}

static void on_rtp(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	thread_claim(&on_net);
	peer_rtp(ctx, data, len, now_us);
}

static void on_rtcp(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	thread_claim(&on_net);
	peer_rtcp(ctx, data, len, now_us);
}

static bool on_ssrc(void *ctx, const uint8_t *data, size_t len)
{
	struct peer *peer = ctx;

	return !peer->gone && peer_admits(peer, data, len, clock_us());
}

const struct link_events peer_link_events = {
	.up = on_up,
	.down = on_down,
	.rtp = on_rtp,
	.rtcp = on_rtcp,
	.admit_ssrc = on_ssrc,
};

/* ---- life ------------------------------------------------------------------- */

int peer_create(struct peer **out, struct hub *hub, const struct peer_conf *conf)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct link_conf link = {.ctx = peer};
	int err;

	if (!peer)
		return -ENOMEM;
	peer->hub = hub;
	peer->id = conf->id;
	peer->source[SDP_IN_VOICE] = conf->voice;
	peer->source[SDP_IN_CAMERA] = conf->camera;
	peer->source[SDP_IN_SCREEN] = conf->screen;
	peer->path.voice = conf->voice;
	peer->path.wall_us = hub->wall_us;
	peer->path.owner = &peer_way_owner;
	peer->path.owner_ctx = peer;
	peer->block_us = INT64_MIN / 2;
	bwe_init(&peer->bwe);
	rand_token(peer->path.cname, sizeof(peer->path.cname) - 1);
	send_init(&peer->audio, &peer->path, false, conf->local.ssrc_audio, 0);
	send_init(&peer->video, &peer->path, true, conf->local.ssrc_video,
		  conf->local.ssrc_rtx);
	memcpy(link.ufrag, conf->local.ufrag, sizeof(link.ufrag));
	memcpy(link.pwd, conf->local.pwd, sizeof(link.pwd));
	err = link_open(&peer->path.link, hub->links, &link);
	if (err) {
		peer_destroy(peer);
		return err;
	}
	*out = peer;
	return 0;
}

void peer_destroy(struct peer *peer)
{
	if (!peer)
		return;
	send_fini(&peer->audio);
	send_fini(&peer->video);
	pacer_fini(&peer->path.pacer);
	twcc_tx_fini(&peer->path.tx);
	while (peer->n_recv)
		peer_forget(peer, peer->recv[0]);
	free(peer->twcc);
	free(peer->sections);
	link_close(peer->path.link);
	free(peer);
}

/* ---- what was agreed -------------------------------------------------------- */

const struct section *peer_section(const struct peer *peer, enum sdp_in in)
{
	for (uint32_t i = 0; i < peer->n_sections; i++)
		if (peer->sections[i].in == in && section_sends(&peer->sections[i]))
			return &peer->sections[i];
	return NULL;
}

static const struct section *section_for(const struct peer *peer, enum sdp_out out)
{
	for (uint32_t i = 0; i < peer->n_sections; i++)
		if (peer->sections[i].out == out && peer->sections[i].dir & SDP_RECV)
			return &peer->sections[i];
	return NULL;
}

/* A source whose section does not send any more begins anew the next time. Its
 * streams stay known for a while, so that their last packets are not taken for
 * those of another section. */
static void reset_ended(struct peer *peer)
{
	for (uint32_t i = 0; i < peer->n_recv; i++) {
		struct recv *recv = peer->recv[i];

		if (peer_section(peer, recv->in))
			continue;
		if (peer->active[recv->in] == recv)
			peer->active[recv->in] = NULL;
		recv_activate(recv);
	}
}

int peer_remote(struct peer *peer, const struct sdp *remote, int64_t now_us)
{
	struct section *sections = calloc(remote->n_media, sizeof(*sections));
	int err = sections ? link_remote(peer->path.link, remote) : -ENOMEM;

	if (err) {
		free(sections);
		return err;
	}
	for (uint32_t i = 0; i < remote->n_media; i++)
		section_take(&sections[i], &remote->media[i]);
	free(peer->sections);
	peer->sections = sections;
	peer->n_sections = remote->n_media;
	reset_ended(peer);
	send_agree(&peer->audio, section_for(peer, SDP_OUT_MIX));
	send_agree(&peer->video, section_for(peer, SDP_OUT_VIEW));
	peer_way_agreed(peer, now_us);
	outlet_resume(&peer->video, now_us);
	return 0;
}

/* ---- its sources ------------------------------------------------------------ */

static enum sdp_in source_in(const struct peer *peer, uint32_t source)
{
	for (enum sdp_in in = SDP_IN_VOICE; in < PEER_INS; in++)
		if (peer->source[in] == source)
			return in;
	return SDP_IN_NONE;
}

void peer_mute(struct peer *peer, uint32_t source, bool muted)
{
	enum sdp_in in = source_in(peer, source);
	struct recv *recv = peer->active[in];

	if (peer->muted[in] == muted)
		return;
	peer->muted[in] = muted;
	if (!muted && recv && recv_is_video(recv)) {
		recv->wait_key = true; /* what was dropped is missing now */
		recv_want_key(recv);
	}
}

void peer_want_key(struct peer *peer, uint32_t source)
{
	struct recv *recv = peer->active[source_in(peer, source)];

	if (recv)
		recv_want_key(recv);
}

void peer_stats(const struct peer *peer, struct peer_stats *stats)
{
	struct link_traffic traffic = {0};

	link_traffic(peer->path.link, &traffic);
	*stats = (struct peer_stats){
		.peer = peer->id,
		.up = peer->path.up,
		.tcp = traffic.tcp,
		.bytes_in = peer->bytes_in,
		.bytes_out = peer->path.bytes,
		.rtt_ms = (uint32_t)((peer->path.rtt_us + 999) / 1000),
		.fraction_lost = peer->fraction_lost,
		.jitter_ms = peer->jitter_ms,
		.wire_in = traffic.wire_in,
		.wire_out = traffic.wire_out,
		.heard_us = traffic.heard_us,
	};
	for (uint32_t i = 0; i < NET_WATCHED; i++) {
		const struct send *s = i < NET_WATCHED / 2 ? &peer->audio : &peer->video;
		const struct outlet *outlet = s->w[i % 2].outlet;

		stats->watched[i] = outlet ? outlet->id : 0;
	}
	peer_way_stats(peer, stats);
}
