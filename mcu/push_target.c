#include "mcu/push_target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/inner.h"
#include "base/rtmp_signs.h"
#include "recorder/recorder.h"

/* Numbers in any way that a resolver reads as an address are one: 127.1, 0x7f000001. */
static bool looks_like_number(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last ? last + 1 : host;
	return *last >= '0' && *last <= '9' &&
	       !last[strspn(last, "0123456789abcdefxABCDEFX")];
}

static bool inner(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;
	size_t n = strlen(host);

	if (inet_pton(AF_INET, host, &v4) == 1)
		return inner_v4(ntohl(v4.s_addr));
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return inner_v6(&v6);
	if (looks_like_number(host) || strcasecmp(host, "localhost") == 0)
		return true;
	return n > 10 && strcasecmp(host + n - 10, ".localhost") == 0;
}

static bool listed(const char *host, const struct conf *conf)
{
	size_t n = strlen(host);

	for (uint32_t i = 0; i < conf->n_push_hosts; i++) {
		const char *good = conf->push_hosts[i];
		size_t m = strlen(good);

		if (strcasecmp(host, good) == 0 ||
		    (*good == '.' && n > m && strcasecmp(host + n - m, good) == 0))
			return true;
	}
	return false;
}

/* The host into `out`, and the rest behind it; NULL: it is none. */
static const char *read_host(const char *url, char out[RTMP_NAME_MAX + 1])
{
	bool brackets = *url == '[';
	size_t n;

	url += brackets;
	n = strspn(url, brackets ? RTMP_V6_SIGNS : RTMP_NAME_SIGNS);
	if (n == 0 || n > RTMP_NAME_MAX || url[0] == '.' || url[0] == '-')
		return NULL;
	if (brackets && (url[n] != ']' || n < RTMP_V6_MIN || n > RTMP_V6_MAX))
		return NULL;
	memcpy(out, url, n);
	out[n] = '\0';
	if (out[n - 1] == '.') /* the same name */
		out[n - 1] = '\0';
	return *out ? url + n + brackets : NULL;
}

/* Behind the port, if there is one; NULL: a bad one. */
static const char *read_port(const char *rest)
{
	size_t n;
	long port;

	if (*rest != ':')
		return rest;
	rest++;
	n = strspn(rest, "0123456789");
	port = n >= 1 && n <= 5 ? strtol(rest, NULL, 10) : 0;
	return port >= 1 && port <= 65535 ? rest + n : NULL;
}

/* "/app/key": two parts at least. */
static bool path_good(const char *path)
{
	const char *second;

	if (path[strspn(path, RTMP_PATH_SIGNS)])
		return false;
	second = *path == '/' ? strchr(path + 1, '/') : NULL;
	return second && second > path + 1 && second[1];
}

const char *push_target_wrong(const char *url, const struct conf *conf)
{
	char host[RTMP_NAME_MAX + 1];
	const char *rest;

	if (strlen(url) > TARGET_MAX)
		return "is too long";
	if (strncasecmp(url, "rtmp://", 7) == 0)
		rest = url + 7;
	else if (strncasecmp(url, "rtmps://", 8) == 0)
		rest = url + 8;
	else
		return "must begin with rtmp:// or rtmps://";
	rest = read_host(rest, host);
	if (!rest)
		return "has no good name of a server";
	rest = read_port(rest);
	if (!rest || !path_good(rest))
		return "must be like rtmps://server/app/key";
	if (conf->n_push_hosts)
		return listed(host, conf) ? NULL
					  : "is of a server that is not in push_hosts";
	return inner(host) ? "is of a server that only push_hosts can allow" : NULL;
}
