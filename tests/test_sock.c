/* test_sock - what is written arrives as it was cut, in order, at whom it was for:
 * with trains that the kernel cuts, and when it suddenly does not.
 */
#include "transport/sock.h"

#include "base/count.h"
#include "base/thread.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SINKS 3

struct rig {
	struct loop *loop;
	struct sock *sock;
	int sinks[SINKS];
	struct path paths[SINKS];
	uint32_t sent[SINKS], got[SINKS];
};

static void no_datagram(void *ctx, const struct path *from, uint8_t *data, size_t len,
			int64_t at_us)
{
	(void)ctx, (void)from, (void)data, (void)len, (void)at_us;
}

static void no_batch(void *ctx)
{
	(void)ctx;
}

static void make_sink(struct rig *r, int i, const char *local)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	int size = 4 << 20;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->sinks[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CHECK(r->sinks[i] >= 0);
	setsockopt(r->sinks[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	CHECK(bind(r->sinks[i], (struct sockaddr *)&in, sizeof(in)) == 0);
	CHECK(getsockname(r->sinks[i], (struct sockaddr *)&in, &len) == 0);
	r->paths[i].sock = r->sock;
	CHECK(addr_parse(&r->paths[i].remote, "127.0.0.1", ntohs(in.sin_port)) == 0);
	if (local) { /* leaves from this address */
		struct addr addr;

		CHECK(addr_parse(&addr, local, 0) == 0);
		memcpy(r->paths[i].local, addr.ip, 16);
	}
}

static bool have_v6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void rig_init(struct rig *r, const char *ip)
{
	static const struct sock_handler handler = {NULL, no_datagram, no_batch};
	struct addr any;

	memset(r, 0, sizeof(*r));
	CHECK(loop_create(&r->loop, 8) == 0);
	CHECK(addr_parse(&any, ip, 0) == 0);
	CHECK(sock_create(&r->sock, r->loop, &any, &handler) == 0);
	make_sink(r, 0, NULL);
	make_sink(r, 1, "127.0.0.1");
	make_sink(r, 2, "127.0.0.2");
}

static void rig_fini(struct rig *r)
{
	sock_destroy(r->sock);
	for (int i = 0; i < SINKS; i++)
		close(r->sinks[i]);
	loop_destroy(r->loop);
}

/* Its number, and then its length, in each of its bytes. */
static void fill(uint8_t *out, uint32_t number, size_t len)
{
	memset(out, (int)(number ^ len), len);
	if (len > 4)
		memcpy(out, &number, 4);
}

static void give(struct rig *r, int to, size_t len)
{
	uint8_t *buf = sock_reserve(r->sock);

	CHECK(buf == sock_reserve(r->sock));
	fill(buf, r->sent[to]++, len);
	sock_commit(r->sock, &r->paths[to], len);
}

/* The next datagram of a sink; 0: none is there. */
static size_t take(struct rig *r, int from)
{
	uint8_t buf[2000], expect[2000];
	struct sockaddr_in in;
	socklen_t in_len = sizeof(in);
	ssize_t n = recvfrom(r->sinks[from], buf, sizeof(buf), MSG_DONTWAIT,
			     (struct sockaddr *)&in, &in_len);

	if (n <= 0)
		return 0;
	fill(expect, r->got[from]++, (size_t)n);
	CHECK(memcmp(buf, expect, (size_t)n) == 0);
	CHECK(ntohl(in.sin_addr.s_addr) ==
	      (from == 2 ? INADDR_LOOPBACK + 1 : INADDR_LOOPBACK));
	return (size_t)n;
}

static void check_lens(struct rig *r, int from, const size_t *lens, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(take(r, from) == lens[i]);
	CHECK(take(r, from) == 0);
}

static void test_shapes(struct rig *r)
{
	static const size_t shapes[][8] = {
		{1000, 1000, 1000, 999},
		{1000, 999, 999, 999, 998},
		{100, 1000, 1000},
		{1, 1, 1, 1, 1, 1, 1},
		{1500, 5, 1500, 5, 5, 5},
		{20, 21, 22, 23, 22, 21, 20},
		{900},
	};

	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		for (int to = 0; to < SINKS; to++) {
			size_t n = 0;

			while (n < 8 && shapes[s][n])
				give(r, to, shapes[s][n++]);
			sock_flush(r->sock);
			check_lens(r, to, shapes[s], n);
		}
		/* in turn: nobody gets what is for the other */
		for (size_t n = 0; n < 8 && shapes[s][n]; n++)
			for (int to = 0; to < SINKS; to++)
				give(r, to, shapes[s][n]);
		sock_flush(r->sock);
		for (int to = 0; to < SINKS; to++)
			for (size_t n = 0; n < 8 && shapes[s][n]; n++)
				CHECK(take(r, to) == shapes[s][n]);
	}
}

/* More than one message, than one arena, than one batch takes. */
static void test_limits(struct rig *r)
{
	static const size_t sizes[] = {1, 60, 900, 950, 1500};

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (int i = 0; i < 3 * SOCK_TRAIN + 7; i++)
			give(r, 0, sizes[s]);
		sock_flush(r->sock);
		for (int i = 0; i < 3 * SOCK_TRAIN + 7; i++)
			CHECK(take(r, 0) == sizes[s]);
	}
	for (int i = 0; i < 5 * SOCK_BATCH + 3; i++)
		give(r, i % 2, 100 + (size_t)i % 7);
	sock_flush(r->sock);
	for (int i = 0; i < 5 * SOCK_BATCH + 3; i++)
		CHECK(take(r, i % 2) == 100 + (size_t)i % 7);
	sock_flush(r->sock);
	for (int to = 0; to < SINKS; to++)
		CHECK(take(r, to) == 0);
}

/* The descriptor of a socket that keeps it to itself. */
static int fd_of(const struct sock *sock)
{
	DIR *dir = opendir("/proc/self/fd");
	int found = -1;

	CHECK(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		struct sockaddr_storage ss = {0};
		socklen_t len = sizeof(ss);
		struct addr addr;
		int fd = atoi(e->d_name);

		if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
		    addr_from_sockaddr(&addr, (struct sockaddr *)&ss) == 0 &&
		    addr.port == sock_port(sock))
			found = fd;
	}
	closedir(dir);
	CHECK(found >= 0);
	return found;
}

/* Without checksums the kernel refuses to cut, as for a device that has none. */
static void forbid(struct rig *r)
{
	int on = 1;

	CHECK(setsockopt(fd_of(r->sock), SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on)) == 0);
}

static void test_all(const char *ip)
{
	struct rig r;
	bool had;

	rig_init(&r, ip);
	had = sock_has_trains(r.sock);
	test_shapes(&r);
	test_limits(&r);
	CHECK(sock_has_trains(r.sock) == had);
	/* it worked, so one refusal is that of one way: nothing is lost by it */
	forbid(&r);
	test_shapes(&r);
	test_limits(&r);
	rig_fini(&r);

	rig_init(&r, ip);
	forbid(&r);
	test_shapes(&r); /* the first one is refused: all go alone from then on */
	CHECK(!sock_has_trains(r.sock));
	test_limits(&r);
	rig_fini(&r);
}

/* What nobody can be sent is counted, each datagram of it. */
static void test_refused(void)
{
	struct rig r;
	int64_t dropped = count_get(COUNT_UDP_DROPPED);

	rig_init(&r, "127.0.0.1");
	CHECK(addr_parse(&r.paths[0].remote, "255.255.255.255", 9) == 0);
	for (int i = 0; i < 10; i++)
		give(&r, 0, 100);
	give(&r, 1, 100);
	sock_flush(r.sock);
	CHECK(count_get(COUNT_UDP_DROPPED) == dropped + 10);
	CHECK(take(&r, 1) == 100);
	rig_fini(&r);
}

int main(void)
{
	int64_t dropped = count_get(COUNT_UDP_DROPPED);

	thread_enter(&on_net);
	test_all("127.0.0.1");
	test_all("0.0.0.0");
	if (have_v6())
		test_all("::");
	CHECK(count_get(COUNT_UDP_DROPPED) == dropped);
	test_refused();
	return 0;
}
