#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "signaling/http_conn.h"
#include "signaling/static.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* On every reply. A page may run our own scripts and talk to us, nothing else. */
#define SECURITY_FIELDS \
	"X-Content-Type-Options: nosniff\r\n" \
	"Referrer-Policy: no-referrer\r\n" \
	"Cross-Origin-Opener-Policy: same-origin\r\n" \
	"Permissions-Policy: camera=(self), microphone=(self), " \
	"display-capture=(self)\r\n" \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; " \
	"style-src 'self'; img-src 'self' data: blob:; worker-src 'self'; " \
	"manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; " \
	"frame-ancestors 'none'; object-src 'none'; " \
	"require-trusted-types-for 'script'; "
/* and its end, twice with where recordings are, too */
#define MEDIA_SOURCES "media-src 'self' blob:%s; connect-src 'self' wss:%s\r\n"

static const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{206, "Partial Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{416, "Range Not Satisfiable"},
		{417, "Expectation Failed"},
		{422, "Unprocessable Content"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
		{507, "Insufficient Storage"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Unknown";
}

/* RFC 9110 5.6.7, whatever the locale */
static void date_text(char out[40])
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	snprintf(out, 40, "%s, %02d %s %d %02d:%02d:%02d GMT", days[tm.tm_wday],
		 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		 tm.tm_sec);
}

static void field(struct evbuffer *out, const char *name, const char *value)
{
	if (value)
		evbuffer_add_printf(out, "%s: %s\r\n", name, value);
}

static void extra_fields(struct evbuffer *out, const struct http_extra *extra)
{
	field(out, "Cache-Control", extra->cache ? extra->cache : "no-store");
	field(out, "ETag", extra->etag);
	field(out, "Content-Encoding", extra->encoding);
	field(out, "Content-Range", extra->range);
	field(out, "Content-Disposition", extra->disposition);
	field(out, "Location", extra->location);
	field(out, "Allow", extra->allow);
	field(out, "Upgrade", extra->upgrade);
	field(out, "Sec-WebSocket-Version", extra->ws_version);
	field(out, "Vary", extra->vary ? "Accept-Encoding" : NULL);
	field(out, "Accept-Ranges", extra->ranges ? "bytes" : NULL);
	field(out, "Retry-After", extra->retry ? "2" : NULL);
	field(out, "Access-Control-Allow-Origin", extra->open ? "*" : NULL);
	field(out, "Cross-Origin-Resource-Policy",
	      extra->open ? "cross-origin" : "same-origin");
}

void reply_head(struct http_conn *conn, int status, const char *type, int64_t len,
		const struct http_extra *extra)
{
	struct evbuffer *out = conn_output(conn);
	char date[40];

	date_text(date);
	evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
			    status_text(status), date);
	field(out, "Content-Type", type);
	if (len >= 0)
		evbuffer_add_printf(out, "Content-Length: %lld\r\n", (long long)len);
	extra_fields(out, extra);
	evbuffer_add(out, SECURITY_FIELDS, sizeof(SECURITY_FIELDS) - 1);
	evbuffer_add_printf(out, MEDIA_SOURCES, conn->server->conf.media_origin,
			    conn->server->conf.media_origin);
	if (conn->server->hsts)
		field(out, "Strict-Transport-Security", "max-age=31536000");
	if (extra->upgrade)
		field(out, "Connection", conn->keep ? "upgrade" : "upgrade, close");
	else if (!conn->keep)
		field(out, "Connection", "close");
	evbuffer_add(out, "\r\n", 2);
}

bool request_is_head(const struct http_request *req)
{
	return strcmp(req->head.method, "HEAD") == 0;
}

struct http_conn *request_done(struct http_request *req)
{
	struct http_conn *conn = req->conn;

	if (req->listed)
		TAILQ_REMOVE(&req->server->requests, req, link);
	if (conn && conn->phase == CONN_UPLOAD)
		conn->keep = false; /* what is still to come of it is no request */
	if (conn)
		conn->req = NULL;
	file_ask_free(req->file);
	free(req->body);
	free(req);
	return conn;
}

void reply_whole(struct http_request *req, int status, const char *type, const void *body,
		 size_t len, const struct http_extra *extra)
{
	bool bodyless = request_is_head(req) || status == 204 || status == 304;
	struct http_conn *conn = request_done(req);

	if (!conn)
		return;
	/* RFC 9110 8.6: no length where there cannot be a body */
	reply_head(conn, status, type, status == 204 || status == 304 ? -1 : (int64_t)len,
		   extra);
	if (!bodyless && len > 0)
		evbuffer_add(conn_output(conn), body, len);
	conn_replied(conn);
}

static int problem(char *out, size_t size, int status, const char *code)
{
	return snprintf(out, size, "{\"status\":%d,\"code\":\"%s\",\"title\":\"%s\"}\n",
			status, code, status_text(status));
}

void reply_error(struct http_request *req, int status, const char *code,
		 const struct http_extra *extra)
{
	char body[256];
	int n = problem(body, sizeof(body), status, code);

	reply_whole(req, status, "application/problem+json", body, (size_t)n, extra);
}

void reply_refusal(struct http_conn *conn, int status)
{
	struct http_extra extra = {
		.allow = status == 405 ? HTTP_METHODS : NULL,
		.retry = status == 503,
	};
	char body[256];
	int n = problem(body, sizeof(body), status,
			status == 503   ? "no_resources"
			: status == 408 ? "too_slow"
					: "bad_request");

	conn->keep = false;
	reply_head(conn, status, "application/problem+json", n, &extra);
	evbuffer_add(conn_output(conn), body, (size_t)n);
	conn_replied(conn);
}

/* ---- for the events ------------------------------------------------------- */

void http_reply(struct http_request *req, int status, const char *type, const void *body,
		size_t len)
{
	const struct http_extra none = {.retry = status == 503};

	reply_whole(req, status, type, body, type ? len : 0, &none);
}

void http_reply_form(struct http_request *req, int status, const struct http_form *form,
		     const void *body, size_t len)
{
	const struct http_extra extra = {
		.cache = form->cache,
		.encoding = form->encoding,
		.vary = form->vary,
		.open = form->open,
		.retry = status == 503,
	};

	reply_whole(req, status, form->type, body, form->type ? len : 0, &extra);
}

bool http_takes_gzip(const struct http_request *req)
{
	return static_coding(http_field(req, "accept-encoding"), false, true) == 'g';
}

void http_reply_error(struct http_request *req, int status, const char *code)
{
	const struct http_extra extra = {
		.retry = status == 503,
		.allow = status == 405 ? "GET, HEAD" : NULL,
	};

	reply_error(req, status, code, &extra);
}

void http_reply_redirect(struct http_request *req, int status, const char *location)
{
	const struct http_extra extra = {.location = location};

	for (const char *p = location; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f) {
			http_reply_error(req, 500, "bad_location");
			return;
		}
	reply_whole(req, status, NULL, NULL, 0, &extra);
}

const char *http_method(const struct http_request *req)
{
	return req->head.method;
}

const char *http_path(const struct http_request *req)
{
	return http_head_path(&req->head);
}

const char *http_query(const struct http_request *req, const char *key)
{
	return http_head_param(&req->head, key);
}

const char *http_field(const struct http_request *req, const char *name)
{
	return http_head_field(&req->head, name);
}

const char *http_body(const struct http_request *req, size_t *len)
{
	*len = req->body ? req->head.content_length : 0;
	return req->body ? req->body : "";
}

size_t http_body_len(const struct http_request *req)
{
	return req->head.content_length;
}

const char *http_remote_ip(const struct http_request *req)
{
	return req->ip;
}
