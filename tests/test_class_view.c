/* A recording with a picture of its own, against a whole server: the file shows another
 * layout than the class, whose encoders do not change; one more runs, only for so long.
 * What is refused opens nothing; layouts that go, people who go, and quick hands. Needs
 * ffprobe and ffmpeg, else it is skipped.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mcu/happenings.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/mp4_rig.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#define DARK   60
#define BRIGHT 200
#define OWN    "\"view\":\"recording\""
#define MINE \
	"{\"layout\":{\"version\":1,\"name\":\"mine\",\"variants\":[{\"cells\":[{" \
	"\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"who\":\"rest\"}]}]}}"

enum { LEAD, ANNA, N };

static struct class_world *world;
static struct class_client *all[N];
static char id[40];

/* On a slow machine more questions come than are taken at once. */
static const char *ask(int who, const char *type, const char *d)
{
	const char *error = class_client_ask(all[who], type, d);

	for (int i = 0; error && strcmp(error, "too_fast") == 0 && i < 50; i++) {
		class_world_pass(all, N, 300);
		error = class_client_ask(all[who], type, d);
	}
	return error;
}

static bool ok(const char *type, const char *d)
{
	return class_client_ok(ask(LEAD, type, d));
}

static bool said(const char *type, const char *d, const char *want)
{
	return class_client_said(ask(LEAD, type, d), want);
}

/* ---- what the server has ----------------------------------------------------------- */

struct looked {
	uint32_t pictures;
	uint32_t kept; /* rungs of the class's that run though nobody looks at them */
	uint32_t own;  /* open rungs of the recorded one */
	uint32_t watched, base, rung; /* the recorded one: members, block, open rung */
	uint32_t n_tiles[2];          /* of the class's newest map, and of its own */
	bool runs, counts, waits;
	char layout[LIMIT_LAYOUT_TEXT + 1];
};

static void add_rung(struct looked *l, const struct room_picture *p, enum family f,
		     enum level level)
{
	const struct room_rung *rung = &p->rungs[SHAPE_WIDE][f][level];

	if (!rung->open)
		return;
	if (p->key.kind == PICTURE_RECORDING) {
		l->own++;
		l->rung = rungs_id(p, SHAPE_WIDE, f, level);
		CHECK(!rung->viewers && !rung->idle_us);
	} else {
		l->kept += !rung->viewers && !rung->idle_us;
	}
}

static void look(void *arg)
{
	struct looked *l = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(world);
	*l = (struct looked){.pictures = room->n_pictures,
			     .base = room->recorded_base,
			     .runs = room->recording,
			     .counts = room->recorded_counts,
			     .waits = room->recording_waits && !room->n_members};
	for (uint32_t i = 0; i < room->n_pictures; i++) {
		const struct room_picture *p = room->pictures[i];
		const struct tile_map *map = views_newest(p, 0);
		bool own = p->key.kind == PICTURE_RECORDING;

		for (enum family f = FAMILY_H264; f < FAMILIES; f++)
			for (enum level v = LEVEL_VIDEO; v < LEVELS; v++)
				add_rung(l, p, f, v);
		l->n_tiles[own] = map ? map->n : 0;
		if (!own)
			continue;
		l->watched = p->n_watch;
		CHECK(p->base == room->recorded_base && p->key.narrow);
		snprintf(l->layout, sizeof(l->layout), "%s", map ? map->layout : "");
	}
}

static struct looked now(void)
{
	struct looked l;

	class_world_on(world, look, &l);
	return l;
}

static bool nothing_left(void)
{
	struct looked l = now();

	return l.pictures <= 1 && !l.runs && !l.base && !l.own;
}

/* ---- the file ---------------------------------------------------------------------- */

static void path_of(char *path, size_t size)
{
	snprintf(path, size, "%s/recordings/%s.mp4", world->dir, id);
}

/* How bright the left and the right half of the picture are at that time. */
static void halves(int64_t at_ms, int out[2])
{
	char path[300], cmd[700], text[100];
	int y[4];

	path_of(path, sizeof(path));
	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -v error -ss %.3f -i '%s' -frames:v 1 -vf scale=2:2:flags=area "
		 "-pix_fmt yuv420p -f rawvideo - | od -An -tu1",
		 (double)at_ms / 1000, path);
	mp4_run(cmd, text, sizeof(text));
	CHECK(sscanf(text, "%d %d %d %d", &y[0], &y[1], &y[2], &y[3]) == 4);
	out[0] = (y[0] + y[2]) / 2;
	out[1] = (y[1] + y[3]) / 2;
	fprintf(stderr, "at %lld ms: %d and %d\n", (long long)at_ms, out[0], out[1]);
}

/* In the grid a part of each half is background, which is darker than both. */
static bool dark(int luma)
{
	return luma < (DARK + BRIGHT) / 2 - 30;
}

static int key_frames(void)
{
	char path[300], cmd[700], text[100];

	path_of(path, sizeof(path));
	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -select_streams v:0 -skip_frame nokey -show_entries "
		 "frame=pts_time -of csv=p=0 '%s' | wc -l",
		 path);
	mp4_run(cmd, text, sizeof(text));
	return atoi(text);
}

/* ---- recording --------------------------------------------------------------------- */

static void start(const char *d)
{
	const char *at;

	CHECK(ok("record.start", d));
	at = strstr(class_client_reply(all[LEAD]), "\"id\":\"");
	CHECK(at);
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(at + 6, "\""), at + 6);
}

static bool listed(const char *state)
{
	char want[40];
	const char *error = ask(LEAD, "recording.list", "{\"limit\":1}");

	snprintf(want, sizeof(want), "\"state\":\"%s\"", state);
	CHECK(class_client_ok(error));
	return strstr(class_client_reply(all[LEAD]), id) &&
	       strstr(class_client_reply(all[LEAD]), want);
}

/* Its own clock, now. */
static int64_t mark(void)
{
	const char *at;

	CHECK(ok("record.mark", "{}"));
	at = strstr(class_client_reply(all[LEAD]), "\"at_ms\":");
	CHECK(at);
	return strtoll(at + 8, NULL, 10);
}

static void join_all(struct class_media *const media[N])
{
	static const char *const names[N] = {"Lead", "Anna"};

	for (int i = 0; i < N; i++) {
		all[i] = class_world_join(world, names[i], i == LEAD, false, false);
		CHECK(all[i]);
		CHECK(class_client_ok(ask(i, "rtc.prefer", "{\"cap\":\"mid\"}")));
		class_client_send(all[i], media[i], true, i == LEAD);
		CHECK(class_client_ok(
			ask(i, "media.set", "{\"mic\":true,\"cam\":true}")));
	}
	for (int i = 0; i < N; i++)
		RUN_UNTIL(all, N, class_client_stats(all[i])->frames > 10);
	CHECK(ok("layout.set", "{\"name\":\"grid\"}"));
	RUN_UNTIL(all, N, now().n_tiles[0] == N);
}

/* ---- refused ----------------------------------------------------------------------- */

static void wrong(const char *d, const char *code)
{
	CHECK(said("record.start", d, code));
	if (!nothing_left())
		fprintf(stderr, "%s left something\n", d);
	CHECK(nothing_left());
}

static void refused(void)
{
	wrong("{\"view\":\"wall\"}", "bad_field");
	wrong("{\"view\":\"own\"}", "bad_field");
	wrong("{\"view\":7}", "bad_field");
	wrong("{" OWN ",\"layout\":\"nothing-like-it\"}", "unknown_layout");
	wrong("{" OWN ",\"layout\":\"lecture-pip corner=nowhere\"}", "bad_field");
	wrong("{\"layout\":\"grid\"}", "bad_field");
	wrong("{\"view\":\"class\",\"layout\":\"grid\"}", "bad_field");
	wrong("{" OWN ",\"editions\":[]}", "bad_field");
	CHECK(ok("record.options", "{}"));
	CHECK(strstr(class_client_reply(all[LEAD]),
		     "\"layout\":\"lecture-pip names=on\""));
}

/* It is of those who may record; nobody looks at it instead of the class. */
static void of_those_who_record(void)
{
	static const enum role roles[] = {ROLE_STUDENT, ROLE_MODERATOR, ROLE_LECTURER};
	static const struct {
		const char *type, *d;
	} rows[] = {{"record.start", "{" OWN "}"},
		    {"layout.set", "{" OWN ",\"name\":\"grid\"}"},
		    {"layout.undo", "{" OWN "}"},
		    {"layout.redo", "{" OWN "}"}};
	static struct rights_client who;
	const char *got;

	for (int r = 0; r < 3; r++) {
		bool may = roles[r] == ROLE_LECTURER;

		rights_join(&who, world, roles[r], "", false);
		CHECK(!who.code[0]);
		got = rights_ask(&who, "view.set", "{" OWN "}");
		CHECK(got && strcmp(got, "forbidden") == 0);
		for (size_t i = may; i < sizeof(rows) / sizeof(rows[0]); i++) {
			got = rights_ask(&who, rows[i].type, rows[i].d);
			CHECK(may == (!got || strcmp(got, "forbidden") != 0));
		}
		CHECK(!rights_ask(&who, "leave", "{}"));
		rights_drop(&who);
	}
	RUN_UNTIL(all, N, now().n_tiles[0] == N);
	CHECK(ok("layout.set", "{" OWN ",\"name\":\"\"}"));
	CHECK(nothing_left());
}

/* ---- another layout than the class's ------------------------------------------------
 */

static atomic_int n_layouts; /* happenings of a recording; -1: not asked for yet */
static char happened[LIMIT_MARK_BYTES + 1];

static void got_happenings(void *ctx, int err, const struct db_happening *rows,
			   uint32_t n)
{
	int layouts = 0;

	(void)ctx;
	CHECK(!err);
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(rows[i].kind, "layout") != 0)
			continue;
		layouts++;
		snprintf(happened, sizeof(happened), "%s", rows[i].text);
	}
	n_layouts = layouts;
}

static void ask_happenings(void *arg)
{
	struct room *room;

	(void)arg;
	thread_claim(&on_ctl);
	room = class_world_room(world);
	n_layouts = -1;
	CHECK(db_happenings(world->server->db, room->row.id, id, got_happenings, NULL) ==
	      0);
}

static void is_in_the_file(int64_t alone_ms, int64_t both_ms, int64_t end_ms, int changes)
{
	char path[300];
	double length;
	int luma[2];

	path_of(path, sizeof(path));
	mp4_decodes(path);
	length = mp4_probe(path, "", "format=duration");
	halves(alone_ms, luma);
	CHECK(dark(luma[0]) && dark(luma[1]));
	halves(both_ms, luma);
	CHECK(dark(luma[0]) && !dark(luma[1]));
	halves(end_ms, luma); /* whatever the class was shown then */
	CHECK(dark(luma[0]) && !dark(luma[1]));
	fprintf(stderr, "%.3f s, %d key frames\n", length, key_frames());
	CHECK(key_frames() <= 1 + changes + (int)(length / 5) + 1);
}

/* How it would look, whether it is recorded or not. */
static void looked_at(void)
{
	CHECK(ok("layout.preview", "{" OWN ",\"name\":\"grid\"}"));
	CHECK(strstr(class_client_reply(all[LEAD]), "\"name\":\"grid\""));
}

static void unlike_the_class(void)
{
	int64_t alone_ms, both_ms, end_ms;
	struct looked l = now();

	CHECK(l.pictures == 1 && l.kept == 0);
	looked_at();
	start("{\"editions\":[\"full\",\"sound\"]," OWN ",\"layout\":\"slides-only\"}");
	RUN_UNTIL(all, N, now().counts);
	l = now();
	CHECK(l.pictures == 2 && l.kept == 0 && l.own == 1 && l.watched == 1);
	CHECK(l.n_tiles[0] == N && l.n_tiles[1] == 1);
	class_world_pass(all, N, 2500);
	alone_ms = mark() - 300;
	looked_at();
	CHECK(said("record.start", "{" OWN "}", "recording_busy") &&
	      now().base == l.base);

	CHECK(ok("layout.set", "{" OWN ",\"name\":\"grid\"}"));
	RUN_UNTIL(all, N, now().n_tiles[1] == N);
	class_world_pass(all, N, 3000);
	both_ms = mark() - 300;
	CHECK(ok("layout.set", "{\"name\":\"slides-only\"}"));
	RUN_UNTIL(all, N, now().n_tiles[0] == 1);
	class_world_pass(all, N, 3000);
	l = now();
	CHECK(l.pictures == 2 && l.kept == 0 && l.own == 1 && l.n_tiles[1] == N);
	CHECK(strcmp(l.layout, "grid") == 0);
	end_ms = mark() - 300;
	CHECK(ok("record.stop", "{}"));
	CHECK(nothing_left() && now().kept == 0);
	RUN_UNTIL(all, N, listed("ready"));
	is_in_the_file(alone_ms, both_ms, end_ms, 1);
	/* what the class was shown is no chapter of it */
	class_world_on(world, ask_happenings, NULL);
	RUN_UNTIL(all, N, n_layouts >= 0);
	CHECK(n_layouts == 1 && strcmp(happened, "grid") == 0);
}

/* The usual way makes no picture, and keeps the class's rung. */
static void as_the_class(void)
{
	struct looked l;

	start("{\"editions\":[\"full\"],\"view\":\"class\"}");
	RUN_UNTIL(all, N, now().counts);
	l = now();
	CHECK(l.pictures == 1 && l.kept == 1 && !l.base && !l.own);
	CHECK(ok("layout.set", "{" OWN ",\"name\":\"grid\"}")); /* for the next one */
	CHECK(now().pictures == 1);
	CHECK(ok("record.stop", "{}"));
	RUN_UNTIL(all, N, listed("ready"));
}

/* Each edition has its rung of the same picture; and it is as it was last. */
static void all_editions(void)
{
	struct looked l;

	start("{\"editions\":[\"full\",\"light\",\"mkv\",\"sound\"]," OWN "}");
	RUN_UNTIL(all, N, now().counts);
	l = now();
	CHECK(l.pictures == 2 && l.kept == 0 && l.own == 2 &&
	      strcmp(l.layout, "grid") == 0);
	CHECK(ok("record.pause", "{}") && now().own == 2);
	CHECK(ok("record.resume", "{}"));
	RUN_UNTIL(all, N, now().counts);
	class_world_pass(all, N, 1500);
	CHECK(ok("record.stop", "{}") && nothing_left());
	RUN_UNTIL(all, N, listed("ready"));
	CHECK(!strstr(class_client_reply(all[LEAD]), "\"error\":\"no_picture\""));
}

/* ---- what goes meanwhile ----------------------------------------------------------- */

static void quick_hands(void)
{
	for (int i = 0; i < 4; i++) {
		start("{\"editions\":[\"full\"]," OWN "}");
		CHECK(ok("record.stop", "{}") && nothing_left());
	}
	start("{\"editions\":[\"full\"]," OWN "}");
	RUN_UNTIL(all, N, now().counts);
	class_world_pass(all, N, 1500);
	CHECK(ok("record.stop", "{}") && nothing_left());
	RUN_UNTIL(all, N, listed("ready"));
}

/* The usual one stands in for it; an administrator who is elsewhere may begin. */
static void layout_removed(void)
{
	static struct rights_client admin;
	char d[200];

	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(!admin.code[0] && !rights_ask(&admin, "layout.put", MINE));
	snprintf(d, sizeof(d),
		 "{\"code\":\"%s\",\"editions\":[\"full\"]," OWN ",\"layout\":\"mine\"}",
		 world->code);
	CHECK(!rights_ask(&admin, "record.start", d));
	CHECK(strcmp(now().layout, "mine") == 0 && now().own == 1);
	CHECK(!rights_ask(&admin, "layout.delete", "{\"name\":\"mine\"}"));
	RUN_UNTIL(all, N, strcmp(now().layout, "lecture-pip names=on") == 0);
	CHECK(now().own == 1 && now().runs);
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	CHECK(!rights_ask(&admin, "record.stop", d) && nothing_left());
	rights_drop(&admin);
}

/* Everybody goes into a group and comes home: one file, of the same encoder's number. */
static void through_groups(void)
{
	char path[300];
	struct looked l;

	start("{\"editions\":[\"full\"]," OWN ",\"layout\":\"grid\"}");
	RUN_UNTIL(all, N, now().counts);
	l = now();
	class_world_pass(all, N, 1500);
	CHECK(ok("breakout.start", "{\"n\":1,\"how\":\"self\"}"));
	for (int i = 0; i < N; i++)
		CHECK(class_client_ok(ask(i, "breakout.join", "{\"group\":1}")));
	RUN_UNTIL(all, N, now().waits);
	CHECK(now().pictures == 0 && now().base == l.base);
	class_world_pass(all, N, 1000);
	for (int i = 0; i < N; i++)
		CHECK(class_client_ok(ask(i, "breakout.join", "{\"group\":0}")));
	RUN_UNTIL(all, N, now().counts && now().n_tiles[1] == N);
	CHECK(now().rung == l.rung && now().own == 1 && now().watched == 1);
	class_world_pass(all, N, 2000);
	CHECK(ok("record.stop", "{}") && nothing_left());
	CHECK(ok("breakout.end", "{\"seconds\":0}"));
	RUN_UNTIL(all, N, listed("ready"));
	path_of(path, sizeof(path));
	mp4_decodes(path);
	CHECK(mp4_probe(path, "", "format=duration") > 2.5);
}

/* Who leads may go; with the last one it ends, and nothing is left. */
static void all_leave(void)
{
	start("{\"editions\":[\"full\"]," OWN "}");
	RUN_UNTIL(all, N, now().counts);
	class_client_leave(all[LEAD]);
	all[LEAD] = all[ANNA];
	RUN_UNTIL(all, 1, now().n_tiles[1] == 1);
	CHECK(now().own == 1 && now().runs);
	class_client_leave(all[ANNA]);
	for (int i = 0; i < 500 && !nothing_left(); i++)
		usleep(20000);
	CHECK(nothing_left() && now().pictures == 0);
}

static void everything(struct class_world *of)
{
	struct class_media *const media[N] = {class_media_create(false, DARK, 440),
					      class_media_create(false, BRIGHT, 600)};

	world = of;
	join_all(media);
	refused();
	of_those_who_record();
	unlike_the_class();
	as_the_class();
	all_editions();
	quick_hands();
	layout_removed();
	through_groups();
	all_leave();
	for (int i = 0; i < N; i++)
		class_media_destroy(media[i]);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null "
		   "2>&1") != 0)
		return 77;
	return class_world_run(NULL, everything);
}
