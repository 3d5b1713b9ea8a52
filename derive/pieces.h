/* pieces.h - a file that is an MP4 for everybody, and lies in pieces for who has a thin
 * link: before each run of packets stand, inside of the media, the `moof` and `mdat` that
 * make of it a fragment (ISO/IEC 14496-12, 8.8). The file's own index steps over them.
 * So who knows where a piece lies fetches that range of the file, and needs no more of it
 * than a table, which a file beside it has:
 *
 *   "AIX1"
 *   numbers, 7 bits a byte, the lowest first, the highest bit says that more follow:
 *     bytes of the map
 *     where the first piece lies in the file
 *     how many pieces there are
 *   the map: `ftyp` and `moov` of the fragments, without samples
 *   of each piece, as numbers: milliseconds, bytes. The next one begins where it ends.
 *
 * A piece begins with a key frame, behind the sound of its own time.
 */
#ifndef DERIVE_PIECES_H
#define DERIVE_PIECES_H

#include "base/attr.h"
#include "derive/folder.h"

#include <stdbool.h>
#include <stdint.h>

#define PIECES_LEAST_US INT64_C(2000000)  /* of pictures: key frames may lie closer */
#define PIECES_SOUND_US INT64_C(10000000) /* of sound alone */
#define PIECES_TRACKS   2

struct AVFormatContext;
struct AVPacket;
struct piece; /* where it begins */

struct pieces {
	struct AVFormatContext *map; /* NULL: the file is not laid out so */
	uint8_t *map_data;
	int map_len;
	bool has_pictures;
	struct piece *list; /* as they come; freed by pieces_close() */
	uint32_t n, room;
	uint32_t sequence;
	int64_t end_us; /* of what was laid */
};

/* For the tracks of `media`, whose header is written. -ENOTSUP: there are more than two.
 * pieces_close() in any case. */
int pieces_open(struct pieces *pieces,
		const struct AVFormatContext *media) AULA_MUST_CHECK;
void pieces_close(struct pieces *pieces);

/* Writes what stands before a run into the file: `run` is what follows at once, one track
 * after the other. `next_us`: when the next picture is due; INT64_MAX: it is not known.
 * -ENOTSUP: it cannot be told as a fragment; then there are no pieces of this file. */
int pieces_lay(struct pieces *pieces, const struct AVFormatContext *media,
	       struct AVPacket *const *run, int n, int64_t next_us) AULA_MUST_CHECK;

/* The table. `end`: where the last run ended; `shift`: so many bytes what was laid has
 * been moved since. */
int pieces_write(const struct pieces *pieces, const struct folder *folder,
		 const char *name, int64_t end, int64_t shift) AULA_MUST_CHECK;

#endif
