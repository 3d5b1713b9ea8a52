#include "signaling/proto_scan.h"

#include "base/limits.h"
#include "signaling/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NUMBER_MAX   32                        /* characters */
#define EXPONENT_MAX 300                       /* so that a double holds it */
#define ID_MAX       INT64_C(9007199254740991) /* as proto_parse() takes them */

static const char too_deep[] = "too_deep";
static const char too_large[] = "too_large";
static const char bad_json[] = "bad_json";

struct level {
	bool object;
	uint32_t first_key; /* of this object in keys[] */
};

struct scan {
	const char *p, *end;
	bool lenient; /* all that is JSON is taken: only to find the id */
	uint32_t n_ids;
	int64_t id; /* of the top object; 0: no whole number above 0 */
	uint32_t n_nodes, n_keys, depth;
	struct level levels[LIMIT_JSON_DEPTH];
	/* Hashes of the decoded keys of all open objects. Two that are equal mean
	 * the same key, or a one in 2^64 mishap that costs its sender a message. */
	uint64_t keys[LIMIT_JSON_NODES];
};

static void skip_space(struct scan *s)
{
	while (s->p < s->end &&
	       (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool eat(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* ---- strings -------------------------------------------------------------- */

static bool hex4(struct scan *s, uint32_t *v)
{
	*v = 0;
	if (s->end - s->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *s->p++;
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;

		if (d < 0)
			return false;
		*v = *v << 4 | (uint32_t)d;
	}
	return true;
}

/* After "\u". No NUL, which would cut the text short in C, and no surrogate
 * without its other half. */
static bool escape_u(struct scan *s, uint32_t *cp)
{
	uint32_t low;

	if (!hex4(s, cp))
		return false;
	if (s->lenient)
		return true;
	if (*cp == 0)
		return false;
	if (*cp < 0xd800 || *cp > 0xdfff)
		return true;
	if (*cp > 0xdbff || !eat(s, '\\') || !eat(s, 'u') || !hex4(s, &low) ||
	    low < 0xdc00 || low > 0xdfff)
		return false;
	*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool escape(struct scan *s, uint32_t *cp)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (s->p == s->end)
		return false;
	if (*s->p == 'u') {
		s->p++;
		return escape_u(s, cp);
	}
	at = *s->p ? strchr(from, *s->p) : NULL;
	if (!at)
		return false;
	s->p++;
	*cp = (uint32_t)to[at - from];
	return true;
}

/* After the opening quote. `hash` is of the code points it stands for. */
static bool string(struct scan *s, uint64_t *hash)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (s->p < s->end && *s->p != '"') {
		uint32_t cp;

		if (*s->p == '\\') {
			s->p++;
			if (!escape(s, &cp))
				return false;
		} else {
			size_t n = utf8_read(&cp, s->p, (size_t)(s->end - s->p));

			if (n == 0 || cp < 0x20)
				return false;
			s->p += n;
		}
		h = (h ^ cp) * UINT64_C(0x100000001b3);
	}
	*hash = h;
	return eat(s, '"');
}

/* ---- numbers and words ---------------------------------------------------- */

static size_t digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - from);
}

static bool exponent(struct scan *s)
{
	const char *from;
	int v = 0;

	if (!eat(s, '+'))
		eat(s, '-');
	from = s->p;
	if (digits(s) == 0)
		return false;
	for (; from < s->p; from++) {
		v = v * 10 + (*from - '0');
		if (v > EXPONENT_MAX)
			return s->lenient;
	}
	return true;
}

static bool number(struct scan *s)
{
	const char *from = s->p;
	bool zero;

	eat(s, '-');
	zero = s->p < s->end && *s->p == '0';
	switch (digits(s)) {
	case 0:
		return false;
	case 1:
		break;
	default:
		if (zero)
			return false;
	}
	if (eat(s, '.') && digits(s) == 0)
		return false;
	if ((eat(s, 'e') || eat(s, 'E')) && !exponent(s))
		return false;
	return s->lenient || s->p - from <= NUMBER_MAX;
}

static bool word(struct scan *s, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* ---- structure ------------------------------------------------------------ */

/* What stands for the request: digits, and nothing else, before the number ends. */
static void id_read(struct scan *s)
{
	const char *p = s->p;
	int64_t v = 0;

	while (p < s->end && *p >= '0' && *p <= '9' && v <= ID_MAX)
		v = v * 10 + (*p++ - '0');
	if (p == s->end || !strchr(" \t\r\n,}", *p) || v > ID_MAX || s->n_ids++)
		v = 0; /* two of them name none */
	s->id = v;
}

static const char *key(struct scan *s)
{
	const struct level *level = &s->levels[s->depth - 1];
	const char *from = s->p;
	uint64_t hash;
	bool id;

	if (!eat(s, '"') || !string(s, &hash))
		return bad_json;
	id = s->depth == 1 && s->p - from == 4 && memcmp(from, "\"id\"", 4) == 0;
	for (uint32_t i = level->first_key; i < s->n_keys && !s->lenient; i++)
		if (s->keys[i] == hash)
			return bad_json;
	if (s->n_keys == LIMIT_JSON_NODES)
		return too_large;
	s->keys[s->n_keys++] = hash;
	skip_space(s);
	if (!eat(s, ':'))
		return bad_json;
	skip_space(s);
	if (id)
		id_read(s);
	return NULL;
}

/* A value: a scalar is eaten whole, of an object or array only its opening. */
static const char *value(struct scan *s)
{
	uint64_t hash;
	bool ok;

	if (++s->n_nodes > LIMIT_JSON_NODES)
		return too_large;
	if (s->p == s->end)
		return bad_json;
	if (*s->p == '{' || *s->p == '[') {
		if (s->depth == LIMIT_JSON_DEPTH)
			return too_deep;
		s->levels[s->depth++] = (struct level){*s->p++ == '{', s->n_keys};
		return NULL;
	}
	if (*s->p == '"') {
		s->p++;
		ok = string(s, &hash);
	} else {
		ok = *s->p == 't'   ? word(s, "true")
		     : *s->p == 'f' ? word(s, "false")
		     : *s->p == 'n' ? word(s, "null")
				    : number(s);
	}
	return ok ? NULL : bad_json;
}

/* Closes all levels that end here; false when none did. */
static bool close_level(struct scan *s)
{
	struct level *level = &s->levels[s->depth - 1];

	if (!eat(s, level->object ? '}' : ']'))
		return false;
	s->n_keys = level->first_key;
	s->depth--;
	return true;
}

/* All of it, once the top object is open. */
static const char *inside(struct scan *s)
{
	bool first = true; /* nothing yet in the innermost level */

	while (s->depth > 0) {
		uint32_t depth = s->depth;
		const char *code = NULL;

		skip_space(s);
		if (close_level(s)) {
			first = false;
			continue;
		}
		if (!first && !eat(s, ','))
			return bad_json;
		skip_space(s);
		if (s->levels[depth - 1].object)
			code = key(s);
		if (!code)
			code = value(s);
		if (code)
			return code;
		first = s->depth > depth;
	}
	return NULL;
}

static const char *scan(struct scan *s, const char *text, size_t len, bool lenient)
{
	const char *code;
	bool object;

	if (len > LIMIT_WS_MESSAGE)
		return too_large;
	s->p = text;
	s->end = text + len;
	s->lenient = lenient;
	s->n_ids = 0;
	s->id = 0;
	s->n_nodes = 0;
	s->n_keys = 0;
	s->depth = 0;
	skip_space(s);
	object = s->p < s->end && *s->p == '{';
	code = value(s);
	if (!code)
		code = inside(s);
	if (code)
		return code;
	skip_space(s);
	if (s->p != s->end)
		return bad_json;
	return object ? NULL : "bad_message";
}

const char *proto_scan(const char *text, size_t len)
{
	struct scan s; /* large, and set where it is used */

	return scan(&s, text, len, false);
}

int64_t proto_scan_id(const char *text, size_t len)
{
	struct scan s;

	return scan(&s, text, len, true) ? 0 : s.id;
}
