/* tree.h - the files of one recording, <id>.* in the folder of recordings and in folders
 * of that name, without what still grows, broke, will be joined or renamed.
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define TREE_FILES 100000 /* of one recording; more are an error */
#define TREE_NAME  320    /* of a file, its folder before it, with the zero */

struct tree_file {
	char name[TREE_NAME]; /* below the folder of recordings */
	int64_t bytes;
};

struct tree {
	int dir;                 /* owned */
	struct tree_file *files; /* sorted by name */
	uint32_t n, room;
	int64_t bytes; /* of all */
	bool left;     /* and there is a part, of which an edition will be made */
};

/* -ENOENT: the folder is not there, or the recording has no file; -E2BIG. To be closed in
 * any case. */
int tree_open(struct tree *out, const char *folder, const char *id) AULA_MUST_CHECK;
void tree_close(struct tree *tree);

/* Opens one of them to read. -EBUSY: it is no longer what it was. */
int tree_file_open(const struct tree *tree, const struct tree_file *file) AULA_MUST_CHECK;

#endif
