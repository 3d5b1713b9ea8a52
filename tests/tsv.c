#include "tests/tsv.h"

#include "tests/test.h"

#include <string.h>

#define LINE 65536
#define OUT  (1 << 20)

struct out {
	size_t len;
	char *bytes;
};

static void put(struct out *out, char c)
{
	CHECK(out->len < OUT);
	out->bytes[out->len++] = c;
}

static const char *unescape_one(struct out *out, const char *p)
{
	static const char from[] = "rnt\\", to[] = "\r\n\t\\";
	const char *at;
	unsigned v;

	if (*p != '\\') {
		put(out, *p);
		return p + 1;
	}
	if (p[1] == 'x') {
		CHECK(sscanf(p + 2, "%2x", &v) == 1);
		put(out, (char)v);
		return p + 4;
	}
	at = strchr(from, p[1]);
	CHECK(at && p[1]);
	put(out, to[at - from]);
	return p + 2;
}

static void unescape(struct out *out, const char *p)
{
	int n, used;

	while (*p) {
		const char *from, *to;

		used = 0;
		if (*p != '{' || sscanf(p, "{%d*%n", &n, &used) != 1 || used == 0) {
			p = unescape_one(out, p);
			continue;
		}
		from = p + used;
		to = strchr(from, '}');
		CHECK(to);
		for (; n > 0; n--)
			for (p = from; p < to;)
				p = unescape_one(out, p);
		p = to + 1;
	}
}

int tsv_each(const char *name,
	     void (*fn)(void *ctx, const char *id, const char *expect, const char *bytes,
			size_t len),
	     void *ctx)
{
	const char *dir = getenv("srcdir");
	char path[512], *line = malloc(LINE);
	struct out out = {0, malloc(OUT)};
	int rows = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/bad/%s", dir ? dir : ".", name);
	f = fopen(path, "r");
	CHECK(f && line && out.bytes);
	while (fgets(line, LINE, f)) {
		char *expect, *bytes;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		expect = strchr(line, '\t');
		CHECK(expect);
		*expect++ = '\0';
		bytes = strchr(expect, '\t');
		CHECK(bytes);
		*bytes++ = '\0';
		out.len = 0;
		unescape(&out, bytes);
		fn(ctx, line, expect, out.bytes, out.len);
		rows++;
	}
	fclose(f);
	free(line);
	free(out.bytes);
	return rows;
}
