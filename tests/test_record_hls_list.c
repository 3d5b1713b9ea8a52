/* Playlists as they are written, read again, and damaged; fragments of a cut segment. */
#include "plugins/record_hls.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir_name[] = "/tmp/test_hls_list.XXXXXX";
static int dir;

static const char *read_file(const char *name)
{
	static char text[65536];
	int fd = openat(dir, name, O_RDONLY);
	ssize_t n;

	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	CHECK(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static void add(struct hls_list *list, uint32_t ms, uint32_t map, int64_t date_ms,
		bool discontinuity, bool dependent)
{
	const struct hls_segment s = {ms, map, date_ms, discontinuity, dependent};

	CHECK(hls_list_add(list, &s) == 0);
}

static void written_and_read(void)
{
	struct hls_list list = {.segments = NULL}, again = {.segments = NULL};

	add(&list, 4000, 0, INT64_C(951782400123), false, false); /* 29 February 2000 */
	add(&list, 3960, 0, 0, false, false);
	add(&list, 5001, 1, 0, true, false);
	CHECK(hls_list_write(&list, dir) == 0);
	CHECK(strcmp(read_file("index.m3u8"),
		     "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:8\n"
		     "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:0\n"
		     "#EXT-X-PLAYLIST-TYPE:EVENT\n"
		     "#EXT-X-MAP:URI=\"init0.mp4\"\n"
		     "#EXT-X-PROGRAM-DATE-TIME:2000-02-29T00:00:00.123Z\n"
		     "#EXTINF:4.000,\n0.m4s\n#EXTINF:3.960,\n1.m4s\n"
		     "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init1.mp4\"\n"
		     "#EXTINF:5.001,\n2.m4s\n") == 0);
	for (int i = 0; i < 7; i++)
		add(&list, 4000, 1, 0, false, i == 0);
	list.whole = true;
	CHECK(hls_list_write(&list, dir) == 0);
	CHECK(strcmp(read_file("live.m3u8"),
		     "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:8\n"
		     "#EXT-X-MEDIA-SEQUENCE:4\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"
		     "#EXT-X-MAP:URI=\"init1.mp4\"\n"
		     "#EXT-X-PROGRAM-DATE-TIME:2000-02-29T00:00:17.084Z\n"
		     "#EXTINF:4.000,\n4.m4s\n#EXTINF:4.000,\n5.m4s\n#EXTINF:4.000,\n6."
		     "m4s\n"
		     "#EXTINF:4.000,\n7.m4s\n#EXTINF:4.000,\n8.m4s\n#EXTINF:4.000,\n9."
		     "m4s\n"
		     "#EXT-X-ENDLIST\n") == 0);
	CHECK(hls_list_read(&again, dir) == 0);
	CHECK(again.n == list.n && again.whole && hls_list_ms(&again) == 40961);
	for (uint32_t i = 0; i < list.n; i++) {
		const struct hls_segment *a = &list.segments[i], *b = &again.segments[i];

		CHECK(a->duration_ms == b->duration_ms && a->map == b->map &&
		      a->date_ms == b->date_ms && a->discontinuity == b->discontinuity &&
		      a->dependent == b->dependent);
	}
	hls_list_fini(&again);
	hls_list_fini(&list);
	CHECK(unlinkat(dir, "index.m3u8", 0) == 0 && unlinkat(dir, "live.m3u8", 0) == 0);
	CHECK(hls_list_read(&again, dir) == -ENOENT);
}

/* Short ones: three times the target must be left in the window. */
static void window_is_long_enough(void)
{
	struct hls_list list = {.segments = NULL};
	const char *text;
	int n = 0;

	for (int i = 0; i < 30; i++)
		add(&list, 1000, 0, 0, false, false);
	CHECK(hls_list_write(&list, dir) == 0);
	for (text = read_file("live.m3u8"); (text = strstr(text, "EXTINF")); text++)
		n++;
	CHECK(n == 3 * HLS_TARGET_S);
	hls_list_fini(&list);
	unlinkat(dir, "index.m3u8", 0);
	unlinkat(dir, "live.m3u8", 0);
}

#define HEAD "#EXTM3U\n#EXT-X-VERSION:7\n"
#define ONE  HEAD "#EXT-X-MAP:URI=\"init0.mp4\"\n#EXTINF:4.000,\n0.m4s\n"

static void damaged(void)
{
	static const struct {
		const char *text;
		int err;
		uint32_t n;
	} cases[] = {
		{"", -EBADMSG, 0},
		{"#EXTM3", -EBADMSG, 0},
		{"#EXTM3U8\n0.m4s\n", -EBADMSG, 0},
		{HEAD, 0, 0},
		{ONE, 0, 1},
		{ONE "#EXTINF:4.000,\n2.m4s\n", 0, 1}, /* one is missing */
		{ONE "#EXTINF:4.000,\n1.m4s", 0, 1},   /* cut off */
		{ONE "1.m4s\n", 0, 1},                 /* how long? */
		{ONE "#EXTINF:4.0,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:9.000,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:8.499,\n1.m4s\n", 0, 2},
		{ONE "#EXTINF:8.500,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:-.000,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF: 1.00,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:0.000,\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:4.000,x\n1.m4s\n", 0, 1},
		{ONE "#EXTINF:4.000,\n../1.m4s\n", 0, 1},
		{ONE "#EXTINF:4.000,\n/1.m4s\n", 0, 1},
		{ONE "#EXTINF:4.000,\n4294967297.m4s\n", 0, 1},
		{ONE "#EXTINF:4.000,\n99999999999999999999.m4s\n", 0, 1},
		{ONE "#EXT-X-MAP:URI=\"init9.mp4\"\n#EXTINF:4.000,\n1.m4s\n", 0, 1},
		{ONE "#EXT-X-MAP:URI=\"initx.mp4\"\n#EXTINF:4.000,\n1.m4s\n", 0, 1},
		{ONE "#EXT-X-MAP:URI=\"init1.mp4\"\n#EXTINF:4.000,\n1.m4s\n", 0, 2},
		{ONE "#EXT-X-PROGRAM-DATE-TIME:2026-13-01T00:00:00.000Z\n"
		     "#EXTINF:4.000,\n1.m4s\n",
		 0, 1},
		{ONE "#EXT-X-PROGRAM-DATE-TIME:2026-12-01T00:00:00Z\n"
		     "#EXTINF:4.000,\n1.m4s\n",
		 0, 1},
		{ONE "#EXT-X-NEW-TAG:1\n\n#EXTINF:4.000,\n1.m4s\n", 0, 2},
		{ONE "#EXT-X-ENDLIST\n#EXTINF:4.000,\n1.m4s\n", 0, 1},
	};
	char lines[400] = ONE "#";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hls_list list = {.segments = NULL};
		int err = hls_list_parse(&list, cases[i].text, strlen(cases[i].text));

		if (err != cases[i].err || list.n != cases[i].n)
			fprintf(stderr, "case %zu: %d, %u segments\n", i, err, list.n);
		CHECK(err == cases[i].err && list.n == cases[i].n);
		hls_list_fini(&list);
	}
	memset(lines + strlen(lines), 'x', 250);
	strcat(lines, "\n#EXTINF:4.000,\n1.m4s\n");
	{
		struct hls_list list = {.segments = NULL};

		CHECK(hls_list_parse(&list, lines, strlen(lines)) == 0 && list.n == 1);
		hls_list_fini(&list);
	}
}

static void fragments(void)
{
	static const uint8_t whole[] = "\0\0\0\x0cstypmsdh"
				       "\0\0\0\x08moof\0\0\0\x0amdatxx"
				       "\0\0\0\x08moof\0\0\0\x08mdat";
	uint8_t data[sizeof(whole)];
	size_t ends[8], len = sizeof(whole) - 1;

	memcpy(data, whole, sizeof(whole));
	CHECK(hls_fragments(data, len, ends, 8) == 2 && ends[0] == 30 && ends[1] == len);
	CHECK(hls_fragments(data, len, ends, 1) == 1 && ends[0] == 30);
	for (size_t i = 0; i < len; i++)
		CHECK(hls_fragments(data, i, ends, 8) == (i >= 30));
	data[15] = 7; /* smaller than its head */
	CHECK(hls_fragments(data, len, ends, 8) == 0);
	data[15] = 255; /* larger than the file */
	CHECK(hls_fragments(data, len, ends, 8) == 0);
	memcpy(data, whole, sizeof(whole));
	data[16] = 'x'; /* something else */
	CHECK(hls_fragments(data, len, ends, 8) == 0);
	memcpy(data, whole, sizeof(whole));
	memcpy(data + 34, "mdat", 4); /* two of a kind */
	CHECK(hls_fragments(data, len, ends, 8) == 1);
}

static void too_many(void)
{
	const struct hls_segment s = {.duration_ms = 1};
	struct hls_list list = {.segments = NULL};

	for (int i = 0; i < HLS_SEGMENTS; i++)
		CHECK(hls_list_add(&list, &s) == 0);
	CHECK(hls_list_add(&list, &s) == -EFBIG);
	hls_list_fini(&list);
}

int main(void)
{
	CHECK(mkdtemp(dir_name));
	dir = open(dir_name, O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	written_and_read();
	window_is_long_enough();
	damaged();
	fragments();
	too_many();
	close(dir);
	CHECK(rmdir(dir_name) == 0);
	return 0;
}
