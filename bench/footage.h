/* footage.h - what the benches feed to the mixer: a moving, grainy picture at the
 * rate of a real camera, neither a still nor noise, encoded as a browser would.
 */
#ifndef BENCH_FOOTAGE_H
#define BENCH_FOOTAGE_H

#include "base/au.h"

#include <stdint.h>

#define FOOTAGE_FPS    15
#define FOOTAGE_W_PX   640
#define FOOTAGE_H_PX   360
#define FOOTAGE_BPS    400000
#define FOOTAGE_FRAMES 15 /* one second, made to be played in a circle */

/* H.264; the first one is a key frame. The caller puts each. `who` makes another
 * person of it. */
void footage_create(struct au *units[FOOTAGE_FRAMES], unsigned who);
/* Of another size and rate, as of a sender that is shown small. */
void footage_sized(struct au *units[FOOTAGE_FRAMES], unsigned who, uint16_t w_px,
		   uint16_t h_px, uint32_t bps);

#endif
