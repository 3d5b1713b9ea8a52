#include "transport/addr.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void set_v4(struct addr *addr, const void *ip4)
{
	memcpy(addr->ip, mapped, 12);
	memcpy(addr->ip + 12, ip4, 4);
	addr->scope = 0;
}

int addr_parse(struct addr *addr, const char *text, uint16_t port)
{
	uint8_t ip[16];

	if (inet_pton(AF_INET, text, ip) == 1) {
		set_v4(addr, ip);
	} else if (inet_pton(AF_INET6, text, ip) == 1) {
		memcpy(addr->ip, ip, 16);
		addr->scope = 0;
	} else {
		return -EINVAL;
	}
	addr->port = port;
	return 0;
}

int addr_from_sockaddr(struct addr *addr, const struct sockaddr *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		set_v4(addr, &in.sin_addr);
		addr->port = ntohs(in.sin_port);
		return 0;
	}
	if (sa->sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(&in6, sa, sizeof(in6));
	memcpy(addr->ip, &in6.sin6_addr, 16);
	addr->port = ntohs(in6.sin6_port);
	/* the kernel names an interface only where the address needs it */
	addr->scope = addr_is_link_local(addr) ? in6.sin6_scope_id : 0;
	return 0;
}

socklen_t addr_to_sockaddr(const struct addr *addr, int family,
			   struct sockaddr_storage *ss)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (family == AF_INET) {
		assert(addr_is_v4(addr) || addr_is_any(addr));
		memcpy(&in.sin_addr, addr->ip + 12, 4);
		in.sin_port = htons(addr->port);
		memcpy(ss, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, addr->ip, 16);
	in6.sin6_port = htons(addr->port);
	in6.sin6_scope_id = addr->scope;
	memcpy(ss, &in6, sizeof(in6));
	return sizeof(in6);
}

bool addr_is_v4(const struct addr *addr)
{
	return memcmp(addr->ip, mapped, 12) == 0;
}

bool addr_is_any(const struct addr *addr)
{
	static const uint8_t zeros[16];

	return memcmp(addr->ip + 12, zeros, 4) == 0 &&
	       (addr_is_v4(addr) || memcmp(addr->ip, zeros, 12) == 0);
}

bool addr_is_loopback(const struct addr *addr)
{
	static const uint8_t one[16] = {[15] = 1};

	return addr_is_v4(addr) ? addr->ip[12] == 127 : memcmp(addr->ip, one, 16) == 0;
}

bool addr_is_link_local(const struct addr *addr)
{
	if (addr_is_v4(addr))
		return addr->ip[12] == 169 && addr->ip[13] == 254;
	return addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
}

bool addr_is_private(const struct addr *addr)
{
	const uint8_t *v4 = addr->ip + 12;

	if (addr_is_any(addr) || addr_is_loopback(addr) || addr_is_link_local(addr))
		return true;
	if (!addr_is_v4(addr))
		return (addr->ip[0] & 0xfe) == 0xfc; /* RFC 4193 */
	return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0) == 16) ||
	       (v4[0] == 192 && v4[1] == 168) ||
	       (v4[0] == 100 && (v4[1] & 0xc0) == 64); /* RFC 6598 */
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a->ip, b->ip, 16) == 0 && a->port == b->port &&
	       a->scope == b->scope;
}

void addr_ip_text(const struct addr *addr, char out[46])
{
	if (addr_is_v4(addr))
		inet_ntop(AF_INET, addr->ip + 12, out, 46);
	else
		inet_ntop(AF_INET6, addr->ip, out, 46);
}

void addr_text(const struct addr *addr, char out[ADDR_TEXT])
{
	char ip[46];

	addr_ip_text(addr, ip);
	snprintf(out, ADDR_TEXT, addr_is_v4(addr) ? "%s:%u" : "[%s]:%u", ip,
		 (unsigned)addr->port);
}

/* ---- interfaces ----------------------------------------------------------- */

struct wish {
	bool loopback, v4;
};

static size_t list_some(struct addr *out, size_t max, const struct ifaddrs *list,
			struct wish wish)
{
	size_t n = 0;
	struct addr addr;

	for (const struct ifaddrs *ifa = list; ifa && n < max; ifa = ifa->ifa_next) {
		if (!ifa->ifa_addr || !(ifa->ifa_flags & IFF_UP))
			continue;
		if (addr_from_sockaddr(&addr, ifa->ifa_addr) < 0)
			continue;
		if (addr_is_v4(&addr) != wish.v4 || addr_is_link_local(&addr) ||
		    addr_is_loopback(&addr) != wish.loopback)
			continue;
		addr.port = 0;
		out[n++] = addr;
	}
	return n;
}

size_t addr_list_local(struct addr *out, size_t max)
{
	struct ifaddrs *list;
	size_t n;

	if (getifaddrs(&list) < 0)
		return 0;
	n = list_some(out, max, list, (struct wish){.v4 = true});
	n += list_some(out + n, max - n, list, (struct wish){.v4 = false});
	if (n == 0) {
		n = list_some(out, max, list, (struct wish){true, true});
		n += list_some(out + n, max - n, list, (struct wish){true, false});
	}
	freeifaddrs(list);
	return n;
}
