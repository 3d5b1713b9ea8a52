#include "store/object.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/fault.h"
#include "store/parts.h"

/* Tags are MD5 but of what is encrypted by the keys of another service, or by a storage
 * that reckons otherwise; those have another length. Then what we put beside it says
 * what it is; without that (it is of an earlier time, or of somebody else) nothing does,
 * and it is put once more. */
static bool told_apart(const struct wire_said *said, const char *tag)
{
	if (!said->sealed && strlen(said->tag) == strlen(tag))
		return strcmp(said->tag, tag) != 0;
	return strcmp(said->sum, tag) != 0;
}

/* As the storage would say it, of what is here. */
static int tag_of(char tag[DIGEST_TAG], int fd, int64_t bytes)
{
	struct digest digest;
	int err;

	if (bytes > OBJECT_WHOLE)
		return parts_tag(tag, fd, bytes);
	err = digest_file(&digest, fd, 0, bytes);
	if (!err)
		memcpy(tag, digest.md5_hex, sizeof(digest.md5_hex));
	return err;
}

int object_head(struct wire *wire, const char *key, struct wire_said *said)
{
	const struct wire_ask ask = {.method = "HEAD", .key = key};

	return wire_ask(wire, &ask, said);
}

/* What is there now, whatever the answers before said. */
static int compare(struct wire *wire, const char *key, int64_t bytes, const char *tag)
{
	struct wire_said said;
	int err = object_head(wire, key, &said);

	if (!err && (said.bytes != bytes || told_apart(&said, tag)))
		err = FAULT_DIFFERS;
	return err;
}

static int put_whole(struct wire *wire, const char *key, int fd, int64_t bytes,
		     const char *type)
{
	struct digest digest;
	struct wire_said said;
	struct wire_ask ask = {.method = "PUT",
			       .key = key,
			       .fd = fd,
			       .bytes = bytes,
			       .digest = &digest,
			       .type = type,
			       .sum = digest.md5_hex,
			       .encrypt = true};
	int err = digest_file(&digest, fd, 0, bytes);

	if (!err)
		err = wire_ask(wire, &ask, &said);
	return err ? err : compare(wire, key, bytes, digest.md5_hex);
}

int object_put(struct wire *wire, const char *key, int fd, int64_t bytes,
	       const char *type)
{
	char tag[DIGEST_TAG];
	int err;

	if (bytes <= OBJECT_WHOLE)
		return put_whole(wire, key, fd, bytes, type);
	err = parts_put(wire, key, fd, bytes, type, tag);
	return err ? err : compare(wire, key, bytes, tag);
}

int object_same(struct wire *wire, const char *key, int fd, int64_t bytes)
{
	char tag[DIGEST_TAG];
	struct wire_said said;
	int err = object_head(wire, key, &said);

	if (err)
		return err;
	if (said.bytes != bytes)
		return FAULT_DIFFERS; /* without reading the file */
	err = tag_of(tag, fd, bytes);
	if (err)
		return err;
	return told_apart(&said, tag) ? FAULT_DIFFERS : 0;
}

int object_get(struct wire *wire, const char *key, int fd)
{
	const struct wire_ask ask = {.method = "GET", .key = key, .to = fd};
	struct wire_said said;
	char tag[DIGEST_TAG];
	struct stat st;
	int err = wire_ask(wire, &ask, &said);

	if (err)
		return err;
	if (fstat(fd, &st) || (said.bytes >= 0 && st.st_size != said.bytes))
		return FAULT_DIFFERS;
	err = tag_of(tag, fd, st.st_size);
	if (err)
		return err;
	/* what nobody reckoned beside it is taken as it comes */
	return (*said.sum || strlen(said.tag) == strlen(tag)) && told_apart(&said, tag)
		       ? FAULT_DIFFERS
		       : 0;
}

int object_delete(struct wire *wire, const char *key)
{
	const struct wire_ask ask = {.method = "DELETE", .key = key};
	struct wire_said said;
	int err = wire_ask(wire, &ask, &said);

	return err == FAULT_MISSING ? 0 : err;
}
