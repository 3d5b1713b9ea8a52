/* What becomes of the row of a recording that could not be finished: it says "waiting",
 * and why, until it is.
 */
#include "mcu/takes.h"

#include "tests/takes_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "tests/test.h"

/* It ended with this: what the row says then. */
static const char *ended(int err, uint64_t bytes) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = rig.room.base + ID_RECORDING,
					  .err = err,
					  .left = rig.left,
					  .bytes = bytes};

	CHECK(rig_begins("Lesson", EDITION_BIT(EDITION_FULL)) == 0);
	CHECK(rig.room.recording && strcmp(rig.put, "running") == 0);
	snprintf(result.name, sizeof(result.name), "%s", rig.room.recording_row.id);
	takes_done(&rig.server, &result);
	CHECK(!rig.room.recording && !rig.server.takes);
	return rig.put;
}

/* What the row of a server that died says after a try to finish it. */
static const char *rescued(int posted, int err) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "running"};
	struct recording_result result = {.name = "left", .interrupted = true};

	result.err = err;
	rig.put[0] = '\0';
	rig.rescue_err = posted;
	CHECK(takes_recover(&rig.server) == 0);
	rig.got(&rig.server, 0, &row, 1);
	CHECK(!!rig.server.takes == !posted);
	for (uint32_t i = 0; !posted && i < EDITIONS; i++) {
		if (i == EDITION_PUSH) /* it has no file */
			continue;
		CHECK(rig.server.takes);
		result.edition = i;
		takes_done(&rig.server, &result);
	}
	CHECK(!rig.server.takes);
	return rig.put;
}

/* Its file was finished before the server died: how long it is was told then. */
static void whole_before_it_died(void) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "running", .duration_ms = 70};
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9};

	rig.rescue_err = 0;
	CHECK(takes_recover(&rig.server) == 0);
	rig.got(&rig.server, 0, &row, 1);
	for (uint32_t i = 0; i < EDITIONS; i++) {
		result.edition = i;
		takes_done(&rig.server, &result);
		result.bytes = 0;
		result.err = -ENOENT;
	}
	CHECK(!rig.server.takes && strcmp(rig.put, "interrupted") == 0);
	CHECK(rig.put_bytes == 9 && rig.put_ms == 70);
}

/* Something of an edition is left: without any file the recording is not over, with
 * another one's it is. */
static void one_is_left(void) RUNS_ON(on_ctl)
{
	int ready = rig.n_ready;

	rig.left = true;
	CHECK(strcmp(ended(-ENOSPC, 0), "waiting") == 0 && rig.n_ready == ready + 1);
	CHECK(strcmp(rig.told, "waiting") == 0 && rig.n_told == 1);
	CHECK(strcmp(rig.file.err, "disk_full") == 0 && rig.file.bytes == 0);
	ready++;
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_SOUND)) ==
	      0);
	rig_ends(EDITION_FULL, -ENOSPC, 0);
	rig.left = false;
	rig_ends(EDITION_SOUND, 0, 3);
	CHECK(!rig.server.takes && strcmp(rig.put, "interrupted") == 0 &&
	      rig.n_ready == ready + 1);
}

/* The database has this edition's file. */
static void there(const char *edition)
{
	struct db_recording_file *file = &rig.others[0];

	*file = (struct db_recording_file){.recording = "left", .bytes = 5};
	snprintf(file->id, sizeof(file->id), "left.%s", edition);
	snprintf(file->edition, sizeof(file->edition), "%s", edition);
	rig.n_others = 1;
}

/* Its row was final when the file came. */
static void mended_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {.id = "left", .state = "failed"};

	rig.n_files = 0;
	rig.put[0] = '\0';
	takes_done(&rig.server, &result);
	CHECK(rig.n_files == 0 && rig.got_one);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_files == 1 && strcmp(rig.put, "interrupted") == 0);
	CHECK(rig.put_bytes == 9 && rig.put_ms == 70);
	CHECK(strcmp(rig.put_before, "interrupted") == 0); /* else it finds none */
	/* another edition's is what the row says */
	there("full");
	result.edition = EDITION_LIGHT;
	rig.put[0] = '\0';
	snprintf(row.state, sizeof(row.state), "ready");
	row.bytes = 5;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_files == 2 && !rig.put[0] && !rig.server.takes);
	CHECK(rig.n_seal_late == 2); /* each file that came, whatever the row says */
	/* it did, of a lesser one */
	there("light");
	result.edition = EDITION_FULL;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(strcmp(rig.put, "ready") == 0 && rig.put_bytes == 9 && rig.n_told == 2);
	rig.n_others = 0;
	rig.n_seal_late = 2;
}

/* Of what was there, nothing could be made; the row told of that. */
static void made_of_it_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {
		.id = "left", .state = "interrupted", .made = "none", .bytes = 5};

	rig.put[0] = '\0';
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_made_anew == 1 && strcmp(rig.put, "interrupted") == 0 &&
	      rig.put_bytes == 9);
	rig.n_seal_late = 2;
	rig.put[0] = '\0';
	snprintf(row.made, sizeof(row.made), "failed");
	there("full");
	result.edition = EDITION_LIGHT;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_made_anew == 2 && !rig.put[0]);
	result.edition = EDITION_TRACKS;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	snprintf(row.made, sizeof(row.made), "ready");
	result.edition = EDITION_LIGHT;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_made_anew == 2 && !rig.put[0]);
	rig.n_others = 0;
}

/* It was left, and tried again: what the row says of it, with what there is of others. */
static const char *again(const struct recording_result *of, struct db_recording *row)
	RUNS_ON(on_ctl)
{
	struct recording_result result = *of;

	result.again = true;
	snprintf(result.name, sizeof(result.name), "left");
	rig.put[0] = rig.told[0] = '\0';
	rig.got_one = NULL;
	takes_done(&rig.server, &result);
	CHECK(rig.got_one);
	rig.got_one(rig.got_ctx, 0, row, 1);
	return rig.put;
}

/* One that waits is told of as usual once it is finished, without a start in between. */
static void waited(void) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "waiting", .duration_ms = 70};
	struct recording_result result = {.bytes = 9, .duration_ms = 70};

	CHECK(strcmp(again(&result, &row), "ready") == 0 && rig.put_bytes == 9);
	CHECK(strcmp(rig.told, "ready") == 0 && !rig.file.err[0]);
	result.err = -ETIMEDOUT; /* it was written up to there */
	CHECK(strcmp(again(&result, &row), "interrupted") == 0 && rig.put_bytes == 9);
	CHECK(strcmp(rig.told, "interrupted") == 0);
	/* another reason, and no file yet */
	result = (struct recording_result){.err = -EIO, .left = true};
	CHECK(strcmp(again(&result, &row), "waiting") == 0 && rig.put_bytes == 0);
	CHECK(strcmp(rig.file.err, "write_failed") == 0);
	/* of this one nothing comes any more; of another it still may */
	result = (struct recording_result){.err = -EBADMSG, .left_beside = true};
	CHECK(strcmp(again(&result, &row), "waiting") == 0);
	result.left_beside = false;
	CHECK(strcmp(again(&result, &row), "failed") == 0);
	CHECK(strcmp(rig.told, "failed") == 0);
}

/* The other edition was there: the row told of that, and why the first one was not. */
static void waited_beside_another(void) RUNS_ON(on_ctl)
{
	struct db_recording row = {.id = "left", .state = "interrupted", .bytes = 5};
	struct recording_result result = {.bytes = 9};
	int n_seal_late = rig.n_seal_late;

	there("light");
	CHECK(strcmp(again(&result, &row), "ready") == 0 && rig.n_told == 2);
	CHECK(rig.put_bytes == 9 && rig.n_seal_late == n_seal_late + 1);
	result.err = -ETIMEDOUT;
	CHECK(strcmp(again(&result, &row), "interrupted") == 0 && rig.n_told == 2);
	result.err = 0;
	result.interrupted = true; /* by the server's end: that was no disk */
	CHECK(strcmp(again(&result, &row), "interrupted") == 0 && rig.n_told == 2);
	rig.n_others = 0;
}

/* It was tried again before all of its editions were finished the first time. */
static void again_before_the_others(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {.again = true, .bytes = 4};

	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_SOUND)) ==
	      0);
	rig.left = true;
	rig_ends(EDITION_FULL, -EIO, 0);
	rig.left = false;
	snprintf(result.name, sizeof(result.name), "%s", rig.room.recording_row.id);
	takes_done(&rig.server, &result);
	CHECK(rig.server.takes);
	rig_ends(EDITION_SOUND, 0, 3);
	CHECK(!rig.server.takes && strcmp(rig.put, "ready") == 0 && rig.put_bytes == 4);
	recording_stop(&rig.room, "stopped");
}

/* It was not even asked for, so the row still says that it runs: it is finished as at the
 * next start. */
static void rescued_later(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {
		.name = "left", .interrupted = true, .bytes = 9, .duration_ms = 70};
	struct db_recording row = {.id = "left", .state = "running", .origin = "of"};
	int ready = rig.n_ready;

	rig.n_files = 0;
	rig.put[0] = '\0';
	rig.rescue_err = 0;
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	CHECK(rig.n_files == 0 && !rig.server.takes); /* a cut is another's */
	row.origin[0] = '\0';
	takes_done(&rig.server, &result);
	rig.got_one(rig.got_ctx, 0, &row, 1);
	/* how long it is is not told again */
	CHECK(rig.n_files == 1 && !rig.put[0] && rig.server.takes);
	result.duration_ms = 0;
	for (uint32_t i = 0; i < EDITIONS; i++) {
		result.edition = i;
		if (i != EDITION_PUSH)
			takes_done(&rig.server, &result);
		result.bytes = 0;
		result.err = -ENOENT;
	}
	CHECK(!rig.server.takes && strcmp(rig.put, "interrupted") == 0 &&
	      rig.put_bytes == 9);
	CHECK(rig.n_files == 2 && rig.n_ready == ready + 1);
}

/* Nothing is finished before it is known whose it is. */
static void database_in_trouble(void) RUNS_ON(on_ctl)
{
	rig.n_recovered = rig.n_asked = 0;
	CHECK(takes_recover(&rig.server) == 0 && rig.n_asked == 1);
	rig.got(&rig.server, -EIO, NULL, 0);
	takes_second(&rig.server);
	CHECK(rig.n_recovered == 0 && rig.n_asked == 1 && rig.server.takes_ask_us);
	rig.server.takes_ask_us = 1;
	takes_second(&rig.server);
	rig.got(&rig.server, 0, NULL, 0);
	takes_second(&rig.server);
	CHECK(rig.n_recovered == 1 && rig.n_asked == 2);
}

static void names_of_errors(void)
{
	static const struct {
		int err;
		const char *file, *sent;
	} names[] = {
		{-ENOSPC, "disk_full", "disk_full"},
		{-EOVERFLOW, "too_slow", "too_slow"},
		{-ENODATA, "no_picture", "no_picture"},
		{-ETIMEDOUT, "stuck", "push_failed"},
		{-EPROTO, "plugin_failed", "push_failed"},
		{-ECONNRESET, "write_failed", "push_failed"},
	};

	CHECK(!takes_error(EDITION_FULL, 0) && !takes_error(EDITION_PUSH, 0));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK(strcmp(takes_error(EDITION_LIVE, names[i].err), names[i].file) ==
		      0);
		CHECK(strcmp(takes_error(EDITION_PUSH, names[i].err), names[i].sent) ==
		      0);
	}
}

/* What is only sent has no file, and is no failure. */
static void only_sent(void) RUNS_ON(on_ctl)
{
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_PUSH)) == 0);
	recording_stop(&rig.room, "stopped");
	rig_ends(EDITION_PUSH, 0, 1000);
	CHECK(strcmp(rig.put, "ready") == 0 && rig.put_bytes == 0 && rig.put_ms == 5);
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_PUSH)) == 0);
	rig_ends(EDITION_PUSH, -EIO, 1000);
	CHECK(!rig.room.recording && strcmp(rig.put, "failed") == 0 &&
	      rig.put_bytes == 0);
	CHECK(rig.room.edition_errs[EDITION_PUSH] == -EIO && !rig.server.takes);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_WARN);
	CHECK(strcmp(ended(0, 7), "ready") == 0 && rig.n_ready == 1);
	CHECK(strcmp(ended(-ENOSPC, 7), "interrupted") == 0 && rig.n_ready == 2);
	CHECK(strcmp(ended(-ENODATA, 0), "failed") == 0 && rig.n_ready == 3);
	CHECK(strcmp(ended(-ENOMEM, 7), "interrupted") == 0 && rig.n_ready == 4);
	rig.left = true;
	CHECK(strcmp(ended(-ENOBUFS, 0), "waiting") == 0 && rig.n_ready == 5);
	CHECK(strcmp(ended(-EIO, 0), "waiting") == 0 && rig.n_ready == 6);
	CHECK(strcmp(rig.file.err, "write_failed") == 0);
	CHECK(strcmp(ended(-ETIMEDOUT, 0), "waiting") == 0 && rig.n_ready == 7);
	CHECK(strcmp(rig.file.err, "stuck") == 0);
	rig.left = false;
	/* it did not even begin */
	CHECK(strcmp(ended(-ENOMEM, 0), "failed") == 0 && rig.n_ready == 8);
	CHECK(strcmp(rescued(0, -ENOENT), "failed") == 0);
	CHECK(strcmp(rescued(0, -EBUSY), "") == 0);
	CHECK(strcmp(rescued(-ENOBUFS, 0), "") == 0);
	CHECK(strcmp(rescued(-ENOMEM, 0), "") == 0);
	CHECK(strcmp(rescued(-ENOTSUP, 0), "failed") == 0);
	names_of_errors();
	whole_before_it_died();
	only_sent();
	one_is_left();
	mended_later();
	made_of_it_later();
	rescued_later();
	waited();
	waited_beside_another();
	again_before_the_others();
	database_in_trouble();
	return 0;
}
