/* Every role, in every kind of class, at every door, with every request of the table:
 * what the policy says is what a server does. Generated from both tables.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/command.h"
#include "mcu/room.h"
#include "tests/rights_client.h"
#include "tests/test.h"

static struct class_world *world;
static struct rights_client admin, who;

/* Every field that a row has, of a wrong type: whoever may ask gets no further. */
static const char wrong[] =
	"{\"code\":7,\"member\":7,\"name\":7,\"text\":7,\"on\":7,\"mic\":7,\"cam\":7,"
	"\"sdp\":7,\"token\":7,\"title\":7,\"id\":7,\"most\":7,\"set\":7,\"kind\":7,"
	"\"ms\":\"x\",\"wish\":7,\"before\":\"x\",\"v\":\"x\",\"sign\":7,\"poll\":7,"
	"\"seconds\":\"x\",\"all\":7,\"from\":\"x\",\"layout\":7,\"grant\":7}";

static bool is(const char *got, const char *want)
{
	bool same = got ? want && strcmp(got, want) == 0 : !want;

	if (!same)
		fprintf(stderr, "%s instead of %s\n", got ? got : "ok",
			want ? want : "ok");
	return same;
}

static void set_kind(enum kind kind)
{
	char d[100];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"kind\":\"%s\",\"lobby\":false}",
		 world->code, kind_name(kind));
	CHECK(is(rights_ask(&admin, "room.set", d), NULL));
}

/* What would end the test, or the connection, when it is allowed. */
static bool ends(const char *name)
{
	return strcmp(name, "class.end") == 0 || strcmp(name, "leave") == 0 ||
	       strcmp(name, "room.end") == 0;
}

/* DOOR_LOBBY: as on the porch, but it wants to be let in. DOOR_BY_CODE: a console that
 * says which class. */
enum door {
	DOOR_NONE,
	DOOR_CONSOLE,
	DOOR_BY_CODE,
	DOOR_PORCH,
	DOOR_LOBBY,
	DOOR_CLASS,
};

static bool reaches(enum door door, enum where where)
{
	switch (where) {
	case BEFORE:
		return door == DOOR_NONE;
	case ANYWHERE:
		return door != DOOR_NONE;
	case FROM_PORCH:
		return door == DOOR_PORCH || door == DOOR_LOBBY || door == DOOR_CLASS;
	case OF_CLASS:
		return door == DOOR_CLASS || door == DOOR_BY_CODE;
	default:
		return door == DOOR_CLASS;
	}
}

/* One row at one door, for who may `caps`. */
static void try_row(enum door door, uint32_t caps, const char *name, uint32_t needs,
		    enum where where)
{
	const char *got, *d = wrong;
	bool may = (caps & needs) == needs, reach = reaches(door, where);
	char of_class[900];

	if (door == DOOR_BY_CODE || (door == DOOR_CONSOLE && where == OF_CLASS)) {
		/* the same, but with a good code, or with none */
		snprintf(of_class, sizeof(of_class), "{%s%s%s%s",
			 door == DOOR_BY_CODE ? "\"code\":\"" : "",
			 door == DOOR_BY_CODE ? world->code : "",
			 door == DOOR_BY_CODE ? "\"," : "",
			 wrong + strlen("{\"code\":7,"));
		d = of_class;
	}
	if (may && reach && ends(name))
		return;
	got = rights_ask(&who, name, d);
	CHECK(!got || strcmp(got, "closed") != 0);
	if (door == DOOR_NONE || where == BEFORE)
		CHECK(reach ? is(got, "bad_field") : is(got, "bad_state"));
	else if (!may)
		CHECK(is(got, "forbidden"));
	else if (!reach && where == OF_CLASS && door == DOOR_CONSOLE)
		/* what is said is looked at first */
		CHECK(got && (strcmp(got, "bad_field") == 0 || is(got, "bad_state")));
	else if (!reach)
		CHECK(is(got, "bad_state"));
	else if (door == DOOR_BY_CODE && where == OF_CLASS)
		CHECK(!got || strcmp(got, "bad_state") != 0);
	else if (needs) /* else its handler asks, of more than the table knows */
		CHECK(!got || strcmp(got, "forbidden") != 0);
}

static void all_rows(enum door door, uint32_t caps)
{
	uint32_t needs;
	enum where where;
	const char *name;

	for (uint32_t i = 0; (name = command_row(i, &needs, &where)); i++) {
		try_row(door, caps, name, needs, where);
		if (i % 20 == 0)
			rights_pass(&admin, 1); /* it answers the server's pings */
		if (i >= 80 && i % 10 == 0)
			rights_pass(&who, 250); /* 50 a second are taken, 100 at once */
	}
}

static void in_class(void)
{
	for (enum kind kind = KIND_DISCUSSION; kind < KINDS; kind++) {
		set_kind(kind);
		for (enum role role = ROLE_OBSERVER; role < ROLES; role++) {
			rights_join(&who, world, role, "", false);
			CHECK(is(who.code[0] ? who.code : NULL, NULL));
			all_rows(DOOR_CLASS, policy_role_caps(kind, role));
			rights_drop(&who);
		}
	}
}

static void at_other_doors(void)
{
	set_kind(KIND_DISCUSSION);
	for (enum role role = ROLE_OBSERVER; role < ROLES; role++) {
		rights_join(&who, world, role, ",\"warm\":true", false);
		CHECK(strstr(who.reply, "\"warm\":true"));
		all_rows(DOOR_PORCH, policy_role_caps(KIND_DISCUSSION, role));
		rights_drop(&who);
	}
	rights_join(&who, world, ROLE_ADMIN, "", true);
	CHECK(!who.code[0]);
	all_rows(DOOR_CONSOLE, policy_role_caps(KIND_DISCUSSION, ROLE_ADMIN));
	rights_pass(&who, 3000);
	all_rows(DOOR_BY_CODE, policy_role_caps(KIND_DISCUSSION, ROLE_ADMIN));
	rights_drop(&who);
	memset(&who, 0, sizeof(who));
	who.ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	all_rows(DOOR_NONE, 0);
	rights_drop(&who);
}

/* Who waits to be let in may no more than who looks into the own camera. */
static void in_lobby(void)
{
	char d[100];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"lobby\":true}", world->code);
	CHECK(is(rights_ask(&admin, "room.set", d), NULL));
	for (enum role role = ROLE_OBSERVER; !policy_staff(role); role++) {
		rights_join(&who, world, role, "", false);
		CHECK(strstr(who.reply, "\"lobby\":true"));
		all_rows(DOOR_LOBBY, policy_role_caps(KIND_DISCUSSION, role));
		rights_drop(&who);
	}
	set_kind(KIND_DISCUSSION);
}

/* Nobody but an administrator acts upon a class that it is not in, and nobody learns
 * whether there is one. */
static void of_another_class(void)
{
	static const char *const codes[] = {NULL, "AAAAAAA"};
	enum where where;
	uint32_t needs;
	const char *name;
	char other[8], d[40];

	CHECK(is(rights_ask(&admin, "room.create", "{\"title\":\"Other\"}"), NULL));
	CHECK(strstr(admin.reply, "\"code\":\""));
	snprintf(other, sizeof(other), "%.7s", strstr(admin.reply, "\"code\":\"") + 8);
	for (enum role role = ROLE_OBSERVER; role < ROLE_ADMIN; role++) {
		uint32_t caps = policy_role_caps(KIND_DISCUSSION, role);

		rights_join(&who, world, role, "", false);
		for (uint32_t i = 0; (name = command_row(i, &needs, &where)); i++) {
			if (where != OF_CLASS)
				continue;
			snprintf(d, sizeof(d), "{\"code\":\"%s\"}",
				 codes[i % 2] ? codes[i % 2] : other);
			rights_ask(&who, name, d);
			if ((caps & needs) == needs && strcmp(who.code, "bad_field") == 0)
				continue; /* it needs more than a code */
			CHECK(is(who.code, "forbidden"));
		}
		rights_drop(&who);
	}
}

/* Who was removed is nobody from then on, by each of its ways in. */
static void after_kick(void)
{
	char d[200], session[64];
	int64_t at_us;

	for (enum role role = ROLE_OBSERVER; role < ROLE_LECTURER; role++) {
		rights_join(&who, world, role, "", false);
		snprintf(session, sizeof(session), "%s", who.session);
		snprintf(d, sizeof(d),
			 "{\"code\":\"%s\",\"member\":\"%s\",\"ban\":false}", world->code,
			 who.self);
		at_us = clock_us();
		CHECK(is(rights_ask(&admin, "member.remove", d), NULL));
		CHECK(is(rights_ask(&who, "chat.send", "{\"text\":\"still here\"}"),
			 "closed"));
		CHECK(clock_us() - at_us < 30 * SEC_US); /* a busy machine, no timeout */
		rights_drop(&who);
		memset(&who, 0, sizeof(who));
		who.ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
		snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":0}", session);
		CHECK(is(rights_ask(&who, "resume", d), "no_session"));
		CHECK(is(rights_ask(&who, "chat.send", "{\"text\":\"still here\"}"),
			 "bad_state"));
		rights_drop(&who);
	}
}

/* Its own switches depend on what is switched. */
static void own_switches(void)
{
	static const struct {
		const char *type, *on, *off;
		uint32_t cap;
	} rows[] = {
		{"media.set", "{\"mic\":true}", "{\"mic\":false}", CAP_SPEAK},
		{"media.set", "{\"cam\":true}", "{\"cam\":false}", CAP_CAMERA},
		{"screen.set", "{\"on\":true}", "{\"on\":false}", CAP_SHARE},
	};

	for (enum kind kind = KIND_DISCUSSION; kind < KINDS; kind++) {
		set_kind(kind);
		for (enum role role = ROLE_OBSERVER; role < ROLES; role++) {
			uint32_t caps = policy_role_caps(kind, role);

			rights_join(&who, world, role, "", false);
			for (int i = 0; i < 3; i++) {
				CHECK(is(rights_ask(&who, rows[i].type, rows[i].on),
					 caps & rows[i].cap ? NULL : "forbidden"));
				/* to be quiet is allowed to all */
				CHECK(is(rights_ask(&who, rows[i].type, rows[i].off),
					 NULL));
			}
			CHECK(is(rights_ask(&who, "leave", "{}"), NULL));
			rights_drop(&who);
		}
	}
}

/* At the door to enter by, too. */
static void enter_with_all(void)
{
	set_kind(KIND_LECTURE);
	rights_join(&who, world, ROLE_STUDENT, ",\"warm\":true", false);
	CHECK(is(rights_ask(&who, "enter", "{\"mic\":true,\"cam\":true}"), NULL));
	CHECK(strstr(who.reply, "\"role\":\"student\",\"mic\":false,\"cam\":false"));
	CHECK(strstr(who.reply, "\"kind\":\"lecture\""));
	rights_drop(&who);
}

static void links(void)
{
	rights_join(&who, world, ROLE_LECTURER, "", false);
	CHECK(is(rights_ask(&who, "room.links", "{}"), NULL));
	for (enum role role = ROLE_OBSERVER; role < ROLE_ADMIN; role++) {
		char token[AUTH_TOKEN + 1];

		rights_token(world, role, token);
		CHECK(strstr(who.reply, role_name(role)) && strstr(who.reply, token));
	}
	rights_drop(&who);
}

static void run(struct class_world *of)
{
	world = of;
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	in_class();
	at_other_doors();
	in_lobby();
	of_another_class();
	after_kick();
	own_switches();
	enter_with_all();
	links();
	rights_drop(&admin);
}

static void tune(struct conf *conf)
{
	conf->max_joins = 1000;
	conf->max_joins_per_address = 1000;
}

int main(void)
{
	return class_world_run(tune, run);
}
