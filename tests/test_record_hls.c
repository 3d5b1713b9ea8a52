/* Real media through the recorder "hls": segments, playlists, what is there while it
 * grows, crashes, disks that fail. ffprobe and ffmpeg judge; without them it is skipped.
 */
#include "tests/disk_faults.h"
#include "tests/form_rig.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BOTH   (FORM_PICTURES | FORM_SOUND)
#define TARGET 8

static const struct aula_recorder_ops *ops;
static char part[100], path[100], keep[110];
static int64_t wall_off_ms; /* the clock on the wall is that much further on */

/* The plugin asks this one: it is found before the C library's. */
#pragma GCC visibility push(default)
int clock_gettime(clockid_t id, struct timespec *ts)
{
	long err = syscall(SYS_clock_gettime, id, ts);

	if (id == CLOCK_REALTIME)
		ts->tv_sec += wall_off_ms / 1000;
	return (int)err;
}
#pragma GCC visibility pop

/* ---- files ---------------------------------------------------------------------------
 */

static void run(const char *what, const char *a, const char *b)
{
	char cmd[700], out[10];

	snprintf(cmd, sizeof(cmd), "%s '%s' '%s'", what, a, b);
	mp4_run(cmd, out, sizeof(out));
}

static bool exists(const char *dir, const char *name)
{
	char file[300];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return access(file, F_OK) == 0;
}

static char *file_text(const char *dir, const char *name)
{
	static char text[2][65536];
	static int turn;
	char file[300];
	ssize_t n;
	int fd;

	turn = !turn;
	snprintf(file, sizeof(file), "%s/%s", dir, name);
	fd = open(file, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text[turn], sizeof(text[0]) - 1);
	CHECK(n >= 0);
	text[turn][n] = '\0';
	close(fd);
	return text[turn];
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void clear(void)
{
	run("rm -rf", part, path);
	CHECK(mkdir(part, 0700) == 0);
}

static void index_of(const char *dir, char out[300])
{
	snprintf(out, 300, "%s/index.m3u8", dir);
}

/* ---- what all folders must be -------------------------------------------------------
 */

/* One segment by itself: it decodes, and begins with a key frame unless it says that it
 * does not. */
static void segment_plays(const char *dir, int map, int number, bool dependent)
{
	char file[300], cmd[1200], out[100];

	snprintf(file, sizeof(file), "%s/one.mp4", mp4_dir);
	snprintf(cmd, sizeof(cmd), "cat '%s/init%d.mp4' '%s/%d.m4s' > '%s'", dir, map,
		 dir, number, file);
	mp4_run(cmd, out, sizeof(out));
	if (!dependent) {
		mp4_decodes(file);
		snprintf(cmd, sizeof(cmd),
			 "ffprobe -v error -select_streams v -show_entries packet=flags "
			 "-of csv=p=0 '%s' 2>&1 | head -1",
			 file);
		mp4_run(cmd, out, sizeof(out));
		CHECK(!*out || out[0] == 'K');
	}
	unlink(file);
}

static const char *after(const char *line, const char *tag)
{
	size_t len = strlen(tag);

	return strncmp(line, tag, len) == 0 ? line + len : NULL;
}

/* Reads a playlist as a player does; returns its seconds, `n` is how many segments. */
static double list_is_right(const char *dir, const char *name, int *n, bool each)
{
	char *text = file_text(dir, name), *line, *next;
	int map = -1, number = -1, first = -1;
	bool dependent = false, independent = strstr(text, "INDEPENDENT-SEGMENTS");
	double sum = 0, duration = 0;

	*n = 0;
	CHECK(after(text, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:8\n"));
	for (line = text; *line; line = next) {
		const char *value;

		next = strchr(line, '\n');
		CHECK(next);
		*next++ = '\0';
		if ((value = after(line, "#EXT-X-MEDIA-SEQUENCE:")))
			first = atoi(value);
		else if ((value = after(line, "#EXT-X-MAP:URI=\"init")))
			map = atoi(value);
		else if ((value = after(line, "#EXTINF:")))
			duration = atof(value);
		else if (strcmp(line, "# no key frame") == 0)
			dependent = true;
		if (*line == '#')
			continue;
		number = atoi(line);
		CHECK(number == first + *n && map >= 0 && duration > 0);
		CHECK(lround(duration) <= TARGET);
		CHECK(!dependent || !independent);
		if (each)
			segment_plays(dir, map, number, dependent);
		sum += duration;
		duration = 0;
		dependent = false;
		++*n;
	}
	return sum;
}

static int folder_plays(const char *dir, double want, double slack, bool each)
{
	char file[300];
	int n, n_live;
	double sum = list_is_right(dir, "index.m3u8", &n, each);
	double live = list_is_right(dir, "live.m3u8", &n_live, false);

	if (fabs(sum - want) > slack)
		fprintf(stderr, "%s: %.3f s, not %.3f\n", dir, sum, want);
	CHECK(fabs(sum - want) <= slack);
	CHECK(n_live == n || (n_live >= 6 && live >= 3 * TARGET));
	index_of(dir, file);
	if (strstr(file_text(dir, "index.m3u8"), "#EXT-X-ENDLIST")) {
		mp4_decodes(file);
		form_lasts(file, want, slack);
	}
	return n;
}

static bool nothing_else(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool clean = true;

	CHECK(d);
	while ((e = readdir(d)))
		clean = clean && !strstr(e->d_name, ".tmp");
	closedir(d);
	return clean;
}

static void finished(double want, double slack)
{
	struct aula_finished info = {.size = sizeof(info)};

	CHECK(ops->finish(part, path, &info) == 0);
	CHECK(access(part, F_OK) < 0 && nothing_else(path));
	CHECK(fabs((double)info.duration_us / 1e6 - want) <= slack && info.bytes > 1000);
	CHECK(strstr(file_text(path, "live.m3u8"), "#EXT-X-ENDLIST"));
	folder_plays(path, want, slack, true);
}

/* ---- whole ones -----------------------------------------------------------------------
 */

static void grows(void)
{
	struct form f;
	char half[20], file[300];
	char *text;
	int n;

	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	f.key_us = 2000000;
	CHECK(form_run(&f, 3500000) == 0);
	/* nothing whole yet, but what is there is on the disk */
	CHECK(!exists(part, "index.m3u8") && exists(part, "init0.mp4"));
	snprintf(file, sizeof(file), "%s/0.m4s.tmp", part);
	{
		struct stat st;

		CHECK(stat(file, &st) == 0 && st.st_size > 5000);
	}
	CHECK(form_run(&f, 45000000) == 0);
	text = file_text(part, "index.m3u8");
	CHECK(strstr(text, "#EXT-X-PLAYLIST-TYPE:EVENT\n") &&
	      strstr(text, "#EXT-X-INDEPENDENT-SEGMENTS\n") &&
	      strstr(text, "#EXT-X-MEDIA-SEQUENCE:0\n") && !strstr(text, "ENDLIST"));
	CHECK(count(text, "DATE-TIME") == 1 && count(text, "EXT-X-MAP") == 1);
	n = folder_plays(part, 44.0, 0.1, false);
	CHECK(n == 11);
	text = file_text(part, "live.m3u8");
	CHECK(!strstr(text, "EVENT") && strstr(text, "#EXT-X-MEDIA-SEQUENCE:5\n") &&
	      count(text, "EXTINF") == 6 && count(text, "DATE-TIME") == 1);
	snprintf(half, sizeof(half), "%d.m4s.tmp", n);
	CHECK(exists(part, half) && !exists(part, "0.m4s.tmp"));
	CHECK(form_end(&f) == 0);
	finished(45.0, 0.1);
	index_of(path, file);
	form_has_streams(file, "h264\naac\n\nh264\naac\n"); /* of a programme, too */
	/* an older one is replaced */
	CHECK(mkdir(part, 0700) == 0);
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	CHECK(form_run(&f, 2000000) == 0 && form_end(&f) == 0);
	{
		struct aula_finished info = {.size = sizeof(info)};

		CHECK(ops->finish(part, path, &info) == 0 && info.duration_us < 2200000);
		CHECK(exists(part, "9.m4s") && !exists(path, "9.m4s"));
	}
	if (!getenv("KEEP"))
		clear();
}

static void without(void)
{
	struct form f;

	/* without a picture */
	clear();
	CHECK(form_begin(&f, ops, "h264", FORM_SOUND, part, NULL) == 0);
	CHECK(form_run(&f, 30000000) == 0);
	CHECK(count(file_text(part, "index.m3u8"), "EXTINF") == 7);
	CHECK(form_end(&f) == 0);
	finished(30.0, 0.1);

	/* without a sound, though there should be one */
	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	f.what = FORM_PICTURES;
	f.key_us = 4000000;
	CHECK(form_run(&f, 10000000) == 0 && form_end(&f) == 0);
	finished(10.0, 0.1);

	/* without any sound */
	clear();
	CHECK(form_begin(&f, ops, "h264", FORM_PICTURES, part, NULL) == 0);
	f.key_us = 4000000;
	CHECK(form_run(&f, 10000000) == 0 && form_end(&f) == 0);
	finished(10.0, 0.1);
}

/* No key frame but the first, and a picture a second: the target is kept all the same. */
static void no_key_frames(void)
{
	struct form f;
	char *text;

	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	f.frame_us = 1000000;
	CHECK(form_run(&f, 40000000) == 0);
	text = file_text(part, "index.m3u8");
	CHECK(count(text, "# no key frame") == 3 && !strstr(text, "INDEPENDENT"));
	CHECK(form_end(&f) == 0);
	finished(40.0, 0.1);

	/* not even pictures, from the fifth second on */
	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	CHECK(form_run(&f, 5000000) == 0);
	f.next_us = INT64_MAX;
	CHECK(form_run(&f, 30000000) == 0 && form_end(&f) == 0);
	finished(30.0, 0.1);
}

static void other_sets(void)
{
	struct form f;
	char *text;

	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	CHECK(form_run(&f, 2000000) == 0);
	CHECK(form_change(&f, "base") == 0);
	CHECK(form_run(&f, 4000000) == 0);
	CHECK(form_change(&f, "h264") == 0);
	CHECK(form_run(&f, 6000000) == 0 && form_end(&f) == 0);
	text = file_text(part, "index.m3u8");
	CHECK(count(text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init1.mp4\"\n#EXT-X-"
			  "PROGRAM-DATE-TIME") == 1);
	CHECK(count(text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init2.mp4\"\n#EXT-X-"
			  "PROGRAM-DATE-TIME") == 1);
	finished(6.0, 0.1);
	CHECK(exists(path, "init2.mp4"));
}

static int64_t date_ms(const char *text, int which)
{
	struct tm tm = {.tm_sec = 0};

	for (int i = 0; i <= which; i++) {
		text = strstr(text, "DATE-TIME:");
		CHECK(text);
		text += 10;
	}
	CHECK(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
	return (int64_t)timegm(&tm) * 1000 + atoi(strchr(text, '.') + 1);
}

/* Times go on without a gap; the date does not. */
static void paused(void)
{
	struct form f;
	char *text;
	struct timespec now;
	int64_t from, to, start_ms;

	clear();
	clock_gettime(CLOCK_REALTIME, &now);
	start_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	CHECK(form_run(&f, 2000000) == 0);
	wall_off_ms += 100000; /* more than the test is faster than life */
	f.media.mp4.n_pictures = 0;
	CHECK(form_run(&f, 7000000) == 0 && form_end(&f) == 0);
	text = file_text(part, "index.m3u8");
	CHECK(count(text, "DATE-TIME") == 2 && !strstr(text, "DISCONTINUITY"));
	from = date_ms(text, 0);
	to = date_ms(text, 1);
	CHECK(from >= start_ms && from < start_ms + 60000);
	CHECK(to - from >= 100000 && to - from < 160000);
	finished(7.0, 0.1);
}

/* ---- crashes
 * ---------------------------------------------------------------------------- */

static void killed_after(int64_t us)
{
	struct form f;

	clear();
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	f.key_us = 4000000;
	CHECK(form_run(&f, us) == 0);
	run("cp -r", part, keep);
	form_end(&f);
	clear();
	rmdir(part);
	run("mv", keep, part);
}

static void crashes(void)
{
	struct aula_finished info = {.size = sizeof(info)};
	static const uint8_t zeros[600];
	char half[300];
	struct stat st;

	for (int64_t us = 100000; us < 14000000; us += 2370000) {
		int err;

		killed_after(us);
		err = ops->finish(part, path, &info);
		CHECK(err == 0 || (err == -EBADMSG && us < 1500000));
		if (err)
			continue;
		CHECK(us - info.duration_us <= 1200000);
		CHECK(nothing_else(path));
		folder_plays(path, (double)info.duration_us / 1e6, 0.1, false);
	}
	/* the half segment is cut anywhere, or damaged */
	killed_after(7900000);
	snprintf(half, sizeof(half), "%s/1.m4s.tmp", part);
	CHECK(stat(half, &st) == 0);
	run("cp -r", part, keep);
	for (int i = 0; i < 8; i++) {
		CHECK(truncate(half, st.st_size * i / 8) == 0);
		if (i == 7) { /* in the last fragment there are zeros */
			int fd = open(half, O_WRONLY);

			CHECK(fd >= 0 && ftruncate(fd, st.st_size) == 0);
			CHECK(pwrite(fd, zeros, sizeof(zeros), st.st_size - 3000) ==
			      sizeof(zeros));
			close(fd);
		}
		CHECK(ops->finish(part, path, &info) == 0);
		CHECK(info.duration_us >= 4000000 && info.duration_us < 8000000);
		folder_plays(path, (double)info.duration_us / 1e6, 0.1, false);
		clear();
		rmdir(part);
		run("cp -r", keep, part);
	}
	/* the list was lost, and a file that it names */
	index_of(part, half);
	unlink(half);
	CHECK(ops->finish(part, path, &info) == 0 && info.duration_us >= 3900000);
	clear();
	rmdir(part);
	run("cp -r", keep, part);
	snprintf(half, sizeof(half), "%s/0.m4s", part);
	CHECK(unlink(half) == 0);
	CHECK(ops->finish(part, path, &info) == -EBADMSG && access(path, F_OK) < 0);
	run("rm -rf", keep, part);
}

/* ---- disks that fail
 * -------------------------------------------------------------------- */

static int record(void)
{
	struct aula_finished info = {.size = sizeof(info)};
	struct form f;
	int err, end;

	err = form_begin(&f, ops, "h264", BOTH, part, NULL);
	if (err)
		return err;
	f.key_us = 3000000;
	err = form_run(&f, 4500000);
	end = form_end(&f);
	if (!err)
		err = end;
	return err ? err : ops->finish(part, path, &info);
}

static void disk_fails(void)
{
	struct aula_finished info = {.size = sizeof(info)};
	struct fault fault = {.kind = FAULT_NONE};
	uint32_t n, failed;

	clear();
	disk_faults_arm(mp4_dir, &fault);
	CHECK(record() == 0);
	n = disk_faults_disarm(&failed);
	CHECK(n > 20 && failed == 0);
	for (uint32_t i = 1; i <= n; i++) {
		int err;

		clear();
		fault = (struct fault){i % 2 ? FAULT_FROM : FAULT_ONCE, i,
				       i % 3 ? ENOSPC : EIO, 0};
		disk_faults_arm(mp4_dir, &fault);
		err = record();
		disk_faults_disarm(&failed);
		CHECK(failed > 0);
		if (err && err != -fault.err)
			fprintf(stderr, "fault %u of %u, %d: %d\n", i, n, fault.err, err);
		CHECK(err == 0 || err == -fault.err);
		CHECK((err == 0) == (access(path, F_OK) == 0));
		if (err) /* the disk is well again */
			err = ops->finish(part, path, &info);
		CHECK(err == 0 || err == -EBADMSG);
		if (!err && i % 8 == 0) {
			CHECK(nothing_else(path));
			folder_plays(path, (double)info.duration_us / 1e6, 5, false);
		}
	}
}

static void refusals(void)
{
	struct aula_track v = {
		.size = sizeof(v), .kind = AULA_TRACK_VIDEO, .codec = "vp8"};
	const struct aula_track *tracks[] = {&v};
	struct aula_finished info = {.size = sizeof(info)};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1, .track = 2};
	struct aula_start start = {
		.size = sizeof(start), .tracks = tracks, .n_tracks = 1};
	struct form f;
	void *self;

	clear();
	CHECK(ops->start(&self, &start) == -ENOTSUP); /* no path */
	start.path = part;
	CHECK(ops->start(&self, &start) == -ENOTSUP);
	strcpy(v.codec, "h264");
	CHECK(ops->start(&self, &start) == -EINVAL);
	CHECK(form_begin(&f, ops, "h264", BOTH, "/nonexistent/x", NULL) == -ENOENT);
	CHECK(form_begin(&f, ops, "h264", BOTH, part, NULL) == 0);
	CHECK(ops->write(f.self, &p) == -EINVAL);
	CHECK(ops->change(f.self, 1, &v) == -ENOTSUP);
	strcpy(v.codec, "vp8");
	CHECK(ops->change(f.self, 0, &v) == -ENOTSUP);
	form_end(&f);
	clear();
	CHECK(ops->finish(part, path, &info) == -EBADMSG); /* empty */
	rmdir(part);
	CHECK(ops->finish(part, path, &info) == -ENOENT);
	CHECK(access(path, F_OK) < 0);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_FATAL); /* damaged files are the point */
	ops = mp4_load("record_hls", "hls");
	CHECK(ops->flags == AULA_RECORDER_FOLDER && !ops->video);
	snprintf(part, sizeof(part), "%s/a.live.part.hls", mp4_dir);
	snprintf(path, sizeof(path), "%s/a.live.hls", mp4_dir);
	snprintf(keep, sizeof(keep), "%s.keep", part);
	grows();
	without();
	no_key_frames();
	other_sets();
	paused();
	crashes();
	disk_fails();
	refusals();
	run("rm -rf", part, path);
	mp4_teardown();
	return 0;
}
