/* Views and rungs by a made-up clock: what is encoded when. */
#include "mixer/vstage.h"

#include "base/clock.h"
#include "base/count.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FULL 1 /* 15 fps, the canvas's own size */
#define LOW  2 /* 5 fps, scaled */

static struct {
	struct vstage *st;
	struct ring *ring;
	int64_t now;
	uint32_t generation;
	int64_t live_pts;
	int posters;
	int taps;
	/* since clear() */
	int n[3], keys[3];
	int64_t first_pts[3], last_pts[3];
} b;

static void on_live(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us)
{
	CHECK(ctx == &b && view == 9);
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

static void on_tap(void *ctx, uint32_t rung, struct au *au)
{
	CHECK(ctx == &b && rung == LOW);
	b.taps++;
	au_put(au);
}

static void clear(void)
{
	memset(b.n, 0, sizeof(b.n));
	memset(b.keys, 0, sizeof(b.keys));
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
		b.keys[item.id] += item.au->flags & AU_KEY ? 1 : 0;
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
		3, {0, 0, GEOM_UNIT, GEOM_UNIT}, true, "Anna"};
	return scene;
}

static void opens(void) RUNS_ON(on_mix)
{
	const struct view_conf view = {320, 192, 15}, bad = {320, 192, 0};
	const struct rung_conf full = {CODEC_H264, 320, 192, 15, 200000, 600};
	const struct rung_conf low = {CODEC_H264, 160, 96, 5, 64000, 600};

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
	CHECK(b.first_pts[FULL] == b.live_pts && b.first_pts[LOW] == b.live_pts);
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
	const struct encoder_conf conf = {CODEC_H264, 64, 48, 15, 100000, 600};
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
		CHECK(b.n[LOW] && b.first_pts[LOW] == b.live_pts);
	}
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
	vstage_rung_tap(b.st, LOW, true);
	for (int i = 0; i < 30; i++) {
		vstage_poster(b.st, 9);
		pass(100 * MS_US);
	}
	CHECK(b.posters == 3);
	CHECK(b.taps >= 2);
	vstage_rung_close(b.st, FULL);
	vstage_rung_close(b.st, LOW);
	vstage_rung_close(b.st, LOW);
	pass(5 * SEC_US); /* the last one asked for still comes */
	CHECK(b.posters == 4 && vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
	vstage_poster(b.st, 9); /* nobody watches: composed for the poster */
	vstage_scene(b.st, 9, one_cell(40));
	pass(0);
	CHECK(b.posters == 5 && b.generation == 40);
	CHECK(vstage_due_us(b.st, b.now) == VSTAGE_NEVER);
}

/* Closing a view closes its rungs; what is still open goes with the stage. */
static void closes(void) RUNS_ON(on_mix)
{
	const struct view_conf view = {320, 192, 15};
	const struct rung_conf conf = {CODEC_VP8, 320, 192, 15, 200000, 600};
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
	const struct vworker_events events = {
		.ctx = &b, .scene_live = on_live, .poster = on_poster, .tap = on_tap};

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	b.now = 77 * SEC_US + 123;
	CHECK(ring_create(&b.ring, 64) == 0);
	CHECK(vstage_create(&b.st, b.ring, &events) == 0);
	opens();
	beats_when_still();
	keeps_rates();
	scene_forces_a_frame();
	keys_are_shared();
	late_ticks_are_left_out();
	full_ring_asks_for_a_key();
	posters();
	closes();
	vstage_destroy(b.st);
	vstage_destroy(NULL);
	ring_destroy(b.ring);
	return 0;
}
