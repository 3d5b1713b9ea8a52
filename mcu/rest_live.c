#include "mcu/rest_live.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/breakout.h"
#include "mcu/console.h"
#include "mcu/door.h"
#include "mcu/early_files.h"
#include "mcu/editions.h"
#include "mcu/hls_files.h"
#include "mcu/live_ends.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/server_load.h"
#include "mcu/watch_text.h"
#include "mcu/watchers.h"
#include "signaling/auth.h"
#include "signaling/http.h"

#define WHO_MAX   11 /* "w" and a number, a number, or "public" */
#define PUBLIC    "public"
#define TOKEN_MAX 128
#define WHAT      (DB_ID + WHO_MAX + 8)

/* ---- links ------------------------------------------------------------------- */

static void link_what(char out[WHAT], const char *id, const char *who)
{
	snprintf(out, WHAT, "live:%s:%s", id, who);
}

static void link_make(const char *id, const char *who, const char *name,
		      char out[LIVE_URL])
{
	char sig[TOKEN_MAX], what[WHAT];

	link_what(what, id, who);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + LIVE_GOOD_MS);
	snprintf(out, LIVE_URL, LIVE_PATH "%s/%s.%s/%s", id, who, sig, name);
}

void rest_live_url(const char *id, uint32_t member, char out[LIVE_URL])
{
	char who[WHO_MAX + 1];

	snprintf(who, sizeof(who), "%u", member);
	link_make(id, who, "index.m3u8", out);
}

void rest_live_public_url(const char *id, char out[LIVE_URL])
{
	link_make(id, PUBLIC, "index.m3u8", out);
}

struct link {
	char id[DB_ID + 1], who[WHO_MAX + 1];
	const char *sig, *name;
	char token[TOKEN_MAX];
};

static bool id_ok(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

	return n > 0 && id[n] == '\0';
}

/* Cuts `n` bytes out; false: they are none, or too many. */
static bool cut(char *to, size_t size, const char *from, size_t n)
{
	if (n == 0 || n >= size)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

/* "ID/WHO.EXP.SIG/NAME". False: it is not of that form. */
static bool link_read(struct link *link, const char *rest)
{
	size_t n = strcspn(rest, "/"), who;

	if (!cut(link->id, sizeof(link->id), rest, n) || !id_ok(link->id) || !rest[n])
		return false;
	rest += n + 1;
	n = strcspn(rest, "/");
	if (!cut(link->token, sizeof(link->token), rest, n) || !rest[n])
		return false;
	who = strcspn(link->token, ".");
	if (!cut(link->who, sizeof(link->who), link->token, who) || !link->token[who])
		return false;
	link->sig = link->token + who + 1;
	link->name = rest + n + 1;
	return hls_name_ok(link->name);
}

/* 0: the link is for no member. */
static uint32_t link_member(const struct link *link)
{
	return isdigit((unsigned char)link->who[0])
		       ? (uint32_t)strtoul(link->who, NULL, 10)
		       : 0;
}

static bool link_good(const struct server *server, const struct link *link)
	RUNS_ON(on_ctl)
{
	uint32_t member = link_member(link);
	char what[WHAT];

	link_what(what, link->id, link->who);
	return auth_verify(link->sig, what, clock_wall_ms()) &&
	       !(member && revoked_ever(&server->console->revoked, member));
}

/* ---- who watches ------------------------------------------------------------- */

bool rest_live_running(const struct room *room)
{
	return room->recording && room->editions & EDITION_BIT(EDITION_LIVE);
}

static struct room *room_of(const struct server *server, const char *id) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < server->n_rooms; i++)
		if (rest_live_running(server->rooms[i]) &&
		    strcmp(server->rooms[i]->recording_row.id, id) == 0)
			return server->rooms[i];
	return NULL;
}

bool rest_live_public(const struct room *room)
{
	return room->server->conf->live_public && rest_live_open(room);
}

bool rest_live_open(const struct room *room)
{
	return !room->policy.unwatched &&
	       !(room->parent && room->parent->policy.unwatched);
}

/* A link for one who watches is good while it is used, as watchers.h says. */
static bool note(struct server *server, const struct http_request *req,
		 const struct link *link) RUNS_ON(on_ctl)
{
	return link->who[0] != 'w' ||
	       watchers_seen(server->watchers, (uint32_t)strtoul(link->who + 1, NULL, 10),
			     watchers_address(server->watchers, http_remote_ip(req)),
			     hls_name_list(link->name), clock_us());
}

/* One that asks for what does not run here. */
struct asked {
	struct server *server;
	struct http_request *req;
	bool open;   /* the link is for everybody */
	bool seated; /* for a member */
	char id[DB_ID + 1], name[HLS_NAME + 1];
};

static void no(struct asked *asked, int status, const char *code) RUNS_ON(on_ctl)
{
	if (!asked->server->draining) /* else its request is gone */
		http_reply_error(asked->req, status, code);
	free(asked);
}

/* Everybody may see the class while it goes on, and how it ends. The row does not say
 * when that was: pauses are not in its duration. */
static bool may_see(const struct server *server, const struct db_recording *row,
		    bool open) RUNS_ON(on_ctl)
{
	int64_t end_ms = row->started_ms + row->duration_ms;

	if (row->deleted_ms)
		return false;
	return !open || strcmp(row->state, "running") == 0 ||
	       live_ends_late(server->live_ends, row->id, clock_us()) ||
	       end_ms + LIVE_TAIL_US / 1000 > clock_wall_ms();
}

static void got_recording(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct asked *asked = ctx;
	struct hls_files *files = asked->server->hls_files;
	const struct room *room;

	thread_claim(&on_ctl);
	if (err || asked->server->draining) {
		no(asked, 503, "no_resources");
	} else if (n == 0 || !may_see(asked->server, &rows[0], asked->open)) {
		if (n == 0 || rows[0].deleted_ms)
			hls_files_forget(files, asked->id);
		no(asked, 403, "bad_link");
	} else if ((room = room_by_id(asked->server, rows[0].room)) && !asked->seated &&
		   !rest_live_open(room)) {
		no(asked, 403, "watch_closed");
	} else {
		hls_files_get(files, asked->req, asked->id, asked->name, asked->open);
		free(asked);
	}
}

/* A link lives longer than what is deleted: the database says whether it is there. */
static void look_up(struct server *server, struct http_request *req,
		    const struct link *link, bool open) RUNS_ON(on_ctl)
{
	struct asked *asked = calloc(1, sizeof(*asked));

	if (!asked) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	asked->server = server;
	asked->req = req;
	asked->open = open;
	asked->seated = link_member(link) != 0;
	snprintf(asked->id, sizeof(asked->id), "%s", link->id);
	snprintf(asked->name, sizeof(asked->name), "%s", link->name);
	if (db_recording(server->db, asked->id, got_recording, asked))
		no(asked, 503, "no_resources");
}

void rest_live_get(struct server *server, struct http_request *req, const char *rest)
{
	const struct room *room;
	struct link link;
	bool open;

	if (!link_read(&link, rest) || !link_good(server, &link) ||
	    !note(server, req, &link)) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	open = strcmp(link.who, PUBLIC) == 0;
	room = room_of(server, link.id);
	if (!room)
		look_up(server, req, &link, open);
	else if (!link_member(&link) && !rest_live_open(room))
		http_reply_error(req, 403, "watch_closed");
	else
		hls_files_get(server->hls_files, req, link.id, link.name, open);
}

/* ---- the door ---------------------------------------------------------------- */

static uint32_t crowd(const struct room *room) RUNS_ON(on_ctl)
{
	uint32_t n = room->breakout ? breakout_crowd(room) : room->n_members;

	return n + watchers_count(room->server->watchers, room->base, clock_us());
}

/* As a newcomer without a seat: who would wait to be let in has nobody to tell that. */
static const char *refused(const struct room *room, enum role role, const char *ip)
	RUNS_ON(on_ctl)
{
	char seat[SEAT_ID + 1];

	if (!rest_live_open(room))
		return "watch_closed";
	seat_fresh(seat);
	switch (seats_gate(room, role, seat, ip)) {
	case GATE_BANNED:
		return "banned";
	case GATE_LOCKED:
		return "locked";
	case GATE_LOBBY:
		return "lobby";
	case GATE_OPEN:
		break;
	}
	return crowd(room) >= room->server->conf->max_members ? "room_full" : NULL;
}

/* The same questions as of a join, in the same order. */
static const char *enter(struct server *server, const char *ip,
			 const struct watch_ask *ask, struct room **room,
			 uint32_t *after_ms) RUNS_ON(on_ctl)
{
	enum role role;
	const char *error;

	if (server->draining)
		return "server_draining";
	if (!server->loaded) {
		*after_ms = SERVER_LOADING_MS;
		return "too_fast";
	}
	error = door_find(server, ip, ask->code, ask->key, room, &role);
	if (error)
		return error;
	if (!*room)
		return "no_room";
	if (server->no_newcomers && role != ROLE_ADMIN)
		return "server_draining";
	if (door_busy(server, role))
		return "server_busy";
	if (!policy_staff(role)) {
		*after_ms = door_wait_ms(*room, ip);
		if (*after_ms)
			return "too_fast";
	}
	return refused(*room, role, ip);
}

static int status_of(const char *code)
{
	static const struct {
		const char *code;
		int status;
	} of[] = {{"no_room", 404},   {"too_fast", 429},        {"server_busy", 503},
		  {"room_full", 503}, {"server_draining", 503}, {"no_resources", 503},
		  {"bad_json", 400},  {"bad_field", 400}};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (strcmp(of[i].code, code) == 0)
			return of[i].status;
	return 403;
}

static void reply_refused(struct http_request *req, const char *code, uint32_t after_ms)
	RUNS_ON(on_ctl)
{
	int status = status_of(code), n;
	char body[160];

	if (!after_ms) {
		http_reply_error(req, status, code);
		return;
	}
	n = snprintf(body, sizeof(body),
		     "{\"status\":%d,\"code\":\"%s\",\"after_ms\":%u}\n", status, code,
		     after_ms);
	http_reply(req, status, "application/problem+json", body, (size_t)n);
}

/* Who asks is counted from here on, or was when it asked before: the page asks again
 * each few seconds while nothing runs. */
static void reply_watch(struct http_request *req, const struct room *room) RUNS_ON(on_ctl)
{
	char who[WHO_MAX + 1], url[LIVE_URL] = "", *body;
	uint32_t number;

	if (rest_live_running(room)) {
		number = watchers_add(
			room->server->watchers, room->base,
			watchers_address(room->server->watchers, http_remote_ip(req)),
			clock_us());
		if (!number) {
			reply_refused(req, "room_full", 0);
			return;
		}
		snprintf(who, sizeof(who), "w%u", number);
		link_make(room->recording_row.id, who, "index.m3u8", url);
	}
	body = watch_write(room->row.title, url, *url ? recording_at_ms(room) : -1);
	if (body)
		http_reply(req, 200, "application/json", body, strlen(body));
	else
		http_reply_error(req, 503, "no_resources");
	free(body);
}

void rest_live_watch(struct server *server, struct http_request *req)
{
	const char *body, *error;
	struct room *room = NULL;
	struct watch_ask ask;
	uint32_t after_ms = 0;
	size_t len;

	body = http_body(req, &len);
	error = watch_read(&ask, body, len);
	if (!error)
		error = enter(server, http_remote_ip(req), &ask, &room, &after_ms);
	if (error)
		reply_refused(req, error, after_ms);
	else
		reply_watch(req, room);
}

/* ---- life -------------------------------------------------------------------- */

void rest_live_tick(struct server *server, int64_t now_us)
{
	uint32_t all = 0;

	hls_files_tick(server->hls_files, now_us);
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		struct room *room = server->rooms[i];

		if (rest_live_running(room))
			live_ends_see(server->live_ends, room->recording_row.id, now_us);
		if (!room->n_watchers && !rest_live_running(room))
			continue;
		room->n_watchers = watchers_count(server->watchers, room->base, now_us);
		all += room->n_watchers;
	}
	count_set(COUNT_WATCHERS, all);
}

int rest_live_create(struct server *server)
{
	server->watchers = calloc(1, sizeof(*server->watchers));
	server->live_ends = calloc(1, sizeof(*server->live_ends));
	if (!server->watchers || !server->live_ends)
		return -ENOMEM;
	rand_bytes(server->watchers->seed, sizeof(server->watchers->seed));
	return early_files_create(server) ? -ENOMEM : hls_files_create(server);
}

void rest_live_destroy(struct server *server)
{
	hls_files_destroy(server);
	early_files_destroy(server);
	free(server->watchers);
	free(server->live_ends);
	server->watchers = NULL;
	server->live_ends = NULL;
}
