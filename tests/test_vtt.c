/* Captions as they come from people and programs, and what is none. */
#include "mcu/vtt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/test.h"

#define CUE "00:01.000 --> 00:02.000\nx\n"

static int check(const char *text, struct vtt_fault *fault)
{
	return vtt_check(text, strlen(text), fault);
}

static void test_good(void)
{
	static const struct {
		const char *text;
		int cues;
	} good[] = {
		{"WEBVTT\n\n" CUE, 1},
		{"WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nx\r\n", 1},
		{"WEBVTT\r\r00:01.000 --> 00:02.000\rx", 1},
		{"\xef\xbb\xbfWEBVTT - a talk\nKind: captions\nLanguage: ru\n\n" CUE, 1},
		{"WEBVTT\n\n\n\n" CUE "\n\n\n" CUE, 2},
		{"WEBVTT\n\n1\n" CUE "\nthe second one\n" CUE, 2},
		{"WEBVTT\n\nNOTE\nof several\nlines\n\n" CUE "\nNOTE the end\n", 1},
		{"WEBVTT\n\n11:59:59.000 --> 12:00:00.000 align:start "
		 "position:10%,line-left "
		 "line:-1 size:50% vertical:rl \t\nx\n",
		 1},
		{"WEBVTT\n\n00:01.000\t-->\t00:02.000\n"
		 "<v Anna>Here <b><i.loud>is</i></b> <c.a.b>it</c>\n"
		 "<lang en-GB>a</lang> <ruby>a<rt>b</rt></ruby> <00:01.500>c & d > "
		 "e</>\n",
		 1},
		{"WEBVTT\n\n00:01.000 --> 00:09.000\n\xd0\xaf\n\n00:01.000 --> "
		 "00:02.000\n"
		 "at once\n",
		 2},
	};
	struct vtt_fault fault;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int n = check(good[i].text, &fault);

		if (n != good[i].cues)
			fprintf(stderr, "%zu: %d, line %u: %s\n", i, n, fault.line,
				fault.why);
		CHECK(n == good[i].cues && !fault.why);
	}
}

static const struct {
	const char *text;
	uint32_t line;
} bad[] = {
	{"", 1},
	{"x", 1},
	{"WEBVTT", 1},
	{"WEBVTT\n\n", 2},
	{"WEBVTTX\n\n" CUE, 1},
	{"webvtt\n\n" CUE, 1},
	{" WEBVTT\n\n" CUE, 1},
	{"WEBVTT\n" CUE, 2},
	{"WEBVTT --> x\n\n" CUE, 1},
	{"WEBVTT\n\nSTYLE\n::cue { color: red }\n\n" CUE, 3},
	{"WEBVTT\n\nREGION\nid:fred\n\n" CUE, 3},
	{"WEBVTT\n\nNOTE a --> b\n\n" CUE, 3},
	{"WEBVTT\n\nNOTE\n" CUE, 4},
	{"WEBVTT\n\na name\n\n" CUE, 4},
	{"WEBVTT\n\na name\nanother\n" CUE, 4},
	{"WEBVTT\n\na name", 3},
	{"WEBVTT\n\n1:00.000 --> 00:02.000\nx", 3},
	{"WEBVTT\n\n00:01.00 --> 00:02.000\nx", 3},
	{"WEBVTT\n\n00:01,000 --> 00:02,000\nx", 3},
	{"WEBVTT\n\n00:01.000--> 00:02.000\nx", 3},
	{"WEBVTT\n\n00:01.000 -->00:02.000\nx", 3},
	{"WEBVTT\n\n00:01.000 -->\nx", 3},
	{"WEBVTT\n\n --> 00:02.000\nx", 3},
	{"WEBVTT\n\n00:60.000 --> 01:02.000\nx", 3},
	{"WEBVTT\n\n60:00.000 --> 61:02.000\nx", 3},
	{"WEBVTT\n\n00:00:01.000 --> 00:00:02.000x\nx", 3},
	{"WEBVTT\n\n00:02.000 --> 00:02.000\nx", 3},
	{"WEBVTT\n\n00:02.000 --> 00:01.000\nx", 3},
	{"WEBVTT\n\n-0:01.000 --> 00:02.000\nx", 3},
	{"WEBVTT\n\n12:00:00.001 --> 12:00:01.000\nx", 3},
	{"WEBVTT\n\n99999:00:00.000 --> 99999:00:01.000\nx", 3},
	{"WEBVTT\n\n99999999999999999999:00.000 --> 99:01.000\nx", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000 region:fred\nx", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000 align:\nx", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000 align:url(x)\nx", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000 line\nx", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n", 3},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n\nx", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:02.000 --> 00:03.000\ny", 5},
	{"WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:04.000 --> 00:07.000\nx", 6},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>x</script>", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<b", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<b <i>x", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<>", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x>", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n</b x>", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n<00:1>", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n\x01", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n\x1b[31m", 4},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff", 1},
	{"WEBVTT\n\n00:01.000 --> 00:02.000\n\xc0\xaf", 1},
};

static void test_bad(void)
{
	struct vtt_fault fault;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = check(bad[i].text, &fault);

		if (err != -EINVAL || fault.line != bad[i].line || !fault.why)
			fprintf(stderr, "%zu: %d, line %u: %s\n", i, err, fault.line,
				fault.why);
		CHECK(err == -EINVAL && fault.line == bad[i].line && fault.why);
	}
	CHECK(vtt_check("WEBVTT\n\n00:01.000 --> 00:02.000\n\0x", 35, &fault) == -EINVAL);
}

static void test_limits(void)
{
	size_t most = LIMIT_CAPTIONS + 2, n;
	char *text = malloc(most);
	struct vtt_fault fault;

	CHECK(text);
	n = (size_t)sprintf(text, "WEBVTT\n\n");
	for (int i = 0; i < LIMIT_CAPTION_CUES; i++)
		n += (size_t)sprintf(text + n, "%02d:%02d.000 --> 59:59.999\nx\n\n",
				     i / 600, i / 10 % 60);
	CHECK(vtt_check(text, n, &fault) == LIMIT_CAPTION_CUES);
	n += (size_t)sprintf(text + n, "59:00.000 --> 59:59.999\nx\n\n");
	CHECK(vtt_check(text, n, &fault) == -EINVAL);
	/* bytes of a line, of a text, of all */
	for (int more = 0; more < 2; more++) {
		n = (size_t)sprintf(text, "WEBVTT\n\n00:01.000 --> 00:02.000\n");
		memset(text + n, 'x', VTT_LINE + (size_t)more);
		CHECK((vtt_check(text, n + VTT_LINE + (size_t)more, &fault) == 1) ==
		      !more);
		n = (size_t)sprintf(text, "WEBVTT\n\n00:01.000 --> 00:02.000\n");
		for (size_t i = 0; i < VTT_TEXT + (size_t)more; i++) {
			text[n++] = 'x';
			if (i % 100 == 99)
				text[n++] = '\n';
		}
		CHECK((vtt_check(text, n, &fault) == 1) == !more);
		n = (size_t)sprintf(text, "WEBVTT\n\n" CUE);
		memset(text + n, '\n', most - n);
		CHECK((vtt_check(text, LIMIT_CAPTIONS + (size_t)more, &fault) == 1) ==
		      !more);
	}
	free(text);
}

static void test_languages(void)
{
	static const char *const good[][2] = {
		{"ru", "ru"},
		{"RU", "ru"},
		{"pt-br", "pt-BR"},
		{"zh-hANT-tw", "zh-Hant-TW"},
		{"ast", "ast"},
		{"sl-ROZAJ-biske", "sl-rozaj-biske"},
		{"es-419", "es-419"},
		{"ca-valencia", "ca-valencia"},
		{"de-abcdefgh-abcdefgh-abcdefgh-abcde",
		 "de-abcdefgh-abcdefgh-abcdefgh-abcde"},
	};
	static const char *const no_tags[] = {
		"",
		"e",
		"engl",
		"12",
		"e1",
		"en-",
		"-en",
		"en--x",
		"en-x",
		"en_US",
		"en-123456789",
		"../x",
		"en/..",
		"en.vtt",
		"en-US ",
		" en",
		"en-\xd0\xaf",
		"de-abcdefgh-abcdefgh-abcdefgh-abcdef",
	};
	char out[VTT_LANGUAGE + 1] = "as it was";

	for (size_t i = 0; i < sizeof(no_tags) / sizeof(no_tags[0]); i++)
		CHECK(vtt_language(no_tags[i], out) == -EINVAL &&
		      strcmp(out, "as it was") == 0);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(vtt_language(good[i][0], out) == 0 && strcmp(out, good[i][1]) == 0);
}

int main(void)
{
	test_good();
	test_bad();
	test_limits();
	test_languages();
	return 0;
}
