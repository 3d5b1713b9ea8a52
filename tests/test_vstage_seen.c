/* Who is seen: only they are decoded; and what is composed of them for nobody who
 * watches live. */
#include "mixer/vstage.h"

#include "base/count.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "tests/test.h"
#include "tests/vstage_rig.h"

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
		vstage_unit(rig.st, FIRST + i, camera_units[unit], rig.now);
}

static struct scene *grid(uint32_t generation, uint32_t first)
{
	struct scene *scene = rig_one_cell(generation);

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
	const struct view_conf view = {320, 192, 15};
	int64_t decoded = count_get(COUNT_FRAMES_DECODED);
	int64_t decoders = count_get(COUNT_DECODERS);

	CHECK(decoders == 0 && vstage_view_open(rig.st, 9, &view) == 0);
	make_units();
	for (uint32_t i = 0; i < CAMERAS; i++)
		CHECK(vstage_source_open(rig.st, FIRST + i) == 0);
	vstage_scene(rig.st, 9, grid(60, FIRST));
	all_send(0); /* nobody watches */
	CHECK(rig.sizes == CAMERAS && count_get(COUNT_FRAMES_DECODED) == decoded);
	CHECK(vstage_rung_open(rig.st, 9, FULL, &conf, rig.now) == 0);
	rig_pass(0);
	CHECK(rig.keys_wanted == 25); /* at once */
	all_send(0);
	all_send(1);
	CHECK(count_get(COUNT_FRAMES_DECODED) == decoded + 50);
	CHECK(count_get(COUNT_DECODERS) == decoders + 25 && rig.sizes == CAMERAS);
	/* others come into sight: the waiting scene counts, the old one not for long */
	rig.keys_wanted = 0;
	vstage_scene(rig.st, 9, grid(61, FIRST + 100));
	all_send(1);
	CHECK(rig.keys_wanted == 25);
	rig_pass(SEC_US / 15 + 1);
	all_send(0);
	CHECK(count_get(COUNT_DECODERS) == decoders + 50);
	for (int i = 0; i < 11; i++) {
		rig_pass(SEC_US);
		all_send(2);
	}
	CHECK(count_get(COUNT_DECODERS) == decoders + 25);
	CHECK(rig.keys_wanted == 25 && rig.sizes == CAMERAS);
	vstage_rung_close(rig.st, FULL);
}

/* A poster that nobody watches live waits for pictures, but not for ever. */
static void posters_wait_for_pictures(void) RUNS_ON(on_mix)
{
	int posters = rig.posters;

	all_send(2);
	rig_pass(2 * SEC_US);
	all_send(2);
	rig.keys_wanted = 0;
	vstage_poster(rig.st, 9, rig.now);
	rig_pass(100 * MS_US);
	all_send(2);
	CHECK(rig.keys_wanted == 25 && rig.posters == posters);
	all_send(0);
	rig_pass(0);
	CHECK(rig.posters == posters + 1);
	rig_pass(3 * SEC_US);
	all_send(2);
	vstage_poster(rig.st, 9, rig.now);
	rig_pass(999 * MS_US);
	CHECK(rig.posters == posters + 1);
	rig_pass(1 * MS_US);
	CHECK(rig.posters == posters + 2);
	CHECK(vstage_due_us(rig.st, rig.now) == VSTAGE_NEVER);
}

static void stills_fit(void) RUNS_ON(on_mix)
{
	const struct still_spec spec = {160, 1500, false};

	for (int i = 0; i < 30; i++) {
		vstage_wish(rig.st, 9, &spec, rig.now);
		rig_pass(100 * MS_US);
	}
	CHECK(rig.stills >= 2 && rig.stills <= 4);
	CHECK(rig.still_bytes > 50 && rig.still_bytes <= spec.max_bytes);
	rig_pass(2 * SEC_US);
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	rig_open();
	only_the_seen_are_decoded();
	posters_wait_for_pictures();
	stills_fit();
	for (int i = 0; i < 3; i++)
		au_put(camera_units[i]);
	rig_close();
	return 0;
}
