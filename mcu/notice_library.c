#include "mcu/notice_library.h"

#include <math.h>
#include <stdbool.h>

#include "mcu/keeper.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/workshop_row.h"
#include "signaling/session.h"

static void add_joined(cJSON *d, const struct db_recording *row)
{
	cJSON *list = cJSON_AddArrayToObject(d, "joined");
	char ids[LIMIT_JOINS][DB_ID + 1];
	uint32_t n = workshop_row_ids(row, ids);

	for (uint32_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(ids[i]));
}

void notice_library_row(cJSON *d, const struct server *server,
			const struct db_recording *row)
{
	int64_t gone_ms = keeper_gone_ms(server->conf, row);

	if (row->deleted_ms)
		cJSON_AddNumberToObject(d, "deleted_ms", (double)row->deleted_ms);
	if (gone_ms)
		cJSON_AddNumberToObject(d, "gone_ms", (double)gone_ms);
	if (row->kept)
		cJSON_AddBoolToObject(d, "keep", true);
	if (*row->joined)
		add_joined(d, row);
	else if (*row->origin)
		cJSON_AddStringToObject(d, "of", row->origin);
	if (row->shares)
		cJSON_AddNumberToObject(d, "shares", (double)row->shares);
}

/* Takes `d`. */
static void tell(struct server *server, const char *room_id, const char *type, cJSON *d,
		 bool hint) RUNS_ON(on_ctl)
{
	const struct room *room = room_by_id(server, room_id);
	struct session_text *text = session_text_create(type, cJSON_PrintUnformatted(d));

	cJSON_Delete(d);
	for (uint32_t i = 0; room && i < room->n_members; i++)
		if (!member_may(room->members[i], CAP_RECORDINGS))
			continue;
		else if (hint)
			session_hint_shared(room->members[i]->session, text);
		else
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
}

void notice_library_changed(struct server *server, const struct db_recording *row,
			    cJSON *d)
{
	cJSON_AddStringToObject(d, "id", row->id);
	tell(server, row->room, "recording.changed", d, false);
}

void notice_library_progress(struct server *server, const struct db_recording *row,
			     double done)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", row->id);
	cJSON_AddNumberToObject(d, "done", round(done * 100) / 100);
	tell(server, row->room, "recording.changed", d, true);
}

void notice_library_gone(struct server *server, const char *room, const char *recording)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", recording);
	tell(server, room, "recording.gone", d, false);
}
