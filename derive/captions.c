#include "derive/captions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "derive/chapters.h"

#define HEAD "WEBVTT\n"

struct line {
	const char *at;
	size_t len;
};

struct reader {
	const char *at, *end;
	struct line line; /* the one that was read */
};

/* ---- lines ----------------------------------------------------------------- */

static bool next(struct reader *r)
{
	const char *end = r->at;

	if (r->at == r->end)
		return false;
	while (end < r->end && *end != '\n' && *end != '\r')
		end++;
	r->line = (struct line){r->at, (size_t)(end - r->at)};
	if (end < r->end)
		end += *end == '\r' && r->end - end > 1 && end[1] == '\n' ? 2 : 1;
	r->at = end;
	return true;
}

/* The first word of the line. */
static bool begins(const struct line *line, const char *word)
{
	size_t n = strlen(word);

	return line->len >= n && memcmp(line->at, word, n) == 0 &&
	       (line->len == n || line->at[n] == ' ' || line->at[n] == '\t');
}

static const char *arrow(const struct line *line)
{
	for (size_t i = 0; i + 3 <= line->len; i++)
		if (memcmp(line->at + i, "-->", 3) == 0)
			return line->at + i;
	return NULL;
}

/* ---- times ----------------------------------------------------------------- */

/* Digits, at most `most` of them. -1: there are none. */
static int64_t digits(const char **at, const char *end, int most)
{
	int64_t n = 0;
	int i = 0;

	for (; *at < end && **at >= '0' && **at <= '9' && i < most; i++, (*at)++)
		n = n * 10 + (**at - '0');
	return i ? n : -1;
}

static bool take(const char **at, const char *end, char c)
{
	if (*at == end || **at != c)
		return false;
	(*at)++;
	return true;
}

/* [hh:]mm:ss.ttt; false: that is none, and `at` stands anywhere. */
static bool read_time(const char **at, const char *end, int64_t *ms)
{
	int64_t hours = 0, minutes = digits(at, end, 4), seconds, thousandths;

	if (minutes < 0 || !take(at, end, ':'))
		return false;
	seconds = digits(at, end, 2);
	if (take(at, end, ':')) {
		hours = minutes;
		minutes = seconds;
		seconds = digits(at, end, 2);
	}
	if (minutes < 0 || seconds < 0 || !take(at, end, '.'))
		return false;
	thousandths = digits(at, end, 3);
	*ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths;
	return thousandths >= 0;
}

static void skip_blanks(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
}

struct cue {
	int64_t from_ms, to_ms;
	struct line settings;
};

static bool read_cue(const struct line *line, struct cue *cue)
{
	const char *at = line->at, *end = line->at + line->len;

	skip_blanks(&at, end);
	if (!read_time(&at, end, &cue->from_ms))
		return false;
	skip_blanks(&at, end);
	if (end - at < 3 || memcmp(at, "-->", 3) != 0)
		return false;
	at += 3;
	skip_blanks(&at, end);
	if (!read_time(&at, end, &cue->to_ms))
		return false;
	cue->settings = (struct line){at, (size_t)(end - at)};
	return cue->to_ms > cue->from_ms;
}

/* ---- what is written ------------------------------------------------------- */

static int put(struct captions *captions, const char *text, size_t len)
{
	size_t need = captions->len + len + 1;

	if (captions->len + len > LIMIT_CAPTIONS)
		return -EFBIG;
	if (need > captions->cap) {
		char *more = realloc(captions->text, 2 * need);

		if (!more)
			return -ENOMEM;
		captions->text = more;
		captions->cap = 2 * need;
	}
	memcpy(captions->text + captions->len, text, len);
	captions->len += len;
	captions->text[captions->len] = '\0';
	return 0;
}

static int put_time(struct captions *captions, int64_t ms)
{
	char text[CHAPTERS_TIME];

	chapters_time(text, ms);
	return put(captions, text, strlen(text));
}

/* Words may light up one after the other: a time that is no longer within its cue says
 * nothing. */
static int put_text(struct captions *captions, const struct line *line,
		    const struct cue *cue, const struct captions_range *range)
{
	const char *at = line->at, *end = at + line->len, *tag;
	int64_t ms;
	int err = 0;

	while (!err && (tag = memchr(at, '<', (size_t)(end - at)))) {
		const char *close = tag + 1;

		err = put(captions, at, (size_t)(tag - at));
		at = tag + 1;
		if (!read_time(&close, end, &ms) || !take(&close, end, '>')) {
			err = err ? err : put(captions, "<", 1);
			continue;
		}
		at = close;
		if (err || ms <= cue->from_ms || ms >= cue->to_ms)
			continue;
		err = put(captions, "<", 1);
		if (!err)
			err = put_time(captions, ms - range->from_ms + range->at_ms);
		if (!err)
			err = put(captions, ">", 1);
	}
	if (!err)
		err = put(captions, at, (size_t)(end - at));
	return err ? err : put(captions, "\n", 1);
}

static int put_head(struct captions *captions, const struct line *name,
		    const struct cue *cue, const struct captions_range *range)
{
	int64_t shift = range->at_ms - range->from_ms;
	int err;

	if (++captions->n_cues > LIMIT_CAPTION_CUES)
		return -EFBIG;
	err = put(captions, "\n", 1);
	if (!err && name->len)
		err = put(captions, name->at, name->len);
	if (!err && name->len)
		err = put(captions, "\n", 1);
	if (!err)
		err = put_time(captions, cue->from_ms + shift);
	if (!err)
		err = put(captions, " --> ", 5);
	if (!err)
		err = put_time(captions, cue->to_ms + shift);
	if (!err)
		err = put(captions, cue->settings.at, cue->settings.len);
	return err ? err : put(captions, "\n", 1);
}

/* Up to the next empty line. */
static void skip_block(struct reader *r)
{
	while (next(r) && r->line.len)
		;
}

/* A block begins with the line that was read: a cue, its name, or something else. */
static int add_block(struct captions *captions, struct reader *r,
		     const struct captions_range *range)
{
	struct line name = {0};
	struct cue cue;
	int err;

	if (!arrow(&r->line)) {
		name = r->line;
		if (begins(&name, "NOTE") || !next(r) || !arrow(&r->line)) {
			if (r->line.len)
				skip_block(r);
			return 0;
		}
	}
	if (!read_cue(&r->line, &cue) || cue.to_ms <= range->from_ms ||
	    cue.from_ms >= range->to_ms) {
		skip_block(r);
		return 0;
	}
	if (cue.from_ms < range->from_ms)
		cue.from_ms = range->from_ms;
	if (cue.to_ms > range->to_ms)
		cue.to_ms = range->to_ms;
	err = put_head(captions, &name, &cue, range);
	while (!err && next(r) && r->line.len)
		err = put_text(captions, &r->line, &cue, range);
	return err;
}

/* ---- from outside ---------------------------------------------------------- */

int captions_init(struct captions *captions)
{
	*captions = (struct captions){0};
	return put(captions, HEAD, strlen(HEAD));
}

void captions_fini(struct captions *captions)
{
	free(captions->text);
	*captions = (struct captions){0};
}

int captions_add(struct captions *captions, const char *text, size_t len,
		 const struct captions_range *range)
{
	struct reader r = {text, text + len, {text, 0}};
	int err = 0;

	skip_block(&r); /* "WEBVTT", and what is said of all */
	while (!err && next(&r))
		if (r.line.len)
			err = add_block(captions, &r, range);
	return err;
}
