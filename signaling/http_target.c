#include "signaling/http_target.h"

#include "signaling/utf8.h"

#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX in place, and in a query '+'. Control characters, which only harm
 * in what comes after, and broken UTF-8 are refused. */
static bool decode(char *text, bool query)
{
	char *out = text;

	for (const char *p = text; *p; p++) {
		char c = *p;

		if (c == '%') {
			int hi = hex(p[1]), lo = hi < 0 ? -1 : hex(p[2]);

			if (lo < 0)
				return false;
			c = (char)(hi << 4 | lo);
			/* an encoded separator is a second name for the same thing */
			if (!query && (c == '/' || c == '\\'))
				return false;
			p += 2;
		} else if (c == '+' && query) {
			c = ' ';
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return false;
		*out++ = c;
	}
	*out = '\0';
	return utf8_valid(text, (size_t)(out - text));
}

/* No empty segment but the last, and no "." or "..". */
static bool segments_ok(const char *path)
{
	while (*path == '/') {
		const char *seg = path + 1;
		size_t n = strcspn(seg, "/");

		if (n == 0 && *seg == '/')
			return false;
		if ((n == 1 && seg[0] == '.') || (n == 2 && memcmp(seg, "..", 2) == 0))
			return false;
		path = seg + n;
	}
	return true;
}

static int params_parse(struct http_head *head, char *query)
{
	while (query) {
		char *next = strchr(query, '&');
		char *value;
		struct http_pair *pair;

		if (next)
			*next++ = '\0';
		value = strchr(query, '=');
		if (value)
			*value++ = '\0';
		else
			value = query + strlen(query);
		if (*query || *value) {
			if (head->n_params == HTTP_PARAMS || !decode(query, true) ||
			    !decode(value, true) || http_head_param(head, query))
				return 400;
			pair = &head->params[head->n_params++];
			pair->name = (uint16_t)(query - head->buf);
			pair->value = (uint16_t)(value - head->buf);
		}
		query = next;
	}
	return 0;
}

/* "http://host/path": the path; the authority is moved one byte down, so that
 * a zero fits between the two. */
static char *absolute(struct http_head *head, char *target)
{
	size_t skip = strncmp(target, "https://", 8) == 0  ? 8
		      : strncmp(target, "http://", 7) == 0 ? 7
							   : 0;
	size_t n;

	if (skip == 0)
		return NULL;
	n = strcspn(target + skip, "/?");
	if (n == 0 || target[skip + n] != '/')
		return NULL;
	memmove(target + skip - 1, target + skip, n);
	target[skip - 1 + n] = '\0';
	head->authority = (uint16_t)(target + skip - 1 - head->buf);
	return target + skip + n;
}

int http_target_parse(struct http_head *head, char *target)
{
	char *query;

	for (const char *p = target; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || strchr("\\#\"<>", *p))
			return 400;
	if (strcmp(target, "*") == 0 && strcmp(head->method, "OPTIONS") == 0) {
		head->path = (uint16_t)(target - head->buf);
		return 0;
	}
	if (*target != '/')
		target = absolute(head, target);
	if (!target)
		return 400;
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	if (!decode(target, false) || !segments_ok(target))
		return 400;
	head->path = (uint16_t)(target - head->buf);
	return params_parse(head, query);
}
