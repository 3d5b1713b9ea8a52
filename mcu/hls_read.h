/* hls_read.h - one file of a recording's folder, from the disk into memory; a list also
 * packed, since it says much the same in each line. May block: on the thread of
 * hls_files.h, and in tests.
 */
#ifndef MCU_HLS_READ_H
#define MCU_HLS_READ_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct seal_keys;

struct hls_read {
	int fd;       /* of a piece: in memory; -1: it is a list */
	size_t bytes; /* of the file */
	char *text;   /* of a list; owned, as `fd` is */
	char *gz;     /* the same as gzip; NULL: no memory for it */
	size_t gz_len;
};

/* <dir>/<id>.live.part.hls/<name> while it runs, <dir>/<id>.live.hls/<name> then; none
 * of it through a link. What is sealed comes opened by the keys, which may be NULL:
 * -EKEYREJECTED, -EBADMSG as of seal_open(). -ENOENT, -EFBIG, or as open() and read(). */
int hls_read(struct hls_read *out, const char *dir, const char *id, const char *name,
	     const struct seal_keys *keys) AULA_MUST_CHECK;
void hls_read_free(struct hls_read *read);

#endif
