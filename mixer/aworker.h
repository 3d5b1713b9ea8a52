/* aworker.h - the audio thread: playout buffers, Opus decoders, mixes, Opus
 * encoders, by a 20 ms tick. Knows no rooms and no RTP. All calls but create
 * and destroy are posts from any thread, done in order. An open is refused with
 * -ENOBUFS when too many wait; for closing, muting and taps there is a reserve.
 */
#ifndef MIXER_AWORKER_H
#define MIXER_AWORKER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/limits.h"
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
	/* The same of a tapped voice: its packets as they came, in the order of coming.
	 * May be NULL. */
	void (*voice_tap)(void *ctx, uint32_t to, uint32_t voice, struct au *au);
};

/* From and to each net thread. */
struct aworker_rings {
	struct ring *in[LIMIT_NETS]; /* consumes: id = voice */
	/* Produces. id = outlet: the listeners' mix in one class; its skip list names
	 * the voices that got units of their own for that time. id = voice: a unit
	 * for that member alone, everybody but itself. A unit's pts_us is that of its
	 * first sample; it comes with its last one. Of units that end together the
	 * short ones come first. */
	struct ring *out[LIMIT_NETS];
	uint32_t n;
};

int aworker_create(struct aworker **out, const struct aworker_rings *rings,
		   const struct aworker_events *events) AULA_MUST_CHECK;
void aworker_destroy(struct aworker *w); /* NULL is accepted */

/* How sound is encoded: packets of 60, 40 and 20 ms. Links that carry little spend
 * less on headers, but for those whose ends take no packets longer than 20 ms: they
 * get as thin a sound in short packets. The longer ones come first. */
enum mix_class { MIX_THIN, MIX_MIDDLE, MIX_SHORT, MIX_FULL, MIX_CLASSES };

static inline uint32_t mix_class_ms(enum mix_class c)
{
	return c == MIX_THIN ? 60 : c == MIX_MIDDLE ? 40 : 20;
}

/* Mixes of the same voices, each with its own gains: number 0 is what the class sounds
 * like as a whole. What is alike in two of them is mixed and encoded once. */
#define MIX_CHANNELS 16

#define AWORKER_BLOCK 960 /* samples of aworker_voice_put() */

#define MIX_DB_MAX  12
#define MIX_DB_MIN  (-60)
#define MIX_DB_NONE INT8_MIN /* it is not in there at all */

struct mix_conf {
	uint32_t outlet;           /* of the first class; those of the others follow */
	uint32_t bps[MIX_CLASSES]; /* of each encode, e.g. 12000, 24000, 12000, 40000 */
	uint32_t nets;             /* which out rings get its units, a bit each; 0: all */
	uint32_t more; /* the outlet of channel 1 and the first class; then its other
			* classes, then those of channel 2, ...; 0: there is channel 0
			* only */
};

static inline uint32_t mix_outlet(const struct mix_conf *conf, uint32_t channel,
				  enum mix_class c)
{
	return (channel ? conf->more + (channel - 1) * MIX_CLASSES : conf->outlet) +
	       (uint32_t)c;
}

int aworker_mix_open(struct aworker *w, uint32_t mix,
		     const struct mix_conf *conf) AULA_MUST_CHECK;
int aworker_mix_close(struct aworker *w, uint32_t mix);
/* From now on these out rings get its units. */
int aworker_mix_nets(struct aworker *w, uint32_t mix, uint32_t nets);
/* Other rates for all its encodes, at once; see mix_conf. */
int aworker_mix_rates(struct aworker *w, uint32_t mix, const uint32_t bps[MIX_CLASSES]);
/* The tap is of class MIX_FULL. */
int aworker_mix_tap(struct aworker *w, uint32_t mix, bool on);
/* A class of a channel is encoded only while somebody listens to it (or, MIX_FULL of
 * channel 0, while it is tapped). All are off at first. `loss_percent`: what its
 * listeners lose, 0 to 30, for the encoder's forward error correction. */
int aworker_mix_class(struct aworker *w, uint32_t mix, uint32_t channel, enum mix_class c,
		      bool on, uint8_t loss_percent);

/* A microphone of a member; `open` false until it speaks for the first time. Its own
 * units go to the out ring of number `net`. */
int aworker_voice_open(struct aworker *w, uint32_t mix, uint32_t voice,
		       uint32_t net) AULA_MUST_CHECK;
/* Of a member that leaves; who only falls silent is muted instead. */
int aworker_voice_close(struct aworker *w, uint32_t voice);
/* The class of what this member hears, for the encode of its own; MIX_FULL at first.
 * While it has one, takes effect where packets of both classes begin: within 120 ms. */
int aworker_voice_class(struct aworker *w, uint32_t voice, enum mix_class c);
/* How loud the voice is in each channel, dB from MIX_DB_MIN to MIX_DB_MAX (what is
 * outside is clamped) or MIX_DB_NONE; 0 in all at first. Within 120 ms and 20 ms of
 * fading. Who is in channel 0 may be reported as a speaker. */
int aworker_voice_gains(struct aworker *w, uint32_t voice, const int8_t db[MIX_CHANNELS]);
/* The channel that this member hears, for the encode of its own, which it has while it
 * sounds in it; 0 at first. Say so before its outlet is another. */
int aworker_voice_hears(struct aworker *w, uint32_t voice, uint32_t channel);
/* What this member loses, 0 to 30 percent, for the encode of its own; 10 at first. */
int aworker_voice_loss(struct aworker *w, uint32_t voice, uint8_t percent);
/* Takes effect within one tick: a muted voice is not decoded and not in the mix. It
 * gets the listeners' mix when nothing of it can be left in there, within 200 ms. */
int aworker_voice_mute(struct aworker *w, uint32_t voice, bool muted);

/* Copies its packets to the voice_tap event, too, for `to` (not 0), within a tick; 0: no
 * more. It ends with the voice; what comes while that is muted is not copied. */
int aworker_voice_tap(struct aworker *w, uint32_t voice, uint32_t to);

/* A voice that is no member's: 20 ms of sound, 48 kHz, mono, that all hear at `due_us` of
 * clock_us(); each later than the one before. The voice gets no units of its own, is
 * never reported as a speaker, and goes before others where not all can be heard. Held
 * are 400 ms; what comes too late is silence, of too many the oldest goes. Copies.
 * -ENOBUFS, -ENOMEM. */
int aworker_voice_put(struct aworker *w, uint32_t voice, int64_t due_us,
		      const int16_t pcm[AWORKER_BLOCK]) AULA_MUST_CHECK;

struct aworker_stats {
	uint64_t ticks;  /* done so far */
	uint64_t let_go; /* ticks that were not done, since they came far too late */
	int64_t cpu_us;  /* of the audio thread, so far */
	uint32_t late_p99_us, late_max_us; /* of the last 10 s of ticks */
	uint32_t mixes, voices;
	uint32_t encodes; /* encoders that run now */
};
/* done() is called on the audio thread, within a tick: post and return. Never, when
 * this is refused or the worker is destroyed before. */
int aworker_stats(struct aworker *w,
		  void (*done)(void *ctx, const struct aworker_stats *stats),
		  void *ctx) AULA_MUST_CHECK;

#endif
