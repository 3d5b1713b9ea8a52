/* Pictures of layouts in a server that runs: read beside it, shown when they are there,
 * other ones after a reload; what is not there is told of and left out.
 */
#include "mcu/gallery.h"

#include "base/clock.h"
#include "mcu/picture.h"
#include "mcu/room.h"
#include "mixer/scene.h"
#include "tests/class_world.h"
#include "tests/deck_files.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LAYOUT(picture, logo) \
	"{\"layout\":{\"version\":1,\"name\":\"mine\",\"background_picture\":\"" picture \
	"\",\"logo\":{\"picture\":\"" logo "\"},\"variants\":[{\"cells\":[{\"x\":0," \
	"\"y\":0,\"w\":0.5,\"h\":1,\"who\":\"rest\",\"most\":2}]}]}}"

static const char *const ok;
static struct rights_client admin, lecturer;
static char dir[300];

static void path_of(char out[400], const char *file)
{
	snprintf(out, 400, "%s/%s", dir, file);
}

static void ask(struct rights_client *c, const char *want, const char *type,
		const char *d)
{
	const char *got = rights_ask(c, type, d);

	if (want ? !got || strcmp(got, want) != 0 : got != NULL)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	CHECK(want ? got && strcmp(got, want) == 0 : !got);
}

/* What the class is shown, and what it was made of. */
struct shown {
	const struct class_world *world;
	uint32_t arts[GALLERY_PLACES];
	int y, alpha; /* of the first pixels; -1: there is none */
	uint16_t w_px;
};

static void look(void *arg)
{
	struct shown *shown = arg;
	const struct tile_map *map;
	struct scene *scene = NULL;

	thread_claim(&on_ctl);
	map = views_newest(picture_of_class(class_world_room(shown->world)), 0);
	CHECK(map && views_scene(map, &scene) == 0);
	gallery_dress(shown->world->server->gallery, scene);
	memcpy(shown->arts, map->arts, sizeof(shown->arts));
	CHECK(!scene->picture == !map->arts[GALLERY_BACKGROUND]);
	shown->y = scene->picture ? scene->picture->pixels->y[0] : -1;
	shown->w_px = scene->picture ? scene->picture->pixels->w_px : 0;
	shown->alpha = scene->logo && scene->logo->alpha ? scene->logo->alpha->y[0] : -1;
	scene_put(scene);
}

/* Until both are there, or gone. */
static struct shown wait_shown(const struct class_world *world, bool background,
			       bool logo, uint32_t not_this)
{
	struct shown shown = {.world = world};
	int64_t end_us = clock_us() + 60 * SEC_US;

	do {
		rights_pass(&lecturer, 20);
		class_world_on(world, look, &shown);
	} while (clock_us() < end_us && (!shown.arts[GALLERY_BACKGROUND] == background ||
					 !shown.arts[GALLERY_LOGO] == logo ||
					 shown.arts[GALLERY_BACKGROUND] == not_this));
	CHECK(!shown.arts[GALLERY_BACKGROUND] != background);
	CHECK(!shown.arts[GALLERY_LOGO] != logo);
	CHECK(shown.arts[GALLERY_BACKGROUND] != not_this);
	return shown;
}

static void reload(void *arg)
{
	const struct class_world *world = arg;

	thread_claim(&on_ctl);
	gallery_reload(world->server->gallery);
}

static void warned(void)
{
	ask(&admin, ok, "layout.validate", LAYOUT("hall", "school"));
	CHECK(!strstr(admin.reply, "warnings"));
	ask(&admin, ok, "layout.validate", LAYOUT("hall", "nosuch"));
	CHECK(strstr(admin.reply, "\"warnings\":[{\"field\":\"logo.picture\",\"why\":"));
	CHECK(strstr(admin.reply, "nosuch\\\" is not there"));
	CHECK(!strstr(admin.reply, "background_picture"));
	ask(&admin, "bad_field", "layout.validate", LAYOUT("../hall", "school"));
	CHECK(strstr(admin.reply, "background_picture"));
	ask(&admin, ok, "layout.put", LAYOUT("not-ours", "large"));
	CHECK(strstr(admin.reply, "not-ours\\\" is not there"));
	CHECK(strstr(admin.reply, "large\\\" is larger than"));
}

static void clients(struct class_world *world)
{
	struct shown first, second;
	char path[400];

	rights_join(&admin, world, ROLE_ADMIN, "", true);
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	warned();
	ask(&lecturer, ok, "layout.set", "{\"name\":\"mine\"}");
	first = wait_shown(world, false, false, UINT32_MAX);
	CHECK(first.y == -1 && first.alpha == -1);
	ask(&admin, ok, "layout.put", LAYOUT("hall", "school"));
	CHECK(!strstr(admin.reply, "warnings"));
	first = wait_shown(world, true, true, UINT32_MAX);
	CHECK(abs(first.y - 145) <= 3 && first.w_px == 640 && first.alpha == 255);
	/* nothing is another one: nothing is read again */
	class_world_on(world, reload, world);
	second = wait_shown(world, true, true, UINT32_MAX);
	CHECK(second.arts[0] == first.arts[0] && second.arts[1] == first.arts[1]);
	path_of(path, "hall.png");
	deck_png(path, 0xff0000, 320, 180);
	path_of(path, "school.png");
	CHECK(unlink(path) == 0);
	class_world_on(world, reload, world);
	second = wait_shown(world, true, false, first.arts[GALLERY_BACKGROUND]);
	CHECK(abs(second.y - 81) <= 3 && second.w_px == 320);
	/* what it said is not what it is */
	path_of(path, "hall.png");
	deck_text(path, "no picture at all", 17);
	class_world_on(world, reload, world);
	(void)wait_shown(world, false, false, UINT32_MAX);
	ask(&admin, ok, "layout.validate", LAYOUT("hall", "school"));
	CHECK(strstr(admin.reply, "hall\\\" is no PNG and no JPEG"));
	rights_drop(&admin);
	rights_drop(&lecturer);
}

static void tune(struct conf *conf)
{
	static char large[9 << 20];
	char path[400];

	deck_http_reader(conf);
	snprintf(dir, sizeof(dir), "%s/pictures", conf->data_dir);
	CHECK(strlen(dir) < sizeof(conf->pictures_dir));
	memcpy(conf->pictures_dir, dir, strlen(dir) + 1);
	CHECK(mkdir(dir, 0700) == 0);
	path_of(path, "hall.png");
	deck_png(path, 0x00ff00, 640, 360);
	path_of(path, "school.png");
	deck_half_png(path, 0x0000ff, 200, 100);
	path_of(path, "Not-ours.png");
	deck_png(path, 0, 20, 20);
	path_of(path, "not-ours.gif");
	deck_png(path, 0, 20, 20);
	path_of(path, "large.png");
	deck_text(path, large, sizeof(large));
	path_of(path, "link.png");
	CHECK(symlink("hall.png", path) == 0);
}

int main(void)
{
	return class_world_run(tune, clients);
}
