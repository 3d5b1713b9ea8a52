/* Recorders of others: that hang, lie, send away, fill a folder, or take other pictures.
 * None of them may hurt another edition, nor the end of the server.
 */
#include "recorder/recorder.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"
#include "tests/text_recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWN, GUEST, N };

static struct aula_recorder_ops guest;
static atomic_int n_ended;

static void ended(void *ctx, const struct recording_result *result)
{
	CHECK(ctx == rec_results && result->edition == GUEST && result->err);
	n_ended++;
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {
		.dir = rec_dir, .editions = {{"own", &rec_ops}, {"guest", &guest}}};
	const struct recorder_events events = {rec_results, rec_started, rec_done, ended,
					       NULL};
	struct recorder *r;

	text_reset();
	memset(&rec_fake, 0, sizeof(rec_fake));
	rec_n_done = rec_n_started = 0;
	n_ended = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static struct recording_conf conf_of(uint32_t id, const char *name)
{
	struct recording_conf conf = {
		.id = id,
		.n_editions = N,
		.editions = {{.edition = OWN, .video = REC_VIDEO, .w_px = 64, .h_px = 36},
			     {.edition = GUEST,
			      .video = REC_VIDEO,
			      .w_px = 64,
			      .h_px = 36,
			      .target = "rtmp://there/live"}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	return conf;
}

static void begin(struct recorder *r, uint32_t id, const char *name)
{
	const struct recording_conf conf = conf_of(id, name);

	CHECK(recorder_start(r, &conf) == 0);
}

static const struct recording_result *told(uint32_t id, uint32_t edition)
{
	const struct recording_result *found = NULL;

	for (int i = 0; i < rec_n_done; i++)
		if (rec_results[i].edition == edition && rec_results[i].id == id)
			found = &rec_results[i];
	CHECK(found);
	return found;
}

static void until(atomic_int *n, int want)
{
	for (int i = 0; i < 60000 && atomic_load(n) < want; i++)
		usleep(1000);
	CHECK(atomic_load(n) >= want);
}

/* What was left behind comes back at last, and touches nothing. */
static void comes_back(enum text_step step)
{
	int n = atomic_load(&text_fake.n[step]);

	atomic_store(&text_fake.hangs[step], false);
	until(&text_fake.n_back[step], n);
	if (step < TEXT_FINISH)
		until(&text_fake.n_back[TEXT_CLOSE], 1);
	clock_fake(-1);
	usleep(100000); /* it lets go of its lock */
}

/* A call that never returns: the others go on, and the end waits for nobody. */
static void hangs_while_it_runs(enum text_step step)
{
	int64_t left = count_get(COUNT_REC_ABANDONED);
	struct recorder *r = make();

	clock_fake(SEC_US);
	text_fake.hangs[step] = true;
	begin(r, 1, "x");
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	if (step == TEXT_CLOSE)
		CHECK(recorder_stop(r, 1) == 0);
	until(&text_fake.n[step], 1);
	clock_fake(10 * SEC_US); /* slow, but maybe it comes back */
	until(&rec_fake.n_written, 1);
	CHECK(n_ended == 0 && count_get(COUNT_REC_ABANDONED) == left);
	clock_fake(12 * SEC_US);
	if (step != TEXT_CLOSE) {
		until(&n_ended, 1);
		CHECK(rec_push(r, 1, 'v', 60) == 0);
		until(&rec_fake.n_written, 2);
	}
	recorder_destroy(r);
	CHECK(rec_n_done == N && count_get(COUNT_REC_ABANDONED) == left + 1);
	CHECK(told(1, OWN)->err == 0 && told(1, GUEST)->err == -ETIMEDOUT);
	CHECK(told(1, GUEST)->bytes == 0);
	comes_back(step);
	/* what it wrote waits for the next start */
	rec_file_is("x.fak", step == TEXT_CLOSE ? "K" : "Kv");
	rec_file_is("x.guest.part.txt", "2: K0");
}

/* It holds up but its own kind. */
static void hangs_when_it_is_finished(void)
{
	int64_t left = count_get(COUNT_REC_ABANDONED);
	struct recorder *r = make();

	clock_fake(SEC_US);
	text_fake.hangs[TEXT_FINISH] = true;
	for (uint32_t id = 1; id <= 2; id++) {
		begin(r, id, id == 1 ? "x" : "y");
		CHECK(rec_push(r, id, 'K', 0) == 0);
		until(&rec_fake.n_written, (int)id);
		CHECK(recorder_stop(r, id) == 0);
	}
	until(&text_fake.n[TEXT_FINISH], 1);
	until(&rec_n_done, 2);
	CHECK(told(1, OWN)->err == 0 && told(2, OWN)->err == 0);
	clock_fake(500 * SEC_US);
	usleep(20000);
	CHECK(rec_n_done == 2);
	clock_fake(700 * SEC_US);
	until(&rec_n_done, 3); /* and the next one gets its turn */
	until(&text_fake.n[TEXT_FINISH], 2);
	CHECK(rec_results[2].err == -ETIMEDOUT && rec_results[2].bytes == 0);
	atomic_store(&text_fake.hangs[TEXT_FINISH], false);
	until(&rec_n_done, 4);
	recorder_destroy(r);
	CHECK(rec_results[3].err == 0 && rec_results[3].bytes > 0);
	CHECK(count_get(COUNT_REC_ABANDONED) == left + 1);
	comes_back(TEXT_FINISH);
	rec_file_is("x.fak", "K");
	rec_file_is("y.fak", "K");
	/* which of them hung is theirs; what came late is as good as a crash there */
	r = make();
	CHECK(recorder_recover(r) == 0);
	rec_wait_done(1);
	recorder_destroy(r);
	rec_file_is("x.guest.txt", "2: K0!");
	rec_file_is("y.guest.txt", "2: K0!");
}

/* Time goes on while the recorder is being destroyed. */
static void *hours_go_by(void *stop)
{
	for (int64_t t = SEC_US; !atomic_load((atomic_bool *)stop); t += SEC_US) {
		clock_fake(t);
		usleep(5000);
	}
	return NULL;
}

/* The end of the server waits a minute at most; the next start does the rest. */
static void hangs_at_the_end(void)
{
	struct recorder *r = make();
	atomic_bool stop = false;
	pthread_t clock;

	clock_fake(SEC_US);
	text_fake.hangs[TEXT_FINISH] = true;
	begin(r, 1, "x");
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	until(&text_fake.n[TEXT_FINISH], 1);
	until(&rec_n_done, 1);
	CHECK(pthread_create(&clock, NULL, hours_go_by, &stop) == 0);
	recorder_destroy(r);
	stop = true;
	pthread_join(clock, NULL);
	CHECK(rec_n_done == N && told(1, GUEST)->err == -ENOBUFS);
	CHECK(told(1, GUEST)->bytes == 0);
	comes_back(TEXT_FINISH);
	rec_file_is("x.fak", "K");
	rec_file_is("x.guest.part.txt", "2: K0");
	rec_file_is("x.guest.txt", "2: K0!"); /* as before a crash */
}

/* 0 is no file, and a file has no length of years. */
static void lies(void)
{
	static const struct {
		enum text_step step;
		int64_t duration_us;
		int err;
		const char *left; /* what is kept */
	} rows[] = {
		{TEXT_WRITE, 0, -EPROTO, NULL},
		{TEXT_FINISH, 0, -EPROTO, "2: K0 v60"},
		{TEXT_STEPS, -1, -EPROTO, "2: K0 v60"},
		{TEXT_STEPS, INT64_MAX, -EPROTO, "2: K0 v60"},
		{TEXT_STEPS, 1000000, 0, "2: K0 v60!"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recorder *r = make();

		if (rows[i].step < TEXT_STEPS)
			text_fake.lies[rows[i].step] = true;
		text_fake.duration_us = rows[i].duration_us;
		begin(r, 1, "x");
		CHECK(rec_push(r, 1, 'K', 0) == 0);
		CHECK(rec_push(r, 1, 'v', 60) == 0);
		recorder_destroy(r);
		CHECK(rec_n_done == N && told(1, OWN)->err == 0);
		CHECK(told(1, GUEST)->err == rows[i].err);
		CHECK(told(1, GUEST)->bytes == (rows[i].left ? strlen(rows[i].left) : 0));
		rec_file_is("x.fak", "Kv");
		rec_file_is("x.guest.txt", rows[i].left);
	}
}

static int says_five(void *self, const struct aula_packet *p)
{
	(void)self;
	(void)p;
	return 5; /* no errno */
}

static void no_errno(void)
{
	struct recorder *r;

	guest.write = says_five;
	r = make();
	begin(r, 1, "x");
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	recorder_destroy(r);
	CHECK(told(1, GUEST)->err == -EPROTO);
	guest = text_ops;
	rec_file_is("x.fak", "K");
	rec_file_is("x.guest.txt", "2:!");
}

/* ---- one that sends away ------------------------------------------------------------
 */

static atomic_int remote_fails;

static int remote_start(void **self, const struct aula_start *start)
{
	CHECK(start->size == sizeof(*start) && start->n_tracks == 2 && !start->path);
	CHECK(strcmp(start->target, "rtmp://there/live") == 0);
	return text_open(self, "/dev/null", start->tracks, start->n_tracks);
}

static int remote_write(void *self, const struct aula_packet *p)
{
	return remote_fails ? remote_fails : text_write(self, p);
}

/* Of a unit, so often as it is written to the disk. */
static int64_t unit_bytes(char kind)
{
	struct au *au = rec_unit(kind, 0);
	int64_t bytes = (int64_t)au->len;

	au_put(au);
	return bytes;
}

static void sends_away(void)
{
	int64_t written = count_get(COUNT_REC_BYTES);
	struct recorder *r;

	guest = (struct aula_recorder_ops){.size = sizeof(guest),
					   .flags = AULA_RECORDER_REMOTE,
					   .start = remote_start,
					   .write = remote_write,
					   .close = text_close};
	r = make();
	begin(r, 1, "x");
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	CHECK(rec_push(r, 1, 'v', 60) == 0);
	recorder_destroy(r);
	CHECK(told(1, GUEST)->err == 0 && told(1, GUEST)->bytes == 0);
	CHECK(told(1, GUEST)->duration_ms == 80 && !*told(1, GUEST)->path);
	CHECK(text_fake.n[TEXT_CLOSE] == 1 && n_ended == 0);
	/* that of the other one alone fills the disk */
	CHECK(count_get(COUNT_REC_BYTES) - written == unit_bytes('K') + unit_bytes('v'));
	rec_file_is("x.fak", "Kv");

	r = make();
	remote_fails = -EPIPE;
	begin(r, 1, "x");
	CHECK(rec_push(r, 1, 'K', 0) == 0);
	until(&n_ended, 1);
	CHECK(rec_push(r, 1, 'v', 60) == 0);
	CHECK(recorder_rescue(r, "y") == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == 2 * N && told(1, GUEST)->err == -EPIPE);
	CHECK(told(0, GUEST)->err == -ENOENT && told(0, OWN)->err == -ENOENT);
	CHECK(told(1, OWN)->err == 0);
	rec_file_is("x.fak", "Kv");
	guest = text_ops;
}

/* ---- one that fills a folder
 * ----------------------------------------------------------- */

static int folder_open(void **self, const char *path,
		       const struct aula_track *const *tracks, uint32_t n_tracks)
{
	char file[600];
	struct stat st;

	CHECK(stat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700);
	snprintf(file, sizeof(file), "%s/other.txt", path);
	CHECK(close(open(file, O_CREAT | O_WRONLY, 0600)) == 0);
	snprintf(file, sizeof(file), "%s/a.txt", path);
	return text_open(self, file, tracks, n_tracks);
}

static int folder_moves(const char *part, const char *path, struct aula_finished *info)
{
	(void)info;
	return rename(part, path) < 0 ? -errno : 0;
}

static atomic_int n_removed, removed_err;

static void removed(void *ctx, int err)
{
	CHECK(ctx == &n_removed);
	removed_err = err;
	n_removed++;
}

static void in_a_folder(void)
{
	struct recorder *r;
	char cmd[400];

	guest = (struct aula_recorder_ops){.size = sizeof(guest),
					   .extension = "dir",
					   .flags = AULA_RECORDER_FOLDER,
					   .open = folder_open,
					   .write = text_write,
					   .close = text_close,
					   .finish = folder_moves};
	for (int i = 0; i < 2; i++) {
		guest.finish = i ? folder_moves : NULL;
		r = make();
		begin(r, 1, "x");
		CHECK(rec_push(r, 1, 'K', 0) == 0);
		CHECK(rec_push(r, 1, 'v', 60) == 0);
		until(&text_fake.n[TEXT_WRITE], 2);
		/* somebody works on it */
		CHECK(recorder_delete(r, "x", removed, &n_removed) == 0);
		until(&n_removed, 1);
		CHECK(removed_err == -EBUSY);
		CHECK(recorder_stop(r, 1) == 0);
		rec_wait_done(N);
		CHECK(told(1, GUEST)->err == 0 && told(1, GUEST)->bytes == 9);
		snprintf(cmd, sizeof(cmd), "grep -q '2: K0 v60' %s/x.guest.dir/a.txt",
			 rec_dir);
		CHECK(system(cmd) == 0);
		/* what a dead server left */
		snprintf(cmd, sizeof(cmd),
			 "cd %s && mv x.guest.dir y.guest.part.dir && ln -s "
			 "y.guest.part.dir "
			 "z.guest.part.dir",
			 rec_dir);
		CHECK(system(cmd) == 0);
		CHECK(recorder_recover(r) == 0);
		rec_wait_done(N + 2);
		CHECK(recorder_delete(r, "x", removed, &n_removed) == 0);
		CHECK(recorder_delete(r, "y", removed, &n_removed) == 0);
		CHECK(recorder_delete(r, "z", removed, &n_removed) == 0);
		until(&n_removed, 4);
		CHECK(removed_err == 0);
		recorder_destroy(r);
		for (int k = N; k < N + 2; k++)
			CHECK(rec_results[k].interrupted &&
			      (strcmp(rec_results[k].name, "y") == 0
				       ? rec_results[k].err == 0 &&
						 rec_results[k].bytes == 9
				       : rec_results[k].err == -ENOTDIR ||
						 rec_results[k].err == -ELOOP));
		n_removed = 0;
	}
	guest = text_ops;
}

/* ---- other pictures
 * ---------------------------------------------------------------------- */

static uint16_t seen_w_px;

static int vp8_start(void **self, const struct aula_start *start)
{
	CHECK(strcmp(start->tracks[0]->codec, "vp8") == 0 &&
	      !start->tracks[0]->config_len && !start->target);
	seen_w_px = start->tracks[0]->w_px;
	return text_open(self, start->path, start->tracks, start->n_tracks);
}

static void push_vp8(struct recorder *r, int64_t ms, bool key, uint16_t w_px)
{
	struct au *au = rec_unit(key ? 'K' : 'v', ms);

	au->codec = CODEC_VP8;
	au->w_px = w_px;
	au->h_px = w_px ? 18 : 0;
	CHECK(recorder_push(r, 1, REC_VIDEO, au) == 0);
}

/* Each gets its own, though they are of one number; the key flag alone counts. */
static void other_pictures(void)
{
	struct recorder *r;

	guest.video = "vp8";
	guest.start = vp8_start;
	guest.open = NULL;
	r = make();
	begin(r, 1, "x");
	push_vp8(r, 0, false, 0);
	push_vp8(r, 40, true, 32);
	CHECK(rec_push(r, 1, 'v', 60) == 0);
	push_vp8(r, 80, false, 32);
	CHECK(rec_push(r, 1, 'K', 100) == 0);
	push_vp8(r, 120, true, 32);
	push_vp8(r, 160, true, 0); /* as the recording was said to be */
	recorder_destroy(r);
	CHECK(rec_n_done == N && told(1, OWN)->err == 0 && told(1, GUEST)->err == 0);
	CHECK(seen_w_px == 64);
	rec_file_is("x.fak", "K");
	rec_file_is("x.guest.txt", "0{2: K0 v40 K80!}120{2: K0!}");
	guest = text_ops;
}

int main(void)
{
	log_set_level(LOG_ERROR + 1);
	CHECK(mkdtemp(rec_dir));
	guest = text_ops;
	hangs_while_it_runs(TEXT_OPEN);
	hangs_while_it_runs(TEXT_WRITE);
	hangs_while_it_runs(TEXT_CLOSE);
	hangs_when_it_is_finished();
	hangs_at_the_end();
	lies();
	no_errno();
	sends_away();
	in_a_folder();
	other_pictures();
	CHECK(count_get(COUNT_REC_ACTIVE) == 0);
	CHECK(rmdir(rec_dir) == 0); /* nothing was left behind */
	return 0;
}
