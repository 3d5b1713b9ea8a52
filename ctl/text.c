#include "ctl/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "signaling/utf8.h"

struct range {
	uint32_t from, to;
};

static bool among(uint32_t cp, const struct range *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= list[i].from && cp <= list[i].to)
			return true;
	return false;
}

static bool is_harmful(uint32_t cp)
{
	static const struct range list[] = {
		{0, 0x1f},        {0x7f, 0x9f},     {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

	return among(cp, list, sizeof(list) / sizeof(list[0]));
}

/* East Asian wide characters and emoji take two columns, marks none (Unicode UAX 11). */
static unsigned columns_of(uint32_t cp)
{
	static const struct range none[] = {
		{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
		{0x64b, 0x65f},   {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},
		{0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
	static const struct range two[] = {{0x1100, 0x115f},   {0x2e80, 0xa4cf},
					   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
					   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
					   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
					   {0x1f680, 0x1f9ff}, {0x20000, 0x3fffd}};

	if (among(cp, none, sizeof(none) / sizeof(none[0])))
		return 0;
	return among(cp, two, sizeof(two) / sizeof(two[0])) ? 2 : 1;
}

void text_clean(char *out, size_t size, const char *text)
{
	size_t len = strlen(text), n = 0;

	while (len) {
		uint32_t cp = 0;
		size_t k = utf8_read(&cp, text, len);
		bool bad = !k || is_harmful(cp);

		k = k ? k : 1;
		if (n + (bad ? 1 : k) >= size)
			break;
		if (bad)
			out[n++] = '?';
		else
			memcpy(out + n, text, k), n += k;
		text += k;
		len -= k;
	}
	out[n] = '\0';
}

static size_t walk(const char *text, unsigned columns, unsigned *taken)
{
	size_t len = strlen(text), at = 0;

	*taken = 0;
	while (at < len) {
		uint32_t cp = '?';
		size_t k = utf8_read(&cp, text + at, len - at);
		unsigned w = columns_of(cp);

		if (*taken + w > columns)
			break;
		*taken += w;
		at += k ? k : 1;
	}
	return at;
}

unsigned text_width(const char *text)
{
	unsigned taken;

	walk(text, UINT32_MAX, &taken);
	return taken;
}

size_t text_fit(const char *text, unsigned columns)
{
	unsigned taken;

	return walk(text, columns, &taken);
}

void text_say(const char *fmt, ...)
{
	char line[1200], clean[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), line);
	fprintf(stderr, "aulactl: %s\n", clean);
}

void text_span(char *out, size_t size, int64_t s)
{
	if (s < 120)
		snprintf(out, size, "%lld s", (long long)s);
	else if (s < 7200)
		snprintf(out, size, "%lld min", (long long)s / 60);
	else if (s < 172800)
		snprintf(out, size, "%lld h %lld min", (long long)s / 3600,
			 (long long)s / 60 % 60);
	else
		snprintf(out, size, "%lld d", (long long)s / 86400);
}

void text_time(char *out, size_t size, int64_t ms)
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	if (!localtime_r(&at, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(out, size, "?");
}
