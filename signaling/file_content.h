/* file_content.h - an open file as it is sent: as it is, or as it was before it was
 * sealed. Waits as long as its disk does: on the threads of file_reader.h; of what is in
 * memory anywhere. One owner, nothing shared.
 */
#ifndef SIGNALING_FILE_CONTENT_H
#define SIGNALING_FILE_CONTENT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct seal;
struct seal_keys;

struct file_content {
	int fd;            /* -1: there is none, and the rest is of the last one */
	struct seal *seal; /* NULL: it is as it was made */
	int64_t size;      /* bytes of what is sent */
	struct timespec changed;
};

/* -ENOENT: it is not there; -ENXIO: it is no file, or a link; of one that is sealed as
 * seal_open(), whose `keys` may be NULL; or the system's. */
int content_open(struct file_content *content, const char *path,
		 const struct seal_keys *keys) AULA_MUST_CHECK;
/* Of one that is open, in memory and not sealed. Takes the descriptor when it can. */
int content_take(struct file_content *content, int fd) AULA_MUST_CHECK;
/* At most `len` bytes from `at` on, as many as there are. 0: it is shorter now than it
 * said; -EBADMSG, or the system's. */
ssize_t content_read(struct file_content *content, void *out, size_t len,
		     int64_t at) AULA_MUST_CHECK;
/* The same of what needs no disk; -EAGAIN: that is nothing of it; -EOPNOTSUPP: of this
 * file it never is known. Of one that is not sealed. */
ssize_t content_read_now(const struct file_content *content, void *out, size_t len,
			 int64_t at) AULA_MUST_CHECK;
/* Has so many bytes fetched into memory, and does not wait until they are there. */
void content_fetch(const struct file_content *content, int64_t at, int64_t len);
/* One that is not open is accepted. */
void content_close(struct file_content *content);

#endif
