#include "mcu/notice_console.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "mcu/console.h"
#include "mcu/hands.h"
#include "mcu/lobby.h"
#include "mcu/member.h"
#include "mcu/network.h"
#include "mcu/notice_json.h"
#include "mcu/notice_rights.h"
#include "mcu/overload.h"
#include "mcu/quality.h"
#include "mcu/rungs.h"
#include "mcu/views.h"

#define LOBBY_MOST 50 /* of who waits, in one answer */

/* One digit behind the point is what the figures are good for. */
static void add_tenths(cJSON *d, const char *key, double v)
{
	cJSON_AddNumberToObject(d, key, round(v * 10) / 10);
}

static void room_rates(const struct room *room, uint32_t *in, uint32_t *out)
{
	*in = *out = 0;
	for (uint32_t i = 0; i < room->n_members; i++) {
		*in += room->members[i]->quality.in_kbps;
		*out += room->members[i]->quality.kbps;
	}
}

static void add_rates(cJSON *d, const struct room *room) RUNS_ON(on_ctl)
{
	uint32_t in, out, permille = 0;

	room_rates(room, &in, &out);
	for (uint32_t i = 0; i < room->n_pictures; i++)
		permille += costs_block(&room->server->console->costs,
					room->pictures[i]->base);
	add_tenths(d, "cpu_percent", permille / 10.0);
	cJSON_AddNumberToObject(d, "kbps_in", in);
	cJSON_AddNumberToObject(d, "kbps_out", out);
}

/* ---- all classes ----------------------------------------------------------------- */

static cJSON *json_row(const struct room *room) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();
	uint32_t weak = 0;

	for (uint32_t i = 0; i < room->n_members; i++)
		weak += quality_weak(room->members[i]);
	cJSON_AddStringToObject(d, "id", room->row.id);
	cJSON_AddStringToObject(d, "code", room->row.code);
	cJSON_AddStringToObject(d, "title", room->row.title);
	cJSON_AddStringToObject(d, "parent", room->parent ? room->parent->row.code : "");
	cJSON_AddStringToObject(d, "kind", kind_name(room->policy.kind));
	cJSON_AddNumberToObject(d, "members", room->n_members);
	cJSON_AddNumberToObject(d, "listed", room->n_listed);
	cJSON_AddNumberToObject(d, "waiting", room->lobby.n);
	cJSON_AddNumberToObject(d, "weak", weak);
	cJSON_AddNumberToObject(d, "watchers", room->n_watchers);
	cJSON_AddBoolToObject(d, "recording", room->recording);
	cJSON_AddStringToObject(d, "layout", room->row.layout);
	cJSON_AddBoolToObject(d, "locked", room->policy.locked);
	cJSON_AddBoolToObject(d, "lobby", room->policy.lobby);
	add_rates(d, room);
	cJSON_AddStringToObject(d, "top", level_name(room->top));
	return d;
}

static cJSON *json_server(const struct server *server) RUNS_ON(on_ctl)
{
	const struct console *console = server->console;
	const struct health_ring *ring = &console->health.seconds;
	const struct health_row *now = ring->n ? &ring->rows[(ring->n - 1) % HEALTH_ROWS]
					       : NULL;
	cJSON *d = cJSON_CreateObject();
	uint32_t members = 0, rooms = 0;

	for (uint32_t i = 0; i < server->n_rooms; i++) {
		members += server->rooms[i]->n_members;
		rooms += server->rooms[i]->n_members > 0;
	}
	cJSON_AddNumberToObject(d, "members", members);
	cJSON_AddNumberToObject(d, "rooms", rooms);
	add_tenths(d, "cpu_percent", now ? now->v[HEALTH_CPU] : HEALTH_UNKNOWN);
	add_tenths(d, "kbps_in", now ? now->v[HEALTH_KBPS_IN] : HEALTH_UNKNOWN);
	add_tenths(d, "kbps_out", now ? now->v[HEALTH_KBPS_OUT] : HEALTH_UNKNOWN);
	add_tenths(d, "late_p99_ms", console->costs.late_p99_us / 1000.0);
	cJSON_AddNumberToObject(d, "overload", overload_shed(server->overload));
	cJSON_AddBoolToObject(d, "draining", server->draining || server->no_newcomers);
	cJSON_AddNumberToObject(d, "uptime_s",
				(double)((clock_us() - console->started_us) / SEC_US));
	return d;
}

static int busier(const void *a, const void *b)
{
	const struct room *x = *(struct room *const *)a, *y = *(struct room *const *)b;

	if (x->n_members != y->n_members)
		return x->n_members > y->n_members ? -1 : 1;
	if (x->row.created_ms != y->row.created_ms)
		return x->row.created_ms > y->row.created_ms ? -1 : 1;
	return 0;
}

cJSON *notice_console_rooms(const struct server *server)
{
	struct room *sorted[LIMIT_ROOMS];
	cJSON *d = cJSON_CreateObject(), *list;

	for (uint32_t i = 0; i < server->n_rooms; i++)
		sorted[i] = server->rooms[i];
	qsort(sorted, server->n_rooms, sizeof(sorted[0]), busier);
	list = cJSON_AddArrayToObject(d, "rooms");
	for (uint32_t i = 0; i < server->n_rooms && i < CONSOLE_ROOMS; i++)
		cJSON_AddItemToArray(list, json_row(sorted[i]));
	cJSON_AddNumberToObject(d, "n_rooms", server->n_rooms);
	cJSON_AddItemToObject(d, "server", json_server(server));
	return d;
}

/* ---- one class -------------------------------------------------------------------- */

/* A time of clock_us() as that of a calendar. */
static double wall_of(int64_t at_us)
{
	return (double)(clock_wall_ms() - (clock_us() - at_us) / MS_US);
}

static void add_network(cJSON *d, const struct member *member)
{
	char text[NETWORK_TEXT];

	network_text(member->ip, member->server->conf->admin_addresses, text);
	cJSON_AddStringToObject(d, "network", text);
}

static cJSON *json_member(const struct member *member) RUNS_ON(on_ctl)
{
	const struct quality *q = &member->quality;
	cJSON *d = notice_json_member(member);

	cJSON_AddBoolToObject(d, "hand", member->hand);
	cJSON_AddStringToObject(d, "level", level_name(q->level));
	cJSON_AddStringToObject(d, "why", choice_why_name(choice_why(&q->choice)));
	cJSON_AddNumberToObject(d, "loss", (int)(q->link.loss_64k * 100u / 65536));
	cJSON_AddNumberToObject(d, "rtt_ms", q->rtt_ms);
	cJSON_AddNumberToObject(d, "kbps", q->kbps);
	cJSON_AddNumberToObject(d, "kbps_in", q->in_kbps);
	cJSON_AddNumberToObject(d, "view", notice_view(member));
	cJSON_AddStringToObject(d, "shape", shape_name(q->shape));
	add_network(d, member);
	cJSON_AddNumberToObject(d, "since_ms", (double)member->visit_ms);
	return d;
}

static void add_cost(cJSON *d, const struct room *room, uint32_t id, bool rung)
	RUNS_ON(on_ctl)
{
	const struct cost *cost = costs_find(&room->server->console->costs, id);

	add_tenths(d, "cpu_percent", cost ? cost->permille / 10.0 : HEALTH_UNKNOWN);
	cJSON_AddNumberToObject(d, "late", cost ? (double)cost->late : HEALTH_UNKNOWN);
	if (rung)
		cJSON_AddNumberToObject(d, "kbps_now",
					cost ? (double)cost->kbps : HEALTH_UNKNOWN);
	else
		cJSON_AddNumberToObject(d, "missed",
					cost ? (double)cost->missed : HEALTH_UNKNOWN);
}

static void add_views(cJSON *to, const struct room *room) RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(to, "views"), *d;

	for (uint32_t i = 0; i < room->n_pictures * VIEWS; i++) {
		const struct room_picture *picture = room->pictures[i / VIEWS];
		const struct room_view *v = picture->views[i % VIEWS];

		if (!v)
			continue;
		d = cJSON_CreateObject();
		cJSON_AddNumberToObject(d, "view", picture_view(picture, i % VIEWS));
		cJSON_AddStringToObject(d, "picture", picture_name(picture->key.kind));
		cJSON_AddNumberToObject(d, "w", v->conf.w_px);
		cJSON_AddNumberToObject(d, "h", v->conf.h_px);
		cJSON_AddNumberToObject(d, "fps", v->conf.fps);
		add_cost(d, room, picture->base + ID_VIEW + i % VIEWS, false);
		cJSON_AddItemToArray(list, d);
	}
}

static void add_rung(cJSON *list, const struct room_picture *picture, enum shape shape,
		     enum family family, enum level level) RUNS_ON(on_ctl)
{
	const struct room_rung *rung = &picture->rungs[shape][family][level];
	cJSON *d;

	if (!rung->open)
		return;
	d = cJSON_CreateObject();
	cJSON_AddNumberToObject(d, "view", picture_view(picture, rung->view));
	cJSON_AddStringToObject(d, "level", level_name(level));
	cJSON_AddStringToObject(d, "shape", shape_name(shape));
	cJSON_AddStringToObject(d, "codec", codec_name(rung->conf.codec));
	cJSON_AddNumberToObject(d, "w", rung->conf.w_px);
	cJSON_AddNumberToObject(d, "h", rung->conf.h_px);
	cJSON_AddNumberToObject(d, "fps", rung->conf.fps);
	cJSON_AddNumberToObject(d, "kbps", rung->conf.bps / 1000);
	cJSON_AddNumberToObject(d, "viewers", rung->viewers);
	add_cost(d, picture->room, rungs_id(picture, shape, family, level), true);
	cJSON_AddItemToArray(list, d);
}

static void add_rungs(cJSON *to, const struct room *room) RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(to, "rungs");

	for (uint32_t i = 0; i < room->n_pictures; i++)
		for (enum shape shape = 0; shape < SHAPES; shape++)
			for (enum family family = 0; family < FAMILIES; family++)
				for (enum level level = LEVEL_VIDEO; level < LEVELS;
				     level++)
					add_rung(list, room->pictures[i], shape, family,
						 level);
}

static cJSON *json_head(const struct room *room) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", room->row.id);
	cJSON_AddStringToObject(d, "code", room->row.code);
	cJSON_AddStringToObject(d, "title", room->row.title);
	cJSON_AddStringToObject(d, "parent", room->parent ? room->parent->row.code : "");
	cJSON_AddNumberToObject(d, "created_ms", (double)room->row.created_ms);
	cJSON_AddStringToObject(d, "most", room->row.most);
	cJSON_AddStringToObject(d, "top", level_name(room->top));
	cJSON_AddBoolToObject(d, "media", room->media);
	cJSON_AddNumberToObject(d, "n_members", room->n_members);
	cJSON_AddNumberToObject(d, "listed", room->n_listed);
	cJSON_AddNumberToObject(d, "waiting", room->lobby.n);
	notice_json_ref(d, "pinned", room, room->pinned);
	notice_json_policy(d, room);
	cJSON_AddItemToObject(d, "hearing", notice_json_hearing(room));
	return d;
}

static void add_lobby(cJSON *to, const struct room *room) RUNS_ON(on_ctl)
{
	const struct server *server = room->server;
	cJSON *list = cJSON_AddArrayToObject(to, "lobby"), *d;
	uint32_t n = 0;
	char id[12];

	for (uint32_t i = 0; i < server->n_waiting && n < LOBBY_MOST; i++) {
		const struct member *member = server->waiting[i];

		if (member->room != room || !member->knock_us)
			continue;
		d = cJSON_CreateObject();
		member_id(member, id);
		cJSON_AddStringToObject(d, "id", id);
		cJSON_AddStringToObject(d, "name", member->name);
		cJSON_AddStringToObject(d, "role", role_name(member->role));
		cJSON_AddNumberToObject(d, "since_ms", wall_of(member->knock_us));
		add_network(d, member);
		cJSON_AddItemToArray(list, d);
		n++;
	}
}

cJSON *notice_console_room(const struct room *room, uint32_t from)
{
	uint32_t end = from < room->n_members ? room->n_members : from;
	cJSON *d = cJSON_CreateObject(), *sub;

	if (end - from > CONSOLE_PAGE)
		end = from + CONSOLE_PAGE;
	cJSON_AddItemToObject(d, "room", json_head(room));
	sub = cJSON_AddObjectToObject(d, "layout");
	cJSON_AddStringToObject(sub, "name", room->row.layout);
	cJSON_AddNumberToObject(sub, "generation", room->generation);
	cJSON_AddItemToObject(d, "recording", notice_json_record(room, NULL));
	add_views(d, room);
	add_rungs(d, room);
	add_rates(d, room);
	sub = cJSON_AddArrayToObject(d, "members");
	for (uint32_t i = from; i < end && i < room->n_members; i++)
		cJSON_AddItemToArray(sub, json_member(room->members[i]));
	add_lobby(d, room);
	cJSON_AddNumberToObject(d, "from", from);
	cJSON_AddNumberToObject(d, "next", end < room->n_members ? end : 0);
	return d;
}

/* ---- how it was ------------------------------------------------------------------- */

static void add_ring(cJSON *to, const char *key, const struct health_ring *ring)
{
	cJSON *rows = cJSON_AddArrayToObject(to, key), *row;
	const struct health_row *r;

	for (uint32_t i = 0; (r = health_row(ring, i)); i++) {
		row = cJSON_CreateArray();
		for (enum health_of of = 0; of < HEALTH_N; of++)
			cJSON_AddItemToArray(
				row, cJSON_CreateNumber(round(r->v[of] * 10) / 10));
		cJSON_AddItemToArray(rows, row);
	}
}

cJSON *notice_console_health(const struct server *server)
{
	cJSON *d = cJSON_CreateObject(), *names;

	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	names = cJSON_AddArrayToObject(d, "names");
	for (enum health_of of = 0; of < HEALTH_N; of++)
		cJSON_AddItemToArray(names, cJSON_CreateString(health_name(of)));
	add_ring(d, "seconds", &server->console->health.seconds);
	add_ring(d, "minutes", &server->console->health.minutes);
	return d;
}
