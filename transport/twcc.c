#include "transport/twcc.h"

#include "base/bytes.h"
#include "transport/rtcp_types.h"

#include <string.h>

#define TICK_US      250
#define TICKS_OF_REF 256 /* the reference time counts 64 ms */
#define HEAD_LEN     20  /* RTCP header, two SSRCs, fixed part */

/* One feedback message while it is put together. */
struct message {
	int64_t first;     /* number of symbols[0] */
	int64_t ref_ticks; /* a multiple of TICKS_OF_REF */
	unsigned int n;
	uint8_t symbols[TWCC_WINDOW];
	int16_t deltas[TWCC_WINDOW]; /* of received ones, in ticks */
};

static int64_t *slot(struct twcc_rx *rx, int64_t n)
{
	return &rx->at_us[(uint64_t)n % TWCC_WINDOW];
}

void twcc_rx_init(struct twcc_rx *rx)
{
	memset(rx, 0, sizeof(*rx));
}

void twcc_rx_add(struct twcc_rx *rx, uint16_t seq, int64_t now_us)
{
	int64_t n = rtp_unwrap16(&rx->unwrap, seq);

	/* a sender that jumped further than we remember starts anew */
	if (!rx->any || n - rx->high >= TWCC_WINDOW || rx->high - n >= TWCC_WINDOW) {
		memset(rx->at_us, 0, sizeof(rx->at_us));
		rx->base = rx->high = n;
		rx->any = true;
	}
	while (rx->high < n)
		*slot(rx, ++rx->high) = 0;
	if (*slot(rx, n))
		return; /* a duplicate says nothing about the link */
	*slot(rx, n) = now_us > 0 ? now_us : 1;
	/* reported as lost before: the next feedback reaches back to it */
	if (n < rx->base)
		rx->base = n;
	if (rx->base <= rx->high - TWCC_WINDOW)
		rx->base = rx->high - TWCC_WINDOW + 1;
}

/* Takes numbers from rx->base on, until `max` or a delta that 16 bits cannot
 * say. The newest number was received, so there is always a first arrival. */
static void collect(struct twcc_rx *rx, struct message *m, unsigned int max)
{
	int64_t at = -1;

	m->first = rx->base;
	m->n = 0;
	for (int64_t n = m->first; n <= rx->high && at < 0; n++)
		if (*slot(rx, n))
			at = *slot(rx, n) / TICK_US;
	at -= at % TICKS_OF_REF;
	m->ref_ticks = at;
	for (; m->n < max && rx->base <= rx->high; rx->base++, m->n++) {
		int64_t us = *slot(rx, rx->base), delta = us / TICK_US - at;

		if (!us) {
			m->symbols[m->n] = TWCC_LOST;
			continue;
		}
		if (delta < INT16_MIN || delta > INT16_MAX)
			return;
		at += delta;
		m->symbols[m->n] = delta >= 0 && delta <= 255 ? TWCC_SMALL : TWCC_LARGE;
		m->deltas[m->n] = (int16_t)delta;
	}
}

/* A vector of `n` symbols of `width` bits, 14 bits at most. */
static uint16_t vector_chunk(const uint8_t *symbols, unsigned int n, unsigned int width)
{
	unsigned int chunk = width == 1 ? 0x8000 : 0xc000;

	for (unsigned int k = 0; k < n; k++)
		chunk |= (unsigned int)symbols[k] << (14 - width * (k + 1));
	return (uint16_t)chunk;
}

/* The next chunk from symbol `i` on; *n gets how many symbols it says. */
static uint16_t next_chunk(const struct message *m, unsigned int i, unsigned int *n)
{
	const uint8_t *s = m->symbols + i;
	unsigned int left = m->n - i, run = 1, narrow = 0;
	unsigned int in_one = left < 14 ? left : 14, in_two = left < 7 ? left : 7;

	while (run < left && s[run] == s[0])
		run++;
	while (narrow < in_one && s[narrow] != TWCC_LARGE)
		narrow++;
	if (run >= in_one || (run >= in_two && narrow < in_one)) {
		*n = run;
		return (uint16_t)(s[0] << 13 | run);
	}
	*n = narrow == in_one ? in_one : in_two;
	return vector_chunk(s, *n, narrow == in_one ? 1 : 2);
}

static size_t write_body(uint8_t *p, const struct message *m)
{
	uint8_t *start = p;
	unsigned int n;

	for (unsigned int i = 0; i < m->n; i += n, p += 2)
		wr16(p, next_chunk(m, i, &n));
	for (unsigned int i = 0; i < m->n; i++) {
		if (m->symbols[i] == TWCC_SMALL) {
			*p++ = (uint8_t)m->deltas[i];
		} else if (m->symbols[i] == TWCC_LARGE) {
			wr16(p, (uint16_t)m->deltas[i]);
			p += 2;
		}
	}
	while ((p - start) % 4)
		*p++ = 0;
	return (size_t)(p - start);
}

void twcc_rx_put(struct twcc_rx *rx, struct rtcp_out *o, uint32_t from, uint32_t media)
{
	struct message m;

	while (rx->any && rx->base <= rx->high) {
		uint8_t *p = o->data + o->len;
		size_t room = o->size - o->len, len;

		/* the worst case: two-bit chunks and two bytes for each delta */
		room = room > HEAD_LEN + 5 ? (room - HEAD_LEN - 5) * 7 / 16 : 0;
		if (room == 0) {
			o->full = 1;
			return;
		}
		collect(rx, &m, room < TWCC_WINDOW ? (unsigned int)room : TWCC_WINDOW);
		len = HEAD_LEN + write_body(p + HEAD_LEN, &m);
		p[0] = 0x80 | RTCP_FMT_TWCC;
		p[1] = RTCP_RTPFB;
		wr16(p + 2, (uint16_t)(len / 4 - 1));
		wr32(p + 4, from);
		wr32(p + 8, media);
		wr16(p + 12, (uint16_t)m.first);
		wr16(p + 14, (uint16_t)m.n);
		wr24(p + 16, (uint32_t)(m.ref_ticks / TICKS_OF_REF) & 0xffffff);
		p[19] = rx->fb_count++;
		o->len += len;
	}
}
