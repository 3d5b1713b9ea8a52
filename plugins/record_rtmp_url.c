#include "plugins/record_rtmp.h"

#include <strings.h>

/* Each of these stands for itself in a URL (RFC 3986); no space, no control character,
 * nothing that quotes. */
static bool is_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~!$&'()*+,;=:@/?%", c));
}

static bool is_host(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_number_host(char c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	       (c >= '0' && c <= '9') || c == ':' || c == '.';
}

/* Behind the host; NULL: it is none. */
static const char *skip_host(const char *at)
{
	const char *from = at;

	if (*at == '[') {
		for (at++; is_number_host(*at); at++)
			;
		return *at == ']' && at - from >= 3 && at - from < 48 ? at + 1 : NULL;
	}
	while (is_host(*at))
		at++;
	return at > from && at - from <= 253 && *from != '-' && *from != '.' ? at : NULL;
}

static const char *skip_port(const char *at)
{
	unsigned port = 0;
	int n = 0;

	if (*at != ':')
		return at;
	for (at++; *at >= '0' && *at <= '9' && n < 6; at++, n++)
		port = port * 10 + (unsigned)(*at - '0');
	return n && port >= 1 && port <= 65535 ? at : NULL;
}

int rtmp_url_check(const char *url)
{
	const char *at;

	if (!url || strnlen(url, RTMP_URL_MAX + 1) > RTMP_URL_MAX)
		return -EINVAL;
	if (strncasecmp(url, "rtmp://", 7) == 0)
		at = url + 7;
	else if (strncasecmp(url, "rtmps://", 8) == 0)
		at = url + 8;
	else
		return -EINVAL;
	at = skip_host(at);
	if (at)
		at = skip_port(at);
	/* an application at least: "/app", and what follows is the platform's */
	if (!at || at[0] != '/' || !at[1] || at[1] == '/')
		return -EINVAL;
	while (is_path(*at))
		at++;
	return *at ? -EINVAL : 0;
}
