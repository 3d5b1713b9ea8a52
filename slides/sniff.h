/* sniff.h - what a file is, and how large its picture, by its first bytes: before
 * anything else looks at it. PNG (RFC 2083), JPEG (ITU-T T.81), WebP (RFC 9649), PDF
 * (ISO 32000).
 */
#ifndef SLIDES_SNIFF_H
#define SLIDES_SNIFF_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

enum sniff_kind {
	SNIFF_PDF,
	SNIFF_PNG,
	SNIFF_JPEG,
	SNIFF_WEBP,
	SNIFF_CLIP /* MP4 (ISO 14496-12), Matroska and WebM (RFC 9559), Ogg (RFC 3533) */
};

/* So many bytes of a file are enough; the size of a JPEG may stand behind a profile of
 * colours and small pictures of its own. */
#define SNIFF_BYTES 262144

struct sniffed {
	enum sniff_kind kind;
	uint32_t w_px, h_px; /* as it is stored; of a PDF and a clip 0 */
};

/* -ENOTSUP: none of these; -EBADMSG: its head is damaged, or too far behind. `out` is
 * untouched then. */
int sniff(struct sniffed *out, const uint8_t *data, size_t len) AULA_MUST_CHECK;

/* What it says it is; 12 bytes are enough. -ENOTSUP */
int sniff_kind(enum sniff_kind *out, const uint8_t *data, size_t len) AULA_MUST_CHECK;

#endif
