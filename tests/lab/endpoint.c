#include "tests/lab/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static void set4(struct endpoint *e, const struct in_addr *ip, in_port_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = port};

	in.sin_addr = *ip;
	memset(e, 0, sizeof(*e));
	memcpy(&e->ss, &in, sizeof(in));
	e->len = sizeof(in);
}

static void set6(struct endpoint *e, const struct in6_addr *ip, in_port_t port)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = port};

	in.sin6_addr = *ip;
	memset(e, 0, sizeof(*e));
	memcpy(&e->ss, &in, sizeof(in));
	e->len = sizeof(in);
}

int endpoint_parse(struct endpoint *out, const char *text)
{
	const char *colon = strrchr(text, ':');
	struct in6_addr v6;
	struct in_addr v4;
	char ip[64];
	size_t len;
	char *end;
	long port;

	if (!colon || colon[1] < '0' || colon[1] > '9')
		return -EINVAL;
	port = strtol(colon + 1, &end, 10);
	len = (size_t)(colon - text);
	if (*end || port > 65535 || len == 0 || len >= sizeof(ip))
		return -EINVAL;
	if (text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(ip, text, len);
	ip[len] = '\0';
	if (inet_pton(AF_INET, ip, &v4) == 1)
		set4(out, &v4, htons((uint16_t)port));
	else if (inet_pton(AF_INET6, ip, &v6) == 1)
		set6(out, &v6, htons((uint16_t)port));
	else
		return -EINVAL;
	return 0;
}

void endpoint_of(struct endpoint *out, const struct sockaddr_storage *ss)
{
	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ss;

		set4(out, &in->sin_addr, in->sin_port);
	} else {
		const struct sockaddr_in6 *in = (const void *)ss;

		set6(out, &in->sin6_addr, in->sin6_port);
	}
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->len == b->len && memcmp(&a->ss, &b->ss, a->len) == 0;
}

unsigned endpoint_port(const struct endpoint *e)
{
	if (e->ss.ss_family == AF_INET)
		return ntohs(
			((const struct sockaddr_in *)(const void *)&e->ss)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)(const void *)&e->ss)->sin6_port);
}
