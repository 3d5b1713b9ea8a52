#include "mcu/rest.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "config.h"
#include "db/db.h"
#include "mcu/captions.h"
#include "mcu/console.h"
#include "mcu/deck.h"
#include "mcu/member.h"
#include "mcu/overload.h"
#include "mcu/rest_live.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/share.h"
#include "mcu/vault.h"
#include "mcu/workshop_text.h"
#include "signaling/auth.h"

#define RECORDINGS    "/api/v1/recordings/"
#define MADE          "/made" /* behind the id: for all that was made of it */
#define LINK_GOOD_MS  REVOKED_MS
#define WHO           (DB_ID + 3)        /* a link is for, as it says itself */
#define WHAT          (DB_ID + 32 + WHO) /* its file, and that */
#define LOOP_STUCK_US (5 * SEC_US)
#define TRACKS        "/tracks" /* the folder of an edition, see editions.h */
#define TRACKS_LIST   "tracks.json"

/* A file as a link names it: ID, or ID/EDITION. */
#define FILE_NAME (DB_ID + 1 + EDITION_NAME_MAX + 1)

/* Whom it is for is in it as the link says it: "m=12" of a member, "s=ID" of a share. */
static void link_sign(const char *file, const char *who, char sig[128])
{
	char what[WHAT];

	snprintf(what, sizeof(what), "%s %s", file, who);
	auth_sign(sig, 128, what, clock_wall_ms() + LINK_GOOD_MS);
}

static void recording_url(const char *id, enum edition edition, const char *who,
			  char *out, size_t size)
{
	char sig[128], file[FILE_NAME];

	snprintf(file, sizeof(file), "%s%s%s", id, edition == EDITION_FULL ? "" : "/",
		 edition == EDITION_FULL ? "" : edition_name(edition));
	link_sign(file, who, sig);
	/* of a folder its list; the signature is good for all that is in there */
	snprintf(out, size, RECORDINGS "%s%s?%s&sig=%s", file,
		 edition == EDITION_TRACKS ? "/" TRACKS_LIST : "", who, sig);
}

static void made_link(const char *id, const char *who, char base[REST_MADE_BASE],
		      char query[REST_MADE_QUERY])
{
	char sig[128], folder[FILE_NAME];

	snprintf(folder, sizeof(folder), "%.*s" MADE, DB_ID, id);
	link_sign(folder, who, sig);
	snprintf(base, REST_MADE_BASE, RECORDINGS "%s/", folder);
	snprintf(query, REST_MADE_QUERY, "%s&sig=%s", who, sig);
}

static void who_member(uint32_t member, char who[WHO])
{
	snprintf(who, WHO, "m=%u", member);
}

static void who_share(const char *share, char who[WHO])
{
	snprintf(who, WHO, "s=%.*s", DB_ID, share);
}

void rest_recording_url(const char *id, enum edition edition, uint32_t member, char *out,
			size_t size)
{
	char live[LIVE_URL], who[WHO];

	if (edition == EDITION_LIVE) { /* a folder */
		rest_live_url(id, member, live);
		snprintf(out, size, "%s", live);
		return;
	}
	who_member(member, who);
	recording_url(id, edition, who, out, size);
}

void rest_made_link(const char *id, uint32_t member, char base[REST_MADE_BASE],
		    char query[REST_MADE_QUERY])
{
	char who[WHO];

	who_member(member, who);
	made_link(id, who, base, query);
}

void rest_share_url(const char *id, enum edition edition, const char *share, char *out,
		    size_t size)
{
	char who[WHO];

	who_share(share, who);
	recording_url(id, edition, who, out, size);
}

void rest_share_made(const char *id, const char *share, char base[REST_MADE_BASE],
		     char query[REST_MADE_QUERY])
{
	char who[WHO];

	who_share(share, who);
	made_link(id, who, base, query);
}

/* EDITIONS: it names none. The first part is cut out as the id. */
static enum edition file_split(const char *file, char id[DB_ID + 1])
{
	size_t n = strcspn(file, "/");
	enum edition edition = file[n] ? edition_by_name(file + n + 1) : EDITION_FULL;

	if (n > DB_ID || (file[n] && edition == EDITION_FULL))
		return EDITIONS; /* one name for one file */
	memcpy(id, file, n);
	id[n] = '\0';
	return edition;
}

uint32_t rest_link_member(const struct http_request *req)
{
	const char *m = http_query(req, "m");

	if (!m || !*m || strlen(m) > 10 || strspn(m, "0123456789") != strlen(m))
		return 0;
	return (uint32_t)strtoul(m, NULL, 10);
}

static bool id_ok(const char *id)
{
	size_t n = 0;

	for (; id[n]; n++)
		if (n == DB_ID ||
		    !(islower((unsigned char)id[n]) || isdigit((unsigned char)id[n])))
			return false;
	return n > 0;
}

/* Signed, not too old, and of nobody who was removed since. Of a share the database is
 * asked as well: `share` is its id then, else empty. */
static bool link_good(const struct server *server, struct http_request *req,
		      const char *file, char share[DB_ID + 1]) RUNS_ON(on_ctl)
{
	const char *sig = http_query(req, "sig"), *s = http_query(req, "s");
	uint32_t member = s ? 0 : rest_link_member(req);
	int64_t now_ms = clock_wall_ms();
	char what[WHAT], who[WHO];

	*share = '\0';
	if (!sig || (!member && !s) || (s && !id_ok(s)))
		return false;
	if (s)
		who_share(s, who);
	else
		who_member(member, who);
	snprintf(what, sizeof(what), "%s %s", file, who);
	if (!auth_verify(sig, what, now_ms) ||
	    (member && revoked_has(&server->console->revoked, member, now_ms)))
		return false;
	snprintf(share, DB_ID + 1, "%s", s ? s : "");
	return true;
}

static const char *type_of(const char *ext)
{
	static const char *const types[][2] = {{"mp4", "video/mp4"},
					       {"m4a", "audio/mp4"},
					       {"mkv", "video/x-matroska"},
					       {"webm", "video/webm"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(ext, types[i][0]) == 0)
			return types[i][1];
	return "application/octet-stream"; /* of a plugin that we do not know */
}

/* Where a file of a recording is. */
struct source {
	char path[CONF_PATH + DB_ID + WORKSHOP_NAME + 32];
	char save[DB_ID + WORKSHOP_NAME + 64]; /* the name to save it by */
	const char *type;
};

static void source_of_track(struct source *out, const struct server *server,
			    const struct rest_file *file) RUNS_ON(on_ctl)
{
	const char *ext = edition_extension(server->plugins, server->conf, file->edition);
	bool list = strcmp(file->made, TRACKS_LIST) == 0;

	snprintf(out->path, sizeof(out->path), "%s/%s.tracks.%s/%s",
		 server->conf->recordings_dir, file->id, ext ? ext : "dir", file->made);
	snprintf(out->save, sizeof(out->save), "class-%s-%s", file->id, file->made);
	out->type = list ? "application/json" : type_of("mkv");
}

static void source_of(struct source *out, const struct server *server,
		      const struct rest_file *file) RUNS_ON(on_ctl)
{
	const char *dir = server->conf->recordings_dir, *ext;
	bool full = file->edition == EDITION_FULL;
	char name[96];

	if (file->edition == EDITION_TRACKS) {
		source_of_track(out, server, file);
	} else if (*file->made) {
		snprintf(out->path, sizeof(out->path), "%s/%s.made/%s", dir, file->id,
			 file->made);
		snprintf(out->save, sizeof(out->save), "class-%s-%s", file->id,
			 file->made);
		out->type = workshop_type(file->made);
	} else {
		ext = edition_extension(server->plugins, server->conf, file->edition);
		ext = ext ? ext : "mp4";
		snprintf(name, sizeof(name), "%s%s%s.%s", file->id, full ? "" : ".",
			 full ? "" : edition_name(file->edition), ext);
		snprintf(out->path, sizeof(out->path), "%s/%s", dir, name);
		snprintf(out->save, sizeof(out->save), "class-%s", name);
		out->type = type_of(ext);
	}
}

static void no_file(void *ctx, struct http_request *req, int err);

/* The file of a link that is good. */
static void send_file(struct server *server, struct http_request *req,
		      const struct rest_file *file)
{
	struct http_disk_file disk = {.missing = no_file, .ctx = server};
	struct source source;

	thread_claim(&on_ctl);
	source_of(&source, server, file);
	disk.path = source.path;
	disk.type = source.type;
	disk.download = http_query(req, "download") ? source.save : NULL;
	http_reply_disk_file(req, &disk);
}

/* tracks.json or N.mkv: it leads nowhere else. */
static bool track_name_ok(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return strcmp(name, TRACKS_LIST) == 0 ||
	       (digits > 0 && digits < 6 && strcmp(name + digits, ".mkv") == 0);
}

/* "ID/tracks/NAME". */
static bool track_read(const char *link, size_t n, struct rest_file *file,
		       char signed_for[FILE_NAME])
{
	const char *name = link + n + strlen(TRACKS) + 1;

	memcpy(file->id, link, n);
	file->edition = EDITION_TRACKS;
	snprintf(signed_for, FILE_NAME, "%s" TRACKS, file->id);
	if (!track_name_ok(name))
		return false;
	snprintf(file->made, sizeof(file->made), "%s", name);
	return id_ok(file->id);
}

/* What a link names: "ID", "ID/EDITION", "ID/tracks/NAME", or "ID/made/NAME" with a name
 * of those that are made, so that it leads nowhere else. `signed_for` is what its
 * signature is for. */
static bool file_read(const char *link, struct rest_file *file,
		      char signed_for[FILE_NAME])
{
	size_t n = strcspn(link, "/");
	const char *name;

	memset(file, 0, sizeof(*file));
	if (n <= DB_ID && strncmp(link + n, TRACKS "/", strlen(TRACKS) + 1) == 0)
		return track_read(link, n, file, signed_for);
	if (n <= DB_ID && strncmp(link + n, MADE "/", strlen(MADE) + 1) == 0) {
		name = link + n + strlen(MADE) + 1;
		memcpy(file->id, link, n);
		snprintf(signed_for, FILE_NAME, "%s" MADE, file->id);
		if (!workshop_type(name) || strlen(name) >= sizeof(file->made))
			return false;
		memcpy(file->made, name, strlen(name) + 1);
		return id_ok(file->id);
	}
	file->edition = file_split(link, file->id);
	if (file->edition == EDITIONS || file->edition == EDITION_TRACKS ||
	    !id_ok(file->id))
		return false;
	snprintf(signed_for, FILE_NAME, "%s", link);
	return true;
}

/* Of a request below RECORDINGS. */
static bool file_of(const struct http_request *req, struct rest_file *file,
		    char signed_for[FILE_NAME])
{
	return file_read(http_path(req) + strlen(RECORDINGS), file, signed_for);
}

/* It is not in the folder of recordings: then perhaps where they are kept. */
static void no_file(void *ctx, struct http_request *req, int err)
{
	struct server *server = ctx;
	uint32_t seconds = http_query(req, "s") ? VAULT_SHARE_SEC : VAULT_LINK_SEC;
	size_t dir = strlen(server->conf->recordings_dir) + 1;
	char signed_for[FILE_NAME];
	struct rest_file file;
	struct source source;

	thread_claim(&on_ctl);
	if (err == -ENOENT && file_of(req, &file, signed_for)) {
		source_of(&source, server, &file);
		if (vault_redirect(server->vault, req, source.path + dir, source.type,
				   http_query(req, "download") ? source.save : NULL,
				   seconds))
			return;
	}
	http_reply_error(req, 404, "unknown_recording");
}

/* ---- looking it up ------------------------------------------------------------- */

/* A link of a member, while the database is asked for its recording. */
struct look {
	struct server *server;
	struct http_request *req;
	struct rest_file file;
};

static void look_failed(struct look *look, int status, const char *code) RUNS_ON(on_ctl)
{
	if (!look->server->draining) /* else its request is gone */
		http_reply_error(look->req, status, code);
	free(look);
}

static const struct room *class_of(const struct room *room)
{
	return room && room->parent ? room->parent : room;
}

/* Those to whom the trash is shown. */
static bool sees_trash(struct server *server, uint32_t base, const char *room)
	RUNS_ON(on_ctl)
{
	const struct member *member = base ? idmap_get(&server->member_of, base) : NULL;

	for (uint32_t i = 0; i < server->n_consoles; i++)
		if (server->consoles[i]->base == base)
			return true;
	return member && member->room && member_may(member, CAP_RECORD) &&
	       (member->role == ROLE_ADMIN ||
		class_of(member->room) == class_of(room_by_id(server, room)));
}

/* Where others keep files as well, they have only those of finished recordings. */
static bool there(struct look *look, const struct db_recording *row) RUNS_ON(on_ctl)
{
	uint32_t member = rest_link_member(look->req);

	if (row->deleted_ms && !sees_trash(look->server, member, row->room))
		return false;
	return !look->server->vault ||
	       (row->bytes > 0 && strcmp(row->state, "running") != 0);
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct look *look = ctx;

	thread_claim(&on_ctl);
	if (err || look->server->draining) {
		look_failed(look, 503, "no_resources");
	} else if (n == 0 || !there(look, &rows[0])) {
		look_failed(look, 404, "unknown_recording");
	} else {
		send_file(look->server, look->req, &look->file);
		free(look);
	}
}

/* A link outlives what is deleted, and what was thrown away is for those alone who may
 * take it back: the database is asked each time. */
static void look_up(struct server *server, struct http_request *req,
		    const struct rest_file *file) RUNS_ON(on_ctl)
{
	struct look *look = malloc(sizeof(*look));

	if (!look) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	*look = (struct look){server, req, *file};
	if (db_recording(server->db, file->id, got_row, look))
		look_failed(look, 503, "no_resources");
}

static void recording(struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	char signed_for[FILE_NAME], share[DB_ID + 1];
	struct rest_file file;

	if (!file_of(req, &file, signed_for) ||
	    !link_good(server, req, signed_for, share))
		http_reply_error(req, 403, "bad_link");
	else if (*share)
		share_let(server, req, share, &file, send_file);
	else
		look_up(server, req, &file);
}

static void health(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	bool db = db_healthy(server->db);
	bool loop = clock_us() - server->tick_us < LOOP_STUCK_US;
	bool disk = disks_well(&server->console->health.disks, clock_us());
	const char *trouble = vault_trouble(server->vault);
	char body[256];
	int n = snprintf(body, sizeof(body),
			 "{\"ok\":%s,\"database\":%s,\"disk\":%s,\"storage\":%s,"
			 "\"draining\":%s,\"rooms\":%lld,"
			 "\"members\":%lld}\n",
			 db && loop ? "true" : "false", db ? "true" : "false",
			 disk ? "true" : "false", trouble ? "false" : "true",
			 server->draining ? "true" : "false",
			 (long long)count_get(COUNT_ROOMS),
			 (long long)count_get(COUNT_MEMBERS));

	http_reply(req, db && loop ? 200 : 503, "application/json", body, (size_t)n);
}

/* For a balancer: whether newcomers are welcome here. */
static void ready(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	enum shed shed = overload_shed(server->overload);
	bool ok = !server->draining && !server->no_newcomers && shed < SHED_HIGH &&
		  db_healthy(server->db);
	char body[96];
	int n = snprintf(
		body, sizeof(body), "{\"ready\":%s,\"load_permille\":%lld,\"shed\":%d}\n",
		ok ? "true" : "false", (long long)count_get(COUNT_LOAD), (int)shed);

	http_reply(req, ok ? 200 : 503, "application/json", body, (size_t)n);
}

static bool may_measure(const struct server *server, const char *ip)
{
	if (strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 ||
	    strncmp(ip, "::ffff:127.", 11) == 0)
		return true;
	for (uint32_t i = 0; i < server->conf->n_metrics_allow; i++)
		if (strcmp(server->conf->metrics_allow[i], ip) == 0)
			return true;
	return false;
}

static void metrics(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	static char text[32768]; /* of this thread alone */
	size_t n;

	if (!may_measure(server, http_remote_ip(req))) {
		http_reply_error(req, 403, "forbidden");
		return;
	}
	n = count_render(text, sizeof(text));
	http_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8", text, n);
}

/* What is asked for without reading alone. */
static void rest_write(struct server *server, struct http_request *req,
		       const char *method, const char *path) RUNS_ON(on_ctl)
{
	if (strcmp(path, WATCH_PATH) == 0 && strcmp(method, "POST") == 0)
		rest_live_watch(server, req);
	else if (strcmp(method, "POST") == 0 &&
		 strncmp(path, SHARES_PATH, strlen(SHARES_PATH)) == 0)
		share_open(server, req, path + strlen(SHARES_PATH));
	else if (strcmp(method, "DELETE") == 0 && captions_path(path))
		captions_delete(server, req);
	else
		http_reply_error(req, 405, "method_not_allowed");
}

void rest_request(struct server *server, struct http_request *req)
{
	static const char version[] = "{\"version\":\"" PACKAGE_VERSION "\"}\n";
	const char *path = http_path(req), *method = http_method(req);

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		rest_write(server, req, method, path);
	else if (strcmp(path, "/healthz") == 0)
		health(server, req);
	else if (strcmp(path, "/readyz") == 0)
		ready(server, req);
	else if (strcmp(path, "/metrics") == 0)
		metrics(server, req);
	else if (strcmp(path, "/version") == 0)
		http_reply(req, 200, "application/json", version, sizeof(version) - 1);
	else if (strncmp(path, DECKS_PATH, strlen(DECKS_PATH)) == 0)
		deck_get(server, req, path + strlen(DECKS_PATH));
	else if (strncmp(path, LIVE_PATH, strlen(LIVE_PATH)) == 0)
		rest_live_get(server, req, path + strlen(LIVE_PATH));
	else if (strncmp(path, SHARES_PATH, strlen(SHARES_PATH)) == 0)
		share_get(server, req, path + strlen(SHARES_PATH));
	else if (strncmp(path, RECORDINGS, strlen(RECORDINGS)) == 0)
		recording(server, req);
	else
		http_reply_error(req, 404, "not_found");
}
