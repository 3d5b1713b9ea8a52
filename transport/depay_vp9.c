#include "transport/depay_unit.h"

#include "base/bytes.h"

#include <errno.h>

enum {               /* first byte of the descriptor (RFC 9628, 4.2) */
       VP9_I = 0x80, /* picture number */
       VP9_P = 0x40, /* inter-picture predicted */
       VP9_L = 0x20, /* layer indices */
       VP9_F = 0x10, /* flexible mode */
       VP9_B = 0x08, /* a layer frame begins */
       VP9_E = 0x04, /* a layer frame ends */
       VP9_V = 0x02, /* scalability structure */
};

struct descriptor {
	uint8_t flags;
	uint8_t spatial; /* layer, 0: the base */
};

static void skip_structure(struct cursor *c)
{
	uint8_t head = cursor_u8(c);
	unsigned int pictures;

	if (head & 0x10) /* Y: a width and a height for each spatial layer */
		cursor_take(c, (size_t)4 * ((head >> 5) + 1));
	if (!(head & 0x08)) /* G: the pictures of a group */
		return;
	pictures = cursor_u8(c);
	while (pictures-- > 0 && !c->bad)
		cursor_take(c, cursor_u8(c) >> 2 & 3); /* R references each */
}

static void read_descriptor(struct cursor *c, struct descriptor *d)
{
	d->flags = cursor_u8(c);
	d->spatial = 0;
	if (d->flags & VP9_I && cursor_u8(c) & 0x80) /* M: 15 bits */
		cursor_u8(c);
	if (d->flags & VP9_L) {
		d->spatial = cursor_u8(c) >> 1 & 7;
		if (!(d->flags & VP9_F))
			cursor_u8(c); /* TL0PICIDX */
	}
	if (d->flags & VP9_F && d->flags & VP9_P) {
		unsigned int refs = 1; /* at most three, each says if one follows */

		while (cursor_u8(c) & 1 && ++refs <= 3)
			;
		if (refs > 3)
			c->bad = true;
	}
	if (d->flags & VP9_V)
		skip_structure(c);
}

int depay_vp9(struct unit *unit, const struct rtp_packet *pkt, bool gap)
{
	struct cursor c = cursor_of(pkt->payload, pkt->payload_len);
	struct descriptor d;

	read_descriptor(&c, &d);
	if (c.bad || cursor_left(&c) == 0)
		return -EBADMSG;
	/* a unit begins with a base layer frame; further layers follow in it */
	if (unit->len == 0) {
		if (!(d.flags & VP9_B) || d.spatial != 0) {
			unit->broken = true;
			return gap ? 0 : -EBADMSG;
		}
		if (c.p[0] >> 6 != 2) /* frame_marker */
			return -EBADMSG;
		unit->key = !(d.flags & VP9_P);
	}
	return unit_append(unit, c.p, cursor_left(&c));
}
