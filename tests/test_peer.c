/* What a peer sends, and what it is answered. */
#include "transport/peer.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/camera_rig.h"
#include "tests/hub_rig.h"
#include "tests/test.h"

#include <string.h>

#define TICK (40 * MS_US)

/* ---- what the server answers ------------------------------------------------ */

static struct heard {
	uint32_t nacks, plis, firs, blocks, twcc, twcc_lost, byes, rembs;
	uint32_t ssrc;
	uint16_t pid;
	uint64_t remb_bps;
	struct rtcp_block block;
} heard;

static void on_nack(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp)
{
	(void)ctx;
	(void)blp;
	heard.nacks++;
	heard.ssrc = ssrc;
	heard.pid = pid;
}

static void on_pli(void *ctx, uint32_t ssrc)
{
	(void)ctx;
	heard.plis++;
	heard.ssrc = ssrc;
}

static void on_fir(void *ctx, uint32_t ssrc, uint8_t seq)
{
	(void)ctx;
	CHECK(seq == heard.firs);
	heard.firs++;
	heard.ssrc = ssrc;
}

static void on_block(void *ctx, uint32_t from, const struct rtcp_block *block)
{
	(void)ctx;
	CHECK(from == 101);
	heard.blocks++;
	heard.block = *block;
}

static void on_twcc(void *ctx, uint16_t seq, int64_t recv_us)
{
	(void)ctx;
	(void)seq;
	heard.twcc++;
	heard.twcc_lost += recv_us < 0;
}

static void on_bye(void *ctx, uint32_t ssrc)
{
	(void)ctx;
	(void)ssrc;
	heard.byes++;
}

static void on_remb(void *ctx, uint64_t bps)
{
	(void)ctx;
	heard.rembs++;
	heard.remb_bps = bps;
}

static void listen(void)
{
	const struct rtcp_sink sink = {.nack = on_nack,
				       .pli = on_pli,
				       .fir = on_fir,
				       .block = on_block,
				       .twcc = on_twcc,
				       .bye = on_bye,
				       .remb = on_remb};

	memset(&heard, 0, sizeof(heard));
	for (uint32_t i = 0; i < fake_n; i++)
		if (fake_sent[i].rtcp)
			CHECK(rtcp_parse(fake_sent[i].data, fake_sent[i].len, &sink) ==
			      0);
	fake_clear();
}

static void test_camera(void) RUNS_ON(on_net)
{
	cam_begin();
	CHECK(cam_frame(cam_video, 10, true));
	CHECK(cam_take(cam_rig.rings.video_in) == 1 && cam_source == 12 &&
	      cam_flags == AU_KEY);
	cam_frame(cam_video, 11, false);
	cam_frame(cam_video, 13, false);
	cam_frame(cam_video, 14, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	rig_pass(&cam_rig, HUB_TICK_US);
	listen();
	CHECK(heard.nacks == 1 && heard.ssrc == 5000 && heard.pid == 12 && !heard.plis);
	/* by RTX on its own SSRC */
	CHECK(cam_transmit((struct cam_out){.ssrc = 5001,
					    .mid = "c",
					    .pt = CLIENT_VP8_RTX,
					    .seq = 1,
					    .osn = 12,
					    .twcc = -1,
					    .ts = 12 * 3600}));
	CHECK(cam_take(cam_rig.rings.video_in) == 3 && cam_flags == 0);
	/* lost for good: a key frame is asked for, at most one a second */
	cam_frame(cam_video, 16, false);
	rig_pass(&cam_rig, 700 * MS_US);
	listen();
	CHECK(heard.nacks >= 3 && heard.nacks <= NACK_TRIES && heard.plis == 1);
	CHECK(cam_take(cam_rig.rings.video_in) == 1 && cam_flags == AU_AFTER_LOSS);
	hub_source_key(&cam_rig.hub, 12);
	rig_pass(&cam_rig, 300 * MS_US);
	hub_source_key(&cam_rig.hub, 12);
	hub_source_key(&cam_rig.hub, 777);
	rig_pass(&cam_rig, 2 * SEC_US);
	listen();
	CHECK(heard.plis == 1 && heard.ssrc == 5000);
	rig_close(&cam_rig);
}

static void test_mute(void) RUNS_ON(on_net)
{
	cam_begin();
	cam_frame(cam_video, 1, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	hub_source_mute(&cam_rig.hub, 12, true);
	for (uint16_t i = 2; i < 30; i++)
		cam_frame(cam_video, i, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	hub_source_mute(&cam_rig.hub, 12, false);
	fake_clear();
	cam_frame(cam_video, 30, false); /* leans on what was dropped */
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	rig_pass(&cam_rig, HUB_TICK_US);
	listen();
	CHECK(heard.plis == 1 && heard.nacks == 0);
	cam_frame(cam_video, 31, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	rig_close(&cam_rig);
}

/* The mute is of the source: it was there before its peer, and outlives it. */
static void test_mute_is_kept(void) RUNS_ON(on_net)
{
	const struct peer_conf conf = {.id = 1, .voice = 11, .camera = 12};
	const struct peer *peer;

	cam_begin(); /* peer 1 with the sources 11, 12, 13 */
	hub_source_mute(&cam_rig.hub, 12, true);
	hub_source_mute(&cam_rig.hub, 71, true); /* nobody has it yet */
	hub_source_mute(&cam_rig.hub, 0, true);
	hub_peer_close(&cam_rig.hub, 1);
	hub_peer_open(&cam_rig.hub, &conf, cam_rig.now_us);
	peer = idmap_get(&cam_rig.hub.peers, 1);
	CHECK(peer && peer->muted[SDP_IN_CAMERA] && !peer->muted[SDP_IN_VOICE]);
	rig_peer(&cam_rig, 7);
	peer = idmap_get(&cam_rig.hub.peers, 7);
	CHECK(peer && peer->muted[SDP_IN_VOICE] && !peer->muted[SDP_IN_CAMERA]);
	CHECK(cam_rig.hub.muted.n == 2);
	hub_source_mute(&cam_rig.hub, 71, false);
	CHECK(!peer->muted[SDP_IN_VOICE]);
	hub_source_forget(&cam_rig.hub, 12);
	hub_source_forget(&cam_rig.hub, 12);
	CHECK(cam_rig.hub.muted.n == 0);
	hub_peer_close(&cam_rig.hub, 1);
	hub_peer_open(&cam_rig.hub, &conf, cam_rig.now_us);
	peer = idmap_get(&cam_rig.hub.peers, 1);
	CHECK(peer && !peer->muted[SDP_IN_CAMERA]);

	/* nobody forgets: the oldest go */
	for (uint32_t i = 0; i < LIMIT_SOURCES; i++)
		hub_source_mute(&cam_rig.hub, 1001 + i * 16, true);
	hub_source_mute(&cam_rig.hub, 1001, true);
	CHECK(cam_rig.hub.muted.n == LIMIT_SOURCES &&
	      idmap_get(&cam_rig.hub.muted, 1001));
	hub_source_mute(&cam_rig.hub, 1001 + LIMIT_SOURCES * 16, true);
	CHECK(cam_rig.hub.muted.n == LIMIT_SOURCES &&
	      !idmap_get(&cam_rig.hub.muted, 1001));
	CHECK(idmap_get(&cam_rig.hub.muted, 1017));
	CHECK(idmap_get(&cam_rig.hub.muted, 1001 + LIMIT_SOURCES * 16));
	rig_close(&cam_rig);
}

/* The mixer does not keep up: drop to the next key frame, and ask for one. */
static void test_full_ring(void) RUNS_ON(on_net)
{
	int64_t full = count_get(COUNT_REJECT_QUEUE);

	cam_begin();
	for (uint16_t i = 0; i < 6; i++)
		cam_frame(cam_video, i, i == 0);
	CHECK(count_get(COUNT_REJECT_QUEUE) == full + 1);
	CHECK(cam_take(cam_rig.rings.video_in) == 4);
	cam_frame(cam_video, 6, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	rig_pass(&cam_rig, HUB_TICK_US);
	listen();
	CHECK(heard.plis == 1);
	cam_frame(cam_video, 7, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 1 && cam_flags & AU_KEY);
	rig_close(&cam_rig);
}

static void test_fir_and_remb(void) RUNS_ON(on_net)
{
	cam_begin();
	cam_sdp.media[2].codecs[0].pli = false;
	cam_sdp.media[2].codecs[0].twcc = false;
	cam_sdp.media[2].codecs[0].remb = true;
	cam_agree();
	cam_frame(cam_video, 1, true);
	hub_source_key(&cam_rig.hub, 12);
	rig_pass(&cam_rig, SEC_US);
	hub_source_key(&cam_rig.hub, 12);
	rig_pass(&cam_rig, SEC_US);
	listen();
	CHECK(heard.plis == 0 && heard.firs == 2 && heard.ssrc == 5000 &&
	      heard.rembs == 2);
	CHECK(heard.remb_bps > 1000000 && heard.remb_bps < 2000000);
	rig_close(&cam_rig);
}

/* What it may send is told at once and each second, if it understands that; and that
 * it may again, which it would else never learn. */
static void test_allow(void) RUNS_ON(on_net)
{
	cam_begin();
	hub_peer_allow(&cam_rig.hub, 1, 200000); /* nothing is sent yet */
	listen();
	CHECK(heard.rembs == 0);
	cam_sdp.media[2].codecs[0].remb = true;
	cam_sdp.media[2].codecs[0].twcc = true;
	cam_agree();
	cam_frame(cam_video, 1, true);
	rig_pass(&cam_rig, 2 * SEC_US);
	listen();
	CHECK(heard.rembs == 2 && heard.remb_bps > 190000 && heard.remb_bps < 210000);
	hub_peer_allow(&cam_rig.hub, 1, 60000);
	listen();
	CHECK(heard.rembs == 1 && heard.remb_bps > 55000 && heard.remb_bps < 65000);
	hub_peer_allow(&cam_rig.hub, 1, 60000);
	listen();
	CHECK(heard.rembs == 0);
	hub_peer_allow(&cam_rig.hub, 1, 0);
	rig_pass(&cam_rig, 20 * SEC_US);
	listen();
	CHECK(heard.rembs == 5 && heard.remb_bps > 5000000);
	/* not agreed to: not told */
	cam_sdp.media[2].codecs[0].remb = false;
	cam_agree();
	hub_peer_allow(&cam_rig.hub, 1, 60000);
	rig_pass(&cam_rig, SEC_US);
	listen();
	CHECK(heard.rembs == 0);
	hub_peer_allow(&cam_rig.hub, 77, 60000);
	rig_close(&cam_rig);
}

static void test_twcc_and_report(void) RUNS_ON(on_net)
{
	struct cam_out o = cam_video;

	cam_begin();
	for (uint16_t i = 0; i < 20; i++) {
		o.twcc = i;
		if (i != 7) /* lost on the way */
			cam_frame(o, i, i == 0);
		cam_take(cam_rig.rings.video_in);
		rig_pass(&cam_rig, HUB_TICK_US);
	}
	rig_pass(&cam_rig, SEC_US);
	listen();
	CHECK(heard.twcc == 20 && heard.twcc_lost == 1);
	/* one report after the first packet, one about the other 19 */
	CHECK(heard.blocks == 2 && heard.block.ssrc == 5000 && heard.block.lost == 1);
	CHECK(heard.block.fraction_lost == 256 / 19 && heard.block.highest_seq == 19);
	/* nothing came: no feedback; the report stays */
	rig_pass(&cam_rig, SEC_US);
	listen();
	CHECK(heard.twcc == 0 && heard.blocks == 1 && heard.block.fraction_lost == 0);
	rig_close(&cam_rig);
}

static void test_sound(void) RUNS_ON(on_net)
{
	const struct cam_out mic = {
		.ssrc = 6000, .pt = CLIENT_OPUS, .osn = -1, .twcc = -1};

	cam_begin();
	cam_frame(mic, 1, false);
	cam_frame(mic, 3, false);
	CHECK(cam_take(cam_rig.rings.audio_in) == 2 && cam_source == 11);
	rig_pass(&cam_rig, SEC_US);
	listen();
	CHECK(heard.nacks == 0 && heard.plis == 0 && heard.blocks == 1);
	hub_source_mute(&cam_rig.hub, 11, true);
	cam_frame(mic, 4, false);
	CHECK(cam_take(cam_rig.rings.audio_in) == 0);
	rig_close(&cam_rig);
}

/* Three layers: the first is used; when it ends, another at a key frame. */
static void test_layers(void) RUNS_ON(on_net)
{
	struct cam_out h = cam_video, q = cam_video;
	uint16_t i;

	cam_begin();
	h.rid = "h";
	q.rid = "q";
	q.ssrc = 5010;
	for (i = 0; i < 50; i++) {
		cam_frame(h, i, i == 0);
		cam_frame(q, i, i == 0);
		rig_pass(&cam_rig, HUB_TICK_US);
		CHECK(cam_take(cam_rig.rings.video_in) == 1);
	}
	/* RTX of the layer that is not used goes nowhere */
	cam_transmit((struct cam_out){.ssrc = 5011,
				      .mid = "c",
				      .rid = "q",
				      .pt = CLIENT_VP8_RTX,
				      .osn = 3,
				      .twcc = -1});
	for (; i < 200; i++) {
		cam_frame(q, i, false);
		rig_pass(&cam_rig, HUB_TICK_US);
	}
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	listen();
	CHECK(heard.plis == 1 && heard.ssrc == 5010);
	cam_frame(q, i++, true);
	cam_frame(q, i++, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 2);
	cam_frame(h, 50, false); /* back too late */
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	rig_close(&cam_rig);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_camera();
	test_mute();
	test_mute_is_kept();
	test_full_ring();
	test_fir_and_remb();
	test_allow();
	test_twcc_and_report();
	test_sound();
	test_layers();
	CHECK(count_get(COUNT_PEERS) == 0);
	return 0;
}
