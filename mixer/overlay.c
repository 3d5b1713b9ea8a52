#include "mixer/overlay.h"

#include "mixer/label.h"

#include <string.h>
#include <time.h>

#define MINUTE_MS INT64_C(60000)

static void add(struct overlays *o, struct rect_px at, enum overlay_kind kind)
{
	o->list[o->n++] = (struct overlay){at, kind, true};
}

static bool is_below(enum decor_corner corner)
{
	return corner == DECOR_BOTTOM_LEFT || corner == DECOR_BOTTOM_RIGHT;
}

static bool is_right(enum decor_corner corner)
{
	return corner == DECOR_TOP_RIGHT || corner == DECOR_BOTTOM_RIGHT;
}

/* In its corner, or beside the banner when that is there, too. */
static void place_clock(struct overlays *o, const struct decor *decor, uint16_t w_px,
			uint16_t h_px, uint16_t row_px)
{
	struct rect_px at = {0, 0, (uint16_t)(o->size_px * 22 / 5 / 2 * 2), row_px};
	bool below = is_below(decor->clock);
	uint16_t off = o->n && decor->banner_below == below ? row_px : 0;

	if (is_right(decor->clock))
		at.x = (uint16_t)(w_px - at.w);
	at.y = below ? (uint16_t)(h_px - row_px - off) : off;
	add(o, at, OVERLAY_CLOCK);
}

static void place_lines(struct overlays *o, const struct decor *decor, uint16_t w_px,
			uint16_t h_px, uint16_t row_px)
{
	if (decor->banner[0])
		add(o,
		    (struct rect_px){0,
				     decor->banner_below ? (uint16_t)(h_px - row_px) : 0,
				     w_px, row_px},
		    OVERLAY_BANNER);
	if (decor->clock != DECOR_NOWHERE)
		place_clock(o, decor, w_px, h_px, row_px);
}

/* Nearer to the middle than what is written above or below it. Two fifths of the width
 * at most: the clock may be beside it. */
static void place_logo(struct overlays *o, const struct decor *decor,
		       const struct picture *logo, uint16_t w_px, uint16_t h_px)
{
	const uint16_t most_w = (uint16_t)(w_px * 2 / 5 / 2 * 2);
	const uint16_t most_h = (uint16_t)(h_px * decor->logo_permille / 1000 / 2 * 2);
	uint16_t margin = (uint16_t)((w_px < h_px ? w_px : h_px) / 40 / 2 * 2), off = 0;
	struct rect_px at = geom_fit(logo->w_px, logo->h_px,
				     (struct rect_px){0, 0, most_w, most_h});
	bool below = is_below(decor->logo_at);

	if (at.h < OVERLAY_LOGO_LEAST_PX || at.w < 2)
		return;
	for (uint32_t i = 0; i < o->n; i++) {
		const struct rect_px *line = &o->list[i].at;
		bool theirs = o->list[i].kind == OVERLAY_BANNER
				      ? decor->banner_below == below
				      : decor->clock == decor->logo_at;

		if (theirs)
			off = below ? (uint16_t)(h_px - line->y)
				    : (uint16_t)(line->y + line->h);
	}
	at.x = is_right(decor->logo_at) ? (uint16_t)(w_px - at.w - margin) : margin;
	at.y = below ? (uint16_t)(h_px - off - at.h - margin) : (uint16_t)(off + margin);
	add(o, at, OVERLAY_LOGO);
}

void overlays_place(struct overlays *o, const struct decor *decor,
		    const struct picture *logo, uint16_t w_px, uint16_t h_px)
{
	uint16_t side = w_px < h_px ? w_px : h_px, row_px;

	memset(o, 0, sizeof(*o));
	o->minute = -1;
	o->size_px = side / 24 < LABEL_LEAST_PX ? LABEL_LEAST_PX : side / 24;
	row_px = (uint16_t)(o->size_px * 9 / 5 / 2 * 2);
	if (side >= 6 * row_px)
		place_lines(o, decor, w_px, h_px, row_px);
	if (logo && decor->logo_at != DECOR_NOWHERE)
		place_logo(o, decor, logo, w_px, h_px);
}

void overlays_time(struct overlays *o, int64_t wall_ms)
{
	int64_t minute = wall_ms / MINUTE_MS;
	time_t seconds = (time_t)(wall_ms / 1000);
	struct overlay *clock = NULL;
	struct tm tm;

	for (uint32_t i = 0; i < o->n; i++)
		if (o->list[i].kind == OVERLAY_CLOCK)
			clock = &o->list[i];
	if (!clock || minute == o->minute)
		return;
	o->minute = minute;
	clock->stale = true;
	if (!localtime_r(&seconds, &tm) ||
	    !strftime(o->time, sizeof(o->time), "%H:%M", &tm))
		o->time[0] = '\0';
}

void overlay_draw(struct overlays *o, uint32_t i, struct picture *canvas,
		  const struct decor *decor, struct tiles *tiles)
{
	struct overlay *one = &o->list[i];

	label_line(canvas, one->at, one->kind == OVERLAY_CLOCK ? o->time : decor->banner,
		   o->size_px, tiles);
	one->stale = false;
}
