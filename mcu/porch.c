#include "mcu/porch.h"

#include <errno.h>

#include "base/count.h"
#include "mcu/lobby.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/server.h"
#include "transport/net.h"

/* What it sends is dropped until it enters. */
static void deafen(const struct member *member, bool deaf) RUNS_ON(on_ctl)
{
	net_source_mute(member->net, member->base + ID_CAMERA, deaf);
	net_source_mute(member->net, member->base + ID_SCREEN, deaf);
}

int porch_add(struct member *member)
{
	struct server *server = member->server;

	if (server->n_waiting == LIMIT_WAITING)
		return -ENOSPC;
	net_source_mute(member->net, member->base + ID_VOICE, true);
	deafen(member, true);
	member->warm = true;
	count_add(COUNT_WAITING, 1);
	member->place = server->n_waiting;
	server->waiting[server->n_waiting++] = member;
	return 0;
}

void porch_remove(struct member *member)
{
	struct server *server = member->server;
	struct member *last = server->waiting[--server->n_waiting];

	last->place = member->place;
	server->waiting[last->place] = last;
	member->warm = false;
	count_add(COUNT_WAITING, -1);
	deafen(member, false); /* also forgets that it was */
}

void porch_tick(struct server *server, int64_t now_us)
{
	for (uint32_t i = server->n_waiting; i-- > 0;) {
		struct member *member = server->waiting[i];

		/* who knocked is seen by somebody: it may take until the class begins */
		if (member->knock_us ? now_us - member->knock_us >= LOBBY_US
				     : now_us - member->joined_us >= PORCH_US)
			member_leave(member, "waited", "waited");
	}
}

void porch_bye(struct server *server)
{
	for (uint32_t i = 0; i < server->n_waiting; i++)
		notice_bye(server->waiting[i], "restart", 1000 + 40 * (i % 100));
}
