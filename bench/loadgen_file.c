#include "bench/loadgen_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FPS      15
#define IVF_HEAD 32

int lg_file_open(struct lg_file *file, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t size = 1 << 20, n;
	int err = 0;

	*file = (struct lg_file){0};
	if (!f)
		return -errno;
	for (;;) {
		uint8_t *grown = realloc(file->data, size);

		if (!grown || size > LG_FILE_MAX) {
			err = grown ? -EFBIG : -ENOMEM;
			file->data = grown ? grown : file->data;
			break;
		}
		file->data = grown;
		n = fread(file->data + file->len, 1, size - file->len, f);
		file->len += n;
		if (file->len < size)
			break;
		size *= 2;
	}
	fclose(f);
	if (err)
		lg_file_close(file);
	return err;
}

void lg_file_close(struct lg_file *file)
{
	free(file->data);
	*file = (struct lg_file){0};
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_ivf(const struct lg_file *f)
{
	return f->len >= IVF_HEAD && memcmp(f->data, "DKIF", 4) == 0;
}

uint32_t lg_file_fps(const struct lg_file *f)
{
	uint32_t rate, scale;

	if (!is_ivf(f))
		return FPS;
	rate = le32(f->data + 16);
	scale = le32(f->data + 20);
	return scale && rate / scale >= 1 && rate / scale <= 60 ? rate / scale : FPS;
}

static bool next_ivf(struct lg_file *f, const uint8_t **data, size_t *len)
{
	if (!is_ivf(f))
		return false;
	if (f->at == 0)
		f->at = IVF_HEAD;
	if (f->len - f->at < 12)
		return false;
	*len = le32(f->data + f->at);
	*data = f->data + f->at + 12;
	if (*len > f->len - f->at - 12)
		return false;
	f->at += 12 + *len;
	return true;
}

/* Where the next start code begins, from `at` on; the length of all without one. */
static size_t start_code(const struct lg_file *f, size_t at)
{
	for (; at + 3 < f->len; at++)
		if (!f->data[at] && !f->data[at + 1] && f->data[at + 2] == 1)
			return at && !f->data[at - 1] ? at - 1 : at;
	return f->len;
}

/* Whether the unit behind this start code is the first of a picture, or belongs
 * before one (7.4.1.2.3). */
static bool begins(const struct lg_file *f, size_t at, bool *slice)
{
	uint8_t type;

	at += f->data[at + 2] == 1 ? 3 : 4;
	type = at < f->len ? f->data[at] & 31 : 0;
	*slice = type == 1 || type == 5;
	if (*slice) /* first_mb_in_slice is 0 */
		return at + 1 < f->len && f->data[at + 1] & 0x80;
	return type >= 6 && type <= 9;
}

static bool next_annexb(struct lg_file *f, const uint8_t **data, size_t *len)
{
	size_t from = start_code(f, f->at), at = from;
	bool any = false, slice;

	while (at < f->len) {
		bool first = begins(f, at, &slice);

		if (any && first)
			break;
		any |= slice;
		at = start_code(f, at + 4);
	}
	*data = f->data + from;
	*len = at - from;
	f->at = at;
	return any;
}

bool lg_file_frame(struct lg_file *f, enum codec codec, const uint8_t **data, size_t *len)
{
	return codec == CODEC_VP8 ? next_ivf(f, data, len) : next_annexb(f, data, len);
}

int lg_file_wav(struct lg_file *f, const int16_t **pcm, uint32_t *n)
{
	size_t at = 12;
	bool right = false;

	if (f->len < 12 || memcmp(f->data, "RIFF", 4) != 0 ||
	    memcmp(f->data + 8, "WAVE", 4) != 0)
		return -EBADMSG;
	while (f->len - at >= 8) {
		const uint8_t *chunk = f->data + at;
		size_t size = le32(chunk + 4);

		at += 8;
		if (size > f->len - at)
			size = f->len - at;
		if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16)
			right = le32(chunk + 8) == (1 | 1 << 16) &&
				le32(chunk + 12) == 48000 && chunk[22] == 16;
		if (memcmp(chunk, "data", 4) == 0 && right && size >= 1920) {
			/* chunks are even, and malloc() aligned the begin */
			*pcm = (const int16_t *)(const void *)(f->data + at);
			*n = (uint32_t)(size / 2);
			return 0;
		}
		at += size + (size & 1);
		if (at > f->len)
			break;
	}
	return -EBADMSG;
}
