#include "mixer/tile.h"

#include "base/limits.h"
#include "mixer/line.h"
#include "mixer/paint.h"
#include "mixer/scale.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MIN 72 /* px; a smaller tile shows the name alone */

/* Discs: dark enough for white letters (contrast 4.5 or more). */
static const uint32_t palette[] = {
	0x1f6f8b, 0x7a4f9a, 0x2e7d4f, 0xa34a28, 0x3f5fb0, 0x9a3f6b, 0x6b6a1f, 0x4a6070,
};

#define PALETTE_N (sizeof(palette) / sizeof(palette[0]))

static const uint32_t ground = 0x222931;
static const uint32_t edge = 0x14181e; /* tells neighbours apart */
static const uint32_t white = 0xf2f4f6;

struct tile {
	char name[LIMIT_NAME_BYTES + 1];
	struct picture *pic; /* NULL: this place is free */
	size_t bytes;
	uint64_t used; /* rises with use */
};

struct tiles {
	/* Made when the first name is drawn: it reads the fonts of the system and
	 * starts Pango's own threads, on the thread that draws. */
	struct text *text;
	struct lines *lines;
	struct tile list[TILES_MAX];
	size_t bytes;
	uint64_t clock;
};

static uint32_t colour_of(const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a: the same name, the same colour */

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return palette[(hash ^ hash >> 16) % PALETTE_N];
}

/* ---- painting ------------------------------------------------------------- */

/* A filled circle with a soft edge: 4x4 samples a pixel. */
static int disc(struct text_mask **out, uint16_t side_px)
{
	struct text_mask *mask = malloc(sizeof(*mask) + (size_t)side_px * side_px);
	int32_t r = side_px * 4; /* in eighths of a pixel */

	if (!mask)
		return -ENOMEM;
	mask->w_px = mask->h_px = side_px;
	for (int32_t y = 0; y < side_px; y++)
		for (int32_t x = 0; x < side_px; x++) {
			uint32_t in = 0;

			for (int32_t s = 0; s < 16; s++) {
				int32_t dx = x * 8 + s % 4 * 2 + 1 - r;
				int32_t dy = y * 8 + s / 4 * 2 + 1 - r;

				in += dx * dx + dy * dy <= r * r;
			}
			mask->a[y * side_px + x] = (uint8_t)(in * 255 / 16);
		}
	*out = mask;
	return 0;
}

struct line {
	const char *text;
	int x, y; /* its middle */
	uint16_t size_px, max_w_px;
};

/* Nothing to see is no error, nor are letters that there is no memory for. */
static void paint_line(struct tiles *tiles, struct picture *pic, struct line line)
{
	struct text_mask *mask = NULL;

	if (!tiles->text && text_create(&tiles->text))
		return;
	if (text_line(tiles->text, &mask, line.text, line.size_px, line.max_w_px))
		return;
	paint_mask(pic, mask, line.x - mask->w_px / 2, line.y - mask->h_px / 2,
		   paint_colour(white));
	free(mask);
}

static uint16_t clamp(int v, int low, int high)
{
	return (uint16_t)(v < low ? low : v > high ? high : v);
}

static void draw_both(struct tiles *tiles, struct picture *pic, const char *name,
		      uint16_t side)
{
	uint16_t round = (uint16_t)(side * 42 / 100 / 2 * 2);
	int x = pic->w_px / 2, y = pic->h_px * 43 / 100;
	struct text_mask *mask = NULL;
	char initial[32];

	scale_fill(pic,
		   (struct rect_px){2, 2, (uint16_t)(pic->w_px - 4),
				    (uint16_t)(pic->h_px - 4)},
		   paint_colour(ground));
	if (disc(&mask, round) == 0) {
		paint_mask(pic, mask, x - round / 2, y - round / 2,
			   paint_colour(colour_of(name)));
		free(mask);
	}
	text_initial(initial, sizeof(initial), name);
	paint_line(tiles, pic,
		   (struct line){initial, x, y, clamp(round / 2, 8, 200), round});
	paint_line(tiles, pic,
		   (struct line){name, x, y + round / 2 + side * 15 / 100,
				 clamp(side / 11, 10, 44),
				 (uint16_t)(pic->w_px - pic->w_px / 8)});
}

static int draw(struct tiles *tiles, struct picture **out, const char *name, uint16_t w,
		uint16_t h)
{
	uint16_t side = w < h ? w : h;
	struct picture *pic = NULL;
	int err = picture_create(&pic, w, h);

	if (err)
		return err;
	scale_fill(pic, (struct rect_px){0, 0, w, h},
		   paint_colour(side < SIDE_MIN ? ground : edge));
	if (side < SIDE_MIN)
		paint_line(tiles, pic,
			   (struct line){name, w / 2, h / 2, clamp(side / 3, 8, 20), w});
	else
		draw_both(tiles, pic, name, side);
	*out = pic;
	return 0;
}

/* ---- the cache ------------------------------------------------------------ */

int tiles_create(struct tiles **out)
{
	struct tiles *tiles = calloc(1, sizeof(*tiles));

	if (!tiles)
		return -ENOMEM;
	if (lines_create(&tiles->lines)) {
		free(tiles);
		return -ENOMEM;
	}
	*out = tiles;
	return 0;
}

static void forget(struct tiles *tiles, struct tile *tile)
{
	picture_destroy(tile->pic);
	tile->pic = NULL;
	tiles->bytes -= tile->bytes;
	tile->bytes = 0;
	tile->used = 0;
}

void tiles_destroy(struct tiles *tiles)
{
	if (!tiles)
		return;
	for (int i = 0; i < TILES_MAX; i++)
		forget(tiles, &tiles->list[i]);
	lines_destroy(tiles->lines);
	text_destroy(tiles->text);
	free(tiles);
}

/* The one used longest ago; a free one was never used. */
static struct tile *oldest(struct tiles *tiles, bool in_use)
{
	struct tile *found = NULL;

	for (int i = 0; i < TILES_MAX; i++) {
		struct tile *tile = &tiles->list[i];

		if (in_use && !tile->pic)
			continue;
		if (!found || tile->used < found->used)
			found = tile;
	}
	return found;
}

/* A place for a tile of `bytes`: others go until it fits. */
static struct tile *make_room(struct tiles *tiles, size_t bytes)
{
	struct tile *place = oldest(tiles, false);

	forget(tiles, place);
	while (tiles->bytes && tiles->bytes + bytes > TILES_BYTES)
		forget(tiles, oldest(tiles, true));
	return place;
}

const struct picture *tiles_get(struct tiles *tiles, const char *name, uint16_t w_px,
				uint16_t h_px)
{
	size_t bytes = (size_t)w_px * h_px * 3 / 2;
	struct picture *pic = NULL;
	struct tile *place;

	for (int i = 0; i < TILES_MAX; i++) {
		struct tile *tile = &tiles->list[i];

		if (tile->pic && tile->pic->w_px == w_px && tile->pic->h_px == h_px &&
		    strcmp(tile->name, name) == 0) {
			tile->used = ++tiles->clock;
			return tile->pic;
		}
	}
	if (draw(tiles, &pic, name, w_px, h_px))
		return NULL;
	place = make_room(tiles, bytes);
	strncpy(place->name, name, sizeof(place->name) - 1);
	place->name[sizeof(place->name) - 1] = '\0';
	place->pic = pic;
	place->bytes = bytes;
	place->used = ++tiles->clock;
	tiles->bytes += bytes;
	return pic;
}

const struct text_mask *tiles_line(struct tiles *tiles, const char *utf8,
				   uint16_t size_px, uint16_t max_w_px)
{
	if (!tiles->text && text_create(&tiles->text))
		return NULL;
	return lines_get(tiles->lines, tiles->text, utf8, size_px, max_w_px);
}
