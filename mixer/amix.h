/* amix.h - one sound programme. Who is silent hears the listeners' mix, encoded
 * once; each voice that sounds in it hears everybody but itself, encoded for it.
 */
#ifndef MIXER_AMIX_H
#define MIXER_AMIX_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/aworker.h"
#include "mixer/voice.h"

struct amix;

/* Where its units go; all are the callee's. */
struct amix_sink {
	void *ctx;
	void (*unit)(void *ctx, uint32_t id, struct au *au);
	void (*tap)(void *ctx, uint32_t mix, struct au *au);
	void (*speakers)(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n);
};

int amix_create(struct amix **out, uint32_t id, const struct mix_conf *conf,
		const struct amix_sink *sink) AULA_MUST_CHECK;
/* Its voices must be gone. NULL is accepted. */
void amix_destroy(struct amix *mix);

uint32_t amix_id(const struct amix *mix);
void amix_tap(struct amix *mix, bool on) RUNS_ON(on_aud);

/* Takes the voice. */
void amix_add(struct amix *mix, struct voice *v) RUNS_ON(on_aud);
/* The voice is the caller's again. */
void amix_remove(struct amix *mix, struct voice *v) RUNS_ON(on_aud);
void amix_mute(struct amix *mix, struct voice *v, bool muted) RUNS_ON(on_aud);

/* Any one voice, or NULL: there is none. */
struct voice *amix_first(const struct amix *mix) RUNS_ON(on_aud);

/* `now_us`: when this tick should be, which is the media time of its units. */
void amix_tick(struct amix *mix, int64_t now_us) RUNS_ON(on_aud);

#endif
