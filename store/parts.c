#include "store/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/fault.h"
#include "store/listing.h"
#include "store/xml.h"

#define MB INT64_C(1048576)

struct job {
	struct wire *wire;
	const char *key;
	int fd;
	int64_t bytes, size; /* of the file; of a part */
	uint32_t n;
	char upload[LISTING_UPLOAD + 1];
	struct part {                 /* n of them */
		int64_t bytes;        /* that the storage has of it; 0: nothing */
		char tag[DIGEST_TAG]; /* that it says */
		unsigned char md5[DIGEST_MD5];
	} * parts;
};

int64_t parts_size(int64_t bytes)
{
	int64_t least = bytes / PARTS_MOST + 1;

	return least <= PARTS_BYTES ? PARTS_BYTES : (least + MB - 1) / MB * MB;
}

static int64_t part_bytes(const struct job *job, uint32_t i)
{
	int64_t left = job->bytes - job->size * i;

	return left < job->size ? left : job->size;
}

static int job_open(struct job *job, int fd, int64_t bytes)
{
	job->fd = fd;
	job->bytes = bytes;
	job->size = parts_size(bytes);
	job->n = (uint32_t)((bytes + job->size - 1) / job->size);
	job->parts = calloc(job->n, sizeof(*job->parts));
	return job->parts ? 0 : -ENOMEM;
}

static int job_tag(const struct job *job, char tag[DIGEST_TAG])
{
	unsigned char *all = malloc((size_t)job->n * DIGEST_MD5);
	int err;

	if (!all)
		return -ENOMEM;
	for (uint32_t i = 0; i < job->n; i++)
		memcpy(all + (size_t)i * DIGEST_MD5, job->parts[i].md5, DIGEST_MD5);
	err = digest_tag(tag, all, job->n);
	free(all);
	return err;
}

int parts_tag(char tag[DIGEST_TAG], int fd, int64_t bytes)
{
	struct job job = {0};
	struct digest digest;
	int err = job_open(&job, fd, bytes);

	for (uint32_t i = 0; i < job.n && !err; i++) {
		err = digest_file(&digest, fd, job.size * i, part_bytes(&job, i));
		memcpy(job.parts[i].md5, digest.md5, DIGEST_MD5);
	}
	if (!err)
		err = job_tag(&job, tag);
	free(job.parts);
	return err;
}

/* ---- what is there of an earlier time -----------------------------------------------
 */

/* The last one that was begun has most to it, or nothing; the others go with the object.
 */
static int take_upload(void *ctx, const char *key, const char *upload)
{
	struct job *job = ctx;

	if (strcmp(key, job->key) == 0)
		snprintf(job->upload, sizeof(job->upload), "%s", upload);
	return 0;
}

static int take_part(void *ctx, uint32_t number, int64_t bytes, const char *tag)
{
	struct job *job = ctx;

	if (number > job->n)
		return FAULT_DIFFERS; /* it was of another file */
	job->parts[number - 1].bytes = bytes;
	snprintf(job->parts[number - 1].tag, DIGEST_TAG, "%s", tag);
	return 0;
}

static int abort_one(void *ctx, const char *key, const char *upload)
{
	const struct sign_pair query[] = {{"uploadId", upload}};
	const struct wire_ask ask = {
		.method = "DELETE", .key = key, .query = query, .n_query = 1};
	struct wire_said said;
	int err = wire_ask(ctx, &ask, &said);

	return err == FAULT_MISSING ? 0 : err;
}

/* ---- the upload -----------------------------------------------------------------------
 */

/* What all of it is, is said at its beginning: the file is read once more for that. */
static int begin(struct job *job, const char *type)
{
	char tag[DIGEST_TAG];
	const struct sign_pair query[] = {{"uploads", ""}};
	struct digest nothing;
	const struct wire_ask ask = {.method = "POST",
				     .key = job->key,
				     .query = query,
				     .n_query = 1,
				     .digest = &nothing,
				     .type = type,
				     .sum = tag,
				     .encrypt = true};
	struct wire_said said;
	int err = digest_memory(&nothing, "", 0);

	if (!err)
		err = parts_tag(tag, job->fd, job->bytes);
	if (!err)
		err = wire_ask(job->wire, &ask, &said);
	if (!err &&
	    (!said.len || !xml_text((struct xml){said.text, said.text + said.len},
				    "UploadId", job->upload, sizeof(job->upload))))
		err = FAULT_ANSWER;
	return err;
}

/* An upload to go on with, or a new one. */
static int find_or_begin(struct job *job, const char *type)
{
	int err = listing_uploads(job->wire, job->key, take_upload, job);

	if (!err && *job->upload)
		err = listing_parts(job->wire, job->key, job->upload, take_part, job);
	if (err == FAULT_MISSING || err == FAULT_DIFFERS) {
		if (err == FAULT_DIFFERS)
			err = abort_one(job->wire, job->key, job->upload);
		else
			err = 0; /* it ended meanwhile */
		job->upload[0] = '\0';
		memset(job->parts, 0, job->n * sizeof(*job->parts));
	}
	return err || *job->upload ? err : begin(job, type);
}

static int put_part(struct job *job, uint32_t i)
{
	struct part *part = &job->parts[i];
	char number[12];
	const struct sign_pair query[] = {{"partNumber", number},
					  {"uploadId", job->upload}};
	struct digest digest;
	const struct wire_ask ask = {.method = "PUT",
				     .key = job->key,
				     .query = query,
				     .n_query = 2,
				     .fd = job->fd,
				     .from = job->size * i,
				     .bytes = part_bytes(job, i),
				     .digest = &digest};
	struct wire_said said;
	int err = digest_file(&digest, job->fd, ask.from, ask.bytes);

	if (err)
		return err;
	memcpy(part->md5, digest.md5, DIGEST_MD5);
	if (part->bytes == ask.bytes && strcmp(part->tag, digest.md5_hex) == 0) {
		say_at(wire_say(job->wire), ask.from + ask.bytes);
		return 0; /* it is there */
	}
	snprintf(number, sizeof(number), "%u", i + 1);
	err = wire_ask(job->wire, &ask, &said);
	if (err)
		return err;
	if (!*said.tag)
		return FAULT_ANSWER;
	snprintf(part->tag, DIGEST_TAG, "%s", said.tag);
	return !said.sealed && strlen(said.tag) == strlen(digest.md5_hex) &&
			       strcmp(said.tag, digest.md5_hex) != 0
		       ? FAULT_DIFFERS
		       : 0;
}

static int complete(struct job *job)
{
	static const char head[] = "<CompleteMultipartUpload>",
			  tail[] = "</CompleteMultipartUpload>";
	const struct sign_pair query[] = {{"uploadId", job->upload}};
	size_t size = sizeof(head) + sizeof(tail) + (size_t)job->n * (DIGEST_TAG + 80);
	char *text = malloc(size);
	struct digest digest;
	struct wire_ask ask = {.method = "POST",
			       .key = job->key,
			       .query = query,
			       .n_query = 1,
			       .text = text,
			       .digest = &digest,
			       .type = "application/xml"};
	struct wire_said said;
	size_t n;
	int err;

	if (!text)
		return -ENOMEM;
	n = (size_t)sprintf(text, "%s", head);
	for (uint32_t i = 0; i < job->n; i++)
		/* a tag has no signs that mean anything here: see put_part() */
		n += (size_t)sprintf(
			text + n,
			"<Part><PartNumber>%u</PartNumber><ETag>%.*s</ETag></Part>",
			i + 1, (int)strspn(job->parts[i].tag, "0123456789abcdefABCDEF-"),
			job->parts[i].tag);
	n += (size_t)sprintf(text + n, "%s", tail);
	ask.bytes = (int64_t)n;
	err = digest_memory(&digest, text, n);
	if (!err)
		err = wire_ask(job->wire, &ask, &said);
	free(text);
	/* an answer that was lost: whether it is there is looked at next */
	return err == FAULT_MISSING ? 0 : err;
}

int parts_put(struct wire *wire, const char *key, int fd, int64_t bytes, const char *type,
	      char tag[DIGEST_TAG])
{
	struct job job = {.wire = wire, .key = key};
	int err = job_open(&job, fd, bytes);

	if (!err)
		err = find_or_begin(&job, type);
	for (uint32_t i = 0; i < job.n && !err; i++)
		err = put_part(&job, i);
	if (!err)
		err = complete(&job);
	if (!err)
		err = job_tag(&job, tag);
	free(job.parts);
	return err;
}

int parts_abort(struct wire *wire, const char *prefix)
{
	return listing_uploads(wire, prefix, abort_one, wire);
}
