#include "bench/content.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mixer/scale.h"
#include "tests/test.h"

#define WORDS  32
#define FRAMES 30

struct content {
	struct text *text;
	struct picture *people[FRAMES];
	unsigned grid; /* of `people`; 0: none yet */
};

void content_create(struct content **out)
{
	struct content *c = calloc(1, sizeof(*c));

	CHECK(c && text_create(&c->text) == 0);
	*out = c;
}

void content_destroy(struct content *c)
{
	for (unsigned i = 0; i < FRAMES; i++)
		picture_destroy(c->people[i]);
	text_destroy(c->text);
	free(c);
}

/* ---- people --------------------------------------------------------------- */

#define SIDE_MAX CONTENT_W_PX

/* A soft spot of light or shade: the product of two bells. */
struct spot {
	double x, y, w, h; /* px, of a cell */
	double gain;
};

static double bell(double d, double size)
{
	return exp(-(d * d) / (size * size));
}

/* Adds it to the cell at (x0, y0). */
static void shine(float *light, const struct spot *s, unsigned x0, unsigned y0,
		  unsigned cw, unsigned ch)
{
	static float across[SIDE_MAX];

	for (unsigned x = 0; x < cw; x++)
		across[x] = (float)bell(x - s->x, s->w);
	for (unsigned y = 0; y < ch; y++) {
		float down = (float)(s->gain * bell(y - s->y, s->h));
		float *row = light + (size_t)(y0 + y) * CONTENT_W_PX + x0;

		for (unsigned x = 0; x < cw; x++)
			row[x] += down * across[x];
	}
}

/* A face, eyes, a mouth that speaks, and shoulders. */
static void draw_head(float *light, unsigned n, unsigned who, unsigned i)
{
	unsigned cw = CONTENT_W_PX / n, ch = CONTENT_H_PX / n;
	unsigned x0 = who % n * cw, y0 = who / n * ch;
	double s = ch, t = i * 0.13 + who;
	double x = cw / 2.0 + s * 0.12 * sin(t), y = s * (0.45 + 0.04 * sin(2.3 * t));
	double open = 0.03 + 0.03 * fabs(sin(i * 0.9 + who));
	const struct spot spots[] = {
		{x, y, s * 0.35, s * 0.45, 110},
		{x, y + s * 0.9, s * 0.8, s * 0.5, 60},
		{x + s * 0.15, y - s * 0.1, s * 0.05, s * 0.04, -70},
		{x - s * 0.15, y - s * 0.1, s * 0.05, s * 0.04, -70},
		{x, y + s * 0.2, s * 0.12, s * open, -60},
	};

	for (size_t k = 0; k < sizeof(spots) / sizeof(spots[0]); k++)
		shine(light, &spots[k], x0, y0, cw, ch);
}

static void paint(struct picture *pic, float *light, unsigned n, unsigned i)
{
	static float across[CONTENT_W_PX], down[CONTENT_H_PX];
	uint32_t seed = 99 + i * 7919;

	for (unsigned x = 0; x < CONTENT_W_PX; x++)
		across[x] = (float)(15 * sin(x * 0.05) + (x % 97 < 3 ? 25 : 0));
	for (unsigned y = 0; y < CONTENT_H_PX; y++)
		down[y] = (float)cos(y * 0.03);
	for (size_t k = 0; k < (size_t)CONTENT_W_PX * CONTENT_H_PX; k++)
		light[k] = 60 + across[k % CONTENT_W_PX] * down[k / CONTENT_W_PX];
	for (unsigned who = 0; who < n * n; who++)
		draw_head(light, n, who, i);
	for (unsigned y = 0; y < CONTENT_H_PX; y++)
		for (unsigned x = 0; x < CONTENT_W_PX; x++) {
			float v = light[(size_t)y * CONTENT_W_PX + x];

			seed = seed * 1664525u + 1013904223u;
			v += (float)(seed >> 30) - 1.5f;
			pic->y[y * (unsigned)pic->y_stride + x] = (uint8_t)(v < 16 ? 16
									    : v > 235
										    ? 235
										    : v);
		}
	memset(pic->u, 118, (size_t)pic->u_stride * (CONTENT_H_PX / 2u));
	memset(pic->v, 140, (size_t)pic->v_stride * (CONTENT_H_PX / 2u));
}

const struct picture *content_people(struct content *c, unsigned n, unsigned i)
{
	unsigned k = i % (2 * FRAMES - 2);

	if (c->grid != n) {
		float *light = calloc((size_t)CONTENT_W_PX * CONTENT_H_PX,
				      sizeof(*light));

		CHECK(light);
		for (unsigned f = 0; f < FRAMES; f++) {
			if (!c->people[f])
				CHECK(picture_create(&c->people[f], CONTENT_W_PX,
						     CONTENT_H_PX) == 0);
			paint(c->people[f], light, n, f);
		}
		free(light);
		c->grid = n;
	}
	return c->people[k < FRAMES ? k : 2 * FRAMES - 2 - k];
}

/* ---- pages ---------------------------------------------------------------- */

static const char *const words[WORDS] = {
	"the",   "signal", "of",     "each",    "sample", "is",     "weighted",
	"by",    "a",      "window", "and",     "summed", "over",   "time",
	"where", "noise",  "falls",  "faster",  "than",   "energy", "grows",
	"until", "filter", "order",  "reaches", "its",    "limit",  "(see",
	"eq.",   "4.2)",   "hence",  "x²+y²=r²"};

static void put(struct content *c, struct picture *pic, const char *line, unsigned x0,
		unsigned y0, uint16_t size)
{
	struct text_mask *mask = NULL;

	CHECK(text_line(c->text, &mask, line, size, (uint16_t)(pic->w_px - x0)) == 0);
	for (unsigned y = 0; y < mask->h_px && y0 + y < pic->h_px; y++)
		for (unsigned x = 0; x < mask->w_px && x0 + x < pic->w_px; x++) {
			uint8_t *p = &pic->y[(y0 + y) * (unsigned)pic->y_stride + x0 + x];

			*p = (uint8_t)(*p -
				       (*p - 30) * mask->a[y * mask->w_px + x] / 255);
		}
	free(mask);
}

void content_page(struct content *c, struct picture *pic, unsigned i)
{
	uint32_t seed = 5 + i * 104729;
	char line[200];

	scale_fill(pic, (struct rect_px){0, 0, pic->w_px, pic->h_px},
		   (struct colour){228, 128, 128});
	scale_fill(pic, (struct rect_px){0, 0, pic->w_px, 12},
		   (struct colour){(uint8_t)(90 + i % 4 * 20), 170, 100});
	snprintf(line, sizeof(line), "%u. Sampling and reconstruction", i + 1);
	put(c, pic, line, 60, 40, 44);
	for (unsigned row = 0; row < 14; row++) {
		size_t n = 0;

		for (unsigned k = 0; k < 11; k++) {
			seed = seed * 1664525u + 1013904223u;
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s ",
					      words[seed >> 27]);
		}
		put(c, pic, line, 60, 130 + row * 40, 22);
	}
}

/* ---- likeness ------------------------------------------------------------- */

static double window(const uint8_t *a, int sa, const uint8_t *b, int sb)
{
	double n = 64, ma, mb, va, vb, cov;
	uint32_t s1 = 0, s2 = 0, ss1 = 0, ss2 = 0, s12 = 0;

	for (int y = 0; y < 8; y++, a += sa, b += sb)
		for (int x = 0; x < 8; x++) {
			s1 += a[x];
			s2 += b[x];
			ss1 += (uint32_t)a[x] * a[x];
			ss2 += (uint32_t)b[x] * b[x];
			s12 += (uint32_t)a[x] * b[x];
		}
	ma = s1 / n;
	mb = s2 / n;
	va = ss1 / n - ma * ma;
	vb = ss2 / n - mb * mb;
	cov = s12 / n - ma * mb;
	return (2 * ma * mb + 6.5025) * (2 * cov + 58.5225) /
	       ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
}

double content_ssim(const struct picture *a, const struct picture *b)
{
	double sum = 0;
	unsigned n = 0;

	CHECK(a->w_px == b->w_px && a->h_px == b->h_px);
	for (int y = 0; y + 8 <= a->h_px; y += 8)
		for (int x = 0; x + 8 <= a->w_px; x += 8, n++)
			sum += window(a->y + y * a->y_stride + x, a->y_stride,
				      b->y + y * b->y_stride + x, b->y_stride);
	return sum / n;
}
