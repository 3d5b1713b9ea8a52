/* A class whose encoder gives no key frame: who keeps its sound alone has it, with the
 * real plugins. ffprobe and ffmpeg judge; without them it is skipped.
 */
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { FULL, SOUND, N };
enum { NO_PICTURES = 1 << 0, NO_KEYS = 1 << 1 };

#define HELD_US (64 * MP4_SOUND_US) /* of sound that waits for a picture */
#define WAIT_US (3 * SEC_US)        /* so long */

static const struct aula_recorder_ops *audio_ops;
static struct recording_result results[N];
static atomic_int n_done, n_started;
static struct mp4_media media;
static struct recorder *r;
static int64_t next_us; /* when a picture is due */

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	CHECK(id == 1 && at_ms >= 0);
	n_started++;
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(n_done < N && !results[result->edition].name[0]);
	results[result->edition] = *result;
	n_done++;
}

static void begin(const char *name, uint32_t n)
{
	const struct recorder_conf conf = {
		.dir = mp4_dir, .editions = {{"full", mp4_ops}, {"sound", audio_ops}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recording_conf of = {.id = 1,
				    .n_editions = n,
				    .editions = {{FULL, 11, MP4_W, MP4_H, "", false},
						 {SOUND, 0, 0, 0, "", false}}};

	memset(results, 0, sizeof(results));
	n_done = n_started = 0;
	next_us = 0;
	mp4_media_open(&media);
	CHECK(recorder_create(&r, &conf, &events) == 0);
	snprintf(of.name, sizeof(of.name), "%s", name);
	CHECK(recorder_start(r, &of) == 0);
}

static void end(int n)
{
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	mp4_media_close(&media);
	CHECK(n_done == n);
}

/* Ten times as fast as life: the queues are of two seconds. */
static void send(int64_t from_us, int64_t to_us, unsigned how)
{
	for (int64_t t = from_us; t < to_us; t += MP4_SOUND_US) {
		if (t >= next_us) {
			struct au *au = mp4_picture(&media, t, MP4_FRAME_US);

			if (how & NO_KEYS)
				au->flags &= ~(unsigned)AU_KEY;
			next_us = t + MP4_FRAME_US;
			if (how & NO_PICTURES)
				au_put(au);
			else
				CHECK(recorder_push(r, 1, 11, au) == 0);
		}
		CHECK(recorder_push(r, 1, 0, mp4_sound(&media, t)) == 0);
		usleep(2000);
	}
}

static void has_streams(uint32_t edition, const char *want)
{
	char cmd[700], out[300];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s' 2>&1",
		 results[edition].path);
	mp4_run(cmd, out, sizeof(out));
	if (strcmp(out, want) != 0)
		fprintf(stderr, "%s has %s", results[edition].path, out);
	CHECK(strcmp(out, want) == 0);
}

static void plays(uint32_t edition, const char *streams, int64_t us)
{
	const char *path = results[edition].path;
	double length, want = (double)us / 1e6;

	if (results[edition].err)
		fprintf(stderr, "%s: err=%d\n", path, results[edition].err);
	CHECK(results[edition].err == 0 && results[edition].bytes > 1000);
	has_streams(edition, streams);
	mp4_decodes(path);
	mp4_is_fast_start(path);
	length = mp4_probe(path, "", "format=duration");
	if (fabs(length - want) > 0.1)
		fprintf(stderr, "%s: %.3f s, not %.3f\n", path, length, want);
	CHECK(fabs(length - want) <= 0.1);
	CHECK(fabs((double)results[edition].duration_ms / 1000 - length) <= 0.1);
	unlink(path);
}

static void none(unsigned how)
{
	begin("none", N);
	send(0, 6000000, how);
	CHECK(n_started == 1);
	end(N);
	plays(SOUND, "aac\n", 6000000 - WAIT_US + HELD_US);
	CHECK(results[FULL].err == -ENODATA && results[FULL].bytes == 0);
}

/* All have one clock: the first picture stands from where the sound begins. */
static void late(void)
{
	begin("late", N);
	send(0, 4000000, NO_PICTURES);
	media.n_pictures = 0;
	send(4000000, 6000000, 0);
	end(N);
	plays(SOUND, "aac\n", 6000000 - WAIT_US + HELD_US);
	plays(FULL, "h264\naac\nopus\n", 6000000 - WAIT_US + HELD_US);
}

static void in_time(void)
{
	begin("in-time", N);
	send(0, WAIT_US - 200000, NO_PICTURES);
	media.n_pictures = 0;
	send(WAIT_US - 200000, 5000000, 0);
	end(N);
	plays(SOUND, "aac\n", 5000000 - WAIT_US + 200000);
	plays(FULL, "h264\naac\nopus\n", 5000000 - WAIT_US + 200000);
}

/* Nobody keeps sound alone: it begins with the picture, as ever. */
static void full_alone(void)
{
	begin("alone", 1);
	send(0, 4000000, NO_PICTURES);
	CHECK(n_started == 0);
	media.n_pictures = 0;
	send(4000000, 6000000, 0);
	end(1);
	plays(FULL, "h264\naac\nopus\n", 2000000);
}

/* It does not come back after a pause. */
static void paused(void)
{
	begin("paused", N);
	send(0, 2000000, 0);
	CHECK(recorder_pause(r, 1) == 0);
	send(2000000, 2500000, 0);
	CHECK(recorder_resume(r, 1) == 0);
	send(2500000, 7500000, NO_KEYS);
	end(N);
	plays(SOUND, "aac\n", 2000000 + 5000000 - WAIT_US + HELD_US);
	CHECK(results[FULL].err == 0 && results[FULL].bytes > 1000);
	mp4_decodes(results[FULL].path);
	unlink(results[FULL].path);
}

int main(void)
{
	if (!mp4_setup()) {
		puts("ffprobe and ffmpeg are needed to judge the files: skipped");
		return 77;
	}
	audio_ops = mp4_load("record_audio", "audio");
	none(NO_PICTURES);
	none(NO_KEYS);
	late();
	in_time();
	full_alone();
	paused();
	mp4_teardown();
	return 0;
}
