#include "base/conf_check.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

const char *conf_no_ip(const char *v)
{
	unsigned char ip[16];

	if (inet_pton(AF_INET, v, ip) == 1 || inet_pton(AF_INET6, v, ip) == 1)
		return NULL;
	return "is not an IP address";
}

/* What clients are told to send to. */
const char *conf_no_target(const char *v)
{
	static const unsigned char zeros[16];
	unsigned char ip[16] = {0};

	if (inet_pton(AF_INET, v, ip) != 1 && inet_pton(AF_INET6, v, ip) != 1)
		return "is not an IP address";
	return memcmp(ip, zeros, sizeof(ip)) ? NULL : "is no address that can be reached";
}

const char *conf_empty(const char *v)
{
	return v[strspn(v, " \t")] ? NULL : "must not be empty";
}

/* The rest of `v` after "http://host:port" or "https://host:port", NULL when it does
 * not begin so. */
static const char *after_host(const char *v)
{
	size_t n = strncasecmp(v, "https://", 8) == 0  ? 8
		   : strncasecmp(v, "http://", 7) == 0 ? 7
						       : 0;
	const char *host = v + n, *end;
	long port = 0;

	if (!n)
		return NULL;
	if (*host == '[') {
		end = host + 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (end < host + 3 || *end++ != ']')
			return NULL;
	} else {
		end = host + strspn(host, "0123456789abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_");
		if (end == host)
			return NULL;
	}
	if (*end != ':')
		return end;
	n = strspn(end + 1, "0123456789");
	if (n >= 1 && n <= 5)
		port = strtol(end + 1, NULL, 10);
	return port >= 1 && port <= 65535 ? end + 1 + n : NULL;
}

/* Compared with what browsers say, which is never more than this. */
const char *conf_no_origin(const char *v)
{
	const char *rest = after_host(v), *port = strrchr(v, ':');
	bool tls = strncasecmp(v, "https", 5) == 0;

	if (!rest || *rest)
		return "must be https://host or https://host:port, with nothing after "
		       "it";
	/* of IPv6 this may be the end of the address, with its ']' */
	if (!strchr(port, ']') && strtol(port + 1, NULL, 10) == (tls ? 443 : 80))
		return "would never match: browsers leave out :443 of https and :80 of "
		       "http";
	return NULL;
}

const char *conf_no_url(const char *v)
{
	const char *rest = after_host(v);

	if (!*v || (rest && (!*rest || *rest == '/') && !strpbrk(rest, " \t\"<>?#")))
		return NULL;
	return "must be https://host, https://host:port, or this and a path";
}

/* One number of up to `digits`, no sign before it, and what must follow it. */
static const char *number_read(const char *v, size_t digits, char end, uint32_t *out)
{
	size_t n = strspn(v, "0123456789");

	if (!n || n > digits || (end && v[n] != end))
		return NULL;
	*out = (uint32_t)strtoul(v, NULL, 10);
	return v + n + (end != '\0');
}

/* One WxH@FPS/KBPS; NULL: none. */
static const char *rung_read(const char *v, struct conf_rung *rung)
{
	v = number_read(v + strspn(v, " "), 4, 'x', &rung->w_px);
	v = v ? number_read(v, 4, '@', &rung->h_px) : NULL;
	v = v ? number_read(v, 2, '/', &rung->fps) : NULL;
	return v ? number_read(v, 5, '\0', &rung->kbps) : NULL;
}

const char *conf_rung_read(const char *text, struct conf_rung *rung)
{
	struct conf_rung read;

	text = rung_read(text, &read);
	if (text)
		*rung = read;
	return text;
}

static const char *rung_wrong(const struct conf_rung *rung)
{
	if (rung->w_px < 160 || rung->h_px < 90 || rung->w_px % 2 || rung->h_px % 2 ||
	    rung->w_px * rung->h_px > LIMIT_PIXELS)
		return "has a size that is odd, under 160x90 or too large";
	if (rung->fps < 1 || rung->fps > 30)
		return "must have 1 to 30 frames a second";
	if (rung->kbps < 20 || rung->kbps > 8000)
		return "must have 20 to 8000 kbit/s";
	return NULL;
}

/* Two of them: for people, for slides. */
const char *conf_no_rung(const char *v)
{
	struct conf_rung rung;
	const char *wrong;

	for (int i = 0; i < 2; i++) {
		v = conf_rung_read(v, &rung);
		if (!v)
			return "must be like \"640x360@15/350 1280x720@8/300\": pixels, "
			       "frames a second and kbit/s for people, then for slides";
		wrong = rung_wrong(&rung);
		if (wrong)
			return wrong;
	}
	return v[strspn(v, " ")] ? "must have two parts, for people and for slides"
				 : NULL;
}

const char *conf_no_most(const char *v)
{
	struct conf_rung rung;

	v = conf_rung_read(v, &rung);
	if (!v || v[strspn(v, " ")])
		return "must be like \"1280x720@30/2000\": pixels, frames a second and "
		       "kbit/s";
	return rung_wrong(&rung);
}

const char *conf_no_level(const char *v)
{
	static const char *const names[] = {"sound", "still", "low",
					    "mid",   "main",  "high"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(v, names[i]) == 0)
			return NULL;
	return "must be sound, still, low, mid, main or high";
}

const char *conf_no_edition(const char *v)
{
	static const char *const names[] = {"full", "light", "sound", "mkv",
					    "webm", "live",  "tracks"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(v, names[i]) == 0)
			return NULL;
	return strcmp(v, "push") == 0
		       ? "cannot have push: where to, is said when a recording starts"
		       : "must be full, light, sound, mkv, webm, live or tracks";
}

const char *conf_no_full(const char *v)
{
	return strcmp(v, "main") == 0 || strcmp(v, "high") == 0 ? NULL
								: "must be main or high";
}

const char *conf_no_light(const char *v)
{
	return strcmp(v, "low") == 0 || strcmp(v, "mid") == 0 ? NULL
							      : "must be low or mid";
}

const char *conf_no_live(const char *v)
{
	return !*v || strcmp(v, "low") == 0 || strcmp(v, "mid") == 0 || !conf_no_full(v)
		       ? NULL
		       : "must be low, mid, main or high";
}

const char *conf_no_database(const char *v)
{
	static const char *const kinds[] = {"sqlite:", "postgresql://", "postgres://"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(v, kinds[i], strlen(kinds[i])) == 0 && v[strlen(kinds[i])])
			return NULL;
	return *v ? "must be sqlite:PATH or postgresql://user@host/name" : NULL;
}
