/* aworker_post.h - the half of the audio worker that others call: each call is a
 * letter to the audio thread. The other half does what the letters say.
 */
#ifndef MIXER_AWORKER_POST_H
#define MIXER_AWORKER_POST_H

#include "base/attr.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "mixer/aworker.h"

/* Its own thread's side of the calls in aworker.h. */
void aworker_do_mix_open(struct aworker *w, uint32_t mix, const struct mix_conf *conf)
	RUNS_ON(on_aud);
void aworker_do_mix_close(struct aworker *w, uint32_t mix) RUNS_ON(on_aud);
void aworker_do_mix_nets(struct aworker *w, uint32_t mix, uint32_t nets) RUNS_ON(on_aud);
void aworker_do_mix_rates(struct aworker *w, uint32_t mix,
			  const uint32_t bps[MIX_CLASSES]) RUNS_ON(on_aud);
void aworker_do_mix_tap(struct aworker *w, uint32_t mix, bool on) RUNS_ON(on_aud);
void aworker_do_mix_class(struct aworker *w, uint32_t mix, uint32_t channel,
			  enum mix_class c, bool on, uint8_t loss_percent)
	RUNS_ON(on_aud);
void aworker_do_voice_open(struct aworker *w, uint32_t mix, uint32_t voice, uint32_t net)
	RUNS_ON(on_aud);
void aworker_do_voice_close(struct aworker *w, uint32_t voice) RUNS_ON(on_aud);
void aworker_do_voice_mute(struct aworker *w, uint32_t voice, bool muted) RUNS_ON(on_aud);
void aworker_do_voice_class(struct aworker *w, uint32_t voice, enum mix_class c)
	RUNS_ON(on_aud);
void aworker_do_voice_gains(struct aworker *w, uint32_t voice,
			    const int8_t db[MIX_CHANNELS]) RUNS_ON(on_aud);
void aworker_do_voice_hears(struct aworker *w, uint32_t voice, uint32_t channel)
	RUNS_ON(on_aud);
void aworker_do_voice_loss(struct aworker *w, uint32_t voice, uint8_t percent)
	RUNS_ON(on_aud);
void aworker_do_voice_tap(struct aworker *w, uint32_t voice, uint32_t to) RUNS_ON(on_aud);
void aworker_do_voice_put(struct aworker *w, uint32_t voice, int64_t due_us,
			  const int16_t pcm[AWORKER_BLOCK]) RUNS_ON(on_aud);
void aworker_do_stats(struct aworker *w, struct aworker_stats *out) RUNS_ON(on_aud);

/* ANY_THREAD. Where the letters go. */
struct mailbox *aworker_mailbox(struct aworker *w);

#endif
