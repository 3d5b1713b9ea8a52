/* Layouts in a class that runs: chosen with parameters, made by an administrator and
 * there at once, taken away while they are shown, and found again after a restart. */
#include <string.h>

#include "mcu/room.h"
#include "plugins/set.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#define NAMED(name) "{\"name\":\"" name "\"}"
#define TRY(more)   "{\"n\":9," more "}"
#define MINE(most) \
	"{\"layout\":{\"version\":1,\"name\":\"mine\",\"title\":\"My own\"," \
	"\"variants\":[{\"cells\":[{\"x\":0,\"y\":0,\"w\":1,\"h\":1," \
	"\"who\":\"rest\",\"most\":" most "}]}]}}"

#define DECORATED \
	"{\"layout\":{\"version\":1,\"name\":\"mine\",\"background\":\"#102030\"," \
	"\"names\":true,\"clock\":\"top-left\",\"banner\":{\"text\":\"Exam\"}," \
	"\"variants\":[{\"cells\":[{\"x\":0,\"y\":0,\"w\":1,\"h\":1," \
	"\"who\":\"rest\",\"most\":1}]}]}}"

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
	room = class_world_room(world);
	map = views_newest(picture_of_class(room), 0);
	CHECK(map && strcmp(map->layout, "mine") == 0 && map->n == 1);
	CHECK(!map->tiles[0].label && map->decor.ground == DECOR_GROUND &&
	      !map->decor.banner[0]);
}

/* What lies beside the cells goes all the way to the scene. */
static void decor_is_shown(void *arg)
{
	const struct class_world *world = arg;
	const struct tile_map *map;
	struct scene *scene = NULL;

	thread_claim(&on_ctl);
	map = views_newest(picture_of_class(class_world_room(world)), 0);
	CHECK(map && map->n == 1 && views_scene(map, &scene) == 0);
	CHECK(scene->decor.ground == 0x102030 && scene->decor.clock == DECOR_TOP_LEFT);
	CHECK(strcmp(scene->decor.banner, "Exam") == 0 && !scene->decor.banner_below);
	CHECK(scene->cells[0].label && scene->cells[0].fill && scene->cells[0].face);
	scene_put(scene);
}

static void grid_is_shown(void *arg)
{
	const struct class_world *world = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	CHECK(strcmp(room->row.layout, "grid") == 0);
	CHECK(strcmp(views_newest(picture_of_class(room), 0)->layout, "grid") == 0);
}

static void interpreter_is(void *arg)
{
	const struct class_world *world = arg;
	const struct tile_map *map;

	thread_claim(&on_ctl);
	map = views_newest(picture_of_class(class_world_room(world)), 0);
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

#define LAYOUT_OF(mine) "\"layout\":" mine
#define ROWS(w) \
	LAYOUT_OF("{\"version\":1,\"name\":\"rows\"," \
		  "\"params\":{\"strip\":{\"max\":9,\"usual\":2}},\"variants\":" \
		  "[{\"cells\":[{\"x\":0,\"y\":0,\"w\":" w ",\"h\":1," \
		  "\"who\":\"rest\",\"most\":\"strip\"}]}]}")

/* What a page that draws layouts asks. */
static void tried(const struct class_world *world)
{
	char d[400];

	ask(&lecturer, "forbidden", "layout.try", TRY(ROWS("1")));
	ask(&admin, ok, "layout.try", TRY(ROWS("1")));
	CHECK(strstr(admin.reply, "\"variant\":0") &&
	      strstr(admin.reply, "\"member\":2") &&
	      !strstr(admin.reply, "\"member\":4"));
	CHECK(strstr(admin.reply, "\"rungs\":[{\"level\":\"low\",\"w\":320,\"h\":180,"));
	ask(&admin, ok, "layout.try", TRY("\"params\":\"strip=3\"," ROWS("1")));
	CHECK(strstr(admin.reply, "\"member\":4"));
	ask(&admin, "bad_field", "layout.try", TRY("\"params\":\"side=3\"," ROWS("1")));
	CHECK(strstr(admin.reply, "params"));
	ask(&admin, "bad_field", "layout.try", TRY(ROWS("2")));
	CHECK(strstr(admin.reply, "variants[0].cells[0].w"));
	ask(&admin, "no_room", "layout.try", TRY("\"code\":\"AAAAAAA\"," ROWS("1")));
	snprintf(
		d, sizeof(d),
		"{\"code\":\"%s\",\"set\":{\"rung_low\":\"256x144@10/40 640x360@5/46\"}}",
		world->code);
	ask(&admin, ok, "room.ladder", d);
	snprintf(d, sizeof(d), TRY("\"code\":\"%s\",\"tall\":true," ROWS("1")),
		 world->code);
	ask(&admin, ok, "layout.try", d);
	CHECK(strstr(admin.reply, "{\"level\":\"low\",\"w\":144,\"h\":256,"));
}

static void made(const struct class_world *world)
{
	ask(&admin, ok, "layout.validate", MINE("2"));
	ask(&admin, ok, "layout.put", MINE("2"));
	CHECK(rights_hears(&lecturer, "\"mine\""));
	ask(&admin, ok, "layout.get", NAMED("mine"));
	CHECK(strstr(admin.reply, "My own"));
	ask(&lecturer, ok, "layout.set", NAMED("mine"));
	ask(&admin, ok, "layout.put", DECORATED); /* in the middle of the class */
	class_world_on(world, decor_is_shown, (void *)world);
	ask(&admin, ok, "layout.put", MINE("1"));
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
	tried(world);
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
