/* Directing a class that runs: what was asked for is followed to its first frame, can be
 * taken back and looked at before, and cues are taken in time, after a restart, too. A
 * layout that does not work is set aside. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "mcu/director.h"
#include "mcu/room.h"
#include "plugins/set.h"
#include "tests/class_world.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#define NAMED(name) "{\"name\":\"" name "\"}"

static struct rights_client lecturer, student, admin;
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

/* `n` times a fifth of a second; whoever is not looked after is dropped. */
static void all_pass(int n)
{
	while (n-- > 0) {
		rights_pass(&lecturer, 70);
		rights_pass(&student, 70);
		rights_pass(&admin, 70);
	}
}

static int64_t number(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	CHECK(at);
	return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

static void layout_is(void *arg)
{
	const struct class_world *world = arg;

	thread_claim(&on_ctl);
	CHECK(strcmp(class_world_room(world)->row.layout, "panel") == 0);
}

/* ---- what cannot be drawn ---------------------------------------------------------- */

static int broken(const struct aula_layout_in *in, struct aula_layout_out *out)
{
	(void)in;
	(void)out;
	return -EIO;
}

static const struct aula_layout_ops broken_ops = {sizeof(broken_ops), broken};
static const struct aula_plugin broken_plugin = {AULA_PLUGIN_HEAD, .name = "broken",
						 .version = "1", .layout = &broken_ops};

static void add_broken(void *arg)
{
	const struct class_world *world = arg;

	thread_claim(&on_ctl);
	CHECK(plugin_set_add(world->server->plugins, &broken_plugin) == 0);
}

/* Refused as long as it is tried; then the grid stands in for it, and that is said. */
static void set_aside(const struct class_world *world)
{
	class_world_on(world, add_broken, (void *)world);
	ask(&lecturer, ok, "layout.set", NAMED("panel"));
	for (int i = 0; i < 3; i++) {
		const char *got = rights_ask(&lecturer, "layout.set", NAMED("broken"));

		CHECK(!got || strcmp(got, "layout_failed") == 0);
		if (!got)
			break;
		class_world_on(world, layout_is, (void *)world);
	}
	CHECK(rights_hears(&lecturer, "\"layout.aside\""));
	CHECK(rights_hears(&admin, "\"layout.aside\""));
	CHECK(strstr(lecturer.heard, "\"name\":\"broken\",\"why\":\"failed\""));
	CHECK(!strstr(student.heard, "layout.aside"));
	CHECK(count_get(COUNT_LAYOUTS_ASIDE) == 1);
	ask(&lecturer, ok, "layout.set", NAMED("broken"));
	ask(&lecturer, ok, "layout.set", NAMED("grid"));
}

/* ---- one step back -------------------------------------------------------------------
 */

static void undone(void)
{
	char d[80];

	ask(&student, "forbidden", "layout.undo", "{}");
	ask(&lecturer, ok, "layout.set", NAMED("grid"));
	ask(&lecturer, ok, "layout.set", NAMED("panel"));
	snprintf(d, sizeof(d), "{\"member\":\"%s\"}", student.self);
	ask(&lecturer, ok, "pin.set", d);
	ask(&lecturer, ok, "pin.set", d); /* nothing new: not a step */
	ask(&lecturer, ok, "layout.set", NAMED("speaker"));
	ask(&lecturer, ok, "layout.undo", "{}");
	CHECK(strstr(lecturer.reply, "\"name\":\"panel\""));
	CHECK(strstr(lecturer.reply, student.self)); /* still in front */
	ask(&lecturer, ok, "layout.undo", "{}");
	CHECK(strstr(lecturer.reply, "\"name\":\"panel\",\"pinned\":\"\""));
	ask(&lecturer, ok, "layout.undo", "{}");
	CHECK(strstr(lecturer.reply, "\"name\":\"grid\""));
	ask(&lecturer, ok, "layout.redo", "{}");
	CHECK(strstr(lecturer.reply, "\"name\":\"panel\",\"pinned\":\"\""));
	ask(&lecturer, ok, "layout.set", NAMED("wall")); /* from here on another way */
	ask(&lecturer, "no_change", "layout.redo", "{}");
	for (int i = 0; i < 2 * DIRECTOR_UNDO; i++) {
		ask(&lecturer, ok, "layout.set", i % 2 ? NAMED("grid") : NAMED("panel"));
		all_pass(1); /* five a second */
	}
	for (int i = 0; i < DIRECTOR_UNDO; i++) {
		ask(&lecturer, ok, "layout.undo", "{}");
		all_pass(1);
	}
	ask(&lecturer, "no_change", "layout.undo", "{}");
}

/* ---- to the first frame --------------------------------------------------------------
 */

/* Nobody is shown a picture: that is said instead of nothing. */
static void unseen(void)
{
	rights_forget(&lecturer);
	ask(&lecturer, ok, "layout.set", NAMED("speaker"));
	CHECK(number(lecturer.reply, "\"generation\":") > 0);
	CHECK(rights_hears(&lecturer, "\"state\":\"unseen\""));
}

static void on_the_air(const struct class_world *world)
{
	struct class_client *viewer = class_world_join(world, "Viewer", false, false,
						       false);
	int64_t generation, before = count_get(COUNT_LAYOUT_AIR_N);
	char want[64];

	RUN_UNTIL(&viewer, 1, class_client_stats(viewer)->frames > 0);
	rights_forget(&lecturer);
	ask(&lecturer, ok, "layout.set", NAMED("grid"));
	generation = number(lecturer.reply, "\"generation\":");
	snprintf(want, sizeof(want),
		 "{\"generation\":%lld,\"picture\":\"class\",\"state\""
		 ":\"live\"",
		 (long long)generation);
	CHECK(rights_hears(&lecturer, want));
	CHECK(number(lecturer.heard, "\"rtp_ts\":") >= 0);
	CHECK(count_get(COUNT_LAYOUT_AIR_N) == before + 1);
	/* the same again is on air already, and is said, too */
	rights_forget(&lecturer);
	ask(&lecturer, ok, "layout.set", NAMED("grid"));
	CHECK(rights_hears(&lecturer, want));
	/* of many at once each gets an answer, and the last one is seen */
	rights_forget(&lecturer);
	for (int i = 0; i < 5; i++)
		ask(&lecturer, ok, "layout.set", i % 2 ? NAMED("wall") : NAMED("panel"));
	generation = number(lecturer.reply, "\"generation\":");
	snprintf(want, sizeof(want),
		 "{\"generation\":%lld,\"picture\":\"class\",\"state\""
		 ":\"live\"",
		 (long long)generation);
	CHECK(rights_hears(&lecturer, want));
	for (int64_t g = generation - 4; g <= generation; g++) {
		snprintf(want, sizeof(want), "{\"generation\":%lld,", (long long)g);
		CHECK(strstr(lecturer.heard, want));
	}
	class_client_leave(viewer);
}

/* ---- looking -------------------------------------------------------------------------
 */

static void previews(void)
{
	static const char draft[] =
		"{\"layout\":{\"version\":1,\"name\":\"draft\",\"variants\":[{\"cells\":"
		"[{\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"who\":\"rest\"}]}]}}";

	ask(&student, "forbidden", "layout.preview", NAMED("grid"));
	ask(&lecturer, "bad_field", "layout.preview", "{}");
	ask(&lecturer, "unknown_layout", "layout.preview", NAMED("nothing"));
	ask(&lecturer, "bad_field", "layout.preview", NAMED("speaker-strip side=up"));
	ask(&lecturer, "forbidden", "layout.preview", draft);
	ask(&lecturer, ok, "layout.preview", NAMED("grid"));
	/* of a JPEG's first bytes, in base64 */
	CHECK(strstr(lecturer.reply, "\"jpeg\":\"/9j/"));
	CHECK(strstr(lecturer.reply, "\"w\":1280,\"h\":720"));
	CHECK(strstr(lecturer.reply, student.self)); /* who is where */
	CHECK(strlen(lecturer.reply) < 69000);
	ask(&lecturer, ok, "layout.preview", "{\"name\":\"grid\",\"tall\":true}");
	CHECK(strstr(lecturer.reply, "\"w\":720,\"h\":1280"));
}

static void admin_previews(const struct class_world *world)
{
	char d[400];

	snprintf(d, sizeof(d),
		 "{\"code\":\"%s\",\"layout\":{\"version\":1,\"name\":\"draft\","
		 "\"variants\":[{\"cells\":[{\"x\":0,\"y\":0,\"w\":1,\"h\":1,\"who\":"
		 "\"rest\"}]}]}}",
		 world->code);
	ask(&admin, ok, "layout.preview", d);
	CHECK(strstr(admin.reply, "\"jpeg\":\"/9j/"));
	CHECK(strstr(admin.reply, "\"name\":\"draft\""));
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"layout\":{\"version\":1}}",
		 world->code);
	ask(&admin, "bad_field", "layout.preview", d);
}

/* ---- cues ----------------------------------------------------------------------------
 */

static void refused_cues(void)
{
	ask(&student, "forbidden", "cue.list", "{}");
	ask(&lecturer, "bad_field", "cue.put", "{\"layout\":\"grid\"}");
	ask(&lecturer, "unknown_layout", "cue.put",
	    "{\"name\":\"a\",\"layout\":\"nothing\"}");
	ask(&lecturer, "bad_field", "cue.put",
	    "{\"name\":\"a\",\"layout\":\"speaker-strip side=up\"}");
	ask(&lecturer, "unknown_member", "cue.put",
	    "{\"name\":\"a\",\"pin\":\"m999999\"}");
	ask(&lecturer, "bad_field", "cue.put", "{\"name\":\"a\",\"at_ms\":1000}");
	ask(&lecturer, "bad_field", "cue.put",
	    "{\"name\":\"a\",\"after_s\":1,\"by_hand\":true}");
	ask(&lecturer, "unknown_cue", "cue.put", "{\"id\":77,\"name\":\"a\"}");
	ask(&lecturer, "unknown_cue", "cue.delete", "{\"id\":77}");
	ask(&lecturer, "unknown_cue", "cue.move", "{\"id\":77,\"to\":0}");
	ask(&lecturer, "unknown_cue", "cue.go", "{\"id\":77}");
	ask(&lecturer, "unknown_cue", "cue.next", "{}");
}

/* 1 by hand with somebody in front, 2 a second after it, 3 by hand. */
static void cues(void)
{
	char d[120];

	rights_forget(&lecturer);
	rights_forget(&student);
	snprintf(d, sizeof(d), "{\"name\":\"One\",\"layout\":\"speaker\",\"pin\":\"%s\"}",
		 student.self);
	ask(&lecturer, ok, "cue.put", d);
	CHECK(number(lecturer.reply, "\"id\":1") == 1 ||
	      strstr(lecturer.reply, "\"id\":1"));
	ask(&lecturer, ok, "cue.put",
	    "{\"name\":\"Two\",\"layout\":\"wall\",\"pin\":\"\",\"after_s\":1}");
	ask(&lecturer, ok, "cue.put", "{\"name\":\"Three\",\"layout\":\"panel\"}");
	ask(&lecturer, ok, "cue.put", "{\"name\":\"Gone\",\"at\":0}");
	ask(&lecturer, ok, "cue.move", "{\"id\":4,\"to\":2}");
	ask(&lecturer, ok, "cue.delete", "{\"id\":4}");
	ask(&lecturer, ok, "cue.list", "{}");
	CHECK(strstr(lecturer.reply, "\"current\":0,\"next\":1"));
	rights_forget(&lecturer);
	ask(&lecturer, ok, "cue.next", "{}");
	CHECK(rights_hears(&lecturer, "\"current\":1,\"next\":2"));
	CHECK(strstr(lecturer.heard, "\"due_ms\":"));
	CHECK(strstr(lecturer.heard, student.self));
	CHECK(rights_hears(&student, "\"pinned\""));
	CHECK(rights_hears(&lecturer, "\"current\":2,\"next\":3")); /* by itself */
	CHECK(!strstr(student.heard, "\"cues\""));
	ask(&lecturer, ok, "cue.go", "{\"id\":3}");
	ask(&lecturer, "unknown_cue", "cue.next", "{}");
	ask(&lecturer, ok, "layout.undo", "{}"); /* a cue, too, can be taken back */
	CHECK(strstr(lecturer.reply, "\"name\":\"wall\""));
}

/* For after the restart: one soon, and one that was due while nothing ran. */
static void later(void)
{
	char d[120];

	ask(&lecturer, ok, "cue.go", "{\"id\":3}");
	snprintf(d, sizeof(d), "{\"name\":\"Soon\",\"layout\":\"grid\",\"at_ms\":%lld}",
		 (long long)clock_wall_ms() + 3600 * 1000);
	ask(&lecturer, ok, "cue.put", d);
}

static void join_all(const struct class_world *world)
{
	memset(&lecturer, 0, sizeof(lecturer));
	memset(&student, 0, sizeof(student));
	memset(&admin, 0, sizeof(admin));
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&student, world, ROLE_STUDENT, "", false);
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(!lecturer.code[0] && !student.code[0] && !admin.code[0]);
}

static void drop_all(void)
{
	rights_drop(&lecturer);
	rights_drop(&student);
	rights_drop(&admin);
}

static void first(struct class_world *world)
{
	join_all(world);
	refused_cues();
	cues();
	unseen();
	previews();
	admin_previews(world);
	undone();
	all_pass(15);
	on_the_air(world);
	set_aside(world);
	later();
	drop_all();
}

static void second(struct class_world *world)
{
	char d[120];

	join_all(world);
	class_world_on(world, layout_is, world);
	ask(&lecturer, ok, "cue.list", "{}");
	CHECK(strstr(lecturer.reply, "\"One\"") && strstr(lecturer.reply, "\"Soon\""));
	CHECK(strstr(lecturer.reply, "\"current\":3"));
	CHECK(strstr(lecturer.reply, "\"due_ms\":"));
	/* its time is changed to now */
	snprintf(d, sizeof(d), "{\"id\":5,\"at_ms\":%lld}", (long long)clock_wall_ms());
	ask(&lecturer, ok, "cue.put", d);
	CHECK(rights_hears(&lecturer, "\"current\":5,\"next\":0"));
	ask(&lecturer, ok, "cue.clear", "{}");
	ask(&lecturer, ok, "cue.list", "{}");
	CHECK(strstr(lecturer.reply, "\"cues\":[]"));
	drop_all();
}

int main(void)
{
	static void (*const turns[])(struct class_world *) = {first, second};

	return class_world_run_each(NULL, turns, 2);
}
