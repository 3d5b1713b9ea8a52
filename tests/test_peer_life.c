/* What a peer may send, and its life: sections that come and go, ends, figures. */
#include "transport/peer.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "tests/camera_rig.h"
#include "tests/hub_rig.h"
#include "tests/test.h"

#include <string.h>

static void test_admission(void) RUNS_ON(on_net)
{
	struct cam_out o = cam_video;

	cam_begin();
	o.mid = "v"; /* a section in which it does not send */
	CHECK(!cam_frame(o, 1, true));
	o.mid = NULL; /* two sections could be meant */
	CHECK(!cam_frame(o, 1, true));
	o.mid = "c";
	o.pt = 50;
	CHECK(!cam_frame(o, 1, true));
	o = cam_video;
	for (uint32_t i = 0; i < LIMIT_SSRCS; i++) {
		o.ssrc = 7000 + i;
		CHECK(cam_frame(o, 1, true));
		cam_take(cam_rig.rings.video_in);
	}
	o.ssrc = 8000;
	CHECK(!cam_frame(o, 1, true));
	rig_pass(&cam_rig, 6 * SEC_US); /* an idle one makes room */
	CHECK(cam_frame(o, 2, true));
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	rig_close(&cam_rig);

	/* a source that it is not allowed to send */
	rig_open(&cam_rig);
	hub_peer_open(&cam_rig.hub, &(struct peer_conf){.id = 1, .voice = 11},
		      cam_rig.now_us);
	client_sdp(&cam_sdp);
	cam_agree();
	fake_up(fake_link(0));
	CHECK(!cam_frame(cam_video, 1, true));
	rig_close(&cam_rig);
}

static void test_renegotiation(void) RUNS_ON(on_net)
{
	struct cam_out screen = cam_video;

	cam_begin();
	screen.mid = "s";
	screen.ssrc = 5500;
	cam_frame(cam_video, 1, true);
	cam_frame(screen, 1, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 2 && cam_source == 13);
	cam_sdp.media[3].dir = 0;
	cam_agree();
	cam_frame(cam_video, 2, false); /* goes on as if nothing had been */
	CHECK(cam_take(cam_rig.rings.video_in) == 1 && cam_flags == 0);
	cam_frame(screen, 2, false);
	screen.mid = NULL; /* nor is it taken for the camera */
	cam_frame(screen, 3, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	screen.mid = "s";
	cam_frame(cam_video, 3, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	cam_sdp.media[3].dir = SDP_SEND;
	cam_agree();
	cam_frame(screen, 40000, true); /* a new sequence from the first packet on */
	CHECK(cam_take(cam_rig.rings.video_in) == 1 && cam_source == 13);
	/* a new SSRC of the same section replaces the old one, from a key frame on */
	screen.ssrc = 5600;
	cam_frame(screen, 7, false);
	CHECK(cam_take(cam_rig.rings.video_in) == 0);
	cam_frame(screen, 8, true);
	CHECK(cam_take(cam_rig.rings.video_in) == 1);
	rig_close(&cam_rig);
}

static void test_bye(void) RUNS_ON(on_net)
{
	uint8_t bye[8] = {0x81, 203, 0, 1, 0, 0, 0x13, 0x88}; /* 5000 */
	struct peer *peer;

	cam_begin();
	peer = idmap_get(&cam_rig.hub.peers, 1);
	cam_frame(cam_video, 1, true);
	CHECK(peer->n_recv == 1 && cam_rig.hub.lists[HUB_BUSY] == peer);
	fake_rtcp(fake_link(0), bye, sizeof(bye), cam_rig.now_us);
	CHECK(peer->n_recv == 0 && cam_rig.hub.lists[HUB_BUSY] == NULL);
	cam_take(cam_rig.rings.video_in);
	rig_close(&cam_rig);
}

static void test_bad_input(void) RUNS_ON(on_net)
{
	int64_t rtp = count_get(COUNT_REJECT_RTP), rtcp = count_get(COUNT_REJECT_RTCP);
	uint8_t padded[13] = {0xa0, CLIENT_OPUS, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 200};
	uint8_t junk[8] = {0x80, 200, 0, 9};

	cam_begin();
	/* more padding than there is: seen only after decryption */
	peer_rtp(idmap_get(&cam_rig.hub.peers, 1), padded, sizeof(padded),
		 cam_rig.now_us);
	CHECK(count_get(COUNT_REJECT_RTP) == rtp + 1);
	CHECK(peer_admits(idmap_get(&cam_rig.hub.peers, 1), padded, sizeof(padded), 0));
	CHECK(!peer_admits(idmap_get(&cam_rig.hub.peers, 1), padded, 11, 0));
	fake_rtcp(fake_link(0), junk, sizeof(junk), cam_rig.now_us);
	CHECK(count_get(COUNT_REJECT_RTCP) == rtcp + 1);
	rig_close(&cam_rig);
}

static struct peer_stats stats;
static uint32_t n_stats;

static void on_stats(void *ctx, const struct peer_stats *list, uint32_t n, bool last)
{
	CHECK(last);
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

	cam_begin();
	peer = idmap_get(&cam_rig.hub.peers, 1);
	wr32(rr + 20, 900); /* jitter */
	wr32(rr + 24, send_ntp_middle(&peer->path, cam_rig.now_us - 330 * MS_US));
	wr32(rr + 28, 65536 / 4);
	cam_frame(cam_video, 1, true);
	cam_take(cam_rig.rings.video_in);
	fake_rtcp(fake_link(0), rr, sizeof(rr), cam_rig.now_us);
	hub_stats(&cam_rig.hub, on_stats, NULL);
	CHECK(n_stats == 1 && stats.peer == 1 && stats.up && !stats.tcp);
	CHECK(stats.rtt_ms >= 79 && stats.rtt_ms <= 81);
	CHECK(stats.fraction_lost == 51 && stats.jitter_ms == 10 && stats.bytes_in > 20);
	CHECK(peer->video.mid_known);
	wr32(rr + 28, 65536); /* dlsr beyond what passed: a lie */
	fake_rtcp(fake_link(0), rr, sizeof(rr), cam_rig.now_us);
	hub_stats(&cam_rig.hub, on_stats, NULL);
	CHECK(stats.rtt_ms >= 79 && stats.rtt_ms <= 81);
	rig_close(&cam_rig);
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

	rig_open(&cam_rig);
	hub_outlet_open(&cam_rig.hub, 900, CODEC_H264);
	client_sdp(&cam_sdp);
	for (uint32_t i = 0; i < 4; i++) {
		rig_peer(&cam_rig, i + 1);
		hub_peer_remote(&cam_rig.hub, i + 1, &cam_sdp, cam_rig.now_us);
		hub_watch_video(&cam_rig.hub, i + 1, 900, false, cam_rig.now_us);
		CHECK(cam_rig.n_states == 2 * i);
		fake_up(fake_link(i));
		CHECK(cam_rig.state == PEER_CONNECTED && cam_rig.state_peer == i + 1);
		CHECK(count_get(COUNT_PEERS) == 1);
		fake_down(fake_link(i), ends[i].why);
		CHECK(cam_rig.state == ends[i].state && cam_rig.state_peer == i + 1);
		CHECK(count_get(COUNT_PEERS) == 0 && fake_open == 1);
		/* what comes for it from now on is ignored */
		hub_peer_remote(&cam_rig.hub, i + 1, &cam_sdp, cam_rig.now_us);
		hub_peer_restart(&cam_rig.hub, i + 1, "u", "p");
		hub_watch_video(&cam_rig.hub, i + 1, 900, false, cam_rig.now_us);
		hub_source_mute(&cam_rig.hub, (i + 1) * 10 + 1, true);
		hub_source_key(&cam_rig.hub, (i + 1) * 10 + 2);
		hub_peer_close(&cam_rig.hub, i + 1);
		rig_video(&cam_rig, 900, CODEC_H264, true, 100);
		rig_pass(&cam_rig, HUB_TICK_US);
		CHECK(fake_open == 0 && cam_rig.n_states == 2 * i + 2);
	}
	/* an id, or a source, that is taken already */
	rig_peer(&cam_rig, 9);
	rig_peer(&cam_rig, 9);
	CHECK(cam_rig.n_states == 9 && cam_rig.state == PEER_FAILED && fake_open == 1);
	hub_peer_open(&cam_rig.hub, &(struct peer_conf){.id = 10, .voice = 91},
		      cam_rig.now_us);
	CHECK(cam_rig.n_states == 10 && cam_rig.state_peer == 10 && fake_open == 1);
	CHECK(idmap_get(&cam_rig.hub.sources, 91) == idmap_get(&cam_rig.hub.peers, 9));
	/* closed by us: a goodbye on the wire, no event */
	fake_up(fake_link(4));
	fake_clear();
	hub_peer_close(&cam_rig.hub, 9);
	CHECK(cam_rig.n_states == 11 && fake_open == 0 && fake_n == 1);
	rig_close(&cam_rig);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_admission();
	test_renegotiation();
	test_bye();
	test_bad_input();
	test_stats();
	test_life();
	CHECK(count_get(COUNT_PEERS) == 0);
	return 0;
}
