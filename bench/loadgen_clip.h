/* loadgen_clip.h - what senders send, in packets: some seconds of picture and sound,
 * made once and shared by all. Constant after its creation.
 */
#ifndef BENCH_LOADGEN_CLIP_H
#define BENCH_LOADGEN_CLIP_H

#include "base/attr.h"
#include "bench/loadgen.h"
#include "transport/blob.h"

#define LG_CLIP_FRAMES 3600 /* at most */
#define LG_CLIP_SOUNDS 6000

struct lg_clip {
	uint32_t n_video, n_audio, fps;
	enum codec codec;
	struct blob **video; /* the first one is a key frame */
	struct blob **audio; /* 20 ms each */
};

/* From the files of the options, or made up. Says what is wrong on stderr. */
int lg_clip_create(struct lg_clip **out,
		   const struct lg_options *options) AULA_MUST_CHECK;
void lg_clip_destroy(struct lg_clip *clip); /* NULL is accepted */

#endif
