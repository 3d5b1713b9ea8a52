/* Each allocation of a peer's life fails once: nothing leaks, nothing crashes,
 * and what could not be made is told. Linked with --wrap, see oom.h.
 */
#include "base/clock.h"
#include "tests/hub_rig.h"
#include "tests/oom.h"
#include "tests/test.h"
#include "transport/outlet.h"
#include "transport/peer.h"

#include <errno.h>
#include <string.h>

static struct rig rig;

static int open_peer(void) RUNS_ON(on_net)
{
	uint32_t failed = rig.n_states;

	rig_peer(&rig, 1);
	CHECK((rig.n_states == failed) == (idmap_get(&rig.hub.peers, 1) != NULL));
	CHECK(fake_open == (rig.n_states == failed));
	CHECK(rig.n_states == failed || idmap_get(&rig.hub.sources, 11) == NULL);
	return rig.n_states == failed ? 0 : -ENOMEM;
}

static int open_outlet(void) RUNS_ON(on_net)
{
	hub_outlet_open(&rig.hub, 900, CODEC_H264);
	return idmap_get(&rig.hub.outlets, 900) ? 0 : -ENOMEM;
}

static void frame(uint16_t seq, bool key) RUNS_ON(on_net)
{
	const uint8_t body[12] = {0x10, key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 64, 0,
				  64};
	struct rtp_packet pkt = {.marker = true,
				 .pt = CLIENT_VP8,
				 .seq = seq,
				 .ts = seq * 3000u,
				 .ssrc = 5000};
	const struct rtp_ext exts[] = {
		{CLIENT_MID, 1, (const uint8_t *)"c"},
		{CLIENT_TWCC, 2, body},
	};
	uint8_t buf[100];
	size_t len = rtp_header_write(buf, &pkt, exts, 2);

	memcpy(buf + len, body, sizeof(body));
	fake_rtp(fake_link(0), buf, len + sizeof(body), rig.now_us);
}

static uint32_t take(void)
{
	struct ring_item item;
	uint32_t n = 0;

	while (ring_pop(rig.rings.video_in, &item)) {
		au_put(item.au);
		n++;
	}
	return n;
}

/* Memory is short for one allocation; once there is some again all goes on. */
static void test_media(int n) RUNS_ON(on_net)
{
	uint16_t seq = 1;
	struct sdp sdp;

	rig_open(&rig);
	CHECK(open_peer() == 0 && open_outlet() == 0);
	client_sdp(&sdp);
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
	hub_watch_video(&rig.hub, 1, 900, false, rig.now_us);
	fake_up(fake_link(0));
	oom_after(n);
	for (; seq < 12; seq++) {
		if (seq == 5)
			continue; /* held back behind a hole */
		frame(seq, seq == 1);
		take();
	}
	oom_after(-1);
	rig_pass(&rig, SEC_US);
	take();
	frame(seq++, true);
	frame(seq, false);
	CHECK(take() == 2);
	fake_clear();
	rig_pass(&rig, SEC_US);
	rig_video(&rig, 900, CODEC_H264, true, 100);
	CHECK(rig_count(102) == 1);
	rig_close(&rig);
}

static int stats_n;

static void on_stats(void *ctx, const struct peer_stats *stats, uint32_t n, bool last)
{
	(void)ctx;
	(void)stats;
	stats_n = last ? (int)n : -1;
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	rig_open(&rig);
	OOM_EACH(open_peer());
	OOM_EACH(open_outlet());
	oom_after(0);
	hub_stats(&rig.hub, on_stats, NULL);
	oom_after(-1);
	/* the answer needs no memory */
	CHECK(stats_n > 0 && stats_n == (int)rig.hub.peers.n);
	rig_close(&rig);
	for (int n = 0; n < 40; n++)
		test_media(n);
	return 0;
}
