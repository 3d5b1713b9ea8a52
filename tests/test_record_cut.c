/* MP4 files of which only a part was written: cut anywhere, or whose writer was
 * killed. Needs ffprobe and ffmpeg, else it is skipped.
 */
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_US 4000000

static struct {
	off_t size;  /* of the part */
	int64_t pts; /* when this had been written */
} log_of_part[1000];
static int n_log;

/* A part, and how large it was when. */
static void write_part(const char *path)
{
	struct mp4_media m;
	struct stat st;
	int64_t v = 0;
	struct au *au;
	void *self;

	mp4_media_open(&m);
	au = mp4_picture(&m, 0, MP4_FRAME_US);
	mp4_plugin_open(&self, path, au);
	CHECK(mp4_plugin_write(self, au) == 0);
	au_put(au);
	for (int64_t t = 0; t < PART_US; t += MP4_SOUND_US) {
		au = mp4_sound(&m, t);
		CHECK(mp4_plugin_write(self, au) == 0);
		au_put(au);
		if (t >= v + MP4_FRAME_US) {
			v += MP4_FRAME_US;
			au = mp4_picture(&m, v, MP4_FRAME_US);
			CHECK(mp4_plugin_write(self, au) == 0);
			au_put(au);
		}
		CHECK(stat(path, &st) == 0 && n_log < 1000);
		log_of_part[n_log].size = st.st_size;
		log_of_part[n_log++].pts = t + MP4_SOUND_US;
	}
	CHECK(mp4_ops->close(self) == 0);
	mp4_media_close(&m);
}

static int64_t lived_until(off_t size)
{
	int64_t pts = 0;

	for (int i = 0; i < n_log && log_of_part[i].size <= size; i++)
		pts = log_of_part[i].pts;
	return pts;
}

static void recover_cut(const char *path, off_t size)
{
	int64_t until = lived_until(size);
	struct recorder *r;

	CHECK(truncate(path, size) == 0);
	r = mp4_make(mp4_dir);
	CHECK(recorder_recover(r) == 0);
	mp4_wait_done(1);
	recorder_destroy(r);
	CHECK(mp4_n_done == 1 && mp4_results[0].interrupted &&
	      strcmp(mp4_results[0].name, "cut") == 0);
	CHECK(access(path, F_OK) < 0);
	if (mp4_results[0].err || until - mp4_results[0].duration_ms * 1000 > 1000000)
		fprintf(stderr, "cut at %ld of %lld us: err %d, %lld ms\n", (long)size,
			(long long)until, mp4_results[0].err,
			(long long)mp4_results[0].duration_ms);
	if (until > 700000)
		CHECK(mp4_results[0].err == 0);
	CHECK(until - mp4_results[0].duration_ms * 1000 <= 1000000);
	if (mp4_results[0].err == 0) {
		mp4_decodes(mp4_results[0].path);
		mp4_is_fast_start(mp4_results[0].path);
		unlink(mp4_results[0].path);
	} else {
		char broken[600];

		CHECK(mp4_results[0].err == -EBADMSG);
		snprintf(broken, sizeof(broken), "%s/cut.broken.mp4", mp4_dir);
		CHECK(unlink(broken) == 0);
	}
}

static void cut_anywhere(void)
{
	char whole[600], path[600], cmd[1300], out[10];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s/whole", mp4_dir);
	snprintf(path, sizeof(path), "%s/cut.part.mp4", mp4_dir);
	write_part(whole);
	CHECK(stat(whole, &st) == 0);
	for (int i = 0; i <= 16; i++) {
		snprintf(cmd, sizeof(cmd), "cp '%s' '%s'", whole, path);
		mp4_run(cmd, out, sizeof(out));
		/* 0 bytes are of a young part: let them be */
		recover_cut(path, i == 0 ? 7 : st.st_size * i / 16 - (i % 3) * 11);
	}
	unlink(whole);
}

/* Records until it is killed, and says how far it got. */
static void record_for_ever(int out)
{
	struct recorder *r = mp4_make(mp4_dir);
	struct mp4_media m;
	int64_t v = 0;

	mp4_media_open(&m);
	mp4_begin(r, "killed");
	for (int64_t t = 0;; t += MP4_SOUND_US) {
		if (t >= v) {
			mp4_push(r, mp4_picture(&m, v, MP4_FRAME_US));
			v += MP4_FRAME_US;
		}
		mp4_push(r, mp4_sound(&m, t));
		CHECK(write(out, &t, sizeof(t)) == sizeof(t));
		usleep(4000);
	}
}

static void killed(void)
{
	int64_t t = mp4_killed_at(record_for_ever, 3700000);
	struct recorder *r;

	r = mp4_make(mp4_dir);
	CHECK(recorder_recover(r) == 0);
	recorder_destroy(r);
	CHECK(mp4_n_done == 1 && mp4_results[0].err == 0 && mp4_results[0].interrupted);
	mp4_plays(&mp4_results[0], (double)t / 1e6 - 0.5, 0.5);
	unlink(mp4_results[0].path);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	killed(); /* forks: first */
	cut_anywhere();
	mp4_teardown();
	return 0;
}
