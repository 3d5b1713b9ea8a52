#include "transport/rtcp.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "transport/rtcp_types.h"

#include <errno.h>
#include <stdbool.h>

#define TWCC_TICK_US 250
#define TWCC_REF_US  64000

/* One pass over a compound. The first pass has an empty sink: it checks. */
struct pass {
	const struct rtcp_sink *sink;
	unsigned int n_statuses; /* of transport-wide feedback, so far */
};

static void read_block(struct cursor *c, struct rtcp_block *b)
{
	uint32_t lost;

	b->ssrc = cursor_u32(c);
	lost = cursor_u32(c);
	b->fraction_lost = (uint8_t)(lost >> 24);
	lost &= 0xffffff;
	b->lost = lost & 0x800000 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
	b->highest_seq = cursor_u32(c);
	b->jitter = cursor_u32(c);
	b->lsr = cursor_u32(c);
	b->dlsr = cursor_u32(c);
}

static void read_report(struct pass *p, struct cursor *c, bool is_sr, int n)
{
	struct rtcp_sr sr = {.ssrc = cursor_u32(c)};

	if (is_sr) {
		sr.ntp = (uint64_t)cursor_u32(c) << 32;
		sr.ntp |= cursor_u32(c);
		sr.rtp_ts = cursor_u32(c);
		sr.packets = cursor_u32(c);
		sr.bytes = cursor_u32(c);
		if (!c->bad && p->sink->sr)
			p->sink->sr(p->sink->ctx, &sr);
	}
	for (int i = 0; i < n; i++) {
		struct rtcp_block block;

		read_block(c, &block);
		if (!c->bad && p->sink->block)
			p->sink->block(p->sink->ctx, sr.ssrc, &block);
	}
}

/* Nobody wants the names, but a broken chunk makes the compound a bad one. */
static void check_sdes(struct cursor *c, int n)
{
	const uint8_t *start = c->p;

	while (n-- > 0 && !c->bad) {
		uint8_t type;

		cursor_u32(c);
		while ((type = cursor_u8(c)) != 0)
			cursor_take(c, cursor_u8(c));
		while (!c->bad && (c->p - start) % 4)
			cursor_u8(c);
	}
}

static void read_bye(struct pass *p, struct cursor *c, int n)
{
	while (n-- > 0) {
		uint32_t ssrc = cursor_u32(c);

		if (!c->bad && p->sink->bye)
			p->sink->bye(p->sink->ctx, ssrc);
	}
	if (cursor_left(c)) /* why */
		cursor_take(c, cursor_u8(c));
}

static void read_nack(struct pass *p, struct cursor *c, uint32_t ssrc)
{
	do {
		uint16_t pid = cursor_u16(c), blp = cursor_u16(c);

		if (!c->bad && p->sink->nack)
			p->sink->nack(p->sink->ctx, ssrc, pid, blp);
	} while (cursor_left(c) && !c->bad);
}

static void read_fir(struct pass *p, struct cursor *c)
{
	do {
		uint32_t ssrc = cursor_u32(c), rest = cursor_u32(c);

		if (!c->bad && p->sink->fir)
			p->sink->fir(p->sink->ctx, ssrc, (uint8_t)(rest >> 24));
	} while (cursor_left(c) && !c->bad);
}

static void read_remb(struct pass *p, struct cursor *c)
{
	uint32_t head;
	uint64_t bps;
	unsigned int exp;

	if (cursor_u32(c) != RTCP_REMB_NAME)
		return; /* somebody else's application layer feedback */
	head = cursor_u32(c);
	cursor_take(c, (size_t)4 * (head >> 24));
	exp = head >> 18 & 63;
	bps = head & 0x3ffff;
	bps = bps > UINT64_MAX >> exp ? UINT64_MAX : bps << exp;
	if (!c->bad && p->sink->remb)
		p->sink->remb(p->sink->ctx, bps);
}

/* The symbol of packet `i` within its chunk; *n gets how many there are, and
 * `i` is below that. */
static unsigned int chunk_symbol(uint16_t chunk, unsigned int i, unsigned int *n)
{
	if (!(chunk & 0x8000)) {
		*n = chunk & 0x1fff;
		return chunk >> 13 & 3;
	}
	if (!(chunk & 0x4000)) {
		*n = 14;
		return chunk >> (13 - i) & 1;
	}
	*n = 7;
	return chunk >> (12 - 2 * i) & 3;
}

/* Skips the chunks of `count` packets, so that `c` stands before the deltas. */
static void skip_chunks(struct cursor *c, unsigned int count)
{
	while (count > 0 && !c->bad) {
		unsigned int n;

		chunk_symbol(cursor_u16(c), 0, &n);
		if (n == 0) /* such a run covers nothing */
			c->bad = true;
		count -= n < count ? n : count;
	}
}

static int64_t read_delta(struct cursor *deltas, unsigned int symbol)
{
	if (symbol == TWCC_SMALL)
		return cursor_u8(deltas);
	if (symbol == TWCC_LARGE)
		return (int16_t)cursor_u16(deltas);
	deltas->bad = true; /* 3 is reserved */
	return 0;
}

static void read_twcc(struct pass *p, struct cursor *c)
{
	uint16_t seq = cursor_u16(c), count = cursor_u16(c);
	uint32_t head = cursor_u32(c);
	int64_t at_us = (int64_t)(head >> 8) * TWCC_REF_US;
	struct cursor chunks = *c;

	/* a few bytes of run lengths may speak of 65535 packets */
	p->n_statuses += count;
	if (p->n_statuses > LIMIT_TWCC_STATUSES)
		c->bad = true;
	skip_chunks(c, count);
	while (count > 0 && !c->bad) {
		uint16_t chunk = cursor_u16(&chunks);
		unsigned int n = 1;

		for (unsigned int i = 0; i < n && count > 0; i++, count--, seq++) {
			unsigned int symbol = chunk_symbol(chunk, i, &n);
			int64_t recv_us = -1;

			if (symbol) {
				at_us += read_delta(c, symbol) * TWCC_TICK_US;
				recv_us = at_us > 0 ? at_us : 0;
			}
			if (c->bad)
				return;
			if (p->sink->twcc)
				p->sink->twcc(p->sink->ctx, seq, recv_us);
		}
	}
	if (!c->bad && p->sink->twcc_end)
		p->sink->twcc_end(p->sink->ctx, (uint8_t)head);
}

static void read_feedback(struct pass *p, struct cursor *c, uint8_t pt, int fmt)
{
	uint32_t media;

	cursor_u32(c); /* who sent it: authenticated by the transport */
	media = cursor_u32(c);
	if (pt == RTCP_RTPFB && fmt == RTCP_FMT_NACK)
		read_nack(p, c, media);
	else if (pt == RTCP_RTPFB && fmt == RTCP_FMT_TWCC)
		read_twcc(p, c);
	else if (pt == RTCP_PSFB && fmt == RTCP_FMT_FIR)
		read_fir(p, c);
	else if (pt == RTCP_PSFB && fmt == RTCP_FMT_AFB)
		read_remb(p, c);
	else if (pt == RTCP_PSFB && fmt == RTCP_FMT_PLI && !c->bad && p->sink->pli)
		p->sink->pli(p->sink->ctx, media);
}

/* Reads the body of one packet; false when it is malformed. */
static bool read_packet(struct pass *p, uint8_t first, uint8_t pt, struct cursor c)
{
	int count = first & 31;

	/* Only the last packet of a compound should be padded, but libwebrtc pads
	 * each of several transport-wide feedbacks. */
	if (first & 0x20) {
		uint8_t pad = cursor_left(&c) ? c.end[-1] : 0;

		if (pad == 0 || pad > cursor_left(&c))
			return false;
		c.end -= pad;
	}
	if (pt == RTCP_SR || pt == RTCP_RR)
		read_report(p, &c, pt == RTCP_SR, count);
	else if (pt == RTCP_SDES)
		check_sdes(&c, count);
	else if (pt == RTCP_BYE)
		read_bye(p, &c, count);
	else if (pt == RTCP_RTPFB || pt == RTCP_PSFB)
		read_feedback(p, &c, pt, count);
	return !c.bad;
}

static bool read_compound(struct pass *p, const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);

	do {
		const uint8_t *head = cursor_take(&c, 4);
		const uint8_t *body;
		size_t body_len;

		if (!head || head[0] >> 6 != 2)
			return false;
		body_len = (size_t)4 * rd16(head + 2);
		body = cursor_take(&c, body_len);
		if (!body || !read_packet(p, head[0], head[1], cursor_of(body, body_len)))
			return false;
	} while (cursor_left(&c));
	return true;
}

int rtcp_parse(const uint8_t *data, size_t len, const struct rtcp_sink *sink)
{
	static const struct rtcp_sink nothing;
	struct pass check = {&nothing, 0}, call = {sink, 0};

	if (!read_compound(&check, data, len))
		return -EBADMSG;
	read_compound(&call, data, len);
	return 0;
}
