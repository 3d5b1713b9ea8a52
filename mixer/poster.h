/* poster.h - a still picture of a view as JPEG. */
#ifndef MIXER_POSTER_H
#define MIXER_POSTER_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/picture.h"

#define POSTER_W_MAX 640 /* px */

/* A unit of CODEC_NONE with the bytes of the file. `canvas` is of limited
 * range and even size. -EIO when the encoder fails, -ENOMEM. */
int poster_create(struct au **out, const struct picture *canvas) AULA_MUST_CHECK;

#endif
