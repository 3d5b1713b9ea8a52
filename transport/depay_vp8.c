#include "transport/depay_unit.h"

#include "base/bytes.h"

#include <errno.h>

enum { /* first byte of the descriptor (RFC 7741, 4.2) */
       VP8_X = 0x80,
       VP8_S = 0x10,
       VP8_PID = 0x07,
};

#define KEY_HEAD_LEN 10 /* frame tag, start code, sizes */

/* Reads the descriptor. True when the first partition begins in this packet. */
static bool read_descriptor(struct cursor *c)
{
	uint8_t first = cursor_u8(c);
	uint8_t x = first & VP8_X ? cursor_u8(c) : 0;

	if (x & 0x80 && cursor_u8(c) & 0x80) /* I: picture number, M: 15 bits */
		cursor_u8(c);
	if (x & 0x40) /* L: TL0PICIDX */
		cursor_u8(c);
	if (x & 0x30) /* T, K: one byte for both */
		cursor_u8(c);
	return first & VP8_S && !(first & VP8_PID);
}

int depay_vp8(struct unit *unit, const struct rtp_packet *pkt, bool gap)
{
	struct cursor c = cursor_of(pkt->payload, pkt->payload_len);
	bool begins = read_descriptor(&c);

	if (c.bad || cursor_left(&c) == 0)
		return -EBADMSG;
	if (begins != (unit->len == 0)) {
		unit->broken = true;
		return gap ? 0 : -EBADMSG;
	}
	if (begins && !(c.p[0] & 1)) { /* P bit of the frame tag: 0 is a key frame */
		if (cursor_left(&c) < KEY_HEAD_LEN || rd24(c.p + 3) != 0x9d012a)
			return -EBADMSG;
		unit->key = true;
	}
	return unit_append(unit, c.p, cursor_left(&c));
}
