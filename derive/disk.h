/* disk.h - a descriptor as libavformat reads and writes it, with the true errno. Several
 * may share one descriptor: each has a place of its own.
 */
#ifndef DERIVE_DISK_H
#define DERIVE_DISK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct AVIOContext;
struct seal;

struct disk {
	struct AVIOContext *pb;
	int fd;            /* the caller's */
	struct seal *seal; /* that opens what is read; NULL: it is not sealed */
	int err;           /* the first error of the system, negative errno */
	int64_t pos, size; /* bytes; the size of what is read is that at its opening */
};

/* -ENOMEM, -EBADMSG for an empty file to read, or the system's. What is read may be
 * sealed, see sealed.h: -EKEYREJECTED. */
int disk_open(struct disk *disk, int fd, bool writes) AULA_MUST_CHECK;
/* What is buffered goes out first; the first error of all. */
int disk_close(struct disk *disk);

#endif
