/* Parts of recordings, and recordings of parts, without encoding. */
#include "derive/join.h"
#include "derive/trim.h"

#include <errno.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/clip_files.h"
#include "tests/derive_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

static struct folder folder;
static struct progress progress;

static int cut(const char *from, const char *name, int64_t from_ms, int64_t to_ms,
	       struct trim *range)
{
	int in = derive_open(from), err;

	*range = (struct trim){from_ms, to_ms};
	err = trim(&folder, name, in, range, &progress);
	close(in);
	return err;
}

static double length(const char *name, const char *stream)
{
	return mp4_probe(derive_path(name), stream, "stream=duration");
}

static void test_trim(void)
{
	struct trim range;

	/* key frames are at 0, 4, 8 and so on */
	CHECK(cut("in.mp4", "cut.mp4", 9300, 15500, &range) == 0);
	CHECK(range.from_ms == 8000 && llabs(range.to_ms - 15500) < 80);
	mp4_decodes(derive_path("cut.mp4"));
	mp4_is_fast_start(derive_path("cut.mp4"));
	CHECK(fabs(length("cut.mp4", "v:0") - 7.5) < 0.1);
	CHECK(fabs(length("cut.mp4", "a:0") - 7.5) < 0.1);
	CHECK(fabs(length("cut.mp4", "a:1") - 7.5) < 0.1);
	CHECK(fabs(mp4_probe(derive_path("cut.mp4"), "a:0", "stream=start_time")) < 0.04);
	/* all of it, and more than there is */
	CHECK(cut("in.mp4", "cut.mp4", 0, 900000, &range) == 0);
	CHECK(range.from_ms == 0 && llabs(range.to_ms - 24000) < 80);
	CHECK(fabs(length("cut.mp4", "v:0") - 24) < 0.1);
}

/* The bursts of each second are where they were. */
static void test_trim_keeps_time(void)
{
	struct trim range;
	int16_t *pcm;
	size_t n;

	CHECK(cut("in.mp4", "cut.mp4", 4000, 12000, &range) == 0);
	for (int track = 0; track < 2; track++) {
		pcm = derive_pcm("cut.mp4", track, &n);
		CHECK(n > 48000 * 7);
		for (size_t sec = 1; sec < 7; sec++) {
			size_t i = sec * 48000 - 24000;

			while (abs(pcm[i]) < 4000)
				i++;
			CHECK(labs((long)i - (long)sec * 48000) < 48 * 40);
		}
		free(pcm);
	}
}

static void test_trim_refuses(void)
{
	struct trim range;

	CHECK(cut("in.mp4", "no.mp4", 5000, 5000, &range) == -ERANGE);
	CHECK(cut("in.mp4", "no.mp4", 6000, 5000, &range) == -ERANGE);
	CHECK(cut("in.mp4", "no.mp4", 30000, 50000, &range) == -ERANGE);
	CHECK(cut("in.mp4", "no.mp4", -1, 50000, &range) == -ERANGE);
	CHECK(cut("in.mp4", "no.mp4", 0, INT64_MAX, &range) == -ERANGE);
	CHECK(!folder_has(&folder, "no.mp4") && !folder_has(&folder, "no.mp4.part"));
	CHECK(range.from_ms == 0 && range.to_ms == INT64_MAX);
}

static int join_three(const char *a, const char *b, const char *c, struct joined *joined)
{
	const int parts[] = {derive_open(a), derive_open(b), derive_open(c)};
	struct joined fits = {0};
	int err = join(&folder, "joined.mp4", parts, 3, joined, &progress);

	/* what can be told by the heads alone is the same */
	CHECK(join_fits(parts, 3, &fits) == err);
	CHECK(err || memcmp(&fits, joined, sizeof(fits)) == 0);

	for (int i = 0; i < 3; i++)
		close(parts[i]);
	return err;
}

static void test_join(void)
{
	struct joined joined = {0};
	int16_t *pcm;
	size_t n;

	CHECK(join_three("in.mp4", "short.mp4", "in.mp4", &joined) == 0);
	CHECK(llabs(joined.length_ms - 56000) < 150);
	CHECK(joined.from_ms[0] == 0 && llabs(joined.from_ms[1] - 24000) < 80 &&
	      llabs(joined.from_ms[2] - 32000) < 120);
	mp4_decodes(derive_path("joined.mp4"));
	mp4_is_fast_start(derive_path("joined.mp4"));
	CHECK(fabs(length("joined.mp4", "v:0") - 56) < 0.15);
	CHECK(fabs(length("joined.mp4", "a:1") - 56) < 0.15);
	CHECK(mp4_probe(derive_path("joined.mp4"), "v:0", "stream=nb_frames") == 15 * 56);
	/* the bursts of the last part are where it begins */
	pcm = derive_pcm("joined.mp4", 0, &n);
	for (size_t sec = 34; sec < 54; sec++) {
		size_t i = sec * 48000 - 20000;

		while (i < n && abs(pcm[i]) < 4000)
			i++;
		CHECK(labs((long)i - (long)sec * 48000) < 48 * 90);
	}
	free(pcm);
}

static void test_join_other_size(void)
{
	struct joined joined = {0};
	char command[700], out[4000];

	CHECK(join_three("short.mp4", "small.mp4", "short.mp4", &joined) == 0);
	mp4_decodes(derive_path("joined.mp4"));
	snprintf(command, sizeof(command),
		 "ffprobe -v error -select_streams v -show_entries frame=width -of "
		 "default=nw=1:nk=1 '%s' | uniq -c | tr -s ' \\n' ' '",
		 derive_path("joined.mp4"));
	mp4_run(command, out, sizeof(out));
	if (strcmp(out, " 120 320 120 160 120 320 ") != 0)
		fprintf(stderr, "'%s'\n", out);
	CHECK(strcmp(out, " 120 320 120 160 120 320 ") == 0);
}

static void test_join_refuses(void)
{
	struct joined joined = {.length_ms = 7};

	folder_unlink(&folder, "joined.mp4");
	CHECK(join_three("in.mp4", "stereo.mp4", "in.mp4", &joined) == -EMEDIUMTYPE);
	CHECK(join_three("in.mp4", "mute.mp4", "in.mp4", &joined) == -EMEDIUMTYPE);
	CHECK(join_three("mute.mp4", "in.mp4", "in.mp4", &joined) == -EMEDIUMTYPE);
	CHECK(join(&folder, "joined.mp4", NULL, 0, &joined, &progress) == -EINVAL);
	CHECK(join_fits(NULL, 0, &joined) == -EINVAL);
	CHECK(joined.length_ms == 7 && !folder_has(&folder, "joined.mp4"));
}

/* A third: 8 s, of which the second chapter begins at 3. */
static void write_chapters(void)
{
	static const char list[] = ";FFMETADATA1\n"
				   "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3000\n"
				   "title=One\n"
				   "[CHAPTER]\nTIMEBASE=1/1000\nSTART=3000\nEND=8000\n"
				   "title=Two\n";
	char command[1500], out[400];

	derive_put("chapters.txt", list, strlen(list));
	snprintf(command, sizeof(command),
		 "ffmpeg -v error -y -i '%s' -i '%s' -map 0 -map_metadata 1 "
		 "-map_chapters 1 -c copy '%s'",
		 derive_path("short.mp4"), derive_path("chapters.txt"),
		 derive_path("chapters.mp4"));
	mp4_run(command, out, sizeof(out));
}

/* Chapters stand in each part: in the whole they follow each other. */
static void test_join_chapters(void)
{
	struct joined joined = {0};
	char command[700], out[4000];

	CHECK(join_three("chapters.mp4", "short.mp4", "chapters.mp4", &joined) == 0);
	snprintf(command, sizeof(command),
		 "ffprobe -v error -show_entries chapter=start_time:chapter_tags=title "
		 "-of csv=p=0 '%s' | cut -d. -f1,2 | sed 's/0*,/,/' | tr '\\n' ';'",
		 derive_path("joined.mp4"));
	mp4_run(command, out, sizeof(out));
	if (strcmp(out, "0.,One;3.,Two;16.,One;19.,Two;") != 0)
		fprintf(stderr, "'%s'\n", out);
	CHECK(strcmp(out, "0.,One;3.,Two;16.,One;19.,Two;") == 0);
}

int main(void)
{
#define BURSTS "aevalsrc='0.5*sin(6283.2*t)*lt(mod(t,1),0.25)':s=48000:d="
	if (!derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	derive_record("in.mp4", "testsrc2=s=320x180:r=15:d=24", BURSTS "24", 60);
	derive_record("short.mp4", "testsrc2=s=320x180:r=15:d=8", BURSTS "8", 60);
	derive_record("small.mp4", "testsrc=s=160x90:r=15:d=8", BURSTS "8", 60);
	clip_with(derive_path("stereo.mp4"),
		  "-f lavfi -i testsrc2=s=320x180:r=15:d=4 -f lavfi -i "
		  "sine=f=500:d=4 -map 0 -map 1 -map 1 -pix_fmt yuv420p -c:v libx264 "
		  "-bf 0 -ac 2 -ar 48000 -c:a:0 aac -c:a:1 libopus");
	clip_with(derive_path("mute.mp4"), "-f lavfi -i testsrc2=s=320x180:r=15:d=4 "
					   "-pix_fmt yuv420p -c:v libx264 -bf 0");
	progress_init(&progress, -1);
	CHECK(folder_open(&folder, derive_dir) == 0);
	test_trim();
	test_trim_keeps_time();
	test_trim_refuses();
	test_join();
	test_join_other_size();
	test_join_refuses();
	write_chapters();
	test_join_chapters();
	folder_close(&folder);
	derive_teardown();
	return 0;
}
