#include "ctl/since.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t unit_ms(char c)
{
	switch (c) {
	case 's':
		return 1000;
	case 'm':
		return 60000;
	case 'h':
		return 3600000;
	case 'd':
		return 86400000;
	case 'w':
		return 7 * INT64_C(86400000);
	default:
		return 0;
	}
}

static bool whole(const char *text, const char *format, struct tm *tm)
{
	const char *end;

	*tm = (struct tm){.tm_isdst = -1};
	end = strptime(text, format, tm);
	return end && !*end;
}

int since_read(int64_t *ms, const char *text, int64_t now_ms)
{
	static const char *const formats[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M",
					      "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S",
					      "%Y-%m-%d %H:%M:%S"};
	size_t n = strspn(text, "0123456789");
	struct tm tm;
	time_t at;

	if (n && n < 8 && unit_ms(text[n]) && !text[n + 1]) {
		*ms = now_ms - strtoll(text, NULL, 10) * unit_ms(text[n]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!whole(text, formats[i], &tm))
			continue;
		at = mktime(&tm);
		if (at == (time_t)-1)
			return -EINVAL;
		*ms = (int64_t)at * 1000;
		return 0;
	}
	return -EINVAL;
}
