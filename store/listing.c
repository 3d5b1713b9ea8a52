#include "store/listing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/fault.h"
#include "store/xml.h"

#define MARK 2048 /* characters of where a page goes on, at most */

/* A list that comes in pages. */
struct pages {
	const char *key;
	struct sign_pair query[4];
	size_t first;        /* of the query, on the first page; */
	size_t n;            /* on all others, with the marks, which are its last */
	const char *next[2]; /* elements that say the marks; NULL: there is one */
	const char *element; /* of an entry */
	int (*take)(const struct pages *pages, const struct xml *entry);
	const char *prefix;
	union {
		int (*object)(void *ctx, const char *key, int64_t bytes, const char *tag);
		int (*upload)(void *ctx, const char *key, const char *upload);
		int (*part)(void *ctx, uint32_t number, int64_t bytes, const char *tag);
	} fn;
	void *ctx;
};

/* True: there is one more, and `marks` say where. */
static int more(const struct pages *pages, const struct xml *answer, char marks[2][MARK],
		bool *out)
{
	char text[8];

	*out = xml_text(*answer, "IsTruncated", text, sizeof(text)) &&
	       strcmp(text, "true") == 0;
	for (int i = 0; *out && i < 2 && pages->next[i]; i++)
		if (!xml_text(*answer, pages->next[i], marks[i], MARK))
			return FAULT_ANSWER;
	return 0;
}

/* The text of a page is copied, since its entries may lead to other requests. */
static int page(struct wire *wire, const struct pages *pages, bool first,
		char marks[2][MARK], bool *goes_on)
{
	const struct wire_ask ask = {.method = "GET",
				     .key = pages->key,
				     .query = pages->query,
				     .n_query = first ? pages->first : pages->n};
	struct xml answer, entry;
	struct wire_said said;
	int err = wire_ask(wire, &ask, &said);
	char *text;

	if (err)
		return err;
	text = malloc(said.len + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, said.text ? said.text : "", said.len);
	answer = (struct xml){text, text + said.len};
	err = said.len ? more(pages, &answer, marks, goes_on) : FAULT_ANSWER;
	while (!err && xml_next(&answer, pages->element, &entry))
		err = pages->take(pages, &entry);
	free(text);
	return err;
}

static int all_pages(struct wire *wire, struct pages *pages)
{
	char marks[2][MARK] = {"", ""};
	bool goes_on = true;
	int err = 0;

	for (size_t i = pages->first; i < pages->n; i++)
		pages->query[i].value = marks[i - pages->first];
	for (int i = 0; !err && goes_on && i < LISTING_PAGES; i++)
		err = page(wire, pages, i == 0, marks, &goes_on);
	return err;
}

/* Without the quotes that the storage has around it. */
static void tag_of(const struct xml *entry, char out[DIGEST_TAG])
{
	char tag[DIGEST_TAG + 2];
	size_t n;

	out[0] = '\0';
	if (!xml_text(*entry, "ETag", tag, sizeof(tag)))
		return;
	n = strspn(tag, "\"");
	snprintf(out, DIGEST_TAG, "%.*s", (int)strcspn(tag + n, "\""), tag + n);
}

static bool key_of(const struct pages *pages, const struct xml *entry,
		   char out[PLACE_KEY + 1])
{
	return xml_text(*entry, "Key", out, PLACE_KEY + 1) &&
	       strncmp(out, pages->prefix, strlen(pages->prefix)) == 0;
}

static int take_object(const struct pages *pages, const struct xml *entry)
{
	char key[PLACE_KEY + 1], tag[DIGEST_TAG];
	long long bytes;

	if (!key_of(pages, entry, key) || !xml_number(*entry, "Size", &bytes))
		return FAULT_ANSWER;
	tag_of(entry, tag);
	return pages->fn.object(pages->ctx, key, bytes, tag);
}

static int take_upload(const struct pages *pages, const struct xml *entry)
{
	char key[PLACE_KEY + 1], upload[LISTING_UPLOAD + 1];

	if (!key_of(pages, entry, key) ||
	    !xml_text(*entry, "UploadId", upload, sizeof(upload)))
		return FAULT_ANSWER;
	return pages->fn.upload(pages->ctx, key, upload);
}

static int take_part(const struct pages *pages, const struct xml *entry)
{
	long long number, bytes;
	char tag[DIGEST_TAG];

	if (!xml_number(*entry, "PartNumber", &number) ||
	    !xml_number(*entry, "Size", &bytes) || number < 1 || number > UINT32_MAX)
		return FAULT_ANSWER;
	tag_of(entry, tag);
	return pages->fn.part(pages->ctx, (uint32_t)number, bytes, tag);
}

int listing_objects(struct wire *wire, const char *prefix,
		    int (*fn)(void *ctx, const char *key, int64_t bytes, const char *tag),
		    void *ctx)
{
	struct pages pages = {.key = "",
			      .query = {{"list-type", "2"},
					{"prefix", prefix},
					{"continuation-token", NULL}},
			      .first = 2,
			      .n = 3,
			      .next = {"NextContinuationToken", NULL},
			      .element = "Contents",
			      .take = take_object,
			      .prefix = prefix,
			      .fn.object = fn,
			      .ctx = ctx};

	return all_pages(wire, &pages);
}

int listing_uploads(struct wire *wire, const char *prefix,
		    int (*fn)(void *ctx, const char *key, const char *upload), void *ctx)
{
	struct pages pages = {.key = "",
			      .query = {{"uploads", ""},
					{"prefix", prefix},
					{"key-marker", NULL},
					{"upload-id-marker", NULL}},
			      .first = 2,
			      .n = 4,
			      .next = {"NextKeyMarker", "NextUploadIdMarker"},
			      .element = "Upload",
			      .take = take_upload,
			      .prefix = prefix,
			      .fn.upload = fn,
			      .ctx = ctx};

	return all_pages(wire, &pages);
}

int listing_parts(struct wire *wire, const char *key, const char *upload,
		  int (*fn)(void *ctx, uint32_t number, int64_t bytes, const char *tag),
		  void *ctx)
{
	struct pages pages = {
		.key = key,
		.query = {{"uploadId", upload}, {"part-number-marker", NULL}},
		.first = 1,
		.n = 2,
		.next = {"NextPartNumberMarker", NULL},
		.element = "Part",
		.take = take_part,
		.prefix = "",
		.fn.part = fn,
		.ctx = ctx};

	return all_pages(wire, &pages);
}
