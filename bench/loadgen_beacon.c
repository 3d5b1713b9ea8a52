#include "bench/loadgen_beacon.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mixer/aenc.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"

#define W_PX    640
#define H_PX    360
#define BPS     600000
#define PAYLOAD 1100
#define SOUND   32000 /* bit/s */
#define PI      3.14159265358979323846
#define HZ      48000.0
#define TONE_S  0.1
#define RAMP_S  0.002
#define LOUD    0.25
#define NOISE   0.008f /* of the room, -47 dB: no microphone is ever silent */
/* What libopus makes of a sound begins so much later in what comes out (RFC 6716, 2:
 * 6.5 ms at 48 kHz); senders do not tell it, but here it would be taken for skew. */
#define AHEAD_SAMPLES 312

static const struct look {
	struct colour colour;
	double hz;
} looks[LG_BEACONS] = {
	{{100, 90, 230}, 3700},
	{{60, 230, 110}, 4900},
	{{120, 50, 50}, 6100},
};

struct lg_beacon {
	struct lg_beacon_conf conf;
	/* Dark and flash; two of each, since of two IDR pictures in a row each names
	 * itself by another number (H.264, 7.4.3). */
	struct blob *frames[2][2];
	struct aenc *enc;
	int64_t sample; /* the next one to be made */
	uint32_t noise, made;
};

double lg_beacon_hz(unsigned which)
{
	return looks[which].hz;
}

/* ---- picture ------------------------------------------------------------------------
 */

/* Halfway from grey to the colour that was painted. */
static bool has_colour(uint8_t u, uint8_t v, unsigned which)
{
	if (which == 0)
		return v >= 180;
	if (which == 1)
		return u >= 180;
	return u < 90 && v < 90;
}

double lg_beacon_seen(const struct picture *pic, unsigned which)
{
	unsigned w = (pic->w_px + 1u) / 2, h = (pic->h_px + 1u) / 2, n = 0;

	for (unsigned y = 0; y < h; y++) {
		const uint8_t *u = pic->u + (size_t)y * (unsigned)pic->u_stride;
		const uint8_t *v = pic->v + (size_t)y * (unsigned)pic->v_stride;

		for (unsigned x = 0; x < w; x++)
			n += has_colour(u[x], v[x], which);
	}
	return (double)n / ((double)w * h);
}

static int make_frames(struct lg_beacon *b)
{
	static const struct encoder_conf conf = {.codec = CODEC_H264,
						 .w_px = W_PX,
						 .h_px = H_PX,
						 .fps = LG_BEACON_FPS,
						 .bps = BPS,
						 .vbv_ms = 1000};
	static const struct colour dark = {60, 128, 128};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	int err = encoder_create(&enc, &conf);

	if (!err)
		err = picture_create(&pic, W_PX, H_PX);
	for (uint32_t i = 0; i < 4 && !err; i++) {
		struct au *au;

		scale_fill(pic, (struct rect_px){0, 0, W_PX, H_PX},
			   i < 2 ? dark : looks[b->conf.which].colour);
		err = encoder_encode(enc, pic, (int64_t)(i + 1) * 1000000 / LG_BEACON_FPS,
				     true, &au);
		if (err)
			break;
		err = blob_create(&b->frames[i / 2][i % 2], au, PAYLOAD, i);
		au_put(au);
	}
	picture_destroy(pic);
	if (enc)
		encoder_destroy(enc);
	return err;
}

struct blob *lg_beacon_frame(const struct lg_beacon *b, uint32_t n)
{
	uint32_t since = (n + LG_BEACON_FRAMES - LG_BEACON_FIRST) % LG_BEACON_FRAMES;

	return b->frames[since < LG_FLASH_FRAMES][n % 2];
}

/* ---- sound --------------------------------------------------------------------------
 */

/* From 0 to 1 while `s` goes from half a ramp before 0 to half a ramp after it. */
static double ramp(double s)
{
	if (s <= -RAMP_S / 2)
		return 0;
	return s >= RAMP_S / 2 ? 1 : 0.5 + 0.5 * sin(PI * s / RAMP_S);
}

static float sound_at(struct lg_beacon *b, int64_t sample)
{
	double s = (double)sample / HZ, every = LG_BEACON_US / 1e6;
	double first = (double)LG_BEACON_FIRST / LG_BEACON_FPS + b->conf.late_s;
	double since = fmod(s * b->conf.ratio - first + 1.5 * every, every) - every / 2;
	double tone = ramp(since) * (1 - ramp(since - TONE_S));

	b->noise = b->noise * 1664525u + 1013904223u;
	return (float)(tone * LOUD * sin(2 * PI * looks[b->conf.which].hz * s)) +
	       NOISE * ((float)(b->noise >> 8) / 8388608.0f - 1);
}

int lg_beacon_sound(struct lg_beacon *b, struct blob **out)
{
	float pcm[LG_BEACON_SAMPLES];
	uint8_t data[AENC_BYTES];
	struct au *au;
	int len, err;

	for (int i = 0; i < LG_BEACON_SAMPLES; i++)
		pcm[i] = sound_at(b, b->sample + AHEAD_SAMPLES + i);
	b->sample += LG_BEACON_SAMPLES;
	len = aenc_encode(b->enc, pcm, data);
	err = len > 0 ? au_create(&au, data, (size_t)len) : -EIO;
	if (err)
		return err;
	au->codec = CODEC_OPUS;
	err = blob_create(out, au, PAYLOAD, b->made++);
	au_put(au);
	return err;
}

/* ---- life ---------------------------------------------------------------------------
 */

int lg_beacon_create(struct lg_beacon **out, const struct lg_beacon_conf *conf)
{
	struct lg_beacon *b = calloc(1, sizeof(*b));
	int err;

	assert(conf->which < LG_BEACONS);
	if (!b)
		return -ENOMEM;
	b->conf = *conf;
	b->noise = conf->which + 1;
	err = aenc_create(&b->enc, SOUND);
	if (!err)
		err = make_frames(b);
	if (err)
		lg_beacon_destroy(b);
	else
		*out = b;
	return err;
}

void lg_beacon_destroy(struct lg_beacon *b)
{
	if (!b)
		return;
	for (int i = 0; i < 4; i++)
		blob_put(b->frames[i / 2][i % 2]);
	if (b->enc)
		aenc_destroy(b->enc);
	free(b);
}
