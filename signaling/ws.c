#include "signaling/ws.h"

#include "base/clock.h"
#include "base/count.h"
#include "signaling/auth.h"
#include "signaling/pulse.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wslay/wslay.h>

#define FRAME_HEAD 10 /* bytes before the payload that we send at most */
#define REASON_MAX 120
#define BURST      (2 * LIMIT_WS_RATE)
#define PROTOCOL   "aula.v1"
/* The requests of a client that was held back go on below it. */
#define QUEUE_LOW (LIMIT_WS_QUEUE / 2)
/* Bytes given to wslay at once: all requests in them are handled before the
 * length of the output is looked at again. */
#define PIECE 512
/* Of ws_ping_us: moments between them are not told apart by timers. */
#define BEATS 16
/* What a client that was held back may have said meanwhile, in messages. */
#define HELD_BURST (10 * BURST)

struct ws { /* control thread; owned by its connection */
	struct http_conn *conn;
	struct evbuffer_cb_entry *watch; /* counts the output; NULL: no longer */
	size_t queued;                   /* bytes that it counted */
	struct wslay_event_context *wslay;
	void *data;
	bool kept;      /* has a session */
	bool opened;    /* the events know it */
	bool closing;   /* a close frame is queued or sent: nothing else follows */
	bool finishing; /* both sides are done: ends when all is sent */
	uint32_t n_fragments;
	int64_t tokens; /* of the rate limit, in millionths of a message */
	int64_t tokens_at_us;
	int64_t since_us, closed_us; /* clock_us() */
	struct pulse pulse;
	/* More than LIMIT_WS_QUEUE waits for this client, so its requests wait as
	 * well, until it has read: what it asks for is what fills its queue. */
	bool held;
	int64_t held_us;    /* since when */
	int64_t added;      /* bytes put into the output so far */
	int64_t judged_us;  /* when its progress was looked at last, */
	int64_t judged_got; /* and what it had got then */
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

/* Its part of what waits for all. */
static void on_output(struct evbuffer *buf, const struct evbuffer_cb_info *info,
		      void *arg)
{
	struct ws *ws = arg;
	struct http_server *server = ws->conn->server;

	(void)buf;
	server->ws_queued += info->n_added - info->n_deleted;
	ws->queued += info->n_added - info->n_deleted;
}

static bool count_output(struct ws *ws) RUNS_ON(on_ctl)
{
	struct evbuffer *out = conn_output(ws->conn);

	ws->watch = evbuffer_add_cb(out, on_output, ws);
	if (!ws->watch)
		return false;
	ws->queued = evbuffer_get_length(out);
	ws->conn->server->ws_queued += ws->queued;
	return true;
}

static void uncount_output(struct ws *ws) RUNS_ON(on_ctl)
{
	if (!ws->watch)
		return;
	evbuffer_remove_cb_entry(conn_output(ws->conn), ws->watch);
	ws->watch = NULL;
	ws->conn->server->ws_queued -= ws->queued;
	ws->queued = 0;
}

static void reset(struct ws *ws, enum count why) RUNS_ON(on_ctl)
{
	count_add(why, 1);
	uncount_output(ws);
	conn_kill(ws->conn, true);
}

static struct ws *longer(struct ws *a, const struct http_conn *conn)
{
	struct ws *b = conn->phase == CONN_WS ? conn->ws : NULL;

	return b && (a ? b->queued > a->queued : b->queued > 0) ? b : a;
}

/* Each queue has its bound, but thousands of them would have more than there is
 * memory. Policy: the longest goes, until an eighth is free: so that those who
 * read well are not looked at for each message. */
static void bound_all(struct http_server *server) RUNS_ON(on_ctl)
{
	const size_t low = server->ws_queued_max - server->ws_queued_max / 8;

	if (server->ws_queued <= server->ws_queued_max)
		return;
	while (server->ws_queued > low) {
		const struct http_conn *conn;
		struct ws *longest = NULL;

		TAILQ_FOREACH(conn, &server->members, link)
		longest = longer(longest, conn);
		TAILQ_FOREACH(conn, &server->strangers, link)
		longest = longer(longest, conn);
		if (!longest)
			return;
		reset(longest, COUNT_REJECT_QUEUE);
	}
}

static size_t waiting(const struct ws *ws) RUNS_ON(on_ctl)
{
	return evbuffer_get_length(conn_output(ws->conn));
}

/* Bytes that the client's machine has acknowledged. What the kernel took says
 * little: its buffer hides seconds of a slow link, and fills in large steps.
 * With TLS the kernel counts some more than we do: it may be below 0 at first. */
static int64_t got(const struct ws *ws) RUNS_ON(on_ctl)
{
	int unacked = 0;

	if (ioctl(bufferevent_getfd(ws->conn->bev), SIOCOUTQ, &unacked) < 0)
		unacked = 0;
	return ws->added - (int64_t)waiting(ws) - unacked;
}

static void arm(struct ws *ws) RUNS_ON(on_ctl);

static void hold(struct ws *ws) RUNS_ON(on_ctl)
{
	ws->held = true;
	ws->held_us = clock_us();
	ws->judged_us = ws->held_us;
	ws->judged_got = got(ws);
	arm(ws);
}

/* Puts what wslay has queued into the output, the only queue. Nothing leaves it
 * before the loop's next turn: its length alone says nothing about the client.
 * Policy: see LIMIT_WS_QUEUE and what follows it. */
static void flush(struct ws *ws) RUNS_ON(on_ctl)
{
	if (dead(ws))
		return;
	if (wslay_event_want_write(ws->wslay) && wslay_event_send(ws->wslay) != 0) {
		conn_kill(ws->conn, true);
		return;
	}
	if (waiting(ws) > LIMIT_WS_QUEUE_HARD)
		reset(ws, COUNT_REJECT_QUEUE);
	else if (waiting(ws) > LIMIT_WS_QUEUE && !ws->held && !ws->closing)
		hold(ws);
	bound_all(ws->conn->server);
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
	ws->added += (int64_t)len;
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
	if (waiting(ws) + len + FRAME_HEAD > LIMIT_WS_QUEUE_HARD) {
		reset(ws, COUNT_REJECT_QUEUE);
		return -ENOBUFS;
	}
	if (queue(ws, WSLAY_TEXT_FRAME, text, len) < 0)
		return -ENOMEM;
	flush(ws);
	return dead(ws) ? -ENOBUFS : 0;
}

int ws_send_hint(struct ws *ws, const char *text, size_t len)
{
	if (!dead(ws) && waiting(ws) > LIMIT_WS_HINTS)
		return -EAGAIN;
	return ws_send(ws, text, len);
}

/* ---- closing -------------------------------------------------------------- */

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

/* A bucket of BURST that gets LIMIT_WS_RATE a second. It is fuller only after
 * the client was held back, see go_on(). */
static bool rate_ok(struct ws *ws)
{
	int64_t now = clock_us();

	if (ws->tokens < BURST * SEC_US) {
		ws->tokens += (now - ws->tokens_at_us) * LIMIT_WS_RATE;
		if (ws->tokens > BURST * SEC_US)
			ws->tokens = BURST * SEC_US;
	}
	ws->tokens_at_us = now;
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
	/* what is not taken stays in the input, which is bounded */
	if (len > PIECE)
		len = PIECE;
	n = dead(ws) || (ws->held && !ws->closing)
		    ? 0
		    : evbuffer_remove(conn_input(ws->conn), buf, len);
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
	if (evbuffer_add(conn_output(ws->conn), frame, sizeof(frame)) == 0)
		ws->added += (int64_t)sizeof(frame);
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
	if (!dead(ws) && waiting(ws) == 0)
		ws_on_drained(ws);
}

void ws_on_input(struct ws *ws)
{
	struct evbuffer *in = conn_input(ws->conn);
	int err = 0;

	ws->pulse.heard_us = clock_us();
	if (wslay_event_get_read_enabled(ws->wslay))
		err = wslay_event_recv(ws->wslay);
	after_recv(ws, err);
	/* after a broken rule wslay reads no more, but the client may go on */
	if (!dead(ws) && !wslay_event_get_read_enabled(ws->wslay))
		evbuffer_drain(in, evbuffer_get_length(in));
}

/* The client has read: its requests go on. That it was silent meanwhile, and
 * said it all at once then, was our doing. */
static void go_on(struct ws *ws) RUNS_ON(on_ctl)
{
	ws->held = false;
	ws->tokens += (clock_us() - ws->held_us) * LIMIT_WS_RATE;
	if (ws->tokens > HELD_BURST * SEC_US)
		ws->tokens = HELD_BURST * SEC_US;
	ws_on_input(ws);
}

void ws_on_drained(struct ws *ws)
{
	if (ws->finishing && waiting(ws) == 0)
		conn_linger(ws->conn);
	else if (ws->held && waiting(ws) <= QUEUE_LOW)
		go_on(ws);
}

/* ---- time ----------------------------------------------------------------- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The next moment at which ws_on_timer() has something to do. */
static int64_t due(const struct ws *ws)
{
	const struct http_times *t = times(ws);
	int64_t at;

	if (ws->closing)
		return ws->closed_us + t->ws_close_us;
	at = ws->held ? ws->judged_us + t->ws_stuck_us
		      : sooner(pulse_dead_due(&ws->pulse, t),
			       pulse_ping_due(&ws->pulse, t));
	return ws->kept ? at : sooner(at, ws->since_us + t->ws_auth_us);
}

/* On common beats: thousands of timers must not wake the loop one by one. */
static void arm(struct ws *ws)
{
	int64_t beat = times(ws)->ws_ping_us / BEATS, at;

	if (ws->conn->phase != CONN_WS)
		return;
	at = due(ws) + beat - 1;
	loop_timer_once(ws->conn->timer, at - at % beat - clock_us());
}

/* A client that reads slowly may do so, one that hardly reads may not. */
static void judge(struct ws *ws, int64_t now) RUNS_ON(on_ctl)
{
	int64_t have = got(ws);

	if (have < ws->judged_got + LIMIT_WS_STUCK_BYTES) {
		reset(ws, COUNT_REJECT_QUEUE);
		return;
	}
	ws->judged_us = now;
	ws->judged_got = have;
}

/* Silence, of a client whose words are listened to. */
static void listen_for(struct ws *ws, int64_t now) RUNS_ON(on_ctl)
{
	const struct http_times *t = times(ws);

	if (now >= pulse_dead_due(&ws->pulse, t)) {
		conn_kill(ws->conn, true);
	} else if (now >= pulse_ping_due(&ws->pulse, t)) {
		ws->pulse.pinged_us = now;
		if (queue(ws, WSLAY_PING, NULL, 0) == 0)
			flush(ws);
	}
}

void ws_on_timer(struct ws *ws)
{
	const struct http_times *t = times(ws);
	int64_t now = clock_us();

	if (ws->closing) {
		if (now - ws->closed_us >= t->ws_close_us)
			conn_kill(ws->conn, false);
	} else if (!ws->kept && now - ws->since_us >= t->ws_auth_us) {
		refuse(ws, 4401, COUNT_REJECT_WS);
	} else if (!ws->held) {
		listen_for(ws, now);
	} else if (now - ws->judged_us >= t->ws_stuck_us) {
		judge(ws, now);
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
	ws->pulse.heard_us = ws->pulse.pinged_us = ws->since_us;
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
	uncount_output(ws);
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
	if (!ws || !count_output(ws) ||
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
	/* behind a proxy the connection is one client's from here on */
	memcpy(conn->ip, req->ip, sizeof(conn->ip));
	request_done(req);
	bufferevent_setwatermark(conn->bev, EV_WRITE, QUEUE_LOW, 0);
	ws->added = (int64_t)evbuffer_get_length(conn_output(conn));
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

void ws_alive(struct ws *ws, int64_t at_us)
{
	if (at_us > ws->pulse.alive_us)
		ws->pulse.alive_us = at_us; /* the timer sees it when it goes off */
}

const char *ws_remote_ip(const struct ws *ws)
{
	return ws->conn->ip;
}
