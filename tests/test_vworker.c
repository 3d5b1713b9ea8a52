/* The whole video thread, with real time: encoded pictures in, one composed
 * picture out. Lasts a few seconds; on a busy machine longer, so that nothing
 * here is over by a time that passed, only by what was waited for.
 */
#include "mixer/vworker.h"

#include "base/clock.h"
#include "base/count.h"
#include "mixer/decoder.h"
#include "mixer/encoder.h"
#include "mixer/keygate.h"
#include "mixer/scale.h"
#include "mixer/view.h"
#include "tests/test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VIEW 7
#define RUNG 70
#define LOW  71

#define WAIT_US (60 * SEC_US) /* for what must come; nothing does when it is broken */

struct seen {
	atomic_uint keys_wanted, pictures, taps, posters, stills, stats, generation;
	atomic_llong live_pts, poster_us;
	atomic_size_t poster_bytes;
};

static void on_key_wanted(void *ctx, uint32_t source)
{
	struct seen *seen = ctx;

	CHECK(source >= 1 && source <= 4);
	atomic_fetch_add(&seen->keys_wanted, 1);
}

static void on_picture(void *ctx, uint32_t source, uint16_t w_px, uint16_t h_px)
{
	struct seen *seen = ctx;

	CHECK(source >= 1 && source <= 4 && !w_px == !h_px);
	atomic_fetch_add(&seen->pictures, 1);
}

static atomic_bool hold, held;

static void on_live(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us)
{
	struct seen *seen = ctx;

	while (atomic_load(&hold)) {
		atomic_store(&held, true);
		usleep(1000);
	}
	CHECK(view == VIEW);
	atomic_store(&seen->live_pts, pts_us);
	atomic_store(&seen->generation, generation);
}

static void on_poster(void *ctx, uint32_t view, struct au *jpeg)
{
	struct seen *seen = ctx;

	CHECK(view == VIEW && jpeg->codec == CODEC_NONE && jpeg->len > 4);
	CHECK(jpeg->data[0] == 0xff && jpeg->data[1] == 0xd8);
	CHECK(!atomic_load(&seen->posters) ||
	      jpeg->pts_us - atomic_load(&seen->poster_us) >= VIEW_POSTER_US);
	atomic_store(&seen->poster_us, jpeg->pts_us);
	atomic_store(&seen->poster_bytes, jpeg->len);
	atomic_fetch_add(&seen->posters, 1);
	au_put(jpeg);
}

static void on_still(void *ctx, uint32_t view, struct au *picture)
{
	struct seen *seen = ctx;

	CHECK(view == VIEW && picture->len <= 4000 && picture->len > 12);
	CHECK(picture->w_px <= 320);
	atomic_fetch_add(&seen->stills, 1);
	au_put(picture);
}

static void on_tap(void *ctx, uint32_t to, uint32_t rung, struct au *au)
{
	struct seen *seen = ctx;

	CHECK(to == 5 && rung == RUNG);
	atomic_fetch_add(&seen->taps, 1);
	au_put(au);
}

/* ---- the bench: a sender per source, and a receiver ------------------------ */

struct sender {
	struct encoder *enc;
	struct picture *pic;
	int64_t pts_us;
};

struct bench {
	struct seen seen;
	struct vworker *w;
	struct ring *in, *out;
	struct sender senders[4];
	struct decoder *dec;
	struct picture *pic; /* the last one received of RUNG */
	int64_t pts_us;      /* of it */
	int64_t key_pts_us;  /* of the last key frame of RUNG, 0: none yet */
	bool urgent;         /* a key frame may come sooner than the period */
	int frames, keys, low_frames;
};

static const struct colour colours[4] = {
	{81, 90, 240}, {145, 54, 34}, {41, 240, 110}, {210, 16, 146}};

static void sender_init(struct sender *s, int i, enum codec codec, uint16_t w, uint16_t h)
{
	struct encoder_conf conf = {.codec = codec,
				    .w_px = w,
				    .h_px = h,
				    .fps = 15,
				    .bps = 400000,
				    .vbv_ms = 600};

	CHECK(picture_create(&s->pic, w, h) == 0);
	scale_fill(s->pic, (struct rect_px){0, 0, w, h}, colours[i]);
	CHECK(encoder_create(&s->enc, &conf) == 0);
}

static void sender_fini(struct sender *s)
{
	encoder_destroy(s->enc);
	picture_destroy(s->pic);
}

static void send_frame(struct bench *b, int i, bool key)
{
	struct sender *s = &b->senders[i];
	struct au *au = NULL;

	s->pts_us += 66667;
	CHECK(encoder_encode(s->enc, s->pic, s->pts_us, key, &au) == 0);
	CHECK(ring_push(b->in, (uint32_t)i + 1, au) == 0);
}

static void receive(struct bench *b)
{
	struct ring_item item;

	while (ring_pop(b->out, &item)) {
		if (item.id == RUNG) {
			CHECK(item.au->pts_us > b->pts_us);
			b->pts_us = item.au->pts_us;
			picture_destroy(b->pic);
			b->pic = NULL;
			CHECK(decoder_decode(b->dec, item.au, &b->pic) == 0 && b->pic);
			b->frames++;
			if (item.au->flags & AU_KEY) {
				CHECK(b->urgent || !b->key_pts_us ||
				      b->pts_us - b->key_pts_us >= KEYGATE_PERIOD_US);
				b->key_pts_us = b->pts_us;
				b->keys++;
			}
		} else {
			CHECK(item.id == LOW && item.au->w_px == 320);
			CHECK(item.au->codec == CODEC_VP8);
			b->low_frames++;
		}
		au_put(item.au);
	}
}

static void spend(struct bench *b, int ms)
{
	int64_t end = clock_us() + ms * MS_US;

	do {
		receive(b);
		usleep(5000);
	} while (clock_us() < end);
	receive(b);
}

static bool shows(const struct picture *pic, int cell, struct colour c)
{
	int x = 160 + cell % 2 * 320, y = 90 + cell / 2 * 180;

	return pic && abs(pic->y[y * pic->y_stride + x] - c.y) <= 10 &&
	       abs(pic->u[y / 2 * pic->u_stride + x / 2] - c.u) <= 10 &&
	       abs(pic->v[y / 2 * pic->v_stride + x / 2] - c.v) <= 10;
}

/* Lets time pass until `cond` holds, with an end to it; the senders go on, or
 * else their pictures would freeze when it takes long. */
#define SPEND_UNTIL(b, cond) \
	do { \
		int64_t from_us_ = clock_us(); \
		for (int i_ = 1; !(cond) && clock_us() - from_us_ < WAIT_US; i_++) { \
			spend(b, 20); \
			for (int k_ = 0; i_ % 40 == 0 && k_ < 4; k_++) \
				send_frame(b, k_, false); \
		} \
		CHECK(cond); \
	} while (0)

static struct scene *grid(uint32_t generation, int first)
{
	struct scene *scene = NULL;

	CHECK(scene_create(&scene) == 0);
	scene->generation = generation;
	scene->n = 4;
	for (int i = 0; i < 4; i++) {
		struct scene_cell *cell = &scene->cells[i];

		cell->source = (uint32_t)(i + first) % 4 + 1;
		cell->at = (struct rect_u){(uint16_t)(i % 2 * 5040),
					   (uint16_t)(i / 2 * 5040), 5040, 5040};
		cell->fill = true;
		snprintf(cell->name, sizeof(cell->name), "Anna %d", i);
	}
	return scene;
}

static void bench_init(struct bench *b, const struct vworker_events *events)
{
	struct vworker_rings rings;
	const struct view_conf view = {640, 368, 15};
	const struct rung_conf rung = {.codec = CODEC_H264,
				       .w_px = 640,
				       .h_px = 368,
				       .fps = 15,
				       .bps = 600000,
				       .vbv_ms = 600};
	const struct rung_conf low = {.codec = CODEC_VP8,
				      .w_px = 320,
				      .h_px = 180,
				      .fps = 5,
				      .bps = 64000,
				      .vbv_ms = 600};

	CHECK(ring_create(&b->in, 256) == 0 && ring_create(&b->out, 256) == 0);
	CHECK(decoder_create(&b->dec, CODEC_H264) == 0);
	rings = (struct vworker_rings){{b->in}, {b->out}, 1};
	CHECK(vworker_create(&b->w, &rings, events) == 0);
	sender_init(&b->senders[0], 0, CODEC_H264, 640, 360);
	sender_init(&b->senders[1], 1, CODEC_VP8, 320, 240);
	sender_init(&b->senders[2], 2, CODEC_H264, 180, 320);
	sender_init(&b->senders[3], 3, CODEC_H264, 320, 180);
	CHECK(vworker_view_open(b->w, VIEW, &view) == 0);
	for (uint32_t i = 1; i <= 4; i++)
		CHECK(vworker_source_open(b->w, i) == 0);
	CHECK(vworker_scene(b->w, VIEW, grid(1, 0)) == 0);
	CHECK(vworker_rung_open(b->w, VIEW, RUNG, &rung) == 0);
	CHECK(vworker_rung_open(b->w, VIEW, LOW, &low) == 0);
}

static void bench_fini(struct bench *b)
{
	vworker_destroy(b->w);
	for (int i = 0; i < 4; i++)
		sender_fini(&b->senders[i]);
	picture_destroy(b->pic);
	decoder_destroy(b->dec);
	ring_destroy(b->in);
	ring_destroy(b->out);
}

/* ---- what must be so ------------------------------------------------------- */

static void pictures_arrive(struct bench *b)
{
	/* a name tile, not a black one, before the first picture */
	for (int64_t end = clock_us() + WAIT_US; !b->pic && clock_us() < end;)
		spend(b, 10);
	CHECK(b->pic && !shows(b->pic, 0, (struct colour){16, 128, 128}));
	CHECK(atomic_load(&b->seen.generation) == 1);
	for (int i = 0; i < 4; i++)
		send_frame(b, i, false);
	for (int i = 0; i < 4; i++)
		SPEND_UNTIL(b, shows(b->pic, i, colours[i]));
	CHECK(atomic_load(&b->seen.pictures) == 4);
	CHECK(atomic_load(&b->seen.keys_wanted) == 0);
	SPEND_UNTIL(b, b->low_frames > 0);
}

static void scene_changes(struct bench *b)
{
	CHECK(vworker_scene(b->w, VIEW, grid(2, 1)) == 0);
	for (int i = 0; i < 4; i++)
		SPEND_UNTIL(b, shows(b->pic, i, colours[(i + 1) % 4]));
	CHECK(atomic_load(&b->seen.generation) == 2);
	CHECK(atomic_load(&b->seen.live_pts) <= b->pts_us);
}

/* Nothing moves: after some refining only the heartbeat is left. */
static bool rested(struct bench *b)
{
	for (int i = 0; i < 4; i++) /* else they would freeze, which is a change */
		send_frame(b, i, false);
	spend(b, 700);
	b->frames = 0;
	spend(b, 1050);
	return b->frames >= 1 && b->frames <= 2;
}

/* A machine that is busy for long makes them freeze all the same, or delays the
 * heartbeat: a try more. A thread that never rests fails each of them. */
static void rests(struct bench *b)
{
	int tries = 20;

	spend(b, 900);
	while (!rested(b))
		CHECK(--tries);
}

static void keys_are_gated(struct bench *b)
{
	int64_t first_us;

	b->keys = 0;
	CHECK(vworker_rung_key(b->w, RUNG) == 0);
	SPEND_UNTIL(b, b->keys == 1);
	first_us = b->key_pts_us;
	for (int i = 0; i < 10; i++) {
		CHECK(vworker_rung_key(b->w, RUNG) == 0);
		spend(b, 20);
	}
	/* receive() looks at the time between any two */
	CHECK(b->keys <= 1 + (b->pts_us - first_us) / KEYGATE_PERIOD_US);
}

static void garbage_costs_itself(struct bench *b)
{
	int64_t rejected = count_get(COUNT_REJECT_DECODE);
	uint8_t noise[600];
	struct au *au = NULL;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 151);
	CHECK(au_create(&au, noise, sizeof(noise)) == 0);
	au->codec = CODEC_H264;
	CHECK(ring_push(b->in, 1, au) == 0);
	CHECK(au_create(&au, noise, sizeof(noise)) == 0);
	au->codec = CODEC_AV1;
	au->flags = AU_KEY;
	CHECK(ring_push(b->in, 2, au) == 0);
	for (int64_t end = clock_us() + WAIT_US;
	     atomic_load(&b->seen.keys_wanted) < 2 && clock_us() < end;)
		spend(b, 10);
	CHECK(count_get(COUNT_REJECT_DECODE) >= rejected + 2);
	CHECK(atomic_load(&b->seen.keys_wanted) == 2);
	scale_fill(b->senders[2].pic, (struct rect_px){0, 0, 180, 320}, colours[0]);
	send_frame(b, 2, false);
	SPEND_UNTIL(b, shows(b->pic, 1, colours[0])); /* the others go on */
}

static void off_shows_the_name(struct bench *b)
{
	uint32_t pictures = atomic_load(&b->seen.pictures);

	send_frame(b, 3, false);
	SPEND_UNTIL(b, shows(b->pic, 2, colours[3]));
	CHECK(vworker_source_off(b->w, 4, true) == 0);
	SPEND_UNTIL(b, !shows(b->pic, 2, colours[3]));
	CHECK(atomic_load(&b->seen.pictures) == pictures + 1);
	CHECK(vworker_source_off(b->w, 4, false) == 0);
	send_frame(b, 3, true);
	SPEND_UNTIL(b, shows(b->pic, 2, colours[3]));
}

static void posters_and_taps(struct bench *b)
{
	b->urgent = true; /* nothing can be recorded without a key frame */
	CHECK(vworker_rung_tap(b->w, RUNG, 5) == 0);
	for (int i = 0; i < 5; i++)
		CHECK(vworker_poster(b->w, VIEW) == 0);
	CHECK(vworker_rung_key(b->w, RUNG) == 0);
	SPEND_UNTIL(b, atomic_load(&b->seen.posters) > 0);
	CHECK(atomic_load(&b->seen.poster_bytes) > 500);
	SPEND_UNTIL(b, atomic_load(&b->seen.taps) > 0);
	CHECK(vworker_rung_tap(b->w, RUNG, 0) == 0);
	spend(b, 1100); /* on_poster() looks at the time between any two */
}

static void closing(struct bench *b)
{
	int64_t encoders = count_get(COUNT_ENCODERS);

	CHECK(encoders == 2);
	CHECK(vworker_source_close(b->w, 1) == 0);
	CHECK(vworker_rung_close(b->w, LOW) == 0);
	SPEND_UNTIL(b, count_get(COUNT_ENCODERS) == 1);
	CHECK(vworker_view_close(b->w, VIEW) == 0);
	SPEND_UNTIL(b, count_get(COUNT_ENCODERS) == 0);
	receive(b);
	b->frames = 0;
	spend(b, 100);
	CHECK(b->frames == 0);
	CHECK(vworker_scene(b->w, VIEW, grid(3, 0)) == 0); /* not there: dropped */
}

static void bad_calls(struct bench *b)
{
	const struct view_conf odd = {641, 360, 15}, huge = {4096, 4096, 15};
	struct scene *scene = grid(9, 0);

	CHECK(vworker_view_open(b->w, 9, &odd) == -EINVAL);
	CHECK(vworker_view_open(b->w, 9, &huge) == -EINVAL);
	CHECK(vworker_source_open(b->w, 0) == -EINVAL);
	scene->cells[0].at.w = GEOM_UNIT;
	scene->cells[1].at.w = GEOM_UNIT;
	CHECK(vworker_scene(b->w, VIEW, scene) == -EINVAL);
	scene = grid(9, 0);
	memset(scene->cells[2].name, 'x', sizeof(scene->cells[2].name));
	CHECK(vworker_scene(b->w, VIEW, scene) == -EINVAL);
}

static void on_stats(void *ctx, const struct vworker_stats *stats)
{
	struct bench *b = ctx;

	CHECK(stats->n_views == 1 && stats->views[0].view == VIEW);
	CHECK(stats->n_rungs == 2 && stats->late_ticks > 0);
	CHECK(stats->views[0].ticks > 0 && stats->views[0].decode_us > 0);
	for (int i = 0; i < 2; i++)
		CHECK(stats->rungs[i].frames > 0 && stats->rungs[i].cpu_us > 0 &&
		      stats->rungs[i].bytes > 0 && stats->rungs[i].view == VIEW);
	atomic_fetch_add(&b->seen.stats, 1);
}

/* What the control thread asks for while it runs. */
static void stills_and_figures(struct bench *b)
{
	CHECK(vworker_still(b->w, VIEW, 320, 4000) == 0);
	SPEND_UNTIL(b, atomic_load(&b->seen.stills) == 1);
	CHECK(vworker_stats(b->w, on_stats, b) == 0);
	SPEND_UNTIL(b, atomic_load(&b->seen.stats) == 1);
	CHECK(vworker_pace(b->w, 50) == 0 && vworker_pace(b->w, 100) == 0);
	CHECK(vworker_pace(b->w, 0) == -EINVAL && vworker_pace(b->w, 101) == -EINVAL);
	CHECK(vworker_still(b->w, VIEW, 4, 4000) == -EINVAL);
	CHECK(vworker_still(b->w, VIEW, 320, 10) == -EINVAL);
}

/* A thread that does not keep up refuses what opens, not what ends or replaces. */
static void closing_is_never_refused(struct bench *b)
{
	const struct view_conf conf = {640, 360, 15};
	uint32_t n = 0;

	atomic_store(&hold, true);
	CHECK(vworker_scene(b->w, VIEW, grid(20, 0)) == 0);
	CHECK(vworker_poster(b->w, VIEW) == 0);
	while (!atomic_load(&held))
		usleep(1000);
	while (vworker_rung_key(b->w, 12345) == 0)
		n++;
	CHECK(n >= 4000);
	CHECK(vworker_view_open(b->w, 9, &conf) == -ENOBUFS);
	CHECK(vworker_source_open(b->w, 9) == -ENOBUFS);
	for (int i = 0; i < 300; i++) {
		CHECK(vworker_scene(b->w, VIEW, grid(21, 0)) == 0);
		CHECK(vworker_source_off(b->w, 2, i % 2) == 0);
	}
	CHECK(vworker_source_close(b->w, 999) == 0);
	CHECK(vworker_rung_close(b->w, 999) == 0);
	CHECK(vworker_rung_tap(b->w, 999, 0) == 0);
	CHECK(vworker_view_close(b->w, 999) == 0);
	atomic_store(&hold, false);
}

int main(void)
{
	static struct bench b;
	const struct vworker_events events = {.ctx = &b.seen,
					      .source_key_wanted = on_key_wanted,
					      .source_picture = on_picture,
					      .scene_live = on_live,
					      .poster = on_poster,
					      .still = on_still,
					      .tap = on_tap};

	bench_init(&b, &events);
	pictures_arrive(&b);
	scene_changes(&b);
	rests(&b);
	keys_are_gated(&b);
	garbage_costs_itself(&b);
	off_shows_the_name(&b);
	posters_and_taps(&b);
	stills_and_figures(&b);
	bad_calls(&b);
	closing_is_never_refused(&b);
	closing(&b);
	bench_fini(&b);
	return 0;
}
