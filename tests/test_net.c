/* One real net thread over loopback, with a client written for tests. */
#include "transport/net.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/thread.h"
#include "tests/client_sdp.h"
#include "tests/peer_client.h"
#include "tests/test.h"
#include "transport/rtcp.h"
#include "transport/rtp.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#define WAIT_US (60 * SEC_US)

enum { PEER = 1, VOICE = 11, CAMERA = 12, VIEW = 900, MIX = 901 };

static struct net *net;
static struct net_rings rings;
static struct sdp_local local;
static atomic_int last_state, n_states, n_keys, n_stats;
static struct peer_stats stats;

static void on_state(void *ctx, uint32_t peer, enum peer_state state)
{
	CHECK(ctx == &net && peer == PEER);
	atomic_store(&last_state, state);
	atomic_fetch_add(&n_states, 1);
}

static void on_key(void *ctx, uint32_t outlet)
{
	CHECK(ctx == &net && outlet == VIEW);
	atomic_fetch_add(&n_keys, 1);
}

static void on_stats(void *ctx, const struct peer_stats *list, uint32_t n, bool last)
{
	CHECK(ctx == &net && n == 1 && last);
	stats = list[0];
	atomic_fetch_add(&n_stats, 1);
}

/* ---- the client ------------------------------------------------------------- */

static struct {
	struct peer_client *pc;
	uint32_t n_video, n_sound, n_rtx, n_sr, n_pli;
	uint16_t seqs[64];
	uint32_t video_ts;
	uint8_t lost[1500]; /* payload of the packet that "was lost" */
	size_t lost_len;
	bool rtx_fits;
} client;

static void on_rtp(void *ctx, uint8_t *data, size_t len)
{
	struct rtp_packet pkt;

	(void)ctx;
	CHECK(rtp_parse(&pkt, data, len) == 0);
	if (pkt.ssrc == local.ssrc_audio) {
		client.n_sound++;
	} else if (pkt.ssrc == local.ssrc_video) {
		if (client.n_video == 1) {
			memcpy(client.lost, pkt.payload, pkt.payload_len);
			client.lost_len = pkt.payload_len;
		}
		client.seqs[client.n_video++ % 64] = pkt.seq;
		client.video_ts = pkt.ts;
	} else {
		CHECK(pkt.ssrc == local.ssrc_rtx && pkt.pt == CLIENT_H264_RTX);
		client.rtx_fits = pkt.payload_len == client.lost_len + 2 &&
				  rd16(pkt.payload) == client.seqs[1] &&
				  !memcmp(pkt.payload + 2, client.lost, client.lost_len);
		client.n_rtx++;
	}
}

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	(void)ctx;
	(void)sr;
	client.n_sr++;
}

static void on_pli(void *ctx, uint32_t ssrc)
{
	(void)ctx;
	CHECK(ssrc == 5000);
	client.n_pli++;
}

static void on_rtcp(void *ctx, uint8_t *data, size_t len)
{
	const struct rtcp_sink sink = {.sr = on_sr, .pli = on_pli};

	(void)ctx;
	CHECK(rtcp_parse(data, len, &sink) == 0);
}

/* Lets the client work until `done`; it may take long on a busy machine. */
#define UNTIL(done) \
	do { \
		int64_t until_us = clock_us() + WAIT_US; \
		while (!(done)) { \
			CHECK(clock_us() < until_us); \
			step(); \
		} \
	} while (0)

static void step(void)
{
	struct pollfd pfd = {peer_client_fd(client.pc), POLLIN, 0};

	poll(&pfd, 1, 10);
	peer_client_step(client.pc);
}

/* ---- the story -------------------------------------------------------------- */

static void start(void)
{
	const struct links_conf conf = {.n_listen = 1, .listen = {"127.0.0.1"}};
	const struct net_events events = {&net, on_state, on_key, NULL};

	CHECK(ring_create(&rings.video_in, 64) == 0);
	CHECK(ring_create(&rings.audio_in, 64) == 0);
	CHECK(ring_create(&rings.video_out, 64) == 0);
	CHECK(ring_create(&rings.audio_out, 64) == 0);
	CHECK(net_create(&net, &conf, &rings, &events) == 0);
	CHECK(net_only_private(net));
	CHECK(net_outlet_open(net, VIEW, CODEC_H264) == 0);
	CHECK(net_outlet_open(net, MIX, CODEC_OPUS) == 0);
}

static void test_describe(void)
{
	struct sdp_local other;

	net_describe(net, &local);
	net_describe(net, &other);
	CHECK(strlen(local.ufrag) == 8 && strlen(local.pwd) == 28);
	CHECK(strcmp(local.ufrag, other.ufrag) && strcmp(local.pwd, other.pwd));
	CHECK(!memcmp(local.fingerprint, other.fingerprint, 32));
	CHECK(local.n_candidates >= 1 && local.ssrc_audio && local.ssrc_video);
	CHECK(local.ssrc_rtx != local.ssrc_video && local.ssrc_audio != local.ssrc_video);
	CHECK(local.session_id && local.session_id != other.session_id);
}

static void connect_client(void)
{
	const struct sdp_candidate *c = local.candidates;
	struct peer_conf conf = {
		.id = PEER, .local = local, .voice = VOICE, .camera = CAMERA};
	struct sdp sdp;

	while (c->tcp)
		c++;
	client.pc = peer_client_create(
		&(struct peer_client_conf){.ip = c->ip,
					   .port = c->port,
					   .ufrag = local.ufrag,
					   .pwd = local.pwd,
					   .fingerprint = local.fingerprint,
					   .rtp = on_rtp,
					   .rtcp = on_rtcp});
	CHECK(client.pc);
	CHECK(net_peer_open(net, &conf) == 0);
	CHECK(net_peer_probe(net, PEER, 100000) == 0); /* without feedback: no harm */
	CHECK(net_peer_allow(net, PEER, 500000) == 0);
	CHECK(net_peer_watch_video(net, PEER, VIEW, false) == 0);
	CHECK(net_peer_watch_audio(net, PEER, MIX) == 0);
	client_sdp(&sdp);
	for (uint32_t i = 0; i < sdp.n_media; i++)
		snprintf(sdp.media[i].ufrag, sizeof(sdp.media[i].ufrag), "%s",
			 peer_client_ufrag(client.pc));
	sdp.n_fingerprints = 1;
	memcpy(sdp.fingerprints[0], peer_client_fingerprint(client.pc), 32);
	CHECK(net_peer_remote(net, PEER, &sdp) == 0);
	CHECK(peer_client_wait(client.pc, WAIT_US / MS_US));
	UNTIL(atomic_load(&n_states) == 1);
	CHECK(atomic_load(&last_state) == PEER_CONNECTED);
	UNTIL(atomic_load(&n_keys) >= 1); /* it waits for its first key frame */
}

static void push(struct ring *ring, uint32_t id, enum codec codec, size_t len)
{
	struct au *au;

	CHECK(au_create(&au, NULL, len) == 0);
	au->codec = codec;
	au->flags = AU_KEY;
	au->pts_us = clock_us();
	for (size_t i = 0; i < len; i++)
		au->data[i] = (uint8_t)(i * 7 | 1);
	if (codec == CODEC_H264)
		memcpy(au->data, "\0\0\0\1\x65", 5);
	CHECK(ring_push(ring, id, au) == 0);
}

static void test_downstream(void)
{
	uint8_t nack[16] = {0x81, 205, 0, 3, 0, 0, 0, 9};

	push(rings.video_out, VIEW, CODEC_H264, 4000);
	push(rings.audio_out, MIX, CODEC_OPUS, 80);
	UNTIL(client.n_video == 4 && client.n_sound == 1 && client.n_sr >= 2);
	for (int i = 1; i < 4; i++)
		CHECK(client.seqs[i] == (uint16_t)(client.seqs[0] + i));
	wr32(nack + 8, local.ssrc_video);
	wr16(nack + 12, client.seqs[1]);
	CHECK(peer_client_send_rtcp(client.pc, nack, sizeof(nack)));
	UNTIL(client.n_rtx == 1);
	CHECK(client.rtx_fits);
	push(rings.audio_out, VOICE, CODEC_OPUS, 80); /* for it alone */
	UNTIL(client.n_sound == 2);
}

static void send_frame(uint16_t seq, bool key)
{
	const uint8_t body[12] = {0x10, key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 64, 0,
				  64};
	struct rtp_packet pkt = {.marker = true,
				 .pt = CLIENT_VP8,
				 .seq = seq,
				 .ts = seq * 3000u,
				 .ssrc = 5000};
	const struct rtp_ext mid = {CLIENT_MID, 1, (const uint8_t *)"c"};
	uint8_t buf[100];
	size_t len = rtp_header_write(buf, &pkt, &mid, 1);

	memcpy(buf + len, body, sizeof(body));
	CHECK(peer_client_send_rtp(client.pc, buf, len + sizeof(body)));
}

static void test_upstream(void)
{
	struct ring_item item;

	send_frame(1, true);
	UNTIL(ring_pop(rings.video_in, &item));
	CHECK(item.id == CAMERA && item.au->flags & AU_KEY &&
	      item.au->codec == CODEC_VP8);
	au_put(item.au);
	CHECK(net_source_key(net, CAMERA) == 0);
	UNTIL(client.n_pli >= 1);
	CHECK(net_source_mute(net, CAMERA, true) == 0);
	CHECK(net_stats(net, on_stats, &net) == 0);
	UNTIL(atomic_load(&n_stats) == 1);
	CHECK(stats.up && stats.peer == PEER && stats.bytes_out > 4000);
	send_frame(2, false);
	send_frame(3, true);
	for (int i = 0; i < 5; i++)
		step();
	CHECK(!ring_pop(rings.video_in, &item));
	CHECK(net_peer_restart(net, PEER, "newufrag", "newpasswordof22letters") == 0);
	CHECK(net_peer_restart(net, PEER, "an ufrag that is longer than any of ours",
			       "p") < 0);
}

static void test_end(void)
{
	CHECK(count_get(COUNT_PEERS) == 1);
	peer_client_destroy(client.pc); /* close_notify */
	for (int64_t until_us = clock_us() + WAIT_US; atomic_load(&n_states) < 2;) {
		CHECK(clock_us() < until_us);
		poll(NULL, 0, 5);
	}
	CHECK(atomic_load(&last_state) == PEER_LEFT);
	/* it is gone: what comes for it is ignored, and so is what comes too late */
	CHECK(net_peer_watch_video(net, PEER, VIEW, false) == 0);
	CHECK(net_peer_close(net, PEER) == 0);
	net_destroy(net);
	net_destroy(NULL);
	CHECK(count_get(COUNT_PEERS) == 0 && atomic_load(&n_states) == 2);
	ring_destroy(rings.video_in);
	ring_destroy(rings.audio_in);
	ring_destroy(rings.video_out);
	ring_destroy(rings.audio_out);
}

/* With peers still there: they get a goodbye, and nothing leaks. */
static void test_destroy_open(void)
{
	struct peer_conf conf = {.id = PEER};

	start();
	net_describe(net, &conf.local);
	CHECK(net_peer_open(net, &conf) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(net_source_key(net, 5) == 0);
	net_destroy(net);
	ring_destroy(rings.video_in);
	ring_destroy(rings.audio_in);
	ring_destroy(rings.video_out);
	ring_destroy(rings.audio_out);
}

static atomic_bool held, let_go;

static void hold(void *ctx, const struct peer_stats *list, uint32_t n, bool last)
{
	(void)ctx;
	(void)list;
	(void)n;
	(void)last;
	atomic_store(&held, true);
	while (!atomic_load(&let_go))
		poll(NULL, 0, 1);
}

/* A thread that does not keep up: what closes and mutes is taken all the same. */
static void test_full(void)
{
	struct peer_conf conf = {.id = PEER, .voice = VOICE};
	uint32_t waiting = 0;

	start();
	net_describe(net, &conf.local);
	CHECK(net_peer_open(net, &conf) == 0);
	CHECK(net_stats(net, hold, NULL) == 0);
	while (!atomic_load(&held))
		poll(NULL, 0, 1);
	CHECK(count_get(COUNT_PEERS) == 1);
	while (net_source_key(net, CAMERA) == 0)
		waiting++;
	CHECK(waiting >= 4096);
	CHECK(net_peer_open(net, &conf) == -ENOBUFS);
	CHECK(net_outlet_open(net, 77, CODEC_OPUS) == -ENOBUFS);
	for (uint32_t i = 0; i < 500; i++) {
		CHECK(net_source_mute(net, VOICE + i * 16, true) == 0);
		CHECK(net_source_forget(net, VOICE + i * 16) == 0);
		CHECK(net_peer_watch_video(net, PEER, 0, true) == 0);
		CHECK(net_peer_watch_audio(net, PEER, 0) == 0);
	}
	CHECK(net_outlet_close(net, VIEW) == 0);
	CHECK(net_peer_close(net, PEER) == 0);
	atomic_store(&let_go, true);
	for (int64_t until_us = clock_us() + WAIT_US; count_get(COUNT_PEERS);) {
		CHECK(clock_us() < until_us);
		poll(NULL, 0, 5);
	}
	net_destroy(net);
	ring_destroy(rings.video_in);
	ring_destroy(rings.audio_in);
	ring_destroy(rings.video_out);
	ring_destroy(rings.audio_out);
}

static void test_refused(void)
{
	const struct links_conf conf = {.n_listen = 1, .listen = {"not an address"}};
	const struct net_events events = {&net, on_state, on_key, NULL};
	struct net *none = NULL;

	CHECK(ring_create(&rings.video_out, 64) == 0);
	CHECK(ring_create(&rings.audio_out, 64) == 0);
	CHECK(net_create(&none, &conf, &rings, &events) < 0 && none == NULL);
	ring_destroy(rings.video_out);
	ring_destroy(rings.audio_out);
}

int main(void)
{
	start();
	test_describe();
	connect_client();
	test_downstream();
	test_upstream();
	test_end();
	test_destroy_open();
	test_full();
	test_refused();
	return 0;
}
