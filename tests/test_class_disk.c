/* A recording for which there is no room on the disk: everybody is told why it is over,
 * and the list says so.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "mcu/takes.h"
#include "tests/class_world.h"
#include "tests/test.h"

static const struct class_world *world;
static struct class_client *lecturer;

static void look(void *arg)
{
	const struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	*(bool *)arg = !room->recording && room->edition_errs[EDITION_FULL] == -ENOSPC &&
		       room->edition_errs[EDITION_SOUND] == -ENOSPC;
}

static bool over(void)
{
	bool so = false;

	class_world_on(world, look, &so);
	return so;
}

static bool listed(void)
{
	const char *error = class_client_ask(lecturer, "recording.list", "{\"limit\":1}");

	return class_client_ok(error) &&
	       strstr(class_client_reply(lecturer), "\"state\":\"failed\"");
}

static void everything(struct class_world *of)
{
	struct class_media *h264 = class_media_create(false, 90, 440);

	world = of;
	lecturer = class_world_join(world, "L", true, false, false);
	CHECK(lecturer && h264);
	class_client_send(lecturer, h264, true, true);
	CHECK(class_client_ok(
		class_client_ask(lecturer, "media.set", "{\"mic\":true,\"cam\":true}")));
	RUN_UNTIL(&lecturer, 1, class_client_stats(lecturer)->frames >= 10);
	CHECK(class_client_ok(class_client_ask(lecturer, "record.start",
					       "{\"editions\":[\"full\",\"sound\"]}")));
	RUN_UNTIL(&lecturer, 1, over());
	RUN_UNTIL(&lecturer, 1, listed());
	CHECK(strstr(class_client_reply(lecturer), "\"error\":\"disk_full\""));
	/* and it may be tried again */
	CHECK(class_client_ok(class_client_ask(lecturer, "record.start", "{}")));
	RUN_UNTIL(&lecturer, 1, over());
	class_client_leave(lecturer);
	class_media_destroy(h264);
}

static void tune(struct conf *conf)
{
	conf->recording_reserve_mb = 1048576;
}

int main(void)
{
	log_set_level(LOG_ERROR);
	return class_world_run(tune, everything);
}
