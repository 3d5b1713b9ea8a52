/* red_out.h - a unit of sound with copies of those before it, as RED (RFC 2198):
 * written once and used for all who were sent the same ones.
 */
#ifndef TRANSPORT_RED_OUT_H
#define TRANSPORT_RED_OUT_H

#include "transport/blob.h"

#define RED_OUT_MAX    1100 /* bytes */
#define RED_OUT_COPIES 2    /* at most, in one packet */

struct red_out_one {
	const struct blob *unit, *before[RED_OUT_COPIES]; /* unit NULL: nothing written */
	uint16_t len;                                     /* 0: not even one copy fits */
	uint8_t copies;                                   /* that are in it */
	uint8_t data[RED_OUT_MAX];
};

/* Valid while one unit is handed out; to be begun before the next. */
struct red_out {
	struct red_out_one by_copies[RED_OUT_COPIES];
};

void red_out_begin(struct red_out *red);

/* The payload, with as many copies as fit of the `n` units (1..RED_OUT_COPIES) that
 * were sent before, the last one first; a NULL ends them. NULL when none fits: an offset
 * of 14 bits in samples of 48 kHz, a length of 10 bits, RED_OUT_MAX in all. `pt`: of
 * Opus. It is valid until the next call. */
const uint8_t *red_out_write(struct red_out *red, struct blob *const *before, unsigned n,
			     const struct blob *unit, uint8_t pt, size_t *len);

#endif
