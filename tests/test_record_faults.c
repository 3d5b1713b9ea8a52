/* Recordings on a disk that fails: at each n-th call, once or from then on, full, with
 * input/output errors, read-only, or slow. Nothing crashes, nothing is lost silently,
 * whoever pushes never waits, and all that could be kept is there when the disk is well
 * again. Needs ffprobe and ffmpeg, else it is skipped.
 */
#include "tests/disk_faults.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define MEDIA_US INT64_C(2500000)
#define PUSH_US \
	(100 * MS_US) /* the longest that a push may take, on a busy machine too */
#define EDITIONS 2
#define PLACES   44 /* of a call that fails */

static const struct aula_recorder_ops *sound_ops;
static struct au *units[400];
static int64_t at_us[400];
static int n_units;

static struct outcome {
	atomic_int n_done;
	struct recording_result results[16];
} outcome;

static void on_started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	(void)id;
	(void)at_ms;
}

static void on_done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(outcome.n_done < 16);
	outcome.results[outcome.n_done] = *result;
	outcome.n_done++;
}

static void media_make(void)
{
	struct mp4_media m;
	int64_t next_us = 0;

	mp4_media_open(&m);
	for (int64_t t = 0; t < MEDIA_US; t += MP4_SOUND_US) {
		if (t >= next_us) {
			at_us[n_units] = t;
			units[n_units++] = mp4_picture(&m, next_us, MP4_FRAME_US);
			next_us += MP4_FRAME_US;
		}
		at_us[n_units] = t;
		units[n_units++] = mp4_sound(&m, t);
	}
	mp4_media_close(&m);
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {
		.dir = mp4_dir,
		.editions = {{"full", mp4_ops}, {"sound", sound_ops}},
		.part_us = SEC_US, /* so that parts begin, end and are joined too */
	};
	const struct recorder_events events = {NULL, on_started, on_done, NULL, NULL};
	struct recorder *r;

	outcome.n_done = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void wait_done(int n)
{
	for (int i = 0; i < 60000 && outcome.n_done < n; i++)
		usleep(1000);
	CHECK(outcome.n_done == n);
}

/* As the media threads would, ten times faster than life, so that the queue of 2 s is
 * never full but when the disk stands still. */
static void push_all(struct recorder *r)
{
	int64_t began_us = clock_us(), before_us, took_us, longest_us = 0;

	for (int i = 0; i < n_units; i++) {
		while ((clock_us() - began_us) * 10 < at_us[i])
			usleep(500);
		before_us = clock_us();
		recorder_push(r, 1, 1, au_get(units[i]));
		took_us = clock_us() - before_us;
		if (took_us > longest_us)
			longest_us = took_us;
	}
	CHECK(longest_us < PUSH_US);
}

static bool plays(const char *path)
{
	char cmd[700];

	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -i '%s' -map 0 -fps_mode passthrough "
		 "-enc_time_base -1 -f null - 2>&1 | head -3 | grep -q . && exit 1 || "
		 "exit 0",
		 path);
	return system(cmd) == 0;
}

static int n_files(const char *with)
{
	DIR *dir = opendir(mp4_dir);
	struct dirent *e;
	int n = 0;

	CHECK(dir);
	while ((e = readdir(dir)))
		n += e->d_name[0] != '.' && (!with || strstr(e->d_name, with));
	closedir(dir);
	return n;
}

static void empty_folder(void)
{
	char cmd[300];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'/*", mp4_dir);
	CHECK(system(cmd) == 0);
}

/* Each edition is told of once; one of which nothing is said is whole. `thorough`: its
 * files are decoded. */
static void told_truly(const struct recording_result *results, int n, bool thorough,
		       const char *what)
{
	for (int i = 0; i < n; i++) {
		const struct recording_result *r = &results[i];
		bool whole = r->err == 0 && !r->interrupted;

		if (whole && (r->duration_ms < MEDIA_US / MS_US - 100 || !r->bytes))
			fprintf(stderr, "%s: edition %u: %lld ms, %llu bytes, no error\n",
				what, r->edition, (long long)r->duration_ms,
				(unsigned long long)r->bytes);
		CHECK(!whole || (r->duration_ms >= MEDIA_US / MS_US - 100 && r->bytes));
		if (r->bytes && (thorough || whole)) {
			if (!plays(r->path))
				fprintf(stderr, "%s: %s does not play\n", what, r->path);
			CHECK(plays(r->path));
		}
	}
}

/* What was left over is finished when the disk is well. */
static void mended(const char *what)
{
	struct recorder *r = make();

	CHECK(recorder_recover(r) == 0);
	for (int i = 0; i < 10000 && n_files(".part."); i++)
		usleep(1000);
	recorder_destroy(r);
	if (n_files(".part."))
		fprintf(stderr, "%s: a part is left\n", what);
	CHECK(n_files(".part.") == 0);
	told_truly(outcome.results, outcome.n_done, false, what);
}

/* One recording on such a disk. Returns how many calls it made. */
static uint32_t record(const struct fault *fault, bool thorough)
{
	const struct recording_conf conf = {
		.id = 1,
		.name = "one",
		.n_editions = EDITIONS,
		.editions = {{.edition = 0, .video = 1, .w_px = MP4_W, .h_px = MP4_H},
			     {.edition = 1}}};
	struct recorder *r = make();
	uint32_t n_calls, n_failed;
	char what[80];

	snprintf(what, sizeof(what), "kind %d, call %u, error %d", (int)fault->kind,
		 fault->at, fault->err);
	disk_faults_arm(mp4_dir, fault);
	CHECK(recorder_start(r, &conf) == 0);
	push_all(r);
	recorder_stop(r, 1);
	wait_done(EDITIONS);
	n_calls = disk_faults_disarm(&n_failed);
	recorder_destroy(r);
	CHECK(outcome.n_done == EDITIONS);
	CHECK(outcome.results[0].edition != outcome.results[1].edition);
	told_truly(outcome.results, EDITIONS, thorough, what);
	if (fault->kind == FAULT_NONE) {
		CHECK(!outcome.results[0].err && !outcome.results[1].err);
		CHECK(n_files(NULL) == EDITIONS);
	}
	mended(what);
	empty_folder();
	return n_calls;
}

/* Of `n` calls: all kinds of failing with both errors, in turn. */
static void fail_somewhere(uint32_t n)
{
	static const struct fault kinds[] = {{FAULT_FROM, 0, ENOSPC, 0},
					     {FAULT_ONCE, 0, EIO, 0},
					     {FAULT_FROM, 0, EIO, 0},
					     {FAULT_ONCE, 0, ENOSPC, 0}};

	for (uint32_t i = 0; i < PLACES; i++) {
		struct fault fault = kinds[i % 4];

		fault.at = 1 + i * (n - 1) / (PLACES - 1);
		record(&fault, i % 8 == 3);
	}
}

static void slow_or_read_only(uint32_t n)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct fault fault = {FAULT_READ_ONLY, 1 + i * n / 4, 0, 0};

		record(&fault, true);
		fault.kind = FAULT_SLOW;
		fault.slow_us = 10000;
		record(&fault, true);
	}
}

int main(void)
{
	const struct fault fault = {FAULT_NONE, 0, 0, 0};
	uint32_t n;

	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	sound_ops = mp4_load("record_audio", "audio");
	media_make();
	n = record(&fault, true);
	CHECK(n > 20);
	fail_somewhere(n);
	slow_or_read_only(n);
	for (int i = 0; i < n_units; i++)
		au_put(units[i]);
	mp4_teardown();
	return 0;
}
