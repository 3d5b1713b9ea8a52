#include "mcu/looks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(LOOKS_TEXT > (PICTURE_KINDS - 1) * (LIMIT_LAYOUT_TEXT + 13), "all fits");

const char *looks_usual(enum picture_kind kind)
{
	static const char *const usual[PICTURE_KINDS] = {
		[PICTURE_STAGE] = "grid",
		[PICTURE_WALL] = "wall",
		[PICTURE_SLIDES] = "slides-only",
		[PICTURE_INTERPRETER] = "sign-language",
		[PICTURE_PIN] = "speaker-strip",
		[PICTURE_RECORDING] = "lecture-pip names=on",
	};

	return usual[kind];
}

static int read_line(const char *line, size_t n, struct looks *looks)
{
	size_t name = strcspn(line, " ");
	enum picture_kind kind;
	char text[16];

	if (name >= n || name >= sizeof(text) || n - name - 1 > LIMIT_LAYOUT_TEXT)
		return -EINVAL;
	snprintf(text, sizeof(text), "%.*s", (int)name, line);
	kind = picture_by_name(text);
	if (kind == PICTURE_KINDS || kind == PICTURE_CLASS || n == name + 1 ||
	    looks->layout[kind][0])
		return -EINVAL;
	snprintf(looks->layout[kind], sizeof(looks->layout[kind]), "%.*s",
		 (int)(n - name - 1), line + name + 1);
	return 0;
}

int looks_read(const char *text, struct looks *looks)
{
	struct looks next = {0};

	while (*text) {
		size_t n = strcspn(text, "\n");

		if (text[n] != '\n' || read_line(text, n, &next))
			return -EINVAL;
		text += n + 1;
	}
	*looks = next;
	return 0;
}

void looks_write(const struct looks *looks, char text[LOOKS_TEXT])
{
	size_t n = 0;

	text[0] = '\0';
	for (enum picture_kind kind = PICTURE_STAFF; kind < PICTURE_KINDS; kind++)
		if (looks->layout[kind][0])
			n += (size_t)snprintf(text + n, LOOKS_TEXT - n, "%s %s\n",
					      picture_name(kind), looks->layout[kind]);
}
