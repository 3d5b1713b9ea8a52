/* A viewer behind a simulated link: what the hub sends to it passes a drop-tail
 * queue, and what arrives is answered by a real receiver of transport-wide feedback.
 */
#include "transport/peer.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "tests/hub_rig.h"
#include "tests/test.h"
#include "transport/red.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 901, SMALL = 902, MIX = 990, FLYING = 8192 };

struct flying {
	int64_t arrives_us, sent_us;
	int number; /* transport-wide, -1: none */
	uint32_t ssrc;
	uint16_t seq;
	uint32_t size;
	bool marker, red;
};

static struct world {
	struct rig rig;
	/* the link */
	uint32_t rate_bps; /* 0: endless */
	int64_t queue_us, delay_us, free_us;
	double chance;
	bool down, deaf;
	uint64_t seed;
	struct flying flying[FLYING];
	uint32_t first, end;
	struct twcc_rx rx;
	bool any;
	int64_t next_frame_us, next_sound_us, next_feedback_us;
	/* what is sent: bytes of each frame, at 15 a second */
	size_t big, small;
	bool key; /* the next one of each */
	/* what came of it */
	uint32_t video, sound, padding; /* packets that arrived */
	uint64_t arrived, sent;         /* bytes */
	uint32_t reds;
	int64_t sound_wait_us; /* at most, on the way */
	int last_video_seq;
	uint32_t disorder;
} w;

static double chance(void)
{
	w.seed ^= w.seed << 13;
	w.seed ^= w.seed >> 7;
	w.seed ^= w.seed << 17;
	return (double)(w.seed >> 11) / (double)(UINT64_C(1) << 53);
}

static struct peer *peer(void)
{
	return idmap_get(&w.rig.hub.peers, 1);
}

static void open_world(bool twcc) RUNS_ON(on_net)
{
	struct sdp sdp;

	memset(&w, 0, sizeof(w));
	w.seed = 88172645463325252u;
	w.delay_us = 30 * MS_US;
	w.queue_us = 200 * MS_US;
	w.big = 6000;
	w.small = 250;
	w.last_video_seq = -1;
	twcc_rx_init(&w.rx);
	rig_open(&w.rig);
	hub_outlet_open(&w.rig.hub, BIG, CODEC_H264);
	hub_outlet_open(&w.rig.hub, SMALL, CODEC_H264);
	hub_outlet_open(&w.rig.hub, MIX, CODEC_OPUS);
	rig_peer(&w.rig, 1);
	client_sdp(&sdp);
	for (int i = 0; i < 2; i++) {
		sdp.media[i].ext[SDP_EXT_TWCC] = twcc ? CLIENT_TWCC : 0;
		sdp.media[i].red_pt = i == 0 ? CLIENT_RED : 0;
	}
	hub_peer_remote(&w.rig.hub, 1, &sdp, w.rig.now_us);
	fake_up(fake_link(0));
	hub_watch_audio(&w.rig.hub, 1, MIX, w.rig.now_us);
	hub_watch_video(&w.rig.hub, 1, BIG, false, w.rig.now_us);
	w.next_frame_us = w.next_sound_us = w.next_feedback_us = w.rig.now_us;
	w.key = true;
}

/* What was sent goes into the queue of the link. */
static void carry(void)
{
	for (uint32_t i = 0; i < fake_n; i++) {
		const struct fake_sent *s = &fake_sent[i];
		struct flying *f = &w.flying[w.end % FLYING];
		int64_t now_us = w.rig.now_us;
		int64_t start_us = w.free_us > now_us ? w.free_us : now_us;
		const uint8_t *data;
		size_t len;

		if (s->rtcp)
			continue;
		w.sent += s->len + 28;
		if (s->pkt.ssrc == 102) { /* numbers rise one by one when they are sent */
			w.disorder += w.last_video_seq >= 0 &&
				      s->pkt.seq != (uint16_t)(w.last_video_seq + 1);
			w.last_video_seq = s->pkt.seq;
		}
		if (w.down || chance() < w.chance ||
		    (w.rate_bps && start_us - now_us > w.queue_us))
			continue;
		w.free_us = start_us;
		if (w.rate_bps)
			w.free_us += (int64_t)(s->len + 28) * 8 * SEC_US / w.rate_bps;
		*f = (struct flying){
			.arrives_us = w.free_us + w.delay_us,
			.sent_us = now_us,
			.number = rtp_ext_find(&s->pkt, CLIENT_TWCC, &data, &len)
					  ? rd16(data)
					  : -1,
			.ssrc = s->pkt.ssrc,
			.seq = s->pkt.seq,
			.size = (uint32_t)s->len + 28,
			.red = s->pkt.pt == CLIENT_RED,
		};
		w.end++;
		CHECK(w.end - w.first < FLYING);
	}
	fake_clear();
}

static void arrive(void)
{
	for (; w.first != w.end; w.first++) {
		const struct flying *f = &w.flying[w.first % FLYING];

		if (f->arrives_us > w.rig.now_us)
			return;
		if (f->number >= 0) {
			twcc_rx_add(&w.rx, (uint16_t)f->number, f->arrives_us);
			w.any = true;
		}
		w.arrived += f->size;
		w.video += f->ssrc == 102;
		w.padding += f->ssrc == 103;
		if (f->ssrc != 101)
			continue;
		w.sound++;
		w.reds += f->red;
		if (f->arrives_us - f->sent_us > w.sound_wait_us)
			w.sound_wait_us = f->arrives_us - f->sent_us;
	}
}

static void answer(void) RUNS_ON(on_net)
{
	uint8_t buf[1200];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};

	if (w.rig.now_us < w.next_feedback_us || !w.any || w.down || w.deaf)
		return;
	w.next_feedback_us = w.rig.now_us + 50 * MS_US;
	w.any = false;
	twcc_rx_put(&w.rx, &o, 9, 102);
	fake_rtcp(fake_link(0), o.data, o.len, w.rig.now_us);
}

static void run(int64_t ms) RUNS_ON(on_net)
{
	for (int64_t end = w.rig.now_us + ms * MS_US; w.rig.now_us < end;) {
		rig_pass(&w.rig, HUB_TICK_US);
		if (w.rig.now_us >= w.next_sound_us) {
			rig_sound(&w.rig, MIX, 0);
			w.next_sound_us += 60 * MS_US;
		}
		if (w.rig.now_us >= w.next_frame_us) {
			bool key = w.key || w.rig.n_keys;

			w.rig.n_keys = 0;
			w.key = false;
			rig_video(&w.rig, BIG, CODEC_H264, key, key ? w.big * 4 : w.big);
			rig_video(&w.rig, SMALL, CODEC_H264, key,
				  key ? w.small * 6 : w.small);
			w.next_frame_us += 66 * MS_US;
		}
		carry();
		arrive();
		answer();
	}
}

/* A new link was told of once, as a good one. */
static void first_report(void)
{
	CHECK(w.rig.n_links == 1 && w.rig.link.verdict == LINK_CLEAR);
	w.rig.n_links = 0;
	w.rig.verdicts[LINK_CLEAR] = 0;
}

static bool near_rate(uint32_t v, uint32_t wanted)
{
	return v >= wanted - wanted * 15 / 100 && v <= wanted + wanted * 15 / 100;
}

static void test_tight(void) RUNS_ON(on_net)
{
	uint32_t tight_ms = 0;

	open_world(true);
	run(10000);
	first_report();
	CHECK(!peer()->path.paced);
	CHECK(near_rate(peer()->bwe.report.carried_bps, 830000));
	w.rate_bps = 80000;
	while (!w.rig.verdicts[LINK_TIGHT] && tight_ms < 3000) {
		run(10);
		tight_ms += 10;
	}
	CHECK(tight_ms <= 1000 && peer()->path.paced);
	run(700);
	CHECK(w.rig.link.verdict == LINK_TIGHT && w.rig.link_peer == 1);
	CHECK(near_rate(w.rig.link.carried_bps, 80000));
	if (getenv("SHOW"))
		printf("tight after %u ms, carried %u\n", tight_ms,
		       w.rig.link.carried_bps);
	/* video is held: sound gets through with little delay, and nothing is in
	 * disorder */
	run(3000);
	w.sound_wait_us = 0;
	run(10000);
	CHECK(w.sound_wait_us < 400 * MS_US);
	CHECK(w.disorder == 0);
	/* what fits is shown at once */
	hub_watch_video(&w.rig.hub, 1, SMALL, true, w.rig.now_us);
	run(3000);
	CHECK(w.rig.link.verdict == LINK_CLEAR);
	w.sound_wait_us = 0;
	w.video = 0;
	w.rig.n_links = 0;
	run(30000);
	CHECK(w.rig.n_links == 0 && w.sound_wait_us < 250 * MS_US);
	CHECK(w.video >= 440 && w.disorder == 0);
	run(40000); /* all well for a minute: no detours */
	CHECK(!peer()->path.paced);
	rig_close(&w.rig);
}

static void test_probe(void) RUNS_ON(on_net)
{
	struct peer_stats stats;
	uint64_t sent;

	open_world(true);
	w.rate_bps = 600000;
	hub_watch_video(&w.rig.hub, 1, SMALL, true, w.rig.now_us);
	run(8000);
	first_report();
	sent = w.sent;
	hub_peer_probe(&w.rig.hub, 1, 300000, w.rig.now_us);
	run(2500);
	CHECK(w.rig.n_links == 1 && w.rig.link.verdict == LINK_PROBE_GOOD);
	CHECK(w.rig.link.probe_bps == 300000 &&
	      near_rate(w.rig.link.carried_bps, 300000));
	CHECK(w.padding > 20 && w.disorder == 0);
	/* it ends: about 60 kbit/s of media in 2.5 s, and the padding */
	CHECK(w.sent - sent < 60000);
	run(1000);
	sent = w.padding;
	run(3000);
	CHECK(w.padding == sent);
	peer_stats(peer(), &stats);
	CHECK(stats.probe_out > 10000 && stats.probe_out < 50000);
	/* too much: it is not even sent to its end, and nothing is called tight */
	w.sound_wait_us = 0;
	hub_peer_probe(&w.rig.hub, 1, 900000, w.rig.now_us);
	run(900);
	CHECK(w.rig.n_links == 2 && w.rig.link.verdict == LINK_PROBE_BAD);
	CHECK(w.rig.link.probe_bps == 900000);
	run(5000);
	CHECK(w.rig.n_links == 2 && w.sound_wait_us < 300 * MS_US);
	/* ended without a word */
	hub_peer_probe(&w.rig.hub, 1, 300000, w.rig.now_us);
	run(100);
	hub_peer_probe(&w.rig.hub, 1, 0, w.rig.now_us);
	run(3000);
	CHECK(w.rig.n_links == 2);
	CHECK(!peer()->place[HUB_ACTIVE].in);
	/* losses that were there before do not count */
	w.chance = 0.08;
	run(10000);
	hub_peer_probe(&w.rig.hub, 1, 300000, w.rig.now_us);
	run(2500);
	CHECK(w.rig.verdicts[LINK_PROBE_GOOD] == 2);
	rig_close(&w.rig);
}

/* Nothing to repeat yet: the probe is of padding alone. No RTX: no probe. */
static void test_probe_padding(void) RUNS_ON(on_net)
{
	struct sdp sdp;

	open_world(true);
	hub_watch_video(&w.rig.hub, 1, 0, true, w.rig.now_us);
	run(3000);
	first_report();
	hub_peer_probe(&w.rig.hub, 1, 200000, w.rig.now_us);
	run(2500);
	CHECK(w.rig.link.verdict == LINK_PROBE_GOOD && w.padding > 60);
	client_sdp(&sdp);
	for (uint32_t i = 0; i < sdp.media[1].n_codecs; i++)
		sdp.media[1].codecs[i].rtx_pt = 0;
	hub_peer_remote(&w.rig.hub, 1, &sdp, w.rig.now_us);
	w.padding = 0;
	hub_peer_probe(&w.rig.hub, 1, 200000, w.rig.now_us);
	CHECK(w.rig.n_links == 2 && w.rig.link.verdict == LINK_PROBE_NONE);
	run(2000);
	CHECK(w.rig.n_links == 2 && w.padding == 0);
	rig_close(&w.rig);
	/* no feedback */
	open_world(false);
	run(1000);
	hub_peer_probe(&w.rig.hub, 1, 200000, w.rig.now_us);
	CHECK(w.rig.n_links == 1 && w.rig.link.verdict == LINK_PROBE_NONE);
	rig_close(&w.rig);
}

static void test_silent(void) RUNS_ON(on_net)
{
	uint64_t before;

	open_world(true);
	w.big = 1500;
	run(5000);
	first_report();
	w.down = true;
	run(1300);
	CHECK(w.rig.n_links == 1 && w.rig.link.verdict == LINK_SILENT);
	before = w.sent;
	run(6000); /* sound alone: 100 packets */
	CHECK(w.rig.n_links == 1 && w.sent - before < 7000 && w.sent - before > 4500);
	w.down = false;
	w.video = 0;
	run(1000);
	CHECK(w.rig.n_links == 2 && w.rig.link.verdict == LINK_CLEAR);
	run(1000);
	CHECK(w.video > 10 && w.disorder == 0);
	run(20000);
	CHECK(w.rig.n_links == 2);
	rig_close(&w.rig);
}

static void block(uint8_t fraction_lost, int64_t rtt_us, uint32_t ssrc) RUNS_ON(on_net)
{
	uint8_t buf[200];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};
	struct rtcp_block b = {
		.ssrc = ssrc,
		.fraction_lost = fraction_lost,
		.lsr = send_ntp_middle(&peer()->path, w.rig.now_us - rtt_us),
	};

	rtcp_put_rr(&o, 9, &b, 1);
	fake_rtcp(fake_link(0), o.data, o.len, w.rig.now_us);
}

/* Feedback does not come any more, but reports show that packets arrive. */
static void test_deaf(void) RUNS_ON(on_net)
{
	open_world(true);
	run(3000);
	first_report();
	w.deaf = true;
	run(1500);
	CHECK(w.rig.link.verdict == LINK_SILENT);
	block(0, 3 * SEC_US, 101); /* of a report from before: says nothing */
	CHECK(w.rig.link.verdict == LINK_SILENT);
	run(1000);
	block(0, 50 * MS_US, 101);
	CHECK(w.rig.link.verdict == LINK_CLEAR);
	w.video = 0;
	run(5000);
	CHECK(w.rig.n_links == 2 && w.video > 50);
	/* it comes now and then: that it does not come says nothing any more */
	w.deaf = false;
	run(2000);
	CHECK(peer()->path.feedback);
	w.deaf = true;
	run(4000);
	CHECK(w.rig.verdicts[LINK_SILENT] == 1);
	rig_close(&w.rig);
}

/* It has come without a gap for a minute: that it does not come counts again. */
static void test_regular_again(void) RUNS_ON(on_net)
{
	open_world(true);
	run(3000);
	for (int i = 0; i < 2; i++) { /* for two minutes, after the second time */
		w.deaf = true;
		run(1500);
		CHECK(w.rig.verdicts[LINK_SILENT] == 1U + (uint32_t)i);
		block(0, 50 * MS_US, 101);
		CHECK(w.rig.link.verdict == LINK_CLEAR && peer()->path.irregular);
		w.deaf = false;
		run(40000);
		w.deaf = true; /* a gap: it begins from the beginning */
		run(1500);
		w.deaf = false;
		run(58000 + i * 60000);
		CHECK(peer()->path.irregular);
		CHECK(w.rig.verdicts[LINK_SILENT] == 1U + (uint32_t)i);
		run(4000);
		CHECK(!peer()->path.irregular);
	}
	w.down = true;
	run(1500);
	CHECK(w.rig.link.verdict == LINK_SILENT);
	rig_close(&w.rig);
}

/* A client that knows no transport-wide feedback. */
static void test_blocks(void) RUNS_ON(on_net)
{
	uint8_t buf[200];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};
	const uint32_t ssrc = 102;

	open_world(false);
	for (int i = 0; i < 10; i++) {
		run(1000);
		block(0, 50 * MS_US, 102);
	}
	first_report();
	CHECK(!peer()->path.paced);
	for (int i = 0; i < 3; i++) {
		run(1000);
		block(60, 400 * MS_US, 102);
	}
	CHECK(w.rig.link.verdict == LINK_TIGHT && w.rig.verdicts[LINK_TIGHT] <= 3);
	CHECK(w.rig.link.rtt_ms >= 390 && w.rig.link.queue_ms >= 300);
	CHECK(peer()->path.paced && !peer()->path.held);
	for (int i = 0; i < 4; i++) {
		run(1000);
		block(0, 50 * MS_US, 102);
	}
	CHECK(w.rig.link.verdict == LINK_CLEAR);
	w.rig.n_links = 0;
	rtcp_put_remb(&o, 9, 90000, &ssrc, 1);
	fake_rtcp(fake_link(0), o.data, o.len, w.rig.now_us);
	CHECK(w.rig.n_links == 1 && w.rig.link.cap_bps >= 89000 &&
	      w.rig.link.cap_bps <= 91000);
	CHECK(w.rig.link.verdict == LINK_TIGHT);
	rig_close(&w.rig);
}

static void test_red(void) RUNS_ON(on_net)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	const struct rtp_packet *p;
	struct peer_stats stats;

	open_world(true);
	w.big = 1500;
	run(5000);
	CHECK(w.reds == 0);
	w.chance = 0.06;
	run(5000);
	CHECK(w.reds > 30 && peer()->path.red == 1);
	peer_stats(peer(), &stats);
	CHECK(stats.red && stats.link.loss_64k > 2000);
	fake_clear();
	rig_pass(&w.rig, 60 * MS_US);
	rig_sound(&w.rig, MIX, 0);
	p = rig_sent(101, 0);
	CHECK(p && p->pt == CLIENT_RED);
	CHECK(red_parse(blocks, p->payload, p->payload_len) == 2);
	CHECK(blocks[0].pt == CLIENT_OPUS && blocks[1].pt == CLIENT_OPUS);
	CHECK(blocks[0].len == 4 && memcmp(blocks[0].data, "opus", 4) == 0);
	CHECK(blocks[1].len == 4 && memcmp(blocks[1].data, "opus", 4) == 0);
	CHECK(blocks[0].ts_offset % 480 == 0 && blocks[0].ts_offset >= 60 * 48);
	/* its own voice is not in the copy of what it did not get */
	rig_pass(&w.rig, 20 * MS_US);
	rig_sound(&w.rig, MIX, 11);
	rig_sound(&w.rig, 11, 0);
	p = rig_sent(101, 1);
	CHECK(p && red_parse(blocks, p->payload, p->payload_len) == 2);
	CHECK(rig_count(101) == 2 && blocks[0].ts_offset == 20 * 48);
	rig_pass(&w.rig, 400 * MS_US); /* too far away for 14 bits */
	rig_sound(&w.rig, MIX, 0);
	CHECK(rig_sent(101, 2)->pt == CLIENT_OPUS);
	w.chance = 0.25; /* one copy alone would be lost too often */
	run(5000);
	CHECK(peer()->path.red == 2);
	fake_clear();
	for (uint32_t i = 0; i < 3; i++) {
		rig_pass(&w.rig, 60 * MS_US);
		rig_sound(&w.rig, MIX, 0);
	}
	p = rig_sent(101, 2);
	CHECK(p && red_parse(blocks, p->payload, p->payload_len) == 3);
	CHECK(blocks[0].ts_offset == 120 * 48 && blocks[1].ts_offset == 60 * 48);
	w.chance = 0.07;
	run(9000);
	w.chance = 0.045;
	run(9000);
	CHECK(peer()->path.red == 1);
	w.chance = 0;
	run(25000);
	w.reds = 0;
	run(1000);
	CHECK(w.reds == 0 && !peer()->audio.before[0]);
	rig_close(&w.rig);
}

/* Many are lost by chance, and little is sent: each packet of video goes out so often
 * that nearly always one of them arrives. */
static void test_copies(void) RUNS_ON(on_net)
{
	uint32_t video, again;

	open_world(true);
	hub_watch_video(&w.rig.hub, 1, SMALL, true, w.rig.now_us);
	run(3000);
	CHECK(w.padding == 0 && !peer()->path.copies);
	w.chance = 0.25;
	run(20000);
	CHECK(w.rig.link.verdict == LINK_LOSSY && peer()->path.copies >= 2);
	video = w.video;
	again = w.padding;
	run(5000);
	CHECK(w.padding - again > (w.video - video) * 18 / 10);
	CHECK(w.disorder == 0);
	w.deaf = true; /* whether it goes on is not known any more */
	run(3000);
	CHECK(!peer()->path.copies);
	w.deaf = false;
	run(20000);
	CHECK(peer()->path.copies >= 2);
	w.chance = 0;
	run(10000);
	CHECK(!peer()->path.copies);
	/* not more than it was seen to carry, and little in any case */
	w.chance = 0.25;
	run(20000);
	CHECK(peer()->path.copies >= 2);
	peer()->bwe.fits_bps = peer()->fits_bps = 60000;
	peer()->bwe.sign_us = w.rig.now_us;
	run(300);
	CHECK(peer()->path.copies <= 1);
	rig_close(&w.rig);
}

/* The first seconds, before anything is known: at a moderate rate. */
static void test_start(void) RUNS_ON(on_net)
{
	open_world(true);
	w.deaf = true;
	w.big = 10000;
	run(1000);
	CHECK(w.sent > 30000 && w.sent < 48000 && w.disorder == 0);
	w.big = 1500;
	run(4000);
	CHECK(!peer()->path.paced && !peer()->place[HUB_ACTIVE].in);
	rig_close(&w.rig);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_tight();
	test_probe();
	test_probe_padding();
	test_silent();
	test_deaf();
	test_regular_again();
	test_blocks();
	test_red();
	test_copies();
	test_start();
	return 0;
}
