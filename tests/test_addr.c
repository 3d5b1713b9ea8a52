/* test_addr - addresses as text, as the kernel has them, and which are private. */
#include "transport/addr.h"

#include "tests/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static void test_text(void)
{
	static const char *good[][2] = {
		{"1.2.3.4", "1.2.3.4:80"},
		{"::ffff:1.2.3.4", "1.2.3.4:80"},
		{"2001:DB8::1", "[2001:db8::1]:80"},
		{"::", "[::]:80"},
	};
	static const char *bad[] = {"",          "1.2.3",     "1.2.3.4.5", "01.2.3.4",
				    "256.1.1.1", "localhost", "1.2.3.4 ",  "[::1]",
				    "::1%lo",    ":::"};
	struct addr addr;
	char text[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK(addr_parse(&addr, good[i][0], 80) == 0);
		addr_text(&addr, text);
		CHECK(strcmp(text, good[i][1]) == 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(addr_parse(&addr, bad[i], 80) == -EINVAL);
}

static void test_private(void)
{
	static const char *inside[] = {
		"127.0.0.1",   "10.0.0.1",    "172.16.0.1", "172.31.255.255",
		"192.168.7.7", "169.254.1.1", "100.64.0.1", "100.127.0.1",
		"0.0.0.0",     "::",          "::1",        "fe80::1",
		"febf::1",     "fd12::1",     "fc00::1",    "::ffff:10.1.1.1"};
	static const char *outside[] = {
		"8.8.8.8",     "172.15.0.1", "172.32.0.1",  "100.63.0.1", "100.128.0.1",
		"192.169.0.1", "11.0.0.1",   "2001:db8::1", "fec0::1",    "128.0.0.1"};
	struct addr addr;

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		CHECK(addr_parse(&addr, inside[i], 1) == 0 && addr_is_private(&addr));
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		CHECK(addr_parse(&addr, outside[i], 1) == 0 && !addr_is_private(&addr));
}

static void round_trip(const char *text, int family, socklen_t expect)
{
	struct addr addr, back;
	struct sockaddr_storage ss = {0};

	CHECK(addr_parse(&addr, text, 4711) == 0);
	CHECK(addr_to_sockaddr(&addr, family, &ss) == expect && ss.ss_family == family);
	CHECK(addr_from_sockaddr(&back, (struct sockaddr *)&ss) == 0);
	CHECK(addr_equal(&addr, &back));
	back.port++;
	CHECK(!addr_equal(&addr, &back));
}

static void test_sockaddr(void)
{
	struct sockaddr_storage ss = {.ss_family = AF_UNIX};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_scope_id = 3};
	struct addr addr;

	round_trip("192.0.2.1", AF_INET, sizeof(struct sockaddr_in));
	round_trip("192.0.2.1", AF_INET6, sizeof(struct sockaddr_in6));
	round_trip("2001:db8::9", AF_INET6, sizeof(struct sockaddr_in6));
	CHECK(addr_from_sockaddr(&addr, (struct sockaddr *)&ss) == -EAFNOSUPPORT);
	/* an interface belongs only to what is link-local */
	in6.sin6_addr.s6_addr[0] = 0x20;
	memcpy(&ss, &in6, sizeof(in6));
	CHECK(addr_from_sockaddr(&addr, (struct sockaddr *)&ss) == 0 && addr.scope == 0);
	in6.sin6_addr.s6_addr[0] = 0xfe;
	in6.sin6_addr.s6_addr[1] = 0x80;
	memcpy(&ss, &in6, sizeof(in6));
	CHECK(addr_from_sockaddr(&addr, (struct sockaddr *)&ss) == 0 && addr.scope == 3);
}

/* Whatever this machine has, the promises hold. */
static void test_local(void)
{
	struct addr list[16];
	size_t n = addr_list_local(list, 16), loopback = 0;

	CHECK(n >= 1 && n <= 16);
	for (size_t i = 0; i < n; i++) {
		CHECK(!addr_is_link_local(&list[i]) && !addr_is_any(&list[i]));
		CHECK(i == 0 || addr_is_v4(&list[i - 1]) || !addr_is_v4(&list[i]));
		loopback += addr_is_loopback(&list[i]);
	}
	CHECK(loopback == 0 || loopback == n);
	CHECK(addr_list_local(list, 0) == 0);
}

int main(void)
{
	test_text();
	test_private();
	test_sockaddr();
	test_local();
	return 0;
}
