/* http_conn.h - one connection of the HTTP server, from its TLS hello to its
 * end; private to the http_*.c, ws*.c and static.c files. Control thread.
 *
 * One request at a time: the next one is read when the reply to the last has
 * left. That bounds what a connection costs and keeps pipelined replies in
 * order. Nothing is freed inside a call: a dead connection waits for the loop.
 */
#ifndef SIGNALING_HTTP_CONN_H
#define SIGNALING_HTTP_CONN_H

#include "base/attr.h"
#include "base/loop.h"
#include "base/thread.h"
#include "signaling/file_content.h"
#include "signaling/http.h"
#include "signaling/http_head.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define HTTP_PIPELINE 16    /* requests that may come without waiting for replies */
#define HTTP_CHUNK    65536 /* bytes of a body that are moved at once */
#define HTTP_METHODS  "GET, HEAD, POST, PUT, DELETE, OPTIONS"

struct bufferevent;
struct evbuffer;
struct evconnlistener;
struct file_ask;
struct file_read;
struct file_reader;
struct tls;
struct http_conn;

/* All that waits for a client; µs. Tests make them short. */
struct http_times {
	int64_t hello_us;  /* TLS handshake */
	int64_t head_us;   /* first byte to end of head; of a fresh one: from its start */
	int64_t body_us;   /* the whole body */
	int64_t upload_us; /* the same of one that is streamed; HTTP_CHUNK each read_us */
	int64_t idle_us;   /* between two requests */
	int64_t read_us;   /* each HTTP_CHUNK of a reply, or the whole when shorter */
	int64_t linger_us; /* after the last reply, for the client to read it */
	int64_t ws_auth_us, ws_ping_us, ws_dead_us, ws_close_us;
	int64_t ws_quiet_us; /* instead of ws_ping_us, of who is heard by another way */
	int64_t ws_stuck_us; /* to take LIMIT_WS_STUCK_BYTES of a long queue */
	int64_t disk_us;     /* for each piece of a file; 0: as file_reader.h says */
};

/* How many connections without a session there may be. */
struct http_caps {
	uint32_t all, per_address;
	bool local; /* also count those from loopback per address */
};

struct http_server { /* control thread */
	struct loop *loop;
	struct http_events events;
	struct http_times times;
	struct http_caps caps;
	struct tls *tls; /* NULL: plain */
	struct file_reader *files;
	struct http_conf conf; /* its pointers are only good in http_create */
	int webroot_fd;        /* -1: the files inside the binary */
	uint16_t port;
	bool draining;
	bool hsts; /* a real certificate: browsers may insist on TLS from now on */
	uint32_t n_listeners;
	struct evconnlistener *listeners[4];
	struct loop_timer *retry;  /* accepts again after the descriptors ran out */
	struct loop_timer *hourly; /* session ticket keys */
	TAILQ_HEAD(, http_conn) strangers; /* no session: capped, oldest first */
	TAILQ_HEAD(, http_conn) members;
	TAILQ_HEAD(, http_request) requests; /* at the events, not replied to */
	uint32_t n_strangers;
	size_t ws_queued, ws_queued_max; /* bytes waiting for all WebSockets, see ws.c */
};

enum conn_phase {
	CONN_HELLO, /* TLS handshake */
	CONN_HEAD,  /* waiting for, or inside of, a head */
	CONN_BODY,
	CONN_UPLOAD, /* a body that goes to its sink as it comes */
	CONN_BUSY,   /* the request is at the events */
	CONN_REPLY,  /* a reply is leaving */
	CONN_LINGER, /* nothing will be sent any more: reads until the client leaves */
	CONN_WS,
	CONN_DEAD, /* freed by the loop, after the call that killed it */
};

struct http_conn { /* control thread; owned by the server */
	struct http_server *server;
	struct bufferevent *bev;
	struct loop_timer *timer; /* the deadline of the phase; the end when dead */
	enum conn_phase phase;
	bool stranger;    /* in which of the two lists */
	bool surplus;     /* above the caps: gets 503 */
	bool fresh;       /* no request yet */
	bool keep;        /* after the reply the next request */
	bool eof;         /* the client sends no more */
	uint32_t n_ahead; /* requests since the input was last empty */
	struct http_request
		*req;    /* CONN_HEAD with bytes, CONN_BODY, CONN_UPLOAD, CONN_BUSY */
	struct ws *ws;   /* CONN_WS */
	size_t out_mark; /* bytes waiting when read_us was started */
	struct http_sink sink;   /* CONN_UPLOAD */
	size_t in_left, in_mark; /* of it: bytes to come, and when read_us was started */
	int64_t in_until_us;     /* of it */
	bool in_wait;            /* of it: the sink wants no more for now */
	/* the rest of a reply: of a file in memory, or of one that others read */
	struct file_content memory;
	struct file_read *file;     /* NULL: none */
	bool file_waits;            /* for its next piece, and so does the timer */
	int64_t file_at, file_left; /* bytes */
	struct in6_addr key;        /* who it counts for: an IPv4 address or a /64 */
	bool local;                 /* loopback: not capped per address */
	char ip[46];                /* CONN_WS: as of its request */
	TAILQ_ENTRY(http_conn) link;
};

struct http_request { /* owned by its connection, by the server once that is gone */
	struct http_server *server;
	struct http_conn *conn; /* NULL: the client left */
	bool listed;            /* at the events */
	struct file_ask *file;  /* the reply, while its file is looked at; or NULL */
	struct http_head head;
	char *body; /* zero-terminated; NULL without one */
	char ip[46];
	TAILQ_ENTRY(http_request) link;
};

/* ---- http.c --------------------------------------------------------------- */

/* Tests, before the first connection. */
void http_set_times(struct http_server *server, const struct http_times *times);
void http_set_caps(struct http_server *server, const struct http_caps *caps);
void http_set_ws_queued_max(struct http_server *server, size_t bytes);
/* A stranger became a member: the caps no longer count it. */
void http_admit(struct http_conn *conn) RUNS_ON(on_ctl);

/* ---- http_conn.c ---------------------------------------------------------- */

/* Takes the fd. NULL without memory. */
struct http_conn *conn_create(struct http_server *server, int fd,
			      const struct sockaddr *addr) RUNS_ON(on_ctl);
/* Ends it; `reset` throws away what was not sent. Freed by the loop, later. */
void conn_kill(struct http_conn *conn, bool reset) RUNS_ON(on_ctl);
/* At once: for the end of the server. */
void conn_free(struct http_conn *conn) RUNS_ON(on_ctl);
/* The reply is in the output: now it must leave. */
void conn_replied(struct http_conn *conn) RUNS_ON(on_ctl);
/* A piece of it is in the output. */
void conn_fed(struct http_conn *conn) RUNS_ON(on_ctl);
/* Says no more; lets the client read what was sent. */
void conn_linger(struct http_conn *conn) RUNS_ON(on_ctl);
struct evbuffer *conn_output(struct http_conn *conn) RUNS_ON(on_ctl);
struct evbuffer *conn_input(struct http_conn *conn) RUNS_ON(on_ctl);
/* Of an address: what the caps count. */
void conn_key(struct in6_addr *key, bool *local, char ip[46],
	      const struct sockaddr *addr);

/* ---- http_reply.c --------------------------------------------------------- */

/* Fields of a reply that are not always there. */
struct http_extra {
	const char *cache;       /* Cache-Control; NULL: no-store */
	const char *etag;        /* with its quotes */
	const char *encoding;    /* Content-Encoding */
	const char *range;       /* Content-Range */
	const char *disposition; /* Content-Disposition */
	const char *location;    /* Location */
	const char *allow;       /* Allow */
	const char *upgrade;     /* Upgrade, with Connection: upgrade */
	const char *ws_version;  /* Sec-WebSocket-Version */
	bool vary, ranges, page; /* Vary, Accept-Ranges, the policy of pages */
	bool retry;              /* Retry-After */
	bool open;               /* pages of all origins may read it */
};

/* The head of a reply with `len` bytes of body (-1: no length at all). */
void reply_head(struct http_conn *conn, int status, const char *type, int64_t len,
		const struct http_extra *extra) RUNS_ON(on_ctl);
/* Head, body (copied; NULL for HEAD) and end of a request. */
void reply_whole(struct http_request *req, int status, const char *type, const void *body,
		 size_t len, const struct http_extra *extra) RUNS_ON(on_ctl);
/* An error of the connection itself, before or without a request; closes. */
void reply_refusal(struct http_conn *conn, int status) RUNS_ON(on_ctl);
/* http_reply_error with more fields. */
void reply_error(struct http_request *req, int status, const char *code,
		 const struct http_extra *extra) RUNS_ON(on_ctl);
/* Lets go of a request that was replied to; its connection or NULL. */
struct http_conn *request_done(struct http_request *req) RUNS_ON(on_ctl);
bool request_is_head(const struct http_request *req);

/* ---- http_file.c ---------------------------------------------------------- */

/* Puts the next piece into the output, now or once it is read: conn->file_waits then.
 * False when it could not be read. */
bool file_feed(struct http_conn *conn) RUNS_ON(on_ctl);
/* Lets go of what there is of it. */
void file_close(struct http_conn *conn) RUNS_ON(on_ctl);
void file_ask_free(struct file_ask *ask) RUNS_ON(on_ctl); /* NULL is accepted */

#endif
