#include "transport/peer.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/hub_rig.h"
#include "tests/test.h"

#include <string.h>

enum { RID = 7, RRID = 8 };

#define TICK (40 * MS_US)

static struct rig rig;
static struct sdp sdp;

static void begin(void) RUNS_ON(on_net)
{
	rig_open(&rig);
	rig_peer(&rig, 1);
	client_sdp(&sdp);
	for (int i = 0; i < 4; i++) {
		sdp.media[i].ext[SDP_EXT_RID] = RID;
		sdp.media[i].ext[SDP_EXT_REPAIRED_RID] = RRID;
	}
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
	fake_up(fake_link(0));
	rig_proven(&rig, 1);
}

static void agree(void) RUNS_ON(on_net)
{
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
}

/* ---- what the client sends -------------------------------------------------- */

struct out {
	uint32_t ssrc;
	const char *mid, *rid;
	uint8_t pt;
	bool key;
	uint16_t seq;
	int osn;  /* of a retransmission, -1: none */
	int twcc; /* -1: none */
	uint32_t ts;
};

static const struct out camera = {
	.ssrc = 5000, .mid = "c", .pt = CLIENT_VP8, .osn = -1, .twcc = -1};

static bool transmit(struct out o) RUNS_ON(on_net)
{
	uint8_t buf[200], twcc[2];
	struct rtp_packet pkt = {
		.marker = true, .pt = o.pt, .seq = o.seq, .ts = o.ts, .ssrc = o.ssrc};
	const uint8_t body[12] = {
		0x10, o.key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64};
	struct rtp_ext exts[3];
	size_t n = 0, len;

	if (o.mid)
		exts[n++] = (struct rtp_ext){CLIENT_MID, (uint8_t)strlen(o.mid),
					     (const uint8_t *)o.mid};
	if (o.rid)
		exts[n++] = (struct rtp_ext){o.osn >= 0 ? RRID : RID,
					     (uint8_t)strlen(o.rid),
					     (const uint8_t *)o.rid};
	if (o.twcc >= 0) {
		wr16(twcc, (uint16_t)o.twcc);
		exts[n++] = (struct rtp_ext){CLIENT_TWCC, 2, twcc};
	}
	len = rtp_header_write(buf, &pkt, exts, n);
	if (o.osn >= 0) {
		wr16(buf + len, (uint16_t)o.osn);
		len += 2;
	}
	memcpy(buf + len, body, sizeof(body));
	return fake_rtp(fake_link(0), buf, len + sizeof(body), rig.now_us);
}

/* Frame `seq` of a stream; its time follows from the number. */
static bool frame(struct out o, uint16_t seq, bool key) RUNS_ON(on_net)
{
	o.seq = seq;
	o.ts = (uint32_t)seq * 3600;
	o.key = key;
	return transmit(o);
}

/* Takes all units out of a ring: how many; the last one's flags and source. */
static uint32_t taken_flags, taken_source;

static uint32_t take(struct ring *ring)
{
	struct ring_item item;
	uint32_t n = 0;

	while (ring_pop(ring, &item)) {
		taken_flags = item.au->flags;
		taken_source = item.id;
		au_put(item.au);
		n++;
	}
	return n;
}

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

/* ---- tests ------------------------------------------------------------------ */

static void test_camera(void) RUNS_ON(on_net)
{
	begin();
	CHECK(frame(camera, 10, true));
	CHECK(take(rig.rings.video_in) == 1 && taken_source == 12 &&
	      taken_flags == AU_KEY);
	frame(camera, 11, false);
	frame(camera, 13, false);
	frame(camera, 14, false);
	CHECK(take(rig.rings.video_in) == 1);
	rig_pass(&rig, HUB_TICK_US);
	listen();
	CHECK(heard.nacks == 1 && heard.ssrc == 5000 && heard.pid == 12 && !heard.plis);
	/* by RTX on its own SSRC */
	CHECK(transmit((struct out){.ssrc = 5001,
				    .mid = "c",
				    .pt = CLIENT_VP8_RTX,
				    .seq = 1,
				    .osn = 12,
				    .twcc = -1,
				    .ts = 12 * 3600}));
	CHECK(take(rig.rings.video_in) == 3 && taken_flags == 0);
	/* lost for good: a key frame is asked for, at most one a second */
	frame(camera, 16, false);
	rig_pass(&rig, 700 * MS_US);
	listen();
	CHECK(heard.nacks >= 3 && heard.nacks <= NACK_TRIES && heard.plis == 1);
	CHECK(take(rig.rings.video_in) == 1 && taken_flags == AU_AFTER_LOSS);
	hub_source_key(&rig.hub, 12);
	rig_pass(&rig, 300 * MS_US);
	hub_source_key(&rig.hub, 12);
	hub_source_key(&rig.hub, 777);
	rig_pass(&rig, 2 * SEC_US);
	listen();
	CHECK(heard.plis == 1 && heard.ssrc == 5000);
	rig_close(&rig);
}

static void test_mute(void) RUNS_ON(on_net)
{
	begin();
	frame(camera, 1, true);
	CHECK(take(rig.rings.video_in) == 1);
	hub_source_mute(&rig.hub, 12, true);
	for (uint16_t i = 2; i < 30; i++)
		frame(camera, i, false);
	CHECK(take(rig.rings.video_in) == 0);
	hub_source_mute(&rig.hub, 12, false);
	fake_clear();
	frame(camera, 30, false); /* leans on what was dropped */
	CHECK(take(rig.rings.video_in) == 0);
	rig_pass(&rig, HUB_TICK_US);
	listen();
	CHECK(heard.plis == 1 && heard.nacks == 0);
	frame(camera, 31, true);
	CHECK(take(rig.rings.video_in) == 1);
	rig_close(&rig);
}

/* The mute is of the source: it was there before its peer, and outlives it. */
static void test_mute_is_kept(void) RUNS_ON(on_net)
{
	const struct peer_conf conf = {.id = 1, .voice = 11, .camera = 12};
	const struct peer *peer;

	begin(); /* peer 1 with the sources 11, 12, 13 */
	hub_source_mute(&rig.hub, 12, true);
	hub_source_mute(&rig.hub, 71, true); /* nobody has it yet */
	hub_source_mute(&rig.hub, 0, true);
	hub_peer_close(&rig.hub, 1);
	hub_peer_open(&rig.hub, &conf, rig.now_us);
	peer = idmap_get(&rig.hub.peers, 1);
	CHECK(peer && peer->muted[SDP_IN_CAMERA] && !peer->muted[SDP_IN_VOICE]);
	rig_peer(&rig, 7);
	peer = idmap_get(&rig.hub.peers, 7);
	CHECK(peer && peer->muted[SDP_IN_VOICE] && !peer->muted[SDP_IN_CAMERA]);
	CHECK(rig.hub.muted.n == 2);
	hub_source_mute(&rig.hub, 71, false);
	CHECK(!peer->muted[SDP_IN_VOICE]);
	hub_source_forget(&rig.hub, 12);
	hub_source_forget(&rig.hub, 12);
	CHECK(rig.hub.muted.n == 0);
	hub_peer_close(&rig.hub, 1);
	hub_peer_open(&rig.hub, &conf, rig.now_us);
	peer = idmap_get(&rig.hub.peers, 1);
	CHECK(peer && !peer->muted[SDP_IN_CAMERA]);

	/* nobody forgets: the oldest go */
	for (uint32_t i = 0; i < LIMIT_SOURCES; i++)
		hub_source_mute(&rig.hub, 1001 + i * 16, true);
	hub_source_mute(&rig.hub, 1001, true);
	CHECK(rig.hub.muted.n == LIMIT_SOURCES && idmap_get(&rig.hub.muted, 1001));
	hub_source_mute(&rig.hub, 1001 + LIMIT_SOURCES * 16, true);
	CHECK(rig.hub.muted.n == LIMIT_SOURCES && !idmap_get(&rig.hub.muted, 1001));
	CHECK(idmap_get(&rig.hub.muted, 1017));
	CHECK(idmap_get(&rig.hub.muted, 1001 + LIMIT_SOURCES * 16));
	rig_close(&rig);
}

/* The mixer does not keep up: drop to the next key frame, and ask for one. */
static void test_full_ring(void) RUNS_ON(on_net)
{
	int64_t full = count_get(COUNT_REJECT_QUEUE);

	begin();
	for (uint16_t i = 0; i < 6; i++)
		frame(camera, i, i == 0);
	CHECK(count_get(COUNT_REJECT_QUEUE) == full + 1);
	CHECK(take(rig.rings.video_in) == 4);
	frame(camera, 6, false);
	CHECK(take(rig.rings.video_in) == 0);
	rig_pass(&rig, HUB_TICK_US);
	listen();
	CHECK(heard.plis == 1);
	frame(camera, 7, true);
	CHECK(take(rig.rings.video_in) == 1 && taken_flags & AU_KEY);
	rig_close(&rig);
}

static void test_fir_and_remb(void) RUNS_ON(on_net)
{
	begin();
	sdp.media[2].codecs[0].pli = false;
	sdp.media[2].codecs[0].twcc = false;
	sdp.media[2].codecs[0].remb = true;
	agree();
	frame(camera, 1, true);
	hub_source_key(&rig.hub, 12);
	rig_pass(&rig, SEC_US);
	hub_source_key(&rig.hub, 12);
	rig_pass(&rig, SEC_US);
	listen();
	CHECK(heard.plis == 0 && heard.firs == 2 && heard.ssrc == 5000 &&
	      heard.rembs == 2);
	CHECK(heard.remb_bps > 1000000 && heard.remb_bps < 2000000);
	rig_close(&rig);
}

/* What it may send is told at once and each second, if it understands that; and that
 * it may again, which it would else never learn. */
static void test_allow(void) RUNS_ON(on_net)
{
	begin();
	hub_peer_allow(&rig.hub, 1, 200000); /* nothing is sent yet */
	listen();
	CHECK(heard.rembs == 0);
	sdp.media[2].codecs[0].remb = true;
	sdp.media[2].codecs[0].twcc = true;
	agree();
	frame(camera, 1, true);
	rig_pass(&rig, 2 * SEC_US);
	listen();
	CHECK(heard.rembs == 2 && heard.remb_bps > 190000 && heard.remb_bps < 210000);
	hub_peer_allow(&rig.hub, 1, 60000);
	listen();
	CHECK(heard.rembs == 1 && heard.remb_bps > 55000 && heard.remb_bps < 65000);
	hub_peer_allow(&rig.hub, 1, 60000);
	listen();
	CHECK(heard.rembs == 0);
	hub_peer_allow(&rig.hub, 1, 0);
	rig_pass(&rig, 20 * SEC_US);
	listen();
	CHECK(heard.rembs == 5 && heard.remb_bps > 5000000);
	/* not agreed to: not told */
	sdp.media[2].codecs[0].remb = false;
	agree();
	hub_peer_allow(&rig.hub, 1, 60000);
	rig_pass(&rig, SEC_US);
	listen();
	CHECK(heard.rembs == 0);
	hub_peer_allow(&rig.hub, 77, 60000);
	rig_close(&rig);
}

static void test_twcc_and_report(void) RUNS_ON(on_net)
{
	struct out o = camera;

	begin();
	for (uint16_t i = 0; i < 20; i++) {
		o.twcc = i;
		if (i != 7) /* lost on the way */
			frame(o, i, i == 0);
		take(rig.rings.video_in);
		rig_pass(&rig, HUB_TICK_US);
	}
	rig_pass(&rig, SEC_US);
	listen();
	CHECK(heard.twcc == 20 && heard.twcc_lost == 1);
	/* one report after the first packet, one about the other 19 */
	CHECK(heard.blocks == 2 && heard.block.ssrc == 5000 && heard.block.lost == 1);
	CHECK(heard.block.fraction_lost == 256 / 19 && heard.block.highest_seq == 19);
	/* nothing came: no feedback; the report stays */
	rig_pass(&rig, SEC_US);
	listen();
	CHECK(heard.twcc == 0 && heard.blocks == 1 && heard.block.fraction_lost == 0);
	rig_close(&rig);
}

static void test_sound(void) RUNS_ON(on_net)
{
	const struct out mic = {.ssrc = 6000, .pt = CLIENT_OPUS, .osn = -1, .twcc = -1};

	begin();
	frame(mic, 1, false);
	frame(mic, 3, false);
	CHECK(take(rig.rings.audio_in) == 2 && taken_source == 11);
	rig_pass(&rig, SEC_US);
	listen();
	CHECK(heard.nacks == 0 && heard.plis == 0 && heard.blocks == 1);
	hub_source_mute(&rig.hub, 11, true);
	frame(mic, 4, false);
	CHECK(take(rig.rings.audio_in) == 0);
	rig_close(&rig);
}

static void test_admission(void) RUNS_ON(on_net)
{
	struct out o = camera;

	begin();
	o.mid = "v"; /* a section in which it does not send */
	CHECK(!frame(o, 1, true));
	o.mid = NULL; /* two sections could be meant */
	CHECK(!frame(o, 1, true));
	o.mid = "c";
	o.pt = 50;
	CHECK(!frame(o, 1, true));
	o = camera;
	for (uint32_t i = 0; i < LIMIT_SSRCS; i++) {
		o.ssrc = 7000 + i;
		CHECK(frame(o, 1, true));
		take(rig.rings.video_in);
	}
	o.ssrc = 8000;
	CHECK(!frame(o, 1, true));
	rig_pass(&rig, 6 * SEC_US); /* an idle one makes room */
	CHECK(frame(o, 2, true));
	CHECK(take(rig.rings.video_in) == 1);
	rig_close(&rig);

	/* a source that it is not allowed to send */
	rig_open(&rig);
	hub_peer_open(&rig.hub, &(struct peer_conf){.id = 1, .voice = 11}, rig.now_us);
	client_sdp(&sdp);
	agree();
	fake_up(fake_link(0));
	CHECK(!frame(camera, 1, true));
	rig_close(&rig);
}

/* Three layers: the first is used; when it ends, another at a key frame. */
static void test_layers(void) RUNS_ON(on_net)
{
	struct out h = camera, q = camera;
	uint16_t i;

	begin();
	h.rid = "h";
	q.rid = "q";
	q.ssrc = 5010;
	for (i = 0; i < 50; i++) {
		frame(h, i, i == 0);
		frame(q, i, i == 0);
		rig_pass(&rig, HUB_TICK_US);
		CHECK(take(rig.rings.video_in) == 1);
	}
	/* RTX of the layer that is not used goes nowhere */
	transmit((struct out){.ssrc = 5011,
			      .mid = "c",
			      .rid = "q",
			      .pt = CLIENT_VP8_RTX,
			      .osn = 3,
			      .twcc = -1});
	for (; i < 200; i++) {
		frame(q, i, false);
		rig_pass(&rig, HUB_TICK_US);
	}
	CHECK(take(rig.rings.video_in) == 0);
	listen();
	CHECK(heard.plis == 1 && heard.ssrc == 5010);
	frame(q, i++, true);
	frame(q, i++, false);
	CHECK(take(rig.rings.video_in) == 2);
	frame(h, 50, false); /* back too late */
	CHECK(take(rig.rings.video_in) == 0);
	rig_close(&rig);
}

static void test_renegotiation(void) RUNS_ON(on_net)
{
	struct out screen = camera;

	begin();
	screen.mid = "s";
	screen.ssrc = 5500;
	frame(camera, 1, true);
	frame(screen, 1, true);
	CHECK(take(rig.rings.video_in) == 2 && taken_source == 13);
	sdp.media[3].dir = 0;
	agree();
	frame(camera, 2, false); /* goes on as if nothing had been */
	CHECK(take(rig.rings.video_in) == 1 && taken_flags == 0);
	frame(screen, 2, false);
	screen.mid = NULL; /* nor is it taken for the camera */
	frame(screen, 3, true);
	CHECK(take(rig.rings.video_in) == 0);
	screen.mid = "s";
	frame(camera, 3, false);
	CHECK(take(rig.rings.video_in) == 1);
	sdp.media[3].dir = SDP_SEND;
	agree();
	frame(screen, 40000, true); /* a new sequence from the first packet on */
	CHECK(take(rig.rings.video_in) == 1 && taken_source == 13);
	/* a new SSRC of the same section replaces the old one, from a key frame on */
	screen.ssrc = 5600;
	frame(screen, 7, false);
	CHECK(take(rig.rings.video_in) == 0);
	frame(screen, 8, true);
	CHECK(take(rig.rings.video_in) == 1);
	rig_close(&rig);
}

static void test_bye(void) RUNS_ON(on_net)
{
	uint8_t bye[8] = {0x81, 203, 0, 1, 0, 0, 0x13, 0x88}; /* 5000 */
	struct peer *peer;

	begin();
	peer = idmap_get(&rig.hub.peers, 1);
	frame(camera, 1, true);
	CHECK(peer->n_recv == 1 && rig.hub.lists[HUB_BUSY] == peer);
	fake_rtcp(fake_link(0), bye, sizeof(bye), rig.now_us);
	CHECK(peer->n_recv == 0 && rig.hub.lists[HUB_BUSY] == NULL);
	take(rig.rings.video_in);
	rig_close(&rig);
}

static void test_bad_input(void) RUNS_ON(on_net)
{
	int64_t rtp = count_get(COUNT_REJECT_RTP), rtcp = count_get(COUNT_REJECT_RTCP);
	uint8_t padded[13] = {0xa0, CLIENT_OPUS, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 200};
	uint8_t junk[8] = {0x80, 200, 0, 9};

	begin();
	/* more padding than there is: seen only after decryption */
	peer_rtp(idmap_get(&rig.hub.peers, 1), padded, sizeof(padded), rig.now_us);
	CHECK(count_get(COUNT_REJECT_RTP) == rtp + 1);
	CHECK(peer_admits(idmap_get(&rig.hub.peers, 1), padded, sizeof(padded), 0));
	CHECK(!peer_admits(idmap_get(&rig.hub.peers, 1), padded, 11, 0));
	fake_rtcp(fake_link(0), junk, sizeof(junk), rig.now_us);
	CHECK(count_get(COUNT_REJECT_RTCP) == rtcp + 1);
	rig_close(&rig);
}

static struct peer_stats stats;
static uint32_t n_stats;

static void on_stats(void *ctx, const struct peer_stats *list, uint32_t n)
{
	(void)ctx;
	n_stats = n;
	if (n)
		stats = list[0];
}

/* Its report on our video, as if it had had our sender report for 250 ms and the
 * way took 80. */
static void test_stats(void) RUNS_ON(on_net)
{
	uint8_t rr[32] = {0x81, 201, 0, 7, 0, 0, 0, 9, 0, 0, 0, 102, 51};
	struct peer *peer;

	begin();
	peer = idmap_get(&rig.hub.peers, 1);
	wr32(rr + 20, 900); /* jitter */
	wr32(rr + 24, send_ntp_middle(&peer->path, rig.now_us - 330 * MS_US));
	wr32(rr + 28, 65536 / 4);
	frame(camera, 1, true);
	take(rig.rings.video_in);
	fake_rtcp(fake_link(0), rr, sizeof(rr), rig.now_us);
	hub_stats(&rig.hub, on_stats, NULL);
	CHECK(n_stats == 1 && stats.peer == 1 && stats.up && !stats.tcp);
	CHECK(stats.rtt_ms >= 79 && stats.rtt_ms <= 81);
	CHECK(stats.fraction_lost == 51 && stats.jitter_ms == 10 && stats.bytes_in > 20);
	CHECK(peer->video.mid_known);
	wr32(rr + 28, 65536); /* dlsr beyond what passed: a lie */
	fake_rtcp(fake_link(0), rr, sizeof(rr), rig.now_us);
	hub_stats(&rig.hub, on_stats, NULL);
	CHECK(stats.rtt_ms >= 79 && stats.rtt_ms <= 81);
	rig_close(&rig);
	CHECK(n_stats == 1);
}

static void test_life(void) RUNS_ON(on_net)
{
	static const struct {
		enum link_down why;
		enum peer_state state;
	} ends[] = {
		{LINK_DOWN_CONSENT, PEER_VANISHED},
		{LINK_DOWN_DTLS, PEER_FAILED},
		{LINK_DOWN_FINGERPRINT, PEER_FAILED},
		{LINK_DOWN_CLOSED, PEER_LEFT},
	};

	rig_open(&rig);
	hub_outlet_open(&rig.hub, 900, CODEC_H264);
	client_sdp(&sdp);
	for (uint32_t i = 0; i < 4; i++) {
		rig_peer(&rig, i + 1);
		hub_peer_remote(&rig.hub, i + 1, &sdp, rig.now_us);
		hub_watch_video(&rig.hub, i + 1, 900, false, rig.now_us);
		CHECK(rig.n_states == 2 * i);
		fake_up(fake_link(i));
		CHECK(rig.state == PEER_CONNECTED && rig.state_peer == i + 1);
		CHECK(count_get(COUNT_PEERS) == 1);
		fake_down(fake_link(i), ends[i].why);
		CHECK(rig.state == ends[i].state && rig.state_peer == i + 1);
		CHECK(count_get(COUNT_PEERS) == 0 && fake_open == 1);
		/* what comes for it from now on is ignored */
		hub_peer_remote(&rig.hub, i + 1, &sdp, rig.now_us);
		hub_peer_restart(&rig.hub, i + 1, "u", "p");
		hub_watch_video(&rig.hub, i + 1, 900, false, rig.now_us);
		hub_source_mute(&rig.hub, (i + 1) * 10 + 1, true);
		hub_source_key(&rig.hub, (i + 1) * 10 + 2);
		hub_peer_close(&rig.hub, i + 1);
		rig_video(&rig, 900, CODEC_H264, true, 100);
		rig_pass(&rig, HUB_TICK_US);
		CHECK(fake_open == 0 && rig.n_states == 2 * i + 2);
	}
	/* an id, or a source, that is taken already */
	rig_peer(&rig, 9);
	rig_peer(&rig, 9);
	CHECK(rig.n_states == 9 && rig.state == PEER_FAILED && fake_open == 1);
	hub_peer_open(&rig.hub, &(struct peer_conf){.id = 10, .voice = 91}, rig.now_us);
	CHECK(rig.n_states == 10 && rig.state_peer == 10 && fake_open == 1);
	CHECK(idmap_get(&rig.hub.sources, 91) == idmap_get(&rig.hub.peers, 9));
	/* closed by us: a goodbye on the wire, no event */
	fake_up(fake_link(4));
	fake_clear();
	hub_peer_close(&rig.hub, 9);
	CHECK(rig.n_states == 11 && fake_open == 0 && fake_n == 1);
	rig_close(&rig);
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
	test_admission();
	test_layers();
	test_renegotiation();
	test_bye();
	test_bad_input();
	test_stats();
	test_life();
	CHECK(count_get(COUNT_PEERS) == 0);
	return 0;
}
