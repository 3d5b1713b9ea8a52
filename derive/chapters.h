/* chapters.h - the chapters of a recording: read from JSON, written as WebVTT
 * and, with what WebVTT has no place for, as JSON.
 *
 *   [{"ms": 0, "title": "Welcome"},
 *    {"ms": 61500, "title": "Algebra, 7", "kind": "slide", "number": 7}]
 */
#ifndef DERIVE_CHAPTERS_H
#define DERIVE_CHAPTERS_H

#include "base/attr.h"
#include "base/limits.h"
#include "derive/folder.h"

#include <stddef.h>
#include <stdint.h>

#define CHAPTER_KIND 15 /* bytes */

struct chapter {
	int64_t ms;
	char title[LIMIT_CHAPTER_TITLE + 1]; /* UTF-8 without control signs */
	char kind[CHAPTER_KIND + 1];         /* [a-z]*: of what it is made */
	int number;                          /* of a page, below a million; else 0 */
};

struct chapters {
	uint32_t n;
	struct chapter *list; /* their times rise */
};

/* Refused whole with -EPROTO: no such list, times that do not rise or are none of
 * LIMIT_DERIVE_MS, titles that are empty, too long or no text. -ENOMEM. What is not known
 * of a chapter is left out. */
int chapters_read(struct chapters *chapters, const char *text,
		  size_t len) AULA_MUST_CHECK;
void chapters_fini(struct chapters *chapters);

/* Those that begin behind the end of a recording are none of it. */
void chapters_cut(struct chapters *chapters, int64_t length_ms);
/* When number `i` ends. */
int64_t chapters_end_ms(const struct chapters *chapters, uint32_t i, int64_t length_ms);

/* WebVTT, https://www.w3.org/TR/webvtt1/ */
int chapters_write(const struct chapters *chapters, int64_t length_ms,
		   const struct folder *folder, const char *name) AULA_MUST_CHECK;

/* The same list with the end of each, "end_ms". */
int chapters_write_json(const struct chapters *chapters, int64_t length_ms,
			const struct folder *folder, const char *name) AULA_MUST_CHECK;

/* A time as WebVTT has it, 00:00:00.000. */
#define CHAPTERS_TIME 24
void chapters_time(char out[CHAPTERS_TIME], int64_t ms);

#endif
