/* inner.h - addresses that are of this machine, of its network, or of nobody: what a
 * stranger must not reach through a server. RFC 6890. Pure; also for plugins, hence no
 * file of its own.
 */
#ifndef BASE_INNER_H
#define BASE_INNER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

static inline bool inner_net(uint32_t ip, uint32_t net, int bits)
{
	return (ip ^ net) >> (32 - bits) == 0;
}

/* In host order. */
static inline bool inner_v4(uint32_t ip)
{
	return inner_net(ip, 0x00000000, 8) || inner_net(ip, 0x0a000000, 8) ||
	       inner_net(ip, 0x64400000, 10) || inner_net(ip, 0x7f000000, 8) ||
	       inner_net(ip, 0xa9fe0000, 16) || inner_net(ip, 0xac100000, 12) ||
	       inner_net(ip, 0xc0000000, 24) || inner_net(ip, 0xc0a80000, 16) ||
	       inner_net(ip, 0xc6120000, 15) || inner_net(ip, 0xe0000000, 3);
}

/* Only what is handed out to the public is none: 2000::/3, without addresses of IPv4
 * inside. */
static inline bool inner_v6(const struct in6_addr *ip)
{
	const uint8_t *b = ip->s6_addr;

	return (b[0] & 0xe0) != 0x20 || (b[0] == 0x20 && b[1] == 0x02) ||
	       (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0);
}

#endif
