#include "tests/vstage_rig.h"

#include "tests/test.h"

#include <string.h>

struct vstage_rig rig;

static void on_live(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us)
{
	CHECK(ctx == &rig && (view == 9 || view == OTHER));
	if (view == OTHER)
		return;
	rig.generation = generation;
	rig.live_pts = pts_us;
}

static void on_poster(void *ctx, uint32_t view, struct au *jpeg)
{
	CHECK(ctx == &rig && view == 9 && jpeg->w_px == 320);
	CHECK(jpeg->data[jpeg->len - 1] == 0xd9);
	rig.posters++;
	au_put(jpeg);
}

static void on_still(void *ctx, uint32_t view, struct au *still)
{
	CHECK(ctx == &rig && view == 9 && still->w_px <= 160 && still->h_px <= 160);
	rig.still_bytes = still->len;
	rig.stills++;
	au_put(still);
}

static void on_key_wanted(void *ctx, uint32_t source)
{
	CHECK(ctx == &rig && source);
	rig.keys_wanted++;
}

static void on_picture(void *ctx, uint32_t source, uint16_t w_px, uint16_t h_px)
{
	CHECK(ctx == &rig && source && !w_px == !h_px);
	rig.sizes++;
}

static void on_tap(void *ctx, uint32_t to, uint32_t rung, struct au *au)
{
	CHECK(ctx == &rig && to == 77 && rung == LOW);
	rig.taps++;
	au_put(au);
}

void rig_clear(void)
{
	memset(rig.n, 0, sizeof(rig.n));
	memset(rig.keys, 0, sizeof(rig.keys));
}

static void look(struct au *au, uint32_t n)
{
	struct picture *pic = NULL;

	CHECK(n < sizeof(rig.seen) && decoder_decode(rig.eye, au, &pic) == 0);
	CHECK(pic && pic->h_px == 192);
	rig.seen[n] = pic->y[96 * pic->y_stride + 160];
	picture_destroy(pic);
}

void rig_take(void)
{
	struct ring_item item;

	while (ring_pop(rig.ring, &item)) {
		CHECK(item.id == FULL || item.id == LOW);
		if (!rig.n[item.id]++)
			rig.first_pts[item.id] = item.au->pts_us;
		else
			CHECK(item.au->pts_us > rig.last_pts[item.id]);
		rig.last_pts[item.id] = item.au->pts_us;
		rig.w_px[item.id] = item.au->w_px;
		rig.keys[item.id] += item.au->flags & AU_KEY ? 1 : 0;
		if (rig.eye && item.id == FULL)
			look(item.au, (uint32_t)rig.n[FULL] - 1);
		au_put(item.au);
	}
}

void rig_pass(int64_t us) RUNS_ON(on_mix)
{
	int64_t end = rig.now + us, due;

	while ((due = vstage_due_us(rig.st, rig.now)) <= end) {
		if (due > rig.now)
			rig.now = due;
		vstage_run(rig.st, rig.now);
		rig_take();
	}
	rig.now = end;
}

struct scene *rig_one_cell(uint32_t generation)
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

void rig_open(void)
{
	const struct vworker_events events = {.ctx = &rig,
					      .source_key_wanted = on_key_wanted,
					      .source_picture = on_picture,
					      .scene_live = on_live,
					      .poster = on_poster,
					      .still = on_still,
					      .tap = on_tap};

	rig.now = 77 * SEC_US + 123;
	CHECK(ring_create(&rig.ring, 64) == 0);
	CHECK(vstage_create(&rig.st, &(struct fan){{rig.ring}, 1}, &events) == 0);
}

void rig_close(void)
{
	vstage_destroy(rig.st);
	ring_destroy(rig.ring);
}
