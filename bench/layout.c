/* layout - shows what a layout does before anybody sees it: lists those of the
 * server, checks a file, and draws a class of painted faces by the real mixer into a
 * PNG. `aulactl layout`.
 */
#include <errno.h>
#include <getopt.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/idmap.h"
#include "base/limits.h"
#include "base/log.h"
#include "mcu/layouts.h"
#include "mcu/plan_read.h"
#include "mixer/compose.h"
#include "mixer/encoder.h"
#include "mixer/scale.h"
#include "mixer/tile.h"
#include "mixer/vsource.h"
#include "plugins/set.h"

#define PEOPLE_MAX 100
#define SCREEN_ID  1000
#define FILE_MAX   65536

struct show {
	const char *text, *to; /* the layout, the PNG */
	uint32_t members, pinned, interpreter;
	bool tall, screen, dark;
	const struct plan *plan; /* NULL: it is code */
	uint16_t w_px, h_px;
	struct aula_source s[PEOPLE_MAX + 1];
	const struct aula_source *list[PEOPLE_MAX + 1];
	struct vsource *v[PEOPLE_MAX + 1];
	struct idmap sources;
};

static const char usage[] =
	"Usage: layout list\n"
	"       layout validate FILE.json\n"
	"       layout render [OPTIONS] \"NAME [KEY=VALUE...]\"|FILE.json TO.png\n"
	"  --members N      how many there are (6); the first one is the lecturer\n"
	"  --screen         the lecturer shares a screen\n"
	"  --portrait       an upright picture\n"
	"  --pinned N       member N is put in front\n"
	"  --interpreter N  member N is the interpreter\n"
	"  --dark           each third camera is off\n"
	"  --height PX      of a landscape picture (720); the width of an upright one\n";

/* ---- pictures -------------------------------------------------------------------- */

static void box(struct picture *pic, int x, int y, int w, int h, struct colour c)
{
	x = x < 0 ? 0 : x & ~1;
	y = y < 0 ? 0 : y & ~1;
	w = (x + w > pic->w_px ? pic->w_px - x : w) & ~1;
	h = (y + h > pic->h_px ? pic->h_px - y : h) & ~1;
	if (w > 0 && h > 0)
		scale_fill(pic,
			   (struct rect_px){(uint16_t)x, (uint16_t)y, (uint16_t)w,
					    (uint16_t)h},
			   c);
}

static void disc(struct picture *pic, int cx, int cy, int rx, int ry, struct colour c)
{
	for (int y = -ry; y < ry; y += 2) {
		int64_t left = (int64_t)ry * ry - (int64_t)y * y;
		int x = 0;

		while ((int64_t)(x + 1) * (x + 1) * ry * ry < left * rx * rx)
			x++;
		box(pic, cx - x, cy + y, 2 * x, 2, c);
	}
}

/* Head and shoulders, each with a ground, skin and coat of its own. */
static void paint_face(struct picture *pic, uint32_t who)
{
	const struct colour wall = {(uint8_t)(70 + who * 37 % 90),
				    (uint8_t)(100 + who * 53 % 60),
				    (uint8_t)(100 + who * 29 % 60)};
	struct colour skin = {(uint8_t)(120 + who * 23 % 80), 112, 150};
	struct colour coat = {(uint8_t)(40 + who * 17 % 60),
			      (uint8_t)(90 + who * 71 % 90),
			      (uint8_t)(90 + who * 43 % 90)};
	struct colour hair = {(uint8_t)(25 + who * 13 % 50), 125, 132};
	struct colour eye = {30, 128, 128};
	int w = pic->w_px, h = pic->h_px;

	box(pic, 0, 0, w, h, wall);
	disc(pic, w / 2, h, w / 4, h * 2 / 5, coat);
	disc(pic, w / 2, h * 38 / 100, h / 5, h / 4, hair);
	disc(pic, w / 2, h * 43 / 100, h * 17 / 100, h * 22 / 100, skin);
	disc(pic, w / 2 - h / 14, h * 40 / 100, 6, 6, eye);
	disc(pic, w / 2 + h / 14, h * 40 / 100, 6, 6, eye);
	box(pic, w / 2 - h / 20, h * 53 / 100, h / 10, 4, eye);
}

static void paint_page(struct picture *pic)
{
	struct colour paper = {225, 128, 128}, ink = {50, 128, 128},
		      head = {70, 170, 110};

	box(pic, 0, 0, pic->w_px, pic->h_px, paper);
	box(pic, 0, 0, pic->w_px, pic->h_px / 9, head);
	for (int i = 0; i < 9; i++)
		box(pic, pic->w_px / 20, pic->h_px * (2 + i) / 12,
		    pic->w_px * (50 + i * 29 % 35) / 100, 10, ink);
	disc(pic, pic->w_px * 3 / 4, pic->h_px * 2 / 3, 120, 120, head);
}

static int feed(struct show *show, uint32_t at, bool screen) RUNS_ON(on_mix)
{
	struct encoder_conf conf = {.codec = CODEC_H264,
				    .w_px = screen ? 1280 : 640,
				    .h_px = screen ? 720 : 360,
				    .fps = 15,
				    .bps = 4000000,
				    .vbv_ms = 600};
	uint32_t id = show->s[at].id;
	struct encoder *enc = NULL;
	struct picture *pic = NULL;
	struct au *au = NULL;
	int err = encoder_create(&enc, &conf);

	if (!err)
		err = picture_create(&pic, conf.w_px, conf.h_px);
	if (!err) {
		if (screen)
			paint_page(pic);
		else
			paint_face(pic, id);
		err = encoder_encode(enc, pic, 0, true, &au);
	}
	if (!err)
		err = vsource_create(&show->v[at], id);
	if (!err)
		err = idmap_put(&show->sources, id, show->v[at]);
	if (!err) {
		(void)vsource_seen(show->v[at], true, clock_us());
		(void)vsource_unit(show->v[at], au, clock_us());
	}
	au_put(au);
	picture_destroy(pic);
	encoder_destroy(enc);
	return err;
}

/* ---- PNG ------------------------------------------------------------------------- */

static uint8_t byte_of(double v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5);
}

static void rgb(const struct picture *pic, AVFrame *frame)
{
	for (int y = 0; y < pic->h_px; y++)
		for (int x = 0; x < pic->w_px; x++) {
			uint8_t *p = frame->data[0] + y * frame->linesize[0] + 3 * x;
			double l = 1.164 * (pic->y[y * pic->y_stride + x] - 16);
			double u = pic->u[y / 2 * pic->u_stride + x / 2] - 128;
			double v = pic->v[y / 2 * pic->v_stride + x / 2] - 128;

			p[0] = byte_of(l + 1.596 * v);
			p[1] = byte_of(l - 0.392 * u - 0.813 * v);
			p[2] = byte_of(l + 2.017 * u);
		}
}

static int write_packet(const AVPacket *packet, const char *to)
{
	FILE *f = fopen(to, "wb");
	int err = 0;

	if (!f)
		return -errno;
	if (fwrite(packet->data, 1, (size_t)packet->size, f) != (size_t)packet->size)
		err = -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static int write_png(const struct picture *pic, const char *to)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
	AVCodecContext *ctx = codec ? avcodec_alloc_context3(codec) : NULL;
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	int err = -ENOMEM;

	if (ctx && frame && packet) {
		ctx->width = frame->width = pic->w_px;
		ctx->height = frame->height = pic->h_px;
		ctx->pix_fmt = AV_PIX_FMT_RGB24;
		frame->format = AV_PIX_FMT_RGB24;
		ctx->time_base = (AVRational){1, 1};
		err = avcodec_open2(ctx, codec, NULL);
		if (!err)
			err = av_frame_get_buffer(frame, 0);
		if (!err) {
			rgb(pic, frame);
			err = avcodec_send_frame(ctx, frame);
		}
		if (!err)
			err = avcodec_receive_packet(ctx, packet);
		if (!err)
			err = write_packet(packet, to);
	}
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&ctx);
	return err;
}

/* ---- render ---------------------------------------------------------------------- */

static struct aula_layout_in cast(struct show *show)
{
	struct aula_layout_in in = {.size = sizeof(in), .sources = show->list};

	in.canvas_w_px = show->w_px;
	in.canvas_h_px = show->h_px;
	for (uint32_t i = show->screen ? 0 : 1; i <= show->members; i++) {
		bool dark = show->dark && i % 3 == 0 && i;

		show->s[i] = (struct aula_source){
			.size = sizeof(show->s[i]),
			.id = i ? i : SCREEN_ID,
			.owner = i ? i : 1,
			.talk_rank = i == 2   ? 0
				     : i == 3 ? 1
					      : UINT32_MAX,
			.flags = (dark ? 0u : (uint32_t)AULA_SRC_VIDEO) |
				 (i ? 0u : (uint32_t)AULA_SRC_SCREEN) |
				 (i == 1 ? (uint32_t)AULA_SRC_LECTURER : 0u) |
				 (i && i == show->pinned ? (uint32_t)AULA_SRC_PINNED
							 : 0u) |
				 (i && i == show->interpreter
					  ? (uint32_t)AULA_SRC_INTERPRETER
					  : 0u),
		};
		show->list[in.n_sources++] = &show->s[i];
	}
	return in;
}

static int scene_of(struct scene **out, const struct show *show,
		    const struct aula_cell *cells, uint32_t n)
{
	struct scene *scene;
	int err = scene_create(&scene);

	if (err)
		return err;
	scene->generation = 1;
	if (show->plan)
		scene->decor = show->plan->decor;
	scene->n = n;
	for (uint32_t i = 0; i < n; i++) {
		struct scene_cell *cell = &scene->cells[i];

		cell->source = cells[i].source;
		cell->at = (struct rect_u){cells[i].x, cells[i].y, cells[i].w,
					   cells[i].h};
		cell->fill = cells[i].flags & AULA_CELL_FILL;
		cell->border = cells[i].flags & AULA_CELL_BORDER;
		cell->face = cells[i].flags & AULA_CELL_FACE;
		cell->label = cells[i].flags & AULA_CELL_NAME;
		cell->talks = cells[i].flags & AULA_CELL_TALKS;
		if (cells[i].source)
			snprintf(cell->name, sizeof(cell->name), "Member %u",
				 cells[i].source);
		else
			snprintf(cell->name, sizeof(cell->name), "%s", cells[i].text);
	}
	*out = scene;
	return 0;
}

static int draw(struct show *show, struct scene *scene) RUNS_ON(on_mix)
{
	struct compose *compose = NULL;
	struct tiles *tiles = NULL;
	int err = compose_create(&compose, show->w_px, show->h_px);

	if (!err)
		err = tiles_create(&tiles);
	if (err) {
		scene_put(scene);
	} else {
		compose_scene(compose, scene);
		compose_draw(compose, &show->sources, tiles, clock_us());
		err = write_png(compose_canvas(compose), show->to);
	}
	tiles_destroy(tiles);
	compose_destroy(compose);
	return err;
}

static void tell(const struct show *show, const struct aula_cell *cells, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct rect_px px = geom_to_px(
			(struct rect_u){cells[i].x, cells[i].y, cells[i].w, cells[i].h},
			show->w_px, show->h_px);

		printf("%4u,%4u %4ux%-4u %s", px.x, px.y, px.w, px.h,
		       cells[i].flags & AULA_CELL_FILL ? "fill" : "fit ");
		if (cells[i].source == SCREEN_ID)
			puts(" screen");
		else if (cells[i].source)
			printf(" member %u\n", cells[i].source);
		else
			printf(" nobody: %s\n", cells[i].text);
	}
}

/* One thread does it all, one part after the other. */
static int picture(struct show *show, const struct aula_cell *cells, uint32_t n)
{
	struct scene *scene;
	int err = 0;

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	for (uint32_t i = 0; i < n && !err; i++) {
		uint32_t id = cells[i].source, at = id == SCREEN_ID ? 0 : id;

		if (id && show->s[at].flags & AULA_SRC_VIDEO)
			err = feed(show, at, id == SCREEN_ID);
	}
	if (!err)
		err = scene_of(&scene, show, cells, n);
	if (!err)
		err = draw(show, scene);
	for (uint32_t i = 0; i <= PEOPLE_MAX; i++)
		vsource_destroy(show->v[i]);
	idmap_fini(&show->sources);
	thread_enter(&on_ctl);
	return err;
}

static int render(struct show *show, struct plugin_set *set) RUNS_ON(on_ctl)
{
	struct aula_layout_in in = cast(show);
	struct aula_cell cells[AULA_CELLS_MAX];
	struct plugin_facts facts;
	uint32_t n = 0;
	int err = plugin_set_facts(set, show->text, &facts);

	show->plan = err ? NULL : facts.plan;
	if (!err)
		err = plugin_set_arrange(set, show->text, &in, cells, &n);
	if (err) {
		fprintf(stderr, "layout: %s: %s\n", show->text,
			err == -ENOENT ? "there is no such layout"
				       : "it takes no such parameters");
		return EX_DATAERR;
	}
	tell(show, cells, n);
	err = picture(show, cells, n);
	if (err)
		fprintf(stderr, "layout: %s: %s\n", show->to, strerror(-err));
	return err ? EX_IOERR : 0;
}

/* ---- the rest -------------------------------------------------------------------- */

static int list(const struct plugin_set *set) RUNS_ON(on_ctl)
{
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(set, names, PLUGIN_SET_MAX);

	for (uint32_t i = 0; i < n; i++) {
		struct plugin_facts facts;

		if (plugin_set_facts(set, names[i], &facts))
			continue;
		printf("%-16s", names[i]);
		for (uint32_t k = 0; facts.params && k < facts.params->n; k++) {
			const struct param_spec *spec = &facts.params->specs[k];

			printf(" %s=", spec->key);
			for (uint32_t w = 0; w < spec->n_words; w++)
				printf("%s%s", w ? "|" : "", spec->words[w]);
			if (!spec->n_words)
				printf("%u..%u", spec->min, spec->max);
		}
		puts("");
	}
	return 0;
}

/* Is there a picture of that name, as far as can be told without reading it? */
static bool hangs(const char *dir, const char *name)
{
	static const char *const endings[] = {"png", "jpg"};
	char path[600];
	struct stat st;

	for (int i = 0; i < 2; i++) {
		int n = snprintf(path, sizeof(path), "%s/%s.%s", dir, name, endings[i]);

		if (n < (int)sizeof(path) && lstat(path, &st) == 0 &&
		    S_ISREG(st.st_mode) && st.st_size <= LIMIT_ART_BYTES)
			return true;
	}
	return false;
}

/* What it is shown without, on this machine. */
static void warn(const char *path, const struct decor *decor)
{
	const char *const names[] = {decor->picture, decor->logo};
	const char *const fields[] = {"background_picture", "logo.picture"};
	const char *dir = getenv("AULA_PICTURES");

	for (int i = 0; i < 2; i++) {
		if (!names[i][0] || (dir && hangs(dir, names[i])))
			continue;
		if (dir)
			fprintf(stderr,
				"layout: %s: warning: %s: no %s.png or .jpg of at most "
				"8 MB is in %s, so it is shown without\n",
				path, fields[i], names[i], dir);
		else
			fprintf(stderr,
				"layout: %s: %s: the server needs a picture %s.png or "
				".jpg in its pictures_dir\n",
				path, fields[i], names[i]);
	}
}

/* Adds the layout of a file; its name is in `name` then. */
static int add_file(struct plugin_set *set, const char *path, char name[PLAN_NAME])
	RUNS_ON(on_ctl)
{
	static char text[FILE_MAX + 1];
	static struct plan plan;
	struct plan_wrong wrong;
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f) {
		fprintf(stderr, "layout: %s: %s\n", path, strerror(errno));
		return EX_NOINPUT;
	}
	len = fread(text, 1, FILE_MAX, f);
	fclose(f);
	if (plan_read_text(&plan, text, len, &wrong)) {
		fprintf(stderr, "layout: %s: %s%s%s\n", path, wrong.path,
			wrong.path[0] ? " " : "", wrong.why);
		return EX_DATAERR;
	}
	snprintf(name, PLAN_NAME, "%s", plan.name);
	warn(path, &plan.decor);
	text[len] = '\0';
	/* a file of the server's own is drawn as the server has it */
	switch (plugin_set_put(set, &plan, text)) {
	case 0:
	case -EEXIST:
		return 0;
	default:
		return EX_OSERR;
	}
}

static bool number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	*out = (uint32_t)v;
	return *text >= '0' && *text <= '9' && !*end && v <= max;
}

static bool options(struct show *show, int argc, char **argv)
{
	static const struct option names[] = {
		{"members", required_argument, NULL, 'm'},
		{"screen", no_argument, NULL, 's'},
		{"portrait", no_argument, NULL, 't'},
		{"pinned", required_argument, NULL, 'p'},
		{"interpreter", required_argument, NULL, 'i'},
		{"dark", no_argument, NULL, 'd'},
		{"height", required_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	uint32_t side = 720;
	bool good = true;
	int c;

	while (good && (c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		show->screen |= c == 's';
		show->tall |= c == 't';
		show->dark |= c == 'd';
		if (c == 'm')
			good = number(optarg, PEOPLE_MAX, &show->members);
		else if (c == 'p')
			good = number(optarg, PEOPLE_MAX, &show->pinned);
		else if (c == 'i')
			good = number(optarg, PEOPLE_MAX, &show->interpreter);
		else if (c == 'h')
			good = number(optarg, 1080, &side) && side >= 90;
		else
			good = c != '?';
	}
	side = side / 18 * 18;
	show->w_px = (uint16_t)(show->tall ? side : side * 16 / 9);
	show->h_px = (uint16_t)(show->tall ? side * 16 / 9 : side);
	show->text = good && argc - optind == 2 ? argv[optind] : NULL;
	show->to = argv[argc - 1];
	return show->text != NULL;
}

static int run(struct plugin_set *set, int argc, char **argv) RUNS_ON(on_ctl)
{
	static struct show show = {.members = 6};
	char name[PLAN_NAME];
	int err;

	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list(set);
	if (argc == 3 && strcmp(argv[1], "validate") == 0) {
		err = add_file(set, argv[2], name);
		if (!err)
			printf("%s is a good layout\n", name);
		return err;
	}
	if (argc > 2 && strcmp(argv[1], "render") == 0 &&
	    options(&show, argc - 1, argv + 1)) {
		if (strchr(show.text, '.')) {
			err = add_file(set, show.text, name);
			if (err)
				return err;
			show.text = name;
		}
		return render(&show, set);
	}
	fputs(usage, stderr);
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	const char *plugins = getenv("AULA_PLUGINS");
	struct plugin_set *set;
	int code;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (plugin_set_create(&set))
		return EX_OSERR;
	log_set_level(LOG_WARN);
	for (int i = 0; plugins && i < 2; i++)
		if (plugin_set_load(set, plugins,
				    i ? "layout_lecture" : "layout_speaker"))
			return EX_CONFIG;
	code = layouts_built_in(set) ? EX_SOFTWARE : run(set, argc, argv);
	plugin_set_destroy(set);
	return code;
}
