/* The head parser against the table of bad heads, cut in every way. */
#include "signaling/http_head.h"
#include "tests/test.h"
#include "tests/tsv.h"

#include <string.h>

struct result {
	enum http_head_state state;
	int status;
	size_t used;
};

static struct http_head head;

/* Feeds `step` bytes at a time. */
static struct result parse(const char *bytes, size_t len, size_t step)
{
	size_t at = 0;

	http_head_init(&head);
	while (at < len && head.state == HTTP_HEAD_MORE) {
		size_t n = len - at < step ? len - at : step;

		at += http_head_feed(&head, (const uint8_t *)bytes + at, n);
	}
	return (struct result){head.state, head.status, at};
}

static void row(void *ctx, const char *id, const char *expect, const char *bytes,
		size_t len)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 1000};
	struct result whole = parse(bytes, len, len);
	int want = atoi(expect);

	(void)ctx;
	if (whole.status != want ||
	    whole.state != (want ? HTTP_HEAD_BAD : HTTP_HEAD_DONE)) {
		fprintf(stderr, "%s: state %d status %d, not %d\n", id, whole.state,
			whole.status, want);
		exit(1);
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct result cut = parse(bytes, len, steps[i]);

		CHECK(cut.state == whole.state && cut.status == whole.status &&
		      cut.used == whole.used);
	}
	/* any shorter text is either not finished or refused for the same reason */
	for (size_t n = 0; n < whole.used && n < 300; n++) {
		struct result part = parse(bytes, n, n ? n : 1);

		CHECK(part.state == HTTP_HEAD_MORE);
	}
}

static void test_values(void)
{
	static const char text[] = "POST /j/%C3%A4?x=1%26&y&sig=a+b HTTP/1.1\r\n"
				   "HOST: a:1\r\nX-One:  two \t\r\n"
				   "Accept: a;q=1, B ,c\r\naccept: d\r\n"
				   "Content-Length: 3\r\nConnection: x, Close\r\n\r\nabc";
	struct result r = parse(text, sizeof(text) - 1, 5);

	CHECK(r.state == HTTP_HEAD_DONE && r.used == sizeof(text) - 4);
	CHECK(strcmp(head.method, "POST") == 0);
	CHECK(strcmp(http_head_path(&head), "/j/\xc3\xa4") == 0);
	CHECK(strcmp(http_head_param(&head, "x"), "1&") == 0);
	CHECK(strcmp(http_head_param(&head, "y"), "") == 0);
	CHECK(strcmp(http_head_param(&head, "sig"), "a b") == 0);
	CHECK(!http_head_param(&head, "z"));
	CHECK(strcmp(http_head_field(&head, "host"), "a:1") == 0);
	CHECK(strcmp(http_head_field(&head, "x-one"), "two") == 0);
	CHECK(!http_head_field(&head, "x-two"));
	CHECK(http_head_lists(&head, "accept", "b"));
	CHECK(http_head_lists(&head, "accept", "d"));
	CHECK(!http_head_lists(&head, "accept", "a"));
	CHECK(head.content_length == 3 && !head.keep && !head.expect);
}

static void test_absolute(void)
{
	static const char text[] = "GET http://Aula.example:8443/a/b?c=d HTTP/1.1\r\n"
				   "Host: aula.example:8443\r\n\r\n";

	CHECK(parse(text, sizeof(text) - 1, 1).state == HTTP_HEAD_DONE);
	CHECK(strcmp(http_head_path(&head), "/a/b") == 0);
	CHECK(strcmp(http_head_param(&head, "c"), "d") == 0);
	CHECK(head.keep);
}

int main(void)
{
	CHECK(tsv_each("http.tsv", row, NULL) > 150);
	test_values();
	test_absolute();
	return 0;
}
