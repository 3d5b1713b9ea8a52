#include "store/kind.h"

#include <stddef.h>
#include <string.h>

static const struct kind {
	const char *extension, *type;
	bool leaves;
} kinds[] = {
	{"mp4", "video/mp4", true},
	{"m4s", "video/mp4", true},
	{"m4a", "audio/mp4", true},
	{"mkv", "video/x-matroska", true},
	{"webm", "video/webm", true},
	{"jpg", "image/jpeg", false},
	{"vtt", "text/vtt; charset=utf-8", false},
	{"json", "application/json", false},
	{"m3u8", "application/vnd.apple.mpegurl", false},
	{"txt", "text/plain; charset=utf-8", false},
};

static const struct kind *kind_of(const char *name)
{
	static const struct kind other = {"", "application/octet-stream", false};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].extension, dot + 1) == 0)
			return &kinds[i];
	return &other;
}

const char *kind_type(const char *name)
{
	return kind_of(name)->type;
}

bool kind_leaves(const char *name)
{
	return kind_of(name)->leaves;
}
