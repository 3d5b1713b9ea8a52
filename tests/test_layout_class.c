/* Layouts in a class that runs: chosen with parameters, made by an administrator and
 * there at once, taken away while they are shown, and found again after a restart. */
#include <string.h>

#include "mcu/room.h"
#include "plugins/set.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#define NAMED(name) "{\"name\":\"" name "\"}"
#define MINE(most) \
	"{\"layout\":{\"version\":1,\"name\":\"mine\",\"title\":\"My own\"," \
	"\"variants\":[{\"cells\":[{\"x\":0,\"y\":0,\"w\":1,\"h\":1," \
	"\"who\":\"rest\",\"most\":" most "}]}]}}"

static struct rights_client admin, lecturer, student;
static const char *const ok;

/* `want`: the code of the refusal, or ok. */
static void ask(struct rights_client *c, const char *want, const char *type,
		const char *d)
{
	const char *got = rights_ask(c, type, d);

	if (want ? !got || strcmp(got, want) != 0 : got != NULL)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	CHECK(want ? got && strcmp(got, want) == 0 : !got);
}

static void what_is_shown(void *arg)
{
	const struct class_world *world = arg;
	const struct room *room;
	const struct tile_map *map;

	thread_claim(&on_ctl);
	room = world->server->rooms[0];
	map = views_newest(room, 0);
	CHECK(map && strcmp(map->layout, "mine") == 0 && map->n == 1);
}

static void grid_is_shown(void *arg)
{
	const struct class_world *world = arg;

	thread_claim(&on_ctl);
	CHECK(strcmp(world->server->rooms[0]->row.layout, "grid") == 0);
	CHECK(strcmp(views_newest(world->server->rooms[0], 0)->layout, "grid") == 0);
}

static void interpreter_is(void *arg)
{
	const struct class_world *world = arg;
	const struct tile_map *map;

	thread_claim(&on_ctl);
	map = views_newest(world->server->rooms[0], 0);
	CHECK(map && map->n >= 2);
	for (uint32_t i = 0; i < map->n; i++)
		CHECK(map->tiles[i].source != 0); /* nobody's place is taken */
}

static void refused(void)
{
	ask(&student, "forbidden", "layout.list", "{}");
	ask(&lecturer, "forbidden", "layout.put", MINE("2"));
	ask(&lecturer, "forbidden", "layout.delete", NAMED("auto"));
	ask(&lecturer, "forbidden", "layout.get", NAMED("auto"));
	ask(&lecturer, "unknown_layout", "layout.set", NAMED("mine"));
	ask(&lecturer, "bad_field", "layout.set", NAMED("speaker-strip side=up"));
	ask(&admin, "unknown_layout", "layout.get", NAMED("mine"));
	ask(&admin, "unknown_layout", "layout.delete", NAMED("auto"));
	ask(&admin, "bad_field", "layout.put",
	    "{\"layout\":{\"version\":1,\"name\":\"mine\"}}");
	CHECK(strstr(admin.reply, "variants"));
	ask(&admin, "bad_field", "layout.validate", MINE("99"));
	CHECK(strstr(admin.reply, "variants[0].cells[0].most"));
}

static void chosen(const struct class_world *world)
{
	char d[80];

	ask(&lecturer, ok, "layout.list", "{}");
	CHECK(strstr(lecturer.reply, "\"speaker-strip\"") &&
	      strstr(lecturer.reply, "side"));
	ask(&lecturer, ok, "layout.set", NAMED("speaker-strip side=left strip=3"));
	CHECK(rights_hears(&lecturer, "speaker-strip side=left strip=3"));
	ask(&lecturer, ok, "layout.set", NAMED("sign-language"));
	ask(&lecturer, "bad_field", "layout.part", "{\"part\":\"king\",\"member\":\"\"}");
	ask(&lecturer, "unknown_member", "layout.part",
	    "{\"part\":\"guest\",\"member\":\"m999999\"}");
	snprintf(d, sizeof(d), "{\"part\":\"interpreter\",\"member\":\"%s\"}",
		 student.self);
	ask(&lecturer, ok, "layout.part", d);
	class_world_on(world, interpreter_is, (void *)world);
}

static void made(const struct class_world *world)
{
	ask(&admin, ok, "layout.validate", MINE("2"));
	ask(&admin, ok, "layout.put", MINE("2"));
	CHECK(rights_hears(&lecturer, "\"mine\""));
	ask(&admin, ok, "layout.get", NAMED("mine"));
	CHECK(strstr(admin.reply, "My own"));
	ask(&lecturer, ok, "layout.set", NAMED("mine"));
	ask(&admin, ok, "layout.put", MINE("1")); /* in the middle of the class */
	class_world_on(world, what_is_shown, (void *)world);
}

static void join_all(const struct class_world *world)
{
	memset(&admin, 0, sizeof(admin));
	memset(&lecturer, 0, sizeof(lecturer));
	memset(&student, 0, sizeof(student));
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&student, world, ROLE_STUDENT, "", false);
	CHECK(!admin.code[0] && !lecturer.code[0] && !student.code[0]);
}

static void drop_all(void)
{
	rights_drop(&admin);
	rights_drop(&lecturer);
	rights_drop(&student);
}

static void first(struct class_world *world)
{
	join_all(world);
	refused();
	chosen(world);
	made(world);
	drop_all();
}

/* A restart: it is there, shown, and can be taken away. */
static void second(struct class_world *world)
{
	join_all(world);
	class_world_on(world, what_is_shown, world);
	ask(&admin, ok, "layout.delete", NAMED("mine"));
	class_world_on(world, grid_is_shown, world);
	ask(&lecturer, "unknown_layout", "layout.set", NAMED("mine"));
	drop_all();
}

int main(void)
{
	void (*const clients[])(struct class_world * world) = {first, second};

	return class_world_run_each(NULL, clients, 2);
}
