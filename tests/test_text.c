/* Text of any script becomes a mask; the name tile is calm, coloured, cached. */
#include "mixer/text.h"

#include "base/limits.h"
#include "mixer/line.h"
#include "mixer/tile.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t ink(const struct text_mask *mask)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < (size_t)mask->w_px * mask->h_px; i++)
		sum += mask->a[i] / 16;
	return sum;
}

static struct text_mask *line(struct text *text, const char *utf8, uint16_t size_px,
			      uint16_t max_w_px)
{
	struct text_mask *mask = NULL;

	CHECK(text_line(text, &mask, utf8, size_px, max_w_px) == 0);
	CHECK(mask->w_px > 0 && mask->w_px <= max_w_px && mask->h_px <= 3 * size_px);
	CHECK(ink(mask) > 0);
	return mask;
}

static void scripts(struct text *text)
{
	static const char *const names[] = {
		"Anna Schmidt", "Владимир",
		"محمد علي",     "अनिता शर्मा",
		"王小明",       "שרה",
		"Ngọc Ánh",     "\xff\xfe broken",
		"a\nb\tc",      "👩‍🏫 Ms. Smith",
		"<b>&amp;</b>",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		free(line(text, names[i], 20, 300));
}

static void no_markup(struct text *text)
{
	struct text_mask *plain = line(text, "b", 20, 300);
	struct text_mask *tags = line(text, "<b>b</b>", 20, 300);

	CHECK(tags->w_px > 4 * plain->w_px);
	free(plain);
	free(tags);
}

static void long_lines_are_cut(struct text *text)
{
	char name[257];

	memset(name, 'W', sizeof(name));
	name[256] = '\0';
	free(line(text, name, 20, 100));
}

static void bad_input(struct text *text)
{
	struct text_mask *mask = NULL;

	CHECK(text_line(text, &mask, "", 20, 100) == -ENOENT);
	CHECK(text_line(text, &mask, "  ", 20, 100) == -ENOENT);
	CHECK(text_line(text, &mask, "a", 0, 100) == -EINVAL);
	CHECK(text_line(text, &mask, "a", 20, 0) == -EINVAL);
	CHECK(text_line(text, &mask, "a", 20, 60000) == -EINVAL);
	CHECK(!mask);
}

static void initials(void)
{
	char s[32];

	text_initial(s, sizeof(s), "  anna");
	CHECK(strcmp(s, "A") == 0);
	text_initial(s, sizeof(s), "élodie"); /* one letter with its mark */
	CHECK(strncmp(s, "É", 2) == 0);
	text_initial(s, sizeof(s), "жанна");
	CHECK(strcmp(s, "Ж") == 0);
	text_initial(s, sizeof(s), "");
	CHECK(*s == '\0');
	text_initial(s, 2, "ж");
	CHECK(*s == '\0');
}

static void tiles(void)
{
	struct tiles *tiles = NULL;
	const struct picture *a, *b;
	char name[16];
	uint8_t luma = 0;

	CHECK(tiles_create(&tiles) == 0);
	a = tiles_get(tiles, "Anna", 320, 180);
	CHECK(a && a->w_px == 320 && a->h_px == 180);
	CHECK(tiles_get(tiles, "Anna", 320, 180) == a);
	for (int i = 0; i < 180 * a->y_stride; i++)
		if (i % a->y_stride < 320 && a->y[i] > luma)
			luma = a->y[i];
	CHECK(luma > 180);                   /* letters */
	CHECK(a->y[0] > 24 && a->y[0] < 70); /* ground, not black */
	b = tiles_get(tiles, "Anna", 2, 2);
	CHECK(b && b->w_px == 2);
	CHECK(tiles_get(tiles, "", 320, 180));
	for (int i = 0; i < 3 * TILES_MAX; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		CHECK(tiles_get(tiles, name, 640, 360)); /* more than it keeps */
	}
	tiles_destroy(tiles);
	tiles_destroy(NULL);
}

/* Drawn once for a size and width; letters stand on one line whatever hangs below. */
static void lines(void)
{
	const struct text_mask *a, *b;
	struct tiles *tiles = NULL;
	char name[LIMIT_NAME_BYTES + 2];
	int16_t base;

	CHECK(tiles_create(&tiles) == 0);
	a = tiles_line(tiles, "Anna", 20, 300);
	CHECK(a && ink(a) > 0 && a->base > 10 && a->base <= a->h_px);
	CHECK(tiles_line(tiles, "Anna", 20, 300) == a);
	base = (int16_t)(a->h_px - a->base);
	b = tiles_line(tiles, "Anna", 30, 300);
	CHECK(b && b != a && b->h_px > a->h_px);
	b = tiles_line(tiles, "Annagy", 20, 300);
	CHECK(b && b->base == a->base && b->h_px - b->base > base + 2);
	CHECK(tiles_line(tiles, "محمد علي", 20, 300) &&
	      tiles_line(tiles, "अनिता", 20, 300));
	CHECK(!tiles_line(tiles, "", 20, 300) && !tiles_line(tiles, "", 20, 300));
	CHECK(!tiles_line(tiles, "Anna", 0, 300));
	memset(name, 'W', sizeof(name));
	name[LIMIT_NAME_BYTES + 1] = '\0';
	CHECK(!tiles_line(tiles, name, 20, 300));
	name[LIMIT_NAME_BYTES] = '\0';
	CHECK(tiles_line(tiles, name, 20, 300)->w_px <= 300);
	for (int i = 0; i < 2 * LINES_MAX; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		CHECK(tiles_line(tiles, name, 12, 100)); /* more than it keeps */
	}
	a = tiles_line(tiles, "n200", 12, 100);
	CHECK(a && tiles_line(tiles, "n200", 12, 100) == a);
	tiles_destroy(tiles);
}

int main(void)
{
	struct text *text = NULL;

	CHECK(text_create(&text) == 0);
	scripts(text);
	no_markup(text);
	long_lines_are_cut(text);
	bad_input(text);
	text_destroy(text);
	text_destroy(NULL);
	initials();
	tiles();
	lines();
	return 0;
}
