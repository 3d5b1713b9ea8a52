#include "base/limits.h"
#include "signaling/proto.h"
#include "signaling/utf8.h"

#include <errno.h>
#include <string.h>

#define MARKS_MAX 8 /* combining marks in a row; no script needs more than 4 */

#define ZWNJ  0x200c
#define ZWJ   0x200d
#define BLANK 0x2800 /* Braille without a dot */

struct range {
	uint32_t from, to;
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* What must not be in a name: it controls, hides, or turns the line around. */
static const struct range refused[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x034f, 0x034f},   {0x061c, 0x061c},
	{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x200b, 0x200b},
	{0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
	{0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
	{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe001f}, {0xf0000, 0x10ffff},
};

static const struct range spaces[] = {
	{0x0020, 0x0020}, {0x00a0, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200a},
	{0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

/* Marks that pile up on the character before (general category Mn, Me), by
 * blocks; those of Indic scripts as far as they do not stand for a letter. */
static const struct range marks[] = {
	{0x0300, 0x036f},   {0x0483, 0x0489},   {0x0591, 0x05bd}, {0x05bf, 0x05c7},
	{0x0610, 0x061a},   {0x064b, 0x065f},   {0x0670, 0x0670}, {0x06d6, 0x06ed},
	{0x0711, 0x0711},   {0x0730, 0x074a},   {0x07a6, 0x07b0}, {0x07eb, 0x07f3},
	{0x0816, 0x082d},   {0x0859, 0x085b},   {0x08d3, 0x0903}, {0x093a, 0x093c},
	{0x093e, 0x094f},   {0x0951, 0x0957},   {0x0962, 0x0963}, {0x0981, 0x0983},
	{0x09bc, 0x09cd},   {0x0a01, 0x0a03},   {0x0a3c, 0x0a51}, {0x0a81, 0x0a83},
	{0x0abc, 0x0acd},   {0x0b01, 0x0b03},   {0x0b3c, 0x0b57}, {0x0bbe, 0x0bcd},
	{0x0c00, 0x0c04},   {0x0c3e, 0x0c56},   {0x0c81, 0x0c83}, {0x0cbc, 0x0cd6},
	{0x0d00, 0x0d03},   {0x0d3b, 0x0d4d},   {0x0dca, 0x0ddf}, {0x0e31, 0x0e31},
	{0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},   {0x0eb1, 0x0eb1}, {0x0eb4, 0x0ebc},
	{0x0ec8, 0x0ecd},   {0x0f71, 0x0f84},   {0x102b, 0x103e}, {0x135d, 0x135f},
	{0x17b6, 0x17d3},   {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
	{0x302a, 0x302f},   {0x3099, 0x309a},   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
	{0xe0020, 0xe007f}, {0xe0100, 0xe01ef},
};

/* In a text: overrides and isolates, which outlive their line on a page. The
 * marks for one direction (200e, 200f, 061c) are ordinary Hebrew and Arabic. */
static const struct range turning[] = {{0x202a, 0x202e}, {0x2066, 0x2069}};

static bool in(uint32_t cp, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}

/* What was read of a name so far. */
struct reader {
	uint32_t n, marks; /* code points written; marks in a row */
	bool space, joiner;
	size_t at; /* bytes written */
	char text[LIMIT_NAME_BYTES + 1];
};

static bool put(struct reader *r, const char *bytes, size_t n)
{
	if (++r->n > LIMIT_NAME || r->at + n > LIMIT_NAME_BYTES)
		return false;
	memcpy(r->text + r->at, bytes, n);
	r->at += n;
	return true;
}

static bool is_space(uint32_t cp)
{
	return in(cp, spaces, N_OF(spaces));
}

/* May a character that changes the one before it stand here? */
static bool follows(struct reader *r, bool joiner, bool mark)
{
	if (r->n == 0 || r->space)
		return !joiner && !mark;
	/* a joiner joins two things, else it is only there to look different */
	if (joiner)
		return !r->joiner;
	r->marks = mark ? r->marks + 1 : 0;
	return r->marks <= MARKS_MAX;
}

static bool take(struct reader *r, uint32_t cp, const char *bytes, size_t n)
{
	bool joiner = cp == ZWJ || cp == ZWNJ;

	if (is_space(cp)) {
		r->space = true;
		r->marks = 0;
		return !r->joiner;
	}
	if (in(cp, refused, N_OF(refused)) ||
	    !follows(r, joiner, in(cp, marks, N_OF(marks))))
		return false;
	if (r->space && r->n > 0 && !put(r, " ", 1))
		return false;
	r->space = false;
	r->joiner = joiner;
	return put(r, bytes, n);
}

int proto_name(char *out, size_t size, const char *name)
{
	struct reader r = {0};
	size_t left = strlen(name);

	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_read(&cp, name, left);

		if (n == 0 || !take(&r, cp, name, n))
			return -EINVAL;
		name += n;
		left -= n;
	}
	if (r.n == 0 || r.joiner || r.at >= size)
		return -EINVAL;
	memcpy(out, r.text, r.at);
	out[r.at] = '\0';
	return 0;
}

/* ---- texts ---------------------------------------------------------------- */

struct sieve {
	char *out;      /* NULL: only measures */
	size_t size;    /* of out */
	size_t at, end; /* bytes so far; to the end of the last one that is no space */
	uint32_t marks; /* in a row */
	bool seen;      /* something is visible */
};

static void pass(struct sieve *s, const char *bytes, size_t n, bool space)
{
	if (space && s->at == 0)
		return;
	if (s->out && s->at + n < s->size)
		memcpy(s->out + s->at, bytes, n);
	s->at += n;
	if (!space)
		s->end = s->at;
}

/* Can it be seen by itself? Of what is neither a space nor a mark. */
static bool leaves_ink(uint32_t cp)
{
	return cp != ZWJ && cp != ZWNJ && cp != BLANK && !in(cp, refused, N_OF(refused));
}

/* False: the whole text is refused. */
static bool sift(struct sieve *s, uint32_t cp, const char *bytes, size_t n)
{
	bool space = cp == '\n' || cp == '\t' || is_space(cp);
	bool mark = in(cp, marks, N_OF(marks));

	if (!space && (cp < 0x20 || (cp >= 0x7f && cp <= 0x9f)))
		return false;
	if (in(cp, turning, N_OF(turning)))
		return true;
	s->marks = mark ? s->marks + 1 : 0;
	if (s->marks > MARKS_MAX)
		return true;
	s->seen = s->seen || (!space && !mark && leaves_ink(cp));
	pass(s, bytes, n, space);
	return true;
}

static bool sift_all(struct sieve *s, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_read(&cp, text, left);

		if (n == 0 || !sift(s, cp, text, n))
			return false;
		text += n;
		left -= n;
	}
	return s->seen;
}

int proto_text(char *out, size_t size, const char *text)
{
	struct sieve measure = {0}, write = {.out = out, .size = size};

	if (!sift_all(&measure, text) || measure.end >= size)
		return -EINVAL;
	(void)sift_all(&write, text);
	out[measure.end] = '\0';
	return 0;
}
