#include "transport/recv.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "tests/test.h"

#include <string.h>

enum { VP8 = 96, VP8_RTX = 97, OPUS = 111, RED = 63, LEVEL = 5, TURN = 6 };

#define GOT_MAX 2048
#define TICK    (33 * MS_US)

static struct section video, sound;
static struct au *got[GOT_MAX];
static uint32_t n_got;

static void on_unit(void *ctx, struct recv *r, struct au *au)
{
	CHECK(ctx == &n_got && r && n_got < GOT_MAX);
	got[n_got++] = au;
}

static void forget(void)
{
	while (n_got)
		au_put(got[--n_got]);
}

static struct recv *make(struct section *s)
{
	struct section_match m = {0};
	struct recv *r;

	CHECK(recv_create(&r, s, &m, 1000) == 0);
	r->deliver = on_unit;
	r->ctx = &n_got;
	return r;
}

static void setup(void)
{
	video.in = SDP_IN_CAMERA;
	video.dir = SDP_SEND;
	video.n_codecs = 1;
	video.codecs[0] = (struct sdp_codec){.codec = CODEC_VP8,
					     .pt = VP8,
					     .rtx_pt = VP8_RTX,
					     .nack = true,
					     .pli = true};
	video.ext[SDP_EXT_ORIENTATION] = TURN;
	sound.in = SDP_IN_VOICE;
	sound.dir = SDP_SEND;
	sound.red_pt = RED;
	sound.n_codecs = 1;
	sound.codecs[0] = (struct sdp_codec){.codec = CODEC_OPUS, .pt = OPUS};
	sound.ext[SDP_EXT_AUDIO_LEVEL] = LEVEL;
}

/* One frame of one packet: number and timestamp follow from `i`. */
static void frame(struct recv *r, int i, bool key, bool again) RUNS_ON(on_net)
{
	/* descriptor: start of partition 0; then a frame tag, and for a key frame
	 * its start code and size */
	uint8_t body[12] = {0x10, key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0,
			    0};
	struct rtp_packet pkt = {.marker = true,
				 .pt = VP8,
				 .seq = (uint16_t)(65500 + i),
				 .ts = (uint32_t)i * 2970,
				 .ssrc = 1000,
				 .payload = body,
				 .payload_len = sizeof(body)};

	recv_packet(r, &video, &pkt, again, i * TICK);
}

static void padding(struct recv *r, int i) RUNS_ON(on_net)
{
	uint8_t none[1] = {0};
	struct rtp_packet pkt = {
		.pt = VP8, .seq = (uint16_t)(65500 + i), .payload = none};

	recv_packet(r, &video, &pkt, false, i * TICK);
}

static void test_in_order(void) RUNS_ON(on_net)
{
	struct recv *r = make(&video);

	for (int i = 0; i < 100; i++)
		if (i == 50)
			padding(r, i); /* advances the numbers, is no gap */
		else
			frame(r, i, i == 0, false);
	CHECK(n_got == 99);
	CHECK(got[0]->flags == AU_KEY && got[0]->codec == CODEC_VP8);
	CHECK(got[0]->arrival_us == 0 && got[1]->arrival_us == TICK);
	for (uint32_t i = 1; i < n_got; i++) {
		CHECK(got[i]->flags == 0);
		CHECK(got[i]->pts_us - got[i - 1]->pts_us == (i == 50 ? 2 : 1) * TICK);
	}
	CHECK(!recv_key_due(r, SEC_US));
	forget();
	recv_destroy(r);
}

static void test_reorder_and_rtx(void) RUNS_ON(on_net)
{
	uint16_t seqs[8];
	struct recv *r = make(&video);
	int64_t lost = count_get(COUNT_RTP_LOST);

	frame(r, 0, true, false);
	frame(r, 2, false, false);
	frame(r, 3, false, false);
	CHECK(n_got == 1);
	CHECK(nack_due(&r->nack, r->seq.high, 3 * TICK, 0, seqs, 8) == 1);
	CHECK(seqs[0] == 65501);
	frame(r, 1, false, true);
	CHECK(n_got == 4 && r->nack.n == 0);
	for (uint32_t i = 0; i < n_got; i++)
		CHECK(got[i]->pts_us == (int64_t)i * TICK &&
		      !(got[i]->flags & AU_AFTER_LOSS));
	frame(r, 1, false, true); /* twice, and far too late */
	CHECK(n_got == 4 && count_get(COUNT_RTP_LOST) == lost);
	CHECK(!recv_key_due(r, SEC_US));
	forget();
	recv_destroy(r);
}

static void test_give_up(void) RUNS_ON(on_net)
{
	struct recv *r = make(&video);
	int64_t lost = count_get(COUNT_RTP_LOST);

	frame(r, 0, true, false);
	frame(r, 3, false, false); /* at 99 ms */
	recv_tick(r, &video, 3 * TICK + 499 * MS_US);
	CHECK(n_got == 1);
	recv_tick(r, &video, 3 * TICK + 500 * MS_US);
	CHECK(n_got == 2 && got[1]->flags & AU_AFTER_LOSS);
	CHECK(got[1]->pts_us == 3 * TICK);
	CHECK(count_get(COUNT_RTP_LOST) == lost + 2 && r->nack.n == 0);
	/* one request a second at most */
	CHECK(recv_key_due(r, SEC_US));
	CHECK(!recv_key_due(r, SEC_US));
	recv_want_key(r);
	CHECK(!recv_key_due(r, 2 * SEC_US - 1));
	CHECK(recv_key_due(r, 2 * SEC_US));
	forget();
	recv_destroy(r);
}

/* A key frame makes what is missing before it needless. */
static void test_key_ends_hole(void) RUNS_ON(on_net)
{
	struct recv *r = make(&video);

	frame(r, 0, true, false);
	frame(r, 2, false, false);
	frame(r, 3, false, false);
	frame(r, 4, true, false);
	CHECK(n_got == 2 && got[1]->flags & AU_KEY && got[1]->pts_us == 4 * TICK);
	CHECK(r->nack.n == 0);
	frame(r, 5, false, false);
	CHECK(n_got == 3);
	forget();
	recv_destroy(r);
}

static void test_resync(void) RUNS_ON(on_net)
{
	struct recv *r = make(&video);

	frame(r, 0, true, false);
	frame(r, 10000, false, false);
	CHECK(n_got == 1);
	frame(r, 1, false, false); /* it was a stray one */
	CHECK(n_got == 2);
	frame(r, 10000, false, false);
	frame(r, 10001, true, false);
	frame(r, 10002, false, false);
	CHECK(n_got == 4 && got[2]->flags & AU_KEY);
	forget();
	recv_destroy(r);
}

/* More than a reorder buffer is ahead: it is let go, the newest goes on. */
static void test_overflow(void) RUNS_ON(on_net)
{
	int64_t full = count_get(COUNT_REJECT_QUEUE);
	struct recv *r = make(&video);

	frame(r, 0, true, false);
	frame(r, 1024, false, false); /* the farthest that fits */
	CHECK(count_get(COUNT_REJECT_QUEUE) == full && r->reorder.n == 1);
	frame(r, 1026, false, false);
	CHECK(count_get(COUNT_REJECT_QUEUE) > full);
	CHECK(n_got == 2 && got[1]->flags & AU_AFTER_LOSS);
	CHECK(got[1]->pts_us == 1026 * TICK && r->reorder.n == 0);
	forget();
	recv_destroy(r);
}

static void test_wait_key_and_turn(void) RUNS_ON(on_net)
{
	uint8_t turn = 0x0d, body[12] = {0x10, 0x10, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64};
	const struct rtp_ext ext = {TURN, 1, &turn};
	struct rtp_packet pkt = {.marker = true, .pt = VP8, .ssrc = 1000}, in;
	struct recv *r = make(&video);
	uint8_t buf[100];
	size_t len;

	recv_activate(r);
	frame(r, 0, false, false);
	CHECK(n_got == 0 && recv_key_due(r, SEC_US));
	recv_activate(r);
	len = rtp_header_write(buf, &pkt, &ext, 1);
	memcpy(buf + len, body, sizeof(body));
	CHECK(rtp_parse(&in, buf, len + sizeof(body)) == 0);
	recv_packet(r, &video, &in, false, 0);
	CHECK(n_got == 1 && got[0]->rotation_deg == 90);
	forget();
	recv_destroy(r);
}

static void test_rtx_unwrap(void)
{
	uint8_t bytes[4] = {0x12, 0x34, 7, 8};
	struct rtp_packet pkt = {
		.pt = VP8_RTX, .seq = 5, .payload = bytes, .payload_len = 4};
	struct rtp_packet p = pkt;
	int64_t bad = count_get(COUNT_REJECT_RTP);

	CHECK(recv_unwrap_rtx(&p, &video));
	CHECK(p.pt == VP8 && p.seq == 0x1234 && p.payload_len == 2 && p.payload[0] == 7);
	p = pkt;
	p.payload_len = 2;
	CHECK(recv_unwrap_rtx(&p, &video) && p.payload_len == 0);
	p = pkt;
	p.payload_len = 1;
	CHECK(!recv_unwrap_rtx(&p, &video) && count_get(COUNT_REJECT_RTP) == bad + 1);
	p.payload_len = 0; /* a probe */
	CHECK(!recv_unwrap_rtx(&p, &video) && count_get(COUNT_REJECT_RTP) == bad + 1);
	p = pkt;
	p.pt = VP8;
	CHECK(!recv_unwrap_rtx(&p, &video));
}

/* ---- sound ------------------------------------------------------------------ */

static void opus(struct recv *r, int i) RUNS_ON(on_net)
{
	uint8_t buf[64], level = 0x80 | 33, body[3] = {1, 2, (uint8_t)i};
	const struct rtp_ext ext = {LEVEL, 1, &level};
	struct rtp_packet pkt = {.pt = OPUS,
				 .seq = (uint16_t)(65530 + i),
				 .ts = (uint32_t)i * 960,
				 .ssrc = 1000},
			  in;
	size_t len = rtp_header_write(buf, &pkt, &ext, 1);

	memcpy(buf + len, body, sizeof(body));
	CHECK(rtp_parse(&in, buf, len + sizeof(body)) == 0);
	recv_packet(r, &sound, &in, false, i * 20 * MS_US);
}

/* A RED packet with `older` blocks before its own. */
static void red(struct recv *r, int i, int older) RUNS_ON(on_net)
{
	uint8_t body[64];
	size_t n = 0;
	struct rtp_packet pkt = {.pt = RED,
				 .seq = (uint16_t)(65530 + i),
				 .ts = (uint32_t)i * 960,
				 .ssrc = 1000,
				 .payload = body};

	for (int k = older; k > 0; k--) {
		body[n++] = 0x80 | OPUS;
		wr24(body + n, (uint32_t)k * 960 << 10 | 3);
		n += 3;
	}
	body[n++] = OPUS;
	for (int k = older; k >= 0; k--) {
		body[n++] = 1;
		body[n++] = 2;
		body[n++] = (uint8_t)(i - k);
	}
	pkt.payload_len = n;
	recv_packet(r, &sound, &pkt, false, i * 20 * MS_US);
}

static void test_sound(void) RUNS_ON(on_net)
{
	struct recv *r = make(&sound);
	int64_t bad = count_get(COUNT_REJECT_RTP);

	for (int i = 0; i < 20; i++)
		if (i != 5)
			opus(r, i);
	CHECK(n_got == 19);
	opus(r, 5); /* late: the playout buffer decides */
	opus(r, 5); /* twice: dropped */
	CHECK(n_got == 20 && got[19]->data[2] == 5);
	CHECK(got[19]->seq == got[0]->seq + 5);
	CHECK(got[19]->pts_us == got[0]->pts_us + 5 * 20 * MS_US);
	CHECK(got[0]->level_dbov == 33 && got[0]->codec == CODEC_OPUS &&
	      got[0]->len == 3);
	CHECK(got[18]->seq == got[0]->seq + 19); /* over the wrap */
	frame(r, 20, true, false);               /* a payload type that is not sound */
	CHECK(n_got == 20 && count_get(COUNT_REJECT_RTP) > bad);
	forget();
	recv_destroy(r);
}

static void test_red(void) RUNS_ON(on_net)
{
	struct recv *r = make(&sound);

	red(r, 2, 2); /* the first packet brings what was before it */
	CHECK(n_got == 3 && got[0]->data[2] == 0 && got[2]->data[2] == 2);
	red(r, 3, 2);
	CHECK(n_got == 4);
	red(r, 6, 2); /* 4 and 5 were lost */
	CHECK(n_got == 7);
	for (uint32_t i = 0; i < n_got; i++) {
		CHECK(got[i]->data[2] == i && got[i]->seq == got[0]->seq + i);
		CHECK(got[i]->pts_us == got[0]->pts_us + i * 20 * MS_US);
	}
	opus(r, 5);
	CHECK(n_got == 7);
	forget();
	recv_destroy(r);
}

int main(void)
{
	thread_enter(&on_net);
	thread_claim(&on_net);
	setup();
	test_in_order();
	test_reorder_and_rtx();
	test_give_up();
	test_key_ends_hole();
	test_resync();
	test_overflow();
	test_wait_key_and_turn();
	test_rtx_unwrap();
	test_sound();
	test_red();
	return 0;
}
