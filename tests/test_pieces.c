/* A file that lies in pieces: for everybody an MP4 like any other, and each range that
 * its table names a fragment that plays alone. */
#include "derive/make.h"

#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/derive_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#define SEC     31
#define PICTURE "testsrc2=s=320x180:r=15:d=31"
#define SOUND   "sine=f=500:r=48000:d=31,volume=0.3"
#define CHAPTERS \
	"[{\"ms\":0,\"title\":\"Lecturer\"},{\"ms\":12000,\"title\":\"Slide 2\"}]"
#define GAPS "testsrc2=s=320x180:r=15:d=31,select='not(between(mod(t,7),2,4.4))'"

struct table {
	char *text;
	size_t len, at;
	int64_t map, first, n;
	const char *map_data;
};

static int64_t number(struct table *table)
{
	int64_t v = 0;

	for (int shift = 0;; shift += 7) {
		unsigned char c;

		CHECK(table->at < table->len && shift < 49);
		c = (unsigned char)table->text[table->at++];
		v |= (int64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
	}
}

static struct table table_read(const char *name)
{
	struct table table = {.at = 4};

	table.text = derive_read(name, &table.len);
	CHECK(table.len > 8 && memcmp(table.text, "AIX1", 4) == 0);
	table.map = number(&table);
	table.first = number(&table);
	table.n = number(&table);
	CHECK(table.map > 0 && (size_t)table.map < table.len - table.at);
	table.map_data = table.text + table.at;
	table.at += (size_t)table.map;
	return table;
}

static uint32_t word(const char *at)
{
	const unsigned char *c = (const unsigned char *)at;

	return (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 | (uint32_t)c[2] << 8 | c[3];
}

/* Nothing but fragments, to its last byte. */
static int64_t check_boxes(const char *at, int64_t len)
{
	int64_t heads = 0;

	while (len > 0) {
		uint32_t moof, mdat;

		CHECK(len > 16 && memcmp(at + 4, "moof", 4) == 0);
		moof = word(at);
		CHECK(moof < len - 8 && memcmp(at + moof + 4, "mdat", 4) == 0);
		mdat = word(at + moof);
		CHECK(mdat >= 8 && (int64_t)moof + mdat <= len);
		heads += moof + 8;
		len -= (int64_t)moof + mdat;
		at += moof + mdat;
	}
	return heads;
}

/* Writes the map with some of the pieces behind it; all have been looked at then. The
 * length of all, milliseconds; `heads`: bytes that are there for the pieces alone. */
static int64_t take(const char *folder, const char *what, const char *out, int64_t from,
		    int64_t to, int64_t *heads)
{
	char name[64];
	size_t len, n = 0;
	struct table table;
	char *file, *copy;
	int64_t at, ms = 0;

	snprintf(name, sizeof(name), "%s/%s.index", folder, what);
	table = table_read(name);
	snprintf(name, sizeof(name), "%s/%s", folder,
		 strcmp(what, "sound") == 0 ? "sound.m4a" : "video.mp4");
	file = derive_read(name, &len);
	copy = malloc((size_t)table.map + len);
	CHECK(copy);
	memcpy(copy, table.map_data, (size_t)table.map);
	n = (size_t)table.map;
	at = table.first;
	*heads = 0;
	for (int64_t i = 0; i < table.n; i++) {
		int64_t length = number(&table), bytes = number(&table);

		CHECK(bytes > 0 && bytes <= (int64_t)len - at);
		*heads += check_boxes(file + at, bytes);
		if (i >= from && i < to) {
			memcpy(copy + n, file + at, (size_t)bytes);
			n += (size_t)bytes;
		}
		at += bytes;
		ms += length;
	}
	CHECK(table.at == table.len);
	derive_put(out, copy, n);
	fprintf(stderr, "%s/%s: %lld pieces, table %zu, heads %lld of %zu bytes\n",
		folder, what, (long long)table.n, table.len, (long long)*heads, len);
	free(copy);
	free(file);
	free(table.text);
	return ms;
}

static char *packets(const char *name, const char *track, const char *what)
{
	static char texts[4][400000];
	static int at;
	char *out = texts[at++ % 4], command[700];

	snprintf(
		command, sizeof(command),
		"ffprobe -v error -select_streams %s -show_entries packet=%s -of csv=p=0 "
		"'%s' | sed 's/,*$//' | grep '^[0-9]'",
		track, what, derive_path(name));
	mp4_run(command, out, 400000);
	CHECK(strlen(out) > 500);
	return out;
}

/* What the index of the file says, and what the fragments say. */
static void same_packets(const char *file, const char *fragments, bool pictures)
{
	if (pictures)
		CHECK(strcmp(packets(file, "v:0", "pts_time,dts_time,size,flags"),
			     packets(fragments, "v:0", "pts_time,dts_time,size,flags")) ==
		      0);
	CHECK(strcmp(packets(file, "a:0", "pts_time,size"),
		     packets(fragments, "a:0", "pts_time,size")) == 0);
	mp4_decodes(derive_path(file));
	mp4_decodes(derive_path(fragments));
}

/* Titles of chapters lie among the media, before the first piece. */
static void test_made(void)
{
	int64_t heads, ms;
	char *text;

	derive_record("in.mp4", PICTURE, SOUND, 75);
	derive_put("chapters.json", CHAPTERS, sizeof(CHAPTERS) - 1);
	derive_make("in.mp4", "all");
	ms = take("all", "video", "video_all.mp4", 0, 1000, &heads);
	CHECK(ms >= SEC * 1000 - 100 && ms <= SEC * 1000 + 100);
	CHECK(heads > 0 && heads < SEC * 600);
	same_packets("all/video.mp4", "video_all.mp4", true);
	/* one alone: a key frame first, and the times of the whole */
	take("all", "video", "video_one.mp4", 2, 3, &heads);
	text = packets("video_one.mp4", "v:0", "pts_time,flags");
	CHECK(strncmp(text, "10.000000,K", 11) == 0);
	CHECK(strncmp(packets("video_one.mp4", "a:0", "pts_time"), "9.9", 3) == 0);
	mp4_decodes(derive_path("video_one.mp4"));
	ms = take("all", "sound", "sound_all.mp4", 0, 1000, &heads);
	CHECK(ms >= SEC * 1000 - 100 && ms <= SEC * 1000 + 100);
	same_packets("all/sound.m4a", "sound_all.mp4", false);
}

static int lay(const char *recording, const char *folder)
{
	int in = derive_open(recording), err;
	struct progress progress;
	struct folder to;
	int64_t length_us;

	progress_init(&progress, -1);
	CHECK(mkdir(derive_path(folder), 0700) == 0);
	CHECK(folder_open(&to, derive_path(folder)) == 0);
	err = make_laid(&to, in, &length_us, &progress);
	folder_close(&to);
	close(in);
	return err;
}

/* Pictures that stand long: the one before says how long, or a player drops what comes.
 */
static void test_gaps(void)
{
	int64_t heads, last = -1, length = 0;
	char *text;

	derive_record("gaps.mp4", GAPS, SOUND, 30);
	CHECK(lay("gaps.mp4", "gaps") == 0);
	take("gaps", "video", "gaps_all.mp4", 0, 1000, &heads);
	same_packets("gaps/video.mp4", "gaps_all.mp4", true);
	text = packets("gaps_all.mp4", "v:0", "dts,duration");
	for (char *at = text; *at; at = strchr(at, '\n') + 1) {
		long long dts, duration;

		CHECK(sscanf(at, "%lld,%lld", &dts, &duration) == 2);
		CHECK(last < 0 || llabs(dts - last - length) <= 1);
		last = dts;
		length = duration;
	}
}

/* Pictures that are decoded before the beginning have no time in a fragment: a file
 * without a table is what comes of that, and it is whole. */
static void test_none(void)
{
	char command[900], out[100];

	snprintf(command, sizeof(command),
		 "ffmpeg -nostdin -v error -f lavfi -i '%s' -f lavfi -i '%s' -pix_fmt "
		 "yuv420p -c:v libx264 -preset ultrafast -bf 2 -g 75 -c:a aac -y '%s'",
		 PICTURE, SOUND, derive_path("before.mp4"));
	mp4_run(command, out, sizeof(out));
	CHECK(lay("before.mp4", "before") == 0);
	mp4_decodes(derive_path("before/video.mp4"));
	CHECK(access(derive_path("before/video.index"), F_OK) != 0);
}

int main(void)
{
	if (!mp4_setup() || !derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	test_made();
	test_gaps();
	test_none();
	derive_teardown();
	mp4_teardown();
	return 0;
}
