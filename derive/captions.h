/* captions.h - captions of parts of recordings as those of what is made of them: cues
 * are cut to the part and moved, times within their texts as well. WebVTT,
 * https://www.w3.org/TR/webvtt1/, as mcu/vtt.h lets it in; what is none of it is left
 * out. Comments stay behind.
 */
#ifndef DERIVE_CAPTIONS_H
#define DERIVE_CAPTIONS_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct captions_range {
	int64_t from_ms, to_ms; /* of the recording */
	int64_t at_ms;          /* where that begins in what is made */
};

struct captions {
	char *text; /* owned */
	size_t len, cap;
	uint32_t n_cues;
};

/* An empty file. -ENOMEM. */
int captions_init(struct captions *captions) AULA_MUST_CHECK;
void captions_fini(struct captions *captions);

/* Adds what this text has of that range, behind what is there. -EFBIG: more than
 * LIMIT_CAPTIONS bytes or LIMIT_CAPTION_CUES cues come together; -ENOMEM. */
int captions_add(struct captions *captions, const char *text, size_t len,
		 const struct captions_range *range) AULA_MUST_CHECK;

#endif
