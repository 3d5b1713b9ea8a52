#include "signaling/ws.h"

#include "base/clock.h"
#include "base/count.h"
#include "signaling/auth.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#define FRAME_HEAD 10 /* bytes before the payload that we send at most */
#define REASON_MAX 120
#define BURST      (2 * LIMIT_WS_RATE)
#define PROTOCOL   "aula.v1"

struct ws { /* control thread; owned by its connection */
	struct http_conn *conn;
	struct wslay_event_context *wslay;
	void *data;
	bool kept;      /* has a session */
	bool opened;    /* the events know it */
	bool closing;   /* a close frame is queued or sent: nothing else follows */
	bool finishing; /* both sides are done: ends when all is sent */
	uint32_t n_fragments;
	int64_t tokens; /* of the rate limit, in millionths of a message */
	int64_t tokens_at_us;
	int64_t since_us, heard_us, pinged_us, closed_us; /* clock_us() */
};

static const struct http_times *times(const struct ws *ws)
{
	return &ws->conn->server->times;
}

static bool dead(const struct ws *ws)
{
	return ws->conn->phase == CONN_DEAD;
}

/* ---- sending -------------------------------------------------------------- */

static void reset(struct ws *ws, enum count why) RUNS_ON(on_ctl)
{
	count_add(why, 1);
	conn_kill(ws->conn, true);
}

/* Sends what wslay has queued; the output buffer is the only queue. Policy when
 * LIMIT_WS_QUEUE is exceeded: the connection is reset. */
static void flush(struct ws *ws) RUNS_ON(on_ctl)
{
	if (dead(ws))
		return;
	if (wslay_event_want_write(ws->wslay) && wslay_event_send(ws->wslay) != 0) {
		conn_kill(ws->conn, true);
		return;
	}
	if (evbuffer_get_length(conn_output(ws->conn)) > LIMIT_WS_QUEUE)
		reset(ws, COUNT_REJECT_QUEUE);
}

static ssize_t on_send(struct wslay_event_context *ctx, const uint8_t *data, size_t len,
		       int flags, void *arg)
{
	struct ws *ws = arg;

	(void)flags;
	thread_claim(&on_ctl);
	if (evbuffer_add(conn_output(ws->conn), data, len) < 0) {
		wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	return (ssize_t)len;
}

static int queue(struct ws *ws, uint8_t opcode, const void *data, size_t len)
	RUNS_ON(on_ctl)
{
	struct wslay_event_msg msg = {opcode, data, len};

	return wslay_event_queue_msg(ws->wslay, &msg) == 0 ? 0 : -ENOMEM;
}

int ws_send(struct ws *ws, const char *text, size_t len)
{
	if (dead(ws) || ws->closing)
		return -EPIPE;
	if (evbuffer_get_length(conn_output(ws->conn)) + len + FRAME_HEAD >
	    LIMIT_WS_QUEUE) {
		reset(ws, COUNT_REJECT_QUEUE);
		return -ENOBUFS;
	}
	if (queue(ws, WSLAY_TEXT_FRAME, text, len) < 0)
		return -ENOMEM;
	flush(ws);
	return dead(ws) ? -ENOBUFS : 0;
}

/* ---- closing -------------------------------------------------------------- */

static void arm(struct ws *ws) RUNS_ON(on_ctl);

void ws_close(struct ws *ws, uint16_t code, const char *reason)
{
	size_t len = reason ? strlen(reason) : 0;

	if (dead(ws) || ws->closing)
		return;
	ws->closing = true;
	ws->closed_us = clock_us();
	wslay_event_queue_close(ws->wslay, code, (const uint8_t *)reason,
				len < REASON_MAX ? len : REASON_MAX);
	flush(ws);
	arm(ws);
}

/* The client broke a rule. */
static void refuse(struct ws *ws, uint16_t code, enum count why) RUNS_ON(on_ctl)
{
	if (ws->closing || dead(ws))
		return;
	count_add(why, 1);
	ws_close(ws, code, NULL);
}

/* ---- receiving ------------------------------------------------------------ */

/* A bucket of BURST that gets LIMIT_WS_RATE a second. */
static bool rate_ok(struct ws *ws)
{
	int64_t now = clock_us();

	ws->tokens += (now - ws->tokens_at_us) * LIMIT_WS_RATE;
	ws->tokens_at_us = now;
	if (ws->tokens > BURST * SEC_US)
		ws->tokens = BURST * SEC_US;
	if (ws->tokens < SEC_US)
		return false;
	ws->tokens -= SEC_US;
	return true;
}

static ssize_t on_recv(struct wslay_event_context *ctx, uint8_t *buf, size_t len,
		       int flags, void *arg)
{
	struct ws *ws = arg;
	int n;

	(void)flags;
	thread_claim(&on_ctl);
	n = dead(ws) ? 0 : evbuffer_remove(conn_input(ws->conn), buf, len);
	if (n > 0)
		return n;
	wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static void on_frame(struct wslay_event_context *ctx,
		     const struct wslay_event_on_frame_recv_start_arg *frame, void *arg)
{
	struct ws *ws = arg;

	(void)ctx;
	thread_claim(&on_ctl);
	if (frame->opcode == WSLAY_BINARY_FRAME)
		refuse(ws, WSLAY_CODE_UNSUPPORTED_DATA, COUNT_REJECT_WS);
	/* half a close code, which wslay lets pass */
	if (frame->opcode == WSLAY_CONNECTION_CLOSE && frame->payload_length == 1)
		refuse(ws, WSLAY_CODE_PROTOCOL_ERROR, COUNT_REJECT_WS);
	if (wslay_is_ctrl_frame(frame->opcode)) {
		if (frame->opcode != WSLAY_CONNECTION_CLOSE && !rate_ok(ws))
			refuse(ws, WSLAY_CODE_POLICY_VIOLATION, COUNT_REJECT_RATE);
		return;
	}
	if (frame->opcode != WSLAY_CONTINUATION_FRAME)
		ws->n_fragments = 0;
	if (++ws->n_fragments > LIMIT_WS_FRAGMENTS)
		refuse(ws, WSLAY_CODE_POLICY_VIOLATION, COUNT_REJECT_WS);
	else if (frame->opcode != WSLAY_CONTINUATION_FRAME && !rate_ok(ws))
		refuse(ws, WSLAY_CODE_POLICY_VIOLATION, COUNT_REJECT_RATE);
}

static void on_msg(struct wslay_event_context *ctx,
		   const struct wslay_event_on_msg_recv_arg *msg, void *arg)
{
	struct ws *ws = arg;
	const struct http_events *events = &ws->conn->server->events;

	(void)ctx;
	thread_claim(&on_ctl);
	if (msg->opcode != WSLAY_TEXT_FRAME || ws->closing || dead(ws))
		return;
	events->ws_text(events->ctx, ws, msg->msg ? (const char *)msg->msg : "",
			msg->msg_length);
}

/* What is wrong in the head of a frame wslay answers with a close frame without
 * a code; the client shall learn that it broke the protocol. Whole frames only
 * are in the output, so that this one may simply follow. */
static void close_by_hand(struct ws *ws) RUNS_ON(on_ctl)
{
	static const uint8_t frame[] = {0x88, 2, WSLAY_CODE_PROTOCOL_ERROR >> 8,
					WSLAY_CODE_PROTOCOL_ERROR & 0xff};

	if (wslay_event_get_close_sent(ws->wslay))
		return;
	wslay_event_shutdown_write(ws->wslay);
	evbuffer_add(conn_output(ws->conn), frame, sizeof(frame));
}

/* wslay answers what it dislikes with a close frame of its own. */
static void after_recv(struct ws *ws, int err) RUNS_ON(on_ctl)
{
	if (dead(ws))
		return;
	if (err || !wslay_event_get_read_enabled(ws->wslay)) {
		if (!ws->closing && !wslay_event_get_close_received(ws->wslay))
			count_add(COUNT_REJECT_WS, 1);
		if (!ws->closing)
			ws->closed_us = clock_us();
		if (err)
			close_by_hand(ws);
		ws->closing = true;
		ws->finishing = true;
		arm(ws);
	}
	flush(ws);
	if (!dead(ws) && evbuffer_get_length(conn_output(ws->conn)) == 0)
		ws_on_drained(ws);
}

void ws_on_input(struct ws *ws)
{
	struct evbuffer *in = conn_input(ws->conn);
	int err = 0;

	ws->heard_us = clock_us();
	if (wslay_event_get_read_enabled(ws->wslay))
		err = wslay_event_recv(ws->wslay);
	after_recv(ws, err);
	/* after a broken rule wslay reads no more, but the client may go on */
	if (!dead(ws) && !wslay_event_get_read_enabled(ws->wslay))
		evbuffer_drain(in, evbuffer_get_length(in));
}

void ws_on_drained(struct ws *ws)
{
	if (ws->finishing)
		conn_linger(ws->conn);
}

/* ---- time ----------------------------------------------------------------- */

/* The next moment at which ws_on_timer() has something to do. */
static int64_t due(const struct ws *ws)
{
	const struct http_times *t = times(ws);
	int64_t quiet, at;

	if (ws->closing)
		return ws->closed_us + t->ws_close_us;
	quiet = ws->heard_us > ws->pinged_us ? ws->heard_us : ws->pinged_us;
	at = ws->heard_us + t->ws_dead_us;
	if (quiet + t->ws_ping_us < at)
		at = quiet + t->ws_ping_us;
	if (!ws->kept && ws->since_us + t->ws_auth_us < at)
		at = ws->since_us + t->ws_auth_us;
	return at;
}

static void arm(struct ws *ws)
{
	if (ws->conn->phase == CONN_WS)
		loop_timer_once(ws->conn->timer, due(ws) - clock_us());
}

void ws_on_timer(struct ws *ws)
{
	const struct http_times *t = times(ws);
	int64_t now = clock_us();

	if (ws->closing) {
		if (now - ws->closed_us >= t->ws_close_us)
			conn_kill(ws->conn, false);
	} else if (now - ws->heard_us >= t->ws_dead_us) {
		conn_kill(ws->conn, true);
	} else if (!ws->kept && now - ws->since_us >= t->ws_auth_us) {
		refuse(ws, 4401, COUNT_REJECT_WS);
	} else if (now - ws->heard_us >= t->ws_ping_us &&
		   now - ws->pinged_us >= t->ws_ping_us) {
		ws->pinged_us = now;
		if (queue(ws, WSLAY_PING, NULL, 0) == 0)
			flush(ws);
	}
	arm(ws);
}

/* ---- life ----------------------------------------------------------------- */

static struct ws *create(struct http_conn *conn) RUNS_ON(on_ctl)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.on_frame_recv_start_callback = on_frame,
		.on_msg_recv_callback = on_msg,
	};
	struct ws *ws = calloc(1, sizeof(*ws));

	if (!ws)
		return NULL;
	if (wslay_event_context_server_init(&ws->wslay, &callbacks, ws) != 0) {
		free(ws);
		return NULL;
	}
	wslay_event_config_set_max_recv_msg_length(ws->wslay, LIMIT_WS_MESSAGE);
	ws->conn = conn;
	ws->since_us = clock_us();
	ws->heard_us = ws->since_us;
	ws->pinged_us = ws->since_us;
	ws->tokens_at_us = ws->since_us;
	ws->tokens = BURST * SEC_US;
	return ws;
}

void ws_destroy(struct ws *ws)
{
	const struct http_events *events = &ws->conn->server->events;

	if (ws->opened) {
		count_add(COUNT_WS, -1);
		events->ws_closed(events->ctx, ws);
	}
	wslay_event_context_free(ws->wslay);
	free(ws);
}

static void refuse_upgrade(struct http_request *req, int status) RUNS_ON(on_ctl)
{
	const struct http_extra extra = {
		.upgrade = status == 426 ? "websocket" : NULL,
		.ws_version = status == 426 ? "13" : NULL,
		.allow = status == 405 ? "GET" : NULL,
	};

	count_add(COUNT_REJECT_WS, 1);
	req->conn->keep = false;
	reply_error(req, status, "bad_upgrade", &extra);
}

void ws_upgrade(struct http_request *req)
{
	struct http_conn *conn = req->conn;
	const struct http_events *events = &conn->server->events;
	int status = ws_check(conn->server, &req->head);
	char accept[AUTH_WS_ACCEPT + 1];
	struct ws *ws;

	if (status) {
		refuse_upgrade(req, status);
		return;
	}
	ws = create(conn);
	if (!ws ||
	    !auth_ws_accept(accept, http_head_field(&req->head, "sec-websocket-key"))) {
		if (ws)
			ws_destroy(ws);
		http_reply_error(req, 503, "no_resources");
		return;
	}
	evbuffer_add_printf(conn_output(conn),
			    "HTTP/1.1 101 Switching Protocols\r\n"
			    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			    "Sec-WebSocket-Accept: %s\r\n"
			    "Sec-WebSocket-Protocol: " PROTOCOL "\r\n\r\n",
			    accept);
	request_done(req);
	conn->ws = ws;
	conn->phase = CONN_WS;
	ws->opened = true;
	count_add(COUNT_WS, 1);
	arm(ws);
	events->ws_open(events->ctx, ws);
	if (!dead(ws) && evbuffer_get_length(conn_input(conn)) > 0)
		ws_on_input(ws);
}

void *ws_data(const struct ws *ws)
{
	return ws->data;
}

void ws_set_data(struct ws *ws, void *data)
{
	ws->data = data;
}

void ws_keep(struct ws *ws)
{
	ws->kept = true;
	http_admit(ws->conn);
	arm(ws);
}

const char *ws_remote_ip(const struct ws *ws)
{
	return ws->conn->ip;
}
