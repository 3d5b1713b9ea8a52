#include "mcu/notice_json.h"

#include "base/clock.h"
#include "mcu/notice.h"
#include "mcu/notice_rights.h"
#include "mcu/quota_watch.h"
#include "mcu/recording.h"
#include "mcu/rest.h"
#include "mcu/rest_live.h"
#include "mcu/roster.h"
#include "mcu/takes.h"
#include "mixer/geom.h"
#include "transport/net.h"

cJSON *notice_json_member(const struct member *member)
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
	if (member->own.grants)
		cJSON_AddItemToObject(d, "grants", notice_json_caps(member->own.grants));
	if (member->own.denies)
		cJSON_AddItemToObject(d, "denies", notice_json_caps(member->own.denies));
	return d;
}

cJSON *notice_json_roster(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "n", room->n_members);
	cJSON_AddNumberToObject(d, "listed", room->n_listed);
	return d;
}

void notice_json_ref(cJSON *d, const char *key, const struct room *room, uint32_t base)
{
	const struct member *member = base ? room_member(room, base) : NULL;
	char id[12] = "";

	if (member)
		member_id(member, id);
	cJSON_AddStringToObject(d, key, id);
}

/* Who is still here has an id, too; the name is for all others, and for those who
 * are not listed. */
cJSON *notice_json_parts(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	notice_json_ref(d, "interpreter", room, room->interpreter);
	notice_json_ref(d, "guest", room, room->guest);
	return d;
}

cJSON *notice_json_chat(const struct room *room, uint32_t by,
			const struct db_message *message)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "id", message->id);
	notice_json_ref(d, "member", room, by);
	cJSON_AddStringToObject(d, "name", message->name);
	cJSON_AddStringToObject(d, "text", message->text);
	cJSON_AddNumberToObject(d, "sent_ms", (double)message->sent_ms);
	if (!message->name[0])
		cJSON_AddBoolToObject(d, "notice", true); /* of the server */
	return d;
}

static cJSON *json_tile(const struct room *room, const struct tile *tile, uint16_t w,
			uint16_t h) RUNS_ON(on_ctl)
{
	struct rect_px px = geom_to_px(tile->at, w, h);
	cJSON *t = cJSON_CreateObject();

	notice_json_ref(t, "member", room, id_base(tile->source));
	cJSON_AddStringToObject(t, "kind",
				id_part(tile->source) == ID_SCREEN ? "screen"
				: id_part(tile->source) == ID_DECK ? "deck"
				: id_part(tile->source) == ID_CLIP ? "clip"
								   : "camera");
	cJSON_AddStringToObject(t, "name", tile->name);
	cJSON_AddNumberToObject(t, "x", px.x);
	cJSON_AddNumberToObject(t, "y", px.y);
	cJSON_AddNumberToObject(t, "w", px.w);
	cJSON_AddNumberToObject(t, "h", px.h);
	cJSON_AddBoolToObject(t, "video", tile->video);
	return t;
}

cJSON *notice_json_tiles(const struct room *room, const struct tile_map *map,
			 enum shape shape)
{
	cJSON *tiles = cJSON_CreateArray();
	uint16_t w, h;

	views_frame(shape, &w, &h);
	for (uint32_t i = 0; i < map->n; i++)
		if (map->tiles[i].source) /* nobody's place is drawn, not told */
			cJSON_AddItemToArray(tiles,
					     json_tile(room, &map->tiles[i], w, h));
	return tiles;
}

/* Which picture that is: of a pin the member, too. */
static void add_picture(cJSON *d, const struct room_picture *picture, uint32_t view)
	RUNS_ON(on_ctl)
{
	enum picture_kind kind = picture->key.kind;

	cJSON_AddNumberToObject(d, "view", picture_view(picture, view));
	cJSON_AddStringToObject(d, "picture", picture_name(kind));
	if (kind == PICTURE_PIN)
		notice_json_ref(d, "front", picture->room, picture->key.front);
}

cJSON *notice_json_layout(const struct room_picture *picture, uint32_t view)
{
	const struct room *room = picture->room;
	const struct room_view *v = picture->views[view];
	uint16_t w, h;
	cJSON *d;

	if (!v || !v->live.generation)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	views_frame((enum shape)(view / VIEW_TIERS), &w, &h);
	cJSON_AddNumberToObject(d, "generation", v->live.generation);
	add_picture(d, picture, view);
	cJSON_AddStringToObject(d, "name", v->live.layout);
	cJSON_AddNumberToObject(d, "w", w);
	cJSON_AddNumberToObject(d, "h", h);
	cJSON_AddNumberToObject(d, "rtp_ts", net_video_ts(v->live_pts_us));
	cJSON_AddNumberToObject(d, "pts_ms", (double)(v->live_pts_us / 1000));
	cJSON_AddItemToObject(
		d, "tiles",
		notice_json_tiles(room, &v->live, (enum shape)(view / VIEW_TIERS)));
	return d;
}

/* The view that the member is shown, moving or still. */
uint32_t notice_view(const struct member *member)
{
	return views_of(member->picture, member->quality.shape, member->quality.level);
}

cJSON *notice_json_hearing(const struct room *room)
{
	const struct hearing *hearing = &room->hearing;
	cJSON *d = cJSON_CreateObject(), *languages, *one, *list;
	char id[12];

	cJSON_AddStringToObject(d, "rule", hearing_name(hearing->rule));
	cJSON_AddStringToObject(d, "sees", hearing_name(hearing->sees));
	languages = cJSON_AddArrayToObject(d, "languages");
	for (uint32_t i = 0; i < hearing->n; i++) {
		one = cJSON_CreateObject();
		cJSON_AddItemToArray(languages, one);
		cJSON_AddStringToObject(one, "name", hearing->names[i]);
		list = cJSON_AddArrayToObject(one, "members");
		for (uint32_t k = 0; k < room->n_members; k++) {
			if (room->members[k]->speaks != i + 1)
				continue;
			member_id(room->members[k], id);
			cJSON_AddItemToArray(list, cJSON_CreateString(id));
		}
	}
	return d;
}

void notice_json_picture(cJSON *d, const struct member *member)
{
	add_picture(d, member->picture, notice_view(member));
}

cJSON *notice_json_quality(const struct member *member)
{
	const struct quality *q = &member->quality;
	enum content content = quality_content(member);
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
	if (member->picture)
		notice_json_picture(d, member);
	/* for MB an hour of each choice */
	costs = cJSON_AddObjectToObject(d, "kbps");
	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		cJSON_AddNumberToObject(costs, level_name(level),
					(quality_cost(member, level) + 500) / 1000);
	return d;
}

/* Of the editions that are over already. */
static void json_errors(cJSON *d, const struct room *room)
{
	for (enum edition e = 0; e < EDITIONS; e++)
		if (room->edition_errs[e])
			cJSON_AddStringToObject(d, edition_name(e),
						takes_error(e, room->edition_errs[e]));
}

cJSON *notice_json_record(const struct room *room, const char *error)
{
	uint32_t disk_min = disk_watch_minutes(&room->server->disk_watch);
	uint32_t quota_min = quota_watch_minutes(room, clock_us());
	cJSON *d = cJSON_CreateObject(), *list = NULL;

	cJSON_AddBoolToObject(d, "on", room->recording);
	cJSON_AddNumberToObject(
		d, "since_ms",
		room->recording ? (double)(room->recorded_at_ms - room->recorded_ms) : 0);
	cJSON_AddStringToObject(d, "id", room->recording_row.id);
	if (room->recording) {
		cJSON_AddBoolToObject(d, "paused", room->recording_paused);
		cJSON_AddNumberToObject(d, "at_ms", (double)recording_at_ms(room));
		list = cJSON_AddArrayToObject(d, "editions");
	}
	for (enum edition e = 0; room->recording && e < EDITIONS; e++)
		if (room->editions & EDITION_BIT(e))
			cJSON_AddItemToArray(list, cJSON_CreateString(edition_name(e)));
	if (room->recording)
		json_errors(cJSON_AddObjectToObject(d, "errors"), room);
	if (room->recording && disk_min != DISK_WATCH_PLENTY)
		cJSON_AddNumberToObject(d, "disk_min", disk_min);
	if (room->recording && quota_min != DISK_WATCH_PLENTY)
		cJSON_AddNumberToObject(d, "quota_min", quota_min);
	if (room->recording && room->recorded_base)
		cJSON_AddStringToObject(d, "view", picture_name(PICTURE_RECORDING));
	if (rest_live_running(room))
		cJSON_AddBoolToObject(d, "live", true);
	if (error)
		cJSON_AddStringToObject(d, "error", error);
	return d;
}

static void json_url(cJSON *d, const struct member *reader, const char *recording,
		     enum edition edition) RUNS_ON(on_ctl)
{
	char url[256];

	if (!reader)
		return;
	rest_recording_url(recording, edition, reader->base, url, sizeof(url));
	cJSON_AddStringToObject(d, "url", url);
}

/* Those who record: what each member sent is also what only a lecturer was shown. */
static bool sees_tracks(const struct member *reader) RUNS_ON(on_ctl)
{
	return reader && member_may(reader, CAP_RECORD);
}

static void json_edition(cJSON *list, const struct member *reader,
			 const struct db_recording *row,
			 const struct db_recording_file *file) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddStringToObject(d, "edition", file->edition);
	cJSON_AddNumberToObject(d, "bytes", (double)file->bytes);
	cJSON_AddNumberToObject(d, "ms", (double)file->duration_ms);
	if (*file->err)
		cJSON_AddStringToObject(d, "error", file->err);
	if (file->bytes > 0)
		json_url(d, reader, row->id, edition_by_name(file->edition));
	cJSON_AddItemToArray(list, d);
}

/* Returns the one that plays; EDITIONS: none does. One of before there were editions has
 * its only file as the full one. */
static enum edition json_editions(cJSON *list, const struct member *reader, bool tracks,
				  const struct db_recording *row,
				  const struct db_recording_file *files, uint32_t n)
	RUNS_ON(on_ctl)
{
	struct db_recording_file old = {.edition = "full"};
	enum edition first = EDITIONS;
	bool known = false;

	for (uint32_t i = 0; i < n; i++) {
		enum edition e = edition_by_name(files[i].edition);

		if (!*files[i].id || e == EDITIONS)
			continue;
		known = true;
		if (e != EDITION_TRACKS || tracks)
			json_edition(list, reader, row, &files[i]);
		if (files[i].bytes > 0 && e < first && e != EDITION_TRACKS)
			first = e;
	}
	if (known || row->bytes == 0)
		return first;
	old.bytes = row->bytes;
	old.duration_ms = row->duration_ms;
	json_edition(list, reader, row, &old);
	return EDITION_FULL;
}

bool notice_plays(const struct db_recording_file *files, uint32_t n_files)
{
	uint32_t n = 0, n_tracks = 0;

	for (uint32_t i = 0; i < n_files; i++) {
		if (!*files[i].id || files[i].bytes == 0)
			continue;
		n++;
		n_tracks += edition_by_name(files[i].edition) == EDITION_TRACKS;
	}
	return n == 0 || n_tracks < n;
}

cJSON *notice_recording(const struct member *reader, bool links,
			const struct db_recording *row,
			const struct db_recording_file *files, uint32_t n_files)
{
	bool away = row->deleted_ms && !(reader && member_may(reader, CAP_RECORD));
	const struct member *signed_for = links && !away ? reader : NULL;
	cJSON *d = cJSON_CreateObject();
	enum edition first;

	cJSON_AddStringToObject(d, "id", row->id);
	cJSON_AddStringToObject(d, "title", row->title);
	cJSON_AddStringToObject(d, "state", row->state);
	cJSON_AddNumberToObject(d, "started_ms", (double)row->started_ms);
	cJSON_AddNumberToObject(d, "duration_ms", (double)row->duration_ms);
	cJSON_AddNumberToObject(d, "bytes", (double)row->bytes);
	first = json_editions(cJSON_AddArrayToObject(d, "editions"), signed_for,
			      sees_tracks(reader), row, files, n_files);
	if (row->bytes > 0 && first < EDITIONS)
		json_url(d, signed_for, row->id, first);
	return d;
}
