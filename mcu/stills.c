#include "mcu/stills.h"

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/room.h"
#include "mixer/vworker.h"

#define SIDE_PEOPLE 320 /* px, the longer one */
#define SIDE_SLIDES 640
#define ANSWER_US   (3 * SEC_US) /* then it is asked for again */

void stills_set(struct member *member, bool on)
{
	struct quality *q = &member->quality;

	if (q->still && (!on || q->still_shape != q->shape)) {
		member->room->stills[q->still_shape].n--;
		q->still = false;
	}
	if (on && !q->still) {
		member->room->stills[q->shape].n++;
		q->still = true;
		q->still_shape = q->shape;
	}
}

static void send_part(struct room *room, enum shape shape) RUNS_ON(on_ctl)
{
	struct room_still *still = &room->stills[shape];
	size_t at = (size_t)still->next * STILL_PART;
	struct still_part part = {
		.number = still->number,
		.index = still->next++,
		.of = (uint32_t)((still->au->len + STILL_PART - 1) / STILL_PART),
		.data = still->au->data + at,
		.len = still->au->len - at,
	};

	if (part.len > STILL_PART)
		part.len = STILL_PART;
	notice_still(room, shape, &part);
	if (still->next == part.of) {
		au_put(still->au);
		still->au = NULL;
	}
}

static void tick_one(struct room *room, enum shape shape, int64_t now_us) RUNS_ON(on_ctl)
{
	const struct ladder *ladder = &room->ladder;
	struct room_still *still = &room->stills[shape];

	if (still->au) {
		send_part(room, shape);
		return;
	}
	if (!still->n || now_us - still->asked_us < ANSWER_US)
		return;
	still->asked_us = now_us;
	vworker_still(room->server->vworker, room->base + ID_VIEW + shape * VIEW_TIERS,
		      room->content == CONTENT_SLIDES ? SIDE_SLIDES : SIDE_PEOPLE,
		      ladder->still_bytes[room->content]);
}

void stills_tick(struct room *room, int64_t now_us)
{
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++)
		if (room->media)
			tick_one(room, shape, now_us);
}

void stills_picture(struct room *room, uint32_t view, struct au *au)
{
	enum shape shape = (enum shape)(view / VIEW_TIERS);
	struct room_still *still;

	if (shape >= SHAPES || !room->stills[shape].n || !au->len) {
		au_put(au);
		return;
	}
	still = &room->stills[shape];
	au_put(still->au);
	still->au = au;
	still->number++;
	still->next = 0;
	still->asked_us = 0; /* the next one follows when this is out */
	send_part(room, shape);
}

void stills_close(struct room *room)
{
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++) {
		au_put(room->stills[shape].au);
		room->stills[shape].au = NULL;
	}
}
