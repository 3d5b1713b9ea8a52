/* depay.h - from RTP payloads to access units: H.264 (RFC 6184 single NAL,
 * STAP-A, FU-A), VP8 (RFC 7741), VP9 (RFC 9628). Opus needs none.
 */
#ifndef TRANSPORT_DEPAY_H
#define TRANSPORT_DEPAY_H

#include "base/au.h"
#include "transport/rtp.h"

#include <stdbool.h>

struct depay;

int depay_create(struct depay **out, enum codec codec) AULA_MUST_CHECK;
void depay_destroy(struct depay *depay); /* NULL is accepted */

/* Feeds one packet, in order of sequence numbers. `gap`: packets just before
 * it are lost for good. When a unit is complete, *out is that unit (the
 * caller's), else NULL; codec, AU_KEY and AU_AFTER_LOSS are set, times are not.
 * When one packet completes two (no marker on the first), the second one comes
 * with the next call.
 * A unit with a hole is dropped and the next one carries AU_AFTER_LOSS.
 * Returns 0, -EBADMSG (payload malformed, dropped) or -ENOMEM. */
int depay_push(struct depay *depay, const struct rtp_packet *pkt, bool gap,
	       struct au **out) AULA_MUST_CHECK;

#endif
