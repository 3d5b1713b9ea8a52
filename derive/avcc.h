/* avcc.h - how H.264 is configured in an MP4 (ISO/IEC 14496-15, 5.3.3.1): the parameter
 * sets of a track, as they stand in front of a key frame.
 */
#ifndef DERIVE_AVCC_H
#define DERIVE_AVCC_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct avcc {
	int length_bytes; /* of the length before each unit: 1, 2 or 4 */
	uint8_t *sets;    /* each with its length; freed by avcc_fini() */
	size_t len;
};

/* -EBADMSG, -ENOMEM. */
int avcc_read(struct avcc *avcc, const uint8_t *data, size_t len) AULA_MUST_CHECK;
void avcc_fini(struct avcc *avcc);

#endif
