#include "mcu/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/command.h"
#include "mcu/console.h"
#include "mcu/network.h"
#include "mcu/room.h"
#include "mcu/server.h"

#define TEXT_BYTES  200 /* of one field's text or object */
#define ID_MS       1000000
#define DAY_MS      (INT64_C(24) * 60 * 60 * 1000)
#define CLOCKS_MS   60000 /* that two clocks may differ by */
#define PURGE_US    (DAY_MS * MS_US)
#define LEFT_OUT_US (60 * SEC_US) /* between two lines of the log */
#define PURGE_AT_US (60 * SEC_US) /* after the start: what waits comes first */

/* ---- what was said ------------------------------------------------------------ */

/* What people write to each other, and what lets somebody in. */
static bool secret(const char *key)
{
	static const char *const keys[] = {"text", "question", "label",   "token", "sdp",
					   "seat", "password", "message", "push"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/* Of a long one how long it is. */
static void add_long(cJSON *to, const char *key, size_t bytes)
{
	cJSON *d = cJSON_AddObjectToObject(to, key);

	cJSON_AddNumberToObject(d, "bytes", (double)bytes);
}

static void add_field(cJSON *to, const char *key, const cJSON *item)
{
	char *text = cJSON_PrintUnformatted(item);
	size_t n = text ? strlen(text) : 0;

	if (!text || secret(key) || n > TEXT_BYTES)
		add_long(to, key, n);
	else
		cJSON_AddItemToObject(to, key, cJSON_Duplicate(item, true));
	free(text);
}

void audit_fields(const cJSON *d, const struct proto_field *fields,
		  char out[DB_ACT_FIELDS + 1])
{
	cJSON *said = cJSON_CreateObject();
	const cJSON *item;
	char *text;

	for (; fields->key; fields++) {
		item = cJSON_GetObjectItemCaseSensitive(d, fields->key);
		if (item)
			add_field(said, fields->key, item);
	}
	item = cJSON_GetObjectItemCaseSensitive(d, "code");
	if (item && !cJSON_HasObjectItem(said, "code"))
		add_field(said, "code", item);
	text = cJSON_PrintUnformatted(said);
	if (!text || strlen(text) > DB_ACT_FIELDS)
		snprintf(out, DB_ACT_FIELDS + 1, "{\"bytes\":%zu}",
			 text ? strlen(text) : 0);
	else
		snprintf(out, DB_ACT_FIELDS + 1, "%s", text);
	free(text);
	cJSON_Delete(said);
}

/* ---- rows ---------------------------------------------------------------------- */

/* Rises with the clock, and where that was set back: from where it was. The last
 * digits are random, so that two servers on one database do not choose the same. */
static int64_t id_next(struct audit *audit, int64_t at_ms)
{
	uint32_t random;
	int64_t id;

	rand_bytes(&random, sizeof(random));
	id = at_ms * ID_MS + random % ID_MS;
	if (id <= audit->last_id)
		id = audit->last_id + 1;
	audit->last_id = id;
	return id;
}

static void fill(struct db_act *act, const struct command *c, const char *name,
		 const struct proto_field *fields) RUNS_ON(on_ctl)
{
	const struct member *member = c->member;

	*act = (struct db_act){.at_ms = clock_wall_ms()};
	act->id = id_next(&c->server->console->audit, act->at_ms);
	member_id(member, act->actor);
	snprintf(act->seat, sizeof(act->seat), "%s", member->seat);
	snprintf(act->name, sizeof(act->name), "%s", member->name);
	snprintf(act->role, sizeof(act->role), "%s", role_name(member->role));
	network_text(member->ip, c->server->conf->admin_addresses, act->network);
	snprintf(act->door, sizeof(act->door), "ws");
	if (c->room) {
		snprintf(act->room, sizeof(act->room), "%s", c->room->row.id);
		snprintf(act->code, sizeof(act->code), "%s", c->room->row.code);
	}
	snprintf(act->command, sizeof(act->command), "%s", name);
	audit_fields(c->d, fields, act->fields);
}

bool audit_begin(struct audit_note *note, const struct command *c, const char *name,
		 const struct proto_field *fields)
{
	if (!db_act_room(c->server->db)) {
		log_error("act_not_recorded", "command=%s so=refused", name);
		return false;
	}
	fill(&note->act, c, name, fields);
	return true;
}

void audit_about(struct audit_note *note, const char *about)
{
	struct db_act *act = &note->act;
	cJSON *d = cJSON_Parse(act->fields);
	char *text;

	cJSON_AddStringToObject(d, "id", about);
	text = cJSON_PrintUnformatted(d);
	if (text && strlen(text) <= DB_ACT_FIELDS)
		snprintf(act->fields, sizeof(act->fields), "%s", text);
	free(text);
	cJSON_Delete(d);
}

/* In the log, too: that is another file, and mostly another disk. */
void audit_end(struct server *server, struct audit_note *note, const char *result)
{
	struct db_act *act = &note->act;
	int err;

	snprintf(act->result, sizeof(act->result), "%s", result);
	err = db_act_put(server->db, act);
	log_info("act", "id=%lld member=%s role=%s room=%s command=%s result=%s",
		 (long long)act->id, act->actor, act->role, act->room, act->command,
		 act->result);
	if (err) /* no memory: there was room for it */
		log_error("act_lost", "id=%lld err=%d", (long long)act->id, err);
}

void audit_own(struct server *server, const char *name, const char *room_id,
	       const char *fields, const char *result)
{
	const struct room *room = room_by_id(server, room_id);
	struct audit_note note = {.act = {.at_ms = clock_wall_ms()}};
	struct db_act *act = &note.act;

	act->id = id_next(&server->console->audit, act->at_ms);
	snprintf(act->role, sizeof(act->role), "server");
	snprintf(act->door, sizeof(act->door), "server");
	snprintf(act->room, sizeof(act->room), "%s", room_id);
	snprintf(act->code, sizeof(act->code), "%s", room ? room->row.code : "");
	snprintf(act->command, sizeof(act->command), "%s", name);
	snprintf(act->fields, sizeof(act->fields), "%s", fields);
	audit_end(server, &note, result);
}

void audit_refused(const struct command *c, const char *name,
		   const struct proto_field *fields)
{
	const struct bucket_rate all = {AUDIT_REFUSED_SEC, AUDIT_REFUSED_BURST};
	const struct bucket_rate one = {1, 20};
	struct audit *audit = &c->server->console->audit;
	struct audit_note note;
	int64_t now = clock_us();

	if (bucket_wait(&c->member->refused, &one, BUCKET_DEED_US, now) > 0 ||
	    bucket_wait(&audit->refused, &all, BUCKET_DEED_US, now) > 0 ||
	    !db_act_room(c->server->db)) {
		audit->left_out++;
		return;
	}
	bucket_take(&c->member->refused, BUCKET_DEED_US);
	bucket_take(&audit->refused, BUCKET_DEED_US);
	fill(&note.act, c, name, fields);
	audit_end(c->server, &note, "forbidden");
}

void audit_tick(struct server *server, int64_t now_us)
{
	struct audit *audit = &server->console->audit;
	uint32_t days = server->conf->audit_days;

	if (audit->left_out && now_us - audit->logged_us > LEFT_OUT_US) {
		log_warn("acts_left_out", "refused=%u", audit->left_out);
		audit->left_out = 0;
		audit->logged_us = now_us;
	}
	if (!audit->purged_us)
		audit->purged_us = now_us - PURGE_US + PURGE_AT_US;
	if (!days || now_us - audit->purged_us < PURGE_US)
		return;
	audit->purged_us = now_us;
	/* the database has a clock of its own, and takes nothing of its last day */
	if (db_acts_purge(server->db, clock_wall_ms() - days * DAY_MS - CLOCKS_MS))
		log_warn("acts_kept", "db=%d", db_healthy(server->db));
}
