#include "mcu/rest.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "config.h"
#include "db/db.h"
#include "mcu/console.h"
#include "mcu/deck.h"
#include "mcu/overload.h"
#include "mcu/server.h"
#include "mcu/workshop_text.h"
#include "signaling/auth.h"

#define RECORDINGS    "/api/v1/recordings/"
#define MADE          "/made" /* behind the id: for all that was made of it */
#define LINK_GOOD_MS  REVOKED_MS
#define WHAT          (DB_ID + 32) /* a link is for: its file, and its member */
#define LOOP_STUCK_US (5 * SEC_US)

/* A file as a link names it: ID, or ID/EDITION. */
#define FILE_NAME (DB_ID + 1 + EDITION_NAME_MAX + 1)

static void link_what(const char *file, uint32_t member, char out[WHAT])
{
	snprintf(out, WHAT, "%s %u", file, member);
}

void rest_recording_url(const char *id, enum edition edition, uint32_t member, char *out,
			size_t size)
{
	char sig[128], what[WHAT], file[FILE_NAME];

	snprintf(file, sizeof(file), "%s%s%s", id, edition == EDITION_FULL ? "" : "/",
		 edition == EDITION_FULL ? "" : edition_name(edition));
	link_what(file, member, what);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + LINK_GOOD_MS);
	snprintf(out, size, RECORDINGS "%s?m=%u&sig=%s", file, member, sig);
}

void rest_made_link(const char *id, uint32_t member, char base[REST_MADE_BASE],
		    char query[REST_MADE_QUERY])
{
	char sig[128], what[WHAT], folder[FILE_NAME];

	snprintf(folder, sizeof(folder), "%.*s" MADE, DB_ID, id);
	link_what(folder, member, what);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + LINK_GOOD_MS);
	snprintf(base, REST_MADE_BASE, RECORDINGS "%s/", folder);
	snprintf(query, REST_MADE_QUERY, "m=%u&sig=%s", member, sig);
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

/* Signed, not too old, and of nobody who was removed since. */
static bool link_good(const struct server *server, struct http_request *req,
		      const char *file) RUNS_ON(on_ctl)
{
	const char *sig = http_query(req, "sig");
	uint32_t member = rest_link_member(req);
	int64_t now_ms = clock_wall_ms();
	char what[WHAT];

	if (!sig || !member)
		return false;
	link_what(file, member, what);
	return auth_verify(sig, what, now_ms) &&
	       !revoked_has(&server->console->revoked, member, now_ms);
}

static void file_name(const struct server *server, const char *id, enum edition edition,
		      char *out, size_t size) RUNS_ON(on_ctl)
{
	const char *ext = edition_extension(server->plugins, server->conf, edition);

	snprintf(out, size, "%s%s%s.%s", id, edition == EDITION_FULL ? "" : ".",
		 edition == EDITION_FULL ? "" : edition_name(edition), ext ? ext : "mp4");
}

/* "ID/made/NAME", as `id` and what follows it; the name is one of those that are made, so
 * that it leads nowhere else. */
static void made(const struct server *server, struct http_request *req, const char *id,
		 const char *name) RUNS_ON(on_ctl)
{
	char path[CONF_PATH + 96], folder[FILE_NAME], save[96];
	const char *type = workshop_type(name);
	int fd;

	snprintf(folder, sizeof(folder), "%s" MADE, id);
	if (!type || !id_ok(id) || !link_good(server, req, folder)) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	snprintf(path, sizeof(path), "%s/%s.made/%s", server->conf->recordings_dir, id,
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		http_reply_error(req, 404, "unknown_recording");
		return;
	}
	snprintf(save, sizeof(save), "class-%s-%s", id, name);
	http_reply_file(req, fd, type, http_query(req, "download") ? save : NULL);
}

/* What follows "ID/made/"; NULL: it is no such link. The id is cut out. */
static const char *made_name(const char *link, char id[DB_ID + 1])
{
	size_t n = strcspn(link, "/");

	if (n > DB_ID || strncmp(link + n, MADE "/", strlen(MADE) + 1) != 0)
		return NULL;
	memcpy(id, link, n);
	id[n] = '\0';
	return link + n + strlen(MADE) + 1;
}

static void recording(const struct server *server, struct http_request *req,
		      const char *link) RUNS_ON(on_ctl)
{
	char path[CONF_PATH + 64], file[64], name[80], id[DB_ID + 1] = "";
	const char *of_made = made_name(link, id);
	enum edition edition = file_split(link, id);
	int fd;

	if (of_made) {
		made(server, req, id, of_made);
		return;
	}
	if (edition == EDITIONS || !id_ok(id) || !link_good(server, req, link)) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	file_name(server, id, edition, file, sizeof(file));
	snprintf(path, sizeof(path), "%s/%s", server->conf->recordings_dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		http_reply_error(req, 404, "unknown_recording");
		return;
	}
	snprintf(name, sizeof(name), "class-%s", file);
	http_reply_file(req, fd, edition == EDITION_SOUND ? "audio/mp4" : "video/mp4",
			http_query(req, "download") ? name : NULL);
}

static void health(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	bool db = db_healthy(server->db);
	bool loop = clock_us() - server->tick_us < LOOP_STUCK_US;
	bool disk = disks_well(&server->console->health.disks, clock_us());
	char body[192];
	int n = snprintf(body, sizeof(body),
			 "{\"ok\":%s,\"database\":%s,\"disk\":%s,\"draining\":%s,\"rooms\":%lld,"
			 "\"members\":%lld}\n",
			 db && loop ? "true" : "false", db ? "true" : "false",
			 disk ? "true" : "false", server->draining ? "true" : "false",
			 (long long)count_get(COUNT_ROOMS),
			 (long long)count_get(COUNT_MEMBERS));

	http_reply(req, db && loop ? 200 : 503, "application/json", body, (size_t)n);
}

/* For a balancer: whether newcomers are welcome here. */
static void ready(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	enum shed shed = overload_shed(server->overload);
	bool ok = !server->draining && !server->no_newcomers && shed < SHED_HIGH && db_healthy(server->db);
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

void rest_request(struct server *server, struct http_request *req)
{
	static const char version[] = "{\"version\":\"" PACKAGE_VERSION "\"}\n";
	const char *path = http_path(req), *method = http_method(req);

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		http_reply_error(req, 405, "method_not_allowed");
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
	else if (strncmp(path, RECORDINGS, strlen(RECORDINGS)) == 0)
		recording(server, req, path + strlen(RECORDINGS));
	else
		http_reply_error(req, 404, "not_found");
}
