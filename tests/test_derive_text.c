/* The small texts: chapters, loudness, configurations of H.264, progress. */
#include "derive/avcc.h"
#include "derive/chapters.h"
#include "derive/fault.h"
#include "derive/loudness.h"
#include "derive/progress.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/derive_rig.h"
#include "tests/test.h"

static const char *const bad_chapters[] = {
	"",
	"{}",
	"[",
	"null",
	"7",
	"[1]",
	"[{}]",
	"[{\"ms\":0}]",
	"[{\"title\":\"a\"}]",
	"[{\"ms\":\"0\",\"title\":\"a\"}]",
	"[{\"ms\":0,\"title\":1}]",
	"[{\"ms\":0,\"title\":\"\"}]",
	"[{\"ms\":-1,\"title\":\"a\"}]",
	"[{\"ms\":0.5,\"title\":\"a\"}]",
	"[{\"ms\":1e300,\"title\":\"a\"}]",
	"[{\"ms\":43200001,\"title\":\"a\"}]",
	"[{\"ms\":5,\"title\":\"a\"},{\"ms\":5,\"title\":\"b\"}]",
	"[{\"ms\":5,\"title\":\"a\"},{\"ms\":4,\"title\":\"b\"}]",
	"[{\"ms\":0,\"title\":\"a\\nb\"}]",
	"[{\"ms\":0,\"title\":\"a\\u2028b\"}]",
	"[{\"ms\":0,\"title\":\"a\\u202eb\"}]",
	"[{\"ms\":0,\"title\":\"a\\u0085b\"}]",
	"[{\"ms\":0,\"title\":\"a\\u0000b\"}]",
	"[{\"ms\":0,\"title\":\"a\xff\"}]",
	"[{\"ms\":0,\"title\":\"\xc0\xaf\"}]",
};

static void test_bad_chapters(void)
{
	struct chapters chapters = {.n = 77};

	for (size_t i = 0; i < sizeof(bad_chapters) / sizeof(bad_chapters[0]); i++) {
		int err = chapters_read(&chapters, bad_chapters[i],
					strlen(bad_chapters[i]));

		if (err != -EPROTO)
			fprintf(stderr, "%s: %d\n", bad_chapters[i], err);
		CHECK(err == -EPROTO && chapters.n == 77);
	}
}

/* `n` chapters, each with a title of so many bytes. */
static int read_many(int n, int title, uint32_t *got)
{
	char *text = malloc((size_t)n * (size_t)(title + 40) + 10), *at = text;
	struct chapters chapters = {0};
	int err;

	for (int i = 0; i < n; i++)
		at += sprintf(at, "%s{\"ms\":%d,\"title\":\"%0*d\"}", i ? "," : "[", i,
			      title, 1);
	*at++ = ']';
	err = chapters_read(&chapters, text, (size_t)(at - text));
	*got = chapters.n;
	chapters_fini(&chapters);
	free(text);
	return err;
}

static void test_many_chapters(void)
{
	uint32_t n;

	CHECK(read_many(LIMIT_CHAPTERS, 9, &n) == 0 && n == LIMIT_CHAPTERS);
	CHECK(read_many(LIMIT_CHAPTERS + 1, 9, &n) == -EPROTO);
	CHECK(read_many(1, LIMIT_CHAPTER_TITLE, &n) == 0 && n == 1);
	CHECK(read_many(1, LIMIT_CHAPTER_TITLE + 1, &n) == -EPROTO);
}

static void test_chapters(void)
{
	static const char text[] = "[{\"ms\":1500,\"title\":\"a-->b\",\"more\":[1]},"
				   "{\"ms\":3661001,\"title\":\"\\u20ac & <i>\"},"
				   "{\"ms\":9000000,\"title\":\"late\"}]";
	struct chapters chapters;
	struct folder folder;
	char *vtt;

	CHECK(chapters_read(&chapters, text, sizeof(text) - 1) == 0 && chapters.n == 3);
	chapters_cut(&chapters, 9000000);
	CHECK(chapters.n == 2 && chapters_end_ms(&chapters, 0, 9000000) == 3661001 &&
	      chapters_end_ms(&chapters, 1, 9000000) == 9000000);
	CHECK(folder_open(&folder, derive_dir) == 0);
	CHECK(chapters_write(&chapters, 9000000, &folder, "c.vtt") == 0);
	vtt = derive_read("c.vtt", NULL);
	CHECK(strcmp(vtt, "WEBVTT\n\n1\n00:00:01.500 --> 01:01:01.001\na--&gt;b\n\n"
			  "2\n01:01:01.001 --> 02:30:00.000\n€ &amp; &lt;i&gt;\n") == 0);
	free(vtt);
	chapters_fini(&chapters);
	CHECK(chapters_read(&chapters, "[]", 2) == 0 && chapters.n == 0);
	chapters_fini(&chapters);
	folder_close(&folder);
}

static void test_loudness(void)
{
	struct loudness_plan plan = {.source = {-23.5, -9.25, 4}}, again;
	char text[400];

	loudness_plan(&plan);
	CHECK(fabs(plan.gain_db - 7.5) < 0.001 && !plan.linear);
	plan.source.peak_dbtp = -12;
	loudness_plan(&plan);
	CHECK(plan.linear);
	CHECK(loudness_write(&plan, text, sizeof(text)) == strlen(text));
	CHECK(loudness_read(&again, text) == 0 && !again.is_made && again.linear);
	plan.is_made = true;
	plan.made = (struct loudness){-16.04, -4.5, 4};
	CHECK(loudness_write(&plan, text, sizeof(text)) == strlen(text));
	CHECK(loudness_read(&again, text) == 0 && again.is_made &&
	      fabs(again.made.lufs + 16.04) < 0.001 &&
	      fabs(again.source.peak_dbtp + 12) < 0.001);
	text[60] = '\0';
	CHECK(loudness_read(&again, text) == -EBADMSG);
	CHECK(loudness_read(&again, "") == -EBADMSG);
	plan.source.lufs = -99; /* silence stays what it is */
	loudness_plan(&plan);
	CHECK(plan.gain_db == 0);
	plan.source.lufs = -60; /* what nobody said is not made a roar */
	loudness_plan(&plan);
	CHECK(plan.gain_db == LOUDNESS_GAIN);
}

static void test_avcc(void)
{
	static const uint8_t good[] = {1,    100, 0, 31, 0xff, 0xe1, 0,    3,
				       0x67, 1,   2, 1,  0,    2,    0x68, 3};
	static const uint8_t want[] = {0, 0, 0, 3, 0x67, 1, 2, 0, 0, 0, 2, 0x68, 3};
	uint8_t bad[sizeof(good)];
	struct avcc avcc = {.len = 77};

	for (size_t i = 0; i < sizeof(good); i++)
		CHECK(avcc_read(&avcc, good, i) == -EBADMSG && avcc.len == 77);
	memcpy(bad, good, sizeof(bad));
	bad[0] = 0;
	CHECK(avcc_read(&avcc, bad, sizeof(bad)) == -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[4] = 0xfe; /* three bytes */
	CHECK(avcc_read(&avcc, bad, sizeof(bad)) == -EBADMSG);
	memcpy(bad, good, sizeof(bad));
	bad[5] = 0xe0; /* no set */
	CHECK(avcc_read(&avcc, bad, sizeof(bad)) == -EBADMSG);
	CHECK(avcc_read(&avcc, good, sizeof(good)) == 0);
	CHECK(avcc.length_bytes == 4 && avcc.len == sizeof(want) &&
	      memcmp(avcc.sets, want, sizeof(want)) == 0);
	avcc_fini(&avcc);
}

static void test_progress(void)
{
	struct progress progress;
	char text[20000];
	int ends[2], lines = 0;
	ssize_t n;

	CHECK(pipe(ends) == 0);
	progress_init(&progress, ends[1]);
	progress_step(&progress, "sound");
	for (int i = 0; i < 100000; i++)
		progress_at(&progress, i, 100000);
	progress_at(&progress, 5, 0);
	progress_at(&progress, -5, 10);
	progress_done(&progress);
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	for (char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	CHECK(lines == 101);
	CHECK(strstr(text, "{\"step\":\"sound\",\"done\":0.42}\n"));
	CHECK(strcmp(text + n - 29, "{\"step\":\"sound\",\"done\":1.00}\n") == 0);
	close(ends[0]);
}

static void test_faults(void)
{
	CHECK(strcmp(fault_of(-EBADMSG)->code, "damaged") == 0);
	CHECK(fault_of(-ENOSPC)->exit_status == 73 && fault_of(-EIO)->exit_status == 74);
	CHECK(fault_of(-123456)->exit_status == 74);
	CHECK(fault_errno(0) == 0 && fault_errno(-ENOSPC) == -ENOSPC &&
	      fault_errno(-1094995529) == -EBADMSG);
}

int main(void)
{
	CHECK(mkdtemp(derive_dir));
	test_bad_chapters();
	test_many_chapters();
	test_chapters();
	test_loudness();
	test_avcc();
	test_progress();
	test_faults();
	derive_teardown();
	return 0;
}
