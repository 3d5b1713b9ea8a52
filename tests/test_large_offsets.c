/* Files of more than 4 GB: what says where something lies does so with 64 bits, in the
 * index of an MP4, in the head of its media, and in the table of its pieces. The media is
 * one byte again and again, which this test's write() leaves a hole for.
 */
#undef _FORTIFY_SOURCE /* its inline pread() would stand in the way */
#include "derive/folder.h"
#include "derive/mux.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <linux/falloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/thread.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#define PACKET  (16 << 20)
#define MEDIA   0x55
#define LEAST   4096 /* bytes that are worth a hole */
#define FOUR_GB (INT64_C(1) << 32)

static char dir[] = "/tmp/test_large.XXXXXX";

/* Of each file that is written here: which pages have more than a hole. What they lack is
 * neither written nor read: the system would keep 4 GB of zeros in memory. */
#define SPAN (2 * FOUR_GB / LEAST)

static struct {
	ino_t file;
	uint8_t pages[SPAN];
} known[8];

static uint8_t *pages_of(int fd, bool make, int64_t *size)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	*size = st.st_size;
	for (int i = 0; i < 8; i++) {
		if (make && !known[i].file)
			known[i].file = st.st_ino;
		if (known[i].file == st.st_ino)
			return known[i].pages;
	}
	CHECK(!make);
	return NULL;
}

static void forget(void)
{
	memset(known, 0, sizeof(known));
}

static size_t n_pages(off_t at, size_t len)
{
	return (size_t)((at + (off_t)len - 1) / LEAST + 1 - at / LEAST);
}

static bool is_hole(const uint8_t *data, size_t len)
{
	return len >= LEAST && (*data == MEDIA || !*data) &&
	       memcmp(data, data + 1, len - 1) == 0;
}

/* In the place of the C library's, for plugins, too. */
#pragma GCC visibility push(default)
ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	int64_t size;
	uint8_t *pages = pages_of(fd, true, &size) + at / LEAST;

	if (!is_hole(data, len)) {
		memset(pages, 1, n_pages(at, len));
		return syscall(SYS_pwrite64, fd, data, len, at);
	}
	if (memchr(pages, 1, n_pages(at, len)))
		CHECK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
				(off_t)len) == 0);
	/* pages at both ends may have something of others */
	if (at + (off_t)len > size)
		CHECK(ftruncate(fd, at + (off_t)len) == 0);
	return (ssize_t)len;
}

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
	int64_t size;
	const uint8_t *pages = pages_of(fd, false, &size);

	if (!pages || at >= size || len == 0 ||
	    memchr(pages + at / LEAST, 1, n_pages(at, len)))
		return syscall(SYS_pread64, fd, data, len, at);
	if ((int64_t)len > size - at)
		len = (size_t)(size - at);
	memset(data, 0, len);
	return (ssize_t)len;
}
#pragma GCC visibility pop

static const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* ---- made ------------------------------------------------------------------------- */

static void like_aac(AVFormatContext *from)
{
	static const uint8_t config[2] = {0x11, 0x90}; /* AAC LC, 48 kHz, two channels */
	AVStream *st = avformat_new_stream(from, NULL);

	st->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
	st->codecpar->codec_id = AV_CODEC_ID_AAC;
	st->codecpar->sample_rate = 48000;
	st->codecpar->frame_size = 1024;
	av_channel_layout_default(&st->codecpar->ch_layout, 2);
	st->codecpar->extradata = av_mallocz(2 + AV_INPUT_BUFFER_PADDING_SIZE);
	memcpy(st->codecpar->extradata, config, 2);
	st->codecpar->extradata_size = 2;
	st->time_base = (AVRational){1, 48000};
}

/* So many bytes of media, five seconds in each packet: two are a piece. How many. */
static int make(const struct folder *folder, int64_t bytes)
{
	AVFormatContext *from = avformat_alloc_context();
	AVPacket *packet = av_packet_alloc();
	uint8_t *media = av_malloc(PACKET + AV_INPUT_BUFFER_PADDING_SIZE);
	AVBufferRef *buffer;
	struct mux mux;
	AVStream *to;
	int n = 0;

	CHECK(from && packet && media);
	memset(media, MEDIA, PACKET);
	buffer = av_buffer_create(media, PACKET, NULL, NULL, 0);
	like_aac(from);
	CHECK(mux_open(&mux, folder, "large.mp4", "mp4") == 0);
	to = mux_like(&mux, from->streams[0]);
	CHECK(to);
	mux_pieces(&mux, "large.index");
	CHECK(mux_start(&mux) == 0);
	for (; bytes > 0; n++) {
		packet->buf = av_buffer_ref(buffer);
		packet->data = media;
		packet->size = bytes < PACKET ? (int)bytes : PACKET;
		packet->pts = packet->dts = INT64_C(240000) * n;
		packet->duration = 240000;
		packet->flags = AV_PKT_FLAG_KEY;
		bytes -= packet->size;
		CHECK(mux_write(&mux, packet, from->streams[0], to) == 0);
	}
	CHECK(mux_commit(&mux) == 0);
	av_buffer_unref(&buffer);
	av_packet_free(&packet);
	avformat_free_context(from);
	return n;
}

/* ---- looked at -------------------------------------------------------------------- */

static uint64_t big(const uint8_t *at, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | at[i];
	return v;
}

static bool is(const uint8_t *at, const char *kind)
{
	return memcmp(at + 4, kind, 4) == 0;
}

/* Where the samples lie, as every player reads it. */
static AVFormatContext *open_file(void)
{
	AVFormatContext *file = NULL;

	CHECK(avformat_open_input(&file, path_of("large.mp4"), NULL, NULL) == 0);
	CHECK(file->nb_streams == 1);
	return file;
}

/* The boxes fill the file, the media one with a size of 64 bits. */
static void check_boxes(int fd, int64_t size)
{
	uint8_t head[16];
	int64_t at = 0, len;
	bool media = false;

	for (; at < size; at += len) {
		CHECK(pread(fd, head, 16, at) == 16);
		len = (int64_t)big(head, 4);
		if (len == 1)
			len = (int64_t)big(head + 8, 8);
		CHECK(len >= 8 && len <= size - at);
		if (is(head, "mdat")) {
			media = true;
			CHECK(big(head, 4) == 1 && len > FOUR_GB);
		}
	}
	CHECK(media && at == size);
}

/* One of a piece: `moof`, `mdat`, and in that the sample that the index knows. */
static int64_t check_run(int fd, int64_t at, const AVIndexEntry *entry)
{
	uint8_t head[16];
	int64_t moof, mdat;

	CHECK(pread(fd, head, 8, at) == 8 && is(head, "moof"));
	moof = (int64_t)big(head, 4);
	CHECK(moof > 8 && moof < 1000);
	CHECK(pread(fd, head, 8, at + moof) == 8 && is(head, "mdat"));
	mdat = (int64_t)big(head, 4);
	CHECK(entry->pos == at + moof + 8 && entry->size == mdat - 8);
	return at + moof + mdat;
}

static int64_t number(const uint8_t *text, size_t *at)
{
	int64_t v = 0;

	for (int shift = 0;; shift += 7) {
		uint8_t c = text[(*at)++];

		CHECK(shift < 49);
		v |= (int64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
	}
}

static void check_table(int fd, int64_t size, AVStream *st, int n)
{
	static uint8_t text[65536];
	int table = open(path_of("large.index"), O_RDONLY);
	ssize_t len = read(table, text, sizeof(text));
	int64_t map, next, pieces, ms = 0;
	size_t at = 4;
	int i = 0;

	CHECK(len > 8 && memcmp(text, "AIX1", 4) == 0);
	close(table);
	map = number(text, &at);
	next = number(text, &at);
	pieces = number(text, &at);
	at += (size_t)map;
	CHECK(pieces == (n + 1) / 2);
	for (int64_t piece = 0; piece < pieces; piece++) {
		int64_t end;

		ms += number(text, &at);
		end = next + number(text, &at);
		for (; next < end; i++)
			next = check_run(fd, next, avformat_index_get_entry(st, i));
		CHECK(next == end);
	}
	CHECK(at == (size_t)len && next == size && i == n && ms == n * INT64_C(5000));
}

static void large(int64_t bytes)
{
	struct folder folder;
	AVFormatContext *file;
	struct stat st;
	int fd, n;

	CHECK(folder_open(&folder, dir) == 0);
	n = make(&folder, bytes);
	fd = open(path_of("large.mp4"), O_RDONLY);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > FOUR_GB);
	CHECK(st.st_blocks * 512 < FOUR_GB / 8); /* holes */
	check_boxes(fd, st.st_size);
	file = open_file();
	CHECK(avformat_index_get_entries_count(file->streams[0]) == n);
	check_table(fd, st.st_size, file->streams[0], n);
	avformat_close_input(&file);
	close(fd);
	folder_close(&folder);
	forget();
}

/* ---- recorded -----------------------------------------------------------------------
 */

static void record(const struct aula_recorder_ops *ops, const char *part, int n)
{
	static const uint8_t sets[] = {0,    0,    0,    1,    0x67, 0x42, 0xc0,
				       0x0d, 0xda, 0x05, 0x07, 0xe8, 0x40, 0,
				       0,    0,    1,    0x68, 0xce, 0x3c, 0x80};
	static const uint8_t head[] = {0, 0, 0, 1, 0x65};
	const struct aula_track video = {.size = sizeof(video),
					 .kind = AULA_TRACK_VIDEO,
					 .codec = "h264",
					 .w_px = 320,
					 .h_px = 180,
					 .config = sets,
					 .config_len = sizeof(sets)};
	const struct aula_track *const tracks[] = {&video};
	uint8_t *media = malloc(PACKET);
	void *self;

	CHECK(media);
	memset(media, MEDIA, PACKET);
	memcpy(media, head, sizeof(head));
	CHECK(ops->open(&self, part, tracks, 1) == 0);
	for (int i = 0; i < n; i++) {
		const struct aula_packet packet = {.size = sizeof(packet),
						   .flags = AULA_PACKET_KEY,
						   .pts_us = i * INT64_C(1000000),
						   .duration_us = 1000000,
						   .data = media,
						   .len = PACKET};

		CHECK(ops->write(self, &packet) == 0);
	}
	CHECK(ops->close(self) == 0);
	free(media);
}

/* Each sample is where the index says: its NAL unit has the bytes that are there. */
static void recorded(void)
{
	static const struct aula_recorder_ops *ops; /* nobody unloads it */
	struct aula_finished info = {.size = sizeof(info)};
	int n = (int)(FOUR_GB / PACKET) + 3, fd;
	char part[100];
	AVFormatContext *file;
	struct stat st;

	ops = mp4_load("record_mp4", "mp4");
	snprintf(part, sizeof(part), "%s", path_of("large.part.mp4"));
	record(ops, part, n);
	CHECK(stat(part, &st) == 0 && st.st_size > FOUR_GB);
	CHECK(ops->finish(part, path_of("large.mp4"), &info) == 0);
	CHECK((int64_t)info.bytes > FOUR_GB);
	CHECK(info.duration_us > (n - 1) * INT64_C(1000000));
	fd = open(path_of("large.mp4"), O_RDONLY);
	CHECK(fd >= 0);
	check_boxes(fd, (int64_t)info.bytes);
	file = open_file();
	CHECK(avformat_index_get_entries_count(file->streams[0]) == n);
	for (int i = 0; i < n; i++) {
		const AVIndexEntry *entry = avformat_index_get_entry(file->streams[0], i);
		uint8_t head[5];

		CHECK(pread(fd, head, 5, entry->pos) == 5 && head[4] == 0x65);
		CHECK(entry->size == PACKET && (int64_t)big(head, 4) == entry->size - 4);
	}
	avformat_close_input(&file);
	close(fd);
}

static bool has_holes(void)
{
	int fd = open(path_of("hole"), O_RDWR | O_CREAT, 0600);
	bool has = fd >= 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
					4096) == 0;

	close(fd);
	return has;
}

int main(void)
{
	char cmd[100];

	av_log_set_level(AV_LOG_QUIET);
	thread_enter(&on_ctl); /* plugins are loaded there */
	thread_claim(&on_ctl);
	CHECK(mkdtemp(dir));
	if (has_holes()) {
		large(FOUR_GB + 3 * PACKET + 5);
		/* with what was written between the runs it is more, without it less */
		large(FOUR_GB - 100);
		recorded();
	}
	snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	CHECK(system(cmd) == 0);
	return 0;
}
