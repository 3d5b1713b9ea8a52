/* The recorder with a plugin made for the test: queues, names, ends, threads. */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "recorder/annexb.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char dir[] = "/tmp/test_recorder.XXXXXX";

/* ---- a plugin that writes one letter per packet ---------------------------------- */

static struct {
	atomic_int fail_open, fail_write, fail_close, fail_finish;
	atomic_int n_open, n_write, n_close, n_finish;
	atomic_int n_written; /* calls of write() that are over */
	atomic_bool blocked;  /* write() waits */
	atomic_bool inside;
	int64_t pts[4096];
	uint32_t track[4096];
} fake;

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
	if (fake.fail_open)
		return fake.fail_open;
	f = malloc(sizeof(*f));
	f->fd = open(path, O_WRONLY);
	CHECK(f->fd >= 0);
	fake.n_open++;
	*self = f;
	return 0;
}

static int write_letter(void *self, const struct aula_packet *p)
{
	struct fake_file *f = self;
	int n = fake.n_write++;

	atomic_store(&fake.inside, true);
	while (atomic_load(&fake.blocked))
		usleep(1000);
	if (fake.fail_write)
		return fake.fail_write;
	fake.pts[n] = p->pts_us;
	fake.track[n] = p->track;
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

	fake.n_written++;
	return err;
}

static int fake_close(void *self)
{
	struct fake_file *f = self;

	close(f->fd);
	free(f);
	fake.n_close++;
	return fake.fail_close;
}

static atomic_bool finishing, finish_blocked;

static int fake_finish(const char *part, const char *path, struct aula_finished *info)
{
	fake.n_finish++;
	atomic_store(&finishing, true);
	while (atomic_load(&finish_blocked))
		usleep(1000);
	CHECK(info->size == sizeof(*info));
	if (fake.fail_finish)
		return fake.fail_finish;
	CHECK(link(part, path) == 0);
	info->bytes = 7;
	info->duration_us = 5000000;
	return 0;
}

static const struct aula_recorder_ops with_finish = {
	.size = sizeof(with_finish),
	.extension = "fak",
	.open = fake_open,
	.write = fake_write,
	.close = fake_close,
	.finish = fake_finish,
};
static struct aula_recorder_ops without_finish;

/* ---- events
 * ---------------------------------------------------------------------------- */

#define RESULTS 1200

static struct recording_result results[RESULTS];
static atomic_int n_done, n_started;

static void started(void *ctx, uint32_t id)
{
	CHECK(ctx == results && id);
	n_started++;
}

static void done(void *ctx, const struct recording_result *result)
{
	CHECK(ctx == results && n_done < RESULTS);
	results[n_done] = *result;
	n_done++;
}

static void wait_done(int n)
{
	for (int i = 0; i < 60000 && n_done < n; i++)
		usleep(1000);
	CHECK(n_done >= n);
}

static struct recorder *make(const struct aula_recorder_ops *ops, uint64_t reserve)
{
	const struct recorder_conf conf = {dir, reserve, ops};
	const struct recorder_events events = {results, started, done};
	struct recorder *r;

	memset(&fake, 0, sizeof(fake));
	n_done = n_started = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static struct recording_conf conf_of(uint32_t id, const char *name)
{
	struct recording_conf conf = {.id = id, .w_px = 64, .h_px = 36};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	return conf;
}

static void begin(struct recorder *r, uint32_t id, const char *name)
{
	struct recording_conf conf = conf_of(id, name);

	CHECK(recorder_start(r, &conf) == 0);
}

static struct au *unit(char kind, int64_t ms)
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

static int push(struct recorder *r, uint32_t id, char kind, int64_t ms)
{
	return recorder_push(r, id, unit(kind, ms));
}

static void file_is(const char *name, const char *text)
{
	char path[300], got[100] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
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

static void put_file(const char *name, const char *text)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void remove_file(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	CHECK(unlink(path) == 0);
}

/* ---- tests
 * ------------------------------------------------------------------------------- */

/* Sound of after the key frame that came before it is kept, older one is not. */
static void from_the_key_frame_on(void)
{
	struct recorder *r = make(&with_finish, 0);

	begin(r, 1, "lesson-1");
	CHECK(push(r, 1, 'v', 900) == 0);
	CHECK(push(r, 1, 's', 980) == 0);
	CHECK(push(r, 1, 's', 1000) == 0);
	CHECK(push(r, 1, 's', 1020) == 0);
	CHECK(push(r, 1, 'K', 1000) == 0);
	CHECK(push(r, 1, 'v', 1066) == 0);
	CHECK(push(r, 1, 's', 1040) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	wait_done(1);
	CHECK(n_started == 1 && results[0].id == 1 && results[0].err == 0);
	CHECK(strcmp(results[0].name, "lesson-1") == 0 && !results[0].interrupted);
	CHECK(results[0].bytes == 7 && results[0].duration_ms == 5000);
	CHECK(fake.pts[0] == 0 && fake.pts[1] == 0 && fake.pts[2] == 20000);
	CHECK(fake.pts[3] == 66000 && fake.pts[4] == 40000);
	CHECK(push(r, 1, 'v', 1100) == -ENOENT && recorder_stop(r, 1) == -ENOENT);
	recorder_destroy(r);
	file_is("lesson-1.fak", "Kssvs");
	file_is("lesson-1.part.fak", NULL);
}

static void without_a_key_frame(void)
{
	struct recorder *r = make(&with_finish, 0);

	begin(r, 1, "empty");
	for (int i = 0; i < 200; i++) /* sound beyond what is held */
		CHECK(push(r, 1, 's', i) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	wait_done(1);
	CHECK(results[0].err == -ENODATA && results[0].bytes == 0 && n_started == 0);
	recorder_destroy(r);
	file_is("empty.fak", NULL);
	file_is("empty.part.fak", NULL);
}

static void plugin_without_finish(void)
{
	struct recorder *r;

	without_finish = with_finish;
	without_finish.finish = NULL;
	r = make(&without_finish, 0);
	begin(r, 1, "plain");
	push(r, 1, 'K', 0);
	push(r, 1, 'v', 480);
	recorder_stop(r, 1);
	wait_done(1);
	CHECK(results[0].err == 0 && results[0].bytes == 2 &&
	      results[0].duration_ms == 500);
	recorder_destroy(r);
	file_is("plain.fak", "Kv");
}

static void refusals(void)
{
	static const char *const names[] = {"",    "..",       "a/b",  "A",    "a.b",
					    "a b", "\xc3\xa4", "a%00", "../x", "a\nb"};
	struct recorder *r = make(&with_finish, 0);
	struct recording_conf conf;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		conf = conf_of(1, names[i]);
		CHECK(recorder_start(r, &conf) == -EINVAL);
	}
	conf = conf_of(1, "a");
	memset(conf.name, 'a', sizeof(conf.name)); /* no end */
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf.name[RECORDING_NAME_MAX] = '\0';
	CHECK(recorder_start(r, &conf) == 0);
	CHECK(recorder_start(r, &conf) == -EEXIST);
	conf = conf_of(0, "a");
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf = conf_of(2, "a");
	conf.w_px = 0;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	for (uint32_t i = 2; i <= LIMIT_RECORDINGS; i++)
		begin(r, i, "x");
	CHECK(count_get(COUNT_REC_ACTIVE) == LIMIT_RECORDINGS);
	conf = conf_of(99, "y");
	CHECK(recorder_start(r, &conf) == -EBUSY);
	CHECK(push(r, 99, 'K', 0) == -ENOENT);
	recorder_destroy(r);
	CHECK(n_done == LIMIT_RECORDINGS && count_get(COUNT_REC_ACTIVE) == 0);
}

static void a_name_is_used_once(void)
{
	struct recorder *r = make(&with_finish, 0);

	put_file("old.fak", "precious");
	begin(r, 1, "old");
	push(r, 1, 'K', 0);
	wait_done(1);
	CHECK(results[0].err == -EEXIST && results[0].bytes == 0);
	begin(r, 2, "twice");
	begin(r, 3, "twice");
	push(r, 2, 'K', 0);
	push(r, 3, 'K', 0);
	wait_done(2);
	CHECK(results[1].id == 3 && results[1].err == -EEXIST);
	recorder_destroy(r);
	CHECK(n_done == 3 && results[2].id == 2 && results[2].err == 0);
	file_is("old.fak", "precious");
	file_is("twice.fak", "K");
}

static void plugin_failures(void)
{
	struct recorder *r = make(&with_finish, 0);
	int64_t errors = count_get(COUNT_REC_ERRORS);

	fake.fail_open = -EACCES;
	begin(r, 1, "f1");
	push(r, 1, 'K', 0);
	wait_done(1);
	CHECK(results[0].err == -EACCES && fake.n_close == 0);

	fake.fail_open = 0;
	begin(r, 2, "f2");
	push(r, 2, 'K', 0);
	while (fake.n_written < 1)
		usleep(1000);
	fake.fail_write = -ENOSPC;
	push(r, 2, 'v', 60);
	wait_done(2);
	CHECK(results[1].err == -ENOSPC && fake.n_close == 1 && results[1].bytes == 7);

	fake.fail_write = 0;
	fake.fail_close = -EIO;
	begin(r, 3, "f3");
	push(r, 3, 'K', 0);
	recorder_stop(r, 3);
	wait_done(3);
	CHECK(results[2].err == -EIO && results[2].bytes == 7);

	fake.fail_close = 0;
	fake.fail_finish = -ENOSPC; /* keeps the part, as a file that plays */
	begin(r, 4, "f4");
	push(r, 4, 'K', 0);
	recorder_stop(r, 4);
	wait_done(4);
	CHECK(results[3].err == -ENOSPC && results[3].bytes == 1);

	fake.fail_finish = -EBADMSG;
	begin(r, 5, "f5");
	push(r, 5, 'K', 0);
	recorder_stop(r, 5);
	wait_done(5);
	CHECK(results[4].err == -EBADMSG && results[4].bytes == 0);
	recorder_destroy(r);
	CHECK(count_get(COUNT_REC_ERRORS) == errors + 5);
	file_is("f1.part.fak", NULL);
	file_is("f2.fak", "K");
	file_is("f3.fak", "K");
	file_is("f4.fak", "K");
	file_is("f5.broken.fak", "K");
}

static void no_space_left(void)
{
	struct recorder *r = make(&with_finish, UINT64_MAX);

	begin(r, 1, "full");
	push(r, 1, 'K', 0);
	wait_done(1);
	CHECK(results[0].err == -ENOSPC && fake.n_open == 0);
	recorder_destroy(r);
	file_is("full.part.fak", NULL);
}

static void blocked(struct recorder *r, uint32_t id, const char *name)
{
	begin(r, id, name);
	atomic_store(&fake.inside, false);
	atomic_store(&fake.blocked, true);
	CHECK(push(r, id, 'K', 0) == 0);
	while (!atomic_load(&fake.inside))
		usleep(1000);
}

/* What was taken before the queue was full is written. */
static void too_slow(void)
{
	struct recorder *r = make(&with_finish, 0);
	int64_t rejects = count_get(COUNT_REJECT_QUEUE);

	blocked(r, 1, "slow");
	CHECK(push(r, 1, 'v', 1000) == 0);
	CHECK(push(r, 1, 's', 2000) == 0);
	CHECK(push(r, 1, 'v', 2001) == -EOVERFLOW);
	CHECK(push(r, 1, 'v', 1500) == -EOVERFLOW);
	CHECK(n_done == 0);
	atomic_store(&fake.blocked, false);
	wait_done(1);
	CHECK(results[0].err == -EOVERFLOW && results[0].bytes == 7);
	CHECK(count_get(COUNT_REJECT_QUEUE) == rejects + 1);
	file_is("slow.fak", "Kvs");

	blocked(r, 2, "bytes");
	for (int i = 0; i < 15; i++) {
		struct au *au;

		CHECK(au_create(&au, NULL, 1 << 20) == 0);
		au->codec = CODEC_OPUS;
		CHECK(recorder_push(r, 2, au) == 0);
	}
	for (int i = 0; i < 2; i++) {
		struct au *au;

		CHECK(au_create(&au, NULL, 1 << 20) == 0);
		au->codec = CODEC_OPUS;
		CHECK(recorder_push(r, 2, au) == -EOVERFLOW);
	}
	atomic_store(&fake.blocked, false);
	wait_done(2);
	CHECK(results[1].err == -EOVERFLOW);

	blocked(r, 3, "units"); /* the one being written counts */
	for (int i = 1; i < 400; i++)
		CHECK(push(r, 3, 'v', 1) == 0);
	CHECK(push(r, 3, 'v', 1) == -EOVERFLOW);
	atomic_store(&fake.blocked, false);
	wait_done(3);
	CHECK(results[2].err == -EOVERFLOW);
	remove_file("units.fak");

	/* a pause of the sender is no slowness of the disk; the end of the other
	 * one, told while this one writes, comes when nothing waits any more */
	begin(r, 4, "pause");
	begin(r, 5, "after-it");
	push(r, 4, 'K', 0);
	while (fake.n_written < 3 + 16 + 400 + 1)
		usleep(1000);
	CHECK(recorder_stop(r, 5) == 0);
	wait_done(4);
	CHECK(results[3].id == 5 && results[3].err == -ENODATA);
	CHECK(push(r, 4, 'v', 60000) == 0);
	CHECK(push(r, 4, 'v', 60060) == 0);
	recorder_destroy(r);
	CHECK(results[4].id == 4 && results[4].err == 0);
	file_is("bytes.fak", "Ksssssssssssssss");
	file_is("pause.fak", "Kvv");
}

/* The one event about this name. */
static const struct recording_result *told(const char *name)
{
	const struct recording_result *found = NULL;

	for (int i = 0; i < n_done; i++) {
		if (strcmp(results[i].name, name) != 0)
			continue;
		CHECK(!found);
		found = &results[i];
	}
	CHECK(found);
	return found;
}

/* Another process that works on a part. */
static int hold(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR);
	CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	return fd;
}

/* Last written an hour ago. */
static void age(const char *name)
{
	const struct timespec times[2] = {{.tv_sec = time(NULL) - 3600},
					  {.tv_sec = time(NULL) - 3600}};
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void recovers(void)
{
	struct recorder *r = make(&with_finish, 0);
	char path[300];
	int fd;

	put_file("dead.part.fak", "half");
	put_file("Bad Name.part.fak", "x");
	put_file("other.part.mp4", "x");
	put_file("busy.part.fak", "live");
	put_file("young.part.fak", "");
	snprintf(path, sizeof(path), "%s/link.part.fak", dir);
	CHECK(symlink("/etc/passwd", path) == 0);
	snprintf(path, sizeof(path), "%s/fifo.part.fak", dir);
	CHECK(mkfifo(path, 0600) == 0);
	fd = hold("busy.part.fak");

	begin(r, 1, "mine");
	push(r, 1, 'K', 0);
	while (fake.n_write < 1)
		usleep(1000);
	CHECK(recorder_recover(r) == 0);
	wait_done(3); /* what can be told at once */
	CHECK(n_done == 3);
	recorder_stop(r, 1);
	wait_done(4);
	recorder_destroy(r);
	CHECK(n_done == 6); /* each name once, whatever became of it */
	CHECK(told("dead")->interrupted && told("dead")->id == 0);
	CHECK(told("dead")->err == 0 && told("dead")->bytes == 7);
	CHECK(told("mine")->id == 1 && !told("mine")->interrupted);
	CHECK(told("link")->err == -ELOOP && told("link")->bytes == 0);
	CHECK(told("fifo")->err == -EINVAL && told("fifo")->interrupted);
	CHECK(told("busy")->err == -EBUSY && told("young")->err == -EBUSY);
	CHECK(told("busy")->bytes == 0);
	close(fd);
	file_is("dead.fak", "half");
	file_is("dead.part.fak", NULL);
	file_is("busy.part.fak", "live");
	file_is("young.part.fak", "");
	file_is("Bad Name.part.fak", "x");
	file_is("other.part.mp4", "x");
	file_is("mine.fak", "K");
	remove_file("link.broken.fak"); /* not found again at the next start */
	remove_file("fifo.broken.fak");
}

/* Those that somebody held are looked at again, after a while. */
static void recovers_later(void)
{
	struct recorder *r = make(&with_finish, 0);
	int died, finished;

	clock_fake(1000 * SEC_US);
	put_file("died.part.fak", "half");
	put_file("finished.part.fak", "whole");
	put_file("empty.part.fak", "");
	put_file("kept.part.fak", "live");
	died = hold("died.part.fak");
	finished = hold("finished.part.fak");
	CHECK(recorder_rescue(r, "died") == 0);
	CHECK(recorder_recover(r) == 0);
	CHECK(recorder_rescue(r, "finished") == 0); /* waits already */
	CHECK(recorder_rescue(r, "never-was") == 0);
	wait_done(2);
	CHECK(n_done == 2 && told("kept")->err == 0);
	CHECK(told("never-was")->err == -ENOENT && told("never-was")->interrupted);

	close(died);
	put_file("finished.fak", "whole");
	remove_file("finished.part.fak");
	close(finished);
	age("empty.part.fak");
	clock_fake(1004 * SEC_US); /* not yet */
	usleep(1200000);
	CHECK(n_done == 2);
	fake.fail_finish = -EBADMSG; /* nothing is in it */
	clock_fake(1006 * SEC_US);
	wait_done(5);
	CHECK(told("died")->err == -EBADMSG);
	CHECK(told("finished")->err == -EALREADY && told("finished")->bytes == 0);
	CHECK(told("empty")->err == -EBADMSG && told("empty")->bytes == 0);
	recorder_destroy(r);
	CHECK(n_done == 5);
	clock_fake(-1);
	file_is("died.broken.fak", "half");
	file_is("finished.fak", "whole");
	file_is("empty.part.fak", NULL);
	file_is("kept.fak", "live");
}

static atomic_int lock_errno; /* what is wrong with the disk; 0: nothing */

int flock(int fd, int operation)
{
	errno = atomic_load(&lock_errno);
	return errno ? -1 : (int)syscall(SYS_flock, fd, operation);
}

/* What may be better in a while is no reason to put a part aside. */
static void trouble_passes(void)
{
	static const int errnos[] = {ENOLCK, EINTR, EIO};

	for (int i = 0; i < 3; i++) {
		struct recorder *r = make(&with_finish, 0);

		clock_fake(1000 * SEC_US);
		put_file("later.part.fak", "half");
		atomic_store(&lock_errno, errnos[i]);
		CHECK(recorder_rescue(r, "later") == 0);
		CHECK(recorder_rescue(r, "never-was") == 0);
		wait_done(1);
		CHECK(n_done == 1 && told("never-was")->err == -ENOENT);
		file_is("later.broken.fak", NULL);
		atomic_store(&lock_errno, 0);
		clock_fake(1006 * SEC_US);
		wait_done(2);
		CHECK(told("later")->err == 0 && told("later")->bytes == 7);
		recorder_destroy(r);
		clock_fake(-1);
		file_is("later.fak", "half");
	}
}

/* There is so much to finish that nothing more fits: whatever else went wrong with
 * this one, its part stays, and the result says why. */
static void too_much_to_finish(void)
{
	struct recorder *r = make(&with_finish, 0);
	int n = 0;

	atomic_store(&finishing, false);
	atomic_store(&finish_blocked, true);
	begin(r, 1, "first");
	begin(r, 2, "second");
	CHECK(push(r, 1, 'K', 0) == 0 && push(r, 2, 'K', 0) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	while (!atomic_load(&finishing))
		usleep(1000);
	while (recorder_rescue(r, "never-was") == 0)
		CHECK(++n < RESULTS - 2);
	fake.fail_close = -EIO;
	CHECK(recorder_stop(r, 2) == 0);
	wait_done(1);
	CHECK(n_done == 1 && results[0].id == 2);
	CHECK(results[0].err == -ENOBUFS && results[0].bytes == 0);
	atomic_store(&finish_blocked, false);
	recorder_destroy(r);
	CHECK(n_done == n + 2);
	file_is("first.fak", "K");
	file_is("second.part.fak", "K");
}

/* The server died between the finished file and its row. */
static void finished_before_it_died(void)
{
	struct recorder *r = make(&with_finish, 0);

	put_file("whole.fak", "all of it");
	CHECK(recorder_rescue(r, "whole") == 0);
	CHECK(recorder_rescue(r, "../x") == -EINVAL && recorder_rescue(r, "") == -EINVAL);
	wait_done(1);
	CHECK(told("whole")->err == 0 && told("whole")->bytes == 9);
	CHECK(told("whole")->interrupted);
	recorder_destroy(r);
	CHECK(n_done == 1);
	file_is("whole.fak", "all of it");
}

static atomic_int n_removed, removed_err;

static void removed(void *ctx, int err)
{
	CHECK(ctx == &n_removed);
	removed_err = err;
	n_removed++;
}

static int removal(struct recorder *r, const char *name)
{
	int before = n_removed;

	CHECK(recorder_delete(r, name, removed, &n_removed) == 0);
	for (int i = 0; i < 60000 && n_removed == before; i++)
		usleep(1000);
	CHECK(n_removed == before + 1);
	return removed_err;
}

static void deletes(void)
{
	struct recorder *r = make(&with_finish, 0);
	char path[300];
	int fd;

	put_file("gone.fak", "x");
	put_file("gone.broken.fak", "x");
	put_file("gone.part.fak", "x");
	put_file("gone-not.fak", "stays");
	CHECK(removal(r, "gone") == 0);
	file_is("gone.fak", NULL);
	file_is("gone.broken.fak", NULL);
	file_is("gone.part.fak", NULL);
	file_is("gone-not.fak", "stays");
	CHECK(removal(r, "gone") == 0); /* nothing is left of it */

	put_file("held.fak", "a");
	put_file("held.part.fak", "b");
	fd = hold("held.part.fak");
	CHECK(removal(r, "held") == -EBUSY);
	close(fd);
	file_is("held.part.fak", "b");
	file_is("held.fak", "a");

	snprintf(path, sizeof(path), "%s/dir.fak", dir);
	CHECK(mkdir(path, 0700) == 0);
	CHECK(removal(r, "dir") == -EISDIR);
	CHECK(rmdir(path) == 0);
	CHECK(recorder_delete(r, "../x", removed, &n_removed) == -EINVAL);
	recorder_destroy(r);
}

static void destroy_ends_all(void)
{
	struct recorder *r = make(&with_finish, 0);

	for (uint32_t i = 1; i <= LIMIT_RECORDINGS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%u", i);
		begin(r, i, name);
		push(r, i, 'K', 0);
	}
	recorder_destroy(r);
	CHECK(n_done == LIMIT_RECORDINGS && fake.n_close == LIMIT_RECORDINGS &&
	      fake.n_finish == LIMIT_RECORDINGS);
	for (uint32_t i = 1; i <= LIMIT_RECORDINGS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%u.fak", i);
		file_is(name, "K");
	}
	recorder_destroy(NULL);
}

/* An id may be used again at once, also while its last recording still writes. */
static void same_id_again(void)
{
	struct recorder *r = make(&with_finish, 0);

	blocked(r, 1, "again-a");
	CHECK(push(r, 1, 'v', 60) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	CHECK(recorder_stop(r, 1) == -ENOENT && push(r, 1, 'v', 120) == -ENOENT);
	begin(r, 1, "again-b");
	CHECK(push(r, 1, 'K', 200) == 0);
	atomic_store(&fake.blocked, false);
	wait_done(1);
	CHECK(recorder_stop(r, 1) == 0);
	wait_done(2);
	begin(r, 1, "again-c"); /* in a lane that stopped this id before */
	CHECK(push(r, 1, 'K', 300) == 0);
	CHECK(push(r, 1, 's', 300) == 0);
	recorder_destroy(r);
	CHECK(n_done == 3 && results[0].err == 0 && results[1].err == 0 &&
	      results[2].err == 0);
	file_is("again-a.fak", "Kv");
	file_is("again-b.fak", "K");
	file_is("again-c.fak", "Ks");
}

static void bad_directory(void)
{
	const struct recorder_events events = {NULL, started, done};
	struct recorder_conf conf = {"/nonexistent/a/b", 0, &with_finish};
	struct recorder *r;
	char path[300], longer[600];

	CHECK(recorder_create(&r, &conf, &events) == -ENOENT);
	conf.dir = "/etc/passwd";
	CHECK(recorder_create(&r, &conf, &events) == -ENOTDIR);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	conf.dir = longer;
	CHECK(recorder_create(&r, &conf, &events) == -ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/open", dir);
	CHECK(mkdir(path, 0700) == 0 && chmod(path, 0777) == 0);
	conf.dir = path;
	CHECK(recorder_create(&r, &conf, &events) == -EPERM);
	CHECK(rmdir(path) == 0);
}

static void parameter_sets(void)
{
	static const struct {
		const char *data;
		size_t len;
		int want;
	} rows[] = {
		{"", 0, -ENODATA},
		{"\0\0\1", 3, -ENODATA},
		{"\0\0\0\1\x67", 5, -ENODATA},
		{"\0\0\1\x68", 4, -ENODATA},
		{"\0\0\1\x67\0\0\1\x68", 8, 10},
		{"\0\0\1\x67\0\0\0\0\0\1\x68\0\0", 13, 10},
		{"\0\0\1\x09\0\0\1\x67\1\0\0\1\x68\2\3\0\0\1\x65\0\0\1", 22, 13},
		{"junk\0\0\1\x27\0\0\1\x28", 12, 10},
		{"\x67\x68\x67\x68", 4, -ENODATA},
	};
	uint8_t out[ANNEXB_SETS_MAX], big[1100];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(annexb_sets((const uint8_t *)rows[i].data, rows[i].len, out) ==
		      rows[i].want);
	memset(big, 0xff, sizeof(big));
	memcpy(big, "\0\0\1\x68\0\0\1\x67", 8); /* 5 bytes of PPS, then a long SPS */
	CHECK(annexb_sets(big, 7 + ANNEXB_SETS_MAX - 5 - 4, out) == ANNEXB_SETS_MAX);
	CHECK(annexb_sets(big, 7 + ANNEXB_SETS_MAX - 5 - 3, out) == -EMSGSIZE);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(dir));
	parameter_sets();
	from_the_key_frame_on();
	without_a_key_frame();
	plugin_without_finish();
	refusals();
	a_name_is_used_once();
	plugin_failures();
	no_space_left();
	too_slow();
	recovers();
	recovers_later();
	trouble_passes();
	too_much_to_finish();
	finished_before_it_died();
	deletes();
	destroy_ends_all();
	same_id_again();
	bad_directory();
	CHECK(rmdir(dir) == 0); /* nothing was left behind */
	return 0;
}
