#include "transport/keystart.h"

#include "base/bytes.h"

enum { NAL_SPS = 7, NAL_STAP_A = 24 };

/* An IDR slice alone tells nothing: a picture may have several, and an earlier
 * one may be what is missing. */
static bool h264(const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	uint8_t type = cursor_u8(&c) & 31;

	if (type != NAL_STAP_A)
		return !c.bad && type == NAL_SPS;
	while (!c.bad && cursor_left(&c)) { /* RFC 6184 5.7.1 */
		const uint8_t *nal;
		size_t n = cursor_u16(&c);

		nal = cursor_take(&c, n);
		if (nal && n && (*nal & 31) == NAL_SPS)
			return true;
	}
	return false;
}

/* RFC 7741 4.2: descriptor, then the first byte of the frame. */
static bool vp8(const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	uint8_t first = cursor_u8(&c), ext = 0;
	uint8_t frame;

	if (!(first & 0x10) || first & 7) /* not the start of partition 0 */
		return false;
	if (first & 0x80)
		ext = cursor_u8(&c);
	if (ext & 0x80 && cursor_u8(&c) & 0x80) /* picture id, 7 or 15 bits */
		cursor_u8(&c);
	if (ext & 0x40)
		cursor_u8(&c);
	if (ext & 0x30)
		cursor_u8(&c);
	frame = cursor_u8(&c);
	return !c.bad && !(frame & 1);
}

/* RFC 9628 4.2: B set, P not set, on the lowest spatial layer. */
static bool vp9(const uint8_t *p, size_t len)
{
	struct cursor c = cursor_of(p, len);
	uint8_t first = cursor_u8(&c);

	if (c.bad || first & 0x40 || !(first & 0x08))
		return false;
	if (first & 0x80 && cursor_u8(&c) & 0x80)
		cursor_u8(&c);
	if (first & 0x20 && cursor_u8(&c) & 0x0e)
		return false;
	return !c.bad;
}

bool keystart(enum codec codec, const uint8_t *payload, size_t len)
{
	switch (codec) {
	case CODEC_H264:
		return h264(payload, len);
	case CODEC_VP8:
		return vp8(payload, len);
	case CODEC_VP9:
		return vp9(payload, len);
	default:
		return false;
	}
}
