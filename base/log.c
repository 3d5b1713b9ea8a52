#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 1024
#define EVENT_SLOTS  64
#define PER_SECOND   20

static atomic_int threshold = LOG_INFO;

/* per event: how many lines this second; under the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	const char *event;
	int64_t second;
	unsigned n;
} slots[EVENT_SLOTS];

static const char *const names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
	atomic_store(&threshold, level);
}

int log_level_of(const char *name)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -EINVAL;
}

bool log_wants(enum log_level level)
{
	return (int)level >= atomic_load_explicit(&threshold, memory_order_relaxed);
}

/* Returns 0 when the line is too many, else how many were dropped before + 1. */
static unsigned admit(const char *event)
{
	int64_t second = clock_us() / SEC_US;
	unsigned h = 0, before = 0, n;

	for (const char *p = event; *p; p++)
		h = h * 31 + (unsigned char)*p;
	h %= EVENT_SLOTS;

	pthread_mutex_lock(&lock);
	if (!slots[h].event || strcmp(slots[h].event, event) != 0 ||
	    slots[h].second != second) {
		if (slots[h].event && slots[h].n > PER_SECOND)
			before = slots[h].n - PER_SECOND;
		slots[h].event = event;
		slots[h].second = second;
		slots[h].n = 0;
	}
	n = ++slots[h].n;
	pthread_mutex_unlock(&lock);
	return n > PER_SECOND ? 0 : before + 1;
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	int64_t ms = clock_wall_ms();
	time_t t = (time_t)(ms / 1000);
	unsigned ok;
	struct tm tm;
	va_list ap;
	size_t n;
	int k;

	if (!log_wants(level))
		return;
	ok = admit(event);
	if (!ok)
		return;
	gmtime_r(&t, &tm);
	n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof(line) - n, ".%03dZ %s %s ",
			      (int)(ms % 1000), names[level], event);
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof(line) - n - 40, fmt, ap);
	va_end(ap);
	n = k < 0 ? n : n + (size_t)k;
	if (n > sizeof(line) - 41)
		n = sizeof(line) - 41;
	if (ok > 1)
		n += (size_t)snprintf(line + n, 38, " dropped_before=%u", ok - 1);
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere to complain to */
}

const char *log_quote(char *out, size_t size, const char *text)
{
	size_t n = 0;

	out[n++] = '"';
	for (; *text && n + 2 < size; text++) {
		unsigned char c = (unsigned char)*text;

		out[n++] = (char)(c < 0x20 || c == 0x7f || c == '"' || c == '\\' ? '?'
										 : c);
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}
