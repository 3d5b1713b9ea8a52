#include "ctl/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_LETTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:%"

/* What follows the scheme; NULL: it has none of ours. */
static const char *scheme(const char *text, bool *tls)
{
	static const struct {
		const char *word;
		bool tls;
	} rows[] = {{"https://", true},
		    {"wss://", true},
		    {"http://", false},
		    {"ws://", false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strncmp(text, rows[i].word, strlen(rows[i].word)) == 0) {
			*tls = rows[i].tls;
			return text + strlen(rows[i].word);
		}
	return NULL;
}

/* What follows the host; NULL: it is none. */
static const char *take_host(struct url *url, const char *host)
{
	const char *end;
	size_t n;

	if (*host == '[') {
		host++;
		end = strchr(host, ']');
		n = end ? (size_t)(end - host) : 0;
		end = end ? end + 1 : host;
	} else {
		n = strcspn(host, ":/?#");
		end = host + n;
	}
	if (!n || n >= sizeof(url->host) || strspn(host, HOST_LETTERS) < n)
		return NULL;
	memcpy(url->host, host, n);
	return end;
}

bool url_read(struct url *url, const char *text)
{
	const char *end, *path;

	*url = (struct url){.tls = false};
	end = scheme(text, &url->tls);
	end = end ? take_host(url, end) : NULL;
	if (!end)
		return false;
	snprintf(url->port, sizeof(url->port), "%s", url->tls ? "443" : "80");
	if (*end == ':') {
		size_t n = strspn(end + 1, "0123456789");

		if (!n || n >= sizeof(url->port))
			return false;
		snprintf(url->port, sizeof(url->port), "%.*s", (int)n, end + 1);
		if (strtoul(url->port, NULL, 10) > 65535)
			return false;
		end += 1 + n;
	}
	path = *end ? end : "/";
	if (*path != '/' || strpbrk(path, " \t\r\n#") ||
	    strlen(path) >= sizeof(url->path))
		return false;
	snprintf(url->path, sizeof(url->path), "%s", path);
	return true;
}

uint16_t url_port(const struct url *url)
{
	return (uint16_t)strtoul(url->port, NULL, 10);
}

bool url_is_here(const struct url *url)
{
	return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "::1") == 0 ||
	       strncmp(url->host, "127.", 4) == 0;
}

void url_base(const struct url *url, char *out, size_t size)
{
	bool v6 = strchr(url->host, ':') != NULL;

	snprintf(out, size, "http%s://%s%s%s:%s", url->tls ? "s" : "", v6 ? "[" : "",
		 url->host, v6 ? "]" : "", url->port);
}
