/* aworker.h - the audio thread: playout buffers, Opus decoders, mixes, Opus
 * encoders, by a 20 ms tick. Knows no rooms and no RTP. All calls but create
 * and destroy are posts from any thread, done in order. An open is refused with
 * -ENOBUFS when too many wait; for closing, muting and taps there is a reserve.
 */
#ifndef MIXER_AWORKER_H
#define MIXER_AWORKER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/ring.h"

struct aworker;

struct speaker {
	uint32_t voice;
	uint8_t level_dbov; /* smoothed, 0 loud .. 127 silent */
};

#define SPEAKERS_MAX 8

/* Called on the audio thread: post and return. */
struct aworker_events {
	void *ctx;
	/* Who speaks, the dominant one first; called when order or set changes,
	 * at most 5 times a second per mix. */
	void (*speakers)(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n);
	/* A recording's copy of the listeners' mix with everybody in it; the unit
	 * is the callee's. */
	void (*tap)(void *ctx, uint32_t mix, struct au *au);
};

struct aworker_rings {
	struct ring *in; /* consumes: id = voice */
	/* Produces. id = outlet: the listeners' mix; its skip list names the
	 * voices that got a unit of their own this tick. id = voice: a unit for
	 * that member alone, everybody but itself. */
	struct ring *out;
};

int aworker_create(struct aworker **out, const struct aworker_rings *rings,
		   const struct aworker_events *events) AULA_MUST_CHECK;
void aworker_destroy(struct aworker *w); /* NULL is accepted */

struct mix_conf {
	uint32_t outlet; /* of the listeners' mix */
	uint32_t bps;    /* of each encode, e.g. 40000 */
};
int aworker_mix_open(struct aworker *w, uint32_t mix,
		     const struct mix_conf *conf) AULA_MUST_CHECK;
int aworker_mix_close(struct aworker *w, uint32_t mix);
int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on);

/* A microphone of a member; `open` false until it speaks for the first time. */
int aworker_voice_open(struct aworker *w, uint32_t mix, uint32_t voice) AULA_MUST_CHECK;
int aworker_voice_close(struct aworker *w, uint32_t voice);
/* Takes effect within one tick: a muted voice is not decoded, not in the mix,
 * and gets the listeners' mix. */
int aworker_voice_mute(struct aworker *w, uint32_t voice, bool muted);

#endif
