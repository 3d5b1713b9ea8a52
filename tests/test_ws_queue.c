/* What waits for WebSockets whose clients read slowly, or not at all: bursts, caps,
 * requests that are held back, hints, TLS.
 */
#include "base/count.h"
#include "base/limits.h"
#include "signaling/ws.h"
#include "tests/http_rig.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define WAIT_MS 60000

static char text[200000];
static size_t queued;

/* What a healthy client may ask for at once does not cost it its connection,
 * however much the answers are. */
static void burst(struct ws_client *c)
{
	enum { N = 80, FRAME = 6 + 5 };
	uint8_t frames[N * FRAME];

	for (int i = 0; i < N; i++)
		memcpy(frames + i * FRAME, "\x81\x85\0\0\0\0burst", FRAME);
	CHECK(ws_client_send_raw(c, frames, sizeof(frames)));
	for (int i = 0; i < N * RIG_BURST; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == RIG_EVENT);
	CHECK(ws_client_send(c, "x"));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1);
}

/* Reads `len` bytes as they are; with pauses of `nap_ms`. False: it ended before. */
static bool read_raw(struct ws_client *c, size_t len, int nap_ms)
{
	struct pollfd pfd = {ws_client_fd(c), POLLIN, 0};

	while (len > 0) {
		ssize_t n;

		CHECK(poll(&pfd, 1, WAIT_MS) == 1);
		n = recv(pfd.fd, text, len < sizeof(text) ? len : sizeof(text), 0);
		if (n <= 0)
			return false;
		len -= (size_t)n;
		poll(NULL, 0, nap_ms);
	}
	return true;
}

static void test_bursts(struct rig *rig)
{
	int64_t before = count_get(COUNT_REJECT_QUEUE);
	struct ws_client *c = rig_ws_dial(rig);

	burst(c);
	ws_client_close(c);
	/* one message that is more than the queue: a large class */
	c = rig_ws_dial(rig);
	CHECK(ws_client_send(c, "snap"));
	CHECK(read_raw(c, 10 + RIG_SNAP, 0));
	CHECK(ws_client_send(c, "x"));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1);
	ws_client_close(c);
	CHECK(count_get(COUNT_REJECT_QUEUE) == before);
}

static void test_hard_cap(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);
	int64_t before = count_get(COUNT_REJECT_QUEUE);

	CHECK(ws_client_send(c, "flood"));
	rig_ws_wait_closed(rig, rig_ws_open(rig));
	CHECK(rig_flood_result(rig) == -ENOBUFS);
	CHECK(count_get(COUNT_REJECT_QUEUE) == before + 1);
	ws_client_close(c);
}

/* The server's end of a connection to this process. */
static int other_end(int fd)
{
	struct sockaddr_in own, peer;
	socklen_t len = sizeof(own);

	CHECK(getsockname(fd, (struct sockaddr *)&own, &len) == 0);
	for (int i = 3; i < 1024; i++) {
		len = sizeof(peer);
		if (getpeername(i, (struct sockaddr *)&peer, &len) == 0 &&
		    len == sizeof(peer) && peer.sin_family == AF_INET &&
		    peer.sin_port == own.sin_port)
			return i;
	}
	CHECK(!"found");
	return -1;
}

/* A member with buffers so small that the queue is ours. */
static struct ws_client *dial_small(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);
	int in = 65536, out = 16384;

	setsockopt(ws_client_fd(c), SOL_SOCKET, SO_RCVBUF, &in, sizeof(in));
	setsockopt(other_end(ws_client_fd(c)), SOL_SOCKET, SO_SNDBUF, &out, sizeof(out));
	return c;
}

static bool keep(struct ws_client *c)
{
	return ws_client_send(c, "keep") &&
	       ws_client_recv(c, text, sizeof(text), WAIT_MS) == 4;
}

static void queues_small(struct http_server *server)
{
	thread_claim(&on_ctl);
	CHECK(server->ws_queued == 0);
	http_set_ws_queued_max(server, 3 << 20);
}

static void queues_told(struct http_server *server)
{
	thread_claim(&on_ctl);
	queued = server->ws_queued;
}

/* None of them has more than it may; together they have more than there is. The
 * longest queue goes, those who read stay. */
static void test_all_queues(void)
{
	struct rig *rig = rig_create(&rig_plain, NULL);
	int64_t before = count_get(COUNT_REJECT_QUEUE);
	struct ws_client *lazy[4], *good;

	rig_call(rig, queues_small);
	good = rig_ws_dial(rig);
	CHECK(keep(good));
	for (int i = 0; i < 4; i++) {
		lazy[i] = dial_small(rig);
		CHECK(keep(lazy[i]));
	}
	for (int i = 0; i < 4; i++)
		CHECK(ws_client_send(lazy[i], "stuff"));
	for (int i = 0; i < WAIT_MS && (rig_ws_texts(rig) < 9 || !rig_ws_closed(rig));
	     i++)
		poll(NULL, 0, 1);
	CHECK(rig_ws_texts(rig) == 9 && rig_ws_closed(rig) > 0);
	rig_call(rig, queues_told);
	CHECK(queued > 0 && queued <= 3 << 20);
	CHECK(count_get(COUNT_REJECT_QUEUE) > before);
	CHECK(count_get(COUNT_REJECT_QUEUE) < before + 4);
	CHECK(keep(good));
	for (int i = 0; i < 4; i++)
		ws_client_close(lazy[i]);
	rig_ws_wait_closed(rig, 4);
	rig_call(rig, queues_told);
	CHECK(queued == 0); /* nothing of the dead is counted for ever */
	ws_client_close(good);
	rig_destroy(rig);
}

/* While much waits for a client its requests wait; then all are done, and that
 * they came at once is not held against it. */
static void test_held(struct rig *rig)
{
	enum { N = 120 }; /* more than the usual burst */
	struct ws_client *c = dial_small(rig);
	int64_t before = count_get(COUNT_REJECT_RATE);
	int texts;

	CHECK(keep(c));
	texts = rig_ws_texts(rig) + 1;
	CHECK(ws_client_send(c, "stuff"));
	for (int i = 0; i < WAIT_MS && rig_ws_texts(rig) < texts; i++)
		poll(NULL, 0, 1);
	for (int i = 0; i < N; i++)
		CHECK(ws_client_send(c, "x"));
	poll(NULL, 0, 1000);
	CHECK(rig_ws_texts(rig) == texts);
	for (int i = 0; i < RIG_STUFF; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == RIG_EVENT);
	for (int i = 0; i < N; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1);
	CHECK(count_get(COUNT_REJECT_RATE) == before);
	ws_client_close(c);
}

/* With rig_ws_quick: who reads slowly stays beyond all deadlines, though it was not
 * heard meanwhile, and who does not read goes. */
static bool reads_slowly(struct ws_client *c)
{
	int64_t before = count_get(COUNT_REJECT_QUEUE);

	return keep(c) && ws_client_send(c, "stuff") &&
	       read_raw(c, (size_t)RIG_STUFF * (4 + RIG_EVENT), 100) &&
	       ws_client_send(c, "x") &&
	       ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1 &&
	       count_get(COUNT_REJECT_QUEUE) == before;
}

static void test_slow_reader(struct rig *rig)
{
	struct ws_client *c = dial_small(rig);
	int64_t before;

	for (int i = 0; !reads_slowly(c); i++) { /* a busy machine may be late */
		CHECK(i < 10);
		ws_client_close(c);
		c = dial_small(rig);
	}
	before = count_get(COUNT_REJECT_QUEUE);
	CHECK(ws_client_send(c, "stuff"));
	rig_ws_wait_closed(rig, rig_ws_open(rig));
	CHECK(count_get(COUNT_REJECT_QUEUE) == before + 1);
	ws_client_close(c);
}

static void test_hints(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);

	CHECK(ws_client_send(c, "hint"));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 4);
	CHECK(rig_hint_result(rig) == 0);
	CHECK(ws_client_send(c, "late"));
	for (int i = 0; i < 100; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == RIG_EVENT);
	CHECK(rig_hint_result(rig) == -EAGAIN);
	CHECK(ws_client_send(c, "x"));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1);
	ws_client_close(c);
}

static void test_tls(void)
{
	struct http_conf conf = {.n_listen = 1, .listen = {"127.0.0.1"}};
	struct rig *rig = rig_create(&conf, NULL);
	struct ws_client *c;
	int status;

	c = ws_client_open("127.0.0.1", rig_port(rig), true, NULL, &status);
	CHECK(c && status == 101);
	memset(text, 'y', 60000);
	text[60000] = '\0';
	for (int i = 0; i < 20; i++)
		CHECK(ws_client_send(c, text));
	for (int i = 0; i < 20; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 60000);
	ws_client_close(c);
	c = ws_client_open("127.0.0.1", rig_port(rig), true, NULL, &status);
	CHECK(c);
	burst(c);
	ws_client_close(c);
	CHECK(!ws_client_open("127.0.0.1", rig_port(rig), true, "http://127.0.0.1",
			      &status));
	CHECK(status == 403);
	rig_destroy(rig);
}

int main(void)
{
	struct rig *rig = rig_create(&rig_plain, NULL);

	test_bursts(rig);
	test_hints(rig);
	test_hard_cap(rig);
	rig_ws_wait_closed(rig, rig_ws_open(rig));
	CHECK(count_get(COUNT_WS) == 0);
	rig_destroy(rig);
	rig = rig_create(&rig_plain, &rig_ws_quick);
	test_slow_reader(rig);
	rig_destroy(rig);
	rig = rig_create(&rig_plain, NULL);
	test_held(rig);
	rig_destroy(rig);
	test_all_queues();
	test_tls();
	return 0;
}
