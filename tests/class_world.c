#include "tests/class_world.h"

#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "signaling/http.h"
#include "signaling/http_conn.h"
#include "tests/test.h"

struct script {
	struct class_world *world;
	void (*clients)(struct class_world *world);
};

struct call {
	void (*fn)(void *arg);
	void *arg;
	atomic_bool done;
};

static void run_call(void *arg)
{
	struct call *call = arg;

	call->fn(call->arg);
	atomic_store(&call->done, true);
}

void class_world_on(const struct class_world *world, void (*fn)(void *arg), void *arg)
{
	struct call call = {.fn = fn, .arg = arg};

	CHECK(loop_post(world->server->loop, run_call, &call) == 0);
	while (!atomic_load(&call.done))
		poll(NULL, 0, 1);
}

struct search {
	const struct class_world *world;
	bool found;
};

static void search_room(void *arg)
{
	struct search *search = arg;
	struct server *server = search->world->server;

	thread_claim(&on_ctl);
	search->found = server->loaded && room_by_code(server, search->world->code);
}

/* The database answers when it can; until then there is no class, and nobody is let in.
 */
static void run_script(void *arg)
{
	const struct script *script = arg;
	struct search search = {script->world, false};

	while (!search.found)
		class_world_on(script->world, search_room, &search);
	script->clients(script->world);
	kill(getpid(), SIGTERM);
}

void class_world_conf(struct conf *conf, const char *dir)
{
	const char *plugins = getenv("PLUGIN_DIR");

	conf_init(conf);
	conf->http_port = conf->media_udp_port = conf->media_tcp_port = 0;
	conf->plain_http = true;
	conf->n_listen = conf->n_advertise = 1;
	snprintf(conf->listen[0], sizeof(conf->listen[0]), "127.0.0.1");
	snprintf(conf->advertise[0], sizeof(conf->advertise[0]), "127.0.0.1");
	snprintf(conf->data_dir, sizeof(conf->data_dir), "%s", dir);
	snprintf(conf->database, sizeof(conf->database), "sqlite:%s/aula.db", dir);
	snprintf(conf->recordings_dir, sizeof(conf->recordings_dir), "%s/recordings",
		 dir);
	snprintf(conf->plugins_dir, sizeof(conf->plugins_dir), "%s",
		 plugins ? plugins : "plugins/.libs");
	conf->recording_reserve_mb = 1;
	conf->derive = false; /* what is asked for nobody must wait for */
}

static void configure(struct class_world *world)
{
	snprintf(world->dir, sizeof(world->dir), "/tmp/aula-class-XXXXXX");
	CHECK(mkdtemp(world->dir));
	class_world_conf(&world->conf, world->dir);
	log_set_level(LOG_WARN);
}

static int forget(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st, (void)what, (void)at;
	return remove(path);
}

static int run_server(struct class_world *world,
		      void (*clients)(struct class_world *world)) RUNS_ON(on_ctl)
{
	const struct script script = {world, clients};
	struct thread *thread;
	struct room *room;
	char why[300];

	if (server_create(&world->server, &world->conf, why, sizeof(why))) {
		fprintf(stderr, "cannot start: %s\n", why);
		return 1;
	}
	world->port = http_port(world->server->http);
	/* a client that is not asked anything does not read: on a busy machine for long
	 */
	world->server->http->times.ws_dead_us = 60 * SEC_US;
	if (!world->code[0]) {
		CHECK(room_new(&room, world->server, "Tested") == 0);
		memcpy(world->code, room->row.code, sizeof(world->code));
		room_lecturer_token(room, world->token);
	}
	CHECK(thread_start(&thread, NULL, "clients", run_script, (void *)&script) == 0);
	server_run(world->server);
	thread_join(thread);
	server_destroy(world->server);
	CHECK(count_get(COUNT_PEERS) == 0 && count_get(COUNT_MEMBERS) == 0);
	CHECK(count_get(COUNT_ENCODERS) == 0 && count_get(COUNT_ROOMS) == 0);
	alarm(0);
	return 0;
}

int class_world_run_each(void (*tune)(struct conf *conf),
			 void (*const clients[])(struct class_world *world), int n)
{
	static struct class_world world;
	int err = 0;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	configure(&world);
	if (tune)
		tune(&world.conf);
	for (int i = 0; i < n && !err; i++)
		err = run_server(&world, clients[i]);
	nftw(world.dir, forget, 16, FTW_DEPTH | FTW_PHYS);
	return err;
}

int class_world_run(void (*tune)(struct conf *conf),
		    void (*clients)(struct class_world *world))
{
	return class_world_run_each(tune, &clients, 1);
}

struct room *class_world_room(const struct class_world *world)
{
	return room_by_code(world->server, world->code);
}

struct class_client *class_world_join(const struct class_world *world, const char *name,
				      bool lecturer, bool vp8, bool tcp)
{
	const struct class_client_conf c = {.host = "127.0.0.1",
					    .port = world->port,
					    .code = world->code,
					    .name = name,
					    .token = lecturer ? world->token : NULL,
					    .vp8 = vp8,
					    .tcp = tcp};
	struct class_client *client = class_client_join(&c, 60000);

	CHECK(client);
	return client;
}

struct recorded {
	const struct class_world *world;
	bool counts;
};

static void look_for_time(void *arg)
{
	struct recorded *r = arg;

	thread_claim(&on_ctl);
	r->counts = class_world_room(r->world)->recorded_counts;
}

bool class_world_records(const struct class_world *world)
{
	struct recorded r = {.world = world};

	class_world_on(world, look_for_time, &r);
	return r.counts;
}

void class_world_pass(struct class_client **list, int n, int ms)
{
	int64_t end = clock_us() + ms * MS_US;

	while (clock_us() < end)
		for (int i = 0; i < n; i++)
			class_client_run(list[i], 4);
}
