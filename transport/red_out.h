/* red_out.h - a unit of sound with a copy of the one before it, as RED (RFC 2198):
 * written once and used for all who were sent the same two.
 */
#ifndef TRANSPORT_RED_OUT_H
#define TRANSPORT_RED_OUT_H

#include "transport/blob.h"

#define RED_OUT_MAX 1100 /* bytes */

/* Valid while one unit is handed out; to be zeroed before the next. */
struct red_out {
	const struct blob *before, *unit; /* NULL: nothing written */
	uint16_t len;                     /* 0: these two do not fit */
	uint8_t data[RED_OUT_MAX];
};

/* The payload, or NULL when the two do not fit: an offset of 14 bits in samples of
 * 48 kHz, a length of 10 bits, RED_OUT_MAX in all. `pt`: of Opus. It is valid until
 * the next call. */
const uint8_t *red_out_write(struct red_out *red, const struct blob *before,
			     const struct blob *unit, uint8_t pt, size_t *len);

#endif
