#include "mcu/member.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/breakout.h"
#include "mcu/call.h"
#include "mcu/console.h"
#include "mcu/happenings.h"
#include "mcu/lobby.h"
#include "mcu/nets.h"
#include "mcu/notice.h"
#include "mcu/porch.h"
#include "mcu/programme.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/sound.h"
#include "mcu/track_tap.h"
#include "mixer/aworker.h"
#include "mixer/vworker.h"
#include "signaling/auth_key.h"
#include "signaling/session.h"
#include "transport/net.h"

uint32_t member_caps(const struct member *member)
{
	static const struct policy console = {.kind = KIND_DISCUSSION};

	return policy_caps(member->room ? &member->room->policy : &console, member->role,
			   &member->own);
}

bool member_may(const struct member *member, uint32_t caps)
{
	return (member_caps(member) & caps) == caps;
}

void member_id(const struct member *member, char out[12])
{
	snprintf(out, 12, "m%u", (unsigned)(member->base / ID_BLOCK));
}

uint32_t member_base_of(const char *id)
{
	unsigned long v;
	char *end;

	if (id[0] != 'm' || id[1] < '1' || id[1] > '9')
		return 0;
	v = strtoul(id + 1, &end, 10);
	return *end || v > UINT32_MAX / ID_BLOCK ? 0 : (uint32_t)v * ID_BLOCK;
}

/* ---- joining ---------------------------------------------------------------- */

/* The rest of the row is what the member says anyway. */
static void visit_store(const struct member *member, int64_t left_ms)
{
	struct db_visit visit = {.joined_ms = member->visit_ms, .left_ms = left_ms};

	memcpy(visit.id, member->visit, sizeof(visit.id));
	snprintf(visit.room, sizeof(visit.room), "%s", member->room->row.id);
	snprintf(visit.name, sizeof(visit.name), "%s", member->name);
	snprintf(visit.role, sizeof(visit.role), "%s", role_name(member->role));
	if (db_visit_put(member->server->db, &visit))
		log_warn("visit_lost", "room=%s", visit.room);
}

static void visit_begin(struct member *member)
{
	rand_token(member->visit, 20);
	member->visit_ms = clock_wall_ms();
	visit_store(member, 0);
}

#define TOKEN_TRIES 8

/* The first letters of a token as a key of the map; never 0. The rest is
 * compared in constant time. */
static uint32_t token_key(const char *token)
{
	uint32_t key = 0;

	for (int i = 0; i < 6 && token[i]; i++)
		key = key << 5 | ((uint32_t)token[i] & 31);
	return key | 1u << 31;
}

static int session_open(struct member *member) RUNS_ON(on_ctl)
{
	int err = -EEXIST;

	/* Keys are shorter than tokens: two may share one, once in a great while. */
	for (int i = 0; i < TOKEN_TRIES && err == -EEXIST; i++) {
		err = session_create(&member->session);
		if (err)
			return err;
		err = idmap_put(&member->server->session_of,
				token_key(session_token(member->session)), member);
		if (err) {
			session_destroy(member->session);
			member->session = NULL;
		}
	}
	return err;
}

static void session_close(struct member *member) RUNS_ON(on_ctl)
{
	if (member->session)
		idmap_del(&member->server->session_of,
			  token_key(session_token(member->session)));
	session_destroy(member->session);
}

static int console_add(struct server *server, struct member *member)
{
	if (server->n_consoles == sizeof(server->consoles) / sizeof(server->consoles[0]))
		return -ENOSPC;
	server->consoles[server->n_consoles++] = member;
	return 0;
}

static void console_remove(struct server *server, struct member *member)
{
	for (uint32_t i = 0; i < server->n_consoles; i++)
		if (server->consoles[i] == member) {
			server->consoles[i] = server->consoles[--server->n_consoles];
			return;
		}
}

#define ARRANGE_AT_ONCE 50 /* members */

/* Who came or went is seen at once, but in a large class where nobody looks for it:
 * there all of a second are arranged for together. */
static void arrange_for(const struct member *member) RUNS_ON(on_ctl)
{
	struct room *room = member->room;
	bool seen = member->in_picture || policy_staff(member->role);

	if (!seen && room->n_members > ARRANGE_AT_ONCE)
		room->dirty = true;
	else
		programme_arrange(room);
}

static int enter(struct member *member) RUNS_ON(on_ctl)
{
	struct server *server = member->server;
	int err;

	if (!member->room)
		return console_add(server, member);
	err = idmap_put(&server->member_of, member->base, member);
	if (err)
		return err;
	err = room_add(member->room, member);
	if (err) {
		idmap_del(&server->member_of, member->base);
		return err;
	}
	err = programme_reach(member->room, member->net_at);
	if (!err)
		err = aworker_voice_open(server->aworker, member->room->base + ID_MIX,
					 member->base + ID_VOICE, member->net_at);
	if (!err)
		err = vworker_source_open(server->vworker, member->base + ID_CAMERA);
	if (err) {
		aworker_voice_close(server->aworker, member->base + ID_VOICE);
		room_remove(member->room, member);
		idmap_del(&server->member_of, member->base);
		return err;
	}
	sound_begin(member);
	aworker_voice_mute(server->aworker, member->base + ID_VOICE, !member->mic);
	net_source_mute(member->net, member->base + ID_VOICE, !member->mic);
	vworker_source_off(server->vworker, member->base + ID_CAMERA, !member->cam);
	return 0;
}

/* The others learn of it. */
static void arrive(struct member *member) RUNS_ON(on_ctl)
{
	visit_begin(member);
	recording_met(member);
	notice_member("member.joined", member, member);
	track_tap_enter(member);
	arrange_for(member);
	vworker_poster(member->server->vworker, member->picture->base + ID_VIEW);
	log_info("member_joined", "room=%s member=%u role=%s members=%u",
		 member->room->row.id, member->base / ID_BLOCK, role_name(member->role),
		 member->room->n_members);
}

static void come_from(struct member *member, struct ws *ws)
{
	member->from = subscriber_of(ws_remote_ip(ws));
	snprintf(member->ip, sizeof(member->ip), "%s", ws_remote_ip(ws));
}

int member_join(struct member **out, const struct member_conf *conf)
{
	struct member *member = calloc(1, sizeof(*member));
	int err;

	if (!member)
		return -ENOMEM;
	member->server = conf->server;
	member->room = conf->room;
	member->role = conf->role;
	member->base = server_block(conf->server);
	member->joined_us = clock_us();
	member->sound_ms = SDP_SOUND_LONG;
	quality_init(member);
	snprintf(member->name, sizeof(member->name), "%s", conf->name);
	come_from(member, conf->ws);
	if (member->room) {
		snprintf(member->seat, sizeof(member->seat), "%s", conf->seat);
		seats_own(member->room, member->seat, &member->own);
	}
	member->caps = member_caps(member);
	err = session_open(member);
	if (member->room)
		nets_place(member);
	if (!err)
		err = conf->warm ? porch_add(member) : enter(member);
	if (err) {
		nets_leave(member);
		session_close(member);
		free(member);
		return err;
	}
	ws_set_data(conf->ws, member);
	session_attach(member->session, conf->ws);
	if (member->room && !member->warm)
		arrive(member);
	*out = member;
	return 0;
}

int member_enter(struct member *member, const struct member_entry *entry)
{
	int err;

	member->mic = entry->mic;
	member->cam = entry->cam;
	err = enter(member);
	if (err) {
		member->mic = member->cam = false;
		return err;
	}
	if (entry->name && *entry->name)
		snprintf(member->name, sizeof(member->name), "%s", entry->name);
	member->joined_us = clock_us();
	member->caps = member_caps(member); /* as they are now */
	lobby_forget(member);
	porch_remove(member);
	if (member->cam)
		net_source_key(member->net, member->base + ID_CAMERA);
	arrive(member);
	return 0;
}

/* ---- leaving ---------------------------------------------------------------- */

static void leave_porch(struct member *member) RUNS_ON(on_ctl)
{
	call_close(member);
	lobby_forget(member);
	porch_remove(member);
	net_source_forget(member->net, member->base + ID_VOICE);
	nets_leave(member);
}

/* Its sources end, and it is none of the class any more; nobody is told yet. */
static void go_out(struct member *member) RUNS_ON(on_ctl)
{
	struct server *server = member->server;

	track_tap_leave(member);
	aworker_voice_close(server->aworker, member->base + ID_VOICE);
	vworker_source_close(server->vworker, member->base + ID_CAMERA);
	if (member->screen)
		vworker_source_close(server->vworker, member->base + ID_SCREEN);
	room_remove(member->room, member);
	if (member->speaks)
		sound_update(member->room);
	idmap_del(&server->member_of, member->base);
}

static void leave_room(struct member *member, const char *why) RUNS_ON(on_ctl)
{
	struct room *room = member->room;

	call_close(member);
	net_source_forget(member->net, member->base + ID_VOICE);
	go_out(member);
	nets_leave(member);
	visit_store(member, clock_wall_ms());
	if (why) {
		notice_left(member, why);
		log_info("member_left", "room=%s member=%u why=%s members=%u",
			 room->row.id, member->base / ID_BLOCK, why, room->n_members);
	}
	if (room->media && why)
		arrange_for(member);
}

static void hang_up(struct member *member, const char *why, const char *bye)
	RUNS_ON(on_ctl)
{
	struct ws *ws = session_ws(member->session);

	console_forget(member);
	if (why && strcmp(why, "removed") == 0)
		console_revoke(member);
	if (bye)
		notice_bye(member, bye, 0);
	if (!ws)
		return;
	ws_set_data(ws, NULL);
	session_attach(member->session, NULL);
	ws_close(ws, 1000, why ? why : "");
}

/* It is in no class any more, and there is no memory for any. */
static void lose(struct member *member) RUNS_ON(on_ctl)
{
	log_error("member_lost", "room=%s member=%u", member->room->row.id,
		  member->base / ID_BLOCK);
	hang_up(member, "removed", "removed");
	call_close(member);
	net_source_forget(member->net, member->base + ID_VOICE);
	nets_leave(member);
	session_close(member);
	free(member);
}

/* What belongs to its place in one class. */
static void place_forget(struct member *member)
{
	member->hand = false;
	member->speaks = member->listens = 0;
	member->ballot = 0;
	member->in_picture = false;
	member->camera_w = member->camera_h = 0;
	member->first_frame = false; /* posters until it sees the other class */
	member->posters = 0;
}

static void place_take(struct member *member, struct room *room, enum role role)
	RUNS_ON(on_ctl)
{
	nets_move(member, room);
	member->room = room;
	member->role = role;
	seats_own(room, member->seat, &member->own);
	member->caps = member_caps(member);
	member->mic = member->mic && member->caps & CAP_SPEAK;
	member->cam = member->cam && member->caps & CAP_CAMERA;
	place_forget(member);
}

/* Nothing of the old class may come any more, not even until the first picture of the
 * other one: what it gets ends before it is out. */
static void deafen(struct member *member) RUNS_ON(on_ctl)
{
	quality_end(member);
	if (!member->peer)
		return;
	net_peer_watch_video(member->net, member->peer, 0, true);
	net_peer_watch_audio(member->net, member->peer, 0);
}

/* Whoever is in a group of it has a place there; its own takes one of those. */
static bool kept_full(const struct room *to, const struct room *from) RUNS_ON(on_ctl)
{
	return to->breakout && from->parent != to &&
	       breakout_crowd(to) >= to->server->conf->max_members;
}

int member_move(struct member *member, struct room *to, enum role role)
{
	struct room *from = member->room;
	const enum role before = member->role;
	const bool mic = member->mic, cam = member->cam;
	int err;

	if (room_full(to) || kept_full(to, from))
		return -ENOSPC;
	member_set_screen(member, false);
	deafen(member);
	go_out(member);
	visit_store(member, clock_wall_ms());
	notice_left(member, "moved");
	if (from->media)
		arrange_for(member);
	place_take(member, to, role);
	err = enter(member);
	if (err) { /* there was no memory: back */
		place_take(member, from, before);
		member->mic = mic;
		member->cam = cam;
		if (enter(member)) {
			lose(member);
			return -EIO;
		}
	}
	arrive(member);
	if (member->cam)
		net_source_key(member->net, member->base + ID_CAMERA);
	log_info("member_moved", "room=%s member=%u from=%s", member->room->row.id,
		 member->base / ID_BLOCK, from->row.id);
	return err;
}

void member_leave(struct member *member, const char *why, const char *bye)
{
	hang_up(member, why, bye);
	if (member->warm)
		leave_porch(member);
	else if (member->room)
		leave_room(member, why);
	else
		console_remove(member->server, member);
	session_close(member);
	free(member);
}

void member_away(struct member *member)
{
	session_attach(member->session, NULL);
	if (!member->room || member->warm) { /* nothing is lost with it */
		member_leave(member, NULL, NULL);
		return;
	}
	member->away_since_us = clock_us();
	member->room->dirty = true; /* see cast.c */
	notice_member("member.changed", member, member);
}

void member_back(struct member *member, struct ws *ws)
{
	struct ws *before = session_ws(member->session);

	if (before)
		ws_set_data(before, NULL);
	ws_set_data(ws, member);
	come_from(member, ws);
	session_attach(member->session, ws);
	if (member->away_since_us) {
		member->away_since_us = 0;
		if (member->room)
			member->room->dirty = true;
		notice_member("member.changed", member, member);
	}
}

/* ---- switches --------------------------------------------------------------- */

void member_set_mic(struct member *member, bool on)
{
	struct server *server = member->server;

	if (member->mic == on)
		return;
	member->mic = on;
	if (on)
		roster_list(member);
	aworker_voice_mute(server->aworker, member->base + ID_VOICE, !on);
	net_source_mute(member->net, member->base + ID_VOICE, !on);
	if (on)
		track_tap_on(member, ID_VOICE);
	if (member->speaks)
		sound_update(member->room);
	notice_member("member.changed", member, NULL);
	programme_arrange(member->room);
}

void member_set_camera(struct member *member, bool on)
{
	struct server *server = member->server;

	if (member->cam == on)
		return;
	member->cam = on;
	if (on)
		roster_list(member);
	vworker_source_off(server->vworker, member->base + ID_CAMERA, !on);
	(on ? track_tap_on : track_tap_off)(member, ID_CAMERA);
	if (on)
		net_source_key(member->net, member->base + ID_CAMERA);
	else
		member->camera_w = member->camera_h = 0;
	notice_member("member.changed", member, NULL);
	programme_arrange(member->room);
}

void member_set_screen(struct member *member, bool on)
{
	struct server *server = member->server;
	struct room *room = member->room;

	if (member->screen == on)
		return;
	member->screen = on;
	member->screen_w = member->screen_h = 0;
	if (on) {
		roster_list(member);
		room->screen_owner = member->base;
		if (vworker_source_open(server->vworker, member->base + ID_SCREEN))
			log_warn("screen_lost", "room=%s", room->row.id);
		track_tap_on(member, ID_SCREEN);
	} else {
		track_tap_off(member, ID_SCREEN);
		if (room->screen_owner == member->base)
			room->screen_owner = 0;
		vworker_source_close(server->vworker, member->base + ID_SCREEN);
	}
	notice_member("member.changed", member, NULL);
	programme_arrange(room);
	happenings_look(room);
}

/* ---- finding ---------------------------------------------------------------- */

struct member *member_by_session(struct server *server, const char *token)
{
	struct member *member = idmap_get(&server->session_of, token_key(token));

	return member && auth_equal(session_token(member->session), token) ? member
									   : NULL;
}

struct member *member_by_peer(struct server *server, uint32_t peer)
{
	return idmap_get(&server->peer_of, peer);
}
