#include "mcu/notice.h"

#include "mcu/notice_json.h"
#include "mcu/notice_made.h"
#include "mcu/notice_rights.h"
#include "mcu/roster.h"
#include "plugins/set.h"
#include "signaling/session.h"

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
		tell(about->room, except, event, notice_json_member(about), false);
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
	tell(room, NULL, "roster", notice_json_roster(room), true);
}

void notice_roster_to(const struct member *member)
{
	session_hint(member->session, "roster", notice_json_roster(member->room));
}

void notice_layout(const struct room_picture *picture, uint32_t view)
{
	const struct room *room = picture->room;
	cJSON *d = notice_json_layout(picture, view);
	struct session_text *text = session_text_create("layout",
							cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i]->picture == picture &&
		    notice_view(room->members[i]) == view)
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

void notice_layout_to(const struct member *member)
{
	cJSON *d = notice_json_layout(member->picture, notice_view(member));

	if (cJSON_IsNull(d))
		cJSON_Delete(d); /* it comes when it is seen */
	else
		session_event_alike(member->session, &member->room->alike, "layout", d);
}

void notice_quality(const struct member *member)
{
	session_event_alike(member->session, &member->room->alike, "quality",
			    notice_json_quality(member));
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
	tell(room, NULL, "chat.msg", notice_json_chat(room, by, message), false);
}

void notice_pinned(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	notice_json_ref(d, "member", room, room->pinned);
	tell(room, NULL, "pinned", d, false);
}

void notice_parts(const struct room *room)
{
	tell(room, NULL, "parts", notice_json_parts(room), false);
}

void notice_layouts(const struct room *room)
{
	const char *names[PLUGIN_SET_MAX];
	uint32_t n = plugin_set_layouts(room->server->plugins, names, PLUGIN_SET_MAX);
	cJSON *d = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(d, "layouts");

	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names[i]));
	tell(room, NULL, "layouts", d, false);
}

void notice_limited(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "most", level_name(room->top));
	tell(room, NULL, "limited", d, false);
}

void notice_room(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	notice_json_policy(d, room);
	tell(room, NULL, "room", d, false);
}

void notice_hearing(const struct room *room)
{
	tell(room, NULL, "hearing", notice_json_hearing(room), false);
}

void notice_record_state(const struct room *room, const char *error)
{
	tell(room, NULL, "record.state", notice_json_record(room, error), false);
}

#define READY_LINKS 300 /* in larger classes each asks for its own */

/* To those who may see it, each with its own link. */
void notice_recording_ready(const struct room *room, const struct db_recording *row,
			    const struct db_recording_file *files, uint32_t n_files)
{
	bool links = room->n_members <= READY_LINKS;

	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct member *member = room->members[i];
		const struct member *reader = links ? member : NULL;
		cJSON *d;

		if (!member_may(member, CAP_RECORDINGS))
			continue;
		d = notice_recording(member, links, row, files, n_files);
		if (notice_plays(files, n_files))
			notice_made(d, room->server, reader, row);
		session_event_alike(member->session, &member->room->alike,
				    "recording.ready", d);
	}
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
		if (member_may(room->members[i], CAP_LINKS))
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
	session_event_alike(member->session, &member->room->alike, "rtc.state", d);
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
