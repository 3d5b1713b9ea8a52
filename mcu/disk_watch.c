#include "mcu/disk_watch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/console.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "signaling/session.h"

/* Pages cost little and people more: what counts is the last minute or so. */
static int64_t smoothed(int64_t before, int64_t now)
{
	return before ? (before * 5 + now) / 6 : now;
}

static uint32_t minutes_left(int64_t left, int64_t rate)
{
	int64_t minutes;

	if (rate <= 0)
		return DISK_WATCH_PLENTY;
	minutes = left > 0 ? left / rate / 60 : 0;
	return minutes < DISK_WATCH_PLENTY ? (uint32_t)minutes : DISK_WATCH_PLENTY;
}

/* False: nothing new. */
static bool judge(struct disk_watch *watch, uint32_t minutes)
{
	if (!watch->low && minutes >= DISK_WATCH_LOW_MIN)
		return false;
	if (watch->low && minutes >= DISK_WATCH_WELL_MIN) {
		watch->low = false;
		return true;
	}
	if (watch->low && (minutes > watch->told_min / 2 || minutes == watch->told_min))
		return false;
	watch->low = true;
	watch->told_min = minutes;
	return true;
}

bool disk_watch_look(struct disk_watch *watch, int64_t recorded, int64_t left,
		     int64_t now_us, uint32_t *minutes)
{
	int64_t since_us = now_us - watch->at_us, before = watch->bytes;
	bool first = !watch->at_us;

	if (!first && since_us < DISK_WATCH_LOOK_US)
		return false;
	watch->at_us = now_us;
	watch->bytes = recorded;
	if (first)
		return false;
	watch->rate = smoothed(watch->rate, (recorded - before) * SEC_US / since_us);
	*minutes = minutes_left(left, watch->rate);
	return judge(watch, *minutes);
}

uint32_t disk_watch_minutes(const struct disk_watch *watch)
{
	return watch->low ? watch->told_min : DISK_WATCH_PLENTY;
}

void disk_watch_tell(const struct room *room, bool low, uint32_t minutes, const char *why)
{
	cJSON *d = cJSON_CreateObject();
	struct session_text *text;

	cJSON_AddBoolToObject(d, "low", low);
	cJSON_AddStringToObject(d, "why", why);
	if (low)
		cJSON_AddNumberToObject(d, "minutes", minutes);
	text = session_text_create("record.disk", cJSON_PrintUnformatted(d));
	cJSON_Delete(d);
	for (uint32_t i = 0; i < room->n_members; i++)
		if (member_may(room->members[i], CAP_RECORD))
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
}

static bool any_recorded(const struct server *server)
{
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (server->rooms[i]->recording)
			return true;
	return false;
}

void disk_watch_tick(struct server *server, int64_t now_us)
{
	const struct disk_state *disk =
		&server->console->health.disks.list[DISK_RECORDINGS];
	int64_t left = disk->free_bytes -
		       ((int64_t)server->conf->recording_reserve_mb << 20);
	uint32_t minutes;

	if (!any_recorded(server)) {
		server->disk_watch = (struct disk_watch){.at_us = 0};
		return;
	}
	if (!disk->known ||
	    !disk_watch_look(&server->disk_watch, count_get(COUNT_REC_BYTES), left,
			     now_us, &minutes))
		return;
	if (server->disk_watch.low)
		log_warn("disk_low", "disk=recordings minutes=%u", minutes);
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (server->rooms[i]->recording)
			disk_watch_tell(server->rooms[i], server->disk_watch.low, minutes,
					"disk");
}
