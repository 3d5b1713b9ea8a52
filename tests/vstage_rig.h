/* vstage_rig.h - a stage of views and rungs by a made-up clock, and what it told; for
 * tests.
 */
#ifndef TESTS_VSTAGE_RIG_H
#define TESTS_VSTAGE_RIG_H

#include "base/clock.h"
#include "mixer/decoder.h"
#include "mixer/vstage.h"

#include <stddef.h>
#include <stdint.h>

#define FULL 1 /* 15 fps, the canvas's own size */
#define LOW  2 /* 5 fps, scaled */

#define OTHER 10 /* a view beside the one that is looked at: 9 */

extern struct vstage_rig {
	struct vstage *st;
	struct ring *ring;
	int64_t now;
	uint32_t generation;
	int64_t live_pts;
	int posters, stills;
	size_t still_bytes;
	int taps;
	int keys_wanted, sizes;
	/* since rig_clear() */
	int n[3], keys[3];
	uint16_t w_px[3];
	int64_t first_pts[3], last_pts[3];
	/* what FULL shows in its middle, since there is a decoder */
	struct decoder *eye;
	uint8_t seen[64];
} rig;

void rig_open(void) RUNS_ON(on_mix);
void rig_close(void) RUNS_ON(on_mix);

/* Forgets what came of the rungs. */
void rig_clear(void);
/* Takes what is in the ring. */
void rig_take(void);
/* Lets `us` go by; the stage runs exactly when it wants to. */
void rig_pass(int64_t us) RUNS_ON(on_mix);

/* One of source 3. */
struct scene *rig_one_cell(uint32_t generation);

#endif
