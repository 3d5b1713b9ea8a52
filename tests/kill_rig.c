#include "tests/kill_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

static _Atomic int64_t *pushed; /* one for each process, shared with it */
static struct kill_result *wanted;
static const struct aula_recorder_ops *sound_ops;
static atomic_int n_done;

static void on_started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	(void)id;
	(void)at_ms;
}

static double decoded_sec(const char *path)
{
	char cmd[800], out[100] = "";

	/* what the decoder gives, not what the file says of itself */
	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -stats -i '%s' -map 0:0 "
		 "-fps_mode passthrough -enc_time_base -1 -f null - 2>&1 | tr '\\r' "
		 "'\\n' | "
		 "sed -n 's/.*time=\\([0-9]*\\):\\([0-9]*\\):\\([0-9.]*\\).*/\\3/p' | "
		 "tail -1",
		 path);
	mp4_run(cmd, out, sizeof(out));
	return atof(out);
}

static bool plays(const char *path)
{
	char cmd[700], out[300];

	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -i '%s' -map 0 -fps_mode passthrough "
		 "-enc_time_base -1 -f null - 2>&1 | head -c 200",
		 path);
	mp4_run(cmd, out, sizeof(out));
	if (*out)
		fprintf(stderr, "%s: %s\n", path, out);
	return !*out;
}

static void on_done(void *ctx, const struct recording_result *result)
{
	struct kill_result *to = ctx;

	CHECK(result->edition < KILL_EDITIONS);
	to->editions[result->edition].err = result->err;
	if (result->bytes) {
		to->editions[result->edition].file_us =
			(int64_t)(decoded_sec(result->path) * SEC_US);
		to->editions[result->edition].plays = plays(result->path);
	}
	n_done++;
}

static struct recorder *make(const char *dir, int64_t part_us, struct kill_result *to)
{
	const struct recorder_conf conf = {
		.dir = dir,
		.editions = {{"full", mp4_ops}, {"sound", sound_ops}},
		.part_us = part_us,
	};
	const struct recorder_events events = {to, on_started, on_done, NULL, NULL};
	struct recorder *r;

	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void folder_of(uint32_t i, char *out, size_t size)
{
	snprintf(out, size, "%s/kill%u", mp4_dir, i);
}

/* As a class would: at the pace of life. */
static _Noreturn void record_for_ever(uint32_t i, int64_t part_us)
{
	const struct recording_conf conf = {
		.id = 1,
		.name = "one",
		.n_editions = KILL_EDITIONS,
		.editions = {{.edition = 0, .video = 1, .w_px = MP4_W, .h_px = MP4_H},
			     {.edition = 1}}};
	static struct kill_result nobody;
	int64_t picture_us = 0, began_us;
	struct recorder *r;
	struct mp4_media m;
	char dir[300];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	folder_of(i, dir, sizeof(dir));
	r = make(dir, part_us, &nobody);
	mp4_media_open(&m);
	CHECK(recorder_start(r, &conf) == 0);
	began_us = clock_us();
	for (int64_t t = 0;; t += MP4_SOUND_US) {
		int64_t early_us = began_us + t + MP4_SOUND_US - clock_us();

		if (early_us > 0)
			usleep((useconds_t)early_us);
		if (t >= picture_us) {
			CHECK(recorder_push(r, 1, 1,
					    mp4_picture(&m, picture_us, MP4_FRAME_US)) ==
			      0);
			picture_us += MP4_FRAME_US;
		}
		CHECK(recorder_push(r, 1, 0, mp4_sound(&m, t)) == 0);
		atomic_store(&pushed[i], t + MP4_SOUND_US);
	}
}

static void rescue(uint32_t i, int64_t part_us)
{
	struct recorder *r;
	char dir[300], cmd[400];

	folder_of(i, dir, sizeof(dir));
	wanted[i].pushed_us = atomic_load(&pushed[i]);
	for (int e = 0; e < KILL_EDITIONS; e++)
		wanted[i].editions[e].err = -ENODATA;
	n_done = 0;
	r = make(dir, part_us, &wanted[i]);
	CHECK(recorder_rescue(r, "one") == 0);
	for (int w = 0; w < 60000 && n_done < KILL_EDITIONS; w++)
		usleep(1000);
	CHECK(n_done == KILL_EDITIONS);
	recorder_destroy(r);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	CHECK(system(cmd) == 0);
}

void kill_some(uint32_t n, const int64_t *after_ms, int64_t part_us,
	       struct kill_result *results)
{
	size_t bytes = KILLS_MAX * sizeof(*pushed);
	int64_t began_us = clock_us();
	pid_t pids[KILLS_MAX];

	CHECK(n <= KILLS_MAX);
	if (!sound_ops)
		sound_ops = mp4_load("record_audio", "audio");
	pushed = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	CHECK(pushed != MAP_FAILED);
	wanted = results;
	memset(results, 0, n * sizeof(*results));
	for (uint32_t i = 0; i < n; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (pids[i] == 0)
			record_for_ever(i, part_us);
	}
	for (uint32_t left = n, at = 0; left; at = (at + 1) % n) {
		if (pids[at] && clock_us() - began_us >= after_ms[at] * MS_US) {
			CHECK(kill(pids[at], SIGKILL) == 0);
			CHECK(waitpid(pids[at], NULL, 0) == pids[at]);
			pids[at] = 0;
			left--;
		}
		usleep(100);
	}
	for (uint32_t i = 0; i < n; i++)
		rescue(i, part_us);
	munmap(pushed, bytes);
}
