/* What the recorder does with parts that it finds: of a server that died, of one that
 * lives, of a disk in trouble; and how recordings are deleted.
 */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The one event about this name. */
static const struct recording_result *told(const char *name)
{
	const struct recording_result *found = NULL;

	for (int i = 0; i < rec_n_done; i++) {
		if (strcmp(rec_results[i].name, name) != 0)
			continue;
		CHECK(!found);
		found = &rec_results[i];
	}
	CHECK(found);
	return found;
}

/* Another process that works on a part. */
static int hold(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
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

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

static void recovers(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);
	char path[300];
	int fd;

	rec_put_file("dead.part.fak", "half");
	rec_put_file("Bad Name.part.fak", "x");
	rec_put_file("other.part.mp4", "x");
	rec_put_file("busy.part.fak", "live");
	rec_put_file("young.part.fak", "");
	snprintf(path, sizeof(path), "%s/link.part.fak", rec_dir);
	CHECK(symlink("/etc/passwd", path) == 0);
	snprintf(path, sizeof(path), "%s/fifo.part.fak", rec_dir);
	CHECK(mkfifo(path, 0600) == 0);
	fd = hold("busy.part.fak");

	rec_begin(r, 1, "mine");
	rec_push(r, 1, 'K', 0);
	while (rec_fake.n_write < 1)
		usleep(1000);
	CHECK(recorder_recover(r) == 0);
	rec_wait_done(3); /* what can be told at once */
	CHECK(rec_n_done == 3);
	recorder_stop(r, 1);
	rec_wait_done(4);
	recorder_destroy(r);
	CHECK(rec_n_done == 6); /* each name once, whatever became of it */
	CHECK(told("dead")->interrupted && told("dead")->id == 0);
	CHECK(told("dead")->err == 0 && told("dead")->bytes == 4);
	CHECK(told("mine")->id == 1 && !told("mine")->interrupted);
	CHECK(told("link")->err == -ELOOP && told("link")->bytes == 0);
	CHECK(told("fifo")->err == -EINVAL && told("fifo")->interrupted);
	CHECK(told("busy")->err == -EBUSY && told("young")->err == -EBUSY);
	CHECK(told("busy")->bytes == 0);
	close(fd);
	rec_file_is("dead.fak", "half");
	rec_file_is("dead.part.fak", NULL);
	rec_file_is("busy.part.fak", "live");
	rec_file_is("young.part.fak", "");
	rec_file_is("Bad Name.part.fak", "x");
	rec_file_is("other.part.mp4", "x");
	rec_file_is("mine.fak", "K");
	rec_remove_file("link.broken.fak"); /* not found again at the next start */
	rec_remove_file("fifo.broken.fak");
}

/* Those that somebody held are looked at again, after a while. */
static void recovers_later(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);
	int died, finished;

	clock_fake(1000 * SEC_US);
	rec_put_file("died.part.fak", "half");
	rec_put_file("finished.part.fak", "whole");
	rec_put_file("empty.part.fak", "");
	rec_put_file("kept.part.fak", "live");
	died = hold("died.part.fak");
	finished = hold("finished.part.fak");
	CHECK(recorder_rescue(r, "died") == 0);
	CHECK(recorder_recover(r) == 0);
	CHECK(recorder_rescue(r, "finished") == 0); /* waits already */
	CHECK(recorder_rescue(r, "never-was") == 0);
	rec_wait_done(2);
	CHECK(rec_n_done == 2 && told("kept")->err == 0);
	CHECK(told("never-was")->err == -ENOENT && told("never-was")->interrupted);

	close(died);
	rec_put_file("finished.fak", "whole");
	rec_remove_file("finished.part.fak");
	close(finished);
	age("empty.part.fak");
	clock_fake(1004 * SEC_US); /* not yet */
	usleep(1200000);
	CHECK(rec_n_done == 2);
	rec_fake.fail_finish = -EBADMSG; /* nothing is in it */
	clock_fake(1006 * SEC_US);
	rec_wait_done(5);
	CHECK(told("died")->err == -EBADMSG);
	CHECK(told("finished")->err == -EALREADY && told("finished")->bytes == 0);
	CHECK(told("empty")->err == -EBADMSG && told("empty")->bytes == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == 5);
	clock_fake(-1);
	rec_file_is("died.broken.fak", "half");
	rec_file_is("finished.fak", "whole");
	rec_file_is("empty.part.fak", NULL);
	rec_file_is("kept.fak", "live");
}

static atomic_int lock_errno; /* what is wrong with the disk; 0: nothing */
static atomic_bool lock_hangs, lock_waits;

int flock(int fd, int operation)
{
	while (atomic_load(&lock_hangs)) {
		atomic_store(&lock_waits, true);
		usleep(1000);
	}
	errno = atomic_load(&lock_errno);
	return errno ? -1 : (int)syscall(SYS_flock, fd, operation);
}

/* What may be better in a while is no reason to put a part aside. */
static void trouble_passes(void)
{
	static const int errnos[] = {ENOLCK, EINTR, EIO};

	for (int i = 0; i < 3; i++) {
		struct recorder *r = rec_make(&rec_ops, 0);

		clock_fake(1000 * SEC_US);
		rec_put_file("later.part.fak", "half");
		atomic_store(&lock_errno, errnos[i]);
		CHECK(recorder_rescue(r, "later") == 0);
		CHECK(recorder_rescue(r, "never-was") == 0);
		rec_wait_done(1);
		CHECK(rec_n_done == 1 && told("never-was")->err == -ENOENT);
		rec_file_is("later.broken.fak", NULL);
		atomic_store(&lock_errno, 0);
		clock_fake(1006 * SEC_US);
		rec_wait_done(2);
		CHECK(told("later")->err == 0 && told("later")->bytes == 4);
		recorder_destroy(r);
		clock_fake(-1);
		rec_file_is("later.fak", "half");
	}
}

/* The disk holds the finisher up until nothing more can be asked of it: that is said,
 * and what ended meanwhile is finished all the same. */
static void too_much_to_finish(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);
	int n = 0;

	rec_put_file("held.part.fak", "half");
	rec_begin(r, 1, "first");
	rec_begin(r, 2, "second");
	CHECK(rec_push(r, 1, 'K', 0) == 0 && rec_push(r, 2, 'K', 0) == 0);
	while (rec_fake.n_written < 2)
		usleep(1000);
	atomic_store(&lock_hangs, true);
	CHECK(recorder_rescue(r, "held") == 0);
	while (!atomic_load(&lock_waits))
		usleep(1000);
	CHECK(recorder_stop(r, 1) == 0);
	while (recorder_rescue(r, "never-was") == 0)
		CHECK(++n < REC_RESULTS - 3);
	CHECK(recorder_rescue(r, "never-was") == -ENOBUFS);
	CHECK(recorder_stop(r, 2) == 0);
	while (rec_fake.n_close < 2)
		usleep(1000);
	CHECK(rec_n_done == 0);
	atomic_store(&lock_hangs, false);
	recorder_destroy(r);
	CHECK(rec_n_done == n + 3);
	CHECK(told("first")->err == 0 && told("second")->err == 0);
	CHECK(told("held")->err == 0 && told("held")->bytes == 4);
	rec_file_is("first.fak", "K");
	rec_file_is("second.fak", "K");
	rec_file_is("held.fak", "half");
}

/* The server died between the finished file and its row. */
static void finished_before_it_died(void)
{
	struct recorder *r = rec_make(&rec_ops, 0);

	rec_put_file("whole.fak", "all of it");
	CHECK(recorder_rescue(r, "whole") == 0);
	CHECK(recorder_rescue(r, "../x") == -EINVAL && recorder_rescue(r, "") == -EINVAL);
	rec_wait_done(1);
	CHECK(told("whole")->err == 0 && told("whole")->bytes == 9);
	CHECK(told("whole")->interrupted);
	recorder_destroy(r);
	CHECK(rec_n_done == 1);
	rec_file_is("whole.fak", "all of it");
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
	struct recorder *r = rec_make(&rec_ops, 0);
	char path[300];
	int fd;

	rec_put_file("gone.fak", "x");
	rec_put_file("gone.broken.fak", "x");
	rec_put_file("gone.part.fak", "x");
	rec_put_file("gone-not.fak", "stays");
	CHECK(removal(r, "gone") == 0);
	rec_file_is("gone.fak", NULL);
	rec_file_is("gone.broken.fak", NULL);
	rec_file_is("gone.part.fak", NULL);
	rec_file_is("gone-not.fak", "stays");
	CHECK(removal(r, "gone") == 0); /* nothing is left of it */

	rec_put_file("held.fak", "a");
	rec_put_file("held.part.fak", "b");
	fd = hold("held.part.fak");
	CHECK(removal(r, "held") == -EBUSY);
	close(fd);
	rec_file_is("held.part.fak", "b");
	rec_file_is("held.fak", "a");

	snprintf(path, sizeof(path), "%s/dir.fak", rec_dir);
	CHECK(mkdir(path, 0700) == 0);
	CHECK(removal(r, "dir") == -EISDIR);
	CHECK(rmdir(path) == 0);
	CHECK(recorder_delete(r, "../x", removed, &n_removed) == -EINVAL);
	recorder_destroy(r);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(rec_dir));
	recovers();
	recovers_later();
	trouble_passes();
	too_much_to_finish();
	finished_before_it_died();
	deletes();
	CHECK(rmdir(rec_dir) == 0); /* nothing was left behind */
	return 0;
}
