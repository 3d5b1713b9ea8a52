/* keyframe.h - what is seen at a time of a recording, by its key frames alone: nothing
 * else is read or decoded.
 */
#ifndef DERIVE_KEYFRAME_H
#define DERIVE_KEYFRAME_H

#include "base/attr.h"

#include <stdint.h>

struct AVCodecContext;
struct AVFrame;
struct AVPacket;
struct source;

struct keyframes {
	struct source *source;
	struct AVCodecContext *codec;
	struct AVPacket *packet;
	struct AVFrame *frame, *fresh;
	int64_t seen; /* of the last key frame, in the stream's times */
	uint32_t n, n_bad;
};

/* The source's other streams are not read. */
int keyframes_init(struct keyframes *keyframes, struct source *source) AULA_MUST_CHECK;
void keyframes_fini(struct keyframes *keyframes);

/* The key frame at or before that time, or the first one; the one before when it cannot
 * be decoded. Good until the next call. -EBADMSG: none ever was. */
int keyframes_at(struct keyframes *keyframes, int64_t at_us,
		 const struct AVFrame **out) AULA_MUST_CHECK;

#endif
