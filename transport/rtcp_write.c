#include "transport/rtcp.h"

#include "base/bytes.h"
#include "transport/rtcp_types.h"

#include <assert.h>

/* Room for a packet with `body` bytes (a multiple of 4) after its header, which
 * is written; NULL and `full` when there is none. */
static uint8_t *append(struct rtcp_out *o, size_t count, uint8_t pt, size_t body)
{
	uint8_t *p = o->data + o->len;

	assert(count <= RTCP_BLOCKS_MAX && body % 4 == 0);
	if (o->size - o->len < 4 + body) {
		o->full = 1;
		return NULL;
	}
	p[0] = (uint8_t)(0x80 | count);
	p[1] = pt;
	wr16(p + 2, (uint16_t)(body / 4));
	o->len += 4 + body;
	return p + 4;
}

static void write_blocks(uint8_t *p, const struct rtcp_block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++, p += 24) {
		const struct rtcp_block *b = &blocks[i];
		int32_t lost = b->lost;

		if (lost > 0x7fffff)
			lost = 0x7fffff;
		if (lost < -0x800000)
			lost = -0x800000;
		wr32(p, b->ssrc);
		p[4] = b->fraction_lost;
		wr24(p + 5, (uint32_t)lost & 0xffffff);
		wr32(p + 8, b->highest_seq);
		wr32(p + 12, b->jitter);
		wr32(p + 16, b->lsr);
		wr32(p + 20, b->dlsr);
	}
}

void rtcp_put_sr(struct rtcp_out *o, const struct rtcp_sr *sr,
		 const struct rtcp_block *blocks, size_t n)
{
	uint8_t *p = append(o, n, RTCP_SR, 24 + 24 * n);

	if (!p)
		return;
	wr32(p, sr->ssrc);
	wr64(p + 4, sr->ntp);
	wr32(p + 12, sr->rtp_ts);
	wr32(p + 16, sr->packets);
	wr32(p + 20, sr->bytes);
	write_blocks(p + 24, blocks, n);
}

void rtcp_put_rr(struct rtcp_out *o, uint32_t ssrc, const struct rtcp_block *blocks,
		 size_t n)
{
	uint8_t *p = append(o, n, RTCP_RR, 4 + 24 * n);

	if (!p)
		return;
	wr32(p, ssrc);
	write_blocks(p + 4, blocks, n);
}

void rtcp_put_cname(struct rtcp_out *o, uint32_t ssrc, const char *cname)
{
	size_t len = strlen(cname);
	size_t body = (4 + 2 + len + 1 + 3) / 4 * 4; /* at least one 0 ends the chunk */
	uint8_t *p;

	assert(len <= 255);
	p = append(o, 1, RTCP_SDES, body);
	if (!p)
		return;
	memset(p, 0, body);
	wr32(p, ssrc);
	p[4] = 1; /* CNAME */
	p[5] = (uint8_t)len;
	memcpy(p + 6, cname, len);
}

void rtcp_put_bye(struct rtcp_out *o, uint32_t ssrc)
{
	uint8_t *p = append(o, 1, RTCP_BYE, 4);

	if (p)
		wr32(p, ssrc);
}

/* How many of `seqs` fit into one FCI, and its bits. */
static size_t nack_fci(const uint16_t *seqs, size_t n, uint16_t *blp)
{
	size_t i = 1;

	*blp = 0;
	for (; i < n; i++) {
		uint16_t ahead = (uint16_t)(seqs[i] - seqs[0]);

		if (ahead > 16)
			break;
		if (ahead > 0)
			*blp |= (uint16_t)(1u << (ahead - 1));
	}
	return i;
}

void rtcp_put_nack(struct rtcp_out *o, uint32_t from, uint32_t ssrc, const uint16_t *seqs,
		   size_t n)
{
	size_t start = o->len, done;
	uint16_t blp;
	uint8_t *p;

	if (n == 0)
		return;
	p = append(o, RTCP_FMT_NACK, RTCP_RTPFB, 12);
	if (!p)
		return;
	wr32(p, from);
	wr32(p + 4, ssrc);
	p += 8;
	for (size_t i = 0; i < n; i += done, p += 4) {
		if (i > 0) {
			if (o->size - o->len < 4) {
				o->full = 1;
				break;
			}
			o->len += 4;
		}
		done = nack_fci(seqs + i, n - i, &blp);
		wr16(p, seqs[i]);
		wr16(p + 2, blp);
	}
	wr16(o->data + start + 2, (uint16_t)((o->len - start) / 4 - 1));
}

void rtcp_put_pli(struct rtcp_out *o, uint32_t from, uint32_t ssrc)
{
	uint8_t *p = append(o, RTCP_FMT_PLI, RTCP_PSFB, 8);

	if (!p)
		return;
	wr32(p, from);
	wr32(p + 4, ssrc);
}

void rtcp_put_remb(struct rtcp_out *o, uint32_t from, uint64_t bps, const uint32_t *ssrcs,
		   size_t n)
{
	uint8_t *p;
	unsigned int exp = 0;

	assert(n <= 255);
	p = append(o, RTCP_FMT_AFB, RTCP_PSFB, 16 + 4 * n);
	if (!p)
		return;
	while (bps >> exp > 0x3ffff)
		exp++;
	wr32(p, from);
	wr32(p + 4, 0); /* the media source is in the list instead */
	wr32(p + 8, RTCP_REMB_NAME);
	wr32(p + 12, (uint32_t)n << 24 | exp << 18 | (uint32_t)(bps >> exp));
	for (size_t i = 0; i < n; i++)
		wr32(p + 16 + 4 * i, ssrcs[i]);
}
