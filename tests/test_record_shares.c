/* The files that keep what members send, by a plugin that only counts them: one member
 * who comes and goes, or turns the camera, all the time uses up nobody else's.
 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "recorder/recorder.h"

#define START_US INT64_C(1000000000)
#define PICTURE  (40 * MS_US)
#define TOGETHER 100 /* units that the queues are given at once */

static char dir[] = "/tmp/test_shares.XXXXXX";
static atomic_int n_written, n_done;
static int n_tracks;        /* valid once what was given is written */
static int n_of[10];        /* the same of m0 to m9 */
static int64_t now_us;      /* in the recording */
static int n_sent, n_taken; /* units; of those what is written */
static int64_t barred;
static struct recorder *r;

/* ---- the plugin -------------------------------------------------------------------- */

static int start(void **self, const struct aula_start *s)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/1.mkv", s->path);
	file = fopen(path, "w");
	CHECK(file && fputs("a file", file) > 0 && fclose(file) == 0);
	*self = n_of;
	return 0;
}

static int track(void *self, uint32_t index, const struct aula_track *track,
		 int64_t at_us)
{
	(void)self;
	CHECK((int)index == n_tracks && at_us >= 0 && track->owner[0] == 'm');
	n_of[track->owner[1] - '0']++;
	n_tracks++;
	return 0;
}

static int track_end(void *self, uint32_t index, int64_t at_us)
{
	(void)self;
	CHECK((int)index < n_tracks && at_us >= 0);
	return 0;
}

static int write_packet(void *self, const struct aula_packet *p)
{
	(void)self;
	CHECK((int)p->track < n_tracks);
	n_written++;
	return 0;
}

static int close_it(void *self)
{
	(void)self;
	return 0;
}

static const struct aula_recorder_ops ops = {
	.size = sizeof(ops),
	.extension = "dir",
	.write = write_packet,
	.close = close_it,
	.flags = AULA_RECORDER_FOLDER | AULA_RECORDER_TRACKS,
	.start = start,
	.track = track,
	.track_end = track_end,
};

/* ---- who sends -----------------------------------------------------------------------
 */

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	CHECK(id == 1 && at_ms >= 0);
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(result->err == 0);
	n_done++;
}

static void until(atomic_int *n, int want)
{
	for (int i = 0; i < 100000 && *n < want; i++)
		usleep(100);
	CHECK(*n == want);
}

static void begin(const char *name)
{
	const struct recorder_conf conf = {.dir = dir, .editions = {{"tracks", &ops}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recording_conf of = {.id = 1, .n_editions = 1};

	n_written = n_done = 0;
	n_tracks = n_sent = n_taken = 0;
	now_us = 0;
	memset(n_of, 0, sizeof(n_of));
	barred = count_get(COUNT_TRACKS_BARRED);
	CHECK(recorder_create(&r, &conf, &events) == 0);
	snprintf(of.name, sizeof(of.name), "%s", name);
	CHECK(recorder_start(r, &of) == 0);
}

static void end(void)
{
	CHECK(recorder_stop(r, 1) == 0);
	until(&n_done, 1);
	recorder_destroy(r);
}

static void comes(uint32_t member, uint32_t from)
{
	struct recording_sender sender = {.source = member * 8 + from, .from = from};

	snprintf(sender.owner, sizeof(sender.owner), "m%u", member);
	snprintf(sender.name, sizeof(sender.name), "Ann");
	CHECK(recorder_sender(r, 1, &sender) == 0);
}

static void goes(uint32_t member, uint32_t from)
{
	CHECK(recorder_sender_gone(r, 1, member * 8 + from) == 0);
}

/* A key frame of that width, or sound. */
static void sends(uint32_t member, uint32_t from, uint16_t w_px)
{
	struct au *au;

	CHECK(au_create(&au,
			"\xfc"
			"0123",
			5) == 0);
	au->codec = from == AULA_FROM_VOICE ? CODEC_OPUS : CODEC_VP8;
	au->flags = AU_KEY;
	au->w_px = w_px;
	au->h_px = 180;
	au->pts_us = now_us;
	au->arrival_us = START_US + now_us;
	CHECK(recorder_push_sender(r, 1, member * 8 + from, au) == 0);
	n_sent++;
}

/* All that was sent is written, or left out. */
static void settle(void)
{
	for (int i = 0; i < 100000; i++) {
		n_taken = n_written + (int)(count_get(COUNT_TRACKS_BARRED) - barred);
		if (n_taken == n_sent)
			return;
		usleep(100);
	}
	CHECK(n_taken == n_sent);
}

/* So often, so far apart. */
static void comes_and_goes(uint32_t member, uint32_t from, int times, int64_t each_us)
{
	for (int i = 0; i < times; i++, now_us += each_us) {
		comes(member, from);
		sends(member, from, 320);
		goes(member, from);
		if (i % TOGETHER == TOGETHER - 1)
			settle();
	}
	settle();
}

static void turns(uint32_t member, uint32_t from, int times, int64_t each_us)
{
	comes(member, from);
	for (int i = 0; i < times; i++, now_us += each_us) {
		sends(member, from, i % 2 ? 320 : 640);
		if (i % TOGETHER == TOGETHER - 1)
			settle();
	}
	goes(member, from);
	settle();
}

/* ---- what comes of it
 * ------------------------------------------------------------------ */

/* Each kind has what it had, whatever the others did; and after a while one more. */
static void a_voice(void)
{
	int left_out;

	begin("voice");
	comes_and_goes(1, AULA_FROM_VOICE, 1000, 20 * MS_US);
	/* in 20 s two more than at once */
	CHECK(n_of[1] >= LIMIT_OWNER_FILES + 1 && n_of[1] <= LIMIT_OWNER_FILES + 2);
	left_out = (int)(count_get(COUNT_TRACKS_BARRED) - barred);
	CHECK(left_out == 1000 - n_of[1]);
	turns(1, AULA_FROM_CAMERA, 20, PICTURE);
	turns(1, AULA_FROM_SCREEN, 20, PICTURE);
	comes_and_goes(2, AULA_FROM_VOICE, 60, PICTURE);
	CHECK(n_of[2] == 60 && n_tracks == n_of[1] + 60);
	CHECK(count_get(COUNT_TRACKS_BARRED) - barred == left_out);
	now_us += LIMIT_OWNER_SEC * SEC_US;
	comes_and_goes(1, AULA_FROM_VOICE, 1, PICTURE);
	CHECK(count_get(COUNT_TRACKS_BARRED) - barred == left_out);
	end();
}

/* What is left out of a voice is not all of it: it goes on once one more may be. */
static void it_goes_on(void)
{
	begin("on");
	comes_and_goes(1, AULA_FROM_VOICE, LIMIT_OWNER_FILES, MS_US);
	comes(1, AULA_FROM_VOICE);
	sends(1, AULA_FROM_VOICE, 0);
	settle();
	CHECK(n_tracks == LIMIT_OWNER_FILES && n_written == LIMIT_OWNER_FILES);
	now_us = LIMIT_OWNER_SEC * SEC_US + MS_US;
	sends(1, AULA_FROM_VOICE, 0);
	until(&n_written, LIMIT_OWNER_FILES + 1);
	CHECK(n_tracks == LIMIT_OWNER_FILES + 1);
	end();
}

/* All day long: half is left for the others, and it is for who had little. */
static void all_day(void)
{
	begin("day");
	comes_and_goes(1, AULA_FROM_VOICE, 1000, LIMIT_OWNER_SEC * SEC_US);
	CHECK(n_of[1] == LIMIT_TRACK_FILES / 2);
	for (uint32_t i = 2; i <= 3; i++)
		comes_and_goes(i, AULA_FROM_VOICE, 1000, LIMIT_OWNER_SEC * SEC_US);
	CHECK(n_of[2] == LIMIT_OWNER_SHARE && n_of[3] == LIMIT_OWNER_SHARE);
	comes_and_goes(4, AULA_FROM_VOICE, 50, PICTURE);
	turns(4, AULA_FROM_CAMERA, 50, PICTURE);
	CHECK(n_of[4] == 100 && n_tracks == LIMIT_TRACK_FILES);
	comes_and_goes(5, AULA_FROM_VOICE, 1, PICTURE);
	CHECK(n_of[5] == 0 && n_tracks == LIMIT_TRACK_FILES);
	end();
}

int main(void)
{
	char cmd[100];

	CHECK(mkdtemp(dir));
	a_voice();
	it_goes_on();
	all_day();
	snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	CHECK(system(cmd) == 0);
	return 0;
}
