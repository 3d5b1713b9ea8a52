/* amix.h - one sound programme, in channels that are mixed apart: see channels.h. Who
 * is silent hears the listeners' mix of its channel, encoded once for each class that
 * is listened to; each voice that sounds in its own channel hears what is in there but
 * itself, encoded for it.
 *
 * Each packet of the listeners' mix names the voices that had an own one at any
 * time of its span. A voice of the same class had it for the whole span: packets of
 * one class begin and end together, and a voice that begins to sound in the middle
 * of one gets its beginning afterwards. So each moment is heard once.
 */
#ifndef MIXER_AMIX_H
#define MIXER_AMIX_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/aworker.h"
#include "mixer/channels.h"
#include "mixer/voice.h"

struct amix;

int amix_create(struct amix **out, uint32_t id, const struct mix_conf *conf,
		const struct amix_sink *sink) AULA_MUST_CHECK;
/* Its voices must be gone. NULL is accepted. */
void amix_destroy(struct amix *mix);

uint32_t amix_id(const struct amix *mix);
/* From now on the listeners' mix is for these out rings. */
void amix_nets(struct amix *mix, uint32_t nets) RUNS_ON(on_aud);
/* Other rates from here on, of what is encoded already, too. */
void amix_rates(struct amix *mix, const uint32_t bps[MIX_CLASSES]) RUNS_ON(on_aud);
void amix_tap(struct amix *mix, bool on) RUNS_ON(on_aud);
/* See aworker_mix_class(). Takes effect where a packet of the class begins. */
void amix_class(struct amix *mix, uint32_t channel, enum mix_class c, bool on,
		uint8_t loss_percent) RUNS_ON(on_aud);

/* Encoders that do not rest. */
uint32_t amix_encodes(const struct amix *mix) RUNS_ON(on_aud);

/* Takes the voice. */
void amix_add(struct amix *mix, struct voice *v) RUNS_ON(on_aud);
/* The voice is the caller's again. */
void amix_remove(struct amix *mix, struct voice *v) RUNS_ON(on_aud);
void amix_mute(struct amix *mix, struct voice *v, bool muted) RUNS_ON(on_aud);
/* See aworker_voice_gains(), aworker_voice_hears(). */
void amix_gains(struct amix *mix, struct voice *v, const int8_t db[MIX_CHANNELS])
	RUNS_ON(on_aud);
void amix_hears(struct amix *mix, struct voice *v, uint32_t channel) RUNS_ON(on_aud);
void amix_voice_loss(struct amix *mix, struct voice *v, uint8_t percent) RUNS_ON(on_aud);

/* Any one voice, or NULL: there is none. */
struct voice *amix_first(const struct amix *mix) RUNS_ON(on_aud);

/* `now_us`: when this tick should be, which is the media time of its sound; grows by
 * PCM_TICK_US, or by a multiple of it where ticks were let go. */
void amix_tick(struct amix *mix, int64_t now_us) RUNS_ON(on_aud);

#endif
