/* test_blob_av1 - units of AV1 in packets, put together again by a receiver written
 * from the payload format alone; what an encoder made, a decoder shows the same.
 */
#include "base/bytes.h"
#include "tests/test.h"
#include "transport/blob.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#define ROOM 200000

static uint32_t chance(void)
{
	static uint32_t state = 7;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

struct text {
	size_t len;
	uint8_t data[ROOM];
};

static void add(struct text *t, const void *data, size_t len)
{
	CHECK(t->len + len <= ROOM);
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

static void add_leb(struct text *t, size_t v)
{
	do {
		uint8_t byte = (uint8_t)(v & 0x7f);

		v >>= 7;
		if (v)
			byte |= 0x80;
		add(t, &byte, 1);
	} while (v);
}

/* ---- the receiver ------------------------------------------------------------------ */

static size_t take_leb(const uint8_t **p, const uint8_t *end)
{
	size_t v = 0;

	for (int i = 0; i < 4; i++) {
		uint8_t byte;

		CHECK(*p < end);
		byte = *(*p)++;
		v |= (size_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80))
			return v;
	}
	CHECK(!"a length of more than 4 bytes");
	return 0;
}

/* An OBU is whole: back to the form with a size in it. */
static void end_obu(struct text *stream, struct text *obu)
{
	size_t head = obu->data[0] & 4 ? 2 : 1;
	uint8_t first = obu->data[0] | 2;

	CHECK(obu->len >= head && !(obu->data[0] & 2));
	add(stream, &first, 1);
	add(stream, obu->data + 1, head - 1);
	add_leb(stream, obu->len - head);
	add(stream, obu->data + head, obu->len - head);
	obu->len = 0;
}

static void receive_packet(struct text *stream, struct text *obu, const uint8_t *p,
			   size_t len)
{
	const uint8_t *end = p + len;
	uint8_t head = *p++;
	int count = head >> 4 & 3;

	CHECK(len >= 2 && count > 0 && !(head & 7));
	CHECK(!(head & 0x80) == (obu->len == 0)); /* Z: goes on with what was begun */
	for (int i = 0; i < count; i++) {
		bool last = i + 1 == count;
		size_t n = last ? (size_t)(end - p) : take_leb(&p, end);

		CHECK(n > 0 && n <= (size_t)(end - p));
		add(obu, p, n);
		p += n;
		if (!last || !(head & 0x40))
			end_obu(stream, obu);
	}
	CHECK(p == end);
}

static void receive(struct text *stream, const struct blob *blob, size_t max)
{
	static struct text obu;

	stream->len = obu.len = 0;
	for (uint32_t i = 0; i < blob->n; i++) {
		const uint8_t *p = blob->data + blob->packets[i].offset;

		CHECK(blob->packets[i].len <= max);
		CHECK(!(p[0] & 8) == !(i == 0 && blob->au->flags & AU_KEY)); /* N */
		receive_packet(stream, &obu, p, blob->packets[i].len);
	}
	CHECK(obu.len == 0);
}

/* ---- units of chance --------------------------------------------------------------- */

static struct au *unit_of(const void *data, size_t len, bool key)
{
	struct au *au;

	CHECK(au_create(&au, data, len) == 0);
	au->codec = CODEC_AV1;
	au->flags = key ? AU_KEY : 0;
	return au;
}

/* Appends an OBU to a unit, and to what is to arrive. */
static void add_obu(struct text *unit, struct text *expect, uint8_t type, size_t len,
		    bool sized)
{
	bool extended = chance() % 5 == 0;
	uint8_t head[2] = {(uint8_t)(type << 3 | (extended ? 4 : 0) | (sized ? 2 : 0)),
			   0x20};
	size_t head_len = extended ? 2 : 1, at;

	add(unit, head, head_len);
	if (sized)
		add_leb(unit, len);
	at = unit->len;
	for (size_t i = 0; i < len; i++)
		add(unit, &(uint8_t){(uint8_t)chance()}, 1);
	if (type == 2 || type == 8 || type == 15)
		return;
	head[0] |= 2;
	add(expect, head, head_len);
	add_leb(expect, len);
	add(expect, unit->data + at, len);
}

static void test_chance(size_t max)
{
	static const uint8_t types[] = {1, 3, 4, 5, 6, 7, 2, 8, 15, 6};
	static struct text unit, expect, got;

	for (int round = 0; round < 1500; round++) {
		uint32_t n = 1 + chance() % (round % 10 ? 5 : 40);
		struct blob *blob;
		struct au *au;

		unit.len = expect.len = 0;
		add_obu(&unit, &expect, 2, 0, true);
		for (uint32_t i = 0; i < n; i++)
			add_obu(&unit, &expect, types[chance() % sizeof(types)],
				chance() % (round % 3 ? 300 : 2500),
				i + 1 < n || round % 2);
		au = unit_of(unit.data, unit.len, round % 4 == 0);
		if (expect.len == 0) {
			CHECK(blob_create(&blob, au, max, 0) == -EINVAL);
			au_put(au);
			continue;
		}
		CHECK(blob_create(&blob, au, max, 0) == 0);
		receive(&got, blob, max);
		CHECK(got.len == expect.len && !memcmp(got.data, expect.data, got.len));
		blob_put(blob);
		au_put(au);
	}
}

/* One picture in one OBU, as it mostly is, before it a sequence header or not: as few
 * packets as can be, and all equal but the last. */
static void test_even(void)
{
	static struct text unit, expect, got;

	for (size_t len = 1; len < 8000; len += len < 2500 ? 1 : 61) {
		bool key = len % 2;
		struct blob *blob;
		struct au *au;
		uint32_t least;

		unit.len = expect.len = 0;
		if (key)
			add_obu(&unit, &expect, 1, 11, true);
		add_obu(&unit, &expect, 6, len, true);
		au = unit_of(unit.data, unit.len, key);
		CHECK(blob_create(&blob, au, 1200, 0) == 0);
		least = (uint32_t)((len + 1198) / 1199);
		CHECK(blob->n >= least && blob->n <= least + 1);
		for (uint32_t i = 1; i < blob->n; i++)
			CHECK(blob->packets[i].len == blob->packets[0].len ||
			      (i + 1 == blob->n &&
			       blob->packets[i].len < blob->packets[0].len));
		receive(&got, blob, 1200);
		CHECK(got.len == expect.len && !memcmp(got.data, expect.data, got.len));
		blob_put(blob);
		au_put(au);
	}
}

static void test_bad(void)
{
	static const struct {
		const char *what;
		uint8_t data[12];
		size_t len;
	} bad[] = {
		{"forbidden bit", {0xb2, 1, 0}, 3},
		{"half a header", {0x36}, 1},
		{"no size", {0x32}, 1},
		{"size too large", {0x32, 2, 0}, 3},
		{"size without end",
		 {0x32, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80},
		 9},
		{"size of 63 bits",
		 {0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		 9},
		{"bad behind a good one", {0x32, 1, 0, 0x32, 9}, 5},
		{"only what is for nobody", {0x12, 0, 0x7a, 1, 0}, 5},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct au *au = unit_of(bad[i].data, bad[i].len, false);
		struct blob *blob = NULL;

		if (blob_create(&blob, au, 1200, 0) != -EINVAL)
			fprintf(stderr, "%s\n", bad[i].what);
		CHECK(!blob);
		au_put(au);
	}
}

/* ---- a real encoder and a real decoder ----------------------------------------------
 */

static void paint(AVFrame *frame, int t)
{
	for (int y = 0; y < frame->height; y++)
		for (int x = 0; x < frame->width; x++)
			frame->data[0][y * frame->linesize[0] + x] =
				(uint8_t)((x * 3 + t * 5) ^
					  (y * 2 + (int)(chance() & 15)));
	for (int p = 1; p < 3; p++)
		for (int y = 0; y < frame->height / 2; y++)
			memset(frame->data[p] + y * frame->linesize[p], 90 + 20 * p + t,
			       (size_t)frame->width / 2);
}

static uint64_t sum_of(const AVFrame *frame)
{
	uint64_t sum = 0;

	for (int y = 0; y < frame->height; y++)
		for (int x = 0; x < frame->width; x++)
			sum = sum * 31 + frame->data[0][y * frame->linesize[0] + x];
	return sum;
}

static AVCodecContext *open_codec(const AVCodec *codec)
{
	AVCodecContext *c = avcodec_alloc_context3(codec);

	CHECK(c);
	c->width = 320;
	c->height = 180;
	c->pix_fmt = AV_PIX_FMT_YUV420P;
	c->time_base = (AVRational){1, 15};
	c->bit_rate = 800000;
	c->gop_size = 8;
	c->max_b_frames = 0;
	c->thread_count = 1;
	c->flags |= AV_CODEC_FLAG_LOW_DELAY;
	return c;
}

/* Returns the sum of the picture, 0: none yet. */
static uint64_t decode(AVCodecContext *dec, const uint8_t *data, size_t len)
{
	AVPacket *pkt = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	uint64_t sum = 0;

	CHECK(pkt && frame && av_new_packet(pkt, (int)len) == 0);
	memcpy(pkt->data, data, len);
	CHECK(avcodec_send_packet(dec, pkt) == 0);
	if (avcodec_receive_frame(dec, frame) == 0)
		sum = sum_of(frame);
	av_packet_free(&pkt);
	av_frame_free(&frame);
	return sum;
}

/* What went through packets shows the same picture as what did not. */
static void pass_on(AVCodecContext *plain, AVCodecContext *packed, const AVPacket *pkt,
		    uint32_t *shown, uint32_t *packets)
{
	static struct text got;
	struct au *au = unit_of(pkt->data, (size_t)pkt->size,
				pkt->flags & AV_PKT_FLAG_KEY);
	struct blob *blob;
	uint64_t a, b;

	CHECK(blob_create(&blob, au, 1200, 0) == 0);
	receive(&got, blob, 1200);
	a = decode(plain, pkt->data, (size_t)pkt->size);
	b = decode(packed, got.data, got.len);
	CHECK(a == b);
	*shown += a != 0;
	*packets += blob->n;
	blob_put(blob);
	au_put(au);
}

static void test_codec(void)
{
	const AVCodec *aom = avcodec_find_encoder_by_name("libaom-av1");
	const AVCodec *dav1d = avcodec_find_decoder_by_name("libdav1d");
	AVCodecContext *enc, *plain, *packed;
	uint32_t shown = 0, packets = 0;
	AVPacket *pkt = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();

	if (!aom || !dav1d) {
		fprintf(stderr, "no libaom or no libdav1d: not tried\n");
		goto out;
	}
	enc = open_codec(aom);
	plain = open_codec(dav1d);
	packed = open_codec(dav1d);
	CHECK(av_opt_set(enc->priv_data, "usage", "realtime", 0) == 0);
	CHECK(av_opt_set(enc->priv_data, "cpu-used", "8", 0) == 0);
	CHECK(av_opt_set(enc->priv_data, "lag-in-frames", "0", 0) == 0);
	CHECK(avcodec_open2(enc, aom, NULL) == 0);
	CHECK(avcodec_open2(plain, dav1d, NULL) == 0);
	CHECK(avcodec_open2(packed, dav1d, NULL) == 0);
	frame->width = enc->width;
	frame->height = enc->height;
	frame->format = enc->pix_fmt;
	CHECK(av_frame_get_buffer(frame, 0) == 0);
	for (int t = 0; t < 24; t++) {
		CHECK(av_frame_make_writable(frame) == 0);
		paint(frame, t);
		frame->pts = t;
		CHECK(avcodec_send_frame(enc, frame) == 0);
		while (avcodec_receive_packet(enc, pkt) == 0) {
			pass_on(plain, packed, pkt, &shown, &packets);
			av_packet_unref(pkt);
		}
	}
	CHECK(shown >= 20 && packets > 2 * shown);
	avcodec_free_context(&enc);
	avcodec_free_context(&plain);
	avcodec_free_context(&packed);
out:
	av_packet_free(&pkt);
	av_frame_free(&frame);
}

int main(void)
{
	av_log_set_level(AV_LOG_ERROR);
	test_chance(100);
	test_chance(1200);
	test_even();
	test_bad();
	test_codec();
	return 0;
}
