/* A head is read the same however it is cut, and ends as exactly one of a
 * request, a refusal, or a wish for more. */
#include "signaling/http_head.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(struct http_head *head, const uint8_t *data, size_t size, uint32_t seed)
{
	size_t at = 0;

	http_head_init(head);
	while (at < size && head->state == HTTP_HEAD_MORE) {
		size_t n = 1 + (seed = seed * 1103515245 + 12345) / 65536 % 40;

		if (n > size - at)
			n = size - at;
		at += http_head_feed(head, data + at, n);
	}
}

static void check(const struct http_head *head)
{
	const char *path;

	if (head->state == HTTP_HEAD_BAD &&
	    (head->status < 400 || head->status > 505 || !head->status))
		abort();
	if (head->state != HTTP_HEAD_DONE)
		return;
	path = http_head_path(head);
	if ((path[0] != '/' && strcmp(path, "*") != 0) || strstr(path, "/../") ||
	    strstr(path, "//") || strchr(path, '\\'))
		abort();
	if (!http_head_field(head, "host") || head->content_length > LIMIT_HTTP_BODY)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char start[] = "GET /";
	struct http_head *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	uint8_t *text = malloc(size + sizeof(start));

	if (!a || !b || !text)
		abort();
	/* half of the inputs get a start that lets them come far */
	memcpy(text, start, sizeof(start) - 1);
	if (size > 0)
		memcpy(text + sizeof(start) - 1, data, size);
	for (int with = 0; with < 2; with++) {
		const uint8_t *p = text + (with ? 0 : sizeof(start) - 1);
		size_t n = size + (with ? sizeof(start) - 1 : 0);

		feed(a, p, n, 1);
		feed(b, p, n, (uint32_t)size + 7);
		if (a->state != b->state || a->status != b->status)
			abort();
		check(a);
	}
	free(a);
	free(b);
	free(text);
	return 0;
}
