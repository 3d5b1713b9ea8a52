/* Each allocation of our own fails once: an error, and nothing is lost. Linked
 * with --wrap=malloc,calloc,realloc,strdup,aligned_alloc.
 */
#include "mixer/backdrop.h"
#include "mixer/compose.h"
#include "mixer/decoder.h"
#include "mixer/encoder.h"
#include "mixer/fade.h"
#include "mixer/scale.h"
#include "mixer/still.h"
#include "mixer/text.h"
#include "mixer/tile.h"
#include "mixer/vsource.h"
#include "mixer/vstage.h"
#include "tests/oom.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>

static int whole_worker(void)
{
	const struct vworker_events events = {0};
	struct vworker_rings rings = {.n = 1};
	struct vworker *w = NULL;
	int err = ring_create(&rings.in[0], 4);

	if (!err)
		err = ring_create(&rings.out[0], 4);
	if (!err)
		err = vworker_create(&w, &rings, &events);
	vworker_destroy(w);
	ring_destroy(rings.in[0]);
	ring_destroy(rings.out[0]);
	return err;
}

static int coders(void)
{
	const struct encoder_conf h264 = {.codec = CODEC_H264,
					  .w_px = 64,
					  .h_px = 48,
					  .fps = 15,
					  .bps = 100000,
					  .vbv_ms = 600};
	const struct encoder_conf vp8 = {.codec = CODEC_VP8,
					 .w_px = 64,
					 .h_px = 48,
					 .fps = 15,
					 .bps = 100000,
					 .vbv_ms = 600};
	struct encoder *a = NULL, *b = NULL;
	struct decoder *dec = NULL;
	int err = encoder_create(&a, &h264);

	if (!err)
		err = encoder_create(&b, &vp8);
	if (!err)
		err = decoder_create(&dec, CODEC_H264);
	encoder_destroy(a);
	encoder_destroy(b);
	decoder_destroy(dec);
	return err;
}

/* From a picture to a unit and back. */
static int pictures(void)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = 64,
					  .h_px = 48,
					  .fps = 15,
					  .bps = 100000,
					  .vbv_ms = 600};
	struct picture *pic = NULL, *seen = NULL;
	struct encoder *enc = NULL;
	struct decoder *dec = NULL;
	const struct still_spec spec = {64, 0, false};
	struct still_job *job = NULL;
	struct au *au = NULL, *jpeg = NULL;
	int err = picture_create(&pic, 64, 48);

	if (!err)
		err = encoder_create(&enc, &conf);
	if (!err) {
		scale_fill(pic, (struct rect_px){0, 0, 64, 48},
			   (struct colour){90, 90, 90});
		err = encoder_encode(enc, pic, 1, true, &au);
	}
	if (!err)
		err = decoder_create(&dec, CODEC_H264);
	if (!err)
		err = decoder_decode(dec, au, &seen);
	if (!err)
		err = still_job_create(&job, seen, &spec);
	if (!err)
		err = still_make(&jpeg, job);
	still_job_destroy(job);
	picture_destroy(pic);
	picture_destroy(seen);
	encoder_destroy(enc);
	decoder_destroy(dec);
	au_put(au);
	au_put(jpeg);
	return err;
}

static int stage(void) RUNS_ON(on_mix)
{
	const struct rung_conf rung = {.codec = CODEC_H264,
				       .w_px = 64,
				       .h_px = 48,
				       .fps = 15,
				       .bps = 100000,
				       .vbv_ms = 600};
	const struct view_conf view = {64, 48, 15};
	const struct vworker_events events = {0};
	struct vstage *st = NULL;
	int err = vstage_create(&st, &(struct fan){.n = 0}, &events);

	if (!err)
		err = vstage_view_open(st, 1, &view);
	if (!err)
		err = vstage_source_open(st, 2);
	if (!err)
		err = vstage_rung_open(st, 1, 3, &rung, 0);
	vstage_destroy(st);
	return err;
}

static int line(void)
{
	struct text *text = NULL;
	struct text_mask *mask = NULL;
	int err = text_create(&text);

	if (!err)
		err = text_line(text, &mask, "Anna", 20, 100);
	free(mask);
	text_destroy(text);
	return err;
}

static int art(struct art **out)
{
	static const uint8_t alpha[32 * 32];
	struct picture *pic = NULL;
	int err = picture_create(&pic, 32, 32);

	if (err)
		return err;
	scale_fill(pic, (struct rect_px){0, 0, 32, 32}, (struct colour){16, 128, 128});
	return art_create(out, pic, alpha, 32);
}

static int seen_through(void)
{
	struct art *made = NULL;
	int err = art(&made);

	art_put(made);
	return err;
}

/* Without memory for them there is the colour, no logo and no fade. */
static void done_without(void)
{
	struct picture *canvas = NULL;
	struct art *of = NULL;

	CHECK(art(&of) == 0 && picture_create(&canvas, 64, 64) == 0);
	for (int n = 0; n < 8; n++) {
		const struct rect_px all = {0, 0, 64, 64};
		struct backdrop b = {.whole = NULL};
		struct art_cut cut = {.of = NULL};
		struct fade f = {.from = NULL};

		oom_after(n);
		backdrop_set(&b, of, 0x102030, 64, 64);
		oom_after(-1);
		CHECK(!b.whole == !b.art);
		backdrop_draw(&b, canvas, all);
		CHECK(abs(canvas->y[0] - b.colour.y) <= 1); /* nothing covers it */
		oom_after(n);
		art_cut_set(&cut, of, (struct rect_px){0, 0, 32, 32}, 64, 64);
		oom_after(-1);
		CHECK(!cut.of == !cut.pixels && !cut.of == !cut.alpha);
		art_cut_draw(&cut, canvas, 0, 0);
		oom_after(n);
		fade_start(&f, canvas, 1000, 10, 100);
		oom_after(-1);
		CHECK(!f.from == !f.mixed);
		CHECK(fade_runs(&f) ? fade_mix(&f, canvas, 1000) == f.mixed
				    : fade_mix(&f, canvas, 1000) == canvas);
		fade_stop(&f);
		art_cut_fini(&cut);
		backdrop_fini(&b);
	}
	art_put(of);
	picture_destroy(canvas);
}

/* A tile without its letters is still a tile. */
static void tiles(void)
{
	for (int n = 0; n < 8; n++) {
		struct tiles *tiles = NULL;

		oom_after(n);
		if (tiles_create(&tiles) == 0)
			(void)tiles_get(tiles, "Anna", 160, 90);
		oom_after(-1);
		CHECK(!tiles || tiles_get(tiles, "Berta", 160, 90));
		tiles_destroy(tiles);
	}
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	OOM_EACH(whole_worker());
	OOM_EACH(coders());
	OOM_EACH(pictures());
	OOM_EACH(stage());
	OOM_EACH(line());
	OOM_EACH(seen_through());
	done_without();
	tiles();
	return 0;
}
