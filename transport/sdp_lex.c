#include "transport/sdp_lex.h"

#include <string.h>

bool span_line(struct span *text, struct span *line)
{
	const char *lf;

	if (text->len == 0)
		return false;
	lf = memchr(text->p, '\n', text->len);
	line->p = text->p;
	line->len = lf ? (size_t)(lf - text->p) : text->len;
	text->p += line->len + (lf ? 1 : 0);
	text->len -= line->len + (lf ? 1 : 0);
	if (line->len > 0 && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

static void skip(struct span *s, size_t n)
{
	if (n == 0)
		return; /* an absent value has no p to add to */
	s->p += n;
	s->len -= n;
}

struct span span_word(struct span *rest, char sep)
{
	struct span word;
	const char *at;

	while (sep == ' ' && rest->len > 0 && rest->p[0] == ' ')
		skip(rest, 1);
	at = rest->len ? memchr(rest->p, sep, rest->len) : NULL;
	word.p = rest->p;
	word.len = at ? (size_t)(at - rest->p) : rest->len;
	skip(rest, word.len + (at ? 1 : 0));
	return word;
}

bool span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.p, word, s.len) == 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool span_is_nocase(struct span s, const char *word)
{
	if (s.len != strlen(word))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (lower(s.p[i]) != lower(word[i]))
			return false;
	return true;
}

bool span_number(struct span s, uint32_t max, uint32_t *v)
{
	uint64_t n = 0;

	if (s.len == 0 || s.len > 10)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (n > max)
		return false;
	*v = (uint32_t)n;
	return true;
}

bool span_millis(struct span s, uint32_t max, uint32_t *ms)
{
	const char *point = s.len ? memchr(s.p, '.', s.len) : NULL;
	struct span whole = s;
	bool some = false;
	uint32_t n;

	if (point)
		whole.len = (size_t)(point - s.p);
	if (!span_number(whole, max, &n) || whole.len + 1 == s.len)
		return false;
	for (size_t i = whole.len + 1; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		some |= s.p[i] != '0';
	}
	if (n == 0 && !some)
		return false;
	*ms = n ? n : 1;
	return true;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool is_all(struct span s, const char *others)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.p[i]) && (s.p[i] == 0 || !strchr(others, s.p[i])))
			return false;
	return s.len > 0;
}

bool span_is_token(struct span s)
{
	return is_all(s, "!#$%&'*+-.^_`{|}~");
}

bool span_is_ice(struct span s)
{
	return is_all(s, "+/");
}

static struct span trim(struct span s)
{
	while (s.len > 0 && s.p[0] == ' ')
		skip(&s, 1);
	while (s.len > 0 && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

bool span_param(struct span params, const char *key, struct span *value)
{
	while (params.len > 0) {
		struct span one = span_word(&params, ';');
		struct span name = trim(span_word(&one, '='));

		if (span_is_nocase(name, key)) {
			*value = trim(one);
			return true;
		}
	}
	*value = params;
	return false;
}

int span_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool span_copy(struct span s, char *out, size_t size)
{
	if (s.len >= size)
		return false;
	memcpy(out, s.p, s.len);
	out[s.len] = 0;
	return true;
}

/* Length of the UTF-8 sequence at the front, 0 if it is not one (RFC 3629). */
static size_t utf8_len(struct span s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)s.p[0];
	size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t v = n == 1 ? first : first & 0x7fu >> n;

	if ((first >= 0x80 && first < 0xc0) || first > 0xf7 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)s.p[i];

		if (next >> 6 != 2)
			return 0;
		v = v << 6 | (next & 0x3f);
	}
	/* too long a form, a surrogate, beyond Unicode */
	return v < least[n] || v >> 11 == 0x1b || v > 0x10ffff ? 0 : n;
}

bool span_is_text(struct span s)
{
	while (s.len > 0) {
		unsigned char c = (unsigned char)s.p[0];
		size_t n = utf8_len(s);

		if (n == 0 || c == 0x7f ||
		    (c < 0x20 && c != '\t' && c != '\r' && c != '\n'))
			return false;
		skip(&s, n);
	}
	return true;
}
