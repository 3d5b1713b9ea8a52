#include "derive/scene.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE 4  /* px a side */
#define ACROSS 30 /* cells, about */
#define LEAST  4  /* samples of a cell's side */
#define FAR    20 /* steps of brightness that are no noise */
#define LATE   10 /* one of so many cells may be later than the others */
#define MANY   10 /* of a hundred samples of a cell: a letter is as many */

int scene_init(struct scene *scene, int w_px, int h_px)
{
	size_t n, cells;

	memset(scene, 0, sizeof(*scene));
	scene->w = w_px / SAMPLE;
	scene->h = h_px / SAMPLE;
	scene->side = scene->w / ACROSS < LEAST ? LEAST : scene->w / ACROSS;
	scene->across = (scene->w + scene->side - 1) / scene->side;
	scene->down = (scene->h + scene->side - 1) / scene->side;
	n = (size_t)scene->w * (size_t)scene->h;
	cells = (size_t)scene->across * (size_t)scene->down;
	scene->last = calloc(n, 1);
	scene->kept = calloc(n, 1);
	scene->fresh = calloc(n, 1);
	scene->since_us = calloc(cells, 2 * sizeof(*scene->since_us));
	if (scene->last && scene->kept && scene->fresh && scene->since_us)
		return 0;
	scene_fini(scene);
	return -ENOMEM;
}

void scene_fini(struct scene *scene)
{
	free(scene->last);
	free(scene->kept);
	free(scene->fresh);
	free(scene->since_us);
	memset(scene, 0, sizeof(*scene));
}

static void sample(const struct scene *scene, const AVFrame *frame, uint8_t *to)
{
	ptrdiff_t pitch = frame->linesize[0];

	for (int y = 0; y < scene->h; y++) {
		const uint8_t *a = frame->data[0] + y * SAMPLE * pitch;
		const uint8_t *b = a + pitch, *c = b + pitch, *d = c + pitch;

		for (int x = 0; x < scene->w; x++) {
			int at = x * SAMPLE, sum = 0;

			for (int i = at; i < at + SAMPLE; i++)
				sum += a[i] + b[i] + c[i] + d[i];
			*to++ = (uint8_t)(sum / (SAMPLE * SAMPLE));
		}
	}
}

static bool differs(const struct scene *scene, const uint8_t *a, const uint8_t *b,
		    int cell)
{
	int x = cell % scene->across * scene->side,
	    y = cell / scene->across * scene->side;
	int x_end = x + scene->side < scene->w ? x + scene->side : scene->w;
	int y_end = y + scene->side < scene->h ? y + scene->side : scene->h;
	int n = 0;

	for (int row = y; row < y_end; row++)
		for (int i = row * scene->w + x; i < row * scene->w + x_end; i++)
			n += abs(a[i] - b[i]) > FAR;
	return n * 100 >= MANY * (x_end - x) * (y_end - y);
}

static int cells_of(const struct scene *scene)
{
	return scene->across * scene->down;
}

void scene_look(struct scene *scene, const AVFrame *frame, int64_t at_us)
{
	uint8_t *before = scene->last;

	sample(scene, frame, scene->fresh);
	for (int i = 0; i < cells_of(scene); i++)
		if (differs(scene, scene->fresh, before, i))
			scene->since_us[i] = at_us;
	scene->last = scene->fresh;
	scene->fresh = before;
}

void scene_keep(struct scene *scene)
{
	memcpy(scene->kept, scene->last, (size_t)scene->w * (size_t)scene->h);
}

static int earlier(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void scene_change(const struct scene *scene, int64_t now_us, struct scene_change *out)
{
	int all = cells_of(scene), other = 0, n = 0;
	int64_t *times = scene->since_us + all;

	for (int i = 0; i < all; i++) {
		if (!differs(scene, scene->last, scene->kept, i))
			continue;
		other++;
		if (now_us - scene->since_us[i] >= SCENE_REST_US)
			times[n++] = scene->since_us[i];
	}
	*out = (struct scene_change){(double)other / all, (double)n / all, 0};
	if (n == 0)
		return;
	qsort(times, (size_t)n, sizeof(*times), earlier);
	out->since_us = times[n - 1 - n / LATE];
}

static double part(const struct scene *scene, const uint8_t *a, const uint8_t *b)
{
	int all = cells_of(scene), n = 0;

	for (int i = 0; i < all; i++)
		n += differs(scene, a, b, i);
	return (double)n / all;
}

double scene_other(const struct scene *scene)
{
	return part(scene, scene->last, scene->kept);
}

double scene_would(struct scene *scene, const AVFrame *frame)
{
	sample(scene, frame, scene->fresh);
	return part(scene, scene->fresh, scene->last);
}
