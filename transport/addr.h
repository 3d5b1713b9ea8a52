/* addr.h - an internet address with a port, IPv4 as ::ffff:a.b.c.d, so that
 * the rest of transport/ knows one form only. Pure but for addr_list_local.
 */
#ifndef TRANSPORT_ADDR_H
#define TRANSPORT_ADDR_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDR_TEXT 64 /* "[" + 45 + "]:" + 5 + a zero, and some room */

struct addr {
	uint8_t ip[16];
	uint32_t scope; /* interface of a link-local one, else 0 */
	uint16_t port;  /* host order */
};

/* Reads an IPv4 or IPv6 address without port. -EINVAL. */
int addr_parse(struct addr *addr, const char *text, uint16_t port) AULA_MUST_CHECK;

/* -EAFNOSUPPORT when it is neither of the two families. */
int addr_from_sockaddr(struct addr *addr, const struct sockaddr *sa) AULA_MUST_CHECK;

/* `family` is that of the socket; an IPv6 address for an IPv4 socket is our
 * mistake. Returns the length. */
socklen_t addr_to_sockaddr(const struct addr *addr, int family,
			   struct sockaddr_storage *ss);

bool addr_is_v4(const struct addr *addr);
bool addr_is_any(const struct addr *addr);
bool addr_is_loopback(const struct addr *addr);
bool addr_is_link_local(const struct addr *addr);
/* What nobody outside of a site can reach: also loopback, link-local, CGN. */
bool addr_is_private(const struct addr *addr);
bool addr_equal(const struct addr *a, const struct addr *b);

void addr_ip_text(const struct addr *addr, char out[46]);
void addr_text(const struct addr *addr, char out[ADDR_TEXT]); /* with the port */

/* The addresses of this machine's interfaces that are up: no loopback unless
 * there is nothing else, no link-local ones. IPv4 first. Returns how many. */
size_t addr_list_local(struct addr *out, size_t max);

#endif
