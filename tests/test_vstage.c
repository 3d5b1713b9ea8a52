/* Views and rungs by a made-up clock: what is encoded when. */
#include "mixer/vstage.h"

#include "base/count.h"
#include "base/limits.h"
#include "mixer/encoder.h"
#include "mixer/rung.h"
#include "mixer/scale.h"
#include "tests/test.h"
#include "tests/vstage_rig.h"

#include <errno.h>

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

	CHECK(vstage_due_us(rig.st, rig.now) == VSTAGE_NEVER);
	CHECK(vstage_view_open(rig.st, 8, &bad) == -EINVAL);
	CHECK(vstage_view_open(rig.st, 9, &view) == 0);
	CHECK(vstage_view_open(rig.st, 9, &view) == -EEXIST);
	vstage_scene(rig.st, 9, rig_one_cell(1));
	CHECK(vstage_due_us(rig.st, rig.now) == VSTAGE_NEVER); /* nobody watches */
	CHECK(vstage_rung_open(rig.st, 7, FULL, &full, rig.now) == -ENOENT);
	CHECK(vstage_rung_open(rig.st, 9, FULL, &full, rig.now) == 0);
	CHECK(vstage_rung_open(rig.st, 9, FULL, &full, rig.now) == -EEXIST);
	CHECK(vstage_rung_open(rig.st, 9, LOW, &low, rig.now) == 0);
	rig_pass(0);
	CHECK(rig.generation == 1 && rig.live_pts == rig.now);
	CHECK(rig.n[FULL] == 1 && rig.n[LOW] == 1 && rig.keys[FULL] == 1 &&
	      rig.keys[LOW] == 1);
	CHECK(rig.first_pts[FULL] == rig.live_pts);
	CHECK(rig.first_pts[LOW] - rig.live_pts < MS_US);
}

static void beats_when_still(void) RUNS_ON(on_mix)
{
	rig_pass(3 * SEC_US); /* refining, then rest */
	rig_clear();
	rig_pass(10 * SEC_US);
	CHECK(rig.n[FULL] >= 9 && rig.n[FULL] <= 11);
	CHECK(rig.n[LOW] >= 9 && rig.n[LOW] <= 11);
	CHECK(!rig.keys[FULL] && !rig.keys[LOW]);
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
	CHECK(vstage_source_open(rig.st, 3) == 0);
	CHECK(vstage_source_open(rig.st, 3) == -EEXIST);
	rig_clear();
	for (int i = 0; i < 300; i++) { /* ten seconds at 30 fps */
		struct au *au = NULL;

		scale_fill(pic, (struct rect_px){0, 0, 64, 48},
			   (struct colour){(uint8_t)(50 + i % 100), 128, 128});
		CHECK(encoder_encode(enc, pic, i * 33333, false, &au) == 0);
		vstage_unit(rig.st, 3, au, rig.now);
		vstage_unit(rig.st, 77, au, rig.now); /* of nobody: no harm */
		au_put(au);
		rig_pass(33333);
	}
	CHECK(rig.n[FULL] >= 149 && rig.n[FULL] <= 151);
	CHECK(rig.n[LOW] >= 49 && rig.n[LOW] <= 51);
	/* absolute: the last one lies on the grid of the first */
	CHECK(((rig.last_pts[FULL] - rig.live_pts) * 15 + 14) % SEC_US < 15);
	CHECK(count_get(COUNT_MIX_LATE) == late);
	picture_destroy(pic);
	encoder_destroy(enc);
}

static void scene_forces_a_frame(void) RUNS_ON(on_mix)
{
	rig_pass(3 * SEC_US);
	for (uint32_t generation = 2; generation < 7; generation++) {
		rig_clear();
		vstage_scene(rig.st, 9, rig_one_cell(99)); /* replaced before it lived */
		vstage_scene(rig.st, 9, rig_one_cell(generation));
		rig_pass(SEC_US / 15 + 1);
		CHECK(rig.generation == generation);
		CHECK(rig.n[FULL] && rig.first_pts[FULL] == rig.live_pts);
		CHECK(rig.n[LOW] && rig.first_pts[LOW] - rig.live_pts < MS_US);
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
	rig_pass(3 * SEC_US);
	vstage_scene(rig.st, 9, ground(2000, 0x000000, 0));
	rig_pass(3 * SEC_US);
	CHECK(decoder_create(&rig.eye, CODEC_H264) == 0);
	rig_clear();
	vstage_rung_key(rig.st, FULL);
	rig_pass(SEC_US);
	CHECK(rig.keys[FULL] == 1 && rig.seen[rig.n[FULL] - 1] < 24);
	rig_pass(2 * SEC_US);
	rig_clear();
	vstage_scene(rig.st, 9, ground(2001, 0xffffff, 250000));
	vstage_scene(rig.st, 9, ground(2002, 0xffffff, 0)); /* before a frame of it */
	rig_pass(SEC_US / 15 + 1);
	CHECK(rig.generation == 2002 && rig.n[FULL] == 1);
	CHECK(rig.first_pts[FULL] == rig.live_pts);
	CHECK(rig.seen[0] > 50 && rig.seen[0] < 100); /* 27 percent of it */
	vstage_scene(rig.st, 9, ground(2003, 0xffffff, 0));
	rig_pass(SEC_US);
	CHECK(rig.generation == 2003 && rig.n[FULL] >= 4);
	CHECK(rig.seen[1] > 110 && rig.seen[1] < 155);
	CHECK(rig.seen[2] > 165 && rig.seen[2] < 215);
	CHECK(rig.seen[3] > 225);
	CHECK(rig.seen[rig.n[FULL] - 1] >= 233);
	rig_clear();
	vstage_pace(rig.st, 50); /* no time for such things */
	vstage_scene(rig.st, 9, ground(2004, 0x000000, 250000));
	rig_pass(SEC_US);
	CHECK(rig.seen[0] < 40);
	vstage_pace(rig.st, 100);
	CHECK(!rig.keys[FULL]);
	decoder_destroy(rig.eye);
	rig.eye = NULL;
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

	CHECK(vstage_rung_move(rig.st, LOW, OTHER, &low, rig.now) == -ENOENT);
	CHECK(vstage_view_open(rig.st, OTHER, &larger) == 0);
	CHECK(vstage_rung_move(rig.st, 77, OTHER, &low, rig.now) == -ENOENT);
	rig_pass(2 * SEC_US);
	rig_clear();
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t to = i % 2 ? 9 : OTHER;
		int before = rig.n[LOW];

		vstage_scene(rig.st, to, rig_one_cell(1000 + i));
		CHECK(vstage_rung_move(rig.st, LOW, to, &low, rig.now) == 0);
		CHECK(vstage_rung_move(rig.st, LOW, to, &low, rig.now) == 0);
		rig_pass(SEC_US / 15 + 1);
		CHECK(rig.n[LOW] > before);
		rig_pass(500 * MS_US);
	}
	CHECK(rig.keys[LOW] == 0 && rig.keys[FULL] == 0);
	low.w_px = 128; /* what is different costs what it costs */
	low.h_px = 80;
	CHECK(vstage_rung_move(rig.st, LOW, OTHER, &low, rig.now) == 0);
	rig_pass(SEC_US / 15 + 1);
	CHECK(rig.keys[LOW] == 1 && rig.w_px[LOW] == 128);
	low.w_px = 160;
	low.h_px = 96;
	CHECK(vstage_rung_move(rig.st, LOW, 9, &low, rig.now) == 0);
	vstage_view_close(rig.st, OTHER); /* it is not of that one any more */
	rig_pass(SEC_US);
	CHECK(rig.w_px[LOW] == 160);
}

static void keys_are_shared(void) RUNS_ON(on_mix)
{
	rig_pass(2 * SEC_US);
	rig_clear();
	for (int i = 0; i < 50; i++) {
		vstage_rung_key(rig.st, FULL);
		rig_pass(100 * MS_US);
	}
	CHECK(rig.keys[FULL] == 5 && rig.keys[LOW] == 0);
	vstage_rung_key(rig.st, 55); /* of nobody */
	rig_pass(2 * SEC_US);
}

/* A key frame is small for its content: a still picture must get sharp again. */
static void key_frames_are_refined(void) RUNS_ON(on_mix)
{
	rig_pass(2 * SEC_US);
	rig_clear();
	vstage_rung_key(rig.st, FULL);
	rig_pass(SEC_US);
	CHECK(rig.keys[FULL] == 1 && rig.n[FULL] >= RUNG_REFINE_FRAMES);
	rig_pass(2 * SEC_US);
	rig_clear();
	rig_pass(3 * SEC_US);
	CHECK(rig.n[FULL] <= 4);
}

static void late_ticks_are_left_out(void) RUNS_ON(on_mix)
{
	int64_t late = count_get(COUNT_MIX_LATE);

	rig_clear();
	vstage_scene(rig.st, 9, rig_one_cell(20));
	rig.now += SEC_US; /* the thread was away */
	vstage_run(rig.st, rig.now);
	rig_take();
	CHECK(rig.n[FULL] == 1); /* not fifteen */
	CHECK(count_get(COUNT_MIX_LATE) == late + 1);
	CHECK(rig.now - rig.last_pts[FULL] < SEC_US / 15);
	CHECK(vstage_due_us(rig.st, rig.now) > rig.now);
}

static void full_ring_asks_for_a_key(void) RUNS_ON(on_mix)
{
	int64_t dropped = count_get(COUNT_REJECT_QUEUE);
	uint32_t generation = 30;
	struct au *au = NULL;

	rig_pass(2 * SEC_US);
	do
		CHECK(au_create(&au, "x", 1) == 0);
	while (ring_push(rig.ring, FULL, au) == 0);
	vstage_scene(rig.st, 9, rig_one_cell(generation));
	rig.now += SEC_US / 15;
	vstage_run(rig.st, rig.now);
	CHECK(count_get(COUNT_REJECT_QUEUE) == dropped + 2);
	for (struct ring_item item; ring_pop(rig.ring, &item);)
		au_put(item.au);
	rig_clear();
	rig_pass(SEC_US / 15 + 1);
	CHECK(rig.keys[FULL] == 1 && rig.keys[LOW] == 1);
}

static void posters(void) RUNS_ON(on_mix)
{
	vstage_rung_tap(rig.st, LOW, 77);
	for (int i = 0; i < 30; i++) {
		vstage_poster(rig.st, 9, rig.now);
		rig_pass(100 * MS_US);
	}
	CHECK(rig.posters == 3);
	CHECK(rig.taps >= 2);
	vstage_rung_close(rig.st, FULL);
	vstage_rung_close(rig.st, LOW);
	vstage_rung_close(rig.st, LOW);
	rig_pass(5 * SEC_US); /* the last one asked for still comes */
	CHECK(rig.posters == 4 && vstage_due_us(rig.st, rig.now) == VSTAGE_NEVER);
	vstage_poster(rig.st, 9, rig.now); /* nobody watches: composed for the poster */
	vstage_scene(rig.st, 9, rig_one_cell(40));
	rig_pass(0);
	CHECK(rig.posters == 5 && rig.generation == 40);
	CHECK(vstage_due_us(rig.st, rig.now) == VSTAGE_NEVER);
}

/* ---- what changes while it runs -------------------------------------------- */

static struct vworker_stats told;
static struct view_stats told_view;

static void on_stats(void *ctx, const struct vworker_stats *stats)
{
	CHECK(ctx == &rig && stats->n_views == 1 && stats->n_rungs == 1);
	CHECK(stats->rungs[0].rung == FULL && stats->rungs[0].view == 9);
	CHECK(stats->rungs[0].keys >= 2 && stats->rungs[0].bytes > 0);
	told = *stats;
	told_view = stats->views[0]; /* gone with the letter */
}

static void retunes(void) RUNS_ON(on_mix)
{
	struct rung_conf conf = {.codec = CODEC_H264,
				 .w_px = 320,
				 .h_px = 192,
				 .fps = 15,
				 .bps = 200000,
				 .vbv_ms = 600};

	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == -ENOENT);
	CHECK(vstage_rung_open(rig.st, 9, FULL, &conf, rig.now) == 0);
	rig_pass(5 * SEC_US);
	rig_clear();
	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == 0); /* the same */
	conf.key_ms = 2000;
	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == 0); /* the same encoder */
	rig_pass(500 * MS_US);
	CHECK(rig.keys[FULL] == 0 && rig.n[FULL] <= 1);
	conf.w_px = 160;
	conf.h_px = 96;
	conf.fps = 5;
	conf.screen = true;
	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == 0);
	rig_pass(SEC_US / 15 + 1); /* at the next tick */
	CHECK(rig.keys[FULL] == 1 && rig.w_px[FULL] == 160);
	rig_clear();
	for (int i = 0; i < 60; i++) { /* one key frame in two seconds */
		vstage_rung_key(rig.st, FULL);
		rig_pass(100 * MS_US);
	}
	CHECK(rig.keys[FULL] == 3);
	conf.codec = CODEC_VP8;
	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == -EINVAL);
	conf.codec = CODEC_H264;
	conf.effort = (enum rung_effort)9;
	CHECK(vstage_rung_retune(rig.st, FULL, &conf) == -EINVAL);
}

static void canvas_changes(void) RUNS_ON(on_mix)
{
	static const struct view_conf confs[] = {
		{1280, 720, 15}, {360, 640, 15}, {720, 1280, 15}, {320, 192, 30}};
	const struct view_conf bad = {320, 193, 15};
	int posters = rig.posters;

	CHECK(vstage_view_retune(rig.st, 8, &confs[0], rig.now) == -ENOENT);
	CHECK(vstage_view_retune(rig.st, 9, &bad, rig.now) == -EINVAL);
	for (size_t i = 0; i < sizeof(confs) / sizeof(confs[0]); i++) {
		rig_pass(3 * SEC_US);
		rig_clear();
		CHECK(vstage_view_retune(rig.st, 9, &confs[i], rig.now) == 0);
		rig_pass(SEC_US / 5 + SEC_US / 15);
		CHECK(rig.n[FULL] >= 1 && rig.keys[FULL] == 0 && rig.w_px[FULL] == 160);
	}
	CHECK(rig.posters == posters);
}

static void paces(void) RUNS_ON(on_mix)
{
	int64_t left_out = count_get(COUNT_MIX_PACED);
	uint64_t ticks, late, missed;

	vstage_stats(rig.st, rig.now, on_stats, &rig);
	CHECK(told.late_ticks > 100 && told.late_max_us < MS_US);
	ticks = told_view.ticks;
	late = told_view.late;
	missed = told_view.missed;
	vstage_pace(rig.st, 33);
	rig_pass(10 * SEC_US); /* at 30 frames a second */
	vstage_stats(rig.st, rig.now, on_stats, &rig);
	ticks = told_view.ticks - ticks;
	CHECK(ticks >= 98 && ticks <= 101);
	CHECK(count_get(COUNT_MIX_PACED) - left_out >= 199);
	CHECK(told_view.late == late && told_view.missed == missed);
	vstage_pace(rig.st, 100);
	vstage_rung_close(rig.st, FULL);
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
		CHECK(vstage_rung_open(rig.st, 9, i, &conf, rig.now) == 0);
	CHECK(vstage_rung_open(rig.st, 9, 17, &conf, rig.now) == -ENOSPC);
	CHECK(count_get(COUNT_ENCODERS) == encoders + 16);
	vstage_view_close(rig.st, 9);
	vstage_view_close(rig.st, 9);
	CHECK(count_get(COUNT_ENCODERS) == encoders);
	CHECK(vstage_view_open(rig.st, 9, &view) == 0);
	vstage_scene(rig.st, 9, rig_one_cell(50));
	CHECK(vstage_rung_open(rig.st, 9, 1, &conf, rig.now) == 0);
	vstage_source_close(rig.st, 3);
	vstage_source_close(rig.st, 3);
	CHECK(count_get(COUNT_DECODERS) == 0);
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	rig_open();
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
	retunes();
	canvas_changes();
	paces();
	closes();
	rig_close();
	vstage_destroy(NULL);
	return 0;
}
