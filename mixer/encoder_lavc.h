/* encoder_lavc.h - what the encoders that are reached through libavcodec share:
 * one picture in, one packet out. For encoder_*.c only.
 */
#ifndef MIXER_ENCODER_LAVC_H
#define MIXER_ENCODER_LAVC_H

#include "base/attr.h"
#include "mixer/encoder.h"

#include <libavcodec/avcodec.h>

/* The part of the packet that goes into the unit. */
struct encoder_payload {
	const uint8_t *data;
	size_t len;
};

struct encoder_lavc_kind {
	const char *name; /* of libavcodec's encoder */
	/* Sets what differs from encoder_lavc's own settings. */
	void (*fill)(AVCodecContext *ctx, const struct encoder_conf *conf);
	/* Leaves out what does not go over the wire; NULL: nothing. */
	struct encoder_payload (*trim)(const uint8_t *data, size_t len);
};

/* Constant rate, one thread, no delay, key frames only when asked for. -ENOTSUP
 * when libavcodec was built without it, -EIO, -ENOMEM. `kind` outlives it. */
int encoder_lavc_create(struct encoder **out, const struct encoder_conf *conf,
			const struct encoder_lavc_kind *kind) AULA_MUST_CHECK;

#endif
