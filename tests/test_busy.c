/* What an overloaded server refuses, it refuses whole: nothing of it is done. */
#include "mcu/overload.c"

#include <string.h>

#include "tests/class_world.h"
#include "tests/test.h"

static struct seen {
	const struct class_world *world;
	enum shed shed;
	bool mic, cam;
} seen;

static void shed_now(void *arg)
{
	const struct seen *s = arg;

	s->world->server->overload->state.shed = s->shed;
}

static void look(void *arg)
{
	struct seen *s = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(s->world->server, s->world->code);
	CHECK(room && room->n_members == 1);
	s->mic = room->members[0]->mic;
	s->cam = room->members[0]->cam;
}

static bool switches(bool mic, bool cam)
{
	class_world_on(seen.world, look, &seen);
	return seen.mic == mic && seen.cam == cam;
}

static void clients(struct class_world *world)
{
	const struct class_client_conf conf = {.host = "127.0.0.1",
					       .port = world->port,
					       .code = world->code,
					       .name = "Asha",
					       .no_media = true};
	struct class_client *c = class_client_join(&conf, 60000);

	CHECK(c);
	seen.world = world;
	seen.shed = SHED_MAIN;
	class_world_on(world, shed_now, &seen);
	CHECK(class_client_said(
		class_client_ask(c, "media.set", "{\"mic\":true,\"cam\":true}"),
		"server_busy"));
	CHECK(switches(false, false));
	CHECK(class_client_ok(class_client_ask(c, "media.set", "{\"mic\":true}")));
	CHECK(switches(true, false));
	CHECK(!class_client_join(&conf, 2000)); /* nor newcomers */

	seen.shed = SHED_NOTHING;
	class_world_on(world, shed_now, &seen);
	CHECK(class_client_ok(class_client_ask(c, "media.set", "{\"cam\":true}")));
	CHECK(switches(true, true));
	/* who has a camera may keep it */
	seen.shed = SHED_MAIN;
	class_world_on(world, shed_now, &seen);
	CHECK(class_client_ok(
		class_client_ask(c, "media.set", "{\"mic\":false,\"cam\":true}")));
	CHECK(switches(false, true));
	class_client_leave(c);
}

/* The load of this machine is not what is looked at. */
static void tune(struct conf *conf)
{
	conf->shed = false;
}

int main(void)
{
	return class_world_run(tune, clients);
}
