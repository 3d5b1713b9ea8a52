#include "plugins/record_rtmp.h"

#include <string.h>
#include <strings.h>

#include "base/rtmp_signs.h"

/* Behind the host; NULL: it is none. */
static const char *skip_host(const char *at)
{
	size_t n;

	if (*at == '[') {
		n = strspn(++at, RTMP_V6_SIGNS);
		return at[n] == ']' && n >= RTMP_V6_MIN && n <= RTMP_V6_MAX ? at + n + 1
									    : NULL;
	}
	n = strspn(at, RTMP_NAME_SIGNS);
	return n && n <= RTMP_NAME_MAX && *at != '-' && *at != '.' ? at + n : NULL;
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
	return at[strspn(at, RTMP_PATH_SIGNS)] ? -EINVAL : 0;
}
