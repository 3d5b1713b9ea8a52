/* Pictures with encoders behind them: who looks at the same one shares them, they run
 * only while somebody does, and nobody else's stream notices. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/test.h"

enum { LEAD, HELP, ANNA, BORIS, N };

static struct class_world *world;
static struct class_client *all[N];

struct looked {
	uint32_t pictures;
	uint32_t viewers[PICTURE_KINDS]; /* of all rungs of that kind's pictures */
	uint32_t open[PICTURE_KINDS];
	uint16_t fps;   /* the most of a rung of the wall */
	uint16_t asked; /* lines that Anna is to send */
};

static void add_rung(struct looked *l, enum picture_kind kind,
		     const struct room_rung *rung)
{
	l->viewers[kind] += rung->viewers;
	l->open[kind] += rung->open;
	if (kind == PICTURE_WALL && rung->open && rung->conf.fps > l->fps)
		l->fps = rung->conf.fps;
}

static void look(void *arg)
{
	struct looked *l = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	l->pictures = room->n_pictures;
	for (uint32_t i = 0; i < room->n_members; i++)
		if (strcmp(room->members[i]->name, "Anna") == 0)
			l->asked = room->members[i]->asks.camera.h_px;
	for (uint32_t i = 0; i < room->n_pictures; i++) {
		const struct room_picture *p = room->pictures[i];

		for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++)
			for (enum family f = FAMILY_H264; f < FAMILIES; f++)
				for (enum level level = LEVEL_VIDEO; level < LEVELS;
				     level++)
					add_rung(l, p->key.kind,
						 &p->rungs[shape][f][level]);
	}
}

static struct looked now(void)
{
	struct looked l = {0};

	class_world_on(world, look, &l);
	return l;
}

static void view(int who, const char *name)
{
	char d[64];

	snprintf(d, sizeof(d), "{\"view\":\"%s\"}", name);
	CHECK(class_client_ok(class_client_ask(all[who], "view.set", d)));
}

static uint32_t frames(int who)
{
	return class_client_stats(all[who])->frames;
}

static uint32_t keys(int who)
{
	return class_client_stats(all[who])->keys;
}

/* All are on one level, and in H.264. */
static void join_all(struct class_media *media)
{
	static const char *const names[N] = {"Lead", "Help", "Anna", "Boris"};

	for (int i = 0; i < N; i++) {
		all[i] = class_world_join(world, names[i], i < ANNA, false, false);
		CHECK(class_client_ok(
			class_client_ask(all[i], "rtc.prefer", "{\"cap\":\"mid\"}")));
		CHECK(!class_client_ask(all[i], "media.set", "{\"cam\":true}"));
		class_client_send(all[i], media, true, false);
	}
	for (int i = 0; i < N; i++)
		RUN_UNTIL(all, N, frames(i) > 10);
	RUN_UNTIL(all, N, now().viewers[PICTURE_CLASS] == N);
}

static void a_wall(void)
{
	uint32_t before = frames(LEAD), key = keys(LEAD), quiet;
	struct looked l;

	class_world_pass(all, N, 3000);
	quiet = keys(ANNA); /* nobody of these asks for key frames */
	view(LEAD, "wall");
	RUN_UNTIL(all, N, keys(LEAD) > key && now().viewers[PICTURE_WALL] == 1);
	RUN_UNTIL(all, N, frames(LEAD) > before + 5);
	l = now();
	CHECK(l.pictures == 2 && l.open[PICTURE_WALL] == 1 && l.fps <= PICTURE_WALL_FPS);
	CHECK(l.viewers[PICTURE_CLASS] == N - 1);
	view(HELP, "wall");
	RUN_UNTIL(all, N, now().viewers[PICTURE_WALL] == 2);
	l = now();
	CHECK(l.open[PICTURE_WALL] == 1); /* one encoder for both */
	CHECK(l.viewers[PICTURE_CLASS] == N - 2);
	before = frames(ANNA);
	view(LEAD, "class");
	view(HELP, "class");
	RUN_UNTIL(all, N, now().pictures == 1); /* it is closed some seconds later */
	RUN_UNTIL(all, N, frames(ANNA) > before + 20);
	l = now();
	CHECK(l.viewers[PICTURE_CLASS] == N && l.open[PICTURE_WALL] == 0);
	/* a key frame for each who came back at most, and no more often than each second
	 */
	CHECK(keys(ANNA) <= quiet + 2);
}

/* What no picture shows is not sent; what only a small one shows is sent. */
static void asked_for(void)
{
	CHECK(now().asked > 0);
	CHECK(class_client_ok(
		class_client_ask(all[LEAD], "class.hearing",
				 "{\"rule\":\"all\",\"sees\":\"lecturers\"}")));
	RUN_UNTIL(all, N, now().viewers[PICTURE_STAFF] == 2);
	CHECK(now().asked > 0); /* those who lead see her */
	view(LEAD, "slides");
	view(HELP, "slides");
	RUN_UNTIL(all, N, now().asked == 0);
	view(HELP, "wall");
	RUN_UNTIL(all, N, now().asked > 0);
}

static void clients(struct class_world *w)
{
	struct class_media *media = class_media_create(false, 120, 500);

	world = w;
	join_all(media);
	a_wall();
	asked_for();
	for (int i = 0; i < N; i++)
		class_client_leave(all[i]);
	class_media_destroy(media);
}

int main(void)
{
	return class_world_run(NULL, clients);
}
