/* decoder.h - one video decoder of libavcodec: H.264, VP8 or VP9 units in,
 * pictures out. Input is hostile: what is too large or of a strange pixel
 * format is refused before it is decoded.
 */
#ifndef MIXER_DECODER_H
#define MIXER_DECODER_H

#include "base/attr.h"
#include "base/au.h"
#include "mixer/picture.h"

struct decoder;

/* -ENOTSUP for a codec that is not one of the three, -ENOMEM. */
int decoder_create(struct decoder **out, enum codec codec) AULA_MUST_CHECK;
void decoder_destroy(struct decoder *dec); /* NULL is accepted */

/* Decodes one unit. 0: `*out` is the newest picture, the caller's; or NULL when
 * the unit gave none. -EBADMSG: it could not be decoded; -EFBIG: the picture
 * is larger than LIMIT_PIXELS or its format is not 4:2:0 of 8 bits. */
int decoder_decode(struct decoder *dec, struct au *au,
		   struct picture **out) AULA_MUST_CHECK;

#endif
