/* store.h - the directory of recordings, and the parts in it. A part is a file
 * that still grows; whoever works on it holds its lock, which the kernel lets
 * go of when the process dies: so a part without a lock is one to rescue.
 */
#ifndef RECORDER_STORE_H
#define RECORDER_STORE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct part;
struct worker;

#define STORE_PATH_MAX    512
#define STORE_NAME_MAX    63 /* [a-z0-9-]+ */
#define STORE_EDITION_MAX 15 /* [a-z]+ */
#define STORE_KINDS       4

/* What kinds of files a recording may have: <name>.<ext>, or <name>.<edition>.<ext>. */
struct store_kind {
	char edition[STORE_EDITION_MAX + 1]; /* empty: not in the names of its files */
	char extension[8];                   /* empty: there are none of this kind */
};

bool store_name_ok(const char *name);

/* Makes `dir` (0700) when it is missing. -EPERM: everybody may write there. */
int store_create(struct store **out, const char *dir,
		 const struct store_kind kinds[STORE_KINDS]) AULA_MUST_CHECK;
void store_destroy(struct store *store); /* NULL is accepted */

/* Bytes that are free for us, or a negative errno. */
int64_t store_free_bytes(const struct store *store);

/* Path of the finished file; the buffer has STORE_PATH_MAX bytes. `kind` is an index
 * of those given to store_create(), here as below. */
void store_path(const struct store *store, const char *name, uint32_t kind, char *out);

/* Bytes of the finished file, or a negative errno. */
int64_t store_bytes(const struct store *store, const char *name, uint32_t kind);

/* Makes the part a broken one without opening it. */
int store_set_aside(struct store *store, const char *name, uint32_t kind);

/* Removes all files of the name, of all kinds, and the folder <name>.made. 0: nothing is left; -EBUSY: somebody
 * works on a part of it, nothing was removed. Takes long for a large file. */
int store_delete(struct store *store, const char *name);

/* Makes the file of a new recording: empty, 0600, locked. -EEXIST: the name was
 * used before. */
int part_create(struct part **out, struct store *store, const char *name,
		uint32_t kind) AULA_MUST_CHECK;

/* Opens what a dead server left. -EBUSY: somebody works on it, or is about to;
 * -ENOENT: there is none. */
int part_adopt(struct part **out, struct store *store, const char *name,
	       uint32_t kind) AULA_MUST_CHECK;

struct part *part_get(struct part *part);
void part_put(struct part *part); /* NULL is accepted */

const char *part_path(const struct part *part);
int64_t part_bytes(const struct part *part);

/* Lets `worker` put the file onto the disk, unless it is still at it. Returns
 * the error of an earlier time, 0 without one. */
int part_sync(struct part *part, struct worker *worker);

/* The ways a part ends. Each returns 0 or a negative errno. */
int part_remove(struct part *part); /* the finished file is there already */
int part_rename(struct part *part); /* becomes the finished file as it is */
int part_set_aside(
	struct part *part); /* to <name>[.<edition>].broken.<ext>; an empty one goes */

/* Calls fn for each part in the directory, until it returns false. */
int store_each_part(struct store *store,
		    bool (*fn)(void *ctx, const char *name, uint32_t kind),
		    void *ctx) AULA_MUST_CHECK;

#endif
