#include "mixer/framesize.h"

#include "base/bytes.h"
#include "base/limits.h"

#include <errno.h>
#include <stdbool.h>

#define SPS_BYTES_MAX 512 /* unescaped; what lies behind is not needed */

/* ---- bits ----------------------------------------------------------------- */

/* Most significant bit first. Reading past the end gives zeros and sets `bad`. */
struct bits {
	const uint8_t *p;
	size_t n, at; /* bits */
	bool bad;
};

static uint32_t take(struct bits *b, uint32_t n)
{
	uint32_t v = 0;

	if (b->n - b->at < n) {
		b->bad = true;
		b->at = b->n;
		return 0;
	}
	for (; n; n--, b->at++)
		v = v << 1 | (b->p[b->at / 8] >> (7 - b->at % 8) & 1u);
	return v;
}

/* Exp-Golomb, H.264 section 9.1. */
static uint32_t take_ue(struct bits *b)
{
	uint32_t zeros = 0;

	while (!b->bad && !take(b, 1))
		if (++zeros > 31) {
			b->bad = true;
			return 0;
		}
	return b->bad ? 0 : ((1u << zeros) - 1) + take(b, zeros);
}

static int32_t take_se(struct bits *b)
{
	uint32_t v = take_ue(b);

	return v % 2 ? (int32_t)(v / 2 + 1) : -(int32_t)(v / 2);
}

/* ---- H.264 ---------------------------------------------------------------- */

static void skip_scaling_list(struct bits *b, uint32_t size)
{
	int32_t last = 8, next = 8;

	for (uint32_t i = 0; i < size && next && !b->bad; i++) {
		next = (int32_t)((uint32_t)last + (uint32_t)take_se(b)) & 255;
		last = next ? next : last;
	}
}

/* What only the high profiles have. Returns the chroma format. */
static uint32_t take_chroma(struct bits *b)
{
	uint32_t chroma = take_ue(b);

	if (chroma == 3)
		take(b, 1); /* separate planes */
	take_ue(b);         /* luma bits */
	take_ue(b);         /* chroma bits */
	take(b, 1);
	if (!take(b, 1))
		return chroma;
	for (uint32_t i = 0; i < (chroma == 3 ? 12u : 8u) && !b->bad; i++)
		if (take(b, 1))
			skip_scaling_list(b, i < 6 ? 16 : 64);
	return chroma;
}

static void skip_order(struct bits *b)
{
	uint32_t type = take_ue(b);

	if (type == 0) {
		take_ue(b);
	} else if (type == 1) {
		take(b, 1);
		take_se(b);
		take_se(b);
		for (uint32_t n = take_ue(b); n && !b->bad; n--)
			take_se(b);
	}
}

static bool has_chroma(uint32_t profile)
{
	static const uint8_t list[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138};

	for (uint32_t i = 0; i < sizeof(list); i++)
		if (profile == list[i])
			return true;
	return false;
}

static int store(uint64_t w, uint64_t h, uint16_t *w_px, uint16_t *h_px)
{
	if (!w || !h || w > UINT16_MAX || h > UINT16_MAX || w * h > LIMIT_PIXELS)
		return -EBADMSG;
	*w_px = (uint16_t)w;
	*h_px = (uint16_t)h;
	return 0;
}

static int read_sps(struct bits *b, uint16_t *w_px, uint16_t *h_px)
{
	uint32_t profile = take(b, 8), chroma = 1, frame_only;
	uint64_t w, h, cut_w = 0, cut_h = 0, unit_w, unit_h;

	take(b, 16);
	take_ue(b);
	if (has_chroma(profile))
		chroma = take_chroma(b);
	take_ue(b);
	skip_order(b);
	take_ue(b);
	take(b, 1);
	w = ((uint64_t)take_ue(b) + 1) * 16;
	h = (uint64_t)take_ue(b) + 1;
	frame_only = take(b, 1);
	h *= frame_only ? 16 : 32;
	if (!frame_only)
		take(b, 1);
	take(b, 1);
	unit_w = chroma == 1 || chroma == 2 ? 2 : 1;
	unit_h = (chroma == 1 ? 2u : 1u) * (frame_only ? 1 : 2);
	if (take(b, 1)) {
		cut_w = take_ue(b);
		cut_w += take_ue(b);
		cut_h = take_ue(b);
		cut_h += take_ue(b);
	}
	if (b->bad || cut_w * unit_w >= w || cut_h * unit_h >= h)
		return -EBADMSG;
	return store(w - cut_w * unit_w, h - cut_h * unit_h, w_px, h_px);
}

/* The unit behind the next start code (Annex B), or NULL. */
static const uint8_t *next_nal(const uint8_t *p, const uint8_t *end)
{
	for (; end - p >= 4; p++)
		if (!p[0] && !p[1] && p[2] == 1)
			return p + 3;
	return NULL;
}

/* Without the bytes that keep start codes from appearing (section 7.4.1). */
static size_t unescape(uint8_t out[SPS_BYTES_MAX], const uint8_t *p, const uint8_t *end)
{
	uint32_t zeros = 0;
	size_t n = 0;

	for (; p < end && n < SPS_BYTES_MAX; p++) {
		if (zeros >= 2 && *p <= 3) {
			zeros = 0;
			if (*p == 3)
				continue;
			break; /* the next start code */
		}
		zeros = *p ? 0 : zeros + 1;
		out[n++] = *p;
	}
	return n;
}

static int read_h264(const struct au *au, uint16_t *w_px, uint16_t *h_px)
{
	const uint8_t *p = au->data, *end = au->data + au->len;
	uint8_t sps[SPS_BYTES_MAX];

	while ((p = next_nal(p, end))) {
		struct bits b = {.p = sps};

		if ((*p & 31) == 5) /* the picture: no set before it */
			return -ENOENT;
		if ((*p & 31) != 7)
			continue;
		b.n = 8 * unescape(sps, p + 1, end);
		return read_sps(&b, w_px, h_px);
	}
	return -ENOENT;
}

/* ---- VP8, VP9 ------------------------------------------------------------- */

static int read_vp8(const struct au *au, uint16_t *w_px, uint16_t *h_px)
{
	const uint8_t *p = au->data;

	if (!au->len || p[0] & 1)
		return -ENOENT;
	if (au->len < 10 || rd24(p + 3) != 0x9d012a)
		return -EBADMSG;
	return store((p[6] | p[7] << 8) & 0x3fff, (p[8] | p[9] << 8) & 0x3fff, w_px,
		     h_px);
}

static int read_vp9(const struct au *au, uint16_t *w_px, uint16_t *h_px)
{
	struct bits b = {.p = au->data, .n = au->len * 8};
	uint32_t profile, space, w, h;

	if (take(&b, 2) != 2)
		return -EBADMSG;
	profile = take(&b, 1);
	profile |= take(&b, 1) << 1;
	if (profile == 3)
		take(&b, 1);
	if (take(&b, 1) || take(&b, 1)) /* an old frame is shown; no key frame */
		return -ENOENT;
	take(&b, 2);
	if (take(&b, 24) != 0x498342)
		return -EBADMSG;
	if (profile >= 2)
		take(&b, 1);
	space = take(&b, 3);
	if (space != 7)
		take(&b, 1);
	if (profile & 1)
		take(&b, space != 7 ? 3 : 1);
	w = take(&b, 16) + 1;
	h = take(&b, 16) + 1;
	return b.bad ? -EBADMSG : store(w, h, w_px, h_px);
}

int framesize_read(const struct au *au, uint16_t *w_px, uint16_t *h_px)
{
	switch (au->codec) {
	case CODEC_H264:
		return read_h264(au, w_px, h_px);
	case CODEC_VP8:
		return read_vp8(au, w_px, h_px);
	case CODEC_VP9:
		return read_vp9(au, w_px, h_px);
	case CODEC_NONE:
	case CODEC_AV1:
	case CODEC_OPUS:
		break;
	}
	return -ENOTSUP;
}
