/* What is done bit by bit for thousands: a unit handed out, and all figures. */
#include "base/clock.h"
#include "tests/hub_rig.h"
#include "tests/test.h"
#include "transport/outlet.h"
#include "transport/peer.h"

#include <string.h>

enum { VIEW = 901, VIEW2 = 902, VIEWERS = 8 };

static struct rig rig;

static void watch(uint32_t peer, uint32_t outlet) RUNS_ON(on_net)
{
	hub_watch_video(&rig.hub, peer, outlet, false, rig.now_us);
}

static void begin(uint32_t n) RUNS_ON(on_net)
{
	struct sdp sdp;

	rig_open(&rig);
	hub_outlet_open(&rig.hub, VIEW, CODEC_H264);
	hub_outlet_open(&rig.hub, VIEW2, CODEC_H264);
	client_sdp(&sdp);
	for (uint32_t id = 1; id <= n; id++) {
		rig_peer(&rig, id);
		hub_peer_remote(&rig.hub, id, &sdp, rig.now_us);
		fake_up(fake_link(id - 1));
		rig_proven(&rig, id);
		watch(id, VIEW);
	}
}

static struct outlet *outlet(uint32_t id)
{
	return idmap_get(&rig.hub.outlets, id);
}

static struct au *picture(bool key)
{
	struct au *au;

	CHECK(au_create(&au, NULL, 100) == 0);
	memset(au->data, 0x11, 100);
	memcpy(au->data, key ? "\0\0\0\1\x65" : "\0\0\0\1\x61", 5);
	au->codec = CODEC_H264;
	au->flags = key ? AU_KEY : 0;
	au->pts_us = rig.now_us;
	return au;
}

/* The last who came are the first. */
static void start(uint32_t id, bool key) RUNS_ON(on_net)
{
	rig_pass(&rig, 50 * MS_US);
	outlet_begin(outlet(id), picture(key), rig.now_us);
}

static uint32_t sent(uint32_t peer)
{
	return rig_count(peer * 100 + 2);
}

static void test_all(void) RUNS_ON(on_net)
{
	begin(VIEWERS);
	start(VIEW, true);
	CHECK(outlet_gives(outlet(VIEW)));
	CHECK(outlet_give(outlet(VIEW), 3, rig.now_us) == 3);
	CHECK(sent(VIEWERS) == 1 && sent(VIEWERS - 2) == 1 && sent(VIEWERS - 3) == 0);
	CHECK(outlet_give(outlet(VIEW), 100, rig.now_us) == VIEWERS - 3);
	CHECK(!outlet_gives(outlet(VIEW)));
	CHECK(outlet_give(outlet(VIEW), 100, rig.now_us) == 0);
	/* what is left of a unit goes out before the next one */
	start(VIEW, false);
	CHECK(outlet_give(outlet(VIEW), 2, rig.now_us) == 2);
	start(VIEW, false);
	CHECK(sent(1) == 2);
	outlet_give(outlet(VIEW), UINT32_MAX, rig.now_us);
	for (uint32_t id = 1; id <= VIEWERS; id++)
		CHECK(sent(id) == 3);
	rig_close(&rig);
}

/* Who comes and goes while a unit is handed out gets it once, or not at all. */
static void test_changes(void) RUNS_ON(on_net)
{
	struct sdp sdp;

	begin(VIEWERS);
	start(VIEW, true);
	outlet_give(outlet(VIEW), UINT32_MAX, rig.now_us);
	start(VIEW, false);
	CHECK(outlet_give(outlet(VIEW), 3, rig.now_us) == 3); /* 8, 7, 6 */
	hub_peer_close(&rig.hub, 5);                          /* whose turn it was */
	hub_peer_close(&rig.hub, 4);
	hub_peer_close(&rig.hub, 7); /* who has it */
	watch(3, 0);                 /* who does not want it any more */
	hub_outlet_close(&rig.hub, VIEW2);
	/* one whose link comes back gets the group at once, with this unit in it */
	((struct peer *)idmap_get(&rig.hub.peers, 2))->video.flowing = false;
	((struct peer *)idmap_get(&rig.hub.peers, 2))->video.last_pts_us = INT64_MIN;
	outlet_resume(&((struct peer *)idmap_get(&rig.hub.peers, 2))->video, rig.now_us);
	CHECK(sent(2) == 3);
	/* and so does a newcomer */
	rig_peer(&rig, 20);
	client_sdp(&sdp);
	hub_peer_remote(&rig.hub, 20, &sdp, rig.now_us);
	fake_up(fake_link(VIEWERS));
	rig_proven(&rig, 20);
	watch(20, VIEW);
	CHECK(sent(20) == 2);
	CHECK(outlet_give(outlet(VIEW), 100, rig.now_us) == 2); /* 2, 1 */
	CHECK(sent(8) == 2 && sent(6) == 2 && sent(1) == 2);
	CHECK(sent(2) == 3 && sent(20) == 2 && sent(3) == 1);
	start(VIEW, false);
	outlet_give(outlet(VIEW), 100, rig.now_us);
	CHECK(sent(2) == 4 && sent(20) == 3);
	rig_close(&rig);
}

/* The hub goes on where it was, and forgets an outlet that is closed meanwhile. */
static void test_hub(void) RUNS_ON(on_net)
{
	struct au *au;

	begin(2);
	start(VIEW, true);
	outlet_give(outlet(VIEW), 1, rig.now_us);
	rig.hub.giving = outlet(VIEW);
	CHECK(!hub_drain_video(&rig.hub, rig.now_us));
	CHECK(!rig.hub.giving && sent(1) == 1 && sent(2) == 1);
	start(VIEW, false);
	rig.hub.giving = outlet(VIEW);
	hub_outlet_close(&rig.hub, VIEW);
	CHECK(!rig.hub.giving && !hub_drain_video(&rig.hub, rig.now_us));
	CHECK(sent(1) == 1);
	/* what nobody knows any more is in nobody's way */
	CHECK(au_create(&au, NULL, 10) == 0);
	CHECK(ring_push(rig.rings.video_out, VIEW, au) == 0);
	CHECK(!hub_drain_video(&rig.hub, rig.now_us));
	rig_close(&rig);
}

/* So many that sound gets its turn before all have the picture. */
static void test_slice(void) RUNS_ON(on_net)
{
	begin(HUB_SLICE + 20);
	CHECK(ring_push(rig.rings.video_out, VIEW, picture(true)) == 0);
	CHECK(hub_drain_video(&rig.hub, rig.now_us));
	CHECK(sent(HUB_SLICE + 20) == 1 && sent(21) == 1 && sent(20) == 0);
	CHECK(!hub_drain_video(&rig.hub, rig.now_us));
	CHECK(sent(20) == 1 && sent(1) == 1 && sent(HUB_SLICE + 20) == 1);
	rig_close(&rig);
}

/* ---- figures ---------------------------------------------------------------------- */

static struct {
	uint32_t n, parts, most, ends;
	bool seen[300];
} told;

static void on_stats(void *ctx, const struct peer_stats *stats, uint32_t n, bool last)
{
	CHECK(ctx == &told);
	told.n += n;
	told.parts++;
	told.ends += last;
	told.most = n > told.most ? n : told.most;
	for (uint32_t i = 0; i < n; i++) {
		CHECK(!told.seen[stats[i].peer]);
		told.seen[stats[i].peer] = true;
	}
}

static void test_stats(void) RUNS_ON(on_net)
{
	memset(&told, 0, sizeof(told));
	begin(200);
	hub_stats(&rig.hub, on_stats, &told);
	CHECK(told.n >= HUB_STATS && told.n < 100 && told.ends == 0);
	rig_pass(&rig, 10 * HUB_TICK_US);
	CHECK(told.n == 200 && told.ends == 1 && told.most <= HUB_STATS);
	/* asked again before that has ended, it goes on: else a busy thread would never
	 * tell of the last ones */
	memset(&told, 0, sizeof(told));
	for (int i = 0; i < 3; i++) {
		hub_stats(&rig.hub, on_stats, &told);
		rig_pass(&rig, HUB_TICK_US);
	}
	CHECK(told.n > 2 * HUB_STATS);
	rig_pass(&rig, SEC_US);
	CHECK(told.n == 200 && told.ends == 1);
	rig_close(&rig);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	test_all();
	test_changes();
	test_hub();
	test_slice();
	test_stats();
	return 0;
}
