/* Bad units: refused, counted, and never more than their own source's harm. */
#include "mixer/decoder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "mixer/vsource.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A key frame of one colour; `next` is filled with the frame after it. */
static struct au *key_frame(enum codec codec, uint16_t w, uint16_t h, struct au **next)
{
	const struct encoder_conf conf = {.codec = codec,
					  .w_px = w,
					  .h_px = h,
					  .fps = 15,
					  .bps = 400000,
					  .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	struct au *au = NULL;

	CHECK(encoder_create(&enc, &conf) == 0 && picture_create(&pic, w, h) == 0);
	scale_fill(pic, (struct rect_px){0, 0, w, h}, (struct colour){90, 100, 150});
	CHECK(encoder_encode(enc, pic, 0, true, &au) == 0);
	if (next)
		CHECK(encoder_encode(enc, pic, 66667, false, next) == 0);
	picture_destroy(pic);
	encoder_destroy(enc);
	return au;
}

static struct au *unit(enum codec codec, uint32_t flags, const void *data, size_t len)
{
	struct au *au = NULL;

	CHECK(au_create(&au, data, len) == 0);
	au->codec = codec;
	au->flags = flags;
	return au;
}

static void bad_units(void)
{
	static const struct {
		enum codec codec;
		const char *data;
		size_t len;
	} list[] = {
		{CODEC_H264, "", 0},
		{CODEC_H264, "\0\0\0\1", 4},
		{CODEC_H264, "\0\0\0\1\x67", 5},
		{CODEC_H264, "\0\0\0\1\x65\x88\x84\x21\x43", 9},
		{CODEC_H264, "\0\0\0\1\x67\xff\xff\xff\xff\xff\xff\xff", 12},
		{CODEC_H264, "no start code at all", 20},
		{CODEC_VP8, "", 0},
		{CODEC_VP8, "\x10", 1},
		{CODEC_VP8, "\x10\0\0\x9d\x01\x2a\0\0\0\0", 10},
		/* 16383x16383: refused by its size, before anything is allocated */
		{CODEC_VP8, "\x10\x08\0\x9d\x01\x2a\xff\x3f\xff\x3f\1\2\3\4\5\6\7", 17},
		{CODEC_VP9, "\0", 1},
		{CODEC_VP9, "\x82\x49\x83\x42\0\xff\xff\xff\xff\0\0\0\0\0\0", 15},
	};
	struct picture *pic = NULL;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct au *au = unit(list[i].codec, AU_KEY, list[i].data, list[i].len);
		struct decoder *dec = NULL;
		int err;

		CHECK(decoder_create(&dec, list[i].codec) == 0);
		err = decoder_decode(dec, au, &pic);
		CHECK(err == -EBADMSG || err == -EFBIG || (err == 0 && !pic));
		decoder_destroy(dec);
		au_put(au);
	}
}

static void no_codec(void)
{
	struct decoder *dec = NULL;

	CHECK(decoder_create(&dec, CODEC_AV1) == -ENOTSUP);
	CHECK(decoder_create(&dec, CODEC_OPUS) == -ENOTSUP);
	CHECK(decoder_create(&dec, CODEC_NONE) == -ENOTSUP && !dec);
	decoder_destroy(NULL);
}

/* At the limit and beyond it: 1920x1200 fits, in VP8 by its header alone. */
static void pixel_limit(void)
{
	struct au *au = key_frame(CODEC_VP8, 1920, 1200, NULL);
	struct decoder *dec = NULL;
	struct picture *pic = NULL;

	CHECK(decoder_create(&dec, CODEC_VP8) == 0);
	CHECK(decoder_decode(dec, au, &pic) == 0 && pic && pic->h_px == 1200);
	picture_destroy(pic);
	pic = NULL;
	au->data[6] = 0x82; /* 1922 */
	CHECK(decoder_decode(dec, au, &pic) < 0 && !pic);
	au_put(au);
	decoder_destroy(dec);
}

/* ---- a source among hostile units ------------------------------------------ */

static void waits_for_a_key(void) RUNS_ON(on_mix)
{
	struct au *next = NULL, *key = key_frame(CODEC_H264, 64, 48, &next);
	struct vsource *s = NULL;
	int64_t now = SEC_US;
	int wanted = 0;

	CHECK(vsource_create(&s, 1) == 0);
	CHECK(vsource_seen(s, true, 0) == 0);
	for (int i = 0; i < 30; i++, now += 100 * MS_US) /* three seconds of them */
		wanted += vsource_unit(s, next, now) == VSOURCE_KEY_WANTED;
	CHECK(wanted == 3 && !vsource_picture(s));
	CHECK(vsource_unit(s, key, now) == VSOURCE_RESIZED && vsource_picture(s));
	CHECK(vsource_unit(s, next, now) == 0);
	next->flags |= AU_AFTER_LOSS;
	now += SEC_US;
	CHECK(vsource_unit(s, next, now) == VSOURCE_KEY_WANTED);
	next->flags = 0;
	now += SEC_US; /* still hurt: it asks until one comes */
	CHECK(vsource_unit(s, next, now) & VSOURCE_KEY_WANTED);
	CHECK(vsource_unit(s, key, now) == 0);
	CHECK(vsource_unit(s, next, now + SEC_US) == 0);
	vsource_destroy(s);
	au_put(key);
	au_put(next);
}

static void codec_and_size_change(void) RUNS_ON(on_mix)
{
	static const struct {
		enum codec codec;
		uint16_t w, h;
	} list[] = {{CODEC_H264, 64, 48}, {CODEC_H264, 128, 96}, {CODEC_VP8, 128, 96},
		    {CODEC_VP8, 96, 64},  {CODEC_VP8, 62, 34},   {CODEC_H264, 64, 48}};
	int64_t now = SEC_US, rejected = count_get(COUNT_REJECT_DECODE);
	struct vsource *s = NULL;
	struct au *au;
	uint16_t w, h;

	CHECK(vsource_create(&s, 1) == 0);
	CHECK(vsource_seen(s, true, 0) == 0);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		au = key_frame(list[i].codec, list[i].w, list[i].h, NULL);
		CHECK(vsource_unit(s, au, now += SEC_US) ==
		      (i == 2 ? 0 : VSOURCE_RESIZED));
		vsource_size(s, &w, &h);
		CHECK(w == list[i].w && h == list[i].h);
		au_put(au);
	}
	CHECK(count_get(COUNT_REJECT_DECODE) == rejected);
	vsource_destroy(s);
}

/* A window that is dragged larger changes often; more often than that is hostile. */
static void sizes_have_a_limit(bool seen) RUNS_ON(on_mix)
{
	int64_t now = SEC_US, rejected = count_get(COUNT_REJECT_DECODE);
	struct au *au[2] = {key_frame(CODEC_H264, 64, 48, NULL),
			    key_frame(CODEC_H264, 128, 96, NULL)};
	struct vsource *s = NULL;
	uint16_t w, h;
	int i;

	CHECK(vsource_create(&s, 1) == 0);
	CHECK(vsource_seen(s, seen, now) == 0);
	for (i = 0; i <= LIMIT_SIZE_CHANGES; i++, now += SEC_US / 2)
		CHECK(vsource_unit(s, au[i % 2], now) == VSOURCE_RESIZED);
	CHECK(count_get(COUNT_REJECT_DECODE) == rejected);
	CHECK(vsource_unit(s, au[i % 2], now) == 0); /* one more is refused */
	CHECK(count_get(COUNT_REJECT_DECODE) == rejected + 1);
	vsource_size(s, &w, &h);
	CHECK(w == (i % 2 ? 64 : 128));
	/* not looked at for a while */
	CHECK(vsource_unit(s, au[i % 2], now + SEC_US) == 0);
	CHECK(vsource_unit(s, au[i % 2], now + 10 * SEC_US) == VSOURCE_RESIZED);
	vsource_size(s, &w, &h);
	CHECK(w == (i % 2 ? 128 : 64));
	au_put(au[0]);
	au_put(au[1]);
	vsource_destroy(s);
}

/* Out of sight nothing is decoded; only the size is known, also a turned one. */
static void hidden_is_not_decoded(void) RUNS_ON(on_mix)
{
	int64_t now = SEC_US, decoded = count_get(COUNT_FRAMES_DECODED);
	int64_t decoders = count_get(COUNT_DECODERS);
	struct au *next = NULL, *key = key_frame(CODEC_H264, 64, 48, &next);
	struct vsource *s = NULL;
	uint16_t w, h;

	CHECK(vsource_create(&s, 1) == 0);
	CHECK(vsource_settled(s, now));                          /* nothing ever came */
	CHECK(vsource_unit(s, next, now) == VSOURCE_KEY_WANTED); /* how large is it? */
	key->rotation_deg = 90;
	CHECK(vsource_unit(s, key, now) == VSOURCE_RESIZED);
	vsource_size(s, &w, &h);
	CHECK(w == 48 && h == 64 && !vsource_picture(s));
	for (int i = 0; i < 50; i++)
		CHECK(vsource_unit(s, next, now += 100 * MS_US) == 0);
	CHECK(count_get(COUNT_FRAMES_DECODED) == decoded);
	CHECK(count_get(COUNT_DECODERS) == decoders);
	/* into sight: a key frame is wanted at once, until then there is the name */
	CHECK(vsource_seen(s, true, now) == VSOURCE_KEY_WANTED &&
	      !vsource_settled(s, now));
	CHECK(vsource_seen(s, true, now) == 0);
	CHECK(vsource_unit(s, next, now) == 0 && vsource_look(s, now) == VSOURCE_NAME);
	CHECK(vsource_unit(s, key, now) == 0 && vsource_look(s, now) == VSOURCE_LIVE);
	CHECK(vsource_settled(s, now) && vsource_spent_us(s) > 0 && !vsource_spent_us(s));
	CHECK(count_get(COUNT_DECODERS) == decoders + 1);
	/* out of it for a moment, between two units: nothing is lost */
	CHECK(vsource_seen(s, false, now) == 0 && vsource_seen(s, true, now) == 0);
	/* for longer: the decoder goes, the picture too, the size stays */
	CHECK(vsource_seen(s, false, now) == 0);
	CHECK(vsource_unit(s, next, now) == 0);
	vsource_rest(s, now + VSOURCE_REST_US - 1);
	CHECK(vsource_picture(s) && count_get(COUNT_DECODERS) == decoders + 1);
	vsource_rest(s, now + VSOURCE_REST_US);
	CHECK(!vsource_picture(s) && count_get(COUNT_DECODERS) == decoders);
	vsource_size(s, &w, &h);
	CHECK(w == 48 && h == 64);
	CHECK(vsource_seen(s, true, now += VSOURCE_REST_US) == VSOURCE_KEY_WANTED);
	CHECK(vsource_off(s, true, now) == VSOURCE_RESIZED && vsource_settled(s, now));
	vsource_destroy(s);
	au_put(key);
	au_put(next);
}

static void garbage_then_good(void) RUNS_ON(on_mix)
{
	int64_t now = SEC_US, rejected = count_get(COUNT_REJECT_DECODE);
	struct au *key = key_frame(CODEC_H264, 64, 48, NULL), *bad;
	struct vsource *s = NULL;
	uint32_t seed = 3;

	CHECK(vsource_create(&s, 1) == 0);
	CHECK(vsource_seen(s, true, 0) == 0);
	CHECK(vsource_unit(s, key, now) == VSOURCE_RESIZED);
	for (int i = 0; i < 300; i++) {
		bad = unit(CODEC_H264, i % 7 ? 0 : AU_KEY, key->data, key->len);
		for (int k = 0; k < 20; k++) {
			seed = seed * 1664525u + 1013904223u;
			bad->data[seed % bad->len] ^= (uint8_t)(seed >> 24);
		}
		vsource_unit(s, bad, now += 66667);
		au_put(bad);
	}
	CHECK(count_get(COUNT_REJECT_DECODE) > rejected);
	/* barred at the worst: half a minute later it works again */
	now += 31 * SEC_US;
	vsource_unit(s, key, now);
	CHECK(vsource_look(s, now) == VSOURCE_LIVE);
	vsource_destroy(s);
	au_put(key);
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	bad_units();
	no_codec();
	pixel_limit();
	waits_for_a_key();
	codec_and_size_change();
	sizes_have_a_limit(true);
	sizes_have_a_limit(false);
	hidden_is_not_decoded();
	garbage_then_good();
	return 0;
}
