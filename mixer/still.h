/* still.h - a still picture of a view: a poster for who waits for video, or a small
 * one that must fit in so many bytes. The job is made on the video thread, the
 * picture on any one.
 */
#ifndef MIXER_STILL_H
#define MIXER_STILL_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/picture.h"

#include <stdbool.h>
#include <stdint.h>

#define STILL_POSTER_PX 640 /* the longer side of a poster */
#define STILL_SIDE_MIN  16  /* of both sides */
#define STILL_BYTES_MIN 500 /* what may be asked for */
#define STILL_BYTES_MAX 65536

struct still_spec {
	uint16_t side_px;   /* of the longer side, at most */
	uint32_t max_bytes; /* 0: a JPEG of fair quality, whatever it takes */
	bool jpeg;          /* nothing else, for who must know what it is */
};

enum still_kind { STILL_POSTER, STILL_SMALL };

struct still_job {
	uint32_t view;
	enum still_kind kind;
	int64_t pts_us;
	struct still_spec spec;
	struct picture *pic; /* a copy of the canvas, small enough */
};

/* `canvas` is upright and of limited range. -ENOMEM. */
int still_job_create(struct still_job **out, const struct picture *canvas,
		     const struct still_spec *spec) AULA_MUST_CHECK;
void still_job_destroy(struct still_job *job); /* NULL is accepted */

/* A unit of CODEC_NONE with the bytes of a WebP or JPEG file: the best quality that
 * fits, and what does not fit at all in a smaller size. Changes the job's picture.
 * -EMSGSIZE: nothing fits; -EIO when the encoder fails, -ENOMEM. ANY_THREAD */
int still_make(struct au **out, struct still_job *job) AULA_MUST_CHECK;

#endif
