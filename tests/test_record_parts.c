/* A recording in parts: when one begins, that nothing is lost or doubled where it does,
 * what is made of them, and that a crash at any moment costs nothing. The plugin writes
 * text.
 */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "recorder/leftover.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"
#include "tests/text_recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FULL, SOUND };

static struct aula_recorder_ops ops;

static struct recorder *make(int64_t part_ms)
{
	const struct recorder_conf conf = {.dir = rec_dir,
					   .part_us = part_ms * 1000,
					   .editions = {{"full", &ops}, {"sound", &ops}}};
	const struct recorder_events events = {rec_results, rec_started, rec_done, NULL,
					       NULL};
	struct recorder *r;

	text_reset();
	rec_n_done = rec_n_started = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void begin(struct recorder *r, uint32_t edition)
{
	struct recording_conf conf = {.id = 1,
				      .name = "x",
				      .n_editions = 1,
				      .editions = {{.edition = edition}}};

	if (edition == FULL) {
		conf.editions[0].video = REC_VIDEO;
		conf.editions[0].w_px = 64;
		conf.editions[0].h_px = 36;
	}
	CHECK(recorder_start(r, &conf) == 0);
}

static bool may_end; /* of itself, before all was pushed */

/* Letters with times; "C" is a key frame of another size, "P" one with other sets. */
static void push(struct recorder *r, const char *letters)
{
	static const char other[] = "\0\0\0\1\x67S\0\0\1\x68Q\0\0\1\x65I";
	char *copy = strdup(letters), *save, *word;
	int err;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char kind = word[0] == 'C' || word[0] == 'P' ? 'K' : word[0];
		struct au *au = rec_unit(kind, atoll(word + 1));

		if (word[0] == 'P')
			memcpy(au->data, other, sizeof(other) - 1);
		if (word[0] == 'C') {
			au->w_px = 32;
			au->h_px = 18;
		}
		err = recorder_push(r, 1, REC_VIDEO, au);
		CHECK(err == 0 || (may_end && err == -ENOENT));
	}
	free(copy);
}

static void run(int64_t part_ms, uint32_t edition, const char *letters)
{
	struct recorder *r = make(part_ms);

	begin(r, edition);
	push(r, letters);
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == 1 && rec_n_started == 1);
}

/* At the next key frame, each from its own zero. What is pushed is less than two seconds:
 * it is faster than life. */
static void by_time(void)
{
	run(500, FULL,
	    "K0 s0 v250 s250 K450 v500 v750 K800 s800 v850 K1250 v1270 K1300 s1300");
	CHECK(rec_results[0].err == 0 && text_fake.n[TEXT_FINISH] == 3);
	CHECK(rec_results[0].duration_ms == 1320 && text_fake.n[TEXT_JOIN] == 1);
	rec_file_is("x.txt", "0{2: K0 s0 v250 s250 K450 v500 v750!}"
			     "800{2: K0 s0 v50 K450 v470!}1300{2: K0 s0!}");
	run(1000, SOUND, "s100 s120 s1080 s1100 s1120");
	rec_file_is("x.sound.txt", "0{1: s0 s20 s980!}1000{1: s0 s20!}");
	run(0, FULL, "K0 s0 K1500 s1500 K1900");
	rec_file_is("x.txt", "2: K0 s0 K1500 s1500 K1900!");
	CHECK(text_fake.n[TEXT_JOIN] == 0);
}

/* Sound comes before its picture, or just after it: it is in one part, in its place. */
static void sound_at_a_seam(void)
{
	run(1000, FULL, "K0 s0 s980 s1000 s1020 s1040 K1000 v1060 s1060");
	rec_file_is("x.txt", "0{2: K0 s0 s980 s1000 s1020 s1040!}1000{2: K0 v60 s60!}");
	run(1000, FULL, "K0 s0 s940 K1000 s960 s980 s1000");
	rec_file_is("x.txt", "0{2: K0 s0 s940!}960{2: K40 s0 s20 s40!}");
	/* long silence is none of the next part */
	run(1000, FULL, "K0 s0 K1000 s1000");
	rec_file_is("x.txt", "0{2: K0 s0!}1000{2: K0 s0!}");
}

static int n_changes;

static int change(void *self, uint32_t index, const struct aula_track *track)
{
	static const uint8_t other[] = "\0\0\0\1\x67S\0\0\0\1\x68Q";

	(void)self;
	CHECK(index == 0 && track->kind == AULA_TRACK_VIDEO);
	CHECK(strcmp(track->codec, "h264") == 0 && track->config_len == 12);
	if (n_changes++ == 0)
		CHECK(track->w_px == 32 && track->h_px == 18);
	else
		CHECK(track->w_px == 64 && memcmp(track->config, other, 12) == 0);
	return 0;
}

static void by_change(void)
{
	run(0, FULL, "K0 v20 C40 v60 C80 K100 P120 v140");
	CHECK(rec_results[0].err == 0);
	rec_file_is("x.txt", "0{2: K0 v20!}40{2: K0 v20 K40!}100{2: K0!}120{2: K0 v20!}");
	ops.change = change;
	run(30, FULL, "K0 v20 C40 v60 P80 v100");
	CHECK(n_changes == 2);
	rec_file_is("x.txt", "2: K0 v20 K40 v60 K80 v100!");
	ops.change = NULL;
}

/* What cannot be joined stays so many files, and time alone cuts nothing. */
static void without_join(void)
{
	ops.join = NULL;
	run(30, FULL, "K0 v20 K40 v60 C80 v100 P120");
	CHECK(rec_results[0].err == 0 && rec_results[0].bytes == 18);
	CHECK(rec_results[0].duration_ms == 80);
	rec_file_is("x.txt", "2: K0 v20 K40 v60!");
	rec_file_is("x.2.txt", "2: K0 v20!");
	rec_file_is("x.3.txt", "2: K0!");
	ops.join = text_ops.join;
}

/* For want of room it stays in parts; once there is some it is joined, and no start is
 * waited for. */
static void joined_later(void)
{
	struct recorder *r = make(1000);

	text_fake.fails[TEXT_JOIN] = -ENOSPC;
	begin(r, FULL);
	push(r, "K0 v500 K1000 v1500");
	CHECK(recorder_stop(r, 1) == 0);
	rec_wait_done(1);
	CHECK(rec_results[0].err == -ENOSPC && rec_results[0].left);
	text_fake.fails[TEXT_JOIN] = 0;
	usleep(1200000); /* the finisher has looked: it is too soon */
	CHECK(rec_n_done == 1);
	clock_fake(clock_us() + LEFTOVER_FIRST_US + 1);
	rec_wait_done(2);
	CHECK(rec_results[1].err == 0 && !rec_results[1].left &&
	      rec_results[1].bytes > 0);
	recorder_destroy(r);
	clock_fake(-1);
	CHECK(rec_n_done == 2);
	rec_file_is("x.txt", "0{2: K0 v500!}1000{2: K0 v500!}");
}

static void failures(void)
{
	struct recorder *r = make(1000);

	/* it cannot be joined: nothing is lost, and it is said */
	text_fake.fails[TEXT_JOIN] = -EBADMSG;
	begin(r, FULL);
	push(r, "K0 v500 K1000 v1500");
	recorder_destroy(r);
	CHECK(rec_results[0].err == -EBADMSG && rec_results[0].bytes == 11);
	CHECK(!rec_results[0].left);
	rec_file_is("x.txt", "2: K0 v500!");
	rec_file_is("x.2.txt", "2: K0 v500!");
	/* it could not be joined for want of room: the next start does it */
	r = make(1000);
	text_fake.fails[TEXT_JOIN] = -ENOSPC;
	begin(r, FULL);
	push(r, "K0 v500 K1000 v1500");
	recorder_destroy(r);
	CHECK(rec_results[0].err == -ENOSPC && rec_results[0].bytes == 0);
	CHECK(rec_results[0].left);
	r = make(1000);
	CHECK(recorder_recover(r) == 0);
	rec_wait_done(1);
	recorder_destroy(r);
	CHECK(rec_results[0].err == 0 && rec_results[0].bytes > 0);
	CHECK(!rec_results[0].left && text_fake.n[TEXT_FINISH] == 0);
	rec_file_is("x.txt", "0{2: K0 v500!}1000{2: K0 v500!}");
	/* one that could not be finished is joined as it is */
	r = make(1000);
	text_fake.fails[TEXT_FINISH] = -ENOSPC;
	begin(r, FULL);
	push(r, "K0 v500 K1000 v1500");
	recorder_destroy(r);
	CHECK(rec_results[0].err == -ENOSPC && rec_results[0].bytes > 0);
	rec_file_is("x.txt", "0{2: K0 v500}1000{2: K0 v500}");
	/* of one that is damaged there is nothing in the whole */
	r = make(1000);
	text_fake.fails[TEXT_FINISH] = -EBADMSG;
	begin(r, FULL);
	push(r, "K0 v500 K1000 v1500");
	recorder_destroy(r);
	CHECK(rec_results[0].err == -EBADMSG && rec_results[0].bytes == 0);
	rec_file_is("x.broken.txt", "2: K0 v500");
	rec_file_is("x.at1000000.broken.txt", "2: K0 v500");
	/* the second part cannot be opened: the first one is there */
	r = make(1000);
	begin(r, FULL);
	push(r, "K0 v500");
	while (text_fake.n[TEXT_WRITE] < 2)
		usleep(1000);
	text_fake.fails[TEXT_OPEN] = -EIO;
	may_end = true;
	push(r, "K1000 v1500");
	may_end = false;
	rec_wait_done(1);
	recorder_destroy(r);
	CHECK(rec_results[0].err == -EIO && rec_results[0].bytes == 11);
	rec_file_is("x.txt", "2: K0 v500!");
}

/* ---- a crash --------------------------------------------------------------------- */

/* What is there, and what has become of it. The finished file of a part that was whole is
 * the same as the one that the dead server had made. */
static const struct crash {
	const char *files[5][2];
	const char *whole;
	int err;
	const char *left[2]; /* something else that is there afterwards */
} crashes[] = {
	/* in its first part; while that is finished; just before it goes */
	{{{"x.part.txt", "A"}}, "A!", 0, {NULL}},
	{{{"x.part.txt", "A"}, {"x.txt.tmp", "?"}}, "A!", 0, {NULL}},
	{{{"x.part.txt", "A"}, {"x.txt", "A!"}}, "A!", 0, {NULL}},
	/* the second part has begun; the first one is being finished; is; and has gone */
	{{{"x.part.txt", "A"}, {"x.at5000000.part.txt", "B"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	{{{"x.part.txt", "A"}, {"x.at0.txt.tmp", "?"}, {"x.at5000000.part.txt", "B"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	{{{"x.part.txt", "A"}, {"x.at0.txt", "A!"}, {"x.at5000000.part.txt", "B"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	{{{"x.at0.txt", "A!"}, {"x.at5000000.part.txt", "B"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	/* between the parts */
	{{{"x.at0.txt", "A!"}}, "A!", 0, {NULL}},
	/* the last one is finished; has gone; all are being joined */
	{{{"x.at0.txt", "A!"}, {"x.at5000000.part.txt", "B"}, {"x.at5000000.txt", "B!"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	{{{"x.at0.txt", "A!"}, {"x.at5000000.txt", "B!"}}, "0{A!}5000{B!}", 0, {NULL}},
	{{{"x.at0.txt", "A!"}, {"x.at5000000.txt", "B!"}, {"x.txt.tmp", "0{"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	/* they are joined; the first one has gone */
	{{{"x.at0.txt", "A!"}, {"x.at5000000.txt", "B!"}, {"x.txt", "0{A!}5000{B!}"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	{{{"x.at5000000.txt", "B!"}, {"x.txt", "0{A!}5000{B!}"}},
	 "0{A!}5000{B!}",
	 0,
	 {NULL}},
	/* by number, not by letter; ones of nothing do no harm */
	{{{"x.at10000000.part.txt", "C"}, {"x.part.txt", "A"}, {"x.at9000000.txt", "B!"}},
	 "0{A!}9000{B!}10000{C!}",
	 0,
	 {NULL}},
	/* not joined for want of space: the last ones have their names already */
	{{{"x.at0.txt", "A!"}, {"x.at5000000.txt", "B!"}, {"x.3.txt", "C!"}},
	 "0{A!}5000{B!}",
	 0,
	 {"x.3.txt", "C!"}},
	/* no server leaves that: nothing of it may be lost */
	{{{"x.txt", "old"}, {"x.at5000000.part.txt", "B"}},
	 "old",
	 -EEXIST,
	 {"x.at5000000.broken.txt", "B"}},
};

static void is_recovered(const struct crash *crash, bool by_name)
{
	struct recorder *r = make(0);

	for (int i = 0; i < 5 && crash->files[i][0]; i++)
		rec_put_file(crash->files[i][0], crash->files[i][1]);
	CHECK((by_name ? recorder_rescue(r, "x") : recorder_recover(r)) == 0);
	rec_wait_done(by_name ? 2 : 1);
	recorder_destroy(r);
	CHECK(rec_n_done == (by_name ? 2 : 1));
	for (int i = 0; i < rec_n_done; i++) {
		const struct recording_result *result = &rec_results[i];

		CHECK(result->interrupted && strcmp(result->name, "x") == 0);
		if (result->edition == SOUND) {
			CHECK(result->err == -ENOENT && by_name);
			continue;
		}
		if (result->err != crash->err)
			fprintf(stderr, "%s...: err %d\n", crash->files[0][0],
				result->err);
		CHECK(result->err == crash->err);
		CHECK(crash->err || result->bytes == strlen(crash->whole));
	}
	rec_file_is("x.txt", crash->whole);
	if (crash->left[0])
		rec_file_is(crash->left[0], crash->left[1]);
}

static void nothing_else(void)
{
	char cmd[400];

	/* of a finish or a join that was cut off there may be something */
	snprintf(cmd, sizeof(cmd),
		 "rm -f %s/*.tmp; [ -z \"$(ls -A %s)\" ] || { ls %s; exit 1; }", rec_dir,
		 rec_dir, rec_dir);
	CHECK(system(cmd) == 0);
}

static void crashes_are_survived(void)
{
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		is_recovered(&crashes[i], false);
		nothing_else();
		is_recovered(&crashes[i], true);
		nothing_else();
	}
}

/* The server died before a byte of it was written. */
static void empty_ones(void)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct recorder *r = make(0);
	char path[300];

	rec_put_file("x.part.txt", "");
	snprintf(path, sizeof(path), "%s/x.part.txt", rec_dir);
	CHECK(utimensat(AT_FDCWD, path, old, 0) == 0);
	CHECK(recorder_rescue(r, "x") == 0);
	rec_wait_done(2);
	recorder_destroy(r);
	for (int i = 0; i < 2; i++)
		CHECK(rec_results[i].err ==
		      (rec_results[i].edition == FULL ? -EBADMSG : -ENOENT));
	nothing_else();
}

static atomic_int n_removed, removed_err;

static void removed(void *ctx, int err)
{
	CHECK(ctx == &n_removed);
	removed_err = err;
	n_removed++;
}

/* All of it, and what links point to is not ours. */
static void deletes(void)
{
	static const char *const names[] = {
		"x.txt", "x.part.txt", "x.at5.part.txt", "x.at0.txt", "x.2.txt",
		"x.at5.broken.txt", "x.txt.tmp", "x.sound.txt", "x.sound.3.txt",
		"x.sound.at7.part.txt",
		/* of editions that there are no more */
		"x.at5.part.fak", "x.other.txt", "x.at05.txt"};
	static const char *const others[] = {"x2.txt", "x-y.txt", "y.at5.txt"};
	struct recorder *r = make(0);
	char link[300], folder[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		rec_put_file(names[i], "x");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		rec_put_file(others[i], "stays");
	snprintf(link, sizeof(link), "%s/x.at9.txt", rec_dir);
	CHECK(symlink("x2.txt", link) == 0);
	/* a folder in the place of a file is none of ours */
	snprintf(folder, sizeof(folder), "%s/x.at8.txt", rec_dir);
	CHECK(mkdir(folder, 0700) == 0);
	CHECK(recorder_delete(r, "x", removed, &n_removed) == 0);
	while (n_removed == 0)
		usleep(1000);
	CHECK(removed_err == -EISDIR && rmdir(folder) == 0);
	CHECK(recorder_delete(r, "x", removed, &n_removed) == 0);
	recorder_destroy(r);
	CHECK(n_removed == 2 && removed_err == 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		rec_file_is(names[i], NULL);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		rec_file_is(others[i], "stays");
	nothing_else();
}

int main(void)
{
	log_set_level(LOG_ERROR + 1);
	CHECK(mkdtemp(rec_dir));
	ops = text_ops;
	by_time();
	sound_at_a_seam();
	by_change();
	without_join();
	joined_later();
	failures();
	crashes_are_survived();
	empty_ones();
	deletes();
	CHECK(count_get(COUNT_REC_ACTIVE) == 0);
	CHECK(rmdir(rec_dir) == 0); /* nothing was left behind */
	return 0;
}
