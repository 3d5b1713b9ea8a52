/* What is made of a recording, in seconds of processor time for each hour of it, step by
 * step; and as multiples of the same recording being copied. One who lectures: 720p, 15
 * pictures a second, and a voice-like sound whose peaks have to be held down. And pages
 * that turn, as slides.
 */
#include "bench/bench.h"
#include "derive/level.h"
#include "derive/poster.h"
#include "derive/remux.h"
#include "derive/slides.h"
#include "derive/sound.h"
#include "derive/source.h"
#include "derive/sprite.h"
#include "derive/wave.h"

#include <fcntl.h>
#include <libavutil/log.h>
#include <unistd.h>

#include "tests/clip_files.h"
#include "tests/derive_rig.h"
#include "tests/test.h"

#define SEC 600

static struct folder folder;
static struct progress progress;
static struct wave wave;
static struct loudness_meter meter;
static double copy_sec;
static double ready_sec; /* of what is made of each recording, an hour of it */

static double tell(const char *step, int64_t from_ns)
{
	double sec = (double)(cpu_all_ns() - from_ns) / 1e9 * 3600 / SEC;

	if (copy_sec == 0)
		copy_sec = sec;
	printf("derive_%s_s_per_h %.2f\n", step, sec);
	printf("derive_%s_per_copy %.1f\n", step, sec / copy_sec);
	return sec;
}

static int on_samples(void *ctx, int64_t at, const float *pcm, int n)
{
	(void)ctx;
	(void)at;
	wave_push(&wave, pcm, n);
	return loudness_meter_push(&meter, pcm, n);
}

static double bench_copy(int in, int sound, const char *step)
{
	const struct chapters none = {0};
	int64_t from = cpu_all_ns();
	struct source source;

	CHECK(source_open(&source, in) == 0);
	CHECK(remux(&folder, "video.mp4", "video.index", &source, sound, &none,
		    &progress) == 0);
	source_close(&source);
	return tell(step, from);
}

static double bench_sound(int in)
{
	const struct sound_sink sink = {NULL, on_samples};
	struct loudness_plan plan = {.is_made = false};
	int64_t from = cpu_all_ns();
	struct source source;
	double sec;

	CHECK(wave_init(&wave, SEC * 1000) == 0 &&
	      loudness_meter_init(&meter, true) == 0);
	CHECK(source_open(&source, in) == 0 && sound_read(&source, &sink) == 0);
	CHECK(loudness_meter_end(&meter, &plan.source) == 0);
	source_close(&source);
	loudness_meter_fini(&meter);
	wave_fini(&wave);
	sec = tell("listen", from);
	from = cpu_all_ns();
	loudness_plan(&plan);
	CHECK(level_make(&folder, "sound.m4a", "sound.index", in, &plan, &progress) == 0);
	sec += tell(plan.linear ? "sound_linear" : "sound_limited", from);
	return sec;
}

static void bench_pictures(int in)
{
	int64_t from = cpu_all_ns();
	struct source source;

	CHECK(source_open(&source, in) == 0);
	CHECK(poster_make(&folder, "poster.jpg", &source, &progress) == 0);
	ready_sec += tell("poster", from);
	from = cpu_all_ns();
	CHECK(sprite_make(&folder, &source, &progress) == 0);
	source_close(&source);
	ready_sec += tell("sprite", from);
}

/* How long, and how large with 64 kbit/s of sound. */
static double bench_slides(int in, const char *step)
{
	int64_t from = cpu_all_ns();
	struct source source;
	double sec;

	CHECK(source_open(&source, in) == 0);
	CHECK(slides_make(&folder, "stills.mp4", &source, &progress) == 0);
	source_close(&source);
	sec = tell(step, from);
	printf("derive_%s_mb_per_h %.1f\n", step,
	       (double)folder_size(&folder, "stills.mp4") / 1e6 * 3600 / SEC + 28.8);
	return sec;
}

/* A page each 40 s, and who speaks beside it, grainy as a camera. */
#define PAGES \
	"mandelbrot=s=960x540:r=1/40,trim=duration=600,fps=15[a];" \
	"testsrc2=s=200x150:r=15:d=600,noise=alls=8:allf=t[b];[a][b]overlay=740:20"

int main(void)
{
	int in, quiet, pages, sound;

	if (!derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	derive_record("in.mp4", "testsrc2=s=1280x720:r=15:d=600",
		      "anoisesrc=c=pink:r=48000:d=600:a=0.25,"
		      "tremolo=f=3:d=0.95,highpass=f=120",
		      150);
	clip_with(derive_path("quiet.mp4"), "-f lavfi -i sine=f=300:r=48000:d=600 -ac 1 "
					    "-af volume=0.5 -c:a libopus");
	derive_record("pages.mp4", PAGES, "sine=d=600", 9999);
	progress_init(&progress, -1);
	CHECK(folder_open(&folder, derive_dir) == 0);
	in = derive_open("in.mp4");
	quiet = derive_open("quiet.mp4");
	pages = derive_open("pages.mp4");
	bench_copy(in, -1, "copy");
	bench_sound(in);
	ready_sec += bench_sound(quiet);
	sound = derive_open("sound.m4a");
	ready_sec += bench_copy(in, sound, "video");
	bench_pictures(in);
	bench_slides(in, "slides_moving");
	ready_sec += bench_slides(pages, "slides");
	/* on a machine that has nothing else to do, behind the recorder itself */
	printf("derive_ready_s_of_50_min %.0f\n", ready_sec * 50 / 60);
	close(pages);
	close(sound);
	close(quiet);
	close(in);
	folder_close(&folder);
	derive_teardown();
	return 0;
}
