#include "mixer/voice.h"

#include "base/clock.h"
#include "mixer/playout.h"

#include <errno.h>
#include <stdlib.h>

#define GONE_US      (200 * MS_US) /* without packets for so long: silent */
#define UNKNOWN_DB   (-48.f)       /* packets that do not say how loud they are */
#define TRIED_DB     (-49.f)       /* the same, of a voice that was just listened to */
#define TRIED_US     (3 * SEC_US)
#define FALL_DB      1.f
#define SILENT_BYTES 12 /* and are shorter than this are silence */

int voice_create(struct voice **out, uint32_t id)
{
	struct voice *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	if (playout_create(&v->playout)) {
		free(v);
		return -ENOMEM;
	}
	v->id = id;
	v->level_db = PCM_SILENT;
	agc_init(&v->agc);
	*out = v;
	return 0;
}

void voice_destroy(struct voice *v)
{
	if (!v)
		return;
	playout_destroy(v->playout);
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

	if (playout_push(v->playout, au))
		return;
	v->packet_us = now_us;
	v->has_level = level_dbov <= 127;
	/* what is decoded is judged by what it sounds like, whatever it says */
	if (v->selected || v->muted)
		return;
	if (v->has_level)
		hear(v, -(float)level_dbov, now_us);
	else
		ask(v, len, now_us);
}

void voice_age(struct voice *v, int64_t now_us)
{
	if (now_us - v->packet_us > GONE_US)
		hear(v, PCM_SILENT, now_us);
}

bool voice_sound(struct voice *v, float pcm[PCM_TICK], int64_t now_us)
{
	bool any = playout_pull(v->playout, pcm, now_us);
	float level_db = any ? pcm_level(pcm, PCM_TICK) : PCM_SILENT;

	hear(v, level_db, now_us);
	if (level_db > VOICE_FAINT_DB)
		v->active_us = now_us;
	agc_run(&v->agc, pcm, level_db);
	return v->active_us && now_us - v->active_us < VOICE_ACTIVE_US;
}

void voice_skip(struct voice *v, int64_t now_us)
{
	playout_skip(v->playout, now_us);
	v->active_us = 0;
}
