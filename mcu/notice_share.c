#include "mcu/notice_share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/editions.h"
#include "mcu/notice.h"
#include "mcu/notice_made.h"
#include "mcu/rest.h"
#include "signaling/proto.h"

static cJSON *json_head(const struct db_recording *row)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "title", row->title);
	cJSON_AddNumberToObject(d, "started_ms", (double)row->started_ms);
	cJSON_AddNumberToObject(d, "duration_ms", (double)row->duration_ms);
	return d;
}

static char *text_of(cJSON *d)
{
	char *text = cJSON_PrintUnformatted(d);

	cJSON_Delete(d);
	return text;
}

char *notice_share_closed(const struct db_recording *row)
{
	cJSON *d = json_head(row);

	cJSON_AddBoolToObject(d, "password", true);
	return text_of(d);
}

/* The live form is for those who have a place in the class, what is sent elsewhere has no
 * file, and what each member sent is for who makes a film of it. */
static bool can_be_linked(enum edition edition)
{
	return edition < EDITIONS && edition != EDITION_LIVE && edition != EDITION_PUSH &&
	       edition != EDITION_TRACKS;
}

static void add_urls(cJSON *row, const char *id, const char *share) RUNS_ON(on_ctl)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(row, "editions");
	enum edition first = EDITIONS;
	char url[256];
	cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "edition");
		const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(item, "bytes");
		enum edition e = edition_by_name(name->valuestring);

		if (!can_be_linked(e) || !(bytes->valuedouble > 0))
			continue;
		rest_share_url(id, e, share, url, sizeof(url));
		cJSON_AddStringToObject(item, "url", url);
		first = e < first ? e : first;
	}
	if (first == EDITIONS)
		return;
	rest_share_url(id, first, share, url, sizeof(url));
	cJSON_AddStringToObject(row, "url", url);
}

static void add_made(cJSON *row, const char *id, const char *share)
{
	cJSON *made = cJSON_GetObjectItemCaseSensitive(row, "made");
	const cJSON *state = cJSON_GetObjectItemCaseSensitive(made, "state");
	char base[REST_MADE_BASE], query[REST_MADE_QUERY];

	if (!cJSON_IsString(state) || strcmp(state->valuestring, "ready") != 0)
		return;
	rest_share_made(id, share, base, query);
	cJSON_AddStringToObject(made, "base", base);
	cJSON_AddStringToObject(made, "query", query);
}

char *notice_share_open(struct server *server, const struct db_share *share,
			const struct db_recording *row,
			const struct db_recording_file *files, uint32_t n_files)
{
	cJSON *d = json_head(row), *whole;
	uint32_t from = 0, n;

	/* of others that began in the same millisecond */
	while (from < n_files && strcmp(files[from].recording, row->id) != 0)
		from++;
	for (n = from; n < n_files && strcmp(files[n].recording, row->id) == 0;)
		n++;
	whole = notice_recording(NULL, false, row, files + from, n - from);
	notice_made(whole, server, NULL, row);
	add_urls(whole, row->id, share->id);
	add_made(whole, row->id, share->id);
	cJSON_AddBoolToObject(d, "download", share->download);
	cJSON_AddNumberToObject(d, "expires_ms", (double)share->expires_ms);
	cJSON_AddItemToObject(d, "recording", whole);
	return text_of(d);
}

cJSON *notice_share(const struct server *server, const struct db_share *share)
{
	cJSON *d = cJSON_CreateObject();
	char url[SHARE_URL];

	share_url(server, share->id, url);
	cJSON_AddStringToObject(d, "id", share->id);
	cJSON_AddStringToObject(d, "url", url);
	cJSON_AddNumberToObject(d, "expires_ms", (double)share->expires_ms);
	cJSON_AddBoolToObject(d, "password", *share->verifier);
	cJSON_AddBoolToObject(d, "download", share->download);
	cJSON_AddNumberToObject(d, "made_ms", (double)share->made_ms);
	cJSON_AddNumberToObject(d, "opened", (double)share->opened);
	return d;
}

int notice_share_password(const char *body, size_t len,
			  char out[SHARE_PASSWORD_MAX * 4 + 1])
{
	static const struct proto_field fields[] = {
		{"password", PROTO_STRING, true, 1, SHARE_PASSWORD_MAX * 4},
		{NULL, PROTO_STRING, false, 0, 0},
	};
	const char *code, *bad;
	cJSON *d;
	int err = body && len ? proto_body(&d, body, len, &code) : -EINVAL;

	if (err)
		return -EINVAL;
	err = proto_check(d, fields, &bad);
	if (!err)
		snprintf(out, SHARE_PASSWORD_MAX * 4 + 1, "%s",
			 proto_string(d, "password"));
	cJSON_Delete(d);
	return err ? -EINVAL : 0;
}
