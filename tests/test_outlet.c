#include "transport/outlet.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "tests/hub_rig.h"
#include "tests/test.h"
#include "transport/peer.h"

#include <string.h>

enum { VIEW = 901, VIEW2 = 902, VIEW_VP8 = 903, MIX = 990 };

#define TICK (50 * MS_US)

static struct rig rig;

/* A hub with outlets and a peer `1` that is connected and agreed. */
static void begin(void) RUNS_ON(on_net)
{
	struct sdp sdp;

	rig_open(&rig);
	hub_outlet_open(&rig.hub, VIEW, CODEC_H264);
	hub_outlet_open(&rig.hub, VIEW2, CODEC_H264);
	hub_outlet_open(&rig.hub, VIEW_VP8, CODEC_VP8);
	hub_outlet_open(&rig.hub, MIX, CODEC_OPUS);
	rig_peer(&rig, 1);
	client_sdp(&sdp);
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
	fake_up(fake_link(0));
	rig_proven(&rig, 1);
}

static void add_peer(uint32_t id) RUNS_ON(on_net)
{
	struct sdp sdp;

	rig_peer(&rig, id);
	client_sdp(&sdp);
	hub_peer_remote(&rig.hub, id, &sdp, rig.now_us);
	fake_up(fake_link(id - 1));
	rig_proven(&rig, id);
}

static void watch(uint32_t peer, uint32_t outlet) RUNS_ON(on_net)
{
	hub_watch_video(&rig.hub, peer, outlet, false, rig.now_us);
}

static void unit(uint32_t outlet, bool key, size_t len) RUNS_ON(on_net)
{
	rig_pass(&rig, TICK);
	rig_video(&rig, outlet, outlet == VIEW_VP8 ? CODEC_VP8 : CODEC_H264, key, len);
}

/* Numbers of a stream rise one by one. */
static void check_seq(uint32_t ssrc)
{
	for (uint32_t i = 1; i < rig_count(ssrc); i++)
		CHECK(rig_sent(ssrc, i)->seq ==
		      (uint16_t)(rig_sent(ssrc, i - 1)->seq + 1));
}

static void test_start(void) RUNS_ON(on_net)
{
	const struct rtp_packet *first;
	const uint8_t *data;
	size_t len;

	begin();
	watch(1, VIEW);
	CHECK(rig.n_keys == 1 && rig.key_outlet == VIEW);
	unit(VIEW, false, 500);
	CHECK(rig_count(102) == 0); /* not before a key frame */
	unit(VIEW, true, 3000);
	CHECK(rig_count(102) == 3);
	first = rig_sent(102, 0);
	CHECK(first->seq < 32768 && first->pt == CLIENT_H264 && !first->marker);
	CHECK(rig_sent(102, 2)->marker);
	CHECK(first->ts == (uint32_t)(rig.now_us * 9 / 100));
	CHECK(first->ts == net_video_ts(rig.now_us) && rig_sent(102, 2)->ts == first->ts);
	CHECK(rtp_ext_find(first, CLIENT_MID, &data, &len) && len == 1 && *data == 'v');
	CHECK(rtp_ext_find(first, CLIENT_TWCC, &data, &len) && len == 2 &&
	      rd16(data) == 0);
	CHECK(rtp_ext_find(rig_sent(102, 2), CLIENT_TWCC, &data, &len) &&
	      rd16(data) == 2);
	for (int i = 0; i < 5; i++)
		unit(VIEW, false, 500);
	CHECK(rig_count(102) == 8);
	check_seq(102);
	/* a stream of somebody else was not touched, and 0 ends it */
	watch(1, 0);
	unit(VIEW, true, 500);
	CHECK(rig_count(102) == 8);
	rig_close(&rig);
}

/* A newcomer gets the group so far at once, and nobody needs a key frame. */
static void test_replay(void) RUNS_ON(on_net)
{
	uint32_t n;

	begin();
	watch(1, VIEW);
	unit(VIEW, true, 3000);
	for (int i = 0; i < 10; i++)
		unit(VIEW, false, 500);
	n = rig.n_keys;
	fake_clear();
	add_peer(2);
	watch(2, VIEW);
	CHECK(rig_count(202) == 13 && rig_count(102) == 0 && rig.n_keys == n);
	CHECK(rig_sent(202, 0)->ts == net_video_ts(rig.now_us - 10 * TICK));
	check_seq(202);
	unit(VIEW, false, 500);
	CHECK(rig_count(202) == 14 && rig_count(102) == 1);
	/* one that watches again is not sent back in time */
	watch(2, 0);
	fake_clear();
	watch(2, VIEW);
	CHECK(rig_count(202) == 0);
	rig_pass(&rig, SEC_US); /* one a second */
	CHECK(rig.n_keys == n + 1);
	/* too old a group */
	for (int i = 0; i < 40; i++)
		unit(VIEW, false, 50);
	fake_clear();
	add_peer(3);
	watch(3, VIEW);
	CHECK(rig_count(302) == 0);
	/* too large a group */
	unit(VIEW, true, 60000);
	unit(VIEW, false, 6000);
	add_peer(4);
	fake_clear();
	watch(4, VIEW);
	CHECK(rig_count(402) == 0);
	unit(VIEW, true, 500);
	CHECK(rig_count(402) == 1);
	rig_close(&rig);
}

static void test_key_requests(void) RUNS_ON(on_net)
{
	uint8_t pli[12] = {0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 102};
	int64_t plis = count_get(COUNT_PLI_IN);

	begin();
	watch(1, VIEW);
	CHECK(rig.n_keys == 1);
	for (int i = 0; i < 60; i++) /* 3 s of waiting, a request each second */
		unit(VIEW, false, 100);
	CHECK(rig.n_keys == 4);
	unit(VIEW, true, 100);
	rig_pass(&rig, 3 * SEC_US);
	CHECK(rig.n_keys == 4); /* nobody waits any more */
	for (int i = 0; i < 5; i++)
		fake_rtcp(fake_link(0), pli, sizeof(pli), rig.now_us);
	CHECK(rig.n_keys == 5 && count_get(COUNT_PLI_IN) == plis + 5);
	rig_pass(&rig, 500 * MS_US);
	for (int i = 0; i < 500; i++) /* a storm counts once, then once in two seconds */
		fake_rtcp(fake_link(0), pli, sizeof(pli), rig.now_us);
	rig_pass(&rig, 500 * MS_US);
	CHECK(rig.n_keys == 5);
	for (int i = 0; i < 60; i++) {
		rig_pass(&rig, 100 * MS_US);
		fake_rtcp(fake_link(0), pli, sizeof(pli), rig.now_us);
	}
	CHECK(rig.n_keys == 8);
	watch(1, 0); /* who is shown nothing needs none */
	rig_pass(&rig, 5 * SEC_US);
	fake_rtcp(fake_link(0), pli, sizeof(pli), rig.now_us);
	CHECK(rig.n_keys == 8);
	watch(1, VIEW);
	CHECK(rig.n_keys == 9);
	pli[11] = 101; /* not of the video stream */
	rig_pass(&rig, 2 * SEC_US);
	fake_rtcp(fake_link(0), pli, sizeof(pli), rig.now_us);
	CHECK(rig.n_keys == 9);
	rig_close(&rig);
}

static void test_switch(void) RUNS_ON(on_net)
{
	begin();
	watch(1, VIEW);
	unit(VIEW, true, 100);
	watch(1, VIEW2);
	CHECK(rig.key_outlet == VIEW2);
	fake_clear();
	unit(VIEW, false, 100); /* the same codec: the old one goes on */
	unit(VIEW2, false, 100);
	CHECK(rig_count(102) == 1);
	unit(VIEW2, true, 100);
	unit(VIEW, false, 100);
	unit(VIEW2, false, 100);
	CHECK(rig_count(102) == 3);
	check_seq(102);
	/* back before anything came: nothing changes */
	watch(1, VIEW);
	watch(1, VIEW2);
	unit(VIEW, true, 100);
	CHECK(rig_count(102) == 3);
	/* another codec: nothing until its key frame */
	watch(1, VIEW_VP8);
	unit(VIEW2, false, 100);
	CHECK(rig_count(102) == 3);
	unit(VIEW_VP8, true, 100);
	CHECK(rig_count(102) == 4 && rig_sent(102, 3)->pt == CLIENT_VP8);
	check_seq(102);
	/* the one waited for is closed, then the one shown */
	watch(1, VIEW);
	CHECK(rig_count(102) == 4); /* its group is older than what was sent */
	hub_outlet_close(&rig.hub, VIEW);
	hub_outlet_close(&rig.hub, VIEW_VP8);
	unit(VIEW_VP8, true, 100);
	watch(1, VIEW2);
	unit(VIEW2, true, 100);
	CHECK(rig_count(102) == 5);
	rig_close(&rig);
}

/* What was shown ends now, with what of it waits for its turn. */
static void test_at_once(void) RUNS_ON(on_net)
{
	struct peer *peer;

	begin();
	peer = idmap_get(&rig.hub.peers, 1);
	watch(1, VIEW);
	unit(VIEW, true, 100);
	hub_watch_video(&rig.hub, 1, VIEW2, true, rig.now_us);
	CHECK(rig.key_outlet == VIEW2);
	unit(VIEW, false, 100);
	unit(VIEW2, false, 100);
	CHECK(rig_count(102) == 1);
	unit(VIEW2, true, 100);
	CHECK(rig_count(102) == 2);
	/* first in peace, then at once after all */
	watch(1, VIEW);
	unit(VIEW2, false, 100);
	CHECK(rig_count(102) == 3);
	hub_watch_video(&rig.hub, 1, VIEW, true, rig.now_us);
	unit(VIEW2, false, 100);
	unit(VIEW, false, 100);
	CHECK(rig_count(102) == 3);
	/* the pacer lets one packet of this through, then all that waits is dropped */
	peer->path.paced = true;
	peer->paced_us = INT64_MAX;
	peer->fits_bps = 100000;
	rig_pass(&rig, SEC_US);
	unit(VIEW, true, 50000);
	CHECK(rig_count(102) == 4 && peer->place[HUB_ACTIVE].in);
	hub_watch_video(&rig.hub, 1, VIEW2, true, rig.now_us);
	rig_pass(&rig, SEC_US);
	CHECK(rig_count(102) == 4 && !peer->place[HUB_ACTIVE].in);
	unit(VIEW2, true, 1000);
	CHECK(rig_count(102) == 5);
	check_seq(102);
	/* more than may wait is dropped, and a key frame asked for */
	rig_pass(&rig, SEC_US);
	rig.n_keys = 0;
	for (int i = 0; i < 40; i++)
		unit(VIEW2, false, 4000);
	CHECK(rig.n_keys >= 1 && rig.key_outlet == VIEW2);
	CHECK(rig_count(102) < 5 + 45 && rig_count(102) > 5 + 10);
	/* the peer goes while something waits */
	unit(VIEW2, true, 50000);
	hub_peer_close(&rig.hub, 1);
	rig_close(&rig);
}

/* Each key frame costs all who watch. */
static void test_many_viewers(void) RUNS_ON(on_net)
{
	begin();
	for (uint32_t id = 2; id <= 52; id++) {
		add_peer(id);
		watch(id, VIEW);
	}
	rig_pass(&rig, 5 * SEC_US);
	rig.n_keys = 0;
	for (int i = 0; i < 200; i++) /* 10 s in which all wait */
		unit(VIEW, false, 100);
	CHECK(rig.n_keys >= 4 && rig.n_keys <= 6);
	rig_close(&rig);
}

/* Who is not connected, or did not agree to the codec, waits. */
static void test_not_ready(void) RUNS_ON(on_net)
{
	struct sdp sdp;

	begin();
	rig_peer(&rig, 2);
	watch(2, VIEW);
	unit(VIEW, true, 100);
	CHECK(rig_count(202) == 0 && rig.n_keys == 0);
	client_sdp(&sdp);
	sdp.media[1].codecs[1].codec = CODEC_VP9; /* no H.264 */
	hub_peer_remote(&rig.hub, 2, &sdp, rig.now_us);
	fake_up(fake_link(1));
	unit(VIEW, true, 100);
	CHECK(rig_count(202) == 0);
	client_sdp(&sdp);
	hub_peer_remote(&rig.hub, 2, &sdp, rig.now_us);
	CHECK(rig_count(202) == 1); /* by replay */
	/* it does not want to receive any more */
	sdp.media[1].dir = 0;
	hub_peer_remote(&rig.hub, 2, &sdp, rig.now_us);
	unit(VIEW, false, 100);
	CHECK(rig_count(202) == 1);
	sdp.media[1].dir = SDP_RECV;
	hub_peer_remote(&rig.hub, 2, &sdp, rig.now_us);
	unit(VIEW, false, 100);
	CHECK(rig_count(202) == 1); /* what it missed is missing: wait for a key */
	unit(VIEW, true, 100);
	CHECK(rig_count(202) == 2);
	check_seq(202);
	rig_close(&rig);
}

/* ---- retransmissions -------------------------------------------------------- */

static void nack(uint16_t pid, uint16_t blp) RUNS_ON(on_net)
{
	uint8_t msg[16] = {0x81, 205, 0, 3, 0, 0, 0, 9, 0, 0, 0, 102};

	wr16(msg + 12, pid);
	wr16(msg + 14, blp);
	fake_rtcp(fake_link(0), msg, sizeof(msg), rig.now_us);
}

static void test_rtx(void) RUNS_ON(on_net)
{
	const struct rtp_packet *orig, *again;
	uint16_t seq;

	begin();
	watch(1, VIEW);
	unit(VIEW, true, 10000);
	CHECK(rig_count(102) == 10);
	orig = rig_sent(102, 4);
	seq = orig->seq;
	nack(seq, 1 << 1); /* and the one two after it */
	CHECK(rig_count(103) == 2 && rig_count(102) == 10);
	again = rig_sent(103, 0);
	CHECK(again->pt == CLIENT_H264_RTX && again->ts == orig->ts &&
	      again->seq < 32768);
	CHECK(rd16(again->payload) == seq && again->payload_len == orig->payload_len + 2);
	CHECK(memcmp(again->payload + 2, orig->payload, orig->payload_len) == 0);
	CHECK(rd16(rig_sent(103, 1)->payload) == (uint16_t)(seq + 2));
	CHECK(rig_sent(103, 1)->seq == again->seq + 1);
	nack(seq, 0); /* not twice within 50 ms */
	rig_pass(&rig, 40 * MS_US);
	nack(seq, 0);
	CHECK(rig_count(103) == 2);
	rig_pass(&rig, 20 * MS_US);
	nack(seq, 0);
	CHECK(rig_count(103) == 4); /* the answer was lost, too: two now */
	CHECK(rd16(rig_sent(103, 2)->payload) == seq &&
	      rd16(rig_sent(103, 3)->payload) == seq);
	nack((uint16_t)(seq + 1000), 0xffff); /* never sent */
	CHECK(rig_count(103) == 4);
	unit(VIEW, true, 1000);
	rig_pass(&rig, 60 * MS_US);
	nack(seq, 0); /* before the last key frame: it would help nobody */
	CHECK(rig_count(103) == 4);
	nack(rig_sent(102, 10)->seq, 0);
	CHECK(rig_count(103) == 5);
	rig_pass(&rig, 4 * SEC_US);
	nack(rig_sent(102, 10)->seq, 0); /* too old to help */
	CHECK(rig_count(103) == 5);
	rig_close(&rig);
}

/* A class in which nothing needs a key frame for an hour is repaired as well. */
static void test_rtx_long(void) RUNS_ON(on_net)
{
	begin();
	watch(1, VIEW);
	unit(VIEW, true, 1000);
	for (int i = 0; i < 70000; i++) {
		fake_clear();
		rig_video(&rig, VIEW, CODEC_H264, false, 60);
		if (i % 10000 == 0)
			rig_pass(&rig, SEC_US);
		if (i % 1000 != 0)
			continue;
		nack(rig_sent(102, 0)->seq, 0);
		CHECK(rig_count(103) == 1);
	}
	rig_close(&rig);
}

/* However much is asked for: half of what is sent, 200 packets a second. */
static void test_rtx_caps(void) RUNS_ON(on_net)
{
	uint32_t sent = 0, again = 0;

	begin();
	watch(1, VIEW);
	for (int k = 0; k < 40; k++) {
		fake_clear();
		unit(VIEW, k == 0, 20000);
		sent += rig_count(102);
		for (uint32_t i = 0; i < 19; i++)
			nack(rig_sent(102, i)->seq, 0);
		again += rig_count(103);
	}
	CHECK(again <= sent / 2 + 20 && again > sent * 2 / 5);
	rig_close(&rig);

	begin();
	watch(1, VIEW);
	for (int k = 0; k < 9; k++) {
		unit(VIEW, k == 0, 300000); /* credit in plenty */
		fake_clear();
	}
	for (int k = 0; k < 450; k++) {
		rig_video(&rig, VIEW, CODEC_H264, false, 60);
		nack(rig_sent(102, (uint32_t)k)->seq, 0);
	}
	CHECK(rig_count(103) == 200);
	rig_pass(&rig, SEC_US);
	nack(rig_sent(102, 300)->seq, 0);
	CHECK(rig_count(103) == 201);
	rig_close(&rig);
}

/* The oldest packets are forgotten; without RTX nothing is repeated. */
static void test_history(void) RUNS_ON(on_net)
{
	struct sdp sdp;
	uint16_t seq;

	begin();
	watch(1, VIEW);
	unit(VIEW, true, 100);
	for (int i = 1; i < HISTORY_SIZE; i++)
		rig_video(&rig, VIEW, CODEC_H264, false, 100);
	seq = rig_sent(102, 0)->seq;
	nack(seq, 0);
	CHECK(rig_count(103) == 1);
	rig_pass(&rig, 60 * MS_US);
	rig_video(&rig, VIEW, CODEC_H264, false, 100);
	nack(seq, 0);
	CHECK(rig_count(103) == 1);
	rig_close(&rig);

	begin();
	client_sdp(&sdp);
	sdp.media[1].codecs[1].rtx_pt = 0;
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
	watch(1, VIEW);
	unit(VIEW, true, 100);
	nack(rig_sent(102, 0)->seq, 0);
	CHECK(rig_count(102) == 1 && rig_count(103) == 0);
	rig_close(&rig);
}

/* ---- sound ------------------------------------------------------------------ */

static void test_sound(void) RUNS_ON(on_net)
{
	const struct rtp_packet *p;

	begin();
	add_peer(2);
	hub_watch_audio(&rig.hub, 1, MIX, rig.now_us);
	hub_watch_audio(&rig.hub, 2, MIX, rig.now_us);
	hub_watch_video(&rig.hub, 1, MIX, false, rig.now_us); /* no picture: refused */
	rig_sound(&rig, MIX, 0);
	CHECK(rig_count(101) == 1 && rig_count(201) == 1 && rig_count(102) == 0);
	p = rig_sent(101, 0);
	CHECK(p->pt == CLIENT_OPUS && p->seq < 32768 && p->payload_len == 4);
	CHECK(p->ts == (uint32_t)(rig.now_us * 6 / 125) &&
	      p->ts == net_audio_ts(rig.now_us));
	/* peer 1 speaks: its voice is 11 */
	for (int i = 0; i < 10; i++) {
		rig_pass(&rig, 20 * MS_US);
		rig_sound(&rig, MIX, 11);
		rig_sound(&rig, 11, 0);
	}
	CHECK(rig_count(101) == 11 && rig_count(201) == 11);
	check_seq(101);
	/* the same moment twice counts once */
	rig_pass(&rig, 20 * MS_US);
	rig_sound(&rig, 11, 0);
	rig_sound(&rig, MIX, 0);
	CHECK(rig_count(101) == 12 && rig_count(201) == 12);
	/* nobody's id, and somebody who does not listen */
	rig_sound(&rig, 12345, 0);
	hub_watch_audio(&rig.hub, 1, 0, rig.now_us);
	rig_pass(&rig, 20 * MS_US);
	rig_sound(&rig, 11, 0);
	CHECK(rig_count(101) == 12);
	rig_close(&rig);
}

/* ---- reports ---------------------------------------------------------------- */

static struct rtcp_sr last_sr[2]; /* sound, video */
static uint32_t n_sr;

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	(void)ctx;
	last_sr[sr->ssrc == 102] = *sr;
	n_sr++;
}

static void read_reports(void)
{
	const struct rtcp_sink sink = {.sr = on_sr};

	n_sr = 0;
	for (uint32_t i = 0; i < fake_n; i++)
		if (fake_sent[i].rtcp)
			CHECK(rtcp_parse(fake_sent[i].data, fake_sent[i].len, &sink) ==
			      0);
}

static void test_reports(void) RUNS_ON(on_net)
{
	double wall, ts, skew;

	begin();
	watch(1, VIEW);
	hub_watch_audio(&rig.hub, 1, MIX, rig.now_us);
	rig_pass(&rig, 2 * SEC_US);
	read_reports();
	CHECK(n_sr == 0); /* nothing sent, nothing to report */
	unit(VIEW, true, 3000);
	read_reports();
	CHECK(n_sr == 1 && last_sr[1].packets == 3); /* the first at once */
	rig_sound(&rig, MIX, 0);
	read_reports();
	CHECK(n_sr == 2 && last_sr[0].packets == 1 && last_sr[0].bytes == 4);
	fake_clear();
	rig_pass(&rig, 3 * SEC_US);
	read_reports();
	CHECK(n_sr == 6);
	/* both streams tell of the same two clocks */
	wall = (double)last_sr[0].ntp / 4294967296.0;
	ts = (double)last_sr[0].rtp_ts / 48000;
	skew = (double)last_sr[1].ntp / 4294967296.0 - wall;
	skew -= (double)last_sr[1].rtp_ts / 90000 - ts;
	CHECK(skew > -0.001 && skew < 0.001);
	wall -= (double)clock_wall_ms() / 1000 + 2208988800.0;
	CHECK(wall > -10 && wall < 20); /* the fake clock ran ahead by seconds */
	rig_close(&rig);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_start();
	test_replay();
	test_key_requests();
	test_switch();
	test_at_once();
	test_many_viewers();
	test_not_ready();
	test_rtx();
	test_rtx_long();
	test_rtx_caps();
	test_history();
	test_sound();
	test_reports();
	CHECK(count_get(COUNT_PEERS) == 0);
	return 0;
}
