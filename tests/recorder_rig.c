#include "tests/recorder_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

char rec_dir[] = "/tmp/test_recorder.XXXXXX";

struct rec_fake rec_fake;

struct fake_file {
	int fd;
};

static int fake_open(void **self, const char *path,
		     const struct aula_track *const *tracks, uint32_t n_tracks)
{
	struct fake_file *f;
	struct stat st;

	CHECK(n_tracks == 2 && strcmp(tracks[0]->codec, "h264") == 0 &&
	      strcmp(tracks[1]->codec, "opus") == 0);
	CHECK(tracks[0]->w_px == 64 && tracks[0]->h_px == 36);
	CHECK(tracks[0]->config_len == 12 &&
	      memcmp(tracks[0]->config, "\0\0\0\1\x67S\0\0\0\1\x68P", 12) == 0);
	CHECK(tracks[1]->config_len == 19 && tracks[1]->rate_hz == 48000);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 0);
	if (rec_fake.fail_open)
		return rec_fake.fail_open;
	f = malloc(sizeof(*f));
	f->fd = open(path, O_WRONLY);
	CHECK(f->fd >= 0);
	rec_fake.n_open++;
	*self = f;
	return 0;
}

static int write_letter(void *self, const struct aula_packet *p)
{
	struct fake_file *f = self;
	int n = rec_fake.n_write++;

	atomic_store(&rec_fake.inside, true);
	while (atomic_load(&rec_fake.blocked))
		usleep(1000);
	if (rec_fake.fail_write)
		return rec_fake.fail_write;
	rec_fake.pts[n] = p->pts_us;
	rec_fake.track[n] = p->track;
	return write(f->fd,
		     p->track                     ? "s"
		     : p->flags & AULA_PACKET_KEY ? "K"
						  : "v",
		     1) == 1
		       ? 0
		       : -errno;
}

static int fake_write(void *self, const struct aula_packet *p)
{
	int err = write_letter(self, p);

	rec_fake.n_written++;
	return err;
}

static int fake_close(void *self)
{
	struct fake_file *f = self;

	close(f->fd);
	free(f);
	rec_fake.n_close++;
	return rec_fake.fail_close;
}

static int fake_finish(const char *part, const char *path, struct aula_finished *info)
{
	rec_fake.n_finish++;
	CHECK(info->size == sizeof(*info));
	if (rec_fake.fail_finish)
		return rec_fake.fail_finish;
	CHECK(link(part, path) == 0);
	info->duration_us = 5000000;
	return 0;
}

const struct aula_recorder_ops rec_ops = {
	.size = sizeof(rec_ops),
	.extension = "fak",
	.open = fake_open,
	.write = fake_write,
	.close = fake_close,
	.finish = fake_finish,
};

struct recording_result rec_results[REC_RESULTS];
atomic_int rec_n_done, rec_n_started;

void rec_started(void *ctx, uint32_t id, int64_t at_ms)
{
	CHECK(ctx == rec_results && id && at_ms >= 0);
	rec_n_started++;
}

void rec_done(void *ctx, const struct recording_result *result)
{
	CHECK(ctx == rec_results && rec_n_done < REC_RESULTS);
	rec_results[rec_n_done] = *result;
	rec_n_done++;
}

void rec_wait_done(int n)
{
	for (int i = 0; i < 60000 && rec_n_done < n; i++)
		usleep(1000);
	CHECK(rec_n_done >= n);
}

struct recorder *rec_make(const struct aula_recorder_ops *ops, uint64_t reserve)
{
	const struct recorder_conf conf = {
		.dir = rec_dir, .reserve_bytes = reserve, .editions = {{"full", ops}}};
	const struct recorder_events events = {rec_results, rec_started, rec_done, NULL,
					       NULL};
	struct recorder *r;

	memset(&rec_fake, 0, sizeof(rec_fake));
	rec_n_done = rec_n_started = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

struct recording_conf rec_conf_of(uint32_t id, const char *name)
{
	struct recording_conf conf = {.id = id,
				      .n_editions = 1,
				      .editions = {{0, REC_VIDEO, 64, 36, "", false}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	return conf;
}

void rec_begin(struct recorder *r, uint32_t id, const char *name)
{
	struct recording_conf conf = rec_conf_of(id, name);

	CHECK(recorder_start(r, &conf) == 0);
}

struct au *rec_unit(char kind, int64_t ms)
{
	static const char key[] = "\0\0\0\1\x67S\0\0\1\x68P\0\0\1\x65I";
	struct au *au;

	if (kind == 'K')
		CHECK(au_create(&au, key, sizeof(key) - 1) == 0);
	else
		CHECK(au_create(&au, "\0\0\1\x61x", 5) == 0);
	au->codec = kind == 's' ? CODEC_OPUS : CODEC_H264;
	au->flags = kind == 'K' ? AU_KEY : 0;
	au->pts_us = ms * 1000;
	au->duration_us = 20000;
	return au;
}

int rec_push(struct recorder *r, uint32_t id, char kind, int64_t ms)
{
	return recorder_push(r, id, REC_VIDEO, rec_unit(kind, ms));
}

void rec_file_is(const char *name, const char *text)
{
	char path[300], got[100] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
	fd = open(path, O_RDONLY);
	if (!text) {
		CHECK(fd < 0 && errno == ENOENT);
		return;
	}
	CHECK(fd >= 0 && read(fd, got, sizeof(got) - 1) >= 0);
	if (strcmp(got, text) != 0)
		fprintf(stderr, "%s holds '%s', not '%s'\n", name, got, text);
	CHECK(strcmp(got, text) == 0);
	close(fd);
	unlink(path);
}

void rec_put_file(const char *name, const char *text)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

void rec_remove_file(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
	CHECK(unlink(path) == 0);
}
