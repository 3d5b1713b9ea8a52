#include "transport/rtp.h"

#include "base/bytes.h"

#include <assert.h>
#include <errno.h>

#define PROFILE_ONE_BYTE 0xbede
#define PROFILE_TWO_BYTE 0x1000 /* its lower four bits are free */

int rtp_parse(struct rtp_packet *pkt, const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);
	const uint8_t *head = cursor_take(&c, RTP_HEADER_LEN);
	struct rtp_packet v = {0};
	size_t pad = 0;

	if (!head || head[0] >> 6 != 2)
		return -EBADMSG;
	cursor_take(&c, (size_t)4 * (head[0] & 15)); /* CSRCs */
	if (head[0] & 0x10) {
		v.ext_profile = cursor_u16(&c);
		v.ext_len = (size_t)4 * cursor_u16(&c);
		v.ext = cursor_take(&c, v.ext_len);
	}
	if (c.bad)
		return -EBADMSG;

	if (head[0] & 0x20) { /* padding: its last byte counts itself */
		pad = data[len - 1];
		if (pad == 0 || pad > cursor_left(&c))
			return -EBADMSG;
	}
	v.marker = head[1] & 0x80;
	v.pt = head[1] & 0x7f;
	v.seq = rd16(head + 2);
	v.ts = rd32(head + 4);
	v.ssrc = rd32(head + 8);
	v.payload = c.p;
	v.payload_len = cursor_left(&c) - pad;
	*pkt = v;
	return 0;
}

/* Reads the head of the next element. False at the end, or at the reserved id
 * 15 of the one-byte form, after which nothing may be read. */
static bool ext_next(struct cursor *c, bool two_byte, uint8_t *id, size_t *len)
{
	while (cursor_left(c) && *c->p == 0) /* padding between elements */
		cursor_u8(c);
	if (!cursor_left(c))
		return false;
	*id = cursor_u8(c);
	if (two_byte) {
		*len = cursor_u8(c);
		return !c->bad;
	}
	*len = (size_t)(*id & 15) + 1;
	*id >>= 4;
	return *id != 15;
}

bool rtp_ext_find(const struct rtp_packet *pkt, uint8_t id, const uint8_t **data,
		  size_t *len)
{
	bool two_byte = (pkt->ext_profile & 0xfff0) == PROFILE_TWO_BYTE;
	struct cursor c;
	uint8_t at_id;
	size_t at_len;

	if (!pkt->ext || id == 0 || (!two_byte && pkt->ext_profile != PROFILE_ONE_BYTE))
		return false;
	c = cursor_of(pkt->ext, pkt->ext_len);
	while (ext_next(&c, two_byte, &at_id, &at_len)) {
		const uint8_t *at = cursor_take(&c, at_len);

		if (!at)
			return false;
		if (at_id == id) {
			*data = at;
			*len = at_len;
			return true;
		}
	}
	return false;
}

size_t rtp_header_write(uint8_t *out, const struct rtp_packet *pkt,
			const struct rtp_ext *exts, size_t n)
{
	size_t len = RTP_HEADER_LEN;

	out[0] = (uint8_t)(0x80 | (n ? 0x10 : 0));
	out[1] = (uint8_t)((pkt->marker ? 0x80 : 0) | (pkt->pt & 0x7f));
	wr16(out + 2, pkt->seq);
	wr32(out + 4, pkt->ts);
	wr32(out + 8, pkt->ssrc);
	if (n == 0)
		return len;

	len += 4;
	for (size_t i = 0; i < n; i++) {
		assert(exts[i].id >= 1 && exts[i].id <= 14);
		assert(exts[i].len >= 1 && exts[i].len <= 16);
		out[len++] = (uint8_t)(exts[i].id << 4 | (exts[i].len - 1));
		memcpy(out + len, exts[i].data, exts[i].len);
		len += exts[i].len;
	}
	while (len % 4)
		out[len++] = 0;
	wr16(out + RTP_HEADER_LEN, PROFILE_ONE_BYTE);
	wr16(out + RTP_HEADER_LEN + 2, (uint16_t)((len - RTP_HEADER_LEN - 4) / 4));
	return len;
}

int64_t rtp_unwrap16(struct rtp_unwrap *u, uint16_t v)
{
	if (u->started)
		u->last += (int16_t)(uint16_t)(v - (uint16_t)u->last);
	else
		u->last = v;
	u->started = true;
	return u->last;
}

int64_t rtp_unwrap32(struct rtp_unwrap *u, uint32_t v)
{
	if (u->started)
		u->last += (int32_t)(v - (uint32_t)u->last);
	else
		u->last = v;
	u->started = true;
	return u->last;
}
