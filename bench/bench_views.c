/* bench_views - what each further picture of a class costs the video thread: percent of
 * a core, beside the class's own picture, which somebody else goes on watching. Nine
 * cameras of 360 lines, rungs of the level main. And a wall of 49 of as many lines as
 * are asked of those who are shown so small.
 */
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/footage.h"
#include "bench/loadgen_proc.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_media.h"
#include "tests/class_world.h"
#include "tests/test.h"

#define FEW       9
#define MANY      49
#define SETTLE_MS 3000 /* decoders have caught up, the rung before has been closed */
#define SPANS     5    /* of which the median counts */
#define SPAN_MS   1200

static struct class_world *world;
static struct class_client *all[MANY + 1]; /* the first leads, the last only looks on */
static int n_clients;
static char front[12]; /* whom the lecturer puts in front */

/* ---- the video thread ------------------------------------------------------------ */

static void read_usage(struct lg_proc *usage)
{
	CHECK(lg_proc_read(usage, (int)getpid()) == 0);
}

static int video_of(const struct lg_proc *usage)
{
	for (unsigned i = 0; i < usage->n; i++)
		if (strcmp(usage->threads[i].name, "aula-mix") == 0)
			return (int)i;
	CHECK(!"the thread is there");
	return -1;
}

static double percent(void)
{
	double v[SPANS];

	class_world_pass(all, n_clients, SETTLE_MS);
	for (int i = 0; i < SPANS; i++) {
		struct lg_proc before, after;

		read_usage(&before);
		class_world_pass(all, n_clients, SPAN_MS);
		read_usage(&after);
		v[i] = lg_proc_percent(&before, &after, video_of(&after));
	}
	return median(v, SPANS);
}

/* ---- the class -------------------------------------------------------------------- */

static void ask(int who, const char *type, const char *d)
{
	CHECK(class_client_ok(class_client_ask(all[who], type, d)));
}

static struct class_media *make_media(unsigned who, uint16_t w, uint16_t h, uint32_t bps)
{
	struct class_media *media = class_media_create(false, 120, 440);
	struct au *units[FOOTAGE_FRAMES];

	footage_sized(units, who, w, h, bps);
	for (unsigned i = 0; i < FOOTAGE_FRAMES; i++) {
		blob_put(media->video[i]);
		CHECK(blob_create(&media->video[i], units[i], 1100, i) == 0);
		au_put(units[i]);
	}
	return media;
}

static void name_front(void *arg)
{
	const struct room *room;

	(void)arg;
	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	snprintf(front, sizeof(front), "m%u", room->members[1]->base / ID_BLOCK);
}

/* Only who leads and who looks on receive pictures: one rung each. */
static void join_all(int n, struct class_media *media)
{
	n_clients = n + 1;
	for (int i = 0; i < n_clients; i++) {
		bool looks = i == 0 || i == n;

		all[i] = class_world_join(world, "Somebody", i == 0, false, false);
		CHECK(all[i]);
		ask(i, "rtc.prefer",
		    looks ? "{\"cap\":\"main\"}" : "{\"cap\":\"sound\"}");
		if (i == n)
			continue;
		class_client_send(all[i], media, true, false);
		ask(i, "media.set", "{\"cam\":true}");
	}
	class_world_on(world, name_front, NULL);
	/* until their links are known to carry it */
	class_world_pass(all, n_clients, 15000);
}

static void leave_all(void)
{
	for (int i = 0; i < n_clients; i++)
		class_client_leave(all[i]);
}

static double beside(const char *view, double class)
{
	char d[80];

	snprintf(d, sizeof(d), "{\"view\":\"%s\",\"member\":\"%s\"}", view,
		 strcmp(view, "pin") == 0 ? front : "");
	ask(0, "view.set", d);
	return percent() - class;
}

/* What is recorded is another picture than what is seen, of the level main: what that
 * costs, without what the record thread does. */
static double recorded(const char *view, double class)
{
	double with;
	char d[120];

	snprintf(d, sizeof(d), "{\"editions\":[\"full\"]%s}", view);
	ask(0, "record.start", d);
	with = percent();
	ask(0, "record.stop", "{}");
	class_world_pass(all, n_clients, SETTLE_MS);
	return with - class;
}

static void nine(struct class_world *w)
{
	static const char *const views[] = {"wall", "stage", "slides", "interpreter",
					    "pin"};
	struct class_media *media;
	double class;

	world = w;
	media = make_media(3, FOOTAGE_W_PX, FOOTAGE_H_PX, FOOTAGE_BPS);
	join_all(FEW, media);
	class = percent();
	printf("view_cpu_percent.class %.2f\n", class);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		printf("view_cpu_percent.%s %.2f\n", views[i], beside(views[i], class));
	ask(0, "view.set", "{\"view\":\"class\"}");
	class_world_pass(all, n_clients, SETTLE_MS + 3000);
	printf("view_cpu_percent.recorded_class %.2f\n", recorded("", class));
	printf("view_cpu_percent.recording %.2f\n",
	       recorded(",\"view\":\"recording\"", class));
	printf("view_cpu_percent.recording_grid %.2f\n",
	       recorded(",\"view\":\"recording\",\"layout\":\"grid\"", class));
	/* who looks on is a student, and sees the lecturer only: his is the class's
	 * picture, all that it does not show is decoded for the other alone */
	ask(0, "class.hearing", "{\"rule\":\"all\",\"sees\":\"lecturers\"}");
	printf("view_cpu_percent.staff %.2f\n", percent() - class);
	leave_all();
	class_media_destroy(media);
}

/* As many lines as asks.c asks of them. */
static void forty_nine(struct class_world *w)
{
	struct class_media *media;
	double class;

	world = w;
	media = make_media(5, 212, 120, 90000);
	join_all(MANY, media);
	class = percent();
	printf("wall_49_cpu_percent %.2f\n", beside("wall", class));
	leave_all();
	class_media_destroy(media);
}

int main(void)
{
	void (*const clients[])(struct class_world * w) = {nine, forty_nine};

	setvbuf(stdout, NULL, _IOLBF, 0);
	return class_world_run_each(NULL, clients, 2);
}
