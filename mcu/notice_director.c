#include "mcu/notice_director.h"

#include <string.h>

#include "base/clock.h"
#include "mcu/director.h"
#include "mcu/member.h"
#include "mcu/notice_json.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "signaling/session.h"
#include "transport/net.h"

/* ---- to who asked ---------------------------------------------------------------- */

void notice_air(const struct member *member, const struct air_news *news)
{
	static const char *const fates[] = {"live", "overtaken", "unseen"};
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "generation", news->asked);
	cJSON_AddStringToObject(d, "picture", picture_name(news->picture));
	cJSON_AddStringToObject(d, "state", fates[news->fate]);
	cJSON_AddNumberToObject(d, "ms", (double)news->ms);
	if (news->fate != FATE_UNSEEN)
		cJSON_AddNumberToObject(d, "by", news->generation);
	if (news->fate == FATE_LIVE)
		cJSON_AddNumberToObject(d, "rtp_ts", net_video_ts(news->pts_us));
	session_event(member->session, "layout.live", d);
}

/* ---- cues ------------------------------------------------------------------------ */

/* Who has the seat now; 0: nobody. */
static uint32_t sits(const struct room *room, const char *seat)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		if (strcmp(room->members[i]->seat, seat) == 0)
			return room->members[i]->base;
	return 0;
}

static void add_person(cJSON *to, const char *key, const struct room *room,
		       const struct cue_person *person) RUNS_ON(on_ctl)
{
	bool one = person->who == CUE_MEMBER;
	cJSON *d;

	if (person->who == CUE_AS_IS)
		return;
	d = cJSON_AddObjectToObject(to, key);
	notice_json_ref(d, "member", room, one ? sits(room, person->seat) : 0);
	cJSON_AddStringToObject(d, "name", one ? person->name : "");
}

static cJSON *json_cue(const struct room *room, const struct cues *cues,
		       const struct cue *cue) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();
	int64_t due_ms = cues_time(cues, cue);

	cJSON_AddNumberToObject(d, "id", cue->id);
	cJSON_AddStringToObject(d, "name", cue->name);
	cJSON_AddStringToObject(d, "layout", cue->layout);
	add_person(d, "pin", room, &cue->people[CUE_PIN]);
	add_person(d, "interpreter", room, &cue->people[CUE_INTERPRETER]);
	add_person(d, "guest", room, &cue->people[CUE_GUEST]);
	if (cue->when == CUE_AT)
		cJSON_AddNumberToObject(d, "at_ms", (double)cue->at_ms);
	if (cue->when == CUE_AFTER)
		cJSON_AddNumberToObject(d, "after_s", cue->after_s);
	if (due_ms >= 0)
		cJSON_AddNumberToObject(d, "due_ms", (double)due_ms);
	cJSON_AddBoolToObject(d, "missed", cue->missed);
	return d;
}

cJSON *notice_json_cues(struct room *room)
{
	const struct cues *cues = director_cues(room);
	const struct cue *next = cues ? cues_next(cues) : NULL;
	cJSON *d = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(d, "cues");

	for (uint32_t i = 0; cues && i < cues->n; i++)
		cJSON_AddItemToArray(list, json_cue(room, cues, &cues->list[i]));
	cJSON_AddNumberToObject(d, "current", cues ? cues->current : 0);
	cJSON_AddNumberToObject(d, "next", next ? next->id : 0);
	cJSON_AddNumberToObject(d, "taken_ms", cues ? (double)cues->taken_ms : 0);
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

/* ---- to those who choose layouts --------------------------------------------------- */

static void tell(const struct room *room, struct session_text *text) RUNS_ON(on_ctl)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		if (member_may(room->members[i], CAP_LAYOUT))
			session_event_shared(room->members[i]->session, text);
}

void notice_cues(struct room *room)
{
	cJSON *d = notice_json_cues(room);
	struct session_text *text = session_text_create("cues",
							cJSON_PrintUnformatted(d));

	tell(room, text);
	session_text_put(text);
	cJSON_Delete(d);
}

void notice_aside(struct server *server, const char *layout, const char *why)
{
	cJSON *d = cJSON_CreateObject();
	struct session_text *text;

	cJSON_AddStringToObject(d, "name", layout);
	cJSON_AddStringToObject(d, "why", why);
	text = session_text_create("layout.aside", cJSON_PrintUnformatted(d));
	for (uint32_t i = 0; i < server->n_rooms; i++)
		tell(server->rooms[i], text);
	for (uint32_t i = 0; i < server->n_consoles; i++)
		session_event_shared(server->consoles[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}
