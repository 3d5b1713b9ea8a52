/* Whoever receives media is in the class whose media that is, whatever people do: they
 * join, wait before the class, enter, leave, vanish, are removed, are moved. What each
 * net thread gives to whom is compared with who is where. The steps are of chance, but
 * always the same.
 */
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/move.h"
#include "mcu/nets.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/test.h"

#define PEOPLE 6
#define STEPS  120
#define PEERS  64 /* at once; there are far fewer */

static struct class_world *world;
static struct class_client *people[PEOPLE];
static bool warm[PEOPLE];
static struct room *rooms[2]; /* of the control thread */

/* What the net threads say. */
static struct {
	atomic_uint n, parts;
	struct peer_stats list[PEERS];
	const char *wrong;
	uint32_t watching, nets;
} seen;

static void got(void *ctx, const struct peer_stats *stats, uint32_t n, bool last)
{
	(void)ctx;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = atomic_fetch_add(&seen.n, 1);

		if (at < PEERS)
			seen.list[at] = stats[i];
	}
	if (last)
		atomic_fetch_add(&seen.parts, 1);
}

static void ask(void *arg)
{
	const struct server *server = arg;

	thread_claim(&on_ctl);
	seen.nets = nets_count(server->nets);
	for (uint32_t i = 0; i < seen.nets; i++)
		CHECK(net_stats(nets_at(server->nets, i), got, NULL) == 0);
}

/* Is the outlet one of this member's class, or its own? */
static bool its_own(const struct member *member, uint32_t outlet)
{
	const struct room *room = member->room;

	if (id_base(outlet) == member->base || id_base(outlet) == room->base)
		return true;
	for (uint32_t i = 0; i < room->n_pictures; i++)
		if (id_base(outlet) == room->pictures[i]->base)
			return true;
	return false;
}

static const char *judge(struct server *server, const struct peer_stats *stats)
	RUNS_ON(on_ctl)
{
	const struct member *member = member_by_peer(server, stats->peer);

	for (uint32_t i = 0; i < NET_WATCHED; i++) {
		if (!stats->watched[i])
			continue;
		seen.watching++;
		if (!member)
			return "nobody's peer receives";
		if (!member->room || member->warm)
			return "who is in no class receives";
		if (room_member(member->room, member->base) != member)
			return "who is not in the roster receives";
		if (!its_own(member, stats->watched[i]))
			return "somebody receives another class";
	}
	return NULL;
}

static void compare(void *arg)
{
	struct server *server = arg;
	uint32_t n = atomic_load(&seen.n);

	thread_claim(&on_ctl);
	CHECK(n <= PEERS);
	seen.wrong = NULL;
	seen.watching = 0;
	for (uint32_t i = 0; i < n && !seen.wrong; i++)
		seen.wrong = judge(server, &seen.list[i]);
}

static void look(void)
{
	int64_t end_us = clock_us() + 60 * SEC_US;

	atomic_store(&seen.n, 0);
	atomic_store(&seen.parts, 0);
	class_world_on(world, ask, world->server);
	while (atomic_load(&seen.parts) < seen.nets && clock_us() < end_us)
		poll(NULL, 0, 2);
	CHECK(atomic_load(&seen.parts) == seen.nets);
	class_world_on(world, compare, world->server);
}

/* What is on its way may still be there for a moment, but not a second later. */
static void check(const char *after)
{
	int64_t end_us = clock_us() + SEC_US;

	look();
	while (seen.wrong && clock_us() < end_us) {
		poll(NULL, 0, 50);
		look();
	}
	if (seen.wrong)
		fprintf(stderr, "after %s: %s\n", after, seen.wrong);
	CHECK(!seen.wrong);
}

/* ---- what people do ---------------------------------------------------------------- */

static uint32_t dice(uint32_t n)
{
	static uint32_t state = 12345;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

static void come(int i, bool waits)
{
	char name[8];
	struct class_client_conf conf = {.host = "127.0.0.1",
					 .port = world->port,
					 .code = world->code,
					 .name = name,
					 .tcp = dice(4) == 0,
					 .warm = waits};

	snprintf(name, sizeof(name), "P%d", i);
	people[i] = class_client_join(&conf, 60000);
	CHECK(people[i]);
	warm[i] = waits;
}

/* What the server does with somebody, on its own thread. */
struct deed {
	int who;
	bool move; /* else it is removed */
};

static struct member *find(const char *name) RUNS_ON(on_ctl)
{
	const struct server *server = world->server;

	for (uint32_t r = 0; r < server->n_rooms; r++)
		for (uint32_t i = 0; i < server->rooms[r]->n_members; i++)
			if (strcmp(server->rooms[r]->members[i]->name, name) == 0)
				return server->rooms[r]->members[i];
	for (uint32_t i = 0; i < server->n_waiting; i++)
		if (strcmp(server->waiting[i]->name, name) == 0)
			return server->waiting[i];
	return NULL;
}

static void act(void *arg)
{
	const struct deed *deed = arg;
	struct member *member;
	struct room *to;
	char name[8];

	thread_claim(&on_ctl);
	snprintf(name, sizeof(name), "P%d", deed->who);
	member = find(name);
	if (!member)
		return; /* gone for silence, on a slow machine */
	if (!deed->move) {
		member_leave(member, "removed", "removed");
		return;
	}
	to = member->room == rooms[0] ? rooms[1] : rooms[0];
	if (!member->warm)
		CHECK(move_to(member, to, member->role, "moved") == 0);
}

static void make_other(void *arg)
{
	struct server *server = arg;

	thread_claim(&on_ctl);
	rooms[0] = room_by_code(server, world->code);
	CHECK(rooms[0] && room_new(&rooms[1], server, "Other") == 0);
}

static const char *enter(int i)
{
	static char d[40];

	snprintf(d, sizeof(d), "{\"name\":\"P%d\"}", i);
	return d;
}

static const char *step(int i)
{
	if (!people[i]) {
		come(i, dice(3) == 0);
		return "a join";
	}
	switch (dice(6)) {
	case 0:
		class_client_leave(people[i]);
		people[i] = NULL;
		return "a leave";
	case 1:
		class_client_vanish(people[i]);
		people[i] = NULL;
		return "a silent end";
	case 2:
		class_world_on(world, act, &(struct deed){i, false});
		check("a removal");
		class_client_vanish(people[i]);
		people[i] = NULL;
		return "a removal";
	case 3:
		if (warm[i])
			CHECK(class_client_ok(class_client_enter(people[i], enter(i))));
		warm[i] = false;
		return "an entry";
	default:
		class_world_on(world, act, &(struct deed){i, true});
		return "a move";
	}
}

static void run(struct class_world *of)
{
	uint32_t most = 0;

	world = of;
	class_world_on(world, make_other, world->server);
	for (int k = 0; k < STEPS; k++) {
		int i = (int)dice(PEOPLE);
		const char *what = step(i);

		check(what);
		if (people[i])
			class_client_run(people[i], 60);
		check(what);
		most = seen.watching > most ? seen.watching : most;
	}
	CHECK(most >= 4); /* else nothing was seen at all */
	for (int i = 0; i < PEOPLE; i++)
		if (people[i])
			class_client_leave(people[i]);
	check("all have left");
}

static void tune(struct conf *conf)
{
	conf->net_threads = 2;
	conf->net_spread = 1;
	conf->max_joins = 1000;
	conf->max_joins_per_address = 1000;
}

int main(void)
{
	return class_world_run(tune, run);
}
