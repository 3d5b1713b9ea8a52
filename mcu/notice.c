#include "mcu/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/rest.h"
#include "mixer/geom.h"
#include "plugins/set.h"
#include "signaling/session.h"
#include "transport/net.h"

#define SNAPSHOT_CHAT_BYTES 65536

/* ---- pieces ----------------------------------------------------------------- */

static cJSON *json_member(const struct member *member)
{
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(member, id);
	cJSON_AddStringToObject(d, "id", id);
	cJSON_AddStringToObject(d, "name", member->name);
	cJSON_AddStringToObject(d, "role", role_name(member->role));
	cJSON_AddBoolToObject(d, "mic", member->mic);
	cJSON_AddBoolToObject(d, "cam", member->cam);
	cJSON_AddBoolToObject(d, "screen", member->screen);
	cJSON_AddStringToObject(d, "state", member->away_since_us ? "away" : "here");
	return d;
}

static void add_member_ref(cJSON *d, const char *key, const struct room *room,
			   uint32_t base)
{
	const struct member *member = base ? room_member(room, base) : NULL;
	char id[12] = "";

	if (member)
		member_id(member, id);
	cJSON_AddStringToObject(d, key, id);
}

/* The stored message knows its visit; who is still here has an id, too. */
static cJSON *json_chat(const struct room *room, const struct db_message *message)
{
	cJSON *d = cJSON_CreateObject();
	char id[12] = "";

	for (uint32_t i = 0; i < room->n_members; i++)
		if (strcmp(room->members[i]->visit.id, message->visit) == 0)
			member_id(room->members[i], id);
	cJSON_AddStringToObject(d, "id", message->id);
	cJSON_AddStringToObject(d, "member", id);
	cJSON_AddStringToObject(d, "name", message->name);
	cJSON_AddStringToObject(d, "text", message->text);
	cJSON_AddNumberToObject(d, "sent_ms", (double)message->sent_ms);
	return d;
}

static cJSON *json_tile(const struct room *room, const struct tile *tile)
{
	const struct conf *conf = room->server->conf;
	struct rect_px px = geom_to_px(tile->at, conf->view_w, conf->view_h);
	cJSON *t = cJSON_CreateObject();

	add_member_ref(t, "member", room, id_base(tile->source));
	cJSON_AddStringToObject(t, "kind",
				id_part(tile->source) == ID_SCREEN ? "screen" : "camera");
	cJSON_AddStringToObject(t, "name", tile->name);
	cJSON_AddNumberToObject(t, "x", px.x);
	cJSON_AddNumberToObject(t, "y", px.y);
	cJSON_AddNumberToObject(t, "w", px.w);
	cJSON_AddNumberToObject(t, "h", px.h);
	cJSON_AddBoolToObject(t, "video", tile->video);
	return t;
}

static cJSON *json_layout(const struct room *room)
{
	const struct conf *conf = room->server->conf;
	cJSON *d, *tiles;

	if (!room->live.generation)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	cJSON_AddNumberToObject(d, "generation", room->live.generation);
	cJSON_AddStringToObject(d, "name", room->live.layout);
	cJSON_AddNumberToObject(d, "w", conf->view_w);
	cJSON_AddNumberToObject(d, "h", conf->view_h);

	cJSON_AddNumberToObject(d, "rtp_ts", net_video_ts(room->live_pts_us));
	cJSON_AddNumberToObject(d, "pts_ms", (double)(room->live_pts_us / 1000));
	tiles = cJSON_AddArrayToObject(d, "tiles");
	for (uint32_t i = 0; i < room->live.n; i++)
		cJSON_AddItemToArray(tiles, json_tile(room, &room->live.tiles[i]));
	return d;
}

static cJSON *json_record_state(const struct room *room, const char *error)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddBoolToObject(d, "on", room->recording);
	cJSON_AddNumberToObject(d, "since_ms",
				room->recording ? (double)room->recording_row.started_ms
						: 0);
	cJSON_AddStringToObject(d, "id", room->recording_row.id);
	if (error)
		cJSON_AddStringToObject(d, "error", error);
	return d;
}

cJSON *notice_recording(const struct server *server, const struct db_recording *row)
{
	cJSON *d = cJSON_CreateObject();
	char url[256];

	(void)server;
	cJSON_AddStringToObject(d, "id", row->id);
	cJSON_AddStringToObject(d, "title", row->title);
	cJSON_AddStringToObject(d, "state", row->state);
	cJSON_AddNumberToObject(d, "started_ms", (double)row->started_ms);
	cJSON_AddNumberToObject(d, "duration_ms", (double)row->duration_ms);
	cJSON_AddNumberToObject(d, "bytes", (double)row->bytes);
	if (row->bytes > 0) {
		rest_recording_url(row->id, url, sizeof(url));
		cJSON_AddStringToObject(d, "url", url);
	}
	return d;
}

/* ---- the snapshot ----------------------------------------------------------- */

static void add_layouts(cJSON *d, const struct server *server) RUNS_ON(on_ctl)
{
	cJSON *list = cJSON_AddArrayToObject(d, "layouts");
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(server->plugins, names, PLUGIN_SET_MAX);

	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names[i]));
}

/* The newest messages that fit into a part of the snapshot; JSON may double
 * their bytes. */
static uint32_t chat_from(const struct room *room)
{
	size_t left = SNAPSHOT_CHAT_BYTES;
	uint32_t i = room->n_chat;

	while (i > 0) {
		size_t n = 2 * strlen(room->chat[i - 1].text) + 400;

		if (n > left)
			break;
		left -= n;
		i--;
	}
	return i;
}

static void add_room(cJSON *d, const struct room *room)
{
	cJSON *r = cJSON_AddObjectToObject(d, "room"), *list;

	cJSON_AddStringToObject(r, "id", room->row.id);
	cJSON_AddStringToObject(r, "code", room->row.code);
	cJSON_AddStringToObject(r, "title", room->row.title);
	list = cJSON_AddArrayToObject(d, "members");
	for (uint32_t i = 0; i < room->n_members; i++)
		cJSON_AddItemToArray(list, json_member(room->members[i]));
	cJSON_AddItemToObject(d, "layout", json_layout(room));
	add_member_ref(d, "pinned", room, room->pinned);
	cJSON_AddItemToObject(d, "recording", json_record_state(room, NULL));
	list = cJSON_AddArrayToObject(d, "chat");
	for (uint32_t i = chat_from(room); i < room->n_chat; i++)
		cJSON_AddItemToArray(list, json_chat(room, &room->chat[i]));
}

cJSON *notice_snapshot(const struct member *member, bool resumed)
{
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(member, id);
	if (resumed)
		cJSON_AddBoolToObject(d, "replayed", false);
	cJSON_AddStringToObject(d, "session", session_token(member->session));
	cJSON_AddNumberToObject(d, "seq", (double)session_seq(member->session));
	cJSON_AddStringToObject(d, "self", id);
	cJSON_AddStringToObject(d, "role", role_name(member->role));
	add_layouts(d, member->server);
	if (member->room)
		add_room(d, member->room);
	else
		cJSON_AddNullToObject(d, "room");
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

/* ---- to all ----------------------------------------------------------------- */

/* Takes `d`. Hints are for who is connected, and are not kept. */
static void tell(const struct room *room, const struct member *except, const char *event,
		 cJSON *d, bool hint) RUNS_ON(on_ctl)
{
	struct session_text *text = session_text_create(event, cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct member *member = room->members[i];

		if (member == except)
			continue;
		if (hint)
			session_hint_shared(member->session, text);
		else
			session_event_shared(member->session, text);
	}
	session_text_put(text);
	cJSON_Delete(d);
}

void notice_member(const char *event, const struct member *about,
		   const struct member *except)
{
	tell(about->room, except, event, json_member(about), false);
}

void notice_left(const struct member *about, const char *why)
{
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(about, id);
	cJSON_AddStringToObject(d, "id", id);
	cJSON_AddStringToObject(d, "why", why);
	tell(about->room, about, "member.left", d, false);
}

void notice_layout(const struct room *room)
{
	tell(room, NULL, "layout", json_layout(room), false);
}

void notice_speakers(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "members");

	for (uint32_t i = 0; i < room->n_speakers; i++) {
		const struct member *member = room_member(room, room->speakers[i]);
		char id[12];

		if (!member)
			continue;
		member_id(member, id);
		cJSON_AddItemToArray(list, cJSON_CreateString(id));
	}
	tell(room, NULL, "speakers", d, true);
}

void notice_chat(const struct room *room, const struct db_message *message)
{
	tell(room, NULL, "chat.msg", json_chat(room, message), false);
}

void notice_pinned(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	add_member_ref(d, "member", room, room->pinned);
	tell(room, NULL, "pinned", d, false);
}

void notice_record_state(const struct room *room, const char *error)
{
	tell(room, NULL, "record.state", json_record_state(room, error), false);
}

void notice_recording_ready(const struct room *room, const struct db_recording *row)
{
	tell(room, NULL, "recording.ready", notice_recording(room->server, row), false);
}

static void base64(char *out, const uint8_t *data, size_t len)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16;

		if (i + 1 < len)
			v |= (uint32_t)data[i + 1] << 8;
		if (i + 2 < len)
			v |= data[i + 2];
		*out++ = letters[v >> 18];
		*out++ = letters[v >> 12 & 63];
		*out++ = i + 1 < len ? letters[v >> 6 & 63] : '=';
		*out++ = i + 2 < len ? letters[v & 63] : '=';
	}
	*out = '\0';
}

/* Only for those who do not see the video yet. */
void notice_poster(const struct room *room, const void *jpeg, size_t len)
{
	size_t n = (len + 2) / 3 * 4;
	char *d = malloc(n + 16);
	struct session_text *text;

	if (!d)
		return;
	memcpy(d, "{\"jpeg\":\"", 9);
	base64(d + 9, jpeg, len);
	memcpy(d + 9 + n, "\"}", 3);
	text = session_text_create("poster", d);
	for (uint32_t i = 0; i < room->n_members; i++)
		if (!room->members[i]->first_frame)
			session_hint_shared(room->members[i]->session, text);
	session_text_put(text);
}

/* ---- to one ----------------------------------------------------------------- */

void notice_offer(const struct member *member, const char *sdp, bool fresh)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "sdp", sdp);
	cJSON_AddNumberToObject(d, "v", member->offer_v);
	cJSON_AddBoolToObject(d, "fresh", fresh);
	/* not kept: after a resume call_resume sends the one that counts */
	session_send_once(member->session, "rtc.offer", d);
}

void notice_renew(const struct member *member)
{
	session_event(member->session, "rtc.renew", NULL);
}

void notice_rtc_state(const struct member *member, const char *state)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "state", state);
	cJSON_AddStringToObject(d, "codec", codec_name(member->codec));
	session_event(member->session, "rtc.state", d);
}

void notice_muted(const struct member *member, const struct member *by)
{
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(by, id);
	cJSON_AddStringToObject(d, "by", id);
	session_event(member->session, "muted", d);
}

void notice_bye(const struct member *member, const char *why, uint32_t after_ms)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "why", why);
	cJSON_AddNumberToObject(d, "after_ms", after_ms);
	session_event(member->session, "bye", d);
}
