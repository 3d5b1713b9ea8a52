#include "slides/sniff.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t le24(const uint8_t *p)
{
	return (uint32_t)p[2] << 16 | le16(p);
}

static bool is(const uint8_t *data, size_t len, size_t at, const char *text, size_t n)
{
	return len >= at + n && memcmp(data + at, text, n) == 0;
}

static int size(struct sniffed *out, enum sniff_kind kind, uint32_t w, uint32_t h)
{
	if (!w || !h)
		return -EBADMSG;
	*out = (struct sniffed){kind, w, h};
	return 0;
}

/* The first chunk is the header. */
static int png(struct sniffed *out, const uint8_t *data, size_t len)
{
	if (len < 24 || be32(data + 8) != 13 || !is(data, len, 12, "IHDR", 4))
		return -EBADMSG;
	return size(out, SNIFF_PNG, be32(data + 16), be32(data + 20));
}

static bool is_frame(uint8_t marker) /* SOF0 to SOF15 without DHT, JPG and DAC */
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* From segment to segment up to the frame header. */
static int jpeg(struct sniffed *out, const uint8_t *data, size_t len)
{
	size_t at = 2, n;

	while (len >= at + 4 && data[at] == 0xff) {
		uint8_t marker = data[at + 1];

		if (marker == 0xff) { /* filling */
			at++;
			continue;
		}
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd9))
			return -EBADMSG; /* none of these comes before the frame */
		n = be16(data + at + 2);
		if (n < 2)
			return -EBADMSG;
		if (is_frame(marker)) {
			if (n < 8 || len < at + 9)
				return -EBADMSG;
			return size(out, SNIFF_JPEG, be16(data + at + 7),
				    be16(data + at + 5));
		}
		at += 2 + n;
	}
	return -EBADMSG;
}

static int webp(struct sniffed *out, const uint8_t *data, size_t len)
{
	if (is(data, len, 12, "VP8X", 4) && len >= 30)
		return size(out, SNIFF_WEBP, le24(data + 24) + 1, le24(data + 27) + 1);
	if (is(data, len, 12, "VP8L", 4) && len >= 25 && data[20] == 0x2f) {
		uint32_t bits = le24(data + 21) | (uint32_t)data[24] << 24;

		return size(out, SNIFF_WEBP, (bits & 0x3fff) + 1,
			    (bits >> 14 & 0x3fff) + 1);
	}
	if (is(data, len, 12, "VP8 ", 4) && len >= 30 && data[23] == 0x9d &&
	    data[24] == 0x01 && data[25] == 0x2a)
		return size(out, SNIFF_WEBP, le16(data + 26) & 0x3fff,
			    le16(data + 28) & 0x3fff);
	return -EBADMSG;
}

int sniff_kind(enum sniff_kind *out, const uint8_t *data, size_t len)
{
	if (is(data, len, 0, "\x89PNG\r\n\x1a\n", 8))
		*out = SNIFF_PNG;
	else if (is(data, len, 0, "\xff\xd8\xff", 3))
		*out = SNIFF_JPEG;
	else if (is(data, len, 0, "RIFF", 4) && is(data, len, 8, "WEBP", 4))
		*out = SNIFF_WEBP;
	/* readers look for it in the first kilobyte; files of real programs begin so */
	else if (is(data, len, 0, "%PDF-", 5))
		*out = SNIFF_PDF;
	else if (is(data, len, 4, "ftyp", 4) || is(data, len, 0, "\x1a\x45\xdf\xa3", 4) ||
		 is(data, len, 0, "OggS", 4))
		*out = SNIFF_CLIP;
	else
		return -ENOTSUP;
	return 0;
}

int sniff(struct sniffed *out, const uint8_t *data, size_t len)
{
	enum sniff_kind kind;
	int err = sniff_kind(&kind, data, len);

	if (err)
		return err;
	switch (kind) {
	case SNIFF_PNG:
		return png(out, data, len);
	case SNIFF_JPEG:
		return jpeg(out, data, len);
	case SNIFF_WEBP:
		return webp(out, data, len);
	case SNIFF_PDF:
	case SNIFF_CLIP:
		*out = (struct sniffed){kind, 0, 0};
		return 0;
	}
	return -ENOTSUP;
}
