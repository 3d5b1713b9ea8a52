#include "bench/loadgen_clip.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/loadgen_file.h"
#include "mixer/aenc.h"
#include "mixer/encoder.h"

#define W_PX    640
#define H_PX    360
#define FPS     15
#define SECONDS 4
#define BPS     350000
#define PAYLOAD 1100
#define SAMPLES 960 /* 20 ms at 48 kHz */

static int add(struct blob ***list, uint32_t *n, struct au *au)
{
	void *grown = realloc(*list, (*n + 1) * sizeof(**list));
	int err;

	if (!grown)
		return -ENOMEM;
	*list = grown;
	err = blob_create(&(*list)[*n], au, PAYLOAD, *n);
	*n += !err;
	return err;
}

/* ---- made up: a head that moves in front of a grainy wall ------------------------- */

static void paint(struct picture *pic, uint32_t i)
{
	uint32_t grain = 77 + i * 7919;
	double turn = i * 6.2831853 / (FPS * SECONDS);
	double cx = 320 + 90 * sin(turn * 2), cy = 190 + 14 * sin(turn * 5);

	for (unsigned y = 0; y < H_PX; y++)
		for (unsigned x = 0; x < W_PX; x++) {
			double dx = x - cx, dy = y - cy;
			double head = 95 * exp(-(dx * dx + dy * dy * 0.7) / 9000);

			grain = grain * 1664525u + 1013904223u;
			pic->y[y * (unsigned)pic->y_stride + x] =
				(uint8_t)(50 + head + ((x >> 4 ^ y >> 3) & 15) +
					  (grain >> 30));
		}
	memset(pic->u, 118, (size_t)pic->u_stride * (H_PX / 2u));
	memset(pic->v, 134, (size_t)pic->v_stride * (H_PX / 2u));
}

static int make_video(struct lg_clip *clip, enum codec codec)
{
	const struct encoder_conf conf = {.codec = codec,
					  .w_px = W_PX,
					  .h_px = H_PX,
					  .fps = FPS,
					  .bps = BPS,
					  .vbv_ms = 500};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	int err = encoder_create(&enc, &conf);

	if (!err)
		err = picture_create(&pic, W_PX, H_PX);
	for (uint32_t i = 0; i < FPS * SECONDS && !err; i++) {
		struct au *au;

		paint(pic, i);
		err = encoder_encode(enc, pic, 1000000 + i * INT64_C(1000000) / FPS,
				     i == 0, &au);
		if (err)
			break;
		err = add(&clip->video, &clip->n_video, au);
		au_put(au);
	}
	clip->fps = FPS;
	clip->codec = codec;
	picture_destroy(pic);
	if (enc)
		encoder_destroy(enc);
	return err;
}

/* Syllables of a voice: harmonics of a falling pitch below an envelope that opens
 * four times a second, and a pause at the end. */
static float voice(uint32_t i)
{
	double t = i / 48000.0, part = fmod(t, 0.25) / 0.25, sum = 0;
	double pitch = 125 + 20 * sin(t * 1.7);

	if (t > SECONDS - 0.8)
		return 0;
	for (int k = 1; k <= 24; k++) {
		double hz = pitch * k;
		double formant = exp(-pow((hz - 600) / 350, 2)) +
				 0.5 * exp(-pow((hz - 1700) / 500, 2)) + 0.03;

		sum += formant * sin(6.2831853 * (k * 125 * t - k * 20 / 1.7 / 6.2831853 *
									cos(t * 1.7)));
	}
	return (float)(0.08 * sum * sin(3.14159265 * part));
}

static int make_audio(struct lg_clip *clip, const int16_t *pcm, uint32_t n)
{
	struct aenc *enc = NULL;
	float block[SAMPLES];
	int err = aenc_create(&enc, 32000);

	for (uint32_t at = 0; at + SAMPLES <= n && !err; at += SAMPLES) {
		uint8_t out[AENC_BYTES];
		struct au *au;
		int len;

		for (uint32_t i = 0; i < SAMPLES; i++)
			block[i] = pcm ? (float)pcm[at + i] / 32768 : voice(at + i);
		len = aenc_encode(enc, block, out);
		err = len > 0 ? au_create(&au, out, (size_t)len) : -EIO;
		if (err)
			break;
		au->codec = CODEC_OPUS;
		err = add(&clip->audio, &clip->n_audio, au);
		au_put(au);
	}
	if (enc)
		aenc_destroy(enc);
	return err;
}

/* ---- from files -------------------------------------------------------------------- */

static int read_video(struct lg_clip *clip, const struct lg_options *options,
		      enum codec codec)
{
	struct lg_file file;
	const uint8_t *data;
	size_t len;
	int err = lg_file_open(&file, options->video);

	if (err)
		return err;
	clip->codec = codec;
	clip->fps = lg_file_fps(&file);
	while (!err && clip->n_video < LG_CLIP_FRAMES &&
	       lg_file_frame(&file, codec, &data, &len)) {
		struct au *au;

		err = au_create(&au, data, len);
		if (err)
			break;
		au->codec = codec;
		au->flags = clip->n_video ? 0 : AU_KEY;
		err = add(&clip->video, &clip->n_video, au);
		au_put(au);
	}
	lg_file_close(&file);
	return err ? err : clip->n_video ? 0 : -EBADMSG;
}

static int read_audio(struct lg_clip *clip, const struct lg_options *options)
{
	struct lg_file file;
	const int16_t *pcm;
	uint32_t n;
	int err = lg_file_open(&file, options->sound);

	if (err)
		return err;
	err = lg_file_wav(&file, &pcm, &n);
	if (!err && n > LG_CLIP_SOUNDS * SAMPLES)
		n = LG_CLIP_SOUNDS * SAMPLES;
	if (!err)
		err = make_audio(clip, pcm, n);
	lg_file_close(&file);
	return err;
}

int lg_clip_create(struct lg_clip **out, const struct lg_options *options)
{
	struct lg_clip *clip = calloc(1, sizeof(*clip));
	enum codec codec = options->vp8 ? CODEC_VP8 : CODEC_H264;
	const char *what = "video";
	int err;

	if (!clip)
		return -ENOMEM;
	err = options->video ? read_video(clip, options, codec) : make_video(clip, codec);
	if (!err) {
		what = "sound";
		err = options->sound ? read_audio(clip, options)
				     : make_audio(clip, NULL, 48000 * SECONDS);
	}
	if (err) {
		fprintf(stderr, "loadgen: no %s to send: %s\n", what, strerror(-err));
		lg_clip_destroy(clip);
	} else {
		*out = clip;
	}
	return err;
}

void lg_clip_destroy(struct lg_clip *clip)
{
	if (!clip)
		return;
	for (uint32_t i = 0; i < clip->n_video; i++)
		blob_put(clip->video[i]);
	for (uint32_t i = 0; i < clip->n_audio; i++)
		blob_put(clip->audio[i]);
	free(clip->video);
	free(clip->audio);
	free(clip);
}
