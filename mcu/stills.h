/* stills.h - pictures for those whose link carries no video: one each few seconds,
 * over the WebSocket, in small parts, so that sound never waits behind it.
 * Control thread.
 */
#ifndef MCU_STILLS_H
#define MCU_STILLS_H

#include "base/au.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct member;
struct room_picture;
struct room;

#define STILL_PART 600 /* bytes a second */

struct still_part {
	uint32_t number, index, of; /* of the picture; from 0; parts in all */
	const uint8_t *data;
	size_t len;
};

/* Of one shape of a picture. */
struct room_still {
	uint32_t n;            /* members who get it */
	struct au *au;         /* the one that is being sent, or NULL */
	uint32_t number, next; /* of the picture, of its next part */
	int64_t asked_us;
};

void stills_set(struct member *member, bool on) RUNS_ON(on_ctl);
/* Each second: the next part, or the next picture. */
void stills_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);
/* A picture is there. Takes it. */
void stills_take(struct room_picture *picture, uint32_t view, struct au *au)
	RUNS_ON(on_ctl);
void stills_close(struct room_picture *picture) RUNS_ON(on_ctl);

#endif
