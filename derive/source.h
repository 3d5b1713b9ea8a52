/* source.h - a recording that is read: its tracks, and its packets one after the other.
 * What it says is hostile. Times are of the recording's own line, in microseconds.
 */
#ifndef DERIVE_SOURCE_H
#define DERIVE_SOURCE_H

#include "base/attr.h"
#include "derive/disk.h"

#include <stdint.h>

#define SOURCE_STREAMS 8

struct AVFormatContext;
struct AVPacket;
struct AVStream;

struct source {
	struct disk disk;
	struct AVFormatContext *format;
	struct AVStream *video, *opus, *aac; /* the first of each, or NULL */
	struct AVStream *sound;              /* the better one of both, or NULL */
	int64_t length_us;                   /* as it says; more than 0 */
	int64_t last_us[SOURCE_STREAMS];     /* the end of what was read */
};

/* Reads `fd`, which stays the caller's and must stay open. -EBADMSG, -ENOTSUP, -EFBIG,
 * -EOVERFLOW, -ENOMEM. */
int source_open(struct source *source, int fd) AULA_MUST_CHECK;
void source_close(struct source *source);

/* Packets of other streams are not read from now on; any may be NULL. */
void source_only(struct source *source, const struct AVStream *a,
		 const struct AVStream *b, const struct AVStream *c);

/* The next packet, in the order of the file; its times are checked. -ENODATA at the end,
 * -EBADMSG when it ends before it should, or makes no sense. */
int source_read(struct source *source, struct AVPacket *packet) AULA_MUST_CHECK;

/* At the key frame at or before that time. */
int source_seek(struct source *source, const struct AVStream *stream,
		int64_t at_us) AULA_MUST_CHECK;

int64_t source_us(const struct AVStream *stream, int64_t stamp);

#endif
