/* fan.h - the rings from one media thread to the net threads. A unit goes to those
 * whose threads have viewers for it, named by a mask of one bit each; 0: to all.
 */
#ifndef MIXER_FAN_H
#define MIXER_FAN_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/ring.h"

#include <stdint.h>

struct fan {
	struct ring *ring[LIMIT_NETS];
	uint32_t n;
};

/* Takes the unit. -ENOBUFS when a ring was full: that thread goes without it, the
 * others have it; the caller asks for a key frame. */
int fan_push(const struct fan *fan, uint32_t nets, uint32_t id, struct au *au);

#endif
