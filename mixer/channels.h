/* channels.h - the listeners' mixes of one sound programme: who is in each and how
 * loud, and their encodes, one for each class that is listened to. Channels in which
 * all voices are alike are one mix, which is encoded once for all their outlets.
 *
 * What is in a channel changes only where packets of all classes begin, each 120 ms,
 * by a cross-fade of one tick. Owned by its amix.
 */
#ifndef MIXER_CHANNELS_H
#define MIXER_CHANNELS_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/aworker.h"
#include "mixer/pcm.h"
#include "mixer/voice.h"

/* Ticks that are kept: the beginning of a packet, and one for the limiter. */
#define CHANNELS_PAST 3

struct feed;

/* Where units go; all are the callee's. */
struct amix_sink {
	void *ctx;
	/* `nets`: which out rings it is for, a bit each; 0: all */
	void (*unit)(void *ctx, uint32_t nets, uint32_t id, struct au *au);
	void (*tap)(void *ctx, uint32_t mix, struct au *au);
	void (*speakers)(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n);
};

/* One mix that is made. */
struct channel {
	struct feed *feed[MIX_CLASSES];      /* NULL: does not run */
	float past[CHANNELS_PAST][PCM_TICK]; /* the last tick first */
};

/* The packets of one class that are collected now, in all channels. */
struct channels_span {
	int64_t start_us;
	uint32_t n_skip;
	uint32_t skip[AU_SKIP_MAX]; /* voices with own feeds so far */
};

struct channels {
	uint32_t id;
	struct mix_conf conf;
	struct amix_sink sink;
	bool tapped;
	bool changed; /* look at all voices where packets begin */
	bool fading;  /* in this tick */
	bool on[MIX_CHANNELS][MIX_CLASSES];
	uint8_t loss_percent[MIX_CHANNELS][MIX_CLASSES];
	uint8_t like[MIX_CHANNELS];         /* the first channel that is the same mix */
	struct channel *made[MIX_CHANNELS]; /* NULL: like another, or nobody hears it */
	struct channels_span span[MIX_CLASSES];
};

int channels_init(struct channels *ch, uint32_t id, const struct mix_conf *conf,
		  const struct amix_sink *sink) AULA_MUST_CHECK;
void channels_fini(struct channels *ch);

/* As of amix.h. */
void channels_rates(struct channels *ch, const uint32_t bps[MIX_CLASSES]) RUNS_ON(on_aud);
void channels_class(struct channels *ch, uint32_t channel, enum mix_class c, bool on,
		    uint8_t loss_percent) RUNS_ON(on_aud);
uint32_t channels_encodes(const struct channels *ch) RUNS_ON(on_aud);

/* What somebody with a feed of its own that begins now heard `back` ticks ago (1 to
 * CHANNELS_PAST) in this channel. */
const float *channels_past(const struct channels *ch, uint32_t channel, uint32_t back)
	RUNS_ON(on_aud);

/* Each packet that is being collected can name the voice as one with a feed of its
 * own; names it. */
bool channels_can_name(const struct channels *ch, uint32_t voice) RUNS_ON(on_aud);
void channels_name(struct channels *ch, uint32_t voice) RUNS_ON(on_aud);

/* A tick, in this order. First, before anybody is given a feed: where packets begin,
 * what is wanted by the voices of both lists comes into force. */
void channels_begin(struct channels *ch, struct voice *first, struct voice *parked,
		    int64_t now_us) RUNS_ON(on_aud);
/* Mixes and encodes what these voices sound like. */
void channels_run(struct channels *ch, struct voice *const *heard, uint32_t n,
		  int64_t now_us) RUNS_ON(on_aud);
/* The cross-fade is done. */
void channels_end(struct channels *ch, struct voice *first, struct voice *parked)
	RUNS_ON(on_aud);

/* Adds the voice to a sum, from one gain to the other within the tick. */
void channels_add(float sum[PCM_TICK], const struct voice *v, float from, float to);

#endif
