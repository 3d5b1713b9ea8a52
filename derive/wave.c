#include "derive/wave.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int wave_init(struct wave *wave, int64_t most_ms)
{
	*wave = (struct wave){.most = (uint32_t)(most_ms / 100 + 20)};
	wave->data = calloc(wave->most, 2);
	return wave->data ? 0 : -ENOMEM;
}

void wave_fini(struct wave *wave)
{
	free(wave->data);
	wave->data = NULL;
}

static int8_t byte_of(float v)
{
	float scaled = floorf(v * 128.0f);

	return (int8_t)(scaled > 127 ? 127 : scaled < -128 ? -128 : scaled);
}

static void end_pixel(struct wave *wave)
{
	if (wave->filled && wave->n < wave->most) {
		wave->data[wave->n * 2] = byte_of(wave->low);
		wave->data[wave->n * 2 + 1] = byte_of(wave->high);
		wave->n++;
	}
	wave->filled = 0;
}

void wave_push(struct wave *wave, const float *pcm, int n)
{
	for (int i = 0; i < n; i++) {
		if (!wave->filled || pcm[i] < wave->low)
			wave->low = pcm[i];
		if (!wave->filled || pcm[i] > wave->high)
			wave->high = pcm[i];
		if (++wave->filled == WAVE_PIXEL)
			end_pixel(wave);
	}
}

int wave_write(struct wave *wave, const struct folder *folder, const char *name)
{
	size_t size, at;
	char *text;
	int err;

	end_pixel(wave);
	size = 200 + (size_t)wave->n * 10; /* two numbers of four signs, two commas */
	text = malloc(size);
	if (!text)
		return -ENOMEM;
	at = (size_t)snprintf(text, size,
			      "{\"version\":2,\"channels\":1,\"sample_rate\":%d,"
			      "\"samples_per_pixel\":%d,\"bits\":8,\"length\":%u,"
			      "\"data\":[",
			      WAVE_HZ, WAVE_PIXEL, wave->n);
	for (uint32_t i = 0; i < wave->n; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%d,%d", i ? "," : "",
				       wave->data[i * 2], wave->data[i * 2 + 1]);
	at += (size_t)snprintf(text + at, size - at, "]}\n");
	err = folder_write(folder, name, text, at);
	free(text);
	return err;
}
