/* Real H.264 and Opus through the recorder and its MP4 plugin; ffprobe and
 * ffmpeg judge the files. Needs both programs, else it is skipped.
 */
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sound comes before its picture, as it does in life. */
static void five_seconds(void)
{
	struct recorder *r = mp4_make(mp4_dir);
	struct mp4_media m;
	int64_t t = 0, v = 0;

	mp4_media_open(&m);
	mp4_begin(r, "five");
	for (t = -300000; t < 5000000; t += MP4_SOUND_US) {
		mp4_push(r, mp4_sound(&m, t));
		if (t < v + 80000)
			continue;
		mp4_push(r, mp4_picture(&m, v, MP4_FRAME_US));
		v += MP4_FRAME_US;
	}
	recorder_stop(r, 1);
	mp4_wait_done(1);
	recorder_destroy(r);
	mp4_media_close(&m);
	CHECK(mp4_results[0].err == 0 && !mp4_results[0].interrupted);
	mp4_plays(&mp4_results[0], 5.0, 0.1);
	CHECK(fabs(mp4_probe(mp4_results[0].path, "a:1", "stream=duration") - 5.0) < 0.1);
	CHECK(fabs(mp4_probe(mp4_results[0].path, "v:0", "stream=start_time")) < 0.001);
	CHECK(fabs(mp4_probe(mp4_results[0].path, "a:0", "stream=start_time")) < 0.001);
	if (!getenv("KEEP"))
		unlink(mp4_results[0].path);
}

/* Nothing moves: a picture a second. It lasts until the sound ends. The sound
 * starts late and has a hole. */
static void still_picture(void)
{
	struct recorder *r = mp4_make(mp4_dir);
	struct mp4_media m;
	int64_t t, v = 0;

	mp4_media_open(&m);
	mp4_begin(r, "still");
	for (t = 0; t < 7900000; t += MP4_SOUND_US) {
		if (t >= v) {
			mp4_push(r, mp4_picture(&m, v, MP4_FRAME_US));
			v += v < 1000000 ? MP4_FRAME_US : 1000000;
		}
		if (t >= 200000 && (t < 3000000 || t >= 4500000))
			mp4_push(r, mp4_sound(&m, t));
	}
	recorder_stop(r, 1);
	mp4_wait_done(1);
	recorder_destroy(r);
	mp4_media_close(&m);
	CHECK(mp4_results[0].err == 0);
	mp4_plays(&mp4_results[0], 7.9, 0.1);
	CHECK(fabs(mp4_probe(mp4_results[0].path, "a:1", "stream=start_time") - 0.2) <
	      0.01);
	CHECK((int)mp4_probe(mp4_results[0].path, "v:0", "stream=nb_frames") ==
	      m.n_pictures);
	unlink(mp4_results[0].path);
}

static void without_sound(void)
{
	struct recorder *r = mp4_make(mp4_dir);
	char out[200], cmd[600];
	struct mp4_media m;

	mp4_media_open(&m);
	mp4_begin(r, "mute");
	for (int64_t t = 0; t < 2000000; t += MP4_FRAME_US)
		mp4_push(r, mp4_picture(&m, t, MP4_FRAME_US));
	recorder_destroy(r); /* as when the server is told to end */
	mp4_media_close(&m);
	CHECK(mp4_n_done == 1 && mp4_results[0].err == 0);
	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s'",
		 mp4_results[0].path);
	mp4_run(cmd, out, sizeof(out));
	CHECK(strcmp(out, "h264\n") == 0);
	mp4_decodes(mp4_results[0].path);
	CHECK(fabs(mp4_probe(mp4_results[0].path, "", "format=duration") - 2.0) < 0.1);
	unlink(mp4_results[0].path);
}

static void disk_full(void)
{
	char small[600], cmd[700], out[10];
	struct recorder *r;
	struct mp4_media m;
	int64_t v;

	snprintf(small, sizeof(small), "%s/small", mp4_dir);
	CHECK(mkdir(small, 0700) == 0);
	if (mount("none", small, "tmpfs", 0, "size=300k,mode=700") < 0) {
		fprintf(stderr, "no tmpfs here: the full disk is not tried\n");
		rmdir(small);
		return;
	}
	r = mp4_make(small);
	mp4_media_open(&m);
	mp4_begin(r, "full");
	for (v = 0; v < 60000000 && mp4_n_done == 0; v += MP4_FRAME_US) {
		mp4_give(r, mp4_picture(&m, v, MP4_FRAME_US));
	}
	mp4_wait_done(1);
	recorder_destroy(r);
	mp4_media_close(&m);
	CHECK(mp4_results[0].err == -ENOSPC && mp4_results[0].bytes > 200000);
	mp4_decodes(mp4_results[0].path);
	CHECK(mp4_probe(mp4_results[0].path, "", "format=duration") > 1);
	snprintf(cmd, sizeof(cmd), "umount '%s'", small);
	mp4_run(cmd, out, sizeof(out));
	CHECK(rmdir(small) == 0);
}

static void refusals(void)
{
	struct aula_track v = {
		.size = sizeof(v), .kind = AULA_TRACK_VIDEO, .codec = "vp8"};
	const struct aula_track *tracks[] = {&v, &v, &v};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1};
	struct aula_finished info = {.size = sizeof(info)};
	char path[600], to[600];
	struct mp4_media m;
	struct au *au;
	void *self;
	int fd;

	snprintf(path, sizeof(path), "%s/x.part.mp4", mp4_dir);
	snprintf(to, sizeof(to), "%s/x.mp4", mp4_dir);
	CHECK(mp4_ops->open(&self, path, tracks, 1) == -ENOTSUP);
	CHECK(mp4_ops->open(&self, path, tracks, 0) == -ENOTSUP);
	CHECK(mp4_ops->open(&self, path, tracks, 3) == -ENOTSUP);
	memcpy(v.codec, "h264", 5);
	CHECK(mp4_ops->open(&self, path, tracks, 1) == -EINVAL); /* no parameter sets */
	CHECK(mp4_ops->open(&self, "/nonexistent/x", tracks, 1) == -ENOENT);

	mp4_media_open(&m);
	au = mp4_picture(&m, 0, MP4_FRAME_US);
	mp4_plugin_open(&self, path, au);
	p.track = 2;
	CHECK(mp4_ops->write(self, &p) == -EINVAL);
	p.track = 0;
	p.pts_us = -1;
	CHECK(mp4_ops->write(self, &p) == -EINVAL);
	p.pts_us = 0;
	p.len = 0;
	CHECK(mp4_ops->write(self, &p) == -EINVAL);
	CHECK(mp4_plugin_write(self, au) == 0);
	CHECK(mp4_plugin_write(self, au) ==
	      0); /* the same time again: moved on by a tick */
	CHECK(mp4_ops->close(self) == 0);
	CHECK(mp4_ops->finish(path, to, &info) == 0 && info.bytes > 500);
	au_put(au);
	mp4_media_close(&m);
	unlink(to);

	CHECK(mp4_ops->finish("/nonexistent/x", to, &info) == -ENOENT);
	fd = open(path, O_WRONLY | O_TRUNC);
	CHECK(mp4_ops->finish(path, to, &info) == -EBADMSG);
	CHECK(fd >= 0 && write(fd, "no film at all, but a few letters", 33) == 33);
	CHECK(mp4_ops->finish(path, to, &info) == -EBADMSG);
	CHECK(access(to, F_OK) < 0);
	close(fd);
	unlink(path);
	snprintf(path, sizeof(path), "%s/x.mp4.tmp", mp4_dir);
	CHECK(access(path, F_OK) < 0);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	five_seconds();
	still_picture();
	without_sound();
	disk_full();
	refusals();
	mp4_teardown();
	return 0;
}
