/* What the log says of what an earlier server left: nothing is wrong with an edition that
 * was never asked for, nor with a part that its plugin wrote nothing into, and why
 * something has to wait is the truth.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/count.h"
#include "base/log.h"
#include "mcu/server.h"
#include "mcu/takes.h"
#include "recorder/recorder.h"
#include "tests/test.h"
#include "tests/text_recorder.h"

static char dir[] = "/tmp/test_words.XXXXXX";
static char said[65536];
static int words = -1; /* where stderr goes to */
static struct recording_result results[4];
static atomic_int n_done;

/* ---- the log -------------------------------------------------------------------------
 */

static void log_begin(void)
{
	CHECK(ftruncate(words, 0) == 0);
}

static const char *log_text(void)
{
	ssize_t n = pread(words, said, sizeof(said) - 1, 0);

	CHECK(n >= 0);
	said[n] = '\0';
	return said;
}

static bool tells(const char *what)
{
	return strstr(log_text(), what);
}

/* ---- the recorder --------------------------------------------------------------------
 */

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	CHECK(id && at_ms >= 0);
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(n_done < 4);
	results[n_done] = *result;
	n_done++;
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {
		.dir = dir, .editions = {{"full", &text_ops}, {"light", &text_ops}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recorder *r;

	n_done = 0;
	log_begin();
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void wait_done(int n)
{
	for (int i = 0; i < 20000 && n_done < n; i++)
		usleep(1000);
	CHECK(n_done == n);
}

static void wait_told(const char *what)
{
	for (int i = 0; i < 2000 && !tells(what); i++)
		usleep(10000);
	CHECK(tells(what));
}

static void path_of(char out[100], const char *name)
{
	snprintf(out, 100, "%s/%s.part.%s", dir, name, text_ops.extension);
}

static void put(const char *name, const char *text, bool old)
{
	const struct timespec then[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	char path[100];
	int fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(!old || futimens(fd, then) == 0);
	close(fd);
}

static void drop(const char *name)
{
	char path[100];

	path_of(path, name);
	CHECK(unlink(path) == 0);
}

/* ---- what it says --------------------------------------------------------------------
 */

static void never_asked_for(void)
{
	int64_t errors = count_get(COUNT_REC_ERRORS);
	struct recorder *r = make();
	char path[100];

	put("one", "2: K0 s0", true);
	CHECK(recorder_rescue(r, "one") == 0);
	wait_done(2);
	recorder_destroy(r);
	CHECK(tells("recording_done") && tells("edition=full err=0"));
	CHECK(!tells("edition=light") && !tells(" warn "));
	CHECK(count_get(COUNT_REC_ERRORS) == errors);
	for (int i = 0; i < 2; i++)
		CHECK(results[i].err == (results[i].edition ? -ENOENT : 0));
	snprintf(path, sizeof(path), "%s/one.%s", dir, text_ops.extension);
	CHECK(unlink(path) == 0);
}

static void empty(void)
{
	int64_t errors = count_get(COUNT_REC_ERRORS);
	struct recorder *r = make();
	char path[100];

	put("two", "", true);
	CHECK(recorder_recover(r) == 0);
	wait_done(1);
	recorder_destroy(r);
	CHECK(tells("info recording_empty_part name=two edition=full"));
	CHECK(!tells(" warn ") && !tells("recording_done"));
	CHECK(results[0].err == -EBADMSG && results[0].empty && !results[0].bytes);
	CHECK(count_get(COUNT_REC_ERRORS) == errors);
	path_of(path, "two");
	CHECK(access(path, F_OK) < 0 && errno == ENOENT);
}

/* One that something is in is a loss. */
static void damaged(void)
{
	struct recorder *r = make();

	text_fake.fails[TEXT_FINISH] = -EBADMSG;
	put("three", "2: K0", true);
	CHECK(recorder_recover(r) == 0);
	wait_done(1);
	recorder_destroy(r);
	text_fake.fails[TEXT_FINISH] = 0;
	CHECK(tells("warn recording_done") && !results[0].empty);
	CHECK(results[0].err == -EBADMSG);
}

static void waits(void)
{
	struct recorder *r = make();
	char path[100];
	int fd;

	put("four", "", false);
	put("five", "2: K0", true);
	path_of(path, "five");
	fd = open(path, O_RDWR);
	CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
	CHECK(recorder_recover(r) == 0);
	wait_told("name=four");
	wait_told("name=five");
	CHECK(tells("recording_waits name=four edition=full why=new_and_empty"));
	CHECK(tells("recording_waits name=five edition=full why=locked"));
	recorder_destroy(r);
	close(fd);
	drop("four");
	drop("five");
}

/* ---- and of whom ----------------------------------------------------------------------
 */

static void whose(void)
{
	struct server *server = calloc(1, sizeof(*server));
	struct recording_result result = {.name = "six", .err = -EBADMSG, .empty = true};

	CHECK(server);
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_begin();
	takes_done(server, &result);
	CHECK(!tells(" warn "));
	result.empty = false;
	takes_done(server, &result);
	CHECK(tells("warn recording_not_rescued recording=six err=-74"));
	CHECK(!tells("recording_unknown"));
	/* one that this server should know */
	result.id = 7;
	takes_done(server, &result);
	CHECK(tells("recording_unknown recording=six"));
	free(server);
}

int main(void)
{
	char cmd[300], path[100];
	int was = dup(STDERR_FILENO);

	CHECK(mkdtemp(dir) && was >= 0);
	snprintf(path, sizeof(path), "%s.log", dir);
	words = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	CHECK(words >= 0 && dup2(words, STDERR_FILENO) >= 0);
	text_reset();
	never_asked_for();
	empty();
	damaged();
	waits();
	whose();
	CHECK(dup2(was, STDERR_FILENO) >= 0);
	snprintf(cmd, sizeof(cmd), "rm -r '%s' '%s'", dir, path);
	CHECK(system(cmd) == 0);
	return 0;
}
