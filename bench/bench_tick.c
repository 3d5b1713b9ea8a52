/* bench_tick - what one tick of a view costs, by the number of cells and of
 * rungs: CPU time of decode, compose and encode, apart. The clock is a fake one:
 * nothing waits, and no tick is left out when the machine is busy.
 */
#include <errno.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/ring.h"
#include "base/thread.h"
#include "bench/bench.h"
#include "bench/footage.h"
#include "mixer/vstage.h"
#include "tests/test.h"

#define TICK_US 66667
#define ROUNDS  7 /* of FOOTAGE_FRAMES ticks; the first one warms up */

static struct au *units[FOOTAGE_FRAMES];

/* The parts of a tick, in µs, one per round. */
struct cost {
	double decode[ROUNDS], compose[ROUNDS], encode[ROUNDS];
};

static void drain(struct ring *ring)
{
	struct ring_item item;

	while (ring_pop(ring, &item))
		au_put(item.au);
}

static void scene_of(struct vstage *st, unsigned cells) RUNS_ON(on_mix)
{
	struct scene *scene;
	unsigned cols = 1;

	while (cols * cols < cells)
		cols++;
	CHECK(scene_create(&scene) == 0);
	scene->generation = 1;
	scene->n = cells;
	for (unsigned i = 0; i < cells; i++) {
		unsigned side = GEOM_UNIT / cols;

		scene->cells[i] = (struct scene_cell){
			.source = i + 1,
			.at = {(uint16_t)(i % cols * side), (uint16_t)(i / cols * side),
			       (uint16_t)side, (uint16_t)side},
			.fill = true};
	}
	vstage_scene(st, 100, scene);
}

/* All sources send a picture at each tick, which is the most there is to do. */
static void run_round(struct vstage *st, struct ring *ring, unsigned cells, int64_t *now,
		      struct cost *cost, int round) RUNS_ON(on_mix)
{
	int64_t encode0 = count_get(COUNT_ENCODE_US), decode = 0, rest = 0;
	double encode;

	for (unsigned tick = 0; tick < FOOTAGE_FRAMES; tick++) {
		int64_t t0 = cpu_ns(), t1;

		*now += TICK_US;
		clock_fake(*now);
		for (unsigned i = 1; i <= cells; i++)
			vstage_unit(st, i, units[tick], *now);
		t1 = cpu_ns();
		vstage_run(st, *now);
		rest += cpu_ns() - t1;
		decode += t1 - t0;
		drain(ring);
	}
	encode = (double)(count_get(COUNT_ENCODE_US) - encode0) / FOOTAGE_FRAMES;
	cost->encode[round] = encode;
	cost->decode[round] = (double)decode / 1000 / FOOTAGE_FRAMES;
	cost->compose[round] = (double)rest / 1000 / FOOTAGE_FRAMES - encode;
}

static void measure(struct cost *cost, unsigned cells, unsigned rungs) RUNS_ON(on_mix)
{
	const struct view_conf view = {640, 360, FOOTAGE_FPS};
	const struct rung_conf rung[2] = {{.codec = CODEC_H264,
					   .w_px = 640,
					   .h_px = 360,
					   .fps = FOOTAGE_FPS,
					   .bps = 350000,
					   .vbv_ms = 500},
					  {.codec = CODEC_VP8,
					   .w_px = 640,
					   .h_px = 360,
					   .fps = FOOTAGE_FPS,
					   .bps = 350000,
					   .vbv_ms = 500}};
	const struct vworker_events none = {0};
	int64_t now = 10 * SEC_US, decoded, encoded;
	struct vstage *st;
	struct ring *ring;

	clock_fake(now);
	CHECK(ring_create(&ring, 256) == 0);
	CHECK(vstage_create(&st, &(struct fan){{ring}, 1}, &none) == 0);
	CHECK(vstage_view_open(st, 100, &view) == 0);
	for (unsigned i = 1; i <= cells; i++)
		CHECK(vstage_source_open(st, i) == 0);
	scene_of(st, cells);
	for (unsigned i = 0; i < rungs; i++)
		CHECK(vstage_rung_open(st, 100, 101 + i, &rung[i], now) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		decoded = count_get(COUNT_FRAMES_DECODED);
		encoded = count_get(COUNT_FRAMES_ENCODED);
		run_round(st, ring, cells, &now, cost, i);
	}
	/* it really was as much work as is said */
	CHECK(count_get(COUNT_FRAMES_DECODED) - decoded == FOOTAGE_FRAMES * cells);
	CHECK(count_get(COUNT_FRAMES_ENCODED) - encoded == FOOTAGE_FRAMES * rungs);
	vstage_destroy(st);
	ring_destroy(ring);
	clock_fake(-1);
}

static void print(struct cost *cost, unsigned cells, unsigned rungs)
{
	const char *codecs = rungs == 1 ? "h264" : "h264_vp8";
	double decode = median(cost->decode + 1, ROUNDS - 1);
	double compose = median(cost->compose + 1, ROUNDS - 1);
	double encode = median(cost->encode + 1, ROUNDS - 1);

	if (rungs == 1)
		printf("tick_us.%u %.0f\n", cells, decode + compose + encode);
	printf("tick_us.%s.%u.decode %.0f\n", codecs, cells, decode);
	printf("tick_us.%s.%u.compose %.0f\n", codecs, cells, compose);
	printf("tick_us.%s.%u.encode %.0f\n", codecs, cells, encode);
	printf("tick_us.%s.%u.total %.0f\n", codecs, cells, decode + compose + encode);
}

int main(void)
{
	static const unsigned cells[] = {1, 4, 9, 16, 25};
	struct cost cost;

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	footage_create(units, 3);
	for (unsigned rungs = 1; rungs <= 2; rungs++)
		for (unsigned i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
			measure(&cost, cells[i], rungs);
			print(&cost, cells[i], rungs);
		}
	for (unsigned i = 0; i < FOOTAGE_FRAMES; i++)
		au_put(units[i]);
	return 0;
}
