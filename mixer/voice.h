/* voice.h - one microphone in a mix: its playout buffer, its loudness, and
 * whether it is heard. Owned by its mix.
 */
#ifndef MIXER_VOICE_H
#define MIXER_VOICE_H

#include "base/attr.h"
#include "base/au.h"
#include "base/thread.h"
#include "mixer/agc.h"
#include "mixer/aworker.h"
#include "mixer/pcm.h"

#include <stdbool.h>
#include <stdint.h>

#define VOICE_LOUD_DB (-50.f) /* somebody speaks */

/* What stays for VOICE_ACTIVE_US below VOICE_FAINT_DB, or below VOICE_HUM_DB and
 * near the noise of its room, is left out of the mix; the first tick above is in
 * it again. */
#define VOICE_FAINT_DB  (-60.f)
#define VOICE_HUM_DB    (-48.f)
#define VOICE_ACTIVE_US INT64_C(1500000)

#define VOICE_LOSS 10 /* percent, of a link that nothing is known of */

struct amix;
struct feed;
struct playout;
struct tape;

struct voice {
	uint32_t id;
	struct amix *mix;
	uint32_t tap;            /* for whom its packets are copied; 0: for nobody */
	uint32_t nets;           /* where its member is: a bit of the out rings */
	struct voice *next;      /* of a list of its mix */
	struct voice **from;     /* what points to it there */
	struct playout *playout; /* NULL until the first packet */
	struct tape *tape;       /* NULL unless its sound is made here: nobody's then */
	struct agc agc;
	bool muted;
	bool parked;       /* muted, and nothing is left to be done for it */
	bool selected;     /* is decoded; see pick.h */
	bool sounding;     /* is decoded and belongs in the mix */
	bool has_level;    /* its packets carry RFC 6464 levels */
	float level_db;    /* smoothed, 0 to -127 */
	int64_t packet_us; /* the last one came; 0: none yet */
	int64_t picked_us; /* selected since */
	int64_t left_us;   /* not selected since; 0: never was */
	int64_t loud_us;   /* last above VOICE_LOUD_DB; 0: never */
	int64_t active_us; /* last above what counts as noise; 0: never */
	float noise_db;    /* the faintest tick of the last span that was judged */
	float lowest_db;   /* the faintest one of this span */
	int64_t span_us;   /* it began; 0: none did */
	/* What its member hears. */
	enum mix_class class_now;  /* of its own feed */
	enum mix_class class_next; /* wanted; differs until packets of both begin */
	uint8_t loss_percent;
	struct feed *feed;  /* its own, borrowed from the mix; NULL: has none */
	int64_t in_mix_us;  /* last tick with its sound in the sum; 0: none */
	const float *sound; /* while it is in the sum of this tick, else NULL */
	/* Which channels it is in, as factors: before this tick, at its end, and what
	 * shall be where packets begin; see channels.h. */
	float gain_now[MIX_CHANNELS], gain_next[MIX_CHANNELS], gain_want[MIX_CHANNELS];
	bool unheard;                                    /* it is in none */
	uint8_t channel_now, channel_next, channel_want; /* that its member hears */
};

int voice_create(struct voice **out, uint32_t id) AULA_MUST_CHECK;
void voice_destroy(struct voice *v); /* NULL is accepted */

/* Takes the unit. Of a muted voice nothing is kept. */
void voice_push(struct voice *v, struct au *au, int64_t now_us) RUNS_ON(on_aud);

/* A block of sound that was made here; see tape.h. Of a muted voice nothing is kept. */
void voice_put(struct voice *v, int64_t due_us, const int16_t pcm[PCM_TICK],
	       int64_t now_us) RUNS_ON(on_aud);

/* Once a tick, before voices are picked: forgets who sends no more. */
void voice_age(struct voice *v, int64_t now_us) RUNS_ON(on_aud);

/* Decodes a tick. True when it belongs in the mix: it was not faint lately. It
 * comes in and goes out without a click. */
bool voice_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us) RUNS_ON(on_aud);

/* Not decoded this tick. */
void voice_skip(struct voice *v, int64_t now_us) RUNS_ON(on_aud);

/* Until the next voice_turn() only wanted. */
void voice_gains(struct voice *v, const int8_t db[MIX_CHANNELS]) RUNS_ON(on_aud);

/* What is wanted begins with this tick. True: that is something else than before, and
 * the tick ends with voice_turned(). */
bool voice_turn(struct voice *v) RUNS_ON(on_aud);
void voice_turned(struct voice *v) RUNS_ON(on_aud);

/* It sounds in what its own member hears: that must be made without it. */
bool voice_hears_itself(const struct voice *v) RUNS_ON(on_aud);

/* Muted: no tick asks for it until it is heard again. */
void voice_park(struct voice *v) RUNS_ON(on_aud);

#endif
