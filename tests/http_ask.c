#include "tests/http_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

char ask_reply[ASK_REPLY];

size_t ask_read_all(struct stream *s)
{
	static char rest[65536];
	size_t n = 0;

	for (;;) {
		bool fits = n < ASK_REPLY - 1;
		int got = stream_read(s, fits ? ask_reply + n : rest,
				      fits ? ASK_REPLY - 1 - n : sizeof(rest),
				      ASK_WAIT_MS);

		CHECK(got != -ETIMEDOUT);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	ask_reply[n < ASK_REPLY ? n : ASK_REPLY - 1] = '\0';
	return n;
}

int ask_status_of(const char *text)
{
	int status = 0;

	sscanf(text, "HTTP/1.1 %d ", &status);
	return status;
}

int ask_raw(struct rig *rig, bool tls, const char *bytes, size_t len)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), tls);

	CHECK(s);
	stream_write(s, bytes, len); /* may fail: the answer tells */
	if (!tls)
		stream_shut(s);
	ask_read_all(s);
	stream_close(s);
	return ask_status_of(ask_reply);
}

int ask_get(struct rig *rig, const char *target, const char *fields)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n",
			 target, fields);

	return ask_raw(rig, false, text, (size_t)n);
}

const char *ask_body(void)
{
	const char *p = strstr(ask_reply, "\r\n\r\n");

	CHECK(p);
	return p + 4;
}
