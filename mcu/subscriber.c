#include "mcu/subscriber.h"

#include <arpa/inet.h>

static uint64_t number(const uint8_t bytes[8])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | bytes[i];
	return v;
}

struct subscriber subscriber_of(const char *ip)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, ip, &v4) == 1)
		return (struct subscriber){0, UINT64_C(0xffff) << 32 | ntohl(v4.s_addr)};
	if (inet_pton(AF_INET6, ip, &v6) != 1)
		return (struct subscriber){0, 0};
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return (struct subscriber){0, number(v6.s6_addr + 8)};
	return (struct subscriber){number(v6.s6_addr), 0};
}

struct subscriber subscriber_network(const struct subscriber *subscriber)
{
	return (struct subscriber){subscriber->hi & ~UINT64_C(0xffff),
				   subscriber->lo & ~UINT64_C(0xff)};
}

bool subscriber_same(const struct subscriber *a, const struct subscriber *b)
{
	return a->hi == b->hi && a->lo == b->lo;
}

static uint64_t stir(uint64_t v)
{
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

uint64_t subscriber_hash(const struct subscriber *subscriber, const uint64_t seed[2])
{
	return stir(stir(subscriber->hi ^ seed[0]) ^ subscriber->lo ^ seed[1]);
}
