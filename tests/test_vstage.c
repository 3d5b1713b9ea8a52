/* Views and rungs by a made-up clock: what is encoded when. */
#include "mixer/vstage.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "mixer/decoder.h"
#include "mixer/encoder.h"
#include "mixer/rung.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FULL 1 /* 15 fps, the canvas's own size */
#define LOW  2 /* 5 fps, scaled */

#define OTHER 10 /* a view beside the one that is looked at: 9 */

static struct {
	struct vstage *st;
	struct ring *ring;
	int64_t now;
	uint32_t generation;
	int64_t live_pts;
	int posters, stills;
	size_t still_bytes;
	int taps;
	int keys_wanted, sizes;
	struct vworker_stats stats;
	struct view_stats view_stats;
	/* since clear() */
	int n[3], keys[3];
	uint16_t w_px[3];
	int64_t first_pts[3], last_pts[3];
	/* what FULL shows in its middle, since there is a decoder */
	struct decoder *eye;
	uint8_t seen[64];
} b;

static void on_live(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us)
{
	CHECK(ctx == &b && (view == 9 || view == OTHER));
	if (view == OTHER)
		return;
	b.generation = generation;
	b.live_pts = pts_us;
}

static void on_poster(void *ctx, uint32_t view, struct au *jpeg)
{
	CHECK(ctx == &b && view == 9 && jpeg->w_px == 320);
	CHECK(jpeg->data[jpeg->len - 1] == 0xd9);
	b.posters++;
	au_put(jpeg);
}

static void on_still(void *ctx, uint32_t view, struct au *still)
{
	CHECK(ctx == &b && view == 9 && still->w_px <= 160 && still->h_px <= 160);
	b.still_bytes = still->len;
	b.stills++;
	au_put(still);
}

static void on_key_wanted(void *ctx, uint32_t source)
{
	CHECK(ctx == &b && source);
	b.keys_wanted++;
}

static void on_picture(void *ctx, uint32_t source, uint16_t w_px, uint16_t h_px)
{
	CHECK(ctx == &b && source && !w_px == !h_px);
	b.sizes++;
}

static void on_tap(void *ctx, uint32_t to, uint32_t rung, struct au *au)
{
	CHECK(ctx == &b && to == 77 && rung == LOW);
	b.taps++;
	au_put(au);
}

static void clear(void)
{
	memset(b.n, 0, sizeof(b.n));
	memset(b.keys, 0, sizeof(b.keys));
}

static void look(struct au *au, uint32_t n)
{
	struct picture *pic = NULL;

	CHECK(n < sizeof(b.seen) && decoder_decode(b.eye, au, &pic) == 0);
	CHECK(pic && pic->h_px == 192);
	b.seen[n] = pic->y[96 * pic->y_stride + 160];
	picture_destroy(pic);
}

static void take(void)
{
	struct ring_item item;

	while (ring_pop(b.ring, &item)) {
		CHECK(item.id == FULL || item.id == LOW);
		if (!b.n[item.id]++)
			b.first_pts[item.id] = item.au->pts_us;
		else
			CHECK(item.au->pts_us > b.last_pts[item.id]);
		b.last_pts[item.id] = item.au->pts_us;
		b.w_px[item.id] = item.au->w_px;
		b.keys[item.id] += item.au->flags & AU_KEY ? 1 : 0;
		if (b.eye && item.id == FULL)
			look(item.au, (uint32_t)b.n[FULL] - 1);
		au_put(item.au);
	}
}

/* Lets `us` go by; the stage runs exactly when it wants to. */
static void pass(int64_t us) RUNS_ON(on_mix)
{
	int64_t end = b.now + us, due;

	while ((due = vstage_due_us(b.st, b.now)) <= end) {
		if (due > b.now)
			b.now = due;
		vstage_run(b.st, b.now);
		take();
	}
	b.now = end;
}

static struct scene *one_cell(uint32_t generation)
{
	struct scene *scene = NULL;

	CHECK(scene_create(&scene) == 0);
	scene->generation = generation;
	scene->n = 1;
	scene->cells[0] = (struct scene_cell){
		.source = 3,
		.at = {0, 0, GEOM_UNIT, GEOM_UNIT},
		.fill = true,
		.name = "Anna",
	};
	return scene;
}

static void opens(void) RUNS_ON(on_mix)
{
	const struct view_conf view = {320, 192, 15}, bad = {320, 192, 0};
	const struct rung_conf full = {.codec = CODEC_H264,
				       .w_px = 320,
				       .h_px = 192,
				       .fps = 15,
				       .bps = 200000,
				       .vbv_ms = 600};
	const struct rung_conf low = {.codec = CODEC_H264,
				      .w_px = 160,
				      .h_px = 96,
				      .fps = 5,
				      .bps = 64000,
				      .vbv_ms = 600};

	CHECK(vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
	CHECK(vstage_view_open(b.st, 8, &bad) == -EINVAL);
	CHECK(vstage_view_open(b.st, 9, &view) == 0);
	CHECK(vstage_view_open(b.st, 9, &view) == -EEXIST);
	vstage_scene(b.st, 9, one_cell(1));
	CHECK(vstage_due_us(b.st, b.now) == VSTAGE_NEVER); /* nobody watches */
	CHECK(vstage_rung_open(b.st, 7, FULL, &full, b.now) == -ENOENT);
	CHECK(vstage_rung_open(b.st, 9, FULL, &full, b.now) == 0);
	CHECK(vstage_rung_open(b.st, 9, FULL, &full, b.now) == -EEXIST);
	CHECK(vstage_rung_open(b.st, 9, LOW, &low, b.now) == 0);
	pass(0);
	CHECK(b.generation == 1 && b.live_pts == b.now);
	CHECK(b.n[FULL] == 1 && b.n[LOW] == 1 && b.keys[FULL] == 1 && b.keys[LOW] == 1);
	CHECK(b.first_pts[FULL] == b.live_pts);
	CHECK(b.first_pts[LOW] - b.live_pts < MS_US);
}

static void beats_when_still(void) RUNS_ON(on_mix)
{
	pass(3 * SEC_US); /* refining, then rest */
	clear();
	pass(10 * SEC_US);
	CHECK(b.n[FULL] >= 9 && b.n[FULL] <= 11);
	CHECK(b.n[LOW] >= 9 && b.n[LOW] <= 11);
	CHECK(!b.keys[FULL] && !b.keys[LOW]);
}

static void keeps_rates(void) RUNS_ON(on_mix)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = 64,
					  .h_px = 48,
					  .fps = 15,
					  .bps = 100000,
					  .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	int64_t late = count_get(COUNT_MIX_LATE);

	CHECK(encoder_create(&enc, &conf) == 0 && picture_create(&pic, 64, 48) == 0);
	CHECK(vstage_source_open(b.st, 3) == 0);
	CHECK(vstage_source_open(b.st, 3) == -EEXIST);
	clear();
	for (int i = 0; i < 300; i++) { /* ten seconds at 30 fps */
		struct au *au = NULL;

		scale_fill(pic, (struct rect_px){0, 0, 64, 48},
			   (struct colour){(uint8_t)(50 + i % 100), 128, 128});
		CHECK(encoder_encode(enc, pic, i * 33333, false, &au) == 0);
		vstage_unit(b.st, 3, au, b.now);
		vstage_unit(b.st, 77, au, b.now); /* of nobody: no harm */
		au_put(au);
		pass(33333);
	}
	CHECK(b.n[FULL] >= 149 && b.n[FULL] <= 151);
	CHECK(b.n[LOW] >= 49 && b.n[LOW] <= 51);
	/* absolute: the last one lies on the grid of the first */
	CHECK(((b.last_pts[FULL] - b.live_pts) * 15 + 14) % SEC_US < 15);
	CHECK(count_get(COUNT_MIX_LATE) == late);
	picture_destroy(pic);
	encoder_destroy(enc);
}

static void scene_forces_a_frame(void) RUNS_ON(on_mix)
{
	pass(3 * SEC_US);
	for (uint32_t generation = 2; generation < 7; generation++) {
		clear();
		vstage_scene(b.st, 9, one_cell(99)); /* replaced before it lived */
		vstage_scene(b.st, 9, one_cell(generation));
		pass(SEC_US / 15 + 1);
		CHECK(b.generation == generation);
		CHECK(b.n[FULL] && b.first_pts[FULL] == b.live_pts);
		CHECK(b.n[LOW] && b.first_pts[LOW] - b.live_pts < MS_US);
	}
}

static struct scene *ground(uint32_t generation, uint32_t rgb, uint32_t fade_us)
{
	struct scene *scene = NULL;

	CHECK(scene_create(&scene) == 0);
	scene->generation = generation;
	scene->decor.ground = rgb;
	scene->fade_us = fade_us;
	return scene;
}

/* The frame in which a scene is live is mixed already; the fourth is the new one and
 * nothing else. It costs no key frame, and who comes meanwhile does not end it. */
static void fades(void) RUNS_ON(on_mix)
{
	pass(3 * SEC_US);
	vstage_scene(b.st, 9, ground(2000, 0x000000, 0));
	pass(3 * SEC_US);
	CHECK(decoder_create(&b.eye, CODEC_H264) == 0);
	clear();
	vstage_rung_key(b.st, FULL);
	pass(SEC_US);
	CHECK(b.keys[FULL] == 1 && b.seen[b.n[FULL] - 1] < 24);
	pass(2 * SEC_US);
	clear();
	vstage_scene(b.st, 9, ground(2001, 0xffffff, 250000));
	vstage_scene(b.st, 9, ground(2002, 0xffffff, 0)); /* before a frame of it */
	pass(SEC_US / 15 + 1);
	CHECK(b.generation == 2002 && b.n[FULL] == 1);
	CHECK(b.first_pts[FULL] == b.live_pts);
	CHECK(b.seen[0] > 50 && b.seen[0] < 100); /* 27 percent of it */
	vstage_scene(b.st, 9, ground(2003, 0xffffff, 0));
	pass(SEC_US);
	CHECK(b.generation == 2003 && b.n[FULL] >= 4);
	CHECK(b.seen[1] > 110 && b.seen[1] < 155);
	CHECK(b.seen[2] > 165 && b.seen[2] < 215);
	CHECK(b.seen[3] > 225);
	CHECK(b.seen[b.n[FULL] - 1] >= 233);
	clear();
	vstage_pace(b.st, 50); /* no time for such things */
	vstage_scene(b.st, 9, ground(2004, 0x000000, 250000));
	pass(SEC_US);
	CHECK(b.seen[0] < 40);
	vstage_pace(b.st, 100);
	CHECK(!b.keys[FULL]);
	decoder_destroy(b.eye);
	b.eye = NULL;
}

/* A layout with many cells and one with few are made of different views for a small
 * rung. Going over costs a frame at once, and no key frame, a hundred times. */
static void moves_without_a_key(void) RUNS_ON(on_mix)
{
	const struct view_conf larger = {640, 384, 15};
	struct rung_conf low = {.codec = CODEC_H264,
				.w_px = 160,
				.h_px = 96,
				.fps = 5,
				.bps = 64000,
				.vbv_ms = 600};

	CHECK(vstage_rung_move(b.st, LOW, OTHER, &low, b.now) == -ENOENT);
	CHECK(vstage_view_open(b.st, OTHER, &larger) == 0);
	CHECK(vstage_rung_move(b.st, 77, OTHER, &low, b.now) == -ENOENT);
	pass(2 * SEC_US);
	clear();
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t to = i % 2 ? 9 : OTHER;
		int before = b.n[LOW];

		vstage_scene(b.st, to, one_cell(1000 + i));
		CHECK(vstage_rung_move(b.st, LOW, to, &low, b.now) == 0);
		CHECK(vstage_rung_move(b.st, LOW, to, &low, b.now) == 0);
		pass(SEC_US / 15 + 1);
		CHECK(b.n[LOW] > before);
		pass(500 * MS_US);
	}
	CHECK(b.keys[LOW] == 0 && b.keys[FULL] == 0);
	low.w_px = 128; /* what is different costs what it costs */
	low.h_px = 80;
	CHECK(vstage_rung_move(b.st, LOW, OTHER, &low, b.now) == 0);
	pass(SEC_US / 15 + 1);
	CHECK(b.keys[LOW] == 1 && b.w_px[LOW] == 128);
	low.w_px = 160;
	low.h_px = 96;
	CHECK(vstage_rung_move(b.st, LOW, 9, &low, b.now) == 0);
	vstage_view_close(b.st, OTHER); /* it is not of that one any more */
	pass(SEC_US);
	CHECK(b.w_px[LOW] == 160);
}

static void keys_are_shared(void) RUNS_ON(on_mix)
{
	pass(2 * SEC_US);
	clear();
	for (int i = 0; i < 50; i++) {
		vstage_rung_key(b.st, FULL);
		pass(100 * MS_US);
	}
	CHECK(b.keys[FULL] == 5 && b.keys[LOW] == 0);
	vstage_rung_key(b.st, 55); /* of nobody */
	pass(2 * SEC_US);
}

/* A key frame is small for its content: a still picture must get sharp again. */
static void key_frames_are_refined(void) RUNS_ON(on_mix)
{
	pass(2 * SEC_US);
	clear();
	vstage_rung_key(b.st, FULL);
	pass(SEC_US);
	CHECK(b.keys[FULL] == 1 && b.n[FULL] >= RUNG_REFINE_FRAMES);
	pass(2 * SEC_US);
	clear();
	pass(3 * SEC_US);
	CHECK(b.n[FULL] <= 4);
}

static void late_ticks_are_left_out(void) RUNS_ON(on_mix)
{
	int64_t late = count_get(COUNT_MIX_LATE);

	clear();
	vstage_scene(b.st, 9, one_cell(20));
	b.now += SEC_US; /* the thread was away */
	vstage_run(b.st, b.now);
	take();
	CHECK(b.n[FULL] == 1); /* not fifteen */
	CHECK(count_get(COUNT_MIX_LATE) == late + 1);
	CHECK(b.now - b.last_pts[FULL] < SEC_US / 15);
	CHECK(vstage_due_us(b.st, b.now) > b.now);
}

static void full_ring_asks_for_a_key(void) RUNS_ON(on_mix)
{
	int64_t dropped = count_get(COUNT_REJECT_QUEUE);
	uint32_t generation = 30;
	struct au *au = NULL;

	pass(2 * SEC_US);
	do
		CHECK(au_create(&au, "x", 1) == 0);
	while (ring_push(b.ring, FULL, au) == 0);
	vstage_scene(b.st, 9, one_cell(generation));
	b.now += SEC_US / 15;
	vstage_run(b.st, b.now);
	CHECK(count_get(COUNT_REJECT_QUEUE) == dropped + 2);
	for (struct ring_item item; ring_pop(b.ring, &item);)
		au_put(item.au);
	clear();
	pass(SEC_US / 15 + 1);
	CHECK(b.keys[FULL] == 1 && b.keys[LOW] == 1);
}

static void posters(void) RUNS_ON(on_mix)
{
	vstage_rung_tap(b.st, LOW, 77);
	for (int i = 0; i < 30; i++) {
		vstage_poster(b.st, 9, b.now);
		pass(100 * MS_US);
	}
	CHECK(b.posters == 3);
	CHECK(b.taps >= 2);
	vstage_rung_close(b.st, FULL);
	vstage_rung_close(b.st, LOW);
	vstage_rung_close(b.st, LOW);
	pass(5 * SEC_US); /* the last one asked for still comes */
	CHECK(b.posters == 4 && vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
	vstage_poster(b.st, 9, b.now); /* nobody watches: composed for the poster */
	vstage_scene(b.st, 9, one_cell(40));
	pass(0);
	CHECK(b.posters == 5 && b.generation == 40);
	CHECK(vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
}

/* ---- who is seen ----------------------------------------------------------- */

#define CAMERAS 200
#define SEEN    25
#define FIRST   1000 /* the number of the first one */

static struct au *camera_units[3]; /* a key frame, and two after it */

static void make_units(void)
{
	const struct encoder_conf conf = {.codec = CODEC_H264,
					  .w_px = 64,
					  .h_px = 48,
					  .fps = 15,
					  .bps = 100000,
					  .vbv_ms = 600};
	struct encoder *enc = NULL;
	struct picture *pic = NULL;

	CHECK(encoder_create(&enc, &conf) == 0 && picture_create(&pic, 64, 48) == 0);
	scale_fill(pic, (struct rect_px){0, 0, 64, 48}, (struct colour){90, 90, 90});
	for (int i = 0; i < 3; i++)
		CHECK(encoder_encode(enc, pic, i * 66667, false, &camera_units[i]) == 0);
	picture_destroy(pic);
	encoder_destroy(enc);
}

/* All cameras send this unit. */
static void all_send(int unit) RUNS_ON(on_mix)
{
	for (uint32_t i = 0; i < CAMERAS; i++)
		vstage_unit(b.st, FIRST + i, camera_units[unit], b.now);
}

static struct scene *grid(uint32_t generation, uint32_t first)
{
	struct scene *scene = one_cell(generation);

	scene->n = SEEN;
	for (uint32_t i = 0; i < SEEN; i++)
		scene->cells[i] = (struct scene_cell){
			.source = first + i,
			.at = {(uint16_t)(i % 5 * 2016), (uint16_t)(i / 5 * 2016), 2016,
			       2016},
			.fill = true,
			.name = "Anna",
		};
	return scene;
}

/* 200 cameras, 25 in sight: 25 decoders; all are known by their size. */
static void only_the_seen_are_decoded(void) RUNS_ON(on_mix)
{
	const struct rung_conf conf = {.codec = CODEC_H264,
				       .w_px = 320,
				       .h_px = 192,
				       .fps = 15,
				       .bps = 200000,
				       .vbv_ms = 600};
	int64_t decoded = count_get(COUNT_FRAMES_DECODED), decoders;

	vstage_source_close(b.st, 3);
	decoders = count_get(COUNT_DECODERS);
	CHECK(decoders == 0);
	make_units();
	for (uint32_t i = 0; i < CAMERAS; i++)
		CHECK(vstage_source_open(b.st, FIRST + i) == 0);
	b.keys_wanted = b.sizes = 0;
	vstage_scene(b.st, 9, grid(60, FIRST));
	all_send(0); /* nobody watches */
	CHECK(b.sizes == CAMERAS && count_get(COUNT_FRAMES_DECODED) == decoded);
	CHECK(vstage_rung_open(b.st, 9, FULL, &conf, b.now) == 0);
	pass(0);
	CHECK(b.keys_wanted == 25); /* at once */
	all_send(0);
	all_send(1);
	CHECK(count_get(COUNT_FRAMES_DECODED) == decoded + 50);
	CHECK(count_get(COUNT_DECODERS) == decoders + 25 && b.sizes == CAMERAS);
	/* others come into sight: the waiting scene counts, the old one not for long */
	b.keys_wanted = 0;
	vstage_scene(b.st, 9, grid(61, FIRST + 100));
	all_send(1);
	CHECK(b.keys_wanted == 25);
	pass(SEC_US / 15 + 1);
	all_send(0);
	CHECK(count_get(COUNT_DECODERS) == decoders + 50);
	for (int i = 0; i < 11; i++) {
		pass(SEC_US);
		all_send(2);
	}
	CHECK(count_get(COUNT_DECODERS) == decoders + 25);
	CHECK(b.keys_wanted == 25 && b.sizes == CAMERAS);
	vstage_rung_close(b.st, FULL);
}

/* A poster that nobody watches live waits for pictures, but not for ever. */
static void posters_wait_for_pictures(void) RUNS_ON(on_mix)
{
	int posters = b.posters;

	all_send(2);
	pass(2 * SEC_US);
	all_send(2);
	b.keys_wanted = 0;
	vstage_poster(b.st, 9, b.now);
	pass(100 * MS_US);
	all_send(2);
	CHECK(b.keys_wanted == 25 && b.posters == posters);
	all_send(0);
	pass(0);
	CHECK(b.posters == posters + 1);
	pass(3 * SEC_US);
	all_send(2);
	vstage_poster(b.st, 9, b.now);
	pass(999 * MS_US);
	CHECK(b.posters == posters + 1);
	pass(1 * MS_US);
	CHECK(b.posters == posters + 2);
	CHECK(vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
}

static void stills_fit(void) RUNS_ON(on_mix)
{
	const struct still_spec spec = {160, 1500, false};

	for (int i = 0; i < 30; i++) {
		vstage_wish(b.st, 9, &spec, b.now);
		pass(100 * MS_US);
	}
	CHECK(b.stills >= 2 && b.stills <= 4);
	CHECK(b.still_bytes > 50 && b.still_bytes <= spec.max_bytes);
	pass(2 * SEC_US);
}

/* ---- what changes while it runs -------------------------------------------- */

static void on_stats(void *ctx, const struct vworker_stats *stats)
{
	CHECK(ctx == &b && stats->n_views == 1 && stats->n_rungs == 1);
	CHECK(stats->rungs[0].rung == FULL && stats->rungs[0].view == 9);
	CHECK(stats->rungs[0].keys >= 2 && stats->rungs[0].bytes > 0);
	b.stats = *stats;
	b.view_stats = stats->views[0];
}

static void retunes(void) RUNS_ON(on_mix)
{
	struct rung_conf conf = {.codec = CODEC_H264,
				 .w_px = 320,
				 .h_px = 192,
				 .fps = 15,
				 .bps = 200000,
				 .vbv_ms = 600};

	CHECK(vstage_rung_retune(b.st, FULL, &conf) == -ENOENT);
	CHECK(vstage_rung_open(b.st, 9, FULL, &conf, b.now) == 0);
	pass(5 * SEC_US);
	clear();
	CHECK(vstage_rung_retune(b.st, FULL, &conf) == 0); /* the same */
	conf.key_ms = 2000;
	CHECK(vstage_rung_retune(b.st, FULL, &conf) == 0); /* the same encoder */
	pass(500 * MS_US);
	CHECK(b.keys[FULL] == 0 && b.n[FULL] <= 1);
	conf.w_px = 160;
	conf.h_px = 96;
	conf.fps = 5;
	conf.screen = true;
	CHECK(vstage_rung_retune(b.st, FULL, &conf) == 0);
	pass(SEC_US / 15 + 1); /* at the next tick */
	CHECK(b.keys[FULL] == 1 && b.w_px[FULL] == 160);
	clear();
	for (int i = 0; i < 60; i++) { /* one key frame in two seconds */
		vstage_rung_key(b.st, FULL);
		pass(100 * MS_US);
	}
	CHECK(b.keys[FULL] == 3);
	conf.codec = CODEC_VP8;
	CHECK(vstage_rung_retune(b.st, FULL, &conf) == -EINVAL);
	conf.codec = CODEC_H264;
	conf.effort = (enum rung_effort)9;
	CHECK(vstage_rung_retune(b.st, FULL, &conf) == -EINVAL);
}

static void canvas_changes(void) RUNS_ON(on_mix)
{
	static const struct view_conf confs[] = {
		{1280, 720, 15}, {360, 640, 15}, {720, 1280, 15}, {320, 192, 30}};
	const struct view_conf bad = {320, 193, 15};
	int posters = b.posters;

	CHECK(vstage_view_retune(b.st, 8, &confs[0], b.now) == -ENOENT);
	CHECK(vstage_view_retune(b.st, 9, &bad, b.now) == -EINVAL);
	for (size_t i = 0; i < sizeof(confs) / sizeof(confs[0]); i++) {
		pass(3 * SEC_US);
		clear();
		CHECK(vstage_view_retune(b.st, 9, &confs[i], b.now) == 0);
		pass(SEC_US / 5 + SEC_US / 15);
		CHECK(b.n[FULL] >= 1 && b.keys[FULL] == 0 && b.w_px[FULL] == 160);
	}
	CHECK(b.posters == posters);
}

static void paces(void) RUNS_ON(on_mix)
{
	int64_t left_out = count_get(COUNT_MIX_PACED);
	uint64_t ticks, late, missed;

	vstage_stats(b.st, b.now, on_stats, &b);
	CHECK(b.stats.late_ticks > 100 && b.stats.late_max_us < MS_US);
	ticks = b.view_stats.ticks;
	late = b.view_stats.late;
	missed = b.view_stats.missed;
	vstage_pace(b.st, 33);
	pass(10 * SEC_US); /* at 30 frames a second */
	vstage_stats(b.st, b.now, on_stats, &b);
	ticks = b.view_stats.ticks - ticks;
	CHECK(ticks >= 98 && ticks <= 101);
	CHECK(count_get(COUNT_MIX_PACED) - left_out >= 199);
	CHECK(b.view_stats.late == late && b.view_stats.missed == missed);
	vstage_pace(b.st, 100);
	vstage_rung_close(b.st, FULL);
}

/* Closing a view closes its rungs; what is still open goes with the stage. */
static void closes(void) RUNS_ON(on_mix)
{
	const struct view_conf view = {320, 192, 15};
	const struct rung_conf conf = {.codec = CODEC_VP8,
				       .w_px = 320,
				       .h_px = 192,
				       .fps = 15,
				       .bps = 200000,
				       .vbv_ms = 600};
	int64_t encoders = count_get(COUNT_ENCODERS);

	for (uint32_t i = 1; i <= 16; i++)
		CHECK(vstage_rung_open(b.st, 9, i, &conf, b.now) == 0);
	CHECK(vstage_rung_open(b.st, 9, 17, &conf, b.now) == -ENOSPC);
	CHECK(count_get(COUNT_ENCODERS) == encoders + 16);
	vstage_view_close(b.st, 9);
	vstage_view_close(b.st, 9);
	CHECK(count_get(COUNT_ENCODERS) == encoders);
	CHECK(vstage_view_open(b.st, 9, &view) == 0);
	vstage_scene(b.st, 9, one_cell(50));
	CHECK(vstage_rung_open(b.st, 9, 1, &conf, b.now) == 0);
	vstage_source_close(b.st, 3);
	vstage_source_close(b.st, 3);
}

int main(void)
{
	const struct vworker_events events = {.ctx = &b,
					      .source_key_wanted = on_key_wanted,
					      .source_picture = on_picture,
					      .scene_live = on_live,
					      .poster = on_poster,
					      .still = on_still,
					      .tap = on_tap};

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	b.now = 77 * SEC_US + 123;
	CHECK(ring_create(&b.ring, 64) == 0);
	CHECK(vstage_create(&b.st, &(struct fan){{b.ring}, 1}, &events) == 0);
	opens();
	beats_when_still();
	keeps_rates();
	scene_forces_a_frame();
	fades();
	moves_without_a_key();
	keys_are_shared();
	key_frames_are_refined();
	late_ticks_are_left_out();
	full_ring_asks_for_a_key();
	posters();
	only_the_seen_are_decoded();
	posters_wait_for_pictures();
	stills_fit();
	retunes();
	canvas_changes();
	paces();
	closes();
	for (int i = 0; i < 3; i++)
		au_put(camera_units[i]);
	vstage_destroy(b.st);
	vstage_destroy(NULL);
	ring_destroy(b.ring);
	return 0;
}
