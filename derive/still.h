/* still.h - pictures that stand for a while, as a film: H.264 in an MP4 without sound, as
 * good as what they are made of.
 */
#ifndef DERIVE_STILL_H
#define DERIVE_STILL_H

#include "base/attr.h"
#include "derive/folder.h"
#include "derive/mux.h"

#include <stdbool.h>
#include <stdint.h>

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

struct still {
	struct mux mux;
	struct AVStream *stream;
	struct AVCodecContext *codec;
	struct AVPacket *packet, *waiting; /* waiting: for its end to be known */
	struct AVFrame *frame;
	int64_t bytes; /* of all that were encoded */
	int key_bytes; /* of the last key frame */
};

/* False: this machine has no encoder for it. */
bool still_can(void);

/* For pictures of that size and colours, 4:2:0 with even sides. On success it goes to
 * still_commit() or still_drop(). */
int still_open(struct still *still, const struct folder *folder, const char *name,
	       const struct AVFrame *like) AULA_MUST_CHECK;
/* A picture that is seen from then on; times rise. `key`: as a key frame. */
int still_put(struct still *still, const struct AVFrame *frame, int64_t at_us,
	      bool key) AULA_MUST_CHECK;
/* The last one is seen until then. */
int still_commit(struct still *still, int64_t end_us) AULA_MUST_CHECK;
void still_drop(struct still *still);

#endif
