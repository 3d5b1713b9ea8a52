/* Captions of parts of recordings. */
#include "derive/captions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "mcu/vtt.h"
#include "tests/test.h"

static const char lesson[] =
	"WEBVTT - a lesson\nKind: captions\n\n"
	"NOTE somebody's\ncomment\n\n"
	"first\n00:01.000 --> 00:04.000 line:90%\n<v Ann>Good morning\n\n"
	"00:00:05.500 --> 00:00:09.000\r\n"
	"one <00:06.000>two <00:08.500>three\r\nfour\r\n\r\n"
	"1:00:00.000 --> 1:00:02.000\nan hour later\n";

static bool makes(const struct captions *captions, const char *want)
{
	struct vtt_fault fault;
	bool same = strcmp(captions->text, want) == 0;

	if (!same)
		fprintf(stderr, "--- is\n%s--- want\n%s", captions->text, want);
	/* it would be let in */
	return same && captions->len == strlen(want) &&
	       (captions->n_cues == 0 || vtt_check(captions->text, captions->len,
						   &fault) == (int)captions->n_cues);
}

static int add(struct captions *captions, const char *text, int64_t from_ms,
	       int64_t to_ms, int64_t at_ms)
{
	const struct captions_range range = {from_ms, to_ms, at_ms};

	return captions_add(captions, text, strlen(text), &range);
}

static void a_part(void)
{
	struct captions c;

	CHECK(captions_init(&c) == 0);
	CHECK(add(&c, lesson, 2500, 8000, 0) == 0 && c.n_cues == 2);
	CHECK(makes(&c, "WEBVTT\n\n"
			"first\n00:00:00.000 --> 00:00:01.500 line:90%\n"
			"<v Ann>Good morning\n\n"
			"00:00:03.000 --> 00:00:05.500\n"
			"one <00:00:03.500>two three\nfour\n"));
	captions_fini(&c);
	/* what touches its ends alone is none of it */
	CHECK(captions_init(&c) == 0);
	CHECK(add(&c, lesson, 4000, 5500, 0) == 0 && c.n_cues == 0);
	CHECK(add(&c, lesson, 9000, 3600000, 0) == 0 && c.n_cues == 0);
	CHECK(makes(&c, "WEBVTT\n"));
	captions_fini(&c);
}

static void several(void)
{
	struct captions c;

	CHECK(captions_init(&c) == 0);
	CHECK(add(&c, lesson, 0, 4000, 0) == 0);
	CHECK(add(&c, lesson, 0, 7200000, 10000) == 0);
	CHECK(c.n_cues == 4);
	CHECK(makes(&c, "WEBVTT\n\n"
			"first\n00:00:01.000 --> 00:00:04.000 line:90%\n"
			"<v Ann>Good morning\n\n"
			"first\n00:00:11.000 --> 00:00:14.000 line:90%\n"
			"<v Ann>Good morning\n\n"
			"00:00:15.500 --> 00:00:19.000\n"
			"one <00:00:16.000>two <00:00:18.500>three\nfour\n\n"
			"01:00:10.000 --> 01:00:12.000\nan hour later\n"));
	captions_fini(&c);
}

/* A name may begin as a comment does. */
static void names(void)
{
	static const char text[] = "WEBVTT\n\n"
				   "NOTE\t-\nx\n\nNOTE\nx\n\n"
				   "NOTE1\n00:00:01.000 --> 00:00:02.000\na\n\n"
				   "NOTEBOOK\n00:00:02.000 --> 00:00:03.000\nb\n";
	struct captions c;

	CHECK(captions_init(&c) == 0);
	CHECK(add(&c, text, 0, 5000, 0) == 0 && c.n_cues == 2);
	CHECK(makes(&c, "WEBVTT\n\n"
			"NOTE1\n00:00:01.000 --> 00:00:02.000\na\n\n"
			"NOTEBOOK\n00:00:02.000 --> 00:00:03.000\nb\n"));
	captions_fini(&c);
}

/* What is no WebVTT adds nothing, or what of it is some. */
static void broken(void)
{
	static const char *const texts[] = {
		"",
		"WEBVTT",
		"WEBVTT\n\n-->",
		"WEBVTT\n\nname",
		"WEBVTT\n\nname\n\n",
		"WEBVTT\n\n00:01.000 --> \nx",
		"WEBVTT\n\n00:01.000 -- 00:02.000\nx",
		"WEBVTT\n\n00:02.000 --> 00:01.000\nx\n",
		"WEBVTT\n\n00:01.00",
		"WEBVTT\n\n0:1.0.0.0 --> 00:02.000\nx\n",
		"WEBVTT\n\nNOTE 00:01.000 --> 00:02.000\nx\n",
		"\n\n\r\r",
	};
	static const char open[] = "WEBVTT\n\n00:01.000 --> 00:02.000\na <b<00:01.500\n";
	struct captions c;

	CHECK(captions_init(&c) == 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *copy = strdup(texts[i]);
		const struct captions_range all = {0, INT64_C(1) << 40, 0};

		/* without the zero behind it: nothing reads beyond its end */
		CHECK(copy && captions_add(&c, copy, strlen(copy), &all) == 0);
		free(copy);
		if (c.n_cues)
			fprintf(stderr, "text %zu\n", i);
		CHECK(c.n_cues == 0);
	}
	CHECK(add(&c, open, 0, 5000, 0) == 0 && c.n_cues == 1);
	CHECK(strstr(c.text, "a <b<00:01.500\n"));
	captions_fini(&c);
}

static void too_much(void)
{
	struct captions c;
	char cue[64], *text = malloc(LIMIT_CAPTIONS);
	size_t len = (size_t)snprintf(text, LIMIT_CAPTIONS, "WEBVTT\n\n");
	const struct captions_range all = {0, LIMIT_DERIVE_MS, 0};

	CHECK(text);
	for (int i = 0; i < LIMIT_CAPTION_CUES; i++) {
		int n = snprintf(cue, sizeof(cue), "00:01.000 --> 00:02.000\nx\n\n");

		memcpy(text + len, cue, (size_t)n);
		len += (size_t)n;
	}
	CHECK(captions_init(&c) == 0);
	CHECK(captions_add(&c, text, len, &all) == 0);
	CHECK(c.n_cues == LIMIT_CAPTION_CUES && c.len <= LIMIT_CAPTIONS);
	CHECK(captions_add(&c, text, len, &all) == -EFBIG);
	captions_fini(&c);
	free(text);
}

int main(void)
{
	a_part();
	several();
	names();
	broken();
	too_much();
	return 0;
}
