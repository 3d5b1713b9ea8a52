#include "db/db_fold.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Capitals in a row, and how far away their small letters are. `pairs`: each second one
 * is a capital, from the first on, its small letter behind it. All are two bytes of UTF-8
 * before and after, so that no text becomes longer. Unicode 15, CaseFolding.txt. */
static const struct span {
	uint16_t first, last;
	int16_t by;
	uint8_t pairs;
} spans[] = {
	{0x00c0, 0x00d6, 32, 0},   {0x00d8, 0x00de, 32, 0}, {0x0100, 0x012f, 1, 1},
	{0x0132, 0x0137, 1, 1},    {0x0139, 0x0148, 1, 1},  {0x014a, 0x0177, 1, 1},
	{0x0178, 0x0178, -121, 0}, {0x0179, 0x017e, 1, 1},  {0x01cd, 0x01dc, 1, 1},
	{0x01de, 0x01ef, 1, 1},    {0x0200, 0x021f, 1, 1},  {0x0386, 0x0386, 38, 0},
	{0x0388, 0x038a, 37, 0},   {0x038c, 0x038c, 64, 0}, {0x038e, 0x038f, 63, 0},
	{0x0391, 0x03a1, 32, 0},   {0x03a3, 0x03ab, 32, 0}, {0x0401, 0x0401, 52, 0},
	{0x0451, 0x0451, -28, 0},  {0x0400, 0x040f, 80, 0}, {0x0410, 0x042f, 32, 0},
	{0x0460, 0x0481, 1, 1},    {0x048a, 0x04bf, 1, 1},  {0x04c1, 0x04ce, 1, 1},
	{0x04d0, 0x052f, 1, 1},    {0x0531, 0x0556, 48, 0},
};

static uint32_t small(uint32_t point)
{
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		const struct span *span = &spans[i];

		if (point < span->first || point > span->last)
			continue;
		if (span->pairs && (point - span->first) % 2)
			return point; /* it is small */
		return (uint32_t)((int32_t)point + span->by);
	}
	return point;
}

void db_fold(char *text)
{
	uint8_t *at = (uint8_t *)text;

	for (; *at; at++) {
		uint32_t point;

		if (*at >= 'A' && *at <= 'Z')
			*at += 'a' - 'A';
		if ((*at & 0xe0) != 0xc0 || (at[1] & 0xc0) != 0x80)
			continue;
		point = small((*at & 0x1fu) << 6 | (at[1] & 0x3fu));
		at[0] = (uint8_t)(0xc0 | point >> 6);
		at[1] = (uint8_t)(0x80 | (point & 0x3f));
		at++;
	}
}

int db_fold_pattern(char *out, size_t size, const char *text)
{
	size_t n = 0;

	if (size < 2 * strlen(text) + 3)
		return -EINVAL;
	out[n++] = '%';
	for (; *text; text++) {
		if (*text == '%' || *text == '_' || *text == '!')
			out[n++] = '!';
		out[n++] = *text;
	}
	out[n++] = '%';
	out[n] = '\0';
	db_fold(out);
	return 0;
}
