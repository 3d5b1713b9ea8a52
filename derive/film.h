/* film.h - the pictures of a recording in their order, several a second. Between key
 * frames that stand close to each other and show the same nothing is decoded.
 */
#ifndef DERIVE_FILM_H
#define DERIVE_FILM_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define FILM_LOOK_US INT64_C(250000) /* from picture to picture, at least */

struct AVFrame;
struct source;

struct film_sink {
	void *ctx;
	/* What is seen from `at_us` on. Not 0: stop, and that is returned. */
	int (*shown)(void *ctx, const struct AVFrame *frame, int64_t at_us);
	/* Is that another picture than the last one that was shown? */
	bool (*other)(void *ctx, const struct AVFrame *frame);
};

/* All of it, once; the source's other streams are not read. -EBADMSG: too much of it
 * cannot be decoded. */
int film_read(struct source *source, const struct film_sink *sink) AULA_MUST_CHECK;

#endif
