#include "tests/hub_rig.h"

#include "base/clock.h"
#include "tests/test.h"
#include "transport/peer.h"

#include <string.h>

static void on_state(void *ctx, uint32_t peer, enum peer_state state)
{
	struct rig *rig = ctx;

	rig->n_states++;
	rig->state_peer = peer;
	rig->state = state;
}

static void on_key(void *ctx, uint32_t outlet)
{
	struct rig *rig = ctx;

	rig->n_keys++;
	rig->key_outlet = outlet;
}

static void on_link(void *ctx, uint32_t peer, const struct link_report *report)
{
	struct rig *rig = ctx;

	rig->n_links++;
	rig->link_peer = peer;
	rig->link = *report;
	rig->verdicts[report->verdict]++;
}

void rig_open(struct rig *rig)
{
	const struct net_events events = {rig, on_state, on_key, on_link};
	struct links *links;

	*rig = (struct rig){.now_us = 1000 * SEC_US};
	clock_fake(rig->now_us);
	CHECK(ring_create(&rig->rings.video_in, 4) == 0);
	CHECK(ring_create(&rig->rings.audio_in, 4) == 0);
	CHECK(ring_create(&rig->rings.video_out, 64) == 0);
	CHECK(ring_create(&rig->rings.audio_out, 64) == 0);
	CHECK(links_create(&links, NULL, NULL, &peer_link_events) == 0);
	hub_init(&rig->hub, links, &rig->rings, &events);
	fake_clear();
}

void rig_close(struct rig *rig)
{
	hub_fini(&rig->hub);
	links_destroy(rig->hub.links);
	ring_destroy(rig->rings.video_in);
	ring_destroy(rig->rings.audio_in);
	ring_destroy(rig->rings.video_out);
	ring_destroy(rig->rings.audio_out);
}

void rig_peer(struct rig *rig, uint32_t id)
{
	const struct peer_conf conf = {
		.id = id,
		.local = {.ssrc_audio = id * 100 + 1,
			  .ssrc_video = id * 100 + 2,
			  .ssrc_rtx = id * 100 + 3},
		.voice = id * 10 + 1,
		.camera = id * 10 + 2,
		.screen = id * 10 + 3,
	};

	hub_peer_open(&rig->hub, &conf, rig->now_us);
}

void rig_proven(struct rig *rig, uint32_t id)
{
	struct peer *peer = idmap_get(&rig->hub.peers, id);

	peer->path.paced = false;
}

void rig_pass(struct rig *rig, int64_t us)
{
	for (int64_t end = rig->now_us + us; rig->now_us < end;) {
		rig->now_us += HUB_TICK_US;
		clock_fake(rig->now_us);
		hub_tick(&rig->hub, rig->now_us);
	}
}

void rig_video(struct rig *rig, uint32_t outlet, enum codec codec, bool key, size_t len)
{
	struct au *au;

	CHECK(au_create(&au, NULL, len) == 0);
	au->codec = codec;
	au->flags = key ? AU_KEY : 0;
	au->pts_us = rig->now_us;
	for (size_t i = 0; i < len; i++)
		au->data[i] = (uint8_t)(i | 1);
	if (codec == CODEC_H264) { /* one slice */
		memcpy(au->data, "\0\0\0\1", 4);
		au->data[4] = key ? 0x65 : 0x61;
	}
	CHECK(ring_push(rig->rings.video_out, outlet, au) == 0);
	hub_drain_video(&rig->hub, rig->now_us);
}

void rig_sound(struct rig *rig, uint32_t id, uint32_t skip)
{
	struct au *au;

	CHECK(au_create(&au, "opus", 4) == 0);
	au->codec = CODEC_OPUS;
	au->pts_us = rig->now_us;
	if (skip)
		au->skip[au->n_skip++] = skip;
	CHECK(ring_push(rig->rings.audio_out, id, au) == 0);
	hub_drain_audio(&rig->hub, rig->now_us);
}

const struct rtp_packet *rig_sent(uint32_t ssrc, uint32_t i)
{
	for (uint32_t k = 0; k < fake_n; k++)
		if (!fake_sent[k].rtcp && fake_sent[k].pkt.ssrc == ssrc && i-- == 0)
			return &fake_sent[k].pkt;
	return NULL;
}

uint32_t rig_count(uint32_t ssrc)
{
	uint32_t n = 0;

	while (rig_sent(ssrc, n))
		n++;
	return n;
}
