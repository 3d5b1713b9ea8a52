/* annexb.h - finds the parameter sets in an H.264 access unit (ITU-T H.264,
 * annex B; 7.4.1 for the types).
 */
#ifndef RECORDER_ANNEXB_H
#define RECORDER_ANNEXB_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define ANNEXB_SETS_MAX 1024 /* bytes of SPS and PPS together, start codes included */

/* Copies all SPS and PPS of the unit, with start codes, to `out`. Returns their
 * length; -ENODATA: not both are there; -EMSGSIZE: more than ANNEXB_SETS_MAX. */
int annexb_sets(const uint8_t *data, size_t len,
		uint8_t out[ANNEXB_SETS_MAX]) AULA_MUST_CHECK;

#endif
