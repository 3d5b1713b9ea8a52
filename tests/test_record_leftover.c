/* What could not be finished, whatever the reason was: the recorder that runs tries it
 * again, later and later, and tells when there is a file. The plugin writes text.
 */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "recorder/leftover.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"
#include "tests/text_recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FULL, SOUND };

#define LOOKS_US 2500000 /* the finisher has looked once or twice by then */

static int64_t now_us;
static atomic_int deleted = 1;

static void later(int64_t us)
{
	now_us += us + 1;
	clock_fake(now_us);
}

/* The list of what is left is the finisher's: whoever was told may be sooner than it, so
 * that time goes on until there is more to tell. */
static void later_done(int n)
{
	for (int i = 0; i < 60 && rec_n_done < n; i++) {
		later(LEFTOVER_LAST_US);
		for (int k = 0; k < 1000 && rec_n_done < n; k++)
			usleep(1000);
	}
	CHECK(rec_n_done == n);
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {
		.dir = rec_dir,
		.part_us = SEC_US,
		.editions = {{"full", &text_ops}, {"sound", &text_ops}}};
	const struct recorder_events events = {rec_results, rec_started, rec_done, NULL,
					       NULL};
	struct recorder *r;

	text_reset();
	rec_n_done = rec_n_started = 0;
	now_us = clock_us();
	clock_fake(now_us);
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void gone(struct recorder *r)
{
	clock_fake(-1);
	recorder_destroy(r);
}

/* Two parts, which are to be joined. */
static void record(struct recorder *r, uint32_t n_editions)
{
	static const char letters[] = "KvKv";
	struct recording_conf conf = rec_conf_of(1, "x");

	conf.n_editions = n_editions;
	conf.editions[1] = (struct recording_edition){.edition = SOUND};
	CHECK(recorder_start(r, &conf) == 0);
	for (int i = 0; letters[i]; i++)
		CHECK(rec_push(r, 1, letters[i], i * 500) == 0);
	CHECK(recorder_stop(r, 1) == 0);
}

/* It is told once, then with each other reason, and at last that there is a file: without
 * anybody's doing, whatever the error was. */
static void tried_later_and_later(int err)
{
	struct recorder *r = make();

	text_fake.fails[TEXT_JOIN] = err;
	record(r, 1);
	rec_wait_done(1);
	CHECK(rec_results[0].err == err && rec_results[0].left && rec_results[0].id == 1);
	CHECK(!rec_results[0].again);
	for (int64_t wait_us = LEFTOVER_FIRST_US, n = 1; n < 3; wait_us *= 2, n++) {
		usleep(LOOKS_US);
		CHECK(text_fake.n[TEXT_JOIN] == n);
		later(wait_us - SEC_US);
		usleep(LOOKS_US);
		CHECK(text_fake.n[TEXT_JOIN] == n);
		later(SEC_US);
		for (int i = 0; i < 10000 && text_fake.n[TEXT_JOIN] == n; i++)
			usleep(1000);
		CHECK(text_fake.n[TEXT_JOIN] == n + 1 && rec_n_done == 1);
	}
	usleep(LOOKS_US);
	text_fake.fails[TEXT_JOIN] = 0;
	later_done(2);
	CHECK(rec_results[1].again && !rec_results[1].left && rec_results[1].err == 0);
	CHECK(rec_results[1].id == 0 && !rec_results[1].interrupted);
	CHECK(rec_results[1].bytes > 0 && !rec_results[1].left_beside);
	later(LEFTOVER_LAST_US);
	usleep(LOOKS_US);
	gone(r);
	CHECK(rec_n_done == 2);
	rec_file_is("x.txt", "0{2: K0 v500!}1000{2: K0 v500!}");
}

/* Another reason is told, and whether more of the recording will come. */
static void of_two_editions(void)
{
	struct recorder *r = make();
	int full, sound;

	text_fake.fails[TEXT_JOIN] = -EIO;
	text_fake.fails[TEXT_FINISH] = 0;
	record(r, 2);
	rec_wait_done(2);
	full = rec_results[0].edition == FULL ? 0 : 1;
	sound = !full;
	/* of the other there never was any sound */
	CHECK(rec_results[full].left && !rec_results[sound].left);
	text_fake.fails[TEXT_JOIN] = -ENOMEM;
	later_done(3);
	CHECK(rec_results[2].err == -ENOMEM && rec_results[2].left &&
	      rec_results[2].again);
	text_fake.fails[TEXT_JOIN] = 0;
	later_done(4);
	CHECK(rec_results[3].bytes > 0);
	gone(r);
	rec_file_is("x.txt", "0{2: K0 v500!}1000{2: K0 v500!}");
}

/* A disk that stood still while it was written: as soon as its writer has let go of the
 * part, all that was written is there. */
static void writer_came_back(void)
{
	struct recorder *r = make();
	struct recording_conf conf = rec_conf_of(1, "x");

	CHECK(recorder_start(r, &conf) == 0);
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	for (int i = 0; i < 10000 && text_fake.n[TEXT_WRITE] < 1; i++)
		usleep(1000);
	atomic_store(&text_fake.hangs[TEXT_WRITE], true);
	CHECK(rec_push(r, 1, 'v', 500) == 0);
	for (int i = 0; i < 10000 && text_fake.n[TEXT_WRITE] < 2; i++)
		usleep(1000);
	later(10 * SEC_US);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -ETIMEDOUT && rec_results[0].left);
	later(LEFTOVER_FIRST_US);
	usleep(LOOKS_US); /* it still holds it */
	CHECK(rec_n_done == 1);
	atomic_store(&text_fake.hangs[TEXT_WRITE], false);
	for (int i = 0; i < 10000 && text_fake.n[TEXT_CLOSE] < 1; i++)
		usleep(1000);
	usleep(100000);
	later_done(2);
	CHECK(rec_results[1].again && !rec_results[1].left && rec_results[1].bytes > 0);
	CHECK(rec_results[1].err == -ETIMEDOUT); /* not all of the class is in it */
	gone(r);
	CHECK(rec_n_done == 2);
	rec_file_is("x.txt", "2: K0 v500!");
}

static void on_deleted(void *ctx, int err)
{
	(void)ctx;
	deleted = err;
}

/* Whoever wants it no more need not wait for it. */
static void deleted_while_left(void)
{
	struct recorder *r = make();

	text_fake.fails[TEXT_JOIN] = -EIO;
	record(r, 1);
	rec_wait_done(1);
	CHECK(recorder_delete(r, "x", on_deleted, NULL) == 0);
	for (int i = 0; i < 10000 && deleted == 1; i++)
		usleep(1000);
	CHECK(deleted == 0);
	text_fake.fails[TEXT_JOIN] = 0;
	later(LEFTOVER_LAST_US);
	usleep(LOOKS_US);
	gone(r);
	CHECK(rec_n_done == 1 && text_fake.n[TEXT_JOIN] == 1);
	rec_file_is("x.txt", NULL);
}

/* What is still left at the end is the next start's, as before. */
static void left_at_the_end(void)
{
	struct recorder *r = make();

	text_fake.fails[TEXT_JOIN] = -EIO;
	record(r, 1);
	rec_wait_done(1);
	gone(r);
	CHECK(rec_n_done == 1);
	r = make();
	CHECK(recorder_rescue(r, "x") == 0);
	rec_wait_done(2); /* one of each edition */
	gone(r);
	CHECK(rec_results[0].bytes + rec_results[1].bytes > 0);
	rec_file_is("x.txt", "0{2: K0 v500!}1000{2: K0 v500!}");
}

int main(void)
{
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(rec_dir));
	tried_later_and_later(-EIO);
	tried_later_and_later(-ENOMEM);
	tried_later_and_later(-ENOSPC);
	of_two_editions();
	writer_came_back();
	deleted_while_left();
	left_at_the_end();
	CHECK(rmdir(rec_dir) == 0);
	return 0;
}
