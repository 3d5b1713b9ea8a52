/* annexb.h - walks the NAL units of an H.264 byte stream (Annex B), and names
 * what RFC 6184 adds to them.
 */
#ifndef TRANSPORT_ANNEXB_H
#define TRANSPORT_ANNEXB_H

#include <stddef.h>
#include <stdint.h>

enum { /* nal_unit_type, the low five bits of the first byte */
       NAL_SLICE = 1,
       NAL_IDR = 5,
       NAL_SPS = 7,
       NAL_PPS = 8,
       NAL_LAST_SINGLE = 23, /* those above are packets, not units */
       NAL_STAP_A = 24,
       NAL_FU_A = 28,
};

enum { FU_START = 0x80, FU_END = 0x40 };

static inline uint8_t nal_type(uint8_t first)
{
	return first & 31;
}

/* The next 00 00 01 from `p` on, or `end`. */
static inline const uint8_t *annexb_code(const uint8_t *p, const uint8_t *end)
{
	for (; end - p >= 3; p++)
		if (p[2] == 1 && p[1] == 0 && p[0] == 0)
			return p;
	return end;
}

/* Finds the NAL unit after *pos (NULL: the first one) and moves *pos behind it;
 * returns its length, 0 at the end. Zeros before a start code belong to that. */
static inline size_t annexb_next(const uint8_t **nal, const uint8_t **pos,
				 const uint8_t *data, size_t len)
{
	const uint8_t *end = data + len, *p = *pos ? *pos : data;

	for (;;) {
		const uint8_t *stop;

		p = annexb_code(p, end);
		if (p == end)
			return 0;
		p += 3;
		stop = annexb_code(p, end);
		*pos = stop;
		while (stop > p && stop[-1] == 0)
			stop--;
		if (stop > p) {
			*nal = p;
			return (size_t)(stop - p);
		}
		p = *pos;
	}
}

#endif
