/* Payloads of AV1 (AOM, "RTP Payload Format For AV1" 1.0, section 4): OBUs without
 * their size fields, in as few packets as possible, all equally long but the last. */
#include "transport/blob_pen.h"

#include "base/bytes.h"

#include <stdbool.h>

#define ELEMENTS 3 /* of one packet: as many as the header can count */

#define Z_CONTINUES 0x80 /* the first element began in the packet before */
#define Y_GOES_ON   0x40 /* the last one ends in a later packet */
#define W_SHIFT     4    /* how many; the last one has no length */
#define N_FIRST     0x08 /* a coded video sequence begins */

/* AV1 specification, 5.3 and 6.2 */
#define OBU_FORBIDDEN 0x80
#define OBU_EXTENSION 0x04
#define OBU_HAS_SIZE  0x02
#define OBU_DELIMITER 2
#define OBU_TILE_LIST 8
#define OBU_PADDING   15
#define LEB_BYTES     8

/* One OBU as it goes out: its header without a size, and its body. */
struct obu {
	uint8_t head[2];
	size_t head_len;
	const uint8_t *body;
	size_t body_len;
};

static uint64_t take_leb(struct cursor *c)
{
	uint64_t v = 0;

	for (int i = 0; i < LEB_BYTES; i++) {
		const uint8_t *p = cursor_take(c, 1);

		if (!p)
			return 0;
		v |= (uint64_t)(*p & 0x7f) << 7 * i;
		if (!(*p & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

static bool is_for_nobody(uint8_t first)
{
	unsigned int type = first >> 3 & 15;

	return type == OBU_DELIMITER || type == OBU_TILE_LIST || type == OBU_PADDING;
}

/* The next one that is to be sent. False at the end, and when c->bad. */
static bool next_obu(struct cursor *c, struct obu *obu)
{
	while (!c->bad && cursor_left(c) > 0) {
		uint8_t first = *c->p;
		const uint8_t *head = cursor_take(c, first & OBU_EXTENSION ? 2 : 1);
		uint64_t len;

		if (!head || first & OBU_FORBIDDEN) {
			c->bad = true;
			return false;
		}
		len = first & OBU_HAS_SIZE ? take_leb(c) : cursor_left(c);
		if (c->bad || len > cursor_left(c)) {
			c->bad = true;
			return false;
		}
		obu->head[0] = first & (uint8_t)~OBU_HAS_SIZE;
		obu->head[1] = head[first & OBU_EXTENSION ? 1 : 0];
		obu->head_len = first & OBU_EXTENSION ? 2 : 1;
		obu->body_len = (size_t)len;
		obu->body = cursor_take(c, obu->body_len);
		if (!is_for_nobody(first))
			return true;
	}
	return false;
}

/* Lengths are at most those of a packet. */
static size_t leb_len(size_t v)
{
	return v < 1 << 7 ? 1 : v < 1 << 14 ? 2 : 3;
}

static void put_leb(struct pen *pen, size_t v)
{
	do {
		uint8_t byte = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));

		pen_put(pen, &byte, 1);
		v >>= 7;
	} while (v);
}

/* A part of an OBU, in one packet. */
struct piece {
	struct obu obu;
	size_t at, len;
};

static size_t obu_len(const struct obu *obu)
{
	return obu->head_len + obu->body_len;
}

static void put_piece(struct pen *pen, const struct piece *piece)
{
	size_t at = piece->at, len = piece->len, head = piece->obu.head_len;

	if (at < head) {
		size_t n = len < head - at ? len : head - at;

		pen_put(pen, piece->obu.head + at, n);
		at += n;
		len -= n;
	}
	if (len)
		pen_put(pen, piece->obu.body + (at - head), len);
}

/* Where in the unit the next packet begins. */
struct place {
	struct cursor rest;
	struct obu obu;
	size_t at; /* bytes of it that went out */
	bool more; /* obu is there */
};

/* Chooses what goes into `room` bytes, and goes behind it. Returns the pieces. */
static unsigned int choose(struct place *p, struct piece pieces[ELEMENTS], size_t room)
{
	unsigned int n = 0;

	while (p->more && n < ELEMENTS) {
		size_t left = obu_len(&p->obu) - p->at;
		size_t len = left < room ? left : room;

		pieces[n++] = (struct piece){p->obu, p->at, len};
		p->at += len;
		if (len < left)
			break;
		p->more = next_obu(&p->rest, &p->obu);
		p->at = 0;
		/* a byte behind it, and its own length, or it is the last one */
		if (room - len <= leb_len(len))
			break;
		room -= len + leb_len(len);
	}
	return n;
}

/* Packets of `size` bytes, but for the last one, and for one that ends so that the
 * next OBU finds no room for a byte. */
static void put_packets(struct pen *pen, const struct au *au, size_t size)
{
	struct place p = {.rest = cursor_of(au->data, au->len)};
	struct piece pieces[ELEMENTS];
	bool first = true;

	p.more = next_obu(&p.rest, &p.obu);
	while (p.more) {
		unsigned int n = choose(&p, pieces, size - 1);
		uint8_t head = (uint8_t)(n << W_SHIFT);

		head |= pieces[0].at ? Z_CONTINUES : 0;
		head |= p.at ? Y_GOES_ON : 0;
		head |= first && au->flags & AU_KEY ? N_FIRST : 0;
		pen_begin(pen);
		pen_put(pen, &head, 1);
		for (unsigned int i = 0; i < n; i++) {
			if (i + 1 < n)
				put_leb(pen, pieces[i].len);
			put_piece(pen, &pieces[i]);
		}
		first = false;
	}
}

static bool is_good(const struct au *au)
{
	struct cursor c = cursor_of(au->data, au->len);
	struct obu obu;

	while (next_obu(&c, &obu))
		;
	return !c.bad;
}

/* The least size of packets by which there are not more of them. */
static size_t even_size(const struct au *au, size_t max)
{
	struct pen widest = {.max = max}, even;
	size_t size;

	put_packets(&widest, au, max);
	if (widest.n < 2)
		return max;
	for (size = (widest.len + widest.n - 1) / widest.n; size < max; size++) {
		even = (struct pen){.max = max};
		put_packets(&even, au, size);
		if (even.n <= widest.n)
			break;
	}
	return size;
}

void pen_av1(struct pen *pen, const struct au *au)
{
	if (is_good(au))
		put_packets(pen, au, even_size(au, pen->max));
}
