/* keystart.h - does this RTP payload begin a key frame? For deciding early that
 * what is missing before it is no longer wanted. Pure.
 */
#ifndef TRANSPORT_KEYSTART_H
#define TRANSPORT_KEYSTART_H

#include "base/au.h"

#include <stdbool.h>

/* H.264: a packet with a sequence parameter set; VP8, VP9: the first packet of
 * an intra frame. False when in doubt. */
bool keystart(enum codec codec, const uint8_t *payload, size_t len);

#endif
