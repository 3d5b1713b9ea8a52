/* mux.h - an MP4 that is made in a folder: its index comes first, and it has its name
 * only when it is whole.
 */
#ifndef DERIVE_MUX_H
#define DERIVE_MUX_H

#include "base/attr.h"
#include "derive/disk.h"
#include "derive/folder.h"

#include <stdint.h>

struct AVCodecParameters;
struct AVFormatContext;
struct AVPacket;
struct AVStream;

struct mux {
	struct AVFormatContext *format;
	struct disk disk, again; /* what is written; the same while it is moved */
	const struct folder *folder;
	const char *name; /* the caller's, until it is closed */
	int fd;
};

/* `kind`: "mp4" or "ipod", as libavformat calls them. On success it goes to
 * mux_commit() or mux_drop(). */
int mux_open(struct mux *mux, const struct folder *folder, const char *name,
	     const char *kind) AULA_MUST_CHECK;
/* A track like that one, with its times; NULL: no memory. Before mux_start(). */
struct AVStream *mux_like(struct mux *mux, const struct AVStream *from);
/* Before mux_start(): a chapter; times in milliseconds. */
int mux_chapter(struct mux *mux, int64_t from_ms, int64_t to_ms,
		const char *title) AULA_MUST_CHECK;
int mux_start(struct mux *mux) AULA_MUST_CHECK;
/* Takes what the packet refers to; its times are of `from`. */
int mux_write(struct mux *mux, struct AVPacket *packet, const struct AVStream *from,
	      const struct AVStream *to) AULA_MUST_CHECK;
int mux_commit(struct mux *mux) AULA_MUST_CHECK;
void mux_drop(struct mux *mux);

#endif
