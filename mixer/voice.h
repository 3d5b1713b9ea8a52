/* voice.h - one microphone in a mix: its playout buffer, its loudness, and
 * whether it is heard. Owned by its mix.
 */
#ifndef MIXER_VOICE_H
#define MIXER_VOICE_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "mixer/agc.h"
#include "mixer/pcm.h"

#include <stdbool.h>
#include <stdint.h>

#define VOICE_LOUD_DB   (-50.f) /* somebody speaks */
#define VOICE_FAINT_DB  (-60.f) /* what is below for VOICE_ACTIVE_US is left out */
#define VOICE_ACTIVE_US INT64_C(5000000)

struct amix;
struct feed;
struct playout;

struct voice {
	uint32_t id;
	struct amix *mix;
	struct voice *next; /* of the mix */
	struct playout *playout;
	struct agc agc;
	bool muted;
	bool selected;     /* is decoded; see pick.h */
	bool has_level;    /* its packets carry RFC 6464 levels */
	float level_db;    /* smoothed, 0 to -127 */
	int64_t packet_us; /* the last one came; 0: none yet */
	int64_t picked_us; /* selected since */
	int64_t left_us;   /* not selected since; 0: never was */
	int64_t loud_us;   /* last above VOICE_LOUD_DB; 0: never */
	int64_t active_us; /* last above VOICE_FAINT_DB; 0: never */
	struct feed *feed; /* its own, borrowed from the mix; NULL: has none */
	uint32_t slot;     /* while it is in the sum of this tick */
};

int voice_create(struct voice **out, uint32_t id) AULA_MUST_CHECK;
void voice_destroy(struct voice *v); /* NULL is accepted */

/* Takes the unit. */
void voice_push(struct voice *v, struct au *au, int64_t now_us) RUNS_ON(on_aud);

/* Once a tick, before voices are picked: forgets who sends no more. */
void voice_age(struct voice *v, int64_t now_us) RUNS_ON(on_aud);

/* Decodes a tick. True when it belongs in the mix: it was not faint lately. */
bool voice_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us) RUNS_ON(on_aud);

/* Not decoded this tick. */
void voice_skip(struct voice *v, int64_t now_us) RUNS_ON(on_aud);

#endif
