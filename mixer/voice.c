#include "mixer/voice.h"

#include "base/clock.h"
#include "mixer/playout.h"
#include "mixer/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GONE_US      (200 * MS_US) /* without packets for so long: silent */
#define UNKNOWN_DB   (-48.f)       /* packets that do not say how loud they are */
#define TRIED_DB     (-49.f)       /* the same, of a voice that was just listened to */
#define TRIED_US     (3 * SEC_US)
#define FALL_DB      1.f
#define SILENT_BYTES 12           /* and are shorter than this are silence */
#define SPAN_US      (2 * SEC_US) /* speech has a gap in each */
#define ABOVE_DB     8.f          /* the noise, to be more than that */
#define FADE_IN      120          /* samples: no consonant is that short */

int voice_create(struct voice **out, uint32_t id)
{
	struct voice *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->id = id;
	v->level_db = PCM_SILENT;
	v->noise_db = PCM_SILENT;
	v->class_now = v->class_next = MIX_FULL;
	v->unheard = true;
	for (int k = 0; k < MIX_CHANNELS; k++)
		v->gain_want[k] = 1;
	v->loss_percent = VOICE_LOSS;
	agc_init(&v->agc);
	*out = v;
	return 0;
}

void voice_destroy(struct voice *v)
{
	if (!v)
		return;
	playout_destroy(v->playout);
	tape_destroy(v->tape);
	free(v);
}

/* Rises fast, falls by 1 dB a tick: the gaps between words do not count. */
static void hear(struct voice *v, float level_db, int64_t now_us)
{
	if (level_db > v->level_db)
		v->level_db += 0.5f * (level_db - v->level_db);
	else
		v->level_db = fmaxf(level_db, v->level_db - FALL_DB);
	if (level_db > VOICE_LOUD_DB)
		v->loud_us = now_us;
}

/* A voice that does not say how loud it is asks to be listened to, just louder
 * than silence; those that were not listened to lately first. */
static void ask(struct voice *v, size_t len, int64_t now_us)
{
	if (len <= SILENT_BYTES)
		hear(v, PCM_SILENT, now_us);
	else if (v->left_us && now_us - v->left_us < TRIED_US)
		v->level_db = TRIED_DB;
	else
		v->level_db = UNKNOWN_DB;
}

void voice_push(struct voice *v, struct au *au, int64_t now_us)
{
	uint8_t level_dbov = au->level_dbov;
	size_t len = au->len;

	if (v->muted) {
		au_put(au);
		return;
	}
	/* most members of a class never say a word */
	if (!v->playout && playout_create(&v->playout)) {
		au_put(au);
		return;
	}
	if (playout_push(v->playout, au))
		return;
	v->packet_us = now_us;
	v->has_level = level_dbov <= 127;
	/* what is decoded is judged by what it sounds like, whatever it says */
	if (v->selected)
		return;
	if (v->has_level)
		hear(v, -(float)level_dbov, now_us);
	else
		ask(v, len, now_us);
}

void voice_put(struct voice *v, int64_t due_us, const int16_t pcm[PCM_TICK],
	       int64_t now_us)
{
	if (v->muted || (!v->tape && tape_create(&v->tape)))
		return;
	tape_put(v->tape, due_us, pcm);
	v->packet_us = now_us;
	if (!v->selected)
		v->level_db = 0; /* somebody wants all to hear it */
}

void voice_age(struct voice *v, int64_t now_us)
{
	if (now_us - v->packet_us > GONE_US)
		hear(v, PCM_SILENT, now_us);
}

/* What the room sounds like when nobody speaks in it: the faintest tick of the
 * last two spans. A tone or music that is louder than any hum stays in whatever
 * this says, since the limit ends at VOICE_HUM_DB. */
static void learn_noise(struct voice *v, float level_db, int64_t now_us)
{
	if (v->span_us && now_us - v->span_us >= SPAN_US) {
		v->noise_db = v->lowest_db;
		v->span_us = 0;
	}
	if (!v->span_us) {
		v->span_us = now_us;
		v->lowest_db = level_db;
	}
	v->lowest_db = fminf(v->lowest_db, level_db);
	v->noise_db = fminf(v->noise_db, v->lowest_db);
}

static bool is_more_than_noise(const struct voice *v, float level_db)
{
	float limit_db = fminf(v->noise_db + ABOVE_DB, VOICE_HUM_DB);

	return level_db > fmaxf(limit_db, VOICE_FAINT_DB);
}

static void fade(float *pcm, uint32_t n, float from, float to)
{
	for (uint32_t i = 0; i < n; i++)
		pcm[i] *= from + (to - from) * (float)(i + 1) / (float)n;
}

static bool packets_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us)
{
	bool any = v->playout && playout_pull(v->playout, pcm, now_us);
	bool was = v->sounding;
	float level_db = any ? pcm_level(pcm, PCM_TICK) : PCM_SILENT;

	if (!v->playout)
		memset(pcm, 0, PCM_TICK * sizeof(*pcm));

	hear(v, level_db, now_us);
	learn_noise(v, level_db, now_us);
	if (is_more_than_noise(v, level_db))
		v->active_us = now_us;
	agc_run(&v->agc, pcm, level_db);
	v->sounding = v->active_us && now_us - v->active_us < VOICE_ACTIVE_US;
	if (v->sounding && !was)
		fade(pcm, FADE_IN, 0, 1);
	if (!v->sounding && was)
		fade(pcm, PCM_TICK, 1, 0);
	return v->sounding || was;
}

/* What is made here is as it shall be: nothing in it is noise, however faint, and its
 * loudness is its maker's. */
static bool tape_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us)
{
	bool any = tape_pull(v->tape, pcm, now_us);

	hear(v, any ? pcm_level(pcm, PCM_TICK) : PCM_SILENT, now_us);
	if (any && !v->sounding)
		fade(pcm, FADE_IN, 0, 1);
	v->sounding = any;
	return any;
}

bool voice_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us)
{
	return v->tape ? tape_sound(v, pcm, now_us) : packets_sound(v, pcm, now_us);
}

static void fall_silent(struct voice *v)
{
	v->sounding = false;
	v->active_us = v->span_us = 0;
	v->noise_db = PCM_SILENT;
}

void voice_skip(struct voice *v, int64_t now_us)
{
	if (v->playout)
		playout_skip(v->playout, now_us);
	if (v->tape)
		tape_skip(v->tape, now_us);
	fall_silent(v);
}

static float gain_of(int db)
{
	if (db == MIX_DB_NONE)
		return 0;
	db = db < MIX_DB_MIN ? MIX_DB_MIN : db > MIX_DB_MAX ? MIX_DB_MAX : db;
	return powf(10, (float)db / 20);
}

void voice_gains(struct voice *v, const int8_t db[MIX_CHANNELS])
{
	for (int k = 0; k < MIX_CHANNELS; k++)
		v->gain_want[k] = gain_of(db[k]);
}

bool voice_turn(struct voice *v)
{
	if (memcmp(v->gain_next, v->gain_want, sizeof(v->gain_next)) == 0 &&
	    v->channel_next == v->channel_want)
		return false;
	memcpy(v->gain_next, v->gain_want, sizeof(v->gain_next));
	v->channel_next = v->channel_want;
	for (int k = 0; k < MIX_CHANNELS; k++)
		v->unheard &= v->gain_next[k] == 0;
	return true;
}

void voice_turned(struct voice *v)
{
	memcpy(v->gain_now, v->gain_next, sizeof(v->gain_now));
	v->channel_now = v->channel_next;
	v->unheard = true;
	for (int k = 0; k < MIX_CHANNELS; k++)
		v->unheard &= v->gain_now[k] == 0;
}

/* Its outlet may be the wanted channel's already. */
bool voice_hears_itself(const struct voice *v)
{
	if (v->tape)
		return false; /* nobody listens there */
	return v->gain_now[v->channel_now] > 0 || v->gain_next[v->channel_next] > 0 ||
	       v->gain_next[v->channel_want] > 0;
}

void voice_park(struct voice *v)
{
	if (v->playout)
		playout_drop(v->playout);
	if (v->tape)
		tape_drop(v->tape);
	fall_silent(v);
	v->parked = true;
}
