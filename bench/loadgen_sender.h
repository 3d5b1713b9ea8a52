/* loadgen_sender.h - plays a clip to the server in time, repeats what was asked for,
 * begins anew with a key frame when one is wanted. Owner: its member.
 */
#ifndef BENCH_LOADGEN_SENDER_H
#define BENCH_LOADGEN_SENDER_H

#include "base/attr.h"
#include "bench/loadgen_beacon.h"
#include "bench/loadgen_clip.h"
#include "bench/loadgen_peer.h"

struct lg_sender;

struct lg_sender_conf {
	const struct lg_clip *clip;
	uint32_t ssrc_voice, ssrc_camera;
	uint8_t pt_voice, pt_camera; /* 0: not taken */
	uint32_t phase;              /* where in the clip it begins, in frames */
	struct lg_beacon *beacon;    /* instead of the clip, the sender's; or NULL */
	/* Its clocks run so much faster than ours, millionths: of the sound, of the
	 * picture. Its reports tell it truthfully. */
	int32_t ppm[2];
};

/* The beacon is the caller's still when this fails. */
int lg_sender_create(struct lg_sender **out,
		     const struct lg_sender_conf *conf) AULA_MUST_CHECK;
void lg_sender_destroy(struct lg_sender *s); /* NULL is accepted */

/* Sends all that is due; returns when it is to be called again. */
int64_t lg_sender_run(struct lg_sender *s, struct lg_peer *peer, int64_t now_us);
void lg_sender_key(struct lg_sender *s);
void lg_sender_again(struct lg_sender *s, struct lg_peer *peer, uint32_t ssrc,
		     uint16_t seq);
/* Sender reports, each second. */
void lg_sender_report(struct lg_sender *s, struct lg_peer *peer, int64_t now_us);

#endif
