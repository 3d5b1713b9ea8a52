/* Who comes in, who waits, who is sent away, and what is taken from whom: over the wire,
 * over a lost connection, and over a restart of the server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/rights_client.h"
#include "tests/test.h"

static struct class_world *world;
static struct rights_client lecturer, moderator, one, two, three;
static char d[600];
static char kept_seat[64], banned_seat[64]; /* over the restart */

static bool is(const char *got, const char *want)
{
	bool same = got ? want && strcmp(got, want) == 0 : !want;

	if (!same)
		fprintf(stderr, "%s instead of %s\n", got ? got : "ok",
			want ? want : "ok");
	return same;
}

#define OK(c, type, text)          CHECK(is(rights_ask(&(c), type, text), NULL))
#define REFUSED(c, type, text, by) CHECK(is(rights_ask(&(c), type, text), by))

static void come(struct rights_client *c, enum role role)
{
	rights_join(c, world, role, "", false);
	CHECK(is(c->code[0] ? c->code : NULL, NULL));
}

static void come_again(struct rights_client *c, enum role role, const char *seat)
{
	snprintf(d, sizeof(d), ",\"seat\":\"%s\"", seat);
	rights_join(c, world, role, strdupa(d), false);
}

static void go(struct rights_client *c)
{
	rights_ask(c, "leave", "{}");
	rights_drop(c);
}

/* {"member": its id} with more behind. */
static const char *of(const struct rights_client *c, const char *more)
{
	snprintf(d, sizeof(d), "{\"member\":\"%s\"%s}", c->self, more);
	return d;
}

struct look {
	const char *id;
	bool there, mic, cam, away;
	uint32_t n, warm, receive;
};

static void look(void *arg)
{
	struct look *l = arg;
	const struct room *room;
	const struct member *m;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	l->n = room->n_members;
	l->warm = world->server->n_waiting;
	m = room_member(room, member_base_of(l->id));
	l->there = m;
	if (m) {
		l->mic = m->mic;
		l->cam = m->cam;
		l->away = m->away_since_us;
	}
	for (uint32_t i = 0; i < l->warm; i++)
		l->receive += world->server->waiting[i]->quality.on;
}

static struct look seen(const struct rights_client *c)
{
	struct look l = {.id = c->self};

	class_world_on(world, look, &l);
	return l;
}

/* ---- the lobby ------------------------------------------------------------------- */

static void who_waits(void)
{
	OK(lecturer, "room.set", "{\"lobby\":true}");
	CHECK(strstr(lecturer.reply, "\"lobby\":true"));
	come(&one, ROLE_STUDENT);
	CHECK(strstr(one.reply, "\"warm\":true") && strstr(one.reply, "\"lobby\":true"));
	CHECK(!strstr(one.reply, "members"));
	CHECK(rights_hears(&lecturer, "\"n\":1,\"waiting\":[{"));
	CHECK(strstr(lecturer.heard, "\"name\":\"The student\""));
	REFUSED(one, "chat.send", "{\"text\":\"let me in\"}", "bad_state");
	REFUSED(one, "member.admit", of(&one, ""), "forbidden");
	OK(one, "enter", "{}"); /* knocks again, and that is all */
	CHECK(strstr(one.reply, "\"lobby\":true"));
	CHECK(seen(&one).n == 1 && seen(&one).receive == 0);
	/* staff does not wait; a student who only looks into the camera does not yet */
	come(&moderator, ROLE_MODERATOR);
	CHECK(strstr(moderator.reply, "\"lobby\":{\"n\":1"));
	rights_join(&two, world, ROLE_STUDENT, ",\"warm\":true", false);
	CHECK(strstr(two.reply, "\"lobby\":false"));
	rights_pass(&lecturer, 1300);
	CHECK(!strstr(lecturer.heard, "\"n\":2,\"waiting\""));
	OK(two, "enter", "{\"name\":\"Later\"}");
	CHECK(rights_hears(&lecturer, "\"n\":2,\"waiting\""));
	CHECK(strstr(lecturer.heard, "\"name\":\"Later\""));
}

static void who_is_let_in(void)
{
	rights_forget(&lecturer);
	REFUSED(moderator, "member.admit", "{\"member\":\"m999999\"}", "unknown_member");
	REFUSED(moderator, "member.admit", of(&lecturer, ""), "unknown_member");
	OK(moderator, "member.admit", of(&one, ""));
	CHECK(rights_hears(&one, "\"t\":\"admitted\""));
	OK(one, "enter", "{\"mic\":true}");
	CHECK(strstr(one.reply, "\"mic\":true"));
	CHECK(rights_hears(&lecturer, "member.joined"));
	CHECK(rights_hears(&lecturer, "\"t\":\"lobby\""));
	/* one is sent away, and may knock again; all at once */
	OK(moderator, "member.deny", of(&two, ""));
	CHECK(rights_hears(&two, "\"why\":\"denied\""));
	REFUSED(moderator, "member.deny", of(&two, ""), "unknown_member");
	rights_drop(&two);
	come(&two, ROLE_STUDENT);
	come(&three, ROLE_GUEST);
	OK(lecturer, "member.admit", "{\"member\":\"\"}");
	CHECK(rights_hears(&two, "\"t\":\"admitted\""));
	CHECK(rights_hears(&three, "\"t\":\"admitted\""));
	OK(two, "enter", "{}");
	OK(three, "enter", "{}");
	/* and who was let in comes back without waiting */
	go(&three);
	come_again(&three, ROLE_GUEST, three.seat);
	CHECK(strstr(three.reply, "\"members\""));
	go(&three);
}

/* Who waits when it is opened need not be let in one by one. */
static void it_is_opened(void)
{
	come(&three, ROLE_STUDENT);
	CHECK(strstr(three.reply, "\"lobby\":true"));
	OK(lecturer, "room.set", "{\"lobby\":false}");
	CHECK(rights_hears(&three, "\"t\":\"admitted\""));
	OK(three, "enter", "{}");
}

/* ---- the lock -------------------------------------------------------------------- */

static void it_is_locked(void)
{
	struct rights_client late;
	char seat[64];

	OK(moderator, "room.set", "{\"locked\":true}");
	CHECK(rights_hears(&one, "\"locked\":true"));
	come_again(&late, ROLE_STUDENT, "");
	CHECK(is(late.code, "locked"));
	rights_drop(&late);
	come_again(&late, ROLE_STUDENT,
		   "abcdefghijabcdefghij.abcdefghijabcdefghijabcdefghijab");
	CHECK(is(late.code, "locked")); /* not of this server: a newcomer */
	rights_drop(&late);
	rights_join(&late, world, ROLE_STUDENT, ",\"warm\":true", false);
	CHECK(is(late.code, "locked"));
	rights_drop(&late);
	come(&late, ROLE_LECTURER);
	go(&late);
	/* the seats are held: over a lost connection, and over going */
	memcpy(seat, three.seat, sizeof(seat));
	rights_drop(&three);
	CHECK(rights_hears(&lecturer, "\"state\":\"away\""));
	come_again(&three, ROLE_STUDENT, seat);
	CHECK(strstr(three.reply, "\"members\"") && strcmp(three.seat, seat) == 0);
	CHECK(seen(&three).n == 5); /* and the older self is gone */
	go(&three);
	come_again(&three, ROLE_STUDENT, seat);
	CHECK(strstr(three.reply, "\"members\""));
	OK(moderator, "room.set", "{\"locked\":false}");
}

/* ---- what is taken ------------------------------------------------------------------
 */

static void what_is_taken_ends(void)
{
	OK(one, "media.set", "{\"mic\":true,\"cam\":true}");
	CHECK(seen(&one).mic && seen(&one).cam);
	rights_forget(&one);
	OK(lecturer, "member.allow", of(&one, ",\"deny\":[\"speak\",\"chat\"]"));
	CHECK(!seen(&one).mic && seen(&one).cam); /* the reply came: it is in force */
	CHECK(rights_hears(&one, "\"t\":\"muted\"") &&
	      rights_hears(&one, "\"t\":\"caps\""));
	CHECK(rights_hears(&two, "\"denies\":[\"speak\",\"chat\"]"));
	REFUSED(one, "media.set", "{\"mic\":true}", "forbidden");
	REFUSED(one, "chat.send", "{\"text\":\"x\"}", "forbidden");
	OK(lecturer, "member.allow",
	   of(&one, ",\"deny\":[\"camera\"],\"grant\":[\"chat\"]"));
	CHECK(!seen(&one).cam);
	OK(one, "chat.send", "{\"text\":\"x\"}");
	/* as usual again */
	OK(lecturer, "member.allow",
	   of(&one, ",\"usual\":[\"speak\",\"camera\",\"chat\"]"));
	OK(one, "media.set", "{\"mic\":true,\"cam\":true}");
	/* by one word */
	OK(lecturer, "member.mute", of(&one, ",\"what\":\"camera\""));
	CHECK(!seen(&one).cam && seen(&one).mic);
	OK(one, "media.set", "{\"cam\":true}");
	OK(lecturer, "member.mute", of(&one, ",\"again\":false"));
	REFUSED(one, "media.set", "{\"mic\":true}", "forbidden");
	OK(lecturer, "member.allow", of(&one, ",\"usual\":[\"speak\"]"));
	/* a screen */
	OK(one, "screen.set", "{\"on\":true}");
	OK(lecturer, "room.set", "{\"share\":false}");
	REFUSED(one, "screen.set", "{\"on\":true}", "forbidden");
	OK(lecturer, "room.set", "{\"share\":true}");
}

static void muted_for_all(void)
{
	OK(one, "media.set", "{\"mic\":true}");
	OK(moderator, "media.set", "{\"mic\":true}");
	OK(lecturer, "member.mute", "{\"member\":\"\",\"again\":false}");
	CHECK(!seen(&one).mic && !seen(&moderator).mic);
	REFUSED(one, "media.set", "{\"mic\":true}", "forbidden");
	OK(moderator, "media.set", "{\"mic\":true}");     /* no lock is for staff */
	OK(lecturer, "member.mute", "{\"member\":\"\"}"); /* says nothing of the lock */
	REFUSED(one, "media.set", "{\"mic\":true}", "forbidden");
	OK(lecturer, "member.allow", of(&two, ",\"grant\":[\"speak\"]"));
	OK(two, "media.set", "{\"mic\":true}");
	OK(lecturer, "room.set", "{\"unmute\":true}");
	OK(one, "media.set", "{\"mic\":true}");
	OK(lecturer, "member.mute", "{\"member\":\"\"}");
	CHECK(!seen(&one).mic && !seen(&two).mic);
	OK(one, "media.set", "{\"mic\":true}");
	/* another kind takes what it does not have */
	OK(moderator, "media.set", "{\"mic\":true}");
	OK(lecturer, "room.set", "{\"kind\":\"lecture\"}");
	CHECK(!seen(&one).mic && seen(&moderator).mic);
	OK(lecturer, "room.set", "{\"kind\":\"discussion\"}");
}

static void what_is_refused(void)
{
	static const struct {
		const char *more, *code;
	} rows[] = {
		{",\"grant\":\"speak\"", "bad_field"},
		{",\"grant\":[7]", "bad_field"},
		{",\"grant\":[[\"speak\"]]", "bad_field"},
		{",\"grant\":[\"fly\"]", "bad_field"},
		{",\"deny\":[\"\"]", "bad_field"},
		{",\"usual\":[\"speak\",null]", "bad_field"},
		{",\"grant\":[\"speak\"],\"deny\":[\"speak\"]", "bad_field"},
		{",\"grant\":[\"room\"]", "bad_field"},
		{",\"deny\":[\"moderate\"]", "bad_field"},
		{",\"grant\":[\"server\"]", "forbidden"}, /* has it not itself */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		REFUSED(lecturer, "member.allow", of(&one, rows[i].more), rows[i].code);
	REFUSED(lecturer, "member.allow", "{\"member\":\"m999999\"}", "unknown_member");
	REFUSED(lecturer, "member.allow", of(&lecturer, ",\"grant\":[\"speak\"]"),
		"unknown_member");
	REFUSED(lecturer, "room.set", "{\"kind\":\"party\"}", "bad_field");
	REFUSED(lecturer, "room.set", "{\"locked\":1}", "bad_field");
	REFUSED(lecturer, "room.set", "{\"code\":\"ABCDEFG\"}", "forbidden");
	REFUSED(lecturer, "member.mute", of(&one, ",\"what\":\"chat\""), "bad_field");
	REFUSED(lecturer, "member.unban", "{\"id\":\"nobody\"}", "unknown_member");
	/* a moderator keeps order, and is not above the lecturer */
	REFUSED(moderator, "member.remove", of(&lecturer, ""), "forbidden");
	REFUSED(moderator, "member.mute", of(&lecturer, ""), "forbidden");
	REFUSED(moderator, "member.allow", of(&lecturer, ",\"deny\":[\"speak\"]"),
		"forbidden");
	REFUSED(moderator, "member.allow", of(&one, ",\"grant\":[\"record\"]"),
		"forbidden");
	REFUSED(moderator, "room.set", "{\"kind\":\"exam\"}", "forbidden");
	REFUSED(moderator, "class.end", "{}", "forbidden");
	REFUSED(one, "member.bans", "{}", "forbidden");
}

/* ---- out ------------------------------------------------------------------------------
 */

/* Acting after a kick fails at once, on every way. */
static void who_is_removed(void)
{
	struct rights_client back;
	char session[64];
	int64_t t0 = clock_us();

	memcpy(session, two.session, sizeof(session));
	memcpy(banned_seat, two.seat, sizeof(banned_seat));
	OK(moderator, "member.remove", of(&two, ""));
	CHECK(!seen(&two).there);
	REFUSED(two, "chat.send", "{\"text\":\"still here\"}", "closed");
	CHECK(strstr(two.heard, "\"why\":\"removed\""));
	rights_drop(&two);
	come_again(&back, ROLE_STUDENT, banned_seat);
	CHECK(is(back.code, "banned"));
	snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":0}", session);
	REFUSED(back, "resume", strdupa(d), "no_session");
	rights_drop(&back);
	CHECK(clock_us() - t0 < 10 * SEC_US);
	/* without the seat it is a stranger of an address that was banned: asked for */
	come(&back, ROLE_STUDENT);
	CHECK(strstr(back.reply, "\"lobby\":true"));
	go(&back);
	/* others of that address who are here come back as before */
	come_again(&back, ROLE_STUDENT, one.seat);
	CHECK(strstr(back.reply, "\"members\""));
	go(&back);
}

static void ban_is_lifted(void)
{
	char id[21]; /* of it, before the signature */

	snprintf(id, sizeof(id), "%.20s", banned_seat);
	OK(lecturer, "member.bans", "{}");
	CHECK(strstr(lecturer.reply, id) && strstr(lecturer.reply, "The student"));
	snprintf(d, sizeof(d), "{\"id\":\"%s\"}", id);
	OK(lecturer, "member.unban", d);
	come_again(&two, ROLE_STUDENT, banned_seat);
	CHECK(strstr(two.reply, "\"members\""));
	/* without a ban it is only shown out */
	OK(lecturer, "member.remove", of(&two, ",\"ban\":false"));
	rights_drop(&two);
	come_again(&two, ROLE_STUDENT, banned_seat);
	CHECK(strstr(two.reply, "\"members\""));
}

/* ---- back
 * ------------------------------------------------------------------------------- */

/* A connection is lost: it is shown as away, and all is as it was when it is back. */
static void the_seat_is_held(void)
{
	struct look l;

	OK(one, "media.set", "{\"mic\":true,\"cam\":true}");
	OK(lecturer, "member.allow", of(&one, ",\"grant\":[\"layout\"]"));
	rights_forget(&lecturer);
	rights_drop(&one);
	CHECK(rights_hears(&lecturer, "\"state\":\"away\""));
	rights_pass(&lecturer, 9500); /* longer than it was held once */
	l = seen(&one);
	CHECK(l.there && l.away && l.mic && l.cam);
	one.ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":0}", one.session);
	OK(one, "resume", strdupa(d));
	CHECK(rights_hears(&lecturer, "\"state\":\"here\""));
	l = seen(&one);
	CHECK(l.there && !l.away && l.mic && l.cam);
	OK(one, "spotlight.set", of(&lecturer, ""));
	CHECK(MEMBER_AWAY_US == 60 * SEC_US);
}

/* Whoever receives media is told of: an observer is on the list like everybody else, and
 * who waits gets nothing. */
static void nobody_is_hidden(void)
{
	struct class_client_conf conf = {.host = "127.0.0.1",
					 .port = world->port,
					 .code = world->code,
					 .name = "Watcher"};
	struct class_client *watcher, *waiter;
	char token[AUTH_TOKEN + 1];

	rights_forget(&lecturer);
	rights_token(world, ROLE_OBSERVER, token);
	conf.token = token;
	watcher = class_client_join(&conf, 60000);
	CHECK(watcher && rights_hears(&lecturer, "\"role\":\"observer\""));
	OK(lecturer, "room.set", "{\"lobby\":true}");
	conf.token = NULL;
	conf.name = "Waiter";
	waiter = class_client_join(&conf, 60000);
	CHECK(waiter);
	for (int i = 0; i < 400 && !class_client_stats(watcher)->audio; i++) {
		class_client_run(watcher, 20);
		class_client_run(waiter, 20);
	}
	CHECK(class_client_stats(watcher)->audio);
	CHECK(!class_client_stats(waiter)->audio && !class_client_stats(waiter)->video);
	CHECK(seen(&one).receive == 0 &&
	      !strstr(lecturer.heard,
		      "member.joined\",\"seq\":1,\"d\":{\"name\":\"Waiter\""));
	class_client_leave(watcher);
	class_client_leave(waiter);
	OK(lecturer, "room.set", "{\"lobby\":false}");
}

/* ---- the first server, and the second
 * --------------------------------------------------- */

static void first(struct class_world *of_world)
{
	world = of_world;
	come(&lecturer, ROLE_LECTURER);
	who_waits();
	who_is_let_in();
	it_is_opened();
	it_is_locked();
	what_is_refused();
	muted_for_all();
	who_is_removed();
	ban_is_lifted();
	rights_drop(&one);
	come_again(&one, ROLE_STUDENT, one.seat);
	rights_pass(&lecturer, 4000); /* 5 switches a second are taken */
	what_is_taken_ends();
	the_seat_is_held();
	nobody_is_hidden();
	/* what the next server shall know */
	memcpy(kept_seat, one.seat, sizeof(kept_seat));
	OK(lecturer, "member.allow", of(&one, ",\"deny\":[\"camera\"]"));
	OK(lecturer, "member.remove", of(&two, ""));
	OK(lecturer, "room.set",
	   "{\"kind\":\"seminar\",\"locked\":true,\"unmute\":false}");
	for (int i = 0; i < 5; i++)
		rights_drop((struct rights_client *[]){&lecturer, &moderator, &one, &two,
						       &three}[i]);
}

static void second(struct class_world *of_world)
{
	world = of_world;
	come(&lecturer, ROLE_LECTURER);
	CHECK(strstr(lecturer.reply, "\"kind\":\"seminar\",\"locked\":true"));
	CHECK(strstr(lecturer.reply, "\"unmute\":false"));
	come_again(&one, ROLE_STUDENT, kept_seat);
	CHECK(strstr(one.reply,
		     "\"members\"")); /* the seat is held in spite of the lock */
	REFUSED(one, "media.set", "{\"cam\":true}", "forbidden");
	REFUSED(one, "media.set", "{\"mic\":true}", "forbidden");
	OK(one, "spotlight.set", of(&lecturer, "")); /* granted before */
	come_again(&two, ROLE_STUDENT, banned_seat);
	CHECK(is(two.code, "banned"));
	rights_drop(&two);
	come_again(&three, ROLE_STUDENT, "");
	CHECK(is(three.code, "locked"));
	rights_drop(&three);
	go(&one);
	go(&lecturer);
}

static void tune(struct conf *conf)
{
	conf->max_joins = 1000;
	conf->max_joins_per_address = 1000;
}

int main(void)
{
	static void (*const clients[])(struct class_world *) = {first, second};

	return class_world_run_each(tune, clients, 2);
}
