/* A part of the MP4 recorder, damaged: the input is a list of edits (two bytes
 * where, one byte what), its first two bytes say where the part is cut off.
 * finish() must come back, with a file or with an error. Inputs of less than 62
 * bytes are passed over: each run makes a film.
 */
#include "plugins/aula_plugin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PART_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t whole[PART_MAX];
static size_t whole_len;

static void must(int cond)
{
	if (!cond)
		abort();
}

static void write_one(void *self, uint32_t track, int64_t pts_us)
{
	static const uint8_t slice[] = {0, 0, 0, 1, 0x65, 0x88, 0x84,
					1, 2, 3, 4, 5,    6,    7};
	static const uint8_t opus[] = {0x08, 1, 2, 3, 4, 5, 6, 7}; /* 20 ms, SILK */
	struct aula_packet p = {.size = sizeof(p),
				.track = track,
				.flags = AULA_PACKET_KEY,
				.pts_us = pts_us,
				.duration_us = track ? 20000 : 100000,
				.data = track ? opus : slice,
				.len = track ? sizeof(opus) : sizeof(slice)};

	must(aula_plugin_entry.recorder->write(self, &p) == 0);
}

/* One second in two fragments. */
static void make_whole(const char *path)
{
	static const uint8_t sets[] = {0,    0,    0,    1,    0x67, 0x42, 0xc0,
				       0x0a, 0xda, 0x0f, 0x0a, 0x69, 0xa8, 0x10,
				       0x10, 0x10, 0x3c, 0x58, 0xba, 0x80, 0,
				       0,    0,    1,    0x68, 0xce, 0x3c, 0x80};
	static const uint8_t head[19] = "OpusHead\1\1\0\0\x80\xbb";
	struct aula_track video = {.size = sizeof(video),
				   .kind = AULA_TRACK_VIDEO,
				   .codec = "h264",
				   .w_px = 64,
				   .h_px = 36,
				   .config = sets,
				   .config_len = sizeof(sets)};
	struct aula_track sound = {.size = sizeof(sound),
				   .kind = AULA_TRACK_AUDIO,
				   .codec = "opus",
				   .rate_hz = 48000,
				   .n_channels = 1,
				   .config = head,
				   .config_len = sizeof(head)};
	const struct aula_track *tracks[] = {&video, &sound};
	void *self;
	FILE *f;

	must(aula_plugin_entry.recorder->open(&self, path, tracks, 2) == 0);
	for (int64_t t = 0; t < 1000000; t += 20000) {
		if (t % 100000 == 0)
			write_one(self, 0, t);
		write_one(self, 1, t);
	}
	must(aula_plugin_entry.recorder->close(self) == 0);
	f = fopen(path, "rb");
	must(f != NULL);
	whole_len = fread(whole, 1, sizeof(whole), f);
	fclose(f);
	must(whole_len > 1000 && whole_len < sizeof(whole));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aula_finished info = {.size = sizeof(info)};
	char part[64], path[64];
	uint8_t *bytes;
	size_t len;
	FILE *f;
	int err;

	if (size < 62)
		return 0;
	snprintf(part, sizeof(part), "/tmp/fuzz_mp4.%d.part", (int)getpid());
	snprintf(path, sizeof(path), "/tmp/fuzz_mp4.%d.mp4", (int)getpid());
	if (!whole_len)
		make_whole(part);

	bytes = malloc(whole_len);
	must(bytes != NULL);
	memcpy(bytes, whole, whole_len);
	len = data[0] & 1 ? whole_len : (size_t)(data[0] << 8 | data[1]) % whole_len;
	/* a few edits each time: with many nothing gets past the head */
	for (size_t i = 2; i + 3 <= size && i < 3u + data[1] % 24; i += 3)
		bytes[(size_t)(data[i] << 8 | data[i + 1]) % whole_len] = data[i + 2];
	f = fopen(part, "wb");
	must(f && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
	free(bytes);

	err = aula_plugin_entry.recorder->finish(part, path, &info);
	must(err <= 0 && err > -4096);
	must((err == 0) == (unlink(path) == 0));
	must(err != 0 || info.bytes > 0);
	unlink(part);
	return 0;
}
