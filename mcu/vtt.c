#include "mcu/vtt.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "signaling/utf8.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct vtt {
	const char *at, *end;
	const char *line; /* the one that was read; its bytes */
	size_t len;
	uint32_t n_lines, n_cues;
	int64_t start_ms; /* of the last cue */
	const char *why;
};

/* ---- lines ----------------------------------------------------------------- */

/* False at the end. Lines end with CR, LF or both. */
static bool next(struct vtt *vtt)
{
	const char *from = vtt->at;

	if (vtt->at == vtt->end)
		return false;
	while (vtt->at < vtt->end && *vtt->at != '\n' && *vtt->at != '\r')
		vtt->at++;
	vtt->line = from;
	vtt->len = (size_t)(vtt->at - from);
	if (vtt->at < vtt->end && *vtt->at++ == '\r' && vtt->at < vtt->end &&
	    *vtt->at == '\n')
		vtt->at++;
	vtt->n_lines++;
	return true;
}

static bool says(const struct vtt *vtt, const char *what)
{
	return memmem(vtt->line, vtt->len, what, strlen(what)) != NULL;
}

/* The first word of the line. */
static bool begins(const struct vtt *vtt, const char *word)
{
	size_t n = strlen(word);

	return vtt->len >= n && memcmp(vtt->line, word, n) == 0 &&
	       (vtt->len == n || vtt->line[n] == ' ' || vtt->line[n] == '\t');
}

static bool no(struct vtt *vtt, const char *why)
{
	vtt->why = why;
	return false;
}

/* ---- a cue's head ---------------------------------------------------------- */

static size_t span(const char *at, const char *end, const char *of)
{
	size_t n = 0;

	while (at + n < end && at[n] && strchr(of, at[n]))
		n++;
	return n;
}

static bool digits(const char **at, const char *end, size_t least, size_t most,
		   int64_t *out)
{
	size_t n = span(*at, end, DIGITS);

	if (n < least || n > most)
		return false;
	for (*out = 0; n > 0; n--)
		*out = *out * 10 + (*(*at)++ - '0');
	return true;
}

static bool sign(const char **at, const char *end, char c)
{
	if (*at == end || **at != c)
		return false;
	++*at;
	return true;
}

/* [hours:]mm:ss.ttt */
static bool read_time(const char **at, const char *end, int64_t *ms)
{
	int64_t a, b, hours = 0, milli;

	if (!digits(at, end, 2, 4, &a) || !sign(at, end, ':') ||
	    !digits(at, end, 2, 2, &b))
		return false;
	if (sign(at, end, ':')) {
		hours = a;
		a = b;
		if (!digits(at, end, 2, 2, &b))
			return false;
	}
	if (a > 59 || b > 59 || !sign(at, end, '.') || !digits(at, end, 3, 3, &milli))
		return false;
	*ms = ((hours * 60 + a) * 60 + b) * 1000 + milli;
	return *ms <= LIMIT_DERIVE_MS;
}

static bool blanks(const char **at, const char *end)
{
	size_t n = span(*at, end, " \t");

	*at += n;
	return n > 0;
}

/* One of those that say where a cue stands: a name, a colon, and a value of few signs. */
static bool read_setting(const char **at, const char *end)
{
	static const char *const names[] = {
		"vertical:", "line:", "position:", "size:", "align:"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if ((size_t)(end - *at) > len && memcmp(*at, names[i], len) == 0)
			n = len;
	}
	if (!n)
		return false;
	*at += n;
	n = span(*at, end, LETTERS DIGITS ".,%-");
	*at += n;
	return n > 0;
}

static bool read_times(struct vtt *vtt)
{
	const char *at = vtt->line, *end = at + vtt->len;
	int64_t from_ms, to_ms;

	if (!read_time(&at, end, &from_ms) || !blanks(&at, end) || !sign(&at, end, '-') ||
	    !sign(&at, end, '-') || !sign(&at, end, '>') || !blanks(&at, end) ||
	    !read_time(&at, end, &to_ms))
		return no(vtt, "no times");
	while (at < end) {
		if (!blanks(&at, end))
			return no(vtt, "no times");
		if (at < end && !read_setting(&at, end))
			return no(vtt, "a setting that is not known");
	}
	if (to_ms <= from_ms)
		return no(vtt, "it ends before it begins");
	if (from_ms < vtt->start_ms)
		return no(vtt, "it begins before the one before it");
	vtt->start_ms = from_ms;
	return true;
}

/* ---- a cue's text ---------------------------------------------------------- */

/* What stands between < and >: a tag, an end of one, or a time. */
static bool is_tag(const char *at, const char *end)
{
	static const char *const names[] = {"b", "i",    "u",    "c",
					    "v", "lang", "ruby", "rt"};
	size_t n = span(at, end, LETTERS);
	int64_t ms;

	if (at < end && isdigit((unsigned char)*at))
		return read_time(&at, end, &ms) && at == end;
	if (at < end && *at == '/') {
		at++;
		if (at == end)
			return true;
		n = span(at, end, LETTERS);
		if (at + n != end)
			return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (n == strlen(names[i]) && memcmp(at, names[i], n) == 0)
			/* classes, and who speaks, or in which language */
			return at + n == end || strchr(". \t", at[n]);
	return false;
}

static bool check_text(struct vtt *vtt)
{
	const char *at = vtt->line, *end = at + vtt->len;

	if (says(vtt, "-->"))
		return no(vtt, "an arrow in a text");
	while ((at = memchr(at, '<', (size_t)(end - at)))) {
		const char *close;

		at++;
		close = memchr(at, '>', (size_t)(end - at));
		if (!close || memchr(at, '<', (size_t)(close - at)) || !is_tag(at, close))
			return no(vtt, "a tag that is not known");
		at = close + 1;
	}
	return true;
}

/* ---- blocks ---------------------------------------------------------------- */

/* A comment: up to the next empty line. */
static bool read_note(struct vtt *vtt)
{
	do {
		if (says(vtt, "-->"))
			return no(vtt, "an arrow in a comment");
	} while (next(vtt) && vtt->len);
	return true;
}

static bool read_cue(struct vtt *vtt)
{
	size_t bytes = 0;

	if (!says(vtt, "-->") && (!next(vtt) || !vtt->len)) /* it has a name */
		return no(vtt, "a name without a cue");
	if (!read_times(vtt))
		return false;
	if (++vtt->n_cues > LIMIT_CAPTION_CUES)
		return no(vtt, "too many cues");
	while (next(vtt) && vtt->len) {
		bytes += vtt->len;
		if (!check_text(vtt))
			return false;
	}
	if (!bytes || bytes > VTT_TEXT)
		return no(vtt, bytes ? "too long a text" : "no text");
	return true;
}

static bool read_block(struct vtt *vtt)
{
	if (begins(vtt, "STYLE") || begins(vtt, "REGION"))
		return no(vtt, "styles and regions are not taken");
	return begins(vtt, "NOTE") ? read_note(vtt) : read_cue(vtt);
}

/* "WEBVTT" and what is said of all, up to an empty line. */
static bool read_head(struct vtt *vtt)
{
	if (vtt->end - vtt->at >= 3 && memcmp(vtt->at, "\xef\xbb\xbf", 3) == 0)
		vtt->at += 3;
	if (!next(vtt) || !begins(vtt, "WEBVTT"))
		return no(vtt, "it does not begin with WEBVTT");
	do {
		if (says(vtt, "-->"))
			return no(vtt, "an empty line is missing");
	} while (next(vtt) && vtt->len);
	return true;
}

/* What no line may have, all at once. */
static bool check_bytes(struct vtt *vtt)
{
	const char *from = vtt->at;

	if (vtt->end - vtt->at > LIMIT_CAPTIONS)
		return no(vtt, "too long");
	if (!utf8_valid(vtt->at, (size_t)(vtt->end - vtt->at)))
		return no(vtt, "no UTF-8");
	while (next(vtt)) {
		for (size_t i = 0; i < vtt->len; i++)
			if (((unsigned char)vtt->line[i] < 0x20 &&
			     vtt->line[i] != '\t') ||
			    vtt->line[i] == 0x7f)
				return no(vtt, "a control sign");
		if (vtt->len > VTT_LINE)
			return no(vtt, "too long a line");
	}
	vtt->at = from;
	vtt->n_lines = 0;
	return true;
}

int vtt_check(const char *text, size_t len, struct vtt_fault *fault)
{
	struct vtt vtt = {.at = text, .end = text + len};
	bool fine = check_bytes(&vtt) && read_head(&vtt);

	while (fine && next(&vtt))
		if (vtt.len)
			fine = read_block(&vtt);
	if (fine && !vtt.n_cues)
		fine = no(&vtt, "no cues");
	*fault = (struct vtt_fault){vtt.n_lines ? vtt.n_lines : 1, fine ? NULL : vtt.why};
	return fine ? (int)vtt.n_cues : -EINVAL;
}

/* ---- languages ------------------------------------------------------------- */

/* A part of the tag at its place, in the case that it is written in. */
static void put_part(char *out, const char *part, size_t n, bool first)
{
	for (size_t i = 0; i < n; i++) {
		bool upper = !first && (n == 2 || (n == 4 && i == 0));

		out[i] = (char)(upper ? toupper((unsigned char)part[i])
				      : tolower((unsigned char)part[i]));
	}
}

int vtt_language(const char *tag, char out[VTT_LANGUAGE + 1])
{
	char got[VTT_LANGUAGE + 1] = "";
	const char *end = tag + strlen(tag);
	size_t len = (size_t)(end - tag), n = span(tag, end, LETTERS);

	if (len > VTT_LANGUAGE || n < 2 || n > 3)
		return -EINVAL;
	memcpy(got, tag, len);
	put_part(got, tag, n, true);
	for (const char *at = tag + n; at < end; at += n) {
		if (*at++ != '-')
			return -EINVAL;
		n = span(at, end, LETTERS DIGITS);
		if (n < 2 || n > 8)
			return -EINVAL;
		put_part(got + (at - tag), at, n, false);
	}
	memcpy(out, got, sizeof(got));
	return 0;
}
