/* What is made of a recording, in seconds of processor time for each hour of it, step by
 * step; and as multiples of the same recording being copied. One who lectures: 720p, 15
 * pictures a second, and a voice-like sound whose peaks have to be held down.
 */
#include "bench/bench.h"
#include "derive/level.h"
#include "derive/poster.h"
#include "derive/remux.h"
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

static void tell(const char *step, int64_t from_ns)
{
	double sec = (double)(cpu_all_ns() - from_ns) / 1e9 * 3600 / SEC;

	if (copy_sec == 0)
		copy_sec = sec;
	printf("derive_%s_s_per_h %.2f\n", step, sec);
	printf("derive_%s_per_copy %.1f\n", step, sec / copy_sec);
}

static int on_samples(void *ctx, int64_t at, const float *pcm, int n)
{
	(void)ctx;
	(void)at;
	wave_push(&wave, pcm, n);
	return loudness_meter_push(&meter, pcm, n);
}

static void bench_copy(int in, int sound, const char *step)
{
	const struct chapters none = {0};
	int64_t from = cpu_all_ns();
	struct source source;

	CHECK(source_open(&source, in) == 0);
	CHECK(remux(&folder, "video.mp4", &source, sound, &none, &progress) == 0);
	source_close(&source);
	tell(step, from);
}

static void bench_sound(int in)
{
	const struct sound_sink sink = {NULL, on_samples};
	struct loudness_plan plan = {.is_made = false};
	int64_t from = cpu_all_ns();
	struct source source;

	CHECK(wave_init(&wave, SEC * 1000) == 0 && loudness_meter_init(&meter) == 0);
	CHECK(source_open(&source, in) == 0 && sound_read(&source, &sink) == 0);
	CHECK(loudness_meter_end(&meter, &plan.source) == 0);
	source_close(&source);
	loudness_meter_fini(&meter);
	wave_fini(&wave);
	tell("listen", from);
	from = cpu_all_ns();
	loudness_plan(&plan);
	CHECK(level_make(&folder, "sound.m4a", in, &plan, &progress) == 0);
	tell(plan.linear ? "sound_linear" : "sound_limited", from);
}

static void bench_pictures(int in)
{
	int64_t from = cpu_all_ns();
	struct source source;

	CHECK(source_open(&source, in) == 0);
	CHECK(poster_make(&folder, "poster.jpg", &source, &progress) == 0);
	tell("poster", from);
	from = cpu_all_ns();
	CHECK(sprite_make(&folder, &source, &progress) == 0);
	source_close(&source);
	tell("sprite", from);
}

static void record(const char *name, const char *sound)
{
	derive_record(name, "testsrc2=s=1280x720:r=15:d=600", sound, 150);
}

int main(void)
{
	int in, quiet, sound;

	if (!derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	record("in.mp4", "anoisesrc=c=pink:r=48000:d=600:a=0.25,"
			 "tremolo=f=3:d=0.95,highpass=f=120");
	clip_with(derive_path("quiet.mp4"), "-f lavfi -i sine=f=300:r=48000:d=600 -ac 1 "
					    "-af volume=0.5 -c:a libopus");
	progress_init(&progress, -1);
	CHECK(folder_open(&folder, derive_dir) == 0);
	in = derive_open("in.mp4");
	quiet = derive_open("quiet.mp4");
	bench_copy(in, -1, "copy");
	bench_sound(in);
	bench_sound(quiet);
	sound = derive_open("sound.m4a");
	bench_copy(in, sound, "video");
	bench_pictures(in);
	close(sound);
	close(quiet);
	close(in);
	folder_close(&folder);
	derive_teardown();
	return 0;
}
