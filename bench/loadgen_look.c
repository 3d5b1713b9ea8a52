#include "bench/loadgen_look.h"

#include "base/bytes.h"

#define SPS_MAX 64

/* Bits of a NAL unit without its emulation bytes; beyond the end there are zeros. */
struct bits {
	uint8_t data[SPS_MAX];
	size_t n, at; /* bits */
};

static unsigned bit(struct bits *b)
{
	unsigned v = b->at < b->n ? b->data[b->at / 8] >> (7 - b->at % 8) & 1u : 0;

	b->at++;
	return v;
}

static unsigned take(struct bits *b, int n)
{
	unsigned v = 0;

	while (n--)
		v = v << 1 | bit(b);
	return v;
}

static unsigned golomb(struct bits *b)
{
	int zeros = 0;

	while (zeros < 24 && !bit(b))
		zeros++;
	return (1u << zeros) - 1 + take(b, zeros);
}

static void fill(struct bits *b, const uint8_t *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < SPS_MAX; i++) {
		if (i >= 2 && p[i] == 3 && !p[i - 1] && !p[i - 2])
			continue;
		b->data[n++] = p[i];
	}
	b->n = n * 8;
	b->at = 0;
}

static void skip_lists(struct bits *b, unsigned chroma)
{
	for (unsigned i = 0; i < (chroma == 3 ? 12u : 8u); i++) {
		unsigned last = 8, next = 8, size = i < 6 ? 16 : 64;

		if (!bit(b))
			continue;
		for (unsigned k = 0; k < size; k++) {
			if (next) {
				unsigned v = golomb(b); /* mapped as se(v) */

				next = (last + (v & 1 ? (v + 1) / 2 : 0u - v / 2)) & 255;
			}
			last = next ? next : last;
		}
	}
}

static void skip_high(struct bits *b)
{
	unsigned chroma = golomb(b);

	if (chroma == 3)
		bit(b);
	golomb(b);
	golomb(b);
	bit(b);
	if (bit(b))
		skip_lists(b, chroma);
}

static void skip_order(struct bits *b)
{
	unsigned type = golomb(b), n;

	if (type == 0)
		golomb(b);
	if (type != 1)
		return;
	bit(b);
	golomb(b);
	golomb(b);
	n = golomb(b);
	for (unsigned i = 0; i < n && i < 255; i++)
		golomb(b);
}

/* `p` is behind the NAL header; 4:2:0 only, as everywhere here. */
static void read_sps(const uint8_t *p, size_t len, uint16_t *w_px, uint16_t *h_px)
{
	unsigned profile, w, h, field, crop[4] = {0};
	struct bits b;

	fill(&b, p, len);
	profile = take(&b, 8);
	take(&b, 16);
	golomb(&b);
	if (profile == 100 || profile == 110 || profile == 122)
		skip_high(&b);
	golomb(&b);
	skip_order(&b);
	golomb(&b);
	bit(&b);
	w = (golomb(&b) + 1) * 16;
	h = (golomb(&b) + 1) * 16;
	field = !bit(&b);
	if (field)
		bit(&b);
	h *= 1 + field;
	bit(&b);
	if (bit(&b))
		for (int i = 0; i < 4; i++)
			crop[i] = golomb(&b);
	w -= 2 * (crop[0] + crop[1]);
	h -= 2 * (1 + field) * (crop[2] + crop[3]);
	if (b.at > b.n || w > 8192 || h > 8192)
		return;
	*w_px = (uint16_t)w;
	*h_px = (uint16_t)h;
}

static bool look_nal(const uint8_t *p, size_t len, uint16_t *w_px, uint16_t *h_px)
{
	if (len < 2)
		return false;
	if ((p[0] & 31) == 7) {
		read_sps(p + 1, len - 1, w_px, h_px);
		return true;
	}
	return (p[0] & 31) == 5;
}

static bool look_h264(const uint8_t *p, size_t len, uint16_t *w_px, uint16_t *h_px)
{
	bool key = false;
	size_t at = 1;

	if (len < 2)
		return false;
	if ((p[0] & 31) == 28) /* a fragment: only the first one says it */
		return (p[1] & 0x80) && (p[1] & 31) == 5;
	if ((p[0] & 31) != 24)
		return look_nal(p, len, w_px, h_px);
	while (at + 2 < len) {
		size_t n = rd16(p + at);

		at += 2;
		if (n > len - at)
			break;
		key |= look_nal(p + at, n, w_px, h_px);
		at += n;
	}
	return key;
}

static bool look_vp8(const uint8_t *p, size_t len, uint16_t *w_px, uint16_t *h_px)
{
	size_t at = 1;

	if (len < 2 || !(p[0] & 0x10) || p[0] & 7)
		return false; /* not the begin of the picture */
	if (p[0] & 0x80) {
		uint8_t x = p[at++];

		if (x & 0x80 && at < len)
			at += p[at] & 0x80 ? 2 : 1;
		at += (x & 0x40) != 0;
		at += (x & 0x30) != 0;
	}
	if (at + 10 > len || p[at] & 1)
		return false;
	*w_px = (uint16_t)((p[at + 6] | p[at + 7] << 8) & 0x3fff);
	*h_px = (uint16_t)((p[at + 8] | p[at + 9] << 8) & 0x3fff);
	return true;
}

bool lg_look(enum codec codec, const uint8_t *payload, size_t len, uint16_t *w_px,
	     uint16_t *h_px)
{
	if (codec == CODEC_H264)
		return look_h264(payload, len, w_px, h_px);
	return codec == CODEC_VP8 && look_vp8(payload, len, w_px, h_px);
}
