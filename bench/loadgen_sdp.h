/* loadgen_sdp.h - what a member answers to the server's offer, and where the offer
 * says media is sent to. Pure functions.
 */
#ifndef BENCH_LOADGEN_SDP_H
#define BENCH_LOADGEN_SDP_H

#include "base/attr.h"
#include "bench/loadgen.h"
#include "transport/sdp.h"

struct lg_answer {
	const struct sdp *offer;
	const struct lg_options *options;
	const char *ufrag, *pwd;
	const uint8_t *fingerprint; /* 32 bytes */
	uint32_t ssrc_voice, ssrc_camera;
	bool sends;
};

/* Writes {"v":V,"sdp":"..."}; the length, or -ENOSPC. */
int lg_answer_write(const struct lg_answer *answer, unsigned v, char *out, size_t size);

/* The first UDP candidate of the offer. -ENOENT. */
int lg_candidate(struct endpoint *out, const char *sdp) AULA_MUST_CHECK;

/* The section with this mid, or NULL. */
const struct sdp_media *lg_section(const struct sdp *sdp, const char *mid);

#endif
