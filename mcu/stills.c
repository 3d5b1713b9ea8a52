#include "mcu/stills.h"

#include "base/clock.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/picture.h"
#include "mcu/room.h"
#include "mixer/vworker.h"

#define SIDE_PEOPLE 320 /* px, the longer one */
#define SIDE_SLIDES 640
#define ANSWER_US   (3 * SEC_US) /* then it is asked for again */

void stills_set(struct member *member, bool on)
{
	struct quality *q = &member->quality;

	if (q->still && (!on || q->still_shape != q->shape || q->still != q->picture)) {
		q->still->stills[q->still_shape].n--;
		q->still = NULL;
	}
	if (on && !q->still) {
		q->picture->stills[q->shape].n++;
		q->still = q->picture;
		q->still_shape = q->shape;
	}
}

static void send_part(struct room_picture *picture, enum shape shape) RUNS_ON(on_ctl)
{
	struct room_still *still = &picture->stills[shape];
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
	notice_still(picture, shape, &part);
	if (still->next == part.of) {
		au_put(still->au);
		still->au = NULL;
	}
}

static void tick_one(struct room_picture *picture, enum shape shape, int64_t now_us)
	RUNS_ON(on_ctl)
{
	const struct ladder *ladder = &picture->room->ladder;
	struct room_still *still = &picture->stills[shape];

	if (still->au) {
		send_part(picture, shape);
		return;
	}
	if (!still->n || now_us - still->asked_us < ANSWER_US)
		return;
	still->asked_us = now_us;
	vworker_still(picture->room->server->vworker,
		      picture->base + ID_VIEW + shape * VIEW_TIERS,
		      picture->content == CONTENT_SLIDES ? SIDE_SLIDES : SIDE_PEOPLE,
		      ladder->still_bytes[picture->content]);
}

void stills_tick(struct room *room, int64_t now_us)
{
	for (uint32_t i = 0; i < room->n_pictures; i++)
		for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++)
			tick_one(room->pictures[i], shape, now_us);
}

void stills_take(struct room_picture *picture, uint32_t view, struct au *au)
{
	enum shape shape = (enum shape)(view / VIEW_TIERS);
	struct room_still *still;

	if (shape >= SHAPES || !picture->stills[shape].n || !au->len) {
		au_put(au);
		return;
	}
	still = &picture->stills[shape];
	au_put(still->au);
	still->au = au;
	still->number++;
	still->next = 0;
	still->asked_us = 0; /* the next one follows when this is out */
	send_part(picture, shape);
}

void stills_close(struct room_picture *picture)
{
	for (enum shape shape = SHAPE_WIDE; shape < SHAPES; shape++) {
		au_put(picture->stills[shape].au);
		picture->stills[shape].au = NULL;
	}
}
