/* endpoint.h - socket addresses as text. Pure functions. */
#ifndef TESTS_LAB_ENDPOINT_H
#define TESTS_LAB_ENDPOINT_H

#include "base/attr.h"

#include <stdbool.h>
#include <sys/socket.h>

/* An address of IPv4 or IPv6; all bytes that are not used are zero. */
struct endpoint {
	struct sockaddr_storage ss;
	socklen_t len;
};

/* "IP:PORT" or "[IP]:PORT". -EINVAL. */
int endpoint_parse(struct endpoint *out, const char *text) AULA_MUST_CHECK;
/* From what recvfrom() filled in. */
void endpoint_of(struct endpoint *out, const struct sockaddr_storage *ss);
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);
unsigned endpoint_port(const struct endpoint *e);

#endif
