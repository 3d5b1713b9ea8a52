/* folder.h - where files are made: each under a temporary name that becomes its own once
 * it is whole and on the disk. So what has its name is whole, whatever killed us.
 */
#ifndef DERIVE_FOLDER_H
#define DERIVE_FOLDER_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLDER_NAME 256 /* bytes of a file's name, with its end */

struct folder {
	int fd;
};

int folder_open(struct folder *folder, const char *path) AULA_MUST_CHECK;
void folder_close(struct folder *folder);

/* Its size, or that of what is sealed in it; or a negative errno. An empty file is
 * -ENOENT: nothing here is empty. */
int64_t folder_size(const struct folder *folder, const char *name);
bool folder_has(const struct folder *folder, const char *name);
void folder_unlink(const struct folder *folder, const char *name);

/* Calls told() for each whole file whose name is `head`, letters, digits and '-', and
 * `end`; in no order, as many as `most`. */
int folder_each(const struct folder *folder, const char *head, const char *end, int most,
		void (*told)(void *ctx, const char *name), void *ctx) AULA_MUST_CHECK;

/* A descriptor to write and read, or a negative errno. It goes to one of the next two. */
int folder_begin(const struct folder *folder, const char *name) AULA_MUST_CHECK;
int folder_commit(const struct folder *folder, const char *name, int fd) AULA_MUST_CHECK;
void folder_drop(const struct folder *folder, const char *name, int fd);

/* A small file at once. */
int folder_write(const struct folder *folder, const char *name, const void *data,
		 size_t len) AULA_MUST_CHECK;
/* A small file as text with its end; it may be sealed. -EFBIG: longer than that. */
int folder_read(const struct folder *folder, const char *name, char *out,
		size_t size) AULA_MUST_CHECK;

#endif
