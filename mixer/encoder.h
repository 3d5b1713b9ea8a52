/* encoder.h - one video encoder, whatever library is behind it. Key frames
 * are made when asked for and at the start, never by themselves.
 */
#ifndef MIXER_ENCODER_H
#define MIXER_ENCODER_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/picture.h"

#include <stdbool.h>
#include <stdint.h>

struct encoder;

/* How long it looks for a better way to say the same. */
enum encoder_effort { ENCODER_EVEN, ENCODER_LIGHT, ENCODER_HARD };

struct encoder_conf {
	enum codec codec;    /* CODEC_H264, CODEC_VP8 or CODEC_AV1 */
	uint16_t w_px, h_px; /* even */
	uint16_t fps;        /* frames may be left out, not added */
	uint32_t bps;
	uint32_t vbv_ms; /* how much of the rate one burst may take */
	enum encoder_effort effort;
	bool high;   /* H.264: high profile, else constrained baseline */
	bool screen; /* pages of text: sharpness counts more than motion */
};

/* -ENOTSUP for another codec, -EINVAL for a size or rate that cannot be, -EIO
 * when the library refuses, -ENOMEM. */
int encoder_create(struct encoder **out, const struct encoder_conf *conf) AULA_MUST_CHECK;
void encoder_destroy(struct encoder *enc); /* NULL is accepted */

/* Encodes one picture of the size of `conf`. `pts_us` must rise. `*out` is a
 * unit with its codec, flags, time and size set. -EIO: none came out. */
int encoder_encode(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		   bool key, struct au **out) AULA_MUST_CHECK;

/* ---- for the files that are behind it ------------------------------------- */

struct encoder_ops {
	void (*destroy)(struct encoder *enc);
	/* Sets flags and payload. */
	int (*encode)(struct encoder *enc, const struct picture *pic, int64_t pts_us,
		      bool key, struct au **out);
};

struct encoder {
	const struct encoder_ops *ops;
	struct encoder_conf conf;
	int64_t last_pts_us;
	bool started;
};

int encoder_x264_create(struct encoder **out,
			const struct encoder_conf *conf) AULA_MUST_CHECK;
int encoder_vpx_create(struct encoder **out,
		       const struct encoder_conf *conf) AULA_MUST_CHECK;
int encoder_aom_create(struct encoder **out,
		       const struct encoder_conf *conf) AULA_MUST_CHECK;

#endif
