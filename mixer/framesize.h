/* framesize.h - the size of the picture in a key frame, by its header alone: for
 * sources that nobody sees, which are not decoded.
 */
#ifndef MIXER_FRAMESIZE_H
#define MIXER_FRAMESIZE_H

#include "base/attr.h"
#include "base/au.h"

#include <stdint.h>

/* H.264: the cropped size of the first sequence parameter set (H.264 section
 * 7.3.2.1.1); VP8: RFC 6386 section 9.1; VP9: its uncompressed header, profile 0 to
 * 3. Before rotation. -ENOENT: none in there; -EBADMSG: damaged, or larger than
 * LIMIT_PIXELS; -ENOTSUP: another codec. */
int framesize_read(const struct au *au, uint16_t *w_px, uint16_t *h_px) AULA_MUST_CHECK;

#endif
