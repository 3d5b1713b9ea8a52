#include "store/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/attr.h"
#include "store/fault.h"

#define NAME 1025 /* of an object, with its zero */

static AULA_PRINTF(1, 2) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* the signal of this is held back while libcurl works */
	if (vdprintf(STDOUT_FILENO, format, args) < 0 && errno == EPIPE)
		_exit(EX_IOERR);
	va_end(args);
}

/* Cut where it is longer than a name can be. */
static void escape(char out[NAME * 6], const char *name)
{
	size_t at = 0;

	for (; *name && at + 7 < (size_t)NAME * 6; name++) {
		unsigned char c = (unsigned char)*name;

		if (c == '"' || c == '\\' || c < 0x20 || c == 0x7f)
			at += (size_t)snprintf(out + at, 7, "\\u%04x", c);
		else
			out[at++] = (char)c;
	}
	out[at] = '\0';
}

void say_step(struct say *to, const char *step, int64_t all)
{
	*to = (struct say){.step = step, .all = all, .told = -1};
	say_at(to, 0);
}

void say_at(struct say *to, int64_t more)
{
	int64_t at = to->done + more;
	int percent = to->all > 0 && at < to->all ? (int)(at * 100 / to->all) : 99;

	if (!to->step || percent <= to->told)
		return;
	to->told = percent;
	say("{\"step\":\"%s\",\"done\":%d.%02d}\n", to->step, percent / 100,
	    percent % 100);
}

void say_done(struct say *to, int64_t more)
{
	say_at(to, more);
	to->done += more;
	to->objects++;
}

void say_object(const char *name, int64_t bytes, const char *tag)
{
	char escaped[NAME * 6], safe[64];

	escape(escaped, name);
	snprintf(safe, sizeof(safe), "%.*s", (int)strspn(tag, "0123456789abcdef-"), tag);
	say("{\"name\":\"%s\",\"bytes\":%lld,\"tag\":\"%s\"}\n", escaped,
	    (long long)bytes, safe);
}

void say_ok(const struct say *from)
{
	say("{\"ok\":true,\"objects\":%lld,\"bytes\":%lld}\n", (long long)from->objects,
	    (long long)from->done);
}

void say_fault(int err, const char *name)
{
	const struct fault *fault = fault_of(err);
	char escaped[NAME * 6];

	escape(escaped, name ? name : "");
	say("{\"ok\":false,\"code\":\"%s\",\"why\":\"%s\",\"name\":\"%s\"}\n",
	    fault->code, fault->why, escaped);
}
