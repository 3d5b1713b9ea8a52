/* asks.h - what senders are asked to send: as much as their largest visible cell
 * needs, and nothing while nobody sees them. Control thread.
 */
#ifndef MCU_ASKS_H
#define MCU_ASKS_H

#include "base/thread.h"

#include <stdint.h>

struct member;
struct room;

/* Less is asked for only after so long, so that a speaker who comes and goes does
 * not change its encoder each time. */
#define ASKS_LOWER_US INT64_C(3000000)

struct picture_ask {
	uint16_t h_px; /* of the picture; 0: none */
	uint16_t fps;
	uint32_t kbps;
};

struct asks {
	struct picture_ask camera, screen; /* as told */
	int64_t lower_us;                  /* since when less would do; 0: it would not */
};

/* After any change of what is seen, and each second. */
void asks_update(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

/* The least of the usual pictures that is not smaller than `need_px` lines. */
struct picture_ask asks_fit(uint32_t need_px, uint16_t fps);

#endif
