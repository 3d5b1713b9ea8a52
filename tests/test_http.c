/* The HTTP server over real sockets: the table of bad heads, bodies, ranges,
 * pipelines, TLS.
 */
#include "base/count.h"
#include "base/limits.h"
#include "tests/http_ask.h"
#include "tests/test.h"
#include "tests/tsv.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void row(void *ctx, const char *id, const char *expect, const char *bytes,
		size_t len)
{
	int64_t before = count_get(COUNT_REJECT_HTTP);
	int want = atoi(expect), got = ask_raw(ctx, false, bytes, len);
	bool ok = want ? got == want : got == 200 || got == 204 || got == 404;

	if (!ok || count_get(COUNT_REJECT_HTTP) - before != (want != 0) ||
	    !strstr(ask_reply, "X-Content-Type-Options: nosniff\r\n") ||
	    (want && !strstr(ask_reply, "Connection: close\r\n"))) {
		fprintf(stderr, "%s: status %d, wanted %s\n", id, got, expect);
		exit(1);
	}
	CHECK(ask_get(ctx, "/echo", "") == 200);
}

static void test_requests(struct rig *rig)
{
	static const char post[] = "POST /echo?q=%C3%A4 HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
	static const char options[] = "OPTIONS * HTTP/1.1\r\nHost: a\r\n"
				      "Origin: https://evil\r\nConnection: close\r\n\r\n";

	CHECK(ask_raw(rig, false, post, sizeof(post) - 1) == 200);
	CHECK(strstr(ask_body(), "POST /echo q=\xc3\xa4 ip=127.0.0.1 len=5 body=hello"));
	CHECK(strstr(ask_reply, "Cache-Control: no-store\r\n"));
	CHECK(!strstr(ask_reply, "Strict-Transport"));
	CHECK(ask_get(rig, "/later?q=z", "") == 200);
	CHECK(strstr(ask_body(), "GET /later q=z ip=127.0.0.1"));
	CHECK(ask_get(rig, "/nothing", "") == 404);
	CHECK(strstr(ask_reply, "application/problem+json") &&
	      strstr(ask_body(), "\"code\":\"not_found\""));
	CHECK(ask_get(rig, "/away", "") == 303);
	CHECK(strstr(ask_reply, "\r\nLocation: /echo?q=1\r\n"));
	CHECK(ask_get(rig, "/split", "") == 500 && !strstr(ask_reply, "Set-Cookie"));
	CHECK(ask_raw(rig, false, options, sizeof(options) - 1) == 204);
	CHECK(!strstr(ask_reply, "Access-Control"));
	CHECK(ask_get(rig, "/big", "") == 200);
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
		if (ask_get(rig, "/echo", rows[i].fields) != 200 ||
		    !strstr(ask_body(), rows[i].ip)) {
			fprintf(stderr, "forwarded %zu: %s\n", i, ask_body());
			exit(1);
		}
}

/* Anybody can write that field: with TLS it is not believed. But a proxy that
 * encrypts anew writes it, too, and what it passes on is not of this machine. */
static void test_not_forwarded(void)
{
	static const char text[] =
		"GET /echo HTTP/1.1\r\nHost: a\r\n"
		"Connection: close\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";
	static const char direct[] =
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	const struct http_conf conf = {.n_listen = 1, .listen = {"127.0.0.1"}};
	struct rig *rig = rig_create(&conf, NULL);

	CHECK(ask_raw(rig, true, text, sizeof(text) - 1) == 200);
	CHECK(strstr(ask_body(), "ip=? "));
	CHECK(ask_raw(rig, true, direct, sizeof(direct) - 1) == 200);
	CHECK(strstr(ask_body(), "ip=127.0.0.1 "));
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
	CHECK(ask_raw(rig, false, text, (size_t)n + LIMIT_HTTP_BODY) == 200);
	CHECK(strstr(ask_body(), "len=65536 "));
	/* the rest of a body that is refused does not eat the answer */
	n = snprintf(text, size,
		     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n",
		     LIMIT_HTTP_BODY + 1);
	memset(text + n, 'x', LIMIT_HTTP_BODY);
	CHECK(ask_raw(rig, false, text, (size_t)n + LIMIT_HTTP_BODY) == 413);
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
	CHECK(ask_raw(rig, false, text, n) == 200);
	CHECK(count_of(ask_reply, "HTTP/1.1 200") == HTTP_PIPELINE);
	for (int i = 0; i < HTTP_PIPELINE; i++) {
		char want[20];
		const char *at;

		snprintf(want, sizeof(want), " q=%d ip", i);
		at = strstr(ask_reply, want);
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
		n = stream_read(s, ask_reply, ASK_REPLY - 1, ASK_WAIT_MS);
		CHECK(n > 0);
		ask_reply[n] = '\0';
		CHECK(ask_status_of(ask_reply) == 200 &&
		      !strstr(ask_reply, "Connection: close"));
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
	n = stream_read(s, ask_reply, ASK_REPLY - 1, ASK_WAIT_MS);
	CHECK(n == 25 && memcmp(ask_reply, "HTTP/1.1 100 Continue\r\n\r\n", 25) == 0);
	CHECK(stream_write(s, "hi", 2));
	ask_read_all(s);
	CHECK(ask_status_of(ask_reply) == 200 && strstr(ask_reply, "len=2 body=hi"));
	stream_close(s);
}

/* ---- uploads -------------------------------------------------------------- */

#define UP_LEN (3 << 20)

static void test_upload(struct rig *rig)
{
	static const char two[] =
		"PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
		"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		"\r\n";
	static const char none[] = "PUT /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
				   "Content-Length: 0\r\n\r\n";
	char *text = malloc(UP_LEN + 300), want[80];
	int n;

	CHECK(text);
	n = snprintf(text, 300,
		     "PUT /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		     "Content-Length: %d\r\n\r\n",
		     UP_LEN);
	memset(text + n, 3, UP_LEN);
	CHECK(ask_raw(rig, false, text, (size_t)n + UP_LEN) == 201);
	snprintf(want, sizeof(want), "up len=%d sum=%d", UP_LEN, 3 * UP_LEN);
	CHECK(strstr(ask_body(), want));
	/* what comes behind it is another request */
	CHECK(ask_raw(rig, false, two, sizeof(two) - 1) == 201);
	CHECK(strstr(ask_reply, "up len=2 sum=195") && strstr(ask_reply, "GET /echo"));
	CHECK(ask_raw(rig, false, none, sizeof(none) - 1) == 201);
	CHECK(strstr(ask_body(), "up len=0"));
	/* refused before and after it began: what is left of it is no request */
	memcpy(text, "PUT /no", 7);
	CHECK(ask_raw(rig, false, text, (size_t)n + 1000) == 403);
	CHECK(strstr(ask_reply, "Connection: close") && !strstr(ask_body(), "HTTP/1.1"));
	free(text);
}

static void test_upload_refused(struct rig *rig)
{
	static const char full[] = "PUT /up/full HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 100\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	static const char endless[] = "PUT /up HTTP/1.1\r\nHost: a\r\n\r\nx";
	static const char large[] = "PUT /up HTTP/1.1\r\nHost: a\r\n"
				    "Content-Length: 1073741825\r\n\r\n";
	static const char left[] = "PUT /up HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 100\r\n\r\nabc";
	struct stream *s;
	int before = rig_gone(rig);

	CHECK(ask_raw(rig, false, full, sizeof(full) - 1) == 507);
	CHECK(!strstr(ask_body(), "HTTP/1.1"));
	CHECK(ask_raw(rig, false, endless, sizeof(endless) - 1) == 411);
	CHECK(ask_raw(rig, false, large, sizeof(large) - 1) == 413);
	CHECK(rig_gone(rig) == before);
	s = stream_open("127.0.0.1", rig_port(rig), false);
	CHECK(s && stream_write(s, left, sizeof(left) - 1));
	stream_close(s);
	for (int i = 0; i < 2000 && rig_gone(rig) == before; i++)
		poll(NULL, 0, 5);
	CHECK(rig_gone(rig) == before + 1);
}

/* Bytes that trickle are not waited for. */
static void test_upload_slow(void)
{
	static const char slow[] = "PUT /up HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 1000000\r\n\r\nabc";
	struct http_times times = rig_ws_quick;
	struct stream *s;
	struct rig *rig;

	times.read_us = 100000;
	rig = rig_create(&rig_plain, &times);
	s = stream_open("127.0.0.1", rig_port(rig), false);
	CHECK(s && stream_write(s, slow, sizeof(slow) - 1));
	ask_read_all(s);
	CHECK(ask_status_of(ask_reply) == 408 && rig_gone(rig) == 1);
	stream_close(s);
	rig_destroy(rig);
}

/* ---- files ---------------------------------------------------------------- */

static void etag_of(char out[128])
{
	const char *p = strstr(ask_reply, "ETag: ");

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
		CHECK(ask_get(rig, "/file", field) == rows[i].status);
		snprintf(length, sizeof(length), "Content-Length: %d\r\n", rows[i].len);
		CHECK(rows[i].status == 416 || strstr(ask_reply, length));
		if (rows[i].want)
			CHECK(strstr(ask_reply, rows[i].want));
		else
			CHECK(!strstr(ask_reply, "Content-Range"));
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
	CHECK(ask_get(rig, "/file", "") == 200);
	CHECK(strstr(ask_reply, "Accept-Ranges: bytes\r\n"));
	CHECK(strstr(ask_reply, "Content-Type: video/mp4\r\n"));
	CHECK(!strstr(ask_reply, "Content-Disposition"));
	CHECK(strncmp(ask_body() + 70000, "000007000\n000007001\n", 20) == 0);
	etag_of(etag);
	test_range_rows(rig);
	CHECK(ask_get(rig, "/file", "Range: bytes=20-29\r\n") == 206);
	CHECK(strcmp(ask_body(), "000000002\n") == 0);

	snprintf(field, sizeof(field), "If-None-Match: \"x\", %s\r\n", etag);
	CHECK(ask_get(rig, "/file", field) == 304 && !*ask_body());
	snprintf(field, sizeof(field), "If-Range: %s\r\nRange: bytes=0-1\r\n", etag);
	CHECK(ask_get(rig, "/file", field) == 206);
	CHECK(ask_get(rig, "/file", "If-Range: \"other\"\r\nRange: bytes=0-1\r\n") ==
	      200);
	CHECK(ask_get(rig, "/file",
		      "If-Range: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
		      "Range: bytes=0-1\r\n") == 200);
	CHECK(ask_get(rig, "/file?download=Gr%C3%B6%C3%9Fe%20%22A%22.mp4", "") == 200);
	CHECK(strstr(ask_reply, "Content-Disposition: attachment; "
				"filename=\"Gr____e _A_.mp4\"; "
				"filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22A%22.mp4\r\n"));

	s = stream_open("127.0.0.1", rig_port(rig), false);
	CHECK(s);
	snprintf(field, sizeof(field),
		 "HEAD /file HTTP/1.1\r\nHost: a\r\n"
		 "Range: bytes=0-1\r\nConnection: close\r\n\r\n");
	CHECK(stream_write(s, field, strlen(field)));
	ask_read_all(s);
	stream_close(s);
	CHECK(ask_status_of(ask_reply) == 200 &&
	      strstr(ask_reply, "Content-Length: 200000\r\n"));
	CHECK(!*ask_body());
	unlink(path);
}

static void drain(struct http_server *server)
{
	thread_claim(&on_ctl);
	http_drain(server);
}

static void test_drain(struct rig *rig)
{
	rig_call(rig, drain);
	CHECK(ask_get(rig, "/echo", "") == 503);
	CHECK(strstr(ask_reply, "Retry-After: "));
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
	CHECK(ask_get(rig, "/echo", "") == 200);
}

int main(void)
{
	char path[64];
	struct rig *rig = rig_create(&rig_plain, NULL);

	snprintf(path, sizeof(path), "/tmp/test_http.%d", (int)getpid());
	CHECK(tsv_each("http.tsv", row, rig) > 150);
	test_requests(rig);
	test_forwarded(rig);
	test_limits(rig);
	test_pipeline(rig);
	test_keep_alive(rig);
	test_expect(rig);
	test_upload(rig);
	test_upload_refused(rig);
	test_file(rig, path);
	test_leaver(rig);
	test_drain(rig);
	rig_destroy(rig);
	test_not_forwarded();
	test_upload_slow();
	return 0;
}
