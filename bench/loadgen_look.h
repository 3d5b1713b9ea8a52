/* loadgen_look.h - what the first packet of a picture says of it: a key frame, and
 * its size (RFC 6184 and H.264 7.3.2.1.1; RFC 7741 and RFC 6386 9.1). Pure functions.
 */
#ifndef BENCH_LOADGEN_LOOK_H
#define BENCH_LOADGEN_LOOK_H

#include "base/au.h"

#include <stdbool.h>

/* True when this RTP payload begins a key frame; the size is set when it is said
 * there, else untouched. */
bool lg_look(enum codec codec, const uint8_t *payload, size_t len, uint16_t *w_px,
	     uint16_t *h_px);

#endif
