/* The recorder with a plugin made for the test: queues, names, ends, threads. */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct aula_recorder_ops without_finish;

/* Sound of after the key frame that came before it is kept, older one is not. */
static void from_the_key_frame_on(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	rec_begin(r, 1, "lesson-1");
	CHECK(rec_push(r, 1, 'v', 900) == 0);
	CHECK(rec_push(r, 1, 's', 980) == 0);
	CHECK(rec_push(r, 1, 's', 1000) == 0);
	CHECK(rec_push(r, 1, 's', 1020) == 0);
	CHECK(rec_push(r, 1, 'K', 1000) == 0);
	CHECK(rec_push(r, 1, 'v', 1066) == 0);
	CHECK(rec_push(r, 1, 's', 1040) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	rec_wait_done(1);
	CHECK(rec_n_started == 1 && rec_results[0].id == 1 && rec_results[0].err == 0);
	CHECK(strcmp(rec_results[0].name, "lesson-1") == 0 &&
	      !rec_results[0].interrupted);
	CHECK(rec_results[0].bytes == 5 && rec_results[0].duration_ms == 5000);
	CHECK(rec_fake.pts[0] == 0 && rec_fake.pts[1] == 0 && rec_fake.pts[2] == 20000);
	CHECK(rec_fake.pts[3] == 66000 && rec_fake.pts[4] == 40000);
	CHECK(rec_push(r, 1, 'v', 1100) == -ENOENT && recorder_stop(r, 1) == -ENOENT);
	recorder_destroy(r);
	rec_file_is("lesson-1.fak", "Kssvs");
	rec_file_is("lesson-1.part.fak", NULL);
}

static void without_a_key_frame(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	rec_begin(r, 1, "empty");
	for (int i = 0; i < 200; i++) /* sound beyond what is held */
		CHECK(rec_push(r, 1, 's', i) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -ENODATA && rec_results[0].bytes == 0 &&
	      rec_n_started == 0);
	recorder_destroy(r);
	rec_file_is("empty.fak", NULL);
	rec_file_is("empty.part.fak", NULL);
}

static void plugin_without_finish(void)
{
	struct recorder *r;

	without_finish = rec_ops;
	without_finish.finish = NULL;
	r = rec_make(&without_finish, 0);
	rec_begin(r, 1, "plain");
	rec_push(r, 1, 'K', 0);
	rec_push(r, 1, 'v', 480);
	recorder_stop(r, 1);
	rec_wait_done(1);
	CHECK(rec_results[0].err == 0 && rec_results[0].bytes == 2 &&
	      rec_results[0].duration_ms == 500);
	recorder_destroy(r);
	rec_file_is("plain.fak", "Kv");
}

static void refusals(void)
{
	static const char *const names[] = {"",    "..",       "a/b",  "A",    "a.b",
					    "a b", "\xc3\xa4", "a%00", "../x", "a\nb"};
	struct recorder *r = rec_make(&rec_ops, 0);
	struct recording_conf conf;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		conf = rec_conf_of(1, names[i]);
		CHECK(recorder_start(r, &conf) == -EINVAL);
	}
	conf = rec_conf_of(1, "a");
	memset(conf.name, 'a', sizeof(conf.name)); /* no end */
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf.name[RECORDING_NAME_MAX] = '\0';
	CHECK(recorder_start(r, &conf) == 0);
	CHECK(recorder_start(r, &conf) == -EEXIST);
	conf = rec_conf_of(0, "a");
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf = rec_conf_of(2, "a");
	conf.editions[0].w_px = 0;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	for (uint32_t i = 2; i <= LIMIT_RECORDINGS; i++)
		rec_begin(r, i, "x");
	CHECK(count_get(COUNT_REC_ACTIVE) == LIMIT_RECORDINGS);
	conf = rec_conf_of(99, "y");
	CHECK(recorder_start(r, &conf) == -EBUSY);
	CHECK(rec_push(r, 99, 'K', 0) == -ENOENT);
	recorder_destroy(r);
	CHECK(rec_n_done == LIMIT_RECORDINGS && count_get(COUNT_REC_ACTIVE) == 0);
}

static void a_name_is_used_once(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	rec_put_file("old.fak", "precious");
	rec_begin(r, 1, "old");
	rec_push(r, 1, 'K', 0);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -EEXIST && rec_results[0].bytes == 0);
	rec_begin(r, 2, "twice");
	rec_begin(r, 3, "twice");
	rec_push(r, 2, 'K', 0);
	while (rec_fake.n_written < 1)
		usleep(1000);
	rec_push(r, 3, 'K', 0);
	rec_wait_done(2);
	CHECK(rec_results[1].id == 3 && rec_results[1].err == -EEXIST);
	recorder_destroy(r);
	CHECK(rec_n_done == 3 && rec_results[2].id == 2 && rec_results[2].err == 0);
	rec_file_is("old.fak", "precious");
	rec_file_is("twice.fak", "K");
}

static void plugin_failures(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);
	int64_t errors = count_get(COUNT_REC_ERRORS);

	rec_fake.fail_open = -EACCES;
	rec_begin(r, 1, "f1");
	rec_push(r, 1, 'K', 0);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -EACCES && rec_fake.n_close == 0);

	rec_fake.fail_open = 0;
	rec_begin(r, 2, "f2");
	rec_push(r, 2, 'K', 0);
	while (rec_fake.n_written < 1)
		usleep(1000);
	rec_fake.fail_write = -ENOSPC;
	rec_push(r, 2, 'v', 60);
	rec_wait_done(2);
	CHECK(rec_results[1].err == -ENOSPC && rec_fake.n_close == 1 &&
	      rec_results[1].bytes == 1);

	rec_fake.fail_write = 0;
	rec_fake.fail_close = -EIO;
	rec_begin(r, 3, "f3");
	rec_push(r, 3, 'K', 0);
	recorder_stop(r, 3);
	rec_wait_done(3);
	CHECK(rec_results[2].err == -EIO && rec_results[2].bytes == 1);

	rec_fake.fail_close = 0;
	rec_fake.fail_finish = -ENOSPC; /* keeps the part, as a file that plays */
	rec_begin(r, 4, "f4");
	rec_push(r, 4, 'K', 0);
	recorder_stop(r, 4);
	rec_wait_done(4);
	CHECK(rec_results[3].err == -ENOSPC && rec_results[3].bytes == 1);

	rec_fake.fail_finish = -EBADMSG;
	rec_begin(r, 5, "f5");
	rec_push(r, 5, 'K', 0);
	recorder_stop(r, 5);
	rec_wait_done(5);
	CHECK(rec_results[4].err == -EBADMSG && rec_results[4].bytes == 0);
	recorder_destroy(r);
	CHECK(count_get(COUNT_REC_ERRORS) == errors + 5);
	rec_file_is("f1.part.fak", NULL);
	rec_file_is("f2.fak", "K");
	rec_file_is("f3.fak", "K");
	rec_file_is("f4.fak", "K");
	rec_file_is("f5.broken.fak", "K");
}

static void no_space_left(void)
{
	struct recorder *r = rec_make(&rec_ops, UINT64_MAX);

	rec_begin(r, 1, "full");
	rec_push(r, 1, 'K', 0);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -ENOSPC && rec_fake.n_open == 0);
	recorder_destroy(r);
	rec_file_is("full.part.fak", NULL);
}

static void blocked(struct recorder *r, uint32_t id, const char *name)
{
	rec_begin(r, id, name);
	atomic_store(&rec_fake.inside, false);
	atomic_store(&rec_fake.blocked, true);
	CHECK(rec_push(r, id, 'K', 0) == 0);
	while (!atomic_load(&rec_fake.inside))
		usleep(1000);
}

static void push_bytes(struct recorder *r, uint32_t id, size_t len)
{
	struct au *au;

	CHECK(au_create(&au, NULL, len) == 0);
	au->codec = CODEC_OPUS;
	CHECK(recorder_push(r, id, 0, au) == 0);
}

/* What was taken before the queue was full is written. */
static void too_slow(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);
	int64_t rejects = count_get(COUNT_REJECT_QUEUE);

	blocked(r, 1, "slow");
	CHECK(rec_push(r, 1, 'v', 1000) == 0);
	CHECK(rec_push(r, 1, 's', 2000) == 0);
	CHECK(rec_push(r, 1, 'v', 2001) == 0);
	CHECK(rec_push(r, 1, 'v', 1500) == 0); /* it has ended */
	while (count_get(COUNT_REJECT_QUEUE) == rejects)
		usleep(1000);
	CHECK(rec_n_done == 0);
	atomic_store(&rec_fake.blocked, false);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -EOVERFLOW && rec_results[0].bytes == 3);
	CHECK(count_get(COUNT_REJECT_QUEUE) == rejects + 1);
	rec_file_is("slow.fak", "Kvs");

	blocked(r, 2, "bytes");
	for (int i = 0; i < 15; i++) {
		push_bytes(r, 2, 1 << 20);
		usleep(1000); /* the record thread has a queue of its own */
	}
	push_bytes(r, 2, 1 << 20);
	while (count_get(COUNT_REJECT_QUEUE) == rejects + 1)
		usleep(1000);
	atomic_store(&rec_fake.blocked, false);
	rec_wait_done(2);
	CHECK(rec_results[1].err == -EOVERFLOW);

	blocked(r, 3, "units"); /* the one being written counts */
	for (int i = 1; i <= 400; i++) {
		CHECK(rec_push(r, 3, 'v', 1) == 0);
		usleep(100);
	}
	while (count_get(COUNT_REJECT_QUEUE) == rejects + 2)
		usleep(1000);
	atomic_store(&rec_fake.blocked, false);
	rec_wait_done(3);
	CHECK(rec_results[2].err == -EOVERFLOW && rec_results[2].bytes == 400);
	rec_remove_file("units.fak");

	/* a pause of the sender is no slowness of the disk */
	rec_begin(r, 4, "pause");
	rec_push(r, 4, 'K', 0);
	while (rec_fake.n_written < 3 + 16 + 400 + 1)
		usleep(1000);
	usleep(20000); /* it is off the queue a moment later */
	CHECK(rec_push(r, 4, 'v', 60000) == 0);
	CHECK(rec_push(r, 4, 'v', 60060) == 0);
	recorder_destroy(r);
	CHECK(rec_results[3].id == 4 && rec_results[3].err == 0);
	rec_file_is("bytes.fak", "Ksssssssssssssss");
	rec_file_is("pause.fak", "Kvv");
}

static void destroy_ends_all(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	for (uint32_t i = 1; i <= LIMIT_RECORDINGS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%u", i);
		rec_begin(r, i, name);
		rec_push(r, i, 'K', 0);
	}
	recorder_destroy(r);
	CHECK(rec_n_done == LIMIT_RECORDINGS && rec_fake.n_close == LIMIT_RECORDINGS &&
	      rec_fake.n_finish == LIMIT_RECORDINGS);
	for (uint32_t i = 1; i <= LIMIT_RECORDINGS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%u.fak", i);
		rec_file_is(name, "K");
	}
	recorder_destroy(NULL);
}

/* An id may be used again at once, also while its last recording still writes. */
static void same_id_again(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	blocked(r, 1, "again-a");
	CHECK(rec_push(r, 1, 'v', 60) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	CHECK(recorder_stop(r, 1) == -ENOENT && rec_push(r, 1, 'v', 120) == -ENOENT);
	rec_begin(r, 1, "again-b");
	CHECK(rec_push(r, 1, 'K', 200) == 0);
	atomic_store(&rec_fake.blocked, false);
	rec_wait_done(1);
	CHECK(recorder_stop(r, 1) == 0);
	rec_wait_done(2);
	rec_begin(r, 1, "again-c"); /* in a lane that stopped this id before */
	CHECK(rec_push(r, 1, 'K', 300) == 0);
	CHECK(rec_push(r, 1, 's', 300) == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == 3 && rec_results[0].err == 0 && rec_results[1].err == 0 &&
	      rec_results[2].err == 0);
	rec_file_is("again-a.fak", "Kv");
	rec_file_is("again-b.fak", "K");
	rec_file_is("again-c.fak", "Ks");
}

static void bad_directory(void)
{
	const struct recorder_events events = {NULL, rec_started, rec_done, NULL, NULL};
	struct recorder_conf conf = {.dir = "/nonexistent/a/b",
				     .editions = {{"full", &rec_ops}}};
	struct recorder *r;
	char path[300], longer[600];

	CHECK(recorder_create(&r, &conf, &events) == -ENOENT);
	conf.dir = "/etc/passwd";
	CHECK(recorder_create(&r, &conf, &events) == -ENOTDIR);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	conf.dir = longer;
	CHECK(recorder_create(&r, &conf, &events) == -ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/open", rec_dir);
	CHECK(mkdir(path, 0700) == 0 && chmod(path, 0777) == 0);
	conf.dir = path;
	CHECK(recorder_create(&r, &conf, &events) == -EPERM);
	CHECK(rmdir(path) == 0);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(rec_dir));
	from_the_key_frame_on();
	without_a_key_frame();
	plugin_without_finish();
	refusals();
	a_name_is_used_once();
	plugin_failures();
	no_space_left();
	too_slow();
	destroy_ends_all();
	same_id_again();
	bad_directory();
	CHECK(rmdir(rec_dir) == 0); /* nothing was left behind */
	return 0;
}
