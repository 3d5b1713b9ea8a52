/* chain.h - filters of libavfilter in a row, for sound: frames of one kind go in, frames
 * of mono float at 48 kHz come out.
 */
#ifndef DERIVE_CHAIN_H
#define DERIVE_CHAIN_H

#include "base/attr.h"

#define CHAIN_HZ 48000

struct AVFilterContext;
struct AVFilterGraph;
struct AVFrame;

struct chain {
	struct AVFilterGraph *graph;
	struct AVFilterContext *in, *out;
};

/* For frames like that one, with times in 1/`hz`; `filters` as libavfilter writes them.
 * `samples`: of each frame that comes out, 0 for any number; the last may be shorter.
 * -ENOMEM, -EBADMSG. */
int chain_open(struct chain *chain, const struct AVFrame *like, int hz,
	       const char *filters, int samples) AULA_MUST_CHECK;
void chain_close(struct chain *chain);

/* Takes what the frame refers to; NULL: it was the last. */
int chain_give(struct chain *chain, struct AVFrame *frame) AULA_MUST_CHECK;
/* -EAGAIN: more has to be given; -ENODATA: all was taken. */
int chain_take(struct chain *chain, struct AVFrame *frame) AULA_MUST_CHECK;

/* A frame of mono float at 48 kHz; its samples are the caller's to fill. */
int chain_frame(struct AVFrame *frame, int n) AULA_MUST_CHECK;

#endif
