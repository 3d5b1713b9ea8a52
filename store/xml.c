#include "store/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The '<' of the next start or end tag of this name; `mark` follows the '<'. */
static const char *tag(const char *at, const char *end, const char *mark,
		       const char *name, const char **behind)
{
	size_t m = strlen(mark), n = strlen(name);

	while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		const char *p = at + 1, *close;

		if ((size_t)(end - p) > m + n && memcmp(p, mark, m) == 0 &&
		    memcmp(p + m, name, n) == 0 && strchr("> \t\r\n", p[m + n]) &&
		    p[m + n]) {
			close = memchr(p + m + n, '>', (size_t)(end - p - m - n));
			*behind = close ? close + 1 : NULL;
			return close ? at : NULL;
		}
		at = p;
	}
	return NULL;
}

bool xml_next(struct xml *in, const char *name, struct xml *inside)
{
	const char *from, *to, *behind;

	if (!tag(in->at, in->end, "", name, &from))
		return false;
	if (from[-2] == '/') {
		*inside = (struct xml){from, from};
		in->at = from;
		return true;
	}
	to = tag(from, in->end, "/", name, &behind);
	if (!to)
		return false;
	*inside = (struct xml){from, to};
	in->at = behind;
	return true;
}

/* Of a reference between '&' and ';'; 0: none that we know. */
static char referred(const char *at, size_t n)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {
		{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	char text[8] = "", *end;
	long v;

	if (n == 0 || n >= sizeof(text))
		return 0;
	memcpy(text, at, n);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i].name) == 0)
			return known[i].c;
	if (text[0] != '#' || n < 2)
		return 0;
	v = text[1] == 'x' ? strtol(text + 2, &end, 16) : strtol(text + 1, &end, 10);
	return *end == '\0' && v >= 0x20 && v < 0x7f ? (char)v : 0;
}

bool xml_text(struct xml in, const char *name, char *out, size_t size)
{
	struct xml inside;
	size_t n = 0;

	out[0] = '\0';
	if (!xml_next(&in, name, &inside))
		return false;
	for (const char *p = inside.at; p < inside.end; p++) {
		char c = *p;

		if (c == '&') {
			const char *end = memchr(p, ';', (size_t)(inside.end - p));

			c = end ? referred(p + 1, (size_t)(end - p - 1)) : 0;
			p = end ? end : p;
		} else if (c == '<') {
			c = 0;
		}
		if ((unsigned char)c < 0x20 || n + 1 >= size) {
			out[0] = '\0';
			return false;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

bool xml_number(struct xml in, const char *name, long long *out)
{
	char text[24], *end;
	long long v;

	if (!xml_text(in, name, text, sizeof(text)) || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*out = v;
	return true;
}
