/* store.h - the directory of recordings, and how the files in it are called. Behind the
 * name of a recording, and but for the first edition that of the edition:
 *
 *   .<ext>              finished, or the first of those that could not be made one
 *   .<n>.<ext>          the next ones of these, from 2 on
 *   .part.<ext>         what grows, or was left by a server that died; see part.h
 *   .at<us>.part.<ext>  a later part, and where its zero is in the recording
 *   .at<us>.<ext>       a finished piece, of which there are or will be others
 *   .broken.<ext>, .at<us>.broken.<ext>  of which nothing could be rescued
 *   any of them with .tmp behind it: not whole yet, of whoever makes it
 *
 * That the finished one is there and a piece too means that it holds that piece: a part
 * becomes a piece, and goes, before pieces are joined, and they go when that is on disk.
 */
#ifndef RECORDER_STORE_H
#define RECORDER_STORE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

#define STORE_PATH_MAX    512
#define STORE_FILE_MAX    136
#define STORE_NAME_MAX    63 /* [a-z0-9-]+ */
#define STORE_EDITION_MAX 15 /* [a-z]+ */
#define STORE_KINDS       10

/* What kinds of files a recording may have: <name>.<ext>, or <name>.<edition>.<ext>. */
struct store_kind {
	char edition[STORE_EDITION_MAX + 1]; /* empty: not in the names of its files */
	char extension[8];                   /* empty: there are none of this kind */
	bool folder;                         /* of files, none of them a folder */
};

enum store_stage { STORE_WHOLE, STORE_PART, STORE_BROKEN };

/* One file, or folder. */
struct store_file {
	char name[STORE_NAME_MAX + 1];
	uint32_t kind;   /* an index of those given to store_create(), here as below */
	int64_t at_us;   /* negative: not said */
	uint32_t number; /* 0: none */
	enum store_stage stage;
	bool tmp;
};

bool store_name_ok(const char *name);

/* Makes `dir` (0700) when it is missing. -EPERM: everybody may write there. */
int store_create(struct store **out, const char *dir,
		 const struct store_kind kinds[STORE_KINDS]) AULA_MUST_CHECK;
/* ANY_THREAD: it is counted, since a thread may be left behind in the disk. */
struct store *store_get(struct store *store);
void store_put(struct store *store); /* NULL is accepted */

int store_fd(const struct store *store); /* of the directory; not to be closed */
bool store_has(const struct store *store, uint32_t kind);
bool store_is_folder(const struct store *store, uint32_t kind);

/* Bytes that are free for us, or a negative errno. */
int64_t store_free_bytes(const struct store *store);

/* Names, without and with the directory. */
void store_file(const struct store *store, const struct store_file *file,
		char out[STORE_FILE_MAX]);
void store_path(const struct store *store, const struct store_file *file,
		char out[STORE_PATH_MAX]);

/* Its bytes, of a folder those of all its files; -ENOENT, -EINVAL: it is neither a file
 * nor, where it must be one, a folder. */
int64_t store_bytes(const struct store *store, const struct store_file *file);

/* -ENOENT. What is a link is removed, not where it points to. */
int store_remove(const struct store *store, const struct store_file *file);
int store_rename(const struct store *store, const struct store_file *from,
		 const struct store_file *to);

/* What was renamed or removed until now stays so after a power cut. */
int store_sync(const struct store *store);

/* Removes all files and folders of the name, also of kinds that are unknown. 0: nothing
 * is left; -EBUSY: somebody works on a part of it, nothing was removed. Takes long for a
 * large file. */
int store_delete(struct store *store, const char *name);

/* Calls fn for each of our files, until it returns something else than 0; that is then
 * returned. */
int store_each(const struct store *store,
	       int (*fn)(void *ctx, const struct store_file *file),
	       void *ctx) AULA_MUST_CHECK;

#endif
