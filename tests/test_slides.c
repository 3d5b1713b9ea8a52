/* A recording as stills: pages come up when they did, who moves does not count, and what
 * stands is said again.
 */
#include "derive/slides.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "derive/make.h"
#include "derive/scene.h"
#include "derive/source.h"
#include "derive/still.h"
#include "tests/derive_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

/* Four pages, the third for a second, and somebody who moves in a corner. */
#define PAGES \
	"color=c=white:s=640x360:r=15:d=90,drawbox=c=red:t=fill:enable='gte(t,7)'," \
	"drawbox=c=lime:t=fill:enable='gte(t,19.4)',drawbox=c=blue:t=fill:" \
	"enable='gte(t,20.4)'[a];testsrc2=s=80x60:r=15:d=90[b];[a][b]overlay=560:0"
#define VOICE "aevalsrc='0.1*sin(2000*t)*lt(mod(t,1),0.5)':s=48000:d=90"

#define PICTURES 400

static struct seen {
	double at_s[PICTURES];
	bool key[PICTURES];
	char colour[PICTURES];
	int n;
} seen;

static char colour_of(const unsigned char *rgb)
{
	bool r = rgb[0] > 128, g = rgb[1] > 128, b = rgb[2] > 128;

	return r && g && b ? 'w' : r ? 'r' : g ? 'g' : b ? 'b' : 'k';
}

/* When which picture comes, and the colour of the middle of its left half. */
static void look_at(const char *name)
{
	static char text[40000];
	char command[700], *at = text;
	unsigned char rgb[3];
	FILE *f;

	snprintf(command, sizeof(command),
		 "ffprobe -v error -select_streams v -show_entries packet=pts_time,flags "
		 "-of csv=p=0 '%s'",
		 derive_path(name));
	mp4_run(command, text, sizeof(text));
	for (seen.n = 0; *at; seen.n++) {
		CHECK(seen.n < PICTURES);
		seen.at_s[seen.n] = strtod(at, &at);
		CHECK(*at == ',');
		seen.key[seen.n] = at[1] == 'K';
		at = strchr(at, '\n') + 1;
	}
	snprintf(command, sizeof(command),
		 "ffmpeg -nostdin -v error -i '%s' -fps_mode passthrough -vf "
		 "format=rgb24,crop=1:1:160:180:exact=1 -f rawvideo -",
		 derive_path(name));
	f = popen(command, "r");
	CHECK(f);
	for (int i = 0; i < seen.n; i++) {
		CHECK(fread(rgb, 1, 3, f) == 3);
		seen.colour[i] = colour_of(rgb);
	}
	CHECK(fread(rgb, 1, 1, f) == 0 && pclose(f) == 0);
}

static double colour_from(char colour)
{
	for (int i = 0; i < seen.n; i++)
		if (seen.colour[i] == colour)
			return seen.at_s[i];
	return -1;
}

static int keys(void)
{
	int n = 0;

	for (int i = 0; i < seen.n; i++)
		n += seen.key[i];
	return n;
}

/* Small key frames are near each other, the largest a minute. */
static void is_never_long_without(double end_s, double most_s)
{
	double key_s = 0;

	CHECK(seen.at_s[0] == 0 && seen.key[0]);
	for (int i = 0; i < seen.n; i++) {
		double next_s = i + 1 < seen.n ? seen.at_s[i + 1] : end_s;

		CHECK(next_s - seen.at_s[i] <= 3.1 && next_s - seen.at_s[i] >= 0.9);
		if (seen.key[i])
			key_s = seen.at_s[i];
		CHECK(next_s - key_s <= most_s);
	}
}

static int stills(const char *recording, const char *name)
{
	int in = derive_open(recording), err;
	struct progress progress;
	struct source source;
	struct folder folder;

	progress_init(&progress, -1);
	CHECK(folder_open(&folder, derive_dir) == 0);
	err = source_open(&source, in);
	if (!err) {
		err = slides_make(&folder, name, &source, &progress);
		source_close(&source);
	}
	folder_close(&folder);
	close(in);
	return err;
}

/* However far key frames are from each other. */
static void test_pages(const char *recording)
{
	CHECK(stills(recording, "stills.mp4") == 0);
	look_at("stills.mp4");
	fprintf(stderr, "%s: %d pictures, %d keys, red %.2f green %.2f blue %.2f\n",
		recording, seen.n, keys(), colour_from('r'), colour_from('g'),
		colour_from('b'));
	CHECK(seen.colour[0] == 'w');
	CHECK(fabs(colour_from('r') - 7) <= 0.27);
	CHECK(fabs(colour_from('g') - 19.4) <= 0.27);
	/* not before the one before was there for two seconds */
	CHECK(fabs(colour_from('b') - colour_from('g') - 2) <= 0.01);
	/* one for each page, and for who jumps */
	CHECK(keys() >= 90 / 13 && keys() <= 5 + 90 / 10 && seen.n < 65);
	is_never_long_without(90, 13.1);
	CHECK(fabs(mp4_probe(derive_path("stills.mp4"), "v:0", "stream=duration") - 90) <
	      0.1);
	mp4_decodes(derive_path("stills.mp4"));
}

/* With its sound and chapters, as one of all files. */
static void test_made(void)
{
	static const char chapters[] = "[{\"ms\":0,\"title\":\"One\"},"
				       "{\"ms\":20000,\"title\":\"Two\"}]";
	struct make_result result;
	struct progress progress;
	struct folder folder;
	char command[700], out[400];
	int in = derive_open("far.mp4"), text;

	derive_put("chapters.json", chapters, sizeof(chapters) - 1);
	text = derive_open("chapters.json");
	progress_init(&progress, -1);
	CHECK(mkdir(derive_path("all"), 0700) == 0);
	CHECK(folder_open(&folder, derive_path("all")) == 0);
	CHECK(make_all(&result, &folder, in, text, &progress) == 0);
	CHECK(!folder_has(&folder, "stills.mp4"));
	mp4_is_fast_start(derive_path("all/slides.mp4"));
	mp4_decodes(derive_path("all/slides.mp4"));
	CHECK(fabs(mp4_probe(derive_path("all/slides.mp4"), "a:0", "stream=duration") -
		   90) < 0.1);
	snprintf(command, sizeof(command),
		 "ffprobe -v error -show_entries chapter=start_time:chapter_tags=title "
		 "-of csv=p=0 '%s'; ffprobe -v error -show_entries stream=codec_name "
		 "-of csv=p=0 '%s'",
		 derive_path("all/slides.mp4"), derive_path("all/slides.mp4"));
	mp4_run(command, out, sizeof(out));
	CHECK(strncmp(out, "0.000000,One\n20.000000,Two\nh264\naac\n", 36) == 0);
	look_at("all/slides.mp4");
	CHECK(fabs(colour_from('r') - 7) <= 0.27);
	/* 64 kbit/s of sound, and next to nothing */
	CHECK(folder_size(&folder, "slides.mp4") < 90 * 64000 / 8 * 5 / 4);
	/* killed between the two steps, it goes on with the second */
	CHECK(rename(derive_path("stills.mp4"), derive_path("all/stills.mp4")) == 0);
	folder_unlink(&folder, "slides.mp4");
	CHECK(make_all(&result, &folder, in, text, &progress) == 0);
	CHECK(folder_has(&folder, "slides.mp4") && !folder_has(&folder, "stills.mp4"));
	folder_close(&folder);
	close(text);
	close(in);
}

/* A film that never rests is a still each ten seconds, and each coarser than it is. */
static void test_film(void)
{
	derive_record("film.mp4",
		      "mandelbrot=s=320x180:r=15,trim=duration=45,"
		      "rotate=a=t*1.5,noise=alls=60:allf=t",
		      "sine=d=45", 9999);
	CHECK(stills("film.mp4", "film-stills.mp4") == 0);
	look_at("film-stills.mp4");
	is_never_long_without(45, 63.1);
	CHECK(keys() <= 6);
}

/* One picture, and another size on the way. */
static void test_odd(void)
{
	derive_record("one.mp4", "color=c=red:s=322x182:r=15:d=0.066", "sine=d=3", 9999);
	CHECK(stills("one.mp4", "one-stills.mp4") == 0);
	CHECK(mp4_probe(derive_path("one-stills.mp4"), "v:0", "stream=nb_frames") >= 1);
	CHECK(mp4_probe(derive_path("one-stills.mp4"), "v:0", "stream=width") == 322);
}

/* ---- what counts ---------------------------------------------------------------- */

#define W 640
#define H 360

static AVFrame *paper(int grey)
{
	AVFrame *frame = av_frame_alloc();

	frame->width = W;
	frame->height = H;
	frame->format = 0;
	CHECK(av_frame_get_buffer(frame, 0) == 0);
	memset(frame->data[0], grey, (size_t)frame->linesize[0] * H);
	return frame;
}

static void box(AVFrame *frame, int x, int y, int w, int h, int grey)
{
	for (int row = y; row < y + h; row++)
		memset(frame->data[0] + row * frame->linesize[0] + x, grey, (size_t)w);
}

static void test_scene(void)
{
	AVFrame *frame = paper(200);
	struct scene_change change;
	struct scene scene;

	CHECK(scene_init(&scene, W, H) == 0);
	scene_look(&scene, frame, 0);
	scene_keep(&scene);
	scene_change(&scene, 10 * SCENE_REST_US, &change);
	CHECK(change.other == 0 && change.at_rest == 0);
	/* noise is nothing new */
	for (int i = 0; i < H; i++)
		box(frame, i % 7, i, W - 7, 1, 190 + i % 20);
	CHECK(scene_would(&scene, frame) == 0);
	/* a quarter of it */
	box(frame, 0, 0, W / 2, H / 2, 20);
	CHECK(fabs(scene_would(&scene, frame) - 0.25) < 0.04);
	scene_look(&scene, frame, 5000000);
	scene_change(&scene, 5000000 + SCENE_REST_US - 1, &change);
	CHECK(change.at_rest == 0 && fabs(change.other - 0.25) < 0.04);
	scene_change(&scene, 5000000 + SCENE_REST_US, &change);
	CHECK(fabs(change.at_rest - 0.25) < 0.04 && change.since_us == 5000000);
	/* back again */
	box(frame, 0, 0, W / 2, H / 2, 200);
	scene_look(&scene, frame, 7000000);
	scene_change(&scene, 9000000, &change);
	CHECK(change.other == 0 && change.at_rest == 0);
	/* what moves never rests, but for what it was on, which is as before */
	for (int i = 0; i < 40; i++) {
		box(frame, 0, 0, W, H, 200);
		box(frame, 20 + i * 10, 100, 120, 160, i % 2 ? 20 : 90);
		scene_look(&scene, frame, 10000000 + i * 250000);
		scene_change(&scene, 10000000 + (i + 1) * 250000, &change);
		CHECK(change.at_rest < 0.02 && change.other > 0.04);
	}
	/* a line of text */
	box(frame, 0, 0, W, H, 200);
	for (int x = 40; x < 360; x += 6)
		box(frame, x, 300, 3, 12, 10);
	scene_look(&scene, frame, 30000000);
	scene_change(&scene, 31000000, &change);
	CHECK(change.at_rest > 0.015 && change.at_rest < 0.08);
	scene_fini(&scene);
	av_frame_free(&frame);
}

int main(void)
{
	test_scene();
	if (!mp4_setup() || !derive_setup() || !still_can())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	derive_record("close.mp4", PAGES, VOICE, 30);
	derive_record("far.mp4", PAGES, VOICE, 9999);
	derive_record("middle.mp4", PAGES, VOICE, 100);
	test_pages("close.mp4");
	test_pages("middle.mp4");
	test_pages("far.mp4");
	test_made();
	test_film();
	test_odd();
	derive_teardown();
	return 0;
}
