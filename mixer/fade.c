#include "mixer/fade.h"

#include "mixer/scale.h"

#include <string.h>

#define WHOLE 256

bool fade_runs(const struct fade *f)
{
	return f->from;
}

void fade_stop(struct fade *f)
{
	picture_destroy(f->from);
	picture_destroy(f->mixed);
	memset(f, 0, sizeof(*f));
}

static bool same_size(const struct picture *a, const struct picture *b)
{
	return a->w_px == b->w_px && a->h_px == b->h_px;
}

/* A mixture that is seen now is what the next one begins with. */
static bool keep(struct fade *f, const struct picture *canvas)
{
	struct picture *was = f->from;

	if (f->from && !same_size(f->from, canvas))
		fade_stop(f);
	if (f->shows) {
		f->from = f->mixed;
		f->mixed = was;
		f->shows = false;
		return true;
	}
	if (!f->from && (picture_create(&f->from, canvas->w_px, canvas->h_px) ||
			 picture_create(&f->mixed, canvas->w_px, canvas->h_px)))
		return false;
	picture_convert_range(f->from, canvas, canvas->full_range);
	return true;
}

void fade_start(struct fade *f, const struct picture *canvas, int64_t pts_us,
		int64_t tick_us, int64_t length_us)
{
	if (length_us <= tick_us || !keep(f, canvas)) {
		fade_stop(f);
		return;
	}
	f->start_us = pts_us - tick_us;
	f->length_us = length_us;
}

uint32_t fade_part(const struct fade *f, int64_t pts_us)
{
	int64_t gone = pts_us - f->start_us;

	if (gone >= f->length_us)
		return WHOLE;
	return gone <= 0 ? 0 : (uint32_t)(gone * WHOLE / f->length_us);
}

const struct picture *fade_mix(struct fade *f, const struct picture *canvas,
			       int64_t pts_us)
{
	uint32_t part;

	if (!f->from)
		return canvas;
	part = fade_part(f, pts_us);
	if (part == WHOLE || !same_size(f->from, canvas)) {
		fade_stop(f);
		return canvas;
	}
	scale_mix(f->from, canvas, f->mixed, (uint8_t)part);
	f->mixed->full_range = canvas->full_range;
	f->shows = true;
	return f->mixed;
}
