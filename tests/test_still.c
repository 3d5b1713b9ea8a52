/* Stills: within their bytes, of the right shape, and of something to look at. */
#include "mixer/still.h"

#include "mixer/scale.h"
#include "mixer/text.h"
#include "tests/test.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

static struct picture *people(uint16_t w, uint16_t h)
{
	struct picture *pic = NULL;
	uint32_t seed = 3;

	CHECK(picture_create(&pic, w, h) == 0);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int dx = x % 320 - 160, dy = y % 240 - 120;
			int v = dx * dx + dy * dy < 6400 ? 170 - (dx + dy) / 4
							 : 60 + (x + y) % 320 / 8;

			seed = seed * 1664525u + 1013904223u;
			pic->y[y * pic->y_stride + x] = (uint8_t)(v + (int)(seed >> 29));
		}
	memset(pic->u, 118, (size_t)pic->u_stride * (h / 2u));
	memset(pic->v, 140, (size_t)pic->v_stride * (h / 2u));
	return pic;
}

static struct picture *page(void)
{
	struct text *text = NULL;
	struct picture *pic = NULL;

	CHECK(text_create(&text) == 0 && picture_create(&pic, 1280, 720) == 0);
	scale_fill(pic, (struct rect_px){0, 0, 1280, 720},
		   (struct colour){228, 128, 128});
	for (int row = 0; row < 10; row++) {
		struct text_mask *mask = NULL;
		char line[80];

		snprintf(line, sizeof(line),
			 "%d. a window of %d samples, weighted and summed", row,
			 17 * row);
		CHECK(text_line(text, &mask, line, 32, 1100) == 0);
		for (int y = 0; y < mask->h_px; y++)
			for (int x = 0; x < mask->w_px; x++) {
				uint8_t *p = &pic->y[(60 + row * 60 + y) * pic->y_stride +
						     60 + x];

				*p = (uint8_t)(*p - (*p - 30) *
							    mask->a[y * mask->w_px + x] /
							    255);
			}
		free(mask);
	}
	text_destroy(text);
	return pic;
}

static struct au *make(const struct picture *canvas, uint16_t side_px, uint32_t max_bytes)
{
	const struct still_spec spec = {side_px, max_bytes, false};
	struct still_job *job = NULL;
	struct au *au = NULL;

	CHECK(still_job_create(&job, canvas, &spec) == 0);
	job->pts_us = 77;
	CHECK(still_make(&au, job) == 0);
	CHECK(au->pts_us == 77 && au->codec == CODEC_NONE);
	CHECK(!max_bytes || au->len <= max_bytes);
	CHECK(au->w_px <= side_px && au->h_px <= side_px);
	still_job_destroy(job);
	return au;
}

static bool is_webp(const struct au *au)
{
	return au->len > 12 && memcmp(au->data, "RIFF", 4) == 0 &&
	       memcmp(au->data + 8, "WEBP", 4) == 0;
}

static bool is_jpeg(const struct au *au)
{
	return au->len > 4 && au->data[0] == 0xff && au->data[1] == 0xd8 &&
	       au->data[au->len - 1] == 0xd9;
}

/* Mean difference of luma to what was meant, by the decoder of a viewer. */
static double error_of(const struct au *au, const struct picture *canvas)
{
	const AVCodec *impl = avcodec_find_decoder(is_webp(au) ? AV_CODEC_ID_WEBP
							       : AV_CODEC_ID_MJPEG);
	AVCodecContext *ctx = avcodec_alloc_context3(impl);
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	struct picture *want = NULL;
	double sum = 0;

	CHECK(ctx && packet && frame && avcodec_open2(ctx, impl, NULL) == 0);
	packet->data = au->data;
	packet->size = (int)au->len;
	CHECK(avcodec_send_packet(ctx, packet) == 0);
	CHECK(avcodec_receive_frame(ctx, frame) == 0);
	CHECK(frame->width == au->w_px && frame->height == au->h_px);
	CHECK(picture_create(&want, au->w_px, au->h_px) == 0);
	CHECK(scale_whole(canvas, want) == 0);
	if (!is_webp(au))
		picture_convert_range(want, want, true);
	for (int y = 0; y < want->h_px; y++)
		for (int x = 0; x < want->w_px; x++)
			sum += abs(want->y[y * want->y_stride + x] -
				   frame->data[0][y * frame->linesize[0] + x]);
	sum /= (double)want->w_px * want->h_px;
	picture_destroy(want);
	packet->data = NULL;
	packet->size = 0;
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&ctx);
	return sum;
}

/* The size that was asked for, so that nothing was given up but quality. */
static void fits(const struct picture *canvas, uint16_t side_px, uint32_t max_bytes,
		 uint16_t w_px, uint16_t h_px)
{
	struct au *au = make(canvas, side_px, max_bytes);

	CHECK(is_webp(au) || is_jpeg(au));
	CHECK(au->w_px == w_px && au->h_px == h_px);
	CHECK(error_of(au, canvas) < 5);
	au_put(au);
}

/* Where it must be a JPEG, it is one, and fits as well. */
static void as_jpeg(const struct picture *canvas)
{
	const struct still_spec spec = {STILL_POSTER_PX, 12000, true};
	struct still_job *job = NULL;
	struct au *au = NULL;

	CHECK(still_job_create(&job, canvas, &spec) == 0);
	CHECK(still_make(&au, job) == 0);
	CHECK(is_jpeg(au) && au->len <= 12000 && au->w_px > STILL_POSTER_PX / 2);
	au_put(au);
	still_job_destroy(job);
}

int main(void)
{
	struct picture *class = people(1280, 720), *phone = people(720, 1280);
	struct picture *slide = page(), *noise = people(640, 360);
	struct still_job *job = NULL;
	const struct still_spec hopeless = {640, 20, false};
	struct au *au;

	au = make(class, STILL_POSTER_PX, 0);
	CHECK(is_jpeg(au) && au->w_px == 640 && au->h_px == 360);
	CHECK(error_of(au, class) < 5);
	au_put(au);
	fits(class, 320, 5000, 320, 180);
	fits(phone, 320, 5000, 180, 320);
	fits(slide, 640, 9000, 640, 360);
	for (int i = 0; i < 640 * 360; i++)
		noise->y[i / 640 * noise->y_stride + i % 640] = (uint8_t)(i * 7919 >> 3);
	au = make(noise, 640, 4000); /* smaller, then */
	CHECK(au->w_px < 640 && au->w_px >= 16);
	au_put(au);
	au = make(noise, 4000, 0); /* never larger than the canvas */
	CHECK(au->w_px == 640);
	au_put(au);
	as_jpeg(class);
	CHECK(still_job_create(&job, noise, &hopeless) == 0);
	CHECK(still_make(&au, job) == -EMSGSIZE);
	still_job_destroy(job);
	still_job_destroy(NULL);
	picture_destroy(class);
	picture_destroy(phone);
	picture_destroy(slide);
	picture_destroy(noise);
	return 0;
}
