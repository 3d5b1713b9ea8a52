/* Real media through the recorders "mkv" and "webm": whole, joined of pieces, cut off
 * anywhere, and onto a disk that fails. ffprobe and ffmpeg judge; without them it is
 * skipped.
 */
#include "tests/disk_faults.h"
#include "tests/form_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define BOTH (FORM_PICTURES | FORM_SOUND)

struct kind {
	const struct aula_recorder_ops *ops;
	const char *codec, *streams;
};
static struct kind mkv = {.codec = "h264", .streams = "h264\nopus\n"};
static struct kind webm = {.codec = "vp8", .streams = "vp8\nopus\n"};

static char part[100], path[100], tmp[110];

static void files_of(const struct kind *kind)
{
	snprintf(part, sizeof(part), "%s/a.part.%s", mp4_dir, kind->ops->extension);
	snprintf(path, sizeof(path), "%s/a.%s", mp4_dir, kind->ops->extension);
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
}

static size_t file_read(const char *name, uint8_t **data)
{
	struct stat st;
	int fd = open(name, O_RDONLY);

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	*data = malloc((size_t)st.st_size + 1);
	CHECK(*data && read(fd, *data, (size_t)st.st_size) == st.st_size);
	close(fd);
	return (size_t)st.st_size;
}

static void file_write(const char *name, const uint8_t *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

/* The index lies before the media: a player need not look for it at the end. */
static void is_indexed_in_front(const char *name)
{
	static const uint8_t cues[] = {0x1c, 0x53, 0xbb, 0x6b};
	static const uint8_t cluster[] = {0x1f, 0x43, 0xb6, 0x75};
	uint8_t *data, *at, *media;
	size_t len = file_read(name, &data);

	/* the first mention is in the table of contents, the second the index */
	at = memmem(data, len, cues, 4);
	CHECK(at);
	at = memmem(at + 4, len - (size_t)(at + 4 - data), cues, 4);
	media = memmem(data, len, cluster, 4);
	CHECK(at && media && at < media);
	free(data);
}

static void finished(const struct kind *kind, double want, double slack)
{
	struct aula_finished info = {.size = sizeof(info)};
	struct stat st;

	CHECK(kind->ops->finish(part, path, &info) == 0);
	CHECK(stat(path, &st) == 0 && (uint64_t)st.st_size == info.bytes &&
	      (st.st_mode & 0777) == 0600);
	CHECK(fabs((double)info.duration_us / 1e6 - want) <= slack);
	form_lasts(path, want, slack);
	mp4_decodes(path);
	CHECK(access(part, F_OK) == 0 && access(tmp, F_OK) < 0);
}

static void whole(const struct kind *kind)
{
	struct form f;

	files_of(kind);
	CHECK(form_begin(&f, kind->ops, kind->codec, BOTH, part, NULL) == 0);
	f.key_us = 2000000;
	CHECK(form_run(&f, 3100000) == 0);
	/* what is there already plays, but for the last second */
	form_has_streams(part, kind->streams);
	mp4_decodes(part);
	CHECK(form_run(&f, 5000000) == 0 && form_end(&f) == 0);
	mp4_decodes(part);
	finished(kind, 5.0, 0.05);
	form_has_streams(path, kind->streams);
	is_indexed_in_front(path);
	CHECK(fabs(mp4_probe(path, "v:0", "stream=start_time")) < 0.001);
	CHECK(fabs(mp4_probe(path, "a:0", "stream=start_time")) < 0.001);
	unlink(part);
	if (!getenv("KEEP"))
		unlink(path);
}

/* Nothing moves, then nobody speaks any more. */
static void quiet(const struct kind *kind)
{
	struct form f;

	files_of(kind);
	CHECK(form_begin(&f, kind->ops, kind->codec, BOTH, part, NULL) == 0);
	f.frame_us = 1000000;
	CHECK(form_run(&f, 4500000) == 0 && form_end(&f) == 0);
	finished(kind, 4.5, 0.05);
	unlink(part);
	unlink(path);

	CHECK(form_begin(&f, kind->ops, kind->codec, FORM_PICTURES, part, NULL) == 0);
	CHECK(form_run(&f, 2000000) == 0 && form_end(&f) == 0);
	finished(kind, 2.0, 0.1);
	unlink(part);
	unlink(path);

	CHECK(form_begin(&f, kind->ops, kind->codec, FORM_SOUND, part, NULL) == 0);
	CHECK(form_run(&f, 2000000) == 0 && form_end(&f) == 0);
	finished(kind, 2.0, 0.05);
	form_has_streams(path, "opus\n");
	unlink(part);
	unlink(path);
}

/* Three pieces, the second of them with other parameter sets, the third half a second
 * after the end of it. */
static void joined(const struct kind *kind)
{
	static const char *const codecs[2][3] = {{"h264", "base", "h264"},
						 {"vp8", "vp8", "vp8"}};
	struct aula_piece pieces[3];
	const struct aula_piece *all[3];
	struct aula_finished info = {.size = sizeof(info)};
	char names[3][120];
	struct form f;

	files_of(kind);
	for (int i = 0; i < 3; i++) {
		snprintf(names[i], sizeof(names[i]), "%s.%d", path, i);
		CHECK(form_begin(&f, kind->ops, codecs[kind == &webm][i], BOTH, part,
				 NULL) == 0);
		CHECK(form_run(&f, 2000000) == 0 && form_end(&f) == 0);
		CHECK(kind->ops->finish(part, names[i], &info) == 0);
		pieces[i] = (struct aula_piece){sizeof(pieces[i]), names[i],
						i * 2000000 + (i == 2 ? 500000 : 0)};
		all[i] = &pieces[i];
		unlink(part);
	}
	CHECK(kind->ops->join(all, 3, path, &info) == 0);
	CHECK(info.duration_us == 6500000 && info.bytes > 10000);
	form_lasts(path, 6.5, 0.05);
	form_has_streams(path, kind->streams);
	mp4_decodes(path);
	is_indexed_in_front(path);
	CHECK((int)mp4_probe(path, "v:0 -count_packets", "stream=nb_read_packets") == 90);
	/* again, in the place of the older one; nothing of a damaged piece may be lost */
	CHECK(kind->ops->join(all, 3, path, &info) == 0 && info.duration_us == 6500000);
	file_write(names[1], (const uint8_t *)"nothing", 7);
	CHECK(kind->ops->join(all, 3, path, &info) == -EBADMSG);
	unlink(names[1]);
	CHECK(kind->ops->join(all, 3, path, &info) == -ENOENT);
	CHECK(access(path, F_OK) == 0 && access(tmp, F_OK) < 0);
	unlink(names[0]);
	unlink(names[2]);
	unlink(path);
}

/* ---- crashes ----------------------------------------------------------------------- */

static struct {
	size_t size;
	int64_t at_us;
} log_of_part[400];
static int n_log;

static int64_t lived_until(size_t size)
{
	int64_t at = 0;

	for (int i = 0; i < n_log && log_of_part[i].size <= size; i++)
		at = log_of_part[i].at_us;
	return at;
}

static void cut_at(const struct kind *kind, const uint8_t *data, size_t size)
{
	struct aula_finished info = {.size = sizeof(info)};
	int64_t until = lived_until(size);
	int err;

	file_write(part, data, size);
	err = kind->ops->finish(part, path, &info);
	CHECK(access(tmp, F_OK) < 0);
	if (err) {
		if (err != -EBADMSG || until > 1200000)
			fprintf(stderr, "cut at %zu: %d\n", size, err);
		CHECK(err == -EBADMSG && until <= 1200000);
		CHECK(access(path, F_OK) < 0);
		return;
	}
	if (until - info.duration_us > 1100000)
		fprintf(stderr, "cut at %zu of %lld us: %lld us\n", size,
			(long long)until, (long long)info.duration_us);
	CHECK(until - info.duration_us <= 1100000);
	mp4_decodes(path);
	unlink(path);
}

static void cut_anywhere(const struct kind *kind)
{
	struct form f;
	struct stat st;
	uint8_t *data;
	size_t len;

	files_of(kind);
	n_log = 0;
	CHECK(form_begin(&f, kind->ops, kind->codec, BOTH, part, NULL) == 0);
	for (int64_t t = MP4_SOUND_US; t <= 4000000; t += MP4_SOUND_US) {
		CHECK(form_run(&f, t) == 0 && stat(part, &st) == 0);
		log_of_part[n_log].size = (size_t)st.st_size;
		log_of_part[n_log++].at_us = t;
	}
	CHECK(form_end(&f) == 0);
	len = file_read(part, &data);
	for (size_t i = 0; i < 24; i++)
		cut_at(kind, data, len * i / 24 + i % 5);
	for (size_t i = 0; i < 400; i += 23)
		cut_at(kind, data, i);
	free(data);
	unlink(part);
}

/* ---- disks that fail --------------------------------------------------------------- */

static int record(const struct kind *kind)
{
	struct aula_finished info = {.size = sizeof(info)};
	struct form f;
	int err, end;

	err = form_begin(&f, kind->ops, kind->codec, BOTH, part, NULL);
	if (err)
		return err;
	err = form_run(&f, 2500000);
	end = form_end(&f);
	if (!err)
		err = end;
	return err ? err : kind->ops->finish(part, path, &info);
}

static void disk_fails(const struct kind *kind)
{
	struct fault fault = {.kind = FAULT_NONE};
	struct aula_finished info = {.size = sizeof(info)};
	uint32_t n, failed;

	files_of(kind);
	disk_faults_arm(mp4_dir, &fault);
	CHECK(record(kind) == 0);
	n = disk_faults_disarm(&failed);
	CHECK(n > 8 && failed == 0);
	unlink(path);
	unlink(part);
	for (uint32_t i = 1; i <= n; i++) {
		int err;

		fault = (struct fault){i % 2 ? FAULT_FROM : FAULT_ONCE, i,
				       i % 3 ? ENOSPC : EIO, 0};
		disk_faults_arm(mp4_dir, &fault);
		err = record(kind);
		disk_faults_disarm(&failed);
		CHECK(failed > 0);
		if (err && err != -fault.err)
			fprintf(stderr, "fault %u of %u, %d: %d\n", i, n, fault.err, err);
		CHECK(err == 0 || err == -fault.err);
		CHECK((err == 0) == (access(path, F_OK) == 0));
		if (err) { /* the disk is well again */
			err = kind->ops->finish(part, path, &info);
			CHECK(err == 0 || err == -EBADMSG || err == -ENOENT);
		}
		if (!err && i % 4 == 0)
			mp4_decodes(path);
		unlink(path);
		unlink(part);
		unlink(tmp);
	}
}

static void refusals(const struct kind *kind)
{
	struct aula_track v = {.size = sizeof(v), .kind = AULA_TRACK_VIDEO};
	struct aula_finished info = {.size = sizeof(info)};
	const struct aula_track *tracks[] = {&v, &v};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1};
	struct form f;
	void *self;

	files_of(kind);
	CHECK(kind->ops->finish(part, path, &info) == -ENOENT);
	file_write(part, (const uint8_t *)"no film at all, but letters", 27);
	CHECK(kind->ops->finish(part, path, &info) == -EBADMSG);
	CHECK(access(path, F_OK) < 0 && access(tmp, F_OK) < 0);

	strcpy(v.codec, kind == &webm ? "h264" : "vp8");
	CHECK(kind->ops->open(&self, part, tracks, 1) == -ENOTSUP);
	CHECK(kind->ops->open(&self, part, tracks, 0) == -ENOTSUP);
	strcpy(v.codec, kind->codec);
	CHECK(kind->ops->open(&self, part, tracks, 1) == -EINVAL); /* no size */
	v.w_px = v.h_px = 64;
	CHECK(kind->ops->open(&self, part, tracks, 2) == -ENOTSUP);
	if (kind == &mkv) /* no parameter sets */
		CHECK(kind->ops->open(&self, part, tracks, 1) == -EINVAL);

	CHECK(form_begin(&f, kind->ops, kind->codec, BOTH, part, NULL) == 0);
	p.track = 2;
	CHECK(kind->ops->write(f.self, &p) == -EINVAL);
	p.track = 0;
	p.pts_us = -1;
	CHECK(kind->ops->write(f.self, &p) == -EINVAL);
	p.pts_us = 0;
	p.len = 0;
	CHECK(kind->ops->write(f.self, &p) == -EINVAL);
	CHECK(form_run(&f, 500000) == 0 && form_end(&f) == 0);
	finished(kind, 0.5, 0.05);
	unlink(part);
	unlink(path);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_FATAL); /* damaged files are the point */
	mkv.ops = mp4_load("record_mkv", "mkv");
	webm.ops = mp4_load("record_webm", "webm");
	CHECK(!mkv.ops->video && strcmp(webm.ops->video, "vp8") == 0);
	for (struct kind *k = &mkv; k; k = k == &mkv ? &webm : NULL) {
		whole(k);
		quiet(k);
		joined(k);
		cut_anywhere(k);
		disk_fails(k);
		refusals(k);
	}
	mp4_teardown();
	return 0;
}
