#include "mcu/notice_made.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mcu/early_files.h"
#include "mcu/rest.h"
#include "mcu/room.h"
#include "mcu/workshop.h"
#include "signaling/session.h"

static double hundredths(double v)
{
	return round(v * 100) / 100;
}

/* What is stored is our own, but the database is anybody's: what is none of ours is left
 * out. */
static void add_files(cJSON *made, const cJSON *pairs)
{
	cJSON *list = cJSON_AddArrayToObject(made, "files");
	const cJSON *pair;

	cJSON_ArrayForEach(pair, pairs)
	{
		const cJSON *name = cJSON_GetArrayItem(pair, 0);
		const cJSON *bytes = cJSON_GetArrayItem(pair, 1);
		cJSON *file;

		if (!cJSON_IsString(name) || !cJSON_IsNumber(bytes))
			continue;
		file = cJSON_CreateObject();
		cJSON_AddStringToObject(file, "name", name->valuestring);
		cJSON_AddNumberToObject(file, "bytes", bytes->valuedouble);
		cJSON_AddItemToArray(list, file);
	}
}

static void add_ready(cJSON *made, const struct member *reader,
		      const struct db_recording *row) RUNS_ON(on_ctl)
{
	cJSON *kept = cJSON_Parse(row->made_json);
	const cJSON *lufs = cJSON_GetObjectItemCaseSensitive(kept, "lufs");
	char base[REST_MADE_BASE], query[REST_MADE_QUERY];

	cJSON_AddStringToObject(made, "state", "ready");
	if (reader) {
		rest_made_link(row->id, reader->base, base, query);
		cJSON_AddStringToObject(made, "base", base);
		cJSON_AddStringToObject(made, "query", query);
	}
	add_files(made, cJSON_GetObjectItemCaseSensitive(kept, "files"));
	if (cJSON_IsNumber(lufs))
		cJSON_AddNumberToObject(made, "lufs", lufs->valuedouble);
	cJSON_Delete(kept);
}

static void add_failed(cJSON *made, const struct db_recording *row)
{
	cJSON *kept = cJSON_Parse(row->made_json);
	const cJSON *code = cJSON_GetObjectItemCaseSensitive(kept, "code");

	cJSON_AddStringToObject(made, "state", "failed");
	cJSON_AddStringToObject(made, "code",
				cJSON_IsString(code) ? code->valuestring : "died");
	cJSON_Delete(kept);
}

/* What is made first is there long before the rest: what it looks like. */
static void add_early(cJSON *made, struct server *server, const struct member *reader,
		      const struct db_recording *row) RUNS_ON(on_ctl)
{
	char base[REST_MADE_BASE], query[REST_MADE_QUERY];
	const struct early_file *files;
	uint32_t n = reader ? early_files_get(server, row->id, &files) : 0;
	cJSON *list, *file;

	if (!n)
		return;
	rest_made_link(row->id, reader->base, base, query);
	cJSON_AddStringToObject(made, "base", base);
	cJSON_AddStringToObject(made, "query", query);
	list = cJSON_AddArrayToObject(made, "files");
	for (uint32_t i = 0; i < n; i++) {
		file = cJSON_CreateObject();
		cJSON_AddStringToObject(file, "name", files[i].name);
		cJSON_AddNumberToObject(file, "bytes", (double)files[i].bytes);
		cJSON_AddItemToArray(list, file);
	}
}

/* Of one that has no file, and where nothing is made, nothing is said. */
void notice_made(cJSON *d, struct server *server, const struct member *reader,
		 const struct db_recording *row)
{
	bool there = row->bytes > 0 && (strcmp(row->state, "ready") == 0 ||
					strcmp(row->state, "interrupted") == 0);
	double done = 0;
	cJSON *made;

	if (!there || strcmp(row->made, "none") == 0 ||
	    (!server->workshop && strcmp(row->made, "ready") != 0))
		return;
	made = cJSON_AddObjectToObject(d, "made");
	if (strcmp(row->made, "ready") == 0) {
		add_ready(made, reader, row);
	} else if (strcmp(row->made, "failed") == 0) {
		add_failed(made, row);
	} else if (workshop_works(server->workshop, row->id, &done)) {
		cJSON_AddStringToObject(made, "state", "working");
		cJSON_AddNumberToObject(made, "done", hundredths(done));
		add_early(made, server, reader, row);
	} else {
		cJSON_AddStringToObject(made, "state", "waiting");
		add_early(made, server, reader, row);
	}
}

/* How far it is nobody needs to be told later; what came of it, everybody. */
void notice_made_event(struct server *server, const struct db_recording *row,
		       const char *state, double done, const char *code)
{
	const struct room *room = room_by_id(server, row->room);
	bool works = strcmp(state, "working") == 0;
	const struct early_file *files;
	cJSON *d = cJSON_CreateObject();
	struct session_text *text;

	cJSON_AddStringToObject(d, "id", row->id);
	cJSON_AddStringToObject(d, "state", state);
	if (works) {
		cJSON_AddNumberToObject(d, "done", hundredths(done));
		/* whoever lists it next is told what there is by now */
		(void)early_files_get(server, row->id, &files);
	}
	if (code)
		cJSON_AddStringToObject(d, "code", code);
	text = session_text_create("recording.made", cJSON_PrintUnformatted(d));
	cJSON_Delete(d);
	for (uint32_t i = 0; room && i < room->n_members; i++) {
		const struct member *member = room->members[i];

		if (!member_may(member, CAP_RECORDINGS))
			continue;
		if (works)
			session_hint_shared(member->session, text);
		else
			session_event_shared(member->session, text);
	}
	session_text_put(text);
}
