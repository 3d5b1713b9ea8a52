/* WebSocket frames: the same texts and the same close code however the stream is
 * cut, and no text that is not UTF-8. The input is taken as raw bytes, or as a
 * list of frames that are masked correctly. Only the latter compare the codes:
 * how thoroughly wslay looks at the reason of a close frame depends on the cut.
 */
#include "base/clock.h"
#include "base/loop.h"
#include "signaling/utf8.h"
#include "signaling/ws.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STREAM_MAX 70000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char request[] = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
			      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			      "Sec-WebSocket-Protocol: aula.v1\r\n\r\n";

struct seen {
	uint64_t hash;
	uint32_t n;
	int code; /* -1: no close frame */
};

static struct loop *loop;
static struct http_server *server;
static struct seen seen;

static void on_request(void *ctx, struct http_request *req)
{
	(void)ctx;
	thread_claim(&on_ctl);
	http_reply_error(req, 404, "not_found");
}

static void on_nothing(void *ctx, struct ws *ws)
{
	(void)ctx;
	(void)ws;
}

static void on_text(void *ctx, struct ws *ws, const char *text, size_t len)
{
	(void)ctx;
	(void)ws;
	if (!utf8_valid(text, len) || len > LIMIT_WS_MESSAGE)
		abort();
	seen.n++;
	for (size_t i = 0; i < len; i++)
		seen.hash = (seen.hash ^ (uint8_t)text[i]) * 1099511628211u;
	seen.hash = (seen.hash ^ 256) * 1099511628211u;
}

/* Lets the loop do what it can; stopping may come first in a round. */
static void turn(void)
{
	for (int i = 0; i < 4; i++) {
		loop_stop(loop);
		loop_run(loop);
	}
}

static void start(void) RUNS_ON(on_ctl)
{
	static const struct http_conf conf = {
		.n_listen = 1, .listen = {"127.0.0.1"}, .plain = true};
	static const struct http_events events = {NULL, on_request, on_nothing, on_text,
						  on_nothing, NULL};
	char why[100];

	clock_fake(1000000);
	if (loop_create(&loop, 16) ||
	    http_create(&server, loop, &conf, &events, why, sizeof(why)))
		abort();
}

/* The code of the close frame in what the server sent after its 101. */
static int close_code(const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (at + 2 <= len) {
		size_t n = p[at + 1] & 0x7f, head = 2;

		if (n == 126 && at + 4 <= len) {
			n = (size_t)(p[at + 2] << 8 | p[at + 3]);
			head = 4;
		}
		if ((p[at] & 15) == 8)
			return n >= 2 ? p[at + 2] << 8 | p[at + 3] : 0;
		at += head + n;
	}
	return -1;
}

static void collect(int fd)
{
	static uint8_t out[300000];
	const uint8_t *body;
	size_t len = 0;
	ssize_t n;

	/* many small frames fill a socket early: the rest follows */
	while (len < sizeof(out) && (n = read(fd, out + len, sizeof(out) - len)) > 0) {
		len += (size_t)n;
		turn();
	}
	body = memmem(out, len, "\r\n\r\n", 4);
	if (!body || memcmp(out, "HTTP/1.1 101", 12) != 0)
		abort();
	seen.code = close_code(body + 4, len - (size_t)(body + 4 - out));
}

/* Sends the stream in pieces of `step` bytes to a fresh connection. */
static struct seen play(const uint8_t *stream, size_t len, size_t step) RUNS_ON(on_ctl)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) < 0 ||
	    !conn_create(server, fd[0], (struct sockaddr *)&from))
		abort();
	seen = (struct seen){0, 0, 0};
	if (write(fd[1], request, sizeof(request) - 1) != sizeof(request) - 1)
		abort();
	turn();
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;

		if (write(fd[1], stream + at, n) != (ssize_t)n)
			break; /* the server is done with it */
		turn();
	}
	turn();
	collect(fd[1]);
	close(fd[1]);
	turn();
	turn();
	return seen;
}

/* Each two bytes make a frame: its first byte, and what it carries. */
static size_t frames(uint8_t *out, const uint8_t *data, size_t size)
{
	static const uint8_t firsts[] = {0x81, 0x01, 0x00, 0x80, 0x89, 0x8a, 0x81, 0x82};
	size_t n = 0;

	for (size_t i = 0; i + 1 < size && n + 200 < STREAM_MAX; i += 2) {
		size_t len = data[i + 1] % 20, left = size - i - 2;

		if (len > left)
			len = left;
		out[n++] = data[i] < 8 ? data[i] : firsts[data[i] & 7];
		out[n++] = (uint8_t)(0x80 | len);
		memcpy(out + n, "\x11\x22\x33\x44", 4);
		n += 4;
		for (size_t k = 0; k < len; k++)
			out[n++] = data[i + 2 + k] ^ (uint8_t)(0x11 * (1 + (k & 3)));
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t stream[STREAM_MAX];
	struct seen whole, cut;
	size_t n;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	if (!loop)
		start();
	if (size < 2 || size > STREAM_MAX)
		return 0;
	if (data[0] & 1) {
		n = size - 1;
		memcpy(stream, data + 1, n);
	} else {
		n = frames(stream, data + 1, size - 1);
	}
	whole = play(stream, n, STREAM_MAX);
	cut = play(stream, n, 1 + data[1] % (data[1] & 0x70 ? 61 : 5));
	if (whole.n != cut.n || whole.hash != cut.hash ||
	    (!(data[0] & 1) && whole.code != cut.code))
		abort();
	return 0;
}
