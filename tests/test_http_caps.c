/* How long the HTTP server waits for a client, and how many it hears: deadlines, caps
 * of one address and of all.
 */
#include "base/count.h"
#include "tests/http_ask.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

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
	.ws_quiet_us = 20000000,
	.ws_close_us = 1000000,
	.ws_stuck_us = 5000000,
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Sends `start`, then a byte of `drip` each 20 ms, until the server is done. */
static int64_t drip(struct rig *rig, const char *start, const char *drip_bytes)
{
	int64_t from = now_ms(), end;
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	size_t i = 0;
	int n;

	CHECK(s && stream_write(s, start, strlen(start)));
	for (;;) {
		n = stream_read(s, ask_reply, ASK_REPLY - 1, 20);
		if (n != -ETIMEDOUT)
			break;
		CHECK(now_ms() - from < ASK_WAIT_MS);
		if (drip_bytes[i])
			stream_write(s, &drip_bytes[i++], 1);
	}
	end = now_ms();
	ask_reply[n > 0 ? n : 0] = '\0';
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
	struct rig *rig = rig_create(&rig_plain, &quick);
	int64_t ms;

	ms = drip_quick(rig, "GET / HTTP/1.1\r\n", many);
	CHECK(ms >= 100 && ms < 1000 && ask_status_of(ask_reply) == 408);
	ms = drip_quick(rig, "", "");
	CHECK(ms >= 100 && ms < 1000 && !ask_reply[0]);
	ms = drip_quick(rig,
			"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n",
			many);
	CHECK(ms >= 200 && ms < 1000 && ask_status_of(ask_reply) == 408);
	rig_destroy(rig);
}

/* A client that does not read its 3 MB is cut off; memory is given back. */
static void test_slow_reader(void)
{
	static const char text[] = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
	struct rig *rig = rig_create(&rig_plain, &quick);
	int64_t ms = 2000;

	for (int i = 0; i < 20 && ms >= 2000; i++) {
		int64_t from = now_ms();
		struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
		struct pollfd pfd;

		CHECK(s && stream_write(s, text, sizeof(text) - 1));
		pfd = (struct pollfd){stream_fd(s), 0, 0}; /* POLLHUP, POLLERR only */
		CHECK(poll(&pfd, 1, ASK_WAIT_MS) == 1);
		ms = now_ms() - from;
		CHECK(ms >= 150);
		stream_close(s);
	}
	CHECK(ms < 2000);
	rig_destroy(rig);
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
	CHECK(ask_get(rig, "/echo", "") == 200);
	CHECK((idle[69] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(ask_get(rig, "/echo", "") != 200);
	for (int i = 0; i < 70; i++)
		stream_close(idle[i]);
	rig_destroy(rig);
}

/* Four idle ones from here: the fifth is told, the 21st is not even heard; when
 * one leaves there is room again. */
static void test_caps(void)
{
	struct rig *rig = rig_create(&rig_plain, NULL);
	struct stream *idle[20];
	int64_t before = count_get(COUNT_REJECT_HTTP);

	rig_call(rig, caps_small);
	for (int i = 0; i < 4; i++)
		CHECK((idle[i] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(ask_get(rig, "/echo", "") == 503);
	CHECK(strstr(ask_reply, "Retry-After: ") &&
	      strstr(ask_reply, "Connection: close"));
	CHECK(count_get(COUNT_REJECT_HTTP) > before);
	for (int i = 4; i < 20; i++)
		CHECK((idle[i] = stream_open("127.0.0.1", rig_port(rig), false)));
	CHECK(ask_get(rig, "/echo", "") == 0);
	for (int i = 0; i < 20; i++)
		stream_close(idle[i]);
	for (int i = 0; i < 20000 && ask_get(rig, "/echo", "") != 200; i++)
		poll(NULL, 0, 1);
	CHECK(ask_status_of(ask_reply) == 200);
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
	test_slow();
	test_slow_reader();
	test_caps();
	test_cap_conf();
	test_keys();
	return 0;
}
