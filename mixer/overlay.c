#include "mixer/overlay.h"

#include "mixer/label.h"

#include <string.h>
#include <time.h>

#define MINUTE_MS INT64_C(60000)

static void add(struct overlays *o, struct rect_px at, bool clock)
{
	o->list[o->n++] = (struct overlay){at, clock, true};
}

/* In its corner, or beside the banner when that is there, too. */
static void place_clock(struct overlays *o, const struct decor *decor, uint16_t w_px,
			uint16_t h_px, uint16_t row_px)
{
	struct rect_px at = {0, 0, (uint16_t)(o->size_px * 22 / 5 / 2 * 2), row_px};
	bool below = decor->clock == DECOR_BOTTOM_LEFT ||
		     decor->clock == DECOR_BOTTOM_RIGHT;
	bool right = decor->clock == DECOR_TOP_RIGHT ||
		     decor->clock == DECOR_BOTTOM_RIGHT;
	uint16_t off = o->n && decor->banner_below == below ? row_px : 0;

	if (right)
		at.x = (uint16_t)(w_px - at.w);
	at.y = below ? (uint16_t)(h_px - row_px - off) : off;
	add(o, at, true);
}

void overlays_place(struct overlays *o, const struct decor *decor, uint16_t w_px,
		    uint16_t h_px)
{
	uint16_t side = w_px < h_px ? w_px : h_px, row_px;

	memset(o, 0, sizeof(*o));
	o->minute = -1;
	o->size_px = side / 24 < LABEL_LEAST_PX ? LABEL_LEAST_PX : side / 24;
	row_px = (uint16_t)(o->size_px * 9 / 5 / 2 * 2);
	if (side < 6 * row_px)
		return;
	if (decor->banner[0])
		add(o,
		    (struct rect_px){0,
				     decor->banner_below ? (uint16_t)(h_px - row_px) : 0,
				     w_px, row_px},
		    false);
	if (decor->clock != DECOR_NOWHERE)
		place_clock(o, decor, w_px, h_px, row_px);
}

void overlays_time(struct overlays *o, int64_t wall_ms)
{
	int64_t minute = wall_ms / MINUTE_MS;
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (!o->n || !o->list[o->n - 1].clock || minute == o->minute)
		return;
	o->minute = minute;
	o->list[o->n - 1].stale = true;
	if (!localtime_r(&seconds, &tm) ||
	    !strftime(o->time, sizeof(o->time), "%H:%M", &tm))
		o->time[0] = '\0';
}

void overlay_draw(struct overlays *o, uint32_t i, struct picture *canvas,
		  const struct decor *decor, struct tiles *tiles)
{
	struct overlay *one = &o->list[i];

	label_line(canvas, one->at, one->clock ? o->time : decor->banner, o->size_px,
		   tiles);
	one->stale = false;
}
