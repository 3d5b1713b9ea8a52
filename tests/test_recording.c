/* A recording while the class runs: its editions, its time, its own picture, why it ends
 * or waits, and who was told.
 */
#include "mcu/recording.h"

#include "tests/takes_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/rungs.h"
#include "tests/test.h"

/* Three editions: one that fails leaves the others, the row waits for the last one and
 * says of the first that there is what older clients know. */
static void several(void) RUNS_ON(on_ctl)
{
	uint32_t all = EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT) |
		       EDITION_BIT(EDITION_SOUND);
	int ready = rig.n_ready;

	rig.n_files = 0;
	CHECK(rig_begins(NULL, all) == 0 && rig.room.editions == all);
	rig_ends(EDITION_FULL, -EIO, 0);
	CHECK(rig.room.recording &&
	      rig.room.editions == (all & ~EDITION_BIT(EDITION_FULL)));
	rig_ends(EDITION_FULL, 0, 9); /* was told already */
	CHECK(recording_pause(&rig.room) == 0 && recording_pause(&rig.room) == -EALREADY);
	CHECK(rig.room.recording_paused && recording_resume(&rig.room) == 0);
	CHECK(recording_resume(&rig.room) == -EALREADY);
	recording_stop(&rig.room, "stopped");
	CHECK(recording_pause(&rig.room) == -ENOENT);
	rig_ends(EDITION_LIGHT, 0, 7);
	CHECK(strcmp(rig.put, "running") == 0 && rig.n_ready == ready);
	rig_ends(EDITION_SOUND, 0, 3);
	CHECK(strcmp(rig.put, "interrupted") == 0 && rig.n_ready == ready + 1 &&
	      rig.n_files == 3);
	CHECK(!rig.server.takes && rig.put_bytes == 7);

	CHECK(rig_begins(NULL, all) == 0);
	for (uint32_t i = 0; i < EDITIONS; i++)
		rig_ends(i, -ENOSPC, 7);
	CHECK(!rig.room.recording && strcmp(rig.put, "interrupted") == 0 &&
	      !rig.server.takes);
}

static int64_t marked_at_ms(void) RUNS_ON(on_ctl)
{
	struct db_mark mark;

	CHECK(recording_mark(&rig.room, "", &mark) == 0);
	return mark.at_ms;
}

/* Its time is that of its files: it begins with their first frame, and goes on with the
 * first one after a pause. */
static void counts_from_the_first_frame(void) RUNS_ON(on_ctl)
{
	uint32_t id = rig.room.base + ID_RECORDING;

	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
	rig.room.recorded_at_us -= 5 * SEC_US;
	CHECK(marked_at_ms() == 0);
	recording_started(&rig.server, id, 0);
	rig.room.recorded_at_us -= 5 * SEC_US;
	CHECK(marked_at_ms() >= 5000);
	/* the wall clock is set, back or forth: that is none of its times */
	rig.room.recorded_at_ms += 3600000;
	CHECK(marked_at_ms() >= 5000 && marked_at_ms() < 10000);
	rig.room.recorded_at_ms -= 7200000;
	CHECK(marked_at_ms() >= 5000 && marked_at_ms() < 10000);
	rig.room.recorded_at_ms += 3600000;
	CHECK(recording_pause(&rig.room) == 0);
	CHECK(rig.room.recorded_ms >= 5000 && recording_resume(&rig.room) == 0);
	rig.room.recorded_at_us -= 5 * SEC_US;
	CHECK(marked_at_ms() == rig.room.recorded_ms);
	recording_started(&rig.server, id, 4000);
	CHECK(marked_at_ms() >= 4000 && marked_at_ms() < rig.room.recorded_ms + 5000);
	recording_stop(&rig.room, "stopped");
	rig_ends(EDITION_FULL, 0, 7);
	CHECK(!rig.server.takes);
}

/* Its own picture is there as long as it, and gone with whatever could not be begun. */
static void own_picture(void) RUNS_ON(on_ctl)
{
	struct recording_wish wish = {.editions = EDITION_BIT(EDITION_FULL), .own = true};

	CHECK(recording_start(&rig.room, &wish) == 0 && rig.n_own == 1 && !rig.layout[0]);
	CHECK(rig.room.recorded_base == 4096);
	recording_stop(&rig.room, "stopped");
	CHECK(rig.n_own == 0 && !rig.room.recorded_base);
	rig_ends(EDITION_FULL, 0, 7);
	wish.layout = "grid";
	rig.layout_err = -EIO;
	CHECK(recording_start(&rig.room, &wish) == -EIO &&
	      strcmp(rig.layout, "grid") == 0);
	CHECK(!rig.room.recording && !rig.server.takes && rig.n_own == 0 &&
	      !rig.room.recorded_base);
	rig.layout_err = 0;
	rig.own_err = -ENOMEM;
	CHECK(recording_start(&rig.room, &wish) == -ENOMEM && rig.n_own == 0);
	rig.own_err = 0;
	rig.start_err = -EBUSY;
	CHECK(recording_start(&rig.room, &wish) == -EBUSY);
	CHECK(!rig.room.recording && !rig.server.takes && rig.n_own == 0 &&
	      !rig.room.recorded_base);
	rig.start_err = 0;
	CHECK(recording_start(&rig.room, &wish) == 0 && rig.n_own == 1);
	rig_ends(EDITION_FULL, -ENOSPC, 7); /* it ends by itself */
	CHECK(!rig.room.recording && rig.n_own == 0 && !rig.server.takes);
}

/* Without its members there is nothing that could be recorded. */
static void nobody_there(void) RUNS_ON(on_ctl)
{
	rig.room.media = false;
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == -ENOENT);
	CHECK(!rig.room.recording && !rig.server.takes);
	rig.room.media = true;
}

/* Its rung is let go at once; the row waits for its file. */
static void ends_before_it_is_done(void) RUNS_ON(on_ctl)
{
	struct recording_result result = {.id = rig.room.base + ID_RECORDING,
					  .edition = EDITION_LIGHT,
					  .err = -EOVERFLOW};

	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL) | EDITION_BIT(EDITION_LIGHT)) ==
	      0);
	snprintf(result.name, sizeof(result.name), "%s", rig.room.recording_row.id);
	rig.n_files = rig.n_taps = 0;
	recording_ended(&rig.server, &result);
	CHECK(rig.room.recording && rig.room.editions == EDITION_BIT(EDITION_FULL));
	/* the other one goes on as it was */
	CHECK(rig.n_taps == 1 &&
	      rig.tapped == 1u << rungs_recorded(&rig.room, EDITION_FULL));
	CHECK(rig.n_files == 0 && strcmp(rig.put, "running") == 0);
	rig_ends(EDITION_LIGHT, -EOVERFLOW, 3);
	CHECK(rig.room.recording && rig.n_files == 1);
	snprintf(result.name, sizeof(result.name), "another");
	result.edition = EDITION_FULL;
	recording_ended(&rig.server, &result);
	CHECK(rig.room.recording);
	recording_stop(&rig.room, "stopped");
	rig_ends(EDITION_FULL, 0, 7);
	CHECK(!rig.server.takes && strcmp(rig.put, "interrupted") != 0);
	/* the only one: the class can begin another while it is finished */
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
	snprintf(result.name, sizeof(result.name), "%s", rig.room.recording_row.id);
	rig.n_stops = 0;
	recording_ended(&rig.server, &result);
	CHECK(!rig.room.recording && rig.n_stops == 1 && rig.server.takes);
	rig_ends(EDITION_FULL, -ENOSPC, 7);
	CHECK(!rig.server.takes && strcmp(rig.put, "interrupted") == 0);
}

/* It is not over while everybody is in groups; what a lecturer paused goes on by one. */
static void waits_for_groups(void) RUNS_ON(on_ctl)
{
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == 0);
	recording_alone(&rig.room, true);
	CHECK(rig.room.recording && rig.room.recording_paused &&
	      rig.room.recording_waits);
	CHECK(strncmp(rig.act, "record.pause {", 14) == 0 &&
	      strstr(rig.act, "\"groups\""));
	recording_second(&rig.room);
	rig.room.media = false;
	CHECK(recording_resume(&rig.room) == -EAGAIN && rig.room.recording_waits);
	rig.room.media = true;
	rig.room.n_members = 1;
	recording_second(&rig.room);
	CHECK(rig.room.recording && !rig.room.recording_paused &&
	      !rig.room.recording_waits);
	CHECK(strncmp(rig.act, "record.resume {", 15) == 0);
	rig.room.n_members = 0;
	CHECK(recording_pause(&rig.room) == 0);
	recording_alone(&rig.room, true);
	rig.room.n_members = 1;
	recording_second(&rig.room);
	CHECK(rig.room.recording_paused && !rig.room.recording_waits);
	rig.room.n_members = 0;
	recording_alone(&rig.room, false);
	CHECK(!rig.room.recording && strncmp(rig.act, "record.over {", 13) == 0);
	CHECK(strstr(rig.act, rig.room.recording_row.id) &&
	      strstr(rig.act, "\"why\":\"empty\""));
	rig_ends(EDITION_FULL, 0, 7);
	recording_alone(&rig.room, true);
	CHECK(!rig.room.recording && !rig.server.takes);
}

/* Each member is told once, however often it comes and goes. */
static void who_was_told(void) RUNS_ON(on_ctl)
{
	struct member a = {.room = &rig.room}, b = {.room = &rig.room};

	rig.room.members[0] = &a;
	rig.room.n_members = 1;
	recording_met(&b);
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == 0 && rig.room.n_told == 1);
	recording_met(&b);
	recording_met(&a);
	recording_met(&b);
	CHECK(rig.room.n_told == 2);
	recording_stop_why(&rig.room, "quota_full");
	CHECK(strstr(rig.act, "\"why\":\"quota_full\",\"told\":2}"));
	rig_ends(EDITION_FULL, 0, 7);
	CHECK(rig_begins(NULL, EDITION_BIT(EDITION_FULL)) == 0 && rig.room.n_told == 1);
	rig.room.n_members = 0;
	recording_stop(&rig.room, "stopped");
	rig_ends(EDITION_FULL, 0, 7);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_WARN);
	several();
	counts_from_the_first_frame();
	nobody_there();
	own_picture();
	ends_before_it_is_done();
	waits_for_groups();
	who_was_told();
	return 0;
}
