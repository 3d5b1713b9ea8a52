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
#include "signaling/auth.h"

#define RECORDINGS    "/api/v1/recordings/"
#define LINK_GOOD_MS  REVOKED_MS
#define WHAT          (DB_ID + 16) /* a link is for: its file, and its member */
#define LOOP_STUCK_US (5 * SEC_US)

static void link_what(const char *id, uint32_t member, char out[WHAT])
{
	snprintf(out, WHAT, "%s %u", id, member);
}

void rest_recording_url(const char *id, uint32_t member, char *out, size_t size)
{
	char sig[128], what[WHAT];

	link_what(id, member, what);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + LINK_GOOD_MS);
	snprintf(out, size, RECORDINGS "%s?m=%u&sig=%s", id, member, sig);
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
		      const char *id) RUNS_ON(on_ctl)
{
	const char *sig = http_query(req, "sig"), *m = http_query(req, "m");
	int64_t now_ms = clock_wall_ms();
	char what[WHAT];
	uint32_t member;

	if (!id_ok(id) || !sig || !m || !*m || strlen(m) > 10 ||
	    strspn(m, "0123456789") != strlen(m))
		return false;
	member = (uint32_t)strtoul(m, NULL, 10);
	link_what(id, member, what);
	return auth_verify(sig, what, now_ms) &&
	       !revoked_has(&server->console->revoked, member, now_ms);
}

static void recording(const struct server *server, struct http_request *req,
		      const char *id) RUNS_ON(on_ctl)
{
	char path[CONF_PATH + 64], name[64];
	int fd;

	if (!link_good(server, req, id)) {
		http_reply_error(req, 403, "bad_link");
		return;
	}
	snprintf(path, sizeof(path), "%s/%s.mp4", server->conf->recordings_dir, id);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		http_reply_error(req, 404, "unknown_recording");
		return;
	}
	snprintf(name, sizeof(name), "class-%s.mp4", id);
	http_reply_file(req, fd, "video/mp4", http_query(req, "download") ? name : NULL);
}

static void health(const struct server *server, struct http_request *req) RUNS_ON(on_ctl)
{
	bool db = db_healthy(server->db);
	bool loop = clock_us() - server->tick_us < LOOP_STUCK_US;
	char body[160];
	int n = snprintf(body, sizeof(body),
			 "{\"ok\":%s,\"database\":%s,\"draining\":%s,\"rooms\":%lld,"
			 "\"members\":%lld}\n",
			 db && loop ? "true" : "false", db ? "true" : "false",
			 server->draining ? "true" : "false",
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
