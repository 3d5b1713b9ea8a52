/* The HTTP server over real sockets: the table of bad heads, bodies, ranges,
 * pipelines, deadlines, TLS.
 */
#include "base/count.h"
#include "base/limits.h"
#include "tests/http_rig.h"
#include "tests/stream.h"
#include "tests/test.h"
#include "tests/tsv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 60000
#define REPLY   300000

static const struct http_conf plain = {
	.n_listen = 1, .listen = {"127.0.0.1"}, .plain = true};

static const struct http_times quick = {
	.hello_us = 150000,
	.head_us = 150000,
	.body_us = 250000,
	.idle_us = 400000,
	.read_us = 200000,
	.linger_us = 300000,
	.ws_auth_us = 5000000,
	.ws_ping_us = 10000000,
	.ws_dead_us = 20000000,
	.ws_close_us = 1000000,
	.ws_stuck_us = 5000000,
};

static char reply[REPLY];

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Reads until the server ends it; its bytes, all kept that fit. */
static size_t read_all(struct stream *s)
{
	static char rest[65536];
	size_t n = 0;

	for (;;) {
		bool fits = n < REPLY - 1;
		int got = stream_read(s, fits ? reply + n : rest,
				      fits ? REPLY - 1 - n : sizeof(rest), WAIT_MS);

		CHECK(got != -ETIMEDOUT);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	reply[n < REPLY ? n : REPLY - 1] = '\0';
	return n;
}

static int status_of(const char *text)
{
	int status = 0;

	sscanf(text, "HTTP/1.1 %d ", &status);
	return status;
}

/* One connection, everything sent at once, everything read. */
static int ask(struct rig *rig, bool tls, const char *bytes, size_t len)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), tls);

	CHECK(s);
	stream_write(s, bytes, len); /* may fail: the answer tells */
	if (!tls)
		stream_shut(s);
	read_all(s);
	stream_close(s);
	return status_of(reply);
}

static int get(struct rig *rig, const char *target, const char *fields)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n",
			 target, fields);

	return ask(rig, false, text, (size_t)n);
}

static const char *body(void)
{
	const char *p = strstr(reply, "\r\n\r\n");

	CHECK(p);
	return p + 4;
}

static void row(void *ctx, const char *id, const char *expect, const char *bytes,
		size_t len)
{
	int64_t before = count_get(COUNT_REJECT_HTTP);
	int want = atoi(expect), got = ask(ctx, false, bytes, len);
	bool ok = want ? got == want : got == 200 || got == 204 || got == 404;

	if (!ok || count_get(COUNT_REJECT_HTTP) - before != (want != 0) ||
	    !strstr(reply, "X-Content-Type-Options: nosniff\r\n") ||
	    (want && !strstr(reply, "Connection: close\r\n"))) {
		fprintf(stderr, "%s: status %d, wanted %s\n", id, got, expect);
		exit(1);
	}
	CHECK(get(ctx, "/echo", "") == 200);
}

static void test_requests(struct rig *rig)
{
	static const char post[] = "POST /echo?q=%C3%A4 HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
	static const char options[] = "OPTIONS * HTTP/1.1\r\nHost: a\r\n"
				      "Origin: https://evil\r\nConnection: close\r\n\r\n";

	CHECK(ask(rig, false, post, sizeof(post) - 1) == 200);
	CHECK(strstr(body(), "POST /echo q=\xc3\xa4 ip=127.0.0.1 len=5 body=hello"));
	CHECK(strstr(reply, "Cache-Control: no-store\r\n"));
	CHECK(!strstr(reply, "Strict-Transport"));
	CHECK(get(rig, "/later?q=z", "") == 200);
	CHECK(strstr(body(), "GET /later q=z ip=127.0.0.1"));
	CHECK(get(rig, "/nothing", "") == 404);
	CHECK(strstr(reply, "application/problem+json") &&
	      strstr(body(), "\"code\":\"not_found\""));
	CHECK(get(rig, "/away", "") == 303);
	CHECK(strstr(reply, "\r\nLocation: /echo?q=1\r\n"));
	CHECK(get(rig, "/split", "") == 500 && !strstr(reply, "Set-Cookie"));
	CHECK(ask(rig, false, options, sizeof(options) - 1) == 204);
	CHECK(!strstr(reply, "Access-Control"));
	CHECK(get(rig, "/big", "") == 200);
}

/* Behind a proxy on this machine: only what the proxy itself wrote counts, and
 * nothing that came through it is taken for a question of this machine. */
static void test_forwarded(struct rig *rig)
{
	static const struct {
		const char *fields, *ip;
	} rows[] = {
		{"", "ip=127.0.0.1 "},
		{"X-Forwarded-For: 192.0.2.7\r\n", "ip=192.0.2.7 "},
		{"x-forwarded-for: 127.0.0.1, 192.0.2.7\r\n", "ip=192.0.2.7 "},
		{"X-Forwarded-For: 192.0.2.7,2001:db8::1\r\n", "ip=2001:db8::1 "},
		{"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.8\r\n",
		 "ip=192.0.2.8 "},
		{"X-Forwarded-For: ::ffff:192.0.2.7\r\n", "ip=192.0.2.7 "},
		{"X-Forwarded-For: 192.0.2.7, 127.0.0.1\r\n", "ip=? "},
		{"X-Forwarded-For: 127.1.2.3\r\n", "ip=? "},
		{"X-Forwarded-For: ::1\r\n", "ip=? "},
		{"X-Forwarded-For: ::ffff:127.0.0.1\r\n", "ip=? "},
		{"X-Forwarded-For: unknown\r\n", "ip=? "},
		{"X-Forwarded-For: 192.0.2.7,\r\n", "ip=? "},
		{"X-Forwarded-For: \r\n", "ip=? "},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (get(rig, "/echo", rows[i].fields) != 200 ||
		    !strstr(body(), rows[i].ip)) {
			fprintf(stderr, "forwarded %zu: %s\n", i, body());
			exit(1);
		}
}

/* Without a proxy anybody can write that field. */
static void test_not_forwarded(void)
{
	static const char text[] =
		"GET /echo HTTP/1.1\r\nHost: a\r\n"
		"Connection: close\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";
	const struct http_conf conf = {.n_listen = 1, .listen = {"127.0.0.1"}};
	struct rig *rig = rig_create(&conf, NULL);

	CHECK(ask(rig, true, text, sizeof(text) - 1) == 200);
	CHECK(strstr(body(), "ip=127.0.0.1 "));
	rig_destroy(rig);
}

static void test_limits(struct rig *rig)
{
	size_t size = LIMIT_HTTP_BODY + 300;
	char *text = malloc(size);
	int n;

	CHECK(text);
	n = snprintf(text, size,
		     "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		     "Content-Length: %d\r\n\r\n",
		     LIMIT_HTTP_BODY);
	memset(text + n, 'x', LIMIT_HTTP_BODY);
	CHECK(ask(rig, false, text, (size_t)n + LIMIT_HTTP_BODY) == 200);
	CHECK(strstr(body(), "len=65536 "));
	/* the rest of a body that is refused does not eat the answer */
	n = snprintf(text, size,
		     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
		     LIMIT_HTTP_BODY + 1);
	memset(text + n, 'x', LIMIT_HTTP_BODY);
	CHECK(ask(rig, false, text, (size_t)n + LIMIT_HTTP_BODY) == 413);
	free(text);
}

static int count_of(const char *text, const char *what)
{
	int n = 0;

	for (const char *p = strstr(text, what); p; p = strstr(p + 1, what))
		n++;
	return n;
}

static void test_pipeline(struct rig *rig)
{
	char text[10000];
	size_t n = 0;

	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "GET /%s?q=%d HTTP/1.1\r\nHost: a\r\n\r\n",
				      i & 1 ? "echo" : "later", i);
	CHECK(ask(rig, false, text, n) == 200);
	CHECK(count_of(reply, "HTTP/1.1 200") == HTTP_PIPELINE);
	for (int i = 0; i < HTTP_PIPELINE; i++) {
		char want[20];
		const char *at;

		snprintf(want, sizeof(want), " q=%d ip", i);
		at = strstr(reply, want);
		CHECK(at);
		CHECK(count_of(at, " q=") == HTTP_PIPELINE - i);
	}
}

static void test_keep_alive(struct rig *rig)
{
	static const char text[] = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);

	CHECK(s);
	for (int i = 0; i < 40; i++) {
		int n;

		CHECK(stream_write(s, text, sizeof(text) - 1));
		n = stream_read(s, reply, REPLY - 1, WAIT_MS);
		CHECK(n > 0);
		reply[n] = '\0';
		CHECK(status_of(reply) == 200 && !strstr(reply, "Connection: close"));
	}
	stream_close(s);
}

static void test_expect(struct rig *rig)
{
	static const char head[] =
		"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	int n;

	CHECK(s && stream_write(s, head, sizeof(head) - 1));
	n = stream_read(s, reply, REPLY - 1, WAIT_MS);
	CHECK(n == 25 && memcmp(reply, "HTTP/1.1 100 Continue\r\n\r\n", 25) == 0);
	CHECK(stream_write(s, "hi", 2));
	read_all(s);
	CHECK(status_of(reply) == 200 && strstr(reply, "len=2 body=hi"));
	stream_close(s);
}

/* ---- files ---------------------------------------------------------------- */

static void etag_of(char out[128])
{
	const char *p = strstr(reply, "ETag: ");

	CHECK(p);
	snprintf(out, 128, "%.*s", (int)strcspn(p + 6, "\r"), p + 6);
}

static void test_range_rows(struct rig *rig)
{
	static const struct {
		const char *range;
		int status;
		const char *want; /* Content-Range */
		int len;
	} rows[] = {
		{"bytes=0-0", 206, "bytes 0-0/200000", 1},
		{"bytes=5-20", 206, "bytes 5-20/200000", 16},
		{"bytes=199999-", 206, "bytes 199999-199999/200000", 1},
		{"bytes=-5", 206, "bytes 199995-199999/200000", 5},
		{"bytes=-900000", 206, "bytes 0-199999/200000", 200000},
		{"bytes=10-900000", 206, "bytes 10-199999/200000", 199990},
		{"bytes=200000-", 416, "bytes */200000", 0},
		{"bytes=200000-300000", 416, "bytes */200000", 0},
		{"bytes=-0", 416, "bytes */200000", 0},
		{"bytes=20-5", 200, NULL, 200000},
		{"bytes=0-1,5-6", 200, NULL, 200000},
		{"bytes=", 200, NULL, 200000},
		{"bytes=a-b", 200, NULL, 200000},
		{"bytes=--5", 200, NULL, 200000},
		{"bytes=0x1-5", 200, NULL, 200000},
		{"bytes=1-5x", 200, NULL, 200000},
		{"bytes=99999999999999999999-", 200, NULL, 200000},
		{"lines=1-2", 200, NULL, 200000},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char field[100], length[40];

		snprintf(field, sizeof(field), "Range: %s\r\n", rows[i].range);
		CHECK(get(rig, "/file", field) == rows[i].status);
		snprintf(length, sizeof(length), "Content-Length: %d\r\n", rows[i].len);
		CHECK(rows[i].status == 416 || strstr(reply, length));
		if (rows[i].want)
			CHECK(strstr(reply, rows[i].want));
		else
			CHECK(!strstr(reply, "Content-Range"));
	}
}

static void test_file(struct rig *rig, const char *path)
{
	char etag[128], field[300];
	struct stream *s;
	FILE *f = fopen(path, "w");

	CHECK(f);
	for (int i = 0; i < 20000; i++)
		fprintf(f, "%09d\n", i);
	fclose(f);
	rig_file(rig, path);
	CHECK(get(rig, "/file", "") == 200);
	CHECK(strstr(reply, "Accept-Ranges: bytes\r\n"));
	CHECK(strstr(reply, "Content-Type: video/mp4\r\n"));
	CHECK(!strstr(reply, "Content-Disposition"));
	CHECK(strncmp(body() + 70000, "000007000\n000007001\n", 20) == 0);
	etag_of(etag);
	test_range_rows(rig);
	CHECK(get(rig, "/file", "Range: bytes=20-29\r\n") == 206);
	CHECK(strcmp(body(), "000000002\n") == 0);

	snprintf(field, sizeof(field), "If-None-Match: \"x\", %s\r\n", etag);
	CHECK(get(rig, "/file", field) == 304 && !*body());
	snprintf(field, sizeof(field), "If-Range: %s\r\nRange: bytes=0-1\r\n", etag);
	CHECK(get(rig, "/file", field) == 206);
	CHECK(get(rig, "/file", "If-Range: \"other\"\r\nRange: bytes=0-1\r\n") == 200);
	CHECK(get(rig, "/file",
		  "If-Range: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
		  "Range: bytes=0-1\r\n") == 200);
	CHECK(get(rig, "/file?download=Gr%C3%B6%C3%9Fe%20%22A%22.mp4", "") == 200);
	CHECK(strstr(reply, "Content-Disposition: attachment; "
			    "filename=\"Gr____e _A_.mp4\"; "
			    "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22A%22.mp4\r\n"));

	s = stream_open("127.0.0.1", rig_port(rig), false);
	CHECK(s);
	snprintf(field, sizeof(field),
		 "HEAD /file HTTP/1.1\r\nHost: a\r\n"
		 "Range: bytes=0-1\r\nConnection: close\r\n\r\n");
	CHECK(stream_write(s, field, strlen(field)));
	read_all(s);
	stream_close(s);
	CHECK(status_of(reply) == 200 && strstr(reply, "Content-Length: 200000\r\n"));
	CHECK(!*body());
	unlink(path);
}

/* ---- deadlines ------------------------------------------------------------ */

/* Sends `start`, then a byte of `drip` each 20 ms, until the server is done. */
static int64_t drip(struct rig *rig, const char *start, const char *drip_bytes)
{
	int64_t from = now_ms(), end;
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	size_t i = 0;
	int n;

	CHECK(s && stream_write(s, start, strlen(start)));
	for (;;) {
		n = stream_read(s, reply, REPLY - 1, 20);
		if (n != -ETIMEDOUT)
			break;
		CHECK(now_ms() - from < WAIT_MS);
		if (drip_bytes[i])
			stream_write(s, &drip_bytes[i++], 1);
	}
	end = now_ms();
	reply[n > 0 ? n : 0] = '\0';
	stream_close(s);
	return end - from;
}

/* The least it took in a few tries: a busy machine may be late, but not early. */
static int64_t drip_quick(struct rig *rig, const char *start, const char *drip_bytes)
{
	int64_t ms = drip(rig, start, drip_bytes);

	for (int i = 0; i < 20 && ms >= 1000; i++)
		ms = drip(rig, start, drip_bytes);
	return ms;
}

static void test_slow(void)
{
	static const char many[] = "X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
				   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
	struct rig *rig = rig_create(&plain, &quick);
	int64_t ms;

	ms = drip_quick(rig, "GET / HTTP/1.1\r\n", many);
	CHECK(ms >= 100 && ms < 1000 && status_of(reply) == 408);
	ms = drip_quick(rig, "", "");
	CHECK(ms >= 100 && ms < 1000 && !reply[0]);
	ms = drip_quick(rig,
			"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n",
			many);
	CHECK(ms >= 200 && ms < 1000 && status_of(reply) == 408);
	rig_destroy(rig);
}

/* A client that does not read its 3 MB is cut off; memory is given back. */
static void test_slow_reader(void)
{
	static const char text[] = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
	struct rig *rig = rig_create(&plain, &quick);
	int64_t ms = 2000;

	for (int i = 0; i < 20 && ms >= 2000; i++) {
		int64_t from = now_ms();
		struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
		struct pollfd pfd;

		CHECK(s && stream_write(s, text, sizeof(text) - 1));
		pfd = (struct pollfd){stream_fd(s), 0, 0}; /* POLLHUP, POLLERR only */
		CHECK(poll(&pfd, 1, WAIT_MS) == 1);
		ms = now_ms() - from;
		CHECK(ms >= 150);
		stream_close(s);
	}
	CHECK(ms < 2000);
	rig_destroy(rig);
}

/* ---- the rest ------------------------------------------------------------- */

static void drain(struct http_server *server)
{
	thread_claim(&on_ctl);
	http_drain(server);
}

static void test_drain(struct rig *rig)
{
	rig_call(rig, drain);
	CHECK(get(rig, "/echo", "") == 503);
	CHECK(strstr(reply, "Retry-After: "));
}

/* A client that leaves before its answer: the answer goes nowhere. */
static void test_leaver(struct rig *rig)
{
	static const char text[] = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";

	for (int i = 0; i < 50; i++) {
		const struct linger now = {1, 0};
		struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);

		CHECK(s && stream_write(s, text, sizeof(text) - 1));
		setsockopt(stream_fd(s), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		stream_close(s);
	}
	CHECK(get(rig, "/echo", "") == 200);
}

/* As configured, but for us, too, who come from loopback. */
static void caps_configured(struct http_server *server)
{
	struct http_caps caps = server->caps;

	thread_claim(&on_ctl);
	caps.local = true;
	http_set_caps(server, &caps);
}

static void caps_small(struct http_server *server)
{
	static const struct http_caps caps = {30, 4, true};

	thread_claim(&on_ctl);
	http_set_caps(server, &caps);
}

/* The cap of one address as it was configured. */
static void test_cap_conf(void)
{
	static const struct http_conf conf = {.n_listen = 1,
					      .listen = {"127.0.0.1"},
					      .plain = true,
					      .strangers_ip = 70};
	struct rig *rig = rig_create(&conf, NULL);
	struct stream *idle[70];

	rig_call(rig, caps_configured);
	for (int i = 0; i < 69; i++)
		CHECK((idle[i] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(get(rig, "/echo", "") == 200);
	CHECK((idle[69] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(get(rig, "/echo", "") != 200);
	for (int i = 0; i < 70; i++)
		stream_close(idle[i]);
	rig_destroy(rig);
}

/* Four idle ones from here: the fifth is told, the 21st is not even heard; when
 * one leaves there is room again. */
static void test_caps(void)
{
	struct rig *rig = rig_create(&plain, NULL);
	struct stream *idle[20];
	int64_t before = count_get(COUNT_REJECT_HTTP);

	rig_call(rig, caps_small);
	for (int i = 0; i < 4; i++)
		CHECK((idle[i] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(get(rig, "/echo", "") == 503);
	CHECK(strstr(reply, "Retry-After: ") && strstr(reply, "Connection: close"));
	CHECK(count_get(COUNT_REJECT_HTTP) > before);
	for (int i = 4; i < 20; i++)
		CHECK((idle[i] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(get(rig, "/echo", "") == 0);
	for (int i = 0; i < 20; i++)
		stream_close(idle[i]);
	for (int i = 0; i < 20000 && get(rig, "/echo", "") != 200; i++)
		poll(NULL, 0, 1);
	CHECK(status_of(reply) == 200);
	rig_destroy(rig);
}

static void test_keys(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 a = {.sin6_family = AF_INET6}, b = a;
	struct in6_addr ka, kb;
	char ip[46];
	bool local;

	CHECK(inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr) == 1);
	conn_key(&ka, &local, ip, (struct sockaddr *)&v4);
	CHECK(!local && strcmp(ip, "192.0.2.7") == 0);
	CHECK(inet_pton(AF_INET6, "::ffff:192.0.2.7", &a.sin6_addr) == 1);
	conn_key(&kb, &local, ip, (struct sockaddr *)&a);
	CHECK(!local && strcmp(ip, "192.0.2.7") == 0);
	CHECK(memcmp(&ka, &kb, sizeof(ka)) == 0);
	CHECK(inet_pton(AF_INET6, "2001:db8:1:2:3::4", &a.sin6_addr) == 1);
	CHECK(inet_pton(AF_INET6, "2001:db8:1:2:9::9", &b.sin6_addr) == 1);
	conn_key(&ka, &local, ip, (struct sockaddr *)&a);
	conn_key(&kb, &local, ip, (struct sockaddr *)&b);
	CHECK(memcmp(&ka, &kb, sizeof(ka)) == 0);
	CHECK(inet_pton(AF_INET6, "2001:db8:1:3:3::4", &b.sin6_addr) == 1);
	conn_key(&kb, &local, ip, (struct sockaddr *)&b);
	CHECK(memcmp(&ka, &kb, sizeof(ka)) != 0);
	CHECK(inet_pton(AF_INET6, "::1", &b.sin6_addr) == 1);
	conn_key(&kb, &local, ip, (struct sockaddr *)&b);
	CHECK(local);
}

int main(void)
{
	char path[64];
	struct rig *rig = rig_create(&plain, NULL);

	snprintf(path, sizeof(path), "/tmp/test_http.%d", (int)getpid());
	CHECK(tsv_each("http.tsv", row, rig) > 150);
	test_requests(rig);
	test_forwarded(rig);
	test_limits(rig);
	test_pipeline(rig);
	test_keep_alive(rig);
	test_expect(rig);
	test_file(rig, path);
	test_leaver(rig);
	test_drain(rig);
	rig_destroy(rig);
	test_not_forwarded();
	test_slow();
	test_slow_reader();
	test_caps();
	test_cap_conf();
	test_keys();
	return 0;
}
