/* What an administrator sees and does from a console: all classes, one class, its
 * picture, settings, the record of acts. A whole server; members without media but one.
 * On SQLite, or on the PostgreSQL of AULA_TEST_PG if that is set.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "mcu/command.h"
#include "mcu/console.h"
#include "mcu/room.h"
#include "mcu/tuning.h"
#include "tests/rights_client.h"
#include "tests/test.h"

static struct class_world *world;
static struct rights_client admin, who, other;
static struct class_client *media;
static char text[400];

static bool is(const char *got, const char *want)
{
	bool same = got ? want && strcmp(got, want) == 0 : !want;

	if (!same)
		fprintf(stderr, "%s instead of %s\n", got ? got : "ok",
			want ? want : "ok");
	return same;
}

/* An administrator's request about the class, with more fields behind its code. */
static const char *act(const char *type, const char *more)
{
	snprintf(text, sizeof(text), "{\"code\":\"%s\"%s}", world->code, more);
	return rights_ask(&admin, type, text);
}

/* Those who are not asked anything now answer the server's pings. */
static void alive(void)
{
	CHECK(is(rights_ask(&who, "ping", "{}"), NULL));
	class_client_run(media, 20);
}

static bool says(const char *part)
{
	if (!strstr(admin.reply, part))
		fprintf(stderr, "no %s in %.3000s\n", part, admin.reply);
	return strstr(admin.reply, part) != NULL;
}

/* ---- looking ----------------------------------------------------------------------- */

static void watch(void)
{
	CHECK(is(rights_ask(&admin, "admin.watch", "{\"on\":true}"), NULL));
	CHECK(rights_hears(&admin, "\"t\":\"admin.rooms\""));
	CHECK(strstr(admin.heard, "\"members\":2"));
	CHECK(strstr(admin.heard, world->code) && strstr(admin.heard, "\"n_rooms\":"));
	CHECK(strstr(admin.heard, "\"overload\":0") &&
	      strstr(admin.heard, "\"draining\":false"));
	rights_forget(&admin);
	CHECK(rights_hears(&admin, "\"t\":\"admin.rooms\"")); /* again and again */
	alive();
	CHECK(is(rights_ask(&admin, "admin.watch", "{\"on\":false}"), NULL));
	rights_pass(&admin, 300);
	rights_forget(&admin);
	rights_pass(&admin, 2500);
	CHECK(!strstr(admin.heard, "admin.rooms"));
}

static void show(void)
{
	CHECK(is(act("room.show", ""), NULL));
	CHECK(says("\"n_members\":2") && says("\"name\":\"The student\""));
	CHECK(says("\"network\":\"127.0.0.0/24\"") && says("\"state\":\"here\""));
	CHECK(says("\"views\":[{") && says("\"rungs\":[") && says("\"next\":0"));
	CHECK(says("\"kind\":\"discussion\"") && says("\"hearing\":{"));
	CHECK(is(act("room.show", ",\"from\":1"), NULL));
	CHECK(says("\"n_members\":2") && !strstr(admin.reply, "\"The student\""));
	CHECK(is(act("room.show", ",\"from\":7000"), NULL));
	CHECK(says("\"members\":[]") && says("\"next\":0"));
	CHECK(is(rights_ask(&admin, "room.show", "{}"), "bad_state"));
	CHECK(is(rights_ask(&admin, "room.show", "{\"code\":\"AAAAAAA\"}"), "no_room"));
}

/* One picture for all who ask within two seconds. */
static void poster(void)
{
	static char first[sizeof(admin.reply)];
	char mark[40];

	CHECK(is(act("room.poster", ""), NULL));
	CHECK(says("\"jpeg\":\"/9j/"));
	snprintf(mark, sizeof(mark), "\"id\":%d,", admin.id);
	snprintf(first, sizeof(first), "%s", strstr(admin.reply, mark) + strlen(mark));
	CHECK(is(act("room.poster", ""), NULL));
	snprintf(mark, sizeof(mark), "\"id\":%d,", admin.id);
	CHECK(strcmp(first, strstr(admin.reply, mark) + strlen(mark)) == 0);
	CHECK(is(rights_ask(&admin, "room.create", "{\"title\":\"Empty\"}"), NULL));
	snprintf(text, sizeof(text), "{\"code\":\"%.7s\"}",
		 strstr(admin.reply, "\"code\":\"") + 8);
	CHECK(is(rights_ask(&admin, "room.poster", text), "no_picture"));
	CHECK(is(rights_ask(&admin, "record.start", text), "nobody_there"));
}

static void health(void)
{
	CHECK(is(rights_ask(&admin, "admin.health", "{}"), NULL));
	CHECK(says("\"names\":[\"members\",\"rooms\",\"cpu_percent\"") &&
	      says("\"minutes\":[") && says("\"seconds\":[["));
}

static void plugins(void)
{
	CHECK(is(rights_ask(&admin, "plugin.list", "{}"), NULL));
	CHECK(says("\"name\":\"grid\"") && says("\"kind\":\"recorder\"") &&
	      says("\"state\":\"loaded\""));
	CHECK(says("\"name\":\"no_such_plugin\"") && says("\"state\":\"refused\""));
}

/* What it says of a plugin: "calls":3. */
static int64_t plugin_fact(const char *name, const char *key)
{
	char mark[60];
	const char *at;

	CHECK(is(rights_ask(&admin, "plugin.list", "{}"), NULL));
	snprintf(mark, sizeof(mark), "{\"name\":\"%s\"", name);
	at = strstr(admin.reply, mark);
	CHECK(at);
	snprintf(mark, sizeof(mark), "\"%s\":", key);
	at = strstr(at, mark);
	CHECK(at);
	return strtoll(at + strlen(mark), NULL, 10);
}

/* Of a recorder each edition that it makes counts. */
static void recorders(int64_t n)
{
	CHECK(plugin_fact("mp4", "calls") == 2 * n); /* full, light */
	CHECK(plugin_fact("audio", "calls") == n);
	CHECK(plugin_fact("tracks", "calls") == 0);
	CHECK(plugin_fact("mp4", "failed") == 0 && plugin_fact("audio", "failed") == 0);
}

/* ---- acting by code ------------------------------------------------------------------
 */

static void by_code(void)
{
	char more[60];

	snprintf(more, sizeof(more), ",\"member\":\"%s\"", who.self);
	CHECK(is(act("layout.set", ",\"name\":\"speaker\""), NULL));
	CHECK(is(act("pin.set", more), NULL));
	CHECK(rights_hears(&who, "\"t\":\"pinned\""));
	CHECK(is(rights_ask(&who, "media.set", "{\"mic\":true}"), NULL));
	CHECK(is(act("member.mute", more), NULL));
	CHECK(rights_hears(&who, "\"t\":\"muted\""));
	CHECK(is(act("class.hearing", ",\"rule\":\"apart\""), NULL));
	CHECK(rights_hears(&who, "\"rule\":\"apart\""));
	CHECK(is(act("class.limit", ",\"most\":\"main\""), NULL));
	CHECK(is(act("room.set", ",\"chat\":false"), NULL));
	CHECK(is(rights_ask(&who, "chat.send", "{\"text\":\"x\"}"), "forbidden"));
	CHECK(is(act("room.set", ",\"chat\":true"), NULL));
	CHECK(is(act("room.links", ""), NULL));
	recorders(0);
	CHECK(is(act("record.start", ",\"title\":\"From afar\""), NULL));
	CHECK(rights_hears(&who, "\"t\":\"record.state\""));
	CHECK(is(act("recording.list", ""), NULL) && says("From afar"));
	rights_pass(&who, 2000);
	recorders(1);
	CHECK(is(act("record.stop", ""), NULL));
	CHECK(is(act("link.history", more), NULL));
	CHECK(is(act("timer.set", ",\"seconds\":60"), NULL));
	CHECK(is(act("hand.call", more), NULL) && is(act("hand.clear", ""), NULL));
	CHECK(is(act("member.allow", ",\"member\":\"m0\""), "unknown_member"));
	CHECK(is(act("announce", ",\"text\":\"We begin at noon\""), NULL));
	CHECK(says("\"rooms\":1") && rights_hears(&who, "We begin at noon"));
	CHECK(strstr(who.heard, "\"notice\":true"));
}

static void lobby(void)
{
	char more[60];

	CHECK(is(act("room.set", ",\"lobby\":true"), NULL));
	rights_join(&other, world, ROLE_STUDENT, "", false);
	CHECK(strstr(other.reply, "\"lobby\":true"));
	CHECK(is(act("room.show", ""), NULL) && says("\"waiting\":1"));
	snprintf(more, sizeof(more), ",\"member\":\"%s\"", other.self);
	CHECK(says("\"lobby\":[{"));
	CHECK(is(act("member.admit", more), NULL));
	CHECK(rights_hears(&other, "\"t\":\"admitted\""));
	CHECK(is(rights_ask(&other, "enter", "{}"), NULL));
	CHECK(is(act("member.remove", more), NULL));
	CHECK(is(rights_ask(&other, "ping", "{}"), "closed"));
	rights_drop(&other);
	CHECK(is(act("member.bans", ""), NULL) && says("The student"));
	CHECK(is(act("room.set", ",\"lobby\":false"), NULL));
}

/* The status of a GET. */
static int get(const char *path)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(world->port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0, n;
	char head[600];

	CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
	n = snprintf(head, sizeof(head),
		     "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
	CHECK(write(fd, head, (size_t)n) == n);
	n = (int)read(fd, head, 32);
	CHECK(n > 12 && sscanf(head, "HTTP/1.1 %d", &status) == 1);
	close(fd);
	return status;
}

/* The link that its last reply or event has. */
static void link_of(const char *from, char out[300])
{
	const char *at = strstr(from, "\"url\":\"");

	CHECK(at);
	snprintf(out, 300, "%.*s", (int)strcspn(at + 7, "\""), at + 7);
}

/* Who is removed has no use of a link any more, nor of one that was made for another. */
static void kick_links(void)
{
	char own[300], others[300], forged[300], more[60];

	CHECK(rights_hears(&who, "\"t\":\"recording.ready\""));
	link_of(strstr(who.heard, "\"t\":\"recording.ready\""), others);
	rights_join(&other, world, ROLE_MODERATOR, "", false);
	CHECK(is(rights_ask(&other, "recording.list", "{}"), NULL));
	link_of(other.reply, own);
	CHECK(get(own) == 200 && get(others) == 200);
	/* the signature is of the member, too */
	snprintf(forged, sizeof(forged), "%.*s?m=%s%s", (int)strcspn(own, "?"), own,
		 "4096", strchr(own, '&'));
	CHECK(get(forged) == 403);
	snprintf(more, sizeof(more), ",\"member\":\"%s\",\"ban\":false", other.self);
	CHECK(is(act("member.remove", more), NULL));
	CHECK(get(own) == 403 && get(others) == 200);
	rights_drop(&other);
}

static void drain(void)
{
	CHECK(is(rights_ask(&admin, "server.drain", "{\"on\":true}"), NULL));
	rights_join(&other, world, ROLE_LECTURER, "", false);
	CHECK(is(other.code, "server_draining"));
	rights_drop(&other);
	rights_join(&other, world, ROLE_ADMIN, "", true); /* else who would end it? */
	CHECK(!other.code[0]);
	CHECK(is(rights_ask(&other, "server.drain", "{\"on\":false}"), NULL));
	rights_drop(&other);
	rights_join(&other, world, ROLE_LECTURER, "", false);
	CHECK(!other.code[0]);
	CHECK(is(rights_ask(&other, "leave", "{}"), NULL));
	rights_drop(&other);
}

/* ---- settings -------------------------------------------------------------------------
 */

static const char *set(const char *key, const char *value)
{
	snprintf(text, sizeof(text), "{\"key\":\"%s\",\"value\":\"%s\"}", key, value);
	return rights_ask(&admin, "settings.set", text);
}

static void settings(void)
{
	CHECK(is(rights_ask(&admin, "settings.list", "{}"), NULL));
	CHECK(says(
		"{\"key\":\"max_members\",\"value\":\"500\",\"usual\":\"500\",\"from\":"
		"\"default\",\"unit\":\"\",\"live\":true,\"secret\":false}"));
	CHECK(says("\"key\":\"audit_days\"") && says("\"unit\":\"days\",\"live\":false"));
	CHECK(is(set("max_members", "0"), "bad_field") && says("\"field\":\"value\""));
	CHECK(is(set("max_members", "2 or 3"), "bad_field"));
	CHECK(is(set("nothing", "1"), "bad_field") && says("\"field\":\"key\""));
	CHECK(is(set("audit_days", "1"), "bad_field")); /* nobody covers its tracks */
	CHECK(is(set("admin_addresses", "true"), "bad_field"));
	CHECK(is(set("layout", "nothing"), "bad_field"));
	CHECK(is(set("max_members", "1"), NULL) && says("\"from\":\"stored\""));
	rights_join(&other, world, ROLE_LECTURER, "", false);
	CHECK(is(other.code, "room_full"));
	rights_drop(&other);
	CHECK(is(set("max_members", ""), NULL) && says("\"value\":\"500\"") &&
	      says("\"from\":\"default\""));
	CHECK(is(set("max_joins_per_address", "999"), NULL));
	CHECK(is(set("log_level", "warn"), NULL) && is(set("log_level", ""), NULL));
	CHECK(is(set("max_members", "321"), NULL)); /* for the next start */
}

/* ---- the record
 * ------------------------------------------------------------------------- */

static void audit(void)
{
	char id[32];
	const char *from;

	/* who tries without the right */
	CHECK(is(rights_ask(&who, "class.end", "{}"), "forbidden"));
	CHECK(is(rights_ask(&who, "chat.send", "{\"text\":\"secret words\"}"), NULL));
	CHECK(is(rights_ask(&admin, "audit.list", "{\"limit\":3}"), NULL));
	CHECK(says("\"more\":true") && says("\"command\":\"class.end\"") &&
	      says("\"result\":\"forbidden\"") && says("\"role\":\"student\""));
	from = strrchr(admin.reply, '{'); /* the fields of the last row */
	CHECK(from);
	while (from > admin.reply && strncmp(from, "\"id\":\"", 6) != 0)
		from--;
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(from + 6, "\""), from + 6);
	snprintf(text, sizeof(text), "{\"before\":\"%s\",\"limit\":100}", id);
	CHECK(is(rights_ask(&admin, "audit.list", text), NULL) && says("\"more\":false"));
	CHECK(says("\"command\":\"member.remove\"") && says("\"door\":\"ws\""));
	CHECK(says("\"command\":\"announce\"") && says("\"command\":\"room.links\""));
	CHECK(says("\"network\":\"127.0.0.0/24\"") && says("\"name\":\"The admin\""));
	/* no texts of people, and nothing that is only read */
	CHECK(!strstr(admin.reply, "We begin at noon"));
	CHECK(!strstr(admin.reply, "chat.send") && !strstr(admin.reply, "room.show"));
	snprintf(text, sizeof(text), "{\"code\":\"%s\",\"who\":\"%s\",\"limit\":100}",
		 world->code, who.self);
	CHECK(is(rights_ask(&admin, "audit.list", text), NULL));
	CHECK(says("class.end") && !strstr(admin.reply, "room.set"));
	CHECK(is(rights_ask(&admin, "audit.list", "{\"before\":\"x\"}"), "bad_field"));
	CHECK(is(rights_ask(&admin, "audit.list", "{\"code\":\"-\"}"), "no_room"));
	CHECK(is(
		rights_ask(&admin, "audit.list", "{\"before\":\"99999999999999999999\"}"),
		"bad_field"));
}

/* Refused attempts of one member are recorded some at a time. */
static void flood(void)
{
	for (int i = 0; i < 60; i++)
		CHECK(is(rights_ask(&who, "class.end", "{}"), "forbidden"));
	snprintf(text, sizeof(text), "{\"who\":\"%s\",\"limit\":100}", who.self);
	CHECK(is(rights_ask(&admin, "audit.list", text), NULL));
	CHECK(says("\"more\":false"));
}

static void end(void)
{
	CHECK(is(act("room.end", ""), NULL));
	CHECK(rights_hears(&who, "\"why\":\"ended\""));
	CHECK(is(act("room.show", ""), NULL) && says("\"n_members\":0"));
	CHECK(says("\"media\":false") && says("\"views\":[]"));
}

static void first(struct class_world *of)
{
	world = of;
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	rights_join(&who, world, ROLE_STUDENT, "", false);
	media = class_world_join(world, "Media", false, false, false);
	watch();
	show();
	alive();
	poster();
	alive();
	health();
	alive();
	plugins();
	alive();
	by_code();
	alive();
	lobby();
	alive();
	kick_links();
	alive();
	drain();
	alive();
	settings();
	alive();
	audit();
	flood();
	end();
	class_client_vanish(media);
	rights_drop(&who);
	rights_drop(&admin);
}

/* After a new start: what was set counts, what was done is still known. */
static void second(struct class_world *of)
{
	world = of;
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(is(rights_ask(&admin, "settings.list", "{}"), NULL));
	CHECK(says("\"value\":\"321\",\"usual\":\"500\",\"from\":\"stored\""));
	CHECK(is(set("max_members", ""), NULL));
	CHECK(is(rights_ask(&admin, "audit.list", "{\"who\":\"The admin\"}"), NULL));
	CHECK(says("room.end") && says("settings.set"));
	rights_drop(&admin);
}

static void tune(struct conf *conf)
{
	const char *pg = getenv("AULA_TEST_PG");

	if (pg && *pg)
		snprintf(conf->database, sizeof(conf->database), "%s", pg);
	conf->shed = false; /* however busy the machine is */
	conf->max_joins = 1000;
	conf->max_joins_per_address = 1000;
	conf->max_members = 500;
	snprintf(conf->plugins[conf->n_plugins++], sizeof(conf->plugins[0]),
		 "no_such_plugin");
}

int main(void)
{
	void (*const clients[])(struct class_world *) = {first, second};

	return class_world_run_each(tune, clients, 2);
}
