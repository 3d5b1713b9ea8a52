#include "mcu/quota_watch.h"

#include "base/log.h"
#include "mcu/disk_watch.h"
#include "mcu/keeper.h"
#include "mcu/room.h"
#include "mcu/server.h"

static struct room *class_of(const struct room *room) RUNS_ON(on_ctl)
{
	const struct room *class = keeper_class(room);

	return room_by_number(room->server, class->base);
}

/* What goes while it is recorded, parts that were joined or files that were deleted, is
 * none of the rate. */
void quota_watch_grew(struct room *room, int64_t bytes)
{
	if (bytes > room->growing_bytes)
		class_of(room)->grown_bytes += bytes - room->growing_bytes;
	room->growing_bytes = bytes;
}

void quota_watch_look(struct room *room, int64_t now_us)
{
	const struct server *server = room->server;
	struct room *class = class_of(room);
	struct disk_watch *watch = &class->quota_watch;
	uint32_t minutes;

	if (watch->at_us && now_us - watch->at_us > QUOTA_WATCH_OLD_US)
		*watch = (struct disk_watch){.at_us = 0};
	if (!disk_watch_look(watch, class->grown_bytes, keeper_left(class), now_us,
			     &minutes))
		return;
	if (watch->low)
		log_warn("quota_low", "room=%s minutes=%u", class->row.id, minutes);
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (server->rooms[i]->recording &&
		    keeper_class(server->rooms[i]) == class)
			disk_watch_tell(server->rooms[i], watch->low, minutes, "quota");
}

uint32_t quota_watch_minutes(const struct room *room, int64_t now_us)
{
	const struct disk_watch *watch = &keeper_class(room)->quota_watch;

	if (now_us - watch->at_us > QUOTA_WATCH_OLD_US)
		return DISK_WATCH_PLENTY;
	return disk_watch_minutes(watch);
}
