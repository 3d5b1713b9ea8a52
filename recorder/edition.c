#include "recorder/edition.h"

#include "base/count.h"
#include "base/log.h"
#include "recorder/reel.h"
#include "recorder/scribe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct edition {
	struct rec_env *env;
	struct scribe *scribe;
	struct reel *reel; /* all but its result is the finisher's, once it has a part */
	struct recording_result result; /* as far as it is known now */
	uint32_t video;
	enum codec codec;
	bool tracks; /* it keeps what members send, not what is made of it */
	bool waits;  /* for a key frame */
	bool ended;  /* nothing is given to it any more */
	bool over;   /* the scribe has ended */
	bool told;
};

/* What its plugin calls by that name. */
static enum codec codec_of(const struct aula_recorder_ops *ops)
{
	static const enum codec codecs[] = {CODEC_VP8, CODEC_VP9, CODEC_AV1};
	static const char *const names[] = {"vp8", "vp9", "av1"};

	for (size_t i = 0; ops->video && i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (strcmp(ops->video, names[i]) == 0)
			return codecs[i];
	return CODEC_H264;
}

int edition_create(struct edition **out, struct rec_env *env,
		   const struct recording_conf *conf, uint32_t index)
{
	const struct recording_edition *of = &conf->editions[index];
	struct edition *e = calloc(1, sizeof(*e));
	int err = -ENOMEM;

	if (!e)
		return err;
	e->env = env;
	e->video = of->video;
	e->codec = codec_of(env->editions[of->edition].ops);
	e->tracks = env->editions[of->edition].ops->flags & AULA_RECORDER_TRACKS;
	e->video = e->tracks ? 0 : e->video;
	e->waits = e->video != 0;
	e->reel = reel_make(env, conf->name, of->edition);
	if (e->reel)
		err = scribe_create(&e->scribe, env, conf, index);
	if (err) {
		reel_free(e->reel);
		free(e);
		return err;
	}
	e->reel->result.id = conf->id;
	e->result = e->reel->result;
	*out = e;
	return 0;
}

void edition_drop(struct edition *e)
{
	scribe_destroy(e->scribe);
	reel_free(e->reel);
	free(e);
}

/* ---- units ------------------------------------------------------------------------- */

bool edition_has_video(const struct edition *e)
{
	return e->video && !e->ended;
}

bool edition_has_sound_alone(const struct edition *e)
{
	return !e->video && !e->tracks && !e->ended;
}

bool edition_wants(const struct edition *e, uint32_t video, const struct au *au)
{
	if (e->ended || e->tracks)
		return false;
	return au->codec == CODEC_OPUS || (e->video == video && e->codec == au->codec);
}

bool edition_unit(struct edition *e, struct au *au, int64_t at_us)
{
	bool picture = au->codec != CODEC_OPUS;

	if (picture && e->waits && !(au->flags & AU_KEY))
		return false;
	if (picture)
		e->waits = false;
	if (scribe_give(e->scribe, au, at_us))
		return true;
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("recording_too_slow", "id=%u edition=%s", e->result.id,
		 e->env->editions[e->result.edition].name);
	edition_end(e, -EOVERFLOW);
	return false;
}

bool edition_has_tracks(const struct edition *e)
{
	return e->tracks && !e->ended;
}

/* Policy when it cannot keep up: dropped, and the sender goes on with its next key frame.
 */
bool edition_sender(struct edition *e, struct sender *sender, struct au *au,
		    int64_t at_us)
{
	if (scribe_give_sender(e->scribe, sender, au, at_us))
		return true;
	count_add(COUNT_TRACKS_DROPPED, 1);
	return false;
}

void edition_cut(struct edition *e)
{
	e->waits = e->video != 0;
}

void edition_end(struct edition *e, int err)
{
	if (!e->result.err)
		e->result.err = err;
	e->ended = true;
	scribe_close(e->scribe);
}

/* ---- what comes of it ----------------------------------------------------------------
 */

void edition_tell(struct edition *e)
{
	if (e->told || !e->result.err)
		return;
	e->told = true;
	if (e->env->events.ended)
		e->env->events.ended(e->env->events.ctx, &e->result);
}

/* All that could be passed on. The finisher always has room again. */
static bool pass_on(struct edition *e) RUNS_ON(on_rec)
{
	const struct scribe_piece *piece;

	while ((piece = scribe_piece(e->scribe))) {
		if (reel_post_piece(e->reel, &piece->piece, piece->last))
			return false;
		scribe_forget(e->scribe);
	}
	return true;
}

bool edition_runs(struct edition *e)
{
	int err = 0;

	if (e->over || !scribe_ended(e->scribe, &err))
		return !e->ended;
	e->over = true;
	if (scribe_left(e->scribe)) {
		log_error("recording_hangs",
			  "id=%u edition=%s hint=\"its recorder did not come back; what "
			  "it wrote is finished once it does\"",
			  e->result.id, e->env->editions[e->result.edition].name);
		e->result.err = 0; /* this is why, whatever came before */
	}
	edition_end(e, err);
	return false;
}

bool edition_settle(struct edition *e)
{
	/* in this order: what is handed over before the end is there when that is seen */
	if (!pass_on(e) || !e->over)
		return false;
	if (reel_post_end(e->reel, e->result.err, scribe_end_us(e->scribe),
			  scribe_left(e->scribe)))
		return false;
	scribe_destroy(e->scribe);
	free(e);
	return true;
}

void edition_watch(struct edition *e)
{
	scribe_tell(e->scribe);
}

int64_t edition_end_us(struct edition *e)
{
	return scribe_end_us(e->scribe);
}
