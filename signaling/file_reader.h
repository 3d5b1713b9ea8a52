/* file_reader.h - reads files for who is sent them over HTTP, on threads of its own: a
 * disk that is slow, or hangs, holds up who asks for its files, and nobody else. What is
 * asked for waits in one line, and each thread takes the first of it. What a thread had
 * fetched, and is in the kernel's memory, is read without one: bytes that another
 * processor had to copy cost a fifth more. Control thread.
 */
#ifndef SIGNALING_FILE_READER_H
#define SIGNALING_FILE_READER_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FILE_READERS 2           /* threads */
#define FILE_AHEAD   (1 << 20)   /* bytes that are fetched into the kernel's memory */
#define FILE_PIECE   (256 << 10) /* bytes of a file in memory at once */
/* Files that wait to be opened; policy when full: -ENOBUFS. A file that is open always
 * gets into the line: there is at most one for each connection. */
#define FILE_LINE    1024
#define FILE_WAIT_US INT64_C(15000000) /* for an answer; then -ETIMEDOUT */
#define FILE_STOP_US INT64_C(1000000)  /* then a thread that hangs is left alone */

struct evbuffer;
struct file_content;
struct file_reader;
struct file_read; /* one file, for one who is sent it */
struct loop;
struct seal_keys;

/* Who waits. Told once for each thing that was asked, from the loop: 0 or the bytes that
 * were read; -ETIMEDOUT, or what file_content.h says. */
struct file_asker {
	void (*done)(void *ctx, ssize_t n);
	void *ctx;
};

/* `keys` (may be NULL) are copied. */
int file_reader_create(struct file_reader **out, struct loop *loop,
		       const struct seal_keys *keys) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* All that it read was closed. NULL is accepted. */
void file_reader_destroy(struct file_reader *reader) RUNS_ON(on_ctl);
/* Tests, before anything is asked for: instead of FILE_WAIT_US. */
void file_reader_wait(struct file_reader *reader, int64_t wait_us);

/* Begins to open it. -ENOBUFS, -ENOMEM: it does not. */
int file_read_open(struct file_read **out, struct file_reader *reader, const char *path,
		   const struct file_asker *asker) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* What is in memory already of what a thread had fetched there: at most `len` bytes from
 * `at` on. -EAGAIN: the next piece has to be asked for. */
ssize_t file_read_now(struct file_read *read, void *out, size_t len, int64_t at)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Begins to read the next piece: up to FILE_PIECE bytes of the `left` ones from `at` on;
 * what comes behind it is fetched. With the last of them the file is closed. Not while it
 * does anything else. */
void file_read_next(struct file_read *read, int64_t at, int64_t left,
		    const struct file_asker *asker) RUNS_ON(on_ctl);
/* The piece becomes the end of `to`, which must be empty before the next one is asked
 * for. */
int file_read_give(struct file_read *read, struct evbuffer *to)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Lets go of it, whatever it does: nothing is told any more. NULL is accepted. */
void file_read_close(struct file_read *read) RUNS_ON(on_ctl);

/* While nothing is being done with it. */
const struct file_content *file_read_content(const struct file_read *read)
	RUNS_ON(on_ctl);
const char *file_read_path(const struct file_read *read);

#endif
