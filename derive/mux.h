/* mux.h - an MP4 that is made in a folder: its index comes first, and it has its name
 * only when it is whole.
 *
 * Each track is written in runs of a second: libavformat makes one chunk of what lies
 * together, and an index of one chunk for each packet is twice as large, which all who
 * watch over a thin link wait for. A run begins with a key frame when there is one, and
 * has the sound first, which is small, from a little before that picture on: who jumps
 * there needs nothing of the run before. A run ends where a picture begins, or while one
 * stands long, so that it is known how long the one before it stands.
 *
 * With pieces (pieces.h) the first runs of each are shorter, each as long as all before
 * it: browsers take a fragment when all of it is there, and who comes to it by a link
 * that carries little more than the media sees the first picture soon, and no halt.
 */
#ifndef DERIVE_MUX_H
#define DERIVE_MUX_H

#include "base/attr.h"
#include "derive/disk.h"
#include "derive/folder.h"
#include "derive/pieces.h"

#include <stdint.h>

#define MUX_RUN_US      INT64_C(1000000)
#define MUX_FIRST_US    INT64_C(200000) /* of a piece */
#define MUX_STANDS_US   INT64_C(500000) /* a picture, before a run may end under it */
#define MUX_LEAD_US     INT64_C(50000)  /* of sound before a key frame: two of AAC */
#define MUX_RUN_PACKETS 512             /* then it is written whatever its length is */
#define MUX_RUN_BYTES   (1 << 20) /* the same; libavformat's chunks are not larger */

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
	struct AVPacket *run[MUX_RUN_PACKETS]; /* of all tracks, as they came */
	int n_run, run_bytes;
	int64_t run_us;    /* when its first is due */
	const char *table; /* the caller's: of the pieces; NULL: it has none */
	struct pieces pieces;
	bool laid;         /* heads of pieces are in the file */
	int64_t piece_us;  /* when the last one began, about */
	int64_t stands_us; /* until when the last picture does, if that is long */
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
/* Before mux_start(): it is laid out in pieces, and this file beside it has their table,
 * unless they cannot be told so. */
void mux_pieces(struct mux *mux, const char *table);
int mux_start(struct mux *mux) AULA_MUST_CHECK;
/* Takes what the packet refers to; its times are of `from`. In order of time, all tracks
 * together. */
int mux_write(struct mux *mux, struct AVPacket *packet, const struct AVStream *from,
	      const struct AVStream *to) AULA_MUST_CHECK;
int mux_commit(struct mux *mux) AULA_MUST_CHECK;
void mux_drop(struct mux *mux);

#endif
