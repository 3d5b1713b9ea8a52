/* WebSockets over real sockets: upgrade, frames that break the rules, rate, silence. */
#include "base/count.h"
#include "base/limits.h"
#include "signaling/ws.h"
#include "tests/http_rig.h"
#include "tests/stream.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define WAIT_MS 60000

static char text[200000];

/* ---- upgrade -------------------------------------------------------------- */

static int upgrade(struct rig *rig, const char *request)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	int status = 0, n;

	CHECK(s && stream_write(s, request, strlen(request)));
	n = stream_read(s, text, sizeof(text) - 1, WAIT_MS);
	CHECK(n > 0);
	text[n] = '\0';
	sscanf(text, "HTTP/1.1 %d", &status);
	stream_close(s);
	return status;
}

#define GET_WS  "GET /ws HTTP/1.1\r\nHost: a:1\r\n"
#define UP      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define PROTO   "Sec-WebSocket-Protocol: aula.v1\r\n"
#define END     "\r\n"

static void test_upgrade(struct rig *rig)
{
	static const struct {
		int status;
		const char *request;
	} rows[] = {
		{101, GET_WS UP VERSION KEY PROTO END},
		{101, GET_WS UP VERSION KEY PROTO "Origin: http://a:1\r\n" END},
		{101, GET_WS UP VERSION KEY PROTO "Origin: https://A:1\r\n" END},
		{101, GET_WS UP VERSION KEY PROTO
		 "Sec-WebSocket-Extensions: permessage-deflate\r\n" END},
		{101, GET_WS
		 "Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n" VERSION KEY
		 "Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: "
		 "y,aula.v1\r\n" END},
		{403, GET_WS UP VERSION KEY PROTO "Origin: http://b:1\r\n" END},
		{403, GET_WS UP VERSION KEY PROTO "Origin: http://a\r\n" END},
		{403, GET_WS UP VERSION KEY PROTO "Origin: http://a:1.evil\r\n" END},
		{403, GET_WS UP VERSION KEY PROTO "Origin: null\r\n" END},
		{403, GET_WS UP VERSION KEY PROTO "Origin: \r\n" END},
		{400, GET_WS UP VERSION KEY END},
		{400, GET_WS UP VERSION KEY "Sec-WebSocket-Protocol: aula.v12\r\n" END},
		{400, GET_WS UP VERSION PROTO END},
		{400, GET_WS UP VERSION PROTO "Sec-WebSocket-Key: abc\r\n" END},
		{400, GET_WS UP VERSION PROTO
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n" END},
		{400, GET_WS UP VERSION PROTO
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n" END},
		{426, GET_WS END},
		{426, GET_WS "Upgrade: websocket\r\n" VERSION KEY PROTO END},
		{426,
		 GET_WS "Upgrade: h2c\r\nConnection: Upgrade\r\n" VERSION KEY PROTO END},
		{426, GET_WS UP "Sec-WebSocket-Version: 12\r\n" KEY PROTO END},
		{426, GET_WS UP KEY PROTO END},
		{401,
		 "GET /ws?token=abc HTTP/1.1\r\nHost: a:1\r\n" UP VERSION KEY PROTO END},
		{405, "POST /ws HTTP/1.1\r\nHost: a:1\r\n" UP VERSION KEY PROTO END},
		{505, "GET /ws HTTP/1.0\r\nHost: a:1\r\n" UP VERSION KEY PROTO END},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = upgrade(rig, rows[i].request);

		if (got == rows[i].status) {
			CHECK(got != 426 ||
			      strstr(text, "Sec-WebSocket-Version: 13\r\n"));
			CHECK(got != 101 || !strstr(text, "Extensions"));
			continue;
		}
		fprintf(stderr, "upgrade %zu: %d\n", i, got);
		exit(1);
	}
}

static void test_origin(void)
{
	struct http_conf conf = {.n_origins = 1, .origins = {"https://school.example"}};

	CHECK(ws_origin_ok(&conf, NULL, "a"));
	CHECK(ws_origin_ok(&conf, "https://a", "a"));
	CHECK(ws_origin_ok(&conf, "https://a:8443", "a:8443"));
	CHECK(ws_origin_ok(&conf, "https://school.example", "a"));
	CHECK(!ws_origin_ok(&conf, "http://a", "a"));
	CHECK(!ws_origin_ok(&conf, "https://a:8443", "a"));
	CHECK(!ws_origin_ok(&conf, "https://school.example.evil", "a"));
	CHECK(!ws_origin_ok(&conf, "null", "null"));
}

/* ---- frames --------------------------------------------------------------- */

/* After what was sent: the code that the server closes with. */
static uint16_t code_of(struct ws_client *c)
{
	int n;

	do
		n = ws_client_recv(c, text, sizeof(text), WAIT_MS);
	while (n >= 0);
	CHECK(n == -EPIPE);
	return ws_client_code(c);
}

struct frame {
	uint8_t first;
	bool unmasked;
	const char *payload;
	size_t len;
};

static void test_bad_frames(struct rig *rig)
{
	static char long_text[LIMIT_WS_MESSAGE + 1];
	static const struct {
		uint16_t code;
		struct frame frames[3];
	} rows[] = {
		{1002, {{0x81, true, "a", 1}}},  /* not masked */
		{1002, {{0xc1, false, "a", 1}}}, /* reserved bits */
		{1002, {{0xa1, false, "a", 1}}},
		{1002, {{0x91, false, "a", 1}}},
		{1002, {{0x83, false, "a", 1}}}, /* reserved opcodes */
		{1002, {{0x87, false, "a", 1}}},
		{1002, {{0x8b, false, "a", 1}}},
		{1002, {{0x8f, false, "a", 1}}},
		{1002, {{0x80, false, "a", 1}}}, /* goes on with nothing */
		{1002, {{0x00, false, "a", 1}}},
		{1002, {{0x01, false, "a", 1}, {0x81, false, "b", 1}}},
		{1002, {{0x09, false, "a", 1}}},         /* control in pieces */
		{1002, {{0x89, false, long_text, 126}}}, /* control too long */
		{1002, {{0x88, false, "\x03", 1}}},      /* half a code */
		{1002, {{0x88, false, "\x03\xe7", 2}}},  /* 999 */
		{1002, {{0x88, false, "\x03\xed", 2}}},  /* 1005 */
		{1002, {{0x88, false, "\x03\xee", 2}}},  /* 1006 */
		{1002, {{0x88, false, "\x13\x88", 2}}},  /* 5000 */
		{1007, {{0x88, false, "\x03\xe8\xff", 3}}},
		{1003, {{0x82, false, "a", 1}}}, /* binary */
		{1007, {{0x81, false, "\xff", 1}}},
		{1007, {{0x81, false, "\xc0\xaf", 2}}},
		{1007, {{0x81, false, "\xed\xa0\x80", 3}}},
		{1007, {{0x81, false, "a\xe2\x82", 3}}},
		{1007, {{0x01, false, "\xe2", 1}, {0x80, false, "x", 1}}},
		{1009, {{0x81, false, long_text, LIMIT_WS_MESSAGE + 1}}},
		{1009,
		 {{0x01, false, long_text, LIMIT_WS_MESSAGE}, {0x80, false, "b", 1}}},
		{1000, {{0x88, false, "\x03\xe8", 2}}},
		{4999, {{0x88, false, "\x13\x87", 2}}},
	};

	memset(long_text, 'a', sizeof(long_text));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ws_client *c = rig_ws_dial(rig);
		int64_t before = count_get(COUNT_REJECT_WS);
		uint16_t code;

		for (int k = 0; k < 3 && rows[i].frames[k].first; k++) {
			const struct frame *f = &rows[i].frames[k];

			if (k == 0 || f->payload)
				ws_client_send_frame(c, f->first, !f->unmasked,
						     f->payload, f->len);
		}
		if (rows[i].frames[0].first == 0)
			ws_client_send_frame(c, 0, true, "a", 1);
		code = code_of(c);
		if (code != rows[i].code ||
		    count_get(COUNT_REJECT_WS) - before !=
			    (code < 1001 || code > 1100 ? 0 : 1)) {
			fprintf(stderr, "frame %zu: code %u, %d refused\n", i, code,
				(int)(count_get(COUNT_REJECT_WS) - before));
			exit(1);
		}
		ws_client_close(c);
	}
}

static void test_raw_lengths(struct rig *rig)
{
	static const struct {
		uint8_t bytes[16];
		size_t len;
	} rows[] = {
		{{0x81, 0xfe, 0x00, 0x0a, 1, 2, 3, 4}, 8}, /* 10 in 16 bits */
		{{0x81, 0xff, 0, 0, 0, 0, 0, 0, 0x01, 0x00, 1, 2, 3, 4},
		 14},                                                      /* 256 in 64 */
		{{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 14}, /* 2^63 */
	};
	static const uint8_t huge[] = {0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff,
				       0xff, 0xff, 0xff, 1,    2,    3,    4};
	struct ws_client *c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = rig_ws_dial(rig);
		ws_client_send_raw(c, rows[i].bytes, rows[i].len);
		CHECK(code_of(c) == 1002);
		ws_client_close(c);
	}
	c = rig_ws_dial(rig);
	ws_client_send_raw(c, huge, sizeof(huge));
	ws_client_send_raw(c, "abcd", 4);
	CHECK(code_of(c) == 1009);
	ws_client_close(c);
}

static void test_good_frames(struct rig *rig)
{
	static char big[LIMIT_WS_MESSAGE + 1];
	struct ws_client *c = rig_ws_dial(rig);

	CHECK(ws_client_send(c, "h\xc3\xa4llo"));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 6);
	CHECK(strcmp(text, "h\xc3\xa4llo") == 0);
	memset(big, 'x', LIMIT_WS_MESSAGE);
	CHECK(ws_client_send(c, big));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == LIMIT_WS_MESSAGE);
	CHECK(strcmp(text, big) == 0);
	/* pieces, one of them cutting a character, with a ping in between */
	CHECK(ws_client_send_frame(c, 0x01, true, "a\xe2", 2));
	CHECK(ws_client_send_frame(c, 0x89, true, "ping", 4));
	CHECK(ws_client_send_frame(c, 0x00, true, "\x82", 1));
	CHECK(ws_client_send_frame(c, 0x00, true, "", 0));
	CHECK(ws_client_send_frame(c, 0x80, true, "\xac", 1));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 4);
	CHECK(strcmp(text, "a\xe2\x82\xac") == 0);
	CHECK(ws_client_send(c, ""));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 0);
	CHECK(ws_client_send(c, "close"));
	CHECK(code_of(c) == 4000);
	ws_client_close(c);
}

static void test_fragments(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);

	for (int i = 0; i < LIMIT_WS_FRAGMENTS; i++)
		CHECK(ws_client_send_frame(
			c, (i ? 0 : 1) | (i == LIMIT_WS_FRAGMENTS - 1 ? 0x80 : 0), true,
			"x", 1));
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == LIMIT_WS_FRAGMENTS);
	for (int i = 0; i < LIMIT_WS_FRAGMENTS + 1; i++)
		ws_client_send_frame(c, i ? 0 : 1, true, "x", 1);
	CHECK(code_of(c) == 1008);
	ws_client_close(c);
}

/* ---- time and rate -------------------------------------------------------- */

static void test_rate(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);
	int64_t before = count_get(COUNT_REJECT_RATE);

	for (int i = 0; i < 2 * LIMIT_WS_RATE; i++)
		CHECK(ws_client_send(c, "m"));
	for (int i = 0; i < 2 * LIMIT_WS_RATE; i++)
		CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == 1);
	/* far beyond, whatever the time it takes */
	for (int i = 0; i < 4 * LIMIT_WS_RATE; i++)
		ws_client_send(c, "m");
	CHECK(code_of(c) == 1008);
	CHECK(count_get(COUNT_REJECT_RATE) == before + 1);
	ws_client_close(c);

	c = rig_ws_dial(rig);
	for (int i = 0; i < 5 * LIMIT_WS_RATE; i++)
		ws_client_send_frame(c, 0x89, true, "p", 1);
	CHECK(code_of(c) == 1008);
	ws_client_close(c);
}

static void test_auth_deadline(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);

	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == -EPIPE);
	CHECK(ws_client_code(c) == 4401);
	ws_client_close(c);
}

static bool stays(struct ws_client *c)
{
	return ws_client_send(c, "keep") &&
	       ws_client_recv(c, text, sizeof(text), WAIT_MS) == 4 &&
	       ws_client_recv(c, text, sizeof(text), 1800) == -ETIMEDOUT &&
	       ws_client_pings(c) >= 3;
}

/* Who is heard by another way is not asked. */
static bool spared(struct ws_client *c)
{
	return ws_client_send(c, "keep") &&
	       ws_client_recv(c, text, sizeof(text), WAIT_MS) == 4 &&
	       ws_client_send(c, "alive") &&
	       ws_client_recv(c, text, sizeof(text), WAIT_MS) == 5 &&
	       ws_client_recv(c, text, sizeof(text), 1500) == -ETIMEDOUT &&
	       ws_client_pings(c) == 0;
}

static void test_alive(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);

	for (int i = 0; !spared(c); i++) { /* as below */
		CHECK(i < 10);
		ws_client_close(c);
		c = rig_ws_dial(rig);
	}
	ws_client_close(c);
}

static void test_silence(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);

	/* answers pings: stays beyond both deadlines; where the machine stands
	 * still for as long, it is tried again */
	for (int i = 0; !stays(c); i++) {
		CHECK(i < 10);
		ws_client_close(c);
		c = rig_ws_dial(rig);
	}
	/* answers no more: gone */
	ws_client_mute(c);
	CHECK(ws_client_recv(c, text, sizeof(text), WAIT_MS) == -ECONNRESET);
	ws_client_close(c);
}

/* A client that does not answer a close frame is left. */
static void test_close_deadline(struct rig *rig)
{
	struct ws_client *c = rig_ws_dial(rig);
	struct pollfd pfd = {ws_client_fd(c), POLLRDHUP, 0};

	CHECK(ws_client_send(c, "close"));
	CHECK(poll(&pfd, 1, WAIT_MS) == 1);
	rig_ws_wait_closed(rig, rig_ws_open(rig));
	ws_client_close(c);
}

int main(void)
{
	struct rig *rig = rig_create(&rig_plain, NULL);
	struct ws_client *left;

	test_upgrade(rig);
	test_origin();
	test_bad_frames(rig);
	test_raw_lengths(rig);
	test_good_frames(rig);
	test_fragments(rig);
	test_rate(rig);
	rig_ws_wait_closed(rig, rig_ws_open(rig));
	CHECK(count_get(COUNT_WS) == 0);
	left = rig_ws_dial(rig); /* open: the end of the server closes it */
	rig_destroy(rig);
	ws_client_close(left);
	CHECK(count_get(COUNT_WS) == 0);

	rig = rig_create(&rig_plain, &rig_ws_quick);
	test_auth_deadline(rig);
	test_alive(rig);
	test_silence(rig);
	test_close_deadline(rig);
	rig_destroy(rig);
	return 0;
}
