#include "signaling/http_conn.h"

#include "base/clock.h"
#include "base/count.h"
#include "signaling/static.h"
#include "signaling/tls.h"
#include "signaling/ws.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX (LIMIT_HTTP_BODY + LIMIT_HTTP_HEAD) /* read ahead, bytes */

static void run(struct http_conn *conn) RUNS_ON(on_ctl);

struct evbuffer *conn_output(struct http_conn *conn)
{
	return bufferevent_get_output(conn->bev);
}

struct evbuffer *conn_input(struct http_conn *conn)
{
	return bufferevent_get_input(conn->bev);
}

static void phase_set(struct http_conn *conn, enum conn_phase phase, int64_t deadline_us)
	RUNS_ON(on_ctl)
{
	conn->phase = phase;
	if (deadline_us > 0)
		loop_timer_once(conn->timer, deadline_us);
	else
		loop_timer_stop(conn->timer);
}

/* ---- the end -------------------------------------------------------------- */

static void request_orphan(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct http_request *req = conn->req;

	conn->req = NULL;
	if (!req)
		return;
	req->conn = NULL;
	if (conn->phase == CONN_UPLOAD)
		conn->sink.gone(conn->sink.ctx);
	if (!req->listed)
		request_done(req);
}

void conn_kill(struct http_conn *conn, bool reset)
{
	const struct linger now = {1, 0};

	if (conn->phase == CONN_DEAD)
		return;
	if (reset)
		setsockopt(bufferevent_getfd(conn->bev), SOL_SOCKET, SO_LINGER, &now,
			   sizeof(now));
	bufferevent_setcb(conn->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
	request_orphan(conn);
	phase_set(conn, CONN_DEAD, 0);
	loop_timer_once(conn->timer, 0);
}

void conn_free(struct http_conn *conn)
{
	struct http_server *server = conn->server;

	if (conn->ws)
		ws_destroy(conn->ws);
	request_orphan(conn);
	file_close(conn);
	if (conn->stranger) {
		TAILQ_REMOVE(&server->strangers, conn, link);
		server->n_strangers--;
	} else {
		TAILQ_REMOVE(&server->members, conn, link);
	}
	if (conn->bev)
		bufferevent_free(conn->bev);
	loop_timer_destroy(conn->timer);
	free(conn);
}

void conn_linger(struct http_conn *conn)
{
	evutil_socket_t fd = bufferevent_getfd(conn->bev);
	struct evbuffer *in = conn_input(conn);

	if (conn->eof) {
		conn_kill(conn, false);
		return;
	}
	/* Closing with unread input would reset the connection and take the reply
	 * away from the client before it read it. */
	if (conn->server->tls)
		tls_bye(conn->bev);
	shutdown(fd, SHUT_WR);
	evbuffer_drain(in, evbuffer_get_length(in));
	phase_set(conn, CONN_LINGER, conn->server->times.linger_us);
}

/* ---- replies -------------------------------------------------------------- */

void conn_replied(struct http_conn *conn)
{
	conn->fresh = false;
	conn->out_mark = evbuffer_get_length(conn_output(conn));
	phase_set(conn, CONN_REPLY, conn->server->times.read_us);
}

void conn_fed(struct http_conn *conn)
{
	conn->out_mark = evbuffer_get_length(conn_output(conn));
	loop_timer_once(conn->timer, conn->server->times.read_us);
}

/* While its file is read the client has nothing to take: the reader has a time of its
 * own. */
static void reply_more(struct http_conn *conn) RUNS_ON(on_ctl)
{
	if (!file_feed(conn))
		conn_kill(conn, true);
	else if (conn->file_waits)
		loop_timer_stop(conn->timer);
	else
		conn_fed(conn);
}

static void reply_left(struct http_conn *conn) RUNS_ON(on_ctl)
{
	if (conn->file_waits)
		return;
	if (conn->file_left > 0) {
		reply_more(conn);
		return;
	}
	file_close(conn);
	if (!conn->keep) {
		conn_linger(conn);
		return;
	}
	if (evbuffer_get_length(conn_input(conn)) == 0)
		conn->n_ahead = 0;
	phase_set(conn, CONN_HEAD, conn->server->times.idle_us);
	run(conn);
}

/* A slow reader must take a chunk per period; then it gets another one. */
static void reply_late(struct http_conn *conn) RUNS_ON(on_ctl)
{
	size_t left = evbuffer_get_length(conn_output(conn));

	if (conn->out_mark < left + HTTP_CHUNK) {
		conn_kill(conn, true);
		return;
	}
	conn->out_mark = left;
	loop_timer_once(conn->timer, conn->server->times.read_us);
}

/* ---- requests ------------------------------------------------------------- */

static void refuse(struct http_conn *conn, int status) RUNS_ON(on_ctl)
{
	count_add(COUNT_REJECT_HTTP, 1);
	request_orphan(conn);
	reply_refusal(conn, status);
}

/* The last address that proxies wrote down: the one that ours saw itself. What
 * stands before it anybody may have made up. */
static const char *forwarded_for(const struct http_head *head)
{
	const char *text = NULL, *comma;

	for (uint32_t i = 0; i < head->n_fields; i++)
		if (strcmp(head->buf + head->fields[i].name, "x-forwarded-for") == 0)
			text = head->buf + head->fields[i].value;
	comma = text ? strrchr(text, ',') : NULL;
	text = comma ? comma + 1 : text;
	return text ? text + strspn(text, " \t") : NULL;
}

/* Who asks, when a proxy on this machine asks for it. A proxied request is never
 * taken for one of this machine, whatever is written in it. With TLS nothing says that
 * there is a proxy at all: then it is nobody that could be named. */
static void name_client(struct http_request *req) RUNS_ON(on_ctl)
{
	const struct http_conn *conn = req->conn;
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const struct sockaddr *addr;
	struct in6_addr key;
	const char *text;
	bool local;

	text = conn->local ? forwarded_for(&req->head) : NULL;
	if (!text)
		return;
	if (!conn->server->conf.plain)
		addr = NULL;
	else if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		addr = (const struct sockaddr *)&v4;
	else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		addr = (const struct sockaddr *)&v6;
	else
		addr = NULL;
	if (addr)
		conn_key(&key, &local, req->ip, addr);
	if (!addr || local)
		memcpy(req->ip, "?", 2);
}

static void dispatch(struct http_conn *conn) RUNS_ON(on_ctl)
{
	static const struct http_extra all = {.allow = HTTP_METHODS};
	struct http_server *server = conn->server;
	struct http_request *req = conn->req;

	conn->keep = req->head.keep && ++conn->n_ahead < HTTP_PIPELINE;
	phase_set(conn, CONN_BUSY, 0);
	name_client(req);
	if (server->draining || conn->surplus) {
		refuse(conn, 503);
		return;
	}
	if (strcmp(req->head.method, "OPTIONS") == 0) {
		/* says what there is, never that another origin may use it */
		reply_whole(req, 204, NULL, NULL, 0, &all);
		return;
	}
	if (strcmp(http_path(req), "/ws") == 0) {
		ws_upgrade(req);
		return;
	}
	if (static_serve(req))
		return;
	req->listed = true;
	TAILQ_INSERT_TAIL(&server->requests, req, link);
	server->events.request(server->events.ctx, req);
}

/* ---- uploads -------------------------------------------------------------- */

static void upload_begin(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct http_server *server = conn->server;
	struct http_request *req = conn->req;

	conn->keep = req->head.keep && ++conn->n_ahead < HTTP_PIPELINE;
	phase_set(conn, CONN_BUSY, 0);
	name_client(req);
	if (server->draining || conn->surplus || !server->events.upload) {
		refuse(conn, server->events.upload ? 503 : 405);
		return;
	}
	conn->in_left = conn->in_mark = req->head.content_length;
	conn->in_until_us = clock_us() + server->times.upload_us;
	conn->in_wait = false;
	phase_set(conn, CONN_UPLOAD, server->times.read_us);
	if (!server->events.upload(server->events.ctx, req, &conn->sink))
		return;
	if (req->head.expect && evbuffer_get_length(conn_input(conn)) == 0)
		bufferevent_write(conn->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

static void upload_whole(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct http_request *req = conn->req;

	phase_set(conn, CONN_BUSY, 0);
	req->listed = true;
	TAILQ_INSERT_TAIL(&conn->server->requests, req, link);
	conn->sink.whole(conn->sink.ctx);
}

/* What came, as far as the sink takes it: the rest waits in the socket. */
static void run_upload(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct evbuffer *in = conn_input(conn);
	struct evbuffer_iovec v;

	while (conn->phase == CONN_UPLOAD && !conn->in_wait && conn->in_left > 0 &&
	       evbuffer_peek(in, HTTP_CHUNK, NULL, &v, 1) > 0 && v.iov_len > 0) {
		size_t n = v.iov_len < conn->in_left ? v.iov_len : conn->in_left;

		n = n < HTTP_CHUNK ? n : HTTP_CHUNK;
		conn->in_left -= n;
		conn->in_wait = !conn->sink.data(conn->sink.ctx, v.iov_base, n);
		evbuffer_drain(in, n);
	}
	if (conn->phase == CONN_UPLOAD && conn->in_left == 0)
		upload_whole(conn);
}

/* A slow sender must send a chunk per period; when the sink is slow, it is not. */
static void upload_late(struct http_conn *conn) RUNS_ON(on_ctl)
{
	bool slow = conn->in_mark - conn->in_left < HTTP_CHUNK && !conn->in_wait;

	if (slow || clock_us() >= conn->in_until_us) {
		refuse(conn, 408);
		return;
	}
	conn->in_mark = conn->in_left;
	loop_timer_once(conn->timer, conn->server->times.read_us);
}

void http_upload_go(struct http_request *req)
{
	struct http_conn *conn = req->conn;

	if (!conn || conn->phase != CONN_UPLOAD || !conn->in_wait)
		return;
	conn->in_wait = false;
	run(conn);
}

/* ---- bodies and heads ----------------------------------------------------- */

static void run_body(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct http_request *req = conn->req;
	size_t len = req->head.content_length;
	struct evbuffer *in = conn_input(conn);

	if (evbuffer_get_length(in) < len)
		return;
	if (len > 0) {
		req->body = malloc(len + 1);
		if (!req->body) {
			refuse(conn, 503);
			return;
		}
		evbuffer_remove(in, req->body, len);
		req->body[len] = '\0';
	}
	dispatch(conn);
}

static void run_head(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct evbuffer *in = conn_input(conn);
	struct http_head *head;
	struct evbuffer_iovec v;

	if (!conn->req) {
		conn->req = calloc(1, sizeof(*conn->req));
		if (!conn->req) {
			conn_kill(conn, true);
			return;
		}
		conn->req->server = conn->server;
		conn->req->conn = conn;
		memcpy(conn->req->ip, conn->ip, sizeof(conn->ip));
		http_head_init(&conn->req->head);
		if (!conn->fresh)
			loop_timer_once(conn->timer, conn->server->times.head_us);
	}
	head = &conn->req->head;
	while (head->state == HTTP_HEAD_MORE && evbuffer_peek(in, -1, NULL, &v, 1) > 0)
		evbuffer_drain(in, http_head_feed(head, v.iov_base, v.iov_len));
	if (head->state == HTTP_HEAD_BAD) {
		refuse(conn, head->status);
	} else if (head->state == HTTP_HEAD_DONE && strcmp(head->method, "PUT") == 0) {
		upload_begin(conn);
	} else if (head->state == HTTP_HEAD_DONE) {
		if (head->expect && evbuffer_get_length(in) == 0)
			bufferevent_write(conn->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		phase_set(conn, CONN_BODY, conn->server->times.body_us);
	}
}

/* Goes on with what has come until something else must happen first. */
static void run(struct http_conn *conn)
{
	struct evbuffer *in = conn_input(conn);

	if (conn->phase == CONN_HEAD && evbuffer_get_length(in) > 0)
		run_head(conn);
	if (conn->phase == CONN_BODY)
		run_body(conn);
	if (conn->phase == CONN_UPLOAD)
		run_upload(conn);
	if (conn->eof && (conn->phase == CONN_HEAD || conn->phase == CONN_BODY))
		conn_kill(conn, false);
}

/* ---- what libevent tells -------------------------------------------------- */

static void on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	thread_claim(&on_ctl);
	if (conn->phase == CONN_WS)
		ws_on_input(conn->ws);
	else if (conn->phase == CONN_LINGER)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		run(conn);
}

static void on_write(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn = arg;

	thread_claim(&on_ctl);
	if (conn->phase == CONN_WS)
		ws_on_drained(conn->ws);
	else if (conn->phase == CONN_REPLY &&
		 evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		reply_left(conn);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_conn *conn = arg;

	(void)bev;
	thread_claim(&on_ctl);
	if (what & BEV_EVENT_CONNECTED) {
		phase_set(conn, CONN_HEAD, conn->server->times.head_us);
		return;
	}
	/* A client that only stopped sending still gets what it asked for. Not over
	 * TLS: there libevent stops writing as well. */
	if (!conn->server->tls && (what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING) &&
	    (conn->phase == CONN_BUSY || conn->phase == CONN_REPLY)) {
		conn->eof = true;
		return;
	}
	conn_kill(conn, false);
}

static void on_timer(void *arg)
{
	struct http_conn *conn = arg;

	thread_claim(&on_ctl);
	switch (conn->phase) {
	case CONN_DEAD:
		conn_free(conn);
		break;
	case CONN_WS:
		ws_on_timer(conn->ws);
		break;
	case CONN_REPLY:
		reply_late(conn);
		break;
	case CONN_UPLOAD:
		upload_late(conn);
		break;
	case CONN_HEAD:
	case CONN_BODY:
		if (conn->req) {
			refuse(conn, 408);
			break;
		}
		conn_kill(conn, false);
		break;
	case CONN_HELLO:
	case CONN_LINGER:
	case CONN_BUSY:
		conn_kill(conn, conn->phase == CONN_HELLO);
		break;
	}
}

/* ---- the start ------------------------------------------------------------ */

void conn_key(struct in6_addr *key, bool *local, char ip[46], const struct sockaddr *addr)
{
	memset(key, 0, sizeof(*key));
	*local = false;
	snprintf(ip, 46, "?");
	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *)addr;

		memcpy(key->s6_addr + 12, &a->sin_addr, 4);
		inet_ntop(AF_INET, &a->sin_addr, ip, 46);
		*local = key->s6_addr[12] == 127;
	} else if (addr->sa_family == AF_INET6) {
		const struct in6_addr *a =
			&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;

		if (IN6_IS_ADDR_V4MAPPED(a)) {
			memcpy(key->s6_addr + 12, a->s6_addr + 12, 4);
			inet_ntop(AF_INET, a->s6_addr + 12, ip, 46);
			*local = key->s6_addr[12] == 127;
		} else {
			memcpy(key->s6_addr, a->s6_addr,
			       8); /* one subscriber has a /64 */
			inet_ntop(AF_INET6, a, ip, 46);
			*local = IN6_IS_ADDR_LOOPBACK(a);
		}
	}
}

struct http_conn *conn_create(struct http_server *server, int fd,
			      const struct sockaddr *addr)
{
	struct http_conn *conn = calloc(1, sizeof(*conn));
	struct event_base *base = loop_base(server->loop);
	const int on = 1;

	if (conn && loop_timer_create(&conn->timer, server->loop, on_timer, conn) == 0)
		conn->bev = server->tls ? tls_accept(server->tls, base, fd)
					: bufferevent_socket_new(base, fd,
								 BEV_OPT_CLOSE_ON_FREE);
	if (!conn || !conn->bev) {
		if (conn)
			loop_timer_destroy(conn->timer);
		free(conn);
		close(fd);
		return NULL;
	}
	conn->server = server;
	conn->memory.fd = -1;
	conn->fresh = true;
	conn->stranger = true;
	conn_key(&conn->key, &conn->local, conn->ip, addr);
	TAILQ_INSERT_TAIL(&server->strangers, conn, link);
	server->n_strangers++;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	bufferevent_setcb(conn->bev, on_read, on_write, on_event, conn);
	bufferevent_setwatermark(conn->bev, EV_READ, 0, INPUT_MAX);
	if (server->tls)
		phase_set(conn, CONN_HELLO, server->times.hello_us);
	else
		phase_set(conn, CONN_HEAD, server->times.head_us);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	return conn;
}
