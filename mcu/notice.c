#include "mcu/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/rest.h"
#include "mcu/roster.h"
#include "mixer/geom.h"
#include "plugins/set.h"
#include "signaling/session.h"
#include "transport/net.h"

#define SNAPSHOT_CHAT_BYTES 65536
/* To one member: each newcomer of a large class has one made, and a client that
 * never says what it sees would be sent them all. */
#define POSTERS_MAX 8

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

static cJSON *json_roster(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "n", room->n_members);
	cJSON_AddNumberToObject(d, "listed", room->n_listed);
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

/* Who is still here has an id, too; the name is for all others, and for those who
 * are not listed. */
static cJSON *json_chat(const struct room *room, uint32_t by,
			const struct db_message *message)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", message->id);
	add_member_ref(d, "member", room, by);
	cJSON_AddStringToObject(d, "name", message->name);
	cJSON_AddStringToObject(d, "text", message->text);
	cJSON_AddNumberToObject(d, "sent_ms", (double)message->sent_ms);
	return d;
}

static cJSON *json_tile(const struct room *room, const struct tile *tile, uint16_t w,
			uint16_t h)
{
	struct rect_px px = geom_to_px(tile->at, w, h);
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

static cJSON *json_layout(const struct room *room, uint32_t view)
{
	const struct room_view *v = room->views[view];
	uint16_t w, h;
	cJSON *d, *tiles;

	if (!v || !v->live.generation)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	views_frame((enum shape)(view / VIEW_TIERS), &w, &h);
	cJSON_AddNumberToObject(d, "generation", v->live.generation);
	cJSON_AddNumberToObject(d, "view", view);
	cJSON_AddStringToObject(d, "name", v->live.layout);
	cJSON_AddNumberToObject(d, "w", w);
	cJSON_AddNumberToObject(d, "h", h);
	cJSON_AddNumberToObject(d, "rtp_ts", net_video_ts(v->live_pts_us));
	cJSON_AddNumberToObject(d, "pts_ms", (double)(v->live_pts_us / 1000));
	tiles = cJSON_AddArrayToObject(d, "tiles");
	for (uint32_t i = 0; i < v->live.n; i++)
		cJSON_AddItemToArray(tiles, json_tile(room, &v->live.tiles[i], w, h));
	return d;
}

/* The view that the member is shown, moving or still. */
static uint32_t view_of(const struct member *member)
{
	return views_of(member->room, member->quality.shape, member->quality.level);
}

static cJSON *json_quality(const struct member *member)
{
	const struct quality *q = &member->quality;
	const struct ladder *ladder = &member->server->ladder;
	enum content content = member->room->content;
	cJSON *d = cJSON_CreateObject(), *costs;

	cJSON_AddStringToObject(d, "level", level_name(q->level));
	cJSON_AddStringToObject(d, "why", choice_why_name(choice_why(&q->choice)));
	cJSON_AddStringToObject(d, "most", level_name(q->choice.max));
	cJSON_AddStringToObject(d, "wish", wish_name(q->wish));
	cJSON_AddStringToObject(d, "cap", level_name(q->cap));
	cJSON_AddStringToObject(d, "shape", shape_name(q->shape));
	cJSON_AddStringToObject(d, "content", content_name(content));
	cJSON_AddStringToObject(
		d, "codec", codec_name(q->video ? family_codec(q->family) : CODEC_NONE));
	cJSON_AddNumberToObject(d, "view", view_of(member));
	/* for MB an hour of each choice */
	costs = cJSON_AddObjectToObject(d, "kbps");
	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		cJSON_AddNumberToObject(costs, level_name(level),
					(ladder_wire_bps(ladder, level, content) + 500) /
						1000);
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

static void add_room(cJSON *d, const struct member *member)
{
	const struct room *room = member->room;
	cJSON *r = cJSON_AddObjectToObject(d, "room"), *list;

	cJSON_AddStringToObject(r, "id", room->row.id);
	cJSON_AddStringToObject(r, "code", room->row.code);
	cJSON_AddStringToObject(r, "title", room->row.title);
	list = cJSON_AddArrayToObject(d, "members");
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->listed || room->members[i] == member)
			cJSON_AddItemToArray(list, json_member(room->members[i]));
	cJSON_AddItemToObject(d, "roster", json_roster(room));
	cJSON_AddItemToObject(d, "layout", json_layout(room, view_of(member)));
	cJSON_AddItemToObject(d, "quality", json_quality(member));
	add_member_ref(d, "pinned", room, room->pinned);
	cJSON_AddItemToObject(d, "recording", json_record_state(room, NULL));
	list = cJSON_AddArrayToObject(d, "chat");
	for (uint32_t i = chat_from(room); i < room->n_chat; i++)
		cJSON_AddItemToArray(list,
				     json_chat(room, room->chat_by[i], &room->chat[i]));
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
		add_room(d, member);
	else
		cJSON_AddNullToObject(d, "room");
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

cJSON *notice_porch(const struct member *member)
{
	cJSON *d = cJSON_CreateObject(), *r;
	char id[12];

	member_id(member, id);
	cJSON_AddBoolToObject(d, "warm", true);
	cJSON_AddStringToObject(d, "session", session_token(member->session));
	cJSON_AddNumberToObject(d, "seq", (double)session_seq(member->session));
	cJSON_AddStringToObject(d, "self", id);
	cJSON_AddStringToObject(d, "role", role_name(member->role));
	r = cJSON_AddObjectToObject(d, "room");
	cJSON_AddStringToObject(r, "code", member->room->row.code);
	cJSON_AddStringToObject(r, "title", member->room->row.title);
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
	if (about->listed)
		tell(about->room, except, event, json_member(about), false);
}

void notice_left(const struct member *about, const char *why)
{
	cJSON *d;
	char id[12];

	if (!about->listed)
		return;
	d = cJSON_CreateObject();
	member_id(about, id);
	cJSON_AddStringToObject(d, "id", id);
	cJSON_AddStringToObject(d, "why", why);
	tell(about->room, about, "member.left", d, false);
}

void notice_roster(const struct room *room)
{
	tell(room, NULL, "roster", json_roster(room), true);
}

void notice_roster_to(const struct member *member)
{
	session_hint(member->session, "roster", json_roster(member->room));
}

void notice_layout(const struct room *room, uint32_t view)
{
	cJSON *d = json_layout(room, view);
	struct session_text *text = session_text_create("layout",
							cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; i < room->n_members; i++)
		if (view_of(room->members[i]) == view)
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

void notice_layout_to(const struct member *member)
{
	cJSON *d = json_layout(member->room, view_of(member));

	if (cJSON_IsNull(d))
		cJSON_Delete(d); /* it comes when it is seen */
	else
		session_event(member->session, "layout", d);
}

void notice_quality(const struct member *member)
{
	session_event(member->session, "quality", json_quality(member));
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

void notice_chat(const struct room *room, uint32_t by, const struct db_message *message)
{
	tell(room, NULL, "chat.msg", json_chat(room, by, message), false);
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

/* For the first picture; not of those who get no moving ones. */
static bool waits(const struct member *member)
{
	const struct quality *q = &member->quality;

	return !member->first_frame && member->posters < POSTERS_MAX &&
	       (!q->on || q->video);
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
		if (waits(room->members[i])) {
			room->members[i]->posters++;
			session_hint_shared(room->members[i]->session, text);
		}
	session_text_put(text);
}

/* A part of a picture for those who get stills, see stills.h. */
void notice_still(const struct room *room, enum shape shape,
		  const struct still_part *part)
{
	char *d = malloc((part->len + 2) / 3 * 4 + 96);
	struct session_text *text;
	int n;

	if (!d)
		return;
	n = sprintf(d, "{\"n\":%u,\"i\":%u,\"of\":%u,\"b\":\"", part->number, part->index,
		    part->of);
	base64(d + n, part->data, part->len);
	strcat(d, "\"}");
	text = session_text_create("still", d);
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct quality *q = &room->members[i]->quality;

		if (q->on && q->level == LEVEL_STILL && q->shape == shape)
			session_hint_shared(room->members[i]->session, text);
	}
	session_text_put(text);
}

static cJSON *json_link(const struct member *member)
{
	const struct quality *q = &member->quality;
	cJSON *d = cJSON_CreateObject();
	char id[12];

	member_id(member, id);
	cJSON_AddStringToObject(d, "member", id);
	cJSON_AddStringToObject(d, "level", level_name(q->level));
	cJSON_AddStringToObject(d, "why", choice_why_name(choice_why(&q->choice)));
	cJSON_AddNumberToObject(d, "loss", (int)(q->link.loss_64k * 100u / 65536));
	cJSON_AddNumberToObject(d, "rtt_ms", q->rtt_ms);
	cJSON_AddNumberToObject(d, "kbps", q->kbps);
	return d;
}

/* How many get what, and who is weak; to lecturers. */
void notice_links(const struct room *room)
{
	cJSON *d = cJSON_CreateObject(), *levels, *weak;
	uint32_t n[LEVELS] = {0}, n_weak = 0;
	struct session_text *text;

	weak = cJSON_AddArrayToObject(d, "weak");
	for (uint32_t i = 0; i < room->n_members; i++) {
		struct member *member = room->members[i];

		n[member->quality.level] += member->quality.on;
		if (quality_weak(member) && n_weak++ < LINKS_MAX) {
			roster_list(member); /* lecturers shall know who that is */
			cJSON_AddItemToArray(weak, json_link(member));
		}
	}
	cJSON_AddNumberToObject(d, "n_weak", n_weak);
	levels = cJSON_AddObjectToObject(d, "levels");
	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		cJSON_AddNumberToObject(levels, level_name(level), n[level]);
	text = session_text_create("links", cJSON_PrintUnformatted(d));
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->role >= ROLE_LECTURER)
			session_hint_shared(room->members[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

/* The last minutes of one member's link, the oldest first. */
cJSON *notice_link_minutes(const struct member *member)
{
	const struct quality *q = &member->quality;
	cJSON *d = json_link(member), *list = cJSON_AddArrayToObject(d, "minutes");
	uint32_t n = q->n_minutes < QUALITY_MINUTES ? q->n_minutes : QUALITY_MINUTES;

	for (uint32_t i = q->n_minutes - n; i < q->n_minutes; i++) {
		const struct quality_minute *m = &q->minutes[i % QUALITY_MINUTES];
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "level", level_name(m->level));
		cJSON_AddStringToObject(row, "why", choice_why_name(m->why));
		cJSON_AddNumberToObject(row, "loss", m->loss);
		cJSON_AddNumberToObject(row, "changes", m->changes);
		cJSON_AddItemToArray(list, row);
	}
	return d;
}

/* ---- to one ----------------------------------------------------------------- */

static void add_ask(cJSON *d, const char *key, const struct picture_ask *ask)
{
	cJSON *a = cJSON_AddObjectToObject(d, key);

	cJSON_AddBoolToObject(a, "on", ask->h_px > 0);
	cJSON_AddNumberToObject(a, "h", ask->h_px);
	cJSON_AddNumberToObject(a, "fps", ask->fps);
	cJSON_AddNumberToObject(a, "kbps", ask->kbps);
}

void notice_asks(const struct member *member)
{
	cJSON *d = cJSON_CreateObject();

	add_ask(d, "camera", &member->asks.camera);
	add_ask(d, "screen", &member->asks.screen);
	session_event(member->session, "send", d);
}

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
	cJSON_AddStringToObject(d, "codec",
				codec_name(member->codecs & 1u << CODEC_H264 ? CODEC_H264
					   : member->codecs                  ? CODEC_VP8
							    : CODEC_NONE));
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
