#include "mcu/network.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define V4_BYTES 3 /* of a network */
#define V6_BYTES 6

static void v4_text(const uint8_t bytes[4], bool whole, char out[NETWORK_TEXT])
{
	snprintf(out, NETWORK_TEXT, whole ? "%u.%u.%u.%u" : "%u.%u.%u.%u/24", bytes[0],
		 bytes[1], bytes[2], whole ? bytes[V4_BYTES] : 0u);
}

void network_text(const char *ip, bool whole, char out[NETWORK_TEXT])
{
	struct in6_addr v6;
	struct in_addr v4;
	uint8_t bytes[4];

	out[0] = '\0';
	if (inet_pton(AF_INET, ip, &v4) == 1) {
		memcpy(bytes, &v4, sizeof(bytes));
		v4_text(bytes, whole, out);
		return;
	}
	if (inet_pton(AF_INET6, ip, &v6) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		v4_text(v6.s6_addr + 12, whole, out);
		return;
	}
	if (!whole)
		memset(v6.s6_addr + V6_BYTES, 0, sizeof(v6.s6_addr) - V6_BYTES);
	if (inet_ntop(AF_INET6, &v6, out, INET6_ADDRSTRLEN) && !whole)
		snprintf(out + strlen(out), NETWORK_TEXT - strlen(out), "/48");
}
