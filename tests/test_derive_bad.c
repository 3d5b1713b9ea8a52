/* Recordings that were damaged: an error or a result, soon, and never a crash. */
#include "derive/make.h"
#include "derive/trim.h"

#include <errno.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/clip_files.h"
#include "tests/derive_rig.h"
#include "tests/test.h"

#define DAMAGED 40

static struct folder folder;
static struct progress progress;
static uint32_t state = 1;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void clear(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", derive_path("out"));
	CHECK(system(command) == 0);
}

static int make(const void *data, size_t len)
{
	struct make_result result;
	int fd, err;

	clear();
	derive_put("bad.mp4", data, len);
	fd = derive_open("bad.mp4");
	err = make_all(&result, &folder, fd, -1, &progress);
	close(fd);
	return err;
}

static void cut(void)
{
	struct trim range = {1000, 4000};
	int fd = derive_open("bad.mp4");
	int err = trim(&folder, "cut.mp4", fd, &range, &progress);

	CHECK(err <= 0);
	/* whole or not at all */
	CHECK(folder_has(&folder, "cut.mp4") == !err);
	CHECK(!folder_has(&folder, "cut.mp4.part"));
	close(fd);
}

static void test_truncated(const char *data, size_t len)
{
	for (int i = 1; i < 12; i++) {
		int err = make(data, len * (size_t)i / 12);

		if (!err)
			fprintf(stderr, "%d twelfths are taken for all\n", i);
		CHECK(err);
		cut();
	}
	CHECK(make(data, 1) && make("", 0) == -EBADMSG);
	CHECK(make(data, len) == 0);
}

static size_t index_len(const char *data)
{
	const unsigned char *at = (const unsigned char *)data;
	size_t ftyp = (size_t)at[2] << 8 | at[3];

	at += ftyp;
	CHECK(memcmp(at + 4, "moov", 4) == 0);
	return ftyp + ((size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]);
}

/* Half of them in the index alone: that is where lengths and numbers are. */
static void test_damaged(const char *data, size_t len)
{
	size_t head = index_len(data);
	char *bad = malloc(len);
	int fine = 0;

	for (int i = 0; i < DAMAGED; i++) {
		memcpy(bad, data, len);
		for (uint32_t n = 1 + next() % 12; n > 0; n--)
			bad[next() % (i % 2 ? len : head)] = (char)next();
		fine += make(bad, len) == 0;
		cut();
	}
	fprintf(stderr, "%d of %d could still be used\n", fine, DAMAGED);
	CHECK(fine < DAMAGED);
	free(bad);
}

static void put32(char *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(v >> (24 - 8 * i));
}

static char *find(char *data, size_t len, const char *what)
{
	char *at = memmem(data, len, what, 4);

	CHECK(at);
	return at;
}

static void test_limits(const char *data, size_t len)
{
	char *bad = malloc(len), *at;
	int err;

	/* mvhd of version 0: times, scale, and how long: months */
	memcpy(bad, data, len);
	at = find(bad, len, "mvhd");
	put32(at + 20, 0x7fffffff);
	err = make(bad, len);
	CHECK(err == -EOVERFLOW || err == 0); /* libavformat asks the tracks, too */
	/* avc1: 6 reserved, an index, 16 reserved, width and height */
	memcpy(bad, data, len);
	at = find(bad, len, "avc1"); /* may also stand among the brands */
	if ((size_t)(at - bad) < 64)
		at = find(at + 4, len - (size_t)(at + 4 - bad), "avc1");
	put32(at + 28, 0xfff0fff0);
	CHECK(make(bad, len) == -EFBIG);
	/* a million samples in stsz */
	memcpy(bad, data, len);
	at = find(bad, len, "stsz");
	put32(at + 12, 0x7fffffff);
	CHECK(make(bad, len) < 0);
	free(bad);
}

static void test_others(void)
{
	size_t len;
	char *data;

	clip_with(derive_path("other.mp4"), "-f lavfi -i testsrc2=s=64x64:r=5:d=2 "
					    "-c:v mpeg4");
	data = derive_read("other.mp4", &len);
	CHECK(make(data, len) == -ENOTSUP);
	free(data);
	clip_with(derive_path("other.webm"),
		  "-f lavfi -i sine=d=2 -ac 1 -ar 48000 -c:a libopus");
	data = derive_read("other.webm", &len);
	CHECK(make(data, len) < 0);
	free(data);
	/* sound alone, pictures alone */
	clip_with(derive_path("sound.mp4"), "-f lavfi -i sine=d=5 -ac 1 -ar 48000 "
					    "-c:a aac -movflags +faststart");
	data = derive_read("sound.mp4", &len);
	CHECK(make(data, len) == 0 && folder_has(&folder, "sound.m4a") &&
	      !folder_has(&folder, "video.mp4"));
	free(data);
	clip_with(derive_path("mute.mp4"), "-f lavfi -i testsrc2=s=320x180:r=15:d=4 "
					   "-pix_fmt yuv420p -c:v libx264 -bf 0");
	data = derive_read("mute.mp4", &len);
	CHECK(make(data, len) == 0 && folder_has(&folder, "video.mp4") &&
	      !folder_has(&folder, "sound.m4a"));
	free(data);
}

int main(void)
{
	char *data;
	size_t len;

	if (!derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	progress_init(&progress, -1);
	CHECK(mkdir(derive_path("out"), 0700) == 0);
	CHECK(folder_open(&folder, derive_path("out")) == 0);
	derive_record("in.mp4", "testsrc2=s=128x72:r=15:d=20",
		      "sine=f=500:r=48000:d=20,volume=0.3", 30);
	data = derive_read("in.mp4", &len);
	test_truncated(data, len);
	test_limits(data, len);
	test_damaged(data, len);
	test_others();
	free(data);
	folder_close(&folder);
	derive_teardown();
	return 0;
}
