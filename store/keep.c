#include "store/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/fault.h"
#include "store/kind.h"
#include "store/listing.h"
#include "store/object.h"
#include "store/parts.h"
#include "store/tree.h"

bool keep_id_ok(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

	return n > 0 && n <= 32 && !id[n];
}

static int key_of(const struct keep *keep, const char *name, char out[PLACE_KEY + 1])
{
	int n = snprintf(out, PLACE_KEY + 1, "%s%s", wire_place(keep->wire)->prefix,
			 name);

	return n < 0 || n > PLACE_KEY ? -E2BIG : 0;
}

/* One file through `act`, and what it failed at is kept. */
static int each(struct keep *keep, const struct tree *tree, const struct tree_file *file,
		int (*act)(struct wire *wire, const char *key, int fd,
			   const struct tree_file *file))
{
	char key[PLACE_KEY + 1];
	int err = key_of(keep, file->name, key), fd;

	if (!err) {
		fd = tree_file_open(tree, file);
		err = fd < 0 ? fd : act(keep->wire, key, fd, file);
		if (fd >= 0)
			close(fd);
	}
	if (err)
		snprintf(keep->failed, sizeof(keep->failed), "%s", file->name);
	else
		say_done(wire_say(keep->wire), file->bytes);
	return err;
}

/* What is the same already costs a look at it, and no more. */
static int save(struct wire *wire, const char *key, int fd, const struct tree_file *file)
{
	int err = object_same(wire, key, fd, file->bytes);

	if (err != FAULT_MISSING && err != FAULT_DIFFERS)
		return err;
	return object_put(wire, key, fd, file->bytes, kind_type(file->name));
}

static int compare(struct wire *wire, const char *key, int fd,
		   const struct tree_file *file)
{
	return object_same(wire, key, fd, file->bytes);
}

/* As long as one of its editions waits to be made, all of it stays here: pieces that went
 * would be joined by nobody, and the edition were lost. */
static int open_whole(struct tree *tree, const struct keep *keep, const char *id)
{
	int err = tree_open(tree, keep->folder, id);

	return err ? err : tree->left ? FAULT_UNFINISHED : 0;
}

int keep_save(struct keep *keep, const char *id)
{
	struct tree tree;
	int err = open_whole(&tree, keep, id);

	say_step(wire_say(keep->wire), "save", tree.bytes);
	for (uint32_t i = 0; i < tree.n && !err; i++)
		err = each(keep, &tree, &tree.files[i], save);
	tree_close(&tree);
	return err;
}

int keep_free(struct keep *keep, const char *id)
{
	struct tree tree;
	int err = open_whole(&tree, keep, id);

	say_step(wire_say(keep->wire), "free", tree.bytes);
	for (uint32_t i = 0; i < tree.n && !err; i++)
		if (kind_leaves(tree.files[i].name))
			err = each(keep, &tree, &tree.files[i], compare);
	for (uint32_t i = 0; i < tree.n && !err; i++)
		if (kind_leaves(tree.files[i].name) &&
		    unlinkat(tree.dir, tree.files[i].name, 0) && errno != ENOENT)
			err = -EIO;
	tree_close(&tree);
	return err;
}

static int drop(void *ctx, const char *key, int64_t bytes, const char *tag)
{
	struct keep *keep = ctx;
	int err = object_delete(keep->wire, key);

	(void)tag;
	if (err)
		snprintf(keep->failed, sizeof(keep->failed), "%s", key);
	else
		say_done(wire_say(keep->wire), bytes);
	return err;
}

int keep_drop(struct keep *keep, const char *start)
{
	char prefix[PLACE_KEY + 1];
	int err = key_of(keep, start, prefix);

	say_step(wire_say(keep->wire), "drop", 0);
	if (!err)
		err = parts_abort(keep->wire, prefix);
	return err ? err : listing_objects(keep->wire, prefix, drop, keep);
}
