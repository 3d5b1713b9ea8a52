/* bench_rungs - what each rung costs, and what it shows for its rate: CPU of a core,
 * likeness to the canvas, and for pages the time from the flip until the page is as
 * sharp as the rung's size allows, the bytes that wait for the wire counted. One line of
 * results for each rung, codec and content; see bench.h. The clock is the pictures' own.
 */
#include "base/clock.h"
#include "base/ring.h"
#include "base/thread.h"
#include "bench/bench.h"
#include "bench/content.h"
#include "mixer/rung.h"
#include "mixer/scale.h"
#include "tests/test.h"

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>

#define VIEW_FPS 15
#define TICK_US  (SEC_US / VIEW_FPS)
#define SECONDS  6 /* a page each */
#define PAGES    5
#define READABLE 0.95
#define WARM     15 /* frames before likeness counts */

struct probe {
	const char *name;
	struct rung_conf conf;
	unsigned grid; /* people, n x n; 0: pages */
	bool face;     /* a page with who speaks in a corner */
	uint32_t wire_bps;
};

/* What came of one of them. */
struct result {
	double cpu;       /* percent of a core */
	double ssim;      /* mean over time, as it is shown */
	double kbps;      /* mean */
	double flip_ms;   /* mean until a page is readable; the worst if one never was */
	double key_bytes; /* of the one that was asked for later */
	unsigned unread;
};

static const char *const codecs[] = {
	[CODEC_H264] = "h264", [CODEC_VP8] = "vp8", [CODEC_AV1] = "av1"};

/* ---- a viewer ------------------------------------------------------------- */

struct viewer {
	AVCodecContext *ctx;
	AVPacket *packet;
	AVFrame *frame;
	struct picture *full;       /* what it shows, as large as the canvas */
	struct picture *own, *want; /* as large as the rung: what came, what should */
};

static void viewer_init(struct viewer *v, const struct rung_conf *conf)
{
	enum codec codec = conf->codec;
	const AVCodec *impl = codec == CODEC_AV1
				      ? avcodec_find_decoder_by_name("libdav1d")
				      : avcodec_find_decoder(codec == CODEC_VP8
								     ? AV_CODEC_ID_VP8
								     : AV_CODEC_ID_H264);

	v->ctx = avcodec_alloc_context3(impl);
	v->packet = av_packet_alloc();
	v->frame = av_frame_alloc();
	CHECK(v->ctx && v->packet && v->frame);
	v->ctx->thread_count = 1;
	if (codec == CODEC_AV1)
		av_opt_set_int(v->ctx->priv_data, "max_frame_delay", 1, 0);
	else
		v->ctx->flags |= AV_CODEC_FLAG_LOW_DELAY;
	CHECK(avcodec_open2(v->ctx, impl, NULL) == 0);
	CHECK(picture_create(&v->full, CONTENT_W_PX, CONTENT_H_PX) == 0);
	CHECK(picture_create(&v->own, conf->w_px, conf->h_px) == 0);
	CHECK(picture_create(&v->want, conf->w_px, conf->h_px) == 0);
	scale_fill(v->full, (struct rect_px){0, 0, CONTENT_W_PX, CONTENT_H_PX},
		   (struct colour){16, 128, 128});
}

static void viewer_fini(struct viewer *v)
{
	picture_destroy(v->full);
	picture_destroy(v->own);
	picture_destroy(v->want);
	v->packet->data = NULL;
	v->packet->size = 0;
	av_packet_free(&v->packet);
	av_frame_free(&v->frame);
	avcodec_free_context(&v->ctx);
}

static void view_unit(struct viewer *v, const struct au *au)
{
	struct picture pic;

	v->packet->data = au->data;
	v->packet->size = (int)au->len;
	CHECK(avcodec_send_packet(v->ctx, v->packet) == 0);
	CHECK(avcodec_receive_frame(v->ctx, v->frame) == 0);
	pic = (struct picture){.w_px = (uint16_t)v->frame->width,
			       .h_px = (uint16_t)v->frame->height,
			       .y = v->frame->data[0],
			       .u = v->frame->data[1],
			       .v = v->frame->data[2],
			       .y_stride = v->frame->linesize[0],
			       .u_stride = v->frame->linesize[1],
			       .v_stride = v->frame->linesize[2]};
	CHECK(scale_whole(&pic, v->full) == 0);
	CHECK(scale_whole(&pic, v->own) == 0);
	av_frame_unref(v->frame);
}

/* Who speaks, over the corner of a page. */
static void put_face(struct content *c, struct picture *page, unsigned i)
{
	const struct picture *face = content_people(c, 1, i);
	const struct rect_px corner = {CONTENT_W_PX - 320, CONTENT_H_PX - 180, 320, 180};

	CHECK(scale_rect(face, (struct rect_px){0, 0, CONTENT_W_PX, CONTENT_H_PX}, page,
			 corner) == 0);
}

/* ---- one rung ------------------------------------------------------------- */

struct run {
	const struct probe *probe;
	struct viewer viewer;
	struct result sum;
	double bytes, key_bytes;
	unsigned shown;
	double wire_us; /* when the wire has sent all it was given */
	int64_t flip_us;
	double flips_ms;
	unsigned flips;
	bool waiting; /* for the page to be readable */
};

static void take(struct run *r, const struct picture *canvas, struct au *au)
{
	double bits = au->len * 8.0, arrives;
	double like;

	/* the wire takes one unit after the other */
	if (r->wire_us < au->pts_us)
		r->wire_us = au->pts_us;
	r->wire_us += bits * 1e6 / r->probe->wire_bps;
	arrives = r->wire_us;
	r->bytes += au->len;
	if (au->flags & AU_KEY) {
		r->key_bytes = au->len;
	}
	view_unit(&r->viewer, au);
	if (!r->waiting)
		return;
	CHECK(scale_whole(canvas, r->viewer.want) == 0);
	like = content_ssim(r->viewer.own, r->viewer.want);
	if (like >= READABLE) {
		r->flips_ms += (arrives - r->flip_us) / 1000;
		r->flips++;
		r->waiting = false;
	}
}

static void turn_page(struct run *r, struct content *c, struct picture *canvas,
		      unsigned page, int64_t now_us)
{
	r->sum.unread += r->waiting;
	content_page(c, canvas, page);
	r->flip_us = now_us;
	r->waiting = page > 0; /* the first one is a key frame: not counted */
}

static void run_rung(const struct probe *probe, struct content *c, struct result *out)
	RUNS_ON(on_mix)
{
	unsigned ticks = (probe->grid ? 10 : SECONDS * PAGES) * VIEW_FPS;
	struct run r = {.probe = probe};
	const struct vworker_events none = {0};
	int64_t newest_us = 0;
	struct rung_out to = {{.n = 1}, &none, &newest_us};
	struct rung_stats stats;
	const struct picture *canvas;
	struct picture *page;
	struct rung *rung;
	struct ring_item item;

	CHECK(picture_create(&page, CONTENT_W_PX, CONTENT_H_PX) == 0);
	canvas = page;
	CHECK(ring_create(&to.fan.ring[0], 8) == 0);
	CHECK(rung_create(&rung, 1, 1, &probe->conf) == 0);
	viewer_init(&r.viewer, &probe->conf);
	for (unsigned i = 0; i < ticks; i++) {
		struct rung_frame f = {.pts_us = SEC_US + i * TICK_US,
				       .tick_us = TICK_US,
				       .changed = probe->grid || probe->face ||
						  i % (SECONDS * VIEW_FPS) == 0};

		if (probe->grid)
			canvas = content_people(c, probe->grid, i);
		else if (i % (SECONDS * VIEW_FPS) == 0)
			turn_page(&r, c, page, i / (SECONDS * VIEW_FPS), f.pts_us);
		if (probe->face)
			put_face(c, page, i);
		f.canvas = canvas;
		if (i == ticks / 2) /* somebody joins */
			rung_key(rung);
		rung_frame(rung, &f, &to);
		while (ring_pop(to.fan.ring[0], &item)) {
			take(&r, canvas, item.au);
			au_put(item.au);
		}
		if (i >= WARM && i % 3 == 0) {
			r.sum.ssim += content_ssim(r.viewer.full, canvas);
			r.shown++;
		}
	}
	rung_stats(rung, &stats);
	*out = (struct result){
		.cpu = stats.cpu_us * 100.0 / (ticks * TICK_US),
		.ssim = r.sum.ssim / r.shown,
		.kbps = r.bytes * 8000 / (ticks * TICK_US),
		.flip_ms = r.flips ? r.flips_ms / r.flips : 0,
		.key_bytes = r.key_bytes,
		.unread = r.sum.unread + r.waiting,
	};
	viewer_fini(&r.viewer);
	rung_destroy(rung);
	ring_destroy(to.fan.ring[0]);
	picture_destroy(page);
}

static void print(const struct probe *p, const struct result *r)
{
	static const char *const efforts[] = {"even", "light", "hard"};
	char name[96];

	snprintf(name, sizeof(name), "rung.%s.%s%s.%s", p->name, codecs[p->conf.codec],
		 p->conf.high ? "_high" : "", efforts[p->conf.effort]);
	printf("%s.cpu_percent %.2f\n", name, r->cpu);
	printf("%s.ssim %.4f\n", name, r->ssim);
	printf("%s.kbps %.1f\n", name, r->kbps);
	printf("%s.key_bytes %.0f\n", name, r->key_bytes);
	if (p->grid)
		return;
	printf("%s.flip_ms %.0f\n", name, r->flip_ms);
	printf("%s.unread %u\n", name, r->unread);
}

/* ---- the table ------------------------------------------------------------ */

#define PEOPLE(rung, w, h, rate, bits, n) \
	{ \
		.name = "people" #n "." rung, \
		.conf = {.w_px = w, .h_px = h, .fps = rate, .bps = bits, .vbv_ms = 500}, \
		.grid = n, .wire_bps = bits \
	}
#define SLIDES(kind, rung, w, h, rate, bits) \
	{ \
		.name = #kind "." rung, \
		.conf = {.w_px = w, \
			 .h_px = h, \
			 .fps = rate, \
			 .bps = bits, \
			 .vbv_ms = 1000, \
			 .screen = true}, \
		.face = sizeof(#kind) == sizeof("class"), .wire_bps = bits \
	}

static const struct probe table[] = {
	PEOPLE("low", 320, 180, 10, 56000, 1),
	PEOPLE("low", 320, 180, 10, 56000, 3),
	PEOPLE("mid", 480, 270, 15, 130000, 3),
	PEOPLE("main", 640, 360, 15, 350000, 3),
	PEOPLE("high", 1280, 720, 15, 800000, 3),
	SLIDES(slides, "low", 640, 360, 5, 64000),
	SLIDES(slides, "low720", 1280, 720, 5, 64000),
	SLIDES(slides, "low540", 960, 540, 5, 64000),
	SLIDES(slides, "mid", 960, 540, 5, 130000),
	SLIDES(slides, "main", 1280, 720, 10, 300000),
	SLIDES(slides, "high", 1280, 720, 15, 600000),
	SLIDES(class, "low", 640, 360, 5, 64000),
	SLIDES(class, "mid", 960, 540, 5, 130000),
	SLIDES(class, "main", 1280, 720, 10, 300000),
};

static const struct {
	enum codec codec;
	bool high;
	enum rung_effort effort;
} ways[] = {
	{CODEC_H264, false, RUNG_QUICK}, {CODEC_H264, true, RUNG_QUICK},
	{CODEC_H264, true, RUNG_EVEN},   {CODEC_H264, true, RUNG_HARD},
	{CODEC_VP8, false, RUNG_QUICK},  {CODEC_AV1, false, RUNG_QUICK},
};

#define TABLE_N (sizeof(table) / sizeof(table[0]))
#define WAYS_N  (sizeof(ways) / sizeof(ways[0]))

/* Whether this is how the server makes it, unless told otherwise: see mcu/ladder. */
static bool is_default(const struct probe *probe, size_t way)
{
	bool page = !probe->grid;
	bool low = strstr(probe->name, ".low") != NULL;
	bool high = strstr(probe->name, ".high") != NULL;
	enum rung_effort effort = page && low     ? RUNG_HARD
				  : !page && high ? RUNG_QUICK
						  : RUNG_EVEN;

	if (strncmp(probe->name, "people3.", 8) != 0 &&
	    (strncmp(probe->name, "slides.", 7) != 0 ||
	     strpbrk(probe->name, "0123456789")))
		return false;
	if (ways[way].codec == CODEC_H264)
		return ways[way].high && ways[way].effort == effort;
	return low;
}

static void measure(const struct probe *table_row, size_t way, struct content *c,
		    bool quick) RUNS_ON(on_mix)
{
	struct probe probe = *table_row;
	struct result result;

	probe.conf.codec = ways[way].codec;
	probe.conf.high = ways[way].high;
	probe.conf.effort = ways[way].effort;
	run_rung(&probe, c, &result);
	if (quick)
		printf("rung_cpu_percent.%s.%s %.2f\n", probe.name,
		       codecs[probe.conf.codec], result.cpu);
	else
		print(&probe, &result);
	fflush(stdout);
}

/* With an argument, only what has it in its name: "slides", "people3.low"; with "quick"
 * only what each level costs as it is made by default. */
int main(int argc, char **argv)
{
	bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
	struct content *c;

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	av_log_set_level(AV_LOG_PANIC);
	content_create(&c);
	for (size_t i = 0; i < TABLE_N; i++)
		for (size_t k = 0; k < WAYS_N; k++)
			if (quick ? is_default(&table[i], k)
				  : argc == 1 || strstr(table[i].name, argv[1]))
				measure(&table[i], k, c, quick);
	content_destroy(c);
	return 0;
}
