/* http.h - the HTTP/1.1 and WebSocket server of the control thread, over TLS.
 *
 * Heads are parsed strictly (RFC 9112) and refused whole; files that are built
 * in are answered here, everything else goes to the events. Control thread.
 */
#ifndef SIGNALING_HTTP_H
#define SIGNALING_HTTP_H

#include "base/attr.h"
#include "base/loop.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_server;
struct seal_keys;
struct http_request; /* lives until it is replied to, even when the client left */
struct ws;           /* one WebSocket connection, RFC 6455 */

struct http_conf {
	uint32_t n_listen; /* none: all addresses, IPv6 and IPv4 */
	char listen[4][46];
	uint16_t port;                    /* 0: any free one, see http_port */
	bool plain;                       /* without TLS: behind a proxy, or for tests */
	const char *cert_path, *key_path; /* PEM */
	bool cert_make;        /* self-signed, when both are missing: see tls_create() */
	uint32_t strangers_ip; /* connections without a session from one address; 0: as
				  LIMIT_HTTP_CONNS_IP */
	uint32_t n_origins;    /* besides our own Host: allowed Origin values of pages */
	char origins[8][128];
	const char *webroot; /* NULL: the files inside the binary */
	/* Where pages may get recordings, besides from us: a blank, scheme and host; or
	 * nothing. */
	char media_origin[288];
	/* Files that are sealed by one of them are sent as they were before. NULL: there
	 * are none. */
	const struct seal_keys *seal_keys;
};

/* Where the body of an upload goes while it comes. */
struct http_sink {
	void *ctx;
	/* Some of it, in order. False: no more before http_upload_go(). It may refuse the
	 * rest by replying to the request: then nothing more is told. */
	bool (*data)(void *ctx, const void *data, size_t len);
	/* All of it came. Reply now or later, once. */
	void (*whole)(void *ctx);
	/* The client left, or was too slow: the request is no more. Not after whole(). */
	void (*gone)(void *ctx);
};

struct http_events {
	void *ctx;
	/* A request that is not for a built-in file. Reply now or later, once. */
	void (*request)(void *ctx, struct http_request *req);
	/* A WebSocket was accepted at /ws (subprotocol aula.v1, Origin checked). It
	 * has LIMIT_WS_AUTH_SEC to become a session: see ws_keep. */
	void (*ws_open)(void *ctx, struct ws *ws);
	/* A whole text message, valid UTF-8, at most LIMIT_WS_MESSAGE bytes. */
	void (*ws_text)(void *ctx, struct ws *ws, const char *text, size_t len);
	/* After it the pointer is dead. Also called after ws_close. Never called
	 * from inside ws_send or ws_close. */
	void (*ws_closed)(void *ctx, struct ws *ws);
	/* A PUT: its head came, of the body nothing was read; http_body_len() tells how
	 * much there will be. True with a sink for it; false when it was replied to.
	 * NULL: there are no uploads. */
	bool (*upload)(void *ctx, struct http_request *req, struct http_sink *sink);
};

int http_create(struct http_server **out, struct loop *loop, const struct http_conf *conf,
		const struct http_events *events, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void http_destroy(struct http_server *server) RUNS_ON(on_ctl); /* NULL is accepted */
uint16_t http_port(const struct http_server *server);
/* Reads certificate and key again; connections stay. Bad files: old ones stay. */
int http_reload_tls(struct http_server *server, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* New connections and requests get 503 with Retry-After from here on. */
void http_drain(struct http_server *server) RUNS_ON(on_ctl);
/* Ends all WebSockets with this close code, behind what was sent to them; none comes
 * after http_drain(). Each is open until its client has answered, or for
 * http_times.ws_close_us. */
void http_ws_close(struct http_server *server, uint16_t code) RUNS_ON(on_ctl);
bool http_ws_open(const struct http_server *server) RUNS_ON(on_ctl); /* any? */

/* ---- requests ------------------------------------------------------------- */

const char *http_method(const struct http_request *req); /* "GET", "POST", ... */
const char *http_path(const struct http_request *req);   /* decoded, starts with / */
/* A query parameter, decoded; NULL without it. */
const char *http_query(const struct http_request *req, const char *key);
/* A field by its lower-case name; NULL without it. */
const char *http_field(const struct http_request *req, const char *name);
const char *http_body(const struct http_request *req, size_t *len);
/* As its head says. */
size_t http_body_len(const struct http_request *req);
/* The sink of this upload takes more again. Not from inside of its data(). */
void http_upload_go(struct http_request *req) RUNS_ON(on_ctl);
/* Who asks. With http_conf.plain a proxy on this machine may say it in
 * X-Forwarded-For: then it is the last address there, or "?" when that is none or
 * a loopback one. So loopback always means: asked on this machine. */
const char *http_remote_ip(const struct http_request *req);

/* Replies and ends the request. `type` NULL: no body. Security fields, length
 * and, for text of 1 KB and more, nothing else is added. */
void http_reply(struct http_request *req, int status, const char *type, const void *body,
		size_t len) RUNS_ON(on_ctl);
/* How a reply may be read and kept. */
struct http_form {
	const char *type;     /* NULL: no body */
	const char *cache;    /* Cache-Control; NULL: as without a form */
	const char *encoding; /* Content-Encoding of this body; NULL: none */
	bool vary;            /* it depends on Accept-Encoding */
	bool open;            /* pages of all origins may read it */
};
void http_reply_form(struct http_request *req, int status, const struct http_form *form,
		     const void *body, size_t len) RUNS_ON(on_ctl);
/* Does the client prefer gzip to what is not compressed? */
bool http_takes_gzip(const struct http_request *req);
/* {"code": code, "title": ...} as application/problem+json (RFC 9457). */
void http_reply_error(struct http_request *req, int status, const char *code)
	RUNS_ON(on_ctl);
/* Sends an open file that is in memory, with single Range, ETag and If-Range; takes the
 * `fd`. */
void http_reply_file(struct http_request *req, int fd, const char *type) RUNS_ON(on_ctl);
/* The same; of the form only `type`, `cache` and `open` count. */
void http_reply_file_form(struct http_request *req, int fd, const struct http_form *form)
	RUNS_ON(on_ctl);
/* A file of a disk; what is here is copied but for `ctx`. */
struct http_disk_file {
	const char *path, *type;
	const char *download; /* the name to save it under; NULL: it is shown */
	/* It cannot be opened (-ENOENT: it is not there): replies. */
	void (*missing)(void *ctx, struct http_request *req, int err);
	void *ctx;
};
/* The same of such a file, sealed or not: other threads read it, see file_reader.h. Who
 * waits too long for its first bytes gets 503, for later ones the connection ends. */
void http_reply_disk_file(struct http_request *req, const struct http_disk_file *file)
	RUNS_ON(on_ctl);
void http_reply_redirect(struct http_request *req, int status, const char *location)
	RUNS_ON(on_ctl);

/* ---- WebSockets ----------------------------------------------------------- */

void *ws_data(const struct ws *ws);
void ws_set_data(struct ws *ws, void *data);
/* The connection became a session: the authentication deadline is off. */
void ws_keep(struct ws *ws) RUNS_ON(on_ctl);
/* Its client was heard by another way at this time, of clock_us(): then the silence of
 * the connection alone says little, and it is asked for signs of life seldom. */
void ws_alive(struct ws *ws, int64_t at_us) RUNS_ON(on_ctl);
/* Queues a text message. A slow client costs only itself: while more than
 * LIMIT_WS_QUEUE waits for it, its own requests wait, and it is reset when it
 * takes less than LIMIT_WS_STUCK_BYTES in LIMIT_WS_STUCK_SEC. Beyond
 * LIMIT_WS_QUEUE_HARD it is reset at once and -ENOBUFS comes back. Also -EPIPE
 * (it is closing), -ENOMEM (this text is lost). */
int ws_send(struct ws *ws, const char *text, size_t len) RUNS_ON(on_ctl);
/* The same for what is soon stale: -EAGAIN, and not sent, while more than
 * LIMIT_WS_HINTS wait. */
int ws_send_hint(struct ws *ws, const char *text, size_t len) RUNS_ON(on_ctl);
/* Sends a close frame and ends it within a second. */
void ws_close(struct ws *ws, uint16_t code, const char *reason) RUNS_ON(on_ctl);
/* As http_remote_ip(). */
const char *ws_remote_ip(const struct ws *ws);

#endif
