#include "mixer/line.h"

#include "base/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct line {
	char text[LIMIT_NAME_BYTES + 1];
	uint16_t size_px, max_w_px;
	struct text_mask *mask; /* NULL: there is nothing to see */
	uint64_t used;          /* rises with use; 0: this place is free */
};

struct lines {
	struct line list[LINES_MAX];
	uint64_t clock;
};

int lines_create(struct lines **out)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	*out = lines;
	return 0;
}

void lines_destroy(struct lines *lines)
{
	if (!lines)
		return;
	for (int i = 0; i < LINES_MAX; i++)
		free(lines->list[i].mask);
	free(lines);
}

/* The one that is asked for, or else the place to put it. */
static struct line *find(struct lines *lines, const char *utf8, uint16_t size_px,
			 uint16_t max_w_px)
{
	struct line *oldest = &lines->list[0];

	for (int i = 0; i < LINES_MAX; i++) {
		struct line *line = &lines->list[i];

		if (line->used && line->size_px == size_px &&
		    line->max_w_px == max_w_px && strcmp(line->text, utf8) == 0)
			return line;
		if (line->used < oldest->used)
			oldest = line;
	}
	free(oldest->mask);
	*oldest = (struct line){.size_px = size_px, .max_w_px = max_w_px};
	return oldest;
}

const struct text_mask *lines_get(struct lines *lines, struct text *text,
				  const char *utf8, uint16_t size_px, uint16_t max_w_px)
{
	size_t len = strlen(utf8);
	struct line *line;

	if (len > LIMIT_NAME_BYTES)
		return NULL;
	line = find(lines, utf8, size_px, max_w_px);
	if (!line->used) {
		int err = text_line(text, &line->mask, utf8, size_px, max_w_px);

		if (err == -ENOMEM)
			return NULL; /* to be tried again */
		memcpy(line->text, utf8, len + 1);
	}
	line->used = ++lines->clock;
	return line->mask;
}
