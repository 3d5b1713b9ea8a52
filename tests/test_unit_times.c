/* The times of units as viewers get them who are moved from rung to rung, by a made-up
 * clock: RTP time never stands still and never steps back.
 */
#include "mixer/vstage.h"

#include "base/clock.h"
#include "tests/test.h"
#include "transport/net.h"

#include <string.h>

enum { WIDE = 1, TALL = 2, SMALL = 11, LARGE = 12, UPRIGHT = 13 };

static struct {
	struct vstage *st;
	struct ring *ring;
	int64_t now;
	bool any;
	uint32_t ts, units, n[16];
} b;

static const struct rung_conf rung = {.codec = CODEC_VP8,
				      .w_px = 64,
				      .h_px = 64,
				      .fps = 15,
				      .bps = 50000,
				      .vbv_ms = 600};

static void take(void)
{
	struct ring_item item;

	while (ring_pop(b.ring, &item)) {
		uint32_t ts = net_video_ts(item.au->pts_us);

		CHECK(item.au->pts_us <= b.now + MS_US); /* nor does it run ahead */
		if (b.any)
			CHECK((int32_t)(ts - b.ts) > 0);
		b.any = true;
		b.ts = ts;
		b.units++;
		b.n[item.id]++;
		au_put(item.au);
	}
}

/* As the thread does it when it wakes up at `b.now`. */
static void wake(void) RUNS_ON(on_mix)
{
	while (vstage_due_us(b.st, b.now) <= b.now) {
		vstage_run(b.st, b.now);
		take();
	}
}

static void begin(void) RUNS_ON(on_mix)
{
	static const struct vworker_events events;
	const struct view_conf wide = {64, 64, 15}, tall = {64, 64, 15};
	struct fan fan = {.n = 1};

	memset(&b, 0, sizeof(b));
	b.now = 1000 * SEC_US;
	CHECK(ring_create(&b.ring, 256) == 0);
	fan.ring[0] = b.ring;
	CHECK(vstage_create(&b.st, &fan, &events) == 0);
	CHECK(vstage_view_open(b.st, WIDE, &wide) == 0);
	CHECK(vstage_view_open(b.st, TALL, &tall) == 0);
}

static void end(void) RUNS_ON(on_mix)
{
	vstage_destroy(b.st);
	ring_destroy(b.ring);
}

static void open(uint32_t view, uint32_t id) RUNS_ON(on_mix)
{
	CHECK(vstage_rung_open(b.st, view, id, &rung, b.now) == 0);
	vstage_rung_key(b.st, id);
}

/* A viewer of the small one that waits for the large one gets units of both. */
static void rungs_of_one_tick(void) RUNS_ON(on_mix)
{
	begin();
	open(WIDE, SMALL);
	open(WIDE, LARGE);
	for (int i = 0; i < 40; i++) {
		vstage_rung_key(b.st, SMALL);
		vstage_rung_key(b.st, LARGE);
		b.now += SEC_US / 30;
		wake();
	}
	CHECK(b.n[SMALL] > 10 && b.n[LARGE] > 10);
	end();
}

/* The views' ticks are apart, and the thread comes late, by more than a frame at
 * times: the view that is served last may have a tick before the other one's. */
static void rungs_of_late_views(void) RUNS_ON(on_mix)
{
	begin();
	open(WIDE, SMALL);
	b.now += 41 * MS_US;
	wake();
	open(TALL, UPRIGHT);
	for (int i = 0; i < 60; i++) {
		vstage_rung_key(b.st, SMALL);
		vstage_rung_key(b.st, UPRIGHT);
		b.now += (33 + i * 7 % 170) * MS_US;
		wake();
	}
	CHECK(b.n[SMALL] > 30 && b.n[UPRIGHT] > 30);
	end();
}

/* The same rung, made of the one view and then of the other. */
static void a_rung_moves(void) RUNS_ON(on_mix)
{
	begin();
	open(WIDE, SMALL);
	b.now += 20 * MS_US;
	wake();
	open(TALL, UPRIGHT);
	for (int i = 0; i < 60; i++) {
		uint32_t before = b.n[LARGE];

		open(i % 2 ? WIDE : TALL, LARGE);
		for (int k = 0; k < 3; k++) {
			b.now += (20 + i * 13 % 110) * MS_US;
			wake();
		}
		CHECK(b.n[LARGE] > before);
		vstage_rung_close(b.st, LARGE);
	}
	end();
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	rungs_of_one_tick();
	rungs_of_late_views();
	a_rung_moves();
	return 0;
}
